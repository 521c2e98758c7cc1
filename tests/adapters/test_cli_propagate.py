"""``ailabel propagate``."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

import pytest

import ailabel as public
from builders import png, wav
from command import PRODUCER, ailabel
from schemas import check as check_schema

if TYPE_CHECKING:
    from pathlib import Path

OURS: Final = "001191110102MACQD9K64020000"
OTHER: Final = "001191330106MA2CFLDG4R20000"
SPEC: Final = public.LabelSpec(producer=PRODUCER, explicit=False, produce_id="n-1")
WHO: Final = ("--propagator", OURS)


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """Return a folder with two labelled files, one without a label and one of no known format."""
    folder = tmp_path / "in"
    folder.mkdir()
    for name, data in (("a.png", png.build()), ("b.wav", wav.file(wav.FORMAT, wav.DATA))):
        (folder / name).write_bytes(public.label_bytes(data, SPEC, name=name).data)
    (folder / "c.png").write_bytes(png.build())
    (folder / "d.xyz").write_bytes(b"no format")
    return folder


def fields(path: Path) -> dict[str, str | None]:
    """Return the fields of a file's label."""
    (found,) = public.read(path).labels
    return dict(found.fields)


def test_a_folder_is_passed_on_with_its_structure(files: Path, tmp_path: Path) -> None:
    """What has no label is refused with exit code 1; what is no format is passed over."""
    done = ailabel("propagate", files, "-o", tmp_path / "out", *WHO, "--format", "json")
    assert done.code == 1
    check_schema(json.loads(done.stdout), "label")
    assert [item["status"] for item in done.files] == [
        *("propagated", "propagated", "refused", "skipped"),
    ]
    assert "ailabel decide" in done.files[2]["error"]
    for name in ("a.png", "b.wav"):
        assert fields(tmp_path / "out" / name)["ContentPropagator"] == OURS
        assert fields(files / name)["ContentPropagator"] == PRODUCER
    again = ailabel("propagate", files, "-o", tmp_path / "out", *WHO, "--format", "json-lines")
    rows = [json.loads(line) for line in again.out.splitlines()]
    check_schema(rows[0], "label", "header")
    assert [row["status"] for row in rows[1:3]] == ["already", "already"]
    for row in rows[1:]:
        check_schema(row, "label", "file")


def test_files_are_passed_on_in_place(files: Path) -> None:
    """The text names the propagator's number; several processes do the same."""
    done = ailabel(
        *("propagate", files / "a.png", "--in-place", *WHO, "--propagate-id", "p-1", "--lang", "en")
    )
    assert (done.code, done.err) == (0, "")
    assert "propagated (p-1)" in done.out
    assert fields(files / "a.png")["PropagateID"] == "p-1"
    both = ailabel("propagate", files / "a.png", files / "b.wav", "--in-place", *WHO, "--jobs", "2")
    assert both.code == 0
    assert fields(files / "a.png")["PropagateID"] == "p-1"


def test_a_table_gives_the_numbers(files: Path, tmp_path: Path) -> None:
    """A file without a row fails; the platform may come from the environment."""
    table = tmp_path / "ids.csv"
    table.write_text(f"path,id\n{files / 'a.png'},p-7\n")
    done = ailabel(
        *("propagate", files / "a.png", files / "b.wav", "--in-place", "--ids", table),
        AILABEL_PROPAGATOR=OURS,
    )
    assert done.code == 2
    assert fields(files / "a.png")["PropagateID"] == "p-7"
    assert fields(files / "b.wav")["ContentPropagator"] == PRODUCER


def test_a_dry_run_writes_nothing(files: Path) -> None:
    """It tells the edits."""
    before = (files / "a.png").read_bytes()
    done = ailabel("propagate", files / "a.png", *WHO, "--dry-run", "--format", "json")
    assert done.code == 0
    assert done.files[0]["status"] == "planned"
    assert done.files[0]["edits"]
    assert (files / "a.png").read_bytes() == before


def test_a_pipe_is_passed_on(files: Path) -> None:
    """Bytes come from standard input and go to standard output; the report goes beside."""
    data = (files / "a.png").read_bytes()
    done = ailabel("propagate", "-", "-o", "-", *WHO, "--lang", "en", stdin=data)
    assert done.code == 0
    assert "propagated" in done.err
    (found,) = public.read_bytes(done.stdout, name="a.png").labels
    assert found.fields["ContentPropagator"] == OURS


def test_another_propagator_gives_way_only_when_asked(files: Path) -> None:
    """Exit code 1, and the option is named."""
    path = files / "a.png"
    assert ailabel("propagate", path, "--in-place", "--propagator", OTHER).code == 0
    refused = ailabel("propagate", path, "--in-place", *WHO, "--lang", "en")
    assert refused.code == 1
    assert "--replace-propagator" in refused.out
    done = ailabel("propagate", path, "--in-place", *WHO, "--replace-propagator", "--lang", "zh")
    assert done.code == 0
    assert fields(path)["ContentPropagator"] == OURS


def test_odd_labels_are_repaired_and_moved_when_asked(tmp_path: Path) -> None:
    """--repair and --slot official do what their refusals say."""
    path = tmp_path / "a.png"
    odd = '{"Label":1,"ContentProducer":"x","ProduceID":"n"}'
    path.write_bytes(png.build(png.text("AIGC", odd)))
    assert "--repair" in ailabel("propagate", path, "--in-place", *WHO, "--lang", "en").out
    done = ailabel("propagate", path, "--in-place", *WHO, "--repair", "--slot", "official")
    assert done.code == 0
    (found,) = public.read(path).labels
    assert (found.official, found.fields["Label"]) == (True, "1")


def test_the_part_may_be_signed(files: Path, tmp_path: Path) -> None:
    """With a key of the platform."""
    assert ailabel("keys", "new", "--alg", "ed25519", "-o", tmp_path / "k").code == 0
    key = tmp_path / "k" / "label.key"
    done = ailabel("propagate", files / "a.png", "--in-place", *WHO, "--key", key)
    assert done.code == 0
    (seal,) = public.verify(files / "a.png", public.VerifyOptions(explicit=False)).seals
    assert (seal.field, seal.is_whole) == ("ReservedCode2", True)


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ((), "say where"),
        (("--in-place",), "say who passes it on"),
        (("--in-place", "-o", "x", *WHO), "exclude each other"),
        (("--in-place", *WHO, "--propagate-id", "a", "--ids", "b"), "exclude each other"),
        (("--in-place", *WHO, "--propagate-id", "a"), "for one file"),
        (("--in-place", *WHO, "--slot", "annex-b"), "annex-b"),
    ],
)
def test_a_command_line_that_makes_no_sense_is_refused(
    files: Path, arguments: tuple[str, ...], reason: str
) -> None:
    """Exit code 2, with the reason, and nothing written."""
    done = ailabel("propagate", files, *arguments)
    assert done.code == 2
    assert reason in done.err
    assert fields(files / "a.png")["ContentPropagator"] == PRODUCER


def test_an_impossible_propagator_is_refused(files: Path) -> None:
    """Control characters are written nowhere."""
    done = ailabel("propagate", files / "a.png", "--in-place", "--propagator", "a\nb")
    assert done.code == 2
    assert "control characters" in done.err
