"""The label in plain text: a line of its own, parted from the text by a blank one."""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING, Final

from ailabel.marks.text.lines import Passage, conclude, ends_sentence
from ailabel.standard.textmark import may_hold

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from ailabel.spi import Evidence

__all__ = ["insertions", "inspect_text"]

_NEWLINE: Final = re.compile(r"\r\n|\n|\r")
_QUOTE: Final = re.compile(r"[ \t\u3000]*(?:>[ \t\u3000]*)+")


def insertions(units: str, line: str, newline: str, places: Sequence[str]) -> list[tuple[int, str]]:
    """Return where to put a label into a text, and what to put there.

    Args:
        units: the text; characters or code units.
        line: the label.
        newline: the text's newline.
        places: ``start``, ``end`` or both.
    """
    if not units:
        return [(0, line + newline)]
    found = []
    if "start" in places:
        found.append((0, line + newline + newline))
    if "end" in places:
        ended = units.endswith(("\n", "\r"))
        found.append((len(units), (newline if ended else newline * 2) + line + newline * ended))
    return found


def inspect_text(text: str) -> Evidence:
    """Look for the explicit label in a plain text, such as the answer of a chat.

    Args:
        text: the text.

    Returns:
        What was found: a label counts as one, a mention is left to a person.
    """
    lines = _NEWLINE.split(text) if may_hold(text) else []
    return conclude(_passages(lines), sum(1 for line in lines if line.strip()))


def _passages(lines: list[str]) -> Iterator[Callable[[], Passage]]:
    """Yield what makes a passage of each line that names AI."""
    index, previous = -1, ""
    for number, line in enumerate(lines):
        if not line.strip():
            continue
        index += 1
        previous, earlier = line, previous
        if may_hold(line):
            yield partial(_passage, lines, number, index, earlier)


def _passage(lines: list[str], number: int, index: int, earlier: str) -> Passage:
    line = lines[number]
    quote = _QUOTE.match(line)
    before = lines[number - 1] if number else ""
    after = lines[number + 1] if number + 1 < len(lines) else ""
    return Passage(
        text=line[quote.end() :] if quote else line,
        line=number + 1,
        index=index,
        before=not before.strip() or ends_sentence(before),
        after=not after.strip() or ends_sentence(line),
        quoted=quote is not None,
        previous=earlier,
    )
