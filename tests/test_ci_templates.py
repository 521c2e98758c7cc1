"""The templates for pipelines: they are what they say, and their commands run as they stand."""

from __future__ import annotations

import json
import re
import sys
from typing import TYPE_CHECKING, Any, Final

import pytest
import yaml
from defusedxml import ElementTree

from corpus import ROOT
from workplace import git, label, repository, run, script, surroundings, this_ailabel

if TYPE_CHECKING:
    from pathlib import Path

FOLDER: Final = ROOT / "examples" / "ci"
ACTION: Final = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))


def template(name: str) -> Any:  # noqa: ANN401 - YAML
    """Read a template."""
    return yaml.safe_load((FOLDER / name).read_text("utf-8"))


def gitlab() -> list[str]:
    """Return the commands for GitLab."""
    job = template("gitlab-ci.yml")["ailabel"]
    return [*job["before_script"], *job["script"]]


def gitee() -> list[str]:
    """Return the commands for Gitee Go."""
    (stage,) = template("gitee-go.yml")["stages"]
    (step,) = stage["steps"]
    assert step["step"] == "build@python"
    commands: list[str] = step["commands"]
    return commands


def jenkins() -> list[str]:
    """Return the commands for Jenkins, whose strings in ''' join lines at a backslash."""
    text = (FOLDER / "Jenkinsfile").read_text("utf-8")
    assert text.count("{") == text.count("}")
    found = re.findall(r"sh '''\n(.*?)'''", text, re.DOTALL)
    return [item.replace("\\\n", "") for item in found]


@pytest.fixture
def place(tmp_path: Path) -> tuple[Path, dict[str, str]]:
    """Make a repository, and programs that pretend to install."""
    home, work = tmp_path / "home", tmp_path / "work"
    environment = surroundings(
        home, CI_PROJECT_DIR=str(work), WORKSPACE_TMP=str(home / "jenkins"), LC_ALL="C.UTF-8"
    )
    this_ailabel(home / "bin" / "ailabel")
    for name in ("apt-get", "pip"):
        script(home / "bin" / name, "exit 0")
    script(
        home / "bin" / "python3",
        'if [ "$1 $2" = "-m pip" ]; then exit 0; fi\n'
        f'if [ "$1 $2" != "-m venv" ]; then exec "{sys.executable}" "$@"; fi\n'
        f'mkdir -p "$3"; ln -s "{home}/bin" "$3/bin"',
    )
    repository(work, environment)
    git(work, environment, "update-ref", "refs/remotes/origin/main", "HEAD")
    return work, environment


@pytest.mark.parametrize("commands", [gitlab, gitee, jenkins])
def test_the_commands_stop_what_is_not_labelled(
    commands: Any,  # noqa: ANN401 - a function
    place: tuple[Path, dict[str, str]],
) -> None:
    """And let through what is; every report that the template names is there both times."""
    work, environment = place
    shell = ["bash", "-eo", "pipefail", "-c", "\n".join(commands())]
    named = re.findall(r"--report \w+=(\S+)", "\n".join(commands()))
    assert named
    done = run(shell, work, environment)
    assert done.returncode == 1, done.stderr
    assert "GAT-001" in done.stdout
    for name in named:
        _read(work / name)
        (work / name).unlink()
    label(work / "ai" / "a.png")
    done = run(shell, work, environment)
    assert done.returncode == 0, done.stdout
    assert all((work / name).exists() for name in named)


def _read(path: Path) -> None:
    text = path.read_text("utf-8")
    if path.suffix in {".json", ".sarif"}:
        json.loads(text)
    elif path.suffix == ".xml":
        ElementTree.fromstring(text)
    assert "GAT-001" in text


@pytest.mark.parametrize(
    ("commands", "variable", "value"),
    [
        (gitlab, "CI_MERGE_REQUEST_DIFF_BASE_SHA", "origin/main"),
        (jenkins, "CHANGE_TARGET", "main"),
    ],
)
def test_of_a_merge_request_the_changes_are_checked(
    commands: Any,  # noqa: ANN401 - a function
    variable: str,
    value: str,
    place: tuple[Path, dict[str, str]],
) -> None:
    """What was there before stops nobody."""
    work, environment = place
    (work / "own.md").write_text("changed\n")
    git(work, environment, "commit", "-q", "-a", "-m", "second")
    shell = ["bash", "-eo", "pipefail", "-c", "\n".join(commands())]
    done = run(shell, work, {**environment, variable: value})
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_workflow_uses_the_action_as_it_is() -> None:
    """The inputs and outputs that it names are there."""
    text = (FOLDER / "github.yml").read_text("utf-8")
    workflow = yaml.safe_load(text)
    steps = workflow["jobs"]["check"]["steps"]
    (used,) = (step for step in steps if step.get("id") == "ailabel")
    assert used["with"].keys() <= ACTION["inputs"].keys()
    outputs = set(re.findall(r"steps\.ailabel\.outputs\.([\w-]+)", text))
    assert outputs
    assert outputs <= ACTION["outputs"].keys()
    assert set(workflow[True]) == {"pull_request", "push"}  # YAML takes "on" for a truth


@pytest.mark.parametrize("name", ["gitlab-ci.yml", "Jenkinsfile"])
def test_reports_are_collected_where_they_are_written(name: str) -> None:
    """Each is named once as it is written and once as it is shown."""
    text = (FOLDER / name).read_text("utf-8")
    for report in re.findall(r"--report \w+=(\S+)", text):
        assert text.count(report) == 2
