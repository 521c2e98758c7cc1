"""What alembic runs: the steps, on the connection that it was given."""

from __future__ import annotations

from alembic import context

from ailabel.ledger.tables import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    version_table="ledger_version",
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
