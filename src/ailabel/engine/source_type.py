"""The digital source type beside the label, in the same XMP packet, for programs outside China.

``Iptc4xmpExt:DigitalSourceType`` says by a term of a controlled vocabulary how content came into
being [IPTC-PMD 2025.1; NewsCodes]. It is no label; a value that stands there already is somebody's
statement and stays.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from ailabel import registry
from ailabel.codecs import xmp
from ailabel.errors import MalformedFileError, PlanError
from ailabel.io.splice import SplicedView, normalise
from ailabel.messages import Message
from ailabel.spi import PacketCarrier, Slot

if TYPE_CHECKING:
    from ailabel.engine.plan import Plan
    from ailabel.io.source import Limits, View
    from ailabel.model.media import Format

__all__ = ["check_possible", "completed"]

_PROPERTY: Final = xmp.Property(
    "http://iptc.org/std/Iptc4xmpExt/2008-02-29/", "Iptc4xmpExt", "DigitalSourceType"
)
_VOCABULARY: Final = "http://cv.iptc.org/newscodes/digitalsourcetype/"


def check_possible(file_format: Format) -> None:
    """Refuse a format whose label does not stand in XMP, before anything is made of the file.

    Raises:
        PlanError: it is such a format.
    """
    if not isinstance(registry.carrier_of(file_format.id), PacketCarrier):
        raise PlanError(
            "the label of {format} does not stand in XMP, so that no digital source type can stand "
            "beside it; leave --also iptc out",
            format=file_format.name,
        )


def completed(plan: Plan, term: str) -> Plan:
    """Return a plan after which the packet of the label also says how the content came into being.

    Args:
        plan: of a file that has a label then.
        term: of IPTC's vocabulary.

    Raises:
        PlanError: the label stands in no packet, or the packet is damaged.
    """
    change = _Change(term, plan.result.limits)
    carrier = registry.carrier_of(plan.format.id)
    edits = (
        carrier.rewrite_packet(plan.result, change) if isinstance(carrier, PacketCarrier) else ()
    )
    edits = normalise(edits, plan.result.size)
    notes = (*plan.notes, *change.notes)
    if not edits:
        return replace(plan, notes=notes)
    return replace(
        plan,
        status="labelled" if plan.status == "already" else plan.status,
        payload=plan.payload or _payload(plan.result, plan),
        result=SplicedView(plan.result, edits),
        notes=notes,
    )


class _Change:
    """Puts the property into a packet that does not have it, and notes what it found."""

    def __init__(self, term: str, limits: Limits) -> None:
        self.notes: tuple[Message, ...] = ()
        self._value = _VOCABULARY + term
        self._limits = limits

    def __call__(self, packet: bytes) -> bytes:
        """Return the packet with the property."""
        found = [item.value for item in xmp.find(packet, _PROPERTY, self._limits)]
        if self._value in found:
            return packet
        if found:
            values = {"value": found[0][:200]}
            message = Message("the file says the digital source type {value}, which stays", values)
            self.notes = (message,)
            return packet
        try:
            return xmp.put(packet, _PROPERTY, self._value, self._limits)
        except MalformedFileError as error:
            raise PlanError(
                "the XMP packet is damaged, so that no digital source type can be put into it"
            ) from error


def _payload(view: View, plan: Plan) -> str | None:
    """Return what the label of a file says that was labelled before."""
    items = registry.carrier_of(plan.format.id).read(view)
    return next((item.payload for item in items if isinstance(item, Slot)), None)
