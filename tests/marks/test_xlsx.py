"""The explicit label in workbooks."""

from __future__ import annotations

import io
import zipfile
from typing import Any, Final

import openpyxl
import PIL.Image
import pytest
from openpyxl.chart import BarChart, Reference
from openpyxl.drawing.image import Image
from openpyxl.styles import Font, PatternFill
from openpyxl.worksheet.table import Table

from ailabel.carriers.ooxml import XLSX
from ailabel.errors import LimitExceededError, PlanError
from ailabel.marks.document.xlsx import MARKER
from ailabel.spi import Finding
from builders import xlsx as build
from markers import PHRASE, Tried, changed_members

SAMPLES: Final = dict(build.samples())
URI: Final = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
CELL: Final = '<row r="1"><c r="A1" t="inlineStr"><is>{}</is></c></row>'
TRIED: Final = Tried(MARKER, XLSX)


def saved(book: Any) -> bytes:  # noqa: ANN401 - openpyxl has no types
    """Return a workbook's bytes."""
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def made(*rows: tuple[object, ...]) -> Any:  # noqa: ANN401 - same
    """Return a workbook of one sheet."""
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    return book


def cells(data: bytes, sheet: int = 0) -> dict[str, object]:
    """Return what the cells of a sheet hold, read by openpyxl."""
    found = openpyxl.load_workbook(io.BytesIO(data)).worksheets[sheet]
    return {
        cell.coordinate: cell.value
        for row in found.iter_rows()
        for cell in row
        if cell.value is not None
    }


@pytest.mark.parametrize("name", SAMPLES)
def test_every_kind_takes_the_label(name: str) -> None:
    """It is found again, and only the sheet's member changes."""
    data = SAMPLES[name]
    assert TRIED.inspect(data).finding is Finding.NOT_FOUND
    result = TRIED.render(data, position="both")
    assert TRIED.seen(result) == [("start", "found"), ("end", "found")]
    assert changed_members(data, result) == ["xl/worksheets/sheet1.xml"]


@pytest.mark.oracle
def test_no_cell_moves() -> None:
    """Formulas keep their cells; the label stands two columns to the right, or below."""
    data = saved(made(("a", "b"), (1, 2), ("=A2+B2", None)))
    before = cells(data)
    assert cells(TRIED.render(data)) == before | {"D1": PHRASE}
    assert cells(TRIED.render(data, position="end")) == before | {"A5": PHRASE}
    assert TRIED.marks(data, position="both") == ["start", "end"]


@pytest.mark.oracle
def test_an_empty_first_row_is_taken() -> None:
    """Where the sheet has room at its top, the label stands there."""
    book = openpyxl.Workbook()
    book.active["B3"] = 5
    data = saved(book)
    assert cells(TRIED.render(data)) == {"A1": PHRASE, "B3": 5}
    book.active.row_dimensions[1].hidden = True
    assert cells(TRIED.render(saved(book))) == {"A2": PHRASE, "B3": 5}


@pytest.mark.oracle
def test_an_empty_sheet_takes_one() -> None:
    """Start and end are the same there."""
    data = saved(openpyxl.Workbook())
    assert cells(TRIED.render(data, position="both")) == {"A1": PHRASE}
    assert TRIED.marks(data, position="both") == ["start"]


@pytest.mark.oracle
def test_an_empty_cell_keeps_its_format() -> None:
    """A cell that has a look and no value gets the label and keeps the look."""
    book = openpyxl.Workbook()
    book.active["A1"].fill = PatternFill("solid", fgColor="FFEECC00")
    book.active["A2"] = 1
    result = TRIED.render(saved(book))
    cell = openpyxl.load_workbook(io.BytesIO(result)).active["A1"]
    assert (cell.value, cell.fill.fgColor.rgb) == (PHRASE, "FFEECC00")


@pytest.mark.oracle
def test_merged_and_hidden_cells_are_avoided() -> None:
    """A merged title reaches as far as its range, and hidden columns show nothing."""
    book = made(("title",), (1, 2))
    book.active.merge_cells("A1:F1")
    book.active.column_dimensions["H"].hidden = True
    assert cells(TRIED.render(saved(book)))["I1"] == PHRASE


def test_hidden_sheets_are_passed_over() -> None:
    """The first sheet that is shown takes the label."""
    book = made(("a",))
    book.create_sheet("Two")["A1"] = "b"
    book.worksheets[0].sheet_state = "hidden"
    result = TRIED.render(saved(book))
    assert PHRASE not in cells(result, 0).values()
    assert PHRASE in cells(result, 1).values()


def test_a_sheet_without_room_is_refused() -> None:
    """All columns beyond the data are hidden: the other place is named."""
    book = made(("a", "b"))
    dimension = book.active.column_dimensions["C"]
    dimension.hidden, dimension.min, dimension.max = True, 3, 16_384
    with pytest.raises(PlanError, match="--position end"):
        TRIED.render(saved(book))
    assert cells(TRIED.render(saved(book), position="end"))["A3"] == PHRASE


@pytest.mark.parametrize(
    "change",
    [
        lambda book: setattr(book.active.row_dimensions[1], "hidden", True),
        lambda book: setattr(book.active.column_dimensions["A"], "hidden", True),
        lambda book: setattr(book.active["A1"], "font", Font(color="FFFFFFFF")),
        lambda book: setattr(book.active["A1"], "font", Font(size=2)),
        lambda book: setattr(book.worksheets[0], "sheet_state", "veryHidden"),
    ],
    ids=["row", "column", "white", "tiny", "sheet"],
)
def test_what_nobody_sees_is_left_to_a_person(change: Any) -> None:  # noqa: ANN401 - same
    """Hidden rows, columns and sheets, and letters that cannot be read."""
    book = made((PHRASE,), ("b",))
    book.create_sheet("Two")
    assert TRIED.inspect(saved(book)).finding is Finding.FOUND
    change(book)
    assert [finding for _, finding in TRIED.seen(saved(book))] == ["review"]


def test_white_on_a_ground_of_its_own_is_seen() -> None:
    """A filled cell may have white letters."""
    book = made((PHRASE,))
    book.active["A1"].font = Font(color="FFFFFFFF")
    book.active["A1"].fill = PatternFill("solid", fgColor="FF222222")
    assert TRIED.seen(saved(book)) == [("start", "found")]


def test_bare_words_count_in_the_first_and_last_row() -> None:
    """Between them they may be data."""
    book = made(("AI生成",), ("x",), ("AI生成",), ("y",), ("AI生成",))
    assert TRIED.seen(saved(book)) == [("start", "found"), ("middle", "review"), ("end", "found")]


@pytest.mark.parametrize("name", ["plain.xlsx", "streamed.xlsx"])
def test_damage_never_escapes(name: str) -> None:
    """Damaged copies are looked at or refused with an error of ours."""
    assert TRIED.survives(SAMPLES[name], 11) > 0


@pytest.mark.oracle
def test_pictures_and_tables_are_no_place() -> None:
    """A label under a logo or a chart would not be seen; one in a table would be data."""
    book = made(*[(None,)] * 4, ("a", "b"), (1, 2))
    sheet = book.active
    logo = io.BytesIO()
    PIL.Image.new("RGB", (300, 60)).save(logo, "PNG")
    sheet.add_image(Image(logo), "A1")
    sheet.add_table(Table(displayName="T", ref="A5:B20"))
    chart = BarChart()
    chart.add_data(Reference(sheet, range_string="Worksheet!$B$5:$B$6"))
    sheet.add_chart(chart, "D2")
    data = saved(book)
    before = cells(data)
    added = {place for place in cells(TRIED.render(data, position="both")) if place not in before}
    assert len(added) == 2
    (start,) = (place for place in added if not place.startswith("A"))
    (end,) = added - {start}
    assert openpyxl.utils.cell.coordinate_from_string(start)[0] > "K"
    assert int(end[1:]) >= 22


def test_an_empty_sheet_takes_one_label() -> None:
    """Even where it has cells that are merged, and no rows."""
    data = swapped("<sheetData/><mergeCells><mergeCell ref='A1:B2'/></mergeCells>")
    assert TRIED.marks(data, position="both") == ["start"]
    assert TRIED.seen(TRIED.render(data, position="both")) == [("start", "found")]


def test_hostile_columns_are_limited() -> None:
    """Asking each text whether one of very many columns hides it would take hours."""
    columns = "<cols>" + "<col min='1' max='16384' hidden='1'/>" * 40_000 + "</cols>"
    data = swapped(f"{columns}<sheetData>{CELL.format('<t>AI</t>')}</sheetData>")
    with pytest.raises(LimitExceededError):
        TRIED.inspect(data)
    with pytest.raises(LimitExceededError):
        TRIED.render(data)


def test_a_format_that_shows_nothing_hides() -> None:
    """Its cell looks empty."""
    book = made((PHRASE,))
    book.active["A1"].number_format = ";;;"
    assert TRIED.inspect(saved(book)).finding is Finding.REVIEW


@pytest.mark.parametrize(
    "text",
    [
        f"<t>{PHRASE}</t>",
        "<t>本内容由人工智能生成</t>",
        "<t>本内容由ＡＩ生成</t>",
        "<t>本内容由&#65;&#x49;生成</t>",
        "<t>本内容由A<!-- -->I生成</t>",
        "<t>本内容由A<![CDATA[I]]>生成</t>",
        "<t>本内容由A<?x?>I生成</t>",
        "<r><t>本内容由A</t></r><r><t>I生成</t></r>",
        "<r ><t>本内容由A</t></r ><r\n><t>I生成</t></r>",
        f'<x:r xmlns:x="{URI}"><t>本内容由A</t></x:r><y:r xmlns:y="{URI}"><t>I生成</t></y:r>',
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_texts_are_found_however_they_are_written(text: str, encoding: str) -> None:
    """Escaped, cut by runs, comments and sections, or in two bytes a character."""
    head = f'<?xml version="1.0" encoding="{encoding.removesuffix("-sig")}"?>'
    data = swapped(f"<sheetData>{CELL.format(text)}</sheetData>", head, encoding)
    assert TRIED.seen(data) == [("start", "found")]


def test_a_sheet_that_names_no_ai_is_not_taken_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    """A table of numbers is told to hold no label without a look at its cells."""
    monkeypatch.setattr("ailabel.marks.document.xlsx.cells", None)
    data = swapped(f"<sheetData>{CELL.format('<t>潮水</t>')}</sheetData>")
    assert TRIED.inspect(data).finding is Finding.NOT_FOUND


def swapped(inner: str, head: str = "", encoding: str = "utf-8") -> bytes:
    """Return a workbook whose sheet holds this."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(SAMPLES["plain.xlsx"])) as old,
        zipfile.ZipFile(out, "w") as new,
    ):
        for name in old.namelist():
            is_sheet = name == "xl/worksheets/sheet1.xml"
            sheet = f'{head}<worksheet xmlns="{URI}">{inner}</worksheet>'.encode(encoding)
            new.writestr(name, sheet if is_sheet else old.read(name))
    return out.getvalue()
