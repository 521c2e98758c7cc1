"""Pass a labelled file on: set the propagator's three fields and leave everything else as it is.

The label is edited where it stands and in the form in which it was written, so that the producer's
signature, and a hash that it took over the content, still hold. Where a file says the same label
more than once, it keeps one of them, in the official place.
"""

from __future__ import annotations

import re
from dataclasses import field
from typing import TYPE_CHECKING, Final

from ailabel.engine.amend import amended
from ailabel.engine.examine import Examined, Found, examine, text_of
from ailabel.engine.plan import Plan, refuse_manifest
from ailabel.errors import LabelError, PlanError
from ailabel.io.source import Limits
from ailabel.io.splice import SplicedView, normalise
from ailabel.messages import Message, Reasons
from ailabel.model.content_number import new_content_number
from ailabel.spi import KeepingCarrier, unkept
from ailabel.standard.schema import PRODUCER_KEYS, PROPAGATOR_KEYS, decode, verbatim
from ailabel.standard.slots import CHOICES, OFFICIAL
from ailabel.values import frozen

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ailabel.io.source import View
    from ailabel.io.splice import Edit
    from ailabel.spi import Signer

__all__ = [
    "PropagateSpec",
    "find_passed",
    "find_propagated",
    "plan_propagation",
    "producer_part",
    "sealed",
]

_CONTROL: Final = r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]"
_RESERVED: Final = PROPAGATOR_KEYS[2]
_LOST: Final = "\ufffd"  # stands for bytes of no encoding, which could not be written back


@frozen(kw_only=True)
class PropagateSpec:
    """How files are to be passed on; frozen, so one value serves many files and threads.

    Args:
        propagator: name or 27-character code of the dissemination service provider.
        propagate_id: its number for the one content, or None for a new UUIDv7 each.
        reserved_code2: its security data; None empties the field.
        signer: who seals the propagator's part with a signature in that field; None for nobody.
        replace_propagator: whether another propagator's part gives way.
        repair: whether values of the producer that are no strings become strings.
        slot: ``official`` to move the label to the official place; None edits it where it stands.
        break_c2pa: whether a file with a C2PA manifest may be written to, which breaks it.
        hardlinks: whether files with several names may be replaced.
        fast_in_place: whether a change that fits where it stands is written there, through a
            journal; for files that nobody reads meanwhile.
        durable: whether every file is flushed to the disk before the call returns.
        limits: what reading a file may cost.

    Raises:
        LabelError: a value cannot be written; every problem is listed.
    """

    propagator: str
    propagate_id: str | None = None
    reserved_code2: str | None = None
    signer: Signer | None = None
    replace_propagator: bool = False
    repair: bool = False
    slot: str | None = None
    break_c2pa: bool = False
    hardlinks: bool = False
    fast_in_place: bool = False
    durable: bool = True
    limits: Limits = field(default_factory=Limits)

    def __post_init__(self) -> None:
        problems = []
        if not self.propagator.strip():
            problems.append(Message("the propagator is empty: give its name or 27-character code"))
        if self.slot not in {None, OFFICIAL}:
            values = {"name": "slot", "value": self.slot, "known": CHOICES[0]}
            problems.append(Message("{name} is {value}, not one of {known}", values))
        for key, value in self.values(self.propagate_id or "").items():
            if re.search(_CONTROL, value):
                problems.append(Message("{key} holds control characters", {"key": key}))
        if self.signer is not None and self.reserved_code2 is not None:
            problems.append(Message("the security data are given, and somebody is to sign as well"))
        if problems:
            raise LabelError("the label cannot be written: {reasons}", problems=Reasons(problems))

    def values(self, number: str) -> dict[str, str]:
        """Return the propagator's fields for one content with this number."""
        return {
            "ContentPropagator": self.propagator,
            "PropagateID": number,
            "ReservedCode2": self.reserved_code2 or "",
        }


def plan_propagation(
    view: View, spec: PropagateSpec, numbers: Callable[[], str] = new_content_number
) -> Plan:
    """Plan passing one file on.

    Args:
        view: the file.
        spec: what is asked for.
        numbers: where new numbers come from; called only when one is used.

    Raises:
        PlanError: the file has no label, several that disagree, one that another propagator passed
            on, or one that cannot be edited where it stands.
        UnsupportedFormatError: the format is not known.
        MalformedFileError: the file is damaged.
    """
    examined = examine(view)
    found = _chosen(examined)
    done = _done(view, examined, spec)
    if done is not None:
        return done
    if not spec.replace_propagator:
        _refuse_other(examined, spec)
    if not spec.break_c2pa:
        refuse_manifest(view, examined.format)
    number = spec.propagate_id or _kept_number(found, spec) or numbers()
    moved = len(examined.found) > 1 or (spec.slot == OFFICIAL and not found.slot.official)
    payload = amended(_text(found, moved=moved), spec.values(number), repair=spec.repair)
    payload = sealed(view, examined, payload, spec)
    _check_producer(found, payload, spec)
    edits = _edits(view, examined, found, (payload, moved))
    return Plan(
        format=examined.format,
        status="propagated",
        result=SplicedView(view, normalise(edits, view.size)),
        payload=payload,
        produce_id=found.number or None,
        propagate_id=number,
        replaced=tuple(text_of(item.slot.raw) for item in examined.found),
        notes=tuple(_notes(examined, found, moved=moved)),
    )


def find_propagated(view: View, source: View, spec: PropagateSpec) -> Plan | None:
    """Return the plan of doing nothing, when a file is a source passed on as it is asked now.

    Raises:
        AilabelError: as `plan_propagation` does.
    """
    return find_passed(view, producer_part(_chosen(examine(source))), spec)


def find_passed(view: View, part: Sequence[str], spec: PropagateSpec) -> Plan | None:
    """Return the plan of doing nothing, when a file was passed on so, with this producer's part.

    Args:
        view: the file.
        part: as `producer_part` returns it.
        spec: what is asked for.

    Raises:
        AilabelError: as `plan_propagation` does.
    """
    examined = examine(view)
    if not examined.found or producer_part(examined.found[0]) != part:
        return None
    return _done(view, examined, spec)


def _chosen(examined: Examined) -> Found:
    """Return the label that is passed on: the one in the official place before all others.

    Raises:
        PlanError: there is none, or the producer's part is not the same in all.
    """
    if not examined.found:
        raise PlanError(
            "the file holds no implicit label that could be passed on; ailabel decide says what is "
            "to be written instead"
        )
    first = min(examined.found, key=lambda item: not item.slot.official)
    if any(producer_part(item) != producer_part(first) for item in examined.found):
        raise PlanError(
            "the file holds labels that disagree; put one in their place with ailabel label "
            "--replace"
        )
    return first


def producer_part(found: Found) -> tuple[str, ...]:
    """Return the producer's values, in the order of `PRODUCER_KEYS`; what is missing is empty."""
    return tuple(found.decoded.fields[key] or "" for key in PRODUCER_KEYS)


def _done(view: View, examined: Examined, spec: PropagateSpec) -> Plan | None:
    """Return the plan of doing nothing, where that is what is to be done."""
    found = examined.found[0]
    fields = found.decoded.fields
    number = fields["PropagateID"]
    as_asked = (
        len(examined.found) == 1
        and fields["ContentPropagator"] == spec.propagator
        and bool(number)
        and spec.propagate_id in {None, number}
        and spec.reserved_code2 in {None, fields["ReservedCode2"]}
        and not (spec.slot == OFFICIAL and not found.slot.official)
        and not (spec.repair and _no_strings(found))
        and _is_sealed(view, examined, spec)
    )
    if not as_asked or (spec.reserved_code2 is None and _is_copied(found)):
        return None
    return Plan(
        format=examined.format,
        status="already",
        result=view,
        produce_id=found.number or None,
        propagate_id=number,
    )


def sealed(view: View, examined: Examined, payload: str, spec: PropagateSpec) -> str:
    """Return the label's text with the propagator's seal, if one was asked for."""
    if spec.signer is None:
        return payload
    from ailabel.engine.seals import seal_value

    fields = decode(payload).fields
    value = seal_value(fields, view, examined.carrier, spec.signer, _RESERVED)
    return amended(payload, {_RESERVED: value})


def _is_sealed(view: View, examined: Examined, spec: PropagateSpec) -> bool:
    """Say whether the label has the seal that was asked for, if any was, and it holds."""
    if spec.signer is None:
        return True
    from ailabel.engine.seals import is_sealed_by

    return is_sealed_by(spec.signer, examined.found[0], view, examined.carrier, _RESERVED)


def _is_copied(found: Found) -> bool:
    """Say whether the propagator's field only repeats the producer's security data."""
    fields = found.decoded.fields
    return bool(fields["ReservedCode2"]) and fields["ReservedCode2"] == fields["ReservedCode1"]


def _no_strings(found: Found) -> set[str]:
    """Return the keys of the producer whose values are no strings."""
    noted = [item.key for item in found.decoded.problems if item.rule == "IMP-006"]
    return {key for key in PRODUCER_KEYS if key in noted}


def _refuse_other(examined: Examined, spec: PropagateSpec) -> None:
    """Refuse to write over another propagator's part; that of the producer itself gives way."""
    for item in examined.found:
        other = item.decoded.fields["ContentPropagator"] or ""
        if other and other not in {item.producer, spec.propagator}:
            raise PlanError(
                "{propagator} passed the content on before; use --replace-propagator to put "
                "another in its place",
                propagator=other[:200],
            )


def _kept_number(found: Found, spec: PropagateSpec) -> str | None:
    """Return our own number where the label has it already."""
    fields = found.decoded.fields
    ours = fields["ContentPropagator"] == spec.propagator and spec.propagator != found.producer
    return fields["PropagateID"] if ours else None


def _text(found: Found, *, moved: bool) -> str:
    """Return the label's text as it is to be edited.

    Raises:
        PlanError: a part of it could not be read, so that it could not be written back.
    """
    text = verbatim(found.slot.payload) if moved else found.slot.payload
    if text is None or _LOST in text:
        raise PlanError(
            "the label is too damaged to be edited; put another in its place with ailabel label "
            "--replace"
        )
    return text


def _check_producer(found: Found, payload: str, spec: PropagateSpec) -> None:
    """See to it that nothing of the producer's part changed that was not to be repaired."""
    after = decode(payload)
    repaired = _no_strings(found) if spec.repair else set()
    same = all(
        key in repaired or after.fields[key] == found.decoded.fields[key] for key in PRODUCER_KEYS
    )
    if not same or after.extra != found.decoded.extra:
        raise PlanError(
            "the label is too damaged to be edited; put another in its place with ailabel label "
            "--replace"
        )


def _edits(view: View, examined: Examined, found: Found, asked: tuple[str, bool]) -> Sequence[Edit]:
    """Return the edits that put the text where the label stands, or is to stand."""
    payload, moved = asked
    carrier = examined.carrier
    if moved:
        return carrier.write(view, payload)
    if payload == found.slot.payload:
        return ()
    if isinstance(carrier, KeepingCarrier):
        return carrier.write_at(view, found.slot, payload)
    if not found.slot.official:
        raise unkept(found.slot)
    return carrier.write(view, payload)


def _notes(examined: Examined, found: Found, *, moved: bool) -> list[Message]:
    notes = [
        Message("kept as the producer wrote it: {problem}", {"problem": problem.message})
        for problem in found.decoded.problems
        if problem.key is None or problem.key in PRODUCER_KEYS
    ]
    if len(examined.found) > 1:
        count = {"count": len(examined.found)}
        notes.append(
            Message("the same label stood in {count} places; the official one is left", count)
        )
    elif moved:
        place = {"place": found.slot.location}
        notes.append(Message("the label was moved here from {place}", place))
    return notes
