"""The label in Markdown: a paragraph of its own behind the front matter, or at the end."""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING, Final

from ailabel.codecs.frontmatter import body_start
from ailabel.codecs.html import unescape
from ailabel.codecs.markdown import Kind, Line, lines
from ailabel.codecs.text import read_text
from ailabel.marks.text.lines import Passage, conclude, ends_sentence
from ailabel.marks.text.markup import runs
from ailabel.standard.textmark import may_hold
from ailabel.values import frozen

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from ailabel.io.source import Limits, View
    from ailabel.io.splice import Edit
    from ailabel.spi import Evidence

__all__ = ["insert", "inspect"]

_NEWLINE: Final = re.compile(r"\r\n|\n|\r")
_SPECIAL: Final = re.compile(r"[\\`*_\[\]<>&~|$]")
_LEADING: Final = re.compile(r"(?:[#+=-]|\d{1,9}(?=[.)]))")
_ESCAPED: Final = re.compile(r"\\([!-/:-@\[-`{-~])")
_TAG: Final = re.compile(r"</?[A-Za-z][^<>]*>|<!--.*?-->")
_QUOTE: Final = re.compile(r"[ \t]*(?:>[ \t]?)+")
_ALERT: Final = re.compile(r"\[![A-Za-z]+\]\s*$")
_CODE: Final = re.compile(r"(`+)[^`].*?\1")
_INLINE: Final = re.compile(r"`|~~|\]\(|\]\[|!\[")  # code, deletions, links, pictures
_DEFINITION: Final = re.compile(r"^ {0,3}\[([^\[\]\r\n]+)\]:", re.MULTILINE)
_PARTING: Final = frozenset({Kind.BLANK, Kind.RULE, Kind.HEADING})
_COUNTED: Final = frozenset(set(Kind) - {Kind.BLANK, Kind.RULE, Kind.COMMENT})
_PROSE: Final = frozenset({Kind.TEXT, Kind.QUOTE})
_EDGE: Final = Line(number=0, start=0, end=0, next=0, kind=Kind.BLANK, folded=False)


def insert(view: View, line: str, places: Sequence[str]) -> list[Edit]:
    """Plan the paragraphs that show a label.

    Args:
        view: the file.
        line: the label.
        places: ``start``, ``end`` or both.
    """
    text = read_text(view)
    units, newline = text.units, text.newline
    paragraph = escape(line)
    start = body_start(text)
    edits = []
    if "start" in places or not units[start:].strip():
        lead = newline if start else ""
        if start and units[start - 1] not in "\r\n":
            lead += newline
        blank = _NEWLINE.match(units, start) if start else None
        tail = newline if blank or start == len(units) else newline * 2
        edits.append(text.edit(start, start, lead + paragraph + tail))
    if "end" in places and units[start:].strip():
        ended = units.endswith(("\n", "\r"))
        lead = newline if ended else newline * 2
        edits.append(text.edit(len(units), len(units), lead + paragraph + newline * ended))
    return edits


def escape(line: str) -> str:
    """Return a line such that Markdown shows it as it is."""
    escaped = _SPECIAL.sub(lambda found: "\\" + found[0], line)
    leading = _LEADING.match(escaped)
    if leading is None:
        return escaped
    end = leading.end()
    return f"{escaped[:end]}\\{escaped[end:]}" if leading[0].isdigit() else "\\" + escaped


def inspect(view: View) -> Evidence:
    """Look for the label among the paragraphs of a file."""
    text = read_text(view)
    if not may_hold(text.decode(0, len(text.units))):
        return conclude((), 0)
    start = body_start(text)
    lead = _NEWLINE.sub("\n", text.decode(0, start))
    page = _page(text.decode(start, len(text.units)), lead.count("\n"), view.limits)
    return conclude(_passages(page), sum(1 for line in page.lines if line.kind in _COUNTED))


@frozen
class _Page:
    """The body of a file.

    Args:
        body: its text.
        lines: its lines.
        skipped: how many lines stand before it.
        hidden: numbers of the lines on which HTML hides text or sets it apart.
        defined: the names of link definitions, which make links of bracketed words.
    """

    body: str
    lines: list[Line]
    skipped: int
    hidden: frozenset[int]
    defined: frozenset[str]


def _page(body: str, skipped: int, limits: Limits) -> _Page:
    found = list(lines(body))
    hidden = _hidden_lines(body, found, limits) if "<" in body else frozenset()
    defined = frozenset(match[1].strip() for match in _DEFINITION.finditer(body))
    return _Page(body, found, skipped, hidden, defined)


def _passages(page: _Page) -> Iterator[Callable[[], Passage]]:
    """Yield what makes a passage of each line that names AI."""
    index, previous = -1, ""
    for place, line in enumerate(page.lines):
        if line.kind not in _COUNTED:
            continue
        index += 1
        words = page.body[line.start : line.end]
        previous, earlier = words, previous
        if may_hold(words):
            yield partial(_passage, page, place, index, earlier)


def _passage(page: _Page, place: int, index: int, earlier: str) -> Passage:
    line = page.lines[place]
    words = page.body[line.start : line.end]
    before = page.lines[place - 1] if place else _EDGE
    after = page.lines[place + 1] if place + 1 < len(page.lines) else _EDGE
    return Passage(
        text=_shown(words, line),
        line=line.number + page.skipped,
        index=index,
        before=_parts(page, before) or ends_sentence(page.body[before.start : before.end]),
        after=_parts(page, after) or ends_sentence(words),
        plain=_is_plain(page, words, line) and not _underlines(page, after),
        quoted=line.kind is Kind.QUOTE,
        previous=earlier,
    )


def _shown(words: str, line: Line) -> str:
    """Return what a reader sees of a line, but for emphasis, which is looked through later."""
    if line.kind is Kind.QUOTE:
        words = _QUOTE.sub("", words, count=1)
    return unescape(_ESCAPED.sub(r"\1", _TAG.sub("", words))).strip()


def _is_plain(page: _Page, words: str, line: Line) -> bool:
    """Say whether a line is prose without code, links and what HTML hides."""
    if line.kind not in _PROSE or line.folded or line.number in page.hidden:
        return False
    if _INLINE.search(words):
        return False
    return words.strip().strip("[]") not in page.defined


def _parts(page: _Page, line: Line) -> bool:
    """Say whether a line parts its neighbours."""
    if line.kind is Kind.QUOTE:
        inner = _QUOTE.sub("", page.body[line.start : line.end], count=1)
        return not inner.strip() or _ALERT.match(inner) is not None
    return line.kind in _PARTING


def _underlines(page: _Page, line: Line) -> bool:
    """Say whether a line makes a heading of the one before it."""
    return line.kind is Kind.RULE and not page.body[line.start : line.end].strip(" \t-=").strip()


def _hidden_lines(body: str, found: list[Line], limits: Limits) -> frozenset[int]:
    """Return the numbers of the lines that hold text which HTML hides or sets apart."""
    masked = _masked(body, found)
    hidden: set[int] = set()
    place = 0
    for run in runs(masked, limits):
        if (run.shown and not run.unseen) or not masked[run.start : run.end].strip():
            continue
        while place < len(found) and found[place].next <= run.start:
            place += 1
        reached = place
        while reached < len(found) and found[reached].start < run.end:
            hidden.add(found[reached].number)
            reached += 1
        place = max(place, reached - 1)
    return frozenset(hidden)


def _masked(body: str, found: list[Line]) -> str:
    """Return the body with blanks in the place of code, in which tags are none."""
    pieces: list[str] = []
    for line in found:
        words = body[line.start : line.end]
        if line.kind is Kind.CODE and not words.lstrip().startswith("<"):
            words = " " * len(words)
        elif "`" in words:
            words = _CODE.sub(lambda code: " " * len(code[0]), words)
        pieces += (words, body[line.end : line.next])
    return "".join(pieces)
