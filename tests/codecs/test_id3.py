"""Tests of `ailabel.codecs.id3`."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ailabel.codecs import id3
from ailabel.errors import LimitExceededError, MalformedFileError
from ailabel.io.source import BytesView, Limits
from builders import mp3 as build


def _load(data: bytes, limits: Limits | None = None) -> id3.Content:
    view = BytesView(data, limits=limits)
    return id3.load(view, id3.tags(view)[0])


def _names(data: bytes) -> list[str]:
    return [frame.id for frame in _load(data).frames]


def _texts(data: bytes) -> list[tuple[str, str, str]]:
    return [(text.kind, text.description, text.value) for text in id3.texts(_load(data))]


@pytest.mark.parametrize("version", [2, 3, 4])
@pytest.mark.parametrize("flags", [0, 0x80])
def test_frames_of_every_version(version: int, flags: int) -> None:
    """Frames are walked up to the padding, escaped or not."""
    comment = build.comment("what", version)
    data = build.tag(build.picture(version), comment, version=version, flags=flags, padding=9)
    content = _load(data)
    assert [frame.length for frame in content.frames] == [
        len(build.PICTURE),
        len(comment) - content.frames[1].header,
    ]
    assert content.clean
    assert _texts(data) == [("COMM", "", "what")]


@given(st.binary(max_size=60))
def test_places_in_an_escaped_body(plain: bytes) -> None:
    """`raw` leads from every byte of an escaped body to where it stands in the file."""
    data = build.tag(build.frame("PRIV", plain, 3), version=3, flags=0x80)
    body = _load(data).body
    assert body.read(10, len(plain)) == plain
    for position in range(body.size):
        assert data[body.raw(position)] == body.read(position, 1)[0]


@given(st.binary(max_size=60))
def test_unsynchronise(plain: bytes) -> None:
    """Escaped data holds no sync, and loses its zeros again."""
    escaped = id3.unsynchronise(plain)
    assert escaped == build.unsynchronise(plain)
    assert escaped.replace(b"\xff\0", b"\xff") == plain
    assert not any(a == 0xFF and b >= 0xE0 for a, b in pairwise(escaped))


@pytest.mark.parametrize("encoding", [0, 1, 2, 3])
def test_texts_in_every_encoding(encoding: int) -> None:
    """Description and value are told apart in all four encodings."""
    frame = build.user_text("kéy", "Ā-value" if encoding else "value", encoding=encoding)
    value = "Ā-value" if encoding else "value"
    assert _texts(build.tag(frame)) == [("TXXX", "kéy", value)]


def test_terminators_between_code_units() -> None:
    """Two zeros that belong to two characters do not end a UTF-16 text."""
    frame = build.user_text("a\u0100", "\u0061\u6100", encoding=2)
    assert _texts(build.tag(frame)) == [("TXXX", "a\u0100", "\u0061\u6100")]


def test_texts_without_a_mark_or_terminator() -> None:
    """A byte order mark or a terminator that is missing does no harm."""
    little = b"\1" + "k\0v".encode("utf-16-le")
    assert _texts(build.tag(build.frame("TXXX", little))) == [("TXXX", "k", "v")]
    assert _texts(build.tag(build.frame("TXXX", b"\0value"))) == [("TXXX", "", "value")]
    assert _texts(build.tag(build.frame("TXXX", b""))) == []


def test_trailing_zeros_are_no_text() -> None:
    """Programs that end the value with a zero mean the same value."""
    assert _texts(build.tag(build.frame("TXXX", b"\3k\0v\0"))) == [("TXXX", "k", "v")]


@pytest.mark.parametrize(
    "frame",
    [build.escaped_text("k", "v\u0e00"), build.compressed_text("k", "v\u0e00".encode().hex())],
)
def test_frames_with_a_format_of_their_own(frame: bytes) -> None:
    """Version 2.4 frames that are escaped or compressed are undone."""
    ((_, key, value),) = _texts(build.tag(frame))
    assert (key, value) in (("k", "v\u0e00"), ("k", "v\u0e00".encode().hex()))


def test_compressed_frames_of_version_23() -> None:
    """Version 2.3 puts the length before the compressed data."""
    data = build.tag(build.compressed_text("k", "v", 3), version=3)
    assert _texts(data) == [("TXXX", "k", "v")]


@pytest.mark.parametrize(("version", "flags"), [(3, 0x0040), (4, 0x0004)])
def test_encrypted_frames_are_left_out(version: int, flags: int) -> None:
    """Nobody can read what is encrypted."""
    assert _texts(build.tag(build.frame("TXXX", b"\0k\0v", version, flags), version=version)) == []


def test_broken_compression_is_left_out() -> None:
    """What does not inflate holds no text."""
    assert _texts(build.tag(build.frame("TXXX", b"\0\0\0\x09nonsense", 4, 0x0009))) == []


def test_compressed_texts_share_a_budget() -> None:
    """Many frames that each inflate to a little less than the limit do not pass it together."""
    frames = [build.compressed_text("k", "v" * 3000) for _ in range(3)]
    with pytest.raises(LimitExceededError, match="compressed ID3 frame"):
        list(id3.texts(_load(build.tag(*frames), Limits(inflate_bytes=8000))))


def test_lengths_of_old_itunes() -> None:
    """Plain lengths in version 2.4 are understood where the proper reading fails."""
    long = build.frame("COMM", b"\0eng\0" + b"c" * 300, itunes=True)
    content = _load(build.tag(build.frame("APIC", build.PICTURE, itunes=True), long, padding=5))
    assert [frame.id for frame in content.frames] == ["APIC", "COMM"]
    assert content.clean
    assert not content.safe


def test_names_that_itunes_pads() -> None:
    """Names of version 2.2 with a space behind them, in later versions, are names."""
    assert _names(build.tag(build.frame("CM1 ", b"x"), version=4)) == ["CM1"]


def test_garbage_ends_the_walk() -> None:
    """What is no frame ends the walk, and is not taken for padding."""
    content = _load(build.tag(build.text_frame("TIT2", "x"), b"\x01garbage" * 3))
    assert [frame.id for frame in content.frames] == ["TIT2"]
    assert not content.clean


@pytest.mark.parametrize("version", [3, 4])
def test_extended_headers(version: int) -> None:
    """Frames begin behind the extended header."""
    data = build.tag(
        build.comment("c", version), version=version, extended=build.extended_header(version)
    )
    assert _names(data) == ["COMM"]
    assert not _load(data).checksum


def test_checksums_are_noticed() -> None:
    """A tag whose frames are summed is marked."""
    three = (10).to_bytes(4, "big") + b"\x80\0" + bytes(8)
    four = build.safe(12) + b"\x01\x20\x05" + bytes(5)
    assert _load(build.tag(version=3, extended=three)).checksum
    assert _load(build.tag(version=4, extended=four)).checksum


@pytest.mark.parametrize("extended", [bytes(6), b"\x7f" * 6])
def test_extended_header_that_does_not_fit(extended: bytes) -> None:
    """A wrong length is named."""
    with pytest.raises(MalformedFileError, match="extended header"):
        _load(build.tag(version=4, extended=extended))


@pytest.mark.parametrize(("version", "flags"), [(5, 0), (1, 0), (2, 0x40)])
def test_tags_that_cannot_be_read(version: int, flags: int) -> None:
    """Unknown versions, and the compression of 2.2, hold nothing that can be read."""
    content = _load(build.tag(bytes(20), version=version, flags=flags))
    assert not content.tag.readable
    assert content.frames == ()


def test_no_tags() -> None:
    """Without the three letters and a proper size there is no tag."""
    for data in (b"", b"ID3", b"ID3\x04\xff" + bytes(5), b"ID3\x04\0\0\x80\0\0\0", b"TAG" * 9):
        assert id3.tags(BytesView(data)) == ()
        assert id3.end_of_tags(BytesView(data)) == 0


def test_tag_that_is_cut() -> None:
    """A tag runs to its end or is refused."""
    with pytest.raises(MalformedFileError, match="ends inside an ID3 tag"):
        id3.tags(BytesView(build.tag(padding=10)[:-1]))


def test_appended_tag() -> None:
    """A tag is found by its footer, and only where header and footer agree."""
    tag = build.tag(build.comment("c"), flags=0x10)
    view = BytesView(b"sound" + tag)
    found = id3.appended_tag(view, 0, view.size)
    assert found is not None
    assert (found.offset, found.end) == (5, view.size)
    assert id3.appended_tag(view, 6, view.size) is None
    plain = BytesView(b"sound" + build.tag(build.comment("c")) + tag[-10:])
    assert id3.appended_tag(plain, 0, plain.size) is None


def test_private_frames() -> None:
    """`PRIV` frames are found by their owner; compressed ones are not opened."""
    tag = build.tag(
        build.private("other", b"1"),
        build.private("XMP", b"2"),
        build.frame("PRIV", b"\0\0\0\1XMP\0", 4, 0x0008),
    )
    assert [data for _, data in id3.private(_load(tag), "XMP")] == [b"2"]


def test_limits() -> None:
    """Tags, frames and their lengths are bounded."""
    many = build.tag(*[build.comment("c")] * 20)
    with pytest.raises(LimitExceededError, match="ID3 frames"):
        _load(many, Limits(items=10))
    with pytest.raises(LimitExceededError, match="ID3 tags"):
        id3.tags(BytesView(build.tag() * 20, limits=Limits(items=10)))
    with pytest.raises(LimitExceededError, match="an ID3 frame"):
        list(id3.texts(_load(build.tag(build.comment("c" * 99)), Limits(metadata_bytes=50))))
    with pytest.raises(LimitExceededError, match="an ID3 tag"):
        _load(build.tag(version=3, flags=0x80, padding=99), Limits(metadata_bytes=50))
