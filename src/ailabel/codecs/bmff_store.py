"""ISO base media files: changing the data of items, and adding an item [ISO14496-12 8.11].

Data are changed where they stand; when their length changes, everything behind them moves, and
with it what the ``iloc`` box says of all items.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import replace
from typing import TYPE_CHECKING, Final, TypeAlias

from ailabel.codecs import bmff, bmff_edit, bmff_items, bmff_offsets
from ailabel.codecs.bmff_items import IN_FILE, Extent, Info, Location, Locations, Reference
from ailabel.errors import MalformedFileError, PlanError
from ailabel.io.source import check_limit
from ailabel.io.splice import Edit
from ailabel.values import frozen

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from ailabel.codecs.bmff import Box
    from ailabel.codecs.bmff_edit import Changes, Move
    from ailabel.io.source import View

__all__ = ["Added", "Places", "Store", "load", "revise"]

_MOST_NUMBERS: Final = 1 << 16
_ROUNDS: Final = 4  # until the length of iloc changes no more, which takes two


Places: TypeAlias = tuple[tuple[int, int], ...]
"""Offset and length of the pieces that data stand in; items that share their data have the same."""


@frozen(kw_only=True)
class Store:
    """The items of one ``meta`` box.

    Args:
        view: the file.
        meta: the box.
        track: the number of the track that it belongs to, from 1, or 0.
        boxes: the boxes in it, by type.
        infos: what each item is, in file order.
        locations: where their data stand.
        places: the pieces of each item that stand in this file, by its number.
        references: from items to others.
        primary: the number of the primary item, or None.
    """

    view: View
    meta: Box
    track: int
    boxes: Mapping[bytes, Box]
    infos: tuple[Info, ...]
    locations: Locations
    places: Mapping[int, Places]
    references: tuple[Reference, ...]
    primary: int | None

    @property
    def belongs_to_file(self) -> bool:
        """Whether the items are the file's own, not those of a movie or a track in it."""
        return self.meta.parent is None

    def data(self, number: int) -> bytes:
        """Read the data of an item of metadata.

        Raises:
            LimitExceededError: they are too long.
        """
        pieces = self.places.get(number, ())
        total = sum(length for _, length in pieces)
        check_limit("an item of metadata", total, self.view.limits.metadata_bytes)
        return b"".join([self.view.read(offset, length) for offset, length in pieces])


@frozen
class Added:
    """An item to be added, which describes the primary item: its type, media type and data."""

    type: bytes
    content_type: str
    data: bytes


def load(view: View) -> tuple[Store, ...]:
    """Read the items of a file; its own come first, then those of the movie in it and its tracks.

    Raises:
        MalformedFileError: the boxes that describe them are broken.
    """
    top = list(bmff.boxes(view, 0, view.size))
    found = [(item, 0) for item in top if item.type == b"meta"][:1]
    moov = next((item for item in top if item.type == b"moov"), None)
    tracks = 0
    for child in bmff.children(view, moov) if moov else ():
        if child.type == b"meta":
            found.append((child, 0))
        elif child.type == b"trak":
            tracks += 1
            meta = bmff.find(view, child, b"meta")
            found += [(meta, tracks)] if meta else []
    stores = (_load(view, meta, track) for meta, track in found)
    return tuple(store for store in stores if store is not None)


def _load(view: View, meta: Box, track: int) -> Store | None:
    found = {child.type: child for child in reversed([*bmff.children(view, meta)])}
    if b"iinf" not in found or b"iloc" not in found:
        return None
    locations = bmff_items.locations(view, found[b"iloc"])
    pieces = (
        (entry.id, bmff_items.pieces(view, entry, found.get(b"idat")))
        for entry in locations.entries
    )
    numbers = {entry.id for entry in locations.entries}
    if len(numbers) != len(locations.entries):
        raise MalformedFileError("an item has two locations", offset=found[b"iloc"].offset)
    iref = found.get(b"iref")
    return Store(
        view=view,
        meta=meta,
        track=track,
        boxes=found,
        infos=tuple(bmff_items.infos(view, found[b"iinf"])),
        locations=locations,
        places={number: tuple(places) for number, places in pieces if places is not None},
        references=tuple(bmff_items.references(view, iref)) if iref else (),
        primary=bmff_items.primary(view, meta),
    )


def revise(
    stores: Sequence[Store],
    contents: Mapping[Places, bytes],
    added: Added | None = None,
    others: Callable[[Changes], None] | None = None,
) -> list[Edit]:
    """Plan other data for items.

    Args:
        stores: all items of the file.
        contents: the data by the places in which they stand.
        added: an item to be added to the first store, or None.
        others: collects further edits, of other boxes.

    Raises:
        PlanError: the data of an item cannot be changed, or there is no room for an item more.
    """
    view = stores[0].view
    changes = bmff_edit.Changes()
    if others is not None:
        others(changes)
    holders = _Holders(stores)
    for places, data in contents.items():
        _rewrite(view, changes, holders, (places, data))
    place = _add(stores[0], changes, added) if added else 0
    ilocs = [store.boxes[b"iloc"] for store in stores]
    tables = written = [bmff.read_body(view, iloc) for iloc in ilocs]
    for _ in range(_ROUNDS if changes.grows else 0):
        pairs = zip(ilocs, tables, strict=True)
        move = changes.move(*(Edit(iloc.body, iloc.length, table) for iloc, table in pairs))
        new = (move(place) - len(added.data), len(added.data)) if added else None
        lengths = [len(table) for table in tables]
        tables = [
            bmff_items.build_locations(_relocated(store, contents, move, None if at else new))
            for at, store in enumerate(stores)
        ]
        if [len(table) for table in tables] == lengths:
            break
    for iloc, table, old in zip(ilocs, tables, written, strict=True):
        if table != old:
            changes.replace(iloc, iloc.body, iloc.length, table)
    return bmff_offsets.settle(view, changes)


def _rewrite(view: View, changes: Changes, holders: _Holders, item: tuple[Places, bytes]) -> None:
    """Put other data in the place of an item's."""
    places, rest = item
    same = len(rest) == sum(length for _, length in places)
    for offset, length in places:
        count = length if same else len(rest)
        piece, rest = rest[:count], rest[count:]
        if piece != view.read(offset, length):
            changes.replace(holders.of(places, offset, length), offset, length, piece)


class _Holders:
    """The boxes that hold data, and the places that overlap no others."""

    def __init__(self, stores: Sequence[Store]) -> None:
        top = bmff.boxes(stores[0].view, 0, stores[0].view.size)
        boxes = [box for box in top if box.type == b"mdat"]
        boxes += [store.boxes[b"idat"] for store in stores if b"idat" in store.boxes]
        self._boxes = sorted(boxes, key=lambda box: box.body)
        self._bodies = [box.body for box in self._boxes]
        self._overlapping = _overlapping({p for store in stores for p in store.places.values()})

    def of(self, places: Places, offset: int, length: int) -> Box:
        """Return the box in which a piece of data stands."""
        if places in self._overlapping:
            raise PlanError("the item at byte {offset} shares data with another", offset=offset)
        at = bisect_right(self._bodies, offset) - 1
        if at < 0 or offset + length > self._boxes[at].end:
            raise PlanError("the item at byte {offset} stands in no box of data", offset=offset)
        return self._boxes[at]


def _overlapping(every: set[Places]) -> set[Places]:
    """Return the places that overlap others, in one pass over all pieces."""
    found: set[Places] = set()
    reach = 0
    owner: Places = ()
    pieces = (
        (offset, offset + length, places) for places in every for offset, length in places if length
    )
    for start, end, places in sorted(pieces):
        if start < reach and places != owner:
            found |= {places, owner}
        if end > reach:
            reach, owner = end, places
    return found


def _relocated(
    store: Store, contents: Mapping[Places, bytes], move: Move, added: tuple[int, int] | None
) -> Locations:
    """Return where the data of a store stand after the changes, with an item more if need be."""
    entries = [_resized(store, entry, contents) for entry in store.locations.entries]
    found = replace(store.locations, entries=tuple(entries))
    found = bmff_items.moved(found, move, store.boxes.get(b"idat"))
    if added is None:
        return found
    new = Location(
        id=_new_number(store),
        method=IN_FILE,
        data_reference=0,
        base=0,
        extents=(Extent(*added),),
    )
    return replace(found, entries=(*found.entries, new))


def _resized(store: Store, entry: Location, contents: Mapping[Places, bytes]) -> Location:
    """Return a location with the length of other data, and all lengths that are only implied."""
    places = store.places.get(entry.id)
    if places is None:
        return entry
    data = contents.get(places)
    if data is not None and len(data) != sum(length for _, length in places) and places:
        return replace(entry, extents=(replace(entry.extents[0], length=len(data)),))
    if all(extent.length for extent in entry.extents):
        return entry
    extents = zip(entry.extents, places, strict=True)
    return replace(
        entry, extents=tuple(replace(extent, length=length) for extent, (_, length) in extents)
    )


def _new_number(store: Store) -> int:
    """Return a number that no item has; one of 16 bits, as every version of the boxes can say."""
    taken = {info.id for info in store.infos} | {entry.id for entry in store.locations.entries}
    number = max(taken, default=0) + 1
    if number >= _MOST_NUMBERS:
        number = next((free for free in range(1, _MOST_NUMBERS) if free not in taken), 0)
    if not number:
        raise PlanError("the file has so many items that none can be added")
    return number


def _add(store: Store, changes: Changes, added: Added) -> int:
    """Add an item: what it is, what it describes, and its data; return where those are put in."""
    number = _new_number(store)
    iinf = store.boxes[b"iinf"]
    head = store.view.read(iinf.body, min(iinf.length, 8), "the iinf box")
    width = 4 if head[:1] != b"\0" else 2
    count = int.from_bytes(head[4 : 4 + width], "big") + 1
    if count >= 1 << 8 * width or len(store.locations.entries) >= _MOST_NUMBERS - 1:
        raise PlanError("the file has so many items that none can be added")
    _check_filled(store.view, iinf, iinf.body + 4 + width)
    changes.replace(iinf, iinf.body + 4, width, count.to_bytes(width, "big"))
    info = Info(id=number, type=added.type, content_type=added.content_type)
    changes.replace(iinf, iinf.end, 0, bmff_items.build_info(info))
    if store.primary is not None:
        _refer(store, changes, Reference(b"cdsc", number, (store.primary,)))
    *_, last = bmff.boxes(store.view, 0, store.view.size)
    if last.is_cut:
        raise MalformedFileError(
            "the {name} box does not fit where it stands",
            offset=last.offset,
            name=bmff.name(last.type),
        )
    if last.size_field:
        changes.replace(None, last.end, 0, bmff.box(b"mdat", added.data))
    elif last.type == b"mdat":
        changes.replace(None, last.end, 0, added.data)
    else:
        raise PlanError(
            "the {name} box goes on to the end of the file, so nothing can be put behind it",
            name=bmff.name(last.type),
        )
    return last.end


def _check_filled(view: View, table: Box, start: int) -> None:
    """Refuse a table whose boxes end before it does: readers would not see one behind them."""
    end = start
    for entry in bmff.boxes(view, start, table.end, table):
        end = entry.end
    if end != table.end:
        raise MalformedFileError(
            "the {name} box contradicts itself", offset=table.offset, name=bmff.name(table.type)
        )


def _refer(store: Store, changes: Changes, reference: Reference) -> None:
    iref = store.boxes.get(b"iref")
    wide = reference.targets[0] >= _MOST_NUMBERS
    if iref is None:
        data = bmff_items.build_reference(reference, 4 if wide else 2)
        end = max(box.end for box in bmff.children(store.view, store.meta))
        changes.replace(store.meta, end, 0, bmff.full_box(b"iref", data, int(wide)))
        return
    width = 4 if store.view.read_some(iref.body, 1) not in (b"\0", b"") else 2
    if wide and width == 2:  # noqa: PLR2004 - as above
        raise PlanError("the iref box cannot name the primary item")
    changes.replace(iref, iref.end, 0, bmff_items.build_reference(reference, width))
