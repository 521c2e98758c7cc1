"""The implicit label in PNG and APNG: the XMP property in an iTXt chunk, and what else is met.

Chunks follow [PNG3 5.3]; XMP stands in an uncompressed iTXt chunk [XMP3 1.1.5], Exif in eXIf
[PNG3 11.3.4.5]. Walking a file reads its chunk headers and its metadata, never its pixels.
"""

from __future__ import annotations

from dataclasses import replace
from enum import Enum
from typing import TYPE_CHECKING, Final

from ailabel.codecs import png
from ailabel.errors import LimitExceededError, MalformedFileError, PlanError
from ailabel.io.source import check_limit
from ailabel.io.splice import Edit
from ailabel.model.media import Format, Match, Medium, Strength
from ailabel.spi import Mention, Signature, Slot, Span, no_packet, unkept
from ailabel.standard.slots import KEY, XMP_PREFIX, XMP_PROPERTY, XMP_URI
from ailabel.values import frozen

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from ailabel.codecs.tiff import ExifText
    from ailabel.codecs.xmp import Property
    from ailabel.io.source import Limits, View
    from ailabel.spi import Carrier, Essence

__all__ = ["CARRIER"]

_FORMAT: Final = Format(
    id="png", name="PNG", medium=Medium.IMAGE, suffixes=(".png", ".apng"), mime="image/png"
)
_PACKET: Final = "XML:com.adobe.xmp"  # [XMP3 1.1.5]
_PACKET_HEAD: Final = _PACKET.encode() + bytes(5)  # uncompressed, no language, no translation
_PROFILES: Final = ("raw profile type xmp", "raw profile type exif", "raw profile type app1")
_EXIF_HEAD: Final = b"Exif\0\0"
_PROFILE_HEADS: Final = (_EXIF_HEAD, b"http://ns.adobe.com/xap/1.0/\0")  # of JPEG's APP1
_PIXELS: Final = (b"IHDR", b"PLTE", b"tRNS", b"acTL", b"fcTL", b"IDAT", b"fdAT")
_NUMBERED: Final = (b"fcTL", b"fdAT")  # they begin with a sequence number [PNG3 11.3.6]
_SEQUENCE: Final = 4


class _Kind(Enum):
    """What a chunk that may hold a label is, which decides how the label is taken out."""

    PACKET = "packet"
    """The XMP packet of the file, which takes the label."""
    STRAY = "stray"
    """An XMP packet elsewhere: the property is taken out."""
    EXIF = "exif"
    """Exif: the text is overwritten."""
    OWN = "own"
    """Nothing but the label: the chunk is taken out."""


@frozen(kw_only=True)
class _Place:
    """One chunk that holds labels, or may take one.

    Args:
        kind: what it is.
        chunk: where it stands.
        slots: its labels.
        mentions: traces of vendors in its Exif.
        data: the XMP packet or the Exif that it holds.
        wrap: makes the chunk's data from a changed packet or Exif.
        stored: what stands in the file for `data` where it is compressed or written as hex.
    """

    kind: _Kind
    chunk: png.Chunk
    slots: tuple[Slot, ...] = ()
    mentions: tuple[Mention, ...] = ()
    data: bytes = b""
    wrap: Callable[[bytes], bytes] = bytes
    stored: bytes = b""

    def replaced(self, data: bytes) -> Edit:
        """Return the edit that puts another packet or Exif into the chunk."""
        return Edit(
            self.chunk.offset,
            self.chunk.end - self.chunk.offset,
            png.chunk(self.chunk.type, self.wrap(data)),
        )


class _Png:
    """The carrier of PNG."""

    formats: Sequence[Format] = (_FORMAT,)
    signatures: Sequence[Signature] = (Signature(((0, png.SIGNATURE),)),)

    def sniff(self, view: View) -> Match | None:
        """Claim every file that begins with PNG's signature."""
        if view.read_some(0, len(png.SIGNATURE)) != png.SIGNATURE:
            return None
        return Match(_FORMAT, Strength.CONTENT)

    def read(self, view: View) -> Sequence[Slot | Mention]:
        """Find the labels in all chunks, those behind the pixels too, and vendors' traces."""
        found: list[Slot | Mention] = []
        for place in _places(view):
            found += (*place.slots, *place.mentions)
        return found

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

    def write_annex_b(self, view: View, payload: str) -> Sequence[Edit]:
        """Put the label into the file's tEXt chunk AIGC, or into a new one right behind IHDR."""
        places = list(_places(view))
        target = next((place for place in places if _is_annex_b(view, place)), None)
        data = png.chunk(b"tEXt", KEY.encode() + b"\0" + payload.encode())
        edits = [_cleared(view, place) for place in places if place.slots and place is not target]
        if target is None:
            edits.append(Edit(_header(view).end, 0, data))
        elif _bytes(view, target.chunk) != data:
            edits.append(Edit(target.chunk.offset, target.chunk.end - target.chunk.offset, data))
        return edits

    def write_at(self, view: View, slot: Slot, payload: str) -> Sequence[Edit]:
        """Edit the label in its chunk."""
        for place in _places(view):
            if slot in place.slots:
                return [_rewritten(view, place, slot, payload)]
        raise unkept(slot)

    def rewrite_packet(self, view: View, change: Callable[[bytes], bytes]) -> Sequence[Edit]:
        """Change the XMP packet that the label stands in."""
        target = _target(list(_places(view)))
        if target is None:
            raise no_packet()
        packet = change(target.data)
        return [target.replaced(packet)] if packet != target.data else []

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

        return [
            place.replaced(packet)
            for place in _places(view)
            if place.kind is _Kind.PACKET
            and not place.stored
            and (packet := xmp.compact(place.data)) != place.data
        ]


CARRIER: Final[Carrier] = _Png()


# -- reading -------------------------------------------------------------------------------------


class _Inflated:
    """Counts what the texts of a file inflate to, so that many small chunks cost no more than one.

    Args:
        limits: `Limits.inflate_bytes` holds for all of them together.
    """

    def __init__(self, limits: Limits) -> None:
        self._limit = limits.inflate_bytes
        self._total = 0

    def count(self, chunk: png.Chunk, length: int) -> None:
        """Count a text that came out of a chunk; what is not longer than its chunk is no gain."""
        self._total += max(0, length - chunk.length)
        check_limit("the compressed text of the PNG", self._total, self._limit)


def _places(view: View) -> Iterator[_Place]:
    inflated = _Inflated(view.limits)
    for chunk in png.chunks(view, pixels=False):
        if chunk.type in png.TEXT_CHUNKS:
            place = _text_place(view, chunk, inflated)
        elif chunk.type == b"eXIf":
            exif = view.read_metadata(chunk.body, chunk.length, "Exif")
            place = _Place(kind=_Kind.EXIF, chunk=chunk, data=exif)
            place = _with_texts(view, place, "eXIf")
        elif chunk.type.upper() == KEY.encode():
            place = _private_place(view, chunk)
        else:
            continue
        if place is not None and (place.slots or place.mentions or place.kind is _Kind.PACKET):
            yield place


def _text_place(view: View, chunk: png.Chunk, inflated: _Inflated) -> _Place | None:
    keyword = png.keyword(view, chunk)
    name = keyword.casefold()
    is_packet, is_key = name == _PACKET.casefold(), keyword.strip().upper() == KEY
    if not (is_packet or is_key or name in _PROFILES):
        return _other_place(view, chunk, inflated)
    text = png.read_text(view, chunk)
    inflated.count(chunk, len(text.data))
    if is_packet:
        return _packet_place(view, chunk, text)
    if not is_key:
        return _profile_place(view, chunk, text)
    check_limit("a label", len(text.data), view.limits.label_bytes)
    return _own_place(chunk, text)


def _own_place(chunk: png.Chunk, text: png.Text) -> _Place:
    slot = _slot(chunk, _name(chunk, text.keyword), text.stored, text.text)
    return _Place(kind=_Kind.OWN, chunk=chunk, slots=(slot,))


def _other_place(view: View, chunk: png.Chunk, inflated: _Inflated) -> _Place | None:
    """Read a chunk of general use, which may hold a label; long texts never do."""
    from ailabel.standard.schema import is_label

    limit = view.limits.label_bytes
    if chunk.length > 2 * limit:
        return None
    try:
        text = png.read_text(view, chunk, limit)
    except LimitExceededError:
        inflated.count(chunk, limit)
        return None
    except MalformedFileError:  # it is not ours, so its damage is none of our business
        return None
    inflated.count(chunk, len(text.data))
    return _own_place(chunk, text) if is_label(text.text) else None


def _packet_place(view: View, chunk: png.Chunk, text: png.Text) -> _Place:
    international = chunk.type == b"iTXt"
    place = _Place(
        kind=_Kind.PACKET if international and text.keyword == _PACKET else _Kind.STRAY,
        chunk=chunk,
        data=text.data,
        wrap=text.uncompressed if international else text.repack,
        stored=text.stored if text.compressed else b"",
    )
    return _with_properties(view, place, text.keyword)


def _profile_place(view: View, chunk: png.Chunk, text: png.Text) -> _Place | None:
    """Read the XMP or Exif that ImageMagick took over from a file of another format."""
    profile = png.profile(text.data)
    if profile is None:
        return None
    header = next((head for head in _PROFILE_HEADS if profile.data.startswith(head)), b"")
    is_exif = header == _EXIF_HEAD or text.keyword.casefold().endswith(" exif")
    place = _Place(
        kind=_Kind.EXIF if is_exif else _Kind.STRAY,
        chunk=chunk,
        data=profile.data[len(header) :],
        wrap=lambda data: text.repack(profile.pack(header + data)),
        stored=text.stored,
    )
    if is_exif:
        return _with_texts(view, place, _name(chunk, text.keyword))
    return _with_properties(view, place, text.keyword)


def _with_properties(view: View, place: _Place, keyword: str) -> _Place:
    """Look for the label in the XMP packet of a place."""
    from ailabel.codecs import xmp

    location = f"{_name(place.chunk, keyword)}/{XMP_PREFIX}:{XMP_PROPERTY}"
    official = place.kind is _Kind.PACKET and not place.stored
    slots = []
    for found in xmp.find(place.data, _property(), view.limits):
        check_limit("a label", len(found.raw), view.limits.label_bytes)
        proper = official and found.form != "damaged"
        raw = place.stored or found.raw
        slots.append(_slot(place.chunk, location, raw, found.value, official=proper))
    return replace(place, slots=tuple(slots))


def _with_texts(view: View, place: _Place, name: str) -> _Place:
    """Look for labels, and vendors' traces, in the Exif of a place."""
    from ailabel.standard.dialects import trace_of
    from ailabel.standard.schema import is_label

    slots, mentions = [], []
    for found in _exif_texts(place.data, view.limits):
        where, raw = f"{name}/{found.location}", place.stored or found.raw
        if is_label(found.text):
            slots.append(_slot(place.chunk, where, raw, found.text))
        elif trace_of(found.text):
            offset, site = place.chunk.offset, f"png.{where}"
            mentions.append(Mention(location=where, offset=offset, raw=raw, site=site))
    return replace(place, slots=tuple(slots), mentions=tuple(mentions))


def _exif_texts(exif: bytes, limits: Limits) -> list[ExifText]:
    from ailabel.codecs import tiff

    found = tiff.texts(exif, limits)
    return [text for text in found if text.length <= 2 * limits.label_bytes]


def _private_place(view: View, chunk: png.Chunk) -> _Place:
    check_limit("a label", chunk.length, view.limits.label_bytes)
    raw = view.read(chunk.body, chunk.length, "a PNG chunk")
    slot = _slot(chunk, chunk.type.decode(), raw, raw.decode("utf-8", "replace"))
    return _Place(kind=_Kind.OWN, chunk=chunk, slots=(slot,))


def _name(chunk: png.Chunk, keyword: str) -> str:
    return f"{chunk.type.decode()}[{keyword}]"


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


def _property() -> Property:
    from ailabel.codecs.xmp import Property
    from ailabel.standard.schema import is_label

    return Property(XMP_URI, XMP_PREFIX, XMP_PROPERTY, is_label)


# -- writing -------------------------------------------------------------------------------------


def _target(places: Sequence[_Place]) -> _Place | None:
    """Choose the packet that takes the label, one that stands uncompressed before all others."""
    packets = [place for place in places if place.kind is _Kind.PACKET]
    return min(packets, key=lambda place: bool(place.stored), default=None)


def _new_packet(view: View, payload: str) -> Edit:
    from ailabel.codecs import xmp

    packet = xmp.new_packet(_property(), payload)
    return Edit(_header(view).end, 0, png.chunk(b"iTXt", _PACKET_HEAD + packet))


def _header(view: View) -> png.Chunk:
    """Return IHDR: a label goes behind it, where readers that stop at the pixels find it."""
    header = next(
        (chunk for chunk in png.chunks(view, pixels=False) if chunk.type == b"IHDR"), None
    )
    if header is None:
        raise MalformedFileError("PNG chunk {name} is missing", name="IHDR")
    return header


def _bytes(view: View, chunk: png.Chunk) -> bytes:
    return view.read(chunk.offset, chunk.end - chunk.offset, "a PNG chunk")


def _is_annex_b(view: View, place: _Place) -> bool:
    return place.chunk.type == b"tEXt" and png.keyword(view, place.chunk) == KEY


def _merged(view: View, place: _Place, payload: str) -> list[Edit]:
    """Put the label into an existing packet, which is stored uncompressed from then on."""
    from ailabel.codecs import xmp

    try:
        packet = xmp.put(place.data, _property(), payload, view.limits)
    except MalformedFileError as error:
        raise _unreadable(place) from error
    return [place.replaced(packet)] if packet != place.data or place.stored else []


def _cleared(view: View, place: _Place) -> Edit:
    """Take the label out of a chunk, and the chunk out of the file where it holds nothing else."""
    if place.kind is _Kind.OWN or _is_all(place):
        return Edit(place.chunk.offset, place.chunk.end - place.chunk.offset, b"")
    if place.kind is _Kind.EXIF:
        from ailabel.codecs import exif
        from ailabel.standard.schema import is_label

        return place.replaced(exif.blank(place.data, is_label, view.limits))
    from ailabel.codecs import xmp

    try:
        return place.replaced(xmp.vacate(place.data, _property(), view.limits))
    except MalformedFileError as error:
        raise _unreadable(place) from error


def _rewritten(view: View, place: _Place, slot: Slot, payload: str) -> Edit:
    """Put another text in the place of a label, in the chunk where it stands."""
    if place.kind is _Kind.OWN:
        return Edit(
            place.chunk.offset,
            place.chunk.end - place.chunk.offset,
            png.chunk(place.chunk.type, _respelt(view, place.chunk, slot, payload)),
        )
    if place.kind is _Kind.EXIF:
        from ailabel.codecs import exif

        return place.replaced(exif.rewritten(place.data, slot, payload, view.limits))
    from ailabel.codecs.xmp_amend import amended

    return place.replaced(amended(place.data, _property(), slot, payload, view.limits))


def _respelt(view: View, chunk: png.Chunk, slot: Slot, payload: str) -> bytes:
    """Return the data of a chunk of our own with another text."""
    from ailabel.codecs.respell import encoded, stored

    if chunk.type not in png.TEXT_CHUNKS:
        return stored(slot, payload)
    text = png.read_text(view, chunk)
    codecs = ("utf-8", "latin-1")
    found = (encoded(text.data, slot.payload, payload, codec) for codec in codecs)
    data = next((item for item in found if item is not None), None)
    if data is None:
        raise unkept(slot)
    return text.repack(data)


def _is_all(place: _Place) -> bool:
    """Say whether a chunk holds a packet of ours, in which nothing else stands."""
    if place.kind is not _Kind.PACKET or place.stored:
        return False
    from ailabel.codecs import xmp

    return xmp.is_own(place.data)


def _unreadable(place: _Place) -> PlanError:
    return PlanError(
        "the XMP packet at byte {offset} is damaged, so no label can be put into it; repair it, "
        "or take it out with the program that wrote it",
        offset=place.chunk.offset,
    )
