"""Exports and people: logged, kept for six calendar months, forgotten while the chain holds."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

from ailabel.errors import LedgerError, PlanError
from ailabel.ledger import Kind, Person, keep, personal
from books import record, records, tamper

if TYPE_CHECKING:
    from ailabel.ledger import Entry, Ledger

FACTS: Final = {"agreement": f"v3@{'0' * 64}", "looked": "machine"}
PERSON: Final = Person(recipient="张三 <zhang@example.org>", reason="for print")
OLD: Final = dt.datetime(2026, 3, 1, tzinfo=dt.UTC)


def log(ledger: Ledger, index: int, person: Person = PERSON, *, is_fresh: bool = True) -> Entry:
    """Log an export."""
    entry, _ = keep.log_export(
        ledger, record(index, kind=Kind.EXPORT), (person, FACTS), is_fresh=is_fresh
    )
    return entry


def log_at(
    ledger: Ledger, index: int, moment: dt.datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Log an export as if it were another time."""
    with monkeypatch.context() as patch:
        patch.setattr("time.time_ns", lambda: int(moment.timestamp()) * 1_000_000_000)
        log(ledger, index)


def kinds(ledger: Ledger) -> list[str]:
    """Return what is found wrong."""
    return [item.kind for item in keep.verify(ledger).findings]


def test_an_export_is_logged_without_the_person_in_the_row(ledger: Ledger) -> None:
    """The row holds agreement, look and a commitment; name and reason stand elsewhere."""
    entry = log(ledger, 1)
    facts = json.loads(entry.record.details)
    assert facts == FACTS | {"person": facts["person"]}
    assert len(bytes.fromhex(facts["person"])) == 32
    assert keep.people(ledger) == {1: PERSON}
    assert kinds(ledger) == []


def test_commitments_are_salted(ledger: Ledger) -> None:
    """The same person twice looks like two."""
    first, second = log(ledger, 1), log(ledger, 2)
    assert first.record.details != second.record.details


def test_a_fresh_number_must_be_fresh(ledger: Ledger) -> None:
    """One that is recorded may be told of again only on purpose."""
    ledger.record(record(1))
    with pytest.raises(PlanError, match="used before"):
        log(ledger, 1)
    again = log(ledger, 1, is_fresh=False)
    assert (again.turn, again.record.kind) == (1, Kind.EXPORT)


def test_a_person_is_erased_and_the_chain_holds(ledger: Ledger) -> None:
    """By name, all of it; what is left says nothing of whom."""
    other = Person(recipient="李四", reason="x")
    log(ledger, 1)
    log(ledger, 2, other)
    log(ledger, 3)
    with pytest.raises(LedgerError, match=r"six calendar months.*--within-retention"):
        keep.erase(ledger, PERSON.recipient)
    assert set(keep.people(ledger)) == {1, 2, 3}
    done = keep.erase(ledger, PERSON.recipient, within_retention=True)
    assert done.rows == (1, 3)
    assert keep.people(ledger) == {2: other}
    assert json.loads(done.entries[0].record.details) == {"rows": [1, 3], "within_retention": True}
    assert kinds(ledger) == []
    again = keep.erase(ledger, PERSON.recipient, within_retention=True)
    assert (again.rows, again.entries) == ((), ())


def test_the_last_day_of_the_log_is_the_one_that_was_told(ledger: Ledger) -> None:
    """What logging says, erasing says too; on the day after nothing stands against it."""
    entry, last = keep.log_export(
        ledger, record(1, kind=Kind.EXPORT), (PERSON, FACTS), is_fresh=True
    )
    assert last == personal.last_day(personal.day_of(entry.time))
    with ledger.database.writing() as connection:
        with pytest.raises(LedgerError, match=f"here until {last}"):
            personal.erase(connection, PERSON.recipient, last)
        done = personal.erase(connection, PERSON.recipient, last + dt.timedelta(days=1))
    assert json.loads(done.entries[0].record.details) == {"rows": [1], "within_retention": False}


def test_a_person_is_erased_by_a_number(ledger: Ledger) -> None:
    """The export of that number alone."""
    log(ledger, 1)
    log(ledger, 2)
    assert keep.erase(ledger, "number-2", within_retention=True).rows == (2,)
    assert set(keep.people(ledger)) == {1}


def test_nothing_of_the_person_stays_on_the_disk(ledger: Ledger) -> None:
    """Neither in the file of SQLite nor in its log."""
    log(ledger, 1)
    path = ledger.database.address.path
    secret = b"zhang@example.org"
    if path is None:
        with ledger.database.engine.connect() as connection:
            place = connection.exec_driver_sql("SELECT pg_relation_filepath('ledger_person')")
            assert place.scalar()
    keep.erase(ledger, PERSON.recipient, within_retention=True)
    if path is not None:
        left = [item.read_bytes() for item in Path(path).parent.glob("ledger.db*")]
        assert left
        assert not [data for data in left if secret in data]
    with ledger.database.reading() as connection:
        assert personal.people(connection) == {}


def test_old_exports_are_purged_and_young_ones_kept(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only whole days that are six calendar months past; the ledger says what was done."""
    log_at(ledger, 1, OLD, monkeypatch)
    log_at(ledger, 2, OLD + dt.timedelta(days=1), monkeypatch)
    today = dt.date(2026, 9, 2)
    with ledger.database.writing() as connection:
        with pytest.raises(LedgerError, match="that of 2026-03-02 until 2026-09-02"):
            personal.purge(connection, dt.date(2026, 3, 3), today)
        assert personal.purge(connection, dt.date(2026, 3, 2), today).rows == (1,)
    assert set(keep.people(ledger)) == {2}
    assert [entry.record.kind for entry in ledger.entries()][-1] is Kind.PURGE
    assert kinds(ledger) == []
    assert keep.purge(ledger, dt.date(2000, 1, 1)).rows == ()
    with pytest.raises(LedgerError, match="six calendar months"):
        keep.purge(ledger, dt.date(2999, 1, 1))


def test_purging_takes_what_is_left_of_long_ago(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Through the call that looks at the clock."""
    log_at(ledger, 1, dt.datetime(2020, 1, 1, tzinfo=dt.UTC), monkeypatch)
    log(ledger, 2)
    assert keep.purge(ledger, dt.date(2021, 1, 1)).rows == (1,)
    assert keep.erase(ledger, "nobody").rows == ()


def test_many_rows_are_told_of_in_several(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    """One row tells of so many at most."""
    monkeypatch.setattr(personal, "_CHUNK", 2)
    for index in range(5):
        log(ledger, index)
    done = keep.erase(ledger, PERSON.recipient, within_retention=True)
    assert [json.loads(item.record.details)["rows"] for item in done.entries] == [
        [1, 2],
        [3, 4],
        [5],
    ]
    assert kinds(ledger) == []


TAMPERED: Final = {
    "deleted": ["DELETE FROM ledger_person WHERE row = 2"],
    "another name": ["UPDATE ledger_person SET recipient = 'x' WHERE row = 2"],
    "no name": ["UPDATE ledger_person SET recipient = '' WHERE row = 2"],
    "another reason": ["UPDATE ledger_person SET reason = 'x' WHERE row = 2"],
    "a name for a label": ["UPDATE ledger_person SET row = 1 WHERE row = 2"],
}


@pytest.mark.parametrize("what", TAMPERED)
def test_tampering_with_people_is_found(ledger: Ledger, what: str) -> None:
    """Whoever deletes or changes one behind the ledger's back is noticed."""
    ledger.append(records([0]))
    log(ledger, 1)
    tamper(ledger, *TAMPERED[what])
    assert set(kinds(ledger)) == {"person"}


def test_damaged_details_are_no_traceback(ledger: Ledger) -> None:
    """Every kind of text is found wrong, and nothing else happens."""
    log(ledger, 1)
    keep.erase(ledger, PERSON.recipient, within_retention=True)
    for text in ("{", "[]", '{"rows":1}', '{"rows":["x"]}'):
        tamper(ledger, DETAILS.format(text))
        assert "person" in kinds(ledger)


DETAILS: Final = "UPDATE ledger_entry SET details = '{}' WHERE row = 2"


@pytest.mark.parametrize(
    ("day", "last"),
    [
        ("2026-01-15", "2026-07-15"),
        ("2026-08-30", "2027-03-01"),
        ("2026-08-31", "2027-03-01"),
        ("2027-08-29", "2028-02-29"),
        ("2026-12-31", "2027-07-01"),
        ("2026-10-31", "2027-05-01"),
        ("2026-06-30", "2026-12-30"),
    ],
)
def test_six_calendar_months(day: str, last: str) -> None:
    """Months are counted, not days; where a month is short the next one's first day is the end."""
    assert personal.last_day(dt.date.fromisoformat(day)).isoformat() == last


@pytest.mark.parametrize("recipient", ["", "  ", "a\nb", "x" * 70_000])
def test_people_that_cannot_be_kept(recipient: str) -> None:
    """Nobody, control characters, or far too much."""
    with pytest.raises(LedgerError):
        Person(recipient=recipient, reason="x")
