"""What else speaks of AI: traces over a thousand pictures, and what a report with them costs."""

from __future__ import annotations

import os
import shutil
import sys
from itertools import cycle
from pathlib import Path
from typing import TYPE_CHECKING, Final

from ailabel import registry, traces
from ailabel.io.source import open_view
from benchmarks.timing import Contestant, Result, command, race

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["CASES"]

_ROOT: Final = Path(__file__).resolve().parents[1]
_SCRIPT: Final = str(Path(sys.executable).parent / "ailabel")
_COUNT: Final = 1000
_MIX: Final = (  # what stands in a hundred pictures: a sample, and how often; the rest has traces
    *(("landscape.jpg", 24), ("portrait-turned.jpg", 18), ("grey-progressive.jpg", 6)),
    *(("landscape.png", 14), ("icon-transparent.png", 8), ("diagram-palette.png", 4)),
    *(("nebula.webp", 8), ("balls-animated.webp", 2)),
)
_TRACED: Final = (".jpg", ".png", ".webp", ".tif", ".heic", ".gif")


def signs(folder: Path) -> Iterator[Result]:
    """Find the traces of a thousand pictures, a sixth of which have some."""
    tree = folder / "pictures"
    found = _make_tree(tree)
    contestants = [Contestant("ailabel.traces.find", lambda: _all(tree))]
    if shutil.which("exiftool"):
        job = command("exiftool", "-r", "-json", "-fast2", str(tree))
        contestants.append(Contestant("exiftool -fast2", job))
    words = (_SCRIPT, "read", str(tree), "--format", "json-lines")
    contestants += [
        Contestant("ailabel read", command(*words)),
        Contestant("ailabel read --traces", command(*words, "--traces")),
    ]
    rows = race(contestants, 7)
    by_name = {row.name: row for row in rows}
    ours = by_name["ailabel.traces.find"]
    ratios = [("files with traces", float(found), "-"), ("µs a file", ours.cpu * 1e3, "-")]
    if "exiftool -fast2" in by_name:
        ratios.append(("cpu: exiftool / find", by_name["exiftool -fast2"].cpu / ours.cpu, "≥ 20"))
        whole = by_name["exiftool -fast2"].cpu / by_name["ailabel read --traces"].cpu
        ratios.append(("cpu: exiftool / read --traces, its report written", whole, "-"))
    yield Result(f"traces of {_COUNT:,} pictures", rows, ratios)


def _all(tree: Path) -> int:
    found = 0
    for folder, _, names in os.walk(tree):
        for name in names:
            with open_view(f"{folder}/{name}") as view:
                found += bool(traces.find(view, registry.detect(view).format.id))
    return found


def _make_tree(tree: Path) -> int:
    sys.path.insert(0, str(_ROOT / "tests"))
    from builders import traced

    seeds = [
        ((_ROOT / "samples" / "pictures" / name).read_bytes(), Path(name).suffix)
        for name, often in _MIX
        for _ in range(often)
    ]
    shown = [case for case in traced.cases() if case.name.endswith(_TRACED)]
    cases = cycle(shown)
    for index in range(_COUNT):
        place = index % 100
        case = next(cases) if place >= len(seeds) else None
        data, suffix = (case.data, Path(case.name).suffix) if case else seeds[place]
        target = tree / f"{index // 100:02}" / f"{index:04}{suffix}"
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
    return _all(tree)


CASES: Final = (signs,)
