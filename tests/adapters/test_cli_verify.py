"""``ailabel verify`` and ``ailabel read``: verdicts, exit codes, inputs, reports."""

from __future__ import annotations

import errno
import json
import os
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Final

import pytest

import ailabel as package
from ailabel import api
from builders import png, wav
from command import PRODUCER, ailabel, spawn
from every import SAMPLES
from schemas import check as check_schema

if TYPE_CHECKING:
    from pathlib import Path

SPEC: Final = package.LabelSpec(producer=PRODUCER)
IMPLICIT: Final = package.LabelSpec(producer=PRODUCER, explicit=False)
SOUND: Final = wav.file(wav.FORMAT, wav.DATA)
LABELLED: Final = package.label_bytes(SOUND, IMPLICIT).data
WRONG: Final = wav.file(wav.FORMAT, wav.DATA, wav.chunk(b"AIGC", b'{"Label":"9","ProduceID":"x"}'))
STORY: Final = package.label_bytes("# 题\n\n正文。\n".encode(), SPEC, name="a.md").data
FILES: Final = {
    "good.md": STORY,
    "good.txt": "正文。\n\n本内容由AI生成\n".encode(),
    "plain.txt": "正文。\n".encode(),
    "sound.wav": LABELLED,
    "clean.wav": SOUND,
    "wrong.wav": WRONG,
    "cut.png": png.build()[:40],
    "unknown.bin": b"\0\1\2",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with a file of every verdict."""
    for name, data in FILES.items():
        (tmp_path / name).write_bytes(data)
    return tmp_path


@pytest.mark.parametrize(
    ("name", "arguments", "code"),
    [
        ("good.md", (), 0),
        ("good.txt", (), 0),
        ("plain.txt", (), 1),
        ("plain.txt", ("--implicit-only",), 0),
        ("sound.wav", (), 1),
        ("sound.wav", ("--allow-inconclusive",), 1),
        ("sound.wav", ("--implicit-only",), 0),
        ("sound.wav", ("--explicit-only",), 1),
        ("clean.wav", ("--implicit-only",), 1),
        ("clean.wav", ("--implicit-only", "--allow-inconclusive"), 1),
        ("wrong.wav", ("--implicit-only",), 1),
        ("wrong.wav", ("--allow-inconclusive",), 1),
        ("cut.png", (), 1),
        ("unknown.bin", (), 2),
        ("unknown.bin", ("--allow-inconclusive",), 2),
        ("missing.wav", (), 2),
        ("good.md", ("--implicit-only", "--explicit-only"), 2),
        ("good.md", ("--format", "xml"), 2),
    ],
)
def test_the_exit_code_tells_the_verdict(
    folder: Path, name: str, arguments: tuple[str, ...], code: int
) -> None:
    """0 compliant or not applicable; 1 anything else that was asked; 2 could not be worked on."""
    done = ailabel("verify", folder / name, *arguments)
    assert done.code == code
    assert "Traceback" not in done.err


def test_what_may_be_speech_is_allowed_to_stay_open(tmp_path: Path) -> None:
    """A voice that is not known is no failure where inconclusive answers are allowed."""
    murmur = tmp_path / "murmur.mp3"
    source = (SAMPLES / "sounds" / "murmur.mp3").read_bytes()
    murmur.write_bytes(package.label_bytes(source, IMPLICIT).data)
    assert ailabel("verify", murmur).code == 1
    assert ailabel("verify", murmur, "--allow-inconclusive").code == 0


@pytest.mark.parametrize(
    ("names", "code"),
    [
        (("good.md", "good.txt"), 0),
        (("good.md", "plain.txt"), 1),
        (("unknown.bin", "plain.txt"), 2),
        (("plain.txt", "missing.wav", "good.md"), 2),
    ],
)
def test_the_worst_file_decides(folder: Path, names: tuple[str, ...], code: int) -> None:
    """2 outranks 1, and 1 outranks 0, whatever the order."""
    paths = [folder / name for name in names]
    assert ailabel("verify", *paths).code == code
    assert ailabel("verify", *reversed(paths)).code == code


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("good.md", 0),
        ("clean.wav", 0),
        ("wrong.wav", 0),
        ("plain.txt", 0),
        ("cut.png", 2),
        ("unknown.bin", 2),
        ("missing.wav", 2),
    ],
)
def test_reading_fails_only_for_what_cannot_be_read(folder: Path, name: str, code: int) -> None:
    """With or without a label `read` is 0; a damaged file cannot be read."""
    done = ailabel("read", folder / name)
    assert done.code == code
    assert name in done.out
    assert done.err == ""


def test_reading_shows_every_label_with_its_fields(folder: Path) -> None:
    """Place, whether the guides name it, the seven fields and the problems."""
    done = ailabel("read", folder / "wrong.wav", folder / "sound.wav")
    assert "Label: 9" in done.out
    assert "official place" in done.out
    assert f"ContentProducer: {PRODUCER}" in done.out
    assert "! " in done.out


def test_every_failure_says_what_and_why(folder: Path) -> None:
    """No file is inconclusive without a reason."""
    done = ailabel("verify", folder / "missing.wav", folder / "unknown.bin", folder / "cut.png")
    assert "No such file or directory" in done.out
    assert "no format that ailabel labels" in done.out
    assert "byte" in done.out


def test_a_folder_is_walked_and_unknown_files_are_counted(folder: Path) -> None:
    """Files that are none of ours are no failure of a folder."""
    (folder / "wrong.wav").unlink()
    done = ailabel("verify", folder, "--format", "json", "--implicit-only")
    summary = json.loads(done.out)["summary"]
    assert (summary["files"], summary["skipped"]) == (7, 1)
    assert summary["implicit"] == {
        "inconclusive": 1, "not_found": 1, "compliant": 2, "not_applicable": 2,
    }  # fmt: skip
    assert done.code == 1
    text = ailabel("verify", folder).out
    assert "skipped: 1" in text
    assert "unknown.bin" not in text


@pytest.mark.parametrize("command", ["verify", "read"])
def test_json_fits_the_published_schema(folder: Path, command: str) -> None:
    """The document and the lines, for a file of every verdict."""
    inputs = (folder, folder / "missing.wav")
    done = ailabel(command, *inputs, "--format", "json")
    assert done.code == 2
    check_schema(json.loads(done.out), "report")
    head, *lines = map(
        json.loads, ailabel(command, *inputs, "--format", "json-lines").out.splitlines()
    )
    check_schema(head, "report", "header")
    for line in lines:
        check_schema(line, "report", "file")
    assert lines == done.files
    assert head["command"] == command


def test_a_pipe_is_verified(folder: Path) -> None:
    """- is standard input; --name tells text formats apart."""
    done = ailabel("verify", "-", "--implicit-only", stdin=LABELLED)
    assert (done.code, done.out.startswith("-: implicit compliant")) == (0, True)
    assert ailabel("verify", "-", "--name", "a.md", stdin=STORY).code == 0
    assert ailabel("read", "-", stdin=b"\0\1\2").code == 2
    done = ailabel("verify", "-", folder / "good.md", "--jobs", "2", "--name", "x.md", stdin=STORY)
    assert done.code == 0


@pytest.mark.parametrize("separator", ["\n", "\0"])
def test_paths_may_come_from_a_list(folder: Path, separator: str) -> None:
    """Besides, or instead of, arguments; each file is looked at once."""
    listed = separator.join(str(folder / name) for name in ("good.md", "good.txt", "good.md"))
    done = ailabel("verify", "--files-from", "-", "--format", "json", stdin=listed.encode())
    assert done.code == 0
    assert len(done.files) == 2
    done = ailabel("verify", folder / "plain.txt", "--files-from", "-", stdin=listed.encode())
    assert done.code == 1


@pytest.mark.parametrize(
    "arguments", [(), ("--files-from", "/no/such/list"), ("--files-from", "/dev/null")]
)
def test_no_inputs_are_a_mistake(arguments: tuple[str, ...]) -> None:
    """Verifying nothing is not a success."""
    done = ailabel("verify", *arguments)
    assert (done.code, done.out) == (2, "")
    assert done.err


def test_two_processes_find_what_one_finds(folder: Path) -> None:
    """Same reports in the same order."""
    one = ailabel("verify", folder, "--format", "json", "--jobs", "1")
    two = ailabel("verify", folder, "--format", "json", "--jobs", "2")
    assert (one.code, one.stdout) == (two.code, two.stdout)


def test_a_folder_that_cannot_be_listed_is_exit_2(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What could not be looked at is never passed."""
    (folder / "in").mkdir()
    (folder / "in/good.md").write_bytes(STORY)
    (folder / "in/closed").mkdir()
    scan = os.scandir

    def refuse(path: str) -> object:
        if str(path).endswith("closed"):
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        return scan(path)

    monkeypatch.setattr(os, "scandir", refuse)
    done = ailabel("verify", folder / "in")
    assert done.code == 2
    assert "in/closed" in done.out


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (ZeroDivisionError("by nothing"), "this is a defect of ailabel"),
        (package.PluginError("the extension {name} is no carrier", name="x"), "no carrier"),
    ],
)
def test_what_was_not_foreseen_ends_one_file_not_the_run(
    folder: Path, monkeypatch: pytest.MonkeyPatch, error: Exception, words: str
) -> None:
    """The file is reported with the reason, exit 2; the others are verified."""
    call = api.verify

    def fail(path: str, options: package.VerifyOptions) -> package.FileReport:
        if path.endswith("good.md"):
            raise error
        return call(path, options)

    monkeypatch.setattr(api, "verify", fail)
    done = ailabel("verify", folder / "good.md", folder / "good.txt")
    assert done.code == 2
    assert words in done.out
    assert "explicit compliant" in done.out


def test_nothing_is_written_by_looking(folder: Path) -> None:
    """Bytes and times of every file stay."""
    before = {path.name: (path.read_bytes(), path.stat().st_mtime_ns) for path in folder.iterdir()}
    ailabel("verify", folder)
    ailabel("read", folder)
    after = {path.name: (path.read_bytes(), path.stat().st_mtime_ns) for path in folder.iterdir()}
    assert before == after


def test_hostile_names_and_labels_do_not_steer_the_terminal(tmp_path: Path) -> None:
    """Escapes, bidi marks and newlines are shown, not obeyed, in every format."""
    payload = json.dumps(
        {"Label": "1", "ContentProducer": "\x1b[2J\u202e", "ProduceID": "\x07\x9b", "\u2066k": "v"}
    )
    name = b"a\x1b]0;x\x07\n\xe2\x80\xae\xff.wav"
    data = wav.file(wav.FORMAT, wav.DATA, wav.chunk(b"AIGC", payload.encode()))
    path = os.fsencode(tmp_path) + b"/" + name
    with open(path, "wb") as file:  # noqa: PTH123 - bytes
        file.write(data)
    for command in ("verify", "read"):
        for kind, encoding in (("text", "gbk"), ("text", "utf-8"), ("json", "utf-8")):
            done = spawn(command, path, "--format", kind, PYTHONIOENCODING=encoding)
            assert done.stderr == b""
            assert not any(mark in done.stdout for mark in (b"\x1b", b"\x07", b"\x9b["))
            assert not any(mark in done.out for mark in ("\u202e", "\u2066"))


def test_an_interrupted_look_is_exit_130(tmp_path: Path) -> None:
    """Waiting for a pipe that stays silent ends with Control-C."""
    with subprocess.Popen(
        [sys.executable, "-m", "ailabel", "verify", "-"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=tmp_path,
        env=os.environ | {"AILABEL_LANG": "en"},
    ) as process:
        time.sleep(0.8)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=20)
    assert process.returncode == 130
    assert err.decode().strip() == "ailabel: interrupted"


def test_the_sample_files_are_not_yet_labelled() -> None:
    """A clean file is not found to be labelled, and nothing is said to be made by people."""
    done = ailabel("verify", SAMPLES, "--implicit-only", "--lang", "en")
    assert done.code == 1
    assert "noncompliant" not in done.out
    assert "that does not show that no AI was used" in done.out
