"""The explicit label of OpenDocument files: texts, spreadsheets, presentations.

In a text it is a paragraph of its own before or behind everything; in a spreadsheet a cell at the
top or below everything, where no other cell has to move; in a presentation a text box in the lower
right corner of the first or the last slide that is shown. ``content.xml`` is edited by splicing.

Looked at are the paragraphs of the content, those of cells, frames and lists included. A sentence
that says so counts anywhere; bare words such as ``AI生成`` count at the ends: the first and last
paragraph, row or slide, but not as a title. Text that is hidden, pale or tiny is left to a person.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ailabel.codecs.bundle import Bundle, check_unsigned, open_bundle
from ailabel.codecs.markup import Element, appended, encode, escape, events
from ailabel.codecs.opendocument import (
    DRAW,
    OFFICE,
    TABLE,
    TEXT,
    Content,
    Paragraph,
    Styles,
    find_content,
    paragraphs,
    read_styles,
    with_styles,
)
from ailabel.codecs.opendocument_table import read_grid
from ailabel.errors import PlanError
from ailabel.io.source import check_limit
from ailabel.io.splice import Edit
from ailabel.marks.document.lines import conclude, judged, places_of, wording_of
from ailabel.marks.document.plate import LEAST_SIZE, Plate, plate_of
from ailabel.spi import Evidence, Mark, Rendition

if TYPE_CHECKING:
    from ailabel.io.source import View
    from ailabel.marks.document.lines import Line
    from ailabel.model.media import Format
    from ailabel.spi import MarkSpec, Sighting

__all__ = ["MARKER"]

_PART: Final = "content.xml"
_STYLES: Final = "styles.xml"
_URN: Final = "urn:oasis:names:tc:opendocument:xmlns"
_BEFORE: Final = {  # what precedes the first paragraph of a text [ODF1 3.4]
    (OFFICE, "forms"),
    *((TEXT, f"{name}-decls") for name in ("variable", "sequence", "user-field")),
    (TEXT, "dde-connection-decls"),
    (TEXT, "alphabetical-index-auto-mark-file"),
    (TEXT, "tracked-changes"),
    *((TABLE, name) for name in ("calculation-settings", "content-validations", "label-ranges")),
}
_BEHIND: Final = {  # what follows the last
    *((TABLE, name) for name in ("named-expressions", "database-ranges", "data-pilot-tables")),
    *((TABLE, name) for name in ("consolidation", "dde-links")),
}
_NOT_SHAPES: Final = ("animations", "notes", "par", "seq")  # what follows the shapes of a slide
_SLIDE: Final = (25.4, 14.29)  # centimetres: the smallest usual one, where the masters do not say
_POINT: Final = 2.54 / 72
_NAMES: Final = ("AILabelParagraph", "AILabelPlate", "AILabelLetters")
_SPACES: Final = " ".join(
    f'xmlns:{name}="{_URN}:{uri}:1.0"'
    for name, uri in (("s", "style"), ("f", "xsl-fo-compatible"), ("d", "drawing"), ("t", "text"))
)
_LETTERS: Final = (
    '<s:style {spaces} s:name="{name}" s:family="paragraph"><s:paragraph-properties '
    'f:text-align="center" f:margin-left="0cm" f:margin-right="0cm" f:text-indent="0cm"/>'
    '<s:text-properties f:color="{colour}" f:font-size="{size}pt" s:font-size-asian="{size}pt" '
    't:display="true"/></s:style>'
)
_PLATE: Final = (
    '<s:style {spaces} s:name="{name}" s:family="graphic"><s:graphic-properties d:stroke="none" '
    'd:fill="solid" d:fill-color="#121212" d:textarea-vertical-align="middle" '
    'd:auto-grow-height="false" d:auto-grow-width="false" f:padding="0cm" f:wrap-option="wrap"/>'
    "</s:style>"
)
_FRAME: Final = (
    '<d:frame xmlns:d="{draw}" xmlns:v="{urn}:svg-compatible:1.0" xmlns:t="{text_uri}" '
    'd:name="AI label" d:style-name="{plate}" v:x="{x:.3f}cm" v:y="{y:.3f}cm" '
    'v:width="{width:.3f}cm" v:height="{height:.3f}cm"><d:text-box>'
    '<t:p t:style-name="{letters}">{text}</t:p></d:text-box></d:frame>'
)


class _Odf:
    def render(self, view: View, file_format: Format, spec: MarkSpec) -> Rendition:
        """Plan the label: at the start unless told otherwise, the end, or both."""
        text, places = wording_of(spec), places_of(spec)
        bundle = _open(view)
        check_unsigned(bundle)
        data = bundle.read_long(_PART)
        content = find_content(data, _PART)
        make = {"odt": _paragraphs, "ods": _cells, "odp": _frames}[file_format.id]
        edits = make(bundle, content, text, places, data)
        shown = edits if file_format.id == "ods" else edits[1:]
        return Rendition(
            edits=bundle.change({_PART: edits}, {}),
            marks=tuple(Mark(text=text, place=place) for place in places[: len(shown)]),
        )

    def inspect(self, view: View, file_format: Format, *, explain: bool = False) -> Evidence:  # noqa: ARG002 - the contract
        """Look for the label in the paragraphs of the content."""
        bundle = _open(view)
        styles = _styles(bundle)
        found: list[tuple[Paragraph, Line]] = []
        units: list[int] = []
        for paragraph in paragraphs(bundle.read_long(_PART), _PART, styles):
            if not paragraph.text.strip():
                continue
            is_shown = not _is_unseen(paragraph.owner, styles)
            if is_shown:
                units += _new(units, _unit(paragraph, file_format.id))
            obscured = paragraph.is_obscured or not is_shown
            found += ((paragraph, line) for line in judged(paragraph.text, obscured=obscured))
            check_limit(_PART, len(found), view.limits.items)
        return conclude(_sighting(item, line, units, file_format.id) for item, line in found)


MARKER: Final = _Odf()


def _open(view: View) -> Bundle:
    bundle = open_bundle(view)
    bundle.archive.check_layout()
    return bundle


def _styles(bundle: Bundle) -> Styles:
    styles = Styles()
    for part in (_STYLES, _PART):
        if part in bundle.members:
            read_styles(bundle.read_long(part), part, styles)
    return styles


def _paragraphs(
    bundle: Bundle, content: Content, text: str, places: tuple[str, ...], data: bytes
) -> list[Edit]:
    del bundle
    name = _free(_NAMES[0], data)
    style = _LETTERS.format(spaces=_SPACES, name=name, colour="#000000", size=LEAST_SIZE)
    markup = f'<t:p xmlns:t="{TEXT}" t:style-name="{name}">{escape(text)}</t:p>'
    edits = [with_styles(content, style, data)]
    if content.body.is_empty:
        return [*edits, appended(content.body, markup, data)]
    inner = [item for item in content.children if (item.uri, item.name) not in _BEFORE]
    behind = [item for item in inner if (item.uri, item.name) in _BEHIND]
    start = inner[0].start if inner else content.body.inner_end
    end = behind[0].start if behind else content.body.inner_end
    at = {"start": start, "end": end}
    return [*edits, *(Edit(at[place], 0, encode(markup, data)) for place in places)]


def _cells(
    bundle: Bundle, content: Content, text: str, places: tuple[str, ...], data: bytes
) -> list[Edit]:
    styles = _styles(bundle)
    tables = [item for item in content.children if (item.uri, item.name) == (TABLE, "table")]
    shown = [item for item in tables if not _is_unseen(item, styles)]
    if not shown:
        raise PlanError("the workbook shows no sheet that a label could stand on")
    edits: list[Edit] = []
    for place in places:
        table = shown[0 if place == "start" else -1]
        grid = read_grid(data, _PART, table)
        if edits and not grid.last_row:
            break  # one label fills an empty sheet
        edits.append(grid.start(text, data) if place == "start" else grid.finish(text, data))
    return edits


def _frames(
    bundle: Bundle, content: Content, text: str, places: tuple[str, ...], data: bytes
) -> list[Edit]:
    styles = _styles(bundle)
    pages = [item for item in content.children if (item.uri, item.name) == (DRAW, "page")]
    shown = [item for item in pages if not _is_unseen(item, styles)]
    if not shown:
        raise PlanError("the presentation shows no slide that a label could stand on")
    plate, letters = _free(_NAMES[1], data), _free(_NAMES[2], data)
    slide = styles.size or _SLIDE
    box = plate_of((slide[0] / _POINT, slide[1] / _POINT), text)
    made = _PLATE.format(spaces=_SPACES, name=plate)
    made += _LETTERS.format(spaces=_SPACES, name=letters, colour="#ffffff", size=box.size)
    markup = _frame(text, box, (plate, letters))
    chosen = {shown[0 if place == "start" else -1].start: place for place in places}
    on_pages = (_into_page(page, markup, data) for page in shown if page.start in chosen)
    return [with_styles(content, made, data), *on_pages]


def _frame(text: str, plate: Plate, names: tuple[str, str]) -> str:
    return _FRAME.format(
        draw=DRAW,
        urn=_URN,
        text_uri=TEXT,
        plate=names[0],
        letters=names[1],
        x=plate.left * _POINT,
        y=plate.top * _POINT,
        width=plate.width * _POINT,
        height=plate.height * _POINT,
        text=escape(text),
    )


def _into_page(page: Element, markup: str, data: bytes) -> Edit:
    """Put a frame in front of a slide's other shapes."""
    for element, event in events(data, _PART):
        behind = element.depth == page.depth + 1 and page.start < element.start < page.end
        if event is True and behind and element.name in _NOT_SHAPES:
            return Edit(element.start, 0, encode(markup, data))
    return appended(page, markup, data)


def _free(name: str, data: bytes) -> str:
    """Return a name that no style of the document has."""
    number = 1
    while encode(f'"{name}{number}"', data) in data:
        number += 1
    return f"{name}{number}"


def _is_unseen(owner: Element, styles: Styles) -> bool:
    names = (owner.attributes.get(f"{{{uri}}}style-name", "") for uri in (DRAW, TABLE))
    return any(name in styles.unseen for name in names if name)


def _unit(paragraph: Paragraph, kind: str) -> int:
    """Return what counts as first or last: a paragraph, a row of cells, a slide."""
    if kind == "odp":
        return paragraph.owner.start
    if kind == "ods" and paragraph.cell is not None and paragraph.cell.parent is not None:
        return paragraph.cell.parent.start
    return -paragraph.number


def _new(units: list[int], unit: int) -> list[int]:
    return [] if units and units[-1] == unit else [unit]


def _sighting(paragraph: Paragraph, line: Line, units: list[int], kind: str) -> Sighting:
    unit = _unit(paragraph, kind)
    place = "middle"
    if units and not paragraph.is_title:
        place = "start" if unit == units[0] else "end" if unit == units[-1] else "middle"
    return line.sighting(place, f"{_PART}, paragraph {paragraph.number}")
