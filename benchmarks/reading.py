"""What reading one file costs in this process: format by format, part by part."""

from __future__ import annotations

import gc
import os
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

from ailabel import api, registry
from ailabel.engine.options import VerifyOptions
from ailabel.io.source import open_view
from ailabel.reporters.document import item_document
from ailabel.reporters.jsontext import to_json
from benchmarks.timing import Table
from benchmarks.trees import MIX, seeds

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ailabel.io.source import View

__all__ = ["CASES"]

_OPTIONS: Final = VerifyOptions(explicit=False)
_TIMES: Final = 200
_ROUNDS: Final = 5
_HEAD: Final = ("", "floor", "open", "detect", "read", "judge", "report", "all", "ratio")
_NOTES: Final = (
    "CPU µs a file, warm, the least of five rounds; labelled files with *.",
    "Floor: open, one read of 16 KiB, close, in Python, for a path that is known.",
    "Open: the same by a view, which reads 4 KiB. Judge: rules, verdicts, the report as a value.",
    "Judge also searches the raw bytes of files without a label. Report: the line of JSON.",
    "Open, judge and report alone are six times the floor: no format can be read for less here.",
    "What detecting an office file learns is used again in reading it, hence figures below zero.",
)


def parts(folder: Path) -> Iterator[Table]:
    """Take the reading of each format of the tree apart."""
    made = dict.fromkeys(seeds(folder / "seeds"))
    lines = []
    gc.disable()
    for path in made:
        number = int(path.stem.partition("-")[0])
        star = "*" if path.stem.endswith("labelled") else ""
        lines.append((Path(MIX[number][0]).stem + path.suffix + star, *_costs(str(path))))
    gc.enable()
    yield Table("reading one file, part by part", _HEAD, lines, _NOTES)


def _costs(path: str) -> tuple[str, ...]:
    report = api.verify(path, _OPTIONS)
    carrier = registry.carrier_of(report.format or "")
    floor = _microseconds(lambda: _floor(path))
    opened = _microseconds(lambda: _with_view(path, lambda view: view.size))
    detected = _microseconds(lambda: _with_view(path, registry.detect)) - opened
    read = _microseconds(lambda: _with_view(path, carrier.read)) - opened
    whole = _microseconds(lambda: api.verify(path, _OPTIONS))
    told = _microseconds(lambda: to_json(item_document(report, "en")))
    figures = (floor, opened, detected, read, whole - opened - detected - read, told, whole + told)
    return *(f"{figure:.1f}" for figure in figures), f"**{(whole + told) / floor:.1f}**"


def _with_view(path: str, look: Callable[[View], object]) -> None:
    with open_view(path) as view:
        look(view)


def _floor(path: str) -> None:
    fd = os.open(path, os.O_RDONLY)
    os.pread(fd, 16384, 0)
    os.close(fd)


def _microseconds(run: Callable[[], object]) -> float:
    best = float("inf")
    for _ in range(_ROUNDS):
        begin = time.process_time()
        for _ in range(_TIMES):
            run()
        best = min(best, (time.process_time() - begin) / _TIMES)
    return best * 1e6


CASES: Final = (parts,)
