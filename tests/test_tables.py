"""The table of rules against the checks, the sources and a specimen for each side."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from ailabel import registry
from ailabel.engine.checks import CHECKS, Case, run
from ailabel.engine.diff import PAIR_CHECKS
from ailabel.engine.regimes import REGIME_CHECKS
from ailabel.engine.seal_checks import SEAL_CHECKS
from ailabel.engine.verify import verify
from ailabel.gate.judge import RULES as GATE
from ailabel.io.source import BytesView
from ailabel.messages import Message
from ailabel.model.media import Format, Medium
from ailabel.model.report import Level, Outcome
from ailabel.spi import Evidence, Finding, Sighting
from ailabel.standard.rules import RULES, Rule
from ailabel.standard.slots import SLOTS
from builders import png, wav

if TYPE_CHECKING:
    from ailabel.io.source import View
    from ailabel.model.report import FileReport

CODE = "001191350100M000100Y4310000"
GOOD = {
    "Label": "1",
    "ContentProducer": CODE,
    "ProduceID": "a-1",
    "ReservedCode1": "",
    "ContentPropagator": CODE,
    "PropagateID": "a-1",
    "ReservedCode2": "",
}


def picture(payload: str, keyword: str = "AIGC") -> bytes:
    """Return a PNG with a text chunk."""
    return png.build(png.text(keyword, payload))


def sound(*payloads: str) -> bytes:
    """Return a WAV with AIGC chunks, the guides' place."""
    chunks = (wav.chunk(b"AIGC", payload.encode()) for payload in payloads)
    return wav.file(wav.FORMAT, wav.DATA, *chunks)


def label(**changed: object) -> str:
    """Return the good label with members changed, or left out where `...` is given."""
    values = {key: value for key, value in (GOOD | changed).items() if value is not ...}
    return json.dumps(values)


@dataclass(frozen=True)
class Shown:
    """A marker that saw something."""

    finding: Finding

    def inspect(self, view: View, file_format: Format, *, explain: bool = False) -> Evidence:  # noqa: ARG002 - the contract
        """Say what was seen."""
        del view, file_format
        if self.finding is Finding.NOT_FOUND:
            return Evidence(finding=self.finding)
        seen = Sighting(text="AI生成", place="end", location="bottom right", finding=self.finding)
        return Evidence(finding=self.finding, sightings=(seen,))


BARE = sound(label())
SPECIMENS: dict[str, tuple[bytes, bytes]] = {  # rule: a file that passes, one that does not
    "IMP-001": (BARE, sound()),
    "IMP-002": (BARE, sound("AIGC, no JSON")),
    "IMP-003": (BARE, sound(label(Label="7"))),
    "IMP-004": (BARE, sound(label(ProduceID=...))),
    "IMP-005": (BARE, sound(label(PropagateID=...))),
    "IMP-006": (BARE, sound(label(Label=1))),
    "IMP-007": (BARE, sound(label(ContentProducer="示例科技"))),
    "IMP-008": (BARE, sound(label(), label())),
    "IMP-009": (sound(label(), label()), sound(label(), label(ProduceID="a-2"))),
    "IMP-010": (BARE, sound(label(Version="2"))),
    "IMP-011": (BARE, sound(label()[:-1] + ',"Label":"1"}')),
    "IMP-012": (BARE, wav.file(wav.FORMAT, wav.info(wav.chunk(b"AIGC", label().encode())))),
    "IMP-013": (BARE, sound(label(ContentPropagator="001191110102MACQD9K64010000"))),
    "IMP-014": (BARE, sound(label(ContentProducer=CODE[:-1], ContentPropagator=""))),
    "IMP-015": (picture(label()), picture(label(), "Comment")),
    "IMP-017": (BARE, sound(label().replace("Reserved", "Reserve"))),
    "IMP-018": (BARE, BARE[:30]),
    "IMP-019": (BARE, sound(json.dumps(label()))),
    "IMP-020": (BARE, sound(label(ReservedCode1=...))),
}
VIDEO = [rule for rule in RULES if rule.startswith("EXP-V")]
EXPLICIT = {
    rule: "picture.png" if rule.startswith("EXP-I") else "sound.wav"
    for rule in RULES
    if rule.startswith(("EXP-I", "EXP-A"))
}


def outcomes(report: FileReport, rule: str) -> set[Outcome]:
    """Return what the checks of a rule found."""
    return {check.outcome for check in report.checks if check.rule == rule}


def test_every_rule_has_a_check_and_every_check_a_rule() -> None:
    """Table and predicates have the same ids, in the same order of kinds."""
    assert set(RULES) == {*CHECKS, *PAIR_CHECKS, *GATE, *SEAL_CHECKS, *REGIME_CHECKS}
    assert all(rule.id == key for key, rule in RULES.items())


def test_every_rule_has_specimens() -> None:
    """No rule is without a file that passes it and one that does not."""
    # a pair's specimens stand in tests/engine/test_diff.py, the gate's in tests/gate/test_judge.py,
    # the seals' in tests/engine/test_seal_checks.py, other regimes' in tests/engine/test_regimes.py
    elsewhere = {*PAIR_CHECKS, *GATE, *SEAL_CHECKS, *REGIME_CHECKS}
    assert {*SPECIMENS, *EXPLICIT, *VIDEO, *elsewhere, "EXP-T1"} == set(RULES)


@pytest.mark.parametrize("rule", RULES.values(), ids=list(RULES))
def test_a_rule_that_is_not_surely_known_is_no_error(rule: Rule) -> None:
    """Only text that was seen, or that two independent sources quote, makes an error."""
    quoted = re.fullmatch(r"quoted by (\d+)", rule.tag)
    sure = rule.tag == "standard text seen" or (quoted is not None and int(quoted[1]) >= 2)
    assert sure or rule.level is not Level.ERROR


@pytest.mark.parametrize("rule", RULES.values(), ids=list(RULES))
def test_a_rule_is_told_in_both_languages(rule: Rule) -> None:
    """Title and help exist in English and Chinese; the clause is named unless it is our own."""
    for english, chinese in (rule.title, rule.help):
        assert re.search(r"[a-z]{3}", english)
        assert re.search(r"[\u4e00-\u9fff]", chinese)
    assert rule.clause or rule.tag == "ours"
    assert rule.label in {"implicit", "explicit", "pair", "gate", "seal", "regime"}
    assert rule.decidable in {"bytes", "evidence", "person"}
    assert rule.media <= set(Medium)
    assert re.fullmatch(r"\d+\.\d+\.\d+", rule.since)


@pytest.mark.parametrize("rule", list(SPECIMENS))
def test_the_passing_specimen_passes(rule: str) -> None:
    """A file that keeps the rule is told so."""
    report = verify(BytesView(SPECIMENS[rule][0]), "good")
    assert outcomes(report, rule) == {Outcome.PASS}


@pytest.mark.parametrize("rule", list(SPECIMENS))
def test_the_failing_specimen_does_not_pass(rule: str) -> None:
    """A file that breaks the rule fails it; what is absent or unreadable is inconclusive."""
    report = verify(BytesView(SPECIMENS[rule][1]), "bad")
    absent = rule in {"IMP-001", "IMP-018"}
    assert outcomes(report, rule) == {Outcome.INCONCLUSIVE if absent else Outcome.FAIL}
    if RULES[rule].level is Level.ERROR:
        assert report.implicit.value == ("not_found" if absent else "noncompliant")
    elif not absent:
        assert report.implicit.value == "compliant"


OUTCOME_OF_SEEN = {
    rule: Outcome.PASS if rule.endswith("1") else Outcome.INCONCLUSIVE
    for rule in RULES
    if rule.startswith(("EXP-I", "EXP-V"))
}


@pytest.mark.parametrize(("rule", "name"), EXPLICIT.items())
@pytest.mark.parametrize(
    "expected",
    [
        (Finding.FOUND, Outcome.PASS, "compliant"),
        (Finding.REVIEW, Outcome.REVIEW, "inconclusive"),
        (Finding.NOT_FOUND, Outcome.INCONCLUSIVE, "not_found"),
    ],
)
def test_what_is_seen_or_heard_decides_the_explicit_rules(
    monkeypatch: pytest.MonkeyPatch,
    rule: str,
    name: str,
    expected: tuple[Finding, Outcome, str],
) -> None:
    """Found passes, doubtful asks a person, absent is not called a failure.

    A rule about size or place does not pass because something was seen: it was not measured.
    """
    finding, outcome, verdict = expected
    if finding is Finding.FOUND and name.endswith(".png"):
        outcome, verdict = OUTCOME_OF_SEEN[rule], "inconclusive"
    if finding is Finding.FOUND and rule == "EXP-A2":
        outcome = Outcome.INCONCLUSIVE  # a warning, which does not weigh in the verdict
    monkeypatch.setattr(registry, "inspector_of", lambda _: Shown(finding))
    data = picture(label()) if name.endswith(".png") else BARE
    report = verify(BytesView(data, name), name)
    assert outcomes(report, rule) == {outcome}
    assert report.explicit.value == verdict


@pytest.mark.parametrize("rule", VIDEO)
@pytest.mark.parametrize(
    ("finding", "outcome"),
    [
        (Finding.FOUND, Outcome.PASS),
        (Finding.REVIEW, Outcome.REVIEW),
        (Finding.NOT_FOUND, Outcome.INCONCLUSIVE),
    ],
)
def test_films_are_judged_by_what_is_seen(rule: str, finding: Finding, outcome: Outcome) -> None:
    """The rules of films weigh evidence as those of pictures do; seeing measures nothing."""
    if finding is Finding.FOUND:
        outcome = OUTCOME_OF_SEEN[rule]
    film = Format(id="film", name="Film", medium=Medium.VIDEO, suffixes=(".x",), mime="video/x")
    evidence = Shown(finding).inspect(BytesView(b""), film)
    checks = run(Case(format=film, found=(), evidence=evidence))
    assert {check.outcome for check in checks if check.rule == rule} == {outcome}


@pytest.mark.parametrize(
    ("text", "outcome"),
    [
        ("标题\n\n本内容由AI生成\n", Outcome.PASS),
        ("标题\n\n正文没有标识。\n", Outcome.INCONCLUSIVE),
    ],
)
def test_text_is_read_for_its_label(text: str, outcome: Outcome) -> None:
    """A line of its own is a label; ordinary prose is none."""
    report = verify(BytesView(text.encode(), "story.txt"), "story.txt")
    assert outcomes(report, "EXP-T1") == {outcome}


def test_every_format_has_a_row_in_the_table_of_places() -> None:
    """No built-in format is without a statement of where the guides put its label."""
    ids = {item.id for carrier in registry.carriers() for item in carrier.formats}
    assert ids <= set(SLOTS)
    for item in registry.formats():
        assert item.has_slot is (SLOTS[item.id].status != "none"), item.id


def test_messages_of_checks_are_data() -> None:
    """What a check says is a sentence with parameters, never a formatted text."""
    report = verify(BytesView(sound(label(Label=1))), "bad")
    assert all(isinstance(check.message, Message) for check in report.checks)


@pytest.mark.parametrize("keyword", ["AIGC", "Description"])
def test_the_alternative_places_of_the_guide_are_not_irregular(keyword: str) -> None:
    """Annex B of the guide on pictures names PNG's text chunk AIGC; no other text chunk."""
    report = verify(BytesView(picture(label(), keyword)), "a.png")
    expected = {Outcome.PASS} if keyword == "AIGC" else {Outcome.FAIL}
    assert outcomes(report, "IMP-012") == expected


def test_the_code_of_an_individual_is_not_judged() -> None:
    """What an individual's code holds is not settled, so its form is no ground for a warning."""
    code = "0021" + "1" * 18 + "10000"
    data = sound(label(ContentProducer=code, ContentPropagator=code))
    assert outcomes(verify(BytesView(data), "a.wav"), "IMP-014") == {Outcome.PASS}
