"""PNG chunks and text chunks."""

from __future__ import annotations

import zlib

import pytest

from ailabel.codecs import png
from ailabel.errors import LimitExceededError, MalformedFileError
from ailabel.io.source import BytesView, Limits
from builders import png as build


def view(data: bytes, limits: Limits | None = None) -> BytesView:
    """Return a view of a file."""
    return BytesView(data, "a.png", limits)


def first_text(*chunks: bytes, limits: Limits | None = None) -> png.Text:
    """Read the first text chunk of a file made of these chunks."""
    file = view(build.build(*chunks), limits)
    found = next(item for item in png.chunks(file) if item.type in png.TEXT_CHUNKS)
    return png.read_text(file, found)


def test_chunks_cover_the_file() -> None:
    """The chunks follow one another from the signature to IEND, and not beyond."""
    data = build.build(build.text("a", "b")) + b"behind"
    found = list(png.chunks(view(data)))
    assert [item.type for item in found] == [b"IHDR", b"tEXt", b"IDAT", b"IDAT", b"IEND"]
    assert [item.end for item in found] == [item.offset for item in found[1:]] + [len(data) - 6]
    assert data[found[1].body : found[1].body + found[1].length] == b"a\0b"


def test_wrong_crc_is_tolerated() -> None:
    """A wrong CRC does not keep a file from being read."""
    data = build.build().replace(zlib.crc32(b"IEND").to_bytes(4, "big"), bytes(4))
    assert list(png.chunks(view(data)))[-1].type == b"IEND"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x89PNG\r\n\x1a\r" + build.build()[8:],
        build.build()[:-12],
        build.build()[:-1],
        build.SIGNATURE + build.header() + build.chunk(b"I\0AT", b""),
        build.SIGNATURE + b"\xff\xff\xff\xffIDAT",
    ],
)
def test_broken_structure_is_refused(data: bytes) -> None:
    """Missing signature or IEND, chunks without a name or past the end are malformed."""
    with pytest.raises(MalformedFileError):
        list(png.chunks(view(data)))


def test_number_of_chunks_is_bounded() -> None:
    """More chunks than the limit are refused."""
    with pytest.raises(LimitExceededError):
        list(png.chunks(view(build.build(), Limits(items=3))))


def test_chunk_has_length_and_crc() -> None:
    """A chunk is written as the builder writes it."""
    assert png.chunk(b"tEXt", b"a\0b") == build.chunk(b"tEXt", b"a\0b")


@pytest.mark.parametrize(
    ("chunk", "text", "compressed"),
    [
        (build.text("Key", "välue"), "välue", False),
        (build.chunk(b"tEXt", b"Key\0v\xe4lue"), "välue", False),
        (build.chunk(b"tEXt", b"Key\0"), "", False),
        (build.ztxt("Key", "välue"), "välue", True),
        (build.itxt("Key", "välue".encode()), "välue", False),
        (build.itxt("Key", "välue".encode(), compressed=True), "välue", True),
        (build.chunk(b"iTXt", b"Key\0\0\0zh\0\xe9\x94\xae\0v\xc3\xa4lue"), "välue", False),
    ],
)
def test_text_chunks(chunk: bytes, text: str, compressed: bool) -> None:  # noqa: FBT001 - a table
    """Keyword, text and place come out of each kind of text chunk, and go back in."""
    file = view(build.build(chunk))
    place = list(png.chunks(file))[1]
    found = png.read_text(file, place)
    assert (found.keyword, found.text, found.compressed) == ("Key", text, compressed)
    assert png.keyword(file, place) == "Key"
    assert file.read(found.offset, len(found.stored)) == found.stored
    repacked = first_text(png.chunk(place.type, found.repack(b"other")))
    assert (repacked.text, repacked.compressed) == ("other", compressed)


def test_uncompressed_keeps_language() -> None:
    """An iTXt chunk that is stored uncompressed keeps its language and translated keyword."""
    body = b"Key\0\1\0zh\0\xe9\x94\xae\0" + zlib.compress(b"old")
    found = first_text(build.chunk(b"iTXt", body))
    assert found.uncompressed(b"new") == b"Key\0\0\0zh\0\xe9\x94\xae\0new"


@pytest.mark.parametrize(
    "chunk",
    [
        build.chunk(b"tEXt", b"no separator"),
        build.chunk(b"zTXt", b"Key\0"),
        build.chunk(b"zTXt", b"Key\0\1" + zlib.compress(b"x")),
        build.chunk(b"zTXt", b"Key\0\0" + zlib.compress(b"x")[:-3]),
        build.chunk(b"zTXt", b"Key\0\0garbage"),
        build.chunk(b"iTXt", b"Key\0\0\0zh"),
        build.chunk(b"iTXt", b"Key\0\1\1\0\0" + zlib.compress(b"x")),
    ],
)
def test_broken_text_chunks(chunk: bytes) -> None:
    """Missing separators, unknown methods and broken streams are malformed."""
    with pytest.raises(MalformedFileError):
        first_text(chunk)


def test_inflation_is_bounded() -> None:
    """A small chunk cannot become a large text."""
    bomb = build.chunk(b"zTXt", b"Key\0\0" + zlib.compress(bytes(1 << 20)))
    with pytest.raises(LimitExceededError):
        first_text(bomb, limits=Limits(inflate_bytes=1000))


def test_raw_profiles() -> None:
    """A raw profile's hex digits are read and written as ImageMagick lays them out."""
    text = b"\nxmp\n      40\n" + b"61" * 36 + b"\n" + b"62" * 4 + b"\n"
    found = png.profile(text)
    assert found is not None
    assert found.data == b"a" * 36 + b"b" * 4
    assert found.pack(found.data) == text
    assert png.profile(b"\nxmp\n 3\nno hex\n") is None
