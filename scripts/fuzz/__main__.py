"""``python -m fuzz [SECONDS] [TARGET...]``: fuzz every target in turn, its share of the time each.

Coverage comes from atheris; the inputs that open new ways are kept in ``.fuzz/`` for the next run.
Only an `AilabelError` may leave a target, and no input of 64 KiB may cost more than a second or
128 MiB. What breaks this is run again without the fuzzer's instruments; what still breaks it is a
defect, and the run exits with 1.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import resource
import subprocess
import sys
from contextlib import redirect_stderr
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Final

import atheris

SCRIPTS: Final = Path(__file__).resolve().parents[1]
_WARM: Final = 4
sys.path[:0] = [str(SCRIPTS), str(SCRIPTS.parent / "tests")]

with redirect_stderr(io.StringIO()), atheris.instrument_imports(include=["ailabel"]):
    from fuzz.targets import ROOT, TARGETS, one, seeds

    for name in TARGETS:  # functions import what they need when they run
        for sample in islice(seeds(name), _WARM):
            one(name)(sample)

if TYPE_CHECKING:
    from collections.abc import Iterator

_STORE: Final = ROOT / ".fuzz"
_SECONDS: Final = 60
_LONGEST: Final = 64 * 1024
_SLOW: Final = 5  # seconds under the instruments, before an input is looked at again
_MEMORY: Final = 1 << 30
_CPU: Final = 1.0
_PEAK: Final = 128 << 20


def main() -> None:
    """Run it."""
    words = sys.argv[1:]
    seconds = int(words.pop(0)) if words and words[0].isdigit() else _SECONDS
    chosen = [target for target in TARGETS if not words or target in words]
    share = max(1, round(seconds / len(chosen)))
    broken = 0
    for target in chosen:
        corpus, found = _STORE / "corpus" / target, _STORE / "found" / target
        corpus.mkdir(parents=True, exist_ok=True)
        found.mkdir(parents=True, exist_ok=True)
        for data in seeds(target):
            (corpus / hashlib.sha1(data, usedforsecurity=False).hexdigest()).write_bytes(data)
        before = set(found.iterdir())
        runs = _fuzz(target, corpus, found, share)
        defects = list(_defects(target, sorted(set(found.iterdir()) - before)))
        broken += len(defects)
        print(f"{target:<14} {runs:>8} inputs, {len(list(corpus.iterdir())):>5} kept", flush=True)
        for line in defects:
            print(f"    {line}", flush=True)
    print(f"{len(chosen)} targets, {broken} defects")
    sys.exit(1 if broken else 0)


def _fuzz(target: str, corpus: Path, found: Path, seconds: int) -> int:
    """Fuzz one target in a child of this process, which is instrumented already."""
    log = found.with_suffix(".log")
    child = os.fork()
    if not child:
        _become_fuzzer(target, corpus, found, seconds, log)
    os.waitpid(child, 0)
    lines = log.read_text(errors="replace").splitlines()
    ends = [line for line in lines if line.startswith("Done ") or "stat::number_of" in line]
    return int(next((word for word in ends[-1].split() if word.isdigit()), 0)) if ends else 0


def _become_fuzzer(target: str, corpus: Path, found: Path, seconds: int, log: Path) -> None:
    """Fuzz until the time is up or something is found; never returns."""
    fd = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    os.dup2(fd, 1)
    os.dup2(fd, 2)
    resource.setrlimit(resource.RLIMIT_AS, (4 * _MEMORY, 4 * _MEMORY))
    options = {
        "max_total_time": seconds,
        "max_len": _LONGEST,
        "timeout": 60,
        "report_slow_units": _SLOW,
        "rss_limit_mb": _MEMORY >> 20,
        "artifact_prefix": f"{found}/",
        "verbosity": 1,
    }
    arguments = [f"-{key}={value}" for key, value in options.items()]
    atheris.Setup([target, *arguments, str(corpus)], one(target))
    atheris.Fuzz()
    os._exit(0)


def _defects(target: str, paths: list[Path]) -> Iterator[str]:
    """Yield what is wrong with the inputs that the fuzzer reported."""
    if not paths:
        return
    command = [sys.executable, "-m", "fuzz.confirm", target, *map(str, paths)]
    search = os.pathsep.join((str(SCRIPTS), str(SCRIPTS.parent / "tests")))
    environment = {**os.environ, "PYTHONPATH": search}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    for name, error, seconds, peak in rows:
        if error or seconds > _CPU or peak > _PEAK:
            yield f"{name}: {error or f'{seconds:.1f} CPU s, {peak >> 20} MiB'}"
    if len(rows) < len(paths):
        yield f"{paths[len(rows)]}: ends the process ({done.returncode}): {done.stderr[-200:]}"


if __name__ == "__main__":
    main()
