"""Kill ``ailabel label --in-place`` at random moments; every file stays old or new, whole.

A child process, which gets SIGKILL after a random time, labels a file of 50 MB, or a folder of many
small ones, several of them at once. Each time a file must be byte for byte the old one, or a
labelled one that verifies and has the old content; what the child told as labelled must be; the
next run must succeed and leave nothing beside the files.
"""

from __future__ import annotations

import hashlib
import json
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
_MANY: Final = 60  # files of a batch
_SAMPLE: Final = Path(__file__).resolve().parents[1] / "samples" / "pictures" / "landscape.jpg"
_PRODUCER: Final = "001191350100M000100Y4310000"


def main() -> None:
    """Run it; exit 1 at the first broken promise."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else _RUNS
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 1  # noqa: PLR2004 - second argument
    rng = random.Random(seed)  # noqa: S311 - reproducible moments
    with tempfile.TemporaryDirectory(dir=".") as name:
        large, small = Path(name) / "large", Path(name) / "small"
        _make(large)
        _make_many(small)
        for title, pristine, count in (("large file", large, runs), ("batch", small, runs // 2)):
            counts = _kill(pristine, count, rng)
            print(f"\n{title}, {count} kills (seed {seed}): {counts}, 0 broken")


def _kill(pristine: Path, runs: int, rng: random.Random) -> dict[str, int]:
    """Kill so many runs over a folder; return how many files were old and new."""
    counts = {"old": 0, "new": 0}
    work = pristine.with_name(f"{pristine.name}-work")
    contents = {path.name: _essence(path) for path in pristine.iterdir()}
    longest = _whole_run(pristine, work)
    for index in range(runs):
        _fresh(pristine, work)
        told = _run_and_kill(work, rng.uniform(0, longest))
        for path in sorted(pristine.iterdir()):
            state = _state(path, work / path.name, contents[path.name])
            counts[state] += 1
            if state == "old" and str(work / path.name) in told:
                _broken(f"{path.name} was told as labelled and is not")
        _next_run(work, set(contents))
        print(f"\r{index + 1}/{runs} kills: {counts}", end="", flush=True)
    return counts


def _make(folder: Path) -> None:
    """Write a picture of 50 MB: a small one with a comment segment repeated before its scan."""
    folder.mkdir()
    data = _SAMPLE.read_bytes()
    start = 20  # behind SOI and APP0
    comment = b"\xff\xfe\xff\xff" + bytes(65533)
    large = data[:start] + comment * (_SIZE // len(comment)) + data[start:]
    (folder / "large.jpg").write_bytes(large)


def _make_many(folder: Path) -> None:
    folder.mkdir()
    for index in range(_MANY):
        shutil.copyfile(_SAMPLE, folder / f"{index:03}.jpg")


def _fresh(pristine: Path, work: Path) -> None:
    shutil.rmtree(work, ignore_errors=True)
    shutil.copytree(pristine, work)


def _essence(path: Path) -> str:
    with open_view(path) as view:
        found = registry.detect(view).format.id
        return essence_digest(registry.carrier_of(found), view)


def _command(work: Path) -> list[str]:
    options = ["--in-place", "--implicit-only", "--producer", _PRODUCER, "--format", "json-lines"]
    return [sys.executable, "-m", "ailabel", "label", str(work), *options]


def _whole_run(pristine: Path, work: Path) -> float:
    """Return how long a run takes that nobody kills, with a margin."""
    _fresh(pristine, work)
    begin = time.perf_counter()
    subprocess.run(_command(work), check=True, capture_output=True)
    return (time.perf_counter() - begin) * 1.15


def _run_and_kill(work: Path, seconds: float) -> set[str]:
    """Kill a run after some time; return the files that it told as labelled."""
    with tempfile.TemporaryFile() as out:
        child = subprocess.Popen(_command(work), stdout=out, stderr=subprocess.DEVNULL)
        time.sleep(seconds)
        child.send_signal(signal.SIGKILL)
        child.wait()
        out.seek(0)
        lines = out.read().split(b"\n")[:-1]  # the last may be cut short
    rows = [json.loads(line) for line in lines]
    return {row["path"] for row in rows if row.get("status") == "labelled"}


def _state(pristine: Path, path: Path, content: str) -> str:
    if _digest(path) == _digest(pristine):
        return "old"
    report = ailabel.verify(path, ailabel.VerifyOptions(explicit=False))
    if report.implicit is not ailabel.Verdict.COMPLIANT or _essence(path) != content:
        _broken(f"{path.name} is neither old nor new")
    return "new"


def _next_run(work: Path, names: set[str]) -> None:
    done = subprocess.run(_command(work), check=False, capture_output=True, text=True)
    left = {item.name for item in work.iterdir()} - names
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
