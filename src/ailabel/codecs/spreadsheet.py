"""SpreadsheetML: where a sheet has room for a cell, and what its cells say [OOXML1 18]."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from ailabel.codecs.markup import Element, appended, elements, encode, events
from ailabel.codecs.opc import main_part, related
from ailabel.codecs.spreadsheet_cells import (
    COLUMNS,
    OFF,
    ROWS,
    URIS,
    Place,
    Position,
    number_of,
    place_of,
)
from ailabel.errors import MalformedFileError, PlanError
from ailabel.io.source import check_limit
from ailabel.io.splice import Edit
from ailabel.values import frozen

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ailabel.codecs.opc import Package

__all__ = [
    "Grid",
    "Sheet",
    "read_beside",
    "read_grid",
    "sheets",
]

_LINKS: Final = (
    "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
    "http://purl.oclc.org/ooxml/officeDocument/relationships",
)


@frozen(kw_only=True)
class Sheet:
    """A worksheet, in the order of the workbook.

    Args:
        name: as its tab shows it.
        part: its part.
        is_shown: whether its tab is.
    """

    name: str
    part: str
    is_shown: bool


@dataclass(slots=True, kw_only=True)
class _Row:
    """A row that may take a cell: its element, and its cells with whether they hold something."""

    element: Element
    is_hidden: bool
    cells: list[tuple[int, Element, bool]] = field(default_factory=list)


@dataclass(slots=True)
class Grid:
    """What a sheet holds, as far as putting a cell into it asks.

    Args:
        data: the element around the rows.
        rows: the first rows, by number.
        last_row: the last row that there is, merged cells included; 0 in an empty sheet.
        last_column: the same for columns.
        merged: those of the first rows that merged cells take part in.
        hidden: ranges of columns that are hidden.
        hides_rows: whether rows that are not written out are hidden.
        covered: those of the first rows that pictures or charts lie over.
        kept: how many cells are remembered.
    """

    data: Element
    rows: dict[int, _Row] = field(default_factory=dict)
    last_row: int = 0
    last_column: int = 0
    merged: set[int] = field(default_factory=set)
    hidden: list[tuple[int, int]] = field(default_factory=list)
    hides_rows: bool = False
    covered: set[int] = field(default_factory=set)
    kept: int = 0

    def take(self, first: Place, last: Place) -> range:
        """Take note of cells that are no place for the label; return their first rows."""
        self.last_row = max(self.last_row, last.row)
        self.last_column = max(self.last_column, last.column)
        return range(first.row, min(last.row, _KEPT) + 1)

    def top(self) -> Place:
        """Return a free cell at the top: in an empty first row, else two columns to the right.

        Raises:
            PlanError: there is none that is shown.
        """
        row = next((number for number in sorted(self.rows) if self._is_used(number)), None)
        for number in range(1, row or _KEPT):
            if not self._is_hidden(number) and number not in self.covered:
                return Place(number, self._column(1))
        shown = [number for number in sorted(self.rows) if not self._is_hidden(number)]
        if not shown and self.covered and not self.hides_rows:
            shown = [1]  # pictures are all that the sheet shows
        if not shown:
            raise PlanError("the sheet shows no row at its top; use --position end")
        return Place(shown[0], self._column(self.last_column + 2))

    def bottom(self) -> Place:
        """Return a free cell below everything, with an empty row between.

        Raises:
            PlanError: the sheet is full.
        """
        row = self.last_row + 2 if self.last_row else 1
        if row > ROWS:
            raise PlanError("the sheet is full; use --position start")
        return Place(row, self._column(1))

    def edit(self, place: Place, text: str, data: bytes) -> Edit:
        """Return the edit that puts a text, markup-escaped, into a free cell."""
        prefix = f"{self.data.prefix}:" if self.data.prefix else ""
        row = self.rows.get(place.row)
        if row is None:
            shown = ' hidden="0" ht="15" customHeight="1"' if self.hides_rows else ""
            cell = _cell(prefix, place, text, "")
            markup = f'<{prefix}row r="{place.row}"{shown}>{cell}</{prefix}row>'
            following = [number for number in self.rows if number > place.row]
            if following:
                return Edit(self.rows[min(following)].element.start, 0, encode(markup, data))
            return appended(self.data, markup, data)
        for column, element, _ in row.cells:
            if column == place.column:
                style = element.attributes.get("s", "")
                markup = _cell(prefix, place, text, style)
                return Edit(element.start, element.end - element.start, encode(markup, data))
            if column > place.column:
                markup = _cell(prefix, place, text, "")
                return Edit(element.start, 0, encode(markup, data))
        return appended(row.element, _cell(prefix, place, text, ""), data)

    def _is_used(self, number: int) -> bool:
        row = self.rows.get(number)
        return row is not None and (
            any(holds for _, _, holds in row.cells) or number in self.merged
        )

    def _is_hidden(self, number: int) -> bool:
        row = self.rows.get(number)
        return self.hides_rows if row is None else row.is_hidden

    def _column(self, first: int) -> int:
        """Return the first column from there on that is shown."""
        for low, high in sorted(self.hidden):
            if low <= first <= high:
                first = high + 1
        if first > COLUMNS:
            raise PlanError("the sheet shows no free column; use --position end")
        return first


def sheets(package: Package) -> list[Sheet]:
    """Return the worksheets of a workbook.

    Raises:
        MalformedFileError: the package is no workbook.
        LimitExceededError: it has too many elements.
    """
    main = main_part(package)
    links = {link.id: link for link in related(package, main)}
    found = []
    parts: set[str] = set()
    for element in elements(package.read(main), main, package.archive.view.limits.items):
        if element.uri in URIS and element.name == "sheet":
            known = [links.get(element.attributes.get(f"{{{uri}}}id", "")) for uri in _LINKS]
            link = next((item for item in known if item is not None), None)
            if link is None or link.target in parts:
                continue
            parts.add(link.target)
            if link.kind.endswith("/worksheet"):
                shown = element.attributes.get("state", "visible") == "visible"
                name = element.attributes.get("name", "")
                found.append(Sheet(name=name, part=link.target, is_shown=shown))
    return found


def read_grid(data: bytes, part: str) -> Grid:
    """Return what a sheet holds.

    Raises:
        MalformedFileError: it has no rows at all, or is not well-formed.
        LimitExceededError: it is nested too deeply.
    """
    grid: Grid | None = None
    before: list[Element] = []
    position = Position(part)
    for element, event in events(data, part):
        if event is not True or element.uri not in URIS:
            continue
        if element.name == "sheetData":
            grid = Grid(element)
            for item in before:
                _note(item, grid)
        elif grid is None:
            before.append(element)
            check_limit(part, len(before), 2 * COLUMNS)
        elif element.name == "row":
            _open_row(element, grid, position)
        elif element.name == "c":
            _open_cell(element, grid, position)
        elif element.name in {"v", "is", "f"} and element.parent is not None:
            _fill(element.parent, grid, position)
        else:
            _note(element, grid)
    if grid is None:
        raise MalformedFileError("{part} has no rows", part=part)
    return grid


def _note(element: Element, grid: Grid) -> None:
    """Take note of hidden columns, hidden rows and merged cells."""
    held = element.attributes
    if element.name == "col" and held.get("hidden", "0") not in OFF:
        grid.hidden.append((number_of(held.get("min", "")), number_of(held.get("max", ""))))
    elif element.name == "sheetFormatPr":
        grid.hides_rows = held.get("zeroHeight", "0") not in OFF
    elif element.name in {"mergeCell", "autoFilter"}:
        corners = _corners(held.get("ref", ""))
        if corners is not None and element.name == "autoFilter":
            grid.take(*corners)
        elif corners is not None:
            grid.merged.update(grid.take(*corners))


_KEPT: Final = 64  # rows at the top that are remembered with their cells; ours
_ANCHORS: Final = ("twoCellAnchor", "oneCellAnchor")
_WIDTH, _HEIGHT = 609_600, 190_500  # EMU: of usual cells
_MOST: Final = 200_000  # of these cells; ours


def _open_row(element: Element, grid: Grid, position: Position) -> None:
    position.row = number_of(element.attributes.get("r", "")) or position.row + 1
    position.column = 0
    grid.last_row = max(grid.last_row, position.row)
    hidden = element.attributes.get("hidden", "0") not in OFF
    if len(grid.rows) < _KEPT:
        grid.rows.setdefault(position.row, _Row(element=element, is_hidden=hidden))


def _open_cell(element: Element, grid: Grid, position: Position) -> None:
    place = place_of(element.attributes.get("r", ""))
    position.column = place.column if place else position.column + 1
    grid.last_column = max(grid.last_column, position.column)
    row = grid.rows.get(position.row)
    if row is not None and row.element is element.parent:
        grid.kept += 1
        check_limit(position.part, grid.kept, _MOST)
        row.cells.append((position.column, element, False))


def _fill(cell: Element, grid: Grid, position: Position) -> None:
    row = grid.rows.get(position.row)
    if row is not None and row.cells and row.cells[-1][1] is cell:
        row.cells[-1] = (position.column, cell, True)


def _cell(prefix: str, place: Place, text: str, style: str) -> str:
    formatted = f' s="{style}"' if style.isascii() and style.isdecimal() else ""
    return (
        f'<{prefix}c r="{place}"{formatted} t="inlineStr"><{prefix}is><{prefix}t>{text}</{prefix}t>'
        f"</{prefix}is></{prefix}c>"
    )


def _corners(reference: str) -> tuple[Place, Place] | None:
    first, _, last = reference.partition(":")
    begin, end = place_of(first), place_of(last or first)
    return None if begin is None or end is None else (begin, end)


def read_beside(package: Package, part: str, grid: Grid) -> None:
    """Take note of what other parts put upon the cells of a sheet: tables, pictures, charts.

    Raises:
        MalformedFileError: such a part is not well-formed.
        LimitExceededError: it is too long.
    """
    limit = package.archive.view.limits.document_inflate_bytes
    for target, kind in {link.target: link.kind for link in related(package, part)}.items():
        if target.lower() not in package.parts:
            continue
        if kind.endswith("/table"):
            root = next(events(package.read(target, limit), target))[0]
            corners = _corners(root.attributes.get("ref", ""))
            if corners is not None:
                grid.take(*corners)
        elif kind.endswith("/drawing"):
            for first, last in _anchors(package.read(target, limit), target):
                grid.covered.update(grid.take(first, last))


def _anchors(data: bytes, part: str) -> Iterator[tuple[Place, Place]]:
    """Yield the corners of the cells under drawings, which count from 0 [OOXML1 20.5.2]."""
    corners: dict[str, dict[str, int]] = {}
    for element, event in events(data, part):
        parent = element.parent.name if element.parent is not None else ""
        if element.name in _ANCHORS:
            if event is True:
                corners = {"from": {}, "to": {}}
            elif event is False:
                begin, end = corners["from"], corners["to"]
                first = Place(begin.get("row", 0) + 1, begin.get("col", 0) + 1)
                yield (
                    first,
                    Place(
                        max(first.row, end.get("row", 0) + 1),
                        max(first.column, end.get("col", 0) + 1),
                    ),
                )
        elif parent in corners and isinstance(event, str):
            corners[parent][element.name] = number_of(event.strip())
        elif event is True and element.name == "ext" and parent == "oneCellAnchor":
            for name, side, usual in (("row", "cy", _HEIGHT), ("col", "cx", _WIDTH)):
                length = number_of(element.attributes.get(side, "")) // usual
                corners["to"][name] = corners["from"].get(name, 0) + length
