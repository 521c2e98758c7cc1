"""Books made by hand from EPUB 3.3, OPF 2.0.1 and OCF 2.0.1."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from builders.odt import ESCAPED, LABEL, zipped

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = [
    "CONTAINER",
    "ENCRYPTION",
    "ESCAPED",
    "LABEL",
    "book",
    "epub",
    "epub2",
    "meta",
    "samples",
    "zipped",
]

_XML: Final = '<?xml version="1.0" encoding="UTF-8"?>\n'
_OPF: Final = "http://www.idpf.org/2007/opf"
_DC: Final = "http://purl.org/dc/elements/1.1/"
_XHTML: Final = "http://www.w3.org/1999/xhtml"

CONTAINER: Final = (
    f'{_XML}<container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container">'
    '<rootfiles><rootfile full-path="EPUB/package.opf"'
    ' media-type="application/oebps-package+xml"/>%s</rootfiles></container>'
)
ENCRYPTION: Final = (
    f'{_XML}<encryption xmlns="urn:oasis:names:tc:opendocument:xmlns:container">'
    '<EncryptedData xmlns="http://www.w3.org/2001/04/xmlenc#"><EncryptionMethod Algorithm="%s"/>'
    '<CipherData><CipherReference URI="EPUB/font.otf"/></CipherData></EncryptedData></encryption>'
)
PACKAGE3: Final = (
    f'{_XML}<package xmlns="{_OPF}" version="3.0" unique-identifier="id" xml:lang="zh">\n'
    f'  <metadata xmlns:dc="{_DC}">\n'
    '    <dc:identifier id="id">urn:uuid:12345678-1234-4234-8234-123456789abc</dc:identifier>\n'
    "    <dc:title>小书</dc:title>\n    <dc:language>zh</dc:language>\n"
    '    <meta property="dcterms:modified">2024-02-29T12:34:56Z</meta>\n%s  </metadata>\n'
    '  <manifest>\n    <item id="nav" href="nav.xhtml" media-type="application/xhtml+xml"'
    ' properties="nav"/>\n'
    '    <item id="one" href="one.xhtml" media-type="application/xhtml+xml"/>\n  </manifest>\n'
    '  <spine>\n    <itemref idref="one"/>\n  </spine>\n</package>\n'
)
PACKAGE2: Final = (
    f'{_XML}<opf:package xmlns:opf="{_OPF}" version="2.0" unique-identifier="id">'
    f'<opf:metadata xmlns:dc="{_DC}"><dc:identifier id="id" opf:scheme="UUID">'
    "12345678-1234-4234-8234-123456789abc</dc:identifier><dc:title>小书</dc:title>"
    "<dc:language>zh</dc:language>%s</opf:metadata><opf:manifest>"
    '<opf:item id="ncx" href="toc.ncx" media-type="application/x-dtbncx+xml"/>'
    '<opf:item id="one" href="one.xhtml" media-type="application/xhtml+xml"/></opf:manifest>'
    '<opf:spine toc="ncx"><opf:itemref idref="one"/></opf:spine></opf:package>'
)
_NAV: Final = (
    f'{_XML}<!DOCTYPE html>\n<html xmlns="{_XHTML}" xmlns:epub="http://www.idpf.org/2007/ops">'
    "<head><title>目录</title></head><body>"
    '<nav epub:type="toc"><ol><li><a href="one.xhtml">一</a></li></ol></nav></body></html>'
)
_NCX: Final = (
    f'{_XML}<ncx xmlns="http://www.daisy.org/z3986/2005/ncx/" version="2005-1"><head>'
    '<meta name="dtb:uid" content="12345678-1234-4234-8234-123456789abc"/></head><docTitle>'
    '<text>小书</text></docTitle><navMap><navPoint id="n1" playOrder="1"><navLabel><text>一</text>'
    '</navLabel><content src="one.xhtml"/></navPoint></navMap></ncx>'
)
_CHAPTER: Final = (
    f'{_XML}<html xmlns="{_XHTML}"><head><title>一</title></head><body><p>第一段</p></body></html>'
)


def meta(name: str, content: str, tag: str = "meta") -> str:
    """Return an element of EPUB 2; `content` is markup."""
    return f'<{tag} name="{name}" content="{content}"/>'


def book(metadata: str = "", package: str = PACKAGE3) -> dict[str, bytes]:
    """Return the members of a book with one chapter.

    Args:
        metadata: markup put last into the metadata.
        package: the package document, with a place for it.
    """
    toc = ("nav.xhtml", _NAV) if package == PACKAGE3 else ("toc.ncx", _NCX)
    members = {
        "mimetype": "application/epub+zip",
        "META-INF/container.xml": CONTAINER % "",
        "EPUB/package.opf": package % metadata,
        f"EPUB/{toc[0]}": toc[1],
        "EPUB/one.xhtml": _CHAPTER,
    }
    return {name: text.encode() for name, text in members.items()}


def epub(metadata: str = "") -> bytes:
    """Return a book of EPUB 3."""
    return zipped(book(metadata))


def epub2(metadata: str = "") -> bytes:
    """Return a book of EPUB 2, whose package document is prefixed."""
    return zipped(book(metadata, PACKAGE2))


def renditions(first: str = "", second: str = "") -> dict[str, bytes]:
    """Return the members of a book with two package documents."""
    other = '<rootfile full-path="EPUB/b.opf" media-type="application/oebps-package+xml"/>'
    members = book(first)
    members["META-INF/container.xml"] = (CONTAINER % other).encode()
    return members | {"EPUB/b.opf": (PACKAGE3 % second).encode()}


def samples() -> Iterator[tuple[str, bytes]]:
    """Yield small valid books."""
    cover = meta("cover", "nav") + "\n"
    fonts = book(cover)
    fonts["META-INF/encryption.xml"] = (ENCRYPTION % "http://www.idpf.org/2008/embedding").encode()
    extra = book()
    extra["META-INF/metadata.xml"] = f"<m><a>{LABEL}</a><b>kept</b></m>".encode()
    last = book(cover)
    last["mimetype"] = last.pop("mimetype")
    yield "plain.epub", epub()
    yield "cover.epub", epub(cover)
    yield "labelled.epub", epub(cover + meta("AIGC", ESCAPED) + meta("a", "b"))
    yield "lower-case.epub", epub(meta("aigc", ESCAPED) + meta("AIGC_Label", ESCAPED))
    yield "property.epub", epub(f'<meta property="tc260:AIGC">{LABEL}</meta>')
    yield "description.epub", epub(f"<dc:description>{LABEL}</dc:description>{cover}")
    yield "two.epub", epub2()
    yield (
        "two-labelled.epub",
        epub2(meta("cover", "one", "opf:meta") + meta("AIGC", ESCAPED, "opf:meta")),
    )
    yield "renditions.epub", zipped(renditions(meta("AIGC", ESCAPED), meta("AIGC", ESCAPED)))
    yield "fonts.epub", zipped(fonts)
    yield "container.epub", zipped(extra)
    yield "mimetype-last.epub", zipped(last)
