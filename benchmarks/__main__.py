"""``python -m benchmarks [--all] [CASE...]``: run the cases, print them, write ``RESULTS.md``.

Each table of ``RESULTS.md`` says when it was made. A run replaces the tables of its own cases as
they are done, and leaves the others.
"""

from __future__ import annotations

import datetime as dt
import os
import platform
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path
from typing import Final

from benchmarks import (
    cases,
    films,
    gate,
    giants,
    ledger,
    peers,
    reading,
    seals,
    signs,
    sounds,
    trees,
    writing,
)
from benchmarks.timing import Result, Table

RESULTS: Final = Path(__file__).resolve().with_name("RESULTS.md")
_QUICK: Final = (
    *writing.CASES,
    *cases.CASES,
    *trees.CASES,
    *reading.CASES,
    *giants.CASES,
    *seals.CASES,
    *signs.CASES,
    *gate.CASES,
    *ledger.CASES,
)
_HEAVY: Final = (*writing.HEAVY, *trees.HEAVY, *films.HEAVY, *sounds.HEAVY, *ledger.HEAVY)


def main() -> None:
    """Run the cases that are named, or all quick ones."""
    words = sys.argv[1:]
    wanted = {word for word in words if word != "--all"}
    chosen = (*_QUICK, *_HEAVY) if "--all" in words or wanted else _QUICK
    with tempfile.TemporaryDirectory(dir=".") as name:
        for case in chosen:
            if wanted and case.__name__ not in wanted:
                continue
            made = {}
            for result in case(Path(name)):
                text = _shown(result) if isinstance(result, Result) else _table(result)
                print(text, flush=True)
                made[result.title] = f"{text}\n{_moment()}\n"
            sections = _sections() | made  # as they stand now: another run may have added to them
            RESULTS.write_text("\n".join((_machine(), *sections.values())), encoding="utf-8")


def _sections() -> dict[str, str]:
    """Return the tables that stand in the results, by their titles."""
    if not RESULTS.exists():
        return {}
    _, *pieces = RESULTS.read_text(encoding="utf-8").split("\n## ")
    return {piece.partition("\n")[0]: f"## {piece.rstrip()}\n" for piece in pieces}


def _moment() -> str:
    return (
        f"<sub>{dt.datetime.now(tz=dt.UTC):%Y-%m-%d %H:%M} UTC, load {os.getloadavg()[0]:.1f}</sub>"
    )


def _machine() -> str:
    versions = {name: version(name) for name in ("ailabel", "pillow", "click")} | peers.versions()
    listed = ", ".join(f"{name} {found}" for name, found in sorted(versions.items()))
    return (
        "# Measured\n\n"
        "Made by `make bench` and `make bench-all`: medians, the contestants taking turns in one "
        "run, page cache warm. Ratios are what counts; the machine is shared, and the load stands "
        "below each table.\n\n"
        f"{platform.machine()}, {os.cpu_count()} cores, Linux {platform.release()}, "
        f"Python {platform.python_version()}, {listed}\n"
    )


def _shown(result: Result) -> str:
    lines = [f"## {result.title}", ""]
    if result.rows:
        lines += ["| | wall ms | CPU ms |", "|---|---|---|"]
        lines += [
            f"| {row.name} | {row.wall * 1e3:.2f} | {row.cpu * 1e3:.2f} |" for row in result.rows
        ]
        lines.append("")
    lines += [f"- {what}: **{figure:,.2f}** (aim {aim})" for what, figure, aim in result.ratios]
    return "\n".join(lines) + "\n"


def _table(table: Table) -> str:
    rows = (table.head, ("---",) * len(table.head), *table.lines)
    lines = [f"## {table.title}", "", *(f"| {' | '.join(row)} |" for row in rows), ""]
    lines += [f"- {note}" for note in table.notes]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
