"""Writing and reading rows, on a connection that somebody else opened."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import delete as removing
from sqlalchemy import func, insert, select, update

from ailabel.errors import LedgerError, PlanError
from ailabel.ledger import similar, tables
from ailabel.ledger.record import (
    Entry,
    Kind,
    Record,
    canonical,
    first_link,
    leaf_of,
    next_link,
    record_from_json,
    record_to_json,
)
from ailabel.values import frozen

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from sqlalchemy import ColumnElement, Connection, Row

    from ailabel.ledger.record import Person

__all__ = [
    "Claim",
    "adopt",
    "begin",
    "claim_number",
    "confirm",
    "entries",
    "head",
    "refuse_known",
    "with_person",
    "write",
]

_SALT: Final = 32  # bytes
_CHUNK: Final = 500  # numbers asked about at once
_PAGE: Final = 2000  # rows fetched at once
_LATER: Final = {Kind.RELABEL, Kind.EXPORT}  # kinds that may tell of a number once more


@frozen
class Claim:
    """A number that is used up, and whose entry waits for the file to be written.

    Args:
        record: what will be recorded.
        reserved: whether a reservation stands in the ledger, so that nobody else takes the number.
    """

    record: Record
    reserved: bool


def begin(connection: Connection, origin: str) -> None:
    """Name a new ledger."""
    connection.execute(
        insert(tables.state).values(id=1, origin=origin, size=0, chain=first_link(origin))
    )


def head(connection: Connection) -> tuple[str, int, bytes]:
    """Return the ledger's name, the number of its rows and the last link.

    Raises:
        LedgerError: it was never begun.
    """
    found = connection.execute(
        select(tables.state.c.origin, tables.state.c.size, tables.state.c.chain)
    ).one_or_none()
    if found is None:
        raise LedgerError("the ledger has lost the row that says how long it is")
    return str(found.origin), int(found.size), bytes(found.chain)


def write(connection: Connection, records: Sequence[Record]) -> list[Entry]:
    """Append rows; the connection holds the lock of writers.

    Raises:
        PlanError: a number is reserved for other content.
        sqlalchemy.exc.IntegrityError: a number was used before.
    """
    _refuse_reserved(connection, records)
    now = time.time_ns() // 1000
    _, size, chain = head(connection)
    turns = _Turns(connection)
    made = []
    for row, given in enumerate(records, size + 1):
        record, turn = turns.take(given)
        chain = next_link(chain, leaf_of(canonical(record, now, turn)))
        made.append(Entry(row=row, time=now, turn=turn, record=record, chain=chain))
    if made:
        connection.execute(insert(tables.entry), [_values(item) for item in made])
        bands = [
            {"value": value, "row": item.row} for item in made for value in _bands(item.record)
        ]
        if bands:
            connection.execute(insert(tables.band), bands)
        connection.execute(update(tables.state).values(size=made[-1].row, chain=chain))
    return made


def claim_number(connection: Connection, record: Record) -> Claim:
    """Use a number up before the file that will carry it is written.

    Raises:
        PlanError: it is used, or reserved, for other content.
    """
    number, producer = record.number, record.producer
    known = [item.record for item in entries(connection, _is_number(number, producer))]
    if known:
        if record.kind in _LATER or any(item.digest == record.digest for item in known):
            return Claim(_as_later(record), reserved=False)
        raise _used(record)
    waiting = _reserved(connection, record)
    if waiting is None:
        values = {"number": number, "producer": producer, "time": time.time_ns() // 1000}
        connection.execute(
            insert(tables.reservation).values(**values, record=record_to_json(record))
        )
    elif waiting.digest != record.digest:
        raise _taken(record)
    return Claim(record, reserved=True)


def adopt(connection: Connection, record: Record) -> Entry | None:
    """Record the number of a file that is labelled already; None where it is recorded.

    A reservation is honoured: a run may have ended between writing the file and recording it.
    """
    known = select(tables.entry.c.row).where(_is_number(record.number, record.producer)).limit(1)
    if connection.execute(known).first() is not None:
        return None
    waiting = _reserved(connection, record)
    return confirm(connection, Claim(waiting or record, reserved=waiting is not None))


def confirm(connection: Connection, claim: Claim) -> Entry:
    """Record what was claimed, now that the file is there."""
    record = claim.record
    if claim.reserved:
        connection.execute(
            removing(tables.reservation).where(
                tables.reservation.c.number == record.number,
                tables.reservation.c.producer == record.producer,
            )
        )
    return write(connection, [record])[0]


def refuse_known(connection: Connection, record: Record) -> None:
    """Refuse a number that was used before.

    Raises:
        PlanError: it was.
    """
    if next(entries(connection, _is_number(record.number, record.producer)), None) is not None:
        raise _used(record)


def with_person(
    connection: Connection, record: Record, person: Person, details: Callable[[bytes], str]
) -> Entry:
    """Append a row about a person, who is kept apart from it.

    Args:
        connection: of a transaction that writes.
        record: what is to be recorded.
        person: whom it is about.
        details: returns the details that hold the commitment it is given.
    """
    from dataclasses import replace

    salt = os.urandom(_SALT)
    whole = replace(record, details=details(person.commitment(salt)))
    made = write(connection, [whole])[0]
    connection.execute(
        insert(tables.person).values(
            row=made.row, recipient=person.recipient, reason=person.reason, salt=salt
        )
    )
    return made


def entries(connection: Connection, *where: ColumnElement[bool]) -> Iterator[Entry]:
    """Yield rows in their order; all of them, a page at a time, or those that are looked up."""
    query = select(tables.entry).where(*where).order_by(tables.entry.c.row)
    if not where:
        query = query.execution_options(yield_per=_PAGE)
    with connection.execute(query) as result:
        for found in result:
            yield _entry(found)


def _entry(found: Row[Any]) -> Entry:
    try:
        record = Record(
            kind=Kind(found.kind),
            producer=found.producer,
            number=found.number,
            digest=bytes(found.digest or b"").hex(),
            picture=bytes(found.picture or b"").hex(),
            format=found.format,
            label=found.label,
            signer=found.signer,
            details=found.details,
        )
    except (ValueError, TypeError, LedgerError) as error:
        raise LedgerError(
            "row {row} of the ledger is damaged; look with: ailabel ledger verify", row=found.row
        ) from error
    return Entry(
        row=found.row, time=found.time, turn=found.turn, record=record, chain=bytes(found.chain)
    )


def _values(item: Entry) -> dict[str, object]:
    record = item.record
    return {
        "row": item.row,
        "time": item.time,
        "kind": record.kind.value,
        "producer": record.producer,
        "number": record.number,
        "turn": item.turn,
        "digest": bytes.fromhex(record.digest) or None,
        "picture": bytes.fromhex(record.picture) or None,
        "format": record.format,
        "label": record.label,
        "signer": record.signer,
        "details": record.details,
        "chain": item.chain,
    }


def _bands(record: Record) -> list[int]:
    return similar.bands_of(bytes.fromhex(record.picture)) if record.picture else []


class _Turns:
    """How often the numbers of a batch were told of."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._next: dict[tuple[str, str], int] = {}

    def take(self, record: Record) -> tuple[Record, int]:
        """Return a record as it is to be kept, and its turn."""
        if record.number is None:
            return record, 0
        key = (record.number, record.producer)
        if record.kind not in _LATER:
            self._next[key] = 1
            return record, 0
        turn = self._next.get(key)
        if turn is None:
            turn = self._count(key)
        self._next[key] = turn + 1
        return (record if turn else _as_first(record)), turn

    def _count(self, key: tuple[str, str]) -> int:
        query = select(func.max(tables.entry.c.turn)).where(_is_number(*key))
        found = self._connection.execute(query).scalar()
        return 0 if found is None else int(found) + 1


def _as_first(record: Record) -> Record:
    from dataclasses import replace

    return replace(record, kind=Kind.LABEL) if record.kind is Kind.RELABEL else record


def _as_later(record: Record) -> Record:
    from dataclasses import replace

    return replace(record, kind=Kind.RELABEL) if record.kind is Kind.LABEL else record


def _is_number(number: str | None, producer: str) -> ColumnElement[bool]:
    return (tables.entry.c.number == number) & (tables.entry.c.producer == producer)


def _reserved(connection: Connection, record: Record) -> Record | None:
    """Return what a number is reserved for."""
    found = connection.execute(
        select(tables.reservation.c.record).where(
            tables.reservation.c.number == record.number,
            tables.reservation.c.producer == record.producer,
        )
    ).scalar()
    return None if found is None else record_from_json(str(found))


def _refuse_reserved(connection: Connection, records: Iterable[Record]) -> None:
    """Refuse numbers that somebody reserved; most of the time there are none."""
    if connection.execute(select(tables.reservation.c.number).limit(1)).first() is None:
        return
    wanted = {(item.number, item.producer): item for item in records if item.number is not None}
    numbers = [number for number, _ in wanted]
    for start in range(0, len(numbers), _CHUNK):
        query = select(tables.reservation.c.number, tables.reservation.c.producer).where(
            tables.reservation.c.number.in_(numbers[start : start + _CHUNK])
        )
        for number, producer in connection.execute(query):
            if (number, producer) in wanted:
                raise _taken(wanted[number, producer])


def _used(record: Record) -> PlanError:
    return PlanError(
        "the content number {number} of {producer} was used before, for other content",
        number=record.number,
        producer=record.producer,
    )


def _taken(record: Record) -> PlanError:
    return PlanError(
        "the content number {number} of {producer} is reserved for other content",
        number=record.number,
        producer=record.producer,
    )
