"""One file to work on: where from, where to, under which number; and what is done to it."""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from ailabel import api
from ailabel.adapters.cli.base import internal_error
from ailabel.adapters.cli.inputs import STDIN, Input, output_of, usage_error
from ailabel.errors import AilabelError, LabelError, PlanError, UnsupportedFormatError
from ailabel.io.atomic import create
from ailabel.messages import Message
from ailabel.model.report import LabelResult
from ailabel.values import frozen

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from ailabel.engine.propagate import PropagateSpec
    from ailabel.engine.spec import LabelSpec
    from ailabel.io.steps import Steps

__all__ = [
    "LABELLING",
    "Job",
    "Verb",
    "failure",
    "make_folder",
    "make_jobs",
    "target_key",
    "work_on",
]

Spec: TypeAlias = "LabelSpec | PropagateSpec"


@frozen
class Verb:
    """What is done to files: the calls of `ailabel.api` that do it.

    Args:
        begin: works on a path in two steps.
        plan: says what would be done to a path.
        data: works on bytes.
        number: the field of the specification that holds the one file's number.
    """

    begin: Callable[..., Steps[LabelResult]]
    plan: Callable[..., LabelResult]
    data: Callable[..., LabelResult]
    number: str


LABELLING: Final = Verb(api.labelling, api.plan, api.label_bytes, "produce_id")


@frozen
class Job:
    """One file to work on.

    Args:
        item: the input.
        output: where the copy goes; None for in place, ``-`` for standard output.
        number: its number, or None for a new one.
        problem: why it cannot be worked on at all, or None.
    """

    item: Input
    output: str | None
    number: str | None
    problem: Message | None = None


def make_jobs(
    items: Sequence[Input], output: str | None, ids: str | None, number: str | None
) -> list[Job]:
    """Give every input its output and its number; two inputs never share an output."""
    numbers = _numbers(ids) if ids else None
    taken: dict[str, str] = {}
    jobs = []
    for item in items:
        target = output_of(item, output, len(items))
        own, problem = number, None
        if numbers is not None:
            own = numbers.get(os.path.normpath(item.path))
            if own is None:
                problem = Message("the table of --ids has no row for this file")
        if target not in {None, STDIN}:
            first = taken.setdefault(os.path.realpath(str(target)), item.path)
            if first != item.path:
                problem = Message("{other} would be written to the same output", {"other": first})
        jobs.append(Job(item, target, own, problem))
    return jobs


def target_key(job: Job) -> tuple[int, int] | None:
    """Return what tells the files that jobs replace apart, however they are named."""
    try:
        found = os.stat(job.item.path if job.output is None else job.output)  # noqa: PTH116 - of thousands
    except OSError:
        return None
    return found.st_dev, found.st_ino


def work_on(
    job: Job, spec: Spec, name: str | None, *, verb: Verb = LABELLING, dry_run: bool
) -> Steps[LabelResult]:
    """Work on one file; what makes it impossible becomes the result's error."""
    failed = LabelResult(path=job.item.path, output=None, format=None, status="failed")
    if job.problem is not None:
        return replace(failed, error=job.problem)
    if job.number is not None:
        numbered: dict[str, Any] = {verb.number: job.number}
        spec = replace(spec, **numbered)
    try:
        return (yield from _work_on(job, spec, name, verb, dry_run=dry_run))
    except Exception as error:  # noqa: BLE001 - one file must not end a run of thousands
        status, message = failure(error, job.item)
        return replace(failed, status=status, error=message)


def failure(error: Exception, item: Input) -> tuple[str, Message]:
    """Return the status and the sentence that an exception comes to."""
    if isinstance(error, AilabelError):
        from ailabel.engine.verify import error_message

        status = "failed"
        if isinstance(error, UnsupportedFormatError) and not item.named:
            status = "skipped"
        elif isinstance(error, PlanError | LabelError):
            status = "refused"
        return status, error_message(error)
    if isinstance(error, OSError):
        reason = error.strerror or str(error)
        if error.filename is not None and os.fsdecode(error.filename) != item.path:
            reason = f"{os.fsdecode(error.filename)}: {reason}"
        return "failed", Message("cannot be worked on: {reason}", {"reason": reason})
    return "failed", internal_error(error)


def _work_on(
    job: Job, spec: Spec, name: str | None, verb: Verb, *, dry_run: bool
) -> Steps[LabelResult]:
    path, output = job.item.path, job.output
    if path == STDIN:
        return _piped(verb.data(sys.stdin.buffer.read(), spec, name=name), output, dry_run=dry_run)
    if dry_run:
        return verb.plan(path, spec, output=None if output == STDIN else output)
    if output == STDIN:
        with open(path, "rb") as file:  # noqa: PTH123 - no pathlib here
            return verb.data(file.read(), spec, name=job.item.below)
    if output is not None:
        make_folder(output)
    return (yield from verb.begin(path, spec, output=output))


def _piped(result: LabelResult, output: str | None, *, dry_run: bool) -> LabelResult:
    """Put what was made of standard input where it is to go."""
    if dry_run:
        status = "already" if result.status == "already" else "planned"
        return replace(result, status=status, data=b"")
    if output is None or output == STDIN:
        return result
    make_folder(output)
    create(output, result.data)
    return replace(result, output=output)


def make_folder(output: str) -> None:
    """Make the folder that an output goes into."""
    os.makedirs(os.path.dirname(output) or os.curdir, exist_ok=True)  # noqa: PTH103, PTH120 - no pathlib here


def _numbers(table: str) -> dict[str, str]:
    """Read the table of paths and content numbers; a heading ``path,id`` is allowed.

    Raises:
        click.UsageError: a row has no number, or a path stands there twice.
    """
    import csv

    numbers: dict[str, str] = {}
    # paths may be of any encoding, as on the command line
    with open(table, newline="", encoding="utf-8-sig", errors="surrogateescape") as file:  # noqa: PTH123
        rows = csv.reader(file)
        for row in _rows(rows, table):
            line = rows.line_num
            if not row or (line == 1 and [cell.strip().lower() for cell in row] == ["path", "id"]):
                continue
            if len(row) != 2 or not row[1].strip():  # noqa: PLR2004 - path and id
                raise usage_error("{table}, line {line}: expected path,id", table=table, line=line)
            path = os.path.normpath(row[0])
            if path in numbers:
                raise usage_error(
                    "{table}, line {line}: {path} stands there twice",
                    table=table,
                    line=line,
                    path=path,
                )
            numbers[path] = row[1].strip()
    return numbers


def _rows(rows: Iterator[list[str]], table: str) -> Iterator[list[str]]:
    """Pass the rows of a table through; what is no CSV becomes an error of usage."""
    import csv

    try:
        yield from rows
    except csv.Error as error:
        raise usage_error("{table} is no CSV: {reason}", table=table, reason=error) from error
