"""The gate on a repository: again with its cache, as a hook, and for the first time."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from itertools import cycle
from pathlib import Path
from typing import TYPE_CHECKING, Final

from benchmarks.timing import Contestant, Result, command, race
from benchmarks.trees import seeds

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["CASES"]

_SCRIPT: Final = str(Path(sys.executable).parent / "ailabel")
_FILES: Final = 10_000
_CHANGED: Final = 20
_FOLDER: Final = 100  # files in one folder
_SLOW: Final = 1000  # files for the tools that take long; scaled
_PICTURES: Final = (".jpg", ".png", ".webp", ".gif", ".tiff", ".heic")
_CLEAN: Final = {
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_AUTHOR_NAME": "a",
    "GIT_AUTHOR_EMAIL": "a@example.org",
    "GIT_COMMITTER_NAME": "a",
    "GIT_COMMITTER_EMAIL": "a@example.org",
}
_CONFIGURATION: Final = """\
producer = "001191350100M000100Y4310000"
[[paths]]
match = ["ai/**"]
ai = true
"""
_CHECK: Final = ("check", "--implicit-only")


def gate(folder: Path) -> Iterator[Result]:
    """Check a repository of ten thousand files again, and twenty changed files of it."""
    tree = _repository(folder)
    check, git = (_SCRIPT, *_CHECK, str(tree)), ("git", "-C", str(tree))
    time.sleep(3)  # what changed just before it was read is not remembered
    _job(*check)()
    again = race(
        [
            Contestant("git status", _job(*git, "status")),
            Contestant("ailabel check", _job(*check)),
            Contestant("ailabel --version", _job(_SCRIPT, "--version")),
        ],
        15,
    )
    yield Result(
        "the gate on 10,000 files for the second time",
        again,
        [("cpu: ailabel check / git status", again[1].cpu / again[0].cpu, "≤ 6")],
    )
    names = [str(path) for path in sorted((tree / "src").rglob("*.py"))[:: _FILES // 2 // _CHANGED]]
    for name in names:
        Path(name).write_text("changed = True\n", encoding="utf-8")
    subprocess.run([*git, "add", "-A"], check=True, env={**os.environ, **_CLEAN})
    hook = race(
        [
            Contestant("git diff --name-only", _job(*git, "diff", "--name-only")),
            Contestant("ailabel check --staged", _job(*check, "--staged")),
            Contestant("ailabel check FILES, as pre-commit does", _job(*check[:-1], *names)),
        ],
        15,
    )
    yield Result(
        f"the gate as a hook: {len(names)} changed files of 10,000",
        hook,
        [
            (
                "cpu: ailabel check --staged / git diff --name-only",
                hook[1].cpu / hook[0].cpu,
                "≤ 8",
            ),
            ("cpu: ailabel check FILES / git diff --name-only", hook[2].cpu / hook[0].cpu, "≤ 8"),
        ],
    )
    yield _first(folder)
    yield from _reuse(tree)


def _first(folder: Path) -> Result:
    """Check ten thousand pictures for the first time, and write the report."""
    kinds = {"all": True, "half": False}
    for name, labelled in kinds.items():
        found = seeds(folder / f"seeds-{name}", labelled=labelled)
        found = [path for path in found if path.suffix in _PICTURES]
        _fill(folder / name, found, _FILES)
        if labelled:
            _fill(folder / "some", found, _SLOW)
        text = _CONFIGURATION.replace("ai/", "")
        (folder / name / "ailabel.toml").write_text(text, encoding="utf-8")
    words = ("--no-git", "--no-cache", "--format", "json", "-o", str(folder / "report.json"))
    contestants = [
        Contestant(
            f"ailabel check, {name} of them labelled, a file",
            _job(_SCRIPT, *_CHECK, str(folder / name), *words),
            times=_FILES,
        )
        for name in kinds
    ]
    if shutil.which("exiftool"):
        job = _job("exiftool", "-r", "-json", "-fast2", str(folder / "some"))
        contestants.append(Contestant("exiftool -r -json -fast2, a file", job, times=_SLOW))
    rows = race(contestants, 3)
    summary = json.loads((folder / "report.json").read_bytes())["summary"]
    if summary["unchecked"] or summary["files"] != _FILES + 1:  # the configuration is one
        raise RuntimeError(summary)
    ratios = [
        (f"cpu: exiftool / ailabel check, {name} of them labelled", rows[-1].cpu / row.cpu, aim)
        for name, row, aim in zip(kinds, rows, ("≥ 30", "-"), strict=False)
    ]
    title = "the gate on 10,000 pictures for the first time, report included"
    return Result(title, rows, ratios if len(rows) > len(kinds) else [])


def _reuse(tree: Path) -> Iterator[Result]:
    """Check a repository for the first time, against a gate for licences."""
    reuse = Path(sys.executable).parent / "reuse"
    program = str(reuse) if reuse.exists() else shutil.which("reuse")
    if program is None:
        return
    check = _job(_SCRIPT, *_CHECK, str(tree), "--no-cache")
    lint = _job(program, "--root", str(tree), "lint")
    rows = race(
        [
            Contestant("ailabel check, a file", check, times=_FILES),
            Contestant("reuse lint, a file", lint, times=_FILES),
        ],
        1,
    )
    ratio = ("cpu: reuse lint / ailabel check", rows[1].cpu / rows[0].cpu, "≥ 10")
    yield Result("the gate on 10,000 mixed files, against reuse lint", rows, [ratio])


def _repository(folder: Path) -> Path:
    """Make a repository: one half labelled files of the mix, one half source files."""
    tree = folder / "repository"
    labelled = [path for path in seeds(folder / "labelled", labelled=True) if path.suffix != ".txt"]
    _fill(tree / "ai", labelled, _FILES // 2)
    for index in range(_FILES // 2):
        path = tree / "src" / f"{index // _FOLDER:03}" / f"{index:05}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"number = {index}\n" * 20, encoding="utf-8")
    (tree / "ailabel.toml").write_text(_CONFIGURATION, encoding="utf-8")
    for words in (("init", "-q"), ("add", "-A"), ("commit", "-q", "-m", "all")):
        subprocess.run(["git", "-C", str(tree), *words], check=True, env={**os.environ, **_CLEAN})
    return tree


def _fill(root: Path, found: list[Path], count: int) -> None:
    for index, seed in zip(range(count), cycle(found), strict=False):
        target = root / f"{index // _FOLDER:03}" / f"{index:05}{seed.suffix}"
        target.parent.mkdir(parents=True, exist_ok=True)
        os.link(seed, target)


def _job(*words: str) -> Callable[[], object]:
    return command(*words, env=_CLEAN)


CASES: Final = (gate,)
