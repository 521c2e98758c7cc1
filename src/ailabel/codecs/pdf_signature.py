"""PDF files: whether they are signed, and what a certification forbids [ISO32000-2 12.7, 12.8].

Whether a signature is valid is not asked: what matters is that a change would show.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ailabel.codecs.pdf import Document
from ailabel.codecs.pdf_syntax import Array, Dictionary, Ref
from ailabel.io.source import check_limit

if TYPE_CHECKING:
    from ailabel.io.source import View

__all__ = ["changes_forbidden", "is_signed", "signed"]


def is_signed(view: View) -> bool:
    """Say whether a PDF bears a signature.

    Raises:
        MalformedFileError: its structure cannot be followed.
    """
    return signed(Document(view))


def signed(document: Document) -> bool:
    """Say whether an open PDF bears a signature [ISO32000-2 12.7.3, 12.8]."""
    catalog = document.catalog()
    if isinstance(document.resolve(catalog.get("Perms")), Dictionary):
        return True
    form = document.resolve(catalog.get("AcroForm"))
    if not isinstance(form, Dictionary):
        return False
    flags = form.get("SigFlags")
    return (isinstance(flags, int) and bool(flags & 1)) or _signed_field(document, form)


def changes_forbidden(document: Document) -> bool:
    """Say whether a certification forbids every change [ISO32000-2 12.8.2.2, table 257, P 1]."""
    permissions = document.resolve(document.catalog().get("Perms"))
    signature = _entry(document, permissions, "DocMDP")
    references = _entry(document, signature, "Reference")
    for item in references if isinstance(references, Array) else ():
        rule = document.resolve(item)
        if _entry(document, rule, "TransformMethod") == "DocMDP":
            return _entry(document, _entry(document, rule, "TransformParams"), "P") == 1
    return False


def _entry(document: Document, value: object, key: str) -> object:
    return document.resolve(value.get(key)) if isinstance(value, Dictionary) else None


def _signed_field(document: Document, form: Dictionary) -> bool:
    stack = [form.get("Fields")]
    seen: set[object] = set()
    count = 0
    while stack:
        count += 1
        check_limit("the number of PDF form fields", count, document.view.limits.items)
        item = stack.pop()
        if isinstance(item, Ref):
            if item in seen:
                continue
            seen.add(item)
        field = document.resolve(item)
        if isinstance(field, Array):
            stack += field
        elif isinstance(field, Dictionary):
            value = document.resolve(field.get("V"))
            if isinstance(value, Dictionary) and "ByteRange" in value:
                return True
            stack.append(field.get("Kids"))
    return False
