"""What the gate says to people: a paragraph a file that has something to it, and what follows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ailabel.messages import render as sentence
from ailabel.messages import translate
from ailabel.model.report import Outcome
from ailabel.reporters.findings import WORST_FIRST, advice, declared, place, shown, told
from ailabel.reporters.summary import clean
from ailabel.reporters.tally import Tally, remarks, verdict
from ailabel.standard.notices import DISCLAIMER
from ailabel.standard.rules import RULES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from ailabel.model.gate import GateEnd, GateFile, GateFinding
    from ailabel.reporters.summary import Header

__all__ = ["render"]


def render(header: Header, files: Iterable[GateFile], end: Callable[[], GateEnd]) -> Iterator[str]:
    """Yield the files with findings, then the summary."""
    tally = Tally()
    language = header.language
    for file in files:
        tally.add(file)
        if file.findings or file.error or file.fixed:
            yield from _file(file, language)
    yield from _end(tally, end(), language)


def _file(file: GateFile, language: str) -> Iterator[str]:
    findings = list(shown(file))
    if not (findings or file.error or file.fixed):
        return
    yield f"{place(file.path)} ({declared(file, language)})\n"
    if file.error is not None:
        yield f"    {translate('cannot be checked', language)}: {told(file.error, language)}\n"
    if file.fixed:
        yield f"    {translate('labelled', language)}\n"
    for finding in findings:
        yield _finding(finding, language)


def _finding(finding: GateFinding, language: str) -> str:
    rule = RULES[finding.rule]
    weight = translate(finding.level.value, language)
    if finding.outcome is not Outcome.FAIL:
        weight += f" ({translate(finding.outcome.value, language)})"
    where = f" [{clean(finding.location)}]" if finding.location else ""
    where += f" :{finding.line}" if finding.line else ""
    clause = f" ({translate(rule.clause, language)})" if rule.clause else ""
    text = f"    {finding.rule} {weight}: {told(finding.message, language)}{where}{clause}\n"
    fix = advice(finding, language)
    return f"{text}        {translate('to do', language)}: {fix}\n" if fix else text


def _end(tally: Tally, end: GateEnd, language: str) -> Iterator[str]:
    for problem in end.problems:
        yield f"{translate('error', language)}: {told(problem, language)}\n"
    yield f"{told(verdict(tally, end), language)}\n"
    counts = ", ".join(
        f"{tally.levels[level]} {translate(level.value, language)}"
        for level in WORST_FIRST
        if tally.levels[level]
    )
    if counts:
        yield f"    {translate('findings', language)}: {counts}\n"
    if tally.unchecked:
        yield f"    {translate('cannot be checked', language)}: {tally.unchecked}\n"
    for remark in remarks(tally, end):
        yield f"    {sentence(remark.text, remark.params, language)}\n"
    yield sentence(DISCLAIMER.text, DISCLAIMER.params, language) + "\n"
