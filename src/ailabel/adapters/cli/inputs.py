"""Which files a command line means, and where their labelled copies go."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from ailabel.messages import render
from ailabel.values import frozen

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = ["STDIN", "Input", "collect", "output_of", "usage_error"]

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
    listed = list(_listed(files_from)) if files_from else []
    if not paths and not listed:
        raise usage_error("give files or folders, or --files-from")
    skipped = os.path.realpath(outside) if outside else None
    found: dict[str, Input] = {}
    for path in (*paths, *listed):
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
    if count > 1 or not item.named or output.endswith(os.sep) or Path(output).is_dir():
        return str(Path(output) / item.below)
    return output


def _listed(source: str) -> Iterator[str]:
    data = sys.stdin.buffer.read() if source == STDIN else Path(source).read_bytes()
    separator = b"\0" if b"\0" in data else b"\n"
    for line in data.split(separator):
        name = line.rstrip(b"\r") if separator == b"\n" else line
        if name:
            yield os.fsdecode(name)


def _stdin(name: str | None) -> Iterator[Input]:
    yield Input(STDIN, Path(name or "").name or STDIN, named=True)


def _walk(path: str, skipped: str | None) -> Iterator[Input]:
    """Yield the files below a folder; a folder that cannot be listed stands for its files."""
    if not Path(path).is_dir():
        yield Input(path, Path(path).name, named=True)
        return
    closed: list[OSError] = []
    for folder, folders, names in os.walk(path, onerror=closed.append):
        folders[:] = sorted(
            name
            for name in folders
            if not name.startswith(".")
            and (skipped is None or os.path.realpath(os.path.join(folder, name)) != skipped)  # noqa: PTH118
        )
        below = os.path.relpath(folder, path)
        for name in sorted(names):
            full = os.path.join(folder, name)  # noqa: PTH118 - keeps ./ as it was given
            if not name.startswith(".") and os.path.isfile(full):  # noqa: PTH113 - of thousands
                way = name if below == os.curdir else os.path.join(below, name)  # noqa: PTH118
                yield Input(full, way, named=False)
    for error in closed:
        yield Input(str(error.filename), os.path.relpath(error.filename, path), named=True)
