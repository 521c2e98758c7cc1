"""The implicit label in SVG: the XMP property in RDF in the drawing's ``metadata`` element.

No guide names a place; this is where SVG keeps metadata [SVG2 5.10], and where XMP goes. RDF that
stands there is merged into, otherwise a ``metadata`` element is put in, first or behind the title.
All other bytes stay, whatever the encoding.

The essence is the document without its ``metadata`` and ``rdf:RDF`` elements, which are not drawn.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from ailabel.codecs.text import load, suffix_of
from ailabel.errors import MalformedFileError, PlanError
from ailabel.io.source import check_limit
from ailabel.model.media import Format, Match, Medium, Strength
from ailabel.spi import Slot, Span, no_packet
from ailabel.standard.slots import XMP_PREFIX, XMP_PROPERTY, XMP_URI

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from ailabel.codecs.svg import Document, Element, Packet
    from ailabel.codecs.xmp import Property
    from ailabel.io.source import View
    from ailabel.io.splice import Edit
    from ailabel.spi import Carrier, Essence, Signature

__all__ = ["CARRIER"]

_FORMAT: Final = Format(
    id="svg", name="SVG", medium=Medium.IMAGE, suffixes=(".svg",), mime="image/svg+xml"
)
_HEAD: Final = 4096
_BINARY: Final = re.compile(rb"[\x01-\x08\x0e-\x1a\x1c-\x1f]")
_PROLOGUE: Final = re.compile(
    r"\s*(?:<\?(?:(?!\?>).)*\?>\s*|<!--(?:(?!-->).)*-->\s*)*"
    r"<(?:!DOCTYPE\s+)?(?:[\w.-]+:)?svg[\s>/]",
    re.DOTALL,
)
_WORDS: Final = re.compile(rb"A\0?I\0?G\0?C|C\0?o\0?n\0?t\0?e\0?n\0?t\0?P\0?r\0?o")
_CLOSE: Final = b"</xmpmeta>"
_LABEL: Final = f"{XMP_PREFIX}:{XMP_PROPERTY}"


class _Svg:
    """The carrier of SVG."""

    formats: Sequence[Format] = (_FORMAT,)
    signatures: Sequence[Signature] = ()

    def sniff(self, view: View) -> Match | None:
        """Claim drawings by their suffix, or what has no suffix and begins as a drawing does."""
        suffix = suffix_of(view)
        if suffix and suffix not in _FORMAT.suffixes:
            return None
        head = view.read_some(0, _HEAD)
        wide = head.startswith((b"\xff\xfe", b"\xfe\xff", b"<\0", b"\0<"))
        if not wide and (b"\0" in head or _BINARY.search(head)):
            return None
        units = head.replace(b"\0", b"").decode("latin-1")
        for mark in ("\xef\xbb\xbf", "\xff\xfe", "\xfe\xff"):
            units = units.removeprefix(mark)
        if _PROLOGUE.match(units):
            return Match(_FORMAT, Strength.CONTENT)
        return Match(_FORMAT, Strength.NAME) if suffix else None

    def read(self, view: View) -> Sequence[Slot]:
        """Find the labels in RDF and in the text of metadata elements."""
        if _WORDS.search(load(view)) is None:  # the name of the property, or a key of a bare label
            return []
        document = _parse(view)
        slots = [slot for packet in document.packets for slot in _slots(view, document, packet)]
        slots += [
            Slot(
                location="metadata",
                offset=document.offset(element.start),
                raw=document.encode(document.data[element.inner : element.inner_end]),
                payload=element.text,
                site="svg.metadata",
                official=False,
            )
            for element in _bare(view, document)
        ]
        return sorted(slots, key=lambda slot: slot.offset)

    def write(self, view: View, payload: str) -> Sequence[Edit]:
        """Put the label into the RDF of the drawing's metadata, or into a new element.

        Raises:
            PlanError: the RDF cannot be changed.
        """
        document = _parse(view)
        target = next((packet for packet in document.packets if _is_main(packet)), None)
        edits = [
            document.edit(element.inner, element.inner_end, b"")
            for element in _bare(view, document)
        ]
        for packet in document.packets:
            edits += _changed(view, document, packet, payload if packet is target else None)
        if target is None:
            edits.append(_insertion(document, payload))
        return edits

    def write_at(self, view: View, slot: Slot, payload: str) -> Sequence[Edit]:
        """Edit the label in its RDF, or in the text of its element."""
        from ailabel.codecs.xmp_amend import amended

        document = _parse(view)
        for packet in document.packets:
            if slot in list(_slots(view, document, packet)):
                data, head = _wrapped(document, packet)
                changed = amended(data, _property(), slot, payload, view.limits)
                rdf = changed[len(head) : -len(_CLOSE)]
                return [document.edit(packet.element.start, packet.element.end, rdf)]
        from ailabel.codecs.markup import escape

        bare = _bare(view, document)
        element = next(item for item in bare if document.offset(item.start) == slot.offset)
        return [document.edit(element.inner, element.inner_end, escape(payload).encode())]

    def rewrite_packet(self, view: View, change: Callable[[bytes], bytes]) -> Sequence[Edit]:
        """Change the XMP packet that the label stands in."""
        document = _parse(view)
        target = next((packet for packet in document.packets if _is_main(packet)), None)
        if target is None:
            raise no_packet()
        data, head = _wrapped(document, target)
        changed = change(data)
        if changed == data:
            return []
        rdf = changed[len(head) : -len(_CLOSE)]
        return [document.edit(target.element.start, target.element.end, rdf)]

    def essence(self, view: View) -> Iterator[Essence]:
        """Yield the document around its metadata."""
        document = _parse(view)
        packets = [packet.element for packet in document.packets if packet.metadata is None]
        position = 0
        for element in sorted([*document.metadata, *packets], key=lambda item: item.start):
            start = document.offset(element.start)
            yield Span(position, start - position)
            position = document.offset(element.end)
        root = document.root
        if root.is_empty:  # an empty-element tag is told as the pair of tags that it stands for
            slash = document.offset(root.end - len(b"/>"))
            yield Span(position, slash - position)
            yield document.encode(f"></{root.name}>".encode())
            position = document.offset(root.end)
        yield Span(position, view.size - position)

    def canonical(self, view: View) -> Sequence[Edit]:  # noqa: ARG002 - contract
        """Return nothing: no padding is ever left."""
        return ()


CARRIER: Final[Carrier] = _Svg()


def _parse(view: View) -> Document:
    from ailabel.codecs.svg import parse

    return parse(load(view), view.limits)


def _property() -> Property:
    from ailabel.codecs.xmp import Property

    return Property(XMP_URI, XMP_PREFIX, XMP_PROPERTY)


def _is_main(packet: Packet) -> bool:
    """Say whether it speaks of the whole drawing, and not of a part."""
    return packet.metadata is not None and packet.metadata.depth == 1


def _wrapped(document: Document, packet: Packet) -> tuple[bytes, bytes]:
    """Return a packet as a document of its own, and what stands before its RDF in it.

    The namespaces that are bound around it are bound there, too.
    """
    from ailabel.codecs.markup import escape

    bound = "".join(
        f' xmlns{":" * bool(prefix)}{prefix}="{escape(uri)}"'
        for prefix, uri in sorted(packet.namespaces.items())
        if prefix != "xml"
    )
    head = f"<xmpmeta{bound}>".encode()
    return head + document.data[packet.element.start : packet.element.end] + _CLOSE, head


# -- reading -------------------------------------------------------------------------------------


def _slots(view: View, document: Document, packet: Packet) -> Iterator[Slot]:
    from ailabel.codecs import xmp

    place = "metadata" if packet.metadata is not None else "RDF"
    if packet.metadata is not None and not _is_main(packet):
        place = "metadata of a part"
    data, _ = _wrapped(document, packet)
    for found in xmp.find(data, _property(), view.limits):
        check_limit("a label", len(found.raw), view.limits.label_bytes)
        yield Slot(
            location=f"{place}/{_LABEL}",
            offset=document.offset(packet.element.start),
            raw=document.encode(found.raw),
            payload=found.value,
            site=f"svg.{place.replace(' ', '-')}/{_LABEL}",
            official=_is_main(packet) and found.form != "damaged",
        )


def _bare(view: View, document: Document) -> Iterator[Element]:
    """Yield the metadata elements whose text is nothing but a label."""
    from ailabel.standard.schema import is_label

    for element in document.metadata:
        if len(element.text) <= 2 * view.limits.label_bytes and is_label(element.text):
            yield element


# -- writing -------------------------------------------------------------------------------------


def _changed(view: View, document: Document, packet: Packet, payload: str | None) -> Iterator[Edit]:
    """Put the label into a packet, or take it out where there is no payload."""
    from ailabel.codecs import xmp

    data, head = _wrapped(document, packet)
    if payload is None and not xmp.find(data, _property(), view.limits):
        return
    try:
        if payload is None:
            changed = xmp.vacate(data, _property(), view.limits)
        else:
            changed = xmp.put(data, _property(), payload, view.limits)
    except MalformedFileError as error:
        raise PlanError(
            "the XMP packet at byte {offset} is damaged, so no label can be put into it; repair "
            "it, or take it out with the program that wrote it",
            offset=document.offset(packet.element.start),
        ) from error
    if changed != data:
        rdf = changed[len(head) : -len(_CLOSE)]
        yield document.edit(packet.element.start, packet.element.end, rdf)


def _insertion(document: Document, payload: str) -> Edit:
    """Plan a new metadata element; it adds no white space, which some drawings show."""
    from ailabel.codecs import xmp

    root = document.root
    prefix = root.name.removesuffix("svg")
    packet = xmp.compact(xmp.new_packet(_property(), payload))
    body = packet.partition(b"?>")[2].rpartition(b"<?")[0].strip()
    element = f"<{prefix}metadata>".encode() + body + f"</{prefix}metadata>".encode()
    if root.is_empty:
        whole = b">" + element + f"</{root.name}>".encode()
        return document.edit(root.end - len(b"/>"), root.end, whole)
    return document.edit(document.place, document.place, element)
