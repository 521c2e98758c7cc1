"""``ailabel check``: which files of a tree must not be published as they are."""

from __future__ import annotations

import gc
import os
import sys
from collections import deque
from contextlib import contextmanager, suppress
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

import click

import ailabel
from ailabel.adapters.cli.base import TranslatedCommand, emit, internal_error, language, say
from ailabel.adapters.cli.check_options import (
    REPORTERS,
    asked,
    cache_home,
    further,
    with_options,
)
from ailabel.adapters.cli.inputs import STDIN
from ailabel.errors import AilabelError
from ailabel.gate.run import GateRun
from ailabel.reporters.summary import Header

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ailabel.model.gate import GateFile

__all__ = ["check_command"]

_FOR_PEOPLE: Final = {"text", "concise"}
_SHOWING: Final = {"html"}  # needs all that was found out
_MANY: Final = 100_000  # things made until garbage is looked for
_BAD: Final = 1
_BROKEN: Final = 2


@click.command(
    "check",
    cls=TranslatedCommand,
    help="Say which files must not be published as they are, by what the configuration declares of "
    "them. Exit code 0: nothing stops; 1: some files do, or were labelled just now; 2: the check "
    "could not be done as asked, so nothing passes.",
)
@with_options
def check_command(**options: Any) -> None:  # noqa: ANN401 - click's way
    """Check a tree before it is published."""
    reports = [*further(options["report"])]
    formats = {options["output_format"], *(name for name, _ in reports)}
    wanted = asked(options, reports=bool(formats & _SHOWING))
    run = GateRun(wanted, home=cache_home())
    with _little_collecting(), _defects_told():
        code = _tell(run, options, reports)
    click.get_current_context().exit(0 if options["exit_zero"] and code == _BAD else code)


@contextmanager
def _little_collecting() -> Iterator[None]:
    """Look for garbage less often: what a run makes of many files is kept, and has no cycles."""
    often = gc.get_threshold()
    gc.set_threshold(_MANY, *often[1:])
    try:
        yield
    finally:
        gc.set_threshold(*often)


@contextmanager
def _defects_told() -> Iterator[None]:
    """Let no defect of a report look like findings, whose exit code is that of Python's own."""
    try:
        yield
    except (click.ClickException, AilabelError, OSError):
        raise
    except Exception as error:  # noqa: BLE001 - of any kind
        message = internal_error(error)
        say(message.text, message.params)
        click.get_current_context().exit(_BROKEN)


# -- what is told ----------------------------------------------------------------------------------


def _tell(run: GateRun, options: dict[str, Any], reports: list[tuple[str, str]]) -> int:
    """Tell the results while they come, then once more for each further report."""
    header = Header(command="check", tool_version=ailabel.__version__, language=language())
    kept: list[GateFile] = []
    files = _kept(run, kept) if reports else run
    name = options["output_format"]
    output = None if options["output"] == STDIN else options["output"]
    pieces = _pieces(name, header, files, run)
    failure: OSError | None = None
    if output is not None:
        _write(output, pieces)
    else:
        try:
            emit(pieces, machine=name not in _FOR_PEOPLE)
        except OSError as error:  # nobody reads on; the other reports are written all the same
            failure = error
            deque(files, 0)
    code = run.end().code
    for other, path in reports:
        _write(path, _pieces(other, header, kept, run))
    if failure is not None:
        _silence()
        return _BROKEN
    return code


def _pieces(name: str, header: Header, files: Iterable[GateFile], run: GateRun) -> Iterator[str]:
    reporter = import_module(f"ailabel.reporters.{REPORTERS[name]}")
    pieces: Iterator[str] = reporter.render(header, files, run.end)
    return pieces


def _kept(run: GateRun, kept: list[GateFile]) -> Iterator[GateFile]:
    """Pass files through and keep them for the further reports."""
    for file in run:
        kept.append(file)
        yield file


def _write(path: str, pieces: Iterator[str]) -> None:
    """Write a report whole or not at all; what is no file, such as a pipe, gets it as it comes."""
    if os.path.exists(path) and not os.path.isfile(path):  # noqa: PTH110, PTH113 - no pathlib here
        with open(path, "w", encoding="utf-8", errors="backslashreplace") as file:  # noqa: PTH123
            file.writelines(pieces)
        return
    target = os.path.realpath(path)  # a link stays one
    temporary = f"{target}.{os.getpid()}.tmp"
    try:
        file = open(temporary, "x", encoding="utf-8", errors="backslashreplace")  # noqa: PTH123, SIM115
    except OSError as error:
        raise OSError(error.errno, error.strerror, path) from error
    try:
        with file:
            file.writelines(pieces)
        os.replace(temporary, target)  # noqa: PTH105 - no pathlib here
    finally:
        with suppress(OSError):
            os.unlink(temporary)  # noqa: PTH108 - no pathlib here


def _silence() -> None:
    """Let nothing more be said to where nobody reads."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    with suppress(OSError, ValueError):
        os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)
