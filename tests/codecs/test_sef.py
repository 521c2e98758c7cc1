"""Samsung's trailer."""

from __future__ import annotations

import random
import struct

from ailabel.codecs import sef
from ailabel.io.source import BytesView
from builders.traced import trailer


def blocks(data: bytes) -> list[tuple[str, bytes]]:
    """Return names and data."""
    view = BytesView(data)
    return [(item.name, data[item.data : item.end]) for item in sef.blocks(view, view.size)]


def test_blocks_are_found_by_the_directory_at_the_end() -> None:
    """Wherever the picture ends."""
    assert blocks(b"picture" + trailer(b"text", b"Name")) == [("Name", b"text")]


def test_without_a_trailer_there_are_none() -> None:
    """Files that end otherwise, or before one fits."""
    for data in (b"", b"SEFT", bytes(64), b"x" * 60 + bytes(4) + b"SEFT"):
        assert blocks(data) == []


def test_entries_that_lead_out_of_the_trailer_are_left_out() -> None:
    """A block before the file, one that is cut, one whose name is longer than it."""
    good = trailer(b"text", b"Name")
    start = good.index(b"SEFH")
    for at, value in ((16, 1 << 20), (20, 1 << 20), (20, 9)):
        data = bytearray(good)
        data[start + at : start + at + 4] = struct.pack("<I", value)
        assert blocks(bytes(data)) == []
    assert blocks(good.replace(b"\x04\0\0\0Name", b"\xff\xff\0\0Name")) == []


def test_damaged_trailers_raise_nothing() -> None:
    """Whatever is flipped or cut."""
    source = random.Random(7)
    good = trailer(b"text", b"Name")
    for _ in range(500):
        data = bytearray(good[source.randrange(4) :])
        data[source.randrange(len(data))] ^= 1 << source.randrange(8)
        assert len(blocks(bytes(data))) <= 1
