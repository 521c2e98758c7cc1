"""Sequential JPEG scans: what describes them, and their blocks read and replaced [T.81].

The coefficients outside the replaced blocks, and the bits that stand for them, stay. The work on
bits is done by the compiled extension; ask `native.is_there` before `read` and `splice`.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final, TypeAlias

from ailabel.codecs import jpeg
from ailabel.errors import AilabelError, MalformedFileError
from ailabel.values import frozen

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ailabel.io.source import View

__all__ = [
    "Described",
    "Part",
    "Patch",
    "Planes",
    "Scan",
    "huffman_tables",
    "read",
    "scans",
    "splice",
    "with_symbols",
]

_TABLES: Final = 8  # DC 0 to 3, AC 0 to 3
_LENGTHS: Final = 16  # of Huffman codes [T.81 C.1]
_ALL_ONES: Final = 1  # a code of 16 bits that must stay free [T.81 C.2]
_BLOCK: Final = 64
_WHOLE_BLOCKS: Final = b"\x00\x3f\x00"  # Ss, Se, Ah and Al of a sequential scan [T.81 table B.3]
_DC_BITS: Final = 11  # of a difference of DC coefficients, at most [T.81 table F.1]
_AC_BITS: Final = 10  # of any other coefficient [T.81 table F.2]

Described: TypeAlias = tuple[
    bytes,  # the entropy-coded data
    tuple[int, int, int],  # MCUs across and down, MCUs between restart markers or 0
    bytes,  # of each component: blocks of an MCU across and down, DC and AC table selector
    tuple[bytes, ...],  # DC tables 0 to 3 and AC tables 0 to 3; empty for none
    bytes,  # of each component: 64 big-endian quantisers in zig-zag order
    tuple[int, int, int, int],  # the box in MCUs
]
"""A scan as the extension takes it."""


@frozen(kw_only=True)
class Part:
    """A component within a scan.

    Args:
        index: its number in the frame, from 0.
        component: what the frame header says of it.
        dc: number of its table for DC coefficients.
        ac: number of its table for all others.
        quantisers: 64 numbers of two bytes each, in zig-zag order.
    """

    index: int
    component: jpeg.Component
    dc: int
    ac: int
    quantisers: bytes


@frozen(kw_only=True)
class Scan:
    """A scan of a sequential picture.

    Args:
        offset: where its entropy-coded data begins.
        length: of that data, restart markers included.
        parts: its components.
        across: how many MCUs stand side by side.
        down: how many stand one below the other.
        interval: after how many a restart marker stands; 0 for none.
        tables: Huffman tables, DC 0 to 3 and AC 0 to 3: 16 counts and the symbols; or nothing.
        homes: the DHT segments that these tables come from.
    """

    offset: int
    length: int
    parts: tuple[Part, ...]
    across: int
    down: int
    interval: int
    tables: tuple[bytes, ...]
    homes: tuple[jpeg.Segment | None, ...]

    @property
    def is_interleaved(self) -> bool:
        """Whether an MCU holds blocks of several components; else it is one block [T.81 A.2]."""
        return len(self.parts) > 1

    def blocks(self, part: Part) -> tuple[int, int]:
        """Return how many blocks of a component an MCU has across and down."""
        if not self.is_interleaved:
            return 1, 1
        return part.component.horizontal, part.component.vertical


@frozen
class Planes:
    """The samples of a box of MCUs, decoded.

    Args:
        box: left, top, right, bottom, in MCUs.
        samples: of each component, row by row; a row is as wide as the blocks in the box.
        cursor: where in the scan they stand, for `splice`.
    """

    box: tuple[int, int, int, int]
    samples: tuple[bytes, ...]
    cursor: bytes


@frozen
class Patch:
    """New data for a part of a scan.

    Args:
        offset: in the file.
        length: how many bytes it replaces.
        data: the new ones.
        tables: the tables that it is coded with, those of the scan or extended ones.
        whole: whether every symbol of the scan had to be coded anew.
    """

    offset: int
    length: int
    data: bytes
    tables: tuple[bytes, ...]
    whole: bool


def scans(view: View, header: Iterable[jpeg.Segment], frame: jpeg.Frame) -> Iterator[Scan]:
    """Describe the scans of a sequential picture.

    Args:
        view: the file.
        header: all its segments, in order, with the entropy-coded data.
        frame: its only frame header.

    Raises:
        MalformedFileError: a table or a scan header is broken.
    """
    state = _Tables()
    parts: tuple[Part, ...] = ()
    for found in header:
        if found.marker == jpeg.CODED:
            yield _scan(found, parts, frame, state)
            continue
        if found.marker not in {jpeg.DHT, jpeg.DQT, jpeg.DRI, jpeg.SOS}:
            continue
        body = view.read(found.body, found.body_length, "a JPEG segment")
        if found.marker == jpeg.SOS:
            parts = _parts(body, found, frame, state)
        else:
            state = state.after(body, found)


@frozen
class _Tables:
    """The tables in force at a place of the file."""

    huffman: tuple[bytes, ...] = (b"",) * _TABLES
    homes: tuple[jpeg.Segment | None, ...] = (None,) * _TABLES
    quantisers: tuple[bytes, ...] = (b"",) * 4
    interval: int = 0

    def after(self, body: bytes, found: jpeg.Segment) -> _Tables:
        """Return what is in force behind a DHT, DQT or DRI segment."""
        if found.marker == jpeg.DRI:
            return replace(self, interval=int.from_bytes(body[:2], "big"))
        if found.marker == jpeg.DQT:
            quantisers = dict(enumerate(self.quantisers))
            quantisers.update(_quantisers(body, found))
            return replace(self, quantisers=tuple(quantisers.values()))
        huffman, homes = list(self.huffman), list(self.homes)
        for number, table in huffman_tables(body, found):
            huffman[number], homes[number] = table, found
        return replace(self, huffman=tuple(huffman), homes=tuple(homes))


def huffman_tables(body: bytes, found: jpeg.Segment) -> Iterator[tuple[int, bytes]]:
    """Yield the tables of a DHT segment: 0 to 3 for DC, 4 to 7 for AC, and their bytes [B.2.4.2].

    Raises:
        MalformedFileError: a table breaks off or has another number.
    """
    while body:
        kind, number = body[0] >> 4, body[0] & 15
        length = 1 + _LENGTHS + sum(body[1 : 1 + _LENGTHS])
        if kind > 1 or number > 3 or len(body) < length:  # noqa: PLR2004 - numbers of tables
            raise MalformedFileError("a JPEG Huffman table is broken", offset=found.offset)
        yield 4 * kind + number, body[1:length]
        body = body[length:]


def _quantisers(body: bytes, found: jpeg.Segment) -> Iterator[tuple[int, bytes]]:
    """Yield the tables of a DQT segment, as numbers of two bytes [T.81 B.2.4.1]."""
    while body:
        wide, number = body[0] >> 4, body[0] & 15
        length = 1 + _BLOCK * (1 + wide)
        table = body[1:length] if wide else bytes(2 * _BLOCK)
        if not wide:
            table = b"".join(bytes((0, value)) for value in body[1:length])
        steps = zip(table[::2], table[1::2], strict=False)
        if wide > 1 or number > 3 or len(body) < length or (0, 0) in steps:  # noqa: PLR2004 - numbers of tables
            raise MalformedFileError("a JPEG quantisation table is broken", offset=found.offset)
        yield number, table
        body = body[length:]


def _parts(
    body: bytes, found: jpeg.Segment, frame: jpeg.Frame, tables: _Tables
) -> tuple[Part, ...]:
    """Read a scan header [T.81 B.2.3]."""
    count = body[0] if body else 0
    known = {part.id: index for index, part in enumerate(frame.components)}
    keys = body[1 : 1 + 2 * count : 2]
    if (
        len(body) != 4 + 2 * count
        or body[-3:] != _WHOLE_BLOCKS
        or not count
        or len(set(keys)) != count
        or not known.keys() >= set(keys)
    ):
        raise MalformedFileError("a JPEG scan header is broken", offset=found.offset)
    result = []
    for key, selectors in zip(keys, body[2 : 2 + 2 * count : 2], strict=True):
        component = frame.components[known[key]]
        dc, ac = selectors >> 4, selectors & 15
        if max(dc, ac, component.table) > 3:  # noqa: PLR2004 - numbers of tables
            raise MalformedFileError("a JPEG scan header is broken", offset=found.offset)
        quantisers = tables.quantisers[component.table]
        if not (quantisers and tables.huffman[dc] and tables.huffman[4 + ac]):
            raise MalformedFileError("a JPEG scan lacks a table", offset=found.offset)
        result.append(
            Part(index=known[key], component=component, dc=dc, ac=ac, quantisers=quantisers)
        )
    return tuple(result)


def _scan(coded: jpeg.Segment, parts: tuple[Part, ...], frame: jpeg.Frame, tables: _Tables) -> Scan:
    widest = max(part.horizontal for part in frame.components)
    highest = max(part.vertical for part in frame.components)
    across, down = frame.width, frame.height
    if len(parts) == 1:  # its own blocks, without those that would only fill up an MCU
        component = parts[0].component
        across = -(-across * component.horizontal // widest)
        down = -(-down * component.vertical // highest)
        widest = highest = 1
    return Scan(
        offset=coded.offset,
        length=coded.length,
        parts=parts,
        across=-(-across // (8 * widest)),
        down=-(-down // (8 * highest)),
        interval=tables.interval,
        tables=tables.huffman,
        homes=tables.homes,
    )


def read(view: View, scan: Scan, box: tuple[int, int, int, int]) -> Planes:
    """Decode the samples of a box of MCUs, and walk on to the next restart marker or the end.

    Raises:
        MalformedFileError: the code is damaged or breaks off.
    """
    from ailabel.codecs import _native

    try:
        cursor, samples = _native.jpeg_read(_described(view, scan, box))
    except ValueError as error:
        raise _malformed(error, scan) from error
    return Planes(box, samples, cursor)


def splice(view: View, scan: Scan, planes: Planes, samples: tuple[bytes, ...]) -> Patch | None:
    """Code the blocks anew whose samples differ from those that were read, and prove the result.

    Tables that lack a symbol get it, behind all others where a code is free: then nothing else
    changes. Returns None where coefficients would be larger than the format allows.

    Raises:
        MalformedFileError: the code is damaged or breaks off.
    """
    from ailabel.codecs import _native

    described, tables = _described(view, scan, planes.box), scan.tables
    while True:
        try:
            made = _native.jpeg_splice(described, planes.cursor, planes.samples, samples, tables)
        except ValueError as error:
            raise _malformed(error, scan) from error
        if not isinstance(made, bytes):
            first, last, data = made
            whole = any(not _keeps_codes(*pair) for pair in zip(scan.tables, tables, strict=True))
            return Patch(scan.offset + first, last - first, data, tables, whole)
        lacking = [(made[at], made[at + 1]) for at in range(0, len(made), 2)]
        if any(_is_too_large(table, symbol) for table, symbol in lacking):
            return None
        tables = tuple(
            with_symbols(table, bytes(symbol for which, symbol in lacking if which == number))
            for number, table in enumerate(tables)
        )


def with_symbols(table: bytes, symbols: bytes) -> bytes:
    """Return a Huffman table with further symbols; its codes stay where there is room for more.

    Where there is none, the longest codes are made longer, one bit at a time.
    """
    lengths = [length for length, count in enumerate(table[:_LENGTHS], 1) for _ in range(count)] + [
        _LENGTHS
    ] * len(symbols)
    room = (1 << _LENGTHS) - _ALL_ONES
    used = sum(1 << (_LENGTHS - length) for length in lengths)
    while used > room:
        at = max(index for index, length in enumerate(lengths) if length < _LENGTHS)
        lengths[at] += 1
        used -= 1 << (_LENGTHS - lengths[at])
    ordered = sorted(zip(lengths, range(len(lengths)), strict=True))
    named = table[_LENGTHS:] + symbols
    counts = bytes(lengths.count(length) for length in range(1, _LENGTHS + 1))
    return counts + bytes(named[index] for _, index in ordered)


def _keeps_codes(before: bytes, after: bytes) -> bool:
    """Whether every symbol of a table has the code in another that it has here."""
    return before[: _LENGTHS - 1] == after[: _LENGTHS - 1] and after[_LENGTHS:].startswith(
        before[_LENGTHS:]
    )


def _is_too_large(table: int, symbol: int) -> bool:
    """Whether a symbol stands for more bits than pictures of 8 bits a sample can need."""
    return symbol > _DC_BITS if table < _TABLES // 2 else symbol & 15 > _AC_BITS


def _described(view: View, scan: Scan, box: tuple[int, int, int, int]) -> Described:
    return (
        view.read(scan.offset, scan.length, "the JPEG picture"),
        (scan.across, scan.down, scan.interval),
        b"".join(bytes((*scan.blocks(part), part.dc, part.ac)) for part in scan.parts),
        scan.tables,
        b"".join(part.quantisers for part in scan.parts),
        box,
    )


def _malformed(error: ValueError, scan: Scan) -> AilabelError:
    reason, offset = error.args
    if reason == "not proved":
        return AilabelError("what was compressed cannot be read back")
    return MalformedFileError("the JPEG picture cannot be decoded", offset=scan.offset + offset)
