"""The READMEs: what they tell to type works, and what they show is what comes out."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click
import pytest
from PIL import Image

import ailabel as public
from ailabel.adapters.cli import cli
from corpus import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

READMES: Final = ("README.md", "README.zh-CN.md")
_FENCE: Final = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_INLINE: Final = re.compile(r"`(ailabel [a-z][^`]*)`")
_OPTION: Final = re.compile(r"`(--[a-z][a-z-]*)`")
_NUMBER: Final = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}")
_SUMMARY: Final = re.compile(r"^files: ", re.MULTILINE)
_LINK: Final = re.compile(r"\]\(([^)#:]+)\)")
_CUT: Final = "=== next command ==="

every_readme: Final = pytest.mark.parametrize("readme", READMES)


def _text(readme: str) -> str:
    return (ROOT / readme).read_text("utf-8")


def _blocks(readme: str, language: str) -> list[str]:
    found = [body for name, body in _FENCE.findall(_text(readme)) if name == language]
    assert found
    return found


def _commands(readme: str) -> list[tuple[str, str]]:
    """Return the command lines of the console blocks, and what is shown below each."""
    found: list[tuple[str, str]] = []
    for block in _blocks(readme, "console"):
        for line in block.splitlines(keepends=True):
            if line.startswith("$ "):
                found.append((line[2:].rstrip(), ""))
            else:
                command, shown = found.pop()
                found.append((command, shown + line))
    return found


def _parse(arguments: list[str]) -> None:
    """Parse a command line as the tool does, without running it.

    What a command is asked for help by, it remembers from the first context that it gets.
    """
    command: click.Command = cli
    with click.Context(cli, **cli.context_settings) as context:
        name = "ailabel"
        while isinstance(command, click.Group):
            name = arguments.pop(0)
            found = command.get_command(context, name)
            assert found is not None, name
            command = found
        command.make_context(name, arguments, parent=context)


@pytest.fixture
def here(tmp_path: Path) -> Path:
    """Return a folder that looks like a checkout after ``make demo``, with a site beside it."""
    shutil.copytree(ROOT / "samples", tmp_path / "samples")
    shutil.copytree(ROOT / "samples" / "texts", tmp_path / "site")
    arguments = ["label", "samples/texts", "-o", "demo-out/texts/", "--producer", "Example"]
    assert not _run([sys.executable, "-m", "ailabel", *arguments], tmp_path).stderr
    for folder in ("before", "after"):
        (tmp_path / folder).mkdir()
    source = tmp_path / "before" / "a.png"
    Image.new("RGB", (40, 30)).save(source)
    public.label(source, public.LabelSpec(producer="Example", explicit=False))
    Image.open(source).save(tmp_path / "after" / "a.jpg")
    return tmp_path


def _run(command: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    binaries = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = {"PATH": binaries, "LC_ALL": "C.UTF-8", "PYTHONWARNINGS": "error"}
    return subprocess.run(
        command, cwd=folder, env=environment, check=True, capture_output=True, text=True
    )


@every_readme
def test_the_python_examples_run(readme: str, here: Path) -> None:
    """Each Python block runs in a fresh checkout, and its own assertions hold."""
    for block in _blocks(readme, "python"):
        done = _run([sys.executable, "-c", block], here)
        assert done.stdout == "labelled 人工智能生成\n"
        assert not done.stderr


@every_readme
def test_the_commands_parse(readme: str) -> None:
    """Every ailabel command line uses commands, arguments and options that exist."""
    lines = [line for line, _ in _commands(readme) if line.startswith("ailabel ")]
    lines += [line for line in _INLINE.findall(_text(readme)) if "…" not in line]
    assert len(lines) > 6
    for line in lines:
        arguments = shlex.split(line.partition(" > ")[0], comments=True)[1:]
        _parse(arguments)


def _options_of(command: click.Command, context: click.Context) -> Iterator[str]:
    """Yield the options of a command, and of those below it."""
    for item in command.params:
        yield from item.opts
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            inner = command.get_command(context, name)
            assert inner is not None
            yield from _options_of(inner, context)


@every_readme
def test_the_options_exist(readme: str) -> None:
    """Every option that the prose names belongs to a command."""
    known = set(_options_of(cli, click.Context(cli)))
    options = set(_OPTION.findall(_text(readme)))
    assert options
    assert options <= known


@every_readme
def test_the_tour_shows_what_comes_out(readme: str, here: Path) -> None:
    """The console blocks, run in order by a shell, print what is shown, and then a summary."""
    tour = [item for item in _commands(readme) if not item[0].startswith("make ")]
    script = "".join(f"{line} || [ $? = 1 ]\necho {shlex.quote(_CUT)}\n" for line, _ in tour)
    done = _run(["bash", "-e", "-c", script], here)
    printed = _NUMBER.sub("NUMBER", done.stdout).split(f"{_CUT}\n")
    assert not printed.pop()
    assert len(printed) == len(tour)
    for (line, shown), told in zip(tour, printed, strict=True):
        assert _NUMBER.sub("NUMBER", shown) in {"", _SUMMARY.split(told)[0]}, line
    assert '"summary"' in (here / "report.json").read_text("utf-8")
    assert not done.stderr


@every_readme
def test_the_make_targets_exist(readme: str) -> None:
    """Every make target that is named is in the Makefile."""
    known = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    targets = set(re.findall(r"(?:\$ |`)make ([a-z-]+)", _text(readme)))
    assert {"demo", "test"} <= targets <= known


@every_readme
def test_the_links_lead_somewhere(readme: str) -> None:
    """Every relative link and picture is a file of the repository."""
    links = _LINK.findall(_text(readme))
    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []


def test_the_tables_are_current() -> None:
    """The tables of formats are what the registry says."""
    command = [sys.executable, str(ROOT / "scripts" / "make_readme.py"), "--check"]
    assert subprocess.run(command, check=False, capture_output=True, text=True).stderr == ""
