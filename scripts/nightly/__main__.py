"""``python -m nightly [PACKAGE...]``: label every file of other projects' test suites.

The packages of ``packages.toml`` are fetched once into ``.nightly/``. Every file that is accepted
must keep its content (by our digest, and as Pillow or FFmpeg see it) and read back exactly one
label; every refusal must say why; nothing else may be raised; time and memory are bounded. A table
at the end, and exit 1 if anything is broken.
"""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from multiprocessing import get_context
from pathlib import Path
from queue import Empty
from typing import TYPE_CHECKING, Final

from nightly.check import Outcome, work
from nightly.fetch import listed, unpacked

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from multiprocessing import Queue

_STORE: Final = Path(__file__).resolve().parents[2] / ".nightly"
_LARGEST: Final = 64 << 20  # bytes of a file
_PATIENCE: Final = 180  # seconds for one file, witnesses included


def main() -> None:
    """Run it."""
    counts: Counter[tuple[str, str]] = Counter()
    reasons: Counter[tuple[str, str]] = Counter()
    defects = 0
    for package in listed():
        if sys.argv[1:] and package.name not in sys.argv[1:]:
            continue
        try:
            folder = unpacked(package, _STORE)
        except (OSError, subprocess.SubprocessError) as error:
            print(f"{package.folder}: not to be had: {str(error)[:200]}", flush=True)
            continue
        here: Counter[str] = Counter()
        for path, outcome in _outcomes(_files(folder)):
            here[outcome.status] += 1
            counts[outcome.format, outcome.status] += 1
            if outcome.status == "refused":
                reasons[outcome.format, outcome.reason] += 1
            if outcome.status == "defect":
                defects += 1
                print(f"  {path.relative_to(_STORE)}: {outcome.reason}", flush=True)
        shown = ", ".join(f"{count} {status}" for status, count in sorted(here.items()))
        print(f"{package.folder}: {shown}", flush=True)
    _print_tables(counts, reasons)
    print(f"{sum(counts.values())} files, {defects} defects")
    sys.exit(1 if defects or not counts else 0)


def _files(folder: Path) -> list[Path]:
    """Return the files of a package that are neither empty nor very large."""
    found = (path for path in sorted(folder.rglob("*")) if path.is_file() and not path.is_symlink())
    return [path for path in found if 0 < path.stat().st_size <= _LARGEST]


def _outcomes(paths: list[Path]) -> Iterator[tuple[Path, Outcome]]:
    """Check files in a process that is replaced when one of them ends or holds it up."""
    context = get_context("spawn")
    while paths:
        queue: Queue[Outcome] = context.Queue()
        worker = context.Process(target=work, args=(paths, queue), daemon=True)
        worker.start()
        while paths:
            try:
                yield paths[0], _next(queue, worker.is_alive)
            except Empty:
                worker.kill()
                worker.join()
                reason = f"ends or holds up the process ({worker.exitcode})"
                yield paths[0], Outcome(format="?", status="defect", reason=reason)
                paths = paths[1:]
                break
            paths = paths[1:]
        worker.join(_PATIENCE)


def _next(queue: Queue[Outcome], is_alive: Callable[[], bool]) -> Outcome:
    """Wait for an outcome, as long as there is somebody to send it.

    Raises:
        Empty: nothing came.
    """
    for _ in range(_PATIENCE):
        try:
            return queue.get(timeout=1)
        except Empty:
            if not is_alive():
                break
    return queue.get(timeout=1)


def _print_tables(counts: Counter[tuple[str, str]], reasons: Counter[tuple[str, str]]) -> None:
    statuses = ("labelled", "refused", "defect")
    print(f"\n{'format':<10}" + "".join(f"{status:>10}" for status in statuses))
    for name in sorted({name for name, _ in counts if name}):
        print(f"{name:<10}" + "".join(f"{counts[name, status]:>10}" for status in statuses))
    print(f"of no format that is labelled: {counts['', 'unknown']}\n\nreasons of refusals:")
    for (name, reason), count in sorted(reasons.items()):
        print(f"{count:>5} {name:<10} {reason}")


if __name__ == "__main__":
    main()
