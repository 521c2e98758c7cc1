"""The schema of a ledger's database: making it, finding it, bringing it up to date."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ailabel.errors import LedgerError

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from ailabel.ledger.database import Database

__all__ = ["check_schema", "check_there", "migrate", "version_of"]


def version_of(connection: Connection) -> str | None:
    """Return the revision of a database's schema, or None where there is no ledger."""
    from sqlalchemy import inspect, text

    if not inspect(connection).has_table("ledger_version"):
        return None
    found = connection.execute(text("SELECT version_num FROM ledger_version")).scalar()
    return None if found is None else str(found)


def check_there(database: Database) -> str:
    """See to it that a database holds a ledger; return the revision of its schema.

    Raises:
        LedgerError: it holds none.
    """
    path, found = database.address.path, None
    if path is None or path.exists():
        with database.reading() as connection:
            found = version_of(connection)
    if found is None:
        raise LedgerError(
            "there is no ledger at {where}; make one with: ailabel ledger init",
            where=str(database.address),
        )
    return found


def check_schema(database: Database) -> None:
    """See to it that a database holds a ledger of this version's schema.

    Raises:
        LedgerError: it does not; the message says what to do.
    """
    from ailabel.ledger.tables import NEWEST

    found = check_there(database)
    where = str(database.address)
    if found > NEWEST:
        raise LedgerError("a newer version of ailabel wrote the ledger {where}", where=where)
    if found < NEWEST:
        raise LedgerError(
            "the ledger {where} has an older form; bring it up to date with: ailabel ledger "
            "migrate",
            where=where,
        )


def migrate(connection: Connection, where: str) -> tuple[str | None, str]:
    """Bring a schema up to date; return its revision before and afterwards.

    Args:
        connection: of a transaction that writes.
        where: what the ledger is called in messages.

    Raises:
        LedgerError: a newer version of ailabel wrote it.
    """
    from importlib.resources import as_file, files

    from alembic import command
    from alembic.config import Config

    from ailabel.ledger.tables import NEWEST

    before = version_of(connection)
    if before is not None and before > NEWEST:
        raise LedgerError("a newer version of ailabel wrote the ledger {where}", where=where)
    with as_file(files("ailabel.ledger") / "migrations") as folder:
        config = Config()
        config.set_main_option("script_location", str(folder).replace("%", "%%"))
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
    return before, NEWEST
