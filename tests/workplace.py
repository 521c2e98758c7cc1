"""A repository with a configuration, and the surroundings in which hooks and pipelines run."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING, Final

from builders import png
from command import PRODUCER, ailabel

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

__all__ = [
    "CONFIGURATION",
    "git",
    "label",
    "repository",
    "run",
    "script",
    "surroundings",
    "this_ailabel",
]

CONFIGURATION: Final = f"""producer = "{PRODUCER}"
[[paths]]
match = ["ai/**"]
ai = true
explicit = "off"
"""
_KEPT: Final = ("PATH", "LANG", "TMPDIR", "COVERAGE_PROCESS_START")
_AUTHOR: Final = ("-c", "user.name=a", "-c", "user.email=a@example.org")


def surroundings(home: Path, **more: str) -> dict[str, str]:
    """Return an environment that knows nothing of the user; ``bin`` of its home comes first."""
    (home / "bin").mkdir(parents=True, exist_ok=True)
    (home / ".gitconfig").touch()
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    return {
        **kept,
        "PATH": f"{home / 'bin'}:{kept['PATH']}",
        "HOME": str(home),
        "AILABEL_LANG": "en",
        "GIT_CONFIG_GLOBAL": str(home / ".gitconfig"),
        "GIT_CONFIG_NOSYSTEM": "1",
        **more,
    }


def run(
    command: Sequence[str | Path], folder: Path, environment: Mapping[str, str]
) -> subprocess.CompletedProcess[str]:
    """Run a command in a folder; its output is text."""
    return subprocess.run(
        command,
        cwd=folder,
        env=environment,
        capture_output=True,
        encoding="utf-8",
        errors="backslashreplace",
        check=False,
    )


def git(folder: Path, environment: Mapping[str, str], *arguments: str) -> str:
    """Run Git, which must succeed."""
    done = run(["git", *_AUTHOR, *arguments], folder, environment)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def repository(folder: Path, environment: Mapping[str, str]) -> str:
    """Make a repository of one commit: a declared picture without a label; return the commit."""
    (folder / "ai").mkdir(parents=True)
    (folder / "ai" / "a.png").write_bytes(_picture())
    (folder / "own.md").write_text("text\n")
    (folder / "code.py").write_text("pass\n")
    (folder / "ailabel.toml").write_text(CONFIGURATION)
    git(folder, environment, "-c", "init.defaultBranch=main", "init", "-q")
    git(folder, environment, "add", "-A")
    git(folder, environment, "commit", "-q", "-m", "first")
    return git(folder, environment, "rev-parse", "HEAD")


def _picture() -> bytes:
    return next(iter(png.samples()))[1]


def label(path: Path) -> None:
    """Put the label into a file."""
    command = ("label", "--in-place", "--implicit-only", "--producer", PRODUCER, path)
    assert ailabel(*command).code == 0


def script(path: Path, text: str) -> None:
    """Write a program for the shell."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!{shutil.which('bash')}\n{text}\n", encoding="utf-8")
    path.chmod(0o755)


def this_ailabel(path: Path) -> None:
    """Put a command in place that runs the sources that are tested."""
    script(path, f'exec "{sys.executable}" -m ailabel "$@"')
