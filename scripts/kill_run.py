"""Kill ``ailabel label --in-place`` 200 times at random moments; the file stays old or new, whole.

A 50 MB file is labelled by a child process, which gets SIGKILL after a random time. Each time the
file must be byte for byte the old one, or a labelled one that verifies and has the old content; the
next run must succeed and leave nothing beside it.
"""

from __future__ import annotations

import hashlib
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Final

import ailabel
from ailabel import registry
from ailabel.io.source import open_view
from ailabel.spi import essence_digest

_RUNS: Final = 200
_SIZE: Final = 50_000_000
_PRODUCER: Final = "001191350100M000100Y4310000"


def main() -> None:
    """Run it; exit 1 at the first broken promise."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else _RUNS
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 1  # noqa: PLR2004 - second argument
    rng = random.Random(seed)  # noqa: S311 - reproducible moments
    counts = {"old": 0, "new": 0}
    with tempfile.TemporaryDirectory(dir=".") as name:
        pristine, work = Path(name) / "pristine.jpg", Path(name) / "work" / "large.jpg"
        work.parent.mkdir()
        _make(pristine)
        content = _essence(pristine)
        longest = _whole_run(pristine, work)
        for index in range(runs):
            shutil.copyfile(pristine, work)
            _run_and_kill(work, rng.uniform(0, longest))
            counts[_state(pristine, work, content)] += 1
            _next_run(work)
            print(f"\r{index + 1}/{runs} kills: {counts}", end="", flush=True)
    print(f"\n{runs} kills (seed {seed}): {counts['old']} old, {counts['new']} new, 0 broken")


def _make(path: Path) -> None:
    """Write a picture of 50 MB: a small one with a comment segment repeated before its scan."""
    root = Path(__file__).resolve().parents[1]
    data = (root / "samples" / "pictures" / "landscape.jpg").read_bytes()
    start = 20  # behind SOI and APP0
    comment = b"\xff\xfe\xff\xff" + bytes(65533)
    path.write_bytes(data[:start] + comment * (_SIZE // len(comment)) + data[start:])


def _essence(path: Path) -> str:
    with open_view(path) as view:
        found = registry.detect(view).format.id
        return essence_digest(registry.carrier_of(found), view)


def _command(path: Path) -> list[str]:
    options = ["--in-place", "--implicit-only", "--producer", _PRODUCER]
    return [sys.executable, "-m", "ailabel", "label", str(path), *options]


def _whole_run(pristine: Path, work: Path) -> float:
    """Return how long a run takes that nobody kills, with a margin."""
    shutil.copyfile(pristine, work)
    begin = time.perf_counter()
    subprocess.run(_command(work), check=True, capture_output=True)
    return (time.perf_counter() - begin) * 1.15


def _run_and_kill(work: Path, seconds: float) -> None:
    child = subprocess.Popen(_command(work), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    time.sleep(seconds)
    child.send_signal(signal.SIGKILL)
    child.wait()


def _state(pristine: Path, work: Path, content: str) -> str:
    left = [item.name for item in work.parent.iterdir() if item != work]
    if len(left) > 1:
        _broken(f"{len(left)} files were left: {left}")
    if _digest(work) == _digest(pristine):
        return "old"
    report = ailabel.verify(work, ailabel.VerifyOptions(explicit=False))
    if report.implicit is not ailabel.Verdict.COMPLIANT or _essence(work) != content:
        _broken("the file is neither old nor new")
    return "new"


def _next_run(work: Path) -> None:
    done = subprocess.run(_command(work), check=False, capture_output=True, text=True)
    left = [item.name for item in work.parent.iterdir() if item != work]
    if done.returncode or left:
        _broken(f"the next run exits {done.returncode} and leaves {left}: {done.stderr}")


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _broken(what: str) -> None:
    print(f"\nbroken: {what}")
    sys.exit(1)


if __name__ == "__main__":
    main()
