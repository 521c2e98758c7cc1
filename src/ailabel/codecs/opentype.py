"""OpenType fonts, as far as drawing a line of text in a PDF asks for [OFF; Adobe TN 5176].

Glyphs are looked up in the ``cmap``, their widths in ``hmtx``. What selects a glyph in a PDF is its
index, except in a font of character collections (CFF with ROS), where it is the CID that the
charset gives to the index [ISO32000-2 9.7.4.2].
"""

from __future__ import annotations

import struct
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from ailabel.errors import MalformedFileError
from ailabel.values import frozen

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Font", "Glyph", "open_font"]

_COLLECTION: Final = b"ttcf"
_TRUETYPE_TABLES: Final[
    tuple[bytes, ...]
] = (  # what a PDF needs of a TrueType font [ISO32000-2 9.9.1]
    b"cvt ",
    b"fpgm",
    b"glyf",
    b"head",
    b"hhea",
    b"hmtx",
    b"loca",
    b"maxp",
    b"prep",
)
_TABLES: Final = 256
_UNICODE_MAPS: Final = ((3, 10), (0, 6), (0, 4), (3, 1), (0, 3), (0, 2), (0, 1), (0, 0))
_RESTRICTED: Final = 0x0002  # OS/2 fsType: no embedding
_CHARSET, _ROS = 15, (12, 30)  # operators of a top DICT
_END_NIBBLE: Final = 0x0F
_EM: Final = 1000  # units of a PDF's glyph space


@frozen
class Glyph:
    """A glyph: the code that selects it, and its width in thousandths of the font size."""

    code: int
    width: int


@frozen(kw_only=True)
class Font:
    """A font that was opened.

    Args:
        tables: its tables by their tags.
        truetype: whether its outlines are those of TrueType, not CFF.
        embeddable: whether its maker allows it to be embedded.
        box: the box of all glyphs; like all measures in thousandths of the font size.
        ascent: how far it reaches above the base line.
        descent: how far below, negative.
    """

    tables: dict[bytes, bytes]
    truetype: bool
    embeddable: bool
    box: tuple[int, int, int, int]
    ascent: int
    descent: int
    _cids: dict[int, int] | None

    def glyph(self, char: str) -> Glyph | None:
        """Return the glyph of a character, or None where the font has none."""
        index = _lookup(_unicode_map(self.tables[b"cmap"]), ord(char))
        if not index:
            return None
        code = index if self._cids is None else self._cids.get(index)
        return None if code is None else Glyph(code, self._width(index))

    def program(self) -> bytes:
        """Return the font program to embed: the bare CFF, or a TrueType file of few tables."""
        if not self.truetype:
            return self.tables[b"CFF "]
        kept = [(tag, self.tables[tag]) for tag in _TRUETYPE_TABLES if tag in self.tables]
        return _assembled(kept)

    def _width(self, index: int) -> int:
        last = _word(self.tables[b"hhea"], 34) - 1
        width = _word(self.tables[b"hmtx"], 4 * min(index, last))
        return round(width * _EM / _word(self.tables[b"head"], 18))


def open_font(data: bytes) -> Font:
    """Open an OpenType or TrueType font, or the first one of a collection.

    Raises:
        MalformedFileError: it is none, is broken, or has no Unicode character map.
    """
    try:
        font = _opened(data)
        for char in "A\u4eba":
            font.glyph(char)
    except (struct.error, IndexError, KeyError, ValueError, ZeroDivisionError) as error:
        raise MalformedFileError("the font is broken, or of a kind that is not known") from error
    return font


def _opened(data: bytes) -> Font:
    start = struct.unpack_from(">I", data, 12)[0] if data[:4] == _COLLECTION else 0
    count = struct.unpack_from(">H", data, start + 4)[0]
    tables: dict[bytes, bytes] = {}
    for index in range(min(count, _TABLES)):
        tag, _, offset, length = struct.unpack_from(">4sIII", data, start + 12 + 16 * index)
        tables[tag] = data[offset : offset + length]
    units = _word(tables[b"head"], 18)
    box = struct.unpack_from(">4h", tables[b"head"], 36)
    ascent, descent = struct.unpack_from(">2h", tables[b"hhea"], 4)
    flags = _word(tables[b"OS/2"], 8) if b"OS/2" in tables else 0
    truetype = b"CFF " not in tables
    if truetype and not {b"glyf", b"loca", b"maxp"} <= set(tables):
        raise KeyError(b"glyf")
    return Font(
        tables=tables,
        truetype=truetype,
        embeddable=flags & 0x000F != _RESTRICTED,
        box=(
            round(box[0] * _EM / units),
            round(box[1] * _EM / units),
            round(box[2] * _EM / units),
            round(box[3] * _EM / units),
        ),
        ascent=round(ascent * _EM / units),
        descent=round(descent * _EM / units),
        _cids=None if truetype else _cids(tables[b"CFF "], _word(tables[b"maxp"], 4)),
    )


# -- characters to glyphs ------------------------------------------------------------------------


def _unicode_map(cmap: bytes) -> bytes:
    """Return the subtable that covers most of Unicode."""
    found = {}
    for index in range(struct.unpack_from(">H", cmap, 2)[0]):
        platform, encoding, offset = struct.unpack_from(">HHI", cmap, 4 + 8 * index)
        if cmap[offset : offset + 2] in (b"\0\x04", b"\0\x0c"):
            found[platform, encoding] = offset
    return cmap[next(found[key] for key in _UNICODE_MAPS if key in found) :]


def _lookup(table: bytes, code: int) -> int:
    if table[:2] == b"\0\x0c":
        return _lookup_groups(table, code)
    count: int = struct.unpack_from(">H", table, 6)[0] // 2
    ends = struct.unpack_from(f">{count}H", table, 14)
    segment = next((index for index, end in enumerate(ends) if code <= end), None)
    if segment is None:
        return 0
    starts, deltas, offsets = (16 + 2 * count * (part + 1) + 2 * segment for part in range(3))
    first, delta = _word(table, starts), _word(table, deltas)
    offset = _word(table, offsets)
    if code < first:
        return 0
    if not offset:
        return (code + delta) & 0xFFFF
    index = _word(table, offsets + offset + 2 * (code - first))
    return (index + delta) & 0xFFFF if index else 0


def _lookup_groups(table: bytes, code: int) -> int:
    count = struct.unpack_from(">I", table, 12)[0]
    low, high = 0, min(count, (len(table) - 16) // 12)
    while low < high:
        middle = (low + high) // 2
        first, last, glyph = struct.unpack_from(">III", table, 16 + 12 * middle)
        if first <= code <= last:
            return int(glyph + code - first)
        low, high = (low, middle) if code < first else (middle + 1, high)
    return 0


def _word(data: bytes, offset: int) -> int:
    value: int = struct.unpack_from(">H", data, offset)[0]
    return value


# -- CFF -----------------------------------------------------------------------------------------


def _cids(cff: bytes, count: int) -> dict[int, int] | None:
    """Return the CID of every glyph, or None for a font without a character collection."""
    _, names = _index(cff, cff[2])
    dicts, _ = _index(cff, names)
    top = _top_dict(dicts[0])
    if _ROS not in top:
        return None
    numbers = _charset(cff, int(top[_CHARSET][0]), count)
    return {0: 0} | dict(zip(range(1, count), numbers, strict=False))


def _index(cff: bytes, offset: int) -> tuple[list[bytes], int]:
    """Read an INDEX: its objects, and where it ends."""
    count, size = _word(cff, offset), cff[offset + 2]
    if not count:
        return [], offset + 2
    if not 1 <= size <= 4:  # noqa: PLR2004 - bytes of an offset
        raise ValueError(size)
    offset += 3
    ends = [
        int.from_bytes(cff[offset + size * index : offset + size * (index + 1)], "big")
        for index in range(count + 1)
    ]
    base = offset + size * (count + 1) - 1
    objects = [cff[base + start : base + end] for start, end in pairwise(ends)]
    return objects, base + ends[-1]


def _top_dict(data: bytes) -> dict[int | tuple[int, int], list[float]]:
    """Read a DICT; of real numbers only that they are there matters."""
    result: dict[int | tuple[int, int], list[float]] = {}
    operands: list[float] = []
    position = 0
    while position < len(data):
        first = data[position]
        if first <= 21:  # noqa: PLR2004 - operators [TN 5176, 4]
            long = first == 12  # noqa: PLR2004 - the escape
            result[(first, data[position + 1]) if long else first] = operands
            operands, position = [], position + 1 + long
        else:
            value, position = _operand(data, position)
            operands.append(value)
    return result


def _operand(data: bytes, position: int) -> tuple[float, int]:
    """Read a number of a DICT and return where the next one begins [TN 5176, table 3]."""
    first = data[position]
    if first == 28:  # noqa: PLR2004
        return struct.unpack_from(">h", data, position + 1)[0], position + 3
    if first == 29:  # noqa: PLR2004
        return struct.unpack_from(">i", data, position + 1)[0], position + 5
    if first == 30:  # noqa: PLR2004 - a real number ends with a nibble of ones
        end = position + 1
        while data[end] & 0x0F != _END_NIBBLE:
            end += 1
        return 0.0, end + 1
    if first <= 246:  # noqa: PLR2004
        return first - 139, position + 1
    if first <= 250:  # noqa: PLR2004
        return (first - 247) * 256 + data[position + 1] + 108, position + 2
    return -(first - 251) * 256 - data[position + 1] - 108, position + 2


def _charset(cff: bytes, offset: int, count: int) -> Iterator[int]:
    """Yield the CIDs of the glyphs after the first [TN 5176, 13]."""
    kind = cff[offset]
    offset += 1
    left = count - 1
    while left > 0:
        first = _word(cff, offset)
        more = 0 if kind == 0 else cff[offset + 2] if kind == 1 else _word(cff, offset + 2)
        yield from range(first, first + min(more + 1, left))
        left -= more + 1
        offset += 2 + min(kind, 2)


# -- TrueType ------------------------------------------------------------------------------------


def _assembled(tables: list[tuple[bytes, bytes]]) -> bytes:
    """Put tables together to a font file [OFF 4.1]."""
    power = len(tables).bit_length() - 1
    head = struct.pack(
        ">I4H", 0x00010000, len(tables), 16 << power, power, 16 * len(tables) - (16 << power)
    )
    offset = 12 + 16 * len(tables)
    body = b""
    for tag, data in tables:
        padded = data + b"\0" * (-len(data) % 4)
        total = sum(struct.unpack(f">{len(padded) // 4}I", padded)) & 0xFFFFFFFF
        head += struct.pack(">4s3I", tag, total, offset + len(body), len(data))
        body += padded
    return head + body
