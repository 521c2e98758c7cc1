"""Ledgers to test on: a file of SQLite, and a database of a real PostgreSQL server.

Each is made once and then copied, or emptied, for every test: making one runs the migrations.
"""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from ailabel.ledger import Ledger, rows
from ailabel.ledger.tables import METADATA, NEWEST
from books import ORIGIN
from postgres import running_server

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(scope="session")
def empty_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a new ledger in a file, to be copied."""
    path = tmp_path_factory.mktemp("ledger") / "empty.db"
    Ledger.create(path, ORIGIN).close()
    return path


@pytest.fixture(scope="session")
def database() -> Iterator[str]:
    """Return the URL of a ledger in a server that runs until the tests end."""
    with running_server() as server:
        url = server.new_database()
        Ledger.create(url, ORIGIN).close()
        yield url


def _emptied(url: str) -> Ledger:
    """Return the ledger of a server as if it were new, whatever a test did to it."""
    from ailabel.ledger.database import Database, address_of

    tables = ", ".join(METADATA.tables)
    ledger = Ledger(Database(address_of(url)), ORIGIN)
    with ledger.database.writing() as connection:
        connection.exec_driver_sql(f"TRUNCATE {tables}")
        connection.exec_driver_sql("UPDATE ledger_version SET version_num = %s", (NEWEST,))
        rows.begin(connection, ORIGIN)
    return ledger


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.oracle)])
def ledger(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Ledger]:
    """Return a new, empty ledger of each kind."""
    if request.param == "postgres":
        made = _emptied(request.getfixturevalue("database"))
    else:
        shutil.copy(request.getfixturevalue("empty_file"), tmp_path / "ledger.db")
        made = Ledger.open(tmp_path / "ledger.db")
    with made:
        yield made
