"""Pictures as items, made by hand [ISO14496-12 8.11, ISO23008-12]."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from builders import packets
from builders.boxes import box, ftyp, full, u16, u32

if TYPE_CHECKING:
    from collections.abc import Sequence

MIME = "application/rdf+xml"


@dataclass(frozen=True, kw_only=True)
class Item:
    """One item.

    Args:
        id: its number.
        type: its four characters.
        data: its bytes, cut into the pieces in which they stand.
        content_type: of an item of type ``mime``.
        encoding: how it is compressed.
        method: 0 for a place in ``mdat``, 1 for one in ``idat``.
        protection: 1 where it is encrypted.
        reference: of the file in which it stands; 0 for this one.
    """

    id: int
    type: bytes
    data: Sequence[bytes]
    content_type: str = ""
    encoding: str = ""
    method: int = 0
    protection: int = 0
    reference: int = 0


def picture(number: int, *data: bytes, kind: bytes = b"hvc1", method: int = 0) -> Item:
    """Return an item of coded data."""
    return Item(id=number, type=kind, data=data or (bytes([number]) * 30,), method=method)


def xmp(number: int, *data: bytes, method: int = 0) -> Item:
    """Return an item of XMP."""
    return Item(id=number, type=b"mime", data=data, content_type=MIME, method=method)


def labelled(number: int, payload: str, method: int = 0) -> Item:
    """Return an item of XMP with a label and a foreign property."""
    return xmp(number, packets.labelled(payload), method=method)


def exif(number: int, tiff: bytes, *, head: bytes = u32(6) + b"Exif\0\0") -> Item:
    """Return an item of Exif."""
    return Item(id=number, type=b"Exif", data=(head + tiff,))


@dataclass(frozen=True, kw_only=True)
class Picture:
    """A file of items.

    Args:
        items: in file order, which is that of their data too.
        brands: the major one first.
        refers: type, source and targets of references.
        primary: the number of the primary item, or None.
        iloc: the version of ``iloc``.
        widths: of its offsets, lengths (0: all to the end of the file) and bases.
        based: whether offsets count from a base.
        wide: whether item numbers have 32 bits where they can.
        order: of the boxes behind ``ftyp``: ``meta``, ``mdat`` or the name of one of `others`.
        others: other boxes.
        extra: boxes at the end of ``meta``.
        open: whether the last ``mdat`` goes on to the end of the file.
    """

    items: Sequence[Item]
    brands: Sequence[bytes] = (b"heic", b"mif1")
    refers: Sequence[tuple[bytes, int, Sequence[int]]] = ()
    primary: int | None = 1
    iloc: int = 1
    widths: tuple[int, int, int] = (4, 4, 0)
    based: bool = False
    wide: bool = False
    order: str = "meta mdat"
    others: dict[str, bytes] = field(default_factory=dict)
    extra: bytes = b""
    open: bool = False

    def build(self) -> bytes:
        """Return the file."""
        data, start = self._lay(0)
        return self._lay(start)[0] if start else data

    def _lay(self, start: int) -> tuple[bytes, int]:
        data = ftyp(*self.brands)
        body = b"".join(piece for item in self.items if not item.method for piece in item.data)
        for name in self.order.split():
            if name == "meta":
                data += self._meta(start)
            elif name == "mdat":
                start = len(data) + 8
                head = u32(0) + b"mdat" if self.open else box(b"mdat")
                data += head + body if self.open else box(b"mdat", body)
            else:
                data += self.others[name]
        return data, start

    def _meta(self, start: int) -> bytes:
        inside = b"".join(piece for item in self.items if item.method for piece in item.data)
        parts = [full(b"hdlr", u32(0), b"pict", bytes(13))]
        if self.primary is not None:
            parts.append(full(b"pitm", u16(self.primary)))
        parts += [self._iinf(), self._iloc(start)]
        if self.refers:
            numbers = u32 if self.wide else u16
            rows = [
                box(kind, numbers(source), u16(len(targets)), numbers(*targets))
                for kind, source, targets in self.refers
            ]
            parts.append(full(b"iref", *rows, version=int(self.wide)))
        if inside:
            parts.append(box(b"idat", inside))
        return full(b"meta", *parts, self.extra)

    def _iinf(self) -> bytes:
        entries = []
        for item in self.items:
            number = u32(item.id) if self.wide else u16(item.id)
            texts = b"\0"
            if item.type == b"mime":
                texts += item.content_type.encode() + b"\0"
                texts += item.encoding.encode() + b"\0" if item.encoding else b""
            version = 3 if self.wide else 2
            entries.append(
                full(b"infe", number, u16(item.protection), item.type, texts, version=version)
            )
        count = u32(len(entries)) if self.wide else u16(len(entries))
        return full(b"iinf", count, *entries, version=int(self.wide))

    def _iloc(self, start: int) -> bytes:
        offset_width, length_width, base_width = self.widths
        places = {0: start, 1: 0}
        rows = []
        for item in self.items:
            base = places[item.method] if self.based else 0
            row = u32(item.id) if self.iloc == 2 else u16(item.id)
            row += u16(item.method) if self.iloc else b""
            row += u16(item.reference) + base.to_bytes(base_width, "big") + u16(len(item.data))
            for piece in item.data:
                offset = places[item.method] - base
                row += offset.to_bytes(offset_width, "big")
                row += len(piece).to_bytes(length_width, "big") if length_width else b""
                places[item.method] += len(piece)
            rows.append(row)
        count = u32(len(rows)) if self.iloc == 2 else u16(len(rows))
        widths = bytes([offset_width << 4 | length_width, base_width << 4])
        return full(b"iloc", widths, count, *rows, version=self.iloc)
