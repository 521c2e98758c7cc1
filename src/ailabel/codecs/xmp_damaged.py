"""XMP packets that are no well-formed XML: what can still be read of a property.

Nothing found here is ever written back; it only shows that a label is there.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from ailabel.codecs.xmp_parse import Value
from ailabel.io.source import check_limit

if TYPE_CHECKING:
    from ailabel.codecs.xmp_property import Property
    from ailabel.io.source import Limits

__all__ = ["scan_damaged"]

_TAG: Final = re.compile(rb"<[^<>]{1,65536}")
_ENTITY: Final = re.compile(r"&(?:#(\d{1,7})|#x([0-9a-fA-F]{1,6})|(quot|apos|lt|gt|amp));")
_ENTITIES: Final = {"quot": '"', "apos": "'", "lt": "<", "gt": ">", "amp": "&"}


def scan_damaged(data: bytes, prop: Property, limits: Limits) -> list[Value]:
    """Look for a property in a packet that is no well-formed XML; each value as it can be read.

    Args:
        data: the packet, as UTF-8 as far as it can be.
        prop: the property; any prefix will do.
        limits: bound the number of values.
    """
    name = rb"(?:[\w.\-]+:)?" + re.escape(prop.local.encode())
    element = re.compile(rb"<" + name + rb"(?:\s[^<>]*)?(?<!/)>([^<]*)")
    attribute = re.compile(rb"\s" + name + rb"\s*=\s*([\"'])")
    values = []
    for tag in _TAG.finditer(data):
        if found := element.match(data, tag.start()):
            begin, end = found.span(1)
        elif found := attribute.search(data, tag.start(), tag.end()):
            begin, end = found.end(), _closing_quote(data, found, tag.end())
        else:
            continue
        text = data[begin:end].decode("utf-8", "replace")
        values.append(Value(_unescape(text), begin, end, "damaged"))
        check_limit("the number of XMP elements", len(values), limits.items)
    return values


def _closing_quote(data: bytes, opening: re.Match[bytes], limit: int) -> int:
    """Return where an attribute ends: at a quote before the tag's end or another attribute.

    Quotes in the value that should have been escaped are passed over.
    """
    quote = re.compile(opening[1] + rb"(?=\s*/?\Z|\s+[\w.\-]+:[\w.\-]+\s*=)")
    close = quote.search(data, opening.end(), limit)
    return close.start() if close else limit


def _unescape(text: str) -> str:
    return _ENTITY.sub(_character, text)


def _character(match: re.Match[str]) -> str:
    decimal, hexadecimal, name = match.groups()
    if name:
        return _ENTITIES[name]
    code = int(decimal) if decimal else int(hexadecimal, 16)
    return chr(code) if code <= 0x10FFFF and not 0xD800 <= code < 0xE000 else "\ufffd"  # noqa: PLR2004 - Unicode
