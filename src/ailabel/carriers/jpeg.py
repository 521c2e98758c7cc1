"""The implicit label in JPEG: the XMP property TC260:AIGC, and the places where others put it.

JPEG markers follow T.81, Exif and JFIF segments CIPA DC-008 and ISO/IEC 10918-5, XMP segments the
XMP specification part 3, 1.1.3. Only the header, up to the first scan, is read.
"""

from __future__ import annotations

from bisect import bisect_right
from enum import Enum
from itertools import accumulate, chain, takewhile
from operator import itemgetter
from typing import TYPE_CHECKING, Final

from ailabel.codecs import jpeg, jpeg_xmp, mpf, xmp
from ailabel.errors import MalformedFileError, PlanError
from ailabel.io.source import check_limit
from ailabel.io.splice import Edit
from ailabel.model.media import Format, Match, Medium, Strength
from ailabel.spi import Mention, Signature, Slot, Span, no_packet, unkept
from ailabel.standard.schema import is_label
from ailabel.standard.slots import KEY, XMP_PREFIX, XMP_PROPERTY, XMP_URI
from ailabel.values import frozen

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from ailabel.codecs.tiff import ExifText
    from ailabel.io.source import View
    from ailabel.spi import Carrier

__all__ = ["CARRIER"]

_FORMAT: Final = Format(
    id="jpeg",
    name="JPEG",
    medium=Medium.IMAGE,
    suffixes=(".jpg", ".jpeg", ".jpe", ".jfif"),
    mime="image/jpeg",
)
_PROPERTY: Final = xmp.Property(XMP_URI, XMP_PREFIX, XMP_PROPERTY, is_label)
_EXTENDED: Final = xmp.Property("http://ns.adobe.com/xmp/note/", "xmpNote", "HasExtendedXMP")
_JPEG_LS: Final = {b"\xf7", b"\xf8"}  # a frame of JPEG-LS, which has the same SOI [T.87 C.1]


class _Kind(Enum):
    """What a metadata segment is: its marker, how its body begins, and what it is called."""

    PACKET = (0xE1, jpeg_xmp.PACKET, "APP1[XMP]")
    MISNAMED = (0xE1, b"XMP\0XMP\0", "APP1[MisnamedXMP]")  # the guide's wording, taken literally
    EXTENSION = (0xE1, jpeg_xmp.EXTENSION, "APP1[ExtendedXMP]")
    EXIF = (0xE1, b"Exif\0\0", "APP1[Exif]")
    INDEX = (0xE2, mpf.HEADER, "APP2[MPF]")
    BARE_APP9 = (0xE9, KEY.encode(), f"APP9[{KEY}]")
    BARE_APP11 = (0xEB, KEY.encode(), f"APP11[{KEY}]")
    COMMENT = (jpeg.COM, b"", "COM")
    ADOBE = (0xEE, b"Adobe", "APP14[Adobe]")

    def __init__(self, marker: int, head: bytes, place: str) -> None:
        self.marker = marker
        self.head = head
        self.place = place


_KINDS: Final = {
    marker: tuple(kind for kind in _Kind if kind.marker == marker)
    for marker in {kind.marker for kind in _Kind}
}
_BARE: Final = (_Kind.BARE_APP9, _Kind.BARE_APP11, _Kind.COMMENT)
_LONGEST: Final = max(len(kind.head) for kind in _Kind)
# What decides the pixels: tables, frame and scan headers, and the transform that Adobe's says.
_CODED: Final = jpeg.FRAMES | {jpeg.CODED, *range(0xDA, 0xE0), jpeg.DHT, 0xCC}


@frozen
class _Place:
    """One metadata segment."""

    kind: _Kind
    segment: jpeg.Segment

    @property
    def start(self) -> int:
        """Where the value begins, behind what names the segment."""
        return self.segment.body + len(self.kind.head)

    def value(self, view: View) -> bytes:
        """Read the value."""
        return view.read(self.start, self.segment.end - self.start, "a JPEG segment")


class _Jpeg:
    """The carrier of JPEG."""

    formats: Sequence[Format] = (_FORMAT,)
    signatures: Sequence[Signature] = (Signature(((0, jpeg.SIGNATURE),)),)

    def sniff(self, view: View) -> Match | None:
        """Claim what begins with SOI and another marker, but is not JPEG-LS."""
        head = view.read_some(0, len(jpeg.SIGNATURE) + 1)
        if not head.startswith(jpeg.SIGNATURE) or head[-1:] in _JPEG_LS:
            return None
        return Match(_FORMAT, Strength.CONTENT)

    def read(self, view: View) -> Sequence[Slot | Mention]:
        """Find every label in the header: XMP, Exif, comments and bare application segments."""
        places = tuple(_places(view, jpeg.segments(view, _KINDS)))
        found = [item for place in places for item in _items(view, place)]
        for extension in _extensions(view, places):
            offset = extension.segments[0].offset
            found += _xmp_slots(view, _Kind.EXTENSION, offset, extension.packet)
        return sorted(found, key=lambda item: item.offset)

    def write(self, view: View, payload: str) -> Sequence[Edit]:
        """Put the label into the first XMP packet, or into a new one behind JFIF and Exif."""
        header = tuple(jpeg.segments(view))
        places = tuple(_places(view, header))
        main = _main(places)
        edits, renamed = _displace_extensions(view, places)
        if main is None:
            packet = _fitting(xmp.new_packet(_PROPERTY, payload))
            segment = jpeg.segment(0xE1, jpeg_xmp.PACKET + packet)
            edits.append(Edit(_insertion(header, places), 0, segment))
        else:
            packet = _rename(view, main.value(view), renamed)
            edits += _replace(view, main, _fitting(_labelled(view, main, packet, payload)))
        for place in places:
            if place is not main:
                edits += _displace(view, place)
        return [*edits, *_follow(view, places, edits)]

    def write_annex_b(self, view: View, payload: str) -> Sequence[Edit]:
        """Put the label into the comment of the first Exif segment, or of a new one behind JFIF."""
        header = tuple(jpeg.segments(view))
        places = tuple(_places(view, header))
        exif = [place for place in places if place.kind is _Kind.EXIF]
        target = exif[0] if exif else None
        edits, renamed = _displace_extensions(view, places)
        edits += _commented(view, exif, payload, _insertion(header, places))
        for place in places:
            if place is not target:
                edits += _displace(view, place, renamed)
        return [*edits, *_follow(view, places, edits)]

    def write_at(self, view: View, slot: Slot, payload: str) -> Sequence[Edit]:
        """Edit the label in its segment, or its Extended XMP."""
        places = tuple(_places(view, jpeg.segments(view, _KINDS)))
        edits = list(_rewritten(view, places, slot, payload))
        return [*edits, *_follow(view, places, edits)]

    def rewrite_packet(self, view: View, change: Callable[[bytes], bytes]) -> Sequence[Edit]:
        """Change the XMP packet that the label stands in."""
        places = tuple(_places(view, jpeg.segments(view)))
        main = _main(places)
        if main is None:
            raise no_packet()
        edits = list(_replace(view, main, _fitting(change(main.value(view)))))
        return [*edits, *_follow(view, places, edits)]

    def essence(self, view: View) -> Iterator[Span]:
        """Yield what decides the pixels: tables, frames, scans, and Adobe's colour transform."""
        header = tuple(jpeg.segments(view))
        for segment in chain(header, jpeg.scans(view, header[-1])):
            if segment.marker in _CODED or _kind(view, segment) is _Kind.ADOBE:
                yield Span(segment.offset, segment.length)

    def canonical(self, view: View) -> Sequence[Edit]:
        """Drop the padding of the packet that holds the label."""
        places = tuple(_places(view, jpeg.segments(view, _KINDS)))
        main = _main(places)
        if main is None:
            return []
        edits = list(_replace(view, main, xmp.compact(main.value(view))))
        return [*edits, *_follow(view, places, edits)]


CARRIER: Final[Carrier] = _Jpeg()


def _places(view: View, header: Iterable[jpeg.Segment]) -> Iterator[_Place]:
    """Yield the metadata segments of a header."""
    for segment in header:
        if kind := _kind(view, segment):
            yield _Place(kind, segment)


def _kind(view: View, segment: jpeg.Segment) -> _Kind | None:
    kinds = _KINDS.get(segment.marker)
    if kinds is None:
        return None
    head = view.read(segment.body, min(segment.body_length, _LONGEST), "a JPEG segment")
    for kind in kinds:
        if head.startswith(kind.head):
            return kind
    return None


def _main(places: Sequence[_Place]) -> _Place | None:
    """Return the packet that readers go by: the first."""
    return next((place for place in places if place.kind is _Kind.PACKET), None)


# -- reading ---------------------------------------------------------------------------------------


def _items(view: View, place: _Place) -> Iterator[Slot | Mention]:
    """Yield the labels of one segment; Extended XMP is no packet until it is put together."""
    offset = place.segment.offset
    if place.kind in (_Kind.PACKET, _Kind.MISNAMED):
        yield from _xmp_slots(view, place.kind, offset, place.value(view))
    elif place.kind is _Kind.EXIF:
        yield from _exif_items(view, place)
    elif text := _bare_label(view, place):
        yield _slot(place.kind.place, offset, place.value(view), text)


def _xmp_slots(view: View, kind: _Kind, offset: int, packet: bytes) -> Iterator[Slot]:
    for found in xmp.find(packet, _PROPERTY, view.limits):
        check_limit("a label", len(found.raw), view.limits.label_bytes)
        official = kind is _Kind.PACKET and found.form != "damaged"
        where = f"{kind.place}/{_PROPERTY.name}"
        yield _slot(where, offset, found.raw, found.value, official=official)


def _slot(where: str, offset: int, raw: bytes, payload: str, *, official: bool = False) -> Slot:
    return Slot(
        location=where,
        offset=offset,
        raw=raw,
        payload=payload,
        site=f"{_FORMAT.id}.{where}",
        official=official,
    )


def _exif_items(view: View, place: _Place) -> Iterator[Slot | Mention]:
    """Yield the labels in Exif, and the traces of vendors."""
    from ailabel.standard.dialects import trace_of

    offset = place.segment.offset
    for found in _exif_texts(view, place):
        where = f"{place.kind.place}/{found.location}"
        if is_label(found.text):
            yield _slot(where, offset, found.raw, found.text)
        elif trace_of(found.text):
            site = f"{_FORMAT.id}.{where}"
            yield Mention(location=where, offset=offset, raw=found.raw, site=site)


def _exif_texts(view: View, place: _Place) -> tuple[ExifText, ...]:
    from ailabel.codecs import tiff

    return tiff.texts(place.value(view), view.limits)


def _bare_label(view: View, place: _Place) -> str | None:
    """Return the text of a comment or an application segment that is a label and nothing else."""
    if place.kind not in _BARE:
        return None
    text = place.value(view).decode("utf-8", "replace")
    return text if is_label(text) else None


def _extensions(view: View, places: Sequence[_Place]) -> tuple[jpeg_xmp.Extension, ...]:
    kind = _Kind.EXTENSION
    return jpeg_xmp.extensions(view, (place.segment for place in places if place.kind is kind))


# -- writing ---------------------------------------------------------------------------------------


def _insertion(header: Sequence[jpeg.Segment], places: Sequence[_Place]) -> int:
    """Return where a new packet goes: behind the JFIF and Exif segments that begin the file."""
    exif = {place.segment for place in places if place.kind is _Kind.EXIF}
    offset = 2  # SOI
    for segment in takewhile(lambda item: item.marker == jpeg.APP0 or item in exif, header):
        offset = segment.end
    return offset


def _labelled(view: View, place: _Place, packet: bytes, payload: str) -> bytes:
    try:
        return xmp.put(packet, _PROPERTY, payload, view.limits)
    except MalformedFileError as error:
        raise _unreadable(place.segment) from error


def _vacated(view: View, segment: jpeg.Segment, packet: bytes) -> bytes:
    """Return a packet without the label; what holds none stays, however damaged."""
    if not xmp.find(packet, _PROPERTY, view.limits):
        return packet
    try:
        return xmp.vacate(packet, _PROPERTY, view.limits)
    except MalformedFileError as error:
        raise _unreadable(segment) from error


def _unreadable(segment: jpeg.Segment) -> PlanError:
    return PlanError(
        "the XMP packet at byte {offset} is damaged, so no label can be put into it; repair it, "
        "or take it out with the program that wrote it",
        offset=segment.offset,
    )


def _fitting(packet: bytes) -> bytes:
    """Return a packet that fits into its segment, without our padding where it must be."""
    if len(packet) > jpeg_xmp.PACKET_LIMIT:
        packet = xmp.compact(packet)
    if len(packet) > jpeg_xmp.PACKET_LIMIT:
        raise PlanError(
            "the XMP packet would not fit into its JPEG segment ({value} bytes, at most {limit}); "
            "shorten the label or the other XMP properties",
            value=len(packet),
            limit=jpeg_xmp.PACKET_LIMIT,
        )
    return packet


def _replace(view: View, place: _Place, value: bytes) -> Iterator[Edit]:
    """Yield the edit that gives a segment another value; none when it has it."""
    if value != place.value(view):
        body = place.kind.head + value
        data = jpeg.segment(place.segment.marker, body)
        yield Edit(place.segment.offset, place.segment.length, data)


def _commented(view: View, found: Sequence[_Place], payload: str, insertion: int) -> Iterator[Edit]:
    """Yield the edit that puts the label into the first Exif segment, or into a new one."""
    from ailabel.codecs import jpeg_exif

    jpeg_exif.check_single(view, [place.start for place in found])
    if not found:
        yield Edit(insertion, 0, jpeg_exif.commented(view, None, payload, is_label))
        return
    segment = found[0].segment
    data = jpeg_exif.commented(view, found[0].value(view), payload, is_label)
    if data != view.read(segment.offset, segment.length):
        yield Edit(segment.offset, segment.length, data)


def _displace(
    view: View, place: _Place, renamed: Mapping[bytes, bytes] | None = None
) -> Iterator[Edit]:
    """Yield the edits that take the label out of a segment; where nothing else is, it goes whole.

    Args:
        view: the file.
        place: the segment.
        renamed: new digests of Extended XMP by old ones.
    """
    if place.kind in (_Kind.PACKET, _Kind.MISNAMED):
        yield from _displace_packet(view, place, renamed or {})
    elif place.kind is _Kind.EXIF:
        yield from _displace_exif(view, place)
    elif _bare_label(view, place):
        yield Edit(place.segment.offset, place.segment.length, b"")


def _displace_packet(view: View, place: _Place, renamed: Mapping[bytes, bytes]) -> Iterator[Edit]:
    packet = place.value(view)
    if xmp.is_own(packet) and xmp.find(packet, _PROPERTY, view.limits):
        yield Edit(place.segment.offset, place.segment.length, b"")
    else:
        packet = _vacated(view, place.segment, _rename(view, packet, renamed))
        yield from _replace(view, place, packet)


def _displace_exif(view: View, place: _Place) -> Iterator[Edit]:
    found = [text for text in _exif_texts(view, place) if is_label(text.text)]
    if not found:
        return
    from ailabel.codecs import exif, tiff

    if exif.is_own(place.value(view)):
        yield Edit(place.segment.offset, place.segment.length, b"")
        return
    for edit in {tiff.blank(text) for text in found}:
        yield Edit(place.start + edit.offset, edit.length, edit.data)


def _rewritten(view: View, places: Sequence[_Place], slot: Slot, payload: str) -> Iterator[Edit]:
    """Yield the edits that put another text in the place of a label."""
    place = next(item for item in places if item.segment.offset == slot.offset)
    if place.kind is _Kind.EXTENSION:
        yield from _rewritten_extension(view, places, slot, payload)
    elif place.kind is _Kind.EXIF:
        from ailabel.codecs import exif, jpeg_exif

        data = exif.rewritten(place.value(view), slot, payload, view.limits)
        yield Edit(place.segment.offset, place.segment.length, jpeg_exif.segment(data))
    elif place.kind in _BARE:
        from ailabel.codecs.respell import stored

        value = stored(slot, payload)
        if len(place.kind.head) + len(value) > jpeg.MAX_BODY:
            raise unkept(slot)
        yield from _replace(view, place, value)
    else:
        from ailabel.codecs.xmp_amend import amended

        packet = amended(place.value(view), _PROPERTY, slot, payload, view.limits)
        yield from _replace(view, place, _fitting(packet))


def _rewritten_extension(
    view: View, places: Sequence[_Place], slot: Slot, payload: str
) -> Iterator[Edit]:
    """Yield the same for Extended XMP, whose new digest the packets then name."""
    from ailabel.codecs.xmp_amend import amended

    found = _extensions(view, places)
    extension = next(item for item in found if item.segments[0].offset == slot.offset)
    packet = amended(extension.packet, _PROPERTY, slot, payload, view.limits)
    digest, data = jpeg_xmp.pieces(packet)
    for segment in extension.segments:
        yield Edit(segment.offset, segment.length, data)
        data = b""
    for place in places:
        if place.kind is _Kind.PACKET:
            renamed = _rename(view, place.value(view), {extension.digest: digest})
            yield from _replace(view, place, renamed)


def _displace_extensions(
    view: View, places: Sequence[_Place]
) -> tuple[list[Edit], dict[bytes, bytes]]:
    """Take the label out of Extended XMP; return the edits, and new digests by old ones."""
    edits, renamed = [], {}
    for extension in _extensions(view, places):
        packet = _vacated(view, extension.segments[0], extension.packet)
        if packet != extension.packet:
            digest, data = jpeg_xmp.pieces(packet)
            renamed[extension.digest] = digest
            for segment in extension.segments:
                edits.append(Edit(segment.offset, segment.length, data))
                data = b""
    return edits, renamed


def _rename(view: View, packet: bytes, renamed: Mapping[bytes, bytes]) -> bytes:
    """Let a packet name its Extended XMP by the new digest, which is as long as the old one."""
    if renamed:
        for found in xmp.find(packet, _EXTENDED, view.limits):
            digest = renamed.get(found.raw, found.raw)
            packet = packet[: found.offset] + digest + packet[found.offset + len(digest) :]
    return packet


def _follow(view: View, places: Sequence[_Place], edits: Sequence[Edit]) -> Iterator[Edit]:
    """Yield the edits that keep a multi-picture index true after the others."""
    ordered = sorted((edit.offset, len(edit.data) - edit.length) for edit in edits)
    grown = list(accumulate((growth for _, growth in ordered), initial=0))
    growth = grown[-1]
    for place in places:
        if place.kind is _Kind.INDEX:
            behind = bisect_right(ordered, place.segment.offset, key=itemgetter(0))
            distance = growth - grown[behind]
            if growth or distance:
                body = mpf.HEADER + place.value(view)
                data = mpf.moved(body, growth=growth, distance=distance, limits=view.limits)
                if data != body:
                    yield Edit(place.segment.body, len(body), data)
