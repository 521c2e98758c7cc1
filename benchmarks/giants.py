"""Files of gibibytes: what is read of them, and what memory labelling them takes."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Final

import ailabel
from benchmarks.timing import Contestant, Result, Table, race

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import ModuleType

__all__ = ["CASES"]

_ROOT: Final = Path(__file__).resolve().parents[1]
_PRODUCER: Final = "001191350100M000100Y4310000"
_MIB: Final = 1 << 20
_GIB: Final = 1 << 30
_PEAK: Final = """
import sys
import ailabel, ailabel.engine.execute, ailabel.engine.plan

def peak():  # of this program alone: ru_maxrss would keep what its parent used before exec
    with open("/proc/self/status") as status:
        return int(next(line for line in status if line.startswith("VmHWM")).split()[1])

spec = ailabel.LabelSpec(producer=sys.argv[2], explicit=False, durable=False)
start = peak()
ailabel.label(sys.argv[1], spec)
print(peak() - start)
"""


def memory(folder: Path) -> Iterator[Table]:
    """Label files of 1 MiB and of 5 GiB, each in a process of its own."""
    lines = []
    for suffix in (".mp4", ".wav", ".mkv"):
        figures = [_peak(folder / f"giant{suffix}", size) for size in (_MIB, 5 * _GIB)]
        lines.append((suffix[1:], *(f"{figure:.1f}" for figure in figures), "≤ 64"))
    yield Table(
        "memory of an implicit label, MiB above the start",
        ("", "1 MiB file", "5 GiB file", "aim"),
        lines,
        ("The large files are sparse: MP4 with moov at the end, WAV as RF64, MKV.",),
    )


def seeks(folder: Path) -> Iterator[Result]:
    """Read labelled MP4 files of 2 MiB and 2 GiB whose moov stands at the end."""
    paths = [folder / f"{size}.mp4" for size in (2 * _MIB, 2 * _GIB)]
    for path in paths:
        _giants().make(path, int(path.stem))
        ailabel.label(path, ailabel.LabelSpec(producer=_PRODUCER, explicit=False, durable=False))
    rows = race(
        [
            Contestant(f"{path.stat().st_size / _MIB:,.0f} MiB", _reader(path), times=100)
            for path in paths
        ]
    )
    counts = [_bytes_read(path) for path in paths]
    for path in paths:
        path.unlink()
    yield Result(
        "read the label of an MP4 with moov at the end",
        rows,
        [
            ("wall: large / small", rows[1].wall / rows[0].wall, "1"),
            ("bytes read of the small one", counts[0], "-"),
            ("bytes read of the large one", counts[1], "the same"),
        ],
    )


def _reader(path: Path) -> Callable[[], None]:
    def run() -> None:
        for _ in range(100):
            ailabel.read(path)

    return run


def _bytes_read(path: Path) -> int:
    """Count what reading a file takes from the system."""
    lengths: list[int] = []
    read = os.pread

    def count(fd: int, length: int, offset: int) -> bytes:
        data = read(fd, length, offset)
        lengths.append(len(data))
        return data

    os.pread = count
    try:
        ailabel.read(path)
    finally:
        os.pread = read
    return sum(lengths)


def _peak(path: Path, size: int) -> float:
    _giants().make(path, size)
    command = [sys.executable, "-c", _PEAK, str(path), _PRODUCER]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    path.unlink()
    return int(done.stdout) / 1024


def _giants() -> ModuleType:
    sys.path.insert(0, str(_ROOT / "tests"))
    return import_module("builders.giants")


CASES: Final = (memory, seeks)
