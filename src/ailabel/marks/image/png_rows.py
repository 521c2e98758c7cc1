"""Rows of PNG pixels: filters, interlace passes, and the rows that a label touches [PNG3 7, 8, 9].

Only those rows are unfiltered, from the nearest row above that does not refer to its upper
neighbour; every other row keeps its filtered bytes. The row below the label is filtered anew,
because its filter refers to pixels that have changed; its pixels stay.

Filters work on bytes, not on samples. Without the compiled extension any pixel format is unfiltered
as an 8-bit picture of as many channels as a pixel has bytes: Pillow does it in C and loses no bit
of 16-bit samples.
"""

from __future__ import annotations

import zlib
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from ailabel.codecs import native
from ailabel.errors import MalformedFileError
from ailabel.values import frozen

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ailabel.drawing.stencil import Box

__all__ = ["Band", "Raster", "band", "bands", "filtered", "gather", "replaced", "scatter"]

_ADAM7: Final = (  # x, y, dx, dy [PNG3 8.1]
    (0, 0, 8, 8),
    (4, 0, 8, 8),
    (0, 4, 4, 8),
    (2, 0, 4, 4),
    (0, 2, 2, 4),
    (1, 0, 2, 2),
    (0, 1, 1, 2),
)
_SUB, _UP, _LAST_FILTER = 1, 2, 4  # [PNG3 9.2]
_MODES: Final = {1: "L", 2: "LA", 3: "RGB", 4: "RGBA"}  # by bytes of a pixel
_BYTE: Final = 8  # bits
_WORK: Final = 1 << 19  # bytes that are unfiltered at a time, which stay in the processor's cache


@frozen(kw_only=True)
class Pass:
    """A grid of pixels that is stored as a picture of its own: all pixels, or an Adam7 pass.

    Args:
        origin: the first pixel's column and row in the picture.
        step: columns and rows from one pixel to the next.
        size: columns and rows of the grid.
        offset: where its filtered rows begin.
        stride: bytes of a row, without its filter byte.
    """

    origin: tuple[int, int]
    step: tuple[int, int]
    size: tuple[int, int]
    offset: int
    stride: int

    def row(self, number: int) -> int:
        """Return where a filtered row begins."""
        return self.offset + number * (self.stride + 1)

    def within(self, axis: int, low: int, high: int) -> tuple[int, int]:
        """Return which columns (axis 0) or rows (axis 1) stand between two of the picture's."""
        origin, step, size = self.origin[axis], self.step[axis], self.size[axis]
        first, last = (-(-(edge - origin) // step) for edge in (low, high))
        return max(first, 0), min(max(last, 0), size)


@frozen(kw_only=True)
class Raster:
    """How pixels are laid out: size, bits a pixel, interlaced or not."""

    width: int
    height: int
    bits: int
    interlaced: bool = False

    @property
    def unit(self) -> int:
        """Bytes of a pixel; 1 where a byte holds several."""
        return max(self.bits // _BYTE, 1)

    def passes(self) -> tuple[Pass, ...]:
        """Return the grids in the order in which they are stored, empty ones left out."""
        found: list[Pass] = []
        offset = 0
        for x, y, dx, dy in _ADAM7 if self.interlaced else ((0, 0, 1, 1),):
            size = (-(-(self.width - x) // dx), -(-(self.height - y) // dy))
            if min(size) < 1:
                continue
            stride = -(-size[0] * self.bits // _BYTE)
            found.append(
                Pass(origin=(x, y), step=(dx, dy), size=size, offset=offset, stride=stride)
            )
            offset = found[-1].row(size[1])
        return tuple(found)

    @property
    def length(self) -> int:
        """Bytes of all filtered rows."""
        last = self.passes()[-1]
        return last.row(last.size[1])


@frozen(kw_only=True)
class Band:
    """The rows of one pass that a box touches, unfiltered.

    Args:
        grid: the pass.
        first: number of the first row.
        last: number of the row below the last.
        above: the row above, zeros where there is none.
        rows: the rows themselves.
        below: the row below, empty where there is none.
    """

    grid: Pass
    first: int
    last: int
    above: bytes
    rows: bytes
    below: bytes


def bands(raw: bytes, raster: Raster, box: Box) -> tuple[Band, ...]:
    """Unfilter the rows that a box touches.

    Raises:
        MalformedFileError: a row has an unknown filter.
    """
    found: list[Band] = []
    for grid in raster.passes():
        first, last = grid.within(1, box[1], box[3])
        if first < last:
            found.append(_band(raw, grid, raster.unit, first, last))
    return tuple(found)


def _band(raw: bytes, grid: Pass, unit: int, first: int, last: int) -> Band:
    start, above = max(first - 1, 0), b""
    while start and raw[grid.row(start)] > _SUB:
        start -= 1
    for number in range(start, first, step := max(_WORK // grid.stride, 1)):
        piece = raw[grid.row(number) : grid.row(min(number + step, first))]
        above = _unfiltered(piece, grid.stride, unit, above)[-grid.stride :]
    piece = raw[grid.row(first) : grid.row(min(last + 1, grid.size[1]))]
    rows = _unfiltered(piece, grid.stride, unit, above)
    stop = (last - first) * grid.stride
    return Band(
        grid=grid,
        first=first,
        last=last,
        above=above or bytes(grid.stride),
        rows=rows[:stop],
        below=rows[stop:],
    )


def band(raw: bytes, start: int, raster: Raster, box: Box) -> Band:
    """Unfilter the rows that a box touches, of a picture that is stored as a whole.

    Args:
        raw: filtered rows.
        start: how many bytes of the first rows are left out, none of which these rows need.
        raster: how they are laid out; not interlaced.
        box: what is touched.

    Raises:
        MalformedFileError: a row has an unknown filter.
    """
    (grid,) = raster.passes()
    found = _band(raw, replace(grid, offset=-start), raster.unit, *grid.within(1, box[1], box[3]))
    return replace(found, grid=grid)


def gather(found: Iterable[Band], raster: Raster, box: Box) -> bytes:
    """Return the pixels of a box, `Raster.unit` bytes each, row by row."""
    left, top, right, bottom = box
    unit, width = raster.unit, right - left
    result = bytearray(width * (bottom - top) * unit)
    for band in found:
        rows = _unpacked(band, raster)
        for target, source, step in _lines(band, raster, box):
            for byte in range(unit):
                result[target.start + byte : target.stop : step] = rows[
                    source.start + byte : source.stop : unit
                ]
    return bytes(result)


def scatter(band: Band, raster: Raster, box: Box, pixels: bytes) -> bytes:
    """Return the rows of a band with the pixels of a box put in."""
    unit = raster.unit
    rows = bytearray(_unpacked(band, raster))
    for source, target, step in _lines(band, raster, box):
        for byte in range(unit):
            rows[target.start + byte : target.stop : unit] = pixels[
                source.start + byte : source.stop : step
            ]
    return _packed(bytes(rows), band, raster)


def _lines(band: Band, raster: Raster, box: Box) -> Iterable[tuple[slice, slice, int]]:
    """Yield, for each row of a band, its bytes in the box and in the row, and the box's step."""
    left, top, right, _ = box
    unit, width, grid = raster.unit, right - left, band.grid
    begin, end = grid.within(0, left, right)
    if begin >= end:
        return
    column = grid.origin[0] + begin * grid.step[0] - left
    across = grid.size[0] * unit if raster.bits < _BYTE else grid.stride
    for number in range(band.first, band.last):
        row = grid.origin[1] + number * grid.step[1] - top
        inside = slice((row * width + column) * unit, (row + 1) * width * unit)
        start = (number - band.first) * across
        yield inside, slice(start + begin * unit, start + end * unit), grid.step[0] * unit


def replaced(
    raw: bytes, found: Sequence[Band], raster: Raster, changed: Sequence[bytes]
) -> list[memoryview | bytes]:
    """Return the filtered rows of the picture with those of the bands replaced, in pieces."""
    view, position = memoryview(raw), 0
    pieces: list[memoryview | bytes] = []
    for band, rows in zip(found, changed, strict=True):
        grid = band.grid
        pieces.append(view[position : grid.row(band.first)])
        pieces.append(filtered(rows + band.below, grid.stride, band.above))
        position = grid.row(band.last + (1 if band.below else 0))
    pieces.append(view[position : raster.length])
    return pieces


def filtered(rows: bytes, stride: int, above: bytes | None = None) -> bytes:
    """Filter rows with the filter Up.

    Args:
        rows: unfiltered.
        stride: bytes of a row.
        above: the row above the first, unfiltered; None stands for zeros.
    """
    if native.is_there():
        from ailabel.codecs import _native

        return _native.png_filter(rows, stride, 1, above or b"")
    from PIL import Image, ImageChops

    count = len(rows) // stride
    below = Image.frombuffer("L", (stride, count), rows, "raw", "L", 0, 1)
    upper = Image.frombytes(
        "L", (stride, count), (above or bytes(stride)) + rows[: (count - 1) * stride]
    )
    result = Image.new("L", (stride + 1, count), _UP)
    result.paste(ImageChops.subtract_modulo(below, upper), (1, 0))
    return result.tobytes()


def _unfiltered(rows: bytes, stride: int, unit: int, above: bytes) -> bytes:
    """Undo the filters of rows.

    Args:
        rows: filtered.
        stride: bytes of a row.
        unit: bytes of a pixel.
        above: the row above, unfiltered; empty where the first row does not refer to it.
    """
    if max(rows[:: stride + 1]) > _LAST_FILTER:
        raise MalformedFileError("a row of the PNG picture has an unknown filter")
    if native.is_there():
        from ailabel.codecs import _native

        return _native.png_unfilter(rows, stride, unit, above)
    if above:
        rows = b"\0" + above + rows  # the filter None
    decode = _decoded if unit in _MODES else _decoded_wide
    return decode(rows, stride, unit)[len(above) :]


def _decoded_wide(rows: bytes, stride: int, unit: int) -> bytes:
    """Undo the filters of 16-bit colour: each byte of a pixel makes a picture of its own."""
    count, width = len(rows) // (stride + 1), stride // unit
    result = bytearray(count * stride)
    for byte in range(unit):
        plane = bytearray(count * (width + 1))
        plane[:: width + 1] = rows[:: stride + 1]
        for number in range(count):
            begin = number * (stride + 1) + 1
            plane[number * (width + 1) + 1 : (number + 1) * (width + 1)] = rows[
                begin + byte : begin + stride : unit
            ]
        result[byte::unit] = _decoded(bytes(plane), width, 1)
    return bytes(result)


def _decoded(rows: bytes, stride: int, unit: int) -> bytes:
    """Let Pillow undo the filters of an 8-bit picture of `unit` channels."""
    from PIL import Image

    size, mode = (stride // unit, len(rows) // (stride + 1)), _MODES[unit]
    stored = zlib.compress(rows, 0)
    return Image.frombytes(mode, size, stored, "zip", mode, 0).tobytes()


def _unpacked(band: Band, raster: Raster) -> bytes:
    """Return a band's rows with at least one byte a pixel."""
    if raster.bits >= _BYTE:
        return band.rows
    from PIL import Image

    size = (band.grid.size[0], band.last - band.first)
    kind = f"P;{raster.bits}"
    return Image.frombytes("P", size, band.rows, "raw", kind).tobytes()


def _packed(rows: bytes, band: Band, raster: Raster) -> bytes:
    if raster.bits >= _BYTE:
        return rows
    from PIL import Image

    size = (band.grid.size[0], band.last - band.first)
    return Image.frombytes("P", size, rows).tobytes("raw", f"P;{raster.bits}")
