"""What a marker needs to know of a PNG: header, palette, orientation, and its streams of pixels."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Final

from ailabel.codecs import png, tiff
from ailabel.errors import MalformedFileError
from ailabel.io.source import check_limit
from ailabel.marks.image.animation import Dispose, Frame
from ailabel.marks.image.png_rows import Raster
from ailabel.values import frozen

if TYPE_CHECKING:
    from ailabel.drawing.stencil import Box
    from ailabel.io.source import View

__all__ = ["GREY", "INDEXED", "MODES", "RGB", "RGBA", "Header", "PngFile", "Stream", "parse"]

GREY, RGB, INDEXED, GREY_ALPHA, RGBA = 0, 2, 3, 4, 6  # colour types [PNG3 11.2.1]
MODES: Final = {GREY: "L", RGB: "RGB", INDEXED: "L", GREY_ALPHA: "LA", RGBA: "RGBA"}
_CHANNELS: Final = {GREY: 1, RGB: 3, INDEXED: 1, GREY_ALPHA: 2, RGBA: 4}
_DEPTHS: Final = {
    GREY: (1, 2, 4, 8, 16),
    RGB: (8, 16),
    INDEXED: (1, 2, 4, 8),
    GREY_ALPHA: (8, 16),
    RGBA: (8, 16),
}
_HEADER: Final = 13
_CONTROL: Final = 26  # fcTL [PNG3 11.3.6.2]
_SEQUENCE: Final = 4  # bytes of the sequence number before the data of fdAT
_PIXEL_BYTES: Final = 4  # of pixels with 8 bytes a picture may have half as many
_DISPOSE: Final = {0: Dispose.KEEP, 1: Dispose.CLEAR, 2: Dispose.RESTORE}


@frozen(kw_only=True)
class Header:
    """IHDR [PNG3 11.2.1]."""

    width: int
    height: int
    depth: int
    colour: int
    interlaced: bool

    def raster(self, size: tuple[int, int]) -> Raster:
        """Return how a picture of a size is laid out with this header."""
        bits = self.depth * _CHANNELS[self.colour]
        return Raster(width=size[0], height=size[1], bits=bits, interlaced=self.interlaced)

    def packed(self) -> bytes:
        """Return the chunk's data."""
        size = self.width.to_bytes(4, "big") + self.height.to_bytes(4, "big")
        return size + bytes((self.depth, self.colour, 0, 0, self.interlaced))


@frozen
class Stream:
    """One stream of pixels: the chunks that hold it, its control chunk and place in an animation.

    Args:
        data: IDAT or fdAT chunks.
        control: the fcTL chunk; None for a picture that is no frame.
        frame: how it is shown; None likewise.
    """

    data: tuple[png.Chunk, ...]
    control: png.Chunk | None
    frame: Frame | None

    def box(self, header: Header) -> Box:
        """Return which part of the canvas it covers."""
        return self.frame.box if self.frame else (0, 0, header.width, header.height)

    @property
    def skip(self) -> int:
        """How many bytes of each chunk stand before the pixels."""
        return _SEQUENCE if self.data[0].type == b"fdAT" else 0

    def read(self, view: View) -> bytes:
        """Return the compressed pixels."""
        if self.data[0].type != b"IDAT":
            return b"".join(
                view.read(part.body + _SEQUENCE, part.length - _SEQUENCE, "PNG picture data")
                for part in self.data
            )
        start = self.data[0].offset  # they follow one another: read at once
        whole = memoryview(view.read(start, self.data[-1].end - start, "PNG picture data"))
        return b"".join(
            whole[part.body - start : part.body - start + part.length] for part in self.data
        )


@frozen(kw_only=True)
class PngFile:
    """A PNG, taken apart.

    Args:
        chunks: all of them.
        header: of the file.
        palette: the data of PLTE, or nothing.
        transparency: the data of tRNS, or None.
        orientation: the Exif orientation.
        streams: the picture of IDAT first, then the frames.
    """

    chunks: tuple[png.Chunk, ...]
    header: Header
    palette: bytes
    transparency: bytes | None
    orientation: int
    streams: tuple[Stream, ...]

    @property
    def is_numbered(self) -> bool:
        """Whether a pixel is a number of a palette, or one of a few grey levels."""
        return self.header.colour == INDEXED or self.header.depth < 8  # noqa: PLR2004 - bits

    @property
    def frames(self) -> tuple[Frame, ...]:
        """The frames of the animation, in order; none for a still picture."""
        return tuple(stream.frame for stream in self.streams if stream.frame)

    def find(self, name: bytes) -> png.Chunk | None:
        """Return the first chunk of a type."""
        return next((found for found in self.chunks if found.type == name), None)


def parse(view: View) -> PngFile:
    """Take a PNG apart.

    Raises:
        MalformedFileError: a chunk that is needed is missing or broken.
        LimitExceededError: it has more pixels, or more bytes of them, than `Limits.pixels` allows.
    """
    chunks = tuple(png.chunks(view))
    header = _header(view, chunks[0])
    streams = _streams(view, chunks, header)
    check_limit(
        "the number of pixels", sum(_area(part, header) for part in streams), view.limits.pixels
    )
    largest = max(_bytes(part, header) for part in streams)
    check_limit("the pixels of the PNG", largest, _PIXEL_BYTES * view.limits.pixels)
    bodies = {
        found.type: view.read_metadata(found.body, found.length, "a PNG chunk")
        for found in reversed(chunks)
        if found.type in {b"PLTE", b"tRNS", b"eXIf"}
    }
    palette = bodies.get(b"PLTE", b"")
    if header.colour == INDEXED and (
        not palette or len(palette) % 3 or len(palette) > 3 << header.depth
    ):
        raise MalformedFileError("the PNG palette is missing or has a wrong length")
    return PngFile(
        chunks=chunks,
        header=header,
        palette=palette,
        transparency=bodies.get(b"tRNS"),
        orientation=tiff.orientation(bodies.get(b"eXIf", b"")),
        streams=streams,
    )


def _area(stream: Stream, header: Header) -> int:
    left, top, right, bottom = stream.box(header)
    return (right - left) * (bottom - top)


def _bytes(stream: Stream, header: Header) -> int:
    left, top, right, bottom = stream.box(header)
    return header.raster((right - left, bottom - top)).length


def _header(view: View, found: png.Chunk) -> Header:
    if found.type != b"IHDR" or found.length != _HEADER:
        raise MalformedFileError("the PNG header is missing", offset=found.offset)
    body = view.read(found.body, _HEADER, "the PNG header")
    width, height = int.from_bytes(body[:4], "big"), int.from_bytes(body[4:8], "big")
    depth, colour, compression, filtering, interlace = body[8:]
    known = (
        depth in _DEPTHS.get(colour, ()) and not compression and not filtering and interlace <= 1
    )
    if not known or not width or not height:
        raise MalformedFileError(
            "the PNG header has a value that is not allowed", offset=found.offset
        )
    return Header(
        width=width, height=height, depth=depth, colour=colour, interlaced=bool(interlace)
    )


def _streams(view: View, chunks: tuple[png.Chunk, ...], header: Header) -> tuple[Stream, ...]:
    """Sort the chunks of pixels by picture."""
    animated = any(found.type == b"acTL" for found in chunks)
    still = tuple(found for found in chunks if found.type == b"IDAT")
    if not still:
        raise MalformedFileError("the PNG has no picture data")
    if any(first.end != second.offset for first, second in pairwise(still)):
        raise MalformedFileError(
            "the IDAT chunks of the PNG do not follow one another", offset=still[0].offset
        )
    groups: list[tuple[png.Chunk | None, list[png.Chunk]]] = [(None, [])]
    for found in chunks:
        if animated and found.type == b"fcTL":
            groups.append((found, []))
        elif found.type == b"IDAT" or (animated and found.type == b"fdAT"):
            groups[-1][1].append(found)
    result = [_stream(view, control, data, header) for control, data in groups if control or data]
    if len(result) > 1 and not result[0].data[0].type == b"IDAT":
        raise MalformedFileError("the PNG animation has a frame before its picture")
    return tuple(result)


def _stream(view: View, control: png.Chunk | None, data: list[png.Chunk], header: Header) -> Stream:
    kinds = {found.type for found in data}
    shortest = min((found.length for found in data if found.type == b"fdAT"), default=_SEQUENCE)
    frame = _frame(view, control, header) if control else None
    canvas = (0, 0, header.width, header.height)
    is_whole = frame is None or frame.box == canvas or kinds == {b"fdAT"}
    if len(kinds) != 1 or shortest < _SEQUENCE or not is_whole or (not frame and b"fdAT" in kinds):
        raise MalformedFileError("a frame of the PNG animation has no picture data of its own")
    return Stream(tuple(data), control, frame)


def _frame(view: View, control: png.Chunk, header: Header) -> Frame:
    if control.length != _CONTROL:
        raise MalformedFileError(
            "a frame header of the PNG animation has a wrong length", offset=control.offset
        )
    body = view.read(control.body, _CONTROL, "a PNG frame header")
    width, height, left, top = (int.from_bytes(body[at : at + 4], "big") for at in (4, 8, 12, 16))
    inside = left + width <= header.width and top + height <= header.height
    if not (width and height and inside and body[24] in _DISPOSE and body[25] <= 1):
        raise MalformedFileError(
            "a frame of the PNG animation leaves its canvas", offset=control.offset
        )
    box = (left, top, left + width, top + height)
    return Frame(box, not body[25], _DISPOSE[body[24]])
