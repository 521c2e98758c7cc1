"""What is declared of no file: told, as long as the whole tree was gone over."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from ailabel import check
from ailabel.gate.options import GateChoice, GateOptions
from builders import png

if TYPE_CHECKING:
    from pathlib import Path

TABLES = """\
producer = "X"
[[paths]]
match = ["ai/**", "gone/**"]
ai = true
[[paths]]
match = ["iamges/**", "posters/**"]
ai = true
"""


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """Return a tree with a picture in ``ai``, and tables of which one has a slip."""
    (tmp_path / "ai").mkdir()
    (tmp_path / "ai" / "a.png").write_bytes(png.build())
    (tmp_path / "ailabel.toml").write_text(TABLES)
    return tmp_path


def notes(tree: Path, *named: str) -> list[str]:
    """Return what a run says about declarations of nothing."""
    paths = [str(tree / name) for name in named]
    run = check(paths or tree, GateOptions(choice=GateChoice(git=False), cache_dir=str(tree / "c")))
    said = [str(note) for note in run.end().notes]
    return [text for text in said if "no such file" in text or "were not checked" in text]


def test_patterns_that_no_file_matches_are_told(tree: Path) -> None:
    """A table counts as one, so that it may name what is not there yet; a cache changes nothing."""
    expected = ["ailabel.toml declares iamges/**, posters/**, and no such file was checked"]
    assert [notes(tree) for _ in range(2)] == [expected, expected]


def test_a_part_of_the_tree_tells_nothing_of_the_rest(tree: Path) -> None:
    """Whoever asks about some files is not told of all others."""
    assert notes(tree, "ai/a.png") == []


def test_what_a_shared_configuration_says_is_passed_over(tree: Path) -> None:
    """It is for other trees, too."""
    (tree / "shared").mkdir()
    (tree / "ailabel.toml").rename(tree / "shared" / "base.toml")
    (tree / "ailabel.toml").write_text('extend = "shared/base.toml"\n')
    assert notes(tree) == []


def test_files_that_only_a_manifest_knows_are_told(tree: Path) -> None:
    """A pipeline that names its output wrongly would leave it unguarded."""
    rows = [{"path": name, "ai": True} for name in ("ai/a.png", "ai/b.png", "ai/c.png")]
    (tree / "made.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    (tree / "ailabel.toml").write_text('producer = "X"\nmanifest = "made.jsonl"\n')
    expected = ["made.jsonl names 2 files that were not checked, such as ai/b.png"]
    assert [notes(tree) for _ in range(2)] == [expected, expected]
