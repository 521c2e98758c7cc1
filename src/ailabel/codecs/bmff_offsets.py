"""ISO base media files: every place that says where in the file something stands.

Those are the chunk offsets of tracks, the base offsets of fragments, the indexes of fragments
(``sidx``, ``tfra``), offsets of auxiliary information (``saio``) and of items (``iloc``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ailabel.codecs import bmff, bmff_fragments, bmff_items, bmff_tracks
from ailabel.errors import PlanError
from ailabel.io.splice import Edit

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ailabel.codecs.bmff import Box
    from ailabel.codecs.bmff_edit import Changes, Move
    from ailabel.io.source import View

__all__ = ["settle"]

_INERT: Final = (b"free", b"skip", b"wide", b"uuid")  # nothing points into them
_REFERENCE: Final = 12  # bytes of an entry of sidx
_REFERENCE_SIZE: Final = (1 << 31) - 1


def settle(view: View, changes: Changes) -> list[Edit]:
    """Return the edits of changes, and those of every offset that is wrong after them.

    Raises:
        PlanError: an offset would not fit into its field, or cannot be followed.
    """
    move = changes.move()
    edits = changes.edits()
    if move.first is None:
        return edits
    top = list(bmff.boxes(view, 0, view.size))
    if all(_stays(item, move.first) for item in top):
        return edits
    for item in top:
        edits += _moved(view, item, move, changes)
    return edits


def _stays(item: Box, first: int) -> bool:
    """Say whether nothing that is pointed to stands in a box at or behind the first change."""
    return item.end <= first or item.type in _INERT or (item.type == b"moov" and item.body <= first)


def _moved(view: View, item: Box, move: Move, changes: Changes) -> Iterator[Edit]:
    if item.type == b"moov":
        yield from _in_movie(view, item, move, changes)
    elif item.type == b"moof":
        yield from _in_fragment(view, item, move)
    elif item.type == b"meta":
        yield from _items(view, item, move, changes)
    elif item.type == b"sidx":
        yield from _segment_index(view, item, move)
    elif item.type == b"mfra":
        for child in bmff.children(view, item):
            if child.type == b"tfra":
                yield from _random_access(view, child, move)


def _in_movie(view: View, moov: Box, move: Move, changes: Changes) -> Iterator[Edit]:
    for child in bmff.children(view, moov):
        if child.type == b"meta":
            yield from _items(view, child, move, changes)
        elif child.type == b"cmov":
            raise PlanError("the moov box is compressed, so its offsets cannot be followed")
    for track in bmff_tracks.tracks(view, moov):
        if b"meta" in track.parts:
            yield from _items(view, track.parts[b"meta"], move, changes)
        if track.is_external is None:
            raise PlanError(
                "track {number} has samples in this file and in others, so its offsets cannot be "
                "followed",
                number=track.id,
            )
        if not track.is_external:
            yield from _in_track(view, track.tables, move, changes)


def _in_track(view: View, tables: dict[bytes, Box], move: Move, changes: Changes) -> Iterator[Edit]:
    """Yield the edits of a track's tables, unless the changes replace them already."""
    for kind, width in ((b"stco", 4), (b"co64", 8)):
        if kind in tables and not changes.replaces(tables[kind].body):
            old = bmff_tracks.table(view, tables[kind], 4, width)
            yield from _renumber(tables[kind], 8, width, old, move.every(old))
    if b"saio" in tables:
        item = tables[b"saio"]
        head = view.read(item.body, min(item.length, 4), "the saio box").ljust(4, b"\0")
        at, width = (12 if head[3] & 1 else 4), (8 if head[0] else 4)
        old = bmff_tracks.table(view, item, at, width)
        yield from _renumber(item, at + 4, width, old, move.every(old))


def _renumber(item: Box, at: int, width: int, old: Iterable[int], new: list[int]) -> Iterator[Edit]:
    """Yield the edit of a table of numbers, if any of them changed."""
    if new == list(old):
        return
    if max(new) >= 1 << 8 * width or min(new) < 0:
        raise _overflow(item)
    data = bmff_tracks.encode(new, width)
    yield Edit(item.body + at, len(data), data)


def _overflow(item: Box) -> PlanError:
    return PlanError(
        "an offset in the {name} box would no longer fit; let a program that writes 64-bit offsets "
        "remux the file first",
        name=bmff.name(item.type),
    )


def _in_fragment(view: View, moof: Box, move: Move) -> Iterator[Edit]:
    """Yield the edits of absolute base offsets; all others count from the fragment."""
    for traf in bmff.children(view, moof):
        header = bmff.find(view, traf, b"tfhd") if traf.type == b"traf" else None
        if header is None:
            continue
        body = bmff.read_body(view, header, 8)
        if int.from_bytes(body[1:4], "big") & bmff_fragments.BASE_OFFSET:
            old = bmff_tracks.numbers(bmff.read_body(view, header, 16)[8:16], 8)
            yield from _renumber(header, 8, 8, old, move.every(old))


def _segment_index(view: View, item: Box, move: Move) -> Iterator[Edit]:
    """Yield the edits of ``sidx``, whose distances count from its end [ISO14496-12 8.16.3]."""
    body = bmff.read_body(view, item, 24)
    at, width = (20, 8) if body[0] else (16, 4)
    first = int.from_bytes(body[at : at + width], "big")
    start = item.end + first
    yield from _renumber(item, at, width, [first], [move(start) - move(item.end)])
    at += width + 4  # and the count
    words = bmff_tracks.numbers(bmff.read_body(view, item, at)[at:])
    count = min(int.from_bytes(body[at - 2 : at], "big"), len(words) * 4 // _REFERENCE)
    for number in range(count):
        flag, size = words[3 * number] & ~_REFERENCE_SIZE, words[3 * number] & _REFERENCE_SIZE
        new = move(start + size) - move(start)
        if not 0 <= new <= _REFERENCE_SIZE:
            raise _overflow(item)
        old = [flag | size]
        yield from _renumber(item, at + _REFERENCE * number, 4, old, [flag | new])
        start += size


def _random_access(view: View, item: Box, move: Move) -> Iterator[Edit]:
    """Yield the edits of ``tfra``, whose entries say where fragments begin [ISO14496-12 8.8.10]."""
    body = bmff.read_body(view, item, 16)
    width = 8 if body[0] else 4
    lengths = body[11]
    stride = 2 * width + (lengths >> 4 & 3) + (lengths >> 2 & 3) + (lengths & 3) + 3
    count = min(int.from_bytes(body[12:16], "big"), (len(body) - 16) // stride)
    for number in range(count):
        at = 16 + number * stride + width
        old = int.from_bytes(body[at : at + width], "big")
        yield from _renumber(item, at, width, [old], [move(old)])


def _items(view: View, meta: Box, move: Move, changes: Changes) -> Iterator[Edit]:
    """Yield the edit of a table of items, unless the changes replace it already."""
    item = bmff.find(view, meta, b"iloc")
    if item is not None and not changes.replaces(item.body):
        locations = bmff_items.locations(view, item)
        data = bmff_items.build_locations(bmff_items.moved(locations, move))
        if len(data) != item.length:
            raise _overflow(item)
        if data != bmff.read_body(view, item):
            yield Edit(item.body, item.length, data)
