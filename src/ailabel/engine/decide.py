"""Decide what a platform tells the public of a file, and plan what it must write into it.

The grounds are gathered here; what follows from them is the table in `standard.decision`. A label
that cannot be read, or whose signature does not hold, is a trace like others.
"""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING, Final

from ailabel import traces
from ailabel.engine.examine import examine, may_be_sealed, text_of
from ailabel.engine.plan import Plan, refuse_manifest
from ailabel.engine.propagate import find_passed, find_propagated, plan_propagation, sealed
from ailabel.engine.verify import look_at
from ailabel.errors import PlanError
from ailabel.io.source import Limits
from ailabel.io.splice import SplicedView, normalise
from ailabel.messages import Message
from ailabel.model.content_number import new_content_number
from ailabel.model.decision import Clue, FileDecision
from ailabel.model.record import AigcRecord, Label
from ailabel.model.report import Outcome
from ailabel.spi import Evidence, Finding
from ailabel.standard.decision import Said, Standing, decided
from ailabel.standard.schema import encode
from ailabel.traces import places
from ailabel.values import frozen

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ailabel.engine.examine import Examined, Found
    from ailabel.engine.propagate import PropagateSpec
    from ailabel.io.source import View
    from ailabel.model.trace import Trace
    from ailabel.seal.directory import Directory
    from ailabel.standard.decision import Verdict

__all__ = ["DecideOptions", "decide", "find_decided", "plan_decided"]

_LABELS: Final = {label.value: label for label in Label}
_UNSURE: Final = {"IMP-002", "IMP-003", "IMP-011"}  # under which what Label says is not sure
_OF_CONTENT: Final = "SIG-003"  # whether the content is what the label was signed for
_NOBODY: Final = ("", "", "")  # the rest of the part of a producer who is not known
_SILENT: Final = Message(
    "the producer's fields stay empty: who made the content is not known, and neither the standard "
    "nor the guides say what a platform writes there"
)


@frozen(kw_only=True)
class DecideOptions:
    """What is known of files beside themselves, and what is looked at.

    Args:
        declared: whether the user declared the content as AI-generated, or as not; None where the
            user was not asked.
        explicit: whether the explicit label is looked for in the content.
        trust: the directory of keys that says who signs with which, or None; a label that names a
            provider of it must be signed with a key of that one.
        replace: whether a label that cannot be read, or is not to be trusted, gives way to one that
            says what was decided.
        limits: what reading a file may cost.
    """

    declared: bool | None = None
    explicit: bool = True
    trust: Directory | None = None
    replace: bool = False
    limits: Limits = field(default_factory=Limits)


def decide(view: View, path: str, options: DecideOptions) -> FileDecision:
    """Decide about one file.

    Args:
        view: the file.
        path: what the decision shall call it.
        options: what is known beside it.

    Raises:
        UnsupportedFormatError: the format is not known.
        MalformedFileError: the file is damaged.
        LimitExceededError: reading it would cost more than the view's limits allow.
    """
    examined = examine(view)
    said, clues = _of_label(view, examined, options)
    evidence = look_at(view, examined.format, explain=False) if options.explicit else None
    found = traces.find(view, examined.format.id)
    clues += [*_declaration(options), *_of_explicit(evidence), *map(_of_trace, found)]
    clues += _unread(examined)
    verdict = decided(
        Standing(
            said=said,
            declared=options.declared is True,
            explicit=evidence is not None and evidence.finding is Finding.FOUND,
            traces=any(trace.of_ai for trace in found),
        )
    )
    return FileDecision(
        path=path,
        format=examined.format.id,
        decision=verdict.id,
        clause=verdict.clause,
        label=verdict.label.value if verdict.label else None,
        wording=verdict.wording,
        writes=tuple(_writes(said, verdict)),
        clues=tuple(clues),
        notes=tuple(_notes(said, verdict, options)),
    )


def plan_decided(
    view: View, decision: FileDecision, spec: PropagateSpec, *, replace: bool = False
) -> Plan:
    """Plan what a decision asks to be written.

    Args:
        view: the file, of which it was decided.
        decision: one that asks for something.
        spec: who passes it on.
        replace: whether a label that says something else gives way.

    Raises:
        PlanError: it must not or cannot be written.
    """
    examined = examine(view)
    label = _LABELS[decision.label or ""]
    if _stays(examined, decision):
        return plan_propagation(view, spec)
    if examined.found and not replace:
        raise PlanError(
            "the file carries a label that cannot be relied on; --replace puts one in its place "
            "that says what was decided, and the report keeps the old one"
        )
    if not examined.format.has_slot:
        raise PlanError("{format} has no place for metadata", format=examined.format.name)
    if not spec.break_c2pa:
        refuse_manifest(view, examined.format)
    number = spec.propagate_id or new_content_number()
    record = AigcRecord(
        label=label,
        content_producer="",
        produce_id="",
        content_propagator=spec.propagator,
        propagate_id=number,
        reserved_code2=spec.reserved_code2 or "",
    )
    payload = sealed(view, examined, encode(record), spec)
    return Plan(
        format=examined.format,
        status="labelled" if not examined.found else "replaced",
        result=SplicedView(view, normalise(examined.carrier.write(view, payload), view.size)),
        payload=payload,
        propagate_id=number,
        replaced=tuple(text_of(found.slot.raw) for found in examined.found),
        notes=(_SILENT,),
    )


def find_decided(
    view: View, source: View, decision: FileDecision, spec: PropagateSpec
) -> Plan | None:
    """Return the plan of doing nothing, when a file is a source that says what was decided of it.

    Args:
        view: the file.
        source: what was decided about.
        decision: one that asks for something.
        spec: who passes it on.

    Raises:
        AilabelError: as `plan_decided` does.
    """
    if _stays(examine(source), decision):
        return find_propagated(view, source, spec)
    return find_passed(view, (decision.label or "", *_NOBODY), spec)


def _stays(examined: Examined, decision: FileDecision) -> bool:
    """Say whether the file's own label says what was decided, and may be relied on."""
    sealed_wrongly = any(clue.kind == "seal" for clue in decision.clues)
    return _said(examined.found).value == decision.label and not sealed_wrongly


# -- the grounds -----------------------------------------------------------------------------------


def _of_label(view: View, examined: Examined, options: DecideOptions) -> tuple[Said, list[Clue]]:
    """Return what the labels of a file come to, and the clues that they are."""
    clues = [_label_clue(found) for found in examined.found]
    clues += _of_seals(view, examined, options)
    broken = any(clue.kind == "seal" for clue in clues)
    return Said.BROKEN if broken else _said(examined.found), clues


def _said(found: Iterable[Found]) -> Said:
    """Return what labels say of the content."""
    said = {_said_by(item) for item in found}
    if not said:
        return Said.NOTHING
    return said.pop() if len(said) == 1 else Said.CONFLICT


def _said_by(found: Found) -> Said:
    value = found.decoded.fields["Label"]
    unsure = any(problem.rule in _UNSURE for problem in found.decoded.problems)
    return Said.MALFORMED if unsure or value not in _LABELS else Said(value)


def _label_clue(found: Found) -> Clue:
    said = _said_by(found)
    if said is Said.MALFORMED:
        message = Message("the implicit label does not say what the content is")
    else:
        values = {"label": said.value, "producer": found.producer[:60] or "?"}
        message = Message("the implicit label says {label}; its producer: {producer}", values)
    return Clue(kind="label", message=message, location=found.slot.location)


def _of_seals(view: View, examined: Examined, options: DecideOptions) -> Iterator[Clue]:
    """Yield what does not hold of the producers' seals; content may be coded anew by right."""
    if not any(may_be_sealed(found, options.trust) for found in examined.found):
        return
    from ailabel.engine.seal_checks import judge
    from ailabel.engine.seals import check_seals

    seals = check_seals(view, examined, options.trust)
    for check in judge(tuple(seal for seal in seals if seal.field == "ReservedCode1")):
        if check.outcome is not Outcome.FAIL:
            continue
        if check.rule == _OF_CONTENT:
            yield Clue(kind="review", message=check.message, counts=False, location=check.location)
            continue
        message = Message(
            "the label's signature does not hold: {reason}", {"reason": check.message}
        )
        yield Clue(kind="seal", message=message, location=check.location)


def _declaration(options: DecideOptions) -> Iterator[Clue]:
    if options.declared is True:
        message = Message("the user declared the content as AI-generated")
        yield Clue(kind="declaration", message=message)
    elif options.declared is False:
        message = Message(
            "the user declared the content as not AI-generated, which decides nothing"
        )
        yield Clue(kind="declaration", message=message, counts=False)


def _of_explicit(evidence: Evidence | None) -> Iterator[Clue]:
    if evidence is None:
        message = Message("the content was not looked at for an explicit label")
        yield Clue(kind="unexamined", message=message, counts=False)
        return
    for seen in evidence.sightings:
        if seen.finding is Finding.FOUND:
            values = {"text": seen.text[:80], "place": Message(seen.place)}
            message = Message("the label “{text}” stands at the {place}", values)
            yield Clue(kind="explicit", message=message, location=seen.location)
        else:
            message = Message(
                "“{text}” may be a label or prose that speaks of AI; a person must judge",
                {"text": seen.text[:80]},
            )
            yield Clue(kind="review", message=message, counts=False, location=seen.location)
    if evidence.finding is Finding.UNCHECKED and evidence.reason is not None:
        yield Clue(kind="unexamined", message=evidence.reason, counts=False)


def _of_trace(trace: Trace) -> Clue:
    return Clue(
        kind="trace",
        message=trace.message,
        counts=trace.of_ai,
        location=trace.location,
        id=trace.kind,
    )


def _unread(examined: Examined) -> Iterator[Clue]:
    """Say that there may be metadata in which nobody looks for traces."""
    if examined.format.has_slot and not places.is_known(examined.format.id):
        values = {"format": examined.format.name}
        message = Message("the metadata of {format} are not looked through for traces", values)
        yield Clue(kind="unexamined", message=message, counts=False)


# -- what follows ----------------------------------------------------------------------------------


def _writes(said: Said, verdict: Verdict) -> Iterator[Message]:
    """Say what the metadata must hold then."""
    if verdict.label is None:
        return
    if said.value == verdict.label.value:
        yield Message(
            "the platform's name or code and its number, in the propagator's fields; the rest of "
            "the label stays as it is"
        )
        return
    yield Message(
        "Label \"{label}\", and the platform's name or code and its number, in the propagator's "
        "fields",
        {"label": verdict.label.value},
    )


def _notes(said: Said, verdict: Verdict, options: DecideOptions) -> Iterator[Message]:
    if verdict.id == "none":
        yield Message(
            "nothing was found and nothing was declared; that does not show that no AI was used"
        )
        if options.declared is None:
            yield Message("users are to be asked whether they publish AI-generated content")
    if verdict.label is not None and said.value != verdict.label.value:
        yield _SILENT
    if said in {Said.MALFORMED, Said.BROKEN, Said.CONFLICT}:
        yield Message("a label that cannot be relied on counts as a trace")
    if verdict.id == "is" and options.declared is False:
        yield Message("the label speaks against the user's declaration, and decides")
