"""The predicates of the rules that rest on a figure: how large, where, from when to when.

A file may show several labels, and one that keeps every rule is enough: all rules of a medium are
judged on the same one, the best. What was measured too near to a limit to tell is for a person;
what was not measured at all stays open.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final, TypeAlias

from ailabel.messages import Message
from ailabel.model.report import Check, Level, Outcome
from ailabel.spi import Finding
from ailabel.standard.rules import RULES
from ailabel.standard.wording import (
    IMAGE_MIN_HEIGHT,
    OPENING_SECONDS,
    SPEECH_RATE,
    VIDEO_MIN_SECONDS,
)
from ailabel.values import frozen

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ailabel.engine.checks import Case
    from ailabel.model.media import Medium
    from ailabel.spi import Appearance, Evidence, Sighting

__all__ = ["measured"]

_LEAST: Final = round(100 * IMAGE_MIN_HEIGHT, 2)  # per cent
_FRAME: Final = 0.05  # seconds by which the last frame's time may fall short of the film's length
_RATE: Final = 0.02  # share by which a measured rate of speech may be off
_BADNESS: Final = (
    Outcome.PASS,
    Outcome.NOT_APPLICABLE,
    Outcome.REVIEW,
    Outcome.INCONCLUSIVE,
    Outcome.FAIL,
)
_UNMEASURED: Final = Message("a label was found, but neither its size, place nor time was measured")


@frozen
class _Judged:
    """What one measure says of one sighting."""

    outcome: Outcome
    message: Message
    figure: float | None = None


_Measure: TypeAlias = "Callable[[Sighting, Evidence], _Judged]"


def measured(case: Case, rule: str) -> Iterator[Check]:
    """Judge a rule by the measures of the best label; see the module."""
    evidence = case.evidence
    if evidence is None:
        return
    best = _best(evidence, case.format.medium)
    if best is not None:
        judged = _MEASURES[rule](best, evidence)
        location = best.location
    elif evidence.finding is Finding.REVIEW and evidence.sightings:
        judged, location = _doubtful(evidence, rule), evidence.sightings[0].location
    elif evidence.finding is Finding.UNCHECKED and evidence.reason is not None:
        judged, location = _Judged(Outcome.INCONCLUSIVE, evidence.reason), ""
    else:
        message = Message("no explicit label was found; that does not show that no AI was used")
        judged, location = _Judged(Outcome.INCONCLUSIVE, message), ""
    yield Check(
        rule=rule,
        outcome=judged.outcome,
        message=judged.message,
        location=location,
        figure=judged.figure,
    )


def _best(evidence: Evidence, medium: Medium) -> Sighting | None:
    """Return the label that keeps the rules best: errors weigh first, then warnings."""
    rules = [rule for rule in _MEASURES if medium in RULES[rule].media]

    def badness(sighting: Sighting) -> tuple[int, int]:
        worst = {Level.ERROR: 0, Level.WARNING: 0}
        for rule in rules:
            found = _BADNESS.index(_MEASURES[rule](sighting, evidence).outcome)
            level = RULES[rule].level
            worst[level] = max(worst[level], found)
        return worst[Level.ERROR], worst[Level.WARNING]

    found = [item for item in evidence.sightings if item.finding is Finding.FOUND]
    return min(found, key=badness, default=None)


def _doubtful(evidence: Evidence, rule: str) -> _Judged:
    """Leave to a person what is perhaps a label, with its figure."""
    sighting = evidence.sightings[0]
    message = Message(
        "“{text}” may be a label or prose that speaks of AI; a person must judge",
        {"text": sighting.text[:80]},
    )
    judged = replace(_MEASURES[rule](sighting, evidence), outcome=Outcome.REVIEW)
    return judged if judged.figure is not None else _Judged(Outcome.REVIEW, message)


def _place(sighting: Sighting, evidence: Evidence) -> _Judged:  # noqa: ARG001 - a measure
    look = sighting.appearance
    if look is None:
        return _Judged(Outcome.INCONCLUSIVE, _UNMEASURED)
    message = Message(
        "the label “{text}” stands at the {place}",
        {"text": sighting.text, "place": Message(sighting.place)},
    )
    if look.at_edge:
        return _Judged(Outcome.PASS, message)
    message = Message("the label “{text}” stands far from every edge", {"text": sighting.text})
    return _Judged(Outcome.FAIL, message)


def _type_height(sighting: Sighting, evidence: Evidence) -> _Judged:  # noqa: ARG001 - a measure
    """Judge the reading of "height" that asks least: the em box of the type."""
    look = sighting.appearance
    return (
        _Judged(Outcome.INCONCLUSIVE, _UNMEASURED)
        if look is None
        else _height(look, look.em_height)
    )


def _ink_height(sighting: Sighting, evidence: Evidence) -> _Judged:  # noqa: ARG001 - a measure
    """Judge the reading of "height" that asks most: the ink itself."""
    look = sighting.appearance
    return (
        _Judged(Outcome.INCONCLUSIVE, _UNMEASURED)
        if look is None
        else _height(look, look.ink_height)
    )


def _height(look: Appearance, height: float) -> _Judged:
    share = 100 * height / max(1, min(look.frame))
    params: dict[str, object] = {
        "percent": round(share, 2),
        "ink": _percent(look, look.ink_height),
        "type": _percent(look, look.em_height),
        "tolerance": round(100 * look.tolerance, 1),
        "least": _LEAST,
    }
    if share * (1 + look.tolerance) < _LEAST:
        message = Message(
            "the characters are {percent} % of the shortest side high (ink {ink} %, "
            "em box {type} %, ± {tolerance} %); at least {least} % are required",
            params,
        )
        return _Judged(Outcome.FAIL, message, round(share, 2))
    if share * (1 - look.tolerance) < _LEAST:
        message = Message(
            "the characters are {percent} % of the shortest side high (ink {ink} %, "
            "em box {type} %, ± {tolerance} %), too near to the required {least} % to tell",
            params,
        )
        return _Judged(Outcome.REVIEW, message, round(share, 2))
    message = Message(
        "the characters are {percent} % of the shortest side high (ink {ink} %, "
        "em box {type} %, ± {tolerance} %); {least} % are required",
        params,
    )
    return _Judged(Outcome.PASS, message, round(share, 2))


def _percent(look: Appearance, height: float) -> float:
    return round(100 * height / max(1, min(look.frame)), 2)


def _opening(sighting: Sighting, evidence: Evidence) -> _Judged:  # noqa: ARG001 - a measure
    begin = 0.0 if sighting.seconds is None else sighting.seconds[0]
    surely, perhaps = OPENING_SECONDS
    if begin > surely:
        message = Message(
            "the label “{text}” appears only after {seconds} s, not in the opening frame",
            {"text": sighting.text, "seconds": round(begin, 2)},
        )
        outcome = Outcome.REVIEW if begin <= perhaps else Outcome.FAIL
        return _Judged(outcome, message, round(begin, 2))
    message = Message(
        "the label “{text}” stands at the {place}",
        {"text": sighting.text, "place": Message(sighting.place)},
    )
    return _Judged(Outcome.PASS, message)


def _duration(sighting: Sighting, evidence: Evidence) -> _Judged:
    if sighting.seconds is None:
        return _Judged(Outcome.INCONCLUSIVE, _UNMEASURED)
    begin, end = sighting.seconds
    shown = end - begin
    params: dict[str, object] = {"seconds": round(shown, 2), "least": VIDEO_MIN_SECONDS}
    whole = evidence.duration
    if whole is not None and whole < VIDEO_MIN_SECONDS and shown >= whole - _FRAME:
        message = Message(
            "the label is shown throughout the {seconds} s of the film",
            {"seconds": round(whole, 2)},
        )
        return _Judged(Outcome.PASS, message, round(shown, 2))
    if round(shown, 3) >= VIDEO_MIN_SECONDS:
        message = Message(
            "the label is shown for at least {seconds} s; {least} s are required", params
        )
        return _Judged(Outcome.PASS, message, round(shown, 2))
    message = Message("the label is shown for {seconds} s; at least {least} s are required", params)
    return _Judged(Outcome.FAIL, message, round(shown, 2))


def _rate(sighting: Sighting, evidence: Evidence) -> _Judged:  # noqa: ARG001 - a measure
    if sighting.form == "rhythm":
        message = Message("the label is a rhythm, which has no rate of speech")
        return _Judged(Outcome.NOT_APPLICABLE, message)
    if sighting.rate is None:
        message = Message("how fast the label is spoken was not measured")
        return _Judged(Outcome.INCONCLUSIVE, message)
    slowest, fastest = SPEECH_RATE
    message = Message(
        "the label is spoken at {rate} characters a minute; {slowest} to {fastest} are normal",
        {"rate": round(sighting.rate), "slowest": slowest, "fastest": fastest},
    )
    normal = slowest * (1 - _RATE) <= sighting.rate <= fastest * (1 + _RATE)
    outcome = Outcome.PASS if normal else Outcome.FAIL
    return _Judged(outcome, message, round(sighting.rate, 1))


_MEASURES: Final[dict[str, _Measure]] = {
    "EXP-I2": _place,
    "EXP-I3": _type_height,
    "EXP-I4": _ink_height,
    "EXP-A2": _rate,
    "EXP-V1": _opening,
    "EXP-V2": _type_height,
    "EXP-V3": _duration,
    "EXP-V4": _place,
    "EXP-V5": _ink_height,
}
