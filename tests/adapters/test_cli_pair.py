"""``ailabel carry`` and ``ailabel diff``."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from PIL import Image

import ailabel as public
from command import ailabel
from schemas import check as check_schema

if TYPE_CHECKING:
    from pathlib import Path

SPEC = public.LabelSpec(producer="001191110102MACQD9K64010000", explicit=False)


@pytest.fixture
def pair(tmp_path: Path) -> tuple[Path, Path]:
    """Return a labelled PNG and the JPEG that Pillow made of it, which lost the label."""
    source, target = tmp_path / "in" / "a.png", tmp_path / "out" / "a.jpg"
    for path in (source, target):
        path.parent.mkdir()
    Image.new("RGB", (60, 40), "teal").save(source)
    public.label(source, SPEC)
    Image.open(source).save(target)
    return source, target


def test_a_lost_label_is_seen_and_put_back(pair: tuple[Path, Path]) -> None:
    """Diff fails where a step lost the label; after carry it passes."""
    source, target = map(str, pair)
    lost = ailabel("diff", source, target, "--lang", "en")
    assert lost.code == 1
    assert "lost" in lost.out
    assert "DIF-001 error" in lost.out
    carried = ailabel("carry", source, target, "--lang", "en")
    assert (carried.code, "carried" in carried.out) == (0, True)
    assert ailabel("diff", source, target).code == 0
    assert ailabel("carry", source, target, "--lang", "en").code == 0


def test_folders_are_compared_by_name_without_suffix(pair: tuple[Path, Path]) -> None:
    """A folder of PNG files and one of JPEG files pair up; other files are passed over."""
    source, target = pair
    (source.parent / "notes.xyz").write_text("no format")
    (target.parent / "notes.xyz").write_text("no format")
    done = ailabel("diff", str(source.parent), str(target.parent), "--format", "json")
    assert done.code == 1
    document = json.loads(done.out)
    check_schema(document, "diff")
    assert [item["status"] for item in document["files"]] == ["lost", "skipped"]
    assert document["summary"]["skipped"] == 1


def test_carry_reports_as_label_does(pair: tuple[Path, Path], tmp_path: Path) -> None:
    """With -o the target stays as it was, and the document fits the schema."""
    source, target = pair
    before = target.read_bytes()
    output = tmp_path / "c.jpg"
    done = ailabel("carry", str(source), str(target), "-o", str(output), "--format", "json")
    assert done.code == 0
    check_schema(json.loads(done.out), "label")
    assert target.read_bytes() == before
    assert public.read(output).labels[0].fields == public.read(source).labels[0].fields
    again = ailabel("carry", str(source), str(target), "-o", str(output), "--lang", "en")
    assert (again.code, "exists" in again.err) == (2, True)


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("carry", "TARGET", "SOURCE"), 1),
        (("carry", "gone.png", "TARGET"), 2),
        (("diff", "SOURCE", "gone.png"), 2),
        (("diff", "FOLDER", "TARGET"), 2),
    ],
)
def test_what_cannot_be_done_is_told(
    pair: tuple[Path, Path], arguments: tuple[str, ...], code: int
) -> None:
    """No label to carry, no such file, a file beside a folder: a sentence and an exit code."""
    places = {"SOURCE": pair[0], "TARGET": pair[1], "FOLDER": pair[0].parent}
    done = ailabel(*(str(places.get(item, item)) for item in arguments))
    assert done.code == code
    assert "Traceback" not in done.out + done.err
    assert done.out + done.err
