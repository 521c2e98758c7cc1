"""Which files a command line means, and where their labelled copies go.

Walking a folder of thousands, and starting fast, are why there is hardly any pathlib here.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Final

import click

from ailabel.messages import render
from ailabel.values import frozen

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = ["STDIN", "Input", "collect", "listed", "output_of", "usage_error"]

STDIN: Final = "-"


@frozen
class Input:
    """One file to work on.

    Args:
        path: as it was given, or the folder as it was given and the way below it.
        below: the way below the folder that was named, or the file's own name.
        named: whether the file itself was named, rather than found in a folder.
    """

    path: str
    below: str
    named: bool


def usage_error(text: str, **params: object) -> click.UsageError:
    """Return click's error for a command line that makes no sense, in the user's language."""
    from ailabel.adapters.cli.base import language

    return click.UsageError(render(text, params, language()))


def collect(
    paths: Sequence[str],
    files_from: str | None = None,
    outside: str | None = None,
    name: str | None = None,
) -> list[Input]:
    """Return every file that is meant, folders walked in the order of their names.

    Args:
        paths: files, folders, and ``-`` for standard input.
        files_from: a file with one path a line (or separated by NUL), ``-`` for standard input.
        outside: a folder that is not walked, because outputs go there.
        name: what standard input is called below an output folder.
    """
    named = list(listed(files_from)) if files_from else []
    if not paths and not named:
        raise usage_error("give files or folders, or --files-from")
    skipped = os.path.realpath(outside) if outside else None
    found: dict[str, Input] = {}
    for path in (*paths, *named):
        for item in _stdin(name) if path == STDIN else _walk(path, skipped):
            found.setdefault(item.path, item)
    return list(found.values())


def output_of(item: Input, output: str | None, count: int) -> str | None:
    """Return where the labelled copy of an input goes; None labels it in place.

    Args:
        item: the input.
        output: what ``-o`` says; a folder if it is one, ends in a slash, or there are several
            inputs.
        count: how many inputs there are.
    """
    if output is None or output == STDIN:
        return output
    if count > 1 or not item.named or output.endswith(os.sep) or os.path.isdir(output):  # noqa: PTH112
        from pathlib import Path

        return str(Path(output) / item.below)
    return output


def listed(source: str, *, null: bool = False) -> Iterator[str]:
    """Yield the paths that a file lists.

    Args:
        source: its path, or ``-`` for standard input.
        null: whether NUL separates them; otherwise it does where there is one, and line ends else.
    """
    from pathlib import Path

    data = sys.stdin.buffer.read() if source == STDIN else Path(source).read_bytes()
    separator = b"\0" if null or b"\0" in data else b"\n"
    for line in data.split(separator):
        name = line.rstrip(b"\r") if separator == b"\n" else line
        if name:
            yield os.fsdecode(name)


def _stdin(name: str | None) -> Iterator[Input]:
    yield Input(STDIN, os.path.basename(name or "") or STDIN, named=True)  # noqa: PTH119


def _walk(path: str, skipped: str | None) -> Iterator[Input]:
    """Yield the files below a folder; a folder that cannot be listed stands for its files."""
    if not os.path.isdir(path):  # noqa: PTH112
        yield Input(path, os.path.basename(os.path.normpath(path)), named=True)  # noqa: PTH119
        return
    closed: list[str] = []
    folders = [(path, "")]
    while folders:
        folder, below = folders.pop()
        inner = []
        for entry in _visible(folder, closed):
            way = os.path.join(below, entry.name)  # noqa: PTH118 - of thousands
            if _is_file(entry):
                yield Input(entry.path, way, named=False)
            elif entry.is_dir(follow_symlinks=False) and (
                skipped is None or os.path.realpath(entry.path) != skipped
            ):
                inner.append((entry.path, way))
        folders += reversed(inner)
    for name in closed:
        yield Input(name, os.path.relpath(name, path), named=True)


def _is_file(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_file()
    except OSError:  # a link that leads in circles
        return False


def _visible(folder: str, closed: list[str]) -> list[os.DirEntry[str]]:
    """List a folder without what is hidden; note in `closed` that it cannot be listed."""
    try:
        with os.scandir(folder) as entries:
            found = [entry for entry in entries if not entry.name.startswith(".")]
    except OSError:
        closed.append(folder)
        return []
    return sorted(found, key=lambda entry: entry.name)
