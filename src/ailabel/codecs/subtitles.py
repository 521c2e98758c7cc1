"""Subtitles: the cues of SubRip and WebVTT, by their places in the text [WebVTT 4.1].

SubRip has no document of its own; programs agree on blocks that blank lines part: a number, a line
of times with commas, the lines that are shown. WebVTT has points, and the number may be any name.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from ailabel.io.source import check_limit
from ailabel.values import frozen

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ailabel.codecs.text import Text

__all__ = ["Cue", "cues", "plain", "timing"]

_LINE: Final = re.compile(r"[^\r\n]*(?:\r\n|\n|\r|\Z)")
_CLOCK: Final = r"(?:(\d{1,4}):)?(\d{1,2}):(\d{1,2})[.,](\d{1,3})"
_TIMES: Final = re.compile(rf"[ \t]*{_CLOCK}[ \t]*-->[ \t]*{_CLOCK}(?:[ \t].*)?", re.ASCII)
_HEAD: Final = "WEBVTT"
_KEPT: Final = 3  # lines of a block, without the last
_NUMBER: Final = re.compile(r"\d{1,9}", re.ASCII)
_MARKUP: Final = re.compile(r"<[^<>]{0,200}>|\{\\[^{}]{0,200}\}")


@frozen(kw_only=True)
class Cue:
    """What is shown at a time; places count the units of the text.

    Args:
        begin: where its block begins, with its number or name.
        body: where its first line of text begins.
        end: where its last line of text ends, before the newline.
        line: the number of its first line of text in the file, from 1.
        number: its number; 0 where it has a name or none.
        start: when it is shown first, in seconds.
        stop: when it vanishes.
    """

    begin: int
    body: int
    end: int
    line: int
    number: int
    start: float
    stop: float


def cues(text: Text, limit: int) -> Iterator[Cue]:
    """Yield the cues of a file in its order; what is no cue is passed over.

    Raises:
        LimitExceededError: there are more than `limit`.
    """
    count = 0
    for number, lines in _blocks(text.units):
        for index, (at, line) in enumerate(lines[:2]):
            times = _TIMES.fullmatch(line)
            if times is None:
                continue
            count += 1
            check_limit("the number of cues", count, limit)
            shown = lines[index + 1 :]
            after = min(at + len(line) + len(text.newline), len(text.units))
            named = index and not lines[0][1].startswith(_HEAD)  # a head may lack its blank line
            name = lines[0][1].strip() if named else ""
            yield Cue(
                begin=lines[0][0] if named else at,
                body=shown[0][0] if shown else after,
                end=shown[-1][0] + len(shown[-1][1]) if shown else at + len(line),
                line=number + index + 1,
                number=int(name) if _NUMBER.fullmatch(name) else 0,
                start=_seconds(times, 1),
                stop=_seconds(times, 5),
            )
            break


def timing(start: float, stop: float, point: str) -> str:
    """Return a line of times; `point` parts the seconds from their thousandths."""
    return f"{_clock(start, point)} --> {_clock(stop, point)}"


def plain(line: str) -> str:
    """Return a line as it is shown, without its markup."""
    return _MARKUP.sub("", line)


def _blocks(units: str) -> Iterator[tuple[int, list[tuple[int, str]]]]:
    """Yield runs of lines that blank ones part: the first line's number, and places and lines.

    Of a long run only the first lines and the last one are kept.
    """
    block: list[tuple[int, str]] = []
    first = 0
    for number, match in enumerate(_LINE.finditer(units), 1):
        line = match[0].rstrip("\r\n")
        if line.strip():
            first = first if block else number
            del block[_KEPT:]
            block.append((match.start(), line))
        elif block:
            yield first, block
            block = []
    if block:
        yield first, block


def _seconds(times: re.Match[str], group: int) -> float:
    hours, minutes, seconds, part = (times[group + place] or "0" for place in range(4))
    return int(hours) * 3600 + int(minutes) * 60 + int(seconds) + int(part.ljust(3, "0")) / 1000


def _clock(seconds: float, point: str) -> str:
    total = round(seconds * 1000)
    hours, rest = divmod(total, 3_600_000)
    minutes, rest = divmod(rest, 60_000)
    return f"{hours:02}:{minutes:02}:{rest // 1000:02}{point}{rest % 1000:03}"
