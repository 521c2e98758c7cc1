"""The implicit label in JPEG XL: an ``xml `` box with the XMP packet [ISO18181-2 9.3].

No guide names a place; the box is where the format keeps XMP. A bare codestream has no boxes, so it
is put into the container unchanged, as encoders do for metadata. Metadata that Brotli compresses
(``brob``) is read when the package is there, and refused when it is not, for it may hold a label.

A picture that was made from a JPEG file can be turned back into it as long as its first packet
keeps its length (the ``jbrd`` box relies on it), so there the label gets a packet of its own.

The essence is the codestream, joined where it stands in parts.
"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Final

from ailabel.codecs import bmff, xmp
from ailabel.errors import MalformedFileError, MissingExtraError, PlanError
from ailabel.io.source import check_limit
from ailabel.io.splice import Edit, apply
from ailabel.model.media import Format, Match, Medium, Strength
from ailabel.spi import Signature, Slot, Span, no_packet, unkept
from ailabel.standard.slots import XMP_PREFIX, XMP_PROPERTY, XMP_URI
from ailabel.values import frozen

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from ailabel.codecs.tiff import ExifText
    from ailabel.io.source import View
    from ailabel.spi import Carrier, Essence

__all__ = ["CARRIER"]

_FORMAT: Final = Format(
    id="jxl", name="JPEG XL", medium=Medium.IMAGE, suffixes=(".jxl",), mime="image/jxl"
)
_PROPERTY: Final = xmp.Property(XMP_URI, XMP_PREFIX, XMP_PROPERTY)
_SIGNATURE: Final = b"\0\0\0\x0cJXL \r\n\x87\n"  # [ISO18181-2 9.1]
_CODESTREAM: Final = b"\xff\x0a"  # [ISO18181-1 D.1]
_FTYP: Final = bmff.box(b"ftyp", b"jxl \0\0\0\0jxl ")  # [ISO18181-2 9.2]
_XML: Final = b"xml "
_EXIF: Final = b"Exif"
_BROB: Final = b"brob"
_JBRD: Final = b"jbrd"
_RDF: Final = b"http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_INDEX: Final = 4  # of a part of the codestream [ISO18181-2 9.9]


class _Kind(Enum):
    """What a box holds, which decides how a label is taken out."""

    PACKET = "packet"
    EXIF = "exif"


@frozen(kw_only=True)
class _Place:
    """One box that holds labels, or may take one.

    Args:
        kind: what it holds.
        box: where it stands.
        data: its content, uncompressed.
        stored: its compressed content; empty where it is not compressed.
    """

    kind: _Kind
    box: bmff.Box
    data: bytes
    stored: bytes = b""

    def replaced(self, data: bytes) -> Edit:
        """Return the edit that gives the box other content, uncompressed."""
        kind = _XML if self.kind is _Kind.PACKET else _EXIF
        return Edit(self.box.offset, self.box.size, bmff.box(kind, data))


class _Jxl:
    """The carrier of JPEG XL."""

    formats: Sequence[Format] = (_FORMAT,)
    signatures: Sequence[Signature] = (
        Signature(((0, _SIGNATURE),)),
        Signature(((0, _CODESTREAM),)),
    )

    def sniff(self, view: View) -> Match | None:
        """Claim the container and the bare codestream."""
        head = view.read_some(0, len(_SIGNATURE))
        found = head == _SIGNATURE or head.startswith(_CODESTREAM)
        return Match(_FORMAT, Strength.CONTENT) if found else None

    def read(self, view: View) -> Sequence[Slot]:
        """Find the labels in the XMP and Exif boxes, compressed or not.

        Raises:
            MissingExtraError: some are compressed, and the package that reads them is not there.
        """
        return [slot for place in _places(view) for slot in _slots(view, place)]

    def write(self, view: View, payload: str) -> Sequence[Edit]:
        """Put the label into the file's XMP packet, or into a new one at the end.

        Raises:
            PlanError: a packet is damaged.
            MissingExtraError: as `read` does.
        """
        places = list(_places(view))
        target = _target(view, places)
        edits = [edit for place in places if place is not target for edit in _cleared(view, place)]
        if target is None:
            return [*edits, *_appended(view, edits, xmp.new_packet(_PROPERTY, payload))]
        return edits + _merged(view, target, payload)

    def write_at(self, view: View, slot: Slot, payload: str) -> Sequence[Edit]:
        """Edit the label in its box.

        Raises:
            PlanError: a JPEG is kept beside the box, which could not be made from it again.
            MissingExtraError: as `read` does.
        """
        place = next(item for item in _places(view) if item.box.offset == slot.offset)
        if any(box.type == _JBRD for box in _boxes(view)) and not xmp.is_own(place.data):
            raise unkept(slot)
        if place.kind is _Kind.PACKET:
            from ailabel.codecs.xmp_amend import amended

            return [place.replaced(amended(place.data, _PROPERTY, slot, payload, view.limits))]
        from ailabel.codecs import exif

        start = _exif_start(place)
        data = exif.rewritten(place.data[start:], slot, payload, view.limits)
        return [place.replaced(place.data[:start] + data)]

    def rewrite_packet(self, view: View, change: Callable[[bytes], bytes]) -> Sequence[Edit]:
        """Change the XMP packet that the label stands in.

        Raises:
            PlanError: there is none, or a JPEG is kept beside it, whose packets nobody may touch.
        """
        if any(box.type == _JBRD for box in _boxes(view)):
            raise PlanError(
                "the file keeps a JPEG from which it was made, so that nothing can stand beside "
                "the label; leave --also iptc out"
            )
        target = _target(view, list(_places(view)))
        if target is None:
            raise no_packet()
        packet = change(target.data)
        return [target.replaced(packet)] if packet != target.data else []

    def essence(self, view: View) -> Iterator[Essence]:
        """Yield the codestream."""
        if _is_bare(view):
            yield Span(0, view.size)
        for box in _boxes(view):
            skip = min(_INDEX, box.length) if box.type == b"jxlp" else 0
            if box.type in (b"jxlc", b"jxlp"):
                yield Span(box.body + skip, box.length - skip)

    def canonical(self, view: View) -> Sequence[Edit]:
        """Drop the padding of the packets that are our own."""
        return [
            place.replaced(packet)
            for place in _places(view)
            if place.kind is _Kind.PACKET
            and not place.stored
            and (packet := xmp.compact(place.data)) != place.data
        ]


CARRIER: Final[Carrier] = _Jxl()


def _is_bare(view: View) -> bool:
    return view.read_some(0, len(_CODESTREAM)) == _CODESTREAM


def _boxes(view: View) -> Iterator[bmff.Box]:
    if _is_bare(view):
        return
    if view.read_some(0, len(_SIGNATURE)) != _SIGNATURE:
        raise MalformedFileError("the JPEG XL signature is missing", offset=0)
    yield from bmff.boxes(view, 0, view.size)


# -- reading -------------------------------------------------------------------------------------


def _places(view: View) -> Iterator[_Place]:
    for box in _boxes(view):
        kind, stored = box.type, b""
        if kind == _BROB:
            kind = view.read_some(box.body, min(4, box.length))
        if kind not in (_XML, _EXIF):
            continue
        data = bmff.read_body(view, box)
        if box.type == _BROB:
            stored = data
            data = _inflated(view, box, data[len(kind) :])
        if kind == _EXIF:
            yield _Place(kind=_Kind.EXIF, box=box, data=data, stored=stored)
        elif _RDF in data.replace(b"\0", b""):  # other XML is none of our business
            yield _Place(kind=_Kind.PACKET, box=box, data=data, stored=stored)


def _inflated(view: View, box: bmff.Box, data: bytes) -> bytes:
    from importlib import import_module

    try:
        brotli = import_module("brotli")
    except ImportError:
        raise MissingExtraError("jxl", "reading the compressed metadata of JPEG XL") from None
    decoder = brotli.Decompressor()
    try:
        found: bytes = decoder.process(data, output_buffer_limit=view.limits.inflate_bytes + 1)
    except brotli.error:
        raise MalformedFileError("compressed JPEG XL metadata is damaged", offset=box.offset) from (
            None
        )
    check_limit("JPEG XL metadata", len(found), view.limits.inflate_bytes)
    return found


def _slots(view: View, place: _Place) -> Iterator[Slot]:
    if place.kind is _Kind.EXIF:
        for text in _exif_labels(view, place):
            yield _slot(place, f"Exif/{text.location}", text.raw, text.text)
        return
    for found in xmp.find(place.data, _PROPERTY, view.limits):
        check_limit("a label", len(found.raw), view.limits.label_bytes)
        official = not place.stored and found.form != "damaged"
        yield _slot(place, f"xml/{_PROPERTY.name}", found.raw, found.value, official=official)


def _slot(place: _Place, where: str, raw: bytes, payload: str, *, official: bool = False) -> Slot:
    return Slot(
        location=f"brob/{where}" if place.stored else where,
        offset=place.box.offset,
        raw=place.stored or raw,
        payload=payload,
        site=f"jxl.{where}",
        official=official,
    )


def _exif_labels(view: View, place: _Place) -> list[ExifText]:
    from ailabel.codecs import tiff
    from ailabel.standard.schema import is_label

    return [
        found
        for found in tiff.texts(place.data[_exif_start(place) :], view.limits)
        if found.length <= 2 * view.limits.label_bytes and is_label(found.text)
    ]


def _exif_start(place: _Place) -> int:
    """Return where the TIFF header stands: its distance is told before it [ISO18181-2 9.4]."""
    return min(4 + int.from_bytes(place.data[:4], "big"), len(place.data))


# -- writing -------------------------------------------------------------------------------------


def _target(view: View, places: Sequence[_Place]) -> _Place | None:
    """Choose the packet that takes the label, one that stands uncompressed before all others."""
    packets = [place for place in places if place.kind is _Kind.PACKET]
    if any(box.type == _JBRD for box in _boxes(view)):
        packets = [place for place in packets if not place.stored and xmp.is_own(place.data)]
    return min(packets, key=lambda place: bool(place.stored), default=None)


def _merged(view: View, place: _Place, payload: str) -> list[Edit]:
    """Put the label into an existing packet, which is stored uncompressed from then on."""
    try:
        packet = xmp.put(place.data, _PROPERTY, payload, view.limits)
    except MalformedFileError as error:
        raise _unreadable(place) from error
    return [place.replaced(packet)] if packet != place.data or place.stored else []


def _appended(view: View, edits: Sequence[Edit], packet: bytes) -> Iterator[Edit]:
    """Add a box at the end, and say how long the codestream is where nothing said so."""
    if _is_bare(view):
        head = view.size + 8
        yield Edit(0, 0, _SIGNATURE + _FTYP + _header(b"jxlc", head))
    replaced = {edit.offset for edit in edits}
    end = 0
    for box in _boxes(view):
        end = box.end
        if not box.size_field and box.offset not in replaced:
            yield Edit(box.offset, box.body - box.offset, _header(box.type, box.size))
    if 0 < end < view.size:  # a box would not be found behind what is none
        raise MalformedFileError("the file ends inside {structure}", offset=end, structure="a box")
    yield Edit(view.size, 0, bmff.box(_XML, packet))


def _header(kind: bytes, size: int) -> bytes:
    """Return the header of a box; `size` is told for one of eight bytes."""
    if size < 1 << 32:
        return size.to_bytes(4, "big") + kind
    return b"\0\0\0\x01" + kind + (size + 8).to_bytes(8, "big")


def _cleared(view: View, place: _Place) -> Iterator[Edit]:
    """Take the label out of a box and keep its length."""
    if place.kind is _Kind.EXIF:
        from ailabel.codecs import tiff

        start = _exif_start(place)
        blanks = {tiff.blank(found) for found in _exif_labels(view, place)}
        edits = [Edit(start + blank.offset, blank.length, blank.data) for blank in blanks]
        data = apply(place.data, edits)
    elif xmp.find(place.data, _PROPERTY, view.limits):
        try:
            data = xmp.vacate(place.data, _PROPERTY, view.limits)
        except MalformedFileError as error:
            raise _unreadable(place) from error
        fill = b"\0" if b"\0" in data else b" "  # blanks would be other characters in UTF-16
        data = data.ljust(len(place.data), fill)
    else:
        return
    if data != place.data:
        yield place.replaced(data)


def _unreadable(place: _Place) -> PlanError:
    return PlanError(
        "the XMP packet at byte {offset} is damaged, so no label can be put into it; repair it, "
        "or take it out with the program that wrote it",
        offset=place.box.offset,
    )
