"""Pages: headings, paragraphs, tables and pictures, set into a PDF by fpdf2."""

from __future__ import annotations

import io
from itertools import chain, pairwise
from typing import TYPE_CHECKING, Any, Final, TypeAlias, cast

from ailabel.errors import MissingExtraError
from ailabel.evidence.breaking import broken
from ailabel.values import frozen

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

__all__ = ["Block", "Heading", "Lines", "Paragraph", "Picture", "Table", "load_font", "pdf"]

_FAMILY: Final = "noto"
_MARGIN: Final = 18  # millimetres, as all measures here
_BODY, _SMALL = 10.5, 8.5  # points
_HEADINGS: Final = {1: 18.0, 2: 13.0, 3: 11.0}
_ROOM: Final = {1: 60, 2: 45, 3: 110}  # what must follow a heading on its page
_LEADING: Final = 0.53  # of a line, in millimetres a point
_CHINESE: Final = 2  # the face for simplified Chinese in the collection of fonts
_GREY, _RULE = 90, 190  # of small print and of rules, 0 to 255
_SHADE: Final = (238, 241, 245)
_REPLACEMENT: Final = "\u25a1"  # an empty square; the font has no replacement character
_PADDING: Final = 1  # of a cell
_SLACK: Final = 0.1  # that sums of widths may be off
_CAPTION: Final = 8  # a line below a picture, with what stands around it


@frozen
class Heading:
    """A heading of level 1, 2 or 3."""

    text: str
    level: int = 2


@frozen
class Paragraph:
    """A paragraph; small print is set smaller and in grey."""

    text: str
    small: bool = False


@frozen
class Table:
    """Rows of cells, the first being the head; widths are shares of the line."""

    rows: tuple[tuple[str, ...], ...]
    widths: tuple[int, ...]


@frozen
class Picture:
    """A JPEG picture, as wide as the line or as high as half a page, with a line below."""

    data: bytes
    caption: str


@frozen
class Lines:
    """Ruled lines to be filled in by hand, with what stands before each."""

    names: tuple[str, ...]


Block: TypeAlias = Heading | Paragraph | Table | Picture | Lines


def load_font() -> str:
    """Return the path of the font that holds all Chinese characters.

    Raises:
        MissingExtraError: the optional packages are not installed.
    """
    try:
        import fpdf
        import noto_cjk_sans_otc as fonts
    except ImportError:
        raise MissingExtraError("evidence", "evidence packs") from None
    del fpdf
    from importlib.resources import files

    return str(files(fonts) / "NotoSansCJK-Regular.ttc")


def pdf(title: str, blocks: Iterable[Block], foot: str, made: datetime) -> bytes:
    """Return a document.

    Args:
        title: of the document's properties.
        blocks: what stands in it.
        foot: stands at the end of each page, before the page's number.
        made: when; it stands in the document's properties.

    Raises:
        MissingExtraError: the optional packages are not installed.
    """
    font = load_font()
    import fpdf

    class _Paper(fpdf.FPDF):
        def footer(self) -> None:
            self.set_y(-_MARGIN + 4)
            self.set_font(_FAMILY, size=_SMALL)
            self.set_text_color(_GREY)
            self.cell(0, 4, f"{foot}    {self.page_no()}", align="C")

    paper = _Paper(format="A4")
    paper.set_margins(_MARGIN, _MARGIN)
    paper.set_auto_page_break(auto=True, margin=_MARGIN)
    paper.add_font(_FAMILY, "", font, collection_font_number=_CHINESE)
    paper.set_title(title)
    paper.set_creator("ailabel")
    paper.set_creation_date(made)
    paper.add_page()
    known = cast("fpdf.fonts.TTFFont", paper.fonts[_FAMILY]).cmap
    for block, following in pairwise(chain(blocks, [None])):
        if block is not None:
            _SETTERS[type(block)](_Page(paper, known, following), block)
    return bytes(paper.output())


@frozen
class _Page:
    """Where blocks are set, the characters that can be, and the block that comes next."""

    paper: Any
    known: Any
    following: Block | None = None

    def clean(self, text: str) -> str:
        """Replace what the font does not have."""
        return "".join(
            char if char == "\n" or ord(char) in self.known else _REPLACEMENT for char in text
        )

    def lines(self, text: str, width: float) -> str:
        """Return a text with its lines ended as they should be, in the font that is set."""
        return broken(self.clean(text), width - _SLACK, self.paper.get_string_width)

    def write(self, text: str, size: float, grey: int = 0) -> None:
        """Set a paragraph over the whole line."""
        self.paper.set_font(_FAMILY, size=size)
        self.paper.set_text_color(grey)
        self.paper.multi_cell(
            0,
            size * _LEADING,
            self.lines(text, self.paper.epw - 2 * self.paper.c_margin),
            wrapmode="CHAR",
            align="L",
            new_x="LMARGIN",
            new_y="NEXT",
        )


def _heading(page: _Page, block: Heading) -> None:
    page.paper.ln(0 if page.paper.get_y() <= _MARGIN else 4)
    room: float = _ROOM[block.level]
    if isinstance(page.following, Picture):
        room = _HEADINGS[block.level] * _LEADING + 2 + _size(page, page.following)[1] + _CAPTION
    if page.paper.will_page_break(room):
        page.paper.add_page()
    page.write(block.text, _HEADINGS[block.level])
    page.paper.ln(2)


def _paragraph(page: _Page, block: Paragraph) -> None:
    page.write(block.text, _SMALL if block.small else _BODY, _GREY if block.small else 0)
    page.paper.ln(1.6)


def _table(page: _Page, block: Table) -> None:
    page.paper.set_font(_FAMILY, size=_SMALL)
    page.paper.set_text_color(0)
    page.paper.set_draw_color(_RULE)
    with page.paper.table(
        col_widths=block.widths,
        text_align="LEFT",
        line_height=_SMALL * _LEADING,
        wrapmode="CHAR",
        padding=_PADDING,
        headings_style=_head_style(),
    ) as table:
        for cells in block.rows:
            row = table.row()
            for cell, share in zip(cells, block.widths, strict=True):
                width = page.paper.epw * share / sum(block.widths)
                row.cell(page.lines(cell, width - 2 * _PADDING))
    page.paper.ln(3)


def _head_style() -> object:
    from fpdf.fonts import FontFace

    return FontFace(emphasis=None, fill_color=_SHADE)


def _size(page: _Page, block: Picture) -> tuple[float, float]:
    """Return the width and height in which a picture is set."""
    from PIL import Image

    with Image.open(io.BytesIO(block.data)) as image:
        width, height = image.size
    paper = page.paper
    wide = min(paper.epw, paper.eph / 2 * width / height, width * 25.4 / 96)
    return wide, wide * height / width


def _picture(page: _Page, block: Picture) -> None:
    paper = page.paper
    wide, high = _size(page, block)
    if paper.will_page_break(high + _CAPTION):
        paper.add_page()
    paper.image(io.BytesIO(block.data), w=wide, h=high)
    paper.ln(1)
    page.write(block.caption, _SMALL, _GREY)
    paper.ln(3)


def _lines(page: _Page, block: Lines) -> None:
    paper = page.paper
    paper.set_font(_FAMILY, size=_BODY)
    paper.set_text_color(0)
    for name in block.names:
        paper.ln(8)
        paper.cell(45, 6, page.clean(name))
        paper.set_draw_color(0)
        paper.line(paper.get_x(), paper.get_y() + 6, paper.get_x() + 90, paper.get_y() + 6)
        paper.ln(6)


_SETTERS: Final[dict[type, Any]] = {
    Heading: _heading,
    Paragraph: _paragraph,
    Table: _table,
    Picture: _picture,
    Lines: _lines,
}


def rows(head: Sequence[str], body: Iterable[Sequence[str]]) -> tuple[tuple[str, ...], ...]:
    """Return the rows of a table."""
    return (tuple(head), *map(tuple, body))
