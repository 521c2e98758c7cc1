"""One finding a line, as compilers write them, for editors and for `grep`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ailabel.reporters.findings import UNCHECKED, line_of, place, shown, told

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from ailabel.model.gate import GateEnd, GateFile
    from ailabel.reporters.summary import Header

__all__ = ["render"]


def render(header: Header, files: Iterable[GateFile], end: Callable[[], GateEnd]) -> Iterator[str]:
    """Yield ``path:line: level rule message`` for each open finding; nothing for what is well.

    Level and rule are the same words in every language.
    """
    language = header.language
    for file in files:
        path = place(file.path)
        if file.error is not None:
            yield f"{path}:1: error {UNCHECKED} {told(file.error, language)}\n"
        for finding in shown(file):
            where = f"{path}:{line_of(finding)}"
            message = told(finding.message, language)
            yield f"{where}: {finding.level.value} {finding.rule} {message}\n"
    for problem in end().problems:
        yield f"ailabel: error: {told(problem, language)}\n"
