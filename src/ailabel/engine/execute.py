"""Carry out a plan: build the file, read it back, and only then put it in its place."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING

from ailabel import registry
from ailabel.errors import AilabelError, PlanError
from ailabel.io import atomic
from ailabel.io.source import BytesView, open_view
from ailabel.messages import Message
from ailabel.model.content_number import new_content_number
from ailabel.spi import Finding, Slot
from ailabel.standard.schema import decode, encode

if TYPE_CHECKING:
    from collections.abc import Callable
    from os import PathLike

    from ailabel.engine.plan import Plan
    from ailabel.engine.spec import LabelSpec
    from ailabel.io.source import FileView, View

__all__ = [
    "SIDECAR_SUFFIX",
    "execute",
    "lacks_sidecar",
    "proof",
    "read_sidecar",
    "with_sidecar",
]

SIDECAR_SUFFIX = ".aigc.json"
_SIDECAR_BYTES = 64 * 1024


def execute(plan: Plan, source: FileView, target: str | PathLike[str], spec: LabelSpec) -> None:
    """Write what was planned.

    Args:
        plan: the plan, made from `source`.
        source: the open original.
        target: where the labelled file goes; the original's path to label in place.
        spec: what was asked for.

    Raises:
        AilabelError: the finished file did not read back as planned; the target is untouched.
        PlanError: the target must not be replaced.
    """
    beside = _sidecar(plan, source, target, spec)
    options = atomic.WriteOptions(
        hardlinks=spec.hardlinks, keep_times=not plan.content_changed, durable=spec.durable
    )
    atomic.replace(plan.result, source, target, proof(plan), options)
    if beside is not None:
        place = _beside(target)
        atomic.replace(beside, source, place, _sidecar_proof(beside.data), options)


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


def lacks_sidecar(plan: Plan, target: str | PathLike[str], spec: LabelSpec) -> bool:
    """Say whether a file that needs no change still lacks the sidecar that is asked for."""
    wanted = spec.sidecar and spec.implicit and not plan.format.has_slot
    return wanted and plan.status == "already" and not os.path.lexists(_beside(target))


def with_sidecar(plan: Plan, spec: LabelSpec) -> Plan:
    """Return the plan of adding nothing but the sidecar."""
    note = Message(
        "{format} has no place for metadata; the label stands in a sidecar file, which is "
        "not the official place",
        {"format": plan.format.name},
    )
    number = spec.produce_id or new_content_number()
    return replace(plan, status="labelled", produce_id=number, notes=(note,))


def read_sidecar(view: View) -> Slot:
    """Return the label of a sidecar file.

    Raises:
        PlanError: it is too large to be one.
    """
    if view.size > _SIDECAR_BYTES:
        raise PlanError("the sidecar file is larger than a label can be")
    raw = view.read(0, view.size)
    text = raw.decode("utf-8-sig", "replace").strip()
    return Slot(location="sidecar", offset=0, raw=raw, payload=text, site="sidecar", official=False)


def _check_shown(view: View, plan: Plan) -> None:
    """Look at the finished file where looking is possible."""
    marker = registry.marker_of(plan.format.id)
    if marker is None:
        return
    if marker.inspect(view, plan.format).finding in {Finding.NOT_FOUND, Finding.REVIEW}:
        raise AilabelError("reading back failed: the explicit label is not recognised")


def _beside(target: str | PathLike[str]) -> str:
    return os.fspath(target) + SIDECAR_SUFFIX


def _sidecar(
    plan: Plan, source: FileView, target: str | PathLike[str], spec: LabelSpec
) -> BytesView | None:
    """Return the sidecar to write, or None where none is due.

    Raises:
        PlanError: somebody else's sidecar stands there.
    """
    if not spec.sidecar or plan.format.has_slot or plan.produce_id is None:
        return None
    try:
        with open_view(_beside(target), source.limits) as view:
            producer = decode(read_sidecar(view).payload).fields["ContentProducer"]
    except FileNotFoundError:
        producer = spec.producer
    if producer != spec.producer and not spec.replace:
        raise PlanError(
            "the file already carries a label of {producer}; use --replace to put another "
            "in its place",
            producer=(producer or "?")[:200],
        )
    text = encode(spec.record(plan.produce_id), wrapped=True) + "\n"
    return BytesView(text.encode(), None, source.limits)


def _sidecar_proof(data: bytes) -> Callable[[View], None]:
    def check(view: View) -> None:
        if view.size != len(data) or view.read(0, view.size) != data:
            raise AilabelError("reading back failed: the label is not the planned one")

    return check
