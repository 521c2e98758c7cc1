"""``ailabel check`` as a team, a hook and a pipeline run it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from builders import png
from command import PRODUCER, spawn
from repositories import BARE, CLEAN, CONFIGURATION, LABELLED, Repository, labelled

if TYPE_CHECKING:
    from pathlib import Path

    from command import Done

POINTER = "version https://git-lfs.github.com/spec/v1\noid sha256:{name}\nsize {size}\n"
FORMATS = [
    "text",
    "concise",
    "json",
    "json-lines",
    "rdjson",
    "sarif",
    "junit",
    "github",
    "gitlab",
    "markdown",
    "html",
]


@pytest.fixture
def repo(tmp_path: Path) -> Repository:
    """Return a repository with a labelled and a bare declared picture, and a page of one's own."""
    made = Repository.new(tmp_path / "repo")
    made.write("ailabel.toml", CONFIGURATION)
    made.write("ai/good.png", LABELLED)
    made.write("ai/bare.png", BARE)
    made.write("own.md", "# Own\n")
    made.commit()
    return made


def rules(done: Done) -> dict[str, list[str]]:
    """Return the rules of the open findings, by path, where there are any."""
    return {
        file["path"]: found
        for file in done.files
        if (found := [item["rule"] for item in file["findings"] if item["standing"] == "open"])
    }


# -- what stops ------------------------------------------------------------------------------------


def test_what_is_declared_and_not_labelled_stops(repo: Repository) -> None:
    """With the rule, the clause and the command to type; once it is labelled, nothing does."""
    done = repo.check()
    assert done.code == 1
    assert "ai/bare.png (declared as made with AI" in done.out
    assert "GAT-001 error: no implicit label was found" in done.out
    assert "ailabel check --fix ai/bare.png" in done.out
    assert "good.png" not in done.out
    repo.write("ai/bare.png", labelled(produce_id="a-2"))
    assert repo.check().code == 0


def test_without_a_configuration_nothing_stops_and_that_is_said(tmp_path: Path) -> None:
    """Labels and traces are notes; how to begin is told."""
    repo = Repository.new(tmp_path / "old")
    repo.write("a.png", LABELLED)
    repo.write("b.png", png.build(png.text("parameters", "a cat\nSteps: 20, Sampler: Euler a")))
    done = repo.check("--format", "json")
    assert (done.code, rules(done)) == (0, {"a.png": ["GAT-006"], "b.png": ["GAT-007"]})
    assert "ailabel init" in repo.check().out


@pytest.mark.parametrize("output_format", FORMATS)
def test_every_format_tells(repo: Repository, output_format: str) -> None:
    """Each report names the file that stops; the exit code is the same."""
    done = repo.check("--format", output_format, "--lang", "zh")
    assert done.code == 1
    assert "ai/bare.png" in done.out


def test_several_reports_at_once(repo: Repository, tmp_path: Path) -> None:
    """One run, as many reports as one likes, each whole."""
    sarif, page, listed = (tmp_path / name for name in ("out.sarif", "out.html", "out.json"))
    done = repo.check(
        "--report", f"sarif={sarif}", "--report", f"html={page}", "-o", listed, "--format", "json"
    )
    assert (done.code, done.out) == (1, "")
    assert json.loads(sarif.read_bytes())["version"] == "2.1.0"
    assert page.read_text("utf-8").startswith("<!DOCTYPE html>")
    assert json.loads(listed.read_bytes())["exit_code"] == 1
    assert sorted(item.name for item in tmp_path.iterdir()) == [
        "out.html",
        "out.json",
        "out.sarif",
        "repo",
    ]


def test_the_exit_code_can_be_kept_at_zero(repo: Repository) -> None:
    """For findings, not for what went wrong."""
    assert repo.check("--exit-zero").code == 0
    assert repo.check("--exit-zero", "nowhere").code == 2


def test_rules_that_are_left_out_are_named_at_the_end(repo: Repository) -> None:
    """They do not stop, and the report says which they were."""
    for arguments in (
        ("--ignore", "gat-001"),
        ("--select", "IMP,EXP"),
        ("--per-file-ignores", "*.png:GAT"),
    ):
        done = repo.check(*arguments)
        assert done.code == 0
        assert "left out: GAT-001" in done.out
    assert repo.check("--per-file-ignores", "*.jpg:GAT").code == 1
    assert repo.check("--ignore", "GAT", "--select", "GAT-001").code == 1


# -- which files -----------------------------------------------------------------------------------


def test_what_is_staged_counts_and_not_the_work_tree(repo: Repository) -> None:
    """The blob decides, in both directions."""
    repo.write("ai/new.png", BARE)
    repo.git("add", "ai/new.png")
    repo.write("ai/new.png", LABELLED)
    done = repo.check("--staged", "--format", "json")
    assert (done.code, rules(done)) == (1, {"ai/new.png": ["GAT-001"]})
    repo.git("add", "ai/new.png")
    repo.write("ai/new.png", BARE)
    assert repo.check("--staged").code == 0
    repo.git("commit", "-q", "-m", "new")
    done = repo.check("--staged")
    assert (done.code, "files checked: 0" in done.out) == (0, True)


def test_what_changed_since_a_branch(repo: Repository) -> None:
    """Old faults do not stop new work."""
    repo.git("checkout", "-q", "-b", "work")
    repo.write("ai/new.png", BARE)
    done = repo.check("--changed", "--base", "main", "--format", "json")
    assert (done.code, rules(done)) == (1, {"ai/new.png": ["GAT-001"]})
    assert rules(repo.check("--base", "main", "--format", "json")) == rules(done)
    missing = repo.check("--changed", "--base", "gone", "--format", "json")
    assert missing.code == 2
    assert json.loads(missing.stdout)["problems"] == ["there is no commit gone in this repository"]


def test_a_list_of_files(repo: Repository) -> None:
    """Separated by NUL or by lines; an empty one is nothing to check."""
    names = b"ai/bare.png\0own.md\0"
    for arguments, data in ((("-0",), names), ((), names), ((), names.replace(b"\0", b"\n"))):
        done = repo.check("--files-from", "-", *arguments, "--format", "json", stdin=data)
        assert (done.code, len(done.files)) == (1, 2)
    assert repo.check("--files-from", "-", stdin=b"").code == 0
    assert repo.check("--files-from", "-", stdin=b"gone.png\n").code == 2


def test_odd_names_are_told_safely(repo: Repository) -> None:
    """And their fixes can be typed."""
    for name in ("-x y.png", "new\nline.png", os.fsdecode(b"\xff.png"), "::error::a.png"):
        repo.write(f"ai/{name}", BARE)
    done = repo.check()
    assert done.code == 1
    assert "ailabel check --fix 'ai/-x y.png'" in done.out
    assert "ai/new\\nline.png" in done.out
    assert done.err == ""


# -- what is no pass -------------------------------------------------------------------------------


def test_what_cannot_be_checked_is_no_pass(repo: Repository) -> None:
    """A pointer of Git LFS, declared or not, and a name that leads nowhere."""
    repo.write("own.bin", POINTER.format(name="0" * 64, size=5))
    done = repo.check()
    assert done.code == 2
    assert "git lfs pull" in done.out
    assert "nothing passes" in done.out
    (repo.root / "own.bin").unlink()
    assert repo.check("nowhere").code == 2
    repo.write("ai/required.png", labelled(produce_id="a-9"))
    repo.write("ailabel.toml", CONFIGURATION.replace('"off"', '"required"'))
    done = repo.check("ai/good.png")  # the tests' eyes are shut
    assert done.code == 1
    assert "is not settled" in done.out


@pytest.mark.parametrize(
    "arguments",
    [
        ("--nonsense",),
        ("--staged", "--changed"),
        ("--write-baseline", "--prune-baseline"),
        ("--no-git", "--staged"),
        ("--implicit-only", "--deep"),
        ("--report", "sarif"),
        ("--report", "nonsense=a"),
        ("--per-file-ignores", "a"),
        ("--format", "nonsense"),
        ("--select", "NONSENSE"),
        ("--budget", "0"),
        ("--config", "gone.toml"),
        ("--config", "ailabel.toml", "--isolated"),
        ("--baseline", "gone.json"),
        ("--report", "json=/nowhere/at/all.json"),
    ],
)
def test_what_makes_no_sense_is_refused(repo: Repository, arguments: tuple[str, ...]) -> None:
    """Always with the code 2, and never with a traceback."""
    done = repo.check(*arguments)
    assert done.code == 2
    assert "Traceback" not in done.err + done.out
    assert done.err + done.out


def test_a_report_that_cannot_be_written_is_named(repo: Repository) -> None:
    """As it was given, not as the temporary that stands for it."""
    path = "/nowhere/all.json"
    for arguments in (("--report", f"json={path}"), ("-o", path)):
        done = repo.check(*arguments)
        assert (done.code, done.err) == (2, f"ailabel: {path}: No such file or directory\n")


def test_a_report_behind_a_link_is_written_where_it_leads(repo: Repository, tmp_path: Path) -> None:
    """The link stays; what stands in the way of the temporary is not written to."""
    target, link = tmp_path / "out.json", tmp_path / "link.json"
    link.symlink_to(target)
    assert repo.check("--report", f"json={link}").code == 1
    assert link.is_symlink()
    assert json.loads(target.read_bytes())["files"]
    before = target.read_bytes()
    trap = tmp_path / f"out.json.{os.getpid()}.tmp"
    trap.symlink_to(tmp_path / "other")
    done = repo.check("--report", f"json={target}")
    assert (done.code, "File exists" in done.err) == (2, True)
    assert trap.is_symlink()
    assert not (tmp_path / "other").exists()
    assert target.read_bytes() == before


def test_a_manifest_that_cannot_be_used_is_one_problem(repo: Repository) -> None:
    """Not one of each file, with or without a cache."""
    repo.write("made.json", "no JSON")
    for _ in range(2):
        done = repo.check("--manifest", "made.json", "--format", "json")
        document = json.loads(done.stdout)
        assert (done.code, len(document["problems"]), document["files"]) == (2, 1, [])
        assert "made.json, line 1 is no JSON" in document["problems"][0]


def test_in_a_folder_of_the_repository_it_says_what_paths_count_from(repo: Repository) -> None:
    """Commands that are advised are typed there; nothing is said to who stands there already."""
    said = f"paths and commands count from {repo.root}"
    assert said not in repo.check().out
    inside = Repository(repo.root / "ai")
    assert said in inside.check("..").out
    assert said not in inside.check("good.png").out


def test_reports_are_whole_whatever_happens(repo: Repository, tmp_path: Path) -> None:
    """A configuration that cannot be used is a problem in a report that can be read."""
    repo.write("ailabel.toml", "ai = 7\n")
    target = tmp_path / "out.sarif"
    done = repo.check("--format", "json", "--report", f"sarif={target}")
    assert done.code == 2
    assert json.loads(done.stdout)["problems"]
    assert json.loads(target.read_bytes())["runs"]


def test_a_defect_of_ours_is_no_finding(repo: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    """In the gate it is a problem of a report that is whole; in a report, all that can be said."""

    def broken(*_: object) -> None:
        raise ZeroDivisionError("oops")

    with monkeypatch.context() as patch:
        patch.setattr("ailabel.gate.survey.Survey.go", broken)
        done = repo.check("--format", "json")
        assert done.code == 2
        assert "ZeroDivisionError: oops" in json.loads(done.stdout)["problems"][0]
    monkeypatch.setattr("ailabel.reporters.sarif.render", broken)
    done = repo.check("--format", "sarif")
    assert (done.code, "ZeroDivisionError: oops" in done.err) == (2, True)


def test_a_report_may_go_to_standard_output_by_name(repo: Repository) -> None:
    """As everywhere, - is that."""
    assert repo.check("-o", "-").out == repo.check().out
    assert not (repo.root / "-").exists()


# -- what was accepted -----------------------------------------------------------------------------


def test_a_team_adopts_the_gate(repo: Repository) -> None:
    """Old findings are accepted, under other names too, until an edit; what is gone is stale."""
    done = repo.check("--write-baseline")
    assert done.code == 0
    assert "accepts 1 findings now" in done.out
    (entry,) = json.loads((repo.root / ".ailabel-baseline.json").read_bytes())["entries"]
    assert (entry["path"], entry["rule"]) == ("ai/bare.png", "GAT-001")
    assert (entry["reason"], entry["until"]) == ("present at adoption", None)
    repo.git("mv", "ai/bare.png", "ai/renamed.png")
    done = repo.check()
    assert (done.code, "that the baseline accepts: 1" in done.out) == (0, True)
    repo.write("ai/renamed.png", BARE + b"\0")
    done = repo.check()
    assert (done.code, "which is gone" in done.out) == (1, True)
    repo.write("ai/renamed.png", labelled(produce_id="a-3"))
    assert repo.check("--prune-baseline").code == 0
    assert json.loads((repo.root / ".ailabel-baseline.json").read_bytes())["entries"] == []


def test_a_named_baseline(repo: Repository, tmp_path: Path) -> None:
    """It stands where one says, and must be there when it is read."""
    target = tmp_path / "accepted.json"
    assert repo.check("--baseline", target).code == 2
    assert repo.check("--baseline", target, "--write-baseline").code == 0
    assert repo.check("--baseline", target).code == 0
    assert repo.check().code == 1
    document = json.loads(target.read_bytes())
    document["entries"][0] |= {"until": "2020-01-01", "reason": "to be replaced"}
    target.write_text(json.dumps(document))
    done = repo.check("--baseline", target)
    assert (done.code, "until 2020-01-01" in done.out) == (1, True)
    target.write_text("{}")
    assert repo.check("--baseline", target).code == 2


# -- labelling -------------------------------------------------------------------------------------


def test_fix_labels_and_says_so(repo: Repository) -> None:
    """As formatters do: 1 when something was changed, 0 when there is nothing more to do."""
    done = repo.check("--fix")
    assert done.code == 1
    assert "labelled" in done.out
    assert repo.git("diff", "--name-only").split() == ["ai/bare.png"]
    again = repo.check("--fix")
    assert (again.code, "nothing stops" in again.out) == (0, True)


@pytest.mark.parametrize(
    ("style", "reason"), [(None, "No such file"), ("[picture]\n", "there is no key picture")]
)
def test_fix_with_a_style_that_cannot_be_used(
    repo: Repository, style: str | None, reason: str
) -> None:
    """The file keeps its finding, with the reason, and is as it was."""
    repo.write("ailabel.toml", CONFIGURATION + 'style = "own.style"\n')
    if style is not None:
        repo.write("own.style", style)
    done = repo.check("--fix", "--format", "json")
    assert (done.code, rules(done)) == (1, {"ai/bare.png": ["GAT-001"]})
    (bare,) = [item for item in done.files if item["path"] == "ai/bare.png"]
    assert "it could not be labelled" in bare["findings"][0]["fix"]
    assert reason in bare["findings"][0]["fix"]
    assert (repo.root / "ai/bare.png").read_bytes() == BARE


def test_fix_of_what_is_staged(repo: Repository) -> None:
    """The file in the work tree is labelled, to be staged; not where it differs from the index."""
    for name in ("ai/same.png", "ai/differs.png"):
        repo.write(name, BARE)
        repo.git("add", name)
    repo.write("ai/differs.png", BARE + b"\0")
    done = repo.check("--staged", "--fix")
    assert done.code == 2
    assert "ai/differs.png was not labelled" in done.out
    assert (repo.root / "ai/differs.png").read_bytes() == BARE + b"\0"
    assert repo.git("diff", "--name-only").split() == ["ai/differs.png", "ai/same.png"]
    repo.git("rm", "-q", "-f", "--cached", "ai/differs.png")
    repo.git("add", "ai/same.png")
    assert repo.check("--staged", "--fix").code == 0


def test_a_staged_pointer_stands_for_what_git_lfs_keeps(repo: Repository) -> None:
    """In git's own folder; where that does not hold it, there is nothing to check."""
    name = "ab" * 32
    place = repo.root / ".git" / "lfs" / "objects" / "ab" / "ab" / name
    repo.write("ai/large.png", POINTER.format(name=name, size=len(LABELLED)))
    repo.git("add", "ai/large.png")
    assert repo.check("--staged").code == 2
    place.parent.mkdir(parents=True)
    place.write_bytes(LABELLED)
    assert repo.check("--staged").code == 0
    place.write_bytes(LABELLED[:-1])
    assert repo.check("--staged").code == 2


# -- in a process of its own -----------------------------------------------------------------------


def test_several_processes_say_the_same(repo: Repository) -> None:
    """In the same order."""
    for number in range(8):
        repo.write(f"ai/{number}.png", (BARE, LABELLED)[number % 2])
    one = repo.check("--format", "json", "--no-cache")
    two = repo.check("--format", "json", "--no-cache", "--jobs", "2")
    assert one.stdout == two.stdout
    assert one.code == two.code == 1


def test_as_a_module(repo: Repository) -> None:
    """``python -m ailabel check`` gives the same code."""
    assert spawn("check", repo.root, stdin=b"", **CLEAN).code == 1
    assert spawn("check", repo.root / "own.md", stdin=b"", **CLEAN).code == 0


def test_a_reader_that_goes_away(repo: Repository, tmp_path: Path) -> None:
    """Nothing passes, nothing is said twice, and the other reports are written."""
    target = tmp_path / "out.json"
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run(
        [sys.executable, "-m", "ailabel", "check", "--report", f"json={target}"],
        cwd=repo.root,
        env={**os.environ, **CLEAN},
        stdout=write,
        stderr=subprocess.PIPE,
        check=False,
    )
    os.close(write)
    assert done.returncode == 2
    assert b"Traceback" not in done.stderr
    assert json.loads(target.read_bytes())["exit_code"] == 1


def _opened(pipe: Path, running: subprocess.Popen[str]) -> int:
    """Open a pipe for writing as soon as a process reads from it."""
    while running.poll() is None:
        try:
            return os.open(pipe, os.O_WRONLY | os.O_NONBLOCK)
        except OSError:  # nobody reads yet
            time.sleep(0.01)
    raise AssertionError(running.communicate())


def test_an_interrupt(repo: Repository) -> None:
    """The code is 130, and no report is left half written."""
    os.mkfifo(repo.root / "list")
    running = subprocess.Popen(
        [sys.executable, "-m", "ailabel", "check", "--files-from", "list", "-o", "out.json"],
        cwd=repo.root,
        env={**os.environ, **CLEAN},
        stderr=subprocess.PIPE,
        text=True,
    )
    line = _opened(repo.root / "list", running)
    running.send_signal(signal.SIGINT)
    _, said = running.communicate()
    os.close(line)
    assert running.returncode == 130
    assert "Traceback" not in said
    assert not (repo.root / "out.json").exists()


def test_the_configuration_of_the_environment(repo: Repository, tmp_path: Path) -> None:
    """AILABEL_CONFIG stands for --config."""
    other = tmp_path / "other.toml"
    other.write_text(f'producer = "{PRODUCER}"\n')
    assert repo.check(AILABEL_CONFIG=str(other)).code == 0
    assert repo.check("--isolated").code == 0
