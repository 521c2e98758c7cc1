"""``ailabel verify`` and ``ailabel read``."""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from functools import partial
from itertools import chain
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Final

import click

from ailabel import api
from ailabel.adapters.cli.base import TranslatedCommand, internal_error
from ailabel.adapters.cli.inputs import STDIN, Input, collect, usage_error
from ailabel.adapters.cli.results import format_option, tell, with_options
from ailabel.adapters.cli.signing import directory
from ailabel.batch.local import work
from ailabel.engine.options import VerifyOptions
from ailabel.errors import AilabelError, UnsupportedFormatError
from ailabel.messages import Message
from ailabel.model.report import FileReport, Outcome, Verdict
from ailabel.standard.rules import REGIMES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence


__all__ = ["read_command", "verify_command"]

_BAD: Final = 1
_BROKEN: Final = 2
_OPEN: Final = {Outcome.INCONCLUSIVE, Outcome.REVIEW}
_GOOD: Final = {Verdict.COMPLIANT, Verdict.NOT_APPLICABLE}


_shared: Final = with_options(
    click.argument("paths", nargs=-1, metavar="[FILES|FOLDERS|-]..."),
    click.option("--files-from", metavar="FILE", help="Read the paths from a file or -."),
    click.option("--name", help="File name of standard input, for text formats."),
    format_option(),
    click.option(
        "--jobs", type=click.IntRange(1, 64), default=1, help="How many processes to use."
    ),
    click.option(
        "--traces",
        is_flag=True,
        help="Show what else in the metadata speaks of AI; it decides nothing.",
    ),
    click.option(
        "--check-c2pa",
        is_flag=True,
        help="Show traces, and check C2PA manifests among them (extra c2pa).",
    ),
)
"""What reading commands have in common."""


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
@click.option(
    "--trust",
    multiple=True,
    metavar="KEYS.JSON",
    help="A directory of keys: whose signatures they are; what does not hold then fails.",
)
@click.option("--no-signatures", is_flag=True, help="Do not check signatures of labels.")
@click.option(
    "--regime",
    metavar="cn,eu,us-ca",
    default="cn",
    show_default=True,
    help="Whose rules: of China, the European Union, California; of others than China's, what the "
    "metadata can tell.",
)
def verify_command(**options: Any) -> None:  # noqa: ANN401 - click's way
    """Verify files."""
    if options["implicit_only"] and options["explicit_only"]:
        raise usage_error("--implicit-only and --explicit-only exclude each other")
    if options["implicit_only"] and options["explain"]:
        raise usage_error("--explain shows what was seen, and --implicit-only does not look")
    if options["trust"] and (options["no_signatures"] or options["explicit_only"]):
        raise usage_error("--trust asks for signatures, which another option leaves out")
    asked = VerifyOptions(
        implicit=not options["explicit_only"],
        explicit=not options["implicit_only"],
        explain=options["explain"] is not None,
        seals=not options["no_signatures"],
        trust=directory(options["trust"]),
        regimes=_regimes(options["regime"]),
    )
    good = _GOOD | ({Verdict.INCONCLUSIVE} if options["allow_inconclusive"] else set())
    doubtful = {Outcome.FAIL} | (set() if options["allow_inconclusive"] else _OPEN)

    def judge(report: FileReport) -> int:
        trusted = asked.trust is None or _holds(report, doubtful)
        return 0 if trusted and {*report.verdicts.values()} <= good else _BAD

    _run("verify", options, asked, _Codes(judge))


def _regimes(value: str) -> tuple[str, ...]:
    """Read the names of regimes, in the order of the table."""
    named = {name.strip() for name in value.split(",") if name.strip()}
    unknown = ", ".join(sorted(named - set(REGIMES)))
    if unknown or not named:
        raise usage_error(
            "there is no regime {name}; there are {known}",
            name=unknown or "-",
            known=", ".join(REGIMES),
        )
    return tuple(name for name in REGIMES if name in named)


def _holds(report: FileReport, doubtful: set[Outcome]) -> bool:
    """Say whether no check of a signature came to one of these outcomes."""
    return not any(
        check.outcome in doubtful for check in report.checks if check.rule.startswith("SIG-")
    )


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
    _run("read", options, VerifyOptions(explicit=False, seals=False), codes)


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


def _run(command: str, options: dict[str, Any], asked: VerifyOptions, codes: _Codes) -> None:
    folder = options.get("explain")
    items = collect(options["paths"], options["files_from"], folder)
    if options["check_c2pa"]:
        from ailabel.traces.c2pa_validity import require

        require()
    asked = replace(
        asked,
        traces=options["traces"] or options["check_c2pa"],
        check_c2pa=options["check_c2pa"],
    )
    one = partial(_verify_one, options=asked, name=options["name"])
    processes = 1 if any(item.path == STDIN for item in items) else options["jobs"]
    found = work(one, items, processes, attrgetter("path"))
    if asked.seals and len(items) > 1:
        found = _numbers_watched(found)
    reports = codes.watch(found)
    if folder is not None:
        reports = _explained(reports, items, folder)
    tell(command, reports, options["output_format"])
    click.get_current_context().exit(codes.worst)


def _numbers_watched(reports: Iterator[FileReport]) -> Iterator[FileReport]:
    """Tell where a number was signed twice; nothing is loaded before a seal was met."""
    for report in reports:
        if report.seals:
            from ailabel.engine.seal_checks import watch_numbers

            yield from watch_numbers(chain([report], reports))
            return
        yield report


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
