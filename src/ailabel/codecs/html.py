"""HTML as tokens with their positions, and the region of the document in which each stands [HTML].

The tokeniser follows the standard where that decides what is a tag: raw text, comments, quoted
attributes, foreign content. It never builds a tree and never fails: every text is some HTML. Every
search that fails ends the input, so the time is linear. Positions are units of the text.
"""

from __future__ import annotations

import re
from enum import Enum
from typing import TYPE_CHECKING, Final

from ailabel.values import frozen

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = [
    "Attribute",
    "Kind",
    "Region",
    "Token",
    "tokens",
    "unescape",
    "walk",
]

_BLANK: Final = r"[ \t\n\f\r]"
_NAME: Final = re.compile(r"[A-Za-z][^ \t\n\f\r/>]*")
_BETWEEN: Final = re.compile(r"[ \t\n\f\r/]*")
_ATTRIBUTE: Final = re.compile(r"=?[^ \t\n\f\r/>=]*")
_EQUALS: Final = re.compile(rf"{_BLANK}*={_BLANK}*")
_UNQUOTED: Final = re.compile(r"[^ \t\n\f\r>]*")
_COMMENT_END: Final = re.compile(r"--!?>")
_SCRIPT: Final = re.compile(r"<!--|-->|<(/?)script(?=[ \t\n\f\r/>])", re.IGNORECASE)
_RAW: Final = frozenset(
    {"iframe", "noembed", "noframes", "noscript", "script", "style", "textarea", "title", "xmp"}
)
_HEAD: Final = frozenset(
    {"base", "basefont", "bgsound", "link", "meta", "noframes", "noscript", "script", "style"}
    | {"template", "title"}
)
_REFERENCE: Final = re.compile(
    r"&(?:#[0-9]{1,12}(?![0-9]);?|#[xX][0-9a-fA-F]{1,12}(?![0-9a-fA-F]);?|[A-Za-z][A-Za-z0-9]*;)"
)


class Kind(Enum):
    """What a token is."""

    START = "start tag"
    END = "end tag"
    TEXT = "text"
    RAW = "raw text"
    """What stands in ``script``, ``style``, ``title`` and their like."""
    COMMENT = "comment"
    DOCTYPE = "doctype"
    OTHER = "other"
    """A processing instruction or a bogus comment."""


class Region(Enum):
    """Where in the document a token stands."""

    BEFORE = "before the head"
    HEAD = "head"
    BODY = "body"
    INERT = "template"


@frozen
class Attribute:
    """An attribute: its name in lower case, and where its value stands, quotes included."""

    name: str
    start: int
    end: int
    quoted: bool

    @property
    def inner(self) -> tuple[int, int]:
        """Where the value stands without its quotes."""
        return (self.start + 1, self.end - 1) if self.quoted else (self.start, self.end)


@frozen
class Token:
    """A token; `name` (in lower case), `attributes` and `empty` (``/>``) are those of a tag."""

    kind: Kind
    start: int
    end: int
    name: str = ""
    attributes: tuple[Attribute, ...] = ()
    empty: bool = False

    def attribute(self, name: str) -> Attribute | None:
        """Return an attribute by its name; the first counts."""
        return next((item for item in self.attributes if item.name == name), None)


def tokens(units: str, *, xml: bool = False) -> Iterator[Token]:
    """Yield the tokens of a text, which follow each other without a gap.

    Args:
        units: the text.
        xml: whether it is XHTML, where any element may be empty and CDATA sections exist.
    """
    position = text = foreign = 0
    while (opening := units.find("<", position)) >= 0:
        found = _token(units, opening, sections=xml or foreign > 0)
        if found is None:
            position = opening + 1
            continue
        if opening > text:
            yield Token(Kind.TEXT, text, opening)
        yield found
        position = text = found.end
        if found.name in {"svg", "math"} and not found.empty:
            foreign = max(0, foreign + (1 if found.kind is Kind.START else -1))
        hollow = found.empty and (xml or foreign)
        if found.kind is Kind.START and found.name in _RAW and not hollow:
            position = text = _raw_end(units, found)
            if text > found.end:
                yield Token(Kind.RAW, found.end, text, found.name)
    if text < len(units):
        yield Token(Kind.TEXT, text, len(units))


def walk(units: str, *, xml: bool = False) -> Iterator[tuple[Token, Region]]:
    """Yield the tokens with the region in which a parser would put them."""
    region, templates = Region.BEFORE, 0
    for token in tokens(units, xml=xml):
        if token.name == "template" and not token.empty:
            templates = max(0, templates + (1 if token.kind is Kind.START else -1))
        if templates:
            yield token, Region.INERT
            continue
        region = _region(units, token, region)
        yield token, region


def unescape(value: str) -> str:
    """Resolve the character references of an attribute's value; names only with a semicolon."""
    if "&" not in value:
        return value
    import html

    return _REFERENCE.sub(lambda found: html.unescape(found[0]), value)


# -- tokens ----------------------------------------------------------------------------------------


def _token(units: str, start: int, *, sections: bool) -> Token | None:
    """Return the token that begins with ``<``, or None where that is only a character."""
    following = units[start + 1 : start + 2]
    if following.isascii() and following.isalpha():
        return _tag(units, start, start + 1, Kind.START)
    if following == "/":
        second = units[start + 2 : start + 3]
        if second.isascii() and second.isalpha():
            return _tag(units, start, start + 2, Kind.END)
        return _bogus(units, start) if second else None
    if following == "!":
        return _declaration(units, start, sections=sections)
    return _bogus(units, start) if following == "?" else None


def _declaration(units: str, start: int, *, sections: bool) -> Token:
    if units.startswith("<!--", start):
        for short in ("<!-->", "<!--->"):
            if units.startswith(short, start):
                return Token(Kind.COMMENT, start, start + len(short))
        closing = _COMMENT_END.search(units, start + 4)
        return Token(Kind.COMMENT, start, closing.end() if closing else len(units))
    if sections and units.startswith("<![CDATA[", start):
        end = units.find("]]>", start)
        return Token(Kind.OTHER, start, end + 3 if end >= 0 else len(units))
    if units[start : start + 9].lower() == "<!doctype":
        return Token(Kind.DOCTYPE, start, _bogus(units, start).end)
    return _bogus(units, start)


def _bogus(units: str, start: int) -> Token:
    end = units.find(">", start)
    return Token(Kind.OTHER, start, end + 1 if end >= 0 else len(units))


def _tag(units: str, start: int, named: int, kind: Kind) -> Token:
    """Read a tag; one that the file ends in is no tag [HTML 13.2.5]."""
    match = _NAME.match(units, named)
    position = match.end() if match else named
    name = units[named:position].lower()
    attributes: list[Attribute] = []
    while True:
        between = _BETWEEN.match(units, position)
        place = between.end() if between else position
        if place >= len(units):
            return Token(Kind.OTHER, start, len(units))
        if units[place] == ">":
            empty = units[place - 1] == "/" and place > position
            return Token(kind, start, place + 1, name, tuple(attributes), empty)
        attribute = _attribute(units, place)
        if attribute is None:
            return Token(Kind.OTHER, start, len(units))
        attributes.append(attribute)
        position = attribute.end


def _attribute(units: str, start: int) -> Attribute | None:
    """Read one attribute; None where the file ends in its value."""
    match = _ATTRIBUTE.match(units, start)
    end = match.end() if match else start
    name = units[start:end].lower()
    equals = _EQUALS.match(units, end)
    if equals is None:
        return Attribute(name, end, end, quoted=False)
    begin = equals.end()
    quote = units[begin : begin + 1]
    if quote in {'"', "'"}:
        closing = units.find(quote, begin + 1)
        return Attribute(name, begin, closing + 1, quoted=True) if closing >= 0 else None
    value = _UNQUOTED.match(units, begin)
    return Attribute(name, begin, value.end() if value else begin, quoted=False)


def _raw_end(units: str, tag: Token) -> int:
    """Return where the raw text behind a start tag ends."""
    if tag.name == "script":
        return _script_end(units, tag.end)
    closing = re.compile(rf"</{tag.name}(?=[ \t\n\f\r/>])", re.IGNORECASE)
    match = closing.search(units, tag.end)
    return match.start() if match else len(units)


def _script_end(units: str, start: int) -> int:
    """Return where a script ends; a comment in it may hold scripts of its own [HTML 13.2.5.20]."""
    commented = nested = False
    for match in _SCRIPT.finditer(units, start):
        if match[0] == "<!--":
            commented = True
        elif match[0] == "-->":
            commented = nested = False
        elif match[1] and not nested:
            return match.start()
        else:
            nested = commented and not match[1]
    return len(units)


def _region(units: str, token: Token, region: Region) -> Region:
    """Return the region of a token outside templates, after a token in `region`."""
    if region is Region.BODY or token.kind in {Kind.COMMENT, Kind.DOCTYPE, Kind.OTHER}:
        return region
    if token.kind is Kind.TEXT:
        blank = not units[token.start : token.end].strip(" \t\n\f\r")
        return region if blank else Region.BODY
    if token.kind is Kind.RAW:
        return region
    if token.name == "html" and token.kind is Kind.START:
        return region
    if token.name == "head" or token.name in _HEAD:
        return Region.HEAD
    return region if token.kind is Kind.END and token.name not in {"body", "br"} else Region.BODY
