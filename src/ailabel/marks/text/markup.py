"""What a reader sees of HTML, and what stands hidden, linked, quoted or otherwise apart from prose.

Style sheets are not evaluated: what an element says itself (attributes, inline style, the class
names that everybody uses for hiding) is all that is looked at.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Final

from ailabel.codecs.html import Kind, Token, tokens
from ailabel.codecs.inline_style import is_pale
from ailabel.io.source import check_limit
from ailabel.values import frozen

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ailabel.io.source import Limits

__all__ = ["Run", "runs"]

_TOKENS: Final = 2  # times `Limits.items`; the longest pages of people have half of that
_VOID: Final = frozenset(
    {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source"}
    | {"track", "wbr", "basefont", "bgsound", "param", "frame", "keygen"}
)
_INLINE: Final = frozenset(
    {"a", "abbr", "acronym", "b", "bdi", "bdo", "big", "cite", "code", "data", "del", "dfn", "em"}
    | {"font", "i", "ins", "kbd", "label", "mark", "q", "rp", "rt", "ruby", "s", "samp", "small"}
    | {"span", "strike", "strong", "sub", "sup", "time", "tt", "u", "var", "wbr", "img", "input"}
)
_APART: Final = frozenset(  # where words are no label, whatever they say
    {"a", "audio", "button", "canvas", "caption", "code", "datalist", "del", "dt", "h1", "h2", "h3"}
    | {"h4", "h5", "h6", "iframe", "kbd", "label", "legend", "li", "math", "menu", "nav", "object"}
    | {"optgroup", "option", "pre", "q", "s", "samp", "select", "strike", "svg", "table", "tbody"}
    | {"td", "template", "th", "video"}
)
_FOLDED: Final = frozenset({"details", "dialog"})  # hidden until they are opened
_CLOSED_BY_KIN: Final = (  # start tags that end an open element before them [HTML 13.1.2.4]
    frozenset({"li"}),
    frozenset({"dt", "dd"}),
    frozenset({"option"}),
)
_HIDING_CLASS: Final = re.compile(
    r"(?:^|[\s\"'])(?:sr-only|visually-?hidden|screen-reader-text|hidden|hide|d-none|invisible)"
    r"(?:$|[\s\"'])",
    re.IGNORECASE,
)
_HIDING_STYLE: Final = re.compile(
    r"display:none|visibility:(?:hidden|collapse)|opacity:0?(?:\.0\d*)?(?:;|!|$|[\"'])"
    r"|font-size:[0-5](?:\.\d*)?(?:px|pt)?(?:;|!|$|[\"'])|(?:^|[;\"'])color:transparent"
    r"|text-indent:-\d{3}|(?:left|top|right|bottom):-\d{3}|clip:rect\(|content-visibility:hidden"
    r"|(?:^|[;\"'])(?:max-)?(?:width|height):[01]?(?:\.\d*)?(?:px)?(?:;|!|$|[\"'])",
    re.IGNORECASE,
)


@frozen(kw_only=True)
class Run:
    """A stretch of a page.

    Args:
        start: where it begins.
        end: where it ends.
        shown: whether it is ordinary visible text, neither hidden nor a heading, cell, link, code.
        quoted: whether it stands in a quotation.
        breaks: whether it is no text but the edge of a block or a line break.
        unseen: whether it is no text but a comment, a script and the like.
    """

    start: int
    end: int
    shown: bool = True
    quoted: bool = False
    breaks: bool = False
    unseen: bool = False


def runs(units: str, limits: Limits, *, xml: bool = False) -> Iterator[Run]:
    """Yield the text of markup, the edges of its blocks, and what is not text.

    Args:
        units: the markup.
        limits: bound the number of tags and texts.
        xml: whether it is XHTML.

    Raises:
        LimitExceededError: there are too many of them.
    """
    nesting = _Nesting(units)
    for count, token in enumerate(tokens(units, xml=xml)):
        if count > _TOKENS * limits.items:
            check_limit("the number of tags and texts", count, _TOKENS * limits.items)
        start, end = token.start, token.end
        if token.kind is Kind.TEXT:
            yield Run(start=start, end=end, shown=not nesting.apart, quoted=nesting.quoted)
        elif token.kind in {Kind.RAW, Kind.COMMENT}:
            yield Run(start=start, end=end, unseen=True)
        elif token.kind in {Kind.START, Kind.END}:
            nesting.follow(token, xml=xml)
            if token.name not in _INLINE:
                yield Run(start=start, end=end, breaks=True)


@frozen
class _Element:
    """An open element; for a block, the inline elements that were open around it, by name."""

    name: str
    apart: bool
    around: Counter[str] | None


class _Nesting:
    """Which elements are open, and whether any of them sets its text apart."""

    def __init__(self, units: str) -> None:
        self._units = units
        self._stack: list[_Element] = []
        self._blocks: Counter[str] = Counter()
        self._inline: Counter[str] = Counter()  # within the innermost block
        self._setting_apart = 0

    @property
    def apart(self) -> bool:
        return self._setting_apart > 0

    @property
    def quoted(self) -> bool:
        return self._blocks["blockquote"] > 0

    def follow(self, token: Token, *, xml: bool) -> None:
        """Open or close what a tag opens or closes."""
        if token.kind is Kind.END:
            known = self._inline if token.name in _INLINE else self._blocks
            if known[token.name]:
                while self._pop() != token.name:
                    pass
            return
        self._close_kin(token.name)
        if token.name not in _VOID and not (token.empty and xml):
            self._push(token.name, apart=self._sets_apart(token))

    def _push(self, name: str, *, apart: bool) -> None:
        if name in _INLINE:
            self._stack.append(_Element(name, apart, None))
            self._inline[name] += 1
        else:
            self._stack.append(_Element(name, apart, self._inline))
            self._blocks[name] += 1
            self._inline = Counter()
        self._setting_apart += apart

    def _pop(self) -> str:
        element = self._stack.pop()
        if element.around is None:
            self._inline[element.name] -= 1
        else:
            self._blocks[element.name] -= 1
            self._inline = element.around
        self._setting_apart -= element.apart
        return element.name

    def _close_kin(self, name: str) -> None:
        """Close the element on top that this start tag ends."""
        top = self._stack[-1].name if self._stack else ""
        paragraph = top == "p" and name not in _INLINE | _VOID
        if paragraph or any(name in kin and top in kin for kin in _CLOSED_BY_KIN):
            self._pop()

    def _sets_apart(self, token: Token) -> bool:
        if token.name in _APART or token.attribute("hidden"):
            return True
        if token.name in _FOLDED and not token.attribute("open"):
            return True
        style, names = token.attribute("style"), token.attribute("class")
        if names and _HIDING_CLASS.search(self._units[names.start : names.end]):
            return True
        if style is None:
            return False
        declarations = re.sub(r"\s", "", self._units[style.start : style.end])
        return _HIDING_STYLE.search(declarations) is not None or is_pale(declarations)
