"""``ailabel verify`` and ``ailabel read``."""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

import click

import ailabel
from ailabel import api
from ailabel.adapters.cli.base import (
    TranslatedCommand,
    emit,
    internal_error,
    language,
    language_option,
)
from ailabel.adapters.cli.inputs import STDIN, Input, collect, usage_error
from ailabel.batch.local import work
from ailabel.engine.options import VerifyOptions
from ailabel.errors import AilabelError, UnsupportedFormatError
from ailabel.messages import Message
from ailabel.model.report import FileReport, Verdict
from ailabel.reporters.summary import Header

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

__all__ = ["read_command", "verify_command"]

FORMATS: Final = {"text": "text", "json": "json", "json-lines": "json_lines"}
_BAD: Final = 1
_BROKEN: Final = 2
_GOOD: Final = {Verdict.COMPLIANT, Verdict.NOT_APPLICABLE}


def _shared(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add what reading commands have in common."""
    for add in reversed(
        (
            click.argument("paths", nargs=-1, metavar="[FILES|FOLDERS|-]..."),
            click.option("--files-from", metavar="FILE", help="Read the paths from a file or -."),
            click.option("--name", help="File name of standard input, for text formats."),
            click.option(
                "--format",
                "output_format",
                type=click.Choice(list(FORMATS)),
                default="text",
                show_default=True,
                help="How to tell the results.",
            ),
            click.option(
                "--jobs", type=click.IntRange(1, 64), default=1, help="How many processes to use."
            ),
            language_option,
        )
    ):
        function = add(function)
    return function


@click.command(
    "verify",
    cls=TranslatedCommand,
    help="Verify files against the rules. Exit code 0: all compliant; 1: some are not, or could "
    "not be looked at; 2: a file could not be worked on.",
)
@_shared
@click.option("--implicit-only", is_flag=True, help="Ask about the label in the metadata only.")
@click.option("--explicit-only", is_flag=True, help="Ask about the visible or audible label only.")
@click.option(
    "--allow-inconclusive", is_flag=True, help="Do not fail for what could not be looked at."
)
@click.option(
    "--explain",
    metavar="DIR",
    help="Write NAME.explain.png below a folder: what was seen, with the measured figures.",
)
def verify_command(**options: Any) -> None:  # noqa: ANN401 - click's way
    """Verify files."""
    if options["implicit_only"] and options["explicit_only"]:
        raise usage_error("--implicit-only and --explicit-only exclude each other")
    if options["implicit_only"] and options["explain"]:
        raise usage_error("--explain shows what was seen, and --implicit-only does not look")
    asked = VerifyOptions(
        implicit=not options["explicit_only"],
        explicit=not options["implicit_only"],
        explain=options["explain"] is not None,
    )
    good = _GOOD | ({Verdict.INCONCLUSIVE} if options["allow_inconclusive"] else set())
    codes = _Codes(lambda report: 0 if {report.implicit, report.explicit} <= good else _BAD)
    _tell("verify", options, asked, codes)


@click.command(
    "read",
    cls=TranslatedCommand,
    help="Show every implicit label of files, in every place, without judging. Exit code 0 with "
    "or without a label; 2: a file could not be worked on.",
)
@_shared
def read_command(**options: Any) -> None:  # noqa: ANN401 - click's way
    """Read files."""
    codes = _Codes(lambda report: 0 if report.error is None else _BROKEN)
    _tell("read", options, VerifyOptions(explicit=False), codes)


class _Codes:
    """The worst exit code of the reports that passed."""

    def __init__(self, judge: Callable[[FileReport], int]) -> None:
        self.judge = judge
        self.worst = 0

    def watch(self, reports: Iterator[FileReport]) -> Iterator[FileReport]:
        """Pass reports through."""
        for report in reports:
            broken = report.error is not None and not report.checks
            self.worst = max(self.worst, _BROKEN if broken else self.judge(report))
            yield report


def _tell(command: str, options: dict[str, Any], asked: VerifyOptions, codes: _Codes) -> None:
    folder = options.get("explain")
    items = collect(options["paths"], options["files_from"], folder)
    header = Header(command=command, tool_version=ailabel.__version__, language=language())
    reporter = import_module(f"ailabel.reporters.{FORMATS[options['output_format']]}")
    one = partial(_verify_one, options=asked, name=options["name"])
    processes = 1 if any(item.path == STDIN for item in items) else options["jobs"]
    reports = codes.watch(work(one, items, processes))
    if folder is not None:
        reports = _explained(reports, items, folder)
    emit(reporter.render(header, reports), machine=options["output_format"] != "text")
    click.get_current_context().exit(codes.worst)


def _explained(
    reports: Iterator[FileReport], items: Sequence[Input], folder: str
) -> Iterator[FileReport]:
    """Write the pictures of what was seen, and pass the reports on without them."""
    for item, report in zip(items, reports, strict=False):
        if report.preview is not None:
            name = "-" if item.path == STDIN else item.below
            target = os.path.join(folder, f"{name}.explain.png")  # noqa: PTH118 - bytes in names
            try:
                os.makedirs(os.path.dirname(target), exist_ok=True)  # noqa: PTH103, PTH120
                with open(target, "wb") as file:  # noqa: PTH123
                    file.write(report.preview)
            except OSError as error:
                reason = error.strerror or str(error)
                raise usage_error(
                    "{path} cannot be written: {reason}", path=target, reason=reason
                ) from error
        yield replace(report, preview=None)


def _verify_one(item: Input, options: VerifyOptions, name: str | None) -> FileReport:
    """Verify one input; what makes it impossible becomes the report's error."""
    try:
        if item.path == STDIN:
            return api.verify_bytes(sys.stdin.buffer.read(), options, name=name)
        return api.verify(item.path, options)
    except UnsupportedFormatError as error:
        if not item.named:
            return _skipped(item)
        message = Message(error.text, error.params)
    except AilabelError as error:
        message = Message(error.text, error.params)
    except OSError as error:
        message = Message("cannot be read: {reason}", {"reason": error.strerror or str(error)})
    except Exception as error:  # noqa: BLE001 - one file must not end a run of thousands
        message = internal_error(error)
    return FileReport(
        path=item.path,
        format=None,
        implicit=Verdict.INCONCLUSIVE if options.implicit else Verdict.NOT_APPLICABLE,
        explicit=Verdict.INCONCLUSIVE if options.explicit else Verdict.NOT_APPLICABLE,
        error=message,
    )


def _skipped(item: Input) -> FileReport:
    """Return the report of a file of a folder that is of no known format: it is only counted."""
    nothing = Verdict.NOT_APPLICABLE
    return FileReport(path=item.path, format=None, implicit=nothing, explicit=nothing)
