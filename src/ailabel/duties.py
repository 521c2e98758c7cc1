"""The duties around labels, as calls: propagate, decide, hand out on request, trace back.

`ailabel.api` has them beside the other calls; they stand here so that labelling need not load them.
"""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING

from ailabel.io.source import BytesView, open_view

if TYPE_CHECKING:
    from os import PathLike

    from ailabel.engine.decide import DecideOptions
    from ailabel.engine.export import Grant
    from ailabel.engine.propagate import PropagateSpec
    from ailabel.engine.recover import Recovery
    from ailabel.engine.spec import LabelSpec
    from ailabel.io.source import FileView, Limits
    from ailabel.io.steps import Steps
    from ailabel.ledger import Ledger
    from ailabel.model.decision import FileDecision
    from ailabel.model.report import LabelResult

__all__ = [
    "decide",
    "decide_async",
    "decide_bytes",
    "decide_bytes_async",
    "export",
    "plan_propagating",
    "propagate",
    "propagate_async",
    "propagate_bytes",
    "propagate_bytes_async",
    "propagating",
    "recover",
    "restore",
]


def propagate(
    path: str | PathLike[str], spec: PropagateSpec, *, output: str | PathLike[str] | None = None
) -> LabelResult:
    """Pass one labelled file on: set the propagator's fields, leave the producer's as they are.

    Args:
        path: the file.
        spec: what is asked for.
        output: where the file goes; None edits it in place. An existing output is kept and reported
            as ``already`` when it has the same producer's part, was passed on as asked and is not
            older than the source.

    Raises:
        PlanError: there is no label, or it must not or cannot be edited; the file is untouched.
        UnsupportedFormatError: the format is not known.
        MalformedFileError: the file is damaged.
        OSError: the file system refused.
    """
    from ailabel.io.steps import finish

    return finish(propagating(path, spec, output=output))


def propagating(
    path: str | PathLike[str], spec: PropagateSpec, *, output: str | PathLike[str] | None = None
) -> Steps[LabelResult]:
    """Do what `propagate` does in two steps, for runs over many files (see `batch.local`)."""
    from functools import partial

    from ailabel.engine.execute import executing
    from ailabel.engine.propagate import find_propagated, plan_propagation
    from ailabel.engine.results import earlier_output, is_same_file, result_of
    from ailabel.io.inplace import recover

    if output is None:
        recover(path)
    target = path if output is None else output
    with open_view(path, spec.limits) as view:
        done = partial(find_propagated, source=view, spec=spec)
        earlier = None if output is None else earlier_output(view, output, spec.limits, done)
        if earlier is not None:
            return result_of(earlier, path, output)
        found = plan_propagation(view, spec)
        in_place = output is None or is_same_file(path, output)
        if found.status != "already" or not in_place:
            yield from executing(found, view, target, spec)
        return result_of(found, path, target)


def plan_propagating(
    path: str | PathLike[str], spec: PropagateSpec, *, output: str | PathLike[str] | None = None
) -> LabelResult:
    """Say what `propagate` would do to a file; nothing is written.

    Raises:
        AilabelError: as `propagate` does.
    """
    from functools import partial

    from ailabel.engine.propagate import find_propagated, plan_propagation
    from ailabel.engine.results import earlier_output, result_of

    with open_view(path, spec.limits) as view:
        done = partial(find_propagated, source=view, spec=spec)
        earlier = None if output is None else earlier_output(view, output, spec.limits, done)
        found = earlier or plan_propagation(view, spec)
        status = "already" if found.status == "already" else "planned"
        return result_of(found, path, None, status)


def propagate_bytes(data: bytes, spec: PropagateSpec, *, name: str | None = None) -> LabelResult:
    """Pass one labelled file on in memory; the result's `data` is the new file.

    Args:
        data: the file.
        spec: what is asked for.
        name: a file name, for formats that only the suffix tells apart.

    Raises:
        AilabelError: as `propagate` does.
    """
    from ailabel.engine.execute import proof
    from ailabel.engine.propagate import plan_propagation
    from ailabel.engine.results import result_of

    found = plan_propagation(BytesView(data, name, spec.limits), spec)
    if found.status == "already":
        return result_of(found, name or "-", None, data=data)
    edited = found.result.read(0, found.result.size)
    proof(found)(BytesView(edited, name, spec.limits))
    return result_of(found, name or "-", None, data=edited)


async def propagate_async(
    path: str | PathLike[str], spec: PropagateSpec, *, output: str | PathLike[str] | None = None
) -> LabelResult:
    """Run `propagate` in a worker thread."""
    from asyncio import to_thread

    return await to_thread(propagate, path, spec, output=output)


async def propagate_bytes_async(
    data: bytes, spec: PropagateSpec, *, name: str | None = None
) -> LabelResult:
    """Run `propagate_bytes` in a worker thread."""
    from asyncio import to_thread

    return await to_thread(propagate_bytes, data, spec, name=name)


def decide(
    path: str | PathLike[str],
    options: DecideOptions | None = None,
    *,
    apply: PropagateSpec | None = None,
    output: str | PathLike[str] | None = None,
) -> FileDecision:
    """Decide what a platform tells the public of one file, and on what grounds.

    Args:
        path: the file.
        options: what is known beside it; by default nothing.
        apply: who passes it on: what the decision asks for is then written. Where it asks for
            nothing, nothing is.
        output: where the file goes; None edits it in place.

    Raises:
        PlanError: what was decided must not or cannot be written; the file is untouched.
        UnsupportedFormatError: the format is not known.
        MalformedFileError: the file is damaged.
        OSError: the file cannot be read, or not be written.
    """
    from ailabel.engine import decide as engine

    options = options or engine.DecideOptions()
    if apply is not None and output is None:
        from ailabel.io.inplace import recover

        recover(path)
    with open_view(path, options.limits) as view:
        found = engine.decide(view, os.fspath(path), options)
        if apply is None or found.label is None:
            return found
        return replace(found, result=_written(view, found, (options, apply), (path, output)))


def _written(
    view: FileView,
    found: FileDecision,
    asked: tuple[DecideOptions, PropagateSpec],
    paths: tuple[str | PathLike[str], str | PathLike[str] | None],
) -> LabelResult:
    """Write what was decided."""
    from functools import partial

    from ailabel.engine.decide import find_decided, plan_decided
    from ailabel.engine.execute import execute
    from ailabel.engine.results import earlier_output, is_same_file, result_of

    (options, spec), (path, output) = asked, paths
    done = partial(find_decided, source=view, decision=found, spec=spec)
    earlier = None if output is None else earlier_output(view, output, spec.limits, done)
    if earlier is not None:
        return result_of(earlier, path, output)
    plan = plan_decided(view, found, spec, replace=options.replace)
    target = path if output is None else output
    if plan.status != "already" or not is_same_file(path, target):
        execute(plan, view, target, spec)
    return result_of(plan, path, target)


def decide_bytes(
    data: bytes,
    options: DecideOptions | None = None,
    *,
    apply: PropagateSpec | None = None,
    name: str | None = None,
) -> FileDecision:
    """Decide about one file in memory; the result's `data` is the new file where one was asked for.

    Args:
        data: the file.
        options: as for `decide`.
        apply: as for `decide`.
        name: a file name, for formats that only the suffix tells apart.

    Raises:
        AilabelError: as `decide` does.
    """
    from ailabel.engine import decide as engine
    from ailabel.engine.execute import proof
    from ailabel.engine.results import result_of

    options = options or engine.DecideOptions()
    view = BytesView(data, name, options.limits)
    found = engine.decide(view, name or "-", options)
    if apply is None or found.label is None:
        return found
    plan = engine.plan_decided(view, found, apply, replace=options.replace)
    written = plan.result.read(0, plan.result.size)
    if plan.status != "already":
        proof(plan)(BytesView(written, name, options.limits))
    return replace(found, result=result_of(plan, name or "-", None, data=written))


async def decide_async(
    path: str | PathLike[str],
    options: DecideOptions | None = None,
    *,
    apply: PropagateSpec | None = None,
    output: str | PathLike[str] | None = None,
) -> FileDecision:
    """Run `decide` in a worker thread."""
    from asyncio import to_thread

    return await to_thread(decide, path, options, apply=apply, output=output)


async def decide_bytes_async(
    data: bytes,
    options: DecideOptions | None = None,
    *,
    apply: PropagateSpec | None = None,
    name: str | None = None,
) -> FileDecision:
    """Run `decide_bytes` in a worker thread."""
    from asyncio import to_thread

    return await to_thread(decide_bytes, data, options, apply=apply, name=name)


def export(
    path: str | PathLike[str],
    spec: LabelSpec,
    grant: Grant,
    *,
    output: str | PathLike[str],
    ledger: Ledger,
) -> LabelResult:
    """Hand out a file without the explicit label, on a user's request; log who gets it.

    Args:
        path: the original that was never labelled explicitly.
        spec: whose implicit label it gets.
        grant: who applied, why, and by which agreement.
        output: where the file goes; nothing may stand there.
        ledger: where it is logged, before the file is written.

    Raises:
        PlanError: the file shows an explicit label, or that cannot be told; its format cannot carry
            the implicit one; the number was used; or something stands at the output.
        AilabelError: as `label` does.
    """
    import os
    from dataclasses import replace

    from ailabel.engine.execute import execute
    from ailabel.engine.export import plan_export
    from ailabel.engine.recording import log_export
    from ailabel.engine.results import refuse_existing, result_of

    refuse_existing(output)
    os.stat(os.path.dirname(output) or os.curdir)  # noqa: PTH116, PTH120 - before anything is logged
    with open_view(path, spec.limits) as view:
        found, facts = plan_export(view, spec, grant)
        note = log_export(ledger, found, spec, (grant, facts))
        execute(found, view, output, spec)
        logged = replace(found, notes=(note,))
        return result_of(logged, path, output, "exported")


def recover(path: str | PathLike[str], ledger: Ledger, *, limits: Limits | None = None) -> Recovery:
    """Trace a file that lost its label back to its content number.

    Args:
        path: the file.
        ledger: where its number may be recorded.
        limits: what reading the file may cost.

    Raises:
        UnsupportedFormatError: the format is not known.
        MalformedFileError: the file is damaged.
        LedgerError: the ledger failed.
        OSError: the file cannot be read.
    """
    import os

    from ailabel.engine import recover as engine

    with open_view(path, limits) as view:
        return engine.recover(view, os.fspath(path), ledger)


def restore(
    path: str | PathLike[str], ledger: Ledger, *, output: str | PathLike[str] | None = None
) -> LabelResult:
    """Put the recorded label back into a file that lost it, every value as it was.

    Args:
        path: the file.
        ledger: where its number is recorded.
        output: where the labelled file goes, which must be a new one; None replaces the file,
            safely.

    Raises:
        PlanError: the ledger knows nothing that fits, or more than one number; the file has a
            label; or something stands at the output.
        AilabelError: as `label` does.
    """
    import os

    from ailabel.engine import recover as engine
    from ailabel.engine.execute import execute
    from ailabel.engine.recording import log_restored
    from ailabel.engine.results import is_same_file, refuse_existing, result_of
    from ailabel.io.atomic import WriteOptions
    from ailabel.io.inplace import recover as carry_out

    goal = path if output is None else output
    if output is None:
        carry_out(path)
    elif not is_same_file(path, goal):
        refuse_existing(goal)
    with open_view(path) as view:
        match = engine.recover(view, os.fspath(path), ledger)
        found = engine.plan_restore(view, match)
        execute(found, view, goal, WriteOptions())
        log_restored(ledger, found, match.matches[0].entry)
        return result_of(found, path, goal)
