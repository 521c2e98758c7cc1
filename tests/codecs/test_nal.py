"""Units of the first coded picture, and messages in them."""

from __future__ import annotations

import pytest

from ailabel.codecs import nal
from ailabel.io.source import BytesView
from builders import boxes
from builders.traced import film


def test_the_units_of_the_first_picture_are_found() -> None:
    """Each behind its length, as far as they are looked at."""
    data = film(b"user data")
    view = BytesView(data)
    found = [data[begin:end] for begin, end in nal.first_units(view, 1 << 16, 64)]
    assert [unit[0] for unit in found] == [0x06, 0x65]
    assert len(list(nal.first_units(view, 1 << 16, 1))) == 1
    assert list(nal.first_units(view, 8, 64)) == []


def test_films_of_other_codecs_have_none() -> None:
    """A description without a known configuration, a film without pictures, and no film."""
    for data in (
        boxes.Movie().build(),
        boxes.Movie(tracks=boxes.both()[1:]).build(),
        boxes.ftyp(b"isom"),
    ):
        assert list(nal.first_units(BytesView(data), 1 << 16, 64)) == []


@pytest.mark.parametrize("head", [b"\x06", b"\x4e\x01"])
def test_messages_are_told_by_kind(head: bytes) -> None:
    """In both codecs, with long lengths, and with what escapes false starts taken out."""
    body = b"\0\0\3\1" * 80
    plain = body.replace(b"\0\0\3", b"\0\0")
    length = b"\xff" * (len(plain) // 255) + bytes([len(plain) % 255])
    unit = head + b"\x01\x02ab" + b"\x05" + length + body + b"\x80"
    ((at, found),) = nal.messages(unit, 5)
    assert found == plain
    assert unit[at : at + 2] == b"\0\0"
    assert [found for _, found in nal.messages(unit, 1)] == [b"ab"]


@pytest.mark.parametrize("unit", [b"", b"\x65coded", b"\x06", b"\x06\x05\x20s", b"\x06\xff\xff"])
def test_other_units_hold_no_messages(unit: bytes) -> None:
    """Pictures, and units that end too soon."""
    assert list(nal.messages(unit, 5)) == []
