"""Exports and the people they were made for: logged, kept long enough, and erasable.

The row of an export holds a salted hash in place of the person; name and reason stand in a table of
their own. Deleting them there, salt and all, leaves a hash that tells nothing, and a chain that
still holds. Rows of the kinds ``erase`` and ``purge`` say what was deleted.
"""

from __future__ import annotations

import datetime as dt
import json
from typing import TYPE_CHECKING, Final

from sqlalchemy import delete, select

from ailabel.errors import LedgerError
from ailabel.ledger import rows, tables
from ailabel.ledger.chain import Finding
from ailabel.ledger.record import Kind, Person, Record
from ailabel.messages import Message
from ailabel.values import frozen

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sqlalchemy import Connection

    from ailabel.ledger.record import Entry

__all__ = [
    "Deletion",
    "current_day",
    "day_of",
    "erase",
    "export",
    "findings",
    "last_day",
    "people",
    "purge",
]

_CHINA: Final = dt.timezone(dt.timedelta(hours=8))  # whose days count
_MONTHS: Final = 6
_EARLIEST: Final = dt.date(1971, 1, 1)
_MICROSECONDS: Final = 1_000_000
_CHUNK: Final = 5000  # rows that one row tells of


@frozen
class Deletion:
    """What was deleted.

    Args:
        rows: of the exports whose people were forgotten.
        entries: the rows that say so; none where there was nothing to delete.
    """

    rows: tuple[int, ...]
    entries: tuple[Entry, ...]


def export(
    connection: Connection,
    record: Record,
    whom: tuple[Person, dict[str, str]],
    *,
    is_fresh: bool,
) -> Entry:
    """Log an export.

    Args:
        connection: of a transaction that writes.
        record: of the file, without details.
        whom: the person that it is made for; the agreement, and what looking at the file found.
        is_fresh: whether its number must not be known yet.

    Raises:
        PlanError: it is known, or reserved.
    """
    person, facts = whom

    def details(commitment: bytes) -> str:
        return _json({**facts, "person": commitment.hex()})

    if is_fresh:
        rows.refuse_known(connection, record)
    return rows.with_person(connection, record, person, details)


def erase(
    connection: Connection, who: str, today: dt.date, *, within_retention: bool = False
) -> Deletion:
    """Forget a person: all exports for a recipient, or the one of a content number.

    Args:
        connection: of a transaction that writes.
        who: the recipient as recorded, or a content number.
        today: in China.
        within_retention: whether to do so although the log must still be kept.

    Raises:
        LedgerError: the log must still be kept.
    """
    numbered = select(tables.entry.c.row).where(
        tables.entry.c.number == who, tables.entry.c.kind == Kind.EXPORT.value
    )
    wanted = (tables.person.c.recipient == who) | tables.person.c.row.in_(numbered)
    query = (
        select(tables.person.c.row, tables.entry.c.time)
        .join(tables.entry, tables.entry.c.row == tables.person.c.row)
        .where(wanted)
        .order_by(tables.person.c.row)
    )
    found = connection.execute(query).all()
    until = max((last_day(day_of(time)) for _, time in found), default=dt.date.min)
    is_early = until >= today
    if is_early and not within_retention:
        raise LedgerError(
            "the log of an export is kept for six calendar months, here until {day}; only where "
            "another duty comes first, use --within-retention",
            day=until.isoformat(),
        )
    kept = tuple(int(row) for row, _ in found)
    return _delete(connection, Kind.ERASE, kept, {"within_retention": is_early})


def purge(connection: Connection, before: dt.date, today: dt.date) -> Deletion:
    """Forget the people of all exports that were made before a day.

    Args:
        connection: of a transaction that writes.
        before: the first day in China whose exports are kept.
        today: in China.

    Raises:
        LedgerError: some of those days are not six calendar months past.
    """
    before = max(before, _EARLIEST)
    last = min(before, today) - dt.timedelta(days=1)
    if before > today or last_day(last) >= today:
        raise LedgerError(
            "the log of an export is kept for six calendar months: that of {day} until {end}",
            day=last.isoformat(),
            end=last_day(last).isoformat(),
        )
    query = (
        select(tables.person.c.row)
        .join(tables.entry, tables.entry.c.row == tables.person.c.row)
        .where(tables.entry.c.time < _begin(before))
        .order_by(tables.person.c.row)
    )
    kept = tuple(int(row) for row in connection.execute(query).scalars())
    return _delete(connection, Kind.PURGE, kept, {"before": before.isoformat()})


def last_day(day: dt.date) -> dt.date:
    """Return the last day on which the log of a day's exports must be kept.

    That is the day of the same number six calendar months later, or where that month is too short
    the first of the next.
    """
    months = day.year * 12 + day.month - 1 + _MONTHS
    year, month = divmod(months, 12)
    try:
        return dt.date(year, month + 1, day.day)
    except ValueError:
        months += 1
        return dt.date(months // 12, months % 12 + 1, 1)


def people(connection: Connection) -> dict[int, Person]:
    """Return whom exports were made for, by their rows, as far as they are remembered."""
    query = select(tables.person.c.row, tables.person.c.recipient, tables.person.c.reason)
    return {
        int(row): Person(recipient=recipient, reason=reason)
        for row, recipient, reason in connection.execute(query)
    }


def findings(connection: Connection) -> list[Finding]:
    """Compare what is remembered of people with the rows of their exports."""
    known = {
        int(row): (recipient, reason, bytes(salt))
        for row, recipient, reason, salt in connection.execute(
            select(
                tables.person.c.row,
                tables.person.c.recipient,
                tables.person.c.reason,
                tables.person.c.salt,
            )
        )
    }
    forgotten = set(_forgotten(connection))
    query = select(tables.entry.c.row, tables.entry.c.details).where(
        tables.entry.c.kind == Kind.EXPORT.value
    )
    found = []
    exports = {
        int(row): str(_facts(details).get("person")) for row, details in connection.execute(query)
    }
    for row, commitment in exports.items():
        person = known.get(row)
        if person is None and row not in forgotten:
            message = Message("whom row {row} was exported for is missing", {"row": row})
            found.append(Finding(kind="person", first=row, last=row, message=message))
        elif person is not None and _commitment(*person) != commitment:
            message = Message(
                "whom row {row} was exported for is not what was recorded", {"row": row}
            )
            found.append(Finding(kind="person", first=row, last=row, message=message))
    for row in sorted(set(known) - set(exports)):
        message = Message("row {row} names a person, and is no export", {"row": row})
        found.append(Finding(kind="person", first=row, last=row, message=message))
    return found


def _commitment(recipient: str, reason: str, salt: bytes) -> str:
    try:
        return Person(recipient=recipient, reason=reason).commitment(salt).hex()
    except (LedgerError, TypeError):
        return ""


def _forgotten(connection: Connection) -> Iterator[int]:
    query = select(tables.entry.c.details).where(
        tables.entry.c.kind.in_([Kind.ERASE.value, Kind.PURGE.value])
    )
    for details in connection.execute(query).scalars():
        listed = _facts(details).get("rows")
        if isinstance(listed, list):
            yield from (row for row in listed if isinstance(row, int))


def _facts(details: str) -> dict[str, object]:
    try:
        found = json.loads(details)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _delete(
    connection: Connection, kind: Kind, kept: tuple[int, ...], facts: Mapping[str, object]
) -> Deletion:
    """Delete the people of rows, and say so in rows of their own."""
    parts = [kept[start : start + _CHUNK] for start in range(0, len(kept), _CHUNK)]
    for part in parts:
        connection.execute(delete(tables.person).where(tables.person.c.row.in_(part)))
    told = [Record(kind=kind, details=_json({**facts, "rows": list(part)})) for part in parts]
    return Deletion(kept, tuple(rows.write(connection, told)))


def _json(value: object) -> str:
    return json.dumps(value, separators=(",", ":"), sort_keys=True)


def day_of(time: int) -> dt.date:
    """Return the day in China of a moment."""
    return dt.datetime.fromtimestamp(time / _MICROSECONDS, _CHINA).date()


def current_day() -> dt.date:
    """Return the day in China of now."""
    return dt.datetime.now(_CHINA).date()


def _begin(day: dt.date) -> int:
    moment = dt.datetime.combine(day, dt.time(), _CHINA)
    return int(moment.timestamp()) * _MICROSECONDS
