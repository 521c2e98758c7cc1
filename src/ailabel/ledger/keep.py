"""Looking after a ledger: going over it, checkpoints, proofs, exports, and forgetting people."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

from sqlalchemy import delete, insert

from ailabel.errors import LedgerError
from ailabel.ledger import personal, tables
from ailabel.ledger.audit import audit, leaves
from ailabel.ledger.database import Database, address_of
from ailabel.ledger.merkle import consistency_proof, inclusion_proof, root_of
from ailabel.ledger.note import Checkpoint, sign_checkpoint
from ailabel.ledger.record import is_storable
from ailabel.ledger.schema import check_there, migrate
from ailabel.values import frozen

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from sqlalchemy import Connection

    from ailabel.ledger.audit import Audit
    from ailabel.ledger.note import Verifier
    from ailabel.ledger.personal import Deletion
    from ailabel.ledger.record import Entry, Person, Record
    from ailabel.ledger.store import Ledger
    from ailabel.spi import Signer

__all__ = [
    "Proof",
    "bring_up_to_date",
    "erase",
    "log_export",
    "make_checkpoint",
    "people",
    "prove_part",
    "prove_row",
    "purge",
    "verify",
]

_TABLE: Final = "ledger_person"


@frozen(kw_only=True)
class Proof:
    """That a row, or an older tree, is part of a tree.

    Args:
        row: of the proved row, counted from 1, or the size of the older tree.
        size: of the tree.
        leaf: the row's hash, or the older tree's root.
        root: of the tree.
        nodes: the proof [RFC 6962, 2.1.1 and 2.1.2].
    """

    row: int
    size: int
    leaf: bytes
    root: bytes
    nodes: tuple[bytes, ...]


def bring_up_to_date(where: str) -> tuple[str | None, str]:
    """Migrate a ledger that an older version made; return its form before and afterwards.

    Raises:
        LedgerError: there is none, or a newer version made it.
    """
    database = Database(address_of(where))
    try:
        check_there(database)
        with database.writing() as connection:
            return migrate(connection, str(database.address))
    finally:
        database.close()


def verify(ledger: Ledger, notes: Sequence[str] = (), verifiers: Sequence[Verifier] = ()) -> Audit:
    """Go over a whole ledger; see `audit.audit`."""
    with ledger.database.reading() as connection:
        return audit(connection, notes, verifiers)


def people(ledger: Ledger) -> dict[int, Person]:
    """Return whom exports were made for, by their rows, as far as they are remembered."""
    with ledger.database.reading() as connection:
        return personal.people(connection)


def make_checkpoint(ledger: Ledger, signer: Signer) -> tuple[str, Verifier]:
    """Sign the ledger as it is now, once all of it was gone over; keep the note in it.

    Returns:
        The checkpoint as a signed note, and the key that verifies it.

    Raises:
        LedgerError: something is wrong with the ledger, which is not signed then.
        SealError: it could not be signed.
    """
    with ledger.database.reading() as connection:
        found = audit(connection)
    if found.findings:
        raise LedgerError("something is wrong with the ledger; look with: ailabel ledger verify")
    note, verifier = sign_checkpoint(Checkpoint(found.origin, found.size, found.root), signer)
    moment = time.time_ns() // 1000

    def keep(connection: Connection) -> None:
        connection.execute(delete(tables.checkpoint).where(tables.checkpoint.c.size == found.size))
        connection.execute(
            insert(tables.checkpoint).values(size=found.size, time=moment, note=note)
        )

    ledger.run(keep)
    return note, verifier


def prove_row(ledger: Ledger, row: int) -> Proof:
    """Prove that a row is part of the ledger as it is now.

    Raises:
        LedgerError: there is no such row.
    """
    found = _leaves(ledger)
    if not 0 < row <= len(found):
        raise LedgerError("the ledger has no row {row}", row=row)
    return _proof(row, found[row - 1], inclusion_proof(found, row - 1), found)


def prove_part(ledger: Ledger, size: int) -> Proof:
    """Prove that the ledger as it is now begins with what it was at an earlier size.

    Raises:
        LedgerError: it never had that size.
    """
    found = _leaves(ledger)
    if not 0 < size <= len(found):
        raise LedgerError("the ledger never had {size} rows", size=size)
    return _proof(size, root_of(found[:size]), consistency_proof(found, size), found)


def _leaves(ledger: Ledger) -> list[bytes]:
    with ledger.database.reading() as connection:
        return leaves(connection)


def _proof(row: int, leaf: bytes, nodes: list[bytes], whole: list[bytes]) -> Proof:
    return Proof(row=row, size=len(whole), leaf=leaf, root=root_of(whole), nodes=tuple(nodes))


def log_export(
    ledger: Ledger, record: Record, whom: tuple[Person, dict[str, str]], *, is_fresh: bool
) -> tuple[Entry, dt.date]:
    """Log an export before the file is handed out; see `personal.export`.

    Returns:
        The row, and the last day until which it is kept.

    Raises:
        PlanError: the content number was to be a fresh one, and was used before.
    """
    entry = ledger.guarded(
        lambda connection: personal.export(connection, record, whom, is_fresh=is_fresh), [record]
    )
    return entry, personal.last_day(personal.day_of(entry.time))


def erase(ledger: Ledger, who: str, *, within_retention: bool = False) -> Deletion:
    """Forget a person, without a trace on the disk; see `personal.erase`."""
    if not is_storable(who):
        return personal.Deletion((), ())
    done = ledger.run(
        lambda connection: personal.erase(
            connection, who, personal.current_day(), within_retention=within_retention
        )
    )
    ledger.database.forget(_TABLE)
    return done


def purge(ledger: Ledger, before: dt.date) -> Deletion:
    """Forget the people of exports whose time is over; see `personal.purge`."""
    done = ledger.run(lambda connection: personal.purge(connection, before, personal.current_day()))
    ledger.database.forget(_TABLE)
    return done
