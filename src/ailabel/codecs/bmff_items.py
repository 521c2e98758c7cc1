"""ISO base media files: items, such as pictures and their metadata [ISO14496-12 8.11]."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from ailabel.codecs import bmff
from ailabel.errors import MalformedFileError
from ailabel.io.source import check_limit
from ailabel.values import frozen

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ailabel.codecs.bmff import Box
    from ailabel.codecs.bmff_edit import Move
    from ailabel.io.source import View

__all__ = [
    "IN_FILE",
    "IN_IDAT",
    "Extent",
    "Info",
    "Location",
    "Locations",
    "Reference",
    "build_info",
    "build_locations",
    "build_reference",
    "configurations",
    "infos",
    "locations",
    "moved",
    "pieces",
    "primary",
    "references",
]

IN_FILE: Final = 0  # construction methods
IN_IDAT: Final = 1
_WIDTHS: Final = (0, 4, 8)
_MOST_ITEMS: Final = 1 << 14  # the largest grids of tiles have some hundreds
_WIDE_ID: Final = 2  # the version of iloc from which item numbers have 32 bits


@frozen
class Extent:
    """A piece of an item: where it begins, counted from the location's base, and how long it is.

    A length of zero means all that follows.
    """

    offset: int
    length: int
    index: int = 0


@frozen(kw_only=True)
class Location:
    """Where an item's data stand.

    Args:
        id: the item.
        method: `IN_FILE`, `IN_IDAT`, or 2 for a piece of another item.
        data_reference: 0 for this file.
        base: is added to the offset of each extent.
        extents: the pieces.
    """

    id: int
    method: int
    data_reference: int
    base: int
    extents: tuple[Extent, ...]


@frozen(kw_only=True)
class Locations:
    """The content of an ``iloc`` box: its version, the widths of its fields, its entries."""

    version: int
    offset_width: int
    length_width: int
    base_width: int
    index_width: int
    entries: tuple[Location, ...]


@frozen(kw_only=True)
class Info:
    """What an item is.

    Args:
        id: its number.
        type: its four characters; ``mime`` for one that is named by a media type.
        content_type: the media type.
        encoding: how the content is compressed, usually not at all.
        is_protected: whether it is encrypted.
    """

    id: int
    type: bytes
    content_type: str = ""
    encoding: str = ""
    is_protected: bool = False


@frozen
class Reference:
    """A typed reference from one item to others."""

    type: bytes
    source: int
    targets: tuple[int, ...]


class _Reader:
    """Reads numbers from the content of a box, one behind the other."""

    def __init__(self, data: bytes, item: Box) -> None:
        self.data, self.item, self.at = data, item, 0

    def number(self, width: int) -> int:
        self.at += width
        if self.at > len(self.data):
            raise MalformedFileError(
                "the {name} box is too short",
                offset=self.item.offset,
                name=bmff.name(self.item.type),
            )
        return int.from_bytes(self.data[self.at - width : self.at], "big")

    def text(self) -> str:
        end = self.data.find(b"\0", self.at)
        end = len(self.data) if end < 0 else end
        found = self.data[self.at : end].decode("utf-8", "replace")
        self.at = end + 1
        return found


def primary(view: View, meta: Box) -> int | None:
    """Return the number of the primary item, if the file says it."""
    item = bmff.find(view, meta, b"pitm")
    if item is None:
        return None
    body = bmff.read_body(view, item, 6)
    return int.from_bytes(body[4 : 8 if body[0] else 6], "big")


def configurations(view: View, meta: Box) -> dict[int, list[Box]]:
    """Return the properties of each item, by its number [ISO23008-12 9.3]."""
    store = bmff.find(view, meta, b"iprp", b"ipco")
    links = bmff.find(view, meta, b"iprp", b"ipma")
    if store is None or links is None:
        return {}
    properties = list(bmff.children(view, store))
    source = _Reader(bmff.read_body(view, links, 8), links)
    head = source.number(4)
    wide = head & 1
    found: dict[int, list[Box]] = {}
    count = source.number(4)
    total = 0
    check_limit("the number of items", count, view.limits.items)
    for _ in range(count):
        of_item = found.setdefault(source.number(4 if head >> 24 else 2), [])
        each = source.number(1)
        total += each
        check_limit("the number of properties", total, view.limits.items)
        for _ in range(each):
            number = source.number(2) & 0x7FFF if wide else source.number(1) & 0x7F
            if 0 < number <= len(properties):
                of_item.append(properties[number - 1])
    return found


def pieces(view: View, entry: Location, idat: Box | None) -> list[tuple[int, int]] | None:
    """Return offset and length of an item's pieces in the file; None where they stand elsewhere.

    Raises:
        MalformedFileError: a piece runs past the end of the file or of the ``idat`` box.
    """
    if entry.data_reference or entry.method > IN_IDAT or (entry.method and idat is None):
        return None
    start, end = (idat.body, idat.end) if entry.method and idat else (0, view.size)
    found = []
    for extent in entry.extents:
        offset = start + entry.base + extent.offset
        length = extent.length or max(end - offset, 0)
        if offset + length > end:
            raise MalformedFileError("item {number} runs past its data", number=entry.id)
        found.append((offset, length))
    return found


def infos(view: View, item: Box) -> Iterator[Info]:
    """Yield what an ``iinf`` box says of each item; entries of before 2008 are left out."""
    head = view.read(item.body, min(item.length, 8), "the iinf box").ljust(8, b"\0")
    start = item.body + (8 if head[0] else 6)
    count = 0
    for entry in bmff.boxes(view, start, item.end, item):
        body = bmff.read_body(view, entry, 4)
        if entry.type != b"infe" or body[0] not in (2, 3):
            continue
        count += 1
        check_limit("the number of items", count, min(view.limits.items, _MOST_ITEMS))
        source = _Reader(body, entry)
        source.at = 4
        number, protection = source.number(2 if body[0] == 2 else 4), source.number(2)  # noqa: PLR2004 - of 2 and 3
        kind = source.number(4).to_bytes(4, "big")
        source.text()
        is_mime = kind == b"mime"
        yield Info(
            id=number,
            type=kind,
            content_type=source.text() if is_mime else "",
            encoding=source.text() if is_mime else "",
            is_protected=protection != 0,
        )


def build_info(info: Info) -> bytes:
    """Return the ``infe`` box of an item without a name."""
    wide = info.id >= 1 << 16
    body = info.id.to_bytes(4 if wide else 2, "big") + bytes(2) + info.type + b"\0"
    if info.type == b"mime":
        body += info.content_type.encode() + b"\0"
    return bmff.full_box(b"infe", body, 3 if wide else 2)


def references(view: View, item: Box) -> Iterator[Reference]:
    """Yield the references of an ``iref`` box."""
    width = 4 if view.read_some(item.body, 1) not in (b"\0", b"") else 2
    total = 0
    for entry in bmff.boxes(view, item.body + 4, item.end, item):
        source = _Reader(bmff.read_body(view, entry), entry)
        first, count = source.number(width), source.number(2)
        total += count
        check_limit("the number of references", total, view.limits.items)
        yield Reference(entry.type, first, tuple(source.number(width) for _ in range(count)))


def build_reference(reference: Reference, width: int) -> bytes:
    """Return a reference, its numbers of 2 bytes (version 0 of ``iref``) or 4 (version 1)."""
    body = reference.source.to_bytes(width, "big") + len(reference.targets).to_bytes(2, "big")
    body += b"".join(target.to_bytes(width, "big") for target in reference.targets)
    return bmff.box(reference.type, body)


def locations(view: View, item: Box) -> Locations:
    """Read an ``iloc`` box.

    Raises:
        MalformedFileError: its fields have widths that do not exist, or it is too short.
        LimitExceededError: it has too many extents.
    """
    source = _Reader(bmff.read_body(view, item, 8), item)
    version = source.number(4) >> 24
    widths = source.number(2)
    offset, length, base, index = (widths >> shift & 15 for shift in (12, 8, 4, 0))
    index = index if version else 0
    if version > _WIDE_ID or not {offset, length, base, index} <= {*_WIDTHS}:
        raise MalformedFileError("the iloc box has unknown fields", offset=item.offset)
    form = Locations(
        version=version,
        offset_width=offset,
        length_width=length,
        base_width=base,
        index_width=index,
        entries=(),
    )
    count = source.number(4 if version == _WIDE_ID else 2)
    check_limit("the number of items", count, min(view.limits.items, _MOST_ITEMS))
    entries = []
    total = 0
    for _ in range(count):
        entries.append(_location(source, form))
        total += len(entries[-1].extents)
        check_limit("the number of extents", total, view.limits.items)
    return replace(form, entries=tuple(entries))


def _location(source: _Reader, form: Locations) -> Location:
    number = source.number(4 if form.version == _WIDE_ID else 2)
    method = source.number(2) & 15 if form.version else IN_FILE
    reference, base = source.number(2), source.number(form.base_width)
    extents = []
    count = source.number(2)
    if not form.offset_width and not form.length_width and not form.index_width:
        count = min(count, 1)  # they would all be the same
    for _ in range(count):
        index = source.number(form.index_width)
        offset = source.number(form.offset_width)
        extents.append(Extent(offset, source.number(form.length_width), index))
    return Location(
        id=number, method=method, data_reference=reference, base=base, extents=tuple(extents)
    )


def build_locations(found: Locations) -> bytes:
    """Return the content of an ``iloc`` box, whose fields are as wide as they say or need be."""
    extents = [extent for entry in found.entries for extent in entry.extents]
    form = replace(
        found,
        offset_width=_width(found.offset_width, [extent.offset for extent in extents]),
        length_width=_width(found.length_width, [extent.length for extent in extents]),
        base_width=_width(found.base_width, [entry.base for entry in found.entries]),
    )
    widths = form.offset_width << 12 | form.length_width << 8 | form.base_width << 4
    id_width = 4 if form.version == _WIDE_ID else 2
    data = (form.version << 24).to_bytes(4, "big") + (widths | form.index_width).to_bytes(2, "big")
    data += len(form.entries).to_bytes(id_width, "big")
    return data + b"".join([_build_location(entry, form, id_width) for entry in form.entries])


def _build_location(entry: Location, form: Locations, id_width: int) -> bytes:
    parts = [entry.id.to_bytes(id_width, "big")]
    if form.version:
        parts.append(entry.method.to_bytes(2, "big"))
    parts.append(entry.data_reference.to_bytes(2, "big"))
    parts.append(entry.base.to_bytes(form.base_width, "big"))
    parts.append(len(entry.extents).to_bytes(2, "big"))
    for extent in entry.extents:
        parts.append(extent.index.to_bytes(form.index_width, "big"))
        parts.append(extent.offset.to_bytes(form.offset_width, "big"))
        parts.append(extent.length.to_bytes(form.length_width, "big"))
    return b"".join(parts)


def _width(width: int, values: list[int]) -> int:
    needed = max(values, default=0)
    return next(found for found in _WIDTHS if found >= width and needed < 1 << 8 * found)


def moved(found: Locations, move: Move, idat: Box | None = None) -> Locations:
    """Return the locations as they are once everything has moved; of this file's own data only.

    Args:
        found: the locations.
        move: where everything moves to.
        idat: the box in which items can stand that move among themselves, or None.
    """
    return replace(found, entries=tuple(_moved(entry, move, idat) for entry in found.entries))


def _moved(entry: Location, move: Move, idat: Box | None) -> Location:
    inside = entry.method == IN_IDAT and idat is not None
    if entry.data_reference or not entry.extents or not (inside or entry.method == IN_FILE):
        return entry
    start = idat.body if inside and idat else 0
    old = [entry.base + extent.offset for extent in entry.extents]
    places = move.every([start + offset for offset in old])
    new = [place - (move(start) if inside else 0) for place in places]
    distance = new[0] - old[0]
    if new == old:
        return entry
    if entry.base and all(there - here == distance for here, there in zip(old, new, strict=True)):
        return replace(entry, base=entry.base + distance)
    base = min(entry.base, *new)
    extents = zip(entry.extents, new, strict=True)
    return replace(
        entry,
        base=base,
        extents=tuple(Extent(there - base, part.length, part.index) for part, there in extents),
    )
