"""The cross-reference tables of a PDF, as text and as streams [ISO32000-2 7.5.4, 7.5.8].

Entries stay where they are and are read one by one when an object is asked for, so that a file
with a million objects is opened as fast as one with ten.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from heapq import heappop, heappush
from typing import TYPE_CHECKING, Final

from ailabel.codecs.pdf_syntax import Array, Dictionary, Incomplete, Parser, parse_at
from ailabel.errors import MalformedFileError
from ailabel.io.source import check_limit
from ailabel.values import frozen

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ailabel.io.source import View

__all__ = [
    "FREE",
    "PACKED",
    "PLAIN",
    "Index",
    "Section",
    "Table",
    "begins_section",
    "packed",
    "text_table",
]

FREE, PLAIN, PACKED = range(3)  # types of entries [ISO32000-2 table 18]
_ENTRY: Final = re.compile(rb"(\d{10}) (\d{5}) ([nf])[ \r\n]{1,2}")
_ENTRY_SIZES: Final = (20, 19)  # as the standard has it, and with a bare line feed
_BEGIN: Final = re.compile(rb"[\0\t\n\f\r ]*(?:xref[\0\t\n\f\r ]|\d{1,10}[\0\t\n\f\r ]+\d)")
_HEADER: Final = 64  # more than the line before the entries needs
_WIDTHS: Final = 3
_MAX_WIDTH: Final = 8


@frozen
class _Range:
    """Consecutive entries: in the file as text, or in `data` as binary fields of `widths`."""

    first: int
    count: int
    start: int
    size: int
    data: bytes | None = None
    widths: tuple[int, ...] = ()

    def fields(self, place: int) -> tuple[int, int, int]:
        data, found = self.data or b"", []
        for width in self.widths:
            found.append(int.from_bytes(data[place : place + width], "big"))
            place += width
        kind = found[0] if self.widths[0] else PLAIN  # what a width of 0 stands for
        return kind, found[1], found[2]


class Table:
    """The entries of one cross-reference table or stream."""

    __slots__ = ("_firsts", "_ranges")

    def __init__(self, ranges: list[_Range]) -> None:
        self._ranges = sorted(ranges, key=lambda item: item.first)
        self._firsts = [item.first for item in self._ranges]

    def find(self, view: View, number: int) -> tuple[int, int, int] | None:
        """Return the three fields of an entry: its type, and what the type says."""
        index = bisect_right(self._firsts, number) - 1
        if index < 0 or number - self._ranges[index].first >= self._ranges[index].count:
            return None
        found = self._ranges[index]
        place = found.start + (number - found.first) * found.size
        if found.data is not None:
            return found.fields(place)
        match = _ENTRY.match(view.read(place, found.size, "a PDF cross-reference entry"))
        if match is None:
            raise MalformedFileError("a PDF cross-reference entry is broken", offset=place)
        return (PLAIN if match[3] == b"n" else FREE), int(match[1]), int(match[2])

    def spans(self) -> Iterator[tuple[int, int]]:
        """Yield the numbers that `find` knows, as ranges: the first, and one more than the last."""
        for place, item in enumerate(self._ranges, 1):
            end = item.first + item.count
            yield item.first, min([end, *self._firsts[place : place + 1]])

    def numbers(self, limit: int) -> list[int]:
        """Return the numbers of its objects; of more than `limit` only so many that it shows."""
        result: list[int] = []
        for item in self._ranges:
            result += range(item.first, item.first + min(item.count, limit + 1 - len(result)))
        return result


@frozen(kw_only=True)
class Section:
    """One cross-reference section: what one revision of the file says.

    Args:
        offset: where it begins.
        end: where its trailer dictionary, or the data of its stream, ends.
        trailer: the trailer dictionary, or the stream's.
        stream: whether it is a cross-reference stream.
        table: its entries.
        hidden: entries that only readers of cross-reference streams see, of a hybrid file.
    """

    offset: int
    end: int
    trailer: Dictionary
    stream: bool
    table: Table
    hidden: Table | None = None

    def spans(self) -> Iterator[tuple[int, int]]:
        """Yield the numbers that `find` knows, as ranges."""
        yield from self.table.spans()
        if self.hidden:
            yield from self.hidden.spans()

    def find(self, view: View, number: int) -> tuple[int, int, int] | None:
        """Return the fields of an entry; hidden ones stand behind free ones [7.5.8.4]."""
        fields = self.table.find(view, number)
        if self.hidden and (fields is None or fields[0] == FREE):
            return self.hidden.find(view, number) or fields
        return fields


class Index:
    """Which section speaks of which object: of those that have an entry for it, the newest.

    A file may have thousands of sections and of objects, so they are not tried one by one.

    Args:
        sections: all of them, newest first.
    """

    __slots__ = ("_sections", "_speaking", "_starts")

    def __init__(self, sections: Sequence[Section]) -> None:
        self._sections = sections
        self._starts: list[int] = []
        self._speaking: list[int | None] = []
        spans = sorted(
            (first, order, end)
            for order, section in enumerate(sections)
            for first, end in section.spans()
            if first < end
        )
        bounds = sorted({bound for first, _, end in spans for bound in (first, end)})
        waiting = iter([*spans, (bounds[-1] + 1 if bounds else 0, 0, 0)])
        first, order, end = next(waiting)
        covering: list[tuple[int, int]] = []  # a heap: the newest section that goes on so far
        for bound in bounds:
            while first <= bound:
                heappush(covering, (order, end))
                first, order, end = next(waiting)
            while covering and covering[0][1] <= bound:
                heappop(covering)
            self._starts.append(bound)
            self._speaking.append(covering[0][0] if covering else None)

    def section(self, number: int) -> Section | None:
        """Return the section that speaks of an object, or None."""
        place = bisect_right(self._starts, number) - 1
        order = self._speaking[place] if place >= 0 else None
        return None if order is None else self._sections[order]


def begins_section(head: bytes) -> bool:
    """Say whether a table, or an object that may be a cross-reference stream, begins here."""
    return _BEGIN.match(head) is not None


def text_table(view: View, offset: int) -> Section:
    """Read a cross-reference table and its trailer.

    Raises:
        MalformedFileError: it breaks its grammar.
    """
    place = offset + view.read_some(offset, _HEADER).index(b"xref") + 4
    ranges: list[_Range] = []
    while True:
        parser = Parser(view.read_some(place, _HEADER), base=place)
        try:
            if parser.take(b"trailer"):
                break
            first, count = parser.integer(), parser.integer()
            parser.skip_space()
        except Incomplete:
            parser.fail()
        place += parser.position
        found = _text_range(view, place, first, count)
        place += found.count * found.size
        ranges.append(found)
        check_limit("the number of PDF cross-references", len(ranges), view.limits.items)
    place += parser.position
    parser, trailer = parse_at(view, place)
    if not isinstance(trailer, Dictionary):
        raise MalformedFileError("the PDF trailer is broken", offset=place)
    return Section(
        offset=offset,
        end=place + parser.position,
        trailer=trailer,
        stream=False,
        table=Table(ranges),
    )


def packed(dictionary: Dictionary, data: bytes, offset: int) -> Table:
    """Read the table of a cross-reference stream, whose inflated data is given.

    Raises:
        MalformedFileError: it breaks its grammar.
    """
    widths = _integers(dictionary.get("W"))
    size = dictionary.get("Size")
    index = _integers(dictionary.get("Index")) or [0, size if isinstance(size, int) else 0]
    row = sum(widths)
    usable = len(widths) == _WIDTHS and min(widths) >= 0 and max(widths) <= _MAX_WIDTH and row
    if not usable or len(index) % 2 or min(index) < 0:
        raise MalformedFileError("the PDF cross-reference stream is broken", offset=offset)
    ranges, place = [], 0
    for first, count in zip(index[::2], index[1::2], strict=True):
        kept = min(count, (len(data) - place) // row)
        ranges.append(_Range(first, kept, place, row, data, tuple(widths)))
        place += kept * row
    return Table(ranges)


def _text_range(view: View, offset: int, first: int, count: int) -> _Range:
    if count == 0:
        return _Range(first, 0, offset, 0)
    size = _entry_size(view, offset)
    if first < 0 or not 0 < count <= (view.size - offset) // size:
        raise MalformedFileError("a PDF cross-reference entry is broken", offset=offset)
    return _Range(first, count, offset, size)


def _entry_size(view: View, offset: int) -> int:
    lines = view.read_some(offset, 2 * max(_ENTRY_SIZES))
    for size in _ENTRY_SIZES:
        if _ENTRY.fullmatch(lines[:size]) and lines[size : size + 1] not in (b"\r", b"\n"):
            return size
    raise MalformedFileError("a PDF cross-reference entry is broken", offset=offset)


def _integers(value: object) -> list[int]:
    items = value if isinstance(value, Array) else []
    return [item for item in items if isinstance(item, int)]
