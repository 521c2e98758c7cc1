"""``python -m benchmarks [CASE...]``: run the cases, print them, write ``RESULTS.md``."""

from __future__ import annotations

import datetime as dt
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.cases import CASES

if TYPE_CHECKING:
    from benchmarks.cases import Result

RESULTS = Path(__file__).resolve().with_name("RESULTS.md")


def main() -> None:
    """Run the cases that are named, or all; only a full run writes the results."""
    wanted = set(sys.argv[1:])
    pieces = [_machine()]
    with tempfile.TemporaryDirectory(dir=".") as name:
        for case in CASES:
            if wanted and case.__name__ not in wanted:
                continue
            for result in case(Path(name)):
                text = _table(result)
                print(text, flush=True)
                pieces.append(text)
    if not wanted:
        RESULTS.write_text("\n".join(pieces), encoding="utf-8")


def _machine() -> str:
    exiftool = shutil.which("exiftool")
    versions = {name: version(name) for name in ("ailabel", "pillow", "mutagen", "click")}
    if exiftool:
        done = subprocess.run([exiftool, "-ver"], capture_output=True, text=True, check=False)
        versions["exiftool"] = done.stdout.strip()
    listed = ", ".join(f"{name} {found}" for name, found in versions.items())
    return (
        "# Measured\n\n"
        "Made by `make bench`: medians, the contestants taking turns in one run. Ratios are what "
        "counts; the machine is shared and noisy.\n\n"
        f"{dt.datetime.now(tz=dt.UTC):%Y-%m-%d}, {platform.machine()}, "
        f"{os.cpu_count()} cores, Python {platform.python_version()}, {listed}\n"
    )


def _table(result: Result) -> str:
    lines = [f"## {result.title}", ""]
    if result.rows:
        lines += ["| | wall ms | CPU ms |", "|---|---|---|"]
        lines += [
            f"| {row.name} | {row.wall * 1e3:.2f} | {row.cpu * 1e3:.2f} |" for row in result.rows
        ]
        lines.append("")
    lines += [f"- {what}: **{figure:.2f}** (aim {aim})" for what, figure, aim in result.ratios]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
