"""The predicates of the rules, under the ids of `standard.rules`.

A predicate looks at a `Case` and yields checks; it decides what was found, while how much that
weighs stands in the table.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final, TypeAlias

from ailabel.engine.examine import Found
from ailabel.messages import Message
from ailabel.model.report import Check, Outcome
from ailabel.spi import Finding, Slot
from ailabel.standard.rules import RULES
from ailabel.standard.schema import Decoded
from ailabel.standard.slots import ANNEX_B_SITES, KEY, SLOTS
from ailabel.values import frozen

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ailabel.model.media import Format, Medium
    from ailabel.spi import Evidence

__all__ = ["CHECKS", "Case", "run"]

_CODE_LENGTH: Final = 20  # a value this long that begins with 00 is meant to be a code
_Likeness: TypeAlias = "tuple[str, str, bool, bool, bool, tuple[str | None, ...]]"


@frozen(kw_only=True)
class Case:
    """What the predicates look at.

    Args:
        format: of the file.
        found: its labels, decoded.
        evidence: of the explicit label, or None where it is not asked about.
        implicit: whether the implicit label is asked about.
        regimes: whose rules are asked about.
    """

    format: Format
    found: tuple[Found, ...]
    evidence: Evidence | None
    implicit: bool = True
    regimes: tuple[str, ...] = ("cn",)


def run(case: Case) -> tuple[Check, ...]:
    """Apply every rule that speaks of this case, in the order of the table.

    Most files hold no label, or one without a problem by one of a few producers. For those the
    answer is kept, since making it takes longer than reading the file; it is then one object, which
    reporters need to put into words only once.
    """
    found = case.found
    if case.evidence is not None or len(found) > 1 or (found and found[0].decoded.problems):
        return _run(case)
    likeness = _likeness(found[0]) if found else None
    return _run_alike(case.format, case.implicit, case.regimes, likeness)


def _likeness(item: Found) -> _Likeness:
    """Return all that the predicates may know of a label without problems."""
    slot, fields = item.slot, item.decoded.fields
    named = KEY in slot.payload[:64].upper()
    told = (fields["Label"], fields["ContentProducer"], fields["ContentPropagator"])
    return (slot.location, slot.site, slot.official, named, item.decoded.wrapped, told)


@lru_cache(maxsize=256)
def _run_alike(
    file_format: Format,
    implicit: bool,  # noqa: FBT001 - a key
    regimes: tuple[str, ...],
    likeness: _Likeness | None,
) -> tuple[Check, ...]:
    """Run on a file that has nothing but the likeness of a label, so that no other can differ."""
    found: tuple[Found, ...] = ()
    if likeness is not None:
        location, site, official, named, wrapped, told = likeness
        payload = KEY if named else ""
        slot = Slot(
            location=location, offset=0, raw=b"", payload=payload, site=site, official=official
        )
        fields = dict(zip(("Label", "ContentProducer", "ContentPropagator"), told, strict=True))
        decoded = Decoded(fields=fields, extra={}, problems=(), wrapped=wrapped)
        found = (Found(slot, decoded),)
    return _run(
        Case(format=file_format, found=found, evidence=None, implicit=implicit, regimes=regimes)
    )


def _run(case: Case) -> tuple[Check, ...]:
    noted = {problem.rule for item in case.found for problem in item.decoded.problems}
    checks: list[Check] = []
    labels = (case.implicit, case.evidence is not None)
    for rule, predicate in _asked(case.format.medium, labels, case.regimes):
        if predicate is not _problems or rule in noted:
            checks += predicate(case, rule)
        elif case.found:
            checks.append(_pass(rule))
    return tuple(checks)


@lru_cache(maxsize=32)
def _asked(
    medium: Medium, labels: tuple[bool, bool], regimes: tuple[str, ...]
) -> tuple[tuple[str, Predicate], ...]:
    """Return the rules of regimes that speak of a medium and of the labels asked about."""
    asked = dict(zip(("implicit", "explicit"), labels, strict=True))
    return tuple(
        (rule.id, CHECKS[rule.id])
        for rule in RULES.values()
        if asked.get(rule.label) and medium in rule.media and rule.regime in regimes
    )


def _present(case: Case, rule: str) -> Iterator[Check]:
    if case.found:
        yield _stands_in(", ".join([item.slot.location for item in case.found]), rule)
    elif not case.format.has_slot:
        message = Message("{format} has no place for metadata", {"format": case.format.name})
        yield Check(rule=rule, outcome=Outcome.NOT_APPLICABLE, message=message)
    else:
        message = Message("no implicit label was found; that does not show that no AI was used")
        yield Check(rule=rule, outcome=Outcome.INCONCLUSIVE, message=message)


@lru_cache(maxsize=256)
def _stands_in(places: str, rule: str) -> Check:
    message = Message("an implicit label stands in {places}", {"places": places})
    return Check(rule=rule, outcome=Outcome.PASS, message=message)


def _readable(case: Case, rule: str) -> Iterator[Check]:
    yield _was_read(case.format.name, rule)


@lru_cache(maxsize=128)
def _was_read(name: str, rule: str) -> Check:
    message = Message("the {format} file was read whole", {"format": name})
    return Check(rule=rule, outcome=Outcome.PASS, message=message)


def _problems(case: Case, rule: str) -> Iterator[Check]:
    """Turn what the decoder noted under this rule into failed checks."""
    failed = False
    for item in case.found:
        for problem in item.decoded.problems:
            if problem.rule == rule:
                failed = True
                yield _fail(rule, problem.message, item)
    if case.found and not failed:
        yield _pass(rule)


def _one_place(case: Case, rule: str) -> Iterator[Check]:
    if len(case.found) > 1 and len({_content(item) for item in case.found}) == 1:
        message = Message("the same label stands in {count} places", {"count": len(case.found)})
        yield _fail(rule, message, case.found[1])
    elif case.found:
        yield _pass(rule)


def _agreement(case: Case, rule: str) -> Iterator[Check]:
    if len(case.found) > 1 and len({_content(item) for item in case.found}) > 1:
        message = Message("{count} labels disagree", {"count": len(case.found)})
        yield _fail(rule, message, case.found[1])
    elif case.found:
        yield _pass(rule)


def _official(case: Case, rule: str) -> Iterator[Check]:
    slot = SLOTS.get(case.format.id)
    if slot is None or slot.status != "guide":
        return
    stray = [
        item
        for item in case.found
        if not (item.slot.official or item.slot.site.startswith(ANNEX_B_SITES))
    ]
    for item in stray:
        message = Message(
            "the label stands in {place}; the guide's place is {official}",
            {"place": item.slot.location, "official": slot.place},
        )
        yield _fail(rule, message, item)
    if case.found and not stray:
        yield _pass(rule)


def _first_writing(case: Case, rule: str) -> Iterator[Check]:
    for item in case.found:
        fields = item.decoded.fields
        propagator = fields["ContentPropagator"]
        if fields["Label"] == "1" and propagator and propagator != item.producer:
            message = Message(
                "the propagator {propagator} is not the producer: the content was passed on",
                {"propagator": propagator[:60]},
            )
            yield _fail(rule, message, item)
            return
    if case.found:
        yield _pass(rule)


def _provider_code(case: Case, rule: str) -> Iterator[Check]:
    clean = True
    for item in case.found:
        for key in ("ContentProducer", "ContentPropagator"):
            for warning in _code_warnings(item.decoded.fields[key] or ""):
                clean = False
                yield _fail(rule, warning, item)
    if case.found and clean:
        yield _pass(rule)


@lru_cache(maxsize=256)
def _code_warnings(value: str) -> tuple[Message, ...]:
    """Return what is wrong with a provider code; nothing, where the value is meant as a name."""
    from ailabel.errors import LabelError
    from ailabel.model.provider import is_individual, parse_code

    if not value.startswith("00") or len(value) < _CODE_LENGTH:
        return ()
    if is_individual(value):  # what such a code holds is not settled
        return ()
    try:
        return parse_code(value).warnings
    except LabelError as error:
        return (Message(error.text, error.params),)


def _key_name(case: Case, rule: str) -> Iterator[Check]:
    clean = True
    for item in case.found:
        named = KEY in item.slot.location.upper() or KEY in item.slot.payload[:64].upper()
        if not (named or item.slot.official or item.decoded.wrapped):
            clean = False
            message = Message("neither the field nor the value is named AIGC")
            yield _fail(rule, message, item)
    if case.found and clean:
        yield _pass(rule)


def _explicit(case: Case, rule: str) -> Iterator[Check]:
    evidence = case.evidence
    if evidence is None:
        return
    for sighting in evidence.sightings:
        if sighting.finding is Finding.FOUND:
            message = Message(
                "the label “{text}” stands at the {place}",
                {"text": sighting.text, "place": Message(sighting.place)},
            )
        else:
            message = Message(
                "“{text}” may be a label or prose that speaks of AI; a person must judge",
                {"text": sighting.text[:80]},
            )
        outcome = Outcome.PASS if sighting.finding is Finding.FOUND else Outcome.REVIEW
        yield Check(rule=rule, outcome=outcome, message=message, location=sighting.location)
    if evidence.finding is Finding.NOT_FOUND:
        message = Message("no explicit label was found; that does not show that no AI was used")
        yield Check(rule=rule, outcome=Outcome.INCONCLUSIVE, message=message)
    elif evidence.finding is Finding.UNCHECKED and evidence.reason is not None:
        yield Check(rule=rule, outcome=Outcome.INCONCLUSIVE, message=evidence.reason)


def _measured(case: Case, rule: str) -> Iterator[Check]:
    """Judge a size, a place at the edge or a duration; loaded where explicit labels are asked."""
    from ailabel.engine.measures import measured

    yield from measured(case, rule)


def _content(item: Found) -> tuple[str, ...]:
    """What two labels must share to be the same one; a missing key counts as an empty value."""
    return tuple(value or "" for value in item.decoded.fields.values())


@lru_cache(maxsize=128)
def _pass(rule: str) -> Check:
    return Check(rule=rule, outcome=Outcome.PASS, message=Message(RULES[rule].title[0]))


def _fail(rule: str, message: Message, item: Found) -> Check:
    return Check(rule=rule, outcome=Outcome.FAIL, message=message, location=item.slot.location)


Predicate: TypeAlias = "Callable[[Case, str], Iterator[Check]]"

CHECKS: Final[dict[str, Predicate]] = {
    "IMP-001": _present,
    "IMP-002": _problems,
    "IMP-003": _problems,
    "IMP-004": _problems,
    "IMP-005": _problems,
    "IMP-006": _problems,
    "IMP-007": _problems,
    "IMP-008": _one_place,
    "IMP-009": _agreement,
    "IMP-010": _problems,
    "IMP-011": _problems,
    "IMP-012": _official,
    "IMP-013": _first_writing,
    "IMP-014": _provider_code,
    "IMP-015": _key_name,
    "IMP-017": _problems,
    "IMP-018": _readable,
    "IMP-019": _problems,
    "IMP-020": _problems,
    "EXP-T1": _explicit,
    "EXP-I1": _explicit,
    "EXP-I2": _measured,
    "EXP-I3": _measured,
    "EXP-I4": _measured,
    "EXP-A1": _explicit,
    "EXP-A2": _measured,
    "EXP-V1": _measured,
    "EXP-V2": _measured,
    "EXP-V3": _measured,
    "EXP-V4": _measured,
    "EXP-V5": _measured,
}
