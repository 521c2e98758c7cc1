"""What the gate says in reviewdog's Diagnostic Result Format, for ``reviewdog -f=rdjson``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ailabel.model.report import Level
from ailabel.reporters.findings import UNCHECKED, full, line_of, shown, told
from ailabel.reporters.jsontext import listed, to_json
from ailabel.reporters.summary import printable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from ailabel.model.gate import GateEnd, GateFile
    from ailabel.reporters.summary import Header

__all__ = ["render"]

_MARGIN: Final = "\n    "
_SEVERITIES: Final = {Level.ERROR: "ERROR", Level.WARNING: "WARNING", Level.NOTE: "INFO"}


def render(header: Header, files: Iterable[GateFile], end: Callable[[], GateEnd]) -> Iterator[str]:
    """Yield a diagnostic for each open finding and each file that could not be checked.

    Problems of the whole run are diagnostics of its root.
    """
    yield '{\n  "source": {\n    "name": "ailabel"\n  },\n  "diagnostics": ['
    found = _diagnostics(files, end, header.language)
    yield from listed((to_json(diagnostic, _MARGIN) for diagnostic in found), _MARGIN)
    yield "\n  ]\n}\n"


def _diagnostics(
    files: Iterable[GateFile], end: Callable[[], GateEnd], language: str
) -> Iterator[dict[str, object]]:
    for file in files:
        path = printable(file.path)
        if file.error is not None:
            yield _diagnostic(path, 1, Level.ERROR, (UNCHECKED, told(file.error, language)))
        for finding in shown(file):
            said = finding.rule, full(finding, language)
            yield _diagnostic(path, line_of(finding), finding.level, said)
    for problem in end().problems:
        yield _diagnostic(".", 1, Level.ERROR, (UNCHECKED, told(problem, language)))


def _diagnostic(path: str, line: int, level: Level, said: tuple[str, str]) -> dict[str, object]:
    code, message = said
    return {
        "message": message,
        "location": {"path": path, "range": {"start": {"line": line}}},
        "severity": _SEVERITIES[level],
        "code": {"value": code},
    }
