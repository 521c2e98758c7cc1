"""EPUB: what the container names: package documents, protection, the order of reading [EPUB3]."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING, Final

from ailabel.codecs.markup import elements
from ailabel.errors import MalformedFileError, PlanError
from ailabel.io.source import check_limit

if TYPE_CHECKING:
    from ailabel.codecs.bundle import Bundle
    from ailabel.codecs.markup import Element

__all__ = ["FOLDER", "check_protection", "packages", "pages"]

FOLDER: Final = "META-INF/"
_CONTAINER: Final = f"{FOLDER}container.xml"
_ENCRYPTION: Final = f"{FOLDER}encryption.xml"
_SIGNATURES: Final = f"{FOLDER}signatures.xml"
_PACKAGE: Final = "application/oebps-package+xml"
_PAGE: Final = ("application/xhtml+xml", "text/html", "text/x-oeb1-document")
_FONTS: Final = {  # how fonts are obfuscated, by the standard and by Adobe's tools [EPUB3 4.4]
    "http://www.idpf.org/2008/embedding",
    "http://ns.adobe.com/pdf/enc#RC",
}
_RENDITIONS: Final = 64  # ours; books have one, seldom two
_SMALL: Final = 10_000  # ours: elements of the container's own documents


def packages(bundle: Bundle) -> list[str]:
    """Return the names of the package documents, that of the default rendition first.

    Raises:
        MalformedFileError: there is none.
        LimitExceededError: there are too many.
    """
    found = elements(bundle.read(_CONTAINER), _CONTAINER, _SMALL, doctype=True)
    parts = [
        item.attributes.get("full-path", "")
        for item in found
        if item.name == "rootfile" and item.attributes.get("media-type") == _PACKAGE
    ]
    if not parts:
        raise MalformedFileError("the book has no package document")
    check_limit("the number of package documents", len(parts), _RENDITIONS)
    return list(dict.fromkeys(parts))


def check_protection(bundle: Bundle) -> None:
    """Refuse to change a book that is signed, or of which more than fonts is encrypted.

    Raises:
        PlanError: it is.
    """
    if _SIGNATURES in bundle.members:
        raise PlanError(
            "the document is digitally signed and a change would break its signature;"
            " label it before it is signed"
        )
    if _ENCRYPTION in bundle.members:
        found = elements(bundle.read(_ENCRYPTION), _ENCRYPTION, _SMALL, doctype=True)
        methods = [item for item in found if item.name == "EncryptionMethod"]
        data = [item for item in found if item.name == "EncryptedData"]
        obfuscated = {id(item.parent) for item in methods if _algorithm(item) in _FONTS}
        if any(id(item) not in obfuscated for item in data):
            raise PlanError("the document is encrypted; decrypt it first")


def pages(bundle: Bundle, part: str) -> list[str]:
    """Return the pages of a rendition in the order of reading, those aside from it left out.

    Args:
        bundle: the book.
        part: the package document.

    Raises:
        MalformedFileError: it is not well-formed.
        LimitExceededError: it has too many elements.
    """
    from urllib.parse import unquote  # takes longer to load than most carriers

    found = elements(bundle.read(part), part, bundle.archive.view.limits.items, doctype=True)
    items = {item.attributes.get("id"): item for item in found if item.name == "item"}
    order: list[str] = []
    for item in found:
        if item.name != "itemref" or item.attributes.get("linear") == "no":
            continue
        page = items.get(item.attributes.get("idref"))
        if page is None or page.attributes.get("media-type") not in _PAGE:
            continue
        target = unquote(page.attributes.get("href", "").partition("#")[0])
        name = posixpath.normpath(posixpath.join(posixpath.dirname(part), target))
        if name in bundle.members:
            order.append(name)
    return list(dict.fromkeys(order))


def _algorithm(method: Element) -> str:
    return method.attributes.get("Algorithm", "")
