"""``python -m benchmarks [--all] [CASE...]``: run the cases, print them, write ``RESULTS.md``."""

from __future__ import annotations

import datetime as dt
import os
import platform
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path
from typing import Final

from benchmarks import cases, films, giants, peers, sounds, trees, writing
from benchmarks.timing import Result, Table

RESULTS: Final = Path(__file__).resolve().with_name("RESULTS.md")
_QUICK: Final = (*writing.CASES, *cases.CASES, *trees.CASES, *giants.CASES)
_HEAVY: Final = (*writing.HEAVY, *trees.HEAVY, *films.HEAVY, *sounds.HEAVY)


def main() -> None:
    """Run the cases that are named, or all quick ones; only a run without names is written down."""
    words = sys.argv[1:]
    wanted = {word for word in words if word != "--all"}
    chosen = (*_QUICK, *_HEAVY) if "--all" in words or wanted else _QUICK
    pieces = [_machine(heavy="--all" in words)]
    with tempfile.TemporaryDirectory(dir=".") as name:
        for case in chosen:
            if wanted and case.__name__ not in wanted:
                continue
            for result in case(Path(name)):
                text = _shown(result) if isinstance(result, Result) else _table(result)
                print(text, flush=True)
                pieces.append(text)
    if not wanted:
        RESULTS.write_text("\n".join(pieces), encoding="utf-8")


def _machine(*, heavy: bool) -> str:
    versions = {name: version(name) for name in ("ailabel", "pillow", "click")} | peers.versions()
    listed = ", ".join(f"{name} {found}" for name, found in sorted(versions.items()))
    made = "make bench-all" if heavy else "make bench; the large cases come with make bench-all"
    load = os.getloadavg()[0]
    return (
        "# Measured\n\n"
        f"Made by {made}: medians, the contestants taking turns in one run, page cache warm. "
        "Ratios are what counts; the machine is shared and noisy.\n\n"
        f"{dt.datetime.now(tz=dt.UTC):%Y-%m-%d %H:%M} UTC, {platform.machine()}, "
        f"{os.cpu_count()} cores, load {load:.1f} at the start, Linux {platform.release()}, "
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
