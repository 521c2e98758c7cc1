"""The label beside a file whose format has no place for it: ``NAME.aigc.json``, on request only.

No guide names this place; reports say so, and a sidecar never makes a file compliant.
"""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from ailabel.engine.examine import Found, text_of
from ailabel.errors import AilabelError, PlanError
from ailabel.io import atomic
from ailabel.io.source import BytesView, open_view
from ailabel.messages import Message
from ailabel.model.content_number import new_content_number
from ailabel.spi import Slot
from ailabel.standard.schema import decode, encode

if TYPE_CHECKING:
    from os import PathLike

    from ailabel.engine.plan import Plan
    from ailabel.engine.spec import LabelSpec
    from ailabel.io.source import FileView, Limits, View

__all__ = ["find", "settle", "write"]

_SUFFIX: Final = ".aigc.json"
_MAX_BYTES: Final = 64 * 1024


def find(path: str | PathLike[str], limits: Limits) -> Found | None:
    """Return the label beside a file, or None where there is none.

    Raises:
        PlanError: what stands there is too large to be a label.
        OSError: it cannot be read.
    """
    try:
        with open_view(_beside(path), limits) as view:
            if view.size > _MAX_BYTES:
                raise PlanError("the sidecar file is larger than a label can be")
            raw = view.read(0, view.size)
    except FileNotFoundError:
        return None
    text = raw.decode("utf-8-sig", "replace").strip()
    slot = Slot(location="sidecar", offset=0, raw=raw, payload=text, site="sidecar", official=False)
    return Found(slot, decode(text))


def settle(plan: Plan, target: str | PathLike[str], spec: LabelSpec) -> Plan:
    """Fit a plan to the sidecar that is asked for, and to the one that may stand there.

    Args:
        plan: of a file; formats that hold the label themselves are left as they are.
        target: where the labelled file goes.
        spec: what was asked for.

    Raises:
        PlanError: somebody else's label stands there.
    """
    if plan.format.has_slot or not (spec.sidecar and spec.implicit):
        return plan
    from ailabel.engine.plan import unsigned  # who only reads sidecars plans nothing

    found = find(target, spec.limits)
    if found is not None and (not spec.replace or _is_as_asked(found, spec)):
        return _keep(plan, found, spec)
    number = spec.produce_id or new_content_number()
    note = Message(
        "{format} has no place for metadata; the label stands in a sidecar file, which is "
        "not the official place",
        {"format": plan.format.name},
    )
    return replace(
        plan,
        status="labelled" if found is None else "replaced",
        payload=encode(spec.record(number), wrapped=True),
        produce_id=number,
        replaced=() if found is None else (text_of(found.slot.raw),),
        notes=(note, *unsigned(spec)),
    )


def write(plan: Plan, source: FileView, target: str, options: atomic.WriteOptions) -> None:
    """Write the sidecar of a plan that has one.

    Raises:
        AilabelError: it did not read back as planned.
        PlanError: what stands there must not be replaced.
    """
    if plan.format.has_slot or plan.payload is None:
        return
    data = plan.payload.encode() + b"\n"

    def check(view: View) -> None:
        if view.size != len(data) or view.read(0, view.size) != data:
            raise AilabelError("reading back failed: the label is not the planned one")

    atomic.replace(BytesView(data, None, source.limits), source, _beside(target), check, options)


def _keep(plan: Plan, found: Found, spec: LabelSpec) -> Plan:
    """Return the plan of leaving our own sidecar as it is."""
    if found.decoded.record is None or found.producer != spec.producer:
        raise PlanError(
            "the file already carries a label of {producer}; use --replace to put another "
            "in its place",
            producer=(found.producer or "?")[:200],
        )
    status = plan.status if plan.edits else "already"
    return replace(plan, status=status, produce_id=found.number)


def _is_as_asked(found: Found, spec: LabelSpec) -> bool:
    return found.decoded.record == spec.record(spec.produce_id or found.number)


def _beside(path: str | PathLike[str]) -> str:
    return os.fspath(path) + _SUFFIX
