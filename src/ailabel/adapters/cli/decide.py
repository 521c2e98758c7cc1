"""``ailabel decide``."""

from __future__ import annotations

import sys
from dataclasses import replace
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

import click

import ailabel
from ailabel import api
from ailabel.adapters.cli.base import TranslatedCommand, emit, language
from ailabel.adapters.cli.inputs import STDIN, usage_error
from ailabel.adapters.cli.jobs import failure, make_folder, make_jobs
from ailabel.adapters.cli.signing import SIGNING, signer
from ailabel.adapters.cli.writing import (
    OPTIONS_AFTER,
    OPTIONS_BEFORE,
    check_targets,
    inputs_of,
    with_options,
)
from ailabel.batch.local import work
from ailabel.engine.decide import DecideOptions
from ailabel.engine.propagate import PropagateSpec
from ailabel.io.atomic import create
from ailabel.model.decision import FileDecision
from ailabel.model.report import LabelResult
from ailabel.reporters.summary import Header

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ailabel.adapters.cli.jobs import Job

__all__ = ["decide_command"]

_FORMATS: Final = {"text": "text", "json": "json", "json-lines": "json_lines"}
_CODES: Final = {"refused": 1, "failed": 2}
_OPTIONS: Final = (
    *OPTIONS_BEFORE,
    click.option(
        "--declared",
        type=click.Choice(["yes", "no"]),
        help="Whether the user declared the content as AI-generated.",
    ),
    click.option(
        "--implicit-only", is_flag=True, help="Do not look for the visible or audible label."
    ),
    click.option(
        "--apply", is_flag=True, help="Write what was decided; needs --propagator and -o PATH."
    ),
    click.option(
        "--propagator",
        envvar="AILABEL_PROPAGATOR",
        metavar="CODE|NAME",
        help="The platform's 27-character code or name; or AILABEL_PROPAGATOR.",
    ),
    click.option("--propagate-id", metavar="ID", help="The propagator's number of the one file."),
    click.option("--ids", metavar="CSV", help="A table of path,id with the propagator's numbers."),
    click.option(
        "--replace-propagator",
        is_flag=True,
        help="Put another propagator's part aside; otherwise it is refused.",
    ),
    click.option(
        "--replace",
        is_flag=True,
        help="Replace a label that cannot be read, or whose signature does not hold.",
    ),
    *SIGNING,
    *OPTIONS_AFTER,
)


@click.command(
    "decide",
    cls=TranslatedCommand,
    help="Decide what a platform tells the public of files: that they are, may be or are suspected "
    "to be AI-generated, why, and what is to be written. Exit code 0: decided, whatever was found; "
    "1: what was decided must not be written; 2: a file could not be worked on.",
)
@with_options(*_OPTIONS)
def decide_command(**options: Any) -> None:  # noqa: ANN401 - click's way
    """Decide about files."""
    _check_usage(options)
    items = inputs_of(options)
    if options["propagate_id"] and len(items) > 1:
        raise usage_error("--propagate-id is for one file; use --ids for several")
    asked = DecideOptions(
        declared={"yes": True, "no": False}.get(options["declared"]),
        explicit=not options["implicit_only"],
        replace=options["replace"],
    )
    jobs = make_jobs(items, options["output"], options["ids"], options["propagate_id"])
    spec = _spec(options) if options["apply"] and not options["dry_run"] else None
    one = partial(_decide, options=asked, spec=spec, name=options["name"])
    codes = _Codes()
    header = Header(command="decide", tool_version=ailabel.__version__, language=language())
    reporter = import_module(f"ailabel.reporters.{_FORMATS[options['output_format']]}")
    processes = 1 if any(item.path == STDIN for item in items) else options["jobs"]
    pieces = reporter.render(header, codes.watch(work(one, jobs, processes)))
    if options["output"] == STDIN:
        text = "".join(pieces)
        sys.stdout.buffer.write(codes.data)
        sys.stdout.buffer.flush()
        sys.stderr.write(text)
    else:
        emit(pieces, machine=options["output_format"] != "text")
    click.get_current_context().exit(codes.worst)


def _check_usage(options: dict[str, Any]) -> None:
    if options["propagate_id"] and options["ids"]:
        raise usage_error("--propagate-id and --ids exclude each other")
    if options["apply"]:
        check_targets(options)
        if not options["propagator"]:
            raise usage_error("say who passes it on: --propagator CODE|NAME, or AILABEL_PROPAGATOR")
    elif options["output"] or options["in_place"]:
        raise usage_error("-o and --in-place need --apply, which writes what was decided")


def _spec(options: dict[str, Any]) -> PropagateSpec:
    return PropagateSpec(
        propagator=options["propagator"],
        replace_propagator=options["replace_propagator"],
        signer=signer(options),
        break_c2pa=options["break_c2pa"],
        hardlinks=options["hardlinks"],
        fast_in_place=options["fast_in_place"],
        durable=not options["no_sync"],
    )


class _Codes:
    """The worst exit code of the decisions that passed, and the last one's bytes."""

    def __init__(self) -> None:
        self.worst = 0
        self.data = b""

    def watch(self, found: Iterator[FileDecision]) -> Iterator[FileDecision]:
        """Pass decisions through."""
        for item in found:
            written = item.result
            self.worst = max(self.worst, _CODES.get(item.decision, 0))
            if written is not None:
                self.worst = max(self.worst, _CODES.get(written.status, 0))
                self.data = written.data
            yield item


def _decide(
    job: Job, options: DecideOptions, spec: PropagateSpec | None, name: str | None
) -> FileDecision:
    """Decide about one input; what makes it impossible becomes the decision's error."""
    path = job.item.path
    if job.problem is not None:
        return FileDecision(path=path, format=None, decision="failed", error=job.problem)
    if spec is not None and job.number is not None:
        spec = replace(spec, propagate_id=job.number)
    try:
        return _decided(job, options, spec, name)
    except Exception as error:  # noqa: BLE001 - one file must not end a run of thousands
        status, message = failure(error, job.item)
    if spec is None or path == STDIN:
        return FileDecision(path=path, format=None, decision=status, error=message)
    found = _decide(job, options, None, name)  # what was decided holds, though it was not written
    written = LabelResult(path=path, output=None, format=None, status=status, error=message)
    return found if found.error else replace(found, result=written)


def _decided(
    job: Job, options: DecideOptions, spec: PropagateSpec | None, name: str | None
) -> FileDecision:
    if STDIN in {job.item.path, job.output}:
        return _in_memory(job, options, spec, name)
    if spec is not None and job.output is not None:
        make_folder(job.output)
    return api.decide(job.item.path, options, apply=spec, output=job.output)


def _in_memory(
    job: Job, options: DecideOptions, spec: PropagateSpec | None, name: str | None
) -> FileDecision:
    if job.item.path == STDIN:
        data = sys.stdin.buffer.read()
    else:
        with open(job.item.path, "rb") as file:  # noqa: PTH123 - no pathlib here
            data, name = file.read(), job.item.below
    found = api.decide_bytes(data, options, apply=spec, name=name)
    if found.result is None and job.output == STDIN and spec is not None:  # a pipe goes on
        same = LabelResult(path=found.path, output=None, format=found.format, status="already")
        return replace(found, result=replace(same, data=data))
    if found.result is not None and job.output not in {None, STDIN}:
        create(str(job.output), found.result.data)
    return found
