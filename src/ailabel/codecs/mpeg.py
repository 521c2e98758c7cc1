"""MPEG audio: frame headers, the walk from frame to frame, and the frame that holds no sound.

[ISO11172-3 2.4.1.3; ISO13818-3 2.4.2.3; MPEG-2.5 after the Fraunhofer extension.] The first frame
of an MP3 file may be an encoder's table of contents in the shape of a silent frame: ``Xing`` or
``Info`` after the side information, or ``VBRI`` 32 bytes after the header.
"""

from __future__ import annotations

from enum import Enum
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from ailabel.values import frozen

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ailabel.io.source import View

__all__ = [
    "HEADER",
    "Frame",
    "FrameHeader",
    "Version",
    "find_frame",
    "frames",
    "info_position",
    "is_info_frame",
    "parse_header",
]

HEADER: Final = 4
_BLOCK: Final = 1 << 16
_MONO: Final = 3
_VBRI: Final = 32  # bytes between the header and "VBRI"


class Version(Enum):
    """The edition of MPEG audio that a frame follows."""

    MPEG1 = "1"
    MPEG2 = "2"
    MPEG25 = "2.5"


_VERSIONS: Final = {0: Version.MPEG25, 2: Version.MPEG2, 3: Version.MPEG1}
_RATES: Final = {
    Version.MPEG1: (44100, 48000, 32000),
    Version.MPEG2: (22050, 24000, 16000),
    Version.MPEG25: (11025, 12000, 8000),
}
_LOW_1: Final = (32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256)
_LOW_23: Final = (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160)
_KBITS: Final = {  # by low sampling frequency and layer, from index 1
    (False, 1): (32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448),
    (False, 2): (32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384),
    (False, 3): (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    (True, 1): _LOW_1,
    (True, 2): _LOW_23,
    (True, 3): _LOW_23,
}
_SIDE_INFO: Final = {  # Layer III, by low sampling frequency and mono
    (False, False): 32,
    (False, True): 17,
    (True, False): 17,
    (True, True): 9,
}


@frozen(kw_only=True)
class FrameHeader:
    """The header of one frame.

    Args:
        version: edition of the standard.
        layer: 1, 2 or 3.
        bitrate: in bits per second.
        sample_rate: in hertz.
        channels: 1 or 2.
        mode: the channel mode's two bits: 0 stereo, 1 joint stereo, 2 dual channel, 3 mono.
        padding: whether the frame has a padding slot.
        protected: whether a 16-bit CRC follows the header.
        length: of the whole frame, in bytes.
        samples: sound samples per channel.
    """

    version: Version
    layer: int
    bitrate: int
    sample_rate: int
    channels: int
    mode: int
    padding: bool
    protected: bool
    length: int
    samples: int

    @property
    def low(self) -> bool:
        """Whether this is one of the low sampling frequencies (MPEG-2 and 2.5)."""
        return self.version is not Version.MPEG1

    def continues(self, other: FrameHeader) -> bool:
        """Say whether a frame with this header can stand in one stream with another."""
        return self is other or (
            self.sample_rate == other.sample_rate
            and self.version is other.version
            and self.layer == other.layer
        )


@frozen
class Frame:
    """One whole frame: where it stands, its length in bytes, its header."""

    offset: int
    length: int
    header: FrameHeader


@lru_cache(maxsize=1024)  # a file has few kinds of headers, and many of each
def parse_header(data: bytes) -> FrameHeader | None:
    """Read a frame header from four bytes.

    Returns:
        None where there is none: no sync, a reserved value, ADTS (layer 0), or free format, whose
        frame length stands nowhere.
    """
    if len(data) < HEADER or data[0] != 0xFF or data[1] < 0xE0:  # noqa: PLR2004 - the sync bits
        return None
    version = _VERSIONS.get(data[1] >> 3 & 3)
    layer = 4 - (data[1] >> 1 & 3)
    kbits, rate = data[2] >> 4, data[2] >> 2 & 3
    if version is None or layer > 3 or kbits in (0, 15) or rate > 2:  # noqa: PLR2004 - reserved
        return None
    low = version is not Version.MPEG1
    bitrate = _KBITS[low, layer][kbits - 1] * 1000
    sample_rate = _RATES[version][rate]
    padding = data[2] >> 1 & 1
    samples = _samples(layer, low=low)
    slot = 4 if layer == 1 else 1
    length = (samples // 8 // slot * bitrate // sample_rate + padding) * slot
    return FrameHeader(
        version=version,
        layer=layer,
        bitrate=bitrate,
        sample_rate=sample_rate,
        channels=1 if data[3] >> 6 == _MONO else 2,
        mode=data[3] >> 6,
        padding=bool(padding),
        protected=not data[1] & 1,
        length=length,
        samples=samples,
    )


def _samples(layer: int, *, low: bool) -> int:
    if layer == 1:
        return 384
    return 576 if layer == 3 and low else 1152  # noqa: PLR2004 - Layer III


def frames(view: View, start: int, end: int) -> Iterator[Frame]:
    """Walk the whole frames between two offsets.

    Where the sync is lost the walk goes on at the next frame of the same kind that another such
    frame, or `end`, follows; what lies between is skipped. A frame that `end` cuts is left out.
    """
    first: FrameHeader | None = None
    block, base, room = b"", start, 0  # the room for headers in the block
    while start + HEADER <= end:
        at = start - base
        if at >= room:
            block, base, at = view.read_some(start, min(_BLOCK, end - start)), start, 0
            room = len(block) - HEADER + 1
        header = parse_header(block[at : at + HEADER])
        if header is None or not (header is first or header.continues(first or header)):
            found = find_frame(view, start + 1, end, first)
            if found is None:
                return
            start = found.offset
            continue
        length = header.length
        if start + length > end:
            return
        first = first or header
        yield Frame(start, length, header)
        start += length


def find_frame(view: View, start: int, end: int, like: FrameHeader | None = None) -> Frame | None:
    """Find the first frame at or after `start` that another one, or exactly `end`, follows.

    Args:
        view: the file.
        start: where to begin.
        end: where the sound ends.
        like: a header of the same stream, if one is known.
    """
    while start + HEADER <= end:
        block = view.read_some(start, min(_BLOCK, end - start))
        position = block.find(b"\xff")
        while 0 <= position <= len(block) - HEADER:
            header = parse_header(block[position : position + HEADER])
            offset = start + position
            if (
                header is not None
                and header.continues(like or header)
                and _followed(view, offset, end, header)
            ):
                return Frame(offset, header.length, header)
            position = block.find(b"\xff", position + 1)
        start += max(len(block) - HEADER + 1, 1)
    return None


def _followed(view: View, offset: int, end: int, header: FrameHeader) -> bool:
    following = offset + header.length
    if following >= end:
        return following == end
    other = parse_header(view.read_some(following, HEADER))
    return other is not None and other.continues(header)


def info_position(frame: bytes, header: FrameHeader) -> int | None:
    """Return where ``Xing``, ``Info`` or ``VBRI`` stands in a frame, or None where none does.

    Args:
        frame: the frame, at least its first 48 bytes.
        header: its header.
    """
    if header.layer != 3:  # noqa: PLR2004 - Layer III
        return None
    side = HEADER + _SIDE_INFO[header.low, header.mode == _MONO]
    places = [(side, (b"Xing", b"Info")), (HEADER + _VBRI, (b"VBRI",))]
    if header.protected:  # writers disagree on whether the CRC counts
        places.append((side + 2, (b"Xing", b"Info")))
    for place, marks in places:
        if frame[place : place + 4] in marks:
            return place
    return None


def is_info_frame(view: View, frame: Frame) -> bool:
    """Say whether a frame is an encoder's table of contents and holds no sound."""
    head = view.read_some(frame.offset, min(frame.length, 48))
    return info_position(head, frame.header) is not None
