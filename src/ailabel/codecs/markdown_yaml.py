"""YAML in the body of a Markdown file: blocks between ``---`` lines, and passages that look alike.

Products put a second front matter below the first, behind a heading, or at the end without its
lines. A block is taken for one only where nothing else claims its lines: not in fences, quotes,
lists, comments or folded parts.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from ailabel.codecs.frontmatter import fields
from ailabel.codecs.markdown import Kind, Line, lines
from ailabel.errors import MalformedFileError
from ailabel.io.source import check_limit
from ailabel.values import frozen

if TYPE_CHECKING:
    from collections.abc import Container

    from ailabel.codecs.text import Text
    from ailabel.codecs.yaml_mapping import Entry

__all__ = ["Passage", "passages"]

_BUDGET: Final = 1 << 17  # characters of YAML, which a slow parser reads
_ITEMS: Final = 100_000  # delimiters and keys in one file, ours
_LONGEST: Final = 64 * 1024  # units of one passage that is no block
_PROSE: Final = re.compile(  # a line that goes on neither a mapping nor a value in brackets
    r"(?:\r\n|\n|\r)(?![ \t\r\n\"'{}\[\],#]|\Z)"
)
_OPEN: Final = re.compile(r"[^\r\n:=]*:[ \t]*[\"'{\[]")  # a key whose value has brackets or quotes
_WRITTEN: Final = re.compile(r"\S")
_APART: Final = frozenset({Kind.BLANK, Kind.HEADING})  # lines that no removal below them can touch


@frozen(kw_only=True)
class Passage:
    """A piece of the body that has the key that was looked for; positions are units.

    Args:
        line: its line number.
        begin: where it begins.
        end: where it ends.
        entries: the entries, where it is a block of YAML of its own; else empty.
        cut: the range whose removal takes the block out and touches no prose; None where it holds
            other entries or prose would run together.
        kind: what its first line is.
    """

    line: int
    begin: int
    end: int
    entries: tuple[Entry, ...]
    cut: tuple[int, int] | None
    kind: Kind


@frozen
class _Mark:
    """A line that matters: a delimiter or a line with the key; and the line before it."""

    line: Line
    before: Line | None
    delimits: bool


def passages(text: Text, start: int, word: str) -> list[Passage]:
    """Find the blocks and passages behind `start` in which a key holds `word`, whatever its case.

    Raises:
        LimitExceededError: there are too many, or too much YAML to read.
    """
    if not re.search(re.escape(word), text.units[start:], re.IGNORECASE):
        return []
    key = re.compile(
        r"[ \t>*+#-]*+(?:<!--[ \t]*+)?[\"'{`]*+"
        rf"[\w.-]{{0,32}}{word}[\w.-]{{0,32}}[\"'`]?[ \t]*[:=]",
        re.IGNORECASE,
    )
    return _Finder(text, start, key).found


class _Finder:
    """Walks the marks of a text and collects the passages."""

    def __init__(self, text: Text, start: int, key: re.Pattern[str]) -> None:
        self.found: list[Passage] = []
        self._text = text
        self._spent = 0
        self._done = start
        self._written = start  # where the first character behind the open delimiter stands
        marks = _marks(text, start, key)
        after = _next_delimiters(marks)
        opening: _Mark | None = None
        for mark, closing in zip(marks, after, strict=True):
            if mark.line.start < self._done:
                continue
            if mark.delimits:
                opening = mark
                written = _WRITTEN.search(text.units, mark.line.next)
                self._written = written.start() if written else len(text.units)
            elif self._block(mark, opening, closing):
                opening = None
            else:
                self._loose(mark)

    def _block(self, mark: _Mark, opening: _Mark | None, closing: _Mark | None) -> bool:
        """Take the mark for part of a block if it is; a block at the end needs no delimiters."""
        if mark.line.kind is not Kind.TEXT or mark.line.folded:
            return False
        units = self._text.units
        begin = opening.line.next if opening else mark.line.start
        end = closing.line.start if closing else len(units)
        ended = closing is None and self._begins(mark, {Kind.BLANK})
        if opening is None or closing is None:
            attached = opening is not None and self._written >= mark.line.start
            if not (ended or (closing is None and attached)) or self._prose_follows(mark):
                return False
            begin = mark.line.start
        entries = self._entries(begin, end)
        if not entries or (closing is None and len(entries) > 1):
            return False
        first = opening if opening and (closing or begin == opening.line.next) else mark
        last = closing.line.next if closing else len(units)
        self._add(mark, (begin, end), entries, self._cut(first, last, (begin, end), entries))
        self._done = last
        return True

    def _prose_follows(self, mark: _Mark) -> bool:
        """Say cheaply whether the entry that a mark begins cannot go on to the end of the text."""
        units = self._text.units
        if _OPEN.match(units, mark.line.start, mark.line.end):
            return False
        return _PROSE.search(units, mark.line.end) is not None

    def _entries(self, begin: int, end: int) -> tuple[Entry, ...]:
        self._spent += end - begin
        check_limit("the YAML in the text", self._spent, _BUDGET)
        try:
            found = fields(self._text, begin, end)
        except MalformedFileError:
            return ()
        return () if found is None or found.brace is not None else found.entries

    def _cut(
        self, first: _Mark, last: int, inner: tuple[int, int], entries: tuple[Entry, ...]
    ) -> tuple[int, int] | None:
        units, (begin, end) = self._text.units, inner
        alone = len(entries) == 1 and not (
            units[begin : entries[0].start] + units[entries[0].end : end]
        ).strip(" \t\r\n")
        return (first.line.start, last) if alone and self._begins(first, _APART) else None

    def _begins(self, mark: _Mark, kinds: Container[Kind]) -> bool:
        """Say whether a line begins the text, follows a block, or a line of one of the kinds."""
        before = mark.before
        return before is None or before.kind in kinds or mark.line.start == self._done

    def _loose(self, mark: _Mark) -> None:
        """Add a passage that is no block: from its line to the next blank one."""
        units, begin = self._text.units, mark.line.start
        blank = re.compile(r"(?:\r\n|\n|\r)[ \t>]*(?=\r\n|\n|\r|\Z)").search(
            units, mark.line.end, begin + _LONGEST
        )
        end = blank.start() if blank else min(len(units), begin + _LONGEST)
        self._add(mark, (begin, end), (), None)
        self._done = end

    def _add(
        self,
        mark: _Mark,
        place: tuple[int, int],
        entries: tuple[Entry, ...],
        cut: tuple[int, int] | None,
    ) -> None:
        self.found.append(
            Passage(
                line=mark.line.number,
                begin=place[0],
                end=place[1],
                entries=entries,
                cut=cut,
                kind=mark.line.kind,
            )
        )


def _marks(text: Text, start: int, key: re.Pattern[str]) -> list[_Mark]:
    """Return the delimiters and the lines with the key, in order."""
    marks: list[_Mark] = []
    before: Line | None = None
    units = text.units
    for line in lines(units, start):
        delimits = (
            line.kind is Kind.RULE
            and not line.folded
            and units[line.start : line.end].rstrip(" \t") == "---"
        )
        if delimits or key.match(units, line.start, line.end):
            marks.append(_Mark(line, before, delimits))
            check_limit("the number of YAML blocks", len(marks), _ITEMS)
        before = line
    return marks


def _next_delimiters(marks: list[_Mark]) -> list[_Mark | None]:
    """Return, for each mark, the delimiter that follows it."""
    following: list[_Mark | None] = []
    found: _Mark | None = None
    for mark in reversed(marks):
        following.append(found)
        if mark.delimits:
            found = mark
    following.reverse()
    return following
