"""Patterns of paths."""

from __future__ import annotations

import os
import random
import subprocess
from typing import TYPE_CHECKING, Final

import pytest

from ailabel.config.patterns import compiled, translated
from ailabel.config.problems import WrongValueError

if TYPE_CHECKING:
    from pathlib import Path

_PIECES: Final = ("a", "b", "ab", "*", "?", "[ab]", "[!a]", "[a-c]", "\\*", ".", "[[:alpha:]]")
_NAMES: Final = ("a", "b", "c", "ab", "ba", "abc", "a.b", "*", "aab", "[")


@pytest.mark.parametrize(
    ("patterns", "matched", "not_matched"),
    [
        (["ai"], ["ai", "ai/x", "x/ai", "x/ai/y.png"], ["aix", "x/ai.png"]),
        (["ai/"], ["ai/x", "x/ai/y"], ["ai", "x/ai"]),
        (["/ai"], ["ai", "ai/x"], ["x/ai"]),
        (["ai/**"], ["ai/x", "ai/x/y"], ["ai", "x/ai/y"]),
        (["docs/ai"], ["docs/ai", "docs/ai/x"], ["x/docs/ai"]),
        (["**/ai/*.png"], ["ai/a.png", "x/y/ai/a.png"], ["ai/x/a.png", "ai/a.jpg"]),
        (["a/**/b"], ["a/b", "a/x/y/b", "a/b/c"], ["x/a/b", "ab"]),
        (["*.png"], ["a.png", "x/.png", "图 片.png", "a\nb.png"], ["a.pngx"]),
        (["a?c"], ["abc"], ["ac", "a/c"]),
        (["[a-c]x"], ["ax", "cx"], ["dx", "/x"]),
        (["[!a-c]x"], ["dx"], ["ax"]),
        (["[]x]"], ["]", "x"], ["["]),
        (["[c-a]"], [], ["a", "b", "-"]),
        (["[a-]"], ["a", "-"], ["b"]),
        (["[[:digit:]-]"], ["1", "-"], ["a"]),
        (["\\!a", "#b"], ["!a", "#b"], ["a"]),
        (["**"], ["a", "a/b"], []),
        (["**/"], ["a/b"], ["a"]),
        (["a/**/"], ["a/b/c"], ["a/b"]),
        (["*.png", "!b.png"], ["a.png"], ["b.png", "x/b.png"]),
        (["ai/**", "!ai/own/**", "ai/own/x"], ["ai/a", "ai/own/x"], ["ai/own/y"]),
        (["!a"], [], ["a", "b"]),
    ],
)
def test_patterns_mean_what_git_means(
    patterns: list[str], matched: list[str], not_matched: list[str]
) -> None:
    """Folders take in what is below them; the last pattern that matches decides."""
    matches = compiled(patterns)
    assert [path for path in matched if not matches(path)] == []
    assert [path for path in not_matched if matches(path)] == []


@pytest.mark.parametrize("pattern", ["", "/", "//", "[", "a/[b/c]", "[[:nothing:]]", "a\\", "[[:a"])
def test_patterns_that_mean_nothing_are_refused(pattern: str) -> None:
    """Instead of matching nothing without a word."""
    with pytest.raises(WrongValueError):
        translated(pattern)


def test_stars_cost_no_more_than_their_number() -> None:
    """A hundred stars over a long path end at once, where trying all ways would never end."""
    path = "/".join(["a" * 250] * 10)
    for pattern in ("*a" * 100 + "b", "**/*a" * 50 + "b", "a*/" * 20 + "b"):
        assert not compiled([pattern])(path)


@pytest.mark.oracle
def test_git_agrees(tmp_path: Path) -> None:
    """Of 400 patterns by 40 paths, all are decided as ``git check-ignore`` decides."""
    rng = random.Random(45438)
    patterns = [_pattern(rng) for _ in range(400)]
    paths = sorted({"/".join(rng.choices(_NAMES, k=rng.randint(1, 4))) for _ in range(40)})
    git = ["git", "-c", "core.excludesFile=/dev/null", "-C", str(tmp_path)]
    environment = {**os.environ, "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_NOSYSTEM": "1"}
    subprocess.run([*git, "init", "-q"], check=True, env=environment)
    for index, pattern in enumerate(patterns):
        (tmp_path / f"n{index}").mkdir()
        (tmp_path / f"n{index}" / ".gitignore").write_text(f"{pattern}\n", encoding="utf-8")
    asked = [f"n{index}/{path}" for index in range(len(patterns)) for path in paths]
    done = subprocess.run(
        [*git, "check-ignore", "--no-index", "--stdin", "-z"],
        input="\0".join(asked).encode(),
        capture_output=True,
        check=True,
        env=environment,
    )
    ignored = set(done.stdout.decode().split("\0"))
    found = {
        f"n{index}/{path}"
        for index, pattern in enumerate(patterns)
        for path in paths
        if compiled([pattern])(path)
    }
    assert found == ignored - {""}


def _pattern(rng: random.Random) -> str:
    """Make a pattern; two stars stand alone, for what Git does of ``a**`` its own manual denies."""
    segments = [_segment(rng) for _ in range(rng.randint(1, 3))]
    return rng.choice(["", "/", "**/"]) + "/".join(segments) + rng.choice(["", "", "/", "/**"])


def _segment(rng: random.Random) -> str:
    if rng.random() < 0.1:
        return rng.choice(["**", "***"])
    parts = rng.choices(_PIECES, k=rng.randint(1, 3))
    return "".join(parts).replace("**", "*").replace("**", "*")
