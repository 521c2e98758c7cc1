"""Matroska: a segment after edits that change lengths, with every place in it right [RFC 9559 6].

Places are named by the SeekHead, by the cues, and by clusters of themselves and of the ones before
them. Where one no longer fits into the width that it has, what holds it becomes longer, which moves
the rest once more; so the work is done over until nothing changes.
"""

from __future__ import annotations

from bisect import bisect_right
from itertools import zip_longest
from typing import TYPE_CHECKING, Final

from ailabel.codecs import ebml, matroska
from ailabel.codecs.bmff_edit import Move
from ailabel.codecs.matroska_film import CRC, POSITION, PREVIOUS
from ailabel.errors import PlanError
from ailabel.io.source import check_limit
from ailabel.io.splice import Edit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from ailabel.codecs.ebml import Element
    from ailabel.codecs.matroska_film import Cluster
    from ailabel.io.source import View

__all__ = ["rebuilt", "settle"]

_CUE_POINT: Final = 0xBB
_CUE_POSITIONS: Final = 0xB7
_CUE_CLUSTER: Final = 0xF1
_CUE_RELATIVE: Final = 0xF0
_SEEK: Final = 0x4DBB
_SEEK_POSITION: Final = 0x53AC
_ID_WIDTH: Final = 4
_ROUNDS: Final = 10


def settle(
    view: View, segment: matroska.Segment, clusters: Sequence[Cluster], changes: Iterable[Edit]
) -> tuple[Edit, ...]:
    """Return edits inside a segment, and those of all sizes and places that follow from them.

    Args:
        view: the file.
        segment: the segment.
        clusters: all its clusters.
        changes: the edits; each inside one cluster, or in place of whole elements of the segment.

    Raises:
        PlanError: the places do not settle.
    """
    base = [*changes, *_checksum(segment)]
    base += _sizes(view, clusters, base)
    listed: list[Edit] = []
    for _ in range(_ROUNDS):
        edits = [*base, *listed]
        growth = sum(len(edit.data) - edit.length for edit in edits)
        edits += _segment_size(segment, growth)
        before = listed
        listed = _listed(view, segment, clusters, Move(edits))
        if [(edit.offset, edit.data) for edit in listed] == [
            (edit.offset, edit.data) for edit in before
        ]:
            return tuple(edits)
    raise PlanError("the places in the Matroska file cannot be set right; remux it first")


def _checksum(segment: matroska.Segment) -> list[Edit]:
    """Make a checksum of the whole segment room that says nothing."""
    first = segment.elements[0] if segment.elements else None
    if first is None or first.id != CRC or first.offset != segment.element.body:
        return []
    length = first.end - first.offset
    return [Edit(first.offset, length, ebml.void(length))]


def _segment_size(segment: matroska.Segment, growth: int) -> list[Edit]:
    top = segment.element
    if top.length is None:
        return []
    return [_resized(top, growth)]


def _resized(item: Element, growth: int) -> Edit:
    """Return the edit of the size of an element, as wide as it is, or wider if need be."""
    start = item.offset + _ID_WIDTH
    width, size = item.body - start, (item.length or 0) + growth
    while size >= (1 << 7 * width) - 1:
        width += 1
    return Edit(start, item.body - start, ebml.size_field(size, width))


def _sizes(view: View, clusters: Sequence[Cluster], edits: Sequence[Edit]) -> list[Edit]:
    """Return the edits of the sizes of clusters, and the end of checksums in them."""
    offsets = [cluster.element.offset for cluster in clusters]
    growth: dict[int, int] = {}
    for edit in edits:
        at = bisect_right(offsets, edit.offset) - 1
        if at >= 0 and edit.offset < clusters[at].element.end:
            growth[at] = growth.get(at, 0) + len(edit.data) - edit.length
    found = []
    for at, more in growth.items():
        cluster = clusters[at]
        if not _is_open(view, cluster.element):
            found.append(_resized(cluster.element, more))
        for fact in cluster.facts:
            if fact.id == CRC:
                length = fact.end - fact.offset
                found.append(Edit(fact.offset, length, ebml.void(length)))
    return found


def _is_open(view: View, item: Element) -> bool:
    """Say whether the size of a cluster is unknown, so that only its walk has measured it."""
    found = ebml.header(view, item.offset, view.size)
    return found is None or found.length is None


def _listed(
    view: View, segment: matroska.Segment, clusters: Sequence[Cluster], move: Move
) -> list[Edit]:
    """Return the edits of everything that names a place."""
    start = segment.element.body

    def moved(position: int) -> int:
        return move(start + position) - move(start)

    edits: list[Edit] = []
    bodies = {cluster.element.offset: cluster.element.body for cluster in clusters}
    for child, following in zip_longest(segment.elements, segment.elements[1:]):
        if child.id == matroska.SEEK_HEAD:
            is_room = following is not None and following.id == ebml.VOID
            room = following if is_room and following.offset == child.end else None
            edits.append(_seek_head(view, child, room, moved))
        elif child.id == matroska.CUES:
            edits.append(_cues(view, child, (start, bodies), move))
    for cluster in clusters:
        for fact in cluster.facts:
            if fact.id == POSITION:
                edits += _own_place(view, fact, moved(cluster.element.offset - start))
            elif fact.id == PREVIOUS:
                edits.append(_voided(fact))
    return edits


def _own_place(view: View, fact: Element, position: int) -> list[Edit]:
    """Return the edit of what a cluster says of its place; Void where it no longer fits."""
    length = fact.length or 0
    old = ebml.number(view.read(fact.body, min(length, ebml.SIZE_WIDTH), "a cluster"))
    if not old or length > ebml.SIZE_WIDTH:  # nought means that there is none
        return []
    if position >= 1 << 8 * length:
        return [_voided(fact)]
    return [Edit(fact.body, length, position.to_bytes(length, "big"))]


def _voided(fact: Element) -> Edit:
    length = fact.end - fact.offset
    return Edit(fact.offset, length, ebml.void(length))


def _seek_head(
    view: View, head: Element, room: Element | None, moved: Callable[[int], int]
) -> Edit:
    """Return a SeekHead whose entries lead to where things stand, and Void up to what follows."""
    loaded = ebml.Loaded(view, head, "the Matroska SeekHead")

    def entry(item: Element) -> bytes:
        if item.id != _SEEK_POSITION:
            return _raw(loaded, item)
        data = loaded.read(item.body, item.length or 0)
        return ebml.uint(item.id, moved(ebml.number(data)), len(data))

    new = rebuilt(loaded, head, frozenset({_SEEK}), entry)
    end = head.end if room is None else room.end
    rest = end - head.offset - len(new)
    if rest == 1:  # no Void is as short: there is one byte more for the size
        new = rebuilt(loaded, head, frozenset({_SEEK}), entry, wider=1)
        rest = 0
    return Edit(head.offset, end - head.offset, new + (ebml.void(rest) if rest > 0 else b""))


def _cues(view: View, cues: Element, known: tuple[int, dict[int, int]], move: Move) -> Edit:
    """Return cues that lead to where clusters and blocks stand.

    Args:
        view: the file.
        cues: as they are.
        known: where the segment's data begin, and those of its clusters by their offset.
        move: says where everything moves to.
    """
    start, bodies = known
    loaded = ebml.Loaded(view, cues, "the Matroska cues")
    cluster = start

    def entry(item: Element) -> bytes:
        nonlocal cluster
        if item.id not in (_CUE_CLUSTER, _CUE_RELATIVE):
            return _raw(loaded, item)
        data = loaded.read(item.body, item.length or 0)
        value = ebml.number(data)
        if item.id == _CUE_CLUSTER:
            cluster = start + value
            return ebml.uint(item.id, move(cluster) - move(start), len(data))
        body = bodies.get(cluster)
        if body is None:
            return _raw(loaded, item)
        return ebml.uint(item.id, move(body + value) - move(body), len(data))

    new = rebuilt(loaded, cues, frozenset({_CUE_POINT, _CUE_POSITIONS}), entry)
    return Edit(cues.offset, cues.end - cues.offset, new)


def _raw(view: View, item: Element) -> bytes:
    return view.read(item.offset, item.end - item.offset)


def rebuilt(
    view: View,
    parent: Element,
    inner: frozenset[int],
    entry: Callable[[Element], bytes],
    wider: int = 0,
) -> bytes:
    """Return an element with its elements made anew, down to those that hold others.

    Args:
        view: the file.
        parent: the element.
        inner: ids of elements whose elements are made anew as well.
        entry: makes every other one.
        wider: by how many bytes its size field is to grow.
    """
    pieces: list[bytes] = []
    has_crc = False
    for count, child in enumerate(ebml.children(view, parent.body, parent.end)):
        check_limit("the number of EBML elements", count, view.limits.items)
        if child.id == CRC:
            has_crc = True
        elif child.id in inner:
            pieces.append(rebuilt(view, child, inner, entry))
        else:
            pieces.append(entry(child))
    data = b"".join(pieces)
    if has_crc:
        data = ebml.crc_element(data) + data
    name = parent.id.to_bytes((parent.id.bit_length() + 7) // 8, "big")
    width = parent.body - parent.offset - len(name) + wider
    return ebml.element(parent.id, data, width)
