"""``ailabel verify --explain``: pictures of what was seen."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING

import pytest
from PIL import Image

import ailabel as package
from command import PRODUCER, ailabel
from schemas import check as check_schema

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def labelled() -> bytes:
    """Return a picture that shows a label."""
    out = io.BytesIO()
    Image.new("RGB", (480, 360), (40, 90, 70)).save(out, "PNG")
    spec = package.LabelSpec(producer=PRODUCER, implicit=False)
    return package.label_bytes(out.getvalue(), spec).data


@pytest.mark.eyes
def test_pictures_are_written_below_the_folder(tmp_path: Path, labelled: bytes) -> None:
    """One for each file that can be shown, by its way below what was named; figures in the JSON."""
    (tmp_path / "in" / "deep").mkdir(parents=True)
    (tmp_path / "in" / "deep" / "a.png").write_bytes(labelled)
    (tmp_path / "in" / "a.txt").write_text("正文。\n\n本内容由AI生成\n", encoding="utf-8")
    out = tmp_path / "seen"
    done = ailabel("verify", tmp_path / "in", "--explicit-only", "--explain", out,
                   "--format", "json")  # fmt: skip
    assert done.code == 0
    assert [path for path in out.rglob("*") if path.is_file()] == [
        out / "deep" / "a.png.explain.png"
    ]
    with Image.open(out / "deep" / "a.png.explain.png") as shown:
        assert shown.size == (480, 360)
    report = json.loads(done.stdout)
    check_schema(report, "report")
    (seen,) = report["files"][1]["sightings"]
    assert (seen["text"], seen["place"], seen["at_edge"]) == ("人工智能生成", "bottom-right", True)
    assert 5 < seen["ink_percent"] < 6


@pytest.mark.eyes
def test_a_folder_that_cannot_be_written_to_is_a_mistake(tmp_path: Path, labelled: bytes) -> None:
    """It is told by name; nothing else is overwritten."""
    (tmp_path / "a.png").write_bytes(labelled)
    (tmp_path / "seen").write_text("a file", encoding="utf-8")
    done = ailabel("verify", tmp_path / "a.png", "--explain", tmp_path / "seen")
    assert done.code == 2
    assert "cannot be written" in done.err
    assert (tmp_path / "seen").read_text(encoding="utf-8") == "a file"


def test_what_is_not_looked_at_cannot_be_shown(tmp_path: Path) -> None:
    """The two options exclude each other."""
    done = ailabel("verify", tmp_path, "--implicit-only", "--explain", tmp_path / "seen")
    assert done.code == 2
    assert "--implicit-only" in done.err
