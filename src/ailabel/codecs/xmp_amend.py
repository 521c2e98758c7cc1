"""XMP packets: putting another text in the place of one that was found, in the form it has there.

`xmp.put` writes a property as it should be; here the packet keeps the form that somebody gave it:
an attribute stays one, and characters stay spelt as they are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ailabel.codecs import xmp
from ailabel.codecs.respell import resolved, respelled
from ailabel.spi import unkept

if TYPE_CHECKING:
    from ailabel.codecs.xmp import Property
    from ailabel.io.source import Limits
    from ailabel.spi import Slot

__all__ = ["amended"]

_FORMS: Final = ("element", "attribute")


def amended(packet: bytes, prop: Property, slot: Slot, value: str, limits: Limits) -> bytes:
    """Return a packet with another text in the place of one.

    Args:
        packet: as for `xmp.find`.
        prop: the property.
        slot: holds what `xmp.find` found in the packet.
        value: the new text.
        limits: as for `xmp.find`.

    Raises:
        PlanError: the text stands in a form that cannot be edited: spread over several fields,
            encoded, between other elements, or in a packet that is damaged; or XML cannot hold the
            value.
    """
    if xmp.is_own(packet):
        return xmp.put(packet, prop, value, limits)
    values = xmp.find(packet, prop, limits)
    found = next((item for item in values if item.value == slot.payload), None)
    codec = _codec(packet)
    raw = found.raw.decode(codec, "replace") if found else ""
    if found is None or found.form not in _FORMS or "<" in raw or "\ufffd" in raw:
        raise unkept(slot)
    quote = packet[: found.offset].decode(codec, "replace")[-1:]
    is_single = found.form == _FORMS[1] and quote == "'"

    def escape(text: str) -> str:
        return xmp.escape(text).replace("'", "&apos;") if is_single else xmp.escape(text)

    escaped = respelled(raw, (found.value, value), escape, resolved)
    end = found.offset + len(found.raw)
    return packet[: found.offset] + escaped.encode(codec) + packet[end:]


def _codec(packet: bytes) -> str:
    """Return how a packet is encoded; UTF-16 shows by the zero beside the first bracket."""
    start = packet.find(b"<")
    if packet[start + 1 : start + 2] != b"\0":
        return "utf-8"
    return "utf-16-be" if start % 2 else "utf-16-le"
