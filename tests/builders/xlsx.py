"""Workbooks made by hand from ECMA-376, parts 1 and 2."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from builders import docx as build

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["LABEL", "SHEET", "TYPES", "office", "package", "samples", "xlsx"]

LABEL: Final = build.LABEL
TYPES: Final = {  # how the content type of the main part ends, by suffix
    ".xlsx": "vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".xlsm": "vnd.ms-excel.sheet.macroEnabled",
    ".xltx": "vnd.openxmlformats-officedocument.spreadsheetml.template",
    ".xltm": "vnd.ms-excel.template.macroEnabled",
}
_XML: Final = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\r\n'
_MIME: Final = "application/vnd.openxmlformats-officedocument"
_MAIN: Final = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_LINKS: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE: Final = "http://schemas.openxmlformats.org/package/2006"

SHEET: Final = (
    f'{_XML}<worksheet xmlns="{_MAIN}"><sheetData><row r="1"><c r="A1" t="inlineStr"><is>'
    '<t>第一格</t></is></c><c r="B1"><v>42</v></c></row></sheetData></worksheet>'
)
_PARTS: Final = {
    "xl/workbook.xml": (
        f'{_XML}<workbook xmlns="{_MAIN}" xmlns:r="{_LINKS}"><sheets>'
        '<sheet name="One" sheetId="1" r:id="rId1"/></sheets></workbook>'
    ),
    "xl/_rels/workbook.xml.rels": (
        f'{_XML}<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1"'
        f' Type="{_LINKS}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>'
    ),
    "xl/worksheets/sheet1.xml": SHEET,
}
_TYPE_OF_SHEET: Final = (
    '<Override PartName="/xl/worksheets/sheet1.xml"'
    f' ContentType="{_MIME}.spreadsheetml.worksheet+xml"/>'
)


def office(
    main: tuple[str, str], content: Mapping[str, str], types: str, **parts: str
) -> dict[str, bytes]:
    """Return the members of an office document of any kind.

    Args:
        main: name and content type of the main part.
        content: the parts, by name.
        types: overrides for the content types.
        parts: see `builders.docx.package`.
    """
    members = build.package(**{**parts, "types": types + parts.get("types", "")})
    del members["word/document.xml"]
    swap = {b"word/document.xml": main[0].encode()}
    kind = f"{_MIME}.wordprocessingml.document.main+xml"
    swap[kind.encode()] = f"application/{main[1]}.main+xml".encode()
    for name in ("[Content_Types].xml", "_rels/.rels"):
        for old, new in swap.items():
            members[name] = members[name].replace(old, new)
    return members | {name: text.encode() for name, text in content.items()}


def package(suffix: str = ".xlsx", **parts: str) -> dict[str, bytes]:
    """Return the members of a workbook with one sheet."""
    return office(("xl/workbook.xml", TYPES[suffix]), _PARTS, _TYPE_OF_SHEET, **parts)


def xlsx(suffix: str = ".xlsx", **parts: str) -> bytes:
    """Return a workbook with one sheet."""
    return build.zipped(package(suffix, **parts))


def samples() -> Iterator[tuple[str, bytes]]:
    """Yield small valid workbooks."""
    escaped = LABEL.replace('"', "&quot;")
    others = build.custom("Client", "Müller &amp; Co", 2) + build.custom("Pages", "7", 5, "i4")
    item = package()
    item["customXml/item1.xml"] = f"<aigc><data>{LABEL}</data></aigc>".encode()
    yield "plain.xlsx", xlsx()
    yield "streamed.xlsx", build.zipped(package(custom=others), streamed=True)
    yield "labelled.xlsx", xlsx(custom=others + build.custom("AIGC", escaped, 6))
    yield "other-name.xlsx", xlsx(custom=build.custom("AIGC_Label", LABEL, 9, "bstr"))
    yield "core.xlsx", xlsx(core=LABEL)
    yield "item.xlsx", build.zipped(item)
    yield "macros.xlsm", xlsx(".xlsm", custom=others)
    yield "template.xltx", xlsx(".xltx")
    yield "macros.xltm", xlsx(".xltm")
