"""XMP packets: finding, putting and taking out one property, all other bytes kept [XMP1, XMP3].

The caller names the property; nothing here knows what it means.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from ailabel.codecs.xmp_property import PAIRS, Property
from ailabel.errors import MalformedFileError, PlanError
from ailabel.io.source import check_limit
from ailabel.io.splice import Edit, apply
from ailabel.values import frozen

if TYPE_CHECKING:
    from ailabel.codecs.xmp_parse import Document
    from ailabel.io.source import Limits

__all__ = [
    "Found",
    "Property",
    "compact",
    "escape",
    "find",
    "is_own",
    "new_packet",
    "put",
    "vacate",
]

_BLANK: Final = b" \t\r\n\0\xef\xbb\xbf"
_PADDING: Final = 2048  # [XMP1 7.3.2] recommends 2 to 4 KiB, with a line end every 100 characters
_LINE: Final = b" " * 99 + b"\n"
_ESCAPES: Final = {  # the ampersand first, which the others begin with
    "&": "&amp;",
    "<": "&lt;",
    ">": "&gt;",
    '"': "&quot;",
    "\t": "&#9;",
    "\n": "&#10;",
    "\r": "&#13;",
}
_CHARACTERS: Final = {escape: character for character, escape in _ESCAPES.items()}
_OWN_ENTITY: Final = "|".join(map(re.escape, _CHARACTERS))
_FOREIGN_ENTITY: Final = (  # and characters that XML reads differently than they stand
    b"&(?!"
    + b"|".join(escape.encode()[1:] for escape in _CHARACTERS)
    + rb")|[\x00-\x1f\x7f>]|\xef\xbf[\xbe\xbf]"
)
_NO_XML: Final = "[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]"  # [XML 2.2]
_HEAD: Final = (
    b'<?xpacket begin="\xef\xbb\xbf" id="W5M0MpCehiHzreSzNTczkc9d"?>\n'  # [XMP1 7.3.2]
    b'<x:xmpmeta xmlns:x="adobe:ns:meta/">'
    b'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
)
_FOOT: Final = b"</rdf:RDF></x:xmpmeta>\n"
_TRAILER: Final = b'<?xpacket end="w"?>'
_OURS: Final = (  # what `new_packet` writes
    re.escape(_HEAD)
    + rb'<rdf:Description rdf:about="" xmlns:([\w.\-]+)="[^"<]*">'
    + rb"<\1:([\w.\-]+)>[^<]*</\1:\2></rdf:Description>"
    + re.escape(_FOOT)
    + rb"(?P<padding>[ \n]*)"
    + re.escape(_TRAILER)
)


@frozen(kw_only=True)
class Found:
    """One value of the property.

    Args:
        value: its text, entities resolved once; fields are rendered as a JSON object.
        raw: its bytes as they stand in the packet.
        offset: where they stand, from the start of the packet.
        form: ``element``, ``attribute``, ``resource`` (a structure of fields), or ``damaged``: the
            packet is no well-formed XML, or the property's prefix is bound to the wrong namespace.
    """

    value: str
    raw: bytes
    offset: int
    form: str


def find(packet: bytes, prop: Property, limits: Limits) -> tuple[Found, ...]:
    """Find every value of a property, in the order of the packet; damage is read as far as it goes.

    Args:
        packet: UTF-8 or UTF-16; NULs and padding around it do no harm.
        prop: the property.
        limits: bound the length of the packet and the number of values.

    Raises:
        LimitExceededError: the packet is too long, or holds too many values.
    """
    check_limit("an XMP packet", len(packet), limits.metadata_bytes)
    ours = _find_ours(packet, prop)
    if ours is not None:
        return (ours,)
    if not _is_named(packet, prop.local) and not (prop.accepts and _is_named(packet, PAIRS)):
        return ()  # names have no escapes in XML, so most packets need no parsing
    from ailabel.codecs.xmp_parse import parse

    source = _Source.of(packet, errors="replace")
    try:
        document = parse(source.data, prop, limits)
        values = [value for item in document.occurrences for value in item.values]
    except MalformedFileError:
        from ailabel.codecs.xmp_damaged import scan_damaged

        values = scan_damaged(source.data, prop, limits)
    place = source.offsets({edge for value in values for edge in (value.begin, value.end)})
    return tuple(
        Found(
            value=value.text,
            raw=packet[place[value.begin] : place[value.end]],
            offset=place[value.begin],
            form=value.form,
        )
        for value in values
    )


def put(packet: bytes, prop: Property, value: str, limits: Limits) -> bytes:
    """Return the packet with the property once, as an element with this value.

    Other occurrences of the property are taken out; all other bytes stay. The length of a packet
    that `new_packet` made stays too, as long as its padding lasts.

    Args:
        packet: as for `find`; blank bytes give a new packet.
        prop: the property.
        value: its text.
        limits: as for `find`.

    Raises:
        MalformedFileError: it is no well-formed XML with an ``rdf:RDF`` element.
        PlanError: XML cannot hold the value.
    """
    if not packet.strip(_BLANK):
        return new_packet(prop, value)
    if is_own(packet) and packet.startswith(_lead(prop)):
        fresh = _body(prop, value)
        room = len(packet) - len(fresh) - len(_TRAILER)
        return _packet(fresh, room if room >= 0 else _PADDING)
    source, document = _open(packet, prop, limits)
    kept = next((item for item in document.occurrences if item.plain), None)
    edits = [
        Edit(item.begin, item.end - item.begin, b"")
        for item in document.occurrences
        if item is not kept
    ]
    if kept is None:
        edits.append(_insertion(document, prop, value))
    else:
        old = kept.values[0]
        edits.append(Edit(old.begin, old.end - old.begin, _escape(value)))
    return source.rebuild(apply(source.data, edits))


def vacate(packet: bytes, prop: Property, limits: Limits) -> bytes:
    """Return the packet without the property; all other bytes stay.

    Raises:
        MalformedFileError: it is no well-formed XML, so nothing can be taken out safely.
    """
    if not packet.strip(_BLANK):
        return packet
    source, document = _open(packet, prop, limits)
    edits = [Edit(item.begin, item.end - item.begin, b"") for item in document.occurrences]
    return source.rebuild(apply(source.data, edits)) if edits else packet


def new_packet(prop: Property, value: str) -> bytes:
    """Return a packet that holds one property, with padding for later changes.

    Raises:
        PlanError: XML cannot hold the value.
    """
    return _packet(_body(prop, value), _PADDING)


def compact(packet: bytes) -> bytes:
    """Return a packet that `new_packet` made without its padding, and any other as it is."""
    if not is_own(packet):
        return packet
    return packet[: packet.rindex(_FOOT) + len(_FOOT)] + _TRAILER


def is_own(packet: bytes) -> bool:
    """Say whether a packet is one that `new_packet` made, so that nothing foreign stands in it."""
    ours = re.fullmatch(_OURS, packet)
    return ours is not None and ours["padding"] == _spaces(len(ours["padding"]))


def _is_named(packet: bytes, name: str) -> bool:
    return name.encode() in packet or name.encode("utf-16-le") in packet


# -- our own packets -----------------------------------------------------------------------------


def _find_ours(packet: bytes, prop: Property) -> Found | None:
    """Read a packet that `new_packet` made without parsing XML; None where it is not one."""
    lead, close = _frame(prop)
    begin, end = len(lead), packet.find(b"<", len(lead))
    padding = len(packet) - end - len(close) - len(_FOOT) - len(_TRAILER)
    if not (packet.startswith(lead) and packet[end:] == _packet(close + _FOOT, padding)):
        return None
    raw = packet[begin:end]
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        return None
    value = text.replace("&quot;", '"')
    if "&" in value or ">" in value or not value.isprintable():  # more than quotation marks
        if re.search(_FOREIGN_ENTITY, raw):
            return None
        value = re.sub(_OWN_ENTITY, lambda match: _CHARACTERS[match.group()], text)
    return Found(value=value, raw=raw, offset=begin, form="element")


@lru_cache(maxsize=8)
def _frame(prop: Property) -> tuple[bytes, bytes]:
    """Return what stands before and directly behind the value in our own packets."""
    return _lead(prop), _close("rdf", prop)


def _lead(prop: Property) -> bytes:
    return _HEAD + _open_description("rdf", b'""', prop)


def _body(prop: Property, value: str) -> bytes:
    return _HEAD + _description("rdf", b'""', prop, value) + _FOOT


def _packet(body: bytes, padding: int) -> bytes:
    return body + _spaces(padding) + _TRAILER


def _spaces(count: int) -> bytes:
    return (_LINE * (count // len(_LINE) + 1))[:count]


# -- changes -------------------------------------------------------------------------------------


def _open(packet: bytes, prop: Property, limits: Limits) -> tuple[_Source, Document]:
    from ailabel.codecs.xmp_parse import parse

    check_limit("an XMP packet", len(packet), limits.metadata_bytes)
    source = _Source.of(packet, errors="strict")
    return source, parse(source.data, prop, limits)


def _insertion(document: Document, prop: Property, value: str) -> Edit:
    """Add a description of its own at the end, so that no other one has to be touched."""
    rdf = document.rdf
    if rdf is None or rdf.close < 0:
        raise MalformedFileError("XMP packet has no rdf:RDF element")
    prefix = rdf.name.rpartition(":")[0]
    block = _description(prefix, rdf.about, prop, value)
    if rdf.empty:
        return Edit(rdf.close, 2, b">" + block + b"</" + rdf.name.encode() + b">")
    return Edit(rdf.close, 0, block)


def _description(prefix: str, about: bytes, prop: Property, value: str) -> bytes:
    return _open_description(prefix, about, prop) + _escape(value) + _close(prefix, prop)


def _open_description(prefix: str, about: bytes, prop: Property) -> bytes:
    rdf = f"{prefix}:" if prefix else ""
    head = f"<{rdf}Description {rdf}about=".encode()
    return head + about + f' xmlns:{prop.prefix}="{prop.uri}"><{prop.name}>'.encode()


def _close(prefix: str, prop: Property) -> bytes:
    rdf = f"{prefix}:" if prefix else ""
    return f"</{prop.name}></{rdf}Description>".encode()


def escape(value: str) -> str:
    """Return a text as markup.

    Raises:
        PlanError: XML cannot hold one of its characters.
    """
    if not value.isprintable() and re.search(_NO_XML, value):
        raise PlanError("XML cannot hold a control character of the value")
    for character, reference in _ESCAPES.items():
        value = value.replace(character, reference)
    return value


def _escape(value: str) -> bytes:
    return escape(value).encode()


@frozen(kw_only=True)
class _Source:
    """A packet as UTF-8 from its first ``<``, and the way back to its own bytes.

    Args:
        head: what stands before.
        data: the packet as UTF-8.
        codec: its own encoding.
        tail: a byte that is left over at the end of UTF-16.
    """

    head: bytes
    data: bytes
    codec: str
    tail: bytes = b""

    @classmethod
    def of(cls, packet: bytes, errors: str) -> _Source:
        start = packet.find(b"<")
        if start < 0:
            return cls(head=packet, data=b"", codec="utf-8")
        if packet[start + 1 : start + 2] != b"\0":
            return cls(head=packet[:start], data=packet[start:], codec="utf-8")
        # the side of the NUL shows the byte order; code units begin at even offsets [XMP1 7.2]
        codec = "utf-16-be" if start % 2 else "utf-16-le"
        start -= start % 2
        end = len(packet) - (len(packet) - start) % 2
        try:
            data = packet[start:end].decode(codec, errors).encode()
        except UnicodeDecodeError as error:
            raise MalformedFileError("XMP packet is not well-formed UTF-16") from error
        return cls(head=packet[:start], data=data, codec=codec, tail=packet[end:])

    def offsets(self, positions: set[int]) -> dict[int, int]:
        """Return where positions of `data` stand in the packet."""
        start = len(self.head)
        if self.codec == "utf-8":
            return {position: start + position for position in positions}
        result, last = {}, 0
        for position in sorted(positions):
            piece = self.data[last:position].decode(errors="replace")
            start, last = start + len(piece.encode(self.codec)), position
            result[position] = start
        return result

    def rebuild(self, data: bytes) -> bytes:
        """Return the packet with other data."""
        if self.codec != "utf-8":
            data = data.decode().encode(self.codec)
        return self.head + data + self.tail
