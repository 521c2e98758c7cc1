r"""The public calls: label, read and verify files, bytes and plain strings.

Paths are read and written; the ``…_bytes`` twins work in memory; the ``…_async`` twins run the same
call in a worker thread.

    >>> from ailabel import LabelSpec, label_bytes, verify_bytes
    >>> spec = LabelSpec(producer="001191350100M000100Y4310000", produce_id="20260101-1")
    >>> labelled = label_bytes("# 报告\n".encode(), spec, name="report.md")
    >>> verify_bytes(labelled.data, name="report.md").implicit
    <Verdict.COMPLIANT: 'compliant'>
"""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING

from ailabel.duties import (
    decide,
    decide_async,
    decide_bytes,
    decide_bytes_async,
    export,
    propagate,
    propagate_async,
    propagate_bytes,
    propagate_bytes_async,
    recover,
    restore,
)
from ailabel.io.source import BytesView, open_view
from ailabel.reading import (
    read,
    read_async,
    read_bytes,
    read_bytes_async,
    verify,
    verify_async,
    verify_bytes,
    verify_bytes_async,
)

if TYPE_CHECKING:
    from os import PathLike

    from ailabel.engine.plan import Plan
    from ailabel.engine.spec import LabelSpec
    from ailabel.io.atomic import WriteOptions
    from ailabel.io.source import FileView
    from ailabel.io.steps import Steps
    from ailabel.ledger import Ledger
    from ailabel.ledger.rows import Claim
    from ailabel.model.report import LabelDiff, LabelResult

__all__ = [
    "carry",
    "carry_bytes",
    "decide",
    "decide_async",
    "decide_bytes",
    "decide_bytes_async",
    "diff",
    "export",
    "label",
    "label_async",
    "label_bytes",
    "label_bytes_async",
    "label_text",
    "plan",
    "propagate",
    "propagate_async",
    "propagate_bytes",
    "propagate_bytes_async",
    "read",
    "read_async",
    "read_bytes",
    "read_bytes_async",
    "recover",
    "restore",
    "verify",
    "verify_async",
    "verify_bytes",
    "verify_bytes_async",
]


def label(
    path: str | PathLike[str],
    spec: LabelSpec,
    *,
    output: str | PathLike[str] | None = None,
    ledger: Ledger | None = None,
) -> LabelResult:
    """Label one file.

    Args:
        path: the file.
        spec: what is asked for.
        output: where the labelled file goes; None labels in place. An existing output is kept and
            reported as ``already`` when it carries our label and is not older than the source.
        ledger: where the content number is recorded, which is used up before the file is written.

    Raises:
        LedgerError: the ledger failed; the file may be labelled, and the next run records it.
        PlanError: the change must not or cannot be made; the file is untouched.
        UnsupportedFormatError: the format is not known.
        MalformedFileError: the file is damaged.
        LabelError: a value cannot be written.
        OSError: the file system refused.
    """
    from ailabel.io.steps import finish

    return finish(labelling(path, spec, output=output, ledger=ledger))


def labelling(
    path: str | PathLike[str],
    spec: LabelSpec,
    *,
    output: str | PathLike[str] | None = None,
    ledger: Ledger | None = None,
) -> Steps[LabelResult]:
    """Do what `label` does in two steps, for runs over many files (see `batch.local`)."""
    from functools import partial

    from ailabel.engine.execute import executing
    from ailabel.engine.plan import find_done
    from ailabel.engine.results import earlier_output, is_same_file, result_of
    from ailabel.engine.sidecar import settle
    from ailabel.io.inplace import recover

    if output is None:
        recover(path)
    target = path if output is None else output
    done = partial(find_done, spec=spec)
    with open_view(path, spec.limits) as view:
        earlier = None if output is None else earlier_output(view, output, spec.limits, done)
        if earlier is not None:
            kept = settle(earlier, target, spec)
            if kept.status != "already":  # it lacks the sidecar
                return replace(label(target, spec, ledger=ledger), path=os.fspath(path))
            _keep_recorded(kept, spec, ledger, target)
            return result_of(kept, path, output)
        found = settle(_planned(view, spec), target, spec)
        in_place = output is None or is_same_file(path, output)
        claim = _claimed(found, spec, ledger)
        if found.status != "already" or not in_place:
            yield from executing(found, view, target, spec)
        if ledger is not None and claim is not None:
            ledger.confirm(claim)
        elif found.status == "already":
            _keep_recorded(found, spec, ledger, target)
        return result_of(found, path, target)


def plan(
    path: str | PathLike[str], spec: LabelSpec, *, output: str | PathLike[str] | None = None
) -> LabelResult:
    """Say what `label` would do to a file; nothing is written.

    Args:
        path: the file.
        spec: what is asked for.
        output: where the labelled file would go; None for in place.

    Raises:
        AilabelError: as `label` does.
    """
    from functools import partial

    from ailabel.engine.plan import find_done
    from ailabel.engine.results import earlier_output, result_of
    from ailabel.engine.sidecar import settle

    done = partial(find_done, spec=spec)
    with open_view(path, spec.limits) as view:
        earlier = None if output is None else earlier_output(view, output, spec.limits, done)
        found = settle(earlier or _planned(view, spec), path if output is None else output, spec)
        status = "already" if found.status == "already" else "planned"
        return result_of(found, path, None, status)


def carry(
    source: str | PathLike[str],
    target: str | PathLike[str],
    *,
    output: str | PathLike[str] | None = None,
    options: WriteOptions | None = None,
    break_c2pa: bool = False,
) -> LabelResult:
    """Put the label of a source onto the file that a conversion made of it, every value as it is.

    Args:
        source: the file whose label is to be kept.
        target: the converted file.
        output: where the labelled file goes; None replaces the target, safely.
        options: how a file is replaced.
        break_c2pa: whether a target with a C2PA manifest may be written to, which breaks it.

    Raises:
        PlanError: the source has no label, or several that disagree; or the target already carries
            another one; nothing is changed.
        AilabelError: as `label` does.
    """
    from ailabel.engine.carry import plan_carry
    from ailabel.engine.execute import execute
    from ailabel.engine.results import is_same_file, result_of
    from ailabel.io.atomic import WriteOptions
    from ailabel.io.inplace import recover

    options = options or WriteOptions()
    goal = target if output is None else output
    if output is None:
        recover(target)
    with open_view(source) as origin, open_view(target) as view:
        found = plan_carry(origin, view, break_c2pa=break_c2pa)
        if found.status != "already" or not is_same_file(target, goal):
            execute(found, view, goal, options)
        return result_of(found, target, goal)


def carry_bytes(source: bytes, target: bytes, *, names: tuple[str, str] | None = None) -> bytes:
    """Put the label of a source onto converted bytes; return the labelled bytes.

    Args:
        source: the file whose label is to be kept.
        target: the converted file.
        names: the file names of both, for formats that only the suffix tells apart.

    Raises:
        AilabelError: as `carry` does.
    """
    from ailabel.engine.carry import plan_carry
    from ailabel.engine.execute import proof

    first, second = names or (None, None)
    found = plan_carry(BytesView(source, first), BytesView(target, second))
    labelled = found.result.read(0, found.result.size)
    proof(found)(BytesView(labelled, second))
    return labelled


def diff(before: str | PathLike[str], after: str | PathLike[str]) -> LabelDiff:
    """Say which label a step of a pipeline lost, kept or changed.

    Raises:
        UnsupportedFormatError: the format of one file is not known.
        MalformedFileError: one file is damaged.
        OSError: one cannot be read.
    """
    from ailabel.engine.diff import compare

    with open_view(before) as first, open_view(after) as second:
        return compare(first, second, (os.fspath(before), os.fspath(after)))


def label_bytes(
    data: bytes, spec: LabelSpec, *, name: str | None = None, ledger: Ledger | None = None
) -> LabelResult:
    """Label one file in memory; the result's `data` is the labelled file.

    Args:
        data: the file.
        spec: what is asked for.
        name: a file name, for formats that only the suffix tells apart.
        ledger: where the content number is recorded.

    Raises:
        AilabelError: as `label` does.
    """
    from ailabel.engine.execute import proof
    from ailabel.engine.results import result_of

    view = BytesView(data, name, spec.limits)
    found = _planned(view, replace(spec, sidecar=False))
    labelled = data if found.status == "already" else found.result.read(0, found.result.size)
    if found.status != "already":
        proof(found)(BytesView(labelled, name, spec.limits))
    claim = _claimed(found, spec, ledger)
    if ledger is not None and claim is not None:
        ledger.confirm(claim)
    elif ledger is not None and found.status == "already":
        from ailabel.engine.recording import recorded_already

        recorded_already(found, spec, ledger, view)
    return result_of(found, name or "-", None, data=labelled)


def label_text(text: str, spec: LabelSpec | None = None) -> str:
    """Add the explicit label to a plain string, such as a chat answer.

    Args:
        text: the answer; one that already shows a label is returned as it is.
        spec: wording and position; by default one line at the end.

    Raises:
        PlanError: the wording would not be recognised as a label.
    """
    from ailabel.engine.strings import label_string

    return label_string(text, spec)


async def label_async(
    path: str | PathLike[str],
    spec: LabelSpec,
    *,
    output: str | PathLike[str] | None = None,
    ledger: Ledger | None = None,
) -> LabelResult:
    """Run `label` in a worker thread."""
    from asyncio import to_thread

    return await to_thread(label, path, spec, output=output, ledger=ledger)


async def label_bytes_async(
    data: bytes, spec: LabelSpec, *, name: str | None = None, ledger: Ledger | None = None
) -> LabelResult:
    """Run `label_bytes` in a worker thread."""
    from asyncio import to_thread

    return await to_thread(label_bytes, data, spec, name=name, ledger=ledger)


def _planned(view: FileView | BytesView, spec: LabelSpec) -> Plan:
    from ailabel.engine.plan import make_plan

    return make_plan(view, spec)


def _claimed(found: Plan, spec: LabelSpec, ledger: Ledger | None) -> Claim | None:
    """Use the content number of a plan up, where there is a ledger."""
    if ledger is None or found.status == "already":
        return None
    from ailabel.engine.recording import claimed

    return claimed(found, spec, ledger)


def _keep_recorded(
    found: Plan, spec: LabelSpec, ledger: Ledger | None, target: str | PathLike[str]
) -> None:
    """See to it that a ledger knows the number of a file that was labelled before."""
    if ledger is None:
        return
    from ailabel.engine.recording import recorded_already

    with open_view(target, spec.limits) as view:
        recorded_already(found, spec, ledger, view)
