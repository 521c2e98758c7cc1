"""The label on PNG pictures and animations; every pixel outside it stays as it is.

Of the compressed pixels only what stands for the rows under the label is replaced, wherever that
can be done. The file keeps its colour type, depth, interlacing and all other chunks. Only where a
palette has no colours that can be read against each other, or where an animation's frames do not
carry the label on, the picture is stored anew as 8-bit RGB or RGBA, and the rendition says so.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ailabel.drawing.layout import lay_out
from ailabel.drawing.paint import plate_style
from ailabel.drawing.stencil import intersection, is_empty
from ailabel.marks.image.animation import is_steady
from ailabel.marks.image.deflate import deflate, inflate
from ailabel.marks.image.png_file import parse
from ailabel.marks.image.png_paint import Painter, TooFewColoursError
from ailabel.marks.image.png_rebuild import rebuild
from ailabel.marks.image.png_rows import bands, gather, replaced, scatter
from ailabel.marks.image.png_splice import spliced
from ailabel.marks.image.png_write import body_edit, stream_edits
from ailabel.spi import Rendition

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ailabel.drawing.stencil import Stencil
    from ailabel.io.source import View
    from ailabel.io.splice import Edit
    from ailabel.marks.image.png_file import PngFile
    from ailabel.marks.image.png_rows import Raster
    from ailabel.spi import MarkSpec

__all__ = ["render"]


def render(view: View, spec: MarkSpec) -> Rendition:
    """Plan the edits that draw the label into every picture of a PNG.

    Raises:
        PlanError: no label can be drawn legibly.
        MalformedFileError: the file is broken.
    """
    file = parse(view)
    stencil = lay_out((file.header.width, file.header.height), file.orientation, spec)
    if file.frames and not is_steady(file.frames, stencil.area):
        return rebuild(view, file, stencil)
    painter = Painter(file, plate_style() if file.frames else None)
    try:
        edits = spliced(view, file, stencil, painter)
        anew = None if edits else "PNG pixels, lossless"
        edits = edits or tuple(_edits(view, file, stencil, painter))
    except TooFewColoursError:
        return rebuild(view, file, stencil)
    chunk = file.find(b"PLTE")
    if chunk and painter.palette != file.palette:
        edits = (*edits, body_edit(chunk, painter.palette))
    return Rendition(edits=edits, marks=(stencil.mark(),), reencoded=anew)


def _edits(view: View, file: PngFile, stencil: Stencil, painter: Painter) -> Iterator[Edit]:
    """Yield the edits that compress every stream anew."""
    for stream in file.streams:
        box = stream.box(file.header)
        if is_empty(intersection(box, stencil.area)):
            continue
        raster = file.header.raster((box[2] - box[0], box[3] - box[1]))
        data = _redrawn(raster, stream.read(view), stencil.crop(box), painter)
        yield from stream_edits(view, stream, data)


def _redrawn(raster: Raster, before: bytes, stencil: Stencil, painter: Painter) -> bytes:
    """Return a compressed stream with the label in it."""
    raw = inflate(before, raster.length, "PNG picture data")
    found = bands(raw, raster, stencil.area)
    pixels = painter.paint(gather(found, raster, stencil.area), stencil)
    rows = [scatter(band, raster, stencil.area, pixels) for band in found]
    return deflate(replaced(raw, found, raster, rows), len(before))
