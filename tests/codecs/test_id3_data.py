"""Tests of `ailabel.codecs.id3_data`."""

from __future__ import annotations

import pytest

from ailabel.codecs import id3, id3_data
from ailabel.errors import LimitExceededError
from ailabel.io.source import BytesView, Limits
from builders import mp3 as build


def _load(data: bytes, limits: Limits | None = None) -> id3.Content:
    view = BytesView(data, limits=limits)
    return id3.load(view, id3.tags(view)[0])


def _texts(data: bytes) -> list[tuple[str, str, str]]:
    return [(text.kind, text.description, text.value) for text in id3_data.texts(_load(data))]


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
        list(id3_data.texts(_load(build.tag(*frames), Limits(inflate_bytes=8000))))


def test_private_frames() -> None:
    """`PRIV` frames are found by their owner; compressed ones are not opened."""
    tag = build.tag(
        build.private("other", b"1"),
        build.private("XMP", b"2"),
        build.frame("PRIV", b"\0\0\0\1XMP\0", 4, 0x0008),
    )
    assert [data for _, data in id3_data.private(_load(tag), "XMP")] == [b"2"]


def test_long_frames_are_refused() -> None:
    """A frame is read whole only within the limits."""
    with pytest.raises(LimitExceededError, match="an ID3 frame"):
        list(id3_data.texts(_load(build.tag(build.comment("c" * 99)), Limits(metadata_bytes=50))))


@pytest.mark.parametrize("encoding", [0, 1, 2, 3])
def test_attached_objects(encoding: int) -> None:
    """The object of a `GEOB` frame stands behind its names, however these are encoded."""
    codec = {1: "utf-16", 2: "utf-16-be", 3: "utf-8"}.get(encoding, "latin-1")
    names = ["name".encode(codec), "a description".encode(codec)]
    end = "\0".encode("utf-16-be" if encoding in (1, 2) else "latin-1")
    head = bytes([encoding]) + b"text/plain\0"
    assert id3_data.attached(head + end.join([*names, b"object"])) == b"object"
    assert id3_data.attached(head + end + end + b"object") == b"object"
    assert id3_data.attached(head + end.join(names)) == b""
    assert id3_data.attached(head) == b""
