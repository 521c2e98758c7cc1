"""The first schema: entries in a chain, reservations, bands of picture hashes, persons apart."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_ROW = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "ledger_state",
        sa.Column("id", sa.SmallInteger, autoincrement=False),
        sa.Column("origin", sa.String(200), nullable=False),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("chain", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_ledger_state"),
    )
    _entries()
    op.create_table(
        "ledger_reservation",
        sa.Column("number", sa.Text, nullable=False),
        sa.Column("producer", sa.Text, nullable=False),
        sa.Column("time", sa.BigInteger, nullable=False),
        sa.Column("record", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("number", "producer", name="pk_ledger_reservation"),
    )
    op.create_table(
        "ledger_band",
        sa.Column("value", sa.Integer, autoincrement=False),
        sa.Column("row", sa.BigInteger, autoincrement=False),
        sa.PrimaryKeyConstraint("value", "row", name="pk_ledger_band"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "ledger_person",
        sa.Column("row", _ROW, autoincrement=False),
        sa.Column("recipient", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("salt", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("row", name="pk_ledger_person"),
        sa.ForeignKeyConstraint(["row"], ["ledger_entry.row"], name="fk_ledger_person_row"),
    )
    op.create_index("ix_ledger_person_recipient", "ledger_person", ["recipient"])
    op.create_table(
        "ledger_checkpoint",
        sa.Column("size", sa.BigInteger, autoincrement=False),
        sa.Column("time", sa.BigInteger, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("size", name="pk_ledger_checkpoint"),
    )


def _entries() -> None:
    op.create_table(
        "ledger_entry",
        sa.Column("row", _ROW, autoincrement=False),
        sa.Column("time", sa.BigInteger, nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("producer", sa.Text, nullable=False),
        sa.Column("number", sa.Text),
        sa.Column("turn", sa.Integer, nullable=False),
        sa.Column("digest", sa.LargeBinary),
        sa.Column("picture", sa.LargeBinary),
        sa.Column("format", sa.Text, nullable=False),
        sa.Column("label", sa.Text, nullable=False),
        sa.Column("signer", sa.Text, nullable=False),
        sa.Column("details", sa.Text, nullable=False),
        sa.Column("chain", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("row", name="pk_ledger_entry"),
        sa.UniqueConstraint("number", "producer", "turn", name=_UNIQUE),
    )
    op.create_index("ix_ledger_entry_digest", "ledger_entry", ["digest"])


_UNIQUE = "uq_ledger_entry_number_producer_turn"
