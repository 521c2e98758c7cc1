"""A report of two pages, as DOCX and as PDF, written part by part."""

from __future__ import annotations

import io
import zipfile
from typing import Final
from xml.sax.saxutils import escape

__all__ = ["MAKERS"]

_TITLE: Final = "Water levels at three harbours"
_LINES: Final = (
    "The gauges at the north, east and south harbours were read every ten minutes in March.",
    "Levels follow the Moon by 50 minutes a day; the east harbour lags by a further 12.",
    "Two storms raised the mean by 0.4 m; both are marked in the tables of the second page.",
    "The readings of 7 March are missing, because the power of the east gauge failed.",
)
_ROWS: Final = (
    ("harbour", "mean (m)", "highest (m)"),
    ("north", "1.92", "4.10"),
    ("east", "1.71", "3.88"),
    ("south", "2.05", "4.31"),
)
_STAMP: Final = (2026, 3, 31, 12, 0, 0)

_TYPES: Final = """<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/><Override PartName="/docProps/core.xml" ContentType="application/vnd.openxmlformats-package.core-properties+xml"/></Types>"""
_RELS: Final = """<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/><Relationship Id="rId2" Type="http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties" Target="docProps/core.xml"/></Relationships>"""
_CORE: Final = """<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>Water levels at three harbours</dc:title><dc:creator>Harbour office</dc:creator></cp:coreProperties>"""


def _paragraph(text: str, *, size: int = 22, bold: bool = False) -> str:
    weight = "<w:b/>" if bold else ""
    return (
        f'<w:p><w:r><w:rPr>{weight}<w:sz w:val="{size}"/></w:rPr>'
        f'<w:t xml:space="preserve">{escape(text)}</w:t></w:r></w:p>'
    )


def _table() -> str:
    rows = "".join(
        "<w:tr>" + "".join(f"<w:tc><w:tcPr/>{_paragraph(cell)}</w:tc>" for cell in row) + "</w:tr>"
        for row in _ROWS
    )
    return f'<w:tbl><w:tblPr><w:tblW w:w="0" w:type="auto"/></w:tblPr>{rows}</w:tbl>'


def report_docx() -> bytes:
    """A report with a heading, paragraphs, a page break and a table, as DOCX, part by part."""
    body = (
        _paragraph(_TITLE, size=36, bold=True)
        + "".join(_paragraph(line) for line in _LINES)
        + '<w:p><w:r><w:br w:type="page"/></w:r></w:p>'
        + _table()
        + '<w:sectPr><w:pgSz w:w="11906" w:h="16838"/>'
        '<w:pgMar w:top="1440" w:right="1440" w:bottom="1440" w:left="1440"/></w:sectPr>'
    )
    document = (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<w:document xmlns:w='
        '"http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>'
        f"{body}</w:body></w:document>"
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in (
            ("[Content_Types].xml", _TYPES),
            ("_rels/.rels", _RELS),
            ("word/document.xml", document),
            ("docProps/core.xml", _CORE),
        ):
            archive.writestr(zipfile.ZipInfo(name, _STAMP), text, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def _page(lines: list[tuple[int, int, int, str]]) -> bytes:
    parts = []
    for x, y, size, text in lines:
        safe = text.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
        parts.append(f"BT /F1 {size} Tf {x} {y} Td ({safe}) Tj ET\n")
    return "".join(parts).encode()


def report_pdf() -> bytes:
    """The same report as PDF 1.4 of two A4 pages in Helvetica, object by object."""
    first = [(72, 760, 20, _TITLE)]
    first += [(72, 720 - 22 * index, 11, line) for index, line in enumerate(_LINES)]
    second = [
        (72 + 140 * column, 760 - 24 * row, 12, cell)
        for row, cells in enumerate(_ROWS)
        for column, cell in enumerate(cells)
    ]
    streams = [_page(first), _page(second)]
    page = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents %d 0 R "
    page += b"/Resources << /Font << /F1 7 0 R >> >> >>"
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R 4 0 R] /Count 2 >>",
        page % 5,
        page % 6,
        *(b"<< /Length %d >>\nstream\n%sendstream" % (len(item), item) for item in streams),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        b"<< /Title (Water levels at three harbours) /Author (Harbour office) >>",
    ]
    out = bytearray(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
    offsets = []
    for number, item in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, item)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    out += b"trailer\n<< /Size %d /Root 1 0 R /Info 8 0 R >>\n" % (len(objects) + 1)
    return bytes(out + b"startxref\n%d\n%%%%EOF\n" % start)


MAKERS: Final = {"report.docx": report_docx, "report.pdf": report_pdf}
