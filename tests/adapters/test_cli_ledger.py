"""``ailabel ledger``, ``recover``, ``export`` and ``label --ledger``, as somebody types them."""

from __future__ import annotations

import hashlib
import json
import shutil
import sqlite3
import stat
import subprocess
import sys
from contextlib import closing
from typing import TYPE_CHECKING, Any, Final

import pytest
from PIL import Image

from ailabel.ledger import Ledger
from books import tamper
from command import PRODUCER, ailabel
from corpus import ROOT
from schemas import check as check_schema

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from command import Done

    Run = Callable[..., Done]

PICTURE: Final = ROOT / "samples" / "pictures" / "icon-transparent.png"
AGREEMENT: Final = f"v3@sha256:{'0a' * 32}"
GRANT: Final = ("--recipient", "张三", "--agreement", AGREEMENT, "--reason", "印刷", "--looked")


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Return how to run ailabel with a ledger that was made on the command line."""
    ledger = str(tmp_path / "ledger.db")

    def run(*arguments: str | Path) -> Done:
        return ailabel(*arguments, AILABEL_LEDGER=ledger, AILABEL_PRODUCER=PRODUCER)

    done = run("ledger", "init", "--name", "example.org/ledger")
    assert done.code == 0
    assert "a new ledger, example.org/ledger" in done.out
    return run


@pytest.fixture
def labelled(run: Run, tmp_path: Path) -> Path:
    """Return a picture that was labelled and recorded."""
    output = tmp_path / "labelled.png"
    done = run("label", PICTURE, "-o", output, "--implicit-only", "--produce-id", "n-1")
    assert done.code == 0, done.err
    return output


def document(done: Done, part: str = "") -> dict[str, Any]:
    """Return what was printed as JSON, once it fits its schema."""
    found: dict[str, Any] = json.loads(done.out)
    check_schema(found, "ledger", part)
    return found


def test_labelling_is_recorded_and_found(run: Run, labelled: Path) -> None:
    """By the file, by the number; in text and in JSON."""
    for what in (labelled, "n-1"):
        done = run("ledger", "find", what)
        assert done.code == 0
        assert "n-1" in done.out
        found = document(run("ledger", "find", what, "--format", "json"), "find")
        assert [item["kind"] for item in found["entries"]] == ["label"]
    nothing = run("ledger", "find", "n-2")
    assert (nothing.code, nothing.out) == (1, "nothing is recorded of n-2\n")


def test_several_processes_record(run: Run, tmp_path: Path) -> None:
    """Each opens the ledger for itself; a second run changes nothing; a dry run neither."""
    for index in range(6):
        Image.new("RGB", (20 + index, 20)).save(tmp_path / f"{index}.png")
    names = [tmp_path / f"{index}.png" for index in range(6)]
    dry = run("label", *names, "--implicit-only", "--dry-run")
    assert dry.code == 0
    assert "0 rows" in run("ledger", "verify").out
    for _ in range(2):
        done = run("label", *names, "--implicit-only", "--in-place", "--jobs", "2")
        assert done.code == 0, done.out
    assert "6 rows" in run("ledger", "verify").out


def test_standard_input_is_recorded(run: Run, tmp_path: Path) -> None:
    """And not in a dry run."""
    ledger = str(tmp_path / "ledger.db")
    for extra in (("--dry-run",), ()):
        done = ailabel(
            *("label", "-", "-o", "-", "--implicit-only", "--ledger", ledger, *extra),
            stdin=PICTURE.read_bytes(),
            AILABEL_PRODUCER=PRODUCER,
        )
        assert done.code == 0
    assert "1 rows" in run("ledger", "verify").out


def test_a_ledger_that_is_not_there_stops_everything(tmp_path: Path) -> None:
    """Before any file is touched; the message says what to do."""
    done = ailabel(
        *("label", PICTURE, "-o", tmp_path / "a.png", "--ledger", tmp_path / "none.db"),
        AILABEL_PRODUCER=PRODUCER,
    )
    assert (done.code, done.out) == (2, "")
    assert "ailabel ledger init" in done.err
    assert not (tmp_path / "a.png").exists()


@pytest.mark.parametrize(
    "arguments",
    [
        ("ledger", "init"),
        ("ledger", "migrate"),
        ("ledger", "verify"),
        ("recover", "a.png"),
        ("export", "a.png", "-o", "b.png", "--producer", "x", *GRANT),
    ],
)
def test_the_ledger_must_be_named(arguments: tuple[str, ...]) -> None:
    """Where nothing can be done without one."""
    done = ailabel(*arguments, AILABEL_LEDGER="")
    assert done.code == 2
    assert "say which ledger" in done.err


def test_tampering_is_told(run: Run, labelled: Path, tmp_path: Path) -> None:
    """With its place, in both languages and in JSON, and exit code 1."""
    assert labelled.exists()
    whole = run("ledger", "verify")
    assert (whole.code, "every row is there" in whole.out) == (0, True)
    with Ledger.open(tmp_path / "ledger.db") as ledger:
        tamper(ledger, "UPDATE ledger_entry SET label = 'x'")
    done = run("ledger", "verify")
    assert (done.code, "row 1 is not what was recorded" in done.out) == (1, True)
    assert "第 1 行不是当初记录的内容" in run("ledger", "verify", "--lang", "zh").out
    found = document(run("ledger", "verify", "--format", "json"), "verify")
    assert not found["whole"]
    assert [(item["kind"], item["first"]) for item in found["findings"]] == [("changed", 1)]


def test_checkpoints_are_signed_and_verified(run: Run, labelled: Path, tmp_path: Path) -> None:
    """By a key file, by what the signing says, and by nothing."""
    assert labelled.exists()
    keys, note = tmp_path / "keys", tmp_path / "note"
    assert run("keys", "new", "--alg", "ed25519", "-o", keys).code == 0
    done = run("ledger", "checkpoint", "--key", keys / "label.key", "-o", note)
    assert done.code == 0
    verifier = done.err.rpartition(" ")[2].strip()
    assert note.read_text().startswith("example.org/ledger\n1\n")
    printed = run("ledger", "checkpoint", "--key", keys / "label.key")
    assert printed.out == note.read_text()
    for key in (verifier, keys / "label.pub"):
        told = run("ledger", "verify", "--checkpoint", note, "--verifier", key)
        assert (told.code, "signatures checked: 1" in told.out) == (0, True)
    told = run("ledger", "verify", "--checkpoint", note)
    assert (told.code, "not checked (no --verifier): 1" in told.out) == (0, True)
    told = run("ledger", "verify")
    assert (told.code, "no checkpoint that was kept elsewhere" in told.out) == (0, True)
    told = run("ledger", "verify", "--verifier", keys / "label.pub")
    assert (told.code, "name them with --checkpoint" in told.err) == (2, True)
    told = run("ledger", "verify", "--checkpoint", note, "--checkpoint", PICTURE)
    assert (told.code, told.err) == (2, f"ailabel: {PICTURE}: this is no signed note\n")
    assert run("ledger", "verify", "--checkpoint", note, "--verifier", "x").code == 2
    assert run("ledger", "checkpoint").code == 2
    again = run("ledger", "checkpoint", "--key", keys / "label.key", "-o", note)
    assert (again.code, "exists" in again.err) == (2, True)


def test_other_keys_sign_no_checkpoints(run: Run, tmp_path: Path) -> None:
    """Notes know Ed25519."""
    assert run("keys", "new", "--alg", "p256", "-o", tmp_path / "keys").code == 0
    done = run("ledger", "checkpoint", "--key", tmp_path / "keys" / "label.key")
    assert (done.code, "Ed25519" in done.err) == (2, True)
    note = tmp_path / "note"
    note.touch()
    verifying = ("ledger", "verify", "--checkpoint", note)
    done = run(*verifying, "--verifier", tmp_path / "keys" / "label.pub")
    assert (done.code, "another key" in done.err) == (2, True)


def test_rows_are_proved(run: Run, labelled: Path) -> None:
    """That they are part of the ledger, and that it begins with what it was."""
    assert labelled.exists()
    for option in ("--row", "--size"):
        found = document(run("ledger", "prove", option, "1"), "prove")
        assert found["nodes"] == []
        assert found["leaf"] == found["root"]
    assert run("ledger", "prove").code == 2
    assert run("ledger", "prove", "--row", "2").code == 2


def test_rows_are_written_out(run: Run, labelled: Path, tmp_path: Path) -> None:
    """As JSON lines, to standard output or a new file that others cannot read."""
    assert labelled.exists()
    done = run("ledger", "export")
    head, row = map(json.loads, done.out.splitlines())
    check_schema(head, "ledger", "export_head")
    check_schema(row, "ledger", "entry")
    assert (head["origin"], row["number"]) == ("example.org/ledger", "n-1")
    output = tmp_path / "rows.jsonl"
    assert run("ledger", "export", "-o", output).code == 0
    assert output.read_text(encoding="utf-8") == done.out
    assert stat.S_IMODE(output.stat().st_mode) == 0o600
    assert run("ledger", "export", "-o", output).code == 2
    with Ledger.open(tmp_path / "ledger.db") as ledger:
        tamper(ledger, "UPDATE ledger_entry SET kind = 'nonsense'")
    done = run("ledger", "export", "-o", tmp_path / "half.jsonl")
    assert (done.code, "row 1 of the ledger is damaged" in done.err) == (2, True)
    assert not (tmp_path / "half.jsonl").exists()


def test_anybody_can_reckon_the_rows(run: Run, labelled: Path, tmp_path: Path) -> None:
    """From what is written out and what spec/ledger.md says, with nothing of ours."""
    assert labelled.exists()
    done = run("export", PICTURE, "-o", tmp_path / "out.png", *GRANT)
    assert done.code == 0
    head, *rows = map(json.loads, run("ledger", "export").out.splitlines())
    link = hashlib.sha256(b"ailabel ledger chain 1\0" + head["origin"].encode()).digest()
    for row in rows:
        names = ("details", "digest", "format", "kind", "label", "picture", "producer", "signer")
        values = {name: row[name] or "" for name in names} | {"v": 1}
        values |= {name: row[name] for name in ("number", "time", "turn")}
        data = json.dumps(values, separators=(",", ":"), sort_keys=True).encode("ascii")
        leaf = hashlib.sha256(b"\0" + data).digest()
        link = hashlib.sha256(b"ailabel ledger chain 1\0" + link + leaf).digest()
        assert (leaf.hex(), link.hex()) == (row["leaf"], row["chain"])
    with closing(sqlite3.connect(tmp_path / "ledger.db")) as database:
        ((salt,),) = database.execute("SELECT salt FROM ledger_person").fetchall()
    person = json.dumps(["张三", "印刷"], separators=(",", ":")).encode("ascii")
    commitment = hashlib.sha256(b"ailabel ledger person 1\0" + salt + person).hexdigest()
    assert json.loads(rows[1]["details"])["person"] == commitment


def test_a_new_ledger_is_up_to_date(run: Run) -> None:
    """There is nothing to migrate."""
    done = run("ledger", "migrate")
    assert (done.code, "up to date" in done.out) == (0, True)


def test_a_stripped_copy_is_traced_and_restored(run: Run, labelled: Path, tmp_path: Path) -> None:
    """The command that is shown is the one that puts the label back."""
    copy, small = tmp_path / "copy.png", tmp_path / "small image.webp"
    shutil.copy(PICTURE, copy)
    Image.open(labelled).resize((100, 100)).save(small, quality=70)
    done = run("recover", copy)
    assert done.code == 0
    assert f"ailabel recover {copy} --in-place" in done.out
    looks = document(run("recover", small, "--format", "json"), "recover")
    (match,) = looks["files"][0]["matches"]
    assert (match["by"], match["entry"]["number"]) == ("looks", "n-1")
    assert "of 128 bits differ" in run("recover", small).out
    restored = run("recover", small, "--in-place")
    assert (restored.code, "was put back" in restored.out) == (0, True)
    assert "n-1" in ailabel("read", small).out
    assert "carries the number n-1" in run("recover", small).out
    out = tmp_path / "out.png"
    files = document(run("recover", copy, "-o", out, "--format", "json"), "recover")["files"]
    assert files[0]["restored"] == str(out)
    assert run("recover", copy, "-o", out, "--in-place").code == 2


def test_labels_are_put_back_into_new_files(run: Run, labelled: Path, tmp_path: Path) -> None:
    """In folders that are made for them, one file each, and never over another file."""
    assert labelled.exists()
    for name in ("a.png", "b.png", "below/a.png"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        shutil.copy(PICTURE, tmp_path / name)
    output = tmp_path / "new" / "folder"
    done = run("recover", tmp_path / "a.png", tmp_path / "b.png", "-o", output)
    assert done.code == 0, done.out
    assert "n-1" in ailabel("read", output / "b.png").out
    before = (output / "a.png").read_bytes()
    again = run("recover", tmp_path / "a.png", "-o", output)
    assert (again.code, "choose another output" in again.out) == (1, True)
    assert "--in-place" not in again.out
    assert (output / "a.png").read_bytes() == before
    twice = (tmp_path / "a.png", tmp_path / "below" / "a.png", "-o", tmp_path / "twice")
    done = run("recover", *twice, "--format", "json")
    files = document(done, "recover")["files"]
    assert [item["status"] for item in files] == ["found", "failed"]
    assert "the same output" in files[1]["error"]


def test_pipes_are_not_traced(run: Run, tmp_path: Path) -> None:
    """A minus is no file's name here, and none of that name is written."""
    shutil.copy(PICTURE, tmp_path / "copy.png")
    for arguments in (("-",), (tmp_path / "copy.png", "-o", "-")):
        done = run("recover", *arguments)
        assert (done.code, "not standard input" in done.err) == (2, True)


def test_what_is_not_found_is_said(run: Run, labelled: Path, tmp_path: Path) -> None:
    """With exit code 1; what cannot be read with 2; what is no content is passed over."""
    assert labelled.exists()
    other = tmp_path / "tree" / "other.png"
    other.parent.mkdir()
    Image.new("RGB", (50, 50)).save(other)
    done = run("recover", other)
    assert (done.code, done.out) == (1, f"{other}: not_found\n")
    (other.parent / "notes.xyz").write_text("nothing")
    found = document(run("recover", other.parent, "--format", "json"), "recover")["files"]
    assert sorted(item["status"] for item in found) == ["not_found", "skipped"]
    assert "notes" not in run("recover", other.parent).out
    (other.parent / "broken.png").write_bytes(PICTURE.read_bytes()[:100])
    assert run("recover", other.parent).code == 2


def test_a_file_is_handed_out_and_the_person_forgotten(run: Run, tmp_path: Path) -> None:
    """Logged, found, kept for six months, erased all the same where another duty comes first."""
    output = tmp_path / "out.png"
    done = run("export", PICTURE, "-o", output, *GRANT, "--format", "json")
    assert done.code == 0, done.out
    found = json.loads(done.out)
    check_schema(found, "label")
    assert [item["status"] for item in found["files"]] == ["exported"]
    people = run("ledger", "export", "--people").out.splitlines()
    assert json.loads(people[1])["person"] == {"recipient": "张三", "reason": "印刷"}
    refused = run("ledger", "erase", "张三")
    assert (refused.code, "six calendar months" in refused.err) == (2, True)
    assert run("ledger", "purge", "--before", "2999-01-01").code == 2
    assert run("ledger", "purge", "--before", "2020-01-01").code == 0
    erased = run("ledger", "erase", "张三", "--within-retention")
    assert (erased.code, erased.out) == (0, "exports whose recipient is forgotten: 1\n")
    assert run("ledger", "erase", "张三", "--within-retention").code == 1
    people = run("ledger", "export", "--people").out.splitlines()
    assert [json.loads(line)["person"] for line in people[1:]] == [None, None]
    assert run("ledger", "verify").code == 0


@pytest.mark.parametrize(
    ("changes", "code", "told"),
    [
        (("--agreement", "v3"), 1, "VERSION@SHA256"),
        (("--recipient", " "), 1, "recipient is empty"),
        (("-o", "-"), 2, "written to a file"),
        (("-o", str(PICTURE)), 1, "choose another output"),
    ],
)
def test_exports_that_are_refused(
    run: Run, tmp_path: Path, changes: tuple[str, str], code: int, told: str
) -> None:
    """With the reason."""
    done = run("export", PICTURE, "-o", tmp_path / "out.png", *GRANT, *changes)
    assert done.code == code
    assert told in done.out + done.err
    assert not (tmp_path / "out.png").exists()


def test_mistakes_are_no_tracebacks(run: Run, tmp_path: Path) -> None:
    """Days at the ends of the calendar, text that is none, a folder that is not there."""
    assert run("ledger", "purge", "--before", "0001-01-01").code == 0
    assert run("ledger", "purge", "--before", "9999-12-31").code == 2
    for command in ("find", "erase"):
        done = run("ledger", command, "\udcff\udcfe")
        assert (done.code, done.err) == (1, "")
    done = run("export", PICTURE, "-o", tmp_path / "none" / "out.png", *GRANT)
    assert done.code == 2
    assert "0 rows" in run("ledger", "verify").out
    assert run("ledger", "prove", "--row", "9" * 30).code == 2
    assert run("ledger", "verify", "--ledger", PICTURE).code == 2
    assert run("ledger", "verify", "--ledger", "postgresql://a:secret@h:x/d").code == 2


def test_an_agreement_is_needed(run: Run, tmp_path: Path) -> None:
    """There is no export without one."""
    output = tmp_path / "out.png"
    done = run("export", PICTURE, "-o", output, "--recipient", "a", "--reason", "b")
    assert (done.code, "--agreement" in done.err) == (2, True)


def test_commands_load_no_database_before_they_need_one() -> None:
    """Nor does the package; only opening a ledger does."""
    modules = "ailabel.ledger, ailabel.adapters.cli.label, ailabel.adapters.cli.ledger"
    code = f"import sys, {modules}; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not {"sqlalchemy", "alembic", "psycopg"} & set(done.stdout.split())
