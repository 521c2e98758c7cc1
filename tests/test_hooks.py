"""The hooks for pre-commit: its own program installs and runs them, without a network."""

from __future__ import annotations

import shutil
import sys
import sysconfig
from typing import TYPE_CHECKING, Final

import pytest
import yaml

from corpus import ROOT
from workplace import git, repository, run, surroundings

if TYPE_CHECKING:
    from pathlib import Path

MANIFEST: Final = ROOT / ".pre-commit-hooks.yaml"
PARTS: Final = ("pyproject.toml", "hatch_build.py", "README.md", "LICENSE", MANIFEST.name)
OFFLINE: Final = {  # what pip would fetch is found among the packages that the tests have
    "PIP_NO_INDEX": "1",
    "PIP_NO_BUILD_ISOLATION": "0",
    "PIP_DISABLE_PIP_VERSION_CHECK": "1",
    "VIRTUALENV_NO_PERIODIC_UPDATE": "1",
    "PYTHONPATH": sysconfig.get_path("purelib"),
    "AILABEL_NATIVE": "0",
}


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """Return surroundings in which pre-commit keeps everything below the test's folder."""
    home = tmp_path / "home"
    return surroundings(home, PRE_COMMIT_HOME=str(home / "hooks"), **OFFLINE)


def pre_commit(folder: Path, environment: dict[str, str], *arguments: str) -> tuple[int, str]:
    """Run pre-commit; return its exit code and what it said."""
    done = run([sys.executable, "-m", "pre_commit", *arguments], folder, environment)
    return done.returncode, done.stdout + done.stderr


def test_the_manifest_is_sound(tmp_path: Path, environment: dict[str, str]) -> None:
    """To pre-commit itself; each hook runs the gate."""
    assert pre_commit(tmp_path, environment, "validate-manifest", str(MANIFEST))[0] == 0
    hooks = {hook["id"]: hook for hook in yaml.safe_load(MANIFEST.read_text("utf-8"))}
    assert set(hooks) == {"ailabel-check", "ailabel-check-all", "ailabel-fix"}
    assert all(hook["entry"].startswith("ailabel check ") for hook in hooks.values())


@pytest.mark.oracle
def test_try_repo_installs_and_runs_the_hooks(tmp_path: Path, environment: dict[str, str]) -> None:
    """Both checks stop what is not labelled, the third hook labels it; then it passes."""
    source, user = tmp_path / "source", tmp_path / "user"
    ignored = shutil.ignore_patterns("__pycache__", "*.so", "*.otf", "*.wav")
    shutil.copytree(ROOT / "src", source / "src", ignore=ignored)
    for name in PARTS:
        shutil.copy(ROOT / name, source / name)
    for command in (("init", "-q"), ("add", "-A"), ("commit", "-q", "-m", "all")):
        git(source, environment, *command)
    repository(user, environment)
    every = ("--all-files", "--hook-stage", "manual", "--verbose")
    code, said = pre_commit(user, environment, "try-repo", str(source), *every)
    assert code == 1, said
    assert said.count("Failed") == 3
    assert said.count("ai/a.png:1: error GAT-001") == 2
    assert "files were modified by this hook" in said
    assert git(user, environment, "status", "--porcelain") == "M ai/a.png"
    own = {key: value for key, value in environment.items() if key != "PYTHONPATH"}
    done = run([sys.executable, "-m", "ailabel", "check"], user, own)
    assert done.returncode == 0, done.stdout


def test_changed_files_alone_are_checked(tmp_path: Path, environment: dict[str, str]) -> None:
    """By the hook for them; pre-commit names the files, whatever their names are."""
    user = tmp_path / "user"
    repository(user, environment)
    hooks = yaml.safe_load(MANIFEST.read_text("utf-8"))
    for hook in hooks:
        hook["language"] = "system"
        hook["entry"] = hook["entry"].replace("ailabel", f"{sys.executable} -m ailabel", 1)
    local = {"repos": [{"repo": "local", "hooks": hooks}]}
    (user / ".pre-commit-config.yaml").write_text(yaml.safe_dump(local))
    own = {key: value for key, value in environment.items() if key != "PYTHONPATH"}
    (user / "own.md").write_text("changed\n")
    git(user, environment, "add", "-A")
    code, said = pre_commit(user, own, "run", "ailabel-check")
    assert code == 0, said
    name = "ai/-- 图 $(touch pwned).png"
    shutil.copy(user / "ai/a.png", user / name)
    git(user, environment, "add", "-A")
    code, said = pre_commit(user, own, "run", "ailabel-check")
    assert (code, said.count("GAT-001")) == (1, 1), said
    assert not (user / "pwned").exists()
    code, said = pre_commit(user, own, "run", "ailabel-check-all", "--hook-stage", "manual")
    assert (code, said.count("GAT-001")) == (1, 2), said
