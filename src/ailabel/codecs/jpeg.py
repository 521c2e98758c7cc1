"""JPEG: the marker grammar, the frame header, and where coded data ends [T.81 annex B].

The header of a file is walked segment by segment and never searched; only entropy-coded data, which
has no length field, is searched for the marker that ends it, as the format asks for.
"""

from __future__ import annotations

import itertools
import re
import struct
from typing import TYPE_CHECKING, Final, TypeAlias

from ailabel.codecs import native
from ailabel.errors import MalformedFileError, PlanError
from ailabel.io.source import check_limit
from ailabel.values import frozen

if TYPE_CHECKING:
    from collections.abc import Container, Iterator

    from ailabel.io.source import View

__all__ = [
    "APP0",
    "APP15",
    "CODED",
    "COM",
    "DHT",
    "DQT",
    "DRI",
    "EOI",
    "FRAMES",
    "MAX_BODY",
    "SIGNATURE",
    "SOS",
    "Component",
    "Frame",
    "Segment",
    "find_frame",
    "frame",
    "image_end",
    "name",
    "scans",
    "segment",
    "segments",
]

# Marker codes: the byte after 0xFF [T.81 table B.1].
FRAMES: Final = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}  # SOF0 … SOF15
DHT: Final = 0xC4
EOI: Final = 0xD9
SOS: Final = 0xDA
DQT: Final = 0xDB
DRI: Final = 0xDD
APP0: Final = 0xE0
APP15: Final = 0xEF
COM: Final = 0xFE
CODED: Final = 0x00  # no marker: what `scans` yields for entropy-coded data

_PREFIX: Final = 0xFF  # how every marker begins
SIGNATURE: Final = b"\xff\xd8\xff"  # SOI and the first byte of any marker
MAX_BODY: Final = 0xFFFF - 2  # the length field counts itself

_BARE: Final = frozenset({0x01, *range(0xD0, 0xDA)})  # TEM, RST0 … RST7, SOI, EOI: no length field
_UNUSUAL: Final = _BARE | {0x00, _PREFIX}  # no length, no marker, fill bytes
_HEAD: Final = struct.Struct(">BBH")  # a marker and the length field
_BLOCK_OF_HEADS: Final = 1024  # bytes of a header that are read at once
_ANY: Final = range(0x100)
_Row: TypeAlias = "tuple[int, int, int]"
_HEADER: Final = "jpeg header"
_NAMES: Final = {DHT: "DHT", EOI: "EOI", SOS: "SOS", DQT: "DQT", DRI: "DRI", COM: "COM"}
_BLOCK: Final = 1 << 18
_FILL: Final = 4096

# Stuffed zeros, restart markers, fill bytes and reserved codes do not end a scan [T.81 F.1.2.3].
_END_OF_SCAN: Final = re.compile(rb"\xff[\xc0-\xcf\xd8-\xfe]")


@frozen
class Segment:
    """One marker segment.

    Args:
        marker: the code after the 0xFF, such as 0xE1 for APP1; `CODED` for entropy-coded data.
        offset: of the 0xFF directly before the code; fill bytes stand before it.
        length: of everything, marker and length field included.
    """

    marker: int
    offset: int
    length: int

    @property
    def body(self) -> int:
        """Where the body begins, behind the marker and the length field."""
        return min(self.offset + 4, self.end)

    @property
    def body_length(self) -> int:
        """How many bytes the body has."""
        return self.end - self.body

    @property
    def end(self) -> int:
        """Where the segment ends."""
        return self.offset + self.length


@frozen(kw_only=True)
class Component:
    """One component of a frame: its id, sampling factors and quantisation table."""

    id: int
    horizontal: int
    vertical: int
    table: int


@frozen(kw_only=True)
class Frame:
    """A frame header [T.81 B.2.2].

    Args:
        marker: which SOF it is, 0xC0 for baseline.
        precision: bits a sample.
        width: in pixels.
        height: in pixels; 0 where a DNL segment says it after the first scan.
        components: in the order of the header.
    """

    marker: int
    precision: int
    width: int
    height: int
    components: tuple[Component, ...]

    @property
    def is_baseline(self) -> bool:
        """Whether it is baseline sequential DCT."""
        return self.marker == 0xC0  # noqa: PLR2004 - SOF0

    @property
    def is_progressive(self) -> bool:
        """Whether the DCT coefficients come in several passes."""
        return self.marker & 3 == 2  # noqa: PLR2004 - SOF2, 6, 10, 14

    @property
    def is_lossless(self) -> bool:
        """Whether samples are predicted instead of transformed."""
        return self.marker & 3 == 3  # noqa: PLR2004 - SOF3, 7, 11, 15

    @property
    def is_differential(self) -> bool:
        """Whether it is a later frame of a hierarchical picture."""
        return self.marker & 4 == 4  # noqa: PLR2004 - SOF5 … 7, 13 … 15

    @property
    def is_arithmetic(self) -> bool:
        """Whether the coder is arithmetic instead of Huffman."""
        return self.marker >= 0xC9  # noqa: PLR2004 - SOF9 and up


def segments(view: View, markers: Container[int] = _ANY) -> Iterator[Segment]:
    """Walk the header: the segments after SOI, up to and including the first SOS.

    Args:
        view: the file.
        markers: which are wanted; the others are walked over.

    Raises:
        MalformedFileError: there is no SOI, a segment is broken, or EOI comes before any SOS.
        LimitExceededError: there are more segments than `Limits.items`.
    """
    for rows in _header(view):
        for row in rows:
            if row[0] in markers:
                yield Segment(*row)


def _header(view: View) -> Iterator[list[_Row]]:
    """Yield marker, offset and length of the header's segments, those of a block at once."""
    known = view.memo.get(_HEADER)
    if isinstance(known, list):
        yield known
        return
    if view.read_some(0, len(SIGNATURE)) != SIGNATURE:
        raise MalformedFileError("the JPEG start marker is missing", offset=0)
    heads = _heads if (fast := native.extension()) is None else fast.jpeg_header
    header: list[_Row] = []
    marker, offset = 0, 2
    while marker != SOS:
        rows = heads(view.read_some(offset, _BLOCK_OF_HEADS), offset, view.size)
        rows = rows or [_segment_at(view, offset)]
        header += rows
        check_limit("the number of JPEG segments", len(header), view.limits.items)
        yield rows
        marker, start, length = rows[-1]
        if marker == EOI:
            raise MalformedFileError("the JPEG image ends before its first scan", offset=offset)
        offset = start + length
    view.memo[_HEADER] = header


def scans(view: View, first: Segment) -> Iterator[Segment]:
    """Walk what follows the first SOS: coded data, the segments between scans, and EOI.

    Entropy-coded data comes as a `Segment` whose marker is `CODED`, restart markers included. The
    data of a file that was cut short runs to its end, and no EOI follows.

    Args:
        view: the file.
        first: its first SOS, the last that `segments` yields.

    Raises:
        MalformedFileError: a segment between two scans is broken.
        LimitExceededError: there are more segments than `Limits.items`.
    """
    found = first
    for number in itertools.count(1):
        check_limit("the number of JPEG segments", number, view.limits.items)
        offset = found.end
        if found.marker == SOS:
            end = _end_of_scan(view, offset)
            yield Segment(CODED, offset, end - offset)
            if end == view.size:
                return
            offset = end
        found = Segment(*_segment_at(view, offset))
        yield found
        if found.marker == EOI:
            return


def image_end(view: View) -> int:
    """Return where the image ends: behind its EOI, or the end of a file that has none.

    What stands behind it (further pictures, a maker's trailer) is no part of this image. Reads the
    whole image, once.
    """
    *_, first = segments(view)
    *_, last = scans(view, first)
    return last.end


def find_frame(view: View) -> Frame:
    """Return the first frame header.

    Raises:
        MalformedFileError: there is none before the first scan, or it is broken.
    """
    for found in segments(view):
        if found.marker in FRAMES:
            return frame(view, found)
    raise MalformedFileError("the JPEG image has no frame header", offset=found.offset)


def frame(view: View, found: Segment) -> Frame:
    """Parse a frame header.

    Raises:
        MalformedFileError: its length or a sampling factor is wrong.
    """
    body = view.read(found.body, found.body_length, "a JPEG frame header")
    if len(body) < 9 or len(body) != 6 + 3 * body[5]:  # noqa: PLR2004 - fixed part, component
        raise MalformedFileError("the JPEG frame header has a wrong length", offset=found.offset)
    components = tuple(
        Component(id=key, horizontal=factors >> 4, vertical=factors & 15, table=table)
        for key, factors, table in zip(body[6::3], body[7::3], body[8::3], strict=True)
    )
    for part in components:
        if not (1 <= part.horizontal <= 4 and 1 <= part.vertical <= 4):  # noqa: PLR2004 - Hi, Vi
            raise MalformedFileError(
                "the JPEG frame header has a wrong sampling factor", offset=found.offset
            )
    return Frame(
        marker=found.marker,
        precision=body[0],
        height=int.from_bytes(body[1:3], "big"),
        width=int.from_bytes(body[3:5], "big"),
        components=components,
    )


def segment(marker: int, body: bytes) -> bytes:
    """Return a marker segment.

    Raises:
        PlanError: the body is longer than `MAX_BODY`.
    """
    if len(body) > MAX_BODY:
        raise PlanError(
            "a JPEG segment cannot hold {value} bytes (at most {limit})",
            value=len(body),
            limit=MAX_BODY,
        )
    return bytes((0xFF, marker)) + (len(body) + 2).to_bytes(2, "big") + body


def name(marker: int) -> str:
    """Return what a marker is called, such as ``APP1``."""
    if APP0 <= marker <= APP15:
        return f"APP{marker - APP0}"
    if marker in FRAMES:
        return f"SOF{marker - 0xC0}"
    return _NAMES.get(marker, f"FF{marker:02X}")


def _heads(block: bytes, offset: int, size: int) -> list[_Row]:
    """Return the segments whose heads lie in a block, through SOS; the extension does the same.

    What is not as nearly all segments are ends the walk: no length, no marker, fill bytes.

    Args:
        block: bytes of the file, from where a segment begins.
        offset: where that is.
        size: of the file.
    """
    rows: list[_Row] = []
    place, marker = 0, 0
    while marker != SOS and place + _HEAD.size <= len(block):
        prefix, marker, length = _HEAD.unpack_from(block, place)
        end = place + 2 + length
        if prefix != _PREFIX or marker in _UNUSUAL or length < 2 or offset + end > size:  # noqa: PLR2004 - its own
            break
        rows.append((marker, offset + place, 2 + length))
        place = end
    return rows


def _segment_at(view: View, offset: int) -> _Row:
    """Parse the segment whose marker, or whose fill bytes, begin at an offset."""
    prefix, marker, high, low = view.read_some(offset, 4).ljust(4, b"\0")
    if prefix == marker == _PREFIX:
        offset = _skip_fill(view, offset)
        prefix, marker, high, low = view.read_some(offset, 4).ljust(4, b"\0")
    if offset + 2 > view.size:
        raise MalformedFileError(
            "the file ends inside {structure}", offset=offset, structure="JPEG"
        )
    if prefix != _PREFIX or not marker:
        raise MalformedFileError("no JPEG marker where one must stand", offset=offset)
    if marker in _BARE:
        return marker, offset, 2
    length = 2 + (high << 8 | low)
    if length < 4 or offset + length > view.size:  # noqa: PLR2004 - marker and length field
        raise MalformedFileError(
            "JPEG segment {name} has a wrong length", offset=offset, name=name(marker)
        )
    return marker, offset, length


def _skip_fill(view: View, offset: int) -> int:
    """Return where the last 0xFF of a run stands; the others are fill bytes [T.81 B.1.1.2]."""
    while block := view.read_some(offset, _FILL):
        if rest := block.lstrip(b"\xff"):
            return offset + len(block) - len(rest) - 1
        offset += len(block)
    return offset


def _end_of_scan(view: View, offset: int) -> int:
    """Return where the marker stands that ends entropy-coded data, or the size of the file."""
    while True:
        block = view.read_some(offset, _BLOCK)
        if found := _END_OF_SCAN.search(block):
            return offset + found.start()
        if len(block) < _BLOCK:
            return view.size
        offset += len(block) - 1  # its last byte may be the first of the marker
