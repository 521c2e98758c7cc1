"""What a file can tell of the rules of the European Union and of California."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import pytest

import ailabel
from ailabel import Outcome, Verdict, VerifyOptions, verify_bytes
from ailabel.engine import regimes
from ailabel.engine.examine import examine
from ailabel.engine.regimes import REGIME_CHECKS, judge, verdicts
from ailabel.io.source import BytesView
from ailabel.model.trace import Claim
from ailabel.spi import Evidence, Finding, Sighting
from ailabel.standard.rules import REGIMES, RULES
from builders import manifests, png, wav
from corpus import CORPUS, needs_corpus
from sealing import CODE, signer

if TYPE_CHECKING:
    from ailabel.model.report import FileReport

FOREIGN: Final = VerifyOptions(explicit=False, regimes=("eu", "us-ca"))
ALL: Final = VerifyOptions(explicit=False, regimes=("cn", "eu", "us-ca"))
IPTC: Final = "http://cv.iptc.org/newscodes/digitalsourcetype/"


def packet(**properties: str) -> bytes:
    """Return a PNG with properties of IPTC's extension."""
    inner = "".join(
        f"<Iptc4xmpExt:{name}>{value}</Iptc4xmpExt:{name}>" for name, value in properties.items()
    )
    text = (
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-'
        'syntax-ns#"><rdf:Description rdf:about="" xmlns:Iptc4xmpExt="http://iptc.org/std/'
        f'Iptc4xmpExt/2008-02-29/">{inner}</rdf:Description></rdf:RDF></x:xmpmeta>'
    )
    return png.build(png.packet(text.encode()))


def label(**changed: str) -> str:
    """Return a label."""
    return json.dumps({"Label": "1", "ContentProducer": CODE, "ProduceID": "n-1"} | changed)


LABELLED: Final = png.build(png.text("AIGC", label()))
MARKED: Final = packet(DigitalSourceType=f"{IPTC}trainedAlgorithmicMedia")
BARE: Final = png.build()
NAMED: Final = packet(AISystemUsed="Painter", AISystemVersionUsed="3")
DATED: Final = png.build(png.text("Creation Time", "2026-11-22"))


def outcome(data: bytes, rule: str, name: str = "a.png") -> Outcome:
    """Return what the only check of a rule came to."""
    report = verify_bytes(data, FOREIGN, name=name)
    (found,) = (item for item in report.checks if item.rule == rule)
    return found.outcome


def test_every_rule_of_another_regime_has_a_predicate() -> None:
    """Table and predicates have the same ids; none is an error, none is of an unknown regime."""
    rows = {rule.id: rule for rule in RULES.values() if rule.label == "regime"}
    assert set(rows) == set(REGIME_CHECKS)
    assert {rule.regime for rule in rows.values()} | {"cn"} == set(REGIMES)
    assert all(rule.regime == "cn" for rule in RULES.values() if rule.id not in rows)
    assert all(rule.level is not ailabel.Level.ERROR for rule in rows.values())


@pytest.mark.parametrize(
    ("rule", "passing", "other"),
    [
        ("EUR-001", LABELLED, BARE),
        ("EUR-001", MARKED, png.build(png.text("AIGC", label(Label="2")))),
        ("CAL-001", LABELLED, BARE),
        ("CAL-002", NAMED, LABELLED),
        ("CAL-003", DATED, LABELLED),
        ("CAL-004", LABELLED, BARE),
    ],
)
def test_what_metadata_show_passes_and_the_rest_is_open(
    rule: str, passing: bytes, other: bytes
) -> None:
    """Nothing that a file does not show is called broken."""
    assert outcome(passing, rule) is Outcome.PASS
    assert outcome(other, rule) is Outcome.INCONCLUSIVE


def test_a_mark_that_nobody_signed_is_a_note() -> None:
    """The code of practice asks for signed metadata; without any mark there is nothing to sign."""
    assert outcome(MARKED, "EUR-002") is Outcome.FAIL
    assert outcome(BARE, "EUR-002") is Outcome.INCONCLUSIVE
    assert RULES["EUR-002"].level is ailabel.Level.NOTE


def test_a_seal_has_a_time_but_no_certificate() -> None:
    """A signed label leaves the signature to a person, and gives the time."""
    spec = ailabel.LabelSpec(producer=CODE, explicit=False, signer=signer("ed25519"))
    data = ailabel.label_bytes(BARE, spec, name="a.png").data
    report = verify_bytes(data, ALL, name="a.png")
    found = {item.rule: item.outcome for item in report.checks}
    assert (found["EUR-002"], found["CAL-003"]) == (Outcome.REVIEW, Outcome.PASS)


def test_what_a_person_must_judge_is_left_to_one() -> None:
    """Watermarks and deep fakes are never decided."""
    for rule in ("EUR-003", "EUR-004"):
        assert outcome(LABELLED, rule) is Outcome.REVIEW


def test_an_explicit_label_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever judges the disclosure is told what is shown."""
    seen = Sighting(text="AI生成", place="end", location="bottom", finding=Finding.FOUND)
    evidence = Evidence(finding=Finding.FOUND, sightings=(seen,))
    monkeypatch.setattr("ailabel.engine.verify.look_at", lambda *_: evidence)
    report = verify_bytes(BARE, VerifyOptions(regimes=("eu",)), name="a.png")
    (found,) = (item for item in report.checks if item.rule == "EUR-004")
    assert "AI生成" in str(found.message)
    assert report.explicit is Verdict.NOT_APPLICABLE


@pytest.mark.parametrize(
    ("data", "eu", "california"),
    [
        (BARE, Verdict.NOT_FOUND, Verdict.NOT_FOUND),
        (MARKED, Verdict.COMPLIANT, Verdict.NOT_FOUND),
        (LABELLED, Verdict.COMPLIANT, Verdict.INCONCLUSIVE),
    ],
)
def test_each_regime_has_a_verdict_of_its_own(
    data: bytes, eu: Verdict, california: Verdict
) -> None:
    """By the rules that bytes decide; China's two verdicts are apart."""
    report = verify_bytes(data, ALL, name="a.png")
    assert report.regimes == {"eu": eu, "us-ca": california}
    alone = verify_bytes(data, VerifyOptions(explicit=False), name="a.png")
    assert (report.implicit, report.explicit) == (alone.implicit, alone.explicit)
    assert alone.regimes == {}
    assert not any(item.rule[:3] in {"EUR", "CAL"} for item in alone.checks)
    assert not report.ok or {eu, california} <= {Verdict.COMPLIANT, Verdict.NOT_APPLICABLE}


def test_china_may_be_left_out() -> None:
    """Then neither label has a verdict, and none of its rules is told of."""
    report = verify_bytes(LABELLED, FOREIGN, name="a.png")
    assert (report.implicit, report.explicit) == (Verdict.NOT_APPLICABLE, Verdict.NOT_APPLICABLE)
    assert {RULES[item.rule].regime for item in report.checks} == {"eu", "us-ca"}


def test_california_does_not_speak_of_texts() -> None:
    """Its rules are not applicable there."""
    report = verify_bytes(b"a text\n", FOREIGN, name="a.txt")
    assert report.regimes["us-ca"] is Verdict.NOT_APPLICABLE


def test_a_damaged_file_is_inconclusive_everywhere() -> None:
    """Could not be read is never passed."""
    data = wav.file(wav.FORMAT, wav.DATA)[:30]
    report = verify_bytes(data, ALL, name="a.wav")
    assert report.regimes == {"eu": Verdict.INCONCLUSIVE, "us-ca": Verdict.INCONCLUSIVE}


def test_an_error_would_make_a_regime_noncompliant(monkeypatch: pytest.MonkeyPatch) -> None:
    """The weighing is ready for texts that are surely known."""
    rule = replace(RULES["EUR-001"], level=ailabel.Level.ERROR)
    monkeypatch.setitem(RULES, "EUR-001", rule)
    check = ailabel.Check(rule="EUR-001", outcome=Outcome.FAIL, message=ailabel.Message("x"))
    assert verdicts([check], ("cn", "eu")) == {"eu": Verdict.NONCOMPLIANT}


def outcomes_of(report: FileReport) -> dict[str, Outcome]:
    """Return the outcomes by rule."""
    return {item.rule: item.outcome for item in report.checks}


@needs_corpus
def test_a_manifest_is_a_mark_whose_signature_is_open() -> None:
    """A picture of ChatGPT names its program; a checked signature would pass."""
    path = CORPUS / "traces" / "chatgpt-1.png"
    found = outcomes_of(ailabel.verify(path, FOREIGN))
    assert (found["EUR-001"], found["EUR-002"]) == (Outcome.PASS, Outcome.REVIEW)
    assert (found["CAL-001"], found["CAL-002"]) == (Outcome.PASS, Outcome.REVIEW)
    assert (found["CAL-003"], found["CAL-004"]) == (Outcome.REVIEW, Outcome.PASS)


@needs_corpus
@pytest.mark.parametrize(
    ("holds", "time", "outcomes", "eu"),
    [
        (True, "2026-11-22T10:00:00Z", ("pass", "pass", "pass"), Verdict.COMPLIANT),
        (True, None, ("pass", "review", "review"), Verdict.COMPLIANT),
        (False, None, ("review", "fail", "review"), Verdict.INCONCLUSIVE),
        (None, None, ("pass", "review", "review"), Verdict.COMPLIANT),
    ],
)
def test_a_manifest_counts_for_what_checking_it_came_to(
    holds: bool | None,  # noqa: FBT001 - a case
    time: str | None,
    outcomes: tuple[str, ...],
    eu: Verdict,
) -> None:
    """One that does not hold is no mark to rely on; what was not checked stays open."""
    view = BytesView((CORPUS / "traces" / "chatgpt-1.png").read_bytes(), "a.png")
    facts = regimes.gather(view, examine(view), (None, ()))
    found = tuple(replace(item, holds=holds, time=time) for item in facts.traces)
    checks = judge(replace(facts, traces=found), ALL.regimes)
    told = {item.rule: item.outcome.value for item in checks}
    assert (told["EUR-001"], told["EUR-002"], told["CAL-003"]) == outcomes
    assert verdicts(checks, ALL.regimes)["eu"] is eu


def test_a_manifest_that_does_not_speak_of_ai_signs_no_mark() -> None:
    """A camera signs its pictures as well."""
    store = manifests.store(manifests.manifest("urn:c2pa:one"))
    view = BytesView(png.build(png.chunk(b"caBX", store)), "a.png")
    facts = regimes.gather(view, examine(view), (None, ()))
    (trace,) = facts.traces
    assert trace.claim is Claim.PROVENANCE
    signed = replace(trace, holds=True, time="2026-11-22T10:00:00Z")
    told = {item.rule: item.outcome for item in judge(replace(facts, traces=(signed,)), ("eu",))}
    assert {told["EUR-001"], told["EUR-002"]} == {Outcome.INCONCLUSIVE}
