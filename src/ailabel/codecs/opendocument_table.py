"""OpenDocument tables: where a sheet has room for a cell [ODF1 9.1].

Rows and cells that are alike are written once with a count, so a cell that is put among empty ones
splits them; what holds something is never split, moved or changed.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from ailabel.codecs.markup import Element, appended, encode, escape, events
from ailabel.codecs.opendocument import OFFICE, TABLE, TEXT
from ailabel.errors import PlanError
from ailabel.io.source import check_limit
from ailabel.io.splice import Edit

__all__ = ["Grid", "read_grid"]

_KEPT: Final = 64  # rows at the top that are remembered with their cells; ours
_ROWS, _COLUMNS = 1_048_576, 16_384
_CELLS: Final = ("table-cell", "covered-table-cell")
_TAG: Final = "ailabel"  # the prefix of our own markup, declared where it is used
_ROW: Final = f'<{_TAG}:table-row xmlns:{_TAG}="{TABLE}"><{_TAG}:table-cell/></{_TAG}:table-row>'
_OWN: Final = f"{{{TABLE}}}"
_MOST: Final = 200_000  # cells at the top that are remembered; ours


@dataclass(slots=True)
class _Run:
    """Rows or cells that are written as one: their first number, their count, what they hold."""

    element: Element
    first: int
    count: int
    holds: bool = False
    is_hidden: bool = False
    cells: list[_Run] = field(default_factory=list)

    @property
    def end(self) -> int:
        return self.first + self.count


@dataclass(slots=True)
class Grid:
    """What a table holds, as far as putting a cell into it asks; numbers count from 1."""

    table: Element
    top: list[_Run] = field(default_factory=list)
    bottom: _Run | None = None
    last_row: int = 0
    last_column: int = 0
    hidden: list[tuple[int, int]] = field(default_factory=list)

    def start(self, text: str, data: bytes) -> Edit:
        """Return the edit that puts a text at the top: in an empty row, else beside everything.

        Raises:
            PlanError: there is no free cell that is shown.
        """
        for run in self.top:
            if run.is_hidden:
                continue
            if not run.holds:
                return _split_row(run, _row(self._column(1), text), data)
            if run.count == 1:
                return _into_row(run, self._column(self.last_column + 2), text, data)
        if not self.last_row:
            return appended(self.table, _row(self._column(1), text), data)
        raise PlanError("the sheet shows no row at its top; use --position end")

    def finish(self, text: str, data: bytes) -> Edit:
        """Return the edit that puts a text below everything, with an empty row between.

        Raises:
            PlanError: the sheet is full.
        """
        row = self.last_row + 2
        if row > _ROWS:
            raise PlanError("the sheet is full; use --position start")
        markup = _row(self._column(1), text)
        run = self.bottom
        if run is None:
            return appended(self.table, markup, data)
        if run.holds:
            outer = run.element
            while outer.parent is not None and outer.parent is not self.table:
                outer = outer.parent
            return Edit(outer.end, 0, encode(_ROW + markup, data))
        return _split_row(run, markup, data, skip=max(0, row - run.first))

    def _column(self, first: int) -> int:
        for low, high in sorted(self.hidden):
            if low <= first < high:
                first = high
        if first > _COLUMNS:
            raise PlanError("the sheet shows no free column; use --position end")
        return first


def read_grid(data: bytes, part: str, table: Element) -> Grid:
    """Return what a table of a document holds.

    Args:
        data: the document's content.
        part: its name, for errors.
        table: the table, from another walk over the same bytes.

    Raises:
        MalformedFileError: it is not well-formed.
        LimitExceededError: it is nested too deeply.
    """
    reader: _Reader | None = None
    for element, event in events(data, part):
        if element.start < table.start:
            continue
        if element.start == table.start:
            if event is True:
                reader = _Reader(element)
            elif event is False:
                break
        elif reader is not None and event is True:
            reader.start(element)
    return Grid(table) if reader is None else reader.grid


class _Reader:
    def __init__(self, table: Element) -> None:
        self.grid = Grid(table)
        self._row: _Run | None = None
        self._cell: _Run | None = None
        self._kept = 0
        self._next_row = self._next_column = self._next_defined = 1

    def start(self, element: Element) -> None:
        if element.uri == TABLE and element.name == "table-row":
            self._open_row(element)
        elif element.uri == TABLE and element.name in _CELLS:
            self._open_cell(element)
        elif element.uri == TABLE and element.name == "table-column":
            self._open_column(element)
        elif self._cell is not None and element.parent is self._cell.element:
            self._fill()

    def _open_row(self, element: Element) -> None:
        count = _count(element, "rows")
        run = _Run(element, self._next_row, count, is_hidden=not _is_visible(element))
        self._row, self._cell, self._next_column = run, None, 1
        self._next_row += count
        if len(self.grid.top) < _KEPT:
            self.grid.top.append(run)
        self.grid.bottom = run

    def _open_cell(self, element: Element) -> None:
        if self._row is None:
            return
        run = _Run(element, self._next_column, _count(element, "columns"))
        self._next_column += run.count
        self._cell = run
        if self._row.first <= _KEPT:
            self._row.cells.append(run)
            self._kept += 1
            check_limit("content.xml", self._kept, _MOST)
        covered = element.name == "covered-table-cell"
        spans = f"{{{TABLE}}}number-columns-spanned" in element.attributes
        says = {f"{{{OFFICE}}}value-type", f"{_OWN}formula"} & element.attributes.keys()
        if covered or spans or says:
            self._fill()

    def _fill(self) -> None:
        if self._row is None or self._cell is None:
            return
        self._row.holds = self._cell.holds = True
        self.grid.last_row = max(self.grid.last_row, self._row.end - 1)
        self.grid.last_column = max(self.grid.last_column, self._cell.end - 1)

    def _open_column(self, element: Element) -> None:
        first, self._next_defined = (
            self._next_defined,
            self._next_defined + _count(element, "columns"),
        )
        if not _is_visible(element):
            self.grid.hidden.append((first, self._next_defined))


def _split_row(run: _Run, markup: str, data: bytes, skip: int = 0) -> Edit:
    """Replace one row of empty rows that are alike, the first or the one `skip` further on."""
    skip = min(skip, run.count - 1)
    before, after = skip, run.count - skip - 1
    inner = data[run.element.inner : run.element.inner_end]
    close = encode(f"</{_TAG}:table-row>", data)
    whole = b"".join(
        (
            encode(_open(run, before), data) + inner + close if before else b"",
            encode(markup, data),
            encode(_open(run, after), data) + inner + close if after else b"",
        )
    )
    return Edit(run.element.start, run.element.end - run.element.start, whole)


def _into_row(run: _Run, column: int, text: str, data: bytes) -> Edit:
    """Put a cell into a row, where nothing stands."""
    for cell in run.cells:
        if cell.first <= column < cell.end and not cell.holds:
            before, after = column - cell.first, cell.end - column - 1
            kept = _kept(cell.element)
            whole = "".join(
                (
                    _blank(before, kept) if before else "",
                    _cell(text),
                    _blank(after, kept) if after else "",
                )
            )
            at, length = cell.element.start, cell.element.end - cell.element.start
            return Edit(at, length, encode(whole, data))
    end = run.cells[-1].end if run.cells else 1
    gap = _blank(column - end) if column > end else ""
    return appended(run.element, gap + _cell(text), data)


def _row(column: int, text: str) -> str:
    gap = _blank(column - 1) if column > 1 else ""
    return f'<{_TAG}:table-row xmlns:{_TAG}="{TABLE}">{gap}{_cell(text)}</{_TAG}:table-row>'


def _cell(text: str) -> str:
    return (
        f'<{_TAG}:table-cell xmlns:{_TAG}="{TABLE}" xmlns:o="{OFFICE}" o:value-type="string">'
        f'<t:p xmlns:t="{TEXT}">{escape(text)}</t:p></{_TAG}:table-cell>'
    )


def _open(run: _Run, count: int) -> str:
    """Return the start tag of `count` rows that look like those of a run."""
    kept = _kept(run.element)
    return f'<{_TAG}:table-row xmlns:{_TAG}="{TABLE}"{kept} {_TAG}:number-rows-repeated="{count}">'


def _kept(element: Element) -> str:
    """Return what a row or cell says of itself: style, visibility, validity, but no count."""
    return "".join(
        f' {_TAG}:{name.removeprefix(_OWN)}="{escape(value)}"'
        for name, value in element.attributes.items()
        if name.startswith(_OWN) and not name.endswith("-repeated")
    )


def _blank(count: int, kept: str = "") -> str:
    """Return `count` empty cells."""
    return (
        f'<{_TAG}:table-cell xmlns:{_TAG}="{TABLE}"{kept} '
        f'{_TAG}:number-columns-repeated="{count}"/>'
    )


def _count(element: Element, kind: str) -> int:
    text = element.attributes.get(f"{{{TABLE}}}number-{kind}-repeated", "1")
    return int(text) if text.isascii() and text.isdecimal() and 0 < len(text) <= 8 else 1  # noqa: PLR2004 - beyond any sheet


def _is_visible(element: Element) -> bool:
    return element.attributes.get(f"{{{TABLE}}}visibility", "visible") == "visible"
