"""Files against what is declared of them: each rule with a specimen for each side."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from ailabel import LabelSpec, VerifyOptions, label_bytes, verify_bytes
from ailabel.codecs.toml import tables
from ailabel.config import Profile
from ailabel.config.patterns import compiled
from ailabel.gate.judge import RULES, Case, judge
from ailabel.messages import Message, render
from ailabel.model.report import Level, Outcome
from ailabel.model.trace import Claim, Trace, TraceStrength
from ailabel.standard.rules import RULES as TABLE
from builders import bmp, wav
from command import PRODUCER
from repositories import BARE, LABELLED, labelled
from sealing import signer

if TYPE_CHECKING:
    from ailabel.gate.judge import Point

OTHER = "001191110102MACQD9K64010000"
TRACE = Trace(
    kind="test",
    claim=Claim.GENERATED,
    strength=TraceStrength.STATED,
    message=Message("made by a test"),
    location="tEXt",
    offset=8,
)
TEXT = "# A\n\n本内容由AI生成\n".encode()


def points(data: bytes | None, **said: Any) -> list[Point]:  # noqa: ANN401 - of a profile or case
    """Judge a file by what is said of it; None is a file of no known format."""
    name, seen = said.pop("name", "a.png"), said.pop("seen", False)
    case = {key: said.pop(key) for key in ("reason", "traces") if key in said}
    found = None
    if data is not None:
        options = VerifyOptions(explicit=seen, regimes=said.get("regimes", ("cn",)))
        found = verify_bytes(data, options, name=name)
    return judge(Case(path=name, profile=Profile(**said), report=found, **case))


def ids(found: list[Point]) -> list[str]:
    """Return the rules of findings."""
    return [point.rule for point in found]


def sound(**changed: object) -> bytes:
    """Return a WAV whose label has members changed, or left out where `...` is given."""
    fields = {"Label": "1", "ContentProducer": PRODUCER, "ProduceID": "a-1", "ReservedCode1": ""}
    fields |= {"ContentPropagator": PRODUCER, "PropagateID": "a-1", "ReservedCode2": ""}
    values = {key: value for key, value in (fields | changed).items() if value is not ...}
    return wav.file(wav.FORMAT, wav.DATA, wav.chunk(b"AIGC", json.dumps(values).encode()))


AI = {"ai": "yes", "explicit": "off", "producer": PRODUCER}
PASSED_ON = {"ai": "yes", "explicit": "off", "role": "propagator", "propagator": PRODUCER}
SHOWN = {"ai": "yes", "explicit": "required", "name": "a.md", "seen": True}
SPECIMENS: dict[str, tuple[tuple[bytes, dict[str, Any]], tuple[bytes, dict[str, Any]]]] = {
    "GAT-001": ((LABELLED, AI), (BARE, AI)),
    "GAT-002": ((TEXT, SHOWN), (b"# A\n", SHOWN)),
    "GAT-003": ((LABELLED, AI), (labelled(OTHER), AI)),
    "GAT-004": ((LABELLED, PASSED_ON), (labelled(OTHER), PASSED_ON)),
    "GAT-005": ((BARE, {"ai": "no"}), (LABELLED, {"ai": "no"})),
    "GAT-006": ((BARE, {}), (LABELLED, {})),
    "GAT-007": ((BARE, {}), (BARE, {"traces": (TRACE,)})),
    "GAT-008": ((labelled(), AI), (BARE, {"ai": "unknown"})),
}


def test_every_rule_of_the_gate_has_specimens() -> None:
    """No rule is without a file that passes it and one that does not."""
    assert tuple(SPECIMENS) == RULES


@pytest.mark.parametrize("rule", RULES)
def test_the_passing_specimen_passes(rule: str) -> None:
    """Nothing is found under the rule."""
    data, said = SPECIMENS[rule][0]
    assert rule not in ids(points(data, **said))


@pytest.mark.parametrize("rule", RULES)
def test_the_failing_specimen_is_found(rule: str) -> None:
    """It is found under the rule, weighs what the table says, and what to do is told."""
    data, said = SPECIMENS[rule][1]
    (found,) = [point for point in points(data, **said) if point.rule == rule]
    assert (found.level, found.outcome) == (TABLE[rule].level, Outcome.FAIL)
    assert found.fix is not None
    assert "ailabel" in render(found.fix.text, found.fix.params) or "[[paths]]" in str(found.fix)


def test_what_breaks_the_standard_is_found_under_its_own_rule() -> None:
    """A label without a number fails as verify fails it, with the place."""
    found = points(sound(ProduceID=...), name="a.wav", **AI)
    errors = [point for point in found if point.level is Level.ERROR]
    assert ids(errors) == ["IMP-004"]
    assert errors[0].offset is not None
    assert "--replace" in str(errors[0].fix)


def test_a_label_that_was_changed_after_signing_stops() -> None:
    """As `verify` says, and nobody is told to write another label over it."""
    spec = LabelSpec(producer=PRODUCER, produce_id="a-1", explicit=False, signer=signer("ed25519"))
    sealed = label_bytes(wav.file(wav.FORMAT, wav.DATA), spec, name="a.wav").data
    assert points(sealed, name="a.wav", **AI) == []
    forged = sealed.replace(b'"ProduceID":"a-1"', b'"ProduceID":"a-2"')
    found = points(forged, name="a.wav", **AI)
    (broken,) = [point for point in found if point.level is Level.ERROR]
    assert (broken.rule, broken.outcome) == ("SIG-001", Outcome.FAIL)
    assert "ailabel verify a.wav" in str(broken.fix)
    assert "--replace" not in str(broken.fix)


@pytest.mark.parametrize(
    ("explicit", "level", "outcome"),
    [("required", Level.ERROR, Outcome.FAIL), ("recommended", Level.WARNING, Outcome.FAIL)],
)
def test_an_absent_visible_label_weighs_as_declared(
    explicit: str, level: Level, outcome: Outcome
) -> None:
    """Required is an error, recommended a warning, off nothing."""
    (found,) = [
        point
        for point in points(b"# A\n", name="a.md", seen=True, ai="yes", explicit=explicit)
        if point.rule == "GAT-002"
    ]
    assert (found.level, found.outcome) == (level, outcome)
    assert "GAT-002" not in ids(points(b"# A\n", name="a.md", seen=True, ai="yes", explicit="off"))


@pytest.mark.parametrize(
    ("explicit", "level"), [("required", Level.ERROR), ("recommended", Level.NOTE)]
)
def test_what_could_not_be_looked_at_is_no_pass(explicit: str, level: Level) -> None:
    """The test's eyes are shut: required is an error that says so."""
    found = [
        point
        for point in points(LABELLED, seen=True, ai="yes", explicit=explicit)
        if point.rule == "GAT-002"
    ]
    assert [(point.level, point.outcome) for point in found] == [(level, Outcome.INCONCLUSIVE)]
    reason = Message("looking took too long")
    (late,) = points(LABELLED, ai="yes", explicit=explicit, reason=reason)
    assert (late.level, late.outcome) == (level, Outcome.INCONCLUSIVE)
    assert "too long" in str(late.message)


def test_prose_about_ai_is_for_a_person() -> None:
    """A mention leaves the required label open, and a person must look."""
    prose = "# A\n\n本文讨论人工智能生成内容的标识。\n".encode()
    found = points(prose, **SHOWN)
    shown = [point for point in found if point.rule == "GAT-002"]
    assert [(point.level, point.outcome) for point in shown] == [(Level.ERROR, Outcome.REVIEW)]


def test_a_file_that_cannot_be_read_is_an_error_where_ai_is_declared() -> None:
    """Unknown format and damage are no pass; undeclared damage is a note."""
    (unknown,) = points(None, reason=Message("no known format"), **AI)
    (damaged,) = points(LABELLED[:60], **AI)
    for found in (unknown, damaged):
        assert (found.rule, found.level) == ("GAT-001", Level.ERROR)
        assert found.outcome is Outcome.INCONCLUSIVE
    (note,) = points(LABELLED[:60])
    assert (note.rule, note.level) == ("IMP-018", Level.NOTE)


def test_a_format_without_a_place_is_a_note() -> None:
    """BMP cannot hold a label: nothing stops, and it is said."""
    _, data = next(iter(bmp.samples()))
    (found,) = points(data, name="a.bmp", **AI)
    assert (found.rule, found.level) == ("GAT-001", Level.NOTE)


def test_a_propagator_may_differ_from_the_producer() -> None:
    """Who declares that the content is passed on is not told that it was."""
    data = sound(ContentPropagator="某平台")
    said = {"ai": "yes", "explicit": "off", "role": "propagator", "propagator": "某平台"}
    assert "IMP-013" not in ids(points(data, name="a.wav", **said))
    assert "IMP-013" in ids(points(data, name="a.wav", **AI))
    empty = sound(PropagateID="")
    assert "GAT-004" in ids(points(empty, name="a.wav", **PASSED_ON))


@pytest.mark.parametrize(
    ("propagator", "advised"),
    [
        ("", "check --fix a.wav"),
        (PRODUCER, "check --fix a.wav"),
        ("别的平台", "propagate --in-place --propagator '某平台' --replace-propagator a.wav"),
    ],
)
def test_what_is_advised_is_not_refused(propagator: str, advised: str) -> None:
    """Another propagator's part gives way to nothing but the option that says so."""
    said = {"ai": "yes", "explicit": "off", "role": "propagator", "propagator": "某平台"}
    found = points(sound(ContentPropagator=propagator), name="a.wav", **said)
    (fix,) = [str(point.fix) for point in found if point.rule == "GAT-004"]
    assert fix == f"type: ailabel {advised}"


@pytest.mark.parametrize("data", [sound(), sound(ProduceID=...), wav.file(wav.FORMAT, wav.DATA)])
def test_nobody_is_advised_to_label_what_others_made(data: bytes) -> None:
    """Who passes content on asks what to do, and never takes the producer's place."""
    said = {"ai": "yes", "explicit": "off", "role": "propagator", "propagator": "某平台"}
    advised = [str(point.fix) for point in points(data, name="a.wav", **said)]
    assert advised
    assert not any("ailabel label" in fix for fix in advised)


def test_unknown_origin_is_advised() -> None:
    """Possible without traces, suspected with them; a label is declared, or says so itself."""
    (possible,) = points(BARE, ai="unknown")
    assert "可能" in str(possible.message)
    (suspected,) = points(BARE, ai="unknown", traces=(TRACE,))
    assert "疑似" in str(suspected.message)
    assert "made by a test" in str(suspected.message)
    (labelled_,) = points(LABELLED, ai="unknown")
    assert "ai = true" in str(labelled_.message)
    assert points(sound(Label="3"), name="a.wav", ai="unknown") == []


@pytest.mark.parametrize("name", ["a[1].png", "*.png", 'q"uo\te.png', "!x.png", "图/a\n.png"])
def test_the_advised_declaration_fits_the_file(name: str) -> None:
    """It can be copied into a configuration, and means this file alone."""
    (found,) = points(LABELLED, name=name)
    assert found.fix is not None
    (pattern,) = tables(f"match = [{found.fix.params['pattern']}]")["match"]
    assert compiled([pattern])(name)
    assert not compiled([pattern])("a1.png")


def test_a_shown_label_counts_as_one() -> None:
    """A text that shows a label contradicts ai = false, and is noted where nothing is declared."""
    assert ids(points(TEXT, name="a.md", seen=True, ai="no")) == ["GAT-005"]
    assert ids(points(TEXT, name="a.md", seen=True)) == ["GAT-006"]
    (found,) = points(TEXT, name="a.md", seen=True, ai="unknown")
    assert "本内容由AI生成" in str(found.message)


def test_other_regimes_alone_ask_for_no_chinese_label() -> None:
    """Where the rules of China do not hold, their labels are not missed."""
    assert "GAT-001" not in ids(points(BARE, ai="yes", regimes=("eu",)))


def test_what_another_regime_asks_for_and_nobody_read_is_told() -> None:
    """A declared file without a mark does not pass in silence; what only people can tell does."""
    (missing,) = points(BARE, ai="yes", regimes=("eu",))
    assert (missing.rule, missing.level) == ("EUR-001", Level.WARNING)
    assert missing.outcome is Outcome.INCONCLUSIVE
    told = ids(points(LABELLED, ai="yes", regimes=("us-ca",)))
    assert told == ["CAL-002", "CAL-003"]
    assert points(BARE, ai="no", regimes=("eu",)) == []
