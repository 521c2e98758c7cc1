"""The ledger: appending with every commit flushed, and lookups among a million rows."""

from __future__ import annotations

import hashlib
import random
import sqlite3
from itertools import count
from typing import TYPE_CHECKING, Final

from ailabel.ledger import Ledger, Record
from benchmarks.timing import Contestant, Result, race

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["CASES", "HEAVY"]

_PRODUCER: Final = "001191350100M000100Y4310000"
_BATCH: Final = 100
_TIMES: Final = 20
_QUICK: Final = 50_000
_MANY: Final = 1_000_000
_AIM: Final = 3000  # rows a second


def appending(folder: Path) -> Iterator[Result]:
    """Append batches of a hundred rows, against one flushed insert into a bare table."""
    numbers = count()
    bare = sqlite3.connect(folder / "bare.db", isolation_level=None)
    for statement in ("PRAGMA journal_mode=WAL", "PRAGMA synchronous=FULL"):
        bare.execute(statement)
    bare.execute("CREATE TABLE entry (number TEXT PRIMARY KEY, label TEXT)")

    def insert() -> None:
        for _ in range(_TIMES):
            made = [(item.number, item.label) for item in _batch(numbers)]
            bare.execute("BEGIN IMMEDIATE")
            bare.executemany("INSERT INTO entry VALUES (?, ?)", made)
            bare.execute("COMMIT")

    with Ledger.create(folder / "ledger.db") as ledger:

        def append() -> None:
            for _ in range(_TIMES):
                ledger.append(_batch(numbers))

        rows = race(
            [
                Contestant("SQLite, a bare table", insert, times=_TIMES),
                Contestant("ledger", append, times=_TIMES),
            ]
        )
    bare.close()
    yield Result(
        f"ledger: append {_BATCH} rows, flushed",
        rows,
        [
            ("wall: ledger / bare table", rows[1].wall / rows[0].wall, "–"),
            ("rows a second", _BATCH / rows[1].wall, f"≥ {_AIM:,}"),
        ],
    )


def lookups(folder: Path) -> Iterator[Result]:
    """Look up among fifty thousand rows."""
    yield _lookups(folder, _QUICK)


def many_lookups(folder: Path) -> Iterator[Result]:
    """Look up among a million rows."""
    yield _lookups(folder, _MANY)


def _lookups(folder: Path, size: int) -> Result:
    from ailabel.ledger import rows as stored
    from ailabel.ledger import tables

    path = folder / f"{size}.db"
    with Ledger.create(path) as ledger:
        for start in range(0, size, 5000):
            ledger.append([_record(index) for index in range(start, start + 5000)])
        rng = random.Random(1)
        wanted = [rng.randrange(size) for _ in range(_TIMES)]

        def by_row() -> None:
            for index in wanted:
                with ledger.database.reading() as connection:
                    list(stored.entries(connection, tables.entry.c.row == index + 1))

        def by_digest() -> None:
            for index in wanted:
                ledger.find_digest(_record(index).digest)

        def by_looks() -> None:
            for index in wanted:
                ledger.find_like(_blurred(index))

        rows = race(
            [
                Contestant("by row", by_row, times=_TIMES),
                Contestant("by digest", by_digest, times=_TIMES),
                Contestant("by looks, 12 bits off", by_looks, times=_TIMES),
            ]
        )
    return Result(
        f"ledger: look up among {size:,} rows",
        rows,
        [
            ("wall: by digest / by row", rows[1].wall / rows[0].wall, "< 5"),
            ("wall: by looks / by row", rows[2].wall / rows[0].wall, "–"),
        ],
    )


def _batch(numbers: Iterator[int]) -> list[Record]:
    return [_record(next(numbers)) for _ in range(_BATCH)]


def _blurred(index: int) -> str:
    value = int(_record(index).picture, 16)
    for place in random.Random(index).sample(range(128), 12):
        value ^= 1 << place
    return f"{value:032x}"


def _record(index: int) -> Record:
    digest = hashlib.sha256(str(index).encode()).hexdigest()
    return Record(
        producer=_PRODUCER,
        number=str(index),
        digest=digest,
        picture=digest[:32],
        format="jpeg",
        label=f'{{"Label":"1","ContentProducer":"{_PRODUCER}","ProduceID":"{index}"}}',
    )


CASES: Final = (appending, lookups)
HEAVY: Final = (many_lookups,)
