"""The tables of the ledger, as the newest migration leaves them."""

from __future__ import annotations

from typing import Final

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    String,
    Table,
    Text,
    UniqueConstraint,
)

__all__ = ["METADATA", "NEWEST", "band", "checkpoint", "entry", "person", "reservation", "state"]

NEWEST: Final = "0001"
"""The revision that this version of ailabel writes."""

METADATA: Final = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

_ROW: Final = BigInteger().with_variant(Integer, "sqlite")  # which alone is SQLite's own row number

state: Final = Table(
    "ledger_state",
    METADATA,
    Column("id", SmallInteger, primary_key=True, autoincrement=False),
    Column("origin", String(200), nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("chain", LargeBinary, nullable=False),
)

entry: Final = Table(
    "ledger_entry",
    METADATA,
    Column("row", _ROW, primary_key=True, autoincrement=False),
    Column("time", BigInteger, nullable=False),
    Column("kind", String(16), nullable=False),
    Column("producer", Text, nullable=False),
    Column("number", Text),
    Column("turn", Integer, nullable=False),
    Column("digest", LargeBinary),
    Column("picture", LargeBinary),
    Column("format", Text, nullable=False),
    Column("label", Text, nullable=False),
    Column("signer", Text, nullable=False),
    Column("details", Text, nullable=False),
    Column("chain", LargeBinary, nullable=False),
    UniqueConstraint("number", "producer", "turn"),
    Index(None, "digest"),
)

reservation: Final = Table(
    "ledger_reservation",
    METADATA,
    Column("number", Text, primary_key=True),
    Column("producer", Text, primary_key=True),
    Column("time", BigInteger, nullable=False),
    Column("record", Text, nullable=False),
)

band: Final = Table(
    "ledger_band",
    METADATA,
    Column("value", Integer, primary_key=True, autoincrement=False),
    Column("row", BigInteger, primary_key=True, autoincrement=False),
    sqlite_with_rowid=False,
)

person: Final = Table(
    "ledger_person",
    METADATA,
    Column("row", _ROW, ForeignKey("ledger_entry.row"), primary_key=True, autoincrement=False),
    Column("recipient", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("salt", LargeBinary, nullable=False),
    Index(None, "recipient"),
)

checkpoint: Final = Table(
    "ledger_checkpoint",
    METADATA,
    Column("size", BigInteger, primary_key=True, autoincrement=False),
    Column("time", BigInteger, nullable=False),
    Column("note", Text, nullable=False),
)
