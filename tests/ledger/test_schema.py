"""Where a ledger may stand, the forms of its tables, and what is missing said politely."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from ailabel.errors import AilabelError, LedgerError, MissingExtraError
from ailabel.ledger import Kind, Ledger, Record, keep
from ailabel.ledger.database import Database, address_of
from ailabel.ledger.mounts import refuse_network
from ailabel.ledger.record import record_from_json, record_to_json
from ailabel.ledger.schema import check_schema
from ailabel.ledger.tables import METADATA, NEWEST
from books import record, tamper

if TYPE_CHECKING:
    from collections.abc import Callable

MOUNTS = """\
22 1 254:0 / / rw,relatime - ext4 /dev/vda rw
23 22 0:30 / /net rw - nfs4 server:/export rw
24 22 0:31 / /net/here\\040too rw shared:5 - ext4 /dev/vdb rw
25 22 0:32 / /home/me/phone rw - fuse.sshfs me@phone: rw
26 22 0:33 / /box rw - fuse.fuse-overlayfs overlay rw
27 22 0:34 / /win rw - cifs //server/share rw
28 22 0:35 / /win rw - ext4 /dev/vdc rw
29 22 0:36 / /vm rw - virtiofs share rw
"""


@pytest.mark.parametrize(
    "path", ["/net/a.db", "/home/me/phone/deep/a.db", "/vm/a.db", "/net/here too/../a.db"]
)
def test_network_file_systems_are_refused(tmp_path: Path, path: str) -> None:
    """NFS, SSH, and folders of another machine."""
    (tmp_path / "mounts").write_text(MOUNTS)
    with pytest.raises(LedgerError, match="network file system"):
        refuse_network(Path(path), tmp_path / "mounts")


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/a.db", "ext4"),
        ("/network/a.db", "ext4"),
        ("/net/here too/a.db", "ext4"),
        ("/box/a.db", "fuse.fuse-overlayfs"),
        ("/win/a.db", "ext4"),
        ("/home/me/a", "ext4"),
    ],
)
def test_local_file_systems_are_not(tmp_path: Path, path: str, kind: str) -> None:
    """The longest mount point counts, and of two at one place the later."""
    (tmp_path / "mounts").write_text(MOUNTS)
    assert refuse_network(Path(path), tmp_path / "mounts") == kind


def test_an_unknown_file_system_is_refused(tmp_path: Path) -> None:
    """Whoever cannot look does not guess."""
    with pytest.raises(LedgerError, match="cannot be told"):
        refuse_network(Path("/a.db"), tmp_path / "none")
    (tmp_path / "mounts").write_text("nonsense\n")
    with pytest.raises(LedgerError, match="cannot be told"):
        refuse_network(Path("/a.db"), tmp_path / "mounts")


def test_a_ledger_is_not_made_on_a_network(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither a file nor anything else is left there."""
    mounts = tmp_path / "mounts"
    mounts.write_text("22 1 0:1 / / rw - nfs4 server:/ rw\n")
    monkeypatch.setattr(refuse_network, "__defaults__", (mounts,))
    with pytest.raises(LedgerError, match="network file system"):
        Ledger.create(tmp_path / "a.db")
    assert not (tmp_path / "a.db").exists()


def test_migrations_make_the_tables_that_are_used(ledger: Ledger) -> None:
    """Alembic finds nothing to add, to change or to drop."""
    with ledger.database.reading() as connection:
        context = MigrationContext.configure(
            connection, opts={"version_table": "ledger_version", "compare_type": True}
        )
        differences: list[Any] = compare_metadata(context, METADATA)
    assert differences == []


def test_migrating_a_new_ledger_changes_nothing(ledger: Ledger) -> None:
    """It is of the newest form."""
    ledger.record(record(1))
    address = ledger.database.address
    where = str(address.url or address.path)
    assert keep.bring_up_to_date(where) == (NEWEST, NEWEST)
    assert keep.verify(ledger).findings == ()


def test_other_forms_are_told_apart(ledger: Ledger) -> None:
    """An older one is to be migrated; a newer one belongs to a newer ailabel."""
    check_schema(ledger.database)
    tamper(ledger, "UPDATE ledger_version SET version_num = '0000'")
    with pytest.raises(LedgerError, match="ailabel ledger migrate"):
        check_schema(ledger.database)
    tamper(ledger, "UPDATE ledger_version SET version_num = '9999'")
    with pytest.raises(LedgerError, match="newer version"):
        check_schema(ledger.database)
    address = ledger.database.address
    with pytest.raises(LedgerError, match="newer version"):
        keep.bring_up_to_date(str(address.url or address.path))


def test_migrating_nothing_is_refused(tmp_path: Path) -> None:
    """There must be a ledger."""
    with pytest.raises(LedgerError, match="there is no ledger"):
        keep.bring_up_to_date(str(tmp_path / "none.db"))


@pytest.mark.parametrize(
    ("missing", "extra", "act"),
    [
        ("sqlalchemy", "ledger", Ledger.open),
        ("alembic", "ledger", Ledger.create),
        ("psycopg", "postgres", lambda _: Database(address_of("postgresql://h/d"))),
    ],
)
def test_missing_packages_are_named(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    missing: str,
    extra: str,
    act: Callable[[Path], object],
) -> None:
    """With the command that installs them."""
    find = importlib.util.find_spec
    monkeypatch.setattr(
        "ailabel.ledger.packages.find_spec", lambda name: None if name == missing else find(name)
    )
    with pytest.raises(MissingExtraError, match=rf"pip install 'ailabel\[{extra}\]'"):
        act(tmp_path / "a.db")


def test_a_server_that_does_not_flush_is_refused() -> None:
    """What it calls committed may be lost."""
    from ailabel.ledger import database

    class Cursor:
        def __enter__(self) -> Self:
            return self

        def __exit__(self, *_: object) -> None: ...

        def execute(self, _: str) -> Cursor:
            return self

        def fetchone(self) -> tuple[str]:
            return ("off",)

    class Connection:
        def cursor(self) -> Cursor:
            return Cursor()

    with pytest.raises(LedgerError, match="fsync is off"):
        database._check_durable(Connection(), None)


@pytest.mark.parametrize(
    "values",
    [
        {"number": ""},
        {"number": "n"},
        {"producer": "a\0b"},
        {"number": "\ud800", "producer": "p"},
        {"number": "n" * 513, "producer": "p"},
        {"digest": "00"},
        {"digest": "G" * 64},
        {"picture": "0" * 31},
        {"label": "x" * 70_000},
    ],
)
def test_values_that_no_database_keeps(values: dict[str, Any]) -> None:
    """They are refused before anything is written."""
    with pytest.raises(LedgerError):
        Record(**values)


def test_records_go_through_json() -> None:
    """As reservations keep them; damaged ones are said to be."""
    assert record_from_json(record_to_json(record(1, kind=Kind.EXPORT))).kind is Kind.EXPORT
    for text in ("", "[]", "{}", '{"kind":"x"}', '{"kind":"label","odd":1}'):
        with pytest.raises(AilabelError):
            record_from_json(text)
