"""The ledger of content numbers: each is used once, and every use is a link of a chain.

``Ledger`` is what pipelines use:

    from ailabel.ledger import Kind, Ledger, Record
    with Ledger.open("numbers.db") as ledger:
        ledger.record(Record(producer=..., number=..., digest=..., format="png", label=...))

Importing this package loads no database library; opening a ledger does (extra ``ledger``).
``spec/ledger.md`` has the tables, the bytes that are hashed, and what the ledger proves.
"""

from __future__ import annotations

from ailabel.ledger.record import Entry, Kind, Person, Record
from ailabel.ledger.store import Ledger

__all__ = ["Entry", "Kind", "Ledger", "Person", "Record"]
