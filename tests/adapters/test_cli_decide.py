"""``ailabel decide``, and ``ailabel verify --regime``."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

import pytest

import ailabel as public
from builders import png
from command import PRODUCER, ailabel
from schemas import check as check_schema

if TYPE_CHECKING:
    from pathlib import Path

OURS: Final = "001191110102MACQD9K64020000"
WHO: Final = ("--apply", "--propagator", OURS)
STEPS: Final = "a cat\nSteps: 20, Sampler: Euler a, CFG scale: 7, Seed: 1"


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """Return a folder: a labelled file, one with traces, one with nothing, one of no format."""
    folder = tmp_path / "in"
    folder.mkdir()
    spec = public.LabelSpec(producer=PRODUCER, explicit=False)
    (folder / "a.png").write_bytes(public.label_bytes(png.build(), spec, name="a.png").data)
    (folder / "b.png").write_bytes(png.build(png.text("parameters", STEPS)))
    (folder / "c.png").write_bytes(png.build())
    (folder / "d.xyz").write_bytes(b"no format")
    return folder


def test_a_folder_is_decided_about(files: Path) -> None:
    """Each decision has its grounds; nothing found is no failure and no clearance."""
    done = ailabel("decide", files, "--implicit-only", "--format", "json", "--jobs", "2")
    assert done.code == 0
    document = json.loads(done.stdout)
    check_schema(document, "decide")
    assert [item["decision"] for item in done.files] == ["is", "suspected", "none", "skipped"]
    assert document["summary"]["decision"] == {"is": 1, "suspected": 1, "none": 1}
    assert [item["label"] for item in done.files] == ["1", "3", None, None]
    assert done.files[1]["wording"]["zh"] == "该内容疑似为人工智能生成合成内容"
    (trace,) = (item for item in done.files[1]["evidence"] if item["kind"] == "trace")
    assert (trace["counts"], trace["location"]) == (True, "tEXt[parameters]")
    rows = ailabel("decide", files, "--implicit-only", "--format", "json-lines").out.splitlines()
    check_schema(json.loads(rows[0]), "decide", "header")
    for row in rows[1:]:
        check_schema(json.loads(row), "decide", "file")


@pytest.mark.parametrize(
    ("language", "words"),
    [
        (
            "en",
            ("is suspected to be AI-generated (Measures art. 6 (3))", "show around", "write into"),
        ),
        ("zh", ("疑似为人工智能生成合成内容", "在内容周边显示", "写入元数据")),
    ],
)
def test_people_read_it_in_both_languages(
    files: Path, language: str, words: tuple[str, ...]
) -> None:
    """The decision, its clause, its grounds, the wording and what is to be written."""
    done = ailabel("decide", files / "b.png", "--implicit-only", "--lang", language)
    assert done.code == 0
    assert all(word in done.out for word in words)
    assert "[tEXt[parameters]]" in done.out


def test_a_declaration_is_heard(files: Path) -> None:
    """Yes makes it 可能; no decides nothing."""
    yes = ailabel("decide", files / "c.png", "--declared", "yes", "--format", "json")
    assert yes.files[0]["decision"] == "may_be"
    no = ailabel("decide", files / "c.png", "--declared", "no", "--format", "json")
    assert no.files[0]["decision"] == "none"
    assert no.code == 0


def test_what_was_decided_is_written(files: Path, tmp_path: Path) -> None:
    """Into a folder of copies; a second run changes nothing and keeps the numbers."""
    arguments = ("decide", files, "-o", tmp_path / "out", "--implicit-only", "--format", "json")
    done = ailabel(*arguments, *WHO)
    assert done.code == 0
    check_schema(json.loads(done.stdout), "decide")
    statuses = [item["result"] and item["result"]["status"] for item in done.files]
    assert statuses == ["propagated", "labelled", None, None]
    assert not (tmp_path / "out" / "c.png").exists()
    (found,) = public.read(tmp_path / "out" / "b.png").labels
    assert (found.fields["Label"], found.fields["ContentPropagator"]) == ("3", OURS)
    again = ailabel(*arguments, *WHO)
    assert [item["result"] and item["result"]["status"] for item in again.files] == [
        *("already", "already", None, None),
    ]


def test_one_file_is_written_in_place_with_its_number(files: Path) -> None:
    """A table or an option gives the number; a dry run writes nothing."""
    path = files / "b.png"
    before = path.read_bytes()
    assert ailabel("decide", path, "--dry-run", *WHO, "--implicit-only").code == 0
    assert path.read_bytes() == before
    done = ailabel("decide", path, "--in-place", *WHO, "--propagate-id", "p-1", "--implicit-only")
    assert done.code == 0
    (found,) = public.read(path).labels
    assert found.fields["PropagateID"] == "p-1"


def test_a_decision_that_cannot_be_written_is_still_told(files: Path) -> None:
    """The decision, then why it was not written; exit code 1."""
    text = files / "e.txt"
    text.write_text("a text\n")
    done = ailabel(
        *("decide", text, "--declared", "yes", "--in-place", *WHO, "--format", "json"),
    )
    assert done.code == 1
    assert done.files[0]["decision"] == "may_be"
    assert done.files[0]["result"]["status"] == "refused"
    shown = ailabel("decide", text, "--declared", "yes", "--in-place", *WHO, "--lang", "en")
    assert "no place for metadata" in shown.out


def test_files_that_cannot_be_worked_on_are_told(files: Path, tmp_path: Path) -> None:
    """A damaged file, one that is not there, one whose table has no row: exit code 2."""
    damaged = files / "f.png"
    damaged.write_bytes(png.build()[:40])
    done = ailabel("decide", damaged, files / "none.png", "--format", "json", *WHO, "--in-place")
    assert done.code == 2
    assert [item["decision"] for item in done.files] == ["failed", "failed"]
    assert done.files[1]["error"] == "cannot be worked on: No such file or directory"
    table = tmp_path / "ids.csv"
    table.write_text("path,id\n")
    missing = ailabel("decide", files / "b.png", "--ids", table, "--in-place", *WHO)
    assert missing.code == 2


def test_a_pipe_is_decided_about(files: Path, tmp_path: Path) -> None:
    """From standard input, to standard output or into a file."""
    data = (files / "b.png").read_bytes()
    done = ailabel("decide", "-", "-o", "-", *WHO, "--implicit-only", "--lang", "en", stdin=data)
    assert done.code == 0
    assert "suspected" in done.err
    assert public.read_bytes(done.stdout, name="b.png").labels
    target = tmp_path / "t.png"
    assert ailabel("decide", "-", "-o", target, *WHO, "--implicit-only", stdin=data).code == 0
    assert public.read(target).labels
    clean = png.build()
    same = ailabel("decide", "-", "-o", "-", *WHO, "--implicit-only", stdin=clean)
    assert (same.code, same.stdout) == (0, clean)
    broken = ailabel("decide", "-", "-o", "-", *WHO, stdin=clean[:40])
    assert (broken.code, broken.stdout) == (2, b"")


def test_a_label_that_cannot_be_read_is_replaced_when_asked(files: Path) -> None:
    """The old value stays in the report."""
    path = files / "g.png"
    path.write_bytes(png.build(png.text("AIGC", '{"Label":"AIGC","ProduceID":"n"}')))
    refused = ailabel("decide", path, "--in-place", *WHO, "--implicit-only", "--lang", "en")
    assert (refused.code, "--replace" in refused.out) == (1, True)
    done = ailabel(
        *("decide", path, "--in-place", *WHO, "--implicit-only", "--replace", "--format", "json")
    )
    assert done.code == 0
    assert '"Label":"AIGC"' in done.files[0]["result"]["replaced"][0]


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("--in-place",), "need --apply"),
        (("--apply", "--in-place"), "say who passes it on"),
        (("--apply", "--propagator", OURS), "say where"),
        ((*WHO, "--in-place", "--propagate-id", "a"), "for one file"),
        (("--propagate-id", "a", "--ids", "b"), "exclude each other"),
        (("--declared", "perhaps"), "perhaps"),
    ],
)
def test_a_command_line_that_makes_no_sense_is_refused(
    files: Path, arguments: tuple[str, ...], reason: str
) -> None:
    """Exit code 2, with the reason."""
    done = ailabel("decide", files, *arguments)
    assert done.code == 2
    assert reason in done.err


def test_a_directory_of_keys_says_whose_signature_it_must_be(files: Path, tmp_path: Path) -> None:
    """A label that names a known signer and is not signed is a trace."""
    assert ailabel("keys", "new", "--alg", "ed25519", "-o", tmp_path / "keys").code == 0
    keys = tmp_path / "keys.json"
    public_key = tmp_path / "keys" / "label.pub"
    assert ailabel("keys", "add", keys, public_key, "--code", PRODUCER).code == 0
    arguments = ("decide", files / "a.png", "--implicit-only", "--format", "json")
    assert ailabel(*arguments).files[0]["decision"] == "is"
    (item,) = ailabel(*arguments, "--trust", keys).files
    assert item["decision"] == "suspected"
    assert "holds no signature" in " ".join(clue["message"] for clue in item["evidence"])
    keys.write_text("{", encoding="utf-8")
    done = ailabel(*arguments, "--trust", keys)
    assert done.code == 2
    assert "directory of keys" in done.err


# -- regimes ---------------------------------------------------------------------------------------


def test_other_regimes_are_told_beside_the_two_labels(files: Path) -> None:
    """The exit code asks for every verdict; JSON, text and the summary name them."""
    arguments = ("verify", files / "a.png", "--implicit-only")
    assert ailabel(*arguments).code == 0
    done = ailabel(*arguments, "--regime", "us-ca,cn,eu", "--format", "json")
    assert done.code == 1
    document = json.loads(done.stdout)
    check_schema(document, "report")
    assert done.files[0]["regimes"] == {
        "eu": {"verdict": "compliant"},
        "us-ca": {"verdict": "inconclusive"},
    }
    assert document["summary"]["eu"] == {"compliant": 1}
    text = ailabel(*arguments, "--regime", "eu", "--lang", "en")
    assert (text.code, "eu compliant" in text.out) == (0, True)
    open_ones = ailabel(*arguments, "--regime", "us-ca", "--allow-inconclusive")
    assert open_ones.code == 0


@pytest.mark.parametrize("value", ["", "fr", "cn,mars"])
def test_an_unknown_regime_is_refused(files: Path, value: str) -> None:
    """The known ones are named."""
    done = ailabel("verify", files / "a.png", "--regime", value)
    assert done.code == 2
    assert "cn, eu, us-ca" in done.err


# -- the digital source type -----------------------------------------------------------------------


def test_the_source_type_is_written_beside_the_label(files: Path) -> None:
    """For what AI made, or a part of it; the two exclude each other."""
    path = files / "c.png"
    arguments = ("label", path, "--in-place", "--producer", PRODUCER, "--implicit-only")
    both = ailabel(*arguments, "--also", "iptc", "--also", "iptc-composite")
    assert (both.code, "exclude each other" in both.err) == (2, True)
    done = ailabel(*arguments, "--also", "iptc-composite", "--also", "end")
    assert done.code == 0
    assert b"compositeWithTrainedAlgorithmicMedia" in path.read_bytes()
    refused = ailabel(
        *("label", files / "e.wav", "--in-place", "--producer", PRODUCER, "--also", "iptc")
    )
    assert refused.code == 2
