"""ASF: objects, the texts of the header, and the payloads of packets [ASF 01.20.05]."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ailabel.errors import MalformedFileError
from ailabel.io.source import check_limit
from ailabel.spi import Span
from ailabel.values import frozen

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ailabel.io.source import View

__all__ = [
    "CONTENT",
    "DATA",
    "EXTENDED",
    "EXTENSION",
    "FILE",
    "HEADER",
    "HEADER_SIZE",
    "LIBRARY",
    "METADATA",
    "PADDING",
    "SIGNATURE",
    "STREAM",
    "XMP",
    "Object",
    "header",
    "inner",
    "object_bytes",
    "payloads",
    "top_level",
]


def _guid(text: str) -> bytes:
    head, tail = text[:18].split("-"), text[19:].replace("-", "")
    return b"".join(bytes.fromhex(part)[::-1] for part in head) + bytes.fromhex(tail)


HEADER: Final = _guid("75B22630-668E-11CF-A6D9-00AA0062CE6C")
DATA: Final = _guid("75B22636-668E-11CF-A6D9-00AA0062CE6C")
FILE: Final = _guid("8CABDCA1-A947-11CF-8EE4-00C00C205365")
STREAM: Final = _guid("B7DC0791-A9B7-11CF-8EE6-00C00C205365")
CONTENT: Final = _guid("75B22633-668E-11CF-A6D9-00AA0062CE6C")
EXTENDED: Final = _guid("D2D0A440-E307-11D2-97F0-00A0C95EA850")
EXTENSION: Final = _guid("5FBF03B5-A92E-11CF-8EE3-00C00C205365")
METADATA: Final = _guid("C5F8CBEA-5BAF-4877-8467-AA8C44FA4CCA")
LIBRARY: Final = _guid("44231C94-9498-49D1-A141-1D134E457054")
PADDING: Final = _guid("1806D474-CADF-4509-A4BA-9AABCB96AAE8")
SIGNATURE: Final = _guid("2211B3FC-BD23-11D2-B4B7-00A0C955FC6E")
XMP: Final = _guid("BE7ACFCB-97A9-42E8-9C71-999491E3AFAC")  # [XMP3]

HEADER_SIZE: Final = 30  # of the header object before the objects in it
_OBJECT: Final = 24  # id and size
_EXTENSION_SIZE: Final = 46  # of the header extension before the objects in it
_DATA_SIZE: Final = 50  # of the data object before its packets
_PACKET_SIZE: Final = 92  # where the file properties keep the size of a packet
_STREAM_NUMBER: Final = 0x7F
_SHORTEST: Final = 16  # bytes a payload of an honest file takes on average, at the least


@frozen
class Object:
    """One object: its id, where it begins, and its length with id and size."""

    id: bytes
    offset: int
    length: int

    @property
    def end(self) -> int:
        """Where it ends."""
        return self.offset + self.length

    @property
    def body(self) -> int:
        """Where its data begin."""
        return self.offset + _OBJECT


def object_bytes(name: bytes, body: bytes) -> bytes:
    """Return an object."""
    return name + (_OBJECT + len(body)).to_bytes(8, "little") + body


def _objects(view: View, start: int, end: int) -> Iterator[Object]:
    """Walk objects; the last one may be cut short."""
    count = 0
    while end - start >= _OBJECT:
        head = view.read(start, _OBJECT, "an ASF object")
        length = int.from_bytes(head[16:], "little")
        if length < _OBJECT:
            if head[:16] != DATA:
                raise MalformedFileError("an ASF object is too short", offset=start)
            length = view.size - start  # a live recording never came back
        yield Object(head[:16], start, length)
        start, count = start + length, count + 1
        check_limit("the number of ASF objects", count, view.limits.items)


def top_level(view: View) -> Iterator[Object]:
    """Walk the objects of the file.

    Raises:
        MalformedFileError: an object has no true size.
    """
    return _objects(view, 0, view.size)


def header(view: View) -> tuple[Object, list[Object]]:
    """Return the header and the objects in it.

    Raises:
        MalformedFileError: the header is damaged or cut short.
    """
    top = next(top_level(view), None)
    if top is None or top.id != HEADER or top.end > view.size or top.length < HEADER_SIZE:
        raise MalformedFileError("the ASF header is damaged", offset=0)
    return top, _whole(view, top.offset + HEADER_SIZE, top.end)


def inner(view: View, extension: Object) -> list[Object]:
    """Return the objects in the header extension."""
    return _whole(view, extension.offset + _EXTENSION_SIZE, extension.end)


def _whole(view: View, start: int, end: int) -> list[Object]:
    found = list(_objects(view, start, end))
    if found and found[-1].end > end:
        raise MalformedFileError("an ASF object runs past its parent", offset=found[-1].offset)
    return found


def payloads(view: View) -> Iterator[tuple[int, Span]]:
    """Yield the payloads of all packets with the number of their stream, in file order.

    Raises:
        MalformedFileError: a packet is damaged.
        LimitExceededError: there are too many payloads for the size of the file.
    """
    _, objects = header(view)
    size = 0
    for item in objects:
        if item.id == FILE:
            size = int.from_bytes(view.read_some(item.offset + _PACKET_SIZE, 4), "little")
    data = next((item for item in top_level(view) if item.id == DATA), None)
    if data is None or not size:
        return
    check_limit("an ASF packet", size, view.limits.metadata_bytes)
    count, most = 0, view.limits.items + view.size // _SHORTEST
    for start in range(data.offset + _DATA_SIZE, min(data.end, view.size) - size + 1, size):
        for stream, span in _packet(start, view.read(start, size, "an ASF packet")):
            yield stream, span
            count += 1
            check_limit("the number of ASF payloads", count, most)


class _Packet:
    """Reads one packet from front to back."""

    def __init__(self, start: int, data: bytes) -> None:
        self.start = start
        self.data = data
        self.at = 0

    def number(self, width: int) -> int:
        """Read a number of a width in bytes."""
        if self.at + width > len(self.data):
            raise MalformedFileError("an ASF packet is damaged", offset=self.start)
        self.at += width
        return int.from_bytes(self.data[self.at - width : self.at], "little")

    def coded(self, kind: int) -> int:
        """Read a number of a width that two bits tell."""
        return self.number((0, 1, 2, 4)[kind & 3])

    def skip(self, count: int) -> Span:
        """Pass by bytes, and say where they stand."""
        begin = self.at
        self.at += count
        if self.at > len(self.data):
            raise MalformedFileError("an ASF packet is damaged", offset=self.start)
        return Span(self.start + begin, count)


def _packet(start: int, data: bytes) -> Iterator[tuple[int, Span]]:
    """Yield the payloads of one packet [ASF 5.2]."""
    packet = _Packet(start, data)
    flags = packet.number(1)
    if flags & 0x80:  # error correction
        packet.skip(flags & 0x0F)
        flags = packet.number(1)
    widths = packet.number(1)
    stated = packet.coded(flags >> 5)
    packet.coded(flags >> 1)  # sequence
    padding = packet.coded(flags >> 3)
    packet.skip(6)  # times
    end = (stated or len(data)) - padding
    count, kind = 1, 0
    if flags & 1:
        several = packet.number(1)
        count, kind = several & 0x3F, several >> 6
    for _ in range(count):
        yield from _payload(packet, widths, kind, end)


def _payload(packet: _Packet, widths: int, kind: int, end: int) -> Iterator[tuple[int, Span]]:
    stream = packet.number(1) & _STREAM_NUMBER
    packet.coded(widths >> 4)  # number of the media object
    packet.coded(widths >> 2)  # offset into it
    replicated = packet.coded(widths)
    packet.skip(replicated)
    length = packet.coded(kind) if kind else end - packet.at
    if length < 0:
        raise MalformedFileError("an ASF packet is damaged", offset=packet.start)
    stop = packet.at + length
    if replicated != 1:
        yield stream, packet.skip(length)
        return
    while packet.at < stop:  # several small media objects, each behind its length
        yield stream, packet.skip(packet.number(1))
