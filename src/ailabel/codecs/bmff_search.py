"""ISO base media files: looking for one text in all the places of metadata that people put it.

Those are metadata items (keyed, named, free-form), boxes that are named by the key, QuickTime and
3GPP user data, and XMP packets; in the file, the movie, its tracks and its fragments.
"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Final

from ailabel.codecs import bmff, bmff_keys, xmp
from ailabel.errors import MalformedFileError, PlanError
from ailabel.io.source import check_limit
from ailabel.spi import unkept
from ailabel.values import frozen

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from ailabel.codecs.bmff import Box
    from ailabel.codecs.bmff_edit import Changes
    from ailabel.io.source import View
    from ailabel.spi import Slot

__all__ = ["Hit", "Kind", "Query", "drop", "rewrite", "search", "vacated"]

_HITS: Final = "bmff hits"
_CONTAINERS: Final = (b"moov", b"trak", b"udta", b"moof", b"traf")
_SIZED: Final = 4  # length and language, before a text [QTFF User Data]
_OPENING: Final = tuple(b'{"\xfe\xff\xef')  # how such texts begin, byte order marks included


@frozen(kw_only=True)
class Query:
    """What is looked for.

    Args:
        key: the name of a key or a box, whatever its case; of a dotted key, the last part.
        accepts: says of any other text whether it is one.
        prop: the property of an XMP packet.
    """

    key: str
    accepts: Callable[[str], bool]
    prop: xmp.Property


class Kind(Enum):
    """What holds a text, which decides how it is taken out."""

    ITEM = "item"
    """An item of a ``meta`` box."""
    BOX = "box"
    """A box of its own."""
    PACKET = "packet"
    """An XMP packet."""


@frozen(kw_only=True)
class Hit:
    """One text that was found.

    Args:
        kind: what holds it.
        box: the item, the box of its own, or the box of the packet.
        place: the kind of place, such as ``moov/udta/meta[mdta]/AIGC``.
        location: the same with the number of the track.
        value: the text.
        raw: its bytes.
        table: the items among which it stands.
    """

    kind: Kind
    box: Box
    place: str
    location: str
    value: str
    raw: bytes
    table: bmff_keys.Table | None = None


@frozen
class _Known:
    """What a search found, as the view's memo keeps it."""

    query: Query
    hits: tuple[Hit, ...]


@frozen
class _Path:
    """Where the search stands: names from the outside, and the number of the track."""

    names: tuple[str, ...] = ()
    track: int = 0

    def enter(self, name: str, track: int = 0) -> _Path:
        return _Path((*self.names, name), track or self.track)

    def of(self, *names: str) -> tuple[str, str]:
        """Return place and location of what is named so."""
        path = (*self.names, *names)
        numbered = (f"{name}[{self.track}]" if name == "trak" else name for name in path)
        return "/".join(path), "/".join(numbered)


def search(view: View, query: Query) -> list[Hit]:
    """Find every such text of a file, in file order; the view remembers the last answer."""
    known = view.memo.get(_HITS)
    if isinstance(known, _Known) and known.query is query:
        return [*known.hits]
    hits = tuple(_in_boxes(view, query, bmff.boxes(view, 0, view.size), _Path()))
    view.memo[_HITS] = _Known(query, hits)
    return [*hits]


def _in_boxes(view: View, query: Query, found: Iterator[Box], path: _Path) -> Iterator[Hit]:
    tracks = 0
    for item in found:
        tracks += item.type == b"trak"
        if item.type in _CONTAINERS:
            check_limit("the depth of boxes", len(path.names) + 1, view.limits.depth)
            inside = path.enter(bmff.name(item.type), tracks if item.type == b"trak" else 0)
            yield from _in_boxes(view, query, bmff.children(view, item), inside)
        elif item.type == b"meta":
            yield from _in_meta(view, query, item, path)
        elif item.type == b"XMP_" or item.user_type == bmff.XMP_UUID:  # [XMP3 1.1.7, 2.1.4]
            yield from _in_packet(view, query, item, path)
        elif item.type.upper() == query.key.encode() or path.names[-1:] == ("udta",):
            yield from _in_text(view, query, item, path)


def _in_packet(view: View, query: Query, item: Box, path: _Path) -> Iterator[Hit]:
    packet = bmff.read_body(view, item)
    title = "uuid[XMP]" if item.user_type else "XMP_"
    place, location = path.of(title, query.prop.name)
    for found in xmp.find(packet, query.prop, view.limits):
        check_limit("a label", len(found.raw), view.limits.label_bytes)
        yield Hit(
            kind=Kind.PACKET,
            box=item,
            place=place,
            location=location,
            value=found.value,
            raw=found.raw,
        )


def _in_text(view: View, query: Query, item: Box, path: _Path) -> Iterator[Hit]:
    """Look into user data, or into a box that is named by the key."""
    if item.length > 2 * view.limits.label_bytes:
        return
    raw = view.read(item.body, item.length, "user data")
    named = item.type.upper() == query.key.encode()
    if not named and b"{" not in raw:
        return
    value = _decode(_text(raw))
    if named or query.accepts(value):
        place, location = path.of(query.key if named else bmff.name(item.type))
        yield Hit(kind=Kind.BOX, box=item, place=place, location=location, value=value, raw=raw)


def _text(raw: bytes) -> bytes:
    """Return the text of user data, without what stands before it.

    That is its length and language [QTFF User Data], version, flags and language [TS 26.244 8], or
    nothing.
    """
    if raw[:1] and raw[0] in _OPENING:
        return raw
    if raw[:4] == bytes(4):
        return raw[4 if raw[4:5] and raw[4] in _OPENING else 6 :]
    size = int.from_bytes(raw[:2], "big")
    return raw[4 : 4 + size] if size <= len(raw) - 4 else raw


def _decode(raw: bytes) -> str:
    codec = "utf-16" if raw[:2] in (b"\xfe\xff", b"\xff\xfe") else "utf-8"
    return raw.decode(codec, "replace").rstrip("\0")


def _in_meta(view: View, query: Query, meta: Box, path: _Path) -> Iterator[Hit]:
    table = bmff_keys.load(view, meta)
    for item in table.items if table else ():
        if table is None or item.box.type == b"free":
            continue
        key = table.key(item)
        title = key.name if key else bmff.name(item.box.type)
        for name, value, raw in bmff_keys.texts(view, item):
            named = name if item.box.type == b"----" else title
            if named.rpartition(".")[2].upper() != query.key and not query.accepts(value):
                continue
            if key is None and item.number == 0 and item.box.type[:1] == b"\0":
                named = "unnamed"
            shown = f"----[{named}]" if item.box.type == b"----" else named
            handler = "meta[mdta]" if key else "meta[mdir]"
            place, location = path.of(handler, shown)
            yield Hit(
                kind=Kind.ITEM,
                box=item.box,
                place=place,
                location=location,
                value=value,
                raw=raw,
                table=table,
            )


# -- taking out ------------------------------------------------------------------------------------


def drop(view: View, changes: Changes, hits: Sequence[Hit], query: Query) -> None:
    """Take texts out: items and boxes whole, properties out of their packets.

    Inside a fragment nothing may change its length, so there boxes become free space.

    Raises:
        PlanError: a packet is damaged.
    """
    tables: dict[int, tuple[bmff_keys.Table, set[int]]] = {}
    for hit in {hit.box.offset: hit for hit in hits}.values():
        if hit.kind is Kind.PACKET:
            packet = vacated(view, hit.box, query)
            if _in_fragment(hit.box):
                packet = packet.ljust(hit.box.length)
            changes.replace(hit.box, hit.box.body, hit.box.length, packet)
        elif _in_fragment(hit.box):
            free = b"free" + bytes(hit.box.end - hit.box.offset - 8)
            changes.replace(hit.box.parent, hit.box.offset + 4, len(free), free)
        elif hit.table is None:
            changes.take_out(hit.box)
        else:
            table, found = tables.setdefault(hit.table.meta.offset, (hit.table, set()))
            found.add(hit.box.offset)
    for table, found in tables.values():
        bmff_keys.revise(changes, table, frozenset(found))


def rewrite(view: View, changes: Changes, hit: Hit, asked: tuple[Slot, str], query: Query) -> None:
    """Put another text in the place of one, in the box where it stands.

    Args:
        view: the file.
        changes: takes the edits.
        hit: the text that was found.
        asked: the slot that it is, and the new text.
        query: as for `search`.

    Raises:
        PlanError: the text cannot be edited there; inside a fragment nothing may change its length.
    """
    from ailabel.codecs.respell import stored
    from ailabel.codecs.xmp_amend import amended

    slot, value = asked
    if hit.kind is Kind.PACKET:
        packet = bmff.read_body(view, hit.box)
        inside, offset, old = hit.box, hit.box.body, len(packet)
        new = amended(packet, query.prop, slot, value, view.limits)
    elif hit.kind is Kind.BOX:
        inside, offset, old = hit.box, hit.box.body, len(hit.raw)
        new = _user_data(hit, slot, value)
    else:
        inside, codec = bmff_keys.data_box(view, hit.box, hit.raw)
        offset, old = inside.end - len(hit.raw), len(hit.raw)
        new = stored(slot, value, codec)
    if len(new) != old and _in_fragment(hit.box):
        raise unkept(slot)
    changes.replace(inside, offset, old, new)


def _user_data(hit: Hit, slot: Slot, value: str) -> bytes:
    """Return user data with another text, and the length that may stand before it."""
    from ailabel.codecs.respell import encoded

    text = _text(hit.raw)
    start = hit.raw.index(text)
    codec = {b"\xfe\xff": "utf-16-be", b"\xff\xfe": "utf-16-le"}.get(text[:2], "utf-8")
    new = encoded(text, slot.payload, value, codec)
    sized = start == _SIZED and hit.raw[:4] != bytes(4)
    if new is None or (sized and len(new) >= 1 << 16):
        raise unkept(slot)
    head = len(new).to_bytes(2, "big") + hit.raw[2:start] if sized else hit.raw[:start]
    return head + new + hit.raw[start + len(text) :]


def vacated(view: View, item: Box, query: Query) -> bytes:
    """Return the packet of a box without the property.

    Raises:
        PlanError: it is damaged.
    """
    try:
        return xmp.vacate(bmff.read_body(view, item), query.prop, view.limits)
    except MalformedFileError as error:
        raise PlanError(
            "the XMP packet at byte {offset} is damaged, so no label can be put into it; repair "
            "it, or take it out with the program that wrote it",
            offset=item.offset,
        ) from error


def _in_fragment(item: Box | None) -> bool:
    while item is not None:
        if item.type == b"moof":
            return True
        item = item.parent
    return False
