"""Documents of known truth, made by programs other than ours.

PDF and pages are printed by a browser, slides by python-pptx, workbooks by openpyxl; the XML of
texts and books is written out here. Every kind has every variant; our own marks are one of them.
"""

from __future__ import annotations

import io
import subprocess
import tempfile
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import ailabel

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["KINDS", "VARIANTS", "make"]

KINDS: Final = ("pdf", "docx", "pptx", "xlsx", "odt", "epub", "html", "md", "txt", "srt")
VARIANTS: Final = {  # name: what stands there, how it looks, whether it is a label that shows
    "sentence first": ("本内容由AI生成", "plain", True),
    "sentence last": ("本文由人工智能生成合成", "last", True),
    "phrase first": ("人工智能生成", "plain", True),
    "with English": ("本内容由AI生成 / AI-generated content", "plain", True),
    "our own mark": ("", "ours", True),
    "white on white": ("本内容由AI生成", "white", False),
    "hidden": ("本内容由AI生成", "hidden", False),
    "negated": ("本内容并非人工智能生成", "plain", False),
    "prose": ("本章讨论如何识别AI生成的内容以及由此引发的争议与应对办法", "plain", False),
    "nothing": ("潮水一天来两次", "plain", False),
}
_PRODUCER: Final = "001191350100M000100Y4310000"
_BODY: Final = ("港口水位观测", "三个验潮站每十分钟读数一次。", "三月七日停电，读数缺失。")
_W: Final = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_URN: Final = "urn:oasis:names:tc:opendocument:xmlns"
_MIME: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
_LINKS: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE: Final = "http://schemas.openxmlformats.org/package/2006"
_RELS: Final = "application/vnd.openxmlformats-package.relationships+xml"
_CSS: Final = {"white": "color: #fff", "hidden": "display: none"}


def make(kind: str, variant: str) -> tuple[str, bytes] | None:
    """Return name and bytes of a document; None where the format cannot hide text so.

    Args:
        kind: one of `KINDS`.
        variant: one of `VARIANTS`.
    """
    text, look, _ = VARIANTS[variant]
    plain = kind in {"md", "txt", "srt"}
    if plain and look in {"white", "hidden"}:
        return None
    lines = list(_BODY)
    if look != "ours":
        lines = [*lines, text] if look == "last" else [text, *lines]
    name = f"document.{kind}"
    data = _MAKERS[kind](lines, text, look)
    if look == "ours":
        spec = ailabel.LabelSpec(producer=_PRODUCER, implicit=False)
        data = ailabel.label_bytes(data, spec, name=name).data
    return name, data


def _pdf(lines: list[str], text: str, look: str) -> bytes:
    css = "visibility: hidden" if look == "hidden" else _CSS.get(look, "")
    pages = "".join(f"<p style='{css if line == text else ''}'>{line}</p>" for line in lines)
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder, "a.html"), Path(folder, "a.pdf")
        whole = (
            f"<!doctype html><meta charset=utf-8><style>@page{{size:A5;margin:2cm}}</style>{pages}"
        )
        source.write_text(whole, encoding="utf-8")
        flags = ("--no-sandbox", "--disable-gpu", "--no-pdf-header-footer")
        command = ["chromium-headless-shell", *flags, f"--print-to-pdf={target}", source.as_uri()]
        subprocess.run(command, check=True, capture_output=True, timeout=60)
        return target.read_bytes()


def _docx(lines: list[str], text: str, look: str) -> bytes:
    formats = {"white": '<w:color w:val="FFFFFF"/>', "hidden": "<w:vanish/>"}
    paragraphs = "".join(
        f"<w:p><w:r><w:rPr>{formats.get(look, '') if line == text else ''}</w:rPr>"
        f"<w:t>{line}</w:t></w:r></w:p>"
        for line in lines
    )
    return _zipped(
        {
            "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types"><Default '
            f'Extension="rels" ContentType="{_RELS}"/>'
            f'<Override PartName="/word/document.xml" ContentType="{_MIME}"/></Types>',
            "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="r1" '
            f'Type="{_LINKS}/officeDocument" Target="word/document.xml"/></Relationships>',
            "word/document.xml": f'<w:document xmlns:w="{_W}"><w:body>{paragraphs}</w:body>'
            "</w:document>",
        }
    )


def _pptx(lines: list[str], text: str, look: str) -> bytes:
    import pptx
    from pptx.dml.color import RGBColor
    from pptx.util import Pt

    show: Any = pptx.Presentation()
    for number, line in enumerate(lines):
        slide = show.slides.add_slide(show.slide_layouts[6])
        box = slide.shapes.add_textbox(Pt(60), Pt(60 + 40 * number), Pt(400), Pt(40))
        box.text_frame.text = line
        if line == text and look == "white":
            box.text_frame.paragraphs[0].runs[0].font.color.rgb = RGBColor.from_string("FFFFFF")  # type: ignore[no-untyped-call]
        if line == text and look == "hidden":
            box._element.nvSpPr.cNvPr.set("hidden", "1")  # noqa: SLF001 - python-pptx has no name for it
    out = io.BytesIO()
    show.save(out)
    return out.getvalue()


def _xlsx(lines: list[str], text: str, look: str) -> bytes:
    import openpyxl
    from openpyxl.styles import Font

    book = openpyxl.Workbook()
    for number, line in enumerate(lines, 1):
        cell = book.active.cell(number, 1, line)
        if line == text and look == "white":
            cell.font = Font(color="FFFFFFFF")
        if line == text and look == "hidden":
            book.active.row_dimensions[number].hidden = True
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _odt(lines: list[str], text: str, look: str) -> bytes:
    properties = {"white": 'fo:color="#ffffff"', "hidden": 'text:display="none"'}.get(look, "")
    spaces = " ".join(
        f'xmlns:{name}="{_URN}:{uri}:1.0"'
        for name, uri in {
            "office": "office",
            "text": "text",
            "style": "style",
            "fo": "xsl-fo-compatible",
        }.items()
    )
    style = (
        '<style:style style:name="L" style:family="paragraph">'
        f"<style:text-properties {properties}/></style:style>"
    )
    body = "".join(
        f'<text:p text:style-name="{"L" if line == text else "S"}">{line}</text:p>'
        for line in lines
    )
    return _zipped(
        {
            "mimetype": "application/vnd.oasis.opendocument.text",
            "content.xml": f"<office:document-content {spaces}><office:automatic-styles>{style}"
            f"</office:automatic-styles><office:body><office:text>{body}</office:text></office:body>"
            "</office:document-content>",
            "META-INF/manifest.xml": f'<m:manifest xmlns:m="{_URN}:manifest:1.0"><m:file-entry '
            'm:full-path="/" m:media-type="application/vnd.oasis.opendocument.text"/></m:manifest>',
        }
    )


def _epub(lines: list[str], text: str, look: str) -> bytes:
    container = "urn:oasis:names:tc:opendocument:xmlns:container"
    opf = "http://www.idpf.org/2007/opf"
    page = "application/xhtml+xml"
    return _zipped(
        {
            "mimetype": "application/epub+zip",
            "META-INF/container.xml": f'<container version="1.0" xmlns="{container}"><rootfiles>'
            '<rootfile full-path="a.opf" media-type="application/oebps-package+xml"/></rootfiles>'
            "</container>",
            "a.opf": f'<package xmlns="{opf}" version="3.0"><metadata/><manifest><item id="a" '
            f'href="a.xhtml" media-type="{page}"/></manifest><spine><itemref idref="a"/></spine>'
            "</package>",
            "a.xhtml": '<html xmlns="http://www.w3.org/1999/xhtml"><head><title>a</title></head>'
            f"<body>{_blocks(lines, text, look)}</body></html>",
        }
    )


def _html(lines: list[str], text: str, look: str) -> bytes:
    head = "<!doctype html><html lang=zh><meta charset=utf-8><title>a</title>"
    return f"{head}<body>{_blocks(lines, text, look)}</body></html>".encode()


def _blocks(lines: list[str], text: str, look: str) -> str:
    css = _CSS.get(look, "")
    return "".join(f'<p style="{css if line == text else ""}">{line}</p>' for line in lines)


def _txt(lines: list[str], text: str, look: str) -> bytes:
    del text, look
    return ("\n\n".join(lines) + "\n").encode()


def _srt(lines: list[str], text: str, look: str) -> bytes:
    del text, look
    blocks = (
        f"{n}\n00:00:{3 * n:02},000 --> 00:00:{3 * n + 2:02},000\n{line}\n"
        for n, line in enumerate(lines, 1)
    )
    return "\n".join(blocks).encode()


def _zipped(members: dict[str, str]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, text in members.items():
            archive.writestr(name, text)
    return out.getvalue()


_MAKERS: Final[dict[str, Callable[[list[str], str, str], bytes]]] = {
    "pdf": _pdf,
    "docx": _docx,
    "pptx": _pptx,
    "xlsx": _xlsx,
    "odt": _odt,
    "epub": _epub,
    "html": _html,
    "md": _txt,
    "txt": _txt,
    "srt": _srt,
}
