"""The implicit label in GIF: the XMP packet in an application extension [XMP3 1.1.2].

The packet stands as it is, not cut into sub-blocks, with the magic trailer behind it, before the
first picture and what controls it. Extensions need GIF89a, so the version of a GIF87a is raised.

The essence is the screen with its colour table, each picture with its control, its own table and
its coded data without the framing of sub-blocks, text that is drawn, and how often the film is
shown.
"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Final

from ailabel.codecs import gif
from ailabel.codecs.gif import Kind
from ailabel.errors import MalformedFileError, PlanError
from ailabel.io.source import check_limit
from ailabel.io.splice import Edit
from ailabel.model.media import Format, Match, Medium, Strength
from ailabel.spi import Signature, Slot, Span, no_packet
from ailabel.standard.slots import XMP_PREFIX, XMP_PROPERTY, XMP_URI
from ailabel.values import frozen

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from ailabel.codecs.xmp import Property
    from ailabel.io.source import View
    from ailabel.spi import Carrier, Essence

__all__ = ["CARRIER"]

_FORMAT: Final = Format(
    id="gif", name="GIF", medium=Medium.IMAGE, suffixes=(".gif",), mime="image/gif"
)
_VERSION: Final = 3  # where the header's version stands
_XMP: Final = b"XMP DataXMP"
_LOOPS: Final = (b"NETSCAPE2.0", b"ANIMEXTS1.0")
_SHOWN: Final = (Kind.IMAGE, Kind.PLAIN_TEXT, Kind.GRAPHIC_CONTROL)
_SIZE: Final = 7  # of the screen descriptor [GIF89a 18]


class _Kind(Enum):
    """How a block holds a label, which decides how it is taken out."""

    PACKET = "packet"
    """An XMP packet as the specification wants it."""
    OTHER = "other"
    """An XMP packet in another form: cut into sub-blocks, or without the magic trailer."""
    COMMENT = "comment"
    """A comment that is nothing but a label."""


@frozen
class _Place:
    """One block that holds labels, or may take one: with its packet, or its comment's text."""

    kind: _Kind
    block: gif.Block
    data: bytes


class _Gif:
    """The carrier of GIF."""

    formats: Sequence[Format] = (_FORMAT,)
    signatures: Sequence[Signature] = tuple(Signature(((0, head),)) for head in gif.HEADER)

    def sniff(self, view: View) -> Match | None:
        """Claim what begins as GIF87a or GIF89a does."""
        return Match(_FORMAT, Strength.CONTENT) if view.read_some(0, 6) in gif.HEADER else None

    def read(self, view: View) -> Sequence[Slot]:
        """Find the labels in XMP extensions and comments, those behind the pictures too."""
        return [slot for place in _places(view) for slot in _slots(view, place)]

    def write(self, view: View, payload: str) -> Sequence[Edit]:
        """Put the label into the file's XMP packet, or into a new one before the pictures.

        Raises:
            PlanError: a packet is damaged.
        """
        places = list(_places(view))
        target = _target(places)
        edits = [edit for place in places if place is not target for edit in _cleared(view, place)]
        edits += _new_packet(view, payload) if target is None else _merged(view, target, payload)
        if view.read(0, 6) != gif.HEADER[1]:
            edits.append(Edit(_VERSION, 3, gif.HEADER[1][_VERSION:]))
        return edits

    def write_at(self, view: View, slot: Slot, payload: str) -> Sequence[Edit]:
        """Edit the label in its extension or comment."""
        place = next(item for item in _places(view) if item.block.offset == slot.offset)
        if place.kind is _Kind.COMMENT:
            from ailabel.codecs.respell import stored

            data = gif.pack(stored(slot, payload))
        else:
            from ailabel.codecs.xmp_amend import amended

            packet = amended(place.data, _property(), slot, payload, view.limits)
            data = _framed(place, packet)
        return [Edit(place.block.data, place.block.end - place.block.data, data)]

    def rewrite_packet(self, view: View, change: Callable[[bytes], bytes]) -> Sequence[Edit]:
        """Change the XMP packet that the label stands in."""
        place = _target(list(_places(view)))
        if place is None:
            raise no_packet()
        packet = change(place.data)
        if packet == place.data:
            return []
        return [Edit(place.block.data, place.block.end - place.block.data, _framed(place, packet))]

    def essence(self, view: View) -> Iterator[Essence]:
        """Yield the screen, and what is shown on it, in order."""
        yield Span(len(gif.HEADER[0]), gif.head_end(view) - len(gif.HEADER[0]))
        for block in gif.blocks(view):
            if block.kind in _SHOWN or block.name in _LOOPS:
                start = block.data
                if block.kind is Kind.IMAGE:
                    start += 1  # the code size of LZW belongs to the head
                yield Span(block.offset, start - block.offset)
                yield from gif.joined(view, start, block.end)

    def canonical(self, view: View) -> Sequence[Edit]:
        """Drop the padding of the packets that are our own."""
        from ailabel.codecs import xmp

        return [
            Edit(place.block.data, place.block.end - place.block.data, packet + gif.XMP_TRAILER)
            for place in _places(view)
            if place.kind is _Kind.PACKET and (packet := xmp.compact(place.data)) != place.data
        ]


CARRIER: Final[Carrier] = _Gif()


# -- reading -------------------------------------------------------------------------------------


def _places(view: View) -> Iterator[_Place]:
    for block in gif.blocks(view):
        if block.name == _XMP:
            yield _packet(view, block)
        elif block.kind is Kind.COMMENT and (text := _labelling(view, block)):
            yield _Place(_Kind.COMMENT, block, text)


def _packet(view: View, block: gif.Block) -> _Place:
    """Read a packet in the form that the specification wants, or in those that were met."""
    raw = view.read_metadata(block.data, block.end - block.data, "a GIF extension")
    if raw.endswith(gif.XMP_TRAILER):
        return _Place(_Kind.PACKET, block, raw[: -len(gif.XMP_TRAILER)])
    joined = gif.body(view, block)
    is_joined = joined.lstrip(b"\xef\xbb\xbf\xff\xfe\0 \t\r\n").startswith(b"<")
    return _Place(_Kind.OTHER, block, joined if is_joined else raw.rstrip(b"\0"))


def _labelling(view: View, block: gif.Block) -> bytes:
    """Return the text of a comment that is a label; long comments never are."""
    from ailabel.standard.schema import is_label

    if block.end - block.data > 2 * view.limits.label_bytes:
        return b""
    data = gif.body(view, block)
    return data if is_label(data.decode("utf-8", "replace")) else b""


def _slots(view: View, place: _Place) -> Iterator[Slot]:
    from ailabel.codecs import xmp

    if place.kind is _Kind.COMMENT:
        yield _slot(place, "Comment", place.data, place.data.decode("utf-8", "replace"))
        return
    for found in xmp.find(place.data, _property(), view.limits):
        check_limit("a label", len(found.raw), view.limits.label_bytes)
        official = place.kind is _Kind.PACKET and found.form != "damaged"
        where = f"XMP/{XMP_PREFIX}:{XMP_PROPERTY}"
        yield _slot(place, where, found.raw, found.value, official=official)


def _slot(place: _Place, where: str, raw: bytes, payload: str, *, official: bool = False) -> Slot:
    return Slot(
        location=where,
        offset=place.block.offset,
        raw=raw,
        payload=payload,
        site=f"gif.{where}",
        official=official,
    )


def _property() -> Property:
    from ailabel.codecs.xmp import Property
    from ailabel.standard.schema import is_label

    return Property(XMP_URI, XMP_PREFIX, XMP_PROPERTY, is_label)


# -- writing -------------------------------------------------------------------------------------


def _target(places: Sequence[_Place]) -> _Place | None:
    """Choose the packet that takes the label: one in its proper form before all others.

    A packet in UTF-16 holds NULs, which would end the extension.
    """
    fit = [
        place
        for place in places
        if place.kind is not _Kind.COMMENT and b"\0" not in place.data.rstrip(b"\0")
    ]
    return min(fit, key=lambda place: place.kind is not _Kind.PACKET, default=None)


def _new_packet(view: View, payload: str) -> list[Edit]:
    """Put an extension before the first picture and its control, behind what else stands there."""
    from ailabel.codecs import xmp

    place = gif.head_end(view)
    for block in gif.blocks(view):
        if block.kind in _SHOWN or block.kind is Kind.TRAILER:
            break
        place = block.end
    packet = xmp.new_packet(_property(), payload)
    return [Edit(place, 0, gif.XMP_HEAD + packet + gif.XMP_TRAILER)]


def _merged(view: View, place: _Place, payload: str) -> list[Edit]:
    """Put the label into an existing packet, which has its proper form from then on."""
    from ailabel.codecs import xmp

    try:
        packet = xmp.put(place.data.rstrip(b"\0"), _property(), payload, view.limits)
    except MalformedFileError as error:
        raise _unreadable(place) from error
    if packet == place.data and place.kind is _Kind.PACKET:
        return []
    block = place.block
    return [Edit(block.data, block.end - block.data, packet + gif.XMP_TRAILER)]


def _cleared(view: View, place: _Place) -> Iterator[Edit]:
    """Take the label out of a packet, and a comment that is a label out of the file."""
    from ailabel.codecs import xmp

    block = place.block
    if place.kind is _Kind.COMMENT:
        yield Edit(block.offset, block.end - block.offset, b"")
        return
    if not xmp.find(place.data, _property(), view.limits):
        return
    try:
        packet = xmp.vacate(place.data, _property(), view.limits)
    except MalformedFileError as error:
        raise _unreadable(place) from error
    yield Edit(block.data, block.end - block.data, _framed(place, packet))


def _framed(place: _Place, packet: bytes) -> bytes:
    """Return a packet as it stands in its extension."""
    return packet + gif.XMP_TRAILER if place.kind is _Kind.PACKET else gif.pack(packet)


def _unreadable(place: _Place) -> PlanError:
    return PlanError(
        "the XMP packet at byte {offset} is damaged, so no label can be put into it; repair it, "
        "or take it out with the program that wrote it",
        offset=place.block.offset,
    )
