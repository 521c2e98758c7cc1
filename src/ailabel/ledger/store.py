"""The ledger as programs use it: opened once, shared by threads, safe beside other processes."""

from __future__ import annotations

import os
import uuid
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final, Self, TypeVar

from ailabel.errors import LedgerError, PlanError
from ailabel.ledger.database import Database, address_of, begin_log
from ailabel.ledger.group import GroupCommit
from ailabel.ledger.mounts import refuse_network
from ailabel.ledger.packages import require
from ailabel.ledger.record import is_storable
from ailabel.ledger.schema import check_schema, migrate

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from sqlalchemy import ColumnElement, Connection

    from ailabel.ledger.database import Address
    from ailabel.ledger.lookup import Likeness
    from ailabel.ledger.record import Entry, Record
    from ailabel.ledger.rows import Claim

__all__ = ["Ledger"]

_Result = TypeVar("_Result")

_ORIGIN: Final = "ailabel.ledger/{}"
_LONGEST_ORIGIN: Final = 200


class Ledger:
    """A ledger of content numbers.

    Threads may share one; what they record at once is flushed to the disk at once. A forked process
    opens connections of its own, and a pickled ledger is opened anew where it arrives.
    """

    def __init__(self, database: Database, origin: str) -> None:
        self.database = database
        self.origin = origin
        self._group = GroupCommit(database)
        self._process = os.getpid()

    @classmethod
    def create(cls, where: str | os.PathLike[str], origin: str | None = None) -> Ledger:
        """Make a new ledger and open it.

        Args:
            where: a path, ``sqlite:///PATH``, or ``postgresql://…``.
            origin: the ledger's name, which its checkpoints bear; None for a random one.

        Raises:
            LedgerError: there is one already, or the place is not fit for one.
            MissingExtraError: the extra ``ledger`` is not installed.
        """
        require()
        from ailabel.ledger import rows

        name = origin or _ORIGIN.format(uuid.uuid4())
        is_word = name.split() == [name] and is_storable(name) and "+" not in name
        if len(name) > _LONGEST_ORIGIN or not is_word:
            raise LedgerError("the name of a ledger is one word without a plus sign")
        address = address_of(where)
        with (
            _new_file(address),
            _closed_on_failure(Database(address)) as database,
            database.writing() as connection,
        ):
            before, _ = migrate(connection, str(address))
            if before is not None:
                raise LedgerError("there is a ledger at {where} already", where=str(address))
            rows.begin(connection, name)
        return cls(database, name)

    @classmethod
    def open(cls, where: str | os.PathLike[str]) -> Ledger:
        """Open a ledger that is there.

        Args:
            where: a path, ``sqlite:///PATH``, or ``postgresql://…``.

        Raises:
            LedgerError: there is none, or it cannot be used.
            MissingExtraError: the extra ``ledger`` is not installed.
        """
        require()
        from ailabel.ledger import rows

        with _closed_on_failure(Database(address_of(where))) as database:
            check_schema(database)
            with database.reading() as connection:
                origin, _, _ = rows.head(connection)
        return cls(database, origin)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __reduce__(self) -> tuple[object, ...]:
        address = self.database.address
        return Ledger.open, (address.url or os.fspath(address.path or ""),)

    def close(self) -> None:
        """Close the connections."""
        self.database.close()

    def append(self, records: Sequence[Record]) -> list[Entry]:
        """Record several things in one transaction, on the disk when the call returns.

        Raises:
            PlanError: a number was used before, or is reserved; nothing is recorded.
            LedgerError: the database failed; nothing is recorded.
        """
        from ailabel.ledger import rows

        if not records:
            return []
        return self.guarded(lambda connection: rows.write(connection, records), records)

    def record(self, record: Record) -> Entry:
        """Record one thing, together with what other threads record at the moment.

        Raises:
            AilabelError: as `append` does.
        """
        return self.append([record])[0]

    def claim(self, record: Record) -> Claim:
        """Use a number up, before the file that will carry it is written.

        Raises:
            PlanError: the number is used, or reserved, for other content.
            LedgerError: the database failed.
        """
        from ailabel.ledger import rows

        return self.guarded(lambda connection: rows.claim_number(connection, record), [record])

    def confirm(self, claim: Claim) -> Entry:
        """Record what was claimed, now that the file is there.

        Raises:
            AilabelError: as `append` does; the number stays reserved for its content.
        """
        from ailabel.ledger import rows

        return self.guarded(lambda connection: rows.confirm(connection, claim), [claim.record])

    def adopt(self, record: Record) -> Entry | None:
        """Record the number that a labelled file carries, unless it is recorded.

        Raises:
            AilabelError: as `append` does.
        """
        from ailabel.ledger import rows

        return self.guarded(lambda connection: rows.adopt(connection, record), [record])

    def is_recorded(self, number: str, producer: str) -> bool:
        """Say whether a content number of a producer is recorded."""
        return bool(self.find_number(number, producer))

    def find_number(self, number: str, producer: str | None = None) -> list[Entry]:
        """Return all that is recorded of a content number, of one producer or of all."""
        from ailabel.ledger import tables

        if not is_storable(number):
            return []
        where = tables.entry.c.number == number
        if producer is not None:
            where &= tables.entry.c.producer == producer
        return self._find(where)

    def find_digest(self, digest: str) -> list[Entry]:
        """Return all that is recorded of a content, by the digest of its essence."""
        from ailabel.ledger import tables

        return self._find(tables.entry.c.digest == bytes.fromhex(digest))

    def find_like(self, picture: str) -> list[Likeness]:
        """Return the recorded pictures that look like one, the nearest first.

        Args:
            picture: its perceptual hash, 32 hex digits.
        """
        from ailabel.ledger import lookup

        with self.database.reading() as connection:
            return lookup.alike(connection, bytes.fromhex(picture))

    def entries(self) -> Iterator[Entry]:
        """Yield every row, in order."""
        from ailabel.ledger import rows

        with self.database.reading() as connection:
            yield from rows.entries(connection)

    def run(self, action: Callable[[Connection], _Result]) -> _Result:
        """Run a writing action of this package in a transaction, shared with other threads.

        Raises:
            AilabelError: the action, or the database, failed; nothing of it is kept.
        """
        return self.guarded(action, ())

    def guarded(
        self, action: Callable[[Connection], _Result], records: Sequence[Record]
    ) -> _Result:
        """Run a writing action that may use numbers up; say which one was used before.

        Raises:
            PlanError: a number was used before.
            AilabelError: as `run` does.
        """
        from sqlalchemy.exc import IntegrityError

        if self._process != os.getpid():  # a fork may have copied a lock that somebody held
            self._group, self._process = GroupCommit(self.database), os.getpid()
        try:
            return self._group.run(action)
        except IntegrityError as error:
            raise self._reused(records) from error

    def _reused(self, records: Sequence[Record]) -> PlanError | LedgerError:
        """Return the error that names the number which the constraint refused."""
        seen: set[tuple[str, str]] = set()
        for record in records:
            key = (record.number or "", record.producer)
            if record.number and (key in seen or self.find_number(*key)):
                return PlanError(
                    "the content number {number} of {producer} was used before",
                    number=record.number,
                    producer=record.producer,
                )
            seen.add(key)
        return LedgerError("the ledger refused a row that breaks its own rules")

    def _find(self, where: ColumnElement[bool]) -> list[Entry]:
        from ailabel.ledger import rows

        with self.database.reading() as connection:
            return list(rows.entries(connection, where))


@contextmanager
def _closed_on_failure(database: Database) -> Iterator[Database]:
    """Close a database that could not be used."""
    try:
        yield database
    except BaseException:
        database.close()
        raise


@contextmanager
def _new_file(address: Address) -> Iterator[None]:
    """Make the file of a new ledger, for its owner alone; take it away if the ledger fails.

    Raises:
        LedgerError: something stands there.
    """
    path = address.path
    if path is None:
        yield
        return
    refuse_network(path)
    try:
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
    except FileExistsError:
        raise LedgerError("something stands at {where} already", where=str(path)) from None
    try:
        begin_log(path)
        yield
    except BaseException:
        for suffix in ("", "-wal", "-shm"):
            path.with_name(path.name + suffix).unlink(missing_ok=True)
        raise
