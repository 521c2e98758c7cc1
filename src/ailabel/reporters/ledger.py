"""What the commands on the ledger tell: as plain values for JSON, and as lines for people."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Final

from ailabel.ledger.record import canonical, leaf_of
from ailabel.messages import Message, render, translate
from ailabel.reporters.summary import clean

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ailabel.ledger.audit import Audit
    from ailabel.ledger.keep import Proof
    from ailabel.ledger.record import Entry, Person

__all__ = [
    "SCHEMA_VERSION",
    "audit_document",
    "audit_lines",
    "entry_document",
    "entry_lines",
    "head_document",
    "proof_document",
]

SCHEMA_VERSION: Final = 1
_MICROSECONDS: Final = 1_000_000


def head_document(command: str, tool_version: str) -> dict[str, object]:
    """Return the head of a JSON document."""
    return {"schema_version": SCHEMA_VERSION, "command": command, "tool_version": tool_version}


def entry_document(entry: Entry, person: Person | None = None) -> dict[str, object]:
    """Return a row; whom an export was made for only where it is given."""
    record = entry.record
    leaf = leaf_of(canonical(record, entry.time, entry.turn))
    return {
        "row": entry.row,
        "at": _moment(entry.time),
        "time": entry.time,
        "turn": entry.turn,
        "kind": record.kind.value,
        "producer": record.producer,
        "number": record.number,
        "digest": record.digest or None,
        "picture": record.picture or None,
        "format": record.format or None,
        "label": record.label,
        "signer": record.signer or None,
        "details": record.details,
        "leaf": leaf.hex(),
        "chain": entry.chain.hex(),
        "person": None
        if person is None
        else {"recipient": person.recipient, "reason": person.reason},
    }


def entry_lines(entry: Entry, language: str) -> Iterator[str]:
    """Yield a row for people."""
    record = entry.record
    kind = translate(record.kind.value, language)
    yield f"{entry.row}  {_moment(entry.time)}  {kind}  {record.format}\n"
    if record.number is not None:
        yield f"    {clean(record.number)} ({clean(record.producer)})\n"
    if record.details:
        yield f"    {clean(record.details)}\n"


def audit_document(found: Audit, language: str) -> dict[str, object]:
    """Return what going over a ledger came to."""
    return {
        "origin": found.origin,
        "size": found.size,
        "root": found.root.hex(),
        "whole": not found.findings,
        "checkpoints": found.checkpoints,
        "signatures": "checked" if found.signed else "unchecked",
        "pending": found.pending,
        "findings": [
            {
                "kind": item.kind,
                "first": item.first,
                "last": item.last,
                "message": render(item.message.text, item.message.params, language),
            }
            for item in found.findings
        ],
    }


def audit_lines(found: Audit, language: str) -> Iterator[str]:
    """Yield what going over a ledger came to, for people."""
    told = [Message("{origin}: {size} rows", {"origin": found.origin, "size": found.size})]
    if found.checkpoints and found.signed:
        told.append(
            Message(
                "checkpoints compared, signatures checked: {count}", {"count": found.checkpoints}
            )
        )
    elif found.checkpoints:
        told.append(
            Message(
                "checkpoints compared, signatures not checked (no --verifier): {count}",
                {"count": found.checkpoints},
            )
        )
    else:
        told.append(
            Message(
                "no checkpoint that was kept elsewhere was compared: only one shows whether "
                "somebody wrote the whole ledger anew"
            )
        )
    if found.pending:
        told.append(
            Message(
                "numbers that are reserved, their files never confirmed: {count}",
                {"count": found.pending},
            )
        )
    told += [item.message for item in found.findings]
    if not found.findings:
        told.append(Message("every row is there, as it was recorded and where it was recorded"))
    yield from (f"{clean(render(item.text, item.params, language))}\n" for item in told)


def proof_document(found: Proof) -> dict[str, object]:
    """Return a proof."""
    return {
        "row": found.row,
        "size": found.size,
        "leaf": found.leaf.hex(),
        "root": found.root.hex(),
        "nodes": [node.hex() for node in found.nodes],
    }


def _moment(time: int) -> str:
    moment = dt.datetime.fromtimestamp(time // _MICROSECONDS, dt.UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{time % _MICROSECONDS:06d}Z"
