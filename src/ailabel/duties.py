"""The duties of who passes content on, as calls: propagate a label, decide about a file.

`ailabel.api` has them beside the other calls; they stand here so that labelling need not load them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ailabel.io.source import BytesView, open_view

if TYPE_CHECKING:
    from os import PathLike

    from ailabel.engine.propagate import PropagateSpec
    from ailabel.io.steps import Steps
    from ailabel.model.report import LabelResult

__all__ = [
    "plan_propagating",
    "propagate",
    "propagate_async",
    "propagate_bytes",
    "propagate_bytes_async",
    "propagating",
]


def propagate(
    path: str | PathLike[str], spec: PropagateSpec, *, output: str | PathLike[str] | None = None
) -> LabelResult:
    """Pass one labelled file on: set the propagator's fields, leave the producer's as they are.

    Args:
        path: the file.
        spec: what is asked for.
        output: where the file goes; None edits it in place. An existing output is kept and reported
            as ``already`` when it was passed on as asked and is not older than the source.

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
    done = partial(find_propagated, spec=spec)
    with open_view(path, spec.limits) as view:
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

    done = partial(find_propagated, spec=spec)
    with open_view(path, spec.limits) as view:
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
