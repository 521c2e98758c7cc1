"""What a medium's section of the evaluation offers, and what sections share."""

from __future__ import annotations

import os
import platform
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

__all__ = ["Row", "Section", "machine", "percentile", "rates", "table"]

Row: TypeAlias = "dict[str, Any]"
"""The result of one case: plain values, and its key as ``id``."""


class Section(Protocol):
    """One medium: its cases, how one is measured, and what the report says of all.

    Attributes:
        sources: patterns, from the root of the project, of all code that results depend on.
    """

    sources: tuple[str, ...]

    def keys(self) -> list[str]:
        """Return the keys of all cases, in the order in which they are run."""
        ...

    def run(self, key: str) -> Row:
        """Make one case, look at it, and return truth and finding."""
        ...

    def report(self, rows: Sequence[Row]) -> str:
        """Return the section of the report, as Markdown."""
        ...


def machine(*packages: str) -> str:
    """Return a line that says on what something was measured."""
    listed = ", ".join(f"{name} {version(name)}" for name in ("ailabel", *packages))
    python = f"Python {platform.python_version()}"
    return f"{platform.machine()}, {os.cpu_count()} cores, {python}, {listed}"


def percentile(values: Iterable[float], share: float) -> float:
    """Return the value below which a share of the values lies; 0 of none."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return a table in Markdown."""
    lines = [f"| {' | '.join(head)} |", "|" + "---|" * len(head)]
    lines += [f"| {' | '.join(map(str, row))} |" for row in rows]
    return "\n".join(lines)


def rates(rows: Sequence[Row], name: str, good: Callable[[Row], bool]) -> str:
    """Return a table of how many rows are good, by one of their values."""
    groups: dict[object, list[bool]] = {}
    for row in rows:
        groups.setdefault(row[name], []).append(good(row))
    ordered = sorted(groups.items(), key=lambda item: str(item[0]))
    return table(
        (name, "found", "of", "share"),
        (
            (value, sum(found), len(found), f"{100 * sum(found) / len(found):.1f} %")
            for value, found in ordered
        ),
    )
