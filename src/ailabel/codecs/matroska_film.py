"""Matroska: the blocks of one track with their times, and new ones there [RFC 9559 10]."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ailabel.codecs import ebml, matroska
from ailabel.errors import MalformedFileError, PlanError
from ailabel.io.source import check_limit
from ailabel.values import frozen

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ailabel.codecs.ebml import Element
    from ailabel.io.source import View

__all__ = ["CRC", "POSITION", "PREVIOUS", "Block", "Cluster", "blocks", "clusters"]

POSITION: Final = 0xA7
PREVIOUS: Final = 0xAB
CRC: Final = ebml.CRC32
_TIMESTAMP: Final = 0xE7
_GROUP: Final = 0xA0
_BLOCK: Final = 0xA1
_SIMPLE_BLOCK: Final = 0xA3
_REFERENCE: Final = 0xFB
_KEY, _LACING = 0x80, 0x06  # flags of a block [RFC 9559 10.2]
_HEAD: Final = 12  # bytes of a block's header, at the most
_SHORTEST: Final = 16  # bytes a block of an honest file takes on average, at the least
_NEAR: Final = range(-(1 << 15), 1 << 15)  # how far a block may be from its cluster's time


@frozen
class Cluster:
    """A cluster, its time, its blocks, and its elements that speak of places or of all of it."""

    element: Element
    time: int
    blocks: tuple[Element, ...]
    facts: tuple[Element, ...]


@frozen(kw_only=True)
class Block:
    """One frame of a track.

    Args:
        cluster: in which it stands.
        outer: the SimpleBlock or the BlockGroup.
        track: the number of the track, as it is stored.
        time: when it is shown, in the segment's units.
        is_key: whether a player may begin at it.
        offset: where the frame's data begin.
        length: of the data.
        others: what a BlockGroup says of it besides, without references; None for a SimpleBlock.
    """

    cluster: Cluster
    outer: Element
    track: bytes
    time: int
    is_key: bool
    offset: int
    length: int
    others: bytes | None

    def built(self, data: bytes, shown: Block, before: int | None) -> bytes:
        """Return a block for this place that holds another frame.

        Args:
            data: the coded frame.
            shown: the block whose time, and what is said of it, the frame has.
            before: when the frame is shown that it leans on; None for a key.

        Raises:
            PlanError: the time is too far from the cluster's.
        """
        distance = shown.time - self.cluster.time
        if distance not in _NEAR:
            raise PlanError("a Matroska block stands too far from the time of its cluster")
        is_simple = shown.others is None
        flags = _KEY if is_simple and before is None else 0
        body = self.track + distance.to_bytes(2, "big", signed=True) + bytes([flags]) + data
        if shown.others is None:
            return ebml.element(_SIMPLE_BLOCK, body)
        others = shown.others
        if before is not None:
            gap = before - shown.time
            size = gap.bit_length() // 8 + 1
            others += ebml.element(_REFERENCE, gap.to_bytes(size, "big", signed=True))
        return ebml.element(_GROUP, ebml.element(_BLOCK, body) + others)


def clusters(view: View, segment: matroska.Segment) -> Iterator[Cluster]:
    """Walk the clusters of a segment.

    Raises:
        MalformedFileError: one is damaged.
        LimitExceededError: there are too many blocks for the size of the file.
    """
    most, count = view.limits.items + view.size // _SHORTEST, 0
    for element in matroska.level_one(view, segment.element):
        if element.id != matroska.CLUSTER:
            continue
        time, found, facts = 0, [], []
        for child in ebml.children(view, element.body, min(element.end, view.size)):
            if child.id in (_GROUP, _SIMPLE_BLOCK):
                found.append(child)
            elif child.id == _TIMESTAMP:
                time = ebml.number(view.read(child.body, min(child.length or 0, 8), "a cluster"))
            elif child.id in (POSITION, PREVIOUS, CRC):
                facts.append(child)
        count += len(found)
        check_limit("the number of frames", count, most)
        yield Cluster(element, time, tuple(found), tuple(facts))


def blocks(view: View, cluster: Cluster, track: int) -> Iterator[Block]:
    """Yield the blocks of a track in a cluster.

    Raises:
        MalformedFileError: one is damaged.
        PlanError: one holds several frames.
    """
    for outer in cluster.blocks:
        inner, is_leaning, others = outer, False, None
        if outer.id == _GROUP:
            parts = list(ebml.children(view, outer.body, outer.end))
            inner = next((part for part in parts if part.id == _BLOCK), outer)
            is_leaning = any(part.id == _REFERENCE for part in parts)
        head = view.read_some(inner.body, min(_HEAD, inner.end - inner.body))
        number = ebml.vint(head)
        if number is None or len(head) < number[1] + 3 or inner.id == _GROUP:
            raise MalformedFileError("a Matroska block is damaged", offset=outer.offset)
        if number[0] != track:
            continue
        width = number[1]
        if head[width + 2] & _LACING:
            raise PlanError("the pictures of the film are laced; remux the file first")
        if outer.id == _GROUP:
            kept = [part for part in parts if part.id not in (_BLOCK, _REFERENCE, ebml.VOID, CRC)]
            others = b"".join(
                view.read_metadata(part.offset, part.end - part.offset, "a Matroska block")
                for part in kept
            )
        time = cluster.time + int.from_bytes(head[width : width + 2], "big", signed=True)
        start = inner.body + width + 3
        yield Block(
            cluster=cluster,
            outer=outer,
            track=head[:width],
            time=time,
            is_key=not is_leaning if outer.id == _GROUP else head[width + 2] & _KEY != 0,
            offset=start,
            length=inner.end - start,
            others=others,
        )
