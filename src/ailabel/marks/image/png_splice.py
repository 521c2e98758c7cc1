"""The label on PNG pictures: the rows that it touches are compressed anew, no others.

Not so for animations, interlaced pictures, and streams that hold more or less than the pixels; nor
without the compiled extension. These are compressed anew as a whole.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from ailabel.codecs import native
from ailabel.codecs.deflate_splice import patches, unfold
from ailabel.errors import MalformedFileError
from ailabel.marks.image.deflate import compressor_for
from ailabel.marks.image.png_rows import band, filtered, gather, scatter
from ailabel.marks.image.png_write import patch_edits

if TYPE_CHECKING:
    import zlib

    from ailabel.drawing.stencil import Stencil
    from ailabel.io.source import View
    from ailabel.io.splice import Edit
    from ailabel.marks.image.png_file import PngFile
    from ailabel.marks.image.png_paint import Painter

__all__ = ["spliced"]


def spliced(view: View, file: PngFile, stencil: Stencil, painter: Painter) -> tuple[Edit, ...]:
    """Plan the edits that replace the rows under the label; none where that cannot be done.

    Raises:
        TooFewColoursError: see `Painter.paint`.
    """
    if len(file.streams) > 1 or file.frames or file.header.interlaced or not native.is_there():
        return ()
    (stream,) = file.streams
    raster = file.header.raster((file.header.width, file.header.height))
    (grid,) = raster.passes()
    top, bottom = grid.within(1, stencil.area[1], stencil.area[3])
    data = stream.read(view)
    first, last = grid.row(top), grid.row(min(bottom + 1, grid.size[1]))
    try:
        opened = unfold(data, raster.length, grid.stride + 1, (first, last))
    except MalformedFileError:  # the pixels may be whole all the same
        return ()
    if opened is None:
        return ()
    found = band(opened.raw, opened.start, raster, stencil.area)
    pixels = painter.paint(gather([found], raster, stencil.area), stencil)
    rows = scatter(found, raster, stencil.area, pixels)
    new = filtered(rows + found.below, grid.stride, found.above)
    compressor = partial(_compressor, len(data), raster.length)
    return tuple(patch_edits(stream, data, patches(opened, first, new, compressor)))


def _compressor(before: int, size: int, window: int, known: bytes) -> zlib._Compress:
    return compressor_for(before, size, -window, known)
