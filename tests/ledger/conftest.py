"""Ledgers to test on: a file of SQLite, and a database of a real PostgreSQL server."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import books
from postgres import running_server

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from ailabel.ledger import Ledger
    from postgres import Server


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """Return a server that runs until the tests end."""
    with running_server() as found:
        yield found


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.oracle)])
def ledger(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Ledger]:
    """Return a new, empty ledger of each kind."""
    server = request.getfixturevalue("server") if request.param == "postgres" else None
    with books.make(request.param, tmp_path, server) as made:
        yield made
