"""Many files: reading and verifying a tree, and labelling one with every file flushed."""

from __future__ import annotations

import os
import shutil
import sys
from itertools import cycle
from pathlib import Path
from typing import TYPE_CHECKING, Final

import ailabel
from benchmarks.timing import Contestant, Result, Row, Table, command, race

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["CASES", "HEAVY", "seeds"]

_ROOT: Final = Path(__file__).resolve().parents[1]
_SCRIPT: Final = str(Path(sys.executable).parent / "ailabel")
_SPEC: Final = ailabel.LabelSpec(producer="001191350100M000100Y4310000", explicit=False)
_FOLDER: Final = 100  # files in one folder
MIX: Final = (  # what stands in a hundred files: a format's builder or a sample, and how often
    *(("pictures/landscape.jpg", 12), ("pictures/portrait-turned.jpg", 12), ("jpeg", 16)),
    *(("pictures/landscape.png", 8), ("pictures/icon-transparent.png", 6), ("png", 6)),
    *(("pictures/nebula.webp", 8), ("gif", 2), ("tiff", 1), ("heic", 2), ("svg", 1)),
    *(("sounds/melody.wav", 3), ("sounds/murmur.mp3", 4), ("sounds/bell.flac", 1), ("m4a", 1)),
    *(("mp4", 6), ("mov", 1), ("mkv", 1), ("webm", 1)),
    *(("documents/report.pdf", 2), ("documents/report.docx", 2)),
    *(("texts/article.md", 2), ("texts/page.html", 1), ("texts/story.txt", 1)),
)
_FLOOR: Final = """
import os, sys
for folder, _, names in os.walk(sys.argv[1]):
    for name in names:
        fd = os.open(f"{folder}/{name}", os.O_RDONLY)
        os.pread(fd, 16384, 0)
        os.close(fd)
"""
_HEAD: Final = ("files", "floor", "read", "ratio", "verify", "ratio", "ExifTool / verify")
_EXIFTOOL_FILES: Final = 1000


def trees(folder: Path) -> Iterator[Table]:
    """Read and verify trees of a thousand and ten thousand files."""
    yield _table(folder, (1000, 10_000))


def large_tree(folder: Path) -> Iterator[Table]:
    """Do the same with fifty thousand."""
    yield _table(folder, (1000, 50_000))


def batches(folder: Path) -> Iterator[Result]:
    """Label a tree in place with every file flushed, and without."""
    pristine, place = folder / "pristine", folder / "batch"
    _make_pictures(pristine, 400)

    def fresh() -> None:
        shutil.rmtree(place, ignore_errors=True)
        shutil.copytree(pristine, place)

    options = ("--in-place", "--implicit-only", "--producer", _SPEC.producer, "--format=json-lines")
    words = (_SCRIPT, "label", str(place), *options)
    rows = race(
        [
            Contestant("ailabel label --no-sync", command(*words, "--no-sync"), fresh, 400),
            Contestant("ailabel label", command(*words), fresh, 400),
            Contestant("one after the other", lambda: _one_by_one(place), fresh, 400),
        ],
        5,
    )
    yield Result(
        "400 pictures of 20 to 180 KB labelled in place, a file",
        rows,
        [
            ("wall: every file flushed / none", rows[1].wall / rows[0].wall, "≤ 1.5"),
            ("cpu: every file flushed / none", rows[1].cpu / rows[0].cpu, "-"),
        ],
    )


def _one_by_one(place: Path) -> None:
    for path in sorted(place.rglob("*.jpg")):
        ailabel.label(path, _SPEC)


def _make_pictures(folder: Path, count: int) -> None:
    sources = sorted((_ROOT / "samples").rglob("*.jpg"))
    for index, source in zip(range(count), cycle(sources), strict=False):
        target = folder / f"{index // _FOLDER:03}" / f"{index:05}.jpg"
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)


def _table(folder: Path, counts: tuple[int, ...]) -> Table:
    found = seeds(folder / "seeds")
    empty = folder / "empty"
    empty.mkdir(exist_ok=True)
    start = race([Contestant(*job) for job in _jobs(empty)], 9, min)
    lines = []
    exiftool = 0.0
    for count in counts:
        tree = folder / f"tree-{count}"
        _make_tree(tree, found, count)
        contestants = [Contestant(*job) for job in _jobs(tree)]
        if count == _EXIFTOOL_FILES and shutil.which("exiftool"):
            job = command("exiftool", "-r", "-json", "-fast2", str(tree))
            contestants.append(Contestant("exiftool", job))
        rows = race(contestants, 5, min)
        if count == _EXIFTOOL_FILES and len(rows) > len(start):
            exiftool = rows[-1].cpu / count
        lines.append(_line(count, rows, start, exiftool))
        shutil.rmtree(tree)
    notes = (
        "CPU µs a file, the least of five rounds, the start taken off (with an empty folder: "
        + ", ".join(f"{row.name} {row.cpu * 1e3:.0f} ms" for row in start)
        + ").",
        "Floor: walk, open, one read of 16 KiB, close, in Python.",
        "Aims: read ≤ 4, verify --implicit-only with its full report ≤ 12.",
        f"ExifTool -r -json -fast2 (aim ≥ 40): run on {_EXIFTOOL_FILES} files only, and scaled.",
        "The mix is in benchmarks/trees.py; every second file is labelled; links to one file each.",
    )
    sizes = " and ".join(f"{count:,}" for count in counts)
    return Table(f"trees of {sizes} mixed files", _HEAD, lines, notes)


def _line(count: int, rows: list[Row], start: list[Row], exiftool: float) -> tuple[str, ...]:
    floor, read, verify = (
        (row.cpu - begin.cpu) / count for row, begin in zip(rows, start, strict=False)
    )
    return (
        f"{count:,}",
        f"{floor * 1e6:.1f}",
        f"{read * 1e6:.1f}",
        f"**{read / floor:.1f}**",
        f"{verify * 1e6:.1f}",
        f"**{verify / floor:.1f}**",
        f"**{exiftool / verify:.1f}**" if exiftool else "-",
    )


def _jobs(tree: Path) -> tuple[tuple[str, Callable[[], object]], ...]:
    machine = ("--format", "json-lines")
    return (
        ("floor", command(sys.executable, "-c", _FLOOR, str(tree))),
        ("read", command(_SCRIPT, "read", str(tree), *machine)),
        ("verify", command(_SCRIPT, "verify", str(tree), "--implicit-only", *machine)),
    )


def seeds(folder: Path, *, labelled: bool = False) -> list[Path]:
    """Write each file of the mix as it is and labelled; return them as often as they occur.

    Args:
        folder: where they are written.
        labelled: whether the labelled ones alone are returned, not both in turns.
    """
    from importlib import import_module

    sys.path.insert(0, str(_ROOT / "tests"))
    folder.mkdir(exist_ok=True)
    found: list[Path] = []
    for number, (name, often) in enumerate(MIX):
        if "/" in name:
            path = folder / f"{number}{Path(name).suffix}"
            path.write_bytes((_ROOT / "samples" / name).read_bytes())
        else:
            shown, data = next(iter(import_module(f"builders.{name}").samples()))
            path = folder / f"{number}{Path(shown).suffix}"
            path.write_bytes(data)
        twin = path.with_stem(f"{number}-labelled")
        if path.suffix == ".txt":
            shutil.copyfile(path, twin)
        else:
            ailabel.label(path, _SPEC, output=twin)
        found += [(path, twin)[labelled or turn % 2] for turn in range(often)]
    return found


def _make_tree(tree: Path, files: list[Path], count: int) -> None:
    for index, seed in zip(range(count), cycle(files), strict=False):
        target = tree / f"{index // _FOLDER:03}" / f"{index:05}{seed.suffix}"
        target.parent.mkdir(parents=True, exist_ok=True)
        os.link(seed, target)


CASES: Final = (trees, batches)
HEAVY: Final = (large_tree,)
