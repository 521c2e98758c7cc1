"""Deciding what a platform tells the public: every combination, and what is written then."""

from __future__ import annotations

import asyncio
import itertools
import json
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

import ailabel
from ailabel import DecideOptions, PropagateSpec, decide_bytes, read_bytes, verify_bytes
from ailabel.engine.plan import make_plan
from ailabel.errors import LabelError, PlanError
from ailabel.io import inplace
from ailabel.io.source import open_view
from ailabel.seal.directory import Directory, Key
from ailabel.seal.publickey import read_key
from ailabel.spi import Evidence, Finding, Sighting
from ailabel.standard.decision import ROWS, Said, Standing, decided
from ailabel.standard.wording import Elements, elements
from builders import png, wav
from sealing import CODE, signer

if TYPE_CHECKING:
    from ailabel.io.source import View
    from ailabel.model.decision import FileDecision
    from ailabel.model.media import Format

OURS: Final = "001191110102MACQD9K64020000"
SPEC: Final = PropagateSpec(propagator=OURS, propagate_id="p-1")
LOOKS_AWAY: Final = DecideOptions(explicit=False)
WORDS: Final = {"is": "属于", "may_be": "可能", "suspected": "疑似"}
GENERATED: Final = png.text(
    "parameters", "a cat\nSteps: 20, Sampler: Euler a, CFG scale: 7, Seed: 1"
)


def label(**changed: object) -> str:
    """Return a label with members changed, or left out where `...` is given."""
    values = {"Label": "1", "ContentProducer": CODE, "ProduceID": "n-1"} | changed
    return json.dumps({key: item for key, item in values.items() if item is not ...})


def picture(*payloads: str, traces: bool = False) -> bytes:
    """Return a PNG with labels, and the text that a generator leaves."""
    texts = (png.text("AIGC", payload) for payload in payloads)
    return png.build(*texts, *([GENERATED] if traces else ()))


def decide(data: bytes, options: DecideOptions = LOOKS_AWAY) -> FileDecision:
    """Decide about a picture."""
    return decide_bytes(data, options, name="a.png")


# -- the table -------------------------------------------------------------------------------------


def expected(said: Said, *, declared: bool, found: bool) -> str:
    """Return what art. 6 asks for, worded another way than the table is."""
    if said in {Said.IS, Said.MAY_BE, Said.SUSPECTED}:
        return {"1": "is", "2": "may_be", "3": "suspected"}[said.value]
    if declared:
        return "may_be"
    return "suspected" if found or said is not Said.NOTHING else "none"


@pytest.mark.parametrize(
    ("said", "declared", "explicit", "traces"),
    list(itertools.product(Said, (False, True), (False, True), (False, True))),
)
def test_every_combination_is_decided(
    said: Said,
    declared: bool,  # noqa: FBT001 - drawn from the product
    explicit: bool,  # noqa: FBT001
    traces: bool,  # noqa: FBT001
) -> None:
    """The first row that fits says what the clauses say; only a label that can be read says is."""
    standing = Standing(said=said, declared=declared, explicit=explicit, traces=traces)
    row = decided(standing)
    assert row.id == expected(said, declared=declared, found=explicit or traces)
    assert (row.id == "is") is (said is Said.IS)


def test_the_rows_say_what_they_must() -> None:
    """Wordings hold both elements and the word of the clause; none says that no AI was used."""
    for row in ROWS:
        chinese, english = row.wording
        if row.id == "none":
            assert (row.label, row.clause, chinese, english) == (None, "", "", "")
            continue
        assert WORDS[row.id] in chinese
        assert elements(chinese) is Elements.BOTH
        assert "AI-generated" in english
        assert row.clause.startswith("Measures art. 6 (")
        assert row.label is not None
        assert row.label.value == {"is": "1", "may_be": "2", "suspected": "3"}[row.id]
    assert not any("not AI" in row.wording[1] or "非" in row.wording[0] for row in ROWS)


# -- the grounds -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("payloads", "decision"),
    [
        ((), "none"),
        ((label(),), "is"),
        ((label(Label=1),), "is"),
        ((label(ProduceID=...),), "is"),
        ((label(Label="2"),), "may_be"),
        ((label(Label="3"),), "suspected"),
        ((label(Label="AIGC"),), "suspected"),
        ((label()[:-1],), "suspected"),
        ((label()[:-1] + ',"Label":"2"}',), "suspected"),
        ((label(), label(ProduceID="n-2")), "is"),
        ((label(), label(Label="2")), "suspected"),
    ],
)
def test_labels_are_grounds(payloads: tuple[str, ...], decision: str) -> None:
    """A label whose attribute is sure decides; any other is a trace."""
    found = decide(picture(*payloads))
    assert found.decision == decision
    assert len([clue for clue in found.clues if clue.kind == "label"]) == len(payloads)


def test_a_label_whose_signature_fails_is_a_trace() -> None:
    """With a declaration it may be, without it is suspected; the clue says why."""
    spec = ailabel.LabelSpec(producer=CODE, explicit=False, signer=signer("ed25519"))
    data = ailabel.label_bytes(wav.file(wav.FORMAT, wav.DATA), spec, name="a.wav").data
    assert decide_bytes(data, LOOKS_AWAY).decision == "is"
    broken = data.replace(f'"{CODE}"'.encode(), f'"{CODE[:-1]}9"'.encode(), 1)
    found = decide_bytes(broken, LOOKS_AWAY)
    assert (found.decision, found.clause) == ("suspected", "Measures art. 6 (3)")
    assert "seal" in {clue.kind for clue in found.clues}
    assert decide_bytes(broken, DecideOptions(declared=True, explicit=False)).decision == "may_be"
    with pytest.raises(PlanError, match="cannot be relied on"):
        decide_bytes(broken, LOOKS_AWAY, apply=SPEC)


def test_content_that_was_coded_anew_is_for_a_person() -> None:
    """The label still says what it says, and that it was signed for other content is told."""
    spec = ailabel.LabelSpec(producer=CODE, explicit=False, signer=signer("ed25519"))
    data = ailabel.label_bytes(wav.file(wav.FORMAT, wav.DATA), spec, name="a.wav").data
    changed = data.replace(wav.DATA, wav.DATA[:-1] + b"\x7f", 1)
    assert changed != data
    found = decide_bytes(changed, LOOKS_AWAY)
    assert found.decision == "is"
    (clue,) = (clue for clue in found.clues if clue.kind == "review")
    assert "not what was signed" in str(clue.message)
    assert not clue.counts


@pytest.mark.parametrize(
    ("known", "signed", "decision"),
    [
        (None, "ed25519", "is"),
        ("ed25519", "ed25519", "is"),
        ("p256", "ed25519", "suspected"),
        ("ed25519", None, "suspected"),
        (None, None, "is"),
    ],
)
def test_a_directory_of_keys_says_whose_signature_it_must_be(
    known: str | None, signed: str | None, decision: str
) -> None:
    """What is not signed as its provider signs cannot be relied on; others are as they were."""
    spec = ailabel.LabelSpec(
        producer=CODE, explicit=False, signer=None if signed is None else signer(signed)
    )
    data = ailabel.label_bytes(wav.file(wav.FORMAT, wav.DATA), spec, name="a.wav").data
    trust = Directory([] if known is None else [known_key(known)])
    found = decide_bytes(data, DecideOptions(explicit=False, trust=trust))
    assert found.decision == decision
    assert ("seal" in {clue.kind for clue in found.clues}) == (decision != "is")


def known_key(algorithm: str) -> Key:
    """Return the producer's key of this algorithm, as a directory lists it."""
    key = read_key(signer(algorithm).public_key)
    return Key(
        code=CODE,
        id=key.id,
        algorithm=algorithm,
        public_key=key.spki.hex(),
        not_before="2020-01-01T00:00:00Z",
    )


def test_traces_are_grounds() -> None:
    """What a generator leaves makes it suspected; a declaration comes first."""
    data = picture(traces=True)
    found = decide(data)
    assert (found.decision, found.label) == ("suspected", "3")
    (trace,) = (clue for clue in found.clues if clue.kind == "trace")
    assert trace.counts
    assert trace.location == "tEXt[parameters]"
    assert decide(data, DecideOptions(declared=True, explicit=False)).decision == "may_be"


def test_a_declaration_that_it_is_not_decides_nothing() -> None:
    """It is told, weighs nothing, and a label speaks against it."""
    denied = DecideOptions(declared=False, explicit=False)
    assert decide(picture(), denied).decision == "none"
    assert decide(picture(traces=True), denied).decision == "suspected"
    found = decide(picture(label()), denied)
    assert found.decision == "is"
    assert any("against the user's declaration" in str(note) for note in found.notes)


class Eyes:
    """A marker that sees what it is told to."""

    def __init__(self, finding: Finding) -> None:
        self.finding = finding

    def inspect(self, view: View, file_format: Format, *, explain: bool = False) -> Evidence:
        """Say what was seen."""
        del view, file_format, explain
        if self.finding is Finding.UNCHECKED:
            raise PlanError("nothing to look with")
        seen = Sighting(text="AI生成", place="end", location="bottom", finding=self.finding)
        sightings = () if self.finding is Finding.NOT_FOUND else (seen,)
        return Evidence(finding=self.finding, sightings=sightings)


@pytest.mark.parametrize(
    ("finding", "decision", "kind"),
    [
        (Finding.FOUND, "suspected", "explicit"),
        (Finding.REVIEW, "none", "review"),
        (Finding.NOT_FOUND, "none", ""),
        (Finding.UNCHECKED, "none", "unexamined"),
    ],
)
def test_an_explicit_label_is_a_ground(
    finding: Finding, decision: str, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that was found makes it suspected; what a person must judge, or nobody saw, is told."""
    monkeypatch.setattr("ailabel.registry.inspector_of", lambda _: Eyes(finding))
    found = decide(picture(), DecideOptions())
    assert found.decision == decision
    assert {clue.kind for clue in found.clues} == ({kind} if kind else set())
    assert all(clue.counts is (kind == "explicit") for clue in found.clues)


@pytest.mark.parametrize(
    ("data", "name", "reasons"),
    [
        (b"a,b\n1,2\n", "a.tsv", ["explicit labels in TSV are not examined"]),
        (
            "# 标题\n".encode(),
            "a.md",
            ["the metadata of Markdown are not looked through for traces"],
        ),
        (png.build(), "a.png", []),
    ],
)
def test_what_nobody_examines_is_told_of(data: bytes, name: str, reasons: list[str]) -> None:
    """The ground says so, and nothing is concluded from it."""
    options = LOOKS_AWAY if name == "a.png" else DecideOptions()
    found = decide_bytes(data, options, name=name)
    told = [clue for clue in found.clues if clue.kind == "unexamined"]
    own = [str(clue.message) for clue in told if "not looked at" not in str(clue.message)]
    assert (found.decision, own) == ("none", reasons)
    assert not any(clue.counts for clue in told)


def test_nothing_found_never_means_not_ai() -> None:
    """The note says so, and that users are to be asked."""
    found = decide(picture())
    assert found.label is None
    assert found.writes == ()
    notes = " ".join(map(str, found.notes))
    assert "does not show that no AI was used" in notes
    assert "users are to be asked" in notes


# -- writing it ------------------------------------------------------------------------------------


def test_what_was_declared_is_written() -> None:
    """Label 2, the platform's part, and no producer; the file verifies and stays so (L9, L10)."""
    declared = DecideOptions(declared=True, explicit=False)
    done = decide_bytes(png.build(), declared, apply=SPEC, name="a.png")
    assert done.result is not None
    assert (done.result.status, done.result.propagate_id) == ("labelled", "p-1")
    assert any("who made the content is not known" in str(note) for note in done.result.notes)
    data = done.result.data
    (found,) = read_bytes(data, name="a.png").labels
    assert dict(found.fields) == {
        "Label": "2",
        "ContentProducer": "",
        "ProduceID": "",
        "ReservedCode1": "",
        "ContentPropagator": OURS,
        "PropagateID": "p-1",
        "ReservedCode2": "",
    }
    report = verify_bytes(data, ailabel.VerifyOptions(explicit=False), name="a.png")
    assert report.implicit is ailabel.Verdict.COMPLIANT
    again = decide_bytes(data, LOOKS_AWAY, apply=SPEC, name="a.png")
    assert again.decision == "may_be"
    assert again.result is not None
    assert (again.result.status, again.result.data) == ("already", data)


def test_a_label_is_passed_on() -> None:
    """Its producer's part stays, as for propagate."""
    done = decide_bytes(picture(label()), LOOKS_AWAY, apply=SPEC, name="a.png")
    assert done.result is not None
    assert done.result.status == "propagated"
    (found,) = read_bytes(done.result.data, name="a.png").labels
    assert (found.fields["ProduceID"], found.fields["ContentPropagator"]) == ("n-1", OURS)


def test_the_platform_may_seal_what_it_writes() -> None:
    """The seal stands in its own field."""
    spec = PropagateSpec(propagator=OURS, signer=signer("ed25519"))
    done = decide_bytes(picture(traces=True), LOOKS_AWAY, apply=spec, name="a.png")
    assert done.result is not None
    seals = verify_bytes(
        done.result.data, ailabel.VerifyOptions(explicit=False), name="a.png"
    ).seals
    assert [(item.field, item.is_whole) for item in seals] == [("ReservedCode2", True)]


def test_a_label_that_cannot_be_relied_on_gives_way_only_when_asked() -> None:
    """The old value stays in the result."""
    data = picture(label(Label="AIGC"))
    with pytest.raises(PlanError, match="--replace"):
        decide_bytes(data, LOOKS_AWAY, apply=SPEC, name="a.png")
    options = DecideOptions(explicit=False, replace=True)
    done = decide_bytes(data, options, apply=SPEC, name="a.png")
    assert done.result is not None
    assert done.result.status == "replaced"
    assert done.result.replaced == (label(Label="AIGC"),)
    (found,) = read_bytes(done.result.data, name="a.png").labels
    assert found.fields["Label"] == "3"


def test_where_nothing_is_decided_nothing_is_written() -> None:
    """There is no result."""
    assert decide_bytes(png.build(), LOOKS_AWAY, apply=SPEC, name="a.png").result is None


@pytest.mark.parametrize(
    ("data", "name", "reason"),
    [
        (b"\xff\xd8", "a.txt", ""),
        (b"a text", "a.txt", "no place for metadata"),
        (png.build(png.chunk(b"caBX", b"x")), "a.png", "C2PA"),
    ],
)
def test_what_cannot_be_written_is_refused(data: bytes, name: str, reason: str) -> None:
    """The decision itself needs no place."""
    declared = DecideOptions(declared=True, explicit=False)
    if not reason:
        with pytest.raises(ailabel.AilabelError):
            decide_bytes(data, declared, apply=SPEC, name=name)
        return
    assert decide_bytes(data, declared, name=name).decision == "may_be"
    with pytest.raises(PlanError, match=reason):
        decide_bytes(data, declared, apply=SPEC, name=name)


def test_files_are_decided_about_as_bytes_are(tmp_path: Path) -> None:
    """In place, into another file, and by the asynchronous twins."""
    source, target = tmp_path / "a.png", tmp_path / "b.png"
    source.write_bytes(picture(traces=True))
    before = source.read_bytes()
    first = ailabel.decide(source, LOOKS_AWAY, apply=SPEC, output=target)
    assert (first.decision, source.read_bytes()) == ("suspected", before)
    again = ailabel.decide(source, LOOKS_AWAY, apply=SPEC, output=target)
    assert again.result is not None
    assert again.result.status == "already"
    asyncio.run(ailabel.decide_async(source, LOOKS_AWAY, apply=SPEC))
    assert source.read_bytes() == target.read_bytes()
    done = asyncio.run(ailabel.decide_bytes_async(before, LOOKS_AWAY, apply=SPEC, name="a.png"))
    assert done.result is not None
    assert done.result.data == target.read_bytes()
    assert ailabel.decide(source).decision == "suspected"


def test_a_label_of_the_first_kind_still_needs_its_producer() -> None:
    """Only who does not know the producer may leave it out."""
    from ailabel.model.record import AigcRecord, Label
    from ailabel.standard.schema import encode

    for attribute in (Label.MAY_BE, Label.SUSPECTED):
        assert encode(AigcRecord(label=attribute, content_producer="", produce_id=""))
    with pytest.raises(LabelError, match="ContentProducer is empty"):
        encode(AigcRecord(label=Label.IS, content_producer="", produce_id="x"))


def test_an_earlier_output_that_says_something_else_is_not_taken_for_this_one(
    tmp_path: Path,
) -> None:
    """Deciding anew on the same source is no second run: the user may have declared meanwhile."""
    source, target = tmp_path / "a.png", tmp_path / "b.png"
    source.write_bytes(picture(traces=True))
    assert ailabel.decide(source, LOOKS_AWAY, apply=SPEC, output=target).decision == "suspected"
    before = target.read_bytes()
    declared = DecideOptions(declared=True, explicit=False)
    with pytest.raises(PlanError, match="is no labelled copy"):
        ailabel.decide(source, declared, apply=SPEC, output=target)
    assert target.read_bytes() == before


def killed(path: Path) -> None:
    """Leave what a run leaves that was killed while it labelled a file in place."""
    spec = ailabel.LabelSpec(producer=CODE, produce_id="n-1", explicit=False)
    with open_view(path) as view:
        patch = make_plan(view, spec).patch
    assert patch is not None
    record = inplace._record(path.stat(), patch)
    Path(inplace._journal_name(str(path))).write_bytes(record)


def test_what_a_killed_run_began_is_carried_out_before_it_is_decided(tmp_path: Path) -> None:
    """The label that the journal holds decides; nothing is left beside the file."""
    source = tmp_path / "a.wav"
    source.write_bytes(wav.file(wav.FORMAT, wav.DATA))
    killed(source)
    done = ailabel.decide(source, LOOKS_AWAY, apply=SPEC)
    assert done.decision == "is"
    assert done.result is not None
    assert (done.result.status, done.result.produce_id) == ("propagated", "n-1")
    assert [item.name for item in tmp_path.iterdir()] == ["a.wav"]


def test_an_output_with_the_label_that_stays_is_an_earlier_run(tmp_path: Path) -> None:
    """A label that says what is decided is passed on once, and only that one counts."""
    source, target = tmp_path / "a.png", tmp_path / "b.png"
    source.write_bytes(picture(label()))
    for status in ("propagated", "already"):
        done = ailabel.decide(source, LOOKS_AWAY, apply=SPEC, output=target)
        assert done.result is not None
        assert done.result.status == status
    source.write_bytes(picture(label(ProduceID="n-2")))
    with pytest.raises(PlanError, match="is no labelled copy"):
        ailabel.decide(source, LOOKS_AWAY, apply=SPEC, output=target)
