"""IIM and the resources of Photoshop."""

from __future__ import annotations

import struct

from ailabel.codecs import iim


def resource(number: int, data: bytes, name: bytes = b"") -> bytes:
    """Return a resource."""
    titled = bytes([len(name)]) + name
    titled += b"\0" * (len(titled) & 1)
    head = b"8BIM" + struct.pack(">H", number) + titled + struct.pack(">I", len(data))
    return head + data + b"\0" * (len(data) & 1)


def test_resources_are_walked_by_their_lengths() -> None:
    """Names and data of odd length are padded."""
    data = resource(1, b"abc", b"xy") + resource(2, b"", b"xyz") + resource(iim.IIM, b"d")
    found = [(number, data[at : at + size]) for number, at, size in iim.resources(data)]
    assert found == [(1, b"abc"), (2, b""), (iim.IIM, b"d")]


def test_resources_end_where_they_are_cut() -> None:
    """Whatever is cut off, those before it are told."""
    data = resource(1, b"abc") + resource(2, b"defg")
    for end in range(len(data)):
        found = [number for number, _, _ in iim.resources(data[:end])]
        assert found == ([1] if end >= len(resource(1, b"abc")) - 1 else [])


def test_datasets_have_short_and_long_lengths() -> None:
    """The high bit of a length says how wide the true one is."""
    short = b"\x1c\x02\x6e\0\x02hi"
    wide = b"\x1c\x02\x78\x80\x04" + struct.pack(">I", 3) + b"abc"
    found = list(iim.datasets(short + wide + b"more"))
    assert [(item.record, item.number, item.value) for item in found] == [
        (2, 110, b"hi"),
        (2, 120, b"abc"),
    ]
    assert [(item.begin, item.end) for item in found] == [(0, 7), (7, 19)]


def test_datasets_end_where_they_are_cut() -> None:
    """A length that runs past the end, or past what was told, ends the walk."""
    assert list(iim.datasets(b"\x1c\x02\x6e\0\x09hi")) == []
    assert list(iim.datasets(b"\x1c\x02\x6e\xff\xff")) == []
    assert [item.value for item in iim.datasets(b"xx\x1c\x02\x6e\0\x01h.", 2, 8)] == [b"h"]
