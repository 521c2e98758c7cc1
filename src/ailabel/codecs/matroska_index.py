"""Keep the SeekHead of a segment right without moving anything [RFC 9559 6.3].

Readers find what stands behind the clusters by the SeekHead alone. One more entry goes into the
room that muxers leave behind it; where there is none, the last entries move to a second SeekHead
at the end, and one that leads there takes their place.
"""

from __future__ import annotations

from itertools import zip_longest
from typing import TYPE_CHECKING, Final

from ailabel.codecs import ebml, matroska
from ailabel.io.source import check_limit
from ailabel.io.splice import Edit
from ailabel.values import frozen

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from collections.abc import Set as AbstractSet

    from ailabel.io.source import View

__all__ = ["Index", "plan"]

_SEEK: Final = 0x4DBB
_SEEK_ID: Final = 0x53AB
_SEEK_POSITION: Final = 0x53AC
_ID_WIDTH: Final = 4
_TAGS_ID: Final = matroska.TAGS.to_bytes(_ID_WIDTH, "big")
_MOVABLE: Final = 4  # entries that move to the second SeekHead at the most; two suffice


@frozen
class Index:
    """The edits of the SeekHeads there are, and the second one that goes before the new element."""

    edits: tuple[Edit, ...]
    second: bytes = b""


@frozen
class _Entry:
    """One child of a SeekHead: its bytes, and where it leads to."""

    raw: bytes
    id: int
    position: int


@frozen
class _Head:
    """A SeekHead, its entries, whether it has a checksum, and how many bytes it can take."""

    element: ebml.Element
    entries: tuple[_Entry, ...]
    has_crc: bool
    room: int


def plan(
    view: View, segment: matroska.Segment, dropped: AbstractSet[int], position: int | None
) -> Index:
    """Plan that the SeekHeads lead to new Tags, and no longer to those that are gone.

    Args:
        view: the file.
        segment: whose SeekHeads they are.
        dropped: offsets of Tags elements that are taken out.
        position: where new Tags are to stand, counted from the segment's data; None for nowhere.
    """
    gone = {offset - segment.element.body for offset in dropped}
    heads = list(_heads(view, segment))
    edits: list[Edit] = []
    second = b""
    wanted = None if position is None or _is_listed(heads, position) else position
    for head in heads:
        kept = [entry for entry in head.entries if not _leads_to(entry, gone)]
        new = None
        if wanted is not None and head.element.offset < segment.front:
            new, second = _extended(head, kept, wanted)
            wanted = None  # only the first SeekHead is made longer
        if new is None and len(kept) < len(head.entries):
            new = _rebuilt(head, [entry.raw for entry in kept])
        if new is not None:
            edits.append(Edit(head.element.offset, head.room, new))
    return Index(tuple(edits), second)


def _heads(view: View, segment: matroska.Segment) -> Iterator[_Head]:
    for child, following in zip_longest(segment.elements, segment.elements[1:]):
        if child.id != matroska.SEEK_HEAD:
            continue
        loaded = ebml.Loaded(view, child, "the Matroska SeekHead")
        room = child.end - child.offset
        if following is not None and following.id == ebml.VOID and following.offset == child.end:
            room += following.end - following.offset
        entries, has_crc = [], False
        for item in ebml.children(loaded, child.body, child.end):
            has_crc = has_crc or item.id == ebml.CRC32
            if item.id not in (ebml.VOID, ebml.CRC32):
                raw = loaded.read(item.offset, item.end - item.offset)
                entries.append(_entry(loaded, item, raw))
                check_limit("the number of SeekHead entries", len(entries), view.limits.items // 2)
        yield _Head(child, tuple(entries), has_crc, room)


def _entry(view: View, item: ebml.Element, raw: bytes) -> _Entry:
    values = {}
    if item.id == _SEEK and _TAGS_ID in raw:  # the others lead to what does not change
        for child in ebml.children(view, item.body, item.end):
            begin = child.body - item.offset
            values[child.id] = ebml.number(raw[begin : begin + (child.length or 0)])
    return _Entry(raw, values.get(_SEEK_ID, 0), values.get(_SEEK_POSITION, -1))


def _leads_to(entry: _Entry, positions: AbstractSet[int]) -> bool:
    return entry.id == matroska.TAGS and entry.position in positions


def _is_listed(heads: Sequence[_Head], position: int) -> bool:
    return any(_leads_to(entry, {position}) for head in heads for entry in head.entries)


def _seek(name: int, position: int, width: int = 1) -> bytes:
    return ebml.element(
        _SEEK, ebml.uint(_SEEK_ID, name) + ebml.uint(_SEEK_POSITION, position, width)
    )


def _extended(head: _Head, kept: Sequence[_Entry], position: int) -> tuple[bytes | None, bytes]:
    """Return the SeekHead with an entry for Tags, and the second one; None where neither fits."""
    raws = [entry.raw for entry in kept]
    new = _rebuilt(head, [*raws, _seek(matroska.TAGS, position)])
    if new is not None:
        return new, b""
    for count in range(1, min(len(raws), _MOVABLE) + 1):
        new = _rebuilt(head, [*raws[:-count], _seek(matroska.SEEK_HEAD, position)])
        if new is not None:
            moved = b"".join(raws[-count:])
            size = len(ebml.element(matroska.SEEK_HEAD, moved + _seek(matroska.TAGS, 0, 8)))
            entry = _seek(matroska.TAGS, position + size, 8)
            return new, ebml.element(matroska.SEEK_HEAD, moved + entry)
    return None, b""


def _rebuilt(head: _Head, entries: Sequence[bytes]) -> bytes | None:
    """Return a SeekHead with these entries, and a Void behind it that fills the room."""
    data = b"".join(entries)
    if head.has_crc:
        data = ebml.crc_element(data) + data
    width = head.element.body - head.element.offset - _ID_WIDTH
    new = ebml.element(matroska.SEEK_HEAD, data, width)
    if head.room - len(new) == 1:  # no Void is as short
        width = len(new) - len(data) - _ID_WIDTH
        width += 1 if width < ebml.SIZE_WIDTH else -1
        new = ebml.element(matroska.SEEK_HEAD, data, width)
    rest = head.room - len(new)
    if rest < 0:
        return None
    return new + (ebml.void(rest) if rest else b"")
