"""Prove what the ledger promises: ``make ledger-proof``, or parts as ``kills=20 numbers=500``.

kills     a process that appends is killed with SIGKILL at random moments, again and again: every
          row that it acknowledged must be there, and the chain whole
numbers   processes make content numbers while their clocks are set back and forth: none twice, also
          by the ledger's own constraint
speed     batches of rows with every commit flushed; looking a million rows up by digest, by number,
          by looks; going over them
"""

from __future__ import annotations

import hashlib
import multiprocessing
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Final

from sqlalchemy import event

from ailabel.ledger import Ledger, Record, keep
from ailabel.model import content_number

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterator

_KILLS: Final = 500
_SEED: Final = 1
_PROCESSES: Final = 16
_NUMBERS: Final = 20_000
_ROWS: Final = 1_000_000
_BATCH: Final = 100
_LARGEST: Final = 7  # rows of a batch that may be killed
_PRODUCER: Final = "001191350100M000100Y4310000"
_FIRST: Final = 10_000  # rows that are appended in batches of one size
_LOOKUPS: Final = 400
_NEAR: Final = 40


def main() -> None:
    """Run the parts that are named, or all; exit 1 at the first broken promise."""
    wanted = sys.argv[1:] or list(_PARTS)
    with tempfile.TemporaryDirectory(dir=".") as name:
        for word in wanted:
            part, _, count = word.partition("=")
            act, usual = _PARTS[part]
            act(Path(name), int(count or usual))


def kills(folder: Path, count: int) -> None:
    """Kill a writer so many times; check the ledger each time, and everything at the end."""
    path = folder / "kills.db"
    Ledger.create(path).close()
    rng = random.Random(_SEED)  # noqa: S311 - reproducible moments
    told = [0] * count
    for index in range(count):
        told[index] = _killed(path, index, rng.uniform(0.0, 0.15))
        if index % 25 == 24 or index == count - 1:  # noqa: PLR2004 - now and then
            _check_whole(path)
            print(f"\r{index + 1}/{count} kills, {sum(told)} rows told", end="", flush=True)
    _check_told(path, told)
    print(f"\nkills: {count} (seed {_SEED}), {sum(told)} acknowledged rows, all there; chain whole")


def _killed(path: Path, run: int, seconds: float) -> int:
    """Let a writer append until it is killed; return how many rows it told."""
    writer = subprocess.Popen(
        [sys.executable, __file__, "--append", path, str(run)], stdout=subprocess.PIPE
    )
    assert writer.stdout is not None  # noqa: S101 - for the type checker
    writer.stdout.readline()  # it is ready
    time.sleep(seconds)
    writer.send_signal(signal.SIGKILL)
    lines = writer.stdout.read().split(b"\n")[:-1]  # a line that was cut short tells nothing
    writer.stdout.close()
    writer.wait()
    return int(lines[-1]) if lines else 0


def append(path: str, run: str) -> None:
    """Append batches of one to seven rows; tell after each how many rows are there by now."""
    with Ledger.open(path) as ledger:
        print("ready", flush=True)
        told = 0
        for size in _cycle(1, _LARGEST):
            ledger.append([_record(f"{run}-{told + index}") for index in range(size)])
            told += size
            os.write(1, f"{told}\n".encode())


def _cycle(first: int, last: int) -> Iterator[int]:
    while True:
        yield from range(first, last + 1)


def _check_whole(path: Path) -> None:
    with Ledger.open(path) as ledger:
        found = keep.verify(ledger)
    if found.findings:
        _broken(f"the ledger is not whole: {found.findings[0].message}")


def _check_told(path: Path, told: list[int]) -> None:
    """Compare what every run told with what is there: that, and at most one batch more."""
    there = dict.fromkeys(range(len(told)), 0)
    with Ledger.open(path) as ledger:
        for entry in ledger.entries():
            run, _, number = str(entry.record.number).partition("-")
            if int(number) != there[int(run)]:
                _broken(f"row {entry.row} is out of order")
            there[int(run)] += 1
    for index, count in enumerate(told):
        if not count <= there[index] <= count + _LARGEST:
            _broken(f"run {index} told {count} rows, and {there[index]} are there")


def numbers(folder: Path, count: int) -> None:
    """Let processes make numbers under clocks that jump; count those that were made twice."""
    context = multiprocessing.get_context("fork")
    with context.Pool(_PROCESSES, maxtasksperchild=1) as pool:
        made = pool.starmap(_stepped, [(index, count) for index in range(_PROCESSES)], chunksize=1)
    every = [number for part in made for number in part]
    twice = len(every) - len(set(every))
    falling = sum(1 for part in made for one, other in pairwise(part) if one >= other)
    if twice or falling:
        _broken(f"{twice} numbers twice, {falling} not increasing")
    print(f"numbers: {_PROCESSES} processes made {count} each, clocks stepped: 0 twice")
    _recorded(folder, made)


def _stepped(seed: int, count: int) -> list[str]:
    """Make numbers while the clock is set back and forth by up to a minute, or stands."""
    rng = random.Random(seed)  # noqa: S311 - reproducible steps
    shift = 0

    def clock() -> int:
        nonlocal shift
        if rng.random() < 0.01:  # noqa: PLR2004 - every hundredth time
            shift += rng.choice((-60_000, -1000, -1, 0, 1, 1000, 60_000)) * 1_000_000
        return _START + shift

    real, time.time_ns = time.time_ns, clock
    try:
        source = content_number.ContentNumbers()
        return [source.next() for _ in range(count)]
    finally:
        time.time_ns = real


_START: Final = time.time_ns()  # one moment for all, so that only counters and chance part them


def _recorded(folder: Path, made: list[list[str]]) -> None:
    """Record some of the numbers from several processes at once; the constraint refuses none."""
    path = folder / "numbers.db"
    Ledger.create(path).close()
    parts = [(str(path), part[:500]) for part in made]
    with multiprocessing.get_context("spawn").Pool(4) as pool:
        pool.starmap(_record_all, parts, chunksize=1)
    with Ledger.open(path) as ledger:
        found = keep.verify(ledger)
    if found.findings or found.size != sum(len(part) for _, part in parts):
        _broken("the ledger does not hold every number once")
    print(f"numbers: {found.size} of them recorded by 4 processes at once: each once, chain whole")


def _record_all(path: str, part: list[str]) -> None:
    with Ledger.open(path) as ledger:
        for start in range(0, len(part), 50):
            ledger.append([_record(number) for number in part[start : start + 50]])


def speed(folder: Path, rows: int) -> None:
    """Append in batches, every commit flushed; then fill up, look up, and go over everything."""
    path = folder / "speed.db"
    with Ledger.create(path) as ledger:
        for start, batch in ((0, _BATCH), (_FIRST, 10 * _BATCH)):
            wall, cpu = _appending(ledger, _FIRST, batch, start)
            print(
                f"speed: batches of {batch}, every commit flushed: {wall:,.0f} rows/s, "
                f"{cpu:,.0f} rows a CPU s (load {os.getloadavg()[0]:.1f})"
            )
    with Ledger.open(path) as ledger:
        _hurry(ledger)
        _appending(ledger, rows - 2 * _FIRST, 20_000, 2 * _FIRST)
    with Ledger.open(path) as ledger:
        rng = random.Random(1)  # noqa: S311 - reproducible lookups
        _measure(ledger, [rng.randrange(rows) for _ in range(_LOOKUPS)])
        begin = time.process_time()
        found = keep.verify(ledger)
        print(f"speed: going over {rows:,} rows: {time.process_time() - begin:.1f} CPU s")
        if found.findings:
            _broken("the ledger is not whole")


def _hurry(ledger: Ledger) -> None:
    """Let filling up not wait for the disk: it is no part of what is proved."""

    def fast(connection: sqlite3.Connection, _: object) -> None:
        connection.execute("PRAGMA synchronous=OFF")
        connection.execute("PRAGMA cache_size=-1000000")
        connection.execute("PRAGMA wal_autocheckpoint=200000")

    ledger.database.engine.dispose()
    event.listen(ledger.database.engine, "connect", fast)


def _appending(ledger: Ledger, rows: int, batch: int, start: int) -> tuple[float, float]:
    """Append; return rows a second of wall and of CPU time, making the records not counted."""
    wall = cpu = 0.0
    for first in range(start, start + rows, batch):
        made = [_record(str(index)) for index in range(first, min(first + batch, start + rows))]
        begin = time.perf_counter(), time.process_time()
        ledger.append(made)
        wall += time.perf_counter() - begin[0]
        cpu += time.process_time() - begin[1]
    return rows / wall, rows / cpu


def _measure(ledger: Ledger, wanted: list[int]) -> None:
    from ailabel.ledger import rows, tables

    def by_key(index: int) -> object:
        with ledger.database.reading() as connection:
            return list(rows.entries(connection, tables.entry.c.row == index + 1))

    def by_digest(index: int) -> object:
        return ledger.find_digest(_record(str(index)).digest)

    def by_number(index: int) -> object:
        return ledger.find_number(str(index), _PRODUCER)

    def by_looks(index: int) -> object:
        value = int(_record(str(index)).picture, 16)
        for place in random.Random(index).sample(range(128), 12):  # noqa: S311 - reproducible
            value ^= 1 << place
        return ledger.find_like(f"{value:032x}")

    def in_vain(index: int) -> object:
        return ledger.find_like(f"{random.Random(-index - 1).getrandbits(128):032x}")  # noqa: S311

    times = {
        name: _timed(act, wanted[:many])
        for name, act, many in (
            ("row", by_key, _LOOKUPS),
            ("digest", by_digest, _LOOKUPS),
            ("number", by_number, _LOOKUPS),
            ("looks, 12 bits off", by_looks, _NEAR),
            ("looks, nothing alike", in_vain, _NEAR),
        )
    }
    for name, found in times.items():
        print(f"speed: by {name}: {found * 1e3:.2f} ms ({found / times['row']:.1f} × by row)")
    if times["digest"] > 5 * times["row"]:
        _broken("a lookup by digest takes more than five times that by row")


def _timed(act: Callable[[int], object], wanted: list[int]) -> float:
    """Return the median time of a lookup that was warmed up."""
    act(wanted[0])
    spent = []
    for index in wanted:
        begin = time.perf_counter()
        act(index)
        spent.append(time.perf_counter() - begin)
    return median(spent)


def _record(number: str) -> Record:
    digest = hashlib.sha256(number.encode()).hexdigest()
    return Record(
        producer=_PRODUCER,
        number=number,
        digest=digest,
        picture=digest[:32],
        format="jpeg",
        label=f'{{"Label":"1","ContentProducer":"{_PRODUCER}","ProduceID":"{number}",'
        f'"ReservedCode1":"","ContentPropagator":"{_PRODUCER}","PropagateID":"{number}",'
        '"ReservedCode2":""}',
    )


def _broken(what: str) -> None:
    print(f"\nBROKEN: {what}")
    sys.exit(1)


_PARTS: Final[dict[str, tuple[Callable[[Path, int], None], int]]] = {
    "kills": (kills, _KILLS),
    "numbers": (numbers, _NUMBERS),
    "speed": (speed, _ROWS),
}

if __name__ == "__main__":
    if sys.argv[1:2] == ["--append"]:
        append(*sys.argv[2:4])
    else:
        main()
