"""The ledger: numbers are used once, whatever happens in between and whoever else writes."""

from __future__ import annotations

import pickle
import sqlite3
import stat
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Final

import pytest

from ailabel.errors import LedgerError, PlanError
from ailabel.ledger import Kind, Ledger, keep
from ailabel.ledger.database import address_of
from books import PRODUCER, record, records, tamper


def test_what_is_recorded_is_found(ledger: Ledger) -> None:
    """By number, by digest, and in order; numbers count from one."""
    made = ledger.append(records(range(5)))
    assert [item.row for item in made] == [1, 2, 3, 4, 5]
    assert ledger.find_number("number-3") == [made[3]]
    assert ledger.find_number("number-3", "somebody else") == []
    assert ledger.find_digest(record(4).digest) == [made[4]]
    assert list(ledger.entries()) == made
    assert made[2].record == record(2)
    assert ledger.append([]) == []


def test_a_number_is_used_once(ledger: Ledger) -> None:
    """The second use is refused by name, and nothing of its batch is kept."""
    ledger.append(records(range(3)))
    with pytest.raises(PlanError, match=r"number-1 of .* was used before"):
        ledger.append([record(7), record(1)])
    with pytest.raises(PlanError, match=r"number-9 of .* was used before"):
        ledger.append([record(9), record(9)])
    assert len(list(ledger.entries())) == 3
    ledger.record(replace(record(1), producer="another producer"))
    assert keep.verify(ledger).findings == ()


def test_a_number_is_claimed_written_and_confirmed(ledger: Ledger) -> None:
    """Between, nobody else gets it; afterwards it is recorded."""
    claim = ledger.claim(record(1))
    with pytest.raises(PlanError, match="reserved for other content"):
        ledger.record(record(1))
    with pytest.raises(PlanError, match="reserved for other content"):
        ledger.claim(replace(record(1), digest=record(2).digest))
    assert keep.verify(ledger).pending == 1
    entry = ledger.confirm(claim)
    assert (entry.record, entry.turn) == (record(1), 0)
    assert keep.verify(ledger).pending == 0
    with pytest.raises(PlanError, match="used before, for other content"):
        ledger.claim(replace(record(1), digest=record(2).digest))


def test_a_claim_survives_whoever_made_it(ledger: Ledger) -> None:
    """The next run takes it up: by claiming again, or by meeting the labelled file."""
    ledger.claim(record(1))
    again = ledger.claim(record(1))
    assert ledger.confirm(again).turn == 0
    ledger.claim(record(2))
    adopted = ledger.adopt(replace(record(2), format="jpeg"))
    assert adopted is not None
    assert adopted.record == record(2)  # as it was claimed
    assert ledger.adopt(record(2)) is None
    assert ledger.adopt(record(3)) is not None
    assert keep.verify(ledger).pending == 0


def test_the_same_content_may_be_labelled_again(ledger: Ledger) -> None:
    """Its number is told of once more, and not used again."""
    ledger.record(record(1))
    claim = ledger.claim(record(1))
    entry = ledger.confirm(claim)
    assert (entry.record.kind, entry.turn, entry.row) == (Kind.RELABEL, 1, 2)
    first = ledger.record(record(2, kind=Kind.RELABEL))
    assert (first.record.kind, first.turn) == (Kind.LABEL, 0)


def test_threads_share_a_ledger(ledger: Ledger) -> None:
    """Everybody's rows are there once, and one failing is only the one's."""
    gate = threading.Barrier(8)

    def work(index: int) -> int:
        gate.wait()
        for number in range(index * 10, index * 10 + 10):
            ledger.record(record(number))
        try:
            ledger.record(record(index * 10))
        except PlanError:
            return 1
        return 0

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(work, range(8))) == 8
    found = keep.verify(ledger)
    assert (found.size, found.findings) == (80, ())


APPEND: Final = """
import sys
from ailabel.ledger import Ledger, Record
with Ledger.open(sys.argv[1]) as ledger:
    print("ready", flush=True)
    sys.stdin.readline()
    for number in range(20):
        ledger.record(Record(producer=sys.argv[2], number=str(number)))
"""
FORK: Final = """
import os, sys
from ailabel.ledger import Ledger, Record
with Ledger.open(sys.argv[1]) as ledger:
    ledger.record(Record(producer="p", number="1"))
    child = os.fork()
    if child == 0:
        ledger.record(Record(producer="p", number="2"))
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0
    ledger.record(Record(producer="p", number="3"))
"""


def _where(ledger: Ledger) -> str:
    address = ledger.database.address
    return str(address.path or address.url)


def test_processes_share_a_ledger(ledger: Ledger) -> None:
    """The chain holds where several processes append at once."""
    workers = [
        subprocess.Popen(
            [sys.executable, "-c", APPEND, _where(ledger), name],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        for name in ("one", "other")
    ]
    for worker in workers:
        assert worker.stdout is not None
        worker.stdout.readline()
    for worker in workers:
        assert worker.stdin is not None
        worker.stdin.write(b"\n")
        worker.stdin.flush()
    for worker in workers:
        worker.communicate()
    assert [worker.returncode for worker in workers] == [0, 0]
    found = keep.verify(ledger)
    assert (found.size, found.findings) == (40, ())


def test_a_forked_process_opens_its_own_connections(ledger: Ledger) -> None:
    """The parent's stay usable."""
    subprocess.run([sys.executable, "-c", FORK, _where(ledger)], check=True)
    assert [entry.record.number for entry in ledger.entries()] == ["1", "2", "3"]
    assert keep.verify(ledger).findings == ()


def test_a_ledger_can_be_sent(ledger: Ledger) -> None:
    """Where it arrives it is opened anew."""
    ledger.record(record(1))
    with pickle.loads(pickle.dumps(ledger)) as other:  # noqa: S301 - our own bytes
        assert other.find_number("number-1", PRODUCER) == ledger.find_number("number-1")


def test_there_is_one_ledger_at_a_place(ledger: Ledger) -> None:
    """A second one is refused, and the first stays as it was."""
    ledger.record(record(1))
    with pytest.raises(LedgerError, match="already"):
        Ledger.create(_where(ledger))
    assert len(list(ledger.entries())) == 1


def test_a_row_that_breaks_the_rules_is_refused(ledger: Ledger) -> None:
    """Where the database refuses what is no used number, that is said."""
    tamper(ledger, "UPDATE ledger_state SET size = 0")
    ledger.record(record(1))
    tamper(ledger, "UPDATE ledger_state SET size = 0")
    with pytest.raises(LedgerError, match="breaks its own rules"):
        ledger.record(record(2))
    tamper(ledger, "DELETE FROM ledger_state")
    with pytest.raises(LedgerError, match="has lost the row"):
        ledger.record(record(2))


def test_damaged_rows_are_no_traceback(ledger: Ledger) -> None:
    """Reading one says what to do."""
    ledger.record(record(1))
    tamper(ledger, "UPDATE ledger_entry SET kind = 'nonsense'")
    with pytest.raises(LedgerError, match="row 1 of the ledger is damaged"):
        list(ledger.entries())


def test_a_file_is_its_owner_s_alone(tmp_path: Path) -> None:
    """It may hold personal data."""
    path = tmp_path / "ledger.db"
    Ledger.create(path).record(record(1))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_file_has_a_write_ahead_log(tmp_path: Path) -> None:
    """From its making on; and again where a copy of it had lost it."""
    path = tmp_path / "ledger.db"
    with Ledger.create(path), closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        connection.execute(f"VACUUM INTO '{tmp_path / 'copy.db'}'")
    with Ledger.open(tmp_path / "copy.db"):
        pass
    with closing(sqlite3.connect(tmp_path / "copy.db")) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_making_one_that_fails_leaves_no_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Making one is all or nothing."""
    monkeypatch.setattr("ailabel.ledger.store.migrate", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        Ledger.create(tmp_path / "ledger.db")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["two words", "a+b", "x" * 201, "a\ab", "\udcff", " "])
def test_names_that_checkpoints_cannot_bear(tmp_path: Path, name: str) -> None:
    """A ledger's name is one word without a plus sign."""
    with pytest.raises(LedgerError, match="one word"):
        Ledger.create(tmp_path / "ledger.db", name)


def test_addresses(tmp_path: Path) -> None:
    """Paths, SQLite's URL, PostgreSQL's; no password is ever shown."""
    assert address_of(tmp_path / "a.db").path == tmp_path / "a.db"
    assert str(address_of("sqlite:////var/a%20b.db")) == "/var/a b.db"
    assert address_of("sqlite:///a.db").path == Path.cwd() / "a.db"
    found = address_of("postgresql://me:secret@host/db")
    assert found.url == "postgresql+psycopg://me:secret@host/db"
    assert str(found) == "postgresql+psycopg://me:***@host/db"
    assert str(address_of("postgresql://me:a@b@host/db?password=c&x=1")).endswith(
        "me:***@host/db?password=***&x=1"
    )
    with pytest.raises(LedgerError, match="not mysql://"):
        address_of("mysql://host/db")


def test_what_is_no_ledger_is_said(tmp_path: Path) -> None:
    """Nothing there, a file of something else, a server that does not answer."""
    with pytest.raises(LedgerError, match=r"there is no ledger at .*ailabel ledger init"):
        Ledger.open(tmp_path / "none.db")
    (tmp_path / "text.db").write_text("this is no database, though long enough" * 20)
    with pytest.raises(LedgerError, match="cannot be used"):
        Ledger.open(tmp_path / "text.db")
    with closing(sqlite3.connect(tmp_path / "other.db")) as connection:
        connection.execute("CREATE TABLE numbers (number)")
    (tmp_path / "empty.db").touch()
    for name in ("other.db", "empty.db"):
        before = (tmp_path / name).read_bytes()
        with pytest.raises(LedgerError, match="there is no ledger"):
            Ledger.open(tmp_path / name)
        assert (tmp_path / name).read_bytes() == before
    with pytest.raises(LedgerError, match="cannot be used") as caught:
        Ledger.open(f"postgresql://me:secret@/db?host={tmp_path}")
    assert "secret" not in str(caught.value)
