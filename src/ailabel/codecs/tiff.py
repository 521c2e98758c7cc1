"""TIFF directories as Exif uses them: the text fields, and the orientation [TIFF6 2, Exif 4.6].

Reading is lenient, since a broken directory must not hide what the rest of the file says: what
cannot be read is left out. All work is bounded by the length of the data and by `Limits`.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Final

from ailabel.io.splice import Edit
from ailabel.values import frozen

if TYPE_CHECKING:
    from collections.abc import Container, Iterator, Mapping

    from ailabel.io.source import Limits

__all__ = ["TEXT_TAGS", "ExifText", "blank", "decode", "orientation", "respelt", "texts"]

_EXIF_IFD: Final = 0x8769
_ORIENTATION: Final = 0x0112
_USER_COMMENT: Final = 0x9286
_XP_COMMENT: Final = 0x9C9C
TEXT_TAGS: Final = {
    0x010E: "ImageDescription",
    _USER_COMMENT: "UserComment",
    _XP_COMMENT: "XPComment",
}
_BYTE_TYPES: Final = (1, 2, 6, 7)  # BYTE, ASCII, SBYTE, UNDEFINED [TIFF6 2]
_SHORT: Final = 3
_ENTRY: Final = 12
_INLINE: Final = 4
_FIELDS: Final = {"little": struct.Struct("<HHI4x"), "big": struct.Struct(">HHI4x")}
_CODE: Final = 8  # the character code of UserComment [Exif 4.6.5]
_CODES: Final = {
    b"ASCII\0\0\0": "ascii",
    b"UNICODE\0": "unicode",
    b"JIS\0\0\0\0\0": "iso2022_jp",
    b"\0\0\0\0\0\0\0\0": "ascii",
}
_PREFIX: Final = b"Exif\0\0"  # belongs to JPEG, but is copied into other containers too


@frozen(kw_only=True)
class ExifText:
    """One text field.

    Args:
        tag: its number.
        location: directory and name, such as ``ExifIFD/UserComment``.
        text: what it says, without trailing NULs and blanks.
        raw: the value's bytes, character code included.
        offset: where they begin, from the start of the data.
        length: how many they are.
    """

    tag: int
    location: str
    text: str
    raw: bytes
    offset: int
    length: int


@frozen
class _Entry:
    tag: int
    type: int
    count: int
    offset: int  # of the entry


@frozen
class _Tiff:
    data: bytes
    base: int
    order: str  # "little" or "big"

    def number(self, offset: int, length: int) -> int:
        piece = self.data[self.base + offset : self.base + offset + length]
        if self.order == "little":
            return int.from_bytes(piece, "little")
        return int.from_bytes(piece, "big")

    def directory(self, start: int, end: int) -> list[tuple[int, int, int]]:
        """Return tag, type and count of the entries of a directory, as far as the data go."""
        data = self.data[self.base + start : self.base + end]
        return [*_FIELDS[self.order].iter_unpack(data[: len(data) // _ENTRY * _ENTRY])]

    def value(self, entry: _Entry) -> tuple[int, int]:
        """Return where a value of bytes stands in `data`, cut where the data ends."""
        offset = entry.offset + 8
        if entry.count > _INLINE:
            offset = self.number(offset, 4)
        begin = self.base + offset
        return begin, max(0, min(entry.count, len(self.data) - begin))


def texts(tiff: bytes, limits: Limits, tags: Mapping[int, str] = TEXT_TAGS) -> tuple[ExifText, ...]:
    """Read the fields that programs use for free text, of the picture and its thumbnail.

    Args:
        tiff: the data from its byte order mark on; ``Exif`` and two NULs may stand before it.
        limits: bound the number of entries, and the length of a text; longer ones are left out.
            A value that several entries share is read once, so that all texts together are not
            longer than the data.
        tags: numbers and names of the fields; those beyond `TEXT_TAGS` are plain texts.
    """
    found = []
    taken: set[int] = set()
    total = 0
    for name, entry, source in _entries(tiff, limits, tags):
        if entry.type not in _BYTE_TYPES:
            continue
        offset, length = source.value(entry)
        total += length
        if offset in taken or length > limits.label_bytes or total > len(tiff):
            continue
        taken.add(offset)
        raw = tiff[offset : offset + length]
        found.append(
            ExifText(
                tag=entry.tag,
                location=f"{name}/{tags[entry.tag]}",
                text=decode(entry.tag, raw, source.order),
                raw=raw,
                offset=offset,
                length=length,
            )
        )
    return tuple(found)


def blank(found: ExifText) -> Edit:
    """Return the edit, relative to the data, that empties a text and keeps its length."""
    keep = _CODE if found.tag == _USER_COMMENT and found.raw[:_CODE] in _CODES else 0
    return Edit(found.offset + keep, found.length - keep, bytes(found.length - keep))


def orientation(tiff: bytes) -> int:
    """Return how the picture is to be turned, 1 to 8 [TIFF6 8]; 1 where nothing valid is said."""
    from ailabel.io.source import Limits

    for name, entry, source in _entries(tiff, Limits(), (_ORIENTATION,)):
        if name == "IFD0" and entry.type == _SHORT:
            value = source.number(entry.offset + 8, 2)
            return value if value in range(1, 9) else 1
    return 1


def _entries(
    data: bytes, limits: Limits, tags: Container[int]
) -> Iterator[tuple[str, _Entry, _Tiff]]:
    """Walk IFD0, its Exif directory and the directories chained to it, each once."""
    source = _open(data)
    if source is None:
        return
    seen: set[int] = set()
    left = min(limits.items, len(data) // _ENTRY)  # more can only be in directories that overlap
    pending = [("IFD0", source.number(4, 4))]
    while pending:
        name, start = pending.pop()
        if start in seen or not 8 <= start <= len(data) - source.base - 2:  # noqa: PLR2004 - header
            continue
        seen.add(start)
        first = start + 2
        end = first + _ENTRY * source.number(start, 2)
        entries = source.directory(first, end)
        for place, (tag, kind, count) in enumerate(entries[:left]):
            if tag == _EXIF_IFD and name != "ExifIFD":
                pending.append(("ExifIFD", source.number(first + _ENTRY * place + 8, 4)))
            elif tag in tags:
                yield name, _Entry(tag, kind, count, first + _ENTRY * place), source
        left -= len(entries)
        if left < 0:
            return
        if name != "ExifIFD" and end + 4 <= len(data) - source.base:
            number = int(name.removeprefix("IFD")) + 1
            pending.insert(0, (f"IFD{number}", source.number(end, 4)))


def _open(data: bytes) -> _Tiff | None:
    base = len(_PREFIX) if data.startswith(_PREFIX) else 0
    mark = data[base : base + 4]
    if mark == b"II*\0":
        return _Tiff(data, base, "little")
    return _Tiff(data, base, "big") if mark == b"MM\0*" else None


def decode(tag: int, raw: bytes, order: str) -> str:
    """Return what a text field says.

    Args:
        tag: its number, one of `TEXT_TAGS`.
        raw: its bytes.
        order: of the bytes in the file's numbers, ``little`` or ``big``.
    """
    if tag == _XP_COMMENT:
        text = _utf16(raw, "little")
    elif tag == _USER_COMMENT and raw[:_CODE] in _CODES:
        text = _comment(raw[_CODE:], _CODES[raw[:_CODE]], order)
    else:
        text = _plain(raw)
    return text.rstrip("\0 \t\r\n")


def respelt(found: ExifText, text: str, order: str) -> bytes | None:
    """Return the value of a field with another text, in the encoding of the old one.

    Args:
        found: the field.
        text: the new text.
        order: as for `decode`.

    Returns:
        None where the field does not spell its text so, or cannot spell the new one.
    """
    from ailabel.codecs.respell import encoded

    codecs = ("utf-8", "utf-16-le", "utf-16-be", "iso2022_jp", "latin-1")
    values = (encoded(found.raw, found.text, text, codec) for codec in codecs)
    return next(
        (raw for raw in values if raw is not None and decode(found.tag, raw, order) == text), None
    )


def _comment(body: bytes, code: str, order: str) -> str:
    if code == "unicode" and b"\0" in body.rstrip(b"\0"):
        return _utf16(body, order)
    if code == "iso2022_jp":
        return body.decode("iso2022_jp", "replace")
    return _plain(body)  # also where UTF-8 stands after "UNICODE", which is seen


def _plain(body: bytes) -> str:
    try:
        return body.decode()
    except UnicodeDecodeError:
        return body.decode("latin-1")


def _utf16(body: bytes, order: str) -> str:
    """Decode UTF-16; a BOM decides, then the side on which more NULs stand, then `order`."""
    body = body[: len(body) // 2 * 2]
    if body[:2] in (b"\xff\xfe", b"\xfe\xff"):
        order = "little" if body[0] == 0xFF else "big"  # noqa: PLR2004 - the BOM
        body = body[2:]
    else:
        high, low = body[0::2].count(0), body[1::2].count(0)
        if high != low:
            order = "big" if high > low else "little"
    return body.decode("utf-16-le" if order == "little" else "utf-16-be", "replace")
