"""What the gate says as a comment of a pull request, or as the summary of a step.

The worst files come first; what a comment has no room for is counted at its end.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ailabel.messages import Message, translate
from ailabel.model.report import Level
from ailabel.reporters.findings import WORST_FIRST, declared, rank_of, shown, steps, told
from ailabel.reporters.gfm import code, plain
from ailabel.reporters.tally import Tally, Worst, remarks, verdict
from ailabel.standard.notices import DISCLAIMER

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from ailabel.model.gate import GateEnd, GateFile, GateFinding
    from ailabel.reporters.summary import Header

__all__ = ["render"]

_ROOM: Final = 65_536 - 536  # characters of a comment [GHCOMMENT], but for what joins the parts
_MOST: Final = 1_000  # files that are kept; hardly more than a few hundred have room
_COMMAND: Final = 1_000  # characters of one that can be copied
_EACH: Final = 8  # findings told of a file
_FEW: Final = 5  # problems and remarks
_SIGNS: Final = {Level.ERROR: "❌", Level.WARNING: "⚠️", Level.NOTE: "ℹ️"}
_MARK: Final = "<!-- ailabel check -->\n"  # by which a bot finds the comment that it wrote before


def render(header: Header, files: Iterable[GateFile], end: Callable[[], GateEnd]) -> Iterator[str]:
    """Yield the comment once all files have passed."""
    language = header.language
    tally = Tally()
    worst: Worst[str] = Worst(_MOST)
    for file in files:
        tally.add(file)
        ranks = [rank_of(finding) for finding in shown(file)]
        if file.error is not None:
            ranks.append(0)
        if ranks:
            worst.add(min(ranks), _file(file, language))
    ending = end()
    head = _head(tally, ending, language)
    tail = _tail(tally, ending, language)
    room = _ROOM - len(head) - len(tail)
    yield head
    told_of = 0
    for block in worst.ranked():
        if len(block) <= room:
            yield block
            room -= len(block)
            told_of += 1
    if told_of < worst.total:
        left = Message("files besides these: {count}", {"count": worst.total - told_of})
        yield f"\n{_said(left, language)}\n"
    yield tail


def _head(tally: Tally, end: GateEnd, language: str) -> str:
    counts = " · ".join(
        f"{_SIGNS[level]} {tally.levels[level]} {translate(level.value, language)}"
        for level in WORST_FIRST
        if tally.levels[level]
    )
    lines = [f"{_MARK}### ailabel: {_said(verdict(tally, end), language)}\n"]
    lines += [f"{counts}\n"] if counts else []
    for problem in end.problems[:_FEW]:
        lines.append(f"> {_SIGNS[Level.ERROR]} {_said(problem, language)}\n")
    return "\n".join([*lines, ""])


def _file(file: GateFile, language: str) -> str:
    lines = [f"- {code(file.path)} ({plain(declared(file, language))})"]
    if file.error is not None:
        problem = f"{translate('cannot be checked', language)}: {told(file.error, language)}"
        lines.append(f"  - {_SIGNS[Level.ERROR]} {plain(problem)}")
    findings = sorted(shown(file), key=rank_of)
    lines += [_finding(finding, language) for finding in findings[:_EACH]]
    if len(findings) > _EACH:
        more = Message("findings besides these: {count}", {"count": len(findings) - _EACH})
        lines.append(f"  - {_said(more, language)}")
    return "\n".join([*lines, ""])


def _finding(finding: GateFinding, language: str) -> str:
    line = f"  - {_SIGNS[finding.level]} **{finding.rule}** {_said(finding.message, language)}"
    if finding.fix is None:
        return line
    before, command, after = steps(finding, language)
    if not command or len(command) > _COMMAND:
        to_do = plain(told(finding.fix, language))
    else:
        to_do = f"{plain(before)}{code(command)}{plain(after)}"
    return f"{line}\\\n    {translate('to do', language)}: {to_do}"


def _tail(tally: Tally, end: GateEnd, language: str) -> str:
    lines = [_said(remark, language) for remark in [*remarks(tally, end)][:_FEW]]
    lines.append(_said(DISCLAIMER, language))
    return "".join(f"\n<sub>{line}</sub>\n" for line in lines)


def _said(message: Message, language: str) -> str:
    return plain(told(message, language))
