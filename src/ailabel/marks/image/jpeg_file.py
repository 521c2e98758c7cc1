"""What a marker needs to know of a JPEG: segments, frame, what its components mean [T.81]."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ailabel.codecs import jpeg, mpf, tiff
from ailabel.errors import PlanError
from ailabel.io.source import check_limit
from ailabel.io.splice import Edit
from ailabel.values import frozen

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ailabel.io.source import View

__all__ = ["APP14", "TRANSFORM", "JpegFile", "index_edits", "is_foreign", "orientation", "parse"]

_APP1, _APP2, APP14 = jpeg.APP0 + 1, jpeg.APP0 + 2, jpeg.APP0 + 14
_EXIF: Final = b"Exif\0"
_ADOBE: Final = b"Adobe"
TRANSFORM: Final = 11  # where Adobe's segment says how colours are coded [TN5116 18]
_YCCK: Final = 2
_BITS: Final = 8  # a sample
_GREY, _COLOUR, _FOUR = 1, 3, 4  # components
_SCANS: Final = 100  # ours, and libjpeg's advice: each costs as much as the whole picture


@frozen(kw_only=True)
class JpegFile:
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
    def is_ycck(self) -> bool:
        """Whether the colours are coded as YCCK, which Pillow does not write."""
        return self.transform == _YCCK and len(self.frame.components) == _FOUR


def parse(view: View) -> JpegFile:
    """Take a JPEG apart.

    Raises:
        PlanError: it is coded in a way that cannot be written.
        MalformedFileError: the file is broken.
        LimitExceededError: it has more pixels than `Limits.pixels`, or very many scans.
    """
    *header, first = jpeg.segments(view)
    frame = jpeg.find_frame(view)
    if (
        frame.precision != _BITS
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
    adobe = _find(view, header, APP14, _ADOBE)
    body = (first, *jpeg.scans(view, first))
    check_limit("the number of JPEG scans", sum(part.marker == jpeg.SOS for part in body), _SCANS)
    last = view.read_some(adobe.body + TRANSFORM, 1) if adobe else b""
    return JpegFile(
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


def orientation(view: View, file: JpegFile) -> int:
    """Return the Exif orientation; 1 where there is none."""
    exif = _find(view, file.header, _APP1, _EXIF)
    return tiff.orientation(view.read(exif.body, exif.body_length, "Exif")) if exif else 1


def is_foreign(found: jpeg.Segment) -> bool:
    """Whether a segment is none of the coded picture: metadata, comment, EOI."""
    return jpeg.APP0 <= found.marker <= jpeg.APP15 or found.marker in {jpeg.COM, jpeg.EOI}


def index_edits(view: View, file: JpegFile, edits: Iterable[Edit]) -> Iterator[Edit]:
    """Yield the edit that lets the index of a multi-picture file follow other edits."""
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
