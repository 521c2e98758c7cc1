"""OpenDocument content: paragraphs as a reader sees them, pages, and styles [ODF1].

Of styles only what can hide text is read: letters that are hidden, pale on no ground of their own,
or tiny; pages and tables that are not shown.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from ailabel.codecs.markup import Element, Inherited, appended, encode, events
from ailabel.errors import MalformedFileError
from ailabel.io.splice import Edit
from ailabel.values import frozen

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = [
    "DRAW",
    "OFFICE",
    "TABLE",
    "TEXT",
    "Content",
    "Paragraph",
    "Styles",
    "centimetres",
    "find_content",
    "paragraphs",
    "read_styles",
    "with_styles",
]

_URN: Final = "urn:oasis:names:tc:opendocument:xmlns"
OFFICE: Final = f"{_URN}:office:1.0"
TEXT: Final = f"{_URN}:text:1.0"
TABLE: Final = f"{_URN}:table:1.0"
DRAW: Final = f"{_URN}:drawing:1.0"
_STYLE: Final = f"{_URN}:style:1.0"
_FO: Final = f"{_URN}:xsl-fo-compatible:1.0"
_SHOW: Final = f"{_URN}:presentation:1.0"
_LENGTH: Final = re.compile(r"([0-9]{1,6}(?:\.[0-9]{1,8})?)(cm|mm|in|pt|pc)", re.ASCII)
_UNITS: Final = {"cm": 1.0, "mm": 0.1, "in": 2.54, "pt": 2.54 / 72, "pc": 2.54 / 6}
_UNSEEN: Final = {  # what stands in a document and is no part of its text
    (TEXT, "tracked-changes"),
    (TEXT, "note"),
    (OFFICE, "annotation"),
    (OFFICE, "forms"),
    (_SHOW, "notes"),
}
_BREAKS: Final = {"line-break": "\n", "tab": "\t", "s": " "}
_PALE: Final = 0xE0  # every channel above it is close to the white of the page
_TINY: Final = 5 * _UNITS["pt"]  # the smallest size of Chinese print, in centimetres
_CHAIN: Final = 32  # styles that build on one another
_CHILD: Final = 3  # depth of a body's children: content, body, kind, child
_STYLE_NAMES: Final = tuple(f"{{{uri}}}style-name" for uri in (TEXT, DRAW, TABLE, _SHOW))
_CLASS: Final = f"{{{_SHOW}}}class"


@dataclass(slots=True)
class _Look:
    parent: str = ""
    hidden: bool | None = None
    pale: bool | None = None
    filled: bool | None = None
    tiny: bool | None = None

    def over(self, other: _Look) -> _Look:
        """Return this look, with what it leaves open as another has it."""
        return _Look(
            hidden=other.hidden if self.hidden is None else self.hidden,
            pale=other.pale if self.pale is None else self.pale,
            filled=other.filled if self.filled is None else self.filled,
            tiny=other.tiny if self.tiny is None else self.tiny,
        )

    @property
    def is_obscured(self) -> bool:
        """Whether letters that look so cannot be read."""
        return bool(self.hidden or self.tiny or (self.pale and not self.filled))


@dataclass(slots=True)
class Styles:
    """What the styles of a document say, by their names.

    Args:
        looks: of letters.
        unseen: the styles of pages and tables that are not shown.
        size: of a page, in centimetres, where it is given.
    """

    looks: dict[str, _Look] = field(default_factory=dict)
    unseen: set[str] = field(default_factory=set)
    size: tuple[float, float] | None = None

    _resolved: dict[str, _Look] = field(default_factory=dict)

    def resolved(self, name: str) -> _Look:
        """Return what a style and those that it builds on say of letters."""
        found = self._resolved.get(name)
        if found is None:
            found = _Look()
            for look in self._chain(name):
                found = found.over(look)
            self._resolved[name] = found
        return found

    def _chain(self, name: str) -> Iterator[_Look]:
        for _ in range(_CHAIN):
            look = self.looks.get(name)
            if look is None:
                return
            yield look
            name = look.parent


@frozen
class Content:
    """The part of ``content.xml`` that holds what is shown.

    Args:
        body: the element of the kind: a text, a spreadsheet or a presentation.
        children: the elements in it, in order.
        office: the element around that.
        automatic: the automatic styles, or None.
    """

    body: Element
    children: tuple[Element, ...]
    office: Element
    automatic: Element | None


@frozen(kw_only=True)
class Paragraph:
    """A paragraph or heading.

    Args:
        number: its place among all of the document, from 1.
        text: what it says; line breaks are newlines.
        is_obscured: whether some of it is hidden, pale or tiny.
        owner: the child of the body that it stands in: a page, a table, or itself.
        is_title: whether it is a heading or stands in a frame for titles.
        cell: the element of the cell that it stands in, or None.
    """

    number: int
    text: str
    is_obscured: bool
    owner: Element
    is_title: bool
    cell: Element | None


def find_content(data: bytes, part: str) -> Content:
    """Return the body of a document.

    Raises:
        MalformedFileError: it has none, or is not well-formed.
        LimitExceededError: it is nested too deeply.
    """
    body = office = automatic = None
    children: list[Element] = []
    for element, event in events(data, part):
        if event is not True:
            continue
        if element.depth == 1 and element.uri == OFFICE:
            if element.name == "automatic-styles":
                automatic = element
            elif element.name == "body":
                office = element
        elif body is None and element.parent is office and office is not None:
            body = element
        elif element.parent is body and body is not None:
            children.append(element)
    if body is None or office is None:
        raise MalformedFileError("{part} has no body", part=part)
    return Content(body, tuple(children), office, automatic)


def with_styles(content: Content, markup: str, data: bytes) -> Edit:
    """Return the edit that adds automatic styles; the markup declares its namespaces."""
    if content.automatic is not None:
        return appended(content.automatic, markup, data)
    whole = f'<o:automatic-styles xmlns:o="{OFFICE}">{markup}</o:automatic-styles>'
    return Edit(content.office.start, 0, encode(whole, data))


def read_styles(data: bytes, part: str, styles: Styles) -> None:
    """Add what a part says of styles, ``styles.xml`` or the automatic styles of the content.

    Raises:
        MalformedFileError: it is not well-formed.
        LimitExceededError: it is nested too deeply.
    """
    name = ""
    for element, event in events(data, part):
        if element.uri == OFFICE and element.name == "body":
            return
        if event is not True or element.uri != _STYLE:
            continue
        held = element.attributes
        if element.name in {"style", "default-style"}:
            family = held.get(f"{{{_STYLE}}}family", "")
            name = held.get(f"{{{_STYLE}}}name", "")
            styles.looks[name] = _Look(held.get(f"{{{_STYLE}}}parent-style-name", ""))
            if element.name == "default-style":
                name = f"default {family}"
                styles.looks[name] = _Look()
        elif element.name == "page-layout-properties" and styles.size is None:
            wide, high = held.get(f"{{{_FO}}}page-width"), held.get(f"{{{_FO}}}page-height")
            size = centimetres(wide), centimetres(high)
            styles.size = size if all(size) else None
        elif name in styles.looks:
            _properties(element, styles, name)


def _properties(element: Element, styles: Styles, name: str) -> None:
    held, look = element.attributes, styles.looks[name]
    if element.name == "text-properties":
        if (display := held.get(f"{{{TEXT}}}display")) is not None:
            look.hidden = display == "none"
        if (colour := held.get(f"{{{_FO}}}color")) is not None:
            look.pale = _is_pale(colour)
        size = held.get(f"{{{_FO}}}font-size", "")
        if _LENGTH.fullmatch(size):
            look.tiny = centimetres(size) < _TINY
    ground = held.get(f"{{{_FO}}}background-color", "transparent")
    if ground != "transparent":
        look.filled = not _is_pale(ground)
    if held.get(f"{{{DRAW}}}fill") in {"solid", "gradient", "hatch", "bitmap"}:
        look.filled = not _is_pale(held.get(f"{{{DRAW}}}fill-color", ""))
    hides_page = held.get(f"{{{_SHOW}}}visibility") == "hidden"
    if hides_page or held.get(f"{{{TABLE}}}display") == "false":
        styles.unseen.add(name)


def paragraphs(data: bytes, part: str, styles: Styles) -> Iterator[Paragraph]:
    """Yield the paragraphs of a document's body.

    Raises:
        MalformedFileError: it is not well-formed.
        LimitExceededError: it is nested too deeply.
    """
    reader = _Reader(styles)
    for element, event in events(data, part):
        if event is True:
            reader.start(element)
        elif event is not False:
            reader.text(element, event)
        elif (paragraph := reader.end(element)) is not None:
            yield paragraph


@frozen(kw_only=True)
class _Scope:
    """What an element has from itself and those around it."""

    look: _Look
    owner: Element | None = None
    cell: Element | None = None
    is_title: bool = False


class _Reader:
    """The state of reading one body."""

    def __init__(self, styles: Styles) -> None:
        self._styles = styles
        default = styles.resolved("default paragraph").over(styles.resolved("default graphic"))
        self._scopes = Inherited(self._scope, _Scope(look=default))
        self._count = 0
        self._skipped: Element | None = None
        self._open: list[tuple[Element, list[str], list[bool]]] = []

    def start(self, element: Element) -> None:
        if self._skipped is not None:
            return
        if (element.uri, element.name) in _UNSEEN:
            self._skipped = element
        elif element.uri == TEXT and element.name in {"p", "h"}:
            self._count += 1
            self._open.append((element, [], []))
        elif element.uri == TEXT and element.name in _BREAKS and self._open:
            self._open[-1][1].append(_BREAKS[element.name])

    def text(self, element: Element, text: str) -> None:
        if self._skipped is None and self._open and element.uri == TEXT:
            _, pieces, obscured = self._open[-1]
            pieces.append(text)
            if text.strip():
                obscured.append(self._scopes.of(element).look.is_obscured)

    def end(self, element: Element) -> Paragraph | None:
        if self._skipped is not None:
            if element is self._skipped:
                self._skipped = None
            return None
        if not self._open or element is not self._open[-1][0]:
            return None
        _, pieces, obscured = self._open.pop()
        scope = self._scopes.of(element)
        return Paragraph(
            number=self._count,
            text="".join(pieces),
            is_obscured=any(obscured),
            owner=scope.owner or element,
            is_title=element.name == "h" or scope.is_title,
            cell=scope.cell,
        )

    def _scope(self, element: Element, around: _Scope) -> _Scope:
        held, look = element.attributes, _Look()
        for key in _STYLE_NAMES if held else ():
            if key in held:
                look = look.over(self._styles.resolved(held[key]))
        is_cell = element.uri == TABLE and element.name == "table-cell"
        return _Scope(
            look=look.over(around.look),
            owner=element if element.depth == _CHILD else around.owner,
            cell=element if is_cell else around.cell,
            is_title=around.is_title or held.get(_CLASS) in {"title", "subtitle"},
        )


def _is_pale(colour: str) -> bool:
    try:
        channels = bytes.fromhex(colour.removeprefix("#"))
    except ValueError:
        return False
    return bool(channels) and min(channels) >= _PALE


def centimetres(length: str | None) -> float:
    """Return a length in centimetres; 0 where it is none [ODF1 18.3.18]."""
    found = _LENGTH.fullmatch(length or "")
    return float(found[1]) * _UNITS[found[2]] if found else 0.0
