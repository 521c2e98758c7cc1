"""What the commands that write files share: their options, the run, where the result goes."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import click

from ailabel.adapters.cli.inputs import STDIN, collect, usage_error
from ailabel.adapters.cli.jobs import make_jobs, target_key, work_on
from ailabel.adapters.cli.results import format_option, rendered, tell
from ailabel.batch.local import work_in_steps
from ailabel.io.atomic import sweep

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ailabel.adapters.cli.inputs import Input
    from ailabel.adapters.cli.jobs import Job, Spec, Verb
    from ailabel.model.report import LabelResult
    from ailabel.reporters.summary import Item

__all__ = [
    "OPTIONS_AFTER",
    "OPTIONS_BEFORE",
    "Codes",
    "check_targets",
    "finish",
    "inputs_of",
    "processes_for",
    "run",
]

_CODES: Final = {"refused": 1, "failed": 2}

OPTIONS_BEFORE: Final = (
    click.argument("paths", nargs=-1, metavar="[FILES|FOLDERS|-]..."),
    click.option("--files-from", metavar="FILE", help="Read the paths from a file or -."),
    click.option(
        "-o", "--output", metavar="PATH", help="A file, or a folder that keeps the structure; or -."
    ),
    click.option("--in-place", is_flag=True, help="Replace the files themselves, safely."),
)
OPTIONS_AFTER: Final = (
    click.option(
        "--break-c2pa", is_flag=True, help="Label files whose C2PA manifest that will break."
    ),
    click.option("--hardlinks", is_flag=True, help="Replace files that have several names."),
    click.option(
        "--fast-in-place",
        is_flag=True,
        help="With --in-place: write what fits where it stands, for scratch files.",
    ),
    click.option("--no-sync", is_flag=True, help="Do not flush every file to the disk."),
    click.option("--dry-run", is_flag=True, help="Show what would be done; write nothing."),
    click.option("--name", help="File name of standard input, for text formats."),
    click.option(
        "--jobs", type=click.IntRange(1, 64), default=1, help="How many processes to use."
    ),
    format_option(),
)


def check_targets(options: dict[str, Any]) -> None:
    """Refuse a command line that does not say, or says twice, where files go."""
    if not (options["output"] or options["in_place"] or options["dry_run"]):
        raise usage_error("say where the labelled files go: -o PATH, or --in-place")
    if options["output"] and options["in_place"]:
        raise usage_error("-o and --in-place exclude each other")


def inputs_of(options: dict[str, Any]) -> list[Input]:
    """Return the inputs that a command line means."""
    output = options["output"]
    folder = output if output and output != STDIN and os.path.isdir(output) else None  # noqa: PTH112
    items = collect(options["paths"], options["files_from"], folder, options["name"])
    if output == STDIN and len(items) != 1:
        raise usage_error("-o - takes one input")
    if options["in_place"] and any(item.path == STDIN for item in items):
        raise usage_error("standard input cannot be labelled in place; use -o")
    return items


def run(command: str, items: list[Input], spec: Spec, verb: Verb, options: dict[str, Any]) -> None:
    """Work on every input, tell the results, and exit with the worst code.

    Args:
        command: whose report it is.
        items: the inputs.
        spec: what is asked for.
        verb: what is done.
        options: of the command line; ``number`` is the one file's number, ``ids`` a table of them.
    """
    jobs = make_jobs(items, options["output"], options["ids"], options["number"])
    one = partial(work_on, spec=spec, name=options["name"], verb=verb, dry_run=options["dry_run"])
    codes = Codes()
    found = work_in_steps(one, jobs, processes_for(items, options), target_key)
    if not options["dry_run"]:
        _sweep(jobs)
    finish(command, _watched(_progress(found, len(jobs)), codes), codes, options)


def processes_for(items: list[Input], options: dict[str, Any]) -> int:
    """Return how many processes work: one where standard input is read."""
    return 1 if any(item.path == STDIN for item in items) else int(options["jobs"])


def finish(command: str, items: Iterator[Item], codes: Codes, options: dict[str, Any]) -> None:
    """Tell what came of every input, and exit with the worst code.

    With ``-o -`` the new bytes go to standard output, and the report to standard error.
    """
    if options["output"] == STDIN:
        text = "".join(rendered(command, items, options["output_format"]))
        sys.stdout.buffer.write(codes.data)
        sys.stdout.buffer.flush()
        sys.stderr.write(text)
    else:
        tell(command, items, options["output_format"])
    click.get_current_context().exit(codes.worst)


def _sweep(jobs: list[Job]) -> None:
    """Clear what killed runs left in the folders that are written to."""
    targets = (job.output or job.item.path for job in jobs if job.output != STDIN)
    for folder in sorted({os.path.dirname(target) or os.curdir for target in targets}):  # noqa: PTH120
        with suppress(OSError):  # there may be no such folder yet
            sweep(folder)


class Codes:
    """The worst exit code of what was told, and the bytes that were written last."""

    def __init__(self) -> None:
        self.worst = 0
        self.data = b""

    def take(self, status: str, data: bytes = b"") -> None:
        """Take what came of a file into account."""
        self.worst = max(self.worst, _CODES.get(status, 0))
        self.data = data


def _watched(results: Iterator[LabelResult], codes: Codes) -> Iterator[LabelResult]:
    """Pass results through."""
    for result in results:
        codes.take(result.status, result.data)
        yield result


def _progress(results: Iterator[LabelResult], count: int) -> Iterator[LabelResult]:
    """Show a bar on a terminal while the results go elsewhere."""
    if count < 2 or not sys.stderr.isatty() or sys.stdout.isatty():  # noqa: PLR2004 - a single file
        yield from results
        return
    with click.progressbar(results, length=count, file=sys.stderr) as bar:
        yield from bar
