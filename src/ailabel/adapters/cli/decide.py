"""``ailabel decide``."""

from __future__ import annotations

import sys
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import click

from ailabel import api
from ailabel.adapters.cli.base import TranslatedCommand
from ailabel.adapters.cli.inputs import STDIN, usage_error
from ailabel.adapters.cli.jobs import failure, make_folder, make_jobs
from ailabel.adapters.cli.passing import PASSING, check_passing, passed_inputs, spec_of
from ailabel.adapters.cli.results import with_options
from ailabel.adapters.cli.signing import SIGNING, directory
from ailabel.adapters.cli.writing import (
    OPTIONS_AFTER,
    OPTIONS_BEFORE,
    Codes,
    check_targets,
    finish,
    processes_for,
)
from ailabel.batch.local import work
from ailabel.engine.decide import DecideOptions
from ailabel.io.atomic import create
from ailabel.model.decision import FileDecision
from ailabel.model.report import LabelResult

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ailabel.adapters.cli.jobs import Job
    from ailabel.engine.propagate import PropagateSpec

__all__ = ["decide_command"]

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
        "--trust",
        multiple=True,
        metavar="KEYS.JSON",
        help="A directory of keys: a label without the signature of the provider that it names "
        "counts as a trace.",
    ),
    click.option(
        "--apply", is_flag=True, help="Write what was decided; needs --propagator and -o PATH."
    ),
    *PASSING,
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
    items = passed_inputs(options)
    asked = DecideOptions(
        declared={"yes": True, "no": False}.get(options["declared"]),
        explicit=not options["implicit_only"],
        trust=directory(options["trust"]),
        replace=options["replace"],
    )
    jobs = make_jobs(items, options["output"], options["ids"], options["propagate_id"])
    spec = spec_of(options) if options["apply"] and not options["dry_run"] else None
    one = partial(_decide, options=asked, spec=spec, name=options["name"])
    codes = Codes()
    found = work(one, jobs, processes_for(items, options))
    finish("decide", _watched(found, codes), codes, options)


def _check_usage(options: dict[str, Any]) -> None:
    check_passing(options, is_written=options["apply"])
    if options["apply"]:
        check_targets(options)
    elif options["output"] or options["in_place"]:
        raise usage_error("-o and --in-place need --apply, which writes what was decided")


def _watched(found: Iterator[FileDecision], codes: Codes) -> Iterator[FileDecision]:
    """Pass decisions through."""
    for item in found:
        codes.take(item.decision)
        if item.result is not None:
            codes.take(item.result.status, item.result.data)
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
