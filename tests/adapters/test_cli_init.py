"""``ailabel init``."""

from __future__ import annotations

import os
import subprocess
import tomllib
from typing import TYPE_CHECKING, Any

import pytest

from ailabel.config import load
from ailabel.config.draft import Seen, draft
from ailabel.config.patterns import compiled
from builders import png
from command import PRODUCER, ailabel
from corpus import CORPUS, needs_corpus

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(autouse=True)
def _plain_git(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no configuration of the user, and no hook that runs the tests, steer Git."""
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    for name in ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """Make a repository: a folder of labelled pictures, one of others, one of both, one ignored."""
    git = ["git", "-c", "init.defaultBranch=main", "init", "-q", str(tmp_path)]
    subprocess.run(git, check=True)
    name, data = next(iter(png.samples()))
    for folder in ("ai", "own", "both", "both/deep", "ignored"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / name).write_bytes(data)
    (tmp_path / "both" / "b.md").write_text("text\n")
    (tmp_path / "code.py").write_text("pass\n")
    (tmp_path / ".gitignore").write_text("/ignored/\n")
    labelled = ("ai", "both/b.md", "both/deep")
    paths = [str(tmp_path / part) for part in labelled]
    assert (
        ailabel("label", "--producer", PRODUCER, "--implicit-only", "--in-place", *paths).code == 0
    )
    return tmp_path


def tables(text: str) -> dict[str, Any]:
    """Read a configuration, its proposals in comments included."""
    lines = text.splitlines()
    bare = [line.removeprefix("# ") if " = " in line or "[[" in line else "" for line in lines]
    return tomllib.loads("\n".join(bare))


def test_a_configuration_is_written(tree: Path) -> None:
    """It declares what carries a label, proposes the rest, and can be used as it is."""
    done = ailabel("init", tree)
    assert (done.code, done.out) == (0, "")
    path = tree / "ailabel.toml"
    assert str(path) in done.err
    text = path.read_text("utf-8")
    assert f'\nproducer = "{PRODUCER}"\n' in text
    assert "ignored" not in text.replace("gitignore", "")
    declared = [table["match"] for table in tomllib.loads(text)["paths"]]
    assert declared == [["/ai/**"], ["/both/deep/**"]]
    proposed = [table["match"] for table in tables(text)["paths"]]
    assert proposed == [["/ai/**"], ["/both/*", "!/both/*/**"], ["/both/deep/**"], ["/own/**"]]
    configuration = load(str(tree))
    assert configuration.profile("ai/a.png").ai == "yes"
    assert configuration.profile("both/a.png").ai is None


def test_nothing_is_overwritten(tree: Path) -> None:
    """Whatever name the configuration has that is there."""
    assert ailabel("init", tree).code == 0
    before = (tree / "ailabel.toml").read_bytes()
    done = ailabel("init", tree)
    assert (done.code, "is there already" in done.err) == (2, True)
    assert (tree / "ailabel.toml").read_bytes() == before
    (tree / "own" / "pyproject.toml").write_text("[tool.ailabel]\n")
    assert ailabel("init", tree / "own").code == 2
    assert not (tree / "own" / "ailabel.toml").exists()


def test_a_dry_run_prints_it(tree: Path) -> None:
    """In either language, with the same tables; nothing is written."""
    texts = [ailabel("init", tree, "--dry-run", "--lang", lang).out for lang in ("en", "zh")]
    assert tables(texts[0]) == tables(texts[1])
    assert "all carry a label" in texts[0]
    assert "标识" in texts[1]
    assert not (tree / "ailabel.toml").exists()


def test_outside_of_a_repository_all_files_count(tmp_path: Path) -> None:
    """And a folder below another has a configuration of its own."""
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "a" / "b" / "x.md").write_text("text\n")
    (tmp_path / "y.md").write_text("text\n")
    (tmp_path / "damaged.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    assert "b/: " in ailabel("init", tmp_path / "a", "--dry-run").out
    found = tables(ailabel("init", tmp_path, "--dry-run").out)["paths"]
    assert [table["match"] for table in found] == [["/*", "!/*/**"], ["/a/**"]]


@pytest.mark.parametrize("name", ["gone", "file"])
def test_only_folders_have_one(name: str, tmp_path: Path) -> None:
    """What is no folder is an error of usage."""
    (tmp_path / "file").write_text("")
    assert ailabel("init", tmp_path / name).code == 2


def test_an_empty_folder_gets_an_empty_configuration(tmp_path: Path) -> None:
    """For those who start with it."""
    assert ailabel("init", tmp_path).code == 0
    assert tomllib.loads((tmp_path / "ailabel.toml").read_text("utf-8")) == {}
    assert load(str(tmp_path)).run.file is not None


def test_names_of_any_kind_are_written_as_patterns_that_fit_them() -> None:
    """Stars, brackets, quotes, marks of direction, newlines, bytes of no encoding."""
    for name in ("a*b", "[x]", 'q"uo\\te', "\u202e", "a\nb", "\udcff", "图 片", "#x", "!x", "\x7f"):
        seen = [
            Seen(path=f"{name}/a.png", medium="image", labelled=True),
            Seen(path="b.png", medium="image", labelled=False),
        ]
        text = draft(seen, "en")
        (table,) = tomllib.loads(text)["paths"]
        assert compiled(table["match"])(f"{name}/a.png"), name
        assert not compiled(table["match"])("b.png")
        assert not any(ord(character) < 32 for character in text.replace("\n", ""))


def test_producers_are_named_by_how_often(tmp_path: Path) -> None:
    """One is taken over; of several none is chosen."""
    one = draft([Seen(path="a", medium="text", labelled=True, producer='a"b')], "en")
    assert tomllib.loads(one)["producer"] == 'a"b'
    several = draft(
        [Seen(path=f"{name}.md", medium="text", labelled=True, producer=name) for name in "aab"],
        "en",
    )
    assert "producer" not in tomllib.loads(several)
    assert several.index('# producer = "a"') < several.index('# producer = "b"')
    assert tmp_path.is_dir()


def test_signs_of_ai_are_told() -> None:
    """Where no label says it already."""
    seen = [Seen(path=f"{n}.md", medium="text", labelled=False, signs=n > 1) for n in range(4)]
    assert "# without a label, but with signs of AI: 2\n" in draft(seen, "en")
    assert "signs" not in draft(seen[:1], "en")


@needs_corpus
def test_signs_of_ai_are_looked_for() -> None:
    """As the gate looks for them."""
    done = ailabel("init", CORPUS / "traces", "--dry-run")
    (line,) = [line for line in done.out.splitlines() if "signs of AI" in line]
    assert int(line.rpartition(" ")[2]) >= 5


def test_large_trees_stay_readable() -> None:
    """Forty folders are shown, and no more than three below each other are told apart."""
    many = [Seen(path=f"{number}/a.md", medium="text", labelled=False) for number in range(50)]
    assert "and 10 further folders" in draft(many, "en")
    deep = [Seen(path=f"a/b/c/d/{name}", medium="text", labelled=name == "x") for name in "xy"]
    assert "a/b/c/: text 2; 1 of 2 carry a label" in draft(deep, "en")
