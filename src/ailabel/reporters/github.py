"""What the gate says as annotations of GitHub Actions: the ten worst, and where the rest is told.

GitHub shows no more than ten annotations of a step; the whole report goes to the step's summary,
``ailabel check --format markdown >> "$GITHUB_STEP_SUMMARY"``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ailabel.messages import Message
from ailabel.model.report import Level
from ailabel.reporters.findings import UNCHECKED, full, line_of, rank_of, shown, told
from ailabel.reporters.summary import clean
from ailabel.reporters.tally import Tally, Worst, remarks, verdict

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from ailabel.model.gate import GateEnd, GateFile
    from ailabel.reporters.summary import Header

__all__ = ["render"]

_MOST: Final = 10
_COMMANDS: Final = {Level.ERROR: "error", Level.WARNING: "warning", Level.NOTE: "notice"}


def render(header: Header, files: Iterable[GateFile], end: Callable[[], GateEnd]) -> Iterator[str]:
    """Yield the annotations, worst first, then what the run comes to as plain lines."""
    language = header.language
    tally = Tally()
    worst: Worst[str] = Worst(_MOST)
    for file in files:
        tally.add(file)
        for rank, line in _annotations(file, language):
            worst.add(rank, line)
    ending = end()
    problems = [
        _command(Level.ERROR, {"title": "ailabel"}, told(problem, language))
        for problem in ending.problems
    ]
    lines = (problems + worst.kept())[:_MOST]
    yield from lines
    yield f"{told(verdict(tally, ending), language)}\n"
    left = worst.total + len(problems) - len(lines)
    if left:
        more = Message(
            "findings besides these: {count}; --format markdown tells of all, for the step's "
            "summary",
            {"count": left},
        )
        yield f"{told(more, language)}\n"
    for remark in remarks(tally, ending):
        yield f"{told(remark, language)}\n"


def _annotations(file: GateFile, language: str) -> Iterator[tuple[int, str]]:
    path = clean(file.path, None)
    if file.error is not None:
        properties = {"file": path, "line": "1", "title": f"ailabel {UNCHECKED}"}
        yield 0, _command(Level.ERROR, properties, told(file.error, language))
    for finding in shown(file):
        line = str(line_of(finding))
        properties = {"file": path, "line": line, "title": f"ailabel {finding.rule}"}
        yield rank_of(finding), _command(finding.level, properties, full(finding, language))


def _command(level: Level, properties: dict[str, str], message: str) -> str:
    """Return a workflow command, escaped as the runner undoes it [GHRUNNER]."""
    told_of = ",".join(f"{key}={_property(value)}" for key, value in properties.items())
    return f"::{_COMMANDS[level]} {told_of}::{_data(message)}\n"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
