"""PNG pictures stored anew as 8-bit RGB or RGBA, where their own form cannot take the label.

Two files need it: one whose palette has no readable colours and no room for more, and an animation
whose frames clear the place of the label without drawing it again.
"""

from __future__ import annotations

import io
from dataclasses import replace
from typing import TYPE_CHECKING

from ailabel.codecs import png
from ailabel.drawing import paint
from ailabel.errors import MalformedFileError, PlanError
from ailabel.io.source import check_limit
from ailabel.io.splice import Edit
from ailabel.marks.image.animation import composed
from ailabel.marks.image.deflate import deflate
from ailabel.marks.image.png_file import INDEXED, RGB, RGBA
from ailabel.marks.image.png_rows import filtered
from ailabel.marks.image.png_write import body_edit, stream_edits
from ailabel.spi import Rendition

if TYPE_CHECKING:
    from collections.abc import Iterator

    from PIL import Image

    from ailabel.drawing.stencil import Stencil
    from ailabel.io.source import View
    from ailabel.marks.image.png_file import Header, PngFile, Stream

__all__ = ["rebuild"]

_KEEP_AND_REPLACE = b"\0\0"  # dispose and blend of fcTL [PNG3 11.3.6.2]


def rebuild(view: View, file: PngFile, stencil: Stencil) -> Rendition:
    """Plan the edits that store every picture anew, with the label.

    Raises:
        PlanError: the pixels have 16 bits a sample, which would be lost.
        LimitExceededError: the canvases have more pixels than `Limits.pixels` together.
    """
    if file.header.depth > 8:  # noqa: PLR2004 - bits
        raise PlanError(
            "the frames of this 16-bit animation clear the place of the label; "
            "choose another position or store the animation with 8 bits"
        )
    area = file.header.width * file.header.height * max(len(file.frames), 1)
    check_limit("the number of pixels", area, view.limits.pixels)
    colour = RGBA if file.frames or file.transparency else RGB
    header = replace(file.header, depth=8, colour=colour, interlaced=False)
    edits = (*_header_edits(view, file, header), *_picture_edits(view, file, stencil, header))
    form = "RGBA" if colour == RGBA else "RGB"
    pictures = "PNG frames drawn out to whole canvases" if file.frames else "PNG pixels"
    return Rendition(
        edits=edits,
        marks=(stencil.mark(),),
        reencoded=f"{pictures}, lossless, stored as 8-bit {form}",
    )


def _picture_edits(view: View, file: PngFile, stencil: Stencil, header: Header) -> Iterator[Edit]:
    frames = [stream for stream in file.streams if stream.frame]
    pictures = ((stream.frame, _decoded(view, file, stream)) for stream in frames if stream.frame)
    size = (header.width, header.height)
    for stream in file.streams:
        if stream.frame is None:
            yield from _stored(view, stream, _decoded(view, file, stream), (stencil, header))
    for stream, canvas in zip(frames, composed(pictures, size), strict=True):
        yield from _stored(view, stream, canvas, (stencil, header))
        if stream.control:
            body = view.read(stream.control.body, stream.control.length, "a PNG frame header")
            whole = body[:4] + header.packed()[:8] + bytes(8) + body[20:24] + _KEEP_AND_REPLACE
            yield body_edit(stream.control, whole)


def _decoded(view: View, file: PngFile, stream: Stream) -> Image.Image:
    """Decode one stream as a picture of its own."""
    from PIL.PngImagePlugin import PngImageFile

    left, top, right, bottom = stream.box(file.header)
    header = replace(file.header, width=right - left, height=bottom - top)
    parts = [png.SIGNATURE, png.chunk(b"IHDR", header.packed())]
    if file.palette:
        parts.append(png.chunk(b"PLTE", file.palette))
    if file.transparency is not None:
        parts.append(png.chunk(b"tRNS", file.transparency))
    parts += (png.chunk(b"IDAT", stream.read(view)), png.chunk(b"IEND", b""))
    try:
        return PngImageFile(io.BytesIO(b"".join(parts))).convert("RGBA")
    except (OSError, SyntaxError, ValueError) as error:
        raise MalformedFileError("the PNG picture data cannot be decoded") from error


def _stored(
    view: View, stream: Stream, picture: Image.Image, target: tuple[Stencil, Header]
) -> Iterator[Edit]:
    """Paint the label and yield the edits that store the picture."""
    stencil, header = target
    beneath = picture.crop(stencil.area)
    style = paint.plate_style() if stream.frame else paint.choose(beneath, stencil.look)
    paint.paint(beneath, stencil, style)
    picture.paste(beneath, stencil.area[:2])
    stored = picture if header.colour == RGBA else picture.convert("RGB")
    stride = header.width * len(stored.getbands())
    before = sum(found.length for found in stream.data)
    yield from stream_edits(view, stream, deflate([filtered(stored.tobytes(), stride)], before))


def _header_edits(view: View, file: PngFile, header: Header) -> Iterator[Edit]:
    """Yield the edits of the chunks whose meaning depends on the colour type [PNG3 11.3]."""
    yield body_edit(file.chunks[0], header.packed())
    for found in file.chunks:
        if found.type == b"tRNS":
            yield Edit(found.offset, found.end - found.offset, b"")
        elif found.type in {b"bKGD", b"sBIT"}:
            body = view.read_metadata(found.body, found.length, "a PNG chunk")
            is_background = found.type == b"bKGD"
            yield body_edit(
                found, _background(body, file) if is_background else _significant(body, header)
            )


def _background(body: bytes, file: PngFile) -> bytes:
    """Return bKGD as 8-bit RGB."""
    if file.header.colour == INDEXED:
        number = 3 * (body[0] if body else 0)
        levels = file.palette[number : number + 3].ljust(3, b"\0")
        return b"".join(bytes((0, level)) for level in levels)
    if len(body) == 6:  # noqa: PLR2004 - RGB already
        return body
    top = (1 << file.header.depth) - 1
    return bytes((0, min(int.from_bytes(body[:2], "big") * 255 // top, 255))) * 3


def _significant(body: bytes, header: Header) -> bytes:
    """Return sBIT for RGB or RGBA."""
    colours = body[:3] if len(body) >= 3 else body[:1] * 3  # noqa: PLR2004 - RGB
    return colours + (b"\x08" if header.colour == RGBA else b"")
