"""FLV: the label is the property ``AIGC`` of ``onMetaData``.

It stands last there, because some readers go no further than a string of more than 1,023 bytes.
Script data cannot be padded, so what stands behind them moves; the places that they name, such as
those of key frames, move with it.

The essence is the payloads of the tags with pictures, in order, after the type of these tags, and
then the same of the tags with sound.
"""

from __future__ import annotations

import math
import struct
from bisect import bisect_right
from functools import partial
from itertools import accumulate
from typing import TYPE_CHECKING, Final

from ailabel.codecs import amf, flv, interleave
from ailabel.errors import MalformedFileError, PlanError
from ailabel.io.source import check_limit
from ailabel.io.splice import Edit
from ailabel.model.media import Format, Match, Medium, Strength
from ailabel.spi import Essence, Signature, Slot, Span, unkept
from ailabel.standard.schema import is_label
from ailabel.standard.slots import KEY, XMP_PREFIX, XMP_PROPERTY, XMP_URI
from ailabel.values import frozen

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from ailabel.io.source import View

__all__ = ["CARRIER", "FlvCarrier"]

FLV: Final = Format(
    id="flv", name="FLV", medium=Medium.VIDEO, suffixes=(".flv",), mime="video/x-flv"
)
_PROPERTY: Final = (XMP_URI, XMP_PREFIX, XMP_PROPERTY)
_METADATA: Final = "onMetaData"
_XMP: Final = ("onXMPData", ("liveXML",))  # [XMP3]
_TEXTS: Final = (amf.STRING, amf.LONG_STRING)
_SIZES: Final = (("filesize",),)
_PLACES: Final = (*_SIZES, ("keyframes", "filepositions"), ("lastkeyframelocation",))
_DOUBLE: Final = 8  # bytes of a number
_SHORTEST: Final = 16  # bytes a value of an honest file takes on average, at the least


class FlvCarrier:
    """Carries the label in the first script tag that describes the file."""

    formats: Sequence[Format] = (FLV,)
    signatures: Sequence[Signature] = (Signature(((0, b"FLV\x01"),)),)

    def sniff(self, view: View) -> Match | None:
        """Claim by the signature and the version."""
        return Match(FLV, Strength.CONTENT) if view.read_some(0, 4) == b"FLV\x01" else None

    def read(self, view: View) -> Sequence[Slot]:
        """Find labels in the properties of every script tag."""
        return [slot for script, labels in _found(view) for slot in _slots_of(view, script, labels)]

    def write(self, view: View, payload: str) -> Sequence[Edit]:
        """Put the property in its place, and move the places that script data name."""
        found = list(_found(view))
        slots = [slot for script, labels in found for slot in _slots_of(view, script, labels)]
        if len(slots) == 1 and slots[0].official and slots[0].payload == payload:
            return []
        home = next((script for script, _ in found if script.metadata is not None), None)
        edits: list[Edit] = []
        for script, labels in found:
            if script is home or labels:
                edits += _changed(view, script, labels, payload if script is home else None)
        if home is None:
            array = b"\x08\0\0\0\x01" + _named(payload) + amf.END
            new = amf.string(_METADATA.encode()) + array
            edits.append(Edit(flv.start(view), 0, flv.script_tag(new)))
        return edits + _moved([script for script, _ in found], edits)

    def write_at(self, view: View, slot: Slot, payload: str) -> Sequence[Edit]:
        """Edit the label in its string."""
        found = list(_found(view))
        for script, labels in found:
            for entry in labels:
                if slot in list(_slots(view, script, entry)):
                    edit = _rewritten(view, (script, entry), slot, payload)
                    edits = _resized(view, script.tag, [edit])
                    return edits + _moved([item for item, _ in found], edits)
        raise unkept(slot)

    def essence(self, view: View) -> Iterable[Essence]:
        """Yield the tags with pictures, then those with sound."""
        current = None
        for kind, span in interleave.by_stream(partial(_media, view), (flv.VIDEO, flv.AUDIO)):
            if kind != current:
                yield bytes([kind])
                current = kind
            yield span

    def canonical(self, view: View) -> Sequence[Edit]:  # noqa: ARG002 - the contract
        """Return nothing: no padding is left."""
        return []


def _media(view: View) -> Iterator[tuple[int, Span]]:
    return ((tag.type, Span(tag.body, tag.length)) for tag in flv.tags(view))


@frozen(kw_only=True)
class _Script:
    """A script tag and what it holds.

    Args:
        tag: the tag.
        data: its data.
        values: what was read of them.
        name: what they call themselves: their first value.
        metadata: the value that holds the properties of the file.
    """

    tag: flv.Tag
    data: bytes
    values: amf.Script
    name: str
    metadata: amf.Entry | None

    def text(self, entry: amf.Entry) -> str:
        """Return a string's text."""
        return _text(self.data, entry)


def _text(data: bytes, entry: amf.Entry) -> str:
    return data[entry.body : entry.end].decode("utf-8", "replace").rstrip("\0")


def _scripts(view: View) -> Iterator[_Script]:
    count, most = 0, view.limits.items + view.size // _SHORTEST
    for tag in flv.tags(view):
        if tag.type == flv.SCRIPT and not tag.encrypted:
            data = view.read_metadata(tag.body, tag.length, "FLV script data")
            script = _script(tag, data, amf.scan(data, view.limits))
            count += len(script.values.entries)
            check_limit("the number of script values", count, most)
            yield script


def _script(tag: flv.Tag, data: bytes, values: amf.Script) -> _Script:
    tops = {item.top: item for item in values.entries if not item.path}
    first, second = tops.get(0), tops.get(1)
    name = _text(data, first) if first is not None and first.kind == amf.STRING else ""
    is_metadata = (
        name == _METADATA and second is not None and second.kind in (amf.OBJECT, amf.ECMA_ARRAY)
    )
    metadata = second if is_metadata else None
    return _Script(tag=tag, data=data, values=values, name=name, metadata=metadata)


def _found(view: View) -> Iterator[tuple[_Script, list[amf.Entry]]]:
    """Yield every script tag with the strings in it that hold labels."""
    count = 0
    for script in _scripts(view):
        labels = list(_labels(view, script))
        count += len(labels)
        check_limit("the number of labels", count, view.limits.items // 10)
        yield script, labels


def _slots_of(view: View, script: _Script, labels: Iterable[amf.Entry]) -> Iterator[Slot]:
    for label in labels:
        yield from _slots(view, script, label)


def _labels(view: View, script: _Script) -> Iterator[amf.Entry]:
    """Yield the strings that hold a label, or an XMP packet with one."""
    for entry in script.values.entries:
        if entry.kind not in _TEXTS:
            continue
        is_short = entry.end - entry.body <= view.limits.label_bytes
        is_key = entry.named and entry.path[-1].upper() == KEY
        if is_key or (is_short and is_label(script.text(entry))) or _packet(view, script, entry):
            yield entry


def _packet(view: View, script: _Script, entry: amf.Entry) -> bool:
    """Say whether a string is an XMP packet with a label."""
    if (script.name, entry.path) != _XMP:
        return False
    from ailabel.codecs import xmp

    packet = script.data[entry.body : entry.end]
    return bool(xmp.find(packet, xmp.Property(*_PROPERTY), view.limits))


def _slots(view: View, script: _Script, entry: amf.Entry) -> Iterator[Slot]:
    where = "/".join((script.name or "script", *entry.path))
    offset = script.tag.body + entry.start
    raw = script.data[entry.body : entry.end]
    if (script.name, entry.path) == _XMP:
        from ailabel.codecs import xmp

        prop = xmp.Property(*_PROPERTY)
        values = [(item.raw, item.value) for item in xmp.find(raw, prop, view.limits)]
        where = f"{where}/{prop.name}"
    else:
        values = [(raw, script.text(entry))]
    official = script.metadata is not None and entry.top == 1 and entry.path == (KEY,)
    for value, payload in values:
        yield Slot(
            location=where,
            offset=offset,
            raw=value,
            payload=payload,
            site=f"flv.{where}",
            official=official,
        )


# -- writing ---------------------------------------------------------------------------------------


def _named(payload: str) -> bytes:
    return amf.name_field(KEY.encode()) + amf.string(payload.encode())


def _changed(
    view: View, script: _Script, labels: Sequence[amf.Entry], payload: str | None
) -> list[Edit]:
    """Plan the label of one script tag, or none of them, and the sizes of the tag."""
    if not script.values.complete:
        raise PlanError(
            "the script data at byte {offset} are damaged, or hold values of AMF3; write them anew "
            "with the program that made them",
            offset=script.tag.offset,
        )
    edits = [_dropped(view, script, entry) for entry in labels]
    counts: dict[int, int] = {}
    for entry, edit in zip(labels, edits, strict=True):
        if entry.counter is not None and not edit.data:
            counts[entry.counter] = counts.get(entry.counter, 0) - 1
    metadata = script.metadata
    if payload is not None and metadata is not None:
        # some writers end no object; at the front nothing can stand open
        closed = script.data.startswith(amf.END, metadata.close)
        edits.append(Edit(metadata.close if closed else metadata.body, 0, _named(payload)))
        if metadata.kind == amf.ECMA_ARRAY:
            counts[metadata.body - 4] = counts.get(metadata.body - 4, 0) + 1
    for at, change in counts.items():
        count = max(int.from_bytes(script.data[at : at + 4], "big") + change, 0)
        edits.append(Edit(at, 4, min(count, 0xFFFFFFFF).to_bytes(4, "big")))
    return _resized(view, script.tag, edits)


def _dropped(view: View, script: _Script, entry: amf.Entry) -> Edit:
    """Plan taking a label out: the property, the string's text, or the packet's part of it."""
    start, length = entry.start, entry.end - entry.start
    if (script.name, entry.path) == _XMP:
        marker = entry.body - (3 if entry.kind == amf.STRING else 5)
        packet = _vacated(view, script.data[entry.body : entry.end])
        return Edit(marker, entry.end - marker, amf.string(packet, entry.kind))
    return Edit(start, length, b"" if entry.named else amf.string(b""))


def _rewritten(view: View, place: tuple[_Script, amf.Entry], slot: Slot, payload: str) -> Edit:
    """Plan a string with another text in the place of its label."""
    script, entry = place
    marker = entry.body - (3 if entry.kind == amf.STRING else 5)
    packet = script.data[entry.body : entry.end]
    if (script.name, entry.path) == _XMP:
        from ailabel.codecs import xmp
        from ailabel.codecs.xmp_amend import amended

        new = amended(packet, xmp.Property(*_PROPERTY), slot, payload, view.limits)
    else:
        from ailabel.codecs.respell import stored

        new = stored(slot, payload)
    return Edit(marker, entry.end - marker, amf.string(new, entry.kind))


def _vacated(view: View, packet: bytes) -> bytes:
    from ailabel.codecs import xmp

    try:
        return xmp.vacate(packet, xmp.Property(*_PROPERTY), view.limits)
    except MalformedFileError as error:
        raise PlanError("an old label stands in a damaged XMP packet; repair it first") from error


def _resized(view: View, tag: flv.Tag, edits: Iterable[Edit]) -> list[Edit]:
    """Put edits of script data into the file, with the sizes of their tag."""
    placed = [Edit(tag.body + edit.offset, edit.length, edit.data) for edit in edits]
    length = tag.length + sum(len(edit.data) - edit.length for edit in placed)
    if length > flv.LONGEST:
        raise PlanError("the FLV script data would become too large")
    if length != tag.length:
        placed.append(Edit(tag.offset + 1, 3, length.to_bytes(3, "big")))
        behind = min(4, view.size - tag.end)
        placed.append(Edit(tag.end, behind, (flv.TAG_HEADER + length).to_bytes(4, "big")))
    return placed


def _moved(scripts: Iterable[_Script], edits: Sequence[Edit]) -> list[Edit]:
    """Plan the places and sizes that script data name, for a file that changes like this."""
    shift = _Shift.of(edits)
    found: list[Edit] = []
    for script in scripts:
        for entry in script.values.entries:
            is_size = entry.path in _SIZES
            if entry.kind not in (amf.NUMBER, amf.NUMBERS) or entry.path not in _PLACES:
                continue
            old = script.data[entry.body : entry.end]
            width = _DOUBLE if entry.kind == amf.NUMBER else _DOUBLE + 1  # behind its marker
            new = b"".join(
                shift.moved(old[at : at + width], is_size=is_size)
                for at in range(0, len(old), width)
            )
            if new != old:
                found.append(Edit(script.tag.body + entry.body, len(old), new))
    return found


@frozen
class _Shift:
    """How far edits move what stands behind them."""

    starts: tuple[int, ...]
    growths: tuple[int, ...]

    @classmethod
    def of(cls, edits: Iterable[Edit]) -> _Shift:
        """Sum up edits."""
        ordered = sorted(edits, key=lambda edit: edit.offset)
        sizes = (len(edit.data) - edit.length for edit in ordered)
        return cls(tuple(edit.offset for edit in ordered), tuple(accumulate(sizes, initial=0)))

    def moved(self, number: bytes, *, is_size: bool) -> bytes:
        """Return a number, perhaps with its marker, as it is once the file has changed."""
        value: float = struct.unpack(">d", number[-_DOUBLE:])[0]
        if not math.isfinite(value) or value < 0:
            return number
        growth = self.growths[-1 if is_size else bisect_right(self.starts, value)]
        return number[:-_DOUBLE] + struct.pack(">d", value + growth)


CARRIER: Final = FlvCarrier()
