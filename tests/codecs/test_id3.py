"""Tests of `ailabel.codecs.id3`."""

from __future__ import annotations

import tracemalloc
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
    last = content.frames[1]
    assert content.body.read(last.end - 4, 4) == b"what"


@given(st.binary(max_size=60))
def test_places_in_an_escaped_body(plain: bytes) -> None:
    """`raw` leads from every byte of an escaped body to where it stands in the file."""
    data = build.tag(build.frame("PRIV", plain, 3), version=3, flags=0x80)
    body = _load(data).body
    assert body.read(10, len(plain)) == plain
    for position in range(body.size):
        assert data[body.raw(position)] == body.read(position, 1)[0]


def test_escapes_take_little_memory_each() -> None:
    """A tag of nothing but escapes is read in a small multiple of its memory."""
    data = build.tag(build.frame("PRIV", b"\xff" * 100_000, 3), version=3, flags=0x80)
    tracemalloc.start()
    content = _load(data)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert content.body.raw(content.frames[0].end) == len(data)
    assert peak < 10 * len(data)


@given(st.binary(max_size=60))
def test_unsynchronise(plain: bytes) -> None:
    """Escaped data holds no sync, and loses its zeros again."""
    escaped = id3.unsynchronise(plain)
    assert escaped == build.unsynchronise(plain)
    assert escaped.replace(b"\xff\0", b"\xff") == plain
    assert not any(a == 0xFF and b >= 0xE0 for a, b in pairwise(escaped))


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


def test_extended_header_without_room() -> None:
    """A tag that announces an extended header must have room for one."""
    data = bytearray(build.tag(padding=3))
    data[5] = 0x40
    with pytest.raises(MalformedFileError, match="ends inside an ID3 tag"):
        _load(bytes(data))


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


def test_limits() -> None:
    """Tags, frames and their lengths are bounded."""
    many = build.tag(*[build.comment("c")] * 20)
    with pytest.raises(LimitExceededError, match="ID3 frames"):
        _load(many, Limits(items=10))
    with pytest.raises(LimitExceededError, match="ID3 tags"):
        id3.tags(BytesView(build.tag() * 20, limits=Limits(items=10)))
    with pytest.raises(LimitExceededError, match="an ID3 tag"):
        _load(build.tag(version=3, flags=0x80, padding=99), Limits(metadata_bytes=50))


def test_thousands_of_tags_are_refused() -> None:
    """No file has a thousand tags one behind the other."""
    view = BytesView(b"ID3\4\0\0\0\0\0\0" * 1001)
    with pytest.raises(LimitExceededError, match="ID3 tags"):
        id3.tags(view)
