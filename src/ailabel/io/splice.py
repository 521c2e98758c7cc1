"""A change is data: edits, and files seen through them.

An `Edit` says which bytes of the original are replaced by which. Nothing here touches a file; a
`SplicedView` reads as the changed file would, so a second change can be planned on top of a first,
and `segments` says how to build the result by copying.
"""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING

from ailabel.errors import PlanError
from ailabel.io.source import FileView, View
from ailabel.values import frozen

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = [
    "Edit",
    "Segment",
    "SplicedView",
    "Stretch",
    "apply",
    "edits_of",
    "normalise",
    "stretch_of",
]


@frozen
class Edit:
    """Replace `length` bytes at `offset` of the original by `data`; an insertion has length 0."""

    offset: int
    length: int
    data: bytes


@frozen
class Segment:
    """A piece of a spliced file: `length` bytes, either `data` or a range of the base file.

    Args:
        start: where the piece begins in the result.
        length: its length.
        data: new bytes, or None when they come from the base file.
        offset: where they stand in the base file, when `data` is None.
    """

    start: int
    length: int
    data: bytes | None
    offset: int = 0


def normalise(edits: Iterable[Edit], size: int) -> tuple[Edit, ...]:
    """Sort edits, drop empty ones, and prove that they lie inside the file and do not overlap.

    Insertions at one offset keep the order in which they were given, before a replacement there.

    Raises:
        PlanError: an edit lies outside the file or overlaps another.
    """
    ordered = sorted(
        (edit for edit in edits if edit.length or edit.data),
        key=lambda edit: (edit.offset, edit.length > 0),
    )
    end = 0
    for edit in ordered:
        if edit.offset < end or edit.length < 0 or edit.offset + edit.length > size:
            raise PlanError(
                "the edit at byte {offset} overlaps or leaves the file", offset=edit.offset
            )
        end = edit.offset + edit.length
    return tuple(ordered)


def apply(data: bytes, edits: Iterable[Edit]) -> bytes:
    """Return `data` with the edits applied.

    Raises:
        PlanError: the edits overlap or lie outside.
    """
    pieces: list[bytes] = []
    position = 0
    for edit in normalise(edits, len(data)):
        pieces += (data[position : edit.offset], edit.data)
        position = edit.offset + edit.length
    pieces.append(data[position:])
    return b"".join(pieces)


class SplicedView(View):
    """The file as it reads once the edits are applied.

    Args:
        base: the file that the edits speak of; it may be a spliced view itself.
        edits: the change.
    """

    __slots__ = ("_starts", "origin", "segments")

    def __init__(self, base: View, edits: Iterable[Edit]) -> None:
        self.segments = _segments(base, normalise(edits, base.size))
        self.origin: View = base.origin if isinstance(base, SplicedView) else base
        self._starts = [segment.start for segment in self.segments]
        last = self.segments[-1] if self.segments else None
        super().__init__(last.start + last.length if last else 0, base.name, base.limits)

    def segment_at(self, offset: int) -> Segment | None:
        """Return the piece in which a byte stands; None for a place outside."""
        index = bisect_right(self._starts, offset) - 1
        return self.segments[index] if 0 <= offset < self.size else None

    def _get(self, offset: int, length: int) -> bytes:
        pieces: list[bytes] = []
        index = bisect_right(self._starts, offset) - 1
        while length > 0:
            piece = self._piece(self.segments[index], offset, length)
            pieces.append(piece)
            offset, length, index = offset + len(piece), length - len(piece), index + 1
        return b"".join(pieces)

    def _piece(self, segment: Segment, offset: int, length: int) -> bytes:
        begin = offset - segment.start
        count = min(length, segment.length - begin)
        if segment.data is not None:
            return segment.data[begin : begin + count]
        return self.origin.read(segment.offset + begin, count)


def _segments(base: View, edits: tuple[Edit, ...]) -> list[Segment]:
    """Lay the edits over the base; pieces of a spliced base are resolved to its origin."""
    result: list[Segment] = []
    position = start = 0
    for edit in (*edits, Edit(base.size, 0, b"")):
        for piece in _slice(base, position, edit.offset - position):
            result.append(Segment(start, piece.length, piece.data, piece.offset))
            start += piece.length
        if edit.data:
            result.append(Segment(start, len(edit.data), edit.data))
            start += len(edit.data)
        position = edit.offset + edit.length
    return result


def _slice(base: View, offset: int, length: int) -> Iterable[Segment]:
    """Yield the pieces of `base` that make up a range."""
    if length <= 0:
        return
    if not isinstance(base, SplicedView):
        yield Segment(offset, length, None, offset)
        return
    for segment in base.segments:
        begin = max(offset, segment.start)
        end = min(offset + length, segment.start + segment.length)
        if begin >= end:
            continue
        skip = begin - segment.start
        if segment.data is None:
            yield Segment(begin, end - begin, None, segment.offset + skip)
        else:
            yield Segment(begin, end - begin, segment.data[skip : skip + end - begin])


@frozen
class Stretch:
    """Bytes of a view that stand in an open file as they are.

    Args:
        fd: the file.
        shift: how much further behind they stand there.
        end: where they end, in the view.
    """

    fd: int
    shift: int
    end: int


def stretch_of(view: View, offset: int) -> Stretch | None:
    """Return what stands in a file from a place of a view on, or None where nothing does."""
    if isinstance(view, FileView):
        return Stretch(view.fd, 0, view.size)
    if not isinstance(view, SplicedView) or not isinstance(view.origin, FileView):
        return None
    found = view.segment_at(offset)
    if found is None or found.data is not None:
        return None
    return Stretch(view.origin.fd, found.offset - found.start, found.start + found.length)


def edits_of(view: SplicedView) -> tuple[Edit, ...]:
    """Return the edits that lead from the origin of a spliced view to the view, in file order."""
    edits: list[Edit] = []
    position = 0
    fresh: list[bytes] = []
    tail = Segment(view.size, 0, None, view.origin.size)
    for segment in (*view.segments, tail):
        if segment.data is not None:
            fresh.append(segment.data)
            continue
        if fresh or segment.offset != position:
            edits.append(Edit(position, segment.offset - position, b"".join(fresh)))
            fresh = []
        position = segment.offset + segment.length
    return tuple(edits)
