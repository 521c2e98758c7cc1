"""The label in subtitles: a cue of its own before the first one, or a line on top of it.

A cue of its own is shown for three seconds; where the first cue comes sooner than the label could
be read, its first line is the label instead, because not every player shows two cues at once; so it
is in those that follow, until the label has been there long enough.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from ailabel.codecs.subtitles import Cue, cues, plain, timing
from ailabel.codecs.text import read_text
from ailabel.marks.text.lines import Passage, conclude
from ailabel.standard.textmark import may_hold

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ailabel.codecs.text import Text
    from ailabel.io.source import View
    from ailabel.io.splice import Edit
    from ailabel.spi import Evidence

__all__ = ["insert_srt", "insert_vtt", "inspect"]

_NEWLINE: Final = re.compile(r"\r\n|\n|\r")
_SECONDS: Final = 3.0  # that the label is shown
_LEAST: Final = 2.0  # as for films: what can be read


def insert_srt(view: View, line: str, places: Sequence[str]) -> list[Edit]:
    """Plan the label in SubRip; a cue before the first has the number 0, so that none changes."""
    return list(_insert(view, line, places, point=","))


def insert_vtt(view: View, line: str, places: Sequence[str]) -> list[Edit]:
    """Plan the label in WebVTT."""
    return list(_insert(view, line.replace("&", "&amp;").replace("<", "&lt;"), places, point="."))


def inspect(view: View) -> Evidence:
    """Look for the label among the lines that are shown."""
    text = read_text(view)
    found = list(cues(text, view.limits.items))
    passages: list[Passage] = []
    for index, cue in enumerate(found):
        shown = _NEWLINE.split(text.decode(cue.body, cue.end))
        passages += _passages(shown, cue, index)
    return conclude(passages, len(found))


def _passages(shown: list[str], cue: Cue, index: int) -> Iterator[Passage]:
    for number, line in enumerate(shown):
        said = plain(line)
        if may_hold(said):
            yield Passage(text=said, line=cue.line + number, index=index)


def _insert(view: View, line: str, places: Sequence[str], *, point: str) -> Iterator[Edit]:
    text = read_text(view)
    found = list(cues(text, view.limits.items))
    if not found:
        yield _appended(text, 1 if point == "," else 0, timing(0, _SECONDS, point), line)
        return
    first, last = found[0], max(found, key=lambda cue: cue.stop)
    if "start" in places and first.start < _LEAST:
        for cue in found:
            if cue is first or first.start <= cue.start < first.start + _LEAST:
                yield _on_top(text, cue, line)
    elif "start" in places:
        times = timing(0, min(_SECONDS, first.start), point)
        name = "0" + text.newline if point == "," else ""
        block = f"{name}{times}{text.newline}{line}{text.newline}{text.newline}"
        yield text.edit(first.begin, first.begin, block)
    if "end" in places:
        times = timing(last.stop, last.stop + _SECONDS, point)
        number = max(cue.number for cue in found) + 1 if point == "," else 0
        yield _appended(text, number, times, line)


def _on_top(text: Text, cue: Cue, line: str) -> Edit:
    """Plan a line above those of a cue; a cue that ends the file may have none, and no newline."""
    parted = text.units[cue.body - 1] in "\r\n"
    return text.edit(cue.body, cue.body, ("" if parted else text.newline) + line + text.newline)


def _appended(text: Text, number: int, times: str, line: str) -> Edit:
    """Plan a block behind everything, parted by one blank line."""
    newline, end = text.newline, len(text.units)
    tail = text.units[-4:].replace("\r\n", "\n").replace("\r", "\n")
    lacking = 0 if not end else 2 - (len(tail) - len(tail.rstrip("\n")))
    name = f"{number}{newline}" if number else ""
    block = newline * max(lacking, 0) + name + times + newline + line + newline
    return text.edit(end, end, block)
