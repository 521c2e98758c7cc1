"""The optional packages of the ledger: whether they are there, and what to say if not."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Final

from ailabel.errors import MissingExtraError

__all__ = ["require", "require_postgres"]

_PURPOSE: Final = "keeping a ledger"


def require() -> None:
    """See to it that the database library is there.

    Raises:
        MissingExtraError: it is not installed.
    """
    if find_spec("sqlalchemy") is None or find_spec("alembic") is None:
        raise MissingExtraError("ledger", _PURPOSE)


def require_postgres() -> None:
    """See to it that the driver of PostgreSQL is there.

    Raises:
        MissingExtraError: it is not installed.
    """
    if find_spec("psycopg") is None:
        raise MissingExtraError("postgres", "keeping a ledger in PostgreSQL")
