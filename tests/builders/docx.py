"""Word documents made by hand from ECMA-376, parts 1 and 2, and PKWARE's APPNOTE."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = [
    "CONTENT_TYPES",
    "CORE",
    "CUSTOM",
    "DOCUMENT",
    "LABEL",
    "RELATIONSHIPS",
    "STRICT",
    "Stream",
    "W",
    "custom",
    "docx",
    "package",
    "paragraph",
    "samples",
    "zipped",
]

W: Final = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
STRICT: Final = "http://purl.oclc.org/ooxml/officeDocument"
_OFFICE: Final = "http://schemas.openxmlformats.org/officeDocument/2006"
_PACKAGE: Final = "http://schemas.openxmlformats.org/package/2006"
_MIME: Final = "application/vnd.openxmlformats-officedocument"
_XML: Final = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\r\n'
_DATE: Final = (2024, 2, 29, 12, 34, 56)

LABEL: Final = (
    '{"Label":"1","ContentProducer":"Somebody","ProduceID":"old-0001","ReservedCode1":"",'
    '"ContentPropagator":"","PropagateID":"","ReservedCode2":""}'
)

CONTENT_TYPES: Final = (
    f'{_XML}<Types xmlns="{_PACKAGE}/content-types">'
    f'<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.'
    'relationships+xml"/><Default Extension="xml" ContentType="application/xml"/>'
    f'<Override PartName="/word/document.xml" ContentType="{_MIME}.wordprocessingml.document.'
    'main+xml"/>%s</Types>'
)
RELATIONSHIPS: Final = (
    f'{_XML}<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{_OFFICE}/relationships/officeDocument"'
    ' Target="word/document.xml"/>%s</Relationships>'
)
DOCUMENT: Final = (
    f'{_XML}<w:document xmlns:w="{W}"><w:body>%s<w:sectPr><w:pgSz w:w="11906" w:h="16838"/>'
    "</w:sectPr></w:body></w:document>"
)
CORE: Final = (
    f'{_XML}<cp:coreProperties xmlns:cp="{_PACKAGE}/metadata/core-properties"'
    ' xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>Report</dc:title>'
    "<dc:description>%s</dc:description><cp:keywords>%s</cp:keywords></cp:coreProperties>"
)
CUSTOM: Final = (
    f'{_XML}<Properties xmlns="{_OFFICE}/custom-properties"'
    f' xmlns:vt="{_OFFICE}/docPropsVTypes">%s</Properties>'
)
CUSTOM_TYPE: Final = (
    f'<Override PartName="/docProps/custom.xml" ContentType="{_MIME}.custom-properties+xml"/>'
)
CUSTOM_RELATIONSHIP: Final = (
    f'<Relationship Id="rId7" Type="{_OFFICE}/relationships/custom-properties"'
    ' Target="docProps/custom.xml"/>'
)
CORE_TYPE: Final = (
    '<Override PartName="/docProps/core.xml"'
    ' ContentType="application/vnd.openxmlformats-package.core-properties+xml"/>'
)
CORE_RELATIONSHIP: Final = (
    f'<Relationship Id="rId8" Type="{_PACKAGE}/relationships/metadata/core-properties"'
    ' Target="docProps/core.xml"/>'
)
_FMTID: Final = "{D5CDD505-2E9C-101B-9397-08002B2CF9AE}"


class Stream(io.BytesIO):
    """A file that cannot seek, which makes `zipfile` write data descriptors."""

    def seekable(self) -> bool:
        """Say no."""
        return False

    def seek(self, *_: object) -> int:
        """Refuse."""
        raise OSError

    def tell(self) -> int:
        """Refuse."""
        raise OSError


def paragraph(text: str, properties: str = "") -> str:
    """Return a paragraph of one run."""
    return f"<w:p><w:r>{properties}<w:t>{text}</w:t></w:r></w:p>"


def custom(name: str, value: str, pid: int = 2, kind: str = "lpwstr") -> str:
    """Return one custom property; `value` is markup."""
    return (
        f'<property fmtid="{_FMTID}" pid="{pid}" name="{name}">'
        f"<vt:{kind}>{value}</vt:{kind}></property>"
    )


def package(**parts: str) -> dict[str, bytes]:
    """Return the members of a minimal document.

    Args:
        parts: `body`, and markup for `custom`, `core`; `types` and `relationships` are appended.
    """
    types, links = parts.get("types", ""), parts.get("relationships", "")
    if "custom" in parts:
        types, links = types + CUSTOM_TYPE, links + CUSTOM_RELATIONSHIP
    if "core" in parts:
        types, links = types + CORE_TYPE, links + CORE_RELATIONSHIP
    members = {
        "[Content_Types].xml": CONTENT_TYPES % types,
        "_rels/.rels": RELATIONSHIPS % links,
        "word/document.xml": DOCUMENT % parts.get("body", paragraph("第一段") + paragraph("end")),
    }
    if "core" in parts:
        members["docProps/core.xml"] = CORE % (parts["core"], "")
    if "custom" in parts:
        members["docProps/custom.xml"] = CUSTOM % parts["custom"]
    return {name: text.encode() for name, text in members.items()}


def zipped(
    members: Mapping[str, bytes],
    *,
    comment: bytes = b"",
    stored: bool = False,
    streamed: bool = False,
    zip64: bool = False,
) -> bytes:
    """Return a ZIP file with these members, in their order."""
    file = Stream() if streamed else io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.comment = comment
        for name, data in members.items():
            info = zipfile.ZipInfo(name, _DATE)
            info.compress_type = zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED
            with archive.open(info, "w", force_zip64=zip64) as member:
                member.write(data)
    return file.getvalue()


def docx(**parts: str) -> bytes:
    """Return a minimal document; for `parts` see `package`."""
    return zipped(package(**parts))


def strict() -> bytes:
    """Return a document of ISO/IEC 29500 strict."""
    members = package()
    swap = {_OFFICE: STRICT, W: "http://purl.oclc.org/ooxml/wordprocessingml/main"}
    for name in ("_rels/.rels", "word/document.xml"):
        text = members[name].decode()
        for old, new in swap.items():
            text = text.replace(old, new)
        members[name] = text.encode()
    return zipped(members)


def elsewhere() -> bytes:
    """Return a document whose custom properties stand under another name."""
    members = package(custom=custom("Client", "Müller"))
    members["props/mine.xml"] = members.pop("docProps/custom.xml")
    for name in ("_rels/.rels", "[Content_Types].xml"):
        members[name] = members[name].replace(b"docProps/custom.xml", b"props/mine.xml")
    return zipped(members)


def samples() -> Iterator[tuple[str, bytes]]:
    """Yield small valid documents."""
    escaped = LABEL.replace('"', "&quot;")
    others = custom("Client", "Müller &amp; Co", 2) + custom("Pages", "7", 5, "i4")
    item = package()
    item["customXml/item1.xml"] = f"<aigc><data>{LABEL}</data></aigc>".encode()
    yield "plain.docx", docx()
    yield "stored.docx", zipped(package(), stored=True)
    yield "streamed.docm", zipped(package(custom=others), streamed=True)
    yield "zip64.docx", zipped(package(custom=others), zip64=True)
    yield "comment.docx", zipped(package(), comment=b"made by hand")
    yield "properties.docx", docx(custom=others)
    yield "labelled.docx", docx(custom=others + custom("AIGC", escaped, 6))
    yield "raw-quotes.docx", docx(custom=custom("aigc", LABEL, 2, "lpstr") + others)
    yield "other-name.docx", docx(custom=custom("AIGC_Label", LABEL, 9, "bstr"))
    yield "core.docx", docx(core=LABEL)
    yield "item.docx", zipped(item)
    yield "elsewhere.docx", elsewhere()
    yield "strict.dotx", strict()
