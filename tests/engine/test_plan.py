"""Plans: what is there and what is asked decide what is done, and whether a number is used."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Final

import pytest

from ailabel import registry
from ailabel.engine.options import VerifyOptions
from ailabel.engine.plan import find_done, make_plan
from ailabel.engine.spec import LabelSpec
from ailabel.errors import LabelError, MalformedFileError, PlanError, UnsupportedFormatError
from ailabel.io.source import BytesView
from ailabel.io.splice import SplicedView, apply
from ailabel.model.media import Medium
from ailabel.model.record import Label
from ailabel.spi import Slot
from ailabel.standard.notices import IMPLICIT_ONLY
from ailabel.standard.schema import decode
from builders import png, wav

CODE: Final = "001191350100M000100Y4310000"
OTHER: Final = "001191110102MACQD9K64010000"
IMPLICIT: Final = LabelSpec(producer=CODE, explicit=False)
BOTH: Final = LabelSpec(producer=CODE)


class Numbers:
    """Content numbers, counted."""

    def __init__(self) -> None:
        self.used = 0

    def __call__(self) -> str:
        """Return the next number."""
        self.used += 1
        return f"number-{self.used}"


def label(**changed: object) -> str:
    """Return a label of ours, with members changed."""
    values = {
        "Label": "1",
        "ContentProducer": CODE,
        "ProduceID": "old-1",
        "ReservedCode1": "",
        "ContentPropagator": CODE,
        "PropagateID": "old-1",
        "ReservedCode2": "",
    }
    return json.dumps(values | changed, separators=(",", ":"))


def sound(*payloads: str) -> BytesView:
    """Return a WAV with these labels in the official place."""
    chunks = (wav.chunk(b"AIGC", payload.encode()) for payload in payloads)
    return BytesView(wav.file(wav.FORMAT, wav.DATA, *chunks), "sound.wav")


def text(content: str, name: str = "story.txt") -> BytesView:
    """Return a text."""
    return BytesView(content.encode(), name)


def test_a_clean_file_gets_a_label_with_a_new_number() -> None:
    """First writing: the propagator is the producer, one number is used, both labels are put in."""
    numbers = Numbers()
    plan = make_plan(sound(), replace(BOTH, audio_mark="rhythm"), numbers)
    assert (plan.status, plan.produce_id, numbers.used) == ("labelled", "number-1", 1)
    assert plan.payload == label(ProduceID="number-1", PropagateID="number-1")
    assert plan.content_changed
    assert plan.rendition is not None
    assert [mark.text for mark in plan.rendition.marks] == ["·–··"]
    assert plan.replaced == ()


def test_a_plan_writes_nothing_and_its_edits_make_its_result() -> None:
    """The edits of the original lead to the file as it will read."""
    view = sound()
    before = view.data
    plan = make_plan(view, IMPLICIT, Numbers())
    assert view.data == before
    assert isinstance(plan.result, SplicedView)
    assert apply(before, plan.edits) == plan.result.read(0, plan.result.size)


def test_implicit_only_says_which_duty_may_remain() -> None:
    """Leaving the explicit label out is allowed, and recorded with the articles concerned."""
    plan = make_plan(sound(), IMPLICIT, Numbers())
    assert plan.notes == (IMPLICIT_ONLY,)
    assert not plan.content_changed
    assert "art. 4" in str(plan.notes[0])
    assert "art. 9" in str(plan.notes[0])


def test_explicit_only_writes_no_metadata_and_uses_no_number() -> None:
    """What is only shown carries no number."""
    numbers = Numbers()
    plan = make_plan(text("正文。\n", "a.md"), LabelSpec(producer="", implicit=False), numbers)
    assert (plan.status, plan.payload, plan.produce_id) == ("labelled", None, None)
    assert numbers.used == 0
    assert plan.content_changed


@pytest.mark.parametrize("spec", [IMPLICIT, BOTH, replace(IMPLICIT, produce_id="mine-7")])
def test_a_file_with_our_label_is_left_alone(spec: LabelSpec) -> None:
    """The only label has the same producer: no edit, no number, the old number is told."""
    numbers = Numbers()
    view = sound(label(ProduceID="old-1"))
    plan = make_plan(view, spec, numbers)
    assert (plan.status, plan.produce_id, plan.edits) == ("already", "old-1", ())
    assert plan.result is view
    assert numbers.used == 0


def test_somebody_else_s_label_is_refused_by_name() -> None:
    """Their label is not replaced without being asked, and no number is used."""
    numbers = Numbers()
    with pytest.raises(PlanError, match=OTHER) as caught:
        make_plan(sound(label(ContentProducer=OTHER)), BOTH, numbers)
    assert "--replace" in str(caught.value)
    assert numbers.used == 0


def test_a_label_without_a_producer_is_somebody_s_too() -> None:
    """A damaged label is not taken for ours."""
    with pytest.raises(PlanError, match=r"a label of \?"):
        make_plan(sound('{"Label":"1"}'), IMPLICIT, Numbers())


def test_replacing_touches_the_metadata_only_and_keeps_the_old_label_s_text() -> None:
    """What gives way is reported raw; no second mark is drawn."""
    old = label(ContentProducer=OTHER, ProduceID="theirs")
    plan = make_plan(sound(old), replace(BOTH, replace=True), Numbers())
    assert (plan.status, plan.produce_id) == ("replaced", "number-1")
    assert plan.replaced == (old,)
    assert plan.rendition is None
    assert not plan.content_changed


def test_our_own_wrong_label_is_repaired_under_its_number() -> None:
    """A label of ours that breaks a rule is written anew, and the content keeps its number."""
    numbers = Numbers()
    plan = make_plan(sound(label(Label=1)), BOTH, numbers)
    assert (plan.status, plan.produce_id, numbers.used) == ("replaced", "old-1", 0)
    assert plan.payload == label()


@pytest.mark.parametrize(("second", "number"), [("old-1", "old-1"), ("old-2", "number-1")])
def test_several_labels_of_ours_become_one(second: str, number: str) -> None:
    """Copies of one label keep its number; labels that disagree need a new one."""
    view = sound(label(), label(ProduceID=second))
    plan = make_plan(view, IMPLICIT, Numbers())
    assert (plan.status, plan.produce_id) == ("replaced", number)
    assert len(plan.replaced) == 2


def test_replacing_what_is_as_asked_changes_nothing() -> None:
    """A rerun with --replace is as safe as one without."""
    numbers = Numbers()
    asked = replace(IMPLICIT, replace=True)
    assert make_plan(sound(label()), asked, numbers).status == "already"
    assert numbers.used == 0
    other = make_plan(sound(label(Label="2")), asked, numbers)
    assert (other.status, other.produce_id) == ("replaced", "number-1")
    mine = make_plan(sound(label()), replace(asked, produce_id="mine-7"), numbers)
    assert (mine.status, mine.produce_id) == ("replaced", "mine-7")


def test_replacing_moves_our_label_to_the_official_place() -> None:
    """A label in an unofficial place is ours and yet not as a new one would be."""
    view = BytesView(png.build(png.text("AIGC", label())), "a.png")
    assert make_plan(view, IMPLICIT, Numbers()).status == "already"
    assert make_plan(view, replace(IMPLICIT, replace=True), Numbers()).status == "replaced"


def test_plain_text_carries_no_number() -> None:
    """TXT has no metadata: the explicit label is added, and no number is used up."""
    numbers = Numbers()
    plan = make_plan(text("正文。\n"), BOTH, numbers)
    assert (plan.status, plan.produce_id, plan.payload, numbers.used) == ("labelled", None, None, 0)
    assert "no place for metadata" in str(plan.notes[-1])
    assert plan.content_changed


def test_plain_text_cannot_be_labelled_in_the_metadata_alone() -> None:
    """Nothing to do is not reported as done."""
    with pytest.raises(PlanError, match="TXT has no place for metadata"):
        make_plan(text("正文。\n"), IMPLICIT, Numbers())


@pytest.mark.parametrize("name", ["story.txt", "story.md", "story.html"])
def test_text_that_shows_a_label_gets_no_second_one(name: str) -> None:
    """A visible label that stands there is enough."""
    content = "<!DOCTYPE html><title>t</title><p>本内容由AI生成</p><p>正文</p>\n"
    view = text(content if name.endswith("html") else "本内容由AI生成\n\n正文。\n", name)
    plan = make_plan(view, BOTH, Numbers())
    assert plan.rendition is None
    assert plan.status == ("already" if name.endswith("txt") else "labelled")
    assert "本内容由AI生成" in plan.result.read(0, plan.result.size).decode()
    assert plan.result.read(0, plan.result.size).decode().count("本内容由AI生成") == 1


def test_our_label_without_a_visible_one_is_noted() -> None:
    """Metadata of ours makes the file `already`, but what it lacks is said."""
    view = text("正文。\n", "a.md")
    first = make_plan(view, IMPLICIT, Numbers())
    labelled = BytesView(first.result.read(0, first.result.size), "a.md")
    plan = make_plan(labelled, BOTH, Numbers())
    assert plan.status == "already"
    assert "--explicit-only" in str(plan.notes[0])


def test_a_format_that_cannot_show_a_label_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """The way out is named: metadata only."""
    monkeypatch.setattr(registry, "marker_of", lambda _: None)
    with pytest.raises(PlanError, match="no explicit label can be put into WAV") as caught:
        make_plan(sound(), BOTH, Numbers())
    assert "--implicit-only" in str(caught.value)


def test_wording_that_reads_as_prose_is_refused() -> None:
    """A sentence that nobody would take for a label is not put in as one."""
    wording = "这篇文章讨论了人工智能生成图片的历史、现状与未来，以及它对摄影师、画家和普通人的影响"
    with pytest.raises(PlanError):
        make_plan(text("正文。\n"), replace(BOTH, text=wording), Numbers())


def test_done_files_are_found_without_planning_a_mark() -> None:
    """Looking whether an output is ours draws nothing."""
    assert find_done(sound(label()), BOTH) is not None
    assert find_done(sound(), BOTH) is None
    assert find_done(sound(label(ContentProducer=OTHER)), BOTH) is None


@pytest.mark.parametrize(
    ("view", "error"),
    [
        (BytesView(b"\0\1\2\3", "a.bin"), UnsupportedFormatError),
        (BytesView(png.build()[:40], "a.png"), MalformedFileError),
    ],
)
def test_what_cannot_be_read_is_not_planned(view: BytesView, error: type[Exception]) -> None:
    """Unknown and damaged files raise, and use no number."""
    numbers = Numbers()
    with pytest.raises(error):
        make_plan(view, BOTH, numbers)
    assert numbers.used == 0


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"producer": " "}, ["producer is empty"]),
        ({"text_mark": "x"}, ["text_mark"]),
        ({"audio_mark": "x", "wording": "y"}, ["audio_mark", "wording"]),
        ({"position": "nowhere"}, ["nowhere"]),
        ({"position": {"image": "start"}}, ["start"]),
        ({"position": {"smell": "start", "audio": "top"}}, ["smell", "top"]),
        ({"text": "机器写的"}, ["element"]),
        ({"text": "AI"}, ["element"]),
        ({"implicit": False, "explicit": False}, ["neither"]),
    ],
)
def test_requests_that_make_no_sense_are_refused_with_every_problem(
    changes: dict[str, object], words: list[str]
) -> None:
    """A `LabelSpec` that exists is possible."""
    with pytest.raises(LabelError) as caught:
        replace(BOTH, **changes)  # type: ignore[arg-type]
    problems = [str(problem) for problem in caught.value.problems]
    assert len(problems) == len(words)
    assert all(word in problem for word, problem in zip(words, problems, strict=True))


def test_a_corner_mark_needs_only_the_first_element() -> None:
    """Clause 5.1 c asks only for AI in a corner mark of text."""
    assert replace(BOTH, text="AI", text_mark="corner").text == "AI"


def test_positions_go_to_the_media_that_know_them() -> None:
    """One place serves every medium that has it; a table may name each."""
    spec = replace(BOTH, position="top-left")
    assert spec.mark(Medium.IMAGE).position == "top-left"
    assert spec.mark(Medium.AUDIO).position is None
    named = replace(BOTH, position={"image": "bottom", "text": "both"})
    assert named.mark(Medium.IMAGE).position == "bottom"
    assert named.mark(Medium.TEXT).position == "both"
    assert named.mark(Medium.DOCUMENT).position is None


def test_the_record_repeats_the_producer_unless_told_otherwise() -> None:
    """Annex E note 1: on first writing the propagator is the producer."""
    record = replace(BOTH, label=Label.MAY_BE).record("n-1")
    assert (record.content_propagator, record.propagate_id) == (CODE, "n-1")
    assert record.label is Label.MAY_BE
    empty = replace(BOTH, propagate=False).record("n-1")
    assert (empty.content_propagator, empty.propagate_id) == ("", "")


def test_what_is_asked_about_is_both_labels_by_default() -> None:
    """Verification looks at both unless told otherwise."""
    assert (VerifyOptions().implicit, VerifyOptions().explicit) == (True, True)


# -- the place -------------------------------------------------------------------------------------

ANNEX_B: Final = LabelSpec(producer=CODE, explicit=False, slot="annex-b")


def picture() -> BytesView:
    """Return a PNG without a label."""
    return BytesView(dict(png.samples())["rgb.png"], "a.png")


def sites(view: BytesView) -> list[str]:
    """Return where labels stand."""
    carrier = registry.carrier_of("png")
    return [item.site for item in carrier.read(view) if isinstance(item, Slot)]


def test_annex_b_holds_the_wrapped_form() -> None:
    """The label goes there when it is asked for, and the plan says what was written."""
    plan = make_plan(picture(), ANNEX_B, Numbers())
    assert plan.status == "labelled"
    assert plan.payload is not None
    assert plan.payload.startswith('{"AIGC":{"Label":"1"')
    after = BytesView(apply(picture().data, plan.edits), "a.png")
    assert sites(after) == ["png.tEXt[AIGC]"]
    assert make_plan(after, ANNEX_B, Numbers()).status == "already"
    assert make_plan(after, IMPLICIT, Numbers()).status == "already"


@pytest.mark.parametrize(("before", "after"), [("official", "annex-b"), ("annex-b", "official")])
def test_a_sound_label_moves_with_its_values(before: str, after: str) -> None:
    """Asking for the other place changes nothing of what the label says, and uses no number."""
    numbers = Numbers()
    old = replace(ANNEX_B, slot=before, label=Label.MAY_BE, propagate=False)
    there = make_plan(picture(), old, numbers)
    data = BytesView(apply(picture().data, there.edits), "a.png")
    moved = make_plan(data, replace(ANNEX_B, slot=after), numbers)
    assert moved.status == "replaced"
    assert numbers.used == 1
    assert moved.produce_id == there.produce_id
    assert there.payload is not None
    assert moved.payload is not None
    assert decode(moved.payload).record == decode(there.payload).record
    result = BytesView(apply(data.data, moved.edits), "a.png")
    assert len(sites(result)) == 1
    assert make_plan(result, replace(ANNEX_B, slot=after), numbers).status == "already"


def test_a_new_number_or_values_are_put_into_a_moved_label() -> None:
    """What is asked for by name, or by --replace, is not what the old label says."""
    old = make_plan(picture(), IMPLICIT, Numbers())
    data = BytesView(apply(picture().data, old.edits), "a.png")
    moved = make_plan(data, replace(ANNEX_B, produce_id="asked-for"), Numbers())
    assert moved.produce_id == "asked-for"
    assert '"ProduceID":"asked-for"' in (moved.payload or "")
    changed = make_plan(data, replace(ANNEX_B, replace=True, label=Label.SUSPECTED), Numbers())
    assert '"Label":"3"' in (changed.payload or "")


def test_a_bare_label_in_annex_b_is_wrapped_when_asked() -> None:
    """Products write the bare object there; the guide asks for the wrapped one."""
    data = png.build(png.text("AIGC", label()))
    plan = make_plan(BytesView(data, "a.png"), ANNEX_B, Numbers())
    assert plan.status == "replaced"
    assert plan.produce_id == "old-1"


def test_other_formats_have_no_second_place() -> None:
    """The refusal says what to do; a place that does not exist is no choice."""
    with pytest.raises(PlanError, match="use --slot official"):
        make_plan(sound(), ANNEX_B, Numbers())
    with pytest.raises(LabelError, match="slot is xmp"):
        LabelSpec(producer=CODE, slot="xmp")
