"""Paragraphs of WordprocessingML as a reader sees them."""

from __future__ import annotations

from typing import Final

import pytest

from ailabel.codecs.wordml import Paragraph, Styles, find_body, paragraphs, read_styles
from ailabel.errors import MalformedFileError
from builders.docx import DOCUMENT, W, paragraph

_FALLBACK: Final = (
    '<mc:AlternateContent xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006">'
    "<mc:Choice Requires='wps'>{0}</mc:Choice><mc:Fallback>{0}</mc:Fallback></mc:AlternateContent>"
)


def _read(body: str, styles: Styles | None = None) -> list[Paragraph]:
    return list(paragraphs((DOCUMENT % body).encode(), "part", styles or Styles()))


def _styles(markup: str) -> Styles:
    return read_styles(f'<w:styles xmlns:w="{W}">{markup}</w:styles>'.encode(), "styles")


def _styled(style: str) -> str:
    return f'<w:p><w:pPr><w:pStyle w:val="{style}"/></w:pPr><w:r><w:t>x</w:t></w:r></w:p>'


def test_runs_are_joined() -> None:
    """A paragraph is the text of its runs, with tabs and line breaks."""
    body = (
        "<w:p><w:r><w:t>本内容</w:t></w:r><w:hyperlink><w:r><w:t>由AI</w:t><w:tab/><w:t>生成</w:t>"
        "<w:br/><w:t xml:space='preserve'> next</w:t></w:r></w:hyperlink></w:p><w:p/>"
    )
    assert _read(body) == [Paragraph(1, "本内容由AI\t生成\n next", ""), Paragraph(2, "", "")]


def test_tables_boxes_and_controls_are_read_once() -> None:
    """Nested paragraphs count, and alternatives for old programs do not."""
    box = f"<w:pict><w:txbxContent>{paragraph('box')}</w:txbxContent></w:pict>"
    body = (
        f"<w:sdt><w:sdtContent>{paragraph('control')}</w:sdtContent></w:sdt>"
        f"<w:tbl><w:tr><w:tc>{paragraph('cell')}</w:tc></w:tr></w:tbl>"
        f"<w:p><w:r>{_FALLBACK.format(box)}<w:t>around</w:t></w:r></w:p>"
    )
    found = [(item.number, item.text) for item in _read(body)]
    assert found == [(1, "control"), (2, "cell"), (4, "box"), (3, "around")]


def test_deleted_and_moved_text_does_not_count() -> None:
    """Tracked deletions are gone for the reader; insertions are there."""
    body = (
        "<w:p><w:pPr><w:rPr><w:del w:id='1'/></w:rPr></w:pPr>"
        "<w:del w:id='2'><w:r><w:delText>old</w:delText></w:r></w:del>"
        "<w:moveFrom w:id='3'><w:r><w:t>away</w:t></w:r></w:moveFrom>"
        "<w:ins w:id='4'><w:r><w:t>new</w:t></w:r></w:ins>"
        "<w:r><w:instrText>PAGE</w:instrText></w:r></w:p>"
    )
    assert _read(body) == [Paragraph(1, "new", "")]


@pytest.mark.parametrize(
    "look",
    [
        "<w:vanish/>",
        '<w:vanish w:val="1"/>',
        "<w:specVanish/>",
        '<w:color w:val="FFFFFF"/>',
        '<w:color w:val="F0F0E8"/>',
        '<w:color w:val="000000" w:themeColor="background1"/>',
        '<w:sz w:val="2"/>',
    ],
)
def test_hidden_pale_and_tiny_text_is_told_apart(look: str) -> None:
    """Text that nobody can read is not seen, but told."""
    body = f"<w:p><w:r><w:t>seen </w:t></w:r>{paragraph('x', f'<w:rPr>{look}</w:rPr>')[5:]}"
    assert _read(body) == [Paragraph(1, "seen ", "seen x")]


@pytest.mark.parametrize(
    "look",
    [
        '<w:vanish w:val="0"/>',
        '<w:vanish w:val="false"/>',
        '<w:color w:val="auto"/>',
        '<w:color w:val="FF0000"/>',
        '<w:color w:val="FFFFFF" w:themeColor="text1"/>',
        '<w:sz w:val="21"/>',
        '<w:sz w:val="12pt"/>',
        "<w:b/>",
    ],
)
def test_plain_text_is_seen(look: str) -> None:
    """Ordinary formatting, or the switching off of a hidden one, leaves text to be seen."""
    assert _read(paragraph("x", f"<w:rPr>{look}</w:rPr>")) == [Paragraph(1, "x", "")]


def test_styles_hide_text_too() -> None:
    """Styles, those that they build on, the default style and the defaults are followed."""
    ghost = '<w:style w:type="paragraph" w:styleId="g"><w:rPr><w:vanish/></w:rPr></w:style>'
    child = '<w:style w:type="paragraph" w:styleId="c"><w:basedOn w:val="g"/></w:style>'
    styles = _styles(ghost + child)
    assert [bool(item.obscured) for item in _read(_styled("g"), styles)] == [True]
    assert [bool(item.obscured) for item in _read(_styled("c"), styles)] == [True]
    assert [bool(item.obscured) for item in _read(_styled("unknown"), styles)] == [False]
    run = paragraph("x", '<w:rPr><w:rStyle w:val="g"/></w:rPr>')
    assert [bool(item.obscured) for item in _read(run, styles)] == [True]
    shown = paragraph("x", '<w:rPr><w:rStyle w:val="g"/><w:vanish w:val="0"/></w:rPr>')
    assert [bool(item.obscured) for item in _read(shown, styles)] == [False]
    default = _styles(ghost.replace("w:styleId", 'w:default="1" w:styleId'))
    assert [bool(item.obscured) for item in _read(paragraph("x"), default)] == [True]
    tiny = _styles(
        '<w:docDefaults><w:rPrDefault><w:rPr><w:sz w:val="1"/></w:rPr></w:rPrDefault>'
        "</w:docDefaults>"
    )
    assert [bool(item.obscured) for item in _read(paragraph("x"), tiny)] == [True]


def test_styles_in_a_circle_end() -> None:
    """Styles that build on each other are followed no longer than styles can be."""
    one = '<w:style w:styleId="a"><w:basedOn w:val="b"/></w:style>'
    two = '<w:style w:styleId="b"><w:basedOn w:val="a"/></w:style>'
    assert _read(_styled("a"), _styles(one + two)) == [Paragraph(1, "x", "")]


def test_the_body_is_found() -> None:
    """The section properties that end a body are known, and only those."""
    data = (DOCUMENT % paragraph("x")).encode()
    body = find_body(data, "part")
    assert body.section is not None
    assert data[body.section.start :].startswith(b"<w:sectPr>")
    inner = f"<w:p><w:pPr><w:sectPr/></w:pPr></w:p>{paragraph('x')}"
    bare = f'<w:document xmlns:w="{W}"><w:body>{inner}</w:body></w:document>'.encode()
    assert find_body(bare, "part").section is None
    with pytest.raises(MalformedFileError, match="no body"):
        find_body(b"<a/>", "part")
