"""Matroska and WebM: the label is the tag ``AIGC`` about the whole segment.

It stands in a Tags element of our own at the end of the segment, where nothing has to move and the
SeekHead leads to it. A live recording has no SeekHead, and nothing in it names a place; there the
element goes before the first cluster, with a Void behind it that later labels find room in: both
together fill whole units of 2048 bytes. Labels in other places give way to Void of their length.

The essence is what players decode: for each track, in the order of the track entries, the frames of
its blocks without lacing, one behind the other; where headers were stripped, with them.
"""

from __future__ import annotations

from bisect import bisect_right
from functools import partial
from typing import TYPE_CHECKING, Final

from ailabel.codecs import ebml, interleave, matroska, matroska_blocks, matroska_index
from ailabel.codecs import matroska_tags as tags
from ailabel.errors import AilabelError, PlanError
from ailabel.io.splice import Edit, SplicedView
from ailabel.model.media import Format, Match, Medium, Strength
from ailabel.spi import Essence, Signature, Slot
from ailabel.standard.schema import is_label
from ailabel.standard.slots import KEY
from ailabel.values import frozen

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from ailabel.io.source import View

__all__ = ["CARRIER", "MatroskaCarrier"]

MKV: Final = Format(
    id="mkv",
    name="Matroska",
    medium=Medium.VIDEO,
    suffixes=(".mkv", ".mk3d", ".mks"),
    mime="video/matroska",
)
MKA: Final = Format(
    id="mka",
    name="Matroska audio",
    medium=Medium.AUDIO,
    suffixes=(".mka",),
    mime="audio/matroska",
)
WEBM: Final = Format(
    id="webm", name="WebM", medium=Medium.VIDEO, suffixes=(".webm",), mime="video/webm"
)
WEBA: Final = Format(
    id="weba", name="WebM audio", medium=Medium.AUDIO, suffixes=(".weba",), mime="audio/webm"
)
_FORMATS: Final = {"matroska": (MKV, MKA), "webm": (WEBM, WEBA)}  # with pictures, without
_UNIT: Final = 2048
_FRAME: Final = 128  # more than our Tags element takes beside the payload


class MatroskaCarrier:
    """Carries the label in a Tags element of its own; the clusters stay where they are."""

    formats: Sequence[Format] = (MKV, MKA, WEBM, WEBA)
    signatures: Sequence[Signature] = (Signature(((0, b"\x1a\x45\xdf\xa3"),)),)

    def sniff(self, view: View) -> Match | None:
        """Claim by the document type; the tracks tell sound from video."""
        formats = _FORMATS.get(matroska.doc_type(view) or "")
        if formats is None:
            return None
        return Match(formats[1 if _is_audio(view) else 0], Strength.CONTENT)

    def read(self, view: View) -> Sequence[Slot]:
        """Find labels in every Tags element, however deep, of every segment."""
        prefix = _FORMATS.get(matroska.doc_type(view) or "", (MKV,))[0].id
        return [
            _slot(item, prefix)
            for segment in matroska.segments(view)
            for _, item in _labels(view, segment)
        ]

    def write(self, view: View, payload: str) -> Sequence[Edit]:
        """Put our Tags element in its place; Void where other labels were."""
        segments = matroska.segments(view)
        slots = self.read(view)
        if len(slots) == 1 and slots[0].official and slots[0].payload == payload:
            return []
        if any(segment.cut for segment in segments):
            raise PlanError("the file is cut short; repair it with the program that made it")
        edits = _labelled(view, segments[0], tags.build(KEY, payload))
        for segment in segments[1:]:
            vacated, gone = _vacated(view, segment, None)
            edits += vacated + list(matroska_index.plan(view, segment, gone, None).edits)
        return edits

    def essence(self, view: View) -> Iterable[Essence]:
        """Yield the frames of one track after the other."""
        for segment in matroska.segments(view):
            tracks = matroska.tracks(view, segment.elements)
            stripped = {track.number: track.stripped for track in tracks}
            frames = partial(matroska_blocks.frames, view, segment)
            for track, span in interleave.by_stream(frames, tuple(stripped)):
                if stripped[track]:
                    yield stripped[track]
                yield span

    def canonical(self, view: View) -> Sequence[Edit]:
        """Drop the Void behind our Tags element."""
        segment = matroska.segments(view)[0]
        place = _place(view, segment)
        if place.padding is None:
            return []
        length = place.padding.end - place.padding.offset
        drop = Edit(place.padding.offset, length, b"")
        return [drop, *_resized(view, segment, -length)]


@frozen
class _Place:
    """Where our Tags element is, or is to be.

    Args:
        position: where it begins.
        is_front: whether that is before the clusters.
        own: the element, if it is there.
        padding: the Void behind it, if that is ours.
    """

    position: int
    is_front: bool
    own: ebml.Element | None = None
    padding: ebml.Element | None = None

    @property
    def length(self) -> int:
        """How many bytes stand there now."""
        last = self.padding or self.own
        return 0 if last is None else last.end - self.position


def _place(view: View, segment: matroska.Segment) -> _Place:
    if segment.cluster is None or matroska.records_positions(view, segment):
        last = segment.last
        if last is not None and _is_own(view, last):
            return _Place(last.offset, is_front=False, own=last)
        return _Place(segment.end, is_front=False)
    before = [child for child in segment.elements if child.end <= segment.front][-2:]
    own, padding = (before[0], before[-1]) if len(before) > 1 else (None, None)
    if own and padding and padding.id == ebml.VOID and _is_own(view, own):
        if padding.end - padding.offset == _share(own.end - own.offset):
            return _Place(own.offset, is_front=True, own=own, padding=padding)
    elif before and _is_own(view, before[-1]):
        return _Place(before[-1].offset, is_front=True, own=before[-1])
    return _Place(segment.front, is_front=True)


def _share(length: int) -> int:
    """Return how long our Void behind an element of ours is."""
    return 2 + -(length + 2) % _UNIT


def _is_own(view: View, element: ebml.Element) -> bool:
    """Say whether a Tags element is one that we write: nothing else in it, byte for byte."""
    length = element.end - element.offset
    if element.id != matroska.TAGS or length > view.limits.label_bytes + _FRAME:
        return False
    items = [item for _, item in tags.parse(view, (element,))]
    value = items[0].value if len(items) == 1 else ""
    return view.read(element.offset, length) == tags.build(KEY, value)


def _labels(view: View, segment: matroska.Segment) -> Iterator[tuple[ebml.Element, tags.SimpleTag]]:
    """Yield every label of a segment, with the Tags element that holds it."""
    for element, item in tags.parse(view, segment.elements):
        if item.name.upper() == KEY or _holds_label(view, item):
            yield element, item


def _holds_label(view: View, item: tags.SimpleTag) -> bool:
    return len(item.raw) <= view.limits.label_bytes and is_label(item.value)


def _slot(item: tags.SimpleTag, prefix: str) -> Slot:
    path = "/".join(item.path)
    return Slot(
        location=f"Tags/{path}",
        offset=item.element.offset,
        raw=item.raw,
        payload=item.value,
        site=f"{prefix}.Tags/{path}",
        official=item.path == (KEY,) and item.is_text and item.is_global,
    )


def _labelled(view: View, segment: matroska.Segment, new: bytes) -> list[Edit]:
    """Plan our Tags element in the first segment, everything that leads to it, and no other."""
    vacated, gone = _vacated(view, segment, _place(view, segment).own)
    if vacated:  # what became Void is room, for this label as for the next one
        view = SplicedView(view, vacated)
        segment = matroska.segments(view)[0]
    place = _place(view, segment)
    position = None if place.is_front else place.position - segment.element.body
    index = matroska_index.plan(view, segment, gone, position)
    data = index.second + new
    if place.is_front:
        data += ebml.void(_share(len(data)))
    edits = [*index.edits, Edit(place.position, place.length, data)]
    edits += _resized(view, segment, len(data) - place.length)
    return edits + _uncovered(vacated, index.edits)


def _uncovered(edits: Iterable[Edit], others: Iterable[Edit]) -> list[Edit]:
    """Return the edits that do not lie inside one of the others."""
    covers = sorted((other.offset, other.offset + other.length) for other in others)
    found = []
    for edit in edits:
        at = bisect_right(covers, (edit.offset + 1,)) - 1
        if at < 0 or covers[at][1] <= edit.offset:
            found.append(edit)
    return found


def _vacated(
    view: View, segment: matroska.Segment, own: ebml.Element | None
) -> tuple[list[Edit], set[int]]:
    """Plan Void for all labels but our own, and say where Tags elements are gone altogether."""
    found: dict[ebml.Element, list[ebml.Element]] = {}
    for element, item in _labels(view, segment):
        removed = found.setdefault(element, [])
        is_inside = removed and item.element.end <= removed[-1].end
        if element != own and not is_inside:
            removed.append(item.element)
    edits, gone = [], set()
    for element, removed in found.items():
        if element == own:
            continue
        length = element.end - element.offset
        rest = tags.without(view, element, removed)
        if rest is None:
            gone.add(element.offset)
        edits.append(Edit(element.offset, length, rest or ebml.void(length)))
    return edits, gone


def _resized(view: View, segment: matroska.Segment, growth: int) -> list[Edit]:
    """Plan the new size of a segment, and its end as a checksum of all that is in it."""
    top, edits = segment.element, []
    first = segment.elements[0] if segment.elements else None
    if first is not None and first.id == ebml.CRC32 and first.offset == top.body:
        edits.append(
            Edit(first.offset, first.end - first.offset, ebml.void(first.end - first.offset))
        )
    if top.length is not None:
        start = top.offset + 4
        size = ebml.size_field(top.length + growth, ebml.SIZE_WIDTH)
        if view.read(start, top.body - start) != size:
            edits.append(Edit(start, top.body - start, size))
    return edits


def _is_audio(view: View) -> bool:
    """Say whether the tracks have sound and no pictures, as far as they can be read."""
    try:
        types = {track.type for track in matroska.tracks(view, matroska.opening(view))}
    except AilabelError:
        return False
    return matroska.AUDIO in types and matroska.VIDEO not in types


CARRIER: Final = MatroskaCarrier()
