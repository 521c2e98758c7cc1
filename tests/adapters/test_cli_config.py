"""``ailabel config show``."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from ailabel.config.keys import PROFILE, RUN
from command import ailabel
from schemas import check as check_schema

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in a repository with a configuration."""
    (tmp_path / ".git").mkdir()
    (tmp_path / "ailabel.toml").write_text(
        'producer = "某公司"\njobs = 2\nexclude = ["own/"]\n'
        '[[paths]]\nmatch = ["ai/**"]\nai = true\nmedia = ["image", "text"]\n',
        encoding="utf-8",
    )
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_each_value_is_shown_with_its_origin(here: Path) -> None:
    """Files are named as they are seen from here; a file need not be there."""
    done = ailabel("config", "show", "--for", "ai/a.png")
    assert done.code == 0
    lines = [line.strip() for line in done.out.splitlines()]
    assert lines[:2] == ["ai/a.png", "configuration: ailabel.toml"]
    for line in (
        "ai = yes  (ailabel.toml: paths[0])",
        "media = image, text  (ailabel.toml: paths[0])",
        "producer = 某公司  (ailabel.toml: producer)",
        "deep = false  (default)",
        "budget = -  (default)",
        "jobs = 2  (ailabel.toml: jobs)",
    ):
        assert line in lines
    assert len(lines) == 2 + len(PROFILE) + len(RUN)
    assert here.name not in done.out


def test_the_file_speaks_for_itself(here: Path) -> None:
    """If it is there and of a format that can."""
    (here / "a.md").write_text("---\nailabel: {ai: false}\n---\n")
    (here / "bytes.md").write_bytes(b"\0\1\2")
    assert "ai = no  (a.md: front matter)" in ailabel("config", "show", "--for", "a.md").out
    assert ailabel("config", "show", "--for", "bytes.md").code == 0


@pytest.mark.parametrize("path", ["ai/a.png", "own/a.png", "/nowhere/a.png"])
def test_json_fits_its_schema(path: str, here: Path) -> None:
    """All keys are there, for every path."""
    done = ailabel("config", "show", "--for", path, "--format", "json")
    document = json.loads(done.out)
    check_schema(document, "profile")
    assert document["path"] == path
    assert document["selected"] is (path != "own/a.png")
    assert document["configuration"] == (None if path.startswith("/") else "ailabel.toml")
    assert here.is_dir()


def test_files_that_are_left_out_are_told(here: Path) -> None:
    """In the user's language."""
    assert "leave this file out" in ailabel("config", "show", "--for", "own/a.png").out
    chinese = ailabel("config", "show", "--for", "own/a.png", "--lang", "zh").out
    assert "排除" in chinese
    assert here.is_dir()


def test_which_configuration_is_read(here: Path) -> None:
    """An option comes before the environment, and none is read where none is wanted."""
    for name in ("one", "two"):
        (here / f"{name}.toml").write_text(f'producer = "{name}"')

    def shown(*arguments: str, **environment: str) -> str:
        return ailabel("config", "show", "--for", "a", *arguments, stdin=b"", **environment).out

    assert "producer = two" in shown(AILABEL_CONFIG="two.toml")
    assert "producer = one" in shown("--config", "one.toml", AILABEL_CONFIG="two.toml")
    assert "producer = 某公司" in shown(AILABEL_CONFIG="")
    assert "producer = -" in shown("--isolated", AILABEL_CONFIG="two.toml")
    done = ailabel("config", "show", "--for", "a", "--isolated", "--config", "one.toml")
    assert (done.code, "exclude each other" in done.err) == (2, True)


def test_mistakes_are_exit_2(here: Path) -> None:
    """And what a file says reaches no terminal as it is."""
    (here / "ailabel.toml").write_text('"\\u001b[31mred" = 1\n"a\\nb" = 2')
    done = ailabel("config", "show", "--for", "a")
    assert (done.code, done.out) == (2, "")
    assert "\x1b" not in done.err
    assert done.err.count("\n") == done.err.count("ailabel.toml cannot be used: ") == 2
    assert "无法使用" in ailabel("config", "show", "--for", "a", "--lang", "zh").err
    assert ailabel("config", "show").code == 2
    assert ailabel("config").code == 2
    assert "show" in ailabel("config", "--help").out
