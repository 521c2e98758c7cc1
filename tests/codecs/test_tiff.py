"""Exif texts and orientation from TIFF directories."""

from __future__ import annotations

import struct
from typing import Final, Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ailabel.codecs import tiff
from ailabel.io.source import Limits
from ailabel.io.splice import apply
from builders import exif
from corpus import CORPUS, needs_corpus

LIMITS: Final = Limits()
JSON: Final = '{"Label":"1","ProduceID":"x"}'
ORDERS: Final[tuple[Literal["little", "big"], ...]] = ("little", "big")


def directory(order: Literal["little", "big"], *entries: tuple[int, int, int, int]) -> bytes:
    """Return a TIFF whose IFD0 has entries of tag, type, count and value."""
    data = (b"II*\0" if order == "little" else b"MM\0*") + (8).to_bytes(4, order)
    data += len(entries).to_bytes(2, order)
    for tag, kind, count, value in entries:
        size = 2 if kind == 3 else 4
        data += tag.to_bytes(2, order) + kind.to_bytes(2, order) + count.to_bytes(4, order)
        data += value.to_bytes(size, order).ljust(4, b"\0")
    return data + bytes(4)


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize(
    "comment",
    [
        b"ASCII\0\0\0" + JSON.encode() + b"\0\0 ",
        b"\0\0\0\0\0\0\0\0" + JSON.encode(),
        b"JIS\0\0\0\0\0" + JSON.encode("iso2022_jp"),
        JSON.encode(),
        b"UNICODE\0" + JSON.encode("utf-16-le") + b"\0\0",
        b"UNICODE\0" + JSON.encode("utf-16-be"),
        b"UNICODE\0" + JSON.encode("utf-16"),
        b"UNICODE\0\xfe\xff" + JSON.encode("utf-16-be"),
        b"UNICODE\0" + JSON.encode(),
    ],
)
def test_user_comment_in_every_code(order: Literal["little", "big"], comment: bytes) -> None:
    """The text comes out the same whatever character code and byte order it was written in."""
    data = exif.tiff(comment=comment, order=order)
    (found,) = tiff.texts(data, LIMITS)
    assert (found.text, found.location) == (JSON, "ExifIFD/UserComment")
    assert data[found.offset : found.offset + found.length] == found.raw == comment


@pytest.mark.parametrize("order", ORDERS)
def test_texts_of_the_first_directory(order: Literal["little", "big"]) -> None:
    """Description and the Windows comment are read; Latin-1 where it is no UTF-8."""
    data = exif.tiff(description=b"caf\xe9\0", windows="示例".encode("utf-16-le"), order=order)
    found = [(item.location, item.text) for item in tiff.texts(data, LIMITS)]
    assert found == [("IFD0/ImageDescription", "café"), ("IFD0/XPComment", "示例")]


def test_exif_header_may_stand_before() -> None:
    """Offsets count from the start of what was given, with or without the Exif header."""
    data = exif.tiff(description=b"text\0")
    (plain,) = tiff.texts(data, LIMITS)
    (headed,) = tiff.texts(b"Exif\0\0" + data, LIMITS)
    assert headed.offset == plain.offset + 6
    assert headed.text == plain.text == "text"


def test_comment_in_the_first_directory_and_chained_directories() -> None:
    """A comment in IFD0 counts, and so does the description of the thumbnail."""
    data = directory("big", (0x9286, 7, 12, 26)) + b"ASCII\0\0\0text"
    assert [item.location for item in tiff.texts(data, LIMITS)] == ["IFD0/UserComment"]
    thumbnail = directory("big", (0x010E, 2, 4, int.from_bytes(b"abc\0", "big")))[8:]
    chained = directory("big")[:-4] + (14).to_bytes(4, "big") + thumbnail
    found = tiff.texts(chained, LIMITS)
    assert [(item.location, item.text) for item in found] == [("IFD1/ImageDescription", "abc")]


@pytest.mark.parametrize(
    ("comment", "left"),
    [
        (b"ASCII\0\0\0secret", b"ASCII\0\0\0" + bytes(6)),
        (b"secret without code", bytes(19)),
    ],
)
def test_blank_keeps_length_and_code(comment: bytes, left: bytes) -> None:
    """A blanked comment keeps its character code and its place, and reads as empty."""
    data = exif.tiff(description=b"stays\0", comment=comment)
    _, found = tiff.texts(data, LIMITS)
    after = apply(data, [tiff.blank(found)])
    assert len(after) == len(data)
    assert [item.text for item in tiff.texts(after, LIMITS)] == ["stays", ""]
    assert tiff.texts(after, LIMITS)[1].raw == left


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize(("value", "expected"), [(1, 1), (6, 6), (8, 8), (0, 1), (9, 1), (999, 1)])
def test_orientation(order: Literal["little", "big"], value: int, expected: int) -> None:
    """The orientation is 1 to 8, and 1 where it says anything else."""
    assert tiff.orientation(directory(order, (0x0112, 3, 1, value))) == expected


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"II*\0",
        b"BM  ",
        b"II+\0\x08\0\0\0",
        b"MM\0*\xff\xff\xff\xff",
        directory("big", (0x010E, 2, 100, 0xFFFFFFF0)),
        directory("big", (0x010E, 5, 2, 8)),
    ],
)
def test_what_cannot_be_read_is_left_out(data: bytes) -> None:
    """Broken headers, offsets and types give no text, or an empty one."""
    assert all(not item.text for item in tiff.texts(data, LIMITS))
    assert tiff.orientation(data) == 1


def test_loops_and_counts_are_bounded() -> None:
    """Directories that point at each other are read once, and entries are counted."""
    loop = directory("big", (0x8769, 4, 1, 8), (0x8769, 4, 1, 10))[:-4] + (8).to_bytes(4, "big")
    assert tiff.texts(loop, LIMITS) == ()
    many = directory("big", *[(0x010E, 2, 1, 0)] * 50)
    assert len(tiff.texts(many, LIMITS)) == 50
    assert len(tiff.texts(many, Limits(items=7))) == 7


@given(
    place=st.integers(0, 200),
    junk=st.binary(max_size=12),
    cut=st.integers(0, 200),
    order=st.sampled_from(ORDERS),
)
@settings(max_examples=150, deadline=None)
def test_damage_never_raises(
    place: int, junk: bytes, cut: int, order: Literal["little", "big"]
) -> None:
    """Any overwritten or truncated data gives texts that lie inside it."""
    data = exif.tiff(description=b"text\0", comment=b"UNICODE\0" + b"x\0" * 9, order=order)
    data = (data[:place] + junk + data[place + len(junk) :])[: cut + 8]
    for found in tiff.texts(data, LIMITS):
        assert data[found.offset : found.offset + found.length] == found.raw
        assert len(apply(data, [tiff.blank(found)])) == len(data)
    assert 1 <= tiff.orientation(data) <= 8


@needs_corpus
@pytest.mark.parametrize("name", ["made/j_uc_ascii.jpg", "made/j_uc_unicode.jpg"])
def test_real_exif(name: str) -> None:
    """The comments of real files are read."""
    data = (CORPUS / name).read_bytes()
    start = data.index(b"Exif\0\0")
    assert any("ContentProducer" in item.text for item in tiff.texts(data[start:], LIMITS))


def test_shared_values_are_read_once() -> None:
    """A thousand entries that point at one value cost one value, not a thousand."""
    count, value = 1000, b"x" * 60_000
    place = 8 + 2 + 12 * count + 4
    entry = struct.pack("<HHII", 0x010E, 2, len(value), place)
    data = struct.pack("<2sHIH", b"II", 42, 8, count) + entry * count + bytes(4) + value
    found = tiff.texts(data, Limits())
    assert [text.length for text in found] == [len(value)]


def test_texts_longer_than_a_label_are_left_out() -> None:
    """A text that is longer than any label is not read."""
    value = b"x" * 70_000
    entry = struct.pack("<HHII", 0x010E, 2, len(value), 8 + 2 + 12 + 4)
    data = struct.pack("<2sHIH", b"II", 42, 8, 1) + entry + bytes(4) + value
    assert tiff.texts(data, Limits()) == ()


def test_overlapping_directories_are_read_no_longer_than_the_data() -> None:
    """Directories that begin within each other cannot make more entries than the data has room."""
    entries = [(0x8769, 4, 1, 10 + 12 * number + number % 7) for number in range(300)]
    data = directory("little", *entries)
    walked = list(tiff._entries(data, LIMITS, range(1 << 16)))
    assert len(walked) <= len(data) // 12
