"""What is wrong with a file, given what it is declared to be.

The engine finds out what a file holds; here that is held against its `Profile`. How much a rule
weighs stands in the table; a declaration may make it weigh less, such as ``explicit =
"recommended"``, and never turns what could not be looked at into a pass.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from ailabel.gate import advice
from ailabel.messages import Message, Reasons
from ailabel.model.report import Level, Outcome, Verdict
from ailabel.standard import rules as table
from ailabel.values import frozen

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from ailabel.config import Profile
    from ailabel.model.report import Check, FileReport
    from ailabel.model.trace import Trace

__all__ = ["RULES", "Case", "Point", "judge"]

RULES: Final = tuple(rule.id for rule in table.RULES.values() if rule.label == "gate")
"""The rules on what a file is declared to be, which are judged here and nowhere else."""

_IN_METADATA: Final = {"implicit", "seal"}  # what rules on the label in the metadata speak of
_ABSENT: Final = {"IMP-001", "EXP-T1", "EXP-I1", "EXP-A1", "EXP-V1"}  # that a label is there
_WELL: Final = (Outcome.PASS, Outcome.NOT_APPLICABLE)
_OPEN: Final = {Outcome.INCONCLUSIVE, Outcome.REVIEW}
_PASSED_ON: Final = "IMP-013"  # of a propagator, that another one is named is what is asked for
_LINE: Final = re.compile(r"line (\d+)")


@frozen(kw_only=True)
class Case:
    """A file, and what is declared of it.

    Args:
        path: from the root of the run.
        profile: what is declared.
        report: what was found out; None where the file could not be looked into at all.
        reason: why it could not, or why its explicit label could not be looked at.
        traces: signs of AI origin other than labels.
    """

    path: str
    profile: Profile
    report: FileReport | None
    reason: Message | None = None
    traces: tuple[Trace, ...] = ()


@frozen(kw_only=True)
class Point:
    """A finding before it has its fingerprint; the fields are those of `GateFinding`."""

    rule: str
    message: Message
    fix: Message | None
    level: Level
    outcome: Outcome = Outcome.FAIL
    location: str = ""
    offset: int | None = None
    line: int | None = None

    def at(self, location: str = "", offset: int | None = None) -> Point:
        """Return the same at a place."""
        return replace(self, location=location, offset=offset)


def judge(case: Case) -> list[Point]:
    """Return what is wrong, and what is to be known, in the order of the rules."""
    found = list(_JUDGES[case.profile.ai](case))
    return sorted(found, key=lambda point: _ORDER[point.rule]) if len(found) > 1 else found


# -- declared as made with AI ----------------------------------------------------------------------


def _made_with_ai(case: Case) -> Iterator[Point]:
    report = case.report
    if report is None or report.error is not None:
        yield _unreadable(case, report)
        return
    failed = [check for check in report.checks if check.outcome not in _WELL]
    if "cn" in case.profile.regimes:
        yield from _implicit(case, report, failed)
        yield from _explicit(case, report, failed)
    yield from _elsewhere(report, failed)


def _unreadable(case: Case, report: FileReport | None) -> Point:
    reason = case.reason if report is None else report.error
    message = Message("it could not be checked: {reason}", {"reason": reason})
    fix = advice.unreadable(case.path)
    return _point("GAT-001", message, fix, outcome=Outcome.INCONCLUSIVE)


def _implicit(case: Case, report: FileReport, failed: list[Check]) -> Iterator[Point]:
    if report.implicit is Verdict.NOT_FOUND:
        message = Message("no implicit label was found")
        yield _point("GAT-001", message, advice.label(case.path, case.profile))
    elif report.implicit is Verdict.NOT_APPLICABLE:
        message = Message("this format has no place for an implicit label")
        fix = advice.other_format(case.path)
        yield _point("GAT-001", message, fix, Level.NOTE)
    for check in failed:
        rule = table.RULES[check.rule]
        if rule.label not in _IN_METADATA or rule.regime != "cn" or check.rule in _ABSENT:
            continue
        if check.rule == _PASSED_ON and case.profile.role == "propagator":
            continue
        weighs = check.outcome in _OPEN and report.implicit is Verdict.INCONCLUSIVE
        if check.outcome is Outcome.FAIL or (weighs and rule.level is Level.ERROR):
            fix = advice.distrust(case.path)
            if rule.label == "implicit":
                fix = advice.relabel(case.path, case.profile)
            yield _of_check(check, fix, rule.level, report)
    yield from _names(case, report)


def _names(case: Case, report: FileReport) -> Iterator[Point]:
    """Hold the producer and the propagator that labels name against the declared ones."""
    profile = case.profile
    for label in report.labels:
        place: dict[str, Any] = {"location": label.location, "offset": label.offset}
        producer = label.fields["ContentProducer"] or ""
        if profile.producer is not None and producer != profile.producer:
            names = {"found": producer[:60], "declared": profile.producer}
            message = Message("the label names “{found}” as producer, not “{declared}”", names)
            fix = advice.read(case.path)
            yield _point("GAT-003", message, fix).at(**place)
        if profile.role == "propagator":
            yield from (point.at(**place) for point in _propagated(case, label.fields))


def _propagated(case: Case, fields: Mapping[str, str | None]) -> Iterator[Point]:
    declared = case.profile.propagator
    propagator = fields["ContentPropagator"] or ""
    other = propagator not in {"", fields["ContentProducer"], declared}
    fix = advice.propagate(case.path, case.profile, other=other)
    if declared is not None and propagator != declared:
        names = {"found": propagator[:60], "declared": declared}
        message = Message("the label names “{found}” as propagator, not “{declared}”", names)
        yield _point("GAT-004", message, fix)
    elif not propagator or not fields["PropagateID"]:
        message = Message("the label does not say who passed the content on, under which number")
        yield _point("GAT-004", message, fix)


def _explicit(case: Case, report: FileReport, failed: list[Check]) -> Iterator[Point]:
    """Judge the label that people see or hear; what is only recommended is never an error."""
    asked = case.profile.explicit
    required = asked == "required"
    most = Level.ERROR if required else Level.WARNING
    if asked == "off":
        return
    if case.reason is not None:
        yield _unseen(case, case.reason, Outcome.INCONCLUSIVE)
    elif report.explicit is Verdict.NOT_FOUND:
        message = Message("no label that people see or hear was found")
        yield _point("GAT-002", message, advice.show(case.path, case.profile), most)
    elif report.explicit is Verdict.INCONCLUSIVE:
        outcome, reason = _open_question(failed)
        yield _unseen(case, reason, outcome)
    for check in failed:
        rule = table.RULES[check.rule]
        if rule.label == "explicit" and rule.regime == "cn" and check.outcome is Outcome.FAIL:
            fix = advice.redraw(case.path)
            yield _of_check(check, fix, _at_most(rule.level, most), report)


def _open_question(failed: list[Check]) -> tuple[Outcome, Message]:
    """Return why the explicit label is not settled; a person who must look comes first."""
    questions = [
        (check.outcome, check.message)
        for check in failed
        if table.RULES[check.rule].label == "explicit" and check.outcome in _OPEN
    ]
    questions.sort(key=lambda item: item[0] is not Outcome.REVIEW)
    return questions[0] if questions else (Outcome.INCONCLUSIVE, Message("nothing looked at it"))


def _unseen(case: Case, reason: Message, outcome: Outcome) -> Point:
    level = Level.ERROR if case.profile.explicit == "required" else Level.NOTE
    return _point("GAT-002", _unsettled(reason), advice.look(case.path), level, outcome)


def _unsettled(reason: Message) -> Message:
    text = {"reason": reason}
    return Message("the label that people see or hear is not settled: {reason}", text)


def _elsewhere(report: FileReport, failed: list[Check]) -> Iterator[Point]:
    """Pass on what fails of the rules of other regimes, and what the metadata do not tell."""
    for check in failed:
        rule = table.RULES[check.rule]
        told = check.outcome is Outcome.FAIL or rule.decidable == "bytes"
        if rule.regime != "cn" and told:
            yield _of_check(check, None, rule.level, report)


# -- declared otherwise, or not at all -------------------------------------------------------------


def _made_without(case: Case) -> Iterator[Point]:
    for message, place in _labels(case):
        yield _point("GAT-005", message, advice.declare(case.path)).at(**place)
    yield from _traced(case)


def _undeclared(case: Case) -> Iterator[Point]:
    for message, place in _labels(case):
        yield _point("GAT-006", message, advice.declare(case.path)).at(**place)
    yield from _traced(case)


def _unknown(case: Case) -> Iterator[Point]:
    """Say what whoever passes the content on has to write: 可能 or 疑似, unless it says so."""
    labels = case.report.labels if case.report else ()
    if labels:
        if not {label.fields["Label"] for label in labels} <= {"2", "3"}:
            message = Message("it carries a label, so its origin is known: declare ai = true")
            yield _point("GAT-008", message, advice.declare(case.path))
    elif case.traces or _seen(case):
        message = Message(
            "signs of AI: {signs}; whoever passes it on marks it as suspected (疑似)",
            {"signs": _signs(case)},
        )
        yield _point("GAT-008", message, advice.decide(case.path))
    else:
        message = Message(
            "nothing tells whether AI made it; if its user says so, whoever passes it on marks it "
            "as possible (可能)"
        )
        yield _point("GAT-008", message, advice.decide(case.path))
    yield from _damage(case)


def _labels(case: Case) -> Iterator[tuple[Message, dict[str, Any]]]:
    report = case.report
    if report is not None and report.labels:
        label = report.labels[0]
        names = {"producer": (label.fields["ContentProducer"] or "")[:60]}
        message = Message("it carries an implicit label of “{producer}”", names)
        yield message, {"location": label.location, "offset": label.offset}
    for message in _seen(case)[:1]:
        yield message, {}


def _seen(case: Case) -> list[Message]:
    """Return a sentence for each label that people see or hear in it."""
    return [
        Message("it shows the label “{text}”", {"text": seen.text[:60]})
        for seen in (case.report.sightings if case.report else ())
        if seen.finding == "found"
    ]


def _traced(case: Case) -> Iterator[Point]:
    if case.traces:
        first = case.traces[0]
        message = Message("signs of AI: {signs}", {"signs": _signs(case)})
        point = _point("GAT-007", message, advice.declare(case.path))
        yield point.at(location=first.location, offset=first.offset)
    yield from _damage(case)


def _signs(case: Case) -> Reasons:
    """Return what speaks of AI; what several places say is said once."""
    told = (*(trace.message for trace in case.traces), *_seen(case))
    return Reasons({str(message): message for message in told}.values())


def _damage(case: Case) -> Iterator[Point]:
    """Say that a file of a known format could not be read, so that a label may hide in it."""
    report = case.report
    if report is not None and report.error is not None:
        message = Message("it could not be checked: {reason}", {"reason": report.error})
        yield _point("IMP-018", message, None, outcome=Outcome.INCONCLUSIVE)
    elif case.reason is not None and report is not None:
        yield _point("GAT-006", _unsettled(case.reason), None, outcome=Outcome.INCONCLUSIVE)


# -- points ----------------------------------------------------------------------------------------


def _point(
    rule: str,
    message: Message,
    fix: Message | None,
    level: Level | None = None,
    outcome: Outcome = Outcome.FAIL,
) -> Point:
    weight = table.RULES[rule].level if level is None else level
    return Point(rule=rule, message=message, fix=fix, level=weight, outcome=outcome)


def _of_check(check: Check, fix: Message | None, level: Level, report: FileReport) -> Point:
    places = [label.offset for label in report.labels if label.location == check.location]
    line = _LINE.fullmatch(check.location)
    return Point(
        rule=check.rule,
        message=check.message,
        fix=fix,
        level=level,
        outcome=check.outcome,
        location=check.location,
        offset=places[0] if places else None,
        line=int(line[1]) if line else None,
    )


def _at_most(level: Level, most: Level) -> Level:
    return most if level is Level.ERROR else level


_JUDGES: Final[dict[str | None, Callable[[Case], Iterator[Point]]]] = {
    "yes": _made_with_ai,
    "no": _made_without,
    "unknown": _unknown,
    None: _undeclared,
}
_ORDER: Final = {name: place for place, name in enumerate(table.RULES)}
