"""Carry out a plan: build the file, read it back, and only then put it in its place."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from ailabel import registry
from ailabel.engine import sidecar
from ailabel.engine.examine import is_read
from ailabel.errors import AilabelError
from ailabel.io import atomic, inplace
from ailabel.io.steps import finish
from ailabel.spi import Finding, Slot

if TYPE_CHECKING:
    from collections.abc import Callable
    from os import PathLike

    from ailabel.engine.plan import Plan
    from ailabel.engine.propagate import PropagateSpec
    from ailabel.engine.spec import LabelSpec
    from ailabel.io.source import FileView, View
    from ailabel.io.steps import Steps

__all__ = ["execute", "executing", "proof"]


def execute(
    plan: Plan,
    source: FileView,
    target: str | PathLike[str],
    wanted: LabelSpec | PropagateSpec | atomic.WriteOptions,
) -> None:
    """Write what was planned.

    Args:
        plan: the plan, made from `source`.
        source: the open original.
        target: where the labelled file goes; the original's path to label in place.
        wanted: says how the file is to be replaced; its times are kept where only metadata
            changed.

    Raises:
        AilabelError: the finished file did not read back as planned; the target is untouched.
        PlanError: the target must not be replaced.
    """
    finish(executing(plan, source, target, wanted))


def executing(
    plan: Plan,
    source: FileView,
    target: str | PathLike[str],
    wanted: LabelSpec | PropagateSpec | atomic.WriteOptions,
) -> Steps[None]:
    """Do what `execute` does in two steps, pausing when all but flushing and renaming is done."""
    if wanted.fast_in_place and not plan.content_changed and _is_itself(source, target):
        patch = plan.patch
        if patch is not None:
            opened = os.fstat(source.fd)
            proof(plan)(plan.result)
            yield sum(len(data) for _, data in patch.ranges)
            inplace.apply_patch(target, patch, opened)
            return
    options = atomic.WriteOptions(
        hardlinks=wanted.hardlinks, durable=wanted.durable, keep_times=not plan.content_changed
    )
    yield from atomic.replacing(plan.result, source, target, proof(plan), options)
    sidecar.write(plan, source, os.fspath(target), options)


def _is_itself(source: FileView, target: str | PathLike[str]) -> bool:
    """Say whether the target is the open original."""
    try:
        there = os.stat(target)  # noqa: PTH116 - no pathlib here
    except OSError:
        return False
    return os.path.samestat(os.fstat(source.fd), there)


def proof(plan: Plan) -> Callable[[View], None]:
    """Return the check that a finished file must pass before it replaces anything."""

    def check(view: View) -> None:
        if view.size != plan.result.size:
            raise AilabelError("reading back failed: the size is not the planned one")
        if plan.format.has_slot and plan.payload is not None:
            carrier = registry.carrier_of(plan.format.id)
            slots = [item for item in carrier.read(view) if isinstance(item, Slot)]
            if [slot.payload for slot in slots] != [plan.payload]:
                raise AilabelError("reading back failed: the label is not the planned one")
        if plan.content_changed:
            _check_shown(view, plan)

    return check


def _check_shown(view: View, plan: Plan) -> None:
    """Look at the finished file where a label is read; what was drawn or spoken is proved there."""
    marker = registry.marker_of(plan.format.id)
    if marker is None or not is_read(plan.format):
        return
    if marker.inspect(view, plan.format).finding in {Finding.NOT_FOUND, Finding.REVIEW}:
        raise AilabelError("reading back failed: the explicit label is not recognised")
