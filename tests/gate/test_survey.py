"""Going over the files of a run: links, submodules, the configuration, the cache."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

import pytest

from ailabel import plugins
from ailabel.gate import look
from ailabel.gate.options import GateChoice, GateOptions
from ailabel.gate.run import GateRun
from repositories import BARE, CLEAN, CONFIGURATION, LABELLED, Repository

if TYPE_CHECKING:
    from pathlib import Path

    from ailabel.model.gate import GateFile

LATER = 60_000_000_000


@pytest.fixture
def repo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repository:
    """Return a repository with a labelled, a bare and an undeclared picture, and stand in it."""
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)
    for name, value in CLEAN.items():
        monkeypatch.setenv(name, value)
    made = Repository.new(tmp_path / "repo")
    made.write("ailabel.toml", CONFIGURATION)
    made.write("ai/good.png", LABELLED)
    made.write("ai/bare.png", BARE)
    made.write("own.png", BARE)
    made.commit()
    monkeypatch.chdir(made.root)
    return made


@pytest.fixture
def looked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the list that gets the files that are looked into, a minute from now."""
    paths: list[str] = []
    real = look.Looker.path

    def path(self: look.Looker, path: str) -> object:
        paths.append(path)
        return real(self, path)

    now = time.time_ns
    monkeypatch.setattr(time, "time_ns", lambda: now() + LATER)
    monkeypatch.setattr(look.Looker, "path", path)
    return paths


def run(**options: object) -> tuple[dict[str, GateFile], GateRun]:
    """Return what is said of each file, and the run."""
    gate = GateRun(GateOptions(**options))  # type: ignore[arg-type]
    return {file.path: file for file in gate}, gate


def rules(files: dict[str, GateFile]) -> dict[str, list[str]]:
    """Return the rules of the findings, by path."""
    return {path: [item.rule for item in file.findings] for path, file in files.items()}


def test_a_second_run_looks_into_nothing(repo: Repository, looked: list[str]) -> None:
    """It says the same as the first, and remembers in git's own folder."""
    paths = looked
    first, _ = run()
    assert len(paths) == len(first) == 4
    paths.clear()
    again, gate = run()
    assert paths == []
    assert again == first
    assert gate.end().code == 1
    assert (repo.root / ".git" / "ailabel" / "check").exists()
    assert repo.git("status", "--porcelain") == ""


def test_what_changed_is_looked_into_again(repo: Repository, looked: list[str]) -> None:
    """And nothing else; a renamed file is another path."""
    paths = looked
    run()
    paths.clear()
    repo.write("ai/good.png", BARE)
    repo.git("mv", "own.png", "mine.png")
    files, _ = run()
    assert paths == ["ai/good.png", "mine.png"]
    assert rules(files)["ai/good.png"] == ["GAT-001"]


def test_the_configuration_decides_too(repo: Repository, looked: list[str]) -> None:
    """Another declaration, another option, another manifest: nothing is known any more."""
    paths = looked
    run()
    for options in ({"implicit_only": True}, {"settings": {"select": ["GAT"]}}):
        paths.clear()
        run(**options)
        assert len(paths) == 4
    repo.write("ailabel.toml", CONFIGURATION.replace("ai/**", "*.png"))
    paths.clear()
    files, _ = run()
    assert len(paths) == 4
    assert rules(files)["own.png"] == ["GAT-001"]


@pytest.mark.usefixtures("repo")
def test_other_packages_decide_too(looked: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """A package that adds formats, or a newer one, may say something else of any file."""
    assert len(run()[0]) == len(looked)
    for version in ("toys 1.0", "toys 1.1"):
        looked.clear()
        monkeypatch.setattr(plugins, "providers", lambda version=version: (version,))
        assert len(run()[0]) == len(looked)
        looked.clear()
        run()
        assert looked == []


def test_a_manifest_counts_for_its_own_files(repo: Repository, looked: list[str]) -> None:
    """When it says something else of one file, that one is looked into again."""
    paths = looked
    repo.write("ailabel.toml", CONFIGURATION.replace("[[", 'manifest = "made.json"\n[[', 1))
    repo.write("made.json", '{"version": 1, "files": {"own.png": {"ai": false}}}')
    run()
    repo.write("made.json", '{"version": 1, "files": {"own.png": {"ai": true}}}')
    paths.clear()
    files, _ = run()
    assert sorted(paths) == ["made.json", "own.png"]
    assert "GAT-001" in rules(files)["own.png"]


def test_a_part_of_the_tree_leaves_the_rest_remembered(repo: Repository, looked: list[str]) -> None:
    """Checking one file forgets no other; a whole run forgets what is gone."""
    paths = looked
    run()
    (repo.root / "own.png").unlink()
    paths.clear()
    run(choice=GateChoice(paths=("ai/bare.png",)))
    run()
    assert paths == []


def test_reports_that_show_all_look_again(repo: Repository, looked: list[str]) -> None:
    """Of files with findings more is handed on than the cache holds."""
    paths = looked
    run()
    paths.clear()
    files, _ = run(reports=True)
    assert paths == ["ai/bare.png"]
    assert files["ai/bare.png"].report is not None
    assert repo.root.exists()


def test_without_a_cache_nothing_is_left_behind(repo: Repository) -> None:
    """Neither in git's folder nor elsewhere."""
    run(cache=False)
    assert not (repo.root / ".git" / "ailabel").exists()


def test_a_cache_may_stand_elsewhere(repo: Repository, looked: list[str]) -> None:
    """Where an option or the configuration says."""
    paths = looked
    run(cache_dir="../kept")
    paths.clear()
    run(cache_dir="../kept")
    assert paths == []
    assert (repo.root.parent / "kept" / "CACHEDIR.TAG").exists()


def test_links_stand_for_what_they_lead_to_within_the_tree(repo: Repository) -> None:
    """Those that lead out of it, to folders or nowhere are counted and not followed."""
    outside = repo.root.parent / "outside.png"
    outside.write_bytes(BARE)
    for name, goal in {
        "ai/in.png": "../own.png",
        "ai/out.png": str(outside),
        "ai/folder": ".",
        "ai/nowhere": "gone",
        "ai/round": "round",
    }.items():
        (repo.root / name).symlink_to(goal)
    files, gate = run()
    assert "GAT-001" in rules(files)["ai/in.png"]
    assert not {"ai/out.png", "ai/folder", "ai/nowhere", "ai/round"} & files.keys()
    assert "not followed: 4" in " ".join(map(str, gate.end().notes))
    named, _ = run(choice=GateChoice(paths=("ai/out.png",)))
    assert list(named) == ["ai/out.png"]


def test_what_is_no_file_is_passed_over(repo: Repository) -> None:
    """A pipe would wait for ever; named, it is a problem."""
    os.mkfifo(repo.root / "ai" / "pipe.png")
    files, gate = run(choice=GateChoice(git=False))
    assert "ai/pipe.png" not in files
    assert any("neither file nor folder" in str(note) for note in gate.end().notes)
    _, named = run(choice=GateChoice(paths=("ai/pipe.png",)))
    assert [str(item) for item in named.end().problems] == ["ai/pipe.png is no regular file"]
    assert named.end().code == 2


def test_submodules_and_absent_files_are_counted(repo: Repository) -> None:
    """They are not in the work tree, or another repository's."""
    other = Repository.new(repo.root.parent / "other")
    other.write("o.png", BARE)
    other.commit()
    repo.git("submodule", "-q", "add", str(other.root), "sub")
    (repo.root / "own.png").unlink()
    _, gate = run()
    notes = " ".join(map(str, gate.end().notes))
    assert "submodules, to be checked by themselves: 1" in notes
    assert "not in the work tree: 1" in notes


def test_what_the_configuration_leaves_out(repo: Repository) -> None:
    """It is counted; a named file is left out too; a tree with nothing left is no pass."""
    repo.write("ailabel.toml", 'exclude = ["own.png", "*.toml"]\n' + CONFIGURATION)
    files, gate = run()
    assert list(files) == ["ai/bare.png", "ai/good.png"]
    assert any("leaves out: 2" in str(note) for note in gate.end().notes)
    _, named = run(choice=GateChoice(paths=("own.png",)))
    assert (named.end().code, named.end().problems) == (0, ())
    repo.write("ailabel.toml", 'include = ["img/**"]\n' + CONFIGURATION)
    _, none = run()
    assert [str(item) for item in none.end().problems] == [
        "the configuration leaves out every file"
    ]


def test_a_configuration_that_cannot_be_used_stops_the_run(repo: Repository) -> None:
    """At the root, and once for a folder below; the other files are told all the same."""
    repo.write("ai/deep/ailabel.toml", "producr = 1\n")
    repo.write("ai/deep/a.png", BARE)
    repo.write("ai/deep/b.png", BARE)
    files, gate = run()
    assert "ai/bare.png" in files
    (problem,) = gate.end().problems
    assert "producr" in str(problem)
    assert gate.end().code == 2
    repo.write("ailabel.toml", "ai = 5\n")
    assert run()[1].end().code == 2
