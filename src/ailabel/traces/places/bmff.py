"""MP4 and its kin, HEIF, JPEG XL: items, user data, Exif, XMP [ISO14496-12 8.10, 8.11; QTFF]."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ailabel.codecs import bmff
from ailabel.errors import AilabelError
from ailabel.io.source import check_limit
from ailabel.spi import Entry
from ailabel.traces.places.shared import TEXT_MOST, Block, clear, exif, xmp

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ailabel.codecs.bmff import Box
    from ailabel.io.source import View

__all__ = ["entries"]

_CONTAINERS: Final = (b"moov", b"trak", b"udta", b"moof", b"traf")
_TEXT: Final = b"\xa9"  # how the names of QuickTime's texts begin [QTFF User Data]
_CODESTREAM: Final = b"\xff\x0a"  # JPEG XL without boxes [ISO18181-1 D.1]
_VALUE: Final = 8  # type and locale, before the value of an item
_WIDE: Final = (2, 5)  # types of values in UTF-16 [QTFF Metadata]
_TIFF_HEADS: Final = (b"II*\0", b"MM\0*")
_USER_TEXT: Final = 4  # length and language before it


def entries(view: View) -> Iterator[Entry]:
    """Yield the texts of a file of boxes."""
    if view.read_some(0, 2) == _CODESTREAM:
        return
    if bmff.is_picture(bmff.brands(view)):
        yield from _items(view)
    yield from _boxes(view, bmff.boxes(view, 0, view.size), ())


def _boxes(view: View, found: Iterator[Box], path: tuple[str, ...]) -> Iterator[Entry]:
    for box in found:
        if box.type in _CONTAINERS:
            check_limit("the depth of boxes", len(path) + 1, view.limits.depth)
            inside = (*path, bmff.name(box.type))
            yield from _boxes(view, bmff.children(view, box), inside)
            continue
        try:
            yield from _box(view, box, path)
        except AilabelError:  # a damaged box does not hide the others
            continue


def _box(view: View, box: Box, path: tuple[str, ...]) -> Iterator[Entry]:
    if box.type == b"meta" and path:
        yield from _table(view, box, path)
    elif box.type in (b"XMP_", b"xml ") or box.user_type == bmff.XMP_UUID:
        name = "uuid[XMP]" if box.user_type else bmff.name(box.type).strip("_")
        yield from xmp(bmff.read_body(view, box), _block(box, (*path, name)), view.limits)
    elif box.type == b"Exif":
        yield from _exif(bmff.read_body(view, box), _block(box, ("Exif",)), view)
    elif path[-1:] == ("udta",) and box.type[:1] == _TEXT:
        raw = view.read(box.body, min(box.length, 4 * TEXT_MOST), "user data")
        size = int.from_bytes(raw[:2], "big")
        yield _text(box, (*path, bmff.name(box.type)), raw[_USER_TEXT : _USER_TEXT + size])


def _table(view: View, meta: Box, path: tuple[str, ...]) -> Iterator[Entry]:
    from ailabel.codecs import bmff_keys

    table = bmff_keys.load(view, meta)
    for item in table.items if table else ():
        key = table.key(item) if table else None
        for child in bmff.children(view, item.box):
            if child.type == b"data" and child.length > _VALUE:
                length = min(child.length, 4 * TEXT_MOST)
                raw = view.read(child.body, length, "a metadata item")
                name = key.name if key else bmff.name(item.box.type)
                kind = "meta[mdta]" if key else "meta[mdir]"
                yield _text(item.box, (*path, kind, name), _value(raw))


def _value(raw: bytes) -> bytes:
    """Return the value of an item, in UTF-8 where its type says UTF-16."""
    value = raw[_VALUE:]
    if int.from_bytes(raw[:4], "big") not in _WIDE:
        return value
    return value.decode("utf-16-be", "replace").encode()


def _text(box: Box, path: tuple[str, ...], raw: bytes) -> Entry:
    return Entry(
        system="mp4",
        key=path[-1],
        text=clear(raw),
        location="/".join(path),
        offset=box.offset,
        length=box.size,
    )


def _items(view: View) -> Iterator[Entry]:
    """Yield the texts of the Exif and XMP items of a picture."""
    from ailabel.codecs import bmff_store

    for store in bmff_store.load(view):
        for info in store.infos:
            is_exif = info.type == b"Exif"
            is_packet = info.type == b"mime" and "xml" in info.content_type
            places = store.places.get(info.id, ())
            if not (is_exif or is_packet) or info.is_protected or info.encoding or not places:
                continue
            data = store.data(info.id)
            block = Block(
                name=f"item {info.id}[{'Exif' if is_exif else 'XMP'}]",
                start=places[0][0] if len(places) == 1 else None,
                offset=places[0][0],
                length=places[0][1],
            )
            yield from _exif(data, block, view) if is_exif else xmp(data, block, view.limits)


def _exif(data: bytes, block: Block, view: View) -> Iterator[Entry]:
    """Yield the texts of Exif before which its distance stands [ISO23008-12 A.2.1]."""
    skip = 0 if data.startswith(_TIFF_HEADS) else 4 + int.from_bytes(data[:4], "big")
    start = None if block.start is None else block.start + skip
    yield from exif(
        data[skip:],
        Block(name=block.name, start=start, offset=block.offset, length=block.length),
        view.limits,
    )


def _block(box: Box, path: tuple[str, ...]) -> Block:
    return Block(name="/".join(path), start=box.body, offset=box.offset, length=box.size)
