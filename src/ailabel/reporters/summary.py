"""What every report has: a head, files one after the other, and a summary of them."""

from __future__ import annotations

import re
from typing import Final, TypeAlias

from ailabel.model.decision import FileDecision
from ailabel.model.report import FileReport, LabelDiff, LabelResult
from ailabel.values import frozen

__all__ = ["Header", "Item", "Summary", "clean", "printable"]

_WIDTH: Final = 240  # characters of a foreign string that are shown to people
_COMMAND: Final = re.compile(r"##(?=\w*\[)|^ *::")
"""What a log's reader takes for a command, and not for text: ``::error::…`` at the start of a line,
``##[error]…``, ``##vso[…]`` and ``##teamcity[…]`` anywhere in it [GHRUNNER]."""

_KINDS: Final = {  # what is counted, by command
    "verify": ("implicit", "explicit"),
    "read": ("implicit", "explicit"),
    "decide": ("decision",),
}

Item: TypeAlias = "FileReport | LabelResult | LabelDiff | FileDecision"
"""What a report tells of: a file that was looked at, one that was labelled, a comparison, what was
decided about one."""


@frozen(kw_only=True)
class Header:
    """What stands above the files of a report.

    Args:
        command: ``verify``, ``read``, ``label``, ``carry``, ``propagate``, ``decide``, ``diff`` or
            ``check``.
        tool_version: of ailabel.
        language: ``en`` or ``zh``, for sentences; keys and ids are never translated.
    """

    command: str
    tool_version: str
    language: str = "en"


class Summary:
    """Counts of what a report's files came to, kept while the files pass.

    Args:
        command: whose report it is, as in `Header`.
    """

    def __init__(self, command: str) -> None:
        kinds = _KINDS.get(command, ("status",))
        self.counts: dict[str, dict[str, int]] = {kind: {} for kind in kinds}
        self.total = 0
        self.skipped = 0

    def add(self, item: Item) -> None:
        """Count one file."""
        self.total += 1
        if item.skipped:
            self.skipped += 1
        elif isinstance(item, FileReport):
            self._count("implicit", item.implicit.value)
            self._count("explicit", item.explicit.value)
            for regime, verdict in item.regimes.items():
                self._count(regime, verdict.value)
        elif isinstance(item, FileDecision):
            self._count("decision", item.decision)
        else:
            self._count("status", item.status)

    def document(self) -> dict[str, object]:
        """Return the counts, in a fixed order."""
        return {"files": self.total, "skipped": self.skipped, **self.counts}

    def _count(self, what: str, value: str) -> None:
        row = self.counts.setdefault(what, {})
        row[value] = row.get(value, 0) + 1


def printable(path: str) -> str:
    """Return a file name without the surrogates that stand for bytes of no encoding."""
    if path.isascii():
        return path
    return path.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def clean(text: str, width: int | None = _WIDTH) -> str:
    """Make a foreign string safe to print: printable characters alone, and no command of a log.

    What is not printable, bidi marks among it, is escaped as in Python's literals.

    Args:
        text: of any origin; surrogates stand for bytes of no encoding.
        width: how many characters are shown at most; None for all.
    """
    shown = printable(text)
    if not shown.isprintable():
        shown = "".join(
            character if character.isprintable() else ascii(character)[1:-1] for character in shown
        )
    if "##" in shown or "::" in shown:
        shown = _COMMAND.sub(_defused, shown)
    return shown if width is None or len(shown) <= width else shown[: width - 1] + "…"


def _defused(found: re.Match[str]) -> str:
    first, last = found.group()[:-1], found.group()[-1]
    return f"{first}\\x{ord(last):02x}"
