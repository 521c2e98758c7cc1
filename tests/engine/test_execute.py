"""Execution: the finished file is read back before it replaces anything."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path
from typing import Final

import pytest
from PIL import Image

from ailabel import api
from ailabel.engine import sidecar
from ailabel.engine.execute import execute, executing, proof
from ailabel.engine.plan import make_plan
from ailabel.engine.spec import LabelSpec
from ailabel.errors import AilabelError, PlanError
from ailabel.io import inplace
from ailabel.io.source import BytesView, Limits, open_view
from ailabel.io.splice import Edit, SplicedView
from ailabel.spi import Rendition
from builders import wav

CODE: Final = "001191350100M000100Y4310000"
SPEC: Final = LabelSpec(producer=CODE, explicit=False)
TEXT: Final = LabelSpec(producer=CODE, sidecar=True)


@pytest.fixture
def sound(tmp_path: Path) -> Path:
    """Return a WAV file."""
    path = tmp_path / "sound.wav"
    path.write_bytes(wav.file(wav.FORMAT, wav.DATA))
    return path


@pytest.fixture
def story(tmp_path: Path) -> Path:
    """Return a plain text."""
    path = tmp_path / "story.txt"
    path.write_text("正文。\n", encoding="utf-8")
    return path


def test_what_was_planned_is_written(sound: Path) -> None:
    """The file reads as the plan's result."""
    with open_view(sound) as view:
        plan = make_plan(view, SPEC)
        expected = plan.result.read(0, plan.result.size)
        execute(plan, view, sound, SPEC)
    assert sound.read_bytes() == expected
    assert [item.name for item in sound.parent.iterdir()] == ["sound.wav"]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"payload": '{"Label":"1","ProduceID":"another"}'}, "the label is not the planned one"),
        ({"result": BytesView(wav.file(wav.FORMAT, wav.DATA), "x.wav")}, "the label is not"),
    ],
)
def test_a_file_that_does_not_read_back_replaces_nothing(
    sound: Path, change: dict[str, object], reason: str
) -> None:
    """A carrier that wrote something else than the plan says is found out in time."""
    before = sound.read_bytes()
    with open_view(sound) as view:
        plan = replace(make_plan(view, SPEC), **change)  # type: ignore[arg-type]
        with pytest.raises(AilabelError, match=reason):
            execute(plan, view, sound, SPEC)
    assert sound.read_bytes() == before
    assert [item.name for item in sound.parent.iterdir()] == ["sound.wav"]


def test_a_file_of_another_size_is_not_accepted() -> None:
    """The size is checked before anything is read."""
    view = BytesView(wav.file(wav.FORMAT, wav.DATA), "x.wav")
    check = proof(make_plan(view, SPEC))
    with pytest.raises(AilabelError, match="size is not the planned one"):
        check(view)


def test_a_mark_that_is_not_seen_is_not_accepted() -> None:
    """Where looking is possible, the explicit label must be found in the finished file."""
    view = BytesView("正文。\n".encode(), "story.txt")
    plan = make_plan(view, LabelSpec(producer="", implicit=False))
    edits = (Edit(0, 0, "另一行\n".encode()),)
    wrong = replace(
        plan, result=SplicedView(view, edits), rendition=Rendition(edits=edits, marks=())
    )
    check = proof(wrong)
    with pytest.raises(AilabelError, match="explicit label is not recognised"):
        check(wrong.result)


def write(story: Path, spec: LabelSpec) -> str:
    """Label a text with its sidecar; return the status."""
    with open_view(story) as view:
        plan = sidecar.settle(make_plan(view, spec), story, spec)
        if plan.status != "already":
            execute(plan, view, story, spec)
        return plan.status


def test_a_sidecar_holds_the_wrapped_label_under_one_number(story: Path) -> None:
    """It is written beside the text, with the text's mode, and kept on a rerun."""
    story.chmod(0o640)
    beside = story.with_name("story.txt.aigc.json")
    assert write(story, TEXT) == "labelled"
    first = beside.read_bytes()
    values = json.loads(first)["AIGC"]
    assert (values["Label"], values["ContentProducer"]) == ("1", CODE)
    assert beside.stat().st_mode & 0o777 == 0o640
    assert write(story, TEXT) == "already"
    assert write(story, replace(TEXT, replace=True)) == "already"
    assert beside.read_bytes() == first


def test_a_lost_sidecar_is_written_again(story: Path) -> None:
    """A text that shows its label but lacks the sidecar that is asked for gets it."""
    write(story, replace(TEXT, sidecar=False))
    before = story.read_bytes()
    assert write(story, TEXT) == "labelled"
    assert story.read_bytes() == before
    assert story.with_name("story.txt.aigc.json").exists()


@pytest.mark.parametrize("content", ['{"Label":"1","ContentProducer":"x","ProduceID":"y"}', "{"])
def test_somebody_else_s_sidecar_is_replaced_only_when_asked(story: Path, content: str) -> None:
    """Neither their label nor an unreadable file is written over silently."""
    beside = story.with_name("story.txt.aigc.json")
    beside.write_text(content, encoding="utf-8")
    before = story.read_bytes()
    with pytest.raises(PlanError, match="--replace"):
        write(story, TEXT)
    assert (story.read_bytes(), beside.read_text("utf-8")) == (before, content)
    assert write(story, replace(TEXT, replace=True)) == "replaced"
    assert CODE in beside.read_text("utf-8")


def test_the_sidecar_alone_may_be_asked_for(story: Path) -> None:
    """Implicit only, for a text: the text stays as it is."""
    before = story.read_bytes()
    spec = replace(TEXT, explicit=False)
    assert write(story, spec) == "labelled"
    assert write(story, spec) == "already"
    assert story.read_bytes() == before


def test_a_huge_sidecar_is_no_label(story: Path) -> None:
    """What is larger than a label can be is not read."""
    story.with_name("story.txt.aigc.json").write_bytes(b" " * 70_000)
    with pytest.raises(PlanError, match="larger than a label can be"):
        sidecar.find(story, Limits())


def test_formats_with_metadata_have_no_sidecar(sound: Path) -> None:
    """The official place is used where there is one."""
    with open_view(sound) as view:
        plan = make_plan(view, replace(SPEC, sidecar=True))
        assert sidecar.settle(plan, sound, replace(SPEC, sidecar=True)) is plan
        execute(plan, view, sound, replace(SPEC, sidecar=True))
    assert [item.name for item in sound.parent.iterdir()] == ["sound.wav"]


def test_a_short_change_may_be_written_where_it_stands(tmp_path: Path) -> None:
    """With fast_in_place a new number of the same length goes into the same file, same inode."""
    path = tmp_path / "a.png"
    Image.new("RGB", (8, 8)).save(path)
    first = LabelSpec(producer=SPEC.producer, explicit=False, produce_id="number-1")
    api.label(path, first)
    inode, size = path.stat().st_ino, path.stat().st_size
    again = replace(first, produce_id="number-2", replace=True, fast_in_place=True)
    result = api.label(path, again)
    assert (result.status, result.in_place_possible) == ("replaced", True)
    assert (path.stat().st_ino, path.stat().st_size) == (inode, size)
    assert api.read(path).labels[0].fields["ProduceID"] == "number-2"
    assert [item.name for item in tmp_path.iterdir()] == ["a.png"]


def test_a_first_label_may_be_added_to_the_end(sound: Path) -> None:
    """With fast_in_place a chunk goes behind the others of the same file, same inode."""
    inode = sound.stat().st_ino
    result = api.label(sound, replace(SPEC, fast_in_place=True))
    assert (result.status, result.in_place_possible) == ("labelled", True)
    assert sound.stat().st_ino == inode
    assert api.verify(sound).implicit.value == "compliant"
    assert [item.name for item in sound.parent.iterdir()] == ["sound.wav"]


def test_what_a_killed_run_began_is_carried_out_before_the_file_is_read(sound: Path) -> None:
    """A journal that was left is the file's new content; the next run finds its label there."""
    with open_view(sound) as view:
        plan = make_plan(view, replace(SPEC, produce_id="number-1"))
        assert plan.patch is not None
        record = inplace._record(sound.stat(), plan.patch)
    Path(inplace._journal_name(str(sound))).write_bytes(record)
    result = api.label(sound, SPEC)
    assert (result.status, result.produce_id) == ("already", "number-1")
    assert [item.name for item in sound.parent.iterdir()] == ["sound.wav"]


def test_a_file_that_changed_since_it_was_planned_is_not_patched(sound: Path) -> None:
    """Somebody else's bytes are not overwritten, though the place would fit."""
    spec = replace(SPEC, fast_in_place=True)
    with open_view(sound) as view:
        steps = executing(make_plan(view, spec), view, sound, spec)
        next(steps)
        os.utime(sound, ns=(1, 1))
        with pytest.raises(PlanError, match="changed by somebody else"):
            next(steps)
    assert api.read(sound).labels == ()
