"""HTML: the ``meta`` elements of the head, and data about the page in JSON-LD [HTML; JSON-LD 7]."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ailabel.spi import Entry
from ailabel.traces.places.shared import TEXT_MOST

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ailabel.codecs.html import Token
    from ailabel.codecs.text import Text
    from ailabel.io.source import View

__all__ = ["entries"]

_LINKED: Final = "application/ld+json"


def entries(view: View) -> Iterator[Entry]:
    """Yield the texts that a page's head says of it."""
    from ailabel.codecs.html import Kind, Region, walk
    from ailabel.codecs.html_text import is_xml, read_html

    text = read_html(view)
    linked = False
    for token, region in walk(text.units, xml=is_xml(text)):
        if region is Region.BODY:
            return
        if token.kind is Kind.START and token.name == "meta":
            yield from _meta(text, token)
        elif token.kind is Kind.RAW and linked:
            yield _entry(text, token, _LINKED, text.decode(token.start, token.end))
        linked = token.kind is Kind.START and _value(text, token, "type").lower() == _LINKED


def _meta(text: Text, token: Token) -> Iterator[Entry]:
    for naming in ("name", "property", "itemprop"):
        if name := _value(text, token, naming):
            yield _entry(text, token, name, _value(text, token, "content"))
            return


def _entry(text: Text, token: Token, key: str, value: str) -> Entry:
    offset = text.offset(token.start)
    return Entry(
        system="html",
        key=key,
        text=value[:TEXT_MOST],
        location=f"meta[{key}]" if key != _LINKED else f"script[{key}]",
        offset=offset,
        length=text.offset(token.end) - offset,
    )


def _value(text: Text, token: Token, name: str) -> str:
    from ailabel.codecs.html import unescape

    found = token.attribute(name)
    return unescape(text.decode(*found.inner)) if found else ""
