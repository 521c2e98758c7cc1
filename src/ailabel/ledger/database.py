"""Opening the database of a ledger: which one is meant, and that what it commits is on the disk."""

from __future__ import annotations

import os
import re
import sqlite3
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote, unquote

from ailabel.errors import LedgerError
from ailabel.ledger.mounts import refuse_network
from ailabel.ledger.packages import require, require_postgres
from ailabel.values import frozen

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection, Engine

__all__ = ["Address", "Database", "address_of", "begin_log", "converted"]

_PATIENCE: Final = 60.0  # seconds that a writer waits for the others
_LOCK: Final = 0x61696C6162656C  # the bytes of "ailabel"; what writers of a PostgreSQL ledger hold
_WAL: Final = "PRAGMA journal_mode=WAL"  # stays in the file, so that only ledgers get it
_IS_LEDGER: Final = "SELECT count(*) FROM sqlite_master WHERE name = 'ledger_version'"
_PRAGMAS: Final = (
    "PRAGMA synchronous=FULL",  # in WAL mode: the log is flushed at every commit
    "PRAGMA foreign_keys=ON",
    "PRAGMA secure_delete=ON",  # what is erased leaves no trace in free pages
    "PRAGMA wal_autocheckpoint=10000",  # pages; an index page that changes often is moved once
    "PRAGMA cache_size=-65536",  # KiB, so that indexes of a million rows are not read again
)


@frozen
class Address:
    """Where a ledger stands.

    Args:
        path: of the file, or None for a server.
        url: of the server, or None for a file.
    """

    path: Path | None
    url: str | None = None

    def __str__(self) -> str:
        if self.path is not None:
            return str(self.path)
        shown = re.sub(r"(://[^/@:]*):[^/]*@", r"\1:***@", self.url or "")
        return re.sub(r"(?i)(password=)[^&]*", r"\1***", shown)


def address_of(where: str | os.PathLike[str]) -> Address:
    """Return what ``--ledger`` means: a path, or the URL of SQLite or PostgreSQL.

    Raises:
        LedgerError: it is the URL of something else.
    """
    text = os.fspath(where)
    scheme, found, rest = text.partition("://")
    if not found:
        return Address(Path(os.path.abspath(text)))  # noqa: PTH100 - links stay
    if scheme == "sqlite" and rest.startswith("/") and len(rest) > 1:
        return Address(Path(os.path.abspath(unquote(rest[1:]))))  # noqa: PTH100 - links stay
    if scheme in {"postgresql", "postgres", "postgresql+psycopg"} and rest:
        return Address(None, f"postgresql+psycopg://{rest}")
    raise LedgerError(
        "a ledger is a path, sqlite:///PATH or postgresql://…, not {scheme}://", scheme=scheme
    )


class Database:
    """The open database of a ledger, for threads to share; a forked process opens its own."""

    def __init__(self, address: Address) -> None:
        require()
        self.address = address
        self._process = os.getpid()
        self._engine = _make_engine(address)

    @property
    def engine(self) -> Engine:
        """SQLAlchemy's engine, of this process."""
        if self._process != os.getpid():
            self._engine.dispose(close=False)  # the connections are the parent's
            self._engine = _make_engine(self.address)
            self._process = os.getpid()
        return self._engine

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Read, everything as it was at one moment."""
        with converted(self.address), self.engine.connect() as connection:
            if not self.is_file:
                connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Write as the only writer; all of it is on the disk at the end, or nothing."""
        with converted(self.address):
            engine = self.engine.execution_options(ailabel_writes=True)
            with engine.begin() as connection:
                if not self.is_file:
                    connection.exec_driver_sql("SET LOCAL synchronous_commit = on")
                    connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK})")
                yield connection

    @property
    def is_file(self) -> bool:
        """Whether the ledger is a file of SQLite."""
        return self.address.path is not None

    def forget(self, table: str) -> None:
        """Let nothing remain on the disk of rows that were deleted from a table.

        Raises:
            LedgerError: somebody is reading what was there before.
        """
        with converted(self.address):
            engine = self.engine.execution_options(isolation_level="AUTOCOMMIT")
            with engine.connect() as connection:
                if not self.is_file:
                    connection.exec_driver_sql(f"VACUUM FULL {table}")
                elif connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").scalar():
                    raise LedgerError(
                        "what was deleted still stands in the log, because somebody is reading; "
                        "try again"
                    )

    def close(self) -> None:
        """Close every connection."""
        self._engine.dispose(close=self._process == os.getpid())


@contextmanager
def converted(address: Address) -> Iterator[None]:
    """Turn what the database says into an error of ours.

    Raises:
        LedgerError: the database could not do what it was asked.
    """
    from sqlalchemy.exc import IntegrityError, SQLAlchemyError

    try:
        yield
    except IntegrityError:
        raise  # the caller knows which promise it would break
    except (SQLAlchemyError, sqlite3.Error, UnicodeError) as error:
        reason = str(getattr(error, "orig", None) or error).strip().partition("\n")[0]
        raise LedgerError(
            "the ledger {where} cannot be used: {reason}", where=str(address), reason=reason
        ) from error


def _make_engine(address: Address) -> Engine:
    """Make an engine; nothing is opened before it is used."""
    from sqlalchemy import create_engine, event

    if address.path is None:
        require_postgres()
        try:
            with converted(address):
                engine = create_engine(str(address.url), pool_pre_ping=True)
        except ValueError as error:  # of a port that is no number
            raise LedgerError(
                "the ledger {where} cannot be used: {reason}", where=str(address), reason=error
            ) from None
        event.listen(engine, "connect", _check_durable)
        return engine
    path = address.path
    refuse_network(path)
    engine = create_engine("sqlite://", creator=lambda: _connect(path), poolclass=_pool())
    event.listen(engine, "begin", _begin)
    return engine


def begin_log(path: Path) -> None:
    """Let an empty file be a database with a write-ahead log.

    Raises:
        LedgerError: it cannot be.
    """
    with converted(Address(path)), closing(sqlite3.connect(path)) as connection:
        connection.execute(_WAL)


def _pool() -> Any:  # noqa: ANN401 - a class of SQLAlchemy's
    from sqlalchemy.pool import QueuePool

    return QueuePool


def _connect(path: Path) -> sqlite3.Connection:
    """Connect to a file that is there; none is made by mistake, and no other database changed."""
    name = f"file:{quote(os.fspath(path))}?mode=rw"
    connection = sqlite3.connect(
        name, uri=True, timeout=_PATIENCE, isolation_level=None, check_same_thread=False
    )
    try:
        for pragma in _PRAGMAS:
            connection.execute(pragma)
        if connection.execute(_IS_LEDGER).fetchone()[0]:
            connection.execute(_WAL)
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def _begin(connection: Connection) -> None:
    """Begin a transaction; one that writes takes the lock at once, so that it never turns back."""
    writes = connection.get_execution_options().get("ailabel_writes")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _check_durable(connection: Any, record: object) -> None:  # noqa: ANN401 - of the driver
    """Refuse a server that does not flush what it says is committed."""
    del record
    with connection.cursor() as cursor:
        if cursor.execute("SHOW fsync").fetchone()[0] != "on":
            raise LedgerError("the server does not flush to the disk (fsync is off)")
    connection.rollback()
