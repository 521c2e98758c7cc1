"""The explicit label of workbooks: a cell of its own in the first sheet that is shown, or the last.

No cell is moved, so formulas, tables and charts stay right: the label takes the first row where
that is empty, else the first row two columns to the right of everything; at the end it stands below
everything with an empty row between. Pictures, charts and tables count as cells that are taken.

Looked at are the texts of cells. A sentence that says so counts anywhere; bare words such as
``AI生成`` count in the first and the last row that holds texts, of the first and the last sheet.
What stands in a hidden row, column or sheet, or in letters that are tiny or white on no ground of
their own, is left to a person.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from ailabel.codecs.markup import Element, elements, escape, events
from ailabel.codecs.opc import change_parts, check_unsigned, main_part, open_package, related
from ailabel.codecs.spreadsheet import Sheet, read_beside, read_grid, sheets
from ailabel.codecs.spreadsheet_cells import Cell, cells
from ailabel.errors import PlanError
from ailabel.io.source import check_limit
from ailabel.marks.document.lines import Line, conclude, judged, places_of, wording_of
from ailabel.spi import Evidence, Mark, Rendition

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ailabel.codecs.opc import Package
    from ailabel.io.source import View
    from ailabel.io.splice import Edit
    from ailabel.model.media import Format
    from ailabel.spi import MarkSpec, Sighting

__all__ = ["MARKER"]

_WHITE: Final = ("0", "FFFFFFFF", "00FFFFFF")  # a theme's first colour, or white itself
_BLANK: Final = ";;;"  # the number format that shows nothing [OOXML1 18.8.31]
_TINY: Final = 5.0  # points
_BEHIND_NAMES: Final = (b">", b" ", b"\t", b"\n", b"\r")
_SIGNS: Final = (
    *(b"AI", "人工智能".encode(), "Ａ".encode()),
    *(b"&#", b"<!", b"\0"),  # references; comments and sections; two bytes a character
    *(head + b"r" + end for head in (b"<", b":") for end in _BEHIND_NAMES),  # runs, which cut words
)
_MARK: Final = 3  # bytes of a mark of UTF-8, before a declaration
_HEAD: Final = 200  # bytes in which a declaration stands
_ENCODING: Final = re.compile(rb"""encoding\s*=\s*["']([^"']*)["']""")


class _Xlsx:
    def render(self, view: View, file_format: Format, spec: MarkSpec) -> Rendition:
        """Plan the label's cell: at the start unless told otherwise, the end, or both."""
        del file_format
        text, places = wording_of(spec), places_of(spec)
        package = _open(view)
        check_unsigned(package)
        shown = [sheet for sheet in sheets(package) if sheet.is_shown]
        if not shown:
            raise PlanError("the workbook shows no sheet that a label could stand on")
        edits: dict[str, list[Edit]] = {}
        for place in places:
            part = shown[0 if place == "start" else -1].part
            data = _read(package, part)
            grid = read_grid(data, part)
            read_beside(package, part, grid)
            if part in edits and (not grid.last_row or grid.data.is_empty):
                break  # one label fills an empty sheet
            cell = grid.top() if place == "start" else grid.bottom()
            edits.setdefault(part, []).append(grid.edit(cell, escape(text), data))
        return Rendition(
            edits=change_parts(package, edits, {}),
            marks=tuple(Mark(text=text, place=place) for place in places[: _count(edits)]),
        )

    def inspect(self, view: View, file_format: Format, *, explain: bool = False) -> Evidence:  # noqa: ARG002 - the contract
        """Look for the label in the cells of every sheet."""
        del file_format
        package = _open(view)
        found = sheets(package)
        shown = [sheet for sheet in found if sheet.is_shown]
        ends = {sheet.part for sheet in (shown[:1] + shown[-1:])}
        shared = _shared(package)
        faint = _faint_styles(package)
        sightings: list[Sighting] = []
        for sheet in found:
            sightings += _sightings(package, sheet, shared, faint, at_end=sheet.part in ends)
            check_limit(sheet.part, len(sightings), view.limits.items)
        return conclude(sightings)


MARKER: Final = _Xlsx()


def _open(view: View) -> Package:
    package = open_package(view)
    package.archive.check_layout()
    return package


def _read(package: Package, part: str) -> bytes:
    return package.read(part, package.archive.view.limits.document_inflate_bytes)


def _count(edits: Mapping[str, list[Edit]]) -> int:
    return sum(map(len, edits.values()))


def _part(package: Package, kind: str) -> str | None:
    """Return the workbook's part of a kind, such as its styles."""
    for link in related(package, main_part(package)):
        if link.kind.endswith(f"/{kind}") and link.target.lower() in package.parts:
            return link.target
    return None


def _shared(package: Package) -> dict[int, str]:
    """Return those of the shared texts that may be a label, by their place."""
    part = _part(package, "sharedStrings")
    found: dict[int, str] = {}
    data = b"" if part is None else _read(package, part)
    if part is None or not _may_hold(data):
        return found
    number, pieces = 0, list[str]()
    for element, event in events(data, part):
        if event is True and element.name == "si":
            pieces.clear()
        elif event is False and element.name == "si":
            text = "".join(pieces)
            if next(judged(text, obscured=False), None) is not None:
                found[number] = text
            number += 1
        elif isinstance(event, str) and element.name == "t" and not _is_reading(element):
            pieces.append(event)
    return found


def _may_hold(data: bytes) -> bool:
    """Say quickly whether a part holds a text worth judging, as `may_hold` does of the text itself.

    It may where texts can be escaped, cut, or written in two bytes a character. Most tables hold
    numbers, and need not be taken apart cell by cell.
    """
    if any(sign in data for sign in _SIGNS) or data.find(b"<?", _MARK + 1) >= 0:
        return True
    named = _ENCODING.search(data[:_HEAD])
    return named is not None and named[1].lower() != b"utf-8"


def _is_reading(element: Element) -> bool:
    """Say whether a text is a phonetic guide, which stands small above the letters."""
    return element.parent is not None and element.parent.name == "rPh"


def _sightings(
    package: Package,
    sheet: Sheet,
    shared: Mapping[int, str],
    faint: frozenset[int],
    *,
    at_end: bool,
) -> list[Sighting]:
    data = _read(package, sheet.part)
    if not shared and not _may_hold(data):
        return []
    found: list[tuple[Cell, Line]] = []
    first = last = 0
    for cell in cells(data, sheet.part):
        first, last = first or cell.place.row, cell.place.row
        text = cell.text if cell.shared is None else shared.get(cell.shared)
        if text:
            obscured = cell.is_hidden or not sheet.is_shown or cell.style in faint
            found += ((cell, line) for line in judged(text, obscured=obscured))
    places = {last: "end"} | {first: "start"} if at_end else {}
    return [
        line.sighting(places.get(cell.place.row, "middle"), f"{sheet.name}!{cell.place}")
        for cell, line in found
    ]


def _faint_styles(package: Package) -> frozenset[int]:
    """Return the cell formats that hide: letters that are tiny, pale on no ground, or not shown."""
    part = _part(package, "styles")
    if part is None:
        return frozenset()
    fonts: list[bool] = []
    fills: list[bool] = []
    faint: set[int] = set()
    blank: set[str] = set()
    formats = 0
    for element in elements(_read(package, part), part, package.archive.view.limits.items):
        held = element.attributes
        parent = element.parent.name if element.parent is not None else ""
        if element.name == "numFmt" and held.get("formatCode") == _BLANK:
            blank.add(held.get("numFmtId", ""))
        elif element.name == "font" and parent == "fonts":
            fonts.append(False)
        elif parent == "font" and fonts and _is_faint(element):
            fonts[-1] = True
        elif element.name == "fill" and parent == "fills":
            fills.append(False)
        elif element.name == "patternFill" and parent == "fill" and fills:
            fills[-1] = held.get("patternType", "none") != "none"
        elif element.name == "xf" and parent == "cellXfs":
            font, fill = held.get("fontId", "0"), held.get("fillId", "0")
            if (_at(fonts, font) and not _at(fills, fill)) or held.get("numFmtId") in blank:
                faint.add(formats)
            formats += 1
    return frozenset(faint)


def _is_faint(element: Element) -> bool:
    held = element.attributes
    if element.name == "color":
        return held.get("theme", held.get("rgb", "").upper()) in _WHITE
    if element.name != "sz":
        return False
    try:
        return float(held.get("val", "11")) < _TINY
    except ValueError:
        return False


def _at(values: list[bool], index: str) -> bool:
    number = int(index) if index.isascii() and index.isdecimal() and len(index) < 9 else 0  # noqa: PLR2004 - any index
    return number < len(values) and values[number]
