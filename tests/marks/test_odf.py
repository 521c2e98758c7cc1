"""The explicit label in OpenDocument files."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING, Final

import defusedxml.ElementTree as ET  # noqa: N817 - its usual name
import pytest

from ailabel.carriers.odf import ODP, ODS, ODT
from ailabel.errors import PlanError
from ailabel.io.source import Limits
from ailabel.marks.document.odf import MARKER
from ailabel.spi import Finding
from builders import odp, ods, odt
from markers import PHRASE, Tried, changed_members

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

TEXT: Final = Tried(MARKER, ODT)
SHEET: Final = Tried(MARKER, ODS)
SLIDES: Final = Tried(MARKER, ODP)
KINDS: Final = {
    name: (tried, data)
    for module, tried in ((odt, TEXT), (ods, SHEET), (odp, SLIDES))
    for name, data in module.samples()
}
_URN: Final = "urn:oasis:names:tc:opendocument:xmlns"
_T: Final = f"{{{_URN}:text:1.0}}"
_TABLE: Final = f"{{{_URN}:table:1.0}}"


def content(data: bytes) -> Element:
    """Return the content of a document, parsed by the standard library."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        root: Element = ET.fromstring(archive.read("content.xml"))
        return root


def texts(data: bytes) -> list[str]:
    """Return the paragraphs of a document."""
    return ["".join(item.itertext()) for item in content(data).iter(f"{_T}p")]


def table(data: bytes) -> list[list[str]]:
    """Return the cells of the first table, counts spelled out, as a program would show them."""
    rows: list[list[str]] = []
    for row in content(data).iter(f"{_TABLE}table-row"):
        cells: list[str] = []
        for cell in row:
            count = int(cell.get(f"{_TABLE}number-columns-repeated", "1"))
            cells += ["".join(cell.itertext())] * count
        rows += [cells] * int(row.get(f"{_TABLE}number-rows-repeated", "1"))
    return rows


def made(kind: str, body: str, styles: str = "") -> bytes:
    """Return a document of a kind with this body and these automatic styles."""
    whole = odt.document(kind, body)
    spaces = "".join(
        f' xmlns:{name}="{_URN}:{uri}:1.0"'
        for name, uri in (("style", "style"), ("fo", "xsl-fo-compatible"), ("p", "presentation"))
    )
    made = f"<office:automatic-styles{spaces}>{styles}</office:automatic-styles><office:body>"
    return odt.zipped(odt.package(kind, whole.replace("<office:body>", made)))


def cell(text: str, attributes: str = "") -> str:
    """Return a cell that holds a text."""
    return (
        f'<table:table-cell office:value-type="string"{attributes}><text:p>{text}</text:p>'
        "</table:table-cell>"
    )


@pytest.mark.parametrize("name", KINDS)
def test_every_kind_takes_the_label(name: str) -> None:
    """It is found again, and only the content changes."""
    tried, data = KINDS[name]
    assert tried.inspect(data).finding is Finding.NOT_FOUND
    result = tried.render(data)
    assert tried.seen(result) == [("start", "found")]
    assert changed_members(data, result) == ["content.xml"]
    assert tried.inspect(tried.render(data, position="end")).finding is Finding.FOUND


def test_a_long_text_takes_it_too() -> None:
    """What a document shows may be longer than its metadata: a table of numbers often is."""
    data = made("text", "".join(f"<text:p>{'潮水' * 9000}{page}</text:p>" for page in range(90)))
    assert len(zipfile.ZipFile(io.BytesIO(data)).read("content.xml")) > Limits().inflate_bytes
    result = TEXT.render(data, position="both")
    assert TEXT.seen(result) == [("start", "found"), ("end", "found")]
    assert changed_members(data, result) == ["content.xml"]


def test_a_text_takes_paragraphs() -> None:
    """Before and behind everything, but behind what a text must begin with."""
    before = '<text:sequence-decls><text:sequence-decl text:name="x"/></text:sequence-decls>'
    data = made("text", f"{before}<text:h>Title</text:h><text:p>end</text:p>")
    result = TEXT.render(data, position="both")
    assert texts(result) == [PHRASE, "end", PHRASE]
    body = next(content(result).iter(f"{{{_URN}:office:1.0}}text"))
    assert [item.tag.rpartition("}")[2] for item in body] == [
        *("sequence-decls", "p", "h", "p", "p"),
    ]


def test_a_text_without_anything_takes_one() -> None:
    """An empty element is opened."""
    data = odt.zipped(odt.package("text", odt.document("text", "").replace("></", " />", 0)))
    assert texts(TEXT.render(data)) == [PHRASE]


def test_no_cell_moves() -> None:
    """What holds something keeps its row and column; counts of empty cells are split."""
    rows = (
        f"<table:table-row>{cell('a')}{cell('b')}"
        '<table:table-cell table:number-columns-repeated="10"/></table:table-row>'
        f"<table:table-row>{cell('c')}</table:table-row>"
        '<table:table-row table:number-rows-repeated="100"><table:table-cell/></table:table-row>'
    )
    data = made("spreadsheet", f'<table:table table:name="One">{rows}</table:table>')
    before, after = table(data), table(SHEET.render(data, position="both"))
    assert len(after) == len(before) == 102
    assert after[0] == ["a", "b", "", PHRASE, *[""] * 8]
    assert after[1] == before[1]
    assert after[3][0] == PHRASE
    assert [row for index, row in enumerate(after) if index not in {0, 3}] == [
        row for index, row in enumerate(before) if index not in {0, 3}
    ]


def test_an_empty_first_row_is_taken() -> None:
    """The label stands in it, and the rows below keep their numbers."""
    rows = (
        '<table:table-row table:number-rows-repeated="3"><table:table-cell/></table:table-row>'
        f"<table:table-row>{cell('a')}</table:table-row>"
    )
    data = made("spreadsheet", f'<table:table table:name="One">{rows}</table:table>')
    after = table(SHEET.render(data))
    assert (after[0][0], after[3][0], len(after)) == (PHRASE, "a", 4)


def test_hidden_columns_and_tables_are_avoided() -> None:
    """The label stands where it can be seen."""
    columns = '<table:table-column table:visibility="collapse" table:number-columns-repeated="2"/>'
    rows = f"<table:table-row>{cell('a')}</table:table-row>"
    hidden = '<style:style style:name="h" style:family="table"><style:table-properties {}/>'
    styles = hidden.format(f'xmlns:t="{_URN}:table:1.0" t:display="false"') + "</style:style>"
    body = (
        f'<table:table table:style-name="h" table:name="No">{rows}</table:table>'
        f'<table:table table:name="Yes">{columns}{rows}</table:table>'
    )
    result = SHEET.render(made("spreadsheet", body, styles))
    assert table(result) == [["a"], ["a", "", PHRASE]]
    body = f'<table:table table:style-name="h" table:name="No">{rows}</table:table>'
    with pytest.raises(PlanError, match="shows no sheet"):
        SHEET.render(made("spreadsheet", body, styles))


def test_a_show_takes_frames() -> None:
    """The first and the last slide that is shown, before their notes."""
    notes = "<p:notes/>".replace("p:", "presentation:")
    page = (
        '<draw:page xmlns:presentation="urn:oasis:names:tc:opendocument:xmlns:presentation:1.0" '
        'draw:name="{0}"{1}><draw:frame><draw:text-box><text:p>{0}</text:p></draw:text-box>'
        f"</draw:frame>{notes}</draw:page>"
    )
    hide = (
        '<style:style style:name="h" style:family="drawing-page"><style:drawing-page-properties '
        'p:visibility="hidden"/></style:style>'
    )
    body = page.format("a", ' draw:style-name="h"') + page.format("b", "") + page.format("c", "")
    result = SLIDES.render(made("presentation", body, hide), position="both")
    assert texts(result) == ["a", "b", PHRASE, "c", PHRASE]
    assert SLIDES.seen(result) == [("start", "found"), ("end", "found")]
    for slide in content(result).iter(f"{{{_URN}:drawing:1.0}}page"):
        assert slide[-1].tag.endswith("}notes")


@pytest.mark.parametrize(
    "properties",
    ['text:display="none"', 'fo:color="#fefefe"', 'fo:font-size="2pt"'],
)
def test_what_nobody_sees_is_left_to_a_person(properties: str) -> None:
    """Letters that are hidden, pale or tiny, by a style or one that it builds on."""
    style = (
        f'<style:style style:name="base" style:family="paragraph"><style:text-properties '
        f'{properties}/></style:style><style:style style:name="own" style:family="paragraph" '
        'style:parent-style-name="base"/>'
    )
    body = '<text:p text:style-name="own">' + PHRASE + "</text:p><text:p>b</text:p>"
    assert TEXT.seen(made("text", body)) == [("start", "found")]
    assert TEXT.seen(made("text", body, style)) == [("start", "review")]


@pytest.mark.parametrize(
    "body",
    [
        f"<text:tracked-changes><text:p>{PHRASE}</text:p></text:tracked-changes>",
        f"<text:p>a<office:annotation><text:p>{PHRASE}</text:p></office:annotation></text:p>",
        f"<text:p>a<text:note><text:p>{PHRASE}</text:p></text:note></text:p>",
    ],
)
def test_what_is_no_part_of_the_text_does_not_count(body: str) -> None:
    """Deleted text, comments and notes."""
    assert TEXT.inspect(made("text", body)).finding is Finding.NOT_FOUND


def test_signed_documents_are_refused() -> None:
    """A change would break the signature."""
    signed = odt.package("text", odt.TEXT) | {"META-INF/documentsignatures.xml": b"<a/>"}
    with pytest.raises(PlanError, match="signed"):
        TEXT.render(odt.zipped(signed))


@pytest.mark.parametrize("name", ["plain.odt", "plain.ods", "plain.odp"])
def test_damage_never_escapes(name: str) -> None:
    """Damaged copies are looked at or refused with an error of ours."""
    tried, data = KINDS[name]
    assert tried.survives(data, 5) > 0


def test_what_is_split_keeps_what_it_says_of_itself() -> None:
    """Hidden rows stay hidden, validity stays; a formula without a value is no empty cell."""
    rows = (
        f"<table:table-row>{cell('a')}<table:table-cell table:content-validation-name='v'"
        " table:number-columns-repeated='9'/></table:table-row>"
        "<table:table-row><table:table-cell table:formula='of:=1+1'/></table:table-row>"
        "<table:table-row table:number-rows-repeated='50' table:visibility='collapse'>"
        "<table:table-cell/></table:table-row>"
    )
    data = made("spreadsheet", f'<table:table table:name="One">{rows}</table:table>')
    result = content(SHEET.render(data, position="both"))
    split = list(result.iter(f"{_TABLE}table-row"))
    counts = [int(row.get(f"{_TABLE}number-rows-repeated", "1")) for row in split]
    assert counts == [1, 1, 1, 1, 48]
    assert [row.get(f"{_TABLE}visibility") for row in split] == [
        *(None, None, "collapse", None, "collapse"),
    ]
    validated = [item.get(f"{_TABLE}content-validation-name") for item in split[0]]
    assert validated == [None, "v", None, "v"]


def test_styles_around_a_text_are_inherited() -> None:
    """The innermost that says something counts, however deep the text stands."""
    styles = (
        '<style:style style:name="H"><style:text-properties xmlns:t="'
        f'{_URN}:text:1.0" t:display="none"/></style:style>'
        '<style:style style:name="S"><style:text-properties xmlns:t="'
        f'{_URN}:text:1.0" t:display="true"/></style:style>'
    )
    inner = f'<text:span text:style-name="S">{PHRASE}</text:span>'
    for body, finding in ((PHRASE, Finding.REVIEW), (inner, Finding.FOUND)):
        nested = "<text:list><text:list-item>" * 40
        ends = "</text:list-item></text:list>" * 40
        text = f'{nested}<text:p text:style-name="H">{body}</text:p>{ends}'
        assert TEXT.inspect(made("text", text, styles)).finding is finding
