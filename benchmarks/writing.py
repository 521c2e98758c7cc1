"""What a label costs in each main format and size, beside a copy and beside other tools."""

from __future__ import annotations

import os
import shutil
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import ailabel
from benchmarks import media
from benchmarks.peers import Server, many, missing, peers
from benchmarks.timing import Contestant, Row, Table, race

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

__all__ = ["CASES", "HEAVY"]

_SPEC: Final = ailabel.LabelSpec(producer="001191350100M000100Y4310000", explicit=False)
_FAST: Final = replace(_SPEC, durable=False)
_SMALL: Final = 100_000
_LARGE: Final = 5_000_000
_HUGE: Final = 200_000_000
_MANY: Final = 20
_HEAD: Final = (
    "",
    "copy ms",
    "ailabel ms",
    "ratio",
    "aim",
    "flushed",
    "others, as ratios to the copy",
)
_NOTES: Final = (
    "Copy: into a temporary file by the kernel, then a rename; CPU time, the caller's process.",
    "Flushed: the ratio of wall times where both flush file and folder, as ailabel does by itself.",
    "Others: wall time against the copy, the start of a process included; none of them flushes.",
)


def small(folder: Path) -> Iterator[Table]:
    """Label files of 100 KB."""
    yield _table(folder, _SMALL, 9, "≤ 1.5")


def large(folder: Path) -> Iterator[Table]:
    """Label files of 5 MB."""
    yield _table(folder, _LARGE, 7, "≤ 1.2")


def huge(folder: Path) -> Iterator[Table]:
    """Label files of 200 MB."""
    yield _table(folder, _HUGE, 5, "≤ 1.2")


def fitting(folder: Path) -> Iterator[Table]:
    """Change a label where it stands, or add one at the end."""
    yield _in_place(folder, (_SMALL, _LARGE))


def fitting_huge(folder: Path) -> Iterator[Table]:
    """Do the same in files of 200 MB."""
    yield _in_place(folder, (_SMALL, _HUGE))


def _table(folder: Path, size: int, rounds: int, aim: str) -> Table:
    server = Server(folder) if shutil.which("exiftool") else None
    lines = []
    for suffix in media.FORMATS:
        source = media.make(folder, suffix, size)
        lines.append(_line(source, size, rounds, aim, server))
        if size > _LARGE:
            source.unlink()
    if server is not None:
        server.close()
    notes = (*_NOTES, *(f"Not there, so not measured: {name}." for name in missing()))
    return Table(f"implicit label, files of {_shown(size)}", _HEAD, lines, notes)


def _line(source: Path, size: int, rounds: int, aim: str, server: Server | None) -> tuple[str, ...]:
    times = max(min(_LARGE // size, _MANY), 1)
    targets = [source.with_name(f"out-{index}{source.suffix}") for index in range(times)]
    own = [_copies(source, targets), _labels(source, targets)]
    copy, label = race(own, rounds)
    flushed = "–"
    if size <= _LARGE:  # beyond, it is the disk that is measured
        safe = [_copies(source, targets, durable=True), _labels(source, targets, durable=True)]
        safe_copy, safe_label = race(safe, rounds)
        flushed = f"{safe_label.wall / safe_copy.wall:.2f}"
    others = peers(source, targets[0], server)
    sources = [source.with_name(f"in-{index}{source.suffix}") for index in range(_MANY)]
    if size == _SMALL:
        for path in sources:
            shutil.copyfile(source, path)
        call = many(sources, source.with_name("outputs"))
        others += [call] if call else []
    rows = race(others, max(rounds // 2 + 1, 5)) if others else []
    for path in (*sources, *targets):
        path.unlink(missing_ok=True)
    return (
        source.suffix[1:],
        f"{copy.cpu * 1e3:.2f}",
        f"{label.cpu * 1e3:.2f}",
        f"**{label.cpu / copy.cpu:.2f}**",
        aim if source.suffix not in {".pdf", ".docx"} else "",
        flushed,
        ", ".join(_compared(row, copy) for row in rows),
    )


def _compared(row: Row, copy: Row) -> str:
    return f"{row.name} {row.wall / copy.wall:.1f}"


def _copies(source: Path, targets: list[Path], *, durable: bool = False) -> Contestant:
    def run() -> None:
        for target in targets:
            copy(source, target, durable=durable)

    return Contestant(f"copy {durable}", run, _cleared(targets), len(targets))


def _labels(source: Path, targets: list[Path], *, durable: bool = False) -> Contestant:
    spec = _SPEC if durable else _FAST

    def run() -> None:
        for target in targets:
            ailabel.label(source, spec, output=target)

    return Contestant(f"ailabel {durable}", run, _cleared(targets), len(targets))


def _cleared(targets: list[Path]) -> Callable[[], None]:
    def clear() -> None:
        for target in targets:
            target.unlink(missing_ok=True)

    return clear


def copy(source: Path, target: Path, *, durable: bool) -> None:
    """Copy as safely as the label is written: temporary, copy in the kernel, rename."""
    part = target.with_suffix(".part")
    with source.open("rb") as old, part.open("wb") as new:
        size = os.fstat(old.fileno()).st_size
        while size > 0:
            size -= os.copy_file_range(old.fileno(), new.fileno(), size)
        if durable:
            os.fsync(new.fileno())
    part.rename(target)
    if durable:
        fd = os.open(target.parent, os.O_RDONLY)
        os.fsync(fd)
        os.close(fd)


def _in_place(folder: Path, sizes: tuple[int, int]) -> Table:
    """Measure changes that need no copy, in a small and a large file of each format."""
    lines = []
    for suffix in media.FORMATS:
        if suffix in {"pdf", "docx"}:
            continue
        cells: list[str] = []
        for size in sizes:
            source = media.make(folder, suffix, size)
            cells += _fitting_cells(source, folder / f"scratch.{suffix}")
            if size > _LARGE:
                source.unlink()
        lines.append((suffix, *cells))
    head = [name for size in sizes for name in (f"again, {_shown(size)}", "ratio", "first")]
    return Table(
        "a label that fits or is appended, with --fast-in-place",
        ("", *head),
        lines,
        (
            "Again: wall ms of another label where one stands.",
            "Ratio: of that to two writes of 4 KiB, each with fdatasync (aim ≤ 1.5).",
            "First: wall ms of a first label that the format appends; – where a copy is needed.",
        ),
    )


def _fitting_cells(source: Path, path: Path) -> list[str]:
    spec = replace(_SPEC, fast_in_place=True)

    def fresh() -> None:
        shutil.copyfile(source, path)

    def again() -> None:
        number = str(time.perf_counter_ns()).rjust(36, "0")
        ailabel.label(path, replace(spec, replace=True, produce_id=number))

    fresh()
    appended = ailabel.label(path, spec).in_place_possible
    first = Contestant("first", lambda: ailabel.label(path, spec), fresh)
    row = race([first], 5)[0] if appended else None
    if row is None:
        again()
    floor, ours = race(
        [Contestant("floor", lambda: _two_writes(path)), Contestant("again", again)], 15
    )
    path.unlink()
    shown = f"{row.wall * 1e3:.2f}" if row else "–"
    return [f"{ours.wall * 1e3:.2f}", f"{ours.wall / floor.wall:.2f}", shown]


def _two_writes(path: Path) -> None:
    """Write 4 KiB twice, flushed each time: a journal and the change."""
    fd = os.open(path, os.O_RDWR)
    data = os.pread(fd, 4096, 0)
    for _ in range(2):
        os.pwrite(fd, data, 0)
        os.fdatasync(fd)
    os.close(fd)


def _shown(size: int) -> str:
    return f"{size / 1e6:g} MB" if size >= 1_000_000 else f"{size / 1e3:g} KB"


CASES: Final = (small, large, fitting)
HEAVY: Final = (huge, fitting_huge)
