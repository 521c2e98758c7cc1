"""The predicates of the rules of other jurisdictions: what a file can tell of them, and no more.

Their duties are about systems, services and people; a file shows marks in its metadata. What it
does not show is inconclusive, never broken, and what a person must judge is left to one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias

from ailabel.messages import Message
from ailabel.model.report import Check, Level, Outcome, Verdict
from ailabel.spi import Finding
from ailabel.standard.rules import RULES
from ailabel.values import frozen

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from ailabel.engine.examine import Examined
    from ailabel.io.source import View
    from ailabel.model.seal import SealReport
    from ailabel.model.trace import Trace
    from ailabel.spi import Entry, Evidence

__all__ = ["REGIME_CHECKS", "Facts", "gather", "judge", "verdicts"]

_MARKS: Final = ("c2pa", "iptc-source-type")  # traces that are made to say how content came about
_SYSTEM: Final = ("Iptc4xmpExt:AISystemUsed", "Iptc4xmpExt:AISystemVersionUsed")
_DATES: Final = {"creation time", "creation_time", "date:create", "date"}  # names of texts
_SHOWN: Final = 80


@frozen(kw_only=True)
class Facts:
    """What is known of a file.

    Args:
        examined: its labels.
        evidence: of the explicit label, or None where it was not looked for.
        seals: what checking the signatures of the labels came to.
        traces: its traces of AI.
        entries: the texts of its metadata.
    """

    examined: Examined
    evidence: Evidence | None
    seals: tuple[SealReport, ...]
    traces: tuple[Trace, ...]
    entries: tuple[Entry, ...]


_Finding: TypeAlias = "tuple[Outcome, Message, str]"
_Predicate: TypeAlias = "Callable[[Facts], _Finding]"


def gather(
    view: View,
    examined: Examined,
    seen: tuple[Evidence | None, tuple[SealReport, ...]],
    *,
    check_c2pa: bool = False,
) -> Facts:
    """Return what can be known of a file.

    Args:
        view: the file.
        examined: its labels.
        seen: what was seen of the explicit label, and what checking signatures came to.
        check_c2pa: whether C2PA manifests are checked.
    """
    from ailabel import traces
    from ailabel.traces.places import entries

    evidence, seals = seen
    return Facts(
        examined=examined,
        evidence=evidence,
        seals=seals,
        traces=traces.find(view, examined.format.id, validate=check_c2pa),
        entries=entries(view, examined.format.id),
    )


def judge(facts: Facts, regimes: Sequence[str]) -> tuple[Check, ...]:
    """Apply the rules of regimes to a file, in the order of the table."""
    return tuple(_checks(facts, regimes))


def _checks(facts: Facts, regimes: Sequence[str]) -> Iterator[Check]:
    for rule_id, predicate in REGIME_CHECKS.items():
        rule = RULES[rule_id]
        if rule.regime not in regimes:
            continue
        if facts.examined.format.medium in rule.media:
            outcome, message, place = predicate(facts)
        else:
            values = {"format": facts.examined.format.name}
            outcome = Outcome.NOT_APPLICABLE
            message, place = Message("the rule does not speak of {format}", values), ""
        yield Check(rule=rule_id, outcome=outcome, message=message, location=place)


def verdicts(checks: Sequence[Check], regimes: Sequence[str]) -> dict[str, Verdict]:
    """Return what a file can tell of each regime: by the rules that bytes decide."""
    return {regime: _verdict(checks, regime) for regime in regimes if regime != "cn"}


def _verdict(checks: Sequence[Check], regime: str) -> Verdict:
    found = {
        check.outcome
        for check in checks
        if RULES[check.rule].regime == regime and RULES[check.rule].decidable == "bytes"
    }
    if Outcome.FAIL in found and any(
        check.outcome is Outcome.FAIL and RULES[check.rule].level is Level.ERROR
        for check in checks
        if RULES[check.rule].regime == regime
    ):
        return Verdict.NONCOMPLIANT
    if found <= {Outcome.NOT_APPLICABLE}:
        return Verdict.NOT_APPLICABLE
    if found <= {Outcome.PASS, Outcome.NOT_APPLICABLE}:
        return Verdict.COMPLIANT
    return Verdict.INCONCLUSIVE if found & {Outcome.PASS, Outcome.REVIEW} else Verdict.NOT_FOUND


# -- European Union --------------------------------------------------------------------------------


def _marked(facts: Facts) -> _Finding:
    label = next(
        (item for item in facts.examined.found if item.decoded.fields["Label"] == "1"), None
    )
    if label is not None:
        place = label.slot.location
        return Outcome.PASS, Message("the label says that the content is AI-generated"), place
    marks = [item for item in facts.traces if item.kind in _MARKS and item.of_ai]
    best = min(marks, key=lambda item: item.holds is False, default=None)
    if best is not None:
        outcome = Outcome.REVIEW if best.holds is False else Outcome.PASS
        return outcome, best.message, best.location
    message = Message(
        "the metadata hold no mark that was read; a mark in the content itself was not looked for"
    )
    return Outcome.INCONCLUSIVE, message, ""


def _signed(facts: Facts) -> _Finding:
    outcome, _, place = _marked(facts)
    if outcome is Outcome.INCONCLUSIVE:
        return outcome, Message("there is no mark that could be signed"), ""
    manifest = next((trace for trace in facts.traces if trace.kind == "c2pa"), None)
    if manifest is not None:
        return (*_of_manifest(manifest), manifest.location)
    if any(seal.is_whole and seal.time for seal in facts.seals):
        message = Message(
            "the label is signed with a time, but by no certificate and time stamp of others"
        )
        return Outcome.REVIEW, message, facts.seals[0].location
    return Outcome.FAIL, Message("the mark stands in metadata that nobody signed"), place


def _of_manifest(trace: Trace) -> tuple[Outcome, Message]:
    """Say whether a manifest signs the file, and when; what was not checked is open."""
    if trace.holds and trace.time:
        return Outcome.PASS, trace.message
    if trace.holds is False:
        return Outcome.FAIL, trace.message
    if trace.holds:
        return Outcome.REVIEW, Message(
            "the signature of the C2PA manifest holds; no time stamp was read in it"
        )
    return Outcome.REVIEW, Message(
        "whether the signature and time stamp of the C2PA manifest hold is open"
    )


def _watermarked(facts: Facts) -> _Finding:
    del facts
    message = Message("only the detector of who made the content can tell of a watermark in it")
    return Outcome.REVIEW, message, ""


def _disclosed(facts: Facts) -> _Finding:
    evidence = facts.evidence
    if evidence is not None and evidence.finding is Finding.FOUND:
        seen = evidence.sightings[0]
        values = {"text": seen.text[:_SHOWN]}
        message = Message(
            "“{text}” is shown; whether it serves those who see it is for a person to judge", values
        )
        return Outcome.REVIEW, message, seen.location
    message = Message(
        "whether it is a deep fake, or a text on matters of public interest, is for a person to "
        "judge"
    )
    return Outcome.REVIEW, message, ""


# -- California ------------------------------------------------------------------------------------


def _provider(facts: Facts) -> _Finding:
    for item in facts.examined.found:
        if item.producer:
            values = {"provider": item.producer[:_SHOWN]}
            message = Message("the metadata name the provider {provider}", values)
            return Outcome.PASS, message, item.slot.location
    for trace in facts.traces:
        if trace.kind in _MARKS and trace.product:
            values = {"provider": trace.product[:_SHOWN]}
            message = Message("the metadata name the provider {provider}", values)
            return Outcome.PASS, message, trace.location
    return Outcome.INCONCLUSIVE, Message("no name of a provider was read in the metadata"), ""


def _system(facts: Facts) -> _Finding:
    said = {entry.key: entry for entry in facts.entries if entry.key in _SYSTEM}
    if len(said) == len(_SYSTEM):
        name, version = (said[key].text.strip()[:_SHOWN] for key in _SYSTEM)
        message = Message(
            "the metadata name the system {name}, version {version}",
            {"name": name, "version": version},
        )
        return Outcome.PASS, message, said[_SYSTEM[0]].location
    for trace in facts.traces:
        if trace.product and trace.of_ai:
            values = {"name": trace.product[:_SHOWN]}
            message = Message(
                "the metadata name {name}; whether that is the system and its version is for a "
                "person to judge",
                values,
            )
            return Outcome.REVIEW, message, trace.location
    message = Message(
        "no name and version of a system were read in the metadata; the label of GB 45438-2025 has "
        "no field for them"
    )
    return Outcome.INCONCLUSIVE, message, ""


def _time(facts: Facts) -> _Finding:
    for seal in facts.seals:
        if seal.time and seal.is_whole:
            values = {"time": seal.time}
            return Outcome.PASS, Message("it was signed at {time}", values), seal.location
    for entry in facts.entries:
        if entry.key.casefold() in _DATES and entry.text.strip():
            values = {"time": entry.text.strip()[:_SHOWN]}
            message = Message("the metadata give the time {time}", values)
            return Outcome.PASS, message, entry.location
    found = next((trace for trace in facts.traces if trace.kind == "c2pa"), None)
    if found is not None and found.time:
        message = Message("it was signed at {time}", {"time": found.time})
        return Outcome.PASS, message, found.location
    if found is not None:
        message = Message("the time in the C2PA manifest was not read")
        return Outcome.REVIEW, message, found.location
    message = Message(
        "no time was read in the metadata; the label of GB 45438-2025 has no field for it"
    )
    return Outcome.INCONCLUSIVE, message, ""


def _identifier(facts: Facts) -> _Finding:
    for item in facts.examined.found:
        if item.number:
            values = {"number": item.number[:_SHOWN]}
            message = Message("the metadata give the number {number}", values)
            return Outcome.PASS, message, item.slot.location
    found = next((trace for trace in facts.traces if trace.kind == "c2pa"), None)
    if found is not None:
        return Outcome.PASS, Message("the C2PA manifest has a name of its own"), found.location
    return Outcome.INCONCLUSIVE, Message("no unique number was read in the metadata"), ""


REGIME_CHECKS: Final[dict[str, _Predicate]] = {
    "EUR-001": _marked,
    "EUR-002": _signed,
    "EUR-003": _watermarked,
    "EUR-004": _disclosed,
    "CAL-001": _provider,
    "CAL-002": _system,
    "CAL-003": _time,
    "CAL-004": _identifier,
}
