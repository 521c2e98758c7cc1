"""The rules that rest on a figure, against labels of known look."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ailabel.engine.checks import Case, run
from ailabel.engine.verify import _weigh
from ailabel.messages import Message
from ailabel.model.media import Format, Medium
from ailabel.model.report import Check, Outcome, Verdict
from ailabel.spi import Appearance, Evidence, Finding, Sighting

LOOK = Appearance(
    box=(880, 930, 1180, 985),
    frame=(1200, 1000),
    ink_height=55,
    em_height=56.2,
    tolerance=0.04,
    at_edge=True,
    contrast=9.5,
)
SEEN = Sighting(
    text="AI生成",
    place="bottom-right",
    location="pixels (880, 930) to (1180, 985)",
    finding=Finding.FOUND,
    appearance=LOOK,
    seconds=(0.0, 3.0),
)


def sized(ink: float, em: float, tolerance: float = 0.04) -> Sighting:
    """Return the label with other heights, in per cent of the shortest side."""
    look = replace(LOOK, ink_height=10 * ink, em_height=10 * em, tolerance=tolerance)
    return replace(SEEN, appearance=look)


def checks(*sightings: Sighting, medium: Medium, duration: float | None = None) -> list[Check]:
    """Return what the explicit rules of a medium say of these sightings."""
    kind = Format(id="x", name="X", medium=medium, suffixes=(".x",), mime="x/x")
    finding = Finding.NOT_FOUND
    for seen in sightings:
        finding = seen.finding if finding is not Finding.FOUND else finding
    evidence = Evidence(finding=finding, sightings=sightings, duration=duration)
    return list(run(Case(format=kind, found=(), evidence=evidence, implicit=False)))


def outcome(rule: str, *sightings: Sighting, duration: float | None = None) -> Outcome:
    """Return what one rule says."""
    medium = Medium.IMAGE if rule.startswith("EXP-I") else Medium.VIDEO
    found = list(checks(*sightings, medium=medium, duration=duration))
    (check,) = [check for check in found if check.rule == rule]
    return check.outcome


@pytest.mark.parametrize("rule", ["EXP-I1", "EXP-I2", "EXP-I3", "EXP-I4"])
def test_a_good_label_on_a_picture_passes(rule: str) -> None:
    """Words with both elements, at an edge, large enough by every reading."""
    assert outcome(rule, SEEN) is Outcome.PASS


@pytest.mark.parametrize("rule", ["EXP-V1", "EXP-V2", "EXP-V3", "EXP-V4", "EXP-V5"])
def test_a_good_label_in_a_film_passes(rule: str) -> None:
    """The same in the opening frame, for two seconds and more."""
    assert outcome(rule, SEEN) is Outcome.PASS


@pytest.mark.parametrize(("em_box", "ink"), [("EXP-I3", "EXP-I4"), ("EXP-V2", "EXP-V5")])
@pytest.mark.parametrize(
    ("percent", "expected"),
    [
        ((5.5, 5.6), (Outcome.PASS, Outcome.PASS)),
        ((4.5, 5.6), (Outcome.PASS, Outcome.FAIL)),
        ((4.9, 5.3), (Outcome.PASS, Outcome.REVIEW)),
        ((4.7, 4.9), (Outcome.REVIEW, Outcome.FAIL)),
        ((4.0, 4.2), (Outcome.FAIL, Outcome.FAIL)),
    ],
)
def test_height_fails_only_when_every_reading_fails(
    em_box: str, ink: str, percent: tuple[float, float], expected: tuple[Outcome, Outcome]
) -> None:
    """The em box decides the error, the ink the warning, and what is too near is for a person."""
    seen = sized(*percent)
    assert (outcome(em_box, seen), outcome(ink, seen)) == expected


def test_the_figures_are_told() -> None:
    """The message holds both heights, and the check the one that decides."""
    by_rule = {check.rule: check for check in checks(sized(4.0, 4.25), medium=Medium.IMAGE)}
    assert by_rule["EXP-I3"].figure == 4.25
    assert by_rule["EXP-I4"].figure == 4.0
    assert by_rule["EXP-I3"].message.params["ink"] == 4.0
    assert by_rule["EXP-I3"].message.params["type"] == 4.25
    assert "4.25 %" in str(by_rule["EXP-I3"].message)


@pytest.mark.parametrize("rule", ["EXP-I2", "EXP-V4"])
def test_a_label_far_from_the_edges_fails(rule: str) -> None:
    """For pictures an error, for films a warning: the table says which."""
    inside = replace(SEEN, place="middle", appearance=replace(LOOK, at_edge=False))
    assert outcome(rule, inside) is Outcome.FAIL


@pytest.mark.parametrize(
    ("seconds", "duration", "expected"),
    [
        ((0.0, 2.0), 60.0, Outcome.PASS),
        ((0.0, 1.96), 60.0, Outcome.FAIL),
        ((0.0, 1.5), 1.5, Outcome.PASS),
        ((0.0, 1.0), 1.5, Outcome.FAIL),
        ((0.0, 1.5), None, Outcome.FAIL),
        (None, 60.0, Outcome.INCONCLUSIVE),
    ],
)
def test_a_label_lasts_two_seconds_or_throughout(
    seconds: tuple[float, float] | None, duration: float | None, expected: Outcome
) -> None:
    """Counted at normal speed; a shorter film shows it from its first frame to its last."""
    assert outcome("EXP-V3", replace(SEEN, seconds=seconds), duration=duration) is expected


@pytest.mark.parametrize(
    ("begin", "expected"),
    [(0.04, Outcome.PASS), (0.5, Outcome.REVIEW), (1.5, Outcome.FAIL)],
)
def test_a_label_that_comes_late_is_not_in_the_opening_frame(
    begin: float, expected: Outcome
) -> None:
    """The clause asks for the opening picture; a fade from black is for a person to judge."""
    assert outcome("EXP-V1", replace(SEEN, seconds=(begin, 5.0))) is expected


def test_one_label_that_keeps_all_rules_is_enough() -> None:
    """A second one that is small and far from the edges harms nothing, whatever the order."""
    small = replace(sized(2.0, 2.1), place="middle")
    small = replace(small, appearance=replace(LOOK, ink_height=20, em_height=21, at_edge=False))
    for pair in ((SEEN, small), (small, SEEN)):
        found = checks(*pair, medium=Medium.IMAGE)
        assert {check.outcome for check in found} == {Outcome.PASS}


def test_two_labels_do_not_lend_each_other_what_they_lack() -> None:
    """Large in the middle and small at the edge is no label that keeps the rules."""
    large = replace(SEEN, appearance=replace(LOOK, at_edge=False))
    small = sized(2.0, 2.1)
    found = checks(large, small, medium=Medium.IMAGE)
    assert Outcome.FAIL in {check.outcome for check in found if check.rule != "EXP-I4"}


def test_what_may_be_a_label_is_for_a_person_with_its_figure() -> None:
    """No rule passes for words that only speak of AI."""
    doubtful = replace(sized(5.5, 5.6), finding=Finding.REVIEW)
    for medium in (Medium.IMAGE, Medium.VIDEO):
        found = checks(doubtful, medium=medium)
        assert {check.outcome for check in found} == {Outcome.REVIEW}
        assert any(check.figure == 5.6 for check in found)


@pytest.mark.parametrize(
    ("outcomes", "verdict"),
    [
        ((Outcome.PASS, Outcome.PASS), Verdict.COMPLIANT),
        ((Outcome.PASS, Outcome.REVIEW), Verdict.COMPLIANT),
        ((Outcome.REVIEW, Outcome.REVIEW), Verdict.INCONCLUSIVE),
    ],
)
def test_a_height_that_nobody_can_tell_leaves_the_verdict_open(
    outcomes: tuple[Outcome, ...], verdict: Verdict
) -> None:
    """Review of the only label is no pass; beside one that passes it is of no weight."""
    found = tuple(Check(rule="EXP-I3", outcome=one, message=Message("x")) for one in outcomes)
    assert _weigh(found, "explicit") is verdict


@pytest.mark.parametrize(
    ("form", "rate", "expected"),
    [
        ("speech", 148.0, Outcome.PASS),
        ("speech", 118.0, Outcome.PASS),
        ("speech", 117.0, Outcome.FAIL),
        ("speech", 225.0, Outcome.FAIL),
        ("speech", None, Outcome.INCONCLUSIVE),
        ("rhythm", None, Outcome.NOT_APPLICABLE),
    ],
)
def test_speech_has_a_normal_speed(form: str, rate: float | None, expected: Outcome) -> None:
    """The rate is told with the limits of the note; what was not measured stays open."""
    heard = replace(SEEN, appearance=None, form=form, rate=rate, place="start")
    found = {check.rule: check for check in checks(heard, medium=Medium.AUDIO)}
    assert found["EXP-A1"].outcome is Outcome.PASS
    assert found["EXP-A2"].outcome is expected
    assert found["EXP-A2"].figure == rate
    assert _weigh(tuple(found.values()), "explicit") is Verdict.COMPLIANT


def test_the_label_at_a_normal_speed_counts() -> None:
    """A hurried label does no harm beside one that is spoken as it should be."""
    hurried = replace(SEEN, appearance=None, form="speech", rate=225.0, place="start")
    found = checks(hurried, replace(hurried, rate=148.0), medium=Medium.AUDIO)
    assert {check.outcome for check in found if check.rule == "EXP-A2"} == {Outcome.PASS}
