"""Tests of `ailabel.codecs.id3_edit`."""

from __future__ import annotations

import pytest

from ailabel.codecs import id3, id3_data, id3_edit
from ailabel.errors import PlanError
from ailabel.io.source import BytesView
from ailabel.io.splice import apply
from builders import mp3 as build


def _load(data: bytes) -> id3.Content:
    view = BytesView(data)
    return id3.load(view, id3.tags(view)[0])


def _put(data: bytes, value: str) -> bytes:
    content = _load(data)
    old = next((frame for frame in content.frames if frame.id in ("TXXX", "TXX")), None)
    new = id3_edit.user_text(content, "key", value)
    return apply(data, id3_edit.put(content, old, new, {}))


def _value(data: bytes) -> str:
    (text,) = id3_data.texts(_load(data))
    assert text.description == "key"
    return text.value


def test_new_tag() -> None:
    """A new tag fills a whole unit, so that a longer text finds room."""
    tag = id3_edit.new_tag(id3_edit.user_text(None, "key", "value"))
    assert len(tag) == 10 + id3_edit.UNIT
    longer = _put(tag, "value" * 100)
    assert len(longer) == len(tag)
    assert _value(longer) == "value" * 100


@pytest.mark.parametrize("version", [2, 3, 4])
@pytest.mark.parametrize("flags", [0, 0x80])
def test_foreign_frames_and_padding_stay(version: int, flags: int) -> None:
    """A frame is put before the others, whose bytes and padding do not change."""
    data = build.tag(build.picture(version), version=version, flags=flags, padding=77)
    before = data[10:]
    once = _put(data, "v" * 255)  # a length byte of 0xFF must be escaped
    twice = _put(once, "w" * 900)
    assert len(once) == len(twice)
    assert _value(once) == "v" * 255
    assert _value(twice) == "w" * 900
    assert before in twice
    content = _load(twice)
    assert [frame.id[:3] for frame in content.frames] in (["TXX", "PIC"], ["TXX", "API"])
    assert content.clean


def test_owned_padding_is_known_by_rule() -> None:
    """What goes beyond the frame's share of a unit is somebody else's."""
    data = _put(build.tag(padding=77), "value")
    content = _load(data)
    owned = id3_edit.owned_padding(content, content.frames[0])
    assert owned + content.frames[0].end == id3_edit.UNIT
    assert content.body.size - content.end - owned == 77


def test_frame_after_one_that_ends_in_ff() -> None:
    """Padding behind a byte 0xFF is escaped, so that it keeps its length."""
    frame = build.frame("PRIV", b"x\0\xff", 3)
    tag = b"ID3\3\0\x80" + build.safe(len(frame)) + frame
    data = _put(tag, "value")
    content = _load(data)
    owned = id3_edit.owned_padding(content, content.frames[0])
    assert owned == content.body.size - content.end
    assert content.body.read(content.frames[1].position + 10, 3) == b"x\0\xff"


def test_padding_in_the_extended_header() -> None:
    """Version 2.3 states the size of the padding, which is kept right."""
    data = build.tag(version=3, padding=20, extended=build.extended_header(3, 20))
    done = _put(data, "value")
    stated = int.from_bytes(_load(done).body.read(6, 4), "big")
    assert stated == _load(done).body.size - _load(done).end


def test_no_padding_before_a_footer() -> None:
    """A tag with a footer must not have padding; its footer repeats the new size."""
    done = _put(build.tag(build.comment("c"), flags=0x10), "value")
    content = _load(done)
    assert content.end == content.body.size
    assert done[-10:] == b"3DI" + done[3:10]


def test_no_padding_behind_garbage() -> None:
    """Where something else than padding ends the tag, nothing is added behind it."""
    done = _put(build.tag(b"\x01garbage"), "value")
    assert done.endswith(b"value\x01garbage")
    assert _put(done, "other").endswith(b"other\x01garbage")


def test_lengths_like_those_of_the_neighbours() -> None:
    """A tag of old iTunes gets a frame with a plain length, or no reader could walk on."""
    long = build.frame("APIC", build.PICTURE, itunes=True)
    done = _put(build.tag(long), "v" * 300)
    assert [frame.id for frame in _load(done).frames] == ["TXXX", "APIC"]
    assert not _load(done).safe


def test_reframed_data_is_escaped() -> None:
    """In an escaped tag of version 2.4 a changed frame is escaped as well."""
    content = _load(build.tag(build.private("XMP", b"1"), flags=0x80))
    frame = id3_edit.reframe(content, content.frames[0], b"XMP\0\xff\xfe\0")
    assert frame[8:] == b"\0\x02XMP\0\xff\0\xfe\0"


def test_dropping_the_last_frame_drops_the_tag() -> None:
    """A tag must hold a frame, so an empty one goes."""
    data = build.tag(build.comment("c"), padding=9)
    content = _load(data)
    assert apply(data, id3_edit.drop(content, {content.frames[0]: b""})) == b""
    two = build.tag(build.comment("c"), build.comment("d"), padding=9)
    content = _load(two)
    assert apply(two, id3_edit.drop(content, {content.frames[0]: b""})) == build.tag(
        build.comment("d"), padding=9
    )


def test_tags_that_are_not_changed() -> None:
    """A checksum, an unknown version and a full tag are refused, and the reason is given."""
    summed = (10).to_bytes(4, "big") + b"\x80\0" + bytes(8)
    with pytest.raises(PlanError, match="checksum"):
        _put(build.tag(version=3, extended=summed), "value")
    with pytest.raises(PlanError, match=r"version 2\.5"):
        _put(build.tag(version=5), "value")
    with pytest.raises(PlanError, match="too large"):
        _put(build.tag(), "v" * (1 << 28))
    short = (4).to_bytes(4, "big") + bytes(4)
    with pytest.raises(PlanError, match="too short"):
        _put(build.tag(version=3, extended=short), "value")
