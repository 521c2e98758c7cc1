"""Which files a run is about: git's own answer, the index, changes, folders."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from ailabel.errors import AilabelError
from ailabel.gate import git
from ailabel.gate.options import GateChoice
from ailabel.gate.select import Selection, select
from repositories import BARE, CLEAN, LABELLED, Repository

ODD = [
    "图片.png",
    "a b.png",
    "-x.png",
    "new\nline.png",
    'quo"te.png',
    "100%.png",
    os.fsdecode(b"\xff\xfe.png"),
    ":(glob)*.png",
    "*.png",
]


@pytest.fixture(autouse=True)
def _clean(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Know nothing of the user's git, and stand outside of every repository."""
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)
    for name, value in CLEAN.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def repo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repository:
    """Return a repository with a tracked, an untracked and an ignored file, and stand in it."""
    made = Repository.new(tmp_path / "repo")
    made.write("a/tracked.png", BARE)
    made.write(".gitignore", "ignored.*\nout/\n")
    made.commit()
    made.write("b/untracked.png", BARE)
    made.write("a/ignored.png", BARE)
    made.write("out/built.png", BARE)
    monkeypatch.chdir(made.root)
    return made


def paths(*given: str, **choice: object) -> list[str]:
    """Return the files that are meant."""
    return list(chosen(*given, **choice).paths)


def chosen(*given: str, **choice: object) -> Selection:
    """Return the selection."""
    return select(GateChoice(paths=given or (".",), **choice))  # type: ignore[arg-type]


def problems(selection: Selection) -> list[str]:
    """Return what is said to be wrong."""
    return [str(problem) for problem in selection.problems]


# -- a repository ----------------------------------------------------------------------------------


def test_in_a_repository_git_says_which_files_there_are(repo: Repository) -> None:
    """Tracked ones and untracked ones, not ignored ones, from the root, wherever one stands."""
    everything = [".gitignore", "a/tracked.png", "b/untracked.png"]
    assert paths() == everything
    assert paths(str(repo.root)) == everything
    assert chosen().whole
    os.chdir(repo.root / "a")
    assert paths() == ["a/tracked.png"]
    assert not chosen().whole
    assert paths("../b", ".") == ["a/tracked.png", "b/untracked.png"]
    assert paths("..") == everything


def test_a_file_that_is_named_is_taken_though_ignored(repo: Repository) -> None:
    """Somebody asked for it; and a named folder that git ignores is taken whole."""
    selection = chosen("a/ignored.png")
    assert list(selection.paths) == ["a/ignored.png"]
    assert selection.named == {"a/ignored.png"}
    assert paths("out") == ["out/built.png"]
    assert repo.root.name == "repo"


def test_ignored_files_in_a_named_folder_are_said(repo: Repository) -> None:
    """They are left out, and nobody can take that for a pass."""
    notes = [str(note) for note in chosen("a").notes]
    assert repo.git("status", "--porcelain", "--ignored", "a").startswith("!!")
    assert any("git ignores" in note for note in notes)
    assert chosen().notes == ()


def test_without_git_every_file_counts(repo: Repository) -> None:
    """But for git's own folder; hidden files too, since they are published like others."""
    found = paths(git=False)
    assert found == [
        ".gitignore",
        *sorted(["a/ignored.png", "a/tracked.png", "b/untracked.png"]),
        "out/built.png",
    ]
    assert repo.root == Path(chosen(git=False).root)


def test_names_of_any_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Names that shells and git's own options would take for something else are names."""
    repo = Repository.new(tmp_path / "odd")
    for name in ODD:
        repo.write(f"d/{name}", BARE)
    monkeypatch.chdir(repo.root)
    expected = sorted(f"d/{name}" for name in ODD)
    assert paths() == expected
    assert paths("d/*.png", "d/-x.png") == ["d/*.png", "d/-x.png"]
    repo.git("add", "-A")
    assert paths(source="staged") == expected
    repo.commit()
    monkeypatch.chdir(repo.root / "d")
    assert paths("-x.png") == ["d/-x.png"]
    assert paths(git=False) == sorted(ODD)


def test_what_is_not_there_is_a_problem(repo: Repository) -> None:
    """A name that leads nowhere, an empty folder, a file of another tree."""
    (repo.root / "empty").mkdir()
    outside = repo.root.parent / "elsewhere.png"
    outside.write_bytes(BARE)
    assert "nowhere.png" in problems(chosen("a", "nowhere.png"))[0]
    assert problems(chosen("empty")) == ["there is nothing to check in empty"]
    for order in (("a", str(outside)), (str(outside), "a")):
        (problem,) = problems(chosen(*order))
        assert f"{outside} lies outside" in problem
    assert problems(chosen("a/tracked.png/deeper"))
    assert problems(chosen("a\0b"))


def test_other_repositories_are_not_entered(repo: Repository) -> None:
    """A submodule and a repository inside are to be checked by themselves; named, they are."""
    other = Repository.new(repo.root.parent / "other")
    other.write("o.png", BARE)
    other.commit()
    repo.git("submodule", "-q", "add", str(other.root), "sub")
    inner = Repository.new(repo.root / "inner")
    inner.write("i.png", BARE)
    selection = chosen()
    assert "sub" in selection.paths  # a folder, which the survey counts
    assert not any(path.startswith(("sub/", "inner/")) for path in selection.paths)
    assert any("by themselves: 1" in str(note) for note in selection.notes)
    assert paths("inner") == ["i.png"]
    assert paths("sub") == ["o.png"]


def test_a_linked_work_tree_is_a_repository(repo: Repository) -> None:
    """Its own files, and a store of its own."""
    repo.git("worktree", "add", "-q", "../tree")
    os.chdir(repo.root.parent / "tree")
    selection = chosen()
    assert list(selection.paths) == [".gitignore", "a/tracked.png"]
    assert selection.repository is not None
    assert selection.repository.store.endswith(".git/worktrees/tree")


def test_a_root_with_a_line_end_in_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Git's answers are parted where they end, not where a name has a line end."""
    repo = Repository.new(tmp_path / "two\nlines" / "repo")
    repo.write("a.png", BARE)
    monkeypatch.chdir(repo.root)
    assert paths() == ["a.png"]
    assert chosen().root == str(repo.root)


def test_a_link_is_named_by_its_own_place(repo: Repository) -> None:
    """A folder above may be a link; the file's own name stays."""
    (repo.root.parent / "way").symlink_to(repo.root)
    (repo.root / "link.png").symlink_to("a/tracked.png")
    os.chdir(repo.root.parent)
    assert paths("way/link.png") == ["link.png"]
    assert chosen("way/link.png").root == str(repo.root)


# -- the index and changes -------------------------------------------------------------------------


def test_what_is_staged(repo: Repository) -> None:
    """New and changed files with the objects that hold them; neither deletions nor links."""
    repo.write("c/new.png", LABELLED)
    repo.write("a/tracked.png", LABELLED)
    repo.git("add", "c/new.png", "a/tracked.png")
    repo.write("c/new.png", BARE)
    (repo.root / "link.png").symlink_to("a/tracked.png")
    repo.git("add", "link.png")
    selection = chosen(source="staged")
    assert list(selection.paths) == ["a/tracked.png", "c/new.png"]
    assert selection.blobs is not None
    assert selection.blobs["c/new.png"] == repo.git("rev-parse", ":c/new.png").strip()
    assert ["1" in str(note) for note in selection.notes] == [True]
    repo.git("rm", "-q", "--cached", "a/tracked.png")
    assert paths(source="staged") == ["c/new.png"]
    assert paths("a", source="staged") == []


def test_what_is_staged_before_the_first_commit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Everything that was added."""
    repo = Repository.new(tmp_path / "first")
    monkeypatch.chdir(repo.root)
    assert paths(source="staged") == []
    repo.write("a.png", BARE)
    repo.git("add", "-A")
    assert paths(source="staged") == ["a.png"]


def test_what_is_not_merged_is_refused(repo: Repository) -> None:
    """Nobody can say what the next commit will hold."""
    repo.git("checkout", "-q", "-b", "side")
    repo.write("a/tracked.png", LABELLED)
    repo.commit()
    repo.git("checkout", "-q", "main")
    repo.write("a/tracked.png", BARE + b"x")
    repo.commit()
    repo.git("-c", "alias.try=!git merge side || true", "try")
    with pytest.raises(AilabelError, match="not merged"):
        chosen(source="staged")


def test_what_changed_since_the_history_parted(repo: Repository) -> None:
    """Committed, staged, unstaged and untracked; renamed files by their new names."""
    repo.write("same.png", BARE)
    start = repo.commit()
    repo.write("main.png", BARE)
    repo.commit()
    repo.git("checkout", "-q", "-b", "side", start)
    repo.git("mv", "a/tracked.png", "a/moved.png")
    repo.write("side.png", BARE)
    repo.commit()
    repo.write("staged.png", BARE)
    repo.git("add", "staged.png")
    repo.write("same.png", LABELLED)
    repo.write("fresh.png", BARE)
    expected = ["a/moved.png", "fresh.png", "same.png", "side.png", "staged.png"]
    assert paths(source="changed", base="main") == expected
    assert paths("a", source="changed", base="main") == ["a/moved.png"]
    assert paths(source="changed") == ["fresh.png", "same.png", "staged.png"]


@pytest.mark.parametrize("base", ["nowhere", "--upload-pack=x", "", "main:a"])
def test_a_base_that_is_not_there(repo: Repository, base: str) -> None:
    """It is said, whatever it looks like."""
    assert repo.root.exists()
    with pytest.raises(AilabelError, match="there is no commit"):
        chosen(source="changed", base=base)


def test_histories_with_nothing_in_common(repo: Repository) -> None:
    """There is nothing to compare with."""
    repo.git("checkout", "-q", "--orphan", "alone")
    repo.commit()
    with pytest.raises(AilabelError, match="no history in common"):
        chosen(source="changed", base="main")


def test_a_shallow_clone_is_told_to_fetch(repo: Repository) -> None:
    """Both where the base is missing, and where the way to it is."""
    repo.git("checkout", "-q", "-b", "side")
    repo.commit()
    repo.git("checkout", "-q", "main")
    repo.commit()
    clone = Repository(repo.root.parent / "clone")
    url = f"file://{repo.root}"
    repo.git(
        "clone", "-q", "--depth", "1", "--branch", "main", "--no-single-branch", url, clone.root
    )
    os.chdir(clone.root)
    with pytest.raises(AilabelError, match="does not reach back"):
        chosen(source="changed", base="origin/side")
    with pytest.raises(AilabelError, match="is not in this shallow clone"):
        chosen(source="changed", base="main~1")


@pytest.mark.parametrize("source", ["staged", "changed"])
def test_outside_of_a_repository_nothing_is_staged(tmp_path: Path, source: str) -> None:
    """That is said."""
    (tmp_path / "a.png").write_bytes(BARE)
    assert problems(chosen(source=source)) == ["only a git repository has staged or changed files"]


# -- folders ---------------------------------------------------------------------------------------


def test_outside_of_a_repository_every_file_counts(tmp_path: Path) -> None:
    """Whatever a .gitignore says, hidden or not: what stands there will be published."""
    for name in (".gitignore", "x/.well-known/a.png", "x/b.png", "c.png"):
        path = tmp_path / "site" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("*\n")
    assert paths("site") == [
        "site/.gitignore",
        "site/c.png",
        "site/x/.well-known/a.png",
        "site/x/b.png",
    ]
    os.chdir(tmp_path / "site" / "x")
    assert paths() == [".well-known/a.png", "b.png"]
    assert paths("../c.png") == ["c.png"]
    assert chosen("../c.png").root == str(tmp_path / "site")


def test_an_empty_folder_is_a_problem(tmp_path: Path) -> None:
    """Nothing was checked, which is no pass."""
    assert problems(chosen(str(tmp_path))) == [f"there is nothing to check in {tmp_path}"]


def test_no_name_means_no_file() -> None:
    """A list that is empty is not the folder where one stands."""
    assert select(GateChoice(paths=())).paths == ()


# -- git itself ------------------------------------------------------------------------------------


def test_a_repository_of_somebody_else_is_explained(
    repo: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What git refuses is said with the way out."""
    refusal = f"detected dubious ownership in repository at '{repo.root}'"
    monkeypatch.setattr(git, "_run", lambda _: (128, b"", refusal))
    with pytest.raises(AilabelError, match=r"safe\.directory"):
        chosen()


def test_a_missing_git_is_said(repo: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    """With two ways out; outside of a repository nobody needs it."""
    monkeypatch.setenv("PATH", str(repo.root))
    with pytest.raises(AilabelError, match="--no-git"):
        chosen()
    assert paths(git=False)


def test_a_damaged_repository_is_a_failure(repo: Repository) -> None:
    """Git's own words are passed on."""
    (repo.root / ".git" / "HEAD").write_text("nonsense")
    with pytest.raises(AilabelError, match="rev-parse"):
        chosen()


def test_what_hooks_are_told_is_kept(repo: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another index, as ``git commit -a`` makes one, and the folder of git as a relative path."""
    repo.write("only.png", BARE)
    monkeypatch.setenv("GIT_INDEX_FILE", str(repo.root / ".git" / "other"))
    assert paths(source="staged") == []
    os.environ["GIT_DIR"] = ".git"
    try:
        assert "only.png" in paths()
    finally:
        del os.environ["GIT_DIR"]


def test_what_steers_the_output_of_git_is_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither traces, nor external programs, nor special patterns, nor another language."""
    for name in ("GIT_TRACE", "GIT_EXTERNAL_DIFF", "GIT_ICASE_PATHSPECS", "GIT_DIFF_OPTS"):
        monkeypatch.setenv(name, "1")
    monkeypatch.setenv("GIT_CONFIG_COUNT", "1")
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    found = git.environment()
    assert {name for name in found if name.startswith("GIT_")} == {
        "GIT_CONFIG_COUNT",
        "GIT_CONFIG_GLOBAL",
        "GIT_CONFIG_NOSYSTEM",
        "GIT_LITERAL_PATHSPECS",
        "GIT_PAGER",
    }
    assert found["LC_ALL"] == "C"


def test_the_settings_of_a_repository_run_nothing(repo: Repository) -> None:
    """Programs that its configuration names for diffs, hooks and watching are not started."""
    trap = repo.write(".git/trap", "#!/bin/sh\ntouch sprung\n")
    trap.chmod(0o755)
    for name in ("diff.external", "core.fsmonitor", "diff.png.textconv", "diff.png.command"):
        repo.git("config", name, str(trap))
    repo.git("config", "core.hooksPath", str(trap.parent))
    repo.write(".gitattributes", "*.png diff=png\n")
    repo.write("a/tracked.png", LABELLED)
    assert "a/tracked.png" in paths(source="changed")
    assert paths(source="staged") == []
    assert "a/tracked.png" in paths()
    assert not list(repo.root.rglob("sprung"))
