"""``ailabel label``: inputs, outputs, options, exit codes, reruns, hostile files."""

from __future__ import annotations

import csv
import errno
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import pytest

import ailabel as package
from ailabel import api
from ailabel.adapters.cli import recording
from ailabel.adapters.cli.jobs import LABELLING
from ailabel.batch.local import work
from ailabel.errors import AilabelError
from ailabel.testing import damaged
from builders import png, wav
from command import PRODUCER, Done, ailabel, spawn
from every import SAMPLES, sample_files
from schemas import check as check_schema

if TYPE_CHECKING:
    from pathlib import Path

    from ailabel.io.steps import Steps
    from ailabel.model.report import LabelResult

SOUND: Final = wav.file(wav.FORMAT, wav.DATA)
PICTURE: Final = png.build()
OTHER: Final = "001191110102MACQD9K64010000"
BOTH: Final = ("--producer", PRODUCER, "--no-sync")
IMPLICIT: Final = (*BOTH, "--implicit-only")


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """Return a folder with files of several kinds in several folders."""
    root = tmp_path / "in"
    for name, data in {
        "a.wav": SOUND,
        "pictures/b.png": PICTURE,
        "pictures/deep/图 片.png": PICTURE,
        "pictures/notes.bin": b"\0\1\2",
        ".hidden/c.wav": SOUND,
        ".d.wav": SOUND,
    }.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(data)
    return root


def state(folder: Path) -> dict[str, tuple[bytes, int]]:
    """Return bytes and times of every file below a folder."""
    return {
        str(path.relative_to(folder)): (path.read_bytes(), path.stat().st_mtime_ns)
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def fields(path: Path) -> dict[str, str | None]:
    """Return the fields of the only label of a file."""
    (found,) = package.read(path).labels
    return dict(found.fields)


def labelled(done: Done) -> None:
    """Check that all went well."""
    assert (done.code, done.err) == (0, ""), done.err


# --- where the labelled files go ---------------------------------------------------------------


@pytest.mark.parametrize("output", ["new.wav", "folder/new.wav", "out/", "there"])
def test_one_file_goes_to_a_file_or_into_a_folder(tmp_path: Path, output: str) -> None:
    """-o is a folder if it is one or ends in a slash, else a file."""
    (tmp_path / "there").mkdir()
    source = tmp_path / "a.wav"
    source.write_bytes(SOUND)
    done = ailabel("label", source, "-o", f"{tmp_path}/{output}", *IMPLICIT)
    labelled(done)
    target = tmp_path / output
    target = target / "a.wav" if output in {"out/", "there"} else target
    assert fields(target)["ContentProducer"] == PRODUCER
    assert source.read_bytes() == SOUND


def test_several_files_go_into_a_folder(tmp_path: Path) -> None:
    """With several inputs -o is a folder, which is made."""
    for name in ("a.wav", "b.wav"):
        (tmp_path / name).write_bytes(SOUND)
    labelled(
        ailabel("label", tmp_path / "a.wav", tmp_path / "b.wav", "-o", tmp_path / "out", *IMPLICIT)
    )
    assert sorted(state(tmp_path / "out")) == ["a.wav", "b.wav"]


def test_folders_keep_their_structure(tree: Path, tmp_path: Path) -> None:
    """Files stand below the output as they stood below the input; hidden ones are left."""
    done = ailabel("label", tree, "-o", tmp_path / "out", "--format", "json", *IMPLICIT)
    labelled(done)
    assert sorted(state(tmp_path / "out")) == ["a.wav", "pictures/b.png", "pictures/deep/图 片.png"]
    summary = json.loads(done.out)["summary"]
    assert summary == {"files": 4, "skipped": 1, "status": {"labelled": 3}}


def test_a_folder_of_one_file_is_still_a_folder(tmp_path: Path) -> None:
    """What the input is decides, not how many files it holds today."""
    (tmp_path / "in").mkdir()
    (tmp_path / "in/a.wav").write_bytes(SOUND)
    labelled(ailabel("label", tmp_path / "in", "-o", tmp_path / "out", *IMPLICIT))
    assert sorted(state(tmp_path / "out")) == ["a.wav"]


def test_the_output_folder_is_not_an_input(tree: Path) -> None:
    """An output below the input is not labelled into itself on the next run."""
    for _ in range(2):
        assert ailabel("label", tree, "-o", tree / "out", *IMPLICIT).code == 0
    assert not (tree / "out/out").exists()


def test_files_are_labelled_in_place(tree: Path) -> None:
    """The files themselves carry the label; what is unknown or hidden stays."""
    before = state(tree)
    labelled(ailabel("label", tree, "--in-place", *IMPLICIT))
    after = state(tree)
    changed = {name for name in before if before[name] != after[name]}
    assert changed == {"a.wav", "pictures/b.png", "pictures/deep/图 片.png"}
    assert set(after) == set(before)


def test_two_inputs_never_share_an_output(tmp_path: Path) -> None:
    """The second of two files of one name is refused with the first one's name."""
    for folder in ("x", "y"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "a.wav").write_bytes(SOUND)
    done = ailabel(
        *("label", tmp_path / "x/a.wav", tmp_path / "y/a.wav", "-o", tmp_path / "out"), *IMPLICIT
    )
    assert done.code == 2
    assert "x/a.wav would be written to the same output" in done.out
    assert sorted(state(tmp_path / "out")) == ["a.wav"]


def test_an_existing_file_is_never_replaced_by_an_output(tmp_path: Path) -> None:
    """What stands there and is not ours is refused: exit 1."""
    (tmp_path / "a.wav").write_bytes(SOUND)
    (tmp_path / "b.wav").write_bytes(b"precious")
    done = ailabel("label", tmp_path / "a.wav", "-o", tmp_path / "b.wav", *IMPLICIT)
    assert done.code == 1
    assert "choose another output" in done.out
    assert (tmp_path / "b.wav").read_bytes() == b"precious"


# --- pipes and lists ---------------------------------------------------------------------------


def test_a_pipe_carries_the_labelled_bytes_and_nothing_else() -> None:
    """Bytes on standard output, the report on standard error."""
    done = ailabel("label", "-", "-o", "-", *IMPLICIT, stdin=SOUND)
    assert done.code == 0
    assert package.read_bytes(done.stdout).labels[0].official
    assert "labelled" in done.err


def test_a_file_may_go_to_a_pipe(tmp_path: Path) -> None:
    """-o - with a named file; the name tells text formats apart."""
    (tmp_path / "a.md").write_text("# x\n\ny\n", encoding="utf-8")
    done = ailabel("label", tmp_path / "a.md", "-o", "-", *BOTH)
    assert done.code == 0
    assert done.out.startswith("---\nAIGC:\n")


@pytest.mark.parametrize(
    ("name", "output", "target"),
    [
        ("a.md", "out.md", "out.md"),
        ("a.md", "folder/", "folder/a.md"),
        ("../../etc/a.md", "folder/", "folder/a.md"),
    ],
)
def test_standard_input_may_go_to_a_file(
    tmp_path: Path, name: str, output: str, target: str
) -> None:
    """--name says what it is, and how it is called in a folder; only its last part counts."""
    arguments = ("label", "-", "--name", name, "-o", f"{tmp_path}/{output}", *BOTH)
    labelled(ailabel(*arguments, stdin=b"# x\n\ny\n"))
    assert fields(tmp_path / target)["Label"] == "1"
    again = ailabel(*arguments, stdin=b"# x\n\ny\n")
    assert again.code == 1
    assert "exists; choose another output" in again.out


def test_a_failing_pipe_gives_no_bytes() -> None:
    """What could not be labelled is not passed on unlabelled."""
    done = ailabel("label", "-", "-o", "-", *IMPLICIT, stdin=b"\0\1\2")
    assert (done.code, done.stdout) == (2, b"")
    assert "no format" in done.err


@pytest.mark.parametrize(
    "listed", ["a.wav\nb c.wav\n", "a.wav\r\nb c.wav", "a.wav\0b c.wav\0", "\n\na.wav\nb c.wav\n\n"]
)
@pytest.mark.parametrize("piped", [True, False])
def test_paths_may_come_from_a_list(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, listed: str, *, piped: bool
) -> None:
    """A line or a NUL ends a path; the list may come through a pipe."""
    monkeypatch.chdir(tmp_path)
    for name in ("a.wav", "b c.wav"):
        (tmp_path / name).write_bytes(SOUND)
    (tmp_path / "list").write_bytes(listed.encode())
    source = "-" if piped else "list"
    done = ailabel(
        *("label", "--files-from", source, "-o", "out", *IMPLICIT), stdin=listed.encode()
    )
    labelled(done)
    assert sorted(state(tmp_path / "out")) == ["a.wav", "b c.wav"]


def test_a_list_separated_by_nul_holds_any_name(tmp_path: Path) -> None:
    """Newlines and bytes of no encoding are parts of names."""
    names = [b"a\nb.wav", b"\xff\xfe.wav", "图 片.wav".encode(), b"'\"$(x)`.wav"]
    paths = [os.path.join(os.fsencode(tmp_path), name) for name in names]  # noqa: PTH118 - bytes
    for path in paths:
        with open(path, "wb") as file:  # noqa: PTH123 - bytes
            file.write(SOUND)
    arguments = ("label", "--files-from", "-", "--in-place", "--format", "json", *IMPLICIT)
    done = spawn(*arguments, stdin=b"\0".join(paths))
    labelled(done)
    assert len(done.files) == 4
    for path in paths:
        assert package.read(os.fsdecode(path)).labels


def test_names_of_every_kind_work_as_arguments(tmp_path: Path) -> None:
    """Blanks, Chinese, newlines and invalid UTF-8 on the command line."""
    folder = os.fsencode(tmp_path) + b"/"
    names = (b"a b.wav", "图片.wav".encode(), b"c\nd.wav", b"\xff.wav", b"-o.wav")
    paths = [folder + name for name in names]
    for path in paths:
        with open(path, "wb") as file:  # noqa: PTH123 - bytes
            file.write(SOUND)
    for encoding in ("utf-8", "gbk", "ascii"):
        done = spawn("label", "--in-place", *IMPLICIT, "--", *paths, PYTHONIOENCODING=encoding)
        assert (done.code, done.err) == (0, "")
        assert "\\n" in done.out
        assert done.out.count("\n") < 20


@pytest.mark.parametrize(
    "arguments",
    [
        ("-o", "-", "--in-place"),
        (),
        ("--in-place", "--implicit-only", "--explicit-only"),
        ("--in-place", "--produce-id", "x", "--ids", "y"),
        ("--in-place", "--position", "nowhere"),
        ("--in-place", "--position", "smell=top"),
        ("--in-place", "--position", "image=start"),
        ("--in-place", "--text", "由机器写成"),
        ("--in-place", "--text", "AI"),
        ("--in-place", "--text-mark", "x"),
        ("--in-place", "--audio-mark", "x"),
        ("--in-place", "--wording", "fr"),
        ("--in-place", "--label", "4"),
        ("--in-place", "--jobs", "0"),
        ("--in-place", "--format", "xml"),
        ("--in-place", "--lang", "fr"),
        ("--in-place", "--no-such-option"),
        ("--in-place", "--ids", "/no/such/file.csv"),
        ("--in-place", "--files-from", "/no/such/list"),
    ],
)
def test_a_command_line_that_makes_no_sense_is_exit_2(
    tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    """It is told on standard error, and nothing is touched."""
    path = tmp_path / "a.wav"
    path.write_bytes(SOUND)
    done = ailabel("label", path, *BOTH, *arguments)
    assert (done.code, done.out) == (2, "")
    assert done.err
    assert "Traceback" not in done.err
    assert path.read_bytes() == SOUND


@pytest.mark.parametrize(
    "arguments",
    [
        ("-", "--in-place"),
        ("-", "x.wav", "-o", "-"),
        ("--in-place",),
        ("--files-from", "/dev/null", "--in-place"),
    ],
)
def test_inputs_that_make_no_sense_are_exit_2(arguments: tuple[str, ...]) -> None:
    """A pipe has no place; no inputs are a mistake."""
    done = ailabel("label", *arguments, *IMPLICIT)
    assert (done.code, done.out) == (2, "")
    assert done.err


def test_a_folder_into_a_pipe_is_exit_2(tree: Path) -> None:
    """A pipe takes the bytes of one file."""
    done = ailabel("label", tree, "-o", "-", *IMPLICIT)
    assert (done.code, done.stdout) == (2, b"")


# --- who, which number, which label ------------------------------------------------------------


def test_the_producer_is_needed_and_may_come_from_the_environment(tmp_path: Path) -> None:
    """Without it, exit 2; only the explicit label does without."""
    path = tmp_path / "a.wav"
    path.write_bytes(SOUND)
    done = ailabel("label", path, "--in-place", "--implicit-only")
    assert done.code == 2
    assert "AILABEL_PRODUCER" in done.err
    labelled(ailabel("label", path, "--in-place", "--implicit-only", AILABEL_PRODUCER="示例科技"))
    assert fields(path)["ContentProducer"] == "示例科技"


def test_the_number_of_one_file_may_be_given(tree: Path) -> None:
    """--produce-id is for one file."""
    path = tree / "a.wav"
    labelled(ailabel("label", path, "--in-place", "--produce-id", "2026-7", *IMPLICIT))
    assert fields(path)["ProduceID"] == fields(path)["PropagateID"] == "2026-7"
    done = ailabel("label", tree, "--in-place", "--produce-id", "2026-8", *IMPLICIT)
    assert (done.code, "--ids" in done.err) == (2, True)


def table(path: Path, rows: list[tuple[str, ...]], encoding: str = "utf-8") -> Path:
    """Write a table of paths and numbers."""
    with path.open("w", newline="", encoding=encoding) as file:
        csv.writer(file).writerows(rows)
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
@pytest.mark.parametrize("heading", [[("path", "id")], []])
def test_numbers_may_come_from_a_table(
    tree: Path, tmp_path: Path, encoding: str, heading: list[tuple[str, ...]]
) -> None:
    """Each file gets its row's number; ways to write a path do not matter."""
    rows: list[tuple[str, ...]] = [(f"{tree}/./a.wav", " n-1 ")]
    rows.append((f"{tree}/pictures/b.png", "n-2"))
    rows.append((str(tree / "pictures/deep/图 片.png"), "n,3"))
    ids = table(tmp_path / "ids.csv", heading + rows, encoding)
    inputs = [tree / "a.wav", tree / "pictures" / "b.png", tree / "pictures/deep"]
    labelled(ailabel("label", *inputs, "--in-place", "--ids", ids, *IMPLICIT))
    assert fields(tree / "a.wav")["ProduceID"] == "n-1"
    assert fields(tree / "pictures/b.png")["ProduceID"] == "n-2"
    assert fields(tree / "pictures/deep/图 片.png")["ProduceID"] == "n,3"


def test_a_file_without_a_row_is_not_labelled(tree: Path, tmp_path: Path) -> None:
    """No number is made up when a table is given."""
    ids = table(tmp_path / "ids.csv", [("elsewhere.wav", "n-1")])
    done = ailabel("label", tree / "a.wav", "--in-place", "--ids", ids, *IMPLICIT)
    assert done.code == 2
    assert "has no row for this file" in done.out
    assert (tree / "a.wav").read_bytes() == SOUND


@pytest.mark.parametrize(
    "content",
    [
        b"a.wav\n",
        b"a.wav,\n",
        b"a.wav,1,2\n",
        b"a.wav,1\n./a.wav,2\n",
        b'"' + b"x" * 200_000 + b'",1\n',
    ],
)
def test_a_table_with_mistakes_is_exit_2(tree: Path, tmp_path: Path, content: bytes) -> None:
    """The table and, where it helps, the line are named; nothing is labelled."""
    (tmp_path / "ids.csv").write_bytes(content)
    done = ailabel("label", tree, "--in-place", "--ids", tmp_path / "ids.csv", *IMPLICIT)
    assert done.code == 2
    assert "ids.csv" in done.err
    assert "Traceback" not in done.err
    assert (tree / "a.wav").read_bytes() == SOUND


def test_a_table_of_another_encoding_is_no_crash(tree: Path, tmp_path: Path) -> None:
    """A table that Excel saved as GBK names no known file, and that is said."""
    ids = table(tmp_path / "ids.csv", [("图片.wav", "n-1"), (str(tree / "a.wav"), "n-2")], "gbk")
    labelled(ailabel("label", tree / "a.wav", "--in-place", "--ids", ids, *IMPLICIT))
    assert fields(tree / "a.wav")["ProduceID"] == "n-2"


@pytest.mark.parametrize("value", ["1", "2", "3"])
def test_the_attribute_is_a_choice(tree: Path, value: str) -> None:
    """Is, may be, is suspected."""
    labelled(ailabel("label", tree / "a.wav", "--in-place", "--label", value, *IMPLICIT))
    assert fields(tree / "a.wav")["Label"] == value


def test_the_propagator_may_be_left_empty(tree: Path) -> None:
    """First writing sets it to the producer, unless told otherwise."""
    labelled(ailabel("label", tree / "a.wav", "--in-place", "--empty-propagator", *IMPLICIT))
    found = fields(tree / "a.wav")
    assert (found["ContentPropagator"], found["PropagateID"]) == ("", "")


# --- the explicit label ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "arguments", "words"),
    [
        ("a.txt", (), "本内容由AI生成"),
        ("a.txt", ("--position", "both"), "本内容由AI生成"),
        ("a.md", ("--position", "text=end"), "本内容由AI生成"),
        ("a.txt", ("--text", "人工智能合成的故事"), "人工智能合成的故事"),
        ("a.txt", ("--text-mark", "corner"), "AI"),
        ("a.html", ("--wording", "zh+en"), "AI-generated"),
    ],
)
def test_text_shows_the_label_that_is_asked_for(
    tmp_path: Path, name: str, arguments: tuple[str, ...], words: str
) -> None:
    """Wording, kind and place follow the options, and the file verifies."""
    content = "<!DOCTYPE html><title>t</title><p>正文</p>\n" if "html" in name else "正文。\n"
    (tmp_path / name).write_text(content, encoding="utf-8")
    done = ailabel("label", tmp_path / name, "--in-place", *BOTH, *arguments)
    labelled(done)
    text = (tmp_path / name).read_text("utf-8")
    assert text.count(words) == (2 if "both" in arguments else 1)
    assert package.verify(tmp_path / name).explicit.value == "compliant"


@pytest.mark.parametrize(
    ("arguments", "place"),
    [
        ((), "bottom-right"),
        (("--position", "top"), "top"),
        (("--position", "image=left", "--position", "start"), "left"),
        (("--position", "start", "--position", "top-left"), "top-left"),
    ],
)
def test_pictures_take_one_of_eight_places(
    tmp_path: Path, arguments: tuple[str, ...], place: str
) -> None:
    """A bare place goes to every medium that knows it, a named one to its medium."""
    shutil.copyfile(SAMPLES / "pictures/icon-transparent.png", tmp_path / "a.png")
    done = ailabel(
        *("label", tmp_path / "a.png", "-o", tmp_path / "b.png", "--format", "json"),
        *BOTH,
        *arguments,
    )
    labelled(done)
    assert [mark["place"] for mark in done.files[0]["marks"]] == [place]
    check_schema(json.loads(done.out), "label")


def test_sound_may_carry_the_rhythm(tmp_path: Path) -> None:
    """--audio-mark rhythm, at both ends."""
    path = tmp_path / "a.wav"
    path.write_bytes(SOUND)
    done = ailabel(
        *("label", path, "--in-place", "--audio-mark", "rhythm", "--position", "both"),
        *("--format", "json"),
        *BOTH,
    )
    labelled(done)
    marks = done.files[0]["marks"]
    assert [(mark["text"], mark["place"]) for mark in marks] == [("·–··", "start"), ("·–··", "end")]


def test_implicit_only_tells_and_records_the_duty(tree: Path) -> None:
    """The articles are named in the text report and kept in the JSON."""
    done = ailabel("label", tree / "a.wav", "--in-place", *IMPLICIT)
    assert "art. 4" in done.out
    assert "art. 9" in done.out
    done = ailabel("label", tree / "pictures/b.png", "--in-place", "--format", "json", *IMPLICIT)
    assert "art. 9" in done.files[0]["notes"][0]


def test_explicit_only_needs_no_producer_and_writes_no_metadata(tmp_path: Path) -> None:
    """The line is there, the label in the metadata is not."""
    path = tmp_path / "a.md"
    path.write_text("正文。\n", encoding="utf-8")
    for status in ("labelled", "already"):
        done = ailabel("label", path, "--in-place", "--explicit-only", "--no-sync")
        labelled(done)
        assert f"a.md: {status}" in done.out
    assert package.read(path).labels == ()


def test_a_picture_too_small_for_words_is_refused_with_advice(tmp_path: Path) -> None:
    """Exit 1 with the reason; the file stays."""
    path = tmp_path / "a.png"
    path.write_bytes(PICTURE)
    done = ailabel("label", path, "--in-place", *BOTH)
    assert done.code == 1
    assert "enlarge the picture" in done.out
    assert path.read_bytes() == PICTURE


def test_a_font_or_voice_that_is_not_there_is_named(tmp_path: Path) -> None:
    """The message says which file is missing, not only that one is."""
    shutil.copyfile(SAMPLES / "pictures/icon-transparent.png", tmp_path / "a.png")
    done = ailabel("label", tmp_path / "a.png", "--in-place", "--font", "/no/font.ttf", *BOTH)
    assert done.code in {1, 2}
    assert "font.ttf" in done.out
    (tmp_path / "a.wav").write_bytes(SOUND)
    done = ailabel("label", tmp_path / "a.wav", "--in-place", "--voice", "/no/voice.wav", *BOTH)
    assert done.code in {1, 2}
    assert "voice.wav" in done.out


# --- reruns, replacement, refusals -------------------------------------------------------------


@pytest.mark.parametrize("extra", [(), ("--replace",), ("--sidecar",)])
def test_a_rerun_in_place_changes_nothing(tree: Path, extra: tuple[str, ...]) -> None:
    """Same bytes, same times, no number used: exit 0."""
    (tree / "story.txt").write_text("正文。\n", encoding="utf-8")
    (tree / "notes.md").write_text("# x\n\n正文。\n", encoding="utf-8")
    shutil.copyfile(SAMPLES / "pictures/icon-transparent.png", tree / "pictures/b.png")
    shutil.rmtree(tree / "pictures/deep")
    arguments = ("label", tree, "--in-place", "--format", "json", "--audio-mark", "rhythm", *BOTH)
    first = ailabel(*arguments, *extra)
    before = state(tree)
    again = ailabel(*arguments, *extra)
    assert (first.code, again.code) == (0, 0)
    assert state(tree) == before
    assert {item["status"] for item in again.files} == {"already", "skipped"}
    kept = {item["path"]: item["produce_id"] for item in again.files}
    assert all(kept[item["path"]] == item["produce_id"] for item in first.files)


def test_a_rerun_to_a_folder_changes_nothing(tree: Path, tmp_path: Path) -> None:
    """Outputs of an earlier run are kept."""
    arguments = ("label", tree, "-o", tmp_path / "out", *IMPLICIT)
    labelled(ailabel(*arguments))
    before = state(tmp_path / "out")
    labelled(ailabel(*arguments))
    assert state(tmp_path / "out") == before


def test_labels_of_others_are_replaced_only_when_asked(tree: Path) -> None:
    """Refused is exit 1 and names the other; replaced tells the old label."""
    path = tree / "a.wav"
    labelled(ailabel("label", path, "--in-place", "--producer", OTHER, "--implicit-only"))
    before = path.read_bytes()
    done = ailabel("label", path, "--in-place", *BOTH)
    assert (done.code, path.read_bytes()) == (1, before)
    assert OTHER in done.out
    assert "--replace" in done.out
    done = ailabel("label", path, "--in-place", "--replace", "--format", "json", *BOTH)
    labelled(done)
    (item,) = done.files
    assert (item["status"], item["marks"]) == ("replaced", [])
    assert OTHER in item["replaced"][0]


def test_hard_links_and_read_only_files_are_refused(tree: Path, tmp_path: Path) -> None:
    """Both say what to do; --hardlinks allows the first."""
    path = tree / "a.wav"
    os.link(path, tmp_path / "other.wav")
    done = ailabel("label", path, "--in-place", *IMPLICIT)
    assert (done.code, "--hardlinks" in done.out) == (1, True)
    labelled(ailabel("label", path, "--in-place", "--hardlinks", *IMPLICIT))
    assert (tmp_path / "other.wav").read_bytes() == SOUND
    (tree / "pictures/b.png").chmod(0o444)
    done = ailabel("label", tree / "pictures/b.png", "--in-place", *IMPLICIT)
    assert (done.code, "read-only" in done.out) == (1, True)


def test_unknown_files_are_an_error_only_when_named(tree: Path) -> None:
    """In a folder they are counted; named, they are exit 2."""
    done = ailabel("label", tree / "pictures", "--in-place", *IMPLICIT)
    assert done.code == 0
    assert "skipped: 1" in done.out
    assert "notes.bin" not in done.out
    done = ailabel("label", tree / "pictures/notes.bin", "--in-place", *IMPLICIT)
    assert done.code == 2
    assert "no format" in done.out


def test_the_worst_file_decides_and_2_outranks_1(tree: Path, tmp_path: Path) -> None:
    """One refused file is exit 1, one that failed as well is exit 2; the others are labelled."""
    (tree / "pictures/b.png").chmod(0o444)
    done = ailabel("label", tree, "--in-place", *IMPLICIT)
    assert done.code == 1
    done = ailabel("label", tree, tmp_path / "missing.wav", "--in-place", *IMPLICIT)
    assert done.code == 2
    assert "No such file" in done.out
    assert fields(tree / "a.wav")["Label"] == "1"


def test_a_folder_that_cannot_be_listed_is_not_passed_over(
    tree: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Files that nobody could see are not reported as done."""
    scan = os.scandir

    def refuse(path: str) -> object:
        if str(path).endswith("deep"):
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        return scan(path)

    monkeypatch.setattr(os, "scandir", refuse)
    done = ailabel("label", tree, "--in-place", *IMPLICIT)
    assert done.code == 2
    assert "pictures/deep: failed" in done.out


# --- dry runs, reports, processes --------------------------------------------------------------


@pytest.mark.parametrize("output", [("-o", "{}/out/"), ("--in-place",), ()])
def test_a_dry_run_writes_nothing(tree: Path, tmp_path: Path, output: tuple[str, ...]) -> None:
    """No file, no folder; the edits are shown byte by byte."""
    before = state(tmp_path)
    where = [part.format(tmp_path) for part in output]
    done = ailabel("label", tree, *where, "--dry-run", *IMPLICIT)
    labelled(done)
    assert "planned" in done.out
    assert "bytes give way to" in done.out
    assert state(tmp_path) == before
    assert not (tmp_path / "out").exists()


def test_a_dry_run_of_a_pipe_passes_no_bytes_on() -> None:
    """The plan is told; nothing is written to standard output as a file."""
    done = ailabel(
        *("label", "-", "-o", "-", "--dry-run", "--format", "json", *IMPLICIT), stdin=SOUND
    )
    assert (done.code, done.stdout) == (0, b"")
    assert json.loads(done.err)["files"][0]["status"] == "planned"


def test_json_fits_the_published_schema(tree: Path, tmp_path: Path) -> None:
    """The document and the lines, with every kind of result."""
    labelled(ailabel("label", tree / "a.wav", "--in-place", "--producer", OTHER, "--implicit-only"))
    arguments = ("label", tree, tmp_path / "none.png", "-o", tmp_path / "out", *IMPLICIT)
    done = ailabel(*arguments, "--format", "json-lines", "--lang", "zh")
    head, *lines = map(json.loads, done.out.splitlines())
    check_schema(head, "label", "header")
    for line in lines:
        check_schema(line, "label", "file")
    assert {line["status"] for line in lines} == {"labelled", "refused", "skipped", "failed"}
    done = ailabel(*arguments, "--format", "json")
    check_schema(json.loads(done.out), "label")


def test_messages_speak_chinese_where_the_user_does(tree: Path) -> None:
    """By option and by environment; machine words stay."""
    by_option = ailabel("label", tree, "--dry-run", "--lang", "zh", *IMPLICIT)
    by_environment = ailabel("label", tree, "--dry-run", *IMPLICIT, AILABEL_LANG="zh_CN.UTF-8")
    assert by_option.out.splitlines()[-1] == by_environment.out.splitlines()[-1]
    assert "法律" in by_option.out


def test_two_processes_do_what_one_does(tmp_path: Path) -> None:
    """Same files, same order of results."""
    root = tmp_path / "in"
    root.mkdir()
    names = [f"{number:02}.wav" for number in range(12)]
    for name in names:
        (root / name).write_bytes(SOUND)
    (root / "05.wav").write_bytes(SOUND[:20])
    ids = table(tmp_path / "ids.csv", [(str(root / name), f"n-{name}") for name in names])
    results = []
    for jobs in ("1", "2"):
        done = ailabel(
            *("label", root, "-o", tmp_path / jobs, "--jobs", jobs, "--ids", ids),
            *("--format", "json", *IMPLICIT),
        )
        assert done.code == 2
        results.append(done.out.replace(str(tmp_path / jobs), "OUT"))
        results.append({name: data for name, (data, _) in state(tmp_path / jobs).items()})  # type: ignore[arg-type]
    assert results[:2] == results[2:]


def test_one_file_under_two_names_is_labelled_once(tmp_path: Path) -> None:
    """The second name waits for the first and finds the label there."""
    (tmp_path / "a.wav").write_bytes(SOUND)
    (tmp_path / "b.wav").symlink_to("a.wav")
    names = (tmp_path / "a.wav", tmp_path / "b.wav")
    done = ailabel("label", *names, "--in-place", "--format", "json", *IMPLICIT)
    assert done.code == 0
    assert [file["status"] for file in done.files] == ["labelled", "already"]


def test_a_pipe_is_read_in_this_process_whatever_jobs_says(tmp_path: Path) -> None:
    """A worker process has no standard input of ours."""
    (tmp_path / "a.wav").write_bytes(SOUND)
    done = ailabel(
        *("label", "-", tmp_path / "a.wav", "--name", "p.wav", "-o", tmp_path / "out"),
        *("--jobs", "2", *IMPLICIT),
        stdin=SOUND,
    )
    labelled(done)
    assert sorted(state(tmp_path / "out")) == ["a.wav", "p.wav"]


def test_a_killed_worker_is_an_error_not_a_hang() -> None:
    """A process that the system killed is reported with what to try."""
    with pytest.raises(AilabelError, match="fewer --jobs"):
        list(work(os._exit, [1, 1, 1], 2))


def test_the_sidecar_is_written_on_request(tmp_path: Path) -> None:
    """Only then, and it is said not to be the official place."""
    path = tmp_path / "a.txt"
    path.write_text("正文。\n", encoding="utf-8")
    done = ailabel("label", path, "--in-place", *BOTH)
    assert "no place for metadata" in done.out
    assert [item.name for item in tmp_path.iterdir()] == ["a.txt"]
    done = ailabel("label", path, "--in-place", "--sidecar", *BOTH)
    assert "not the official place" in done.out
    check_schema(json.loads((tmp_path / "a.txt.aigc.json").read_text("utf-8")), "sidecar")


@pytest.mark.parametrize("name", [name for name, _ in sample_files()])
def test_bad_files_give_no_traceback(tmp_path: Path, name: str) -> None:
    """Damaged copies of every sample are labelled, refused or failed, each with its reason."""
    data = dict(sample_files())[name]
    suffix = name.rpartition(".")[2]
    for number, copy in enumerate(damaged(data, count=8, seed=7)):
        (tmp_path / f"{number}.{suffix}").write_bytes(copy)
    done = ailabel("label", tmp_path, "-o", tmp_path / "out", *IMPLICIT)
    assert done.code in {0, 1, 2}
    assert done.err == ""
    assert "defect" not in done.out
    done = ailabel("verify", tmp_path)
    assert (done.code in {0, 1, 2}, done.err) == (True, "")
    assert "defect" not in done.out


# --- consoles, signals -------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["gbk", "ascii", "utf-8"])
def test_any_console_can_show_any_file(tmp_path: Path, encoding: str) -> None:
    """What the console's encoding lacks is escaped; JSON is always UTF-8."""
    path = tmp_path / "é😀图.wav"
    path.write_bytes(SOUND)
    done = spawn("label", path, "--dry-run", "--lang", "zh", *IMPLICIT, PYTHONIOENCODING=encoding)
    assert (done.code, done.err) == (0, "")
    done.stdout.decode(encoding)
    done = spawn(
        *("label", path, "--dry-run", "--format", "json", *IMPLICIT), PYTHONIOENCODING=encoding
    )
    assert done.files[0]["path"] == str(path)


def test_a_bar_is_drawn_where_somebody_watches(tree: Path, tmp_path: Path) -> None:
    """On a terminal, while the report goes elsewhere."""
    master, terminal = os.openpty()
    with (tmp_path / "report").open("wb") as report:
        done = subprocess.run(
            [sys.executable, "-m", "ailabel", "label", str(tree), "--dry-run", *IMPLICIT],
            stdout=report,
            stderr=terminal,
            env=os.environ | {"TERM": "xterm", "AILABEL_LANG": "en"},
            check=False,
        )
    os.close(terminal)
    shown = os.read(master, 100_000)
    os.close(master)
    assert done.returncode == 0
    assert b"100%" in shown
    assert b"planned" in (tmp_path / "report").read_bytes()


def test_a_defect_of_ours_ends_one_file_not_the_run(
    tree: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was not foreseen is reported as a defect for its file; the others are labelled."""

    def fail(path: str, *arguments: Any, **options: Any) -> Steps[LabelResult]:  # noqa: ANN401 - handed on
        if path.endswith("b.png"):
            raise ZeroDivisionError("by nothing")
        return api.labelling(path, *arguments, **options)

    monkeypatch.setattr(recording, "LABELLING", replace(LABELLING, begin=fail))
    done = ailabel("label", tree, "--in-place", *IMPLICIT)
    assert done.code == 2
    assert "this is a defect of ailabel" in done.out
    assert "ZeroDivisionError: by nothing" in done.out
    assert fields(tree / "a.wav")["Label"] == "1"


def test_no_bar_is_drawn_where_nobody_watches(tree: Path) -> None:
    """Standard error stays empty when it is no terminal."""
    done = spawn("label", tree, "--dry-run", *IMPLICIT, NO_COLOR="1")
    assert (done.code, done.stderr) == (0, b"")
    assert b"\x1b" not in done.stdout


SLOW: Final = """\
import os, time

opened = os.open

def slow(path, *arguments, **options):
    if str(path).endswith("a.wav"):
        time.sleep(60)
    return opened(path, *arguments, **options)

os.open = slow
"""  # a file that takes long, also in the processes that the command starts


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_an_interrupted_run_is_exit_130_and_leaves_whole_files(tmp_path: Path, jobs: str) -> None:
    """Control-C says so in one line."""
    for name in ("a.wav", "b.wav"):
        (tmp_path / name).write_bytes(SOUND)
    (tmp_path / "sitecustomize.py").write_text(SLOW, encoding="utf-8")
    paths = (str(tmp_path / "a.wav"), str(tmp_path / "b.wav"), "-o", str(tmp_path / "out"))
    with subprocess.Popen(
        [sys.executable, "-m", "ailabel", "label", *paths, "--jobs", jobs, *IMPLICIT],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
        env=os.environ | {"AILABEL_LANG": "en", "PYTHONPATH": str(tmp_path)},
    ) as process:
        time.sleep(1.2)
        os.killpg(process.pid, signal.SIGINT)
        try:
            _, err = process.communicate(timeout=20)
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
    assert process.returncode == 130
    assert err.decode().strip() == "ailabel: interrupted"


def test_a_broken_pipe_ends_quietly_and_not_as_a_success(tmp_path: Path) -> None:
    """Whoever stops reading sees no traceback; the run does not claim to be complete."""
    names = "\n".join(str(tmp_path / f"none-{number}.wav") for number in range(3000))
    (tmp_path / "list").write_text(names, encoding="utf-8")
    command = [sys.executable, "-m", "ailabel", "label", "--files-from", str(tmp_path / "list")]
    with subprocess.Popen(
        [*command, "--dry-run", *IMPLICIT], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.read(10)
        process.stdout.close()
        err = process.stderr.read()
        process.wait(timeout=20)
    assert process.returncode in {1, 2}
    assert err == b""


def test_a_closed_standard_output_is_no_crash(tmp_path: Path) -> None:
    """The files are labelled although nobody can be told."""
    (tmp_path / "a.wav").write_bytes(SOUND)
    script = f'"{sys.executable}" -m ailabel label "$1" --in-place {" ".join(IMPLICIT)} >&- 2>&-'
    done = subprocess.run(["sh", "-c", script, "sh", tmp_path / "a.wav"], check=False)
    assert done.returncode == 0
    assert fields(tmp_path / "a.wav")["Label"] == "1"


def test_a_full_disk_under_the_report_is_exit_2() -> None:
    """A report that could not be written is not a success."""
    with open("/dev/full", "wb") as full:  # noqa: PTH123 - a device
        done = subprocess.run(
            [sys.executable, "-m", "ailabel", "rule"],
            stdout=full,
            stderr=subprocess.PIPE,
            check=False,
        )
    assert done.returncode == 2
    assert b"No space left" in done.stderr
    assert b"Traceback" not in done.stderr


def test_the_place_can_be_chosen_and_changed_back(tmp_path: Path) -> None:
    """One label, moved with its number from the one place to the other; elsewhere it is refused."""
    path = tmp_path / "a.png"
    path.write_bytes(PICTURE)
    seen = []
    for slot in ("annex-b", "official", "annex-b"):
        done = ailabel("label", path, "--in-place", *IMPLICIT, "--slot", slot)
        assert done.code == 0, done.err
        document = json.loads(ailabel("read", path, "--format", "json").out)
        check_schema(document, "report")
        (label,) = document["files"][0]["labels"]
        seen.append((label["official"], label["fields"]["ProduceID"]))
    assert [official for official, _ in seen] == [False, True, False]
    assert len({number for _, number in seen}) == 1
    assert ailabel("verify", path, "--implicit-only").code == 0
    assert "附录 B" in ailabel("read", path, AILABEL_LANG="zh").out
    sound = tmp_path / "a.wav"
    sound.write_bytes(SOUND)
    refused = ailabel("label", sound, "--in-place", *IMPLICIT, "--slot", "annex-b")
    assert refused.code == 1
    assert "--slot official" in refused.out
    assert sound.read_bytes() == SOUND
