"""The label on JPEG pictures: coded anew with the file's own tables, subsampling and kind.

Only the coded picture is replaced (tables, frame, scans); APPn and comment segments, and whatever
follows the picture, keep their bytes. Samples stay in YCbCr from decoder to coder, so that outside
the label hardly any of them changes; how many is measured on the result [T.81].
"""

from __future__ import annotations

import io
import struct
from contextlib import contextmanager
from threading import Thread
from typing import TYPE_CHECKING, Any, Final

from ailabel.codecs import jpeg, mpf, tiff
from ailabel.drawing import paint
from ailabel.drawing.layout import lay_out
from ailabel.errors import MalformedFileError, PlanError
from ailabel.io.source import BytesView, check_limit
from ailabel.io.splice import Edit, SplicedView
from ailabel.marks.image import compare
from ailabel.spi import Rendition
from ailabel.values import frozen

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from PIL import Image
    from PIL.JpegImagePlugin import JpegImageFile

    from ailabel.drawing.stencil import Box
    from ailabel.io.source import View
    from ailabel.spi import MarkSpec

__all__ = ["render"]

_APP1, _APP2, _APP14 = jpeg.APP0 + 1, jpeg.APP0 + 2, jpeg.APP0 + 14
_EXIF: Final = b"Exif\0"
_ADOBE: Final = b"Adobe"
_TRANSFORM: Final = 11  # where Adobe's segment says how colours are coded [TN5116 18]
_YCCK: Final = 2
_FULL_AC: Final = 162  # symbols of a Huffman table that was not fitted to its picture [T.81 K.3]
_BLOCK: Final = 8
_SUBSAMPLINGS: Final = {  # of luma against both chroma components -> Pillow's name
    (1, 1): "4:4:4",
    (2, 1): "4:2:2",
    (2, 2): "4:2:0",
}
_GREY, _COLOUR, _FOUR = 1, 3, 4  # components
_WHOLE: Final = 2_000_000  # pixels up to which all samples of the result are compared
_BAND: Final = 64  # rows of a band, a multiple of every coding unit
_STEP: Final = 8  # one band in so many is compared
_MARGIN: Final = 16
_SCANS: Final = 100  # ours, and libjpeg's advice: each costs as much as the whole picture
_SAMPLED: Final = "; changes were measured on one band of rows in eight"


@frozen(kw_only=True)
class _Jpeg:
    """A JPEG, taken apart.

    Args:
        header: the segments before the first scan.
        body: the first SOS and everything behind it, EOI included.
        frame: the frame header.
        adobe: the APP14 segment, or None.
        transform: what it says of the colours, or None.
    """

    header: tuple[jpeg.Segment, ...]
    body: tuple[jpeg.Segment, ...]
    frame: jpeg.Frame
    adobe: jpeg.Segment | None
    transform: int | None

    @property
    def end(self) -> int:
        """Where the picture ends."""
        return self.body[-1].end

    @property
    def is_rgb(self) -> bool:
        """Whether the three components are red, green and blue, by the rules of libjpeg."""
        if len(self.frame.components) != _COLOUR or self.has(jpeg.APP0):
            return False
        if self.transform is not None:
            return self.transform == 0
        return bytes(part.id for part in self.frame.components) == b"RGB"

    def has(self, marker: int) -> bool:
        """Whether a segment of a kind stands in the header."""
        return any(found.marker == marker for found in self.header)

    @property
    def subsampling(self) -> str:
        """Pillow's name of the subsampling; full chroma where it has none."""
        first, *others = [(part.horizontal, part.vertical) for part in self.frame.components]
        if set(others) != {(1, 1)}:
            return "4:4:4"
        return _SUBSAMPLINGS.get(first, "4:4:4")

    @property
    def keeps_subsampling(self) -> bool:
        """Whether the picture can be coded with the sampling factors that it has."""
        factors = [(part.horizontal, part.vertical) for part in self.frame.components]
        known = set(factors[1:]) == {(1, 1)} and factors[0] in _SUBSAMPLINGS
        return known or len(set(factors)) == 1

    @property
    def is_ycck(self) -> bool:
        """Whether the colours are coded as YCCK, which Pillow does not write."""
        return self.transform == _YCCK and len(self.frame.components) == _FOUR


def render(view: View, spec: MarkSpec) -> Rendition:
    """Plan the edits that draw the label into a JPEG.

    Raises:
        PlanError: it is coded in a way that cannot be written, or no label fits.
        MalformedFileError: the file is broken.
    """
    file = _parse(view)
    picture = _decoded(_without_metadata(view), file)
    stencil = lay_out(picture.size, _orientation(view, file), spec)
    beneath = picture.crop(stencil.area)
    paint.paint(beneath, stencil, paint.choose(beneath))
    picture.paste(beneath, stencil.area[:2])
    edits = tuple(_edits(view, file, _coded(view, picture, file)))
    return Rendition(
        edits=edits,
        marks=(stencil.mark(),),
        reencoded=_account(file) + (_SAMPLED if _is_large(picture) else ""),
        changed_outside=_changed(view, edits, picture, (file, stencil.area)),
    )


def _parse(view: View) -> _Jpeg:
    *header, first = jpeg.segments(view)
    frame = jpeg.find_frame(view)
    if (
        frame.precision != _BLOCK
        or frame.is_lossless
        or frame.is_arithmetic
        or frame.is_differential
    ):
        raise PlanError(
            "this JPEG has {precision} bits a sample or a coding that few programs read; "
            "store it as baseline or progressive JPEG first",
            precision=frame.precision,
        )
    if not frame.width or not frame.height or len(frame.components) not in {_GREY, _COLOUR, _FOUR}:
        raise PlanError("this JPEG has no size in its header, or an unusual number of components")
    check_limit("the number of pixels", frame.width * frame.height, view.limits.pixels)
    adobe = _find(view, header, _APP14, _ADOBE)
    body = (first, *jpeg.scans(view, first))
    check_limit("the number of JPEG scans", sum(part.marker == jpeg.SOS for part in body), _SCANS)
    last = view.read_some(adobe.body + _TRANSFORM, 1) if adobe else b""
    return _Jpeg(
        header=tuple(header),
        body=body,
        frame=frame,
        adobe=adobe,
        transform=last[0] if last else None,
    )


def _find(
    view: View, header: list[jpeg.Segment] | tuple[jpeg.Segment, ...], marker: int, start: bytes
) -> jpeg.Segment | None:
    """Return the first segment of a kind whose body begins so."""
    for found in header:
        if found.marker == marker and view.read_some(found.body, len(start)) == start:
            return found
    return None


def _orientation(view: View, file: _Jpeg) -> int:
    exif = _find(view, file.header, _APP1, _EXIF)
    return tiff.orientation(view.read(exif.body, exif.body_length, "Exif")) if exif else 1


def _without_metadata(view: View) -> bytes:
    """Return the picture alone: Pillow would read Exif and the like, and warn of what is broken."""
    *header, first = jpeg.segments(view)
    return b"\xff\xd8" + b"".join(
        view.read(found.offset, found.length, "the JPEG picture")
        for found in (*header, first, *jpeg.scans(view, first))
        if not _is_foreign(found) or found.marker in {jpeg.APP0, _APP14, jpeg.EOI}
    )


def _decoded(data: bytes, file: _Jpeg, *, reduced: bool = False) -> JpegImageFile:
    """Decode the picture, colours as YCbCr where they are coded so; reduced to an eighth."""
    from PIL.JpegImagePlugin import JpegImageFile

    try:
        picture = JpegImageFile(io.BytesIO(data))
        mode = "YCbCr" if len(file.frame.components) == _COLOUR and not file.is_rgb else None
        picture.draft(mode, (picture.width // 8, picture.height // 8) if reduced else None)
        picture.load()
    except (OSError, SyntaxError, ValueError, KeyError, IndexError, struct.error) as error:
        raise MalformedFileError("the JPEG picture cannot be decoded") from error
    return picture


def _coded(view: View, picture: JpegImageFile, file: _Jpeg) -> bytes:
    """Code the picture with the file's own parameters; return tables, frame and scans."""
    target = io.BytesIO()
    try:
        picture.save(
            target,
            "JPEG",
            optimize=_fitted(view, file),
            restart_marker_blocks=_restart_interval(view, file),
            **_parameters(picture, file),
        )
    except (OSError, ValueError) as error:
        raise PlanError(
            "the JPEG picture cannot be coded again: {reason}", reason=str(error)
        ) from error
    made = BytesView(target.getvalue())
    *header, first = jpeg.segments(made)
    kept = [found for found in (*header, first, *jpeg.scans(made, first)) if not _is_foreign(found)]
    return b"".join(made.read(found.offset, found.length) for found in kept)


def _parameters(picture: JpegImageFile, file: _Jpeg) -> dict[str, Any]:
    """Return what decides the values of the samples: Pillow's options, from the file's tables."""
    numbers = [part.table for part in file.frame.components]
    if file.is_ycck:  # the first table was made for luma, which Pillow does not write beside K
        numbers = numbers[:1]
    while len(numbers) > 1 and numbers[-1] == numbers[-2]:  # the last one serves all that follow
        numbers.pop()
    if not picture.quantization.keys() >= set(numbers):
        raise MalformedFileError("a JPEG component has no quantisation table")
    return {
        "qtables": [picture.quantization[number] for number in numbers],
        "subsampling": file.subsampling,
        "progressive": file.frame.is_progressive,
        "keep_rgb": file.is_rgb,
    }


def _is_foreign(found: jpeg.Segment) -> bool:
    """Whether a segment is none of the coded picture: metadata, comment, EOI."""
    return jpeg.APP0 <= found.marker <= jpeg.APP15 or found.marker in {jpeg.COM, jpeg.EOI}


def _fitted(view: View, file: _Jpeg) -> bool:
    """Whether the Huffman tables were fitted to the picture, which makes it smaller."""
    for found in file.header:
        if found.marker == jpeg.DHT:
            body = view.read(found.body, found.body_length, "a JPEG Huffman table")
            while len(body) > 16:  # noqa: PLR2004 - class, and counts by length [T.81 B.2.4.2]
                symbols = sum(body[1:17])
                if body[0] >> 4 and symbols != _FULL_AC:
                    return True
                body = body[17 + symbols :]
    return False


def _restart_interval(view: View, file: _Jpeg) -> int:
    """Return after how many blocks a restart marker stands; 0 for none [T.81 B.2.4.4]."""
    found = next((part for part in file.header if part.marker == jpeg.DRI), None)
    return int.from_bytes(view.read(found.body, 2, "a JPEG segment"), "big") if found else 0


def _edits(view: View, file: _Jpeg, coded: bytes) -> Iterator[Edit]:
    """Yield the edits that put the coded picture where the old one stood."""
    scan = file.body[0]
    edits = [
        Edit(found.offset, found.length, coded if found is scan else b"")
        for found in (*file.header, *file.body)
        if not _is_foreign(found)
    ]
    if file.body[-1].marker != jpeg.EOI:
        edits.append(Edit(file.end, 0, b"\xff\xd9"))
    if file.adobe and file.is_ycck:
        edits.append(Edit(file.adobe.body + _TRANSFORM, 1, b"\0"))
    yield from edits
    if index := _find(view, file.header, _APP2, mpf.HEADER):
        growth = [(edit.offset, len(edit.data) - edit.length) for edit in edits]
        body = view.read(index.body, index.body_length, "the multi-picture index")
        new = mpf.moved(
            body,
            growth=sum(by for _, by in growth),
            distance=sum(by for offset, by in growth if offset > index.offset),
            limits=view.limits,
        )
        yield Edit(index.body, index.body_length, new)


def _account(file: _Jpeg) -> str:
    kind = "progressive" if file.frame.is_progressive else "sequential"
    if file.is_ycck:
        return f"JPEG picture, {kind}, YCCK as CMYK, with the luma quantisation table"
    if not file.keeps_subsampling:
        return f"JPEG picture, {kind}, same quantisation tables, chroma no longer subsampled"
    return f"JPEG picture, {kind}, same quantisation tables and subsampling"


def _changed(
    view: View, edits: tuple[Edit, ...], painted: JpegImageFile, at: tuple[_Jpeg, Box]
) -> float:
    """Read the result back; return the share of samples outside the label that differ.

    A large picture is read back at an eighth of its size, which still decodes every coefficient,
    and its changes are measured on bands of rows, coded and decoded by themselves: blocks do not
    look beyond their row, so that a band comes out as it does within the picture.
    """
    file, area = at
    data = _without_metadata(SplicedView(view, edits))
    box = _aligned(area, file.frame)
    if not _is_large(painted):
        return compare.share([compare.outside(painted, _decoded(data, file), box)])
    with _aside(lambda: _decoded(data, file, reduced=True)):
        return compare.share(
            compare.outside(band, again, compare.within(box, place))
            for place, band, again in _bands(painted, file)
        )


@contextmanager
def _aside(work: Callable[[], object]) -> Iterator[None]:
    """Do some work in a thread meanwhile; what it raises is raised when the block ends."""
    failures: list[BaseException] = []

    def run() -> None:
        try:
            work()
        except BaseException as error:  # noqa: BLE001 - handed over to the thread that waits
            failures.append(error)

    thread = Thread(target=run)
    thread.start()
    try:
        yield
    finally:
        thread.join()
    if failures:
        raise failures[0]


def _is_large(picture: Image.Image) -> bool:
    return picture.width * picture.height > _WHOLE


def _bands(painted: JpegImageFile, file: _Jpeg) -> Iterator[tuple[Box, Image.Image, Image.Image]]:
    """Yield every `_STEP`-th band: its place, as it was painted, as it is decoded."""
    for top in range(0, painted.height - _BAND, _BAND * _STEP):
        place = (0, top, painted.width, top + _BAND)
        band = painted.crop(place)
        target = io.BytesIO()
        band.save(target, "JPEG", **_parameters(painted, file))
        again = _decoded(target.getvalue(), file)
        # the first and last rows look beyond the band where chroma is interpolated
        inner = (0, _MARGIN, painted.width, _BAND - _MARGIN)
        yield (0, top + _MARGIN, place[2], place[3] - _MARGIN), band.crop(inner), again.crop(inner)


def _aligned(area: Box, frame: jpeg.Frame) -> Box:
    """Return the box of all coding units that the label touches."""
    across = _BLOCK * max(part.horizontal for part in frame.components)
    down = _BLOCK * max(part.vertical for part in frame.components)
    return (
        area[0] // across * across,
        area[1] // down * down,
        min(-(-area[2] // across) * across, frame.width),
        min(-(-area[3] // down) * down, frame.height),
    )
