"""The label on WebP pictures and animations [RFC 9649].

Only the coded pictures are replaced; all other chunks keep their bytes, as do the frames of an
animation that the label does not touch, and its timing. A lossless picture stays lossless, and its
pixels outside the label stay as they are.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Final

from ailabel.codecs import riff, tiff
from ailabel.drawing import paint
from ailabel.drawing.layout import lay_out
from ailabel.drawing.stencil import intersection, is_empty
from ailabel.errors import MalformedFileError, PlanError
from ailabel.io.source import check_limit
from ailabel.io.splice import Edit
from ailabel.marks.image import compare
from ailabel.marks.image.animation import Dispose, Frame, composed, is_steady
from ailabel.spi import Rendition
from ailabel.values import frozen

if TYPE_CHECKING:
    from collections.abc import Iterator

    from PIL import Image

    from ailabel.drawing.stencil import Stencil
    from ailabel.io.source import View
    from ailabel.spi import MarkSpec

__all__ = ["render"]

_QUALITY: Final = 92  # a lossy stream does not say with which quality it was made
_METHOD: Final = 4  # of libwebp, 0 fast to 6 small
_CODED: Final = (b"ALPH", b"VP8 ", b"VP8L")
_EXTENDED: Final = 10  # bytes of VP8X [RFC 9649 2.7.1]
_ALPHA_FLAG: Final = 0x10
_FRAME: Final = 16  # bytes of ANMF before its chunks [RFC 9649 2.7.1.1]
_CLEAR, _REPLACE = 1, 2  # its flags


@frozen(kw_only=True)
class _Picture:
    """One coded picture: the still one, or a frame.

    Args:
        chunks: ALPH, VP8 and VP8L.
        outer: the ANMF chunk that they stand in; None for a still picture.
        frame: how it is shown; None likewise.
    """

    chunks: tuple[riff.Chunk, ...]
    outer: riff.Chunk | None
    frame: Frame | None

    @property
    def is_lossless(self) -> bool:
        """Whether its colours are coded without loss."""
        return self.chunks[-1].id == b"VP8L"


@frozen(kw_only=True)
class _WebP:
    """A WebP, taken apart."""

    size: tuple[int, int]
    header: riff.Chunk | None
    end: int
    orientation: int
    pictures: tuple[_Picture, ...]

    @property
    def frames(self) -> tuple[Frame, ...]:
        """The frames of the animation; none for a still picture."""
        return tuple(picture.frame for picture in self.pictures if picture.frame)


def render(view: View, spec: MarkSpec) -> Rendition:
    """Plan the edits that draw the label into every picture of a WebP.

    Raises:
        PlanError: no label can be drawn legibly.
        MalformedFileError: the file is broken.
    """
    file = _parse(view)
    stencil = lay_out(file.size, file.orientation, spec)
    steady = not file.frames or is_steady(file.frames, stencil.area)
    work = _Work(view, file, stencil)
    edits = [*(work.painted() if steady else work.drawn_out())]
    growth = sum(len(edit.data) - edit.length for edit in edits)
    edits.append(Edit(4, 4, (file.end - 8 + growth).to_bytes(4, "little")))
    return Rendition(
        edits=tuple(edits),
        marks=(stencil.mark(),),
        reencoded=_account(file, steady=steady),
        changed_outside=work.changed,
    )


def _parse(view: View) -> _WebP:
    head = view.read(0, riff.HEADER, "the RIFF header")
    end = 8 + int.from_bytes(head[4:8], "little")
    if head[:4] != b"RIFF" or head[8:] != b"WEBP" or end > view.size:
        raise MalformedFileError("the WebP header is broken", offset=0)
    chunks = tuple(riff.chunks(view, riff.HEADER, end))
    header = next((found for found in chunks if found.id == b"VP8X"), None)
    pictures = tuple(_pictures(view, chunks))
    if not pictures:
        raise MalformedFileError("the WebP has no picture")
    exif = next((found for found in chunks if found.id == b"EXIF"), None)
    size = _canvas(view, header) if header else _natural_size(view, pictures[0])
    area = sum(_area(picture, size) for picture in pictures)
    canvas = size[0] * size[1]  # the label is laid out for it, however small the frames are
    check_limit("the number of pixels", max(area, canvas), view.limits.pixels)
    for frame in (picture.frame for picture in pictures if picture.frame):
        if frame.box[2] > size[0] or frame.box[3] > size[1]:
            raise MalformedFileError("a frame of the WebP leaves its canvas")
    tags = view.read_metadata(exif.body, exif.length, "Exif") if exif else b""
    return _WebP(
        size=size,
        header=header,
        end=end,
        orientation=tiff.orientation(tags),
        pictures=pictures,
    )


def _pictures(view: View, chunks: tuple[riff.Chunk, ...]) -> Iterator[_Picture]:
    for found in chunks:
        if found.id == b"ANMF":
            frame = _frame(view, found)
            inner = tuple(riff.chunks(view, found.body + _FRAME, found.body + found.length))
            yield _Picture(chunks=_coded(inner), outer=found, frame=frame)
    still = tuple(found for found in chunks if found.id in _CODED)
    if still:
        yield _Picture(chunks=_coded(still), outer=None, frame=None)


def _coded(chunks: tuple[riff.Chunk, ...]) -> tuple[riff.Chunk, ...]:
    coded = tuple(found for found in chunks if found.id in _CODED)
    names = tuple(found.id for found in coded)
    if names not in {(b"ALPH", b"VP8 "), (b"VP8 ",), (b"VP8L",)}:
        raise MalformedFileError("a WebP picture has no single coded picture")
    return coded


def _frame(view: View, found: riff.Chunk) -> Frame:
    if found.length < _FRAME:
        raise MalformedFileError("a frame of the WebP is too short", offset=found.offset)
    body = view.read(found.body, _FRAME, "a WebP frame")
    left, top, width, height = (int.from_bytes(body[at : at + 3], "little") for at in (0, 3, 6, 9))
    box = (2 * left, 2 * top, 2 * left + width + 1, 2 * top + height + 1)
    dispose = Dispose.CLEAR if body[15] & _CLEAR else Dispose.KEEP
    return Frame(box, bool(body[15] & _REPLACE), dispose)


def _canvas(view: View, header: riff.Chunk) -> tuple[int, int]:
    if header.length < _EXTENDED:
        raise MalformedFileError("the WebP header is broken", offset=header.offset)
    body = view.read(header.body, _EXTENDED, "the WebP header")
    return int.from_bytes(body[4:7], "little") + 1, int.from_bytes(body[7:10], "little") + 1


def _natural_size(view: View, picture: _Picture) -> tuple[int, int]:
    """Return the size that a coded picture itself states [RFC 6386 9.1; RFC 9649 3.4]."""
    found = picture.chunks[-1]
    body = view.read(found.body, min(found.length, 10), "a WebP picture")
    if len(body) < 10:  # noqa: PLR2004 - frame tag, start code, sizes
        raise MalformedFileError("a WebP picture is too short", offset=found.offset)
    if picture.is_lossless:
        bits = int.from_bytes(body[1:5], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    return (
        int.from_bytes(body[6:8], "little") & 0x3FFF,
        int.from_bytes(body[8:10], "little") & 0x3FFF,
    )


def _area(picture: _Picture, canvas: tuple[int, int]) -> int:
    if picture.frame is None:
        return canvas[0] * canvas[1]
    left, top, right, bottom = picture.frame.box
    return (right - left) * (bottom - top)


class _Work:
    """Decodes, paints and codes the pictures of one file, and counts what changed."""

    def __init__(self, view: View, file: _WebP, stencil: Stencil) -> None:
        self._view = view
        self._file = file
        self._stencil = stencil
        self._differing = self._compared = 0

    @property
    def changed(self) -> float:
        """The share of samples outside the label that differ, in the pictures coded anew."""
        return self._differing / self._compared if self._compared else 0.0

    def painted(self) -> Iterator[Edit]:
        """Yield the edits that paint the label into each picture as far as it reaches there."""
        for picture in self._file.pictures:
            box = picture.frame.box if picture.frame else (0, 0, *self._file.size)
            if is_empty(intersection(box, self._stencil.area)):
                continue
            image = _decoded(self._view, picture, (box[2] - box[0], box[3] - box[1]))
            data = self._coded(image, picture, self._stencil.crop(box))
            yield from self._stored(picture, data)

    def drawn_out(self) -> Iterator[Edit]:
        """Yield the edits that replace each frame by the whole canvas as it is shown with it."""
        header, whole = self._file.header, (0, 0, *self._file.size)
        if header is None:
            raise MalformedFileError("the WebP animation has no header")
        flags = self._view.read(header.body, 1, "the WebP header")[0]
        yield Edit(header.body, 1, bytes((flags | _ALPHA_FLAG,)))
        animated = [picture for picture in self._file.pictures if picture.frame]
        area = len(animated) * whole[2] * whole[3]
        check_limit("the number of pixels", area, self._view.limits.pixels)
        for picture, canvas in zip(
            animated, composed(self._shown(animated), self._file.size), strict=True
        ):
            data = self._coded(canvas, picture, self._stencil.crop(whole))
            yield from self._stored(picture, data, whole=True)

    def _shown(self, animated: list[_Picture]) -> Iterator[tuple[Frame, Image.Image]]:
        for picture in animated:
            if frame := picture.frame:
                size = (frame.box[2] - frame.box[0], frame.box[3] - frame.box[1])
                yield frame, _decoded(self._view, picture, size).convert("RGBA")

    def _coded(self, image: Image.Image, picture: _Picture, stencil: Stencil) -> bytes:
        """Paint, code and read back; return the coded chunks."""
        beneath = image.crop(stencil.area)
        style = paint.plate_style() if picture.frame else paint.choose(beneath, stencil.look)
        paint.paint(beneath, stencil, style)
        image.paste(beneath, stencil.area[:2])
        data = _encoded(image, lossless=picture.is_lossless)
        written = _opened(_file_of(data, image.size), image.size).convert(image.mode)
        differing, compared = compare.outside(image, written, stencil.area)
        self._differing += differing
        self._compared += compared
        return data

    def _stored(self, picture: _Picture, data: bytes, *, whole: bool = False) -> Iterator[Edit]:
        """Yield the edits that put coded chunks in the place of a picture's own."""
        first, *others = picture.chunks
        edits = [Edit(first.offset, first.end - first.offset, data)]
        edits += (Edit(found.offset, found.end - found.offset, b"") for found in others)
        yield from edits
        if picture.outer is None:
            return
        body = self._view.read(picture.outer.body, _FRAME, "a WebP frame")
        growth = sum(len(edit.data) - edit.length for edit in edits)
        length = (picture.outer.length + growth).to_bytes(4, "little")
        if whole:
            width, height = (side - 1 for side in self._file.size)
            size = width.to_bytes(3, "little") + height.to_bytes(3, "little")
            body = bytes(6) + size + body[12:15] + bytes((body[15] & ~_CLEAR | _REPLACE,))
        yield Edit(picture.outer.offset + 4, 4 + _FRAME, length + body)


def _file_of(coded: bytes, size: tuple[int, int]) -> bytes:
    """Return a still WebP of coded chunks."""
    body = coded
    if coded.startswith(b"ALPH"):
        flags = bytes((_ALPHA_FLAG, 0, 0, 0))
        sides = b"".join((side - 1).to_bytes(3, "little") for side in size)
        body = riff.chunk(b"VP8X", flags + sides) + coded
    return riff.chunk(b"RIFF", b"WEBP" + body)


def _decoded(view: View, picture: _Picture, size: tuple[int, int]) -> Image.Image:
    coded = b"".join(
        riff.chunk(found.id, view.read(found.body, found.length, "a WebP picture"))
        for found in picture.chunks
    )
    return _opened(_file_of(coded, size), size)


def _opened(data: bytes, size: tuple[int, int]) -> Image.Image:
    """Decode a still WebP whose size is known."""
    from PIL.WebPImagePlugin import WebPImageFile

    try:
        image = WebPImageFile(io.BytesIO(data))
        if image.size != size:
            raise MalformedFileError("a WebP picture has another size than the file says")
        image.load()
    except (OSError, SyntaxError, ValueError) as error:
        raise MalformedFileError("the WebP picture cannot be decoded") from error
    return image


def _encoded(image: Image.Image, *, lossless: bool) -> bytes:
    """Code a picture and return its ALPH, VP8 or VP8L chunks."""
    from ailabel.io.source import BytesView

    target = io.BytesIO()
    quality = 40 if lossless else _QUALITY  # of lossless coding: the effort
    try:
        image.save(target, "WEBP", lossless=lossless, quality=quality, method=_METHOD, exact=True)
    except (OSError, ValueError) as error:
        raise PlanError(
            "the WebP picture cannot be coded again: {reason}", reason=str(error)
        ) from error
    made = BytesView(target.getvalue())
    return b"".join(
        made.read(found.offset, found.end - found.offset)
        for found in riff.chunks(made, riff.HEADER, made.size)
        if found.id in _CODED
    )


def _account(file: _WebP, *, steady: bool) -> str:
    lossless = all(picture.is_lossless for picture in file.pictures)
    loss = "lossless" if lossless else f"quality {_QUALITY} where it was lossy"
    if not steady:
        return f"WebP frames drawn out to whole canvases, {loss}"
    return f"WebP frames that the label touches, {loss}" if file.frames else f"WebP picture, {loss}"
