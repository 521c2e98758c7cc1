"""ASF (WMA, WMV): the label is the attribute ``AIGC`` of the extended content description.

No guide names a place; ffmpeg and mutagen write and read this one. Behind the description `write`
leaves a padding object that fills whole units of 2048 bytes with the attribute, so that later
labels find room. Nothing in the file names a place by its offset; what stands behind may move.

The essence is, for each stream in order, the payloads of its packets one behind the other.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from itertools import zip_longest
from typing import TYPE_CHECKING, Final

from ailabel.codecs import asf, interleave
from ailabel.errors import MalformedFileError, PlanError
from ailabel.io.source import check_limit
from ailabel.io.splice import Edit
from ailabel.model.media import Format, Match, Medium, Strength
from ailabel.spi import Essence, Signature, Slot, unkept
from ailabel.standard.schema import is_label
from ailabel.standard.slots import KEY, XMP_PREFIX, XMP_PROPERTY, XMP_URI
from ailabel.values import frozen

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from ailabel.io.source import View

__all__ = ["CARRIER", "AsfCarrier"]

WMV: Final = Format(
    id="wmv",
    name="Windows Media video",
    medium=Medium.VIDEO,
    suffixes=(".wmv", ".asf"),
    mime="video/x-ms-wmv",
)
WMA: Final = Format(
    id="wma",
    name="Windows Media audio",
    medium=Medium.AUDIO,
    suffixes=(".wma",),
    mime="audio/x-ms-wma",
)
_PROPERTY: Final = (XMP_URI, XMP_PREFIX, XMP_PROPERTY)
_SOUND: Final = bytes.fromhex("409e69f84d5bcf11a8fd00805f5c442b")  # [ASF 10.4]
_TEXT: Final = 0
_BYTES: Final = 1
_LONGEST: Final = 0xFFFF  # a value's length has 16 bits
_UNIT: Final = 2048
_OBJECT: Final = 24
_FILE_SIZE: Final = 40  # where the file properties keep the size of the file
_COUNT: Final = 24  # where the header keeps the number of its objects
_RECORD: Final = 12  # language, stream, lengths and type of a record of metadata
_WITH_ATTRIBUTES: Final = {
    asf.EXTENDED: "Extended Content Description",
    asf.METADATA: "Metadata",
    asf.LIBRARY: "Metadata Library",
}
_CONTENT_NAMES: Final = ("Title", "Author", "Copyright", "Description", "Rating")


class AsfCarrier:
    """Carries the label in the header."""

    formats: Sequence[Format] = (WMV, WMA)
    signatures: Sequence[Signature] = (Signature(((0, asf.HEADER),)),)

    def sniff(self, view: View) -> Match | None:
        """Claim by the header; the types of the streams tell sound from video."""
        if view.read_some(0, 16) != asf.HEADER:
            return None
        try:
            types = {
                view.read_some(item.body, 16)
                for item in asf.header(view)[1]
                if item.id == asf.STREAM
            }
        except MalformedFileError:
            types = set()
        return Match(WMA if types == {_SOUND} else WMV, Strength.CONTENT)

    def read(self, view: View) -> Sequence[Slot]:
        """Find labels in the attributes of the header, its texts, and XMP."""
        found = [slot for holder in _holders(view) for slot in holder.slots]
        check_limit("the number of labels", len(found), view.limits.items // 10)
        return found

    def write(self, view: View, payload: str) -> Sequence[Edit]:
        """Put the attribute into the description, or into a new one at the end of the header."""
        slots = self.read(view)
        if len(slots) == 1 and slots[0].official and slots[0].payload == payload:
            return []
        _refuse_signed(view)
        entry = _attribute(payload)
        place = _place(view)
        edits = [
            edit
            for holder in _holders(view)
            if holder.object != place.description
            for edit in _vacated(view, holder.object)
        ]
        body = entry
        count = 1
        if place.description is not None:
            kept = [item.raw for item in _attributes(view, place.description) if item.slot is None]
            body = b"".join((*kept, entry))
            count += len(kept)
        if count > _LONGEST:
            raise PlanError("the ASF description holds too many attributes")
        new = asf.object_bytes(asf.EXTENDED, count.to_bytes(2, "little") + body)
        new += asf.object_bytes(asf.PADDING, bytes(_share(len(entry)) - _OBJECT))
        edits.append(Edit(place.position, place.length, new))
        return edits + _resized(view, edits, added=2 - place.objects)

    def write_at(self, view: View, slot: Slot, payload: str) -> Sequence[Edit]:
        """Edit the label in its attribute or text; our padding object stays as it should be.

        Raises:
            PlanError: the header is signed, or sizes around the label would have to change that are
                not followed.
        """
        _refuse_signed(view)
        holder = next(item for item in _holders(view) if slot in item.slots)
        if holder.object.id == asf.EXTENDED:
            edits = _respelt_attribute(view, holder.object, slot, payload)
        elif holder.object.id == asf.CONTENT:
            edits = [_respelt_text(view, holder.object, slot, payload)]
        else:
            raise unkept(slot)
        return edits + _resized(view, edits, added=0)

    def essence(self, view: View) -> Iterable[Essence]:
        """Yield the payloads of one stream after the other."""
        for _, span in interleave.by_stream(partial(asf.payloads, view), range(1, 128)):
            yield span

    def canonical(self, view: View) -> Sequence[Edit]:
        """Drop our padding object."""
        padding = _place(view).padding
        if padding is None:
            return []
        edit = Edit(padding.offset, padding.length, b"")
        return [edit, *_resized(view, [edit], added=-1)]


# -- our attribute ---------------------------------------------------------------------------------


@frozen(kw_only=True)
class _Place:
    """The description that the label goes into, and the padding behind it if that is ours."""

    position: int
    description: asf.Object | None = None
    padding: asf.Object | None = None

    @property
    def length(self) -> int:
        """How many bytes both take."""
        return sum(item.length for item in (self.description, self.padding) if item)

    @property
    def objects(self) -> int:
        """How many of the two are there."""
        return sum(item is not None for item in (self.description, self.padding))


def _place(view: View) -> _Place:
    top, objects = asf.header(view)
    for item, following in zip_longest(objects, objects[1:]):
        if item.id == asf.EXTENDED:
            attributes = list(_attributes(view, item))
            own = None
            if attributes and attributes[-1].name == KEY and following is not None:
                is_ours = following.length == _share(len(attributes[-1].raw))
                own = following if is_ours and following.id == asf.PADDING else None
            return _Place(position=item.offset, description=item, padding=own)
    return _Place(position=top.end)


def _refuse_signed(view: View) -> None:
    if any(item.id == asf.SIGNATURE for item in asf.header(view)[1]):
        raise PlanError("the header of the file is signed, so no label can be put into it")


def _respelt_attribute(view: View, item: asf.Object, slot: Slot, payload: str) -> list[Edit]:
    """Plan a description with another text in the place of an attribute's."""
    attributes = list(_attributes(view, item))
    at = next(
        index
        for index, entry in enumerate(attributes)
        if entry.slot is not None and entry.slot.offset == slot.offset
    )
    head = attributes[at].raw[: -len(slot.raw) - 2] if slot.raw else b""
    value = _stored(slot, payload, int.from_bytes(head[-2:], "little"))
    raws = [entry.raw for entry in attributes]
    raws[at] = head + len(value).to_bytes(2, "little") + value
    new = asf.object_bytes(asf.EXTENDED, len(raws).to_bytes(2, "little") + b"".join(raws))
    place, length = _place(view), item.length
    if item == place.description and place.padding is not None and at == len(raws) - 1:
        new += asf.object_bytes(asf.PADDING, bytes(_share(len(raws[at])) - _OBJECT))
        length = place.length
    return [Edit(item.offset, length, new)]


def _respelt_text(view: View, item: asf.Object, slot: Slot, payload: str) -> Edit:
    """Plan a content description with another text in the place of one."""
    data, start = _data(view, item), slot.offset - item.body
    sizes = [data[2 * index : 2 * index + 2] for index in range(len(_CONTENT_NAMES))]
    at = _CONTENT_NAMES.index(slot.location.rpartition(" ")[2])
    value = _stored(slot, payload, _TEXT)
    sizes[at] = len(value).to_bytes(2, "little")
    texts = data[2 * len(sizes) : start] + value + data[start + len(slot.raw) :]
    return Edit(item.offset, item.length, asf.object_bytes(asf.CONTENT, b"".join(sizes) + texts))


def _stored(slot: Slot, payload: str, kind: int) -> bytes:
    """Return a value with another text, as long as its size can say."""
    from ailabel.codecs.respell import stored

    value = stored(slot, payload, "utf-16-le" if kind == _TEXT else "utf-8")
    if len(value) > _LONGEST:
        raise unkept(slot)
    return value


def _share(length: int) -> int:
    """Return how long our padding object behind an attribute is."""
    return _OBJECT + -(length + _OBJECT) % _UNIT


def _attribute(payload: str) -> bytes:
    name, value = (f"{text}\0".encode("utf-16-le") for text in (KEY, payload))
    if len(value) > _LONGEST:
        raise PlanError("the label is too long for an ASF attribute")
    sizes = (len(value)).to_bytes(2, "little")
    return len(name).to_bytes(2, "little") + name + b"\0\0" + sizes + value


def _resized(view: View, edits: Iterable[Edit], *, added: int) -> list[Edit]:
    """Plan the sizes and the number of objects that the header states."""
    top, objects = asf.header(view)
    growth = sum(len(edit.data) - edit.length for edit in edits)
    fields = [(16, 8, top.length + growth)]
    count = int.from_bytes(view.read(_COUNT, 4), "little")
    fields.append((_COUNT, 4, min(max(count + added, 0), 0xFFFFFFFF)))
    for item in objects:
        if item.id == asf.FILE and item.length >= _FILE_SIZE + 8:
            size = int.from_bytes(view.read(item.offset + _FILE_SIZE, 8), "little")
            new = max(size + growth, 0) if size else 0  # of a broadcast it is not known
            fields.append((item.offset + _FILE_SIZE, 8, min(new, (1 << 64) - 1)))
    made = [Edit(offset, width, value.to_bytes(width, "little")) for offset, width, value in fields]
    return [edit for edit in made if view.read(edit.offset, edit.length) != edit.data]


# -- labels in any place ---------------------------------------------------------------------------


@frozen(kw_only=True)
class _Item:
    """One attribute: its name, its bytes, and the slot that it is if it holds a label."""

    name: str
    raw: bytes
    slot: Slot | None


@frozen
class _Holder:
    """An object with labels in it."""

    object: asf.Object
    slots: tuple[Slot, ...]


def _holders(view: View) -> Iterator[_Holder]:
    objects = asf.header(view)[1]
    extensions = [item for item in objects if item.id == asf.EXTENSION]
    everything = [
        *objects,
        *(item for extension in extensions for item in asf.inner(view, extension)),
        *(item for item in asf.top_level(view) if item.id == asf.XMP and item.end <= view.size),
    ]
    first = next((item for item in objects if item.id == asf.EXTENDED), None)
    count = 0
    for item in sorted(everything, key=lambda item: item.offset):
        if item.id in _WITH_ATTRIBUTES:
            count += int.from_bytes(
                view.read_some(item.body, min(2, item.length - _OBJECT)), "little"
            )
            check_limit("the number of ASF attributes", count, view.limits.items // 2)
        slots = tuple(_slots(view, item, is_first=item == first))
        if slots:
            yield _Holder(item, slots)


def _slots(view: View, item: asf.Object, *, is_first: bool) -> Iterator[Slot]:
    if item.id in _WITH_ATTRIBUTES:
        for entry in _attributes(view, item):
            if entry.slot is not None:
                is_key = is_first and entry.name == KEY
                yield replace(entry.slot, official=entry.slot.official and is_key)
    elif item.id == asf.CONTENT:
        yield from (slot for slot, _ in _texts(view, item))
    elif item.id == asf.XMP:
        yield from _xmp_slots(view, item)


def _data(view: View, item: asf.Object) -> bytes:
    return view.read_metadata(item.body, item.length - _OBJECT, "an ASF object")


def _text(raw: bytes, kind: int) -> str:
    coding = "utf-16-le" if kind == _TEXT else "utf-8"
    return raw.decode(coding, "replace").rstrip("\0")


def _attributes(view: View, item: asf.Object) -> Iterator[_Item]:
    """Walk the attributes of a description, or the records of metadata [ASF 3.11, 4.7, 4.8].

    Raises:
        MalformedFileError: one runs past the end of its object.
    """
    data = _data(view, item)
    at, head = 2, 0 if item.id == asf.EXTENDED else _RECORD
    for _ in range(int.from_bytes(data[:2], "little")):
        start = at
        if head:  # lengths and type before the name
            sizes = (data[at + 4 : at + 6], data[at + 6 : at + 8], data[at + 8 : at + 12])
            length, kind, size = (int.from_bytes(part, "little") for part in sizes)
            at += head
            name = data[at : at + length]
            at += length
        else:
            length = int.from_bytes(data[at : at + 2], "little")
            name = data[at + 2 : at + 2 + length]
            at += 2 + length + 4
            kind = int.from_bytes(data[at - 4 : at - 2], "little")
            size = int.from_bytes(data[at - 2 : at], "little")
        at += size
        if at > len(data):
            raise MalformedFileError("an ASF attribute is cut short", offset=item.body + start)
        place = item.body + start
        yield _item(item, _text(name, _TEXT), data[start:at], (kind, data[at - size : at], place))


def _item(item: asf.Object, name: str, raw: bytes, value: tuple[int, bytes, int]) -> _Item:
    kind, stored, offset = value
    text = _text(stored, kind) if kind in (_TEXT, _BYTES) else ""
    is_key = name.upper() == KEY and kind in (_TEXT, _BYTES) and item.id == asf.EXTENDED
    if not is_key and not is_label(text):
        return _Item(name=name, raw=raw, slot=None)
    where = f"{_WITH_ATTRIBUTES[item.id]} {name}"
    slot = Slot(
        location=where,
        offset=offset,
        raw=stored,
        payload=text,
        site=f"asf.{where.replace(' ', '/')}",
        official=kind == _TEXT,
    )
    return _Item(name=name, raw=raw, slot=slot)


def _texts(view: View, item: asf.Object) -> Iterator[tuple[Slot, Edit]]:
    """Yield the labels among the texts of a content description, and what blanks them."""
    data = _data(view, item)
    at = 2 * len(_CONTENT_NAMES)
    for index, name in enumerate(_CONTENT_NAMES):
        size = int.from_bytes(data[2 * index : 2 * index + 2], "little")
        raw = data[at : at + size]
        text = _text(raw, _TEXT)
        if len(raw) == size and is_label(text):
            slot = Slot(
                location=f"Content Description {name}",
                offset=item.body + at,
                raw=raw,
                payload=text,
                site=f"asf.Content/{name}",
                official=False,
            )
            yield slot, Edit(item.body + at, size, bytes(size))
        at += size


def _xmp_slots(view: View, item: asf.Object) -> Iterator[Slot]:
    from ailabel.codecs import xmp

    prop = xmp.Property(*_PROPERTY)
    for found in xmp.find(_data(view, item), prop, view.limits):
        yield Slot(
            location=f"XMP object, {prop.name}",
            offset=item.offset,
            raw=found.raw,
            payload=found.value,
            site=f"asf.XMP/{prop.name}",
            official=False,
        )


def _vacated(view: View, item: asf.Object) -> list[Edit]:
    """Plan an object without the labels in it."""
    if item.id == asf.CONTENT:
        return [edit for _, edit in _texts(view, item)]
    if item.id == asf.XMP:
        return [Edit(item.body, item.length - _OBJECT, _packet(view, item))]
    kept = [entry.raw for entry in _attributes(view, item) if entry.slot is None]
    new = asf.object_bytes(item.id, len(kept).to_bytes(2, "little") + b"".join(kept))
    if item.id != asf.EXTENDED:  # what is freed is padded, so that the sizes around it hold
        new += asf.object_bytes(asf.PADDING, bytes(item.length - len(new) - _OBJECT))
    return [Edit(item.offset, item.length, new)]


def _packet(view: View, item: asf.Object) -> bytes:
    from ailabel.codecs import xmp

    try:
        packet = xmp.vacate(_data(view, item), xmp.Property(*_PROPERTY), view.limits)
    except MalformedFileError as error:
        raise PlanError("an old label stands in a damaged XMP packet; repair it first") from error
    return packet.ljust(item.length - _OBJECT)


CARRIER: Final = AsfCarrier()
