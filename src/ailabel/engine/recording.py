"""What the ledger is told of labelling: a number is used up first, then written, then recorded.

Whatever is killed on the way, no number stands in two contents, and none that was told to the user
is missing: a number that is reserved and not recorded is recorded by the next run that meets it.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING

from ailabel import registry
from ailabel.engine.examine import examine
from ailabel.errors import AilabelError
from ailabel.ledger.record import Kind, Person, Record
from ailabel.messages import Message
from ailabel.model.media import Medium
from ailabel.spi import essence_digest

if TYPE_CHECKING:
    from ailabel.engine.export import Grant
    from ailabel.engine.plan import Plan
    from ailabel.engine.spec import LabelSpec
    from ailabel.io.source import View
    from ailabel.ledger import Entry, Ledger
    from ailabel.ledger.rows import Claim
    from ailabel.model.media import Format

__all__ = [
    "claimed",
    "content_digest",
    "log_export",
    "log_restored",
    "picture_hash",
    "record_of",
    "recorded_already",
]


def claimed(plan: Plan, spec: LabelSpec, ledger: Ledger) -> Claim | None:
    """Use up the content number of a plan, before anything is written.

    Returns:
        What `Ledger.confirm` is to be given once the file is there; None where no number is used.

    Raises:
        PlanError: the number is used, or reserved, for other content.
        LedgerError: the ledger failed.
    """
    if plan.produce_id is None or plan.payload is None:
        return None
    return ledger.claim(record_of(plan, spec, plan.result, plan.payload))


def recorded_already(plan: Plan, spec: LabelSpec, ledger: Ledger, view: View) -> None:
    """See to it that the ledger knows the number of a file that is labelled already.

    Args:
        plan: of leaving the file as it is.
        spec: what was asked for.
        ledger: where it belongs.
        view: the labelled file.

    Raises:
        LedgerError: the ledger failed.
    """
    number = plan.produce_id
    if number is None or ledger.is_recorded(number, spec.producer):
        return
    found = examine(view).found
    label = found[0].slot.payload if found else ""
    ledger.adopt(record_of(plan, spec, view, label))


def log_export(
    ledger: Ledger, plan: Plan, spec: LabelSpec, grounds: tuple[Grant, dict[str, str]]
) -> Message:
    """Log an export before the file is written; return what is said of it.

    Args:
        ledger: where it belongs.
        plan: of the file to hand out.
        spec: what was asked for.
        grounds: on what grounds, and what is to be known of the agreement and of looking.

    Raises:
        PlanError: the content number was used before.
        LedgerError: the ledger failed.
    """
    from ailabel.ledger import keep

    is_fresh = plan.payload is not None
    label = plan.payload or examine(plan.result).found[0].slot.payload
    record = replace(record_of(plan, spec, plan.result, label), kind=Kind.EXPORT)
    grant, facts = grounds
    person = Person(recipient=grant.recipient, reason=grant.reason)
    entry, day = keep.log_export(ledger, record, (person, facts), is_fresh=is_fresh)
    return Message(
        "logged as row {row} of the ledger, where it is kept until {day} at least",
        {"row": entry.row, "day": day.isoformat()},
    )


def log_restored(ledger: Ledger, plan: Plan, known: Entry) -> None:
    """Record that the label of a number was put back into a copy."""
    record = replace(
        known.record,
        kind=Kind.RELABEL,
        digest=content_digest(plan.result, plan.format),
        picture=picture_hash(plan.result, plan.format),
        format=plan.format.id,
        label=plan.payload or "",
        details="",
    )
    ledger.record(record)


def record_of(plan: Plan, spec: LabelSpec, view: View, label: str) -> Record:
    """Return what is to be recorded of a labelled file.

    Args:
        plan: of labelling it.
        spec: what was asked for.
        view: the file as it reads when it is labelled.
        label: the label's text.

    Raises:
        LedgerError: a value cannot be kept.
    """
    signer = spec.signer
    return Record(
        producer=spec.producer,
        number=plan.produce_id,
        digest=content_digest(view, plan.format),
        picture=picture_hash(view, plan.format),
        format=plan.format.id,
        label=label,
        signer="" if signer is None else hashlib.sha256(signer.public_key).hexdigest(),
    )


def content_digest(view: View, file_format: Format) -> str:
    """Return the digest of a file's content, which no change of metadata changes."""
    return essence_digest(registry.carrier_of(file_format.id), view)


def picture_hash(view: View, file_format: Format) -> str:
    """Return the perceptual hash of a picture; empty for other media, and where it has none."""
    if file_format.medium is not Medium.IMAGE:
        return ""
    from ailabel.marks.image.inspect_decode import frames
    from ailabel.sight.fingerprint import fingerprint

    try:
        first = next(frames(view, file_format.id))
    except (AilabelError, KeyError):  # what cannot be decoded, or is decoded by nothing here
        return ""
    return fingerprint(first.grounds[0])
