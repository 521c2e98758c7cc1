"""Tracing a copy that lost its label back to its number: by its content, or by its looks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ailabel.engine.examine import examine
from ailabel.engine.plan import Plan, refuse_manifest
from ailabel.engine.recording import content_digest, picture_hash
from ailabel.errors import PlanError
from ailabel.io.splice import SplicedView
from ailabel.messages import Message
from ailabel.standard.schema import verbatim
from ailabel.values import frozen

if TYPE_CHECKING:
    from ailabel.io.source import View
    from ailabel.ledger import Entry, Ledger

__all__ = ["Match", "Recovery", "plan_restore", "recover"]

_UNBOUND: Final = Message(
    "the label is signed for the recorded content, and does not hold for this copy of it"
)


@frozen(kw_only=True)
class Match:
    """A content of the ledger that a file is, or looks like.

    Args:
        entry: the newest row that holds its label.
        distance: in how many bits of 128 the hashes of both pictures differ; None where the content
            itself is the same.
        chance: that some unrelated picture of the ledger is as near; 0 for the same content.
    """

    entry: Entry
    distance: int | None
    chance: float


@frozen(kw_only=True)
class Recovery:
    """What tracing a file came to.

    Args:
        path: as it was given.
        format: id of the format.
        labelled: the content number that the file still carries, or None.
        matches: the nearest first; none where nothing is near enough.
        error: why the file could not be looked at, or None.
    """

    path: str
    format: str | None
    labelled: str | None = None
    matches: tuple[Match, ...] = ()
    error: Message | None = None


def recover(view: View, path: str, ledger: Ledger) -> Recovery:
    """Trace a file.

    Raises:
        UnsupportedFormatError: the format is not known.
        MalformedFileError: the file is damaged.
        LedgerError: the ledger failed.
    """
    examined = examine(view)
    number = examined.found[0].number if examined.found else ""
    rows = ledger.find_digest(content_digest(view, examined.format))
    matches = [Match(entry=entry, distance=None, chance=0.0) for entry in rows]
    if not matches:
        picture = picture_hash(view, examined.format)
        alike = ledger.find_like(picture) if picture else []
        matches = [
            Match(entry=item.entry, distance=item.distance, chance=item.chance) for item in alike
        ]
    return Recovery(
        path=path,
        format=examined.format.id,
        labelled=number or None,
        matches=_one_each(matches),
    )


def plan_restore(view: View, found: Recovery) -> Plan:
    """Plan to put the recorded label back, every value as it was.

    Raises:
        PlanError: nothing was found, or more than one number; or the file carries a label, or has
            no place for one.
    """
    if len(found.matches) != 1:
        raise PlanError(
            "{count} contents of the ledger fit; nothing was written", count=len(found.matches)
        )
    entry, distance = found.matches[0].entry, found.matches[0].distance
    examined = examine(view)
    if examined.found:
        raise PlanError("the file carries a label already; nothing was changed")
    if not examined.format.has_slot:
        raise PlanError("{format} has no place for metadata", format=examined.format.name)
    payload = verbatim(entry.record.label)
    if payload is None:
        raise PlanError("the ledger holds no label of this content that could be repeated")
    refuse_manifest(view, examined.format)
    return Plan(
        format=examined.format,
        status="carried",
        result=SplicedView(view, examined.carrier.write(view, payload)),
        payload=payload,
        produce_id=entry.record.number,
        notes=() if distance is None or not entry.record.signer else (_UNBOUND,),
    )


def _one_each(matches: list[Match]) -> tuple[Match, ...]:
    """Keep of each number the row that was written last, at the place of the nearest."""
    newest: dict[tuple[str, str | None], Match] = {}
    for match in matches:
        key = (match.entry.record.producer, match.entry.record.number)
        known = newest.get(key)
        if known is None or (
            known.distance == match.distance and match.entry.row > known.entry.row
        ):
            newest[key] = match
    return tuple(newest.values())
