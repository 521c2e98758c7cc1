"""The lines of a Markdown text, and what stands in each [CommonMark 0.31].

Only what decides whether a line is prose, code, a comment or markup is told apart; inline markup
is left to who needs it. Positions are characters of the string given, code units or text alike.
"""

from __future__ import annotations

import re
from enum import Enum
from typing import TYPE_CHECKING, Final

from ailabel.values import frozen

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Kind", "Line", "lines"]

_LINE: Final = re.compile(r"([^\r\n]*)(\r\n|\n|\r|\Z)")
_FENCE: Final = re.compile(r"( {0,3}|[ \t]+)(`{3,}|~{3,})([^\r\n]*)")
_FENCE_INDENT: Final = 3  # [4.5]; inside a list item it may be more
_HEADING: Final = re.compile(r" {0,3}#{1,6}(?:[ \t]|$)")
_RULE: Final = re.compile(r" {0,3}(?:(?:-[ \t]*){3,}|(?:\*[ \t]*){3,}|(?:_[ \t]*){3,}|=+[ \t]*)$")
_QUOTE: Final = re.compile(r" {0,3}>")
_LIST: Final = re.compile(r"[ \t]*(?:[-*+]|\d{1,9}[.)])(?:[ \t]|$)")
_INDENTED: Final = re.compile(r" {4}| {0,3}\t")
_RAW: Final = (  # [4.6]: what opens an HTML block, and what closes it
    (re.compile(r" {0,3}<(?:script|pre|style|textarea)(?=[\s>]|$)", re.IGNORECASE), "</"),
    (re.compile(r" {0,3}<!--"), "-->"),
    (re.compile(r" {0,3}<\?"), "?>"),
    (re.compile(r" {0,3}<!\[CDATA\["), "]]>"),
    (re.compile(r" {0,3}<![A-Za-z]"), ">"),
)
_RAW_END: Final = re.compile(r"</(?:script|pre|style|textarea)>", re.IGNORECASE)
_FOLDS: Final = re.compile(r"<(/?)details(?=[\s>])", re.IGNORECASE)


class Kind(Enum):
    """What a line is."""

    BLANK = "blank"
    TEXT = "text"
    HEADING = "heading"
    RULE = "rule"
    """A thematic break, or the underline of a heading."""
    QUOTE = "quote"
    LIST = "list"
    CODE = "code"
    """In a fence, indented, or inside raw HTML; the fences themselves too."""
    COMMENT = "comment"


@frozen(kw_only=True)
class Line:
    """One line.

    Args:
        number: counted from 1 at the start of the string.
        start: where it begins.
        end: where it ends, its newline not included.
        next: where the next one begins.
        kind: what it is.
        folded: whether it stands inside a ``details`` element.
    """

    number: int
    start: int
    end: int
    next: int
    kind: Kind
    folded: bool


def lines(text: str, start: int = 0) -> Iterator[Line]:
    """Yield the lines of a text.

    Args:
        text: the text.
        start: where Markdown begins, behind the front matter.
    """
    scanner = _Scanner()
    number = 1 + len(re.findall(r"\r\n|\n|\r", text[:start]))
    for match in _LINE.finditer(text, start):
        if match.start() == len(text):
            return
        kind = scanner.kind(match[1])
        yield Line(
            number=number,
            start=match.start(),
            end=match.end(1),
            next=match.end(),
            kind=kind,
            folded=scanner.folds > 0,
        )
        number += 1


class _Scanner:
    """Remembers from line to line what is open."""

    def __init__(self) -> None:
        self.folds = 0
        self._fence = ""
        self._raw = ""
        self._listed = False
        self._paragraph = False

    def kind(self, line: str) -> Kind:
        """Return what the next line is."""
        found = self._opened(line) if self._fence or self._raw else self._fresh(line)
        if found is Kind.TEXT or found is Kind.LIST:
            for match in _FOLDS.finditer(line):
                self.folds = max(0, self.folds + (-1 if match[1] else 1))
        self._paragraph = found is Kind.TEXT or found is Kind.LIST or found is Kind.QUOTE
        return found

    def _opened(self, line: str) -> Kind:
        """Return the kind of a line inside a fence or raw HTML, and close it where it ends."""
        if self._fence:
            bare = line.strip(" \t")
            if bare.startswith(self._fence) and not bare.strip(self._fence[0]):
                self._fence = ""
            return Kind.CODE
        kind = Kind.COMMENT if self._raw == "-->" else Kind.CODE
        self._close(line)
        return kind

    def _close(self, line: str) -> None:
        ended = _RAW_END.search(line) if self._raw == "</" else self._raw in line
        if ended:
            self._raw = ""

    def _fresh(self, line: str) -> Kind:
        if not line.strip(" \t"):
            return Kind.BLANK
        if self._opens(line):
            return Kind.COMMENT if line.lstrip().startswith("<!--") else Kind.CODE
        listed = _LIST.match(line) is not None
        if _INDENTED.match(line) and not self._paragraph and not self._listed:
            return Kind.CODE
        if not line.startswith((" ", "\t")):
            self._listed = listed
        if _RULE.match(line):
            return Kind.RULE
        return Kind.LIST if listed else _prose(line)

    def _opens(self, line: str) -> bool:
        """Say whether a line opens a fence or raw HTML, and remember it."""
        fence = _FENCE.match(line) if "`" in line or "~" in line else None
        placed = fence and (len(fence[1].expandtabs(4)) <= _FENCE_INDENT or self._listed)
        if fence and placed and (fence[2][0] == "~" or "`" not in fence[3]):
            self._fence = fence[2]
            return True
        for opening, closing in _RAW if "<" in line else ():
            if opening.match(line):
                self._raw = closing
                self._close(line)
                return True
        return False


def _prose(line: str) -> Kind:
    if _HEADING.match(line):
        return Kind.HEADING
    return Kind.QUOTE if _QUOTE.match(line) else Kind.TEXT
