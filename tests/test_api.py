"""The public calls on paths, bytes and strings, and their twins for event loops."""

from __future__ import annotations

import asyncio
import os
import pickle
import shutil
from concurrent.futures import ThreadPoolExecutor
from dataclasses import FrozenInstanceError, replace
from typing import TYPE_CHECKING, Final

import pytest

import ailabel
from ailabel import (
    AilabelError,
    LabelError,
    LabelSpec,
    MalformedFileError,
    PlanError,
    UnsupportedFormatError,
    Verdict,
    VerifyOptions,
    api,
)
from builders import png, wav
from every import SAMPLES

if TYPE_CHECKING:
    from pathlib import Path

CODE: Final = "001191350100M000100Y4310000"
OTHER: Final = "001191110102MACQD9K64010000"
SPEC: Final = LabelSpec(producer=CODE, explicit=False, durable=False)
BOTH: Final = LabelSpec(producer=CODE, durable=False)
SOUND: Final = wav.file(wav.FORMAT, wav.DATA)


@pytest.fixture
def sound(tmp_path: Path) -> Path:
    """Return a WAV file with old times."""
    path = tmp_path / "sound.wav"
    path.write_bytes(SOUND)
    os.utime(path, (1_000_000_000, 1_000_000_000))
    return path


def state(path: Path) -> tuple[bytes, int, int]:
    """Return what must not change when nothing is to be done."""
    found = path.stat()
    return path.read_bytes(), found.st_mtime_ns, found.st_ino


def test_a_file_is_labelled_in_place(sound: Path) -> None:
    """Without an output the file itself gets the label and keeps its times."""
    result = ailabel.label(sound, SPEC)
    assert (result.path, result.output, result.format) == (str(sound), str(sound), "wav")
    assert (result.status, result.data, result.error) == ("labelled", b"", None)
    report = ailabel.verify(sound, VerifyOptions(explicit=False))
    assert report.ok
    assert report.labels[0].fields["ProduceID"] == result.produce_id
    assert sound.stat().st_mtime == 1_000_000_000


def test_both_labels_change_the_content_and_its_time() -> None:
    """Marks say what was put in; the edits are those of the whole change."""
    data = (SAMPLES / "pictures" / "icon-transparent.png").read_bytes()
    result = ailabel.label_bytes(data, BOTH, name="icon.png")
    assert [mark.place for mark in result.marks] == ["bottom-right"]
    assert result.marks[0].box is not None
    assert (result.marks[0].height_percent or 0) >= 5
    assert sum(edit.inserted - edit.removed for edit in result.edits) == len(result.data) - len(
        data
    )


def test_labelling_again_changes_nothing(sound: Path) -> None:
    """Law L10 on paths: bytes, times and inode stay, the number is told again."""
    first = ailabel.label(sound, SPEC)
    before = state(sound)
    again = ailabel.label(sound, replace(SPEC, produce_id="another"))
    assert (again.status, again.produce_id, again.edits) == ("already", first.produce_id, ())
    assert state(sound) == before


def test_a_copy_is_made_and_a_rerun_keeps_it(sound: Path, tmp_path: Path) -> None:
    """An output of an earlier run is recognised; the source stays."""
    output = tmp_path / "labelled.wav"
    before = state(sound)
    first = ailabel.label(sound, SPEC, output=output)
    made = state(output)
    again = ailabel.label(str(sound), SPEC, output=str(output))
    assert (first.status, first.output) == ("labelled", str(output))
    assert (again.status, again.produce_id) == ("already", first.produce_id)
    assert (state(output), state(sound)) == (made, before)


def test_an_output_older_than_its_source_is_made_anew(sound: Path, tmp_path: Path) -> None:
    """A source that was edited since is labelled again."""
    output = tmp_path / "labelled.wav"
    ailabel.label(sound, SPEC, output=output)
    os.utime(sound)
    again = ailabel.label(sound, SPEC, output=output)
    assert again.status == "labelled"


@pytest.mark.parametrize("content", [b"", b"not ours at all", SOUND, png.build()])
def test_an_output_that_is_not_ours_is_never_replaced(
    sound: Path, tmp_path: Path, content: bytes
) -> None:
    """Whatever stands at the output's place stays."""
    output = tmp_path / "taken.wav"
    output.write_bytes(content)
    with pytest.raises(PlanError, match="exists and is no labelled copy"):
        ailabel.label(sound, SPEC, output=output)
    assert output.read_bytes() == content


def test_an_output_with_somebody_else_s_label_is_never_replaced(
    sound: Path, tmp_path: Path
) -> None:
    """Not even with --replace, which speaks of the input's label."""
    output = tmp_path / "theirs.wav"
    ailabel.label(sound, replace(SPEC, producer=OTHER), output=output)
    before = state(output)
    with pytest.raises(PlanError, match="choose another output"):
        ailabel.label(sound, replace(SPEC, replace=True), output=output)
    assert state(output) == before


def test_a_rerun_with_replace_keeps_the_output(sound: Path, tmp_path: Path) -> None:
    """The output of an earlier run is as asked, so nothing is done."""
    output = tmp_path / "labelled.wav"
    ailabel.label(sound, replace(SPEC, producer=OTHER))
    asked = replace(SPEC, replace=True)
    first = ailabel.label(sound, asked, output=output)
    made = state(output)
    assert (first.status, len(first.replaced)) == ("replaced", 1)
    assert ailabel.label(sound, asked, output=output).status == "already"
    assert state(output) == made


def test_a_labelled_source_is_copied_as_it_is(sound: Path, tmp_path: Path) -> None:
    """The output exists afterwards in any case."""
    ailabel.label(sound, SPEC)
    output = tmp_path / "copy.wav"
    result = ailabel.label(sound, SPEC, output=output)
    assert result.status == "already"
    assert output.read_bytes() == sound.read_bytes()


@pytest.mark.parametrize("kind", ["same", "link", "hard link"])
def test_an_output_that_is_the_source_means_in_place(
    sound: Path, tmp_path: Path, kind: str
) -> None:
    """A name that leads to the same file is the file."""
    output = tmp_path / "other.wav"
    if kind == "same":
        output = sound
    elif kind == "link":
        output.symlink_to(sound)
    else:
        os.link(sound, output)
    spec = replace(SPEC, hardlinks=kind == "hard link")
    assert ailabel.label(sound, spec, output=output).status == "labelled"
    assert output.is_symlink() is (kind == "link")
    assert ailabel.read(output).labels


def test_somebody_else_s_label_is_replaced_only_when_asked(sound: Path) -> None:
    """The old label's text is in the result."""
    ailabel.label(sound, replace(SPEC, producer=OTHER))
    before = state(sound)
    with pytest.raises(PlanError, match=OTHER):
        ailabel.label(sound, SPEC)
    assert state(sound) == before
    result = ailabel.label(sound, replace(SPEC, replace=True))
    assert (result.status, len(result.replaced)) == ("replaced", 1)
    assert OTHER in result.replaced[0]
    assert [found.fields["ContentProducer"] for found in ailabel.read(sound).labels] == [CODE]


def test_our_own_wrong_label_is_repaired(sound: Path) -> None:
    """A label of ours that breaks a rule is written anew under its number."""
    wrong = (
        f'{{"Label":1,"ContentProducer":"{CODE}","ProduceID":"n-7","ReservedCode1":"",'
        '"ContentPropagator":"","PropagateID":"","ReservedCode2":""}'
    )
    sound.write_bytes(wav.file(wav.FORMAT, wav.DATA, wav.chunk(b"AIGC", wrong.encode())))
    assert ailabel.verify(sound, VerifyOptions(explicit=False)).implicit is Verdict.NONCOMPLIANT
    result = ailabel.label(sound, SPEC)
    assert (result.status, result.produce_id, result.replaced) == ("replaced", "n-7", (wrong,))
    assert ailabel.verify(sound, VerifyOptions(explicit=False)).implicit is Verdict.COMPLIANT


def test_a_dry_plan_says_what_would_be_done_and_does_nothing(sound: Path) -> None:
    """The edits are those that labelling then makes."""
    before = state(sound)
    planned = ailabel.plan(sound, replace(SPEC, produce_id="n-1"))
    assert (planned.status, planned.output, planned.produce_id) == ("planned", None, "n-1")
    assert state(sound) == before
    done = ailabel.label(sound, replace(SPEC, produce_id="n-1"))
    assert planned.edits == done.edits != ()
    assert ailabel.plan(sound, SPEC).status == "already"


def test_a_dry_plan_knows_what_stands_at_the_output(sound: Path, tmp_path: Path) -> None:
    """It foresees an output that is kept, and one that is refused."""
    output = tmp_path / "labelled.wav"
    assert ailabel.plan(sound, SPEC, output=output).status == "planned"
    assert not output.exists()
    first = ailabel.label(sound, SPEC, output=output)
    planned = ailabel.plan(sound, SPEC, output=output)
    assert (planned.status, planned.produce_id) == ("already", first.produce_id)
    output.write_bytes(b"precious")
    with pytest.raises(PlanError, match="choose another output"):
        ailabel.plan(sound, SPEC, output=output)


def test_a_text_gets_its_sidecar_only_on_request(tmp_path: Path) -> None:
    """It is read as a site of its own, told to be unofficial, and makes nothing compliant."""
    story = tmp_path / "story.txt"
    story.write_text("正文。\n", encoding="utf-8")
    ailabel.label(story, BOTH)
    assert [item.name for item in tmp_path.iterdir()] == ["story.txt"]
    assert ailabel.read(story).labels == ()
    planned = ailabel.plan(story, replace(BOTH, sidecar=True))
    assert planned.status == "planned"
    assert [item.name for item in tmp_path.iterdir()] == ["story.txt"]
    result = ailabel.label(story, replace(BOTH, sidecar=True))
    report = ailabel.verify(story)
    assert [(found.site, found.official) for found in report.labels] == [("sidecar", False)]
    assert report.labels[0].fields["ProduceID"] == result.produce_id
    assert (report.implicit, report.explicit) == (Verdict.NOT_APPLICABLE, Verdict.COMPLIANT)
    assert ailabel.label(story, replace(BOTH, sidecar=True)).produce_id == result.produce_id


def test_the_sidecar_of_a_copy_stands_beside_the_copy(tmp_path: Path) -> None:
    """A lost sidecar is written again without touching the copy."""
    story = tmp_path / "story.txt"
    story.write_text("正文。\n", encoding="utf-8")
    copy, asked = tmp_path / "copy.txt", replace(BOTH, sidecar=True)
    first = ailabel.label(story, asked, output=copy)
    beside = tmp_path / "copy.txt.aigc.json"
    assert beside.exists()
    assert ailabel.label(story, asked, output=copy).produce_id == first.produce_id
    beside.unlink()
    before = copy.read_bytes()
    again = ailabel.label(story, asked, output=copy)
    assert (again.path, again.output, again.status) == (str(story), str(copy), "labelled")
    assert (copy.read_bytes(), beside.exists()) == (before, True)


@pytest.mark.parametrize("content", [b"{", b"\xff\xfe\x00", b"[" * 60_000, b" " * 70_000])
def test_a_broken_sidecar_breaks_nothing(tmp_path: Path, content: bytes) -> None:
    """What stands beside a text is foreign: it may be anything."""
    story = tmp_path / "story.txt"
    story.write_text("正文。\n", encoding="utf-8")
    (tmp_path / "story.txt.aigc.json").write_bytes(content)
    report = ailabel.verify(story)
    assert report.implicit is Verdict.NOT_APPLICABLE
    assert all(found.fields["ProduceID"] is None for found in report.labels)


def test_bytes_are_labelled_without_a_file() -> None:
    """The result carries the labelled bytes; labelling them again gives them back."""
    result = ailabel.label_bytes(SOUND, SPEC)
    assert (result.path, result.output, result.status) == ("-", None, "labelled")
    again = ailabel.label_bytes(result.data, SPEC)
    assert (again.status, again.data) == ("already", result.data)
    assert ailabel.verify_bytes(result.data, VerifyOptions(explicit=False)).ok


def test_bytes_and_files_come_out_the_same(sound: Path) -> None:
    """One plan serves both calls."""
    spec = replace(SPEC, produce_id="n-1")
    ailabel.label(sound, spec)
    assert sound.read_bytes() == ailabel.label_bytes(SOUND, spec).data


def test_reading_judges_nothing(sound: Path) -> None:
    """`read` finds the labels and leaves the explicit one out."""
    assert ailabel.read(sound).implicit is Verdict.NOT_FOUND
    data = ailabel.label_bytes(SOUND, SPEC).data
    report = ailabel.read_bytes(data, VerifyOptions(implicit=False))
    assert report.explicit is Verdict.NOT_APPLICABLE
    assert len(report.labels) == 1


def test_strings_get_one_line() -> None:
    """A chat answer ends in a label, once."""
    answer = "李白是唐代诗人。"
    labelled = ailabel.label_text(answer)
    assert labelled.startswith(answer)
    assert "本内容由AI生成" in labelled
    assert ailabel.label_text(labelled) == labelled
    start = ailabel.label_text(answer, LabelSpec(producer=CODE, position="start"))
    assert start.endswith(answer)
    both = ailabel.label_text(answer, LabelSpec(producer=CODE, position="both"))
    assert both.count("本内容由AI生成") == 2


def test_strings_refuse_a_wording_that_is_prose() -> None:
    """What no reader would take for a label is not added as one."""
    wording = "这篇文章讨论了人工智能生成图片的历史、现状与未来，以及它对摄影师、画家和普通人的影响"
    with pytest.raises(PlanError):
        ailabel.label_text("答案。", LabelSpec(producer=CODE, text=wording))


def test_the_twins_for_event_loops_do_the_same(sound: Path, tmp_path: Path) -> None:
    """Every call has a twin that runs in a worker thread."""

    async def run() -> list[object]:
        spec = replace(SPEC, produce_id="n-1")
        labelled = await ailabel.label_bytes_async(SOUND, spec, name="x.wav")
        return [
            labelled.data,
            (await ailabel.label_async(sound, spec, output=tmp_path / "o.wav")).status,
            (await ailabel.read_async(tmp_path / "o.wav")).labels[0].fields["ProduceID"],
            (await ailabel.verify_async(tmp_path / "o.wav")).implicit,
            len((await ailabel.read_bytes_async(labelled.data)).labels),
            (await ailabel.verify_bytes_async(labelled.data)).implicit,
        ]

    data, *rest = asyncio.run(run())
    assert data == ailabel.label_bytes(SOUND, replace(SPEC, produce_id="n-1")).data
    assert rest == ["labelled", "n-1", Verdict.COMPLIANT, 1, Verdict.COMPLIANT]


def test_every_call_that_works_on_a_file_has_a_twin() -> None:
    """No blocking call is without its asynchronous form."""
    calls = {"label", "read", "verify", "label_bytes", "read_bytes", "verify_bytes"}
    assert {f"{name}_async" for name in calls} <= set(api.__all__)


def test_a_spec_is_frozen_and_serves_many_threads(tmp_path: Path) -> None:
    """One value labels many files at once, each under its own number."""
    with pytest.raises(FrozenInstanceError):
        SPEC.producer = "x"  # type: ignore[misc]
    paths = [tmp_path / f"{index}.wav" for index in range(24)]
    for path in paths:
        path.write_bytes(SOUND)
    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(lambda path: ailabel.label(path, SPEC), paths))
    assert {result.status for result in results} == {"labelled"}
    assert len({result.produce_id for result in results}) == 24


def test_requests_and_results_can_be_sent_to_other_processes(sound: Path) -> None:
    """Specs, results, reports and errors survive pickling."""
    report = ailabel.verify(sound)
    result = ailabel.label(sound, SPEC)
    error = MalformedFileError("bad {name}", offset=3, name="x")
    for value in (SPEC, report, result):
        assert pickle.loads(pickle.dumps(value)) == value  # noqa: S301 - our own
    copy = pickle.loads(pickle.dumps(error))  # noqa: S301 - our own
    assert (str(copy), copy.offset, type(copy)) == (str(error), 3, MalformedFileError)


@pytest.mark.parametrize(
    ("name", "content", "error"),
    [
        ("a.bin", b"\0\1\2", UnsupportedFormatError),
        ("a.png", png.build()[:50], MalformedFileError),
        ("none.png", None, FileNotFoundError),
        ("folder", ..., IsADirectoryError),
    ],
)
def test_what_cannot_be_labelled_raises_and_stays(
    tmp_path: Path, name: str, content: object, error: type[Exception]
) -> None:
    """Foreign and damaged files, missing files and folders each say what they are."""
    path = tmp_path / name
    if isinstance(content, bytes):
        path.write_bytes(content)
    elif content is ...:
        path.mkdir()
    with pytest.raises(error):
        ailabel.label(path, SPEC)
    assert [item.name for item in tmp_path.iterdir()] == ([] if content is None else [name])


def test_verifying_what_is_no_format_raises(tmp_path: Path) -> None:
    """There is no report on what is not known; damage is a report."""
    path = tmp_path / "a.bin"
    path.write_bytes(b"\0\1\2")
    with pytest.raises(UnsupportedFormatError):
        ailabel.verify(path)
    path.write_bytes(png.build()[:50])
    assert ailabel.verify(path).error is not None


def test_values_that_cannot_be_written_are_refused(sound: Path) -> None:
    """Control characters in a name reach no file."""
    before = state(sound)
    with pytest.raises(LabelError, match="control characters"):
        ailabel.label(sound, replace(SPEC, producer="a\nb"))
    assert state(sound) == before


def test_limits_are_kept_when_labelling(sound: Path) -> None:
    """A request may lower what a file may cost."""
    tight = replace(SPEC, limits=ailabel.Limits(items=1))
    with pytest.raises(AilabelError, match="limit"):
        ailabel.label(sound, tight)


def test_a_link_stays_a_link(tmp_path: Path, sound: Path) -> None:
    """In place through a symbolic link changes the file behind it."""
    link = tmp_path / "link.wav"
    link.symlink_to(sound)
    ailabel.label(link, SPEC)
    assert link.is_symlink()
    assert ailabel.read(sound).labels


def test_names_of_every_kind_work(tmp_path: Path) -> None:
    """Blanks, Chinese, newlines, quotes and bytes of no encoding are names like others."""
    for name in ("图 片.wav", "a\nb.wav", "'\"$(x).wav", "-o.wav", os.fsdecode(b"\xff\xfe.wav")):
        path = tmp_path / name
        path.write_bytes(SOUND)
        assert ailabel.label(path, SPEC).status == "labelled"
        assert ailabel.verify(path).path == str(path)


def test_real_files_of_every_medium_are_labelled(tmp_path: Path) -> None:
    """One picture, sound, text and document, by path, with both labels."""
    for name in ("pictures/nebula.webp", "sounds/murmur.mp3", "texts/page.html"):
        path = tmp_path / name.split("/")[1]
        shutil.copyfile(SAMPLES / name, path)
        result = ailabel.label(path, replace(BOTH, audio_mark="rhythm"))
        assert result.status == "labelled"
        assert result.marks
        assert ailabel.verify(path).implicit is Verdict.COMPLIANT
