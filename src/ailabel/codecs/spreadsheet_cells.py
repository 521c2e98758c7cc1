"""SpreadsheetML: the cells of a sheet, their names and the texts that they hold [OOXML1 18]."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from ailabel.codecs.markup import Element, events
from ailabel.io.source import check_limit
from ailabel.values import frozen

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = [
    "COLUMNS",
    "OFF",
    "ROWS",
    "URIS",
    "Cell",
    "Place",
    "Position",
    "cells",
    "name_of",
    "number_of",
    "place_of",
]

URIS: Final = (  # transitional and strict
    "http://schemas.openxmlformats.org/spreadsheetml/2006/main",
    "http://purl.oclc.org/ooxml/spreadsheetml/main",
)
_REFERENCE: Final = re.compile(r"([A-Z]{1,3})([0-9]{1,7})", re.ASCII)
COLUMNS: Final = 16_384  # of a sheet, as programs limit it
ROWS: Final = 1_048_576
OFF: Final = ("", "0", "false")


@frozen
class Place:
    """A cell: row and column, from 1."""

    row: int
    column: int

    def __str__(self) -> str:
        return f"{name_of(self.column)}{self.row}"


@dataclass(slots=True)
class Position:
    """Where reading stands: row and column, from 1; 0 before the first."""

    part: str
    row: int = 0
    column: int = 0


@dataclass(slots=True)
class Cell:
    """A cell that holds a text.

    Args:
        place: where.
        text: what it holds, or None where it stands among the shared texts.
        shared: its place among the shared texts, or None.
        style: its place among the formats.
        is_hidden: whether its row or column is.
    """

    place: Place
    text: str | None
    shared: int | None
    style: int
    is_hidden: bool


def cells(data: bytes, part: str) -> Iterator[Cell]:
    """Yield the cells of a sheet that hold texts, in the order of the sheet.

    Raises:
        MalformedFileError: it is not well-formed.
        LimitExceededError: it is nested too deeply.
    """
    hidden = bytearray(COLUMNS + 1)
    columns = 0
    position = Position(part)
    hides_row = False
    pieces: list[str] = []
    for element, event in events(data, part):
        if element.uri not in URIS:
            continue
        if event is True:
            if element.name == "row":
                position.row = number_of(element.attributes.get("r", "")) or position.row + 1
                position.column = 0
                hides_row = element.attributes.get("hidden", "0") not in OFF
            elif element.name == "c":
                place = place_of(element.attributes.get("r", ""))
                position.column = place.column if place else position.column + 1
                pieces.clear()
            elif element.name == "col" and element.attributes.get("hidden", "0") not in OFF:
                columns += 1
                check_limit(part, columns, COLUMNS)
                held = element.attributes
                low = min(number_of(held.get("min", "")), COLUMNS + 1)
                high = min(number_of(held.get("max", "")), COLUMNS)
                hidden[low : high + 1] = b"\1" * max(0, high + 1 - low)
        elif event is not False:
            if element.name in {"v", "t"}:
                pieces.append(event)
        elif element.name == "c" and pieces:
            column = position.column
            is_hidden = hides_row or (column <= COLUMNS and bool(hidden[column]))
            cell = _made(element, Place(position.row, column), "".join(pieces), is_hidden=is_hidden)
            if cell is not None:
                yield cell


def _made(element: Element, place: Place, value: str, *, is_hidden: bool) -> Cell | None:
    style = number_of(element.attributes.get("s", ""))
    kind = element.attributes.get("t", "n")
    if kind == "s":
        return Cell(place, None, number_of(value.strip()), style, is_hidden)
    if kind in {"inlineStr", "str"}:
        return Cell(place, value, None, style, is_hidden)
    return None


def name_of(column: int) -> str:
    """Return the letters of a column: 1 is A, 27 is AA."""
    letters = ""
    while column > 0:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def place_of(reference: str) -> Place | None:
    """Return the cell of a reference such as ``B2``; None where it is none."""
    found = _REFERENCE.fullmatch(reference.replace("$", ""))
    if found is None:
        return None
    column = 0
    for letter in found[1]:
        column = column * 26 + ord(letter) - ord("A") + 1
    row = int(found[2])
    return Place(row, column) if row <= ROWS and column <= COLUMNS else None


def number_of(text: str) -> int:
    """Return a plain number; 0 where it is none, or beyond any sheet."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= 9 else 0  # noqa: PLR2004 - beyond any sheet
