"""Label everything in ``samples/`` into ``demo-out/`` with the command line, verify it, tell."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import time
import unicodedata
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).resolve().parents[1]
OUT: Final = ROOT / "demo-out"
PRODUCER: Final = "001191350100M000100Y4310000"  # the example number of GB 32100, service 1
_OPEN: Final = (
    "pictures/landscape.jpg",
    "sounds/melody.wav",
    "films/flight.mp4",
    "documents/report.pdf",
    "texts/page.html",
)
_WIDTHS: Final = (34, 11, 15, 15)


def ailabel(*arguments: str) -> tuple[int, dict[str, Any], float]:
    """Run the command line; return its exit code, its JSON document and the seconds it took."""
    command = [sys.executable, "-m", "ailabel", *arguments, "--format", "json", "--lang", "en"]
    begin = time.perf_counter()
    done = subprocess.run(command, cwd=ROOT, capture_output=True, check=False)
    seconds = time.perf_counter() - begin
    if done.returncode == 2 or not done.stdout:  # noqa: PLR2004 - the work could not be done
        sys.exit(done.stderr.decode() or done.stdout.decode())
    return done.returncode, json.loads(done.stdout), seconds


def main() -> None:
    """Run the demonstration; exit 1 when a file was not labelled or its label is not compliant."""
    shutil.rmtree(OUT, ignore_errors=True)
    # the folders, not samples/index.toml: configuration is no content
    samples = sorted(
        item for item in (ROOT / "samples").iterdir() if item.is_dir() and item.name != "gallery"
    )
    files: list[dict[str, Any]] = []
    total = 0.0
    for folder in samples:
        target = f"{OUT.name}/{folder.name}/"
        name = str(folder.relative_to(ROOT))
        _, document, seconds = ailabel("label", name, "-o", target, "--producer", PRODUCER)
        files += document["files"]
        total += seconds
    _, verified, verify_seconds = ailabel("verify", OUT.name)
    reports = {item["path"]: item for item in verified["files"]}
    good = _table(files, reports)
    print(f"\n{len(files)} files labelled in {total:.1f} s, verified in {verify_seconds:.1f} s.")
    print("\nOpen these to see and hear the labels:")
    for name in _OPEN:
        print(f"  {OUT.name}/{name}")
    print(f"\nAnd ask:\n  .venv/bin/ailabel read {OUT.name}/pictures/landscape.jpg")
    sys.exit(0 if good else 1)


def _table(files: list[dict[str, Any]], reports: dict[str, dict[str, Any]]) -> bool:
    good = True
    _row("file", "status", "implicit", "explicit", "explicit label")
    for item in files:
        report = reports.get(item["output"] or "", {})
        implicit = report.get("implicit", {}).get("verdict", "-")
        explicit = report.get("explicit", {}).get("verdict", "-")
        figures = "; ".join(_figures(mark) for mark in item["marks"]) or item["error"] or ""
        _row(item["path"].removeprefix("samples/"), item["status"], implicit, explicit, figures)
        good &= item["status"] == "labelled" and implicit in {"compliant", "not_applicable"}
        good &= explicit == "compliant"
    return good


def _figures(mark: dict[str, Any]) -> str:
    parts = [mark["text"], mark["place"]]
    if mark["height_percent"] is not None:
        parts.append(f"{mark['height_percent']:.1f} % high")
    if mark["seconds"] is not None:
        parts.append(f"{mark['seconds'][0]:.1f}–{mark['seconds'][1]:.1f} s")
    if mark["changed_outside"]:
        parts.append(f"{mark['changed_outside']:.2%} changed outside")
    return ", ".join(parts)


def _row(*cells: str) -> None:
    padded = [
        cell + " " * (width - sum(1 + (unicodedata.east_asian_width(c) in "WF") for c in cell))
        for cell, width in zip(cells, (*_WIDTHS, 0), strict=True)
    ]
    print(" ".join(padded))


if __name__ == "__main__":
    main()
