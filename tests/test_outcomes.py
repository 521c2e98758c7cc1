"""Every way a check can end, through every way in: the exit code is the one that is documented."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pytest
import yaml

from corpus import ROOT
from workplace import label, repository, surroundings, this_ailabel

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

HOOK: Final = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))[0]["entry"]
STEP: Final = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))["runs"]["steps"][1]
POINTER: Final = f"version https://git-lfs.github.com/spec/v1\noid sha256:{'0' * 64}\nsize 5\n"


@dataclass(frozen=True)
class Outcome:
    """A way to end.

    Args:
        name: in words.
        code: the documented exit code.
        prepare: changes the repository, which holds one declared picture without a label.
        options: for the gate, besides the files.
        files: that are named; none for all.
        inside: Python that runs before the gate does, to stand for what a test cannot do.
    """

    name: str
    code: int
    prepare: Callable[[Path], object] = lambda work: work
    options: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    inside: str = ""


def _labelled(work: Path) -> None:
    label(work / "ai/a.png")


def _pointer(work: Path) -> None:
    (work / "ai/big.png").write_text(POINTER)


def _configured_badly(work: Path) -> None:
    (work / "ailabel.toml").write_text("ai = 7\n")


def _no_room_for_a_cache(work: Path) -> None:
    _labelled(work)
    (work / ".git/ailabel").write_text("a file where the cache's folder would be\n")


JUDGE: Final = "from ailabel.gate import judge\njudge.judge = lambda case: "
OUTCOMES: Final = (
    Outcome("clean", 0, _labelled),
    Outcome("findings", 1),
    Outcome("findings, kept at zero", 0, options=("--exit-zero",)),
    Outcome(
        "unreadable",
        2,
        inside="import os\nopened = os.open\n\n\ndef refusing(path, *rest, **names):\n"
        "    if os.fsdecode(path).endswith('a.png'):\n"
        "        raise PermissionError(13, 'Permission denied', path)\n"
        "    return opened(path, *rest, **names)\n\n\nos.open = refusing\n",
    ),
    Outcome("a pointer of Git LFS", 2, _pointer),
    Outcome("a pointer, kept at zero", 2, _pointer, ("--exit-zero",)),
    Outcome("nothing matches", 2, files=("nowhere",)),
    Outcome("git's own folder", 2, files=(".git",)),
    Outcome("a bad configuration", 2, _configured_badly),
    Outcome("an unknown option", 2, options=("--nonsense",)),
    Outcome("a base that is not there", 2, options=("--base=gone",)),
    Outcome(
        "interrupted",
        130,
        inside=f"{JUDGE}os.kill(os.getpid(), signal.SIGINT)\nimport os, signal\n",
    ),
    Outcome("a defect inside", 2, inside=f"{JUDGE}1 / 0\n"),
    Outcome("no room for a cache", 0, _no_room_for_a_cache),
)


def _directly(outcome: Outcome, work: Path, environment: Mapping[str, str]) -> list[str]:
    del work, environment
    return ["ailabel", "check", *outcome.options, *outcome.files]


def _as_a_module(outcome: Outcome, work: Path, environment: Mapping[str, str]) -> list[str]:
    del work, environment
    return [sys.executable, "-m", "ailabel", "check", *outcome.options, *outcome.files]


def _as_a_hook(outcome: Outcome, work: Path, environment: Mapping[str, str]) -> list[str]:
    """Return what pre-commit types: the entry, arguments, and the changed files."""
    del environment
    named = (work / name for name in ("ai", "ailabel.toml", "own.md"))
    files = (
        file for path in named for file in (sorted(path.iterdir()) if path.is_dir() else [path])
    )
    changed = outcome.files or tuple(str(file.relative_to(work)) for file in files)
    return [*shlex.split(HOOK), *outcome.options, *changed]


def _as_an_action(outcome: Outcome, work: Path, environment: Mapping[str, str]) -> list[str]:
    """Return the action's step as a shell runs it; its inputs are in the environment."""
    del work, environment
    inputs = {
        "INPUT_OPTIONS": "\n".join(outcome.options),
        "INPUT_PATHS": "\n".join(outcome.files) or ".",
    }
    given = [f"{name}={value}" for name, value in inputs.items()]
    return ["env", *given, "bash", "-eo", "pipefail", "-c", STEP["run"]]


ENTRIES: Final = (_directly, _as_a_module, _as_a_hook, _as_an_action)


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.__name__.strip("_"))
@pytest.mark.parametrize("outcome", OUTCOMES, ids=lambda outcome: outcome.name.replace(" ", "-"))
def test_every_outcome_has_its_exit_code_everywhere(
    outcome: Outcome,
    entry: Callable[[Outcome, Path, Mapping[str, str]], list[str]],
    tmp_path: Path,
) -> None:
    """As README and ``ailabel check --help`` say; and nobody sees a traceback."""
    home, work = tmp_path / "home", tmp_path / "work"
    environment = surroundings(
        home,
        RUNNER_TEMP=str(home),
        GITHUB_OUTPUT=str(home / "output"),
        GITHUB_STEP_SUMMARY=str(home / "summary"),
        PYTHONPATH=str(home / "inside"),
    )
    this_ailabel(home / "bin/ailabel")
    this_ailabel(home / "ailabel/bin/ailabel")
    (home / "inside").mkdir()
    (home / "inside/sitecustomize.py").write_text(outcome.inside)
    repository(work, environment)
    outcome.prepare(work)
    done = subprocess.run(
        entry(outcome, work, environment),
        cwd=work,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == outcome.code, done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr


@pytest.mark.parametrize("entry", [_directly, _as_a_module], ids=lambda entry: entry.__name__)
def test_a_reader_that_goes_away_is_no_pass(
    entry: Callable[[Outcome, Path, Mapping[str, str]], list[str]], tmp_path: Path
) -> None:
    """What nobody could read counts as a check that failed, even where nothing stops."""
    home, work = tmp_path / "home", tmp_path / "work"
    environment = surroundings(home)
    this_ailabel(home / "bin/ailabel")
    repository(work, environment)
    _labelled(work)
    read, write = os.pipe()
    os.close(read)
    command = entry(Outcome("a broken pipe", 2), work, environment)
    done = subprocess.run(
        command, cwd=work, env=environment, stdout=write, stderr=subprocess.PIPE, check=False
    )
    os.close(write)
    assert done.returncode == 2
    assert b"Traceback" not in done.stderr
