"""JPEG pictures coded anew as a whole, where only a part cannot be.

Tables, subsampling and kind stay the file's own. Samples stay in YCbCr from decoder to coder, so
that outside the label hardly any of them changes; how many is measured on the result [T.81].
"""

from __future__ import annotations

import io
import struct
from contextlib import contextmanager
from threading import Thread
from typing import TYPE_CHECKING, Any, Final

from ailabel.codecs import jpeg
from ailabel.drawing import paint
from ailabel.errors import MalformedFileError, PlanError
from ailabel.io.source import BytesView
from ailabel.io.splice import Edit, SplicedView
from ailabel.marks.image import compare
from ailabel.marks.image.jpeg_file import APP14, TRANSFORM, index_edits, is_foreign
from ailabel.spi import Rendition

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from PIL import Image
    from PIL.JpegImagePlugin import JpegImageFile

    from ailabel.drawing.stencil import Box, Stencil
    from ailabel.io.source import View
    from ailabel.marks.image.jpeg_file import JpegFile

__all__ = ["recoded"]

_FULL_AC: Final = 162  # symbols of a Huffman table that was not fitted to its picture [T.81 K.3]
_BLOCK: Final = 8
_SUBSAMPLINGS: Final = {  # of luma against both chroma components -> Pillow's name
    (1, 1): "4:4:4",
    (2, 1): "4:2:2",
    (2, 2): "4:2:0",
}
_COLOUR: Final = 3  # components
_WHOLE: Final = 2_000_000  # pixels up to which all samples of the result are compared
_BAND: Final = 64  # rows of a band, a multiple of every coding unit
_STEP: Final = 8  # one band in so many is compared
_MARGIN: Final = 16
_SAMPLED: Final = "; changes were measured on one band of rows in eight"


def recoded(view: View, file: JpegFile, stencil: Stencil, reason: str) -> Rendition:
    """Plan the edits that code the whole picture anew, with the label.

    Args:
        view: the file.
        file: what is known of it.
        stencil: the label.
        reason: why not only the blocks under the label are coded anew, for the report.

    Raises:
        PlanError: the picture cannot be written again.
        MalformedFileError: it cannot be decoded.
    """
    picture = _decoded(_without_metadata(view), file)
    beneath = picture.crop(stencil.area)
    paint.paint(beneath, stencil, paint.choose(beneath, stencil.look))
    picture.paste(beneath, stencil.area[:2])
    edits = tuple(_edits(view, file, _coded(view, picture, file)))
    sampled = _SAMPLED if _is_large(picture) else ""
    return Rendition(
        edits=edits,
        marks=(stencil.mark(),),
        reencoded=f"{_account(file)}; as a whole because {reason}{sampled}",
        changed_outside=_changed(view, edits, picture, (file, stencil.area)),
    )


def _without_metadata(view: View) -> bytes:
    """Return the picture alone: Pillow would read Exif and the like, and warn of what is broken."""
    *header, first = jpeg.segments(view)
    return b"\xff\xd8" + b"".join(
        view.read(found.offset, found.length, "the JPEG picture")
        for found in (*header, first, *jpeg.scans(view, first))
        if not is_foreign(found) or found.marker in {jpeg.APP0, APP14, jpeg.EOI}
    )


def _decoded(data: bytes, file: JpegFile, *, reduced: bool = False) -> JpegImageFile:
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


def _coded(view: View, picture: JpegImageFile, file: JpegFile) -> bytes:
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
    kept = [found for found in (*header, first, *jpeg.scans(made, first)) if not is_foreign(found)]
    return b"".join(made.read(found.offset, found.length) for found in kept)


def _parameters(picture: JpegImageFile, file: JpegFile) -> dict[str, Any]:
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
        "subsampling": _subsampling(file.frame),
        "progressive": file.frame.is_progressive,
        "keep_rgb": file.is_rgb,
    }


def _subsampling(frame: jpeg.Frame) -> str:
    """Pillow's name of the subsampling; full chroma where it has none."""
    first, *others = [(part.horizontal, part.vertical) for part in frame.components]
    if set(others) != {(1, 1)}:
        return "4:4:4"
    return _SUBSAMPLINGS.get(first, "4:4:4")


def _keeps_subsampling(frame: jpeg.Frame) -> bool:
    """Whether the picture can be coded with the sampling factors that it has."""
    factors = [(part.horizontal, part.vertical) for part in frame.components]
    known = set(factors[1:]) == {(1, 1)} and factors[0] in _SUBSAMPLINGS
    return known or len(set(factors)) == 1


def _fitted(view: View, file: JpegFile) -> bool:
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


def _restart_interval(view: View, file: JpegFile) -> int:
    """Return after how many blocks a restart marker stands; 0 for none [T.81 B.2.4.4]."""
    found = next((part for part in file.header if part.marker == jpeg.DRI), None)
    return int.from_bytes(view.read(found.body, 2, "a JPEG segment"), "big") if found else 0


def _edits(view: View, file: JpegFile, coded: bytes) -> Iterator[Edit]:
    """Yield the edits that put the coded picture where the old one stood."""
    scan = file.body[0]
    edits = [
        Edit(found.offset, found.length, coded if found is scan else b"")
        for found in (*file.header, *file.body)
        if not is_foreign(found)
    ]
    if file.body[-1].marker != jpeg.EOI:
        edits.append(Edit(file.end, 0, b"\xff\xd9"))
    if file.adobe and file.is_ycck:
        edits.append(Edit(file.adobe.body + TRANSFORM, 1, b"\0"))
    yield from edits
    yield from index_edits(view, file, edits)


def _account(file: JpegFile) -> str:
    kind = "progressive" if file.frame.is_progressive else "sequential"
    if file.is_ycck:
        return f"JPEG picture, {kind}, YCCK as CMYK, with the luma quantisation table"
    if not _keeps_subsampling(file.frame):
        return f"JPEG picture, {kind}, same quantisation tables, chroma no longer subsampled"
    return f"JPEG picture, {kind}, same quantisation tables and subsampling"


def _changed(
    view: View, edits: tuple[Edit, ...], painted: JpegImageFile, at: tuple[JpegFile, Box]
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


def _bands(
    painted: JpegImageFile, file: JpegFile
) -> Iterator[tuple[Box, Image.Image, Image.Image]]:
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
