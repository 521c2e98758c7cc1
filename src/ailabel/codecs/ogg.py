"""Ogg: pages, logical streams and the packets in them [RFC3533].

A stream is cut into packets, packets into segments of at most 255 bytes, and up to 255 segments
stand on a page. Only the pages that hold a stream's headers are kept; the others are walked by
their headers, which costs 27 bytes and the segment table of each.
"""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Final

from ailabel.codecs import native
from ailabel.errors import MalformedFileError
from ailabel.io.source import check_limit
from ailabel.io.splice import stretch_of
from ailabel.values import frozen

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ailabel.io.source import View

__all__ = [
    "CAPTURE",
    "CONTINUED",
    "FIRST",
    "FLAC",
    "LAST",
    "OPUS",
    "SEGMENTS",
    "SKELETON",
    "VORBIS",
    "Kind",
    "Packet",
    "Page",
    "Stream",
    "build",
    "checksum",
    "first_kinds",
    "numbered",
    "packet",
    "pages",
    "pieces",
    "positions",
    "read_packet",
    "streams",
]

CAPTURE: Final = b"OggS"  # [RFC3533 6]
SEGMENTS: Final = 255  # the most that a page holds, and the length of a segment that is not a last
HEADER: Final = 27
CONTINUED, FIRST, LAST = 1, 2, 4  # flags of a page
_FIELDS: Final = struct.Struct("<4sBBqIIIB")
_REVERSED: Final = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))
_STREAMS: Final = 10_000  # ours; a week of songs in one chained file
_STREAMS_KEY: Final = "ogg.streams"  # in a view's memo
_BEGINNINGS: Final = 64  # streams that are looked at to tell sound from video
_MAGIC: Final = 16  # how much of the first packet tells the codec


@frozen(kw_only=True)
class Kind:
    """What is coded in a stream, and how its headers look.

    Args:
        name: of the codec.
        magic: how its first packet begins.
        prefix: how its comment packet begins.
        headers: how many packets stand before the content; only the first is known where it is 1.
        video: whether pictures are coded.
    """

    name: str
    magic: bytes
    prefix: bytes = b""
    headers: int = 2
    video: bool = False

    @property
    def commented(self) -> bool:
        """Whether the second packet holds comments."""
        return self.headers > 1


VORBIS: Final = Kind(name="Vorbis", magic=b"\x01vorbis", prefix=b"\x03vorbis", headers=3)
OPUS: Final = Kind(name="Opus", magic=b"OpusHead", prefix=b"OpusTags")  # [RFC7845 5]
THEORA: Final = Kind(
    name="Theora", magic=b"\x80theora", prefix=b"\x81theora", headers=3, video=True
)
SPEEX: Final = Kind(name="Speex", magic=b"Speex   ")
FLAC: Final = Kind(name="FLAC", magic=b"\x7fFLAC")  # [RFC9639 10.1]
SKELETON: Final = Kind(name="Skeleton", magic=b"fishead\0", headers=1)  # about the other streams
DIRAC: Final = Kind(name="Dirac", magic=b"BBCD\0", headers=1, video=True)
VP8: Final = Kind(name="VP8", magic=b"OVP80\1", headers=1, video=True)
UNKNOWN: Final = Kind(name="unknown", magic=b"", headers=1)
_KINDS: Final = (VORBIS, OPUS, THEORA, SPEEX, FLAC, SKELETON, DIRAC, VP8, UNKNOWN)


@frozen(kw_only=True)
class Page:
    """One page [RFC3533 6].

    Args:
        offset: where it begins.
        flags: whether it goes on with a packet, and is the first or last of its stream.
        granule: the position of the last packet that ends on it.
        serial: of its stream.
        sequence: its number in the stream.
        checksum: of the whole page, this field taken as zero.
        lacing: the lengths of its segments.
        body: where the segments begin.
        end: where the page ends.
    """

    offset: int
    flags: int
    granule: int
    serial: int
    sequence: int
    checksum: int
    lacing: bytes
    body: int
    end: int


@frozen(kw_only=True)
class Stream:
    """One logical stream.

    Args:
        number: of the stream, in the order in which they begin.
        link: which part of a chained file it belongs to, from 0.
        kind: what is coded.
        headers: how many header packets it has.
        pages: those that hold its headers.
        complete: whether all its headers are there.
    """

    number: int
    link: int
    kind: Kind
    headers: int
    pages: tuple[Page, ...]
    complete: bool


@frozen
class Packet:
    """Where a packet stands: page and segment, by index in `Stream.pages`, of start and end."""

    first: int
    begin: int
    last: int
    end: int


@dataclass(slots=True)
class _Open:
    """A stream whose headers are being gathered."""

    number: int
    link: int
    kind: Kind
    headers: int
    missing: int
    pages: list[Page] = field(default_factory=list)

    def close(self) -> Stream:
        return Stream(
            number=self.number,
            link=self.link,
            kind=self.kind,
            headers=self.headers,
            pages=tuple(self.pages),
            complete=self.missing <= 0,
        )


def pages(view: View, offset: int = 0) -> Iterator[Page]:
    """Walk the pages; the walk ends at the first bytes that are no whole page."""
    while (page := _page(view, offset)) is not None:
        yield page
        offset = page.end


def _page(view: View, offset: int) -> Page | None:
    """Return the page at an offset, or None where no whole page stands."""
    head = view.read_some(offset, HEADER + SEGMENTS)
    if len(head) < HEADER:
        return None
    capture, version, flags, granule, serial, sequence, stated, count = _FIELDS.unpack_from(head)
    body = offset + HEADER + count
    lacing = head[HEADER : HEADER + count]
    end = body + sum(lacing)
    if capture != CAPTURE or version or len(lacing) < count or end > view.size:
        return None
    return Page(
        offset=offset,
        flags=flags,
        granule=granule,
        serial=serial,
        sequence=sequence,
        checksum=stated,
        lacing=lacing,
        body=body,
        end=end,
    )


def numbered(view: View) -> Iterator[tuple[int, Page]]:
    """Walk the pages with the number of the stream that each belongs to.

    A serial number may be used again in a later link of a chained file. Pages of a stream that
    never began are left out.
    """
    count, current = 0, dict[int, int]()
    for page in pages(view):
        if page.flags & FIRST:
            current[page.serial] = count
            count += 1
        number = current.get(page.serial)
        if number is not None:
            yield number, page


def streams(view: View) -> tuple[Stream, ...]:
    """Return every logical stream, with the pages of its headers; the file is walked once a view.

    Raises:
        MalformedFileError: the file does not begin with the first page of a stream.
        LimitExceededError: there are too many streams, or headers on too many pages.
    """
    known = view.memo.get(_STREAMS_KEY)
    if isinstance(known, tuple):
        return known
    view.memo[_STREAMS_KEY] = found = _walked(view)
    return found


def _walked(view: View) -> tuple[Stream, ...]:
    found: list[_Open] = []
    current: dict[int, _Open] = {}
    link, begun, offset, waiting = 0, False, 0, 0
    while (page := _page(view, offset)) is not None:
        offset = page.end
        if page.flags & FIRST:
            link += begun
            begun = False
            kind = _kind_of(view, page)
            headers = _headers(view, page, kind)
            current[page.serial] = _Open(len(found), link, kind, headers, headers)
            found.append(current[page.serial])
            waiting += 1
            check_limit("the number of Ogg streams", len(found), min(_STREAMS, view.limits.items))
        stream = current.get(page.serial)
        if stream is None:
            continue
        begun = begun or not page.flags & FIRST
        if stream.missing > 0:
            stream.pages.append(page)
            check_limit("an Ogg header packet", len(stream.pages), view.limits.items)
            stream.missing -= sum(length < SEGMENTS for length in page.lacing)
            waiting -= stream.missing <= 0
        if begun and not waiting:
            offset = _pass_over(view, offset)
    if not found:
        raise MalformedFileError("the first page of the Ogg file is missing", offset=0)
    return tuple(stream.close() for stream in found)


def _pass_over(view: View, offset: int) -> int:
    """Return where the next page stands that begins a stream, or is none; sound has thousands.

    Without the extension nothing is passed over.
    """
    fast, stretch = native.extension(), stretch_of(view, offset)
    if fast is None or stretch is None:
        return offset
    shift = stretch.shift
    passed: int = fast.ogg_skip(stretch.fd, offset + shift, stretch.end + shift)
    return passed - shift


def _kind_of(view: View, page: Page) -> Kind:
    """Say from a stream's first page what is coded in it."""
    head = view.read_some(page.body, min(_MAGIC, page.end - page.body))
    return next(kind for kind in _KINDS if head.startswith(kind.magic))


def _headers(view: View, page: Page, kind: Kind) -> int:
    """Return how many header packets a stream has."""
    if kind is FLAC:  # the packet says how many follow it; zero where that was not known
        return 1 + (int.from_bytes(view.read_some(page.body + 7, 2), "big") or 1)
    return kind.headers


def first_kinds(view: View) -> Iterator[Kind]:
    """Yield what the streams hold that begin at the start of the file, as far as is plausible."""
    for page in islice(pages(view), _BEGINNINGS):
        if not page.flags & FIRST:
            return
        yield _kind_of(view, page)


def packet(stream: Stream, number: int) -> Packet:
    """Return where a header packet stands.

    Raises:
        MalformedFileError: the file ends before it does.
    """
    count, begin = 0, (0, 0)
    for index, page in enumerate(stream.pages):
        for segment, length in enumerate(page.lacing, 1):
            if length == SEGMENTS:
                continue
            if count == number:
                return Packet(*begin, index, segment)
            count += 1
            begin = (index, segment) if segment < len(page.lacing) else (index + 1, 0)
    raise MalformedFileError(
        "the file ends inside {structure}",
        offset=stream.pages[0].offset,
        structure="an Ogg header packet",
    )


def pieces(stream: Stream, found: Packet) -> Iterator[tuple[int, int]]:
    """Yield the ranges of bytes, as offset and length, that a packet consists of."""
    for index in range(found.first, found.last + 1):
        page = stream.pages[index]
        begin = found.begin if index == found.first else 0
        end = found.end if index == found.last else len(page.lacing)
        yield page.body + sum(page.lacing[:begin]), sum(page.lacing[begin:end])


def positions(stream: Stream, found: Packet, indexes: Iterable[int]) -> Iterator[int]:
    """Yield the file's offsets of bytes of a packet, which are asked in order."""
    ranges, start, (offset, length) = pieces(stream, found), 0, (0, 0)
    for index in indexes:
        while index >= start + length:
            start += length
            offset, length = next(ranges)
        yield offset + index - start


def read_packet(view: View, stream: Stream, found: Packet) -> bytes:
    """Return the bytes of a packet.

    Raises:
        LimitExceededError: it is longer than `Limits.metadata_bytes`.
    """
    ranges = list(pieces(stream, found))
    length = sum(length for _, length in ranges)
    check_limit("an Ogg header packet", length, view.limits.metadata_bytes)
    return b"".join(view.read(offset, length) for offset, length in ranges)


def checksum(data: bytes) -> int:
    """Return the checksum of bytes: polynomial 0x04C11DB7, no complement [RFC3533 6].

    It is zlib's CRC with the bits of every byte, and of the result, in the other order.
    """
    value = zlib.crc32(data.translate(_REVERSED), 0xFFFFFFFF) ^ 0xFFFFFFFF
    return int.from_bytes(value.to_bytes(4, "little").translate(_REVERSED), "big")


def build(page: Page, lacing: bytes, body: bytes) -> bytes:
    """Return a page with its checksum; `page` gives the other fields of the header."""
    fields = (page.flags, page.granule, page.serial, page.sequence)
    head = _FIELDS.pack(CAPTURE, 0, *fields, 0, len(lacing)) + lacing
    value = checksum(head + body)
    return head[:22] + value.to_bytes(4, "little") + head[26:] + body
