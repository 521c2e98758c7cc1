"""The implicit label in PNG and APNG: the XMP property in an iTXt chunk, and what else is met.

Chunks follow [PNG3 5.3]; XMP stands in an uncompressed iTXt chunk [XMP3 1.1.5], Exif in eXIf
[PNG3 11.3.4.5]. Walking a file reads its chunk headers and its metadata, never its pixels.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Final

from ailabel.codecs import png
from ailabel.errors import AilabelError, MalformedFileError, PlanError
from ailabel.io.source import check_limit
from ailabel.io.splice import Edit, apply
from ailabel.model.media import Format, Match, Medium, Strength
from ailabel.spi import Signature, Slot, Span
from ailabel.standard.slots import KEY, XMP_PREFIX, XMP_PROPERTY, XMP_URI

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ailabel.codecs.tiff import ExifText
    from ailabel.codecs.xmp import Property
    from ailabel.io.source import View
    from ailabel.spi import Carrier, Essence

__all__ = ["CARRIER"]

_FORMAT: Final = Format(
    id="png", name="PNG", medium=Medium.IMAGE, suffixes=(".png", ".apng"), mime="image/png"
)
_PACKET: Final = "XML:com.adobe.xmp"  # [XMP3 1.1.5]
_PACKET_HEAD: Final = _PACKET.encode() + bytes(5)  # uncompressed, no language, no translation
_UNCOMPRESSED: Final = b"\0\0"
_PIXELS: Final = (b"IHDR", b"PLTE", b"tRNS", b"acTL", b"fcTL", b"IDAT", b"fdAT")
_NUMBERED: Final = (b"fcTL", b"fdAT")  # they begin with a sequence number [PNG3 11.3.6]
_SEQUENCE: Final = 4


class _Kind(Enum):
    """What a chunk that may hold a label is, which decides how the label is taken out."""

    PACKET = "packet"
    """An XMP packet: the property is taken out."""
    OWN = "own"
    """Nothing but the label: the chunk is taken out."""
    EXIF = "exif"
    """Exif: the text is overwritten."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """One chunk that holds labels, or may take one."""

    kind: _Kind
    chunk: png.Chunk
    slots: tuple[Slot, ...]
    text: png.Text | None = None

    @property
    def is_official(self) -> bool:
        """Whether it is of the kind that the official slot is."""
        return _is_official(self.chunk, self.text) if self.kind is _Kind.PACKET else False


class _Png:
    """The carrier of PNG."""

    formats: Sequence[Format] = (_FORMAT,)
    signatures: Sequence[Signature] = (Signature(((0, png.SIGNATURE),)),)

    def sniff(self, view: View) -> Match | None:
        """Claim every file that begins with PNG's signature."""
        if view.read_some(0, len(png.SIGNATURE)) != png.SIGNATURE:
            return None
        return Match(_FORMAT, Strength.CONTENT)

    def read(self, view: View) -> Sequence[Slot]:
        """Find the labels in all chunks, those behind the pixels too."""
        return [slot for place in _places(view) for slot in place.slots]

    def write(self, view: View, payload: str) -> Sequence[Edit]:
        """Put the label into the file's XMP packet, or into a new one right behind IHDR."""
        places = list(_places(view))
        target = _target(places)
        edits = [_cleared(view, place) for place in places if place.slots and place is not target]
        if target is None:
            edits.append(_new_packet(view, payload))
        else:
            edits += _merged(view, target, payload)
        return edits

    def essence(self, view: View) -> Iterator[Essence]:
        """Yield what decides the pixels; the data of IDAT and fdAT chunks without their framing."""
        last = b""
        for chunk in png.chunks(view):
            if chunk.type not in _PIXELS:
                continue
            if chunk.type != last:
                yield chunk.type
                last = chunk.type
            skip = min(_SEQUENCE, chunk.length) if chunk.type in _NUMBERED else 0
            yield Span(chunk.body + skip, chunk.length - skip)

    def canonical(self, view: View) -> Sequence[Edit]:
        """Drop the padding of the packets that are our own."""
        from ailabel.codecs import xmp

        edits = []
        for place in _places(view):
            if place.text is None or not place.is_official:
                continue
            data = xmp.compact(place.text.data)
            if data != place.text.data:
                edits.append(_replacement(place.chunk, place.text.head + data))
        return edits


CARRIER: Final[Carrier] = _Png()


# -- reading -------------------------------------------------------------------------------------


def _places(view: View) -> Iterator[_Place]:
    for chunk in png.chunks(view):
        if chunk.type in png.TEXT_CHUNKS:
            place = _text_place(view, chunk)
        elif chunk.type == b"eXIf":
            place = _exif_place(view, chunk)
        elif chunk.type.upper() == KEY.encode():
            place = _private_place(view, chunk)
        else:
            continue
        if place is not None:
            yield place


def _text_place(view: View, chunk: png.Chunk) -> _Place | None:
    keyword = png.keyword(view, chunk)
    if keyword.casefold() == _PACKET.casefold():
        return _packet_place(view, chunk)
    site = f"{chunk.type.decode()}[{keyword}]"
    if keyword.strip().upper() == KEY:
        text = png.read_text(view, chunk)
        check_limit("a label", len(text.data), view.limits.label_bytes)
    else:
        labelled = _labelled(view, chunk)
        if labelled is None:
            return None
        text = labelled
    slot = _slot(chunk, site, text.stored, text.text)
    return _Place(kind=_Kind.OWN, chunk=chunk, slots=(slot,), text=text)


def _labelled(view: View, chunk: png.Chunk) -> png.Text | None:
    """Return the text of a chunk of general use when it holds a label; long texts never do."""
    from ailabel.standard.schema import is_label

    limit = view.limits.label_bytes
    if chunk.length > 2 * limit:
        return None
    try:
        text = png.read_text(view, chunk, limit)
    except AilabelError:  # it is not ours, so its damage is none of our business
        return None
    return text if is_label(text.text) else None


def _packet_place(view: View, chunk: png.Chunk) -> _Place:
    from ailabel.codecs import xmp

    text = png.read_text(view, chunk)
    official = _is_official(chunk, text)
    slots = []
    for found in xmp.find(text.data, _property(), view.limits):
        check_limit("a label", len(found.raw), view.limits.label_bytes)
        name = f"{chunk.type.decode()}[{text.keyword}]/{XMP_PREFIX}:{XMP_PROPERTY}"
        raw = text.stored if text.compressed else found.raw
        slots.append(
            _slot(chunk, name, raw, found.value, official=official and found.form != "damaged")
        )
    return _Place(kind=_Kind.PACKET, chunk=chunk, slots=tuple(slots), text=text)


def _exif_place(view: View, chunk: png.Chunk) -> _Place | None:
    slots = tuple(
        _slot(chunk, f"eXIf/{found.location}", found.raw, found.text)
        for found in _exif_labels(view.read_metadata(chunk.body, chunk.length, "Exif"), view)
    )
    return _Place(kind=_Kind.EXIF, chunk=chunk, slots=slots) if slots else None


def _exif_labels(exif: bytes, view: View) -> list[ExifText]:
    from ailabel.codecs import tiff
    from ailabel.standard.schema import is_label

    limit = view.limits.label_bytes
    return [
        found
        for found in tiff.texts(exif, view.limits)
        if found.length <= 2 * limit and is_label(found.text)
    ]


def _private_place(view: View, chunk: png.Chunk) -> _Place:
    check_limit("a label", chunk.length, view.limits.label_bytes)
    raw = view.read(chunk.body, chunk.length, "a PNG chunk")
    slot = _slot(chunk, chunk.type.decode(), raw, raw.decode("utf-8", "replace"))
    return _Place(kind=_Kind.OWN, chunk=chunk, slots=(slot,))


def _slot(
    chunk: png.Chunk, location: str, raw: bytes, payload: str, *, official: bool = False
) -> Slot:
    return Slot(
        location=location,
        offset=chunk.offset,
        raw=raw,
        payload=payload,
        site=f"png.{location}",
        official=official,
    )


def _is_official(chunk: png.Chunk, text: png.Text | None) -> bool:
    return (
        text is not None
        and chunk.type == b"iTXt"
        and text.keyword == _PACKET
        and not text.compressed
    )


def _property() -> Property:
    from ailabel.codecs.xmp import Property

    return Property(XMP_URI, XMP_PREFIX, XMP_PROPERTY)


# -- writing -------------------------------------------------------------------------------------


def _target(places: Sequence[_Place]) -> _Place | None:
    """Choose the packet that takes the label: an official one, else a compressed iTXt."""
    packets = [
        place for place in places if place.kind is _Kind.PACKET and place.chunk.type == b"iTXt"
    ]
    official = [place for place in packets if place.is_official]
    return next(iter(official or packets), None)


def _new_packet(view: View, payload: str) -> Edit:
    from ailabel.codecs import xmp

    # before the pixels, so that a reader that stops at them finds it [XMP3 1.1.5]
    header = next((chunk for chunk in png.chunks(view) if chunk.type == b"IHDR"), None)
    if header is None:
        raise MalformedFileError("PNG chunk {name} is missing", name="IHDR")
    packet = xmp.new_packet(_property(), payload)
    return Edit(header.end, 0, png.chunk(b"iTXt", _PACKET_HEAD + packet))


def _merged(view: View, place: _Place, payload: str) -> list[Edit]:
    """Put the label into an existing packet, which is stored uncompressed from then on."""
    from ailabel.codecs import xmp

    text = place.text
    if text is None:
        return []
    try:
        packet = xmp.put(text.data, _property(), payload, view.limits)
    except MalformedFileError as error:
        raise _unreadable(place) from error
    if packet == text.data and place.is_official:
        return []
    _, _, rest = text.head.partition(b"\0")
    head = _PACKET.encode() + b"\0" + _UNCOMPRESSED + rest[len(_UNCOMPRESSED) :]
    return [_replacement(place.chunk, head + packet)]


def _cleared(view: View, place: _Place) -> Edit:
    """Take the label out of a chunk, and the chunk out of the file where it holds nothing else."""
    if place.kind is _Kind.OWN:
        return Edit(place.chunk.offset, place.chunk.end - place.chunk.offset, b"")
    if place.kind is _Kind.EXIF:
        from ailabel.codecs import tiff

        exif = view.read(place.chunk.body, place.chunk.length, "Exif")
        edits = {tiff.blank(found) for found in _exif_labels(exif, view)}
        return _replacement(place.chunk, apply(exif, edits))
    from ailabel.codecs import xmp

    text = place.text
    if text is None:
        raise _unreadable(place)
    try:
        return _replacement(
            place.chunk, text.repack(xmp.vacate(text.data, _property(), view.limits))
        )
    except MalformedFileError as error:
        raise _unreadable(place) from error


def _unreadable(place: _Place) -> PlanError:
    return PlanError(
        "the XMP packet at byte {offset} is damaged, so no label can be put into it; repair it, "
        "or take it out with the program that wrote it",
        offset=place.chunk.offset,
    )


def _replacement(chunk: png.Chunk, data: bytes) -> Edit:
    return Edit(chunk.offset, chunk.end - chunk.offset, png.chunk(chunk.type, data))
