"""OpenDocument files made by hand from OASIS OpenDocument 1.2, parts 1 and 3."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = [
    "ESCAPED",
    "LABEL",
    "MANIFEST",
    "META",
    "document",
    "field",
    "kinds",
    "odt",
    "package",
    "samples",
    "zipped",
]

_URN: Final = "urn:oasis:names:tc:opendocument:xmlns"
_MIME: Final = "application/vnd.oasis.opendocument"
_XML: Final = '<?xml version="1.0" encoding="UTF-8"?>\n'
_DATE: Final = (2024, 2, 29, 12, 34, 56)

LABEL: Final = (
    '{"Label":"1","ContentProducer":"Somebody","ProduceID":"old-0001","ReservedCode1":"",'
    '"ContentPropagator":"","PropagateID":"","ReservedCode2":""}'
)
ESCAPED: Final = LABEL.replace('"', "&quot;")
META: Final = (
    f'{_XML}<office:document-meta xmlns:office="{_URN}:office:1.0" xmlns:meta="{_URN}:meta:1.0"'
    ' xmlns:dc="http://purl.org/dc/elements/1.1/" office:version="1.2"><office:meta>'
    "<meta:generator>Hand/1</meta:generator><dc:title>Bericht</dc:title>%s"
    "</office:meta></office:document-meta>"
)
MANIFEST: Final = (
    f'{_XML}<manifest:manifest xmlns:manifest="{_URN}:manifest:1.0" manifest:version="1.2">'
    '<manifest:file-entry manifest:full-path="/" manifest:version="1.2"'
    ' manifest:media-type="%s"/><manifest:file-entry manifest:full-path="content.xml"'
    ' manifest:media-type="text/xml"/>%s</manifest:manifest>'
)
META_ENTRY: Final = (
    '<manifest:file-entry manifest:full-path="meta.xml" manifest:media-type="text/xml"/>'
)
OTHERS: Final = (
    '<meta:user-defined meta:name="Client">Müller &amp; Co</meta:user-defined>'
    '<meta:user-defined meta:name="Pages" meta:value-type="float">7</meta:user-defined>'
)


def field(name: str, value: str, kind: str = "string") -> str:
    """Return one user-defined field; `value` is markup."""
    return (
        f'<meta:user-defined meta:name="{name}" meta:value-type="{kind}">{value}'
        "</meta:user-defined>"
    )


def document(kind: str, body: str) -> str:
    """Return ``content.xml``."""
    spaces = "".join(f' xmlns:{name}="{_URN}:{name}:1.0"' for name in ("office", "text", "table"))
    draw = f' xmlns:draw="{_URN}:drawing:1.0" xmlns:svg="{_URN}:svg-compatible:1.0"'
    return (
        f'{_XML}<office:document-content{spaces}{draw} office:version="1.2"><office:body>'
        f"<office:{kind}>{body}</office:{kind}></office:body></office:document-content>"
    )


def package(
    mime: str, content: str, meta: str | None = None, entries: str = ""
) -> dict[str, bytes]:
    """Return the members of a document.

    Args:
        mime: what follows the vendor tree's name in its media type.
        content: ``content.xml``.
        meta: fields of ``meta.xml``; None leaves it out.
        entries: further entries of the manifest.
    """
    members = {"mimetype": f"{_MIME}.{mime}", "content.xml": content}
    if meta is not None:
        members["meta.xml"], entries = META % meta, entries + META_ENTRY
    members["META-INF/manifest.xml"] = MANIFEST % (f"{_MIME}.{mime}", entries)
    return {name: text.encode() for name, text in members.items()}


def zipped(members: Mapping[str, bytes], *, comment: bytes = b"") -> bytes:
    """Return a ZIP file whose member ``mimetype`` is stored."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.comment = comment
        for name, data in members.items():
            info = zipfile.ZipInfo(name, _DATE)
            deflated = name != "mimetype"
            info.compress_type = zipfile.ZIP_DEFLATED if deflated else zipfile.ZIP_STORED
            archive.writestr(info, data)
    return file.getvalue()


def kinds(mime: str, content: str, suffix: str, template: str) -> Iterator[tuple[str, bytes]]:
    """Yield the variants of one kind of document that all kinds have."""
    yield f"plain{suffix}", zipped(package(mime, content))
    yield f"fields{suffix}", zipped(package(mime, content, OTHERS))
    labelled = OTHERS + field("AIGC", ESCAPED) + field("Last", "x")
    yield f"labelled{suffix}", zipped(package(mime, content, labelled))
    yield f"template{template}", zipped(package(f"{mime}-template", content, OTHERS))


TEXT: Final = document("text", "<text:p>第一段</text:p><text:p>end</text:p>")


def odt(meta: str | None = None) -> bytes:
    """Return a text document; for `meta` see `package`."""
    return zipped(package("text", TEXT, meta))


def old() -> bytes:
    """Return a document as OpenOffice.org 2 wrote it: a document type, no version."""
    members = package("text", TEXT, "")
    for name in ("META-INF/manifest.xml", "meta.xml", "content.xml"):
        text = members[name].decode()
        for version in (' manifest:version="1.2"', ' office:version="1.2"'):
            text = text.replace(version, "")
        members[name] = text.encode()
    members["META-INF/manifest.xml"] = members["META-INF/manifest.xml"].replace(
        b"?>\n",
        b'?>\n<!DOCTYPE manifest:manifest PUBLIC "-//OpenOffice.org//DTD Manifest 1.0//EN"'
        b' "Manifest.dtd">',
    )
    return zipped(members)


def samples() -> Iterator[tuple[str, bytes]]:
    """Yield small valid text documents."""
    yield from kinds("text", TEXT, ".odt", ".ott")
    yield "description.odt", odt(f"<dc:description>{ESCAPED}</dc:description>{OTHERS}")
    yield "other-name.odt", odt(field("aigc", LABEL) + field("AIGC_Label", ESCAPED))
    yield (
        "keyword.odt",
        odt(f"<meta:keyword>{ESCAPED}</meta:keyword><meta:keyword>a</meta:keyword>"),
    )
    yield "float.odt", odt(field("AIGC", "7", "float"))
    yield "old.odt", old()
    yield "comment.odt", zipped(package("text", TEXT, OTHERS), comment=b"made by hand")
    last = package("text", TEXT, OTHERS)
    last["mimetype"] = last.pop("mimetype")
    yield "mimetype-last.odt", zipped(last)
