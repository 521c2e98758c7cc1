"""What the gate says as a JUnit report, as Jenkins and GitLab read it [JUNIT10].

A suite a file; a test case for each finding, or one where there is none. Errors fail their case;
warnings and notes pass and stand in its output; what the baseline accepts is skipped. The last
suite stands for the run as a whole.
"""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Final

from ailabel.model.gate import Standing
from ailabel.reporters.findings import full, shown, told
from ailabel.reporters.summary import clean
from ailabel.reporters.tally import Tally, Times, remarks, verdict

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from ailabel.model.gate import GateEnd, GateFile, GateFinding
    from ailabel.reporters.summary import Header

__all__ = ["render"]

_CLASS: Final = "ailabel.check"
_FAILURE, _ERROR, _SKIPPED, _PASSED = "failure", "error", "skipped", "system-out"
_COUNTED: Final = {"failures": _FAILURE, "errors": _ERROR, "skipped": _SKIPPED}


def render(header: Header, files: Iterable[GateFile], end: Callable[[], GateEnd]) -> Iterator[str]:
    """Yield a suite for each file, then one for the run."""
    language = header.language
    tally = Tally()
    yield '<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="ailabel check">\n'
    for file in files:
        tally.add(file)
        path = clean(file.path, None)
        yield _suite(path, _cases(file, path, language))
    ending = end()
    yield _suite(_CLASS, _run(tally, ending, language))
    yield "</testsuites>\n"


def _suite(name: str, cases: Iterable[tuple[str, str]]) -> str:
    """Return a suite of cases, each with the kind of its outcome."""
    kinds, texts = zip(*cases, strict=True)
    counts = "".join(f' {key}="{kinds.count(kind)}"' for key, kind in _COUNTED.items())
    head = f'  <testsuite name="{_text(name)}" tests="{len(kinds)}"{counts}>\n'
    return head + "".join(texts) + "  </testsuite>\n"


def _cases(file: GateFile, path: str, language: str) -> Iterator[tuple[str, str]]:
    findings = list(shown(file, Standing.OPEN, Standing.BASELINE))
    if file.error is not None:
        yield _ERROR, _case(path, _outcome(_ERROR, "unchecked", told(file.error, language)))
    elif not findings:
        yield _PASSED, _case(path, "")
    times = Times()
    for finding in findings:
        count = times.met(finding.rule)
        name = f"{path}: {finding.rule}{f' ({count})' if count > 1 else ''}"
        kind, outcome = _finding(finding, language)
        yield kind, _case(name, outcome)


def _finding(finding: GateFinding, language: str) -> tuple[str, str]:
    message = full(finding, language)
    if finding.standing is Standing.BASELINE:
        return _SKIPPED, _outcome(_SKIPPED, finding.rule, clean(finding.reason), message)
    if finding.stops:
        return _FAILURE, _outcome(_FAILURE, finding.rule, message)
    said = f"{finding.level.value}: {message}"
    return _PASSED, f"      <system-out>{_text(said)}</system-out>\n"


def _run(tally: Tally, end: GateEnd, language: str) -> Iterator[tuple[str, str]]:
    lines = [told(message, language) for message in (verdict(tally, end), *remarks(tally, end))]
    said = f"      <system-out>{_text(chr(10).join(lines))}</system-out>\n"
    if not end.problems:
        yield _PASSED, _case(_CLASS, said)
    for number, problem in enumerate(end.problems, 1):
        outcome = _outcome(_ERROR, "problem", told(problem, language))
        yield _ERROR, _case(f"{_CLASS} ({number})", outcome + (said if number == 1 else ""))


def _case(name: str, inner: str) -> str:
    head = f'    <testcase classname="{_CLASS}" name="{_text(name)}"'
    return f"{head}>\n{inner}    </testcase>\n" if inner else f"{head}/>\n"


def _outcome(kind: str, rule: str, message: str, text: str = "") -> str:
    return (
        f'      <{kind} type="{_text(rule)}" message="{_text(message)}">'
        f"{_text(text or message)}</{kind}>\n"
    )


def _text(text: str) -> str:
    """Return text for XML; `clean` has escaped the characters that XML cannot hold."""
    return escape(text).replace("##", "#&#35;")
