"""Text by its code units: encodings, marks, newlines, and positions that are bytes."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ailabel.codecs.text import build, looks_like_text, read_text, suffix_of
from ailabel.errors import LimitExceededError, MalformedFileError, PlanError
from ailabel.io.source import BytesView, Limits
from ailabel.io.splice import apply

_LETTERS = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=40)


@given(_LETTERS, _LETTERS, st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-be"]))
@settings(max_examples=150, deadline=None)
def test_positions_are_bytes(before: str, after: str, encoding: str) -> None:
    """A structure found in the units stands at that place of the file, in every encoding."""
    mark = b"\xfe\xff" if encoding == "utf-16-be" else b""
    data = mark + f"{before}\n---\n{after}".encode(encoding)
    text = read_text(BytesView(data))
    place = text.units.index("\n---\n")
    assert text.decode(0, place) == before.removeprefix("\ufeff")
    assert text.units_in(text.decode(0, place)) == place
    edited = apply(data, [text.edit(place, place + 5, "\n字😀\n")])
    decoder = "utf-16" if encoding.startswith("utf-16") else "utf-8-sig"
    expected = f"{before}\n字😀\n{after}"
    assert edited.decode(decoder) == expected.removeprefix("\ufeff")


@pytest.mark.parametrize(
    ("data", "encoding", "newline"),
    [
        (b"", "utf-8", "\n"),
        (b"a\r\nb\n", "utf-8", "\r\n"),
        (b"\xef\xbb\xbfa\rb", "utf-8", "\r"),
        ("内容\n".encode("utf-16"), "utf-16-le", "\n"),
        ("内容与标题\n".encode("gbk"), "gb18030", "\n"),
        ("這裡是正體中文的文字內容\n".encode("gbk"), "gb18030", "\n"),
    ],
)
def test_encodings_are_told(data: bytes, encoding: str, newline: str) -> None:
    """The mark decides, then UTF-8, then plausible GB 18030; the first newline is the style."""
    text = read_text(BytesView(data))
    assert (text.encoding, text.newline) == (encoding, newline)
    assert looks_like_text(BytesView(data))


def test_every_two_byte_code_of_gb18030_returns() -> None:
    """The encoding maps each code to a character and back, so that units can be counted."""
    trails = [*range(0x40, 0x7F), *range(0x80, 0xFF)]
    for lead in range(0x81, 0xFF):
        row = b"".join(bytes((lead, trail)) for trail in trails)
        text = build(row, "gb18030", 0)
        assert text.encode(text.decode(0, len(row))) == row


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"a\0b", "binary"),
        (b"\x89PNG\r\n\x1a\n", "binary"),
        (b"\xff\xfe\0\0a\0\0\0", "UTF-32"),
        (b"\0\0\xfe\xff", "UTF-32"),
        (b"\xff\xfea", "none of the encodings"),
        (b"\xff\xfe\0\xd8", "none of the encodings"),
        (b"\xef\xbb\xbf\xff", "none of the encodings"),
        (b"caf\xe9 au lait", "none of the encodings"),
        ("これは日本語の文章です".encode("cp932"), "none of the encodings"),
        ("中文內容與標題說明這裡".encode("big5"), "none of the encodings"),
    ],
)
def test_what_is_no_text_is_refused(data: bytes, reason: str) -> None:
    """Binaries and encodings that are not read raise, and say which."""
    with pytest.raises(MalformedFileError, match=reason):
        read_text(BytesView(data))


def test_limits_and_characters() -> None:
    """Long files are refused before they are read; so are characters without a code."""
    with pytest.raises(LimitExceededError):
        read_text(BytesView(b"abc", limits=Limits(text_bytes=2)))
    with pytest.raises(PlanError, match="u672c"):
        build(b"", "cp1252", 0).encode("本")
    with pytest.raises(PlanError):
        build(b"", "utf-8", 0).encode("\ud800")


def test_the_head_may_cut_a_character() -> None:
    """A character that the head of a long file cuts off does not make it binary."""
    for shift in range(3):
        assert looks_like_text(BytesView(b"a" * shift + "字".encode() * 3000))
    assert not looks_like_text(BytesView(b"a" * 9 + b"\xe5\xad"))


@pytest.mark.parametrize(
    ("name", "suffix"),
    [
        ("A.TXT", ".txt"),
        ("a.b.md", ".md"),
        ("README", ""),
        (".profile", ""),
        (None, ""),
        ("a.", "."),
    ],
)
def test_suffixes(name: str | None, suffix: str) -> None:
    """A suffix is what follows the last dot of a name that has more than it."""
    assert suffix_of(BytesView(b"", name)) == suffix
