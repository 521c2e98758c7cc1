"""Carry a label over: from a source onto the file that a conversion made of it.

Converters lose the label. What the source's label says is put into the converted file's official
slot, value by value as it stands, even where a value breaks annex E: correcting it is another act.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ailabel.engine.examine import examine, text_of
from ailabel.engine.plan import Plan, refuse_manifest
from ailabel.errors import PlanError
from ailabel.io.splice import SplicedView
from ailabel.messages import Message
from ailabel.standard.schema import verbatim

if TYPE_CHECKING:
    from ailabel.engine.examine import Examined, Found
    from ailabel.io.source import View

__all__ = ["plan_carry"]


def plan_carry(source: View, target: View, *, break_c2pa: bool = False) -> Plan:
    """Plan the edits that give the target the source's label.

    Args:
        source: the file whose label is to be kept.
        target: the converted file.
        break_c2pa: whether a target with a C2PA manifest may be written to.

    Raises:
        PlanError: the source has no label, or several that disagree, or one that is too damaged to
            be repeated; or the target already holds another one, or has no place for one.
    """
    origin = examine(source)
    found = _only(origin)
    payload = verbatim(found.slot.payload)
    if payload is None:
        raise PlanError("the label of the source is too damaged to be carried over")
    goal = examine(target)
    for other in goal.found:
        if other.decoded.fields != found.decoded.fields:
            raise PlanError("the target already carries another label; nothing was changed")
    if not goal.format.has_slot:
        raise PlanError("{format} has no place for metadata", format=goal.format.name)
    edits = goal.carrier.write(target, payload)
    number = found.number or None
    if not edits:
        return Plan(format=goal.format, status="already", result=target, produce_id=number)
    if not break_c2pa:
        refuse_manifest(target, goal.format)
    return Plan(
        format=goal.format,
        status="carried",
        result=SplicedView(target, edits),
        payload=payload,
        produce_id=number,
        replaced=tuple(text_of(other.slot.raw) for other in goal.found),
        notes=_notes(found),
    )


def _only(origin: Examined) -> Found:
    if not origin.found:
        raise PlanError("the source holds no label that could be carried over")
    if any(other.decoded.fields != origin.found[0].decoded.fields for other in origin.found):
        raise PlanError("the source holds labels that disagree; say which one is right first")
    return origin.found[0]


def _notes(found: Found) -> tuple[Message, ...]:
    if not found.decoded.problems:
        return ()
    message = Message(
        "the label was carried over as it stands, with what is wrong about it: {problem}",
        {"problem": found.decoded.problems[0].message},
    )
    return (message,)
