"""What the gate says as a report of GitLab's code quality [GLCQ].

What the baseline accepts is left out, since the format cannot say so.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final

from ailabel.model.report import Level
from ailabel.reporters.findings import UNCHECKED, full, line_of, shown, told
from ailabel.reporters.jsontext import listed, to_json
from ailabel.reporters.summary import printable
from ailabel.reporters.tally import Times

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from ailabel.model.gate import GateEnd, GateFile, GateFinding
    from ailabel.reporters.summary import Header

__all__ = ["render"]

_MARGIN: Final = "\n  "
_SEVERITIES: Final = {Level.ERROR: "critical", Level.WARNING: "minor", Level.NOTE: "info"}
_WORST: Final = "blocker"


def render(header: Header, files: Iterable[GateFile], end: Callable[[], GateEnd]) -> Iterator[str]:
    """Yield one issue for each open finding, each file that could not be checked, each problem."""
    yield "["
    issues = _issues(files, end, header.language)
    yield from listed((to_json(issue, _MARGIN) for issue in issues), _MARGIN)
    yield "\n]\n"


def _issues(
    files: Iterable[GateFile], end: Callable[[], GateEnd], language: str
) -> Iterator[dict[str, object]]:
    times = Times()
    for file in files:
        path = printable(file.path)
        if file.error is not None:
            yield _failure(path, told(file.error, language))
        for finding in shown(file):
            yield {
                "type": "issue",
                "check_name": finding.rule,
                "description": f"{finding.rule}: {full(finding, language)}",
                "fingerprint": _unlike(finding, times),
                "severity": _SEVERITIES[finding.level],
                "location": {"path": path, "lines": {"begin": line_of(finding)}},
            }
    for problem in end().problems:
        yield _failure(".", told(problem, language))


def _unlike(finding: GateFinding, times: Times) -> str:
    """Return a fingerprint that no other issue of the report has, as GitLab asks."""
    count = times.met(finding.fingerprint)
    return finding.fingerprint if count == 1 else _digest(f"{finding.fingerprint} {count}")


def _failure(path: str, message: str) -> dict[str, object]:
    return {
        "type": "issue",
        "check_name": UNCHECKED,
        "description": message,
        "fingerprint": _digest(f"{path}\0{message}"),
        "severity": _WORST,
        "location": {"path": path, "lines": {"begin": 1}},
    }


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:32]
