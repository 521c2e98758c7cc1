"""The label in an Opus stream: packets of our own before or after the content's [RFC7845].

The header stays as it is: as many samples as before are skipped at the beginning, and they are the
label's silence now. Behind a label, a packet of silence in another mode than the content's first
one resets a decoder, for it starts anew where the mode changes [RFC6716 4.5.2]; only the first 5 ms
are faded over from what was heard before, and of a content these are not heard anyhow.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ailabel.errors import MalformedFileError, PlanError
from ailabel.marks.audio import coded, libav, prompt
from ailabel.marks.audio.ogg_stream import Piece
from ailabel.values import frozen

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    from ailabel.marks.audio.ogg_stream import Sound
    from ailabel.spi import MarkSpec

__all__ = ["DELAY", "RATE", "Head", "back", "duration", "front", "label", "open_head", "total"]

RATE: Final = 48_000  # of the granule positions, whatever was coded
DELAY: Final = 312  # samples that libopus puts first
_FRAME: Final = 960  # samples of ours, 20 ms
_LEAST, _MOST = 24_000, 96_000  # bits per second and channel that a label is given
_SIZES: Final = {  # samples of a frame, by configuration [RFC6716 table 2]
    **{config: (480, 960, 1920, 2880)[config % 4] for config in range(12)},
    **{config: (480, 960)[config % 2] for config in range(12, 16)},
    **{config: (120, 240, 480, 960)[config % 4] for config in range(16, 32)},
}
_HYBRID, _CELT = 12, 16  # the first configurations of these modes; before them stands SILK
_SILENT_SILK: Final = bytes.fromhex("480be4c136ecc580")  # 20 ms that libopus makes of silence
_SILENT_CELT: Final = bytes.fromhex("f8fffe")
_LONGEST_PACKET: Final = 5760  # samples [RFC6716 3.2.5]
_LAYOUTS: Final = {**coded.LAYOUTS, 4: "quad", 7: "6.1", 8: "7.1"}  # [RFC7845 5.1.1.2]


@frozen(kw_only=True)
class Head:
    """The identification header [RFC7845 5.1].

    Args:
        data: the header.
        channels: how many there are.
        skipped: samples that are not heard at the beginning.
        gain: in decibels, of everything in the stream.
        family: of the channel mapping.
        streams: how many Opus streams a packet holds.
        mapping: the rest of the header, which says what is in which stream.
    """

    data: bytes
    channels: int
    skipped: int
    gain: float
    family: int
    streams: int
    mapping: bytes

    @property
    def heard(self) -> tuple[int, ...]:
        """The channels in which a label sounds, in FFmpeg's order."""
        return coded.sounding(self.channels, _LAYOUTS[self.channels])

    @property
    def form(self) -> coded.Form:
        """How the content is coded."""
        return coded.Form(
            decoder="libopus",
            extradata=self.data,
            rate=RATE,
            channels=self.channels,
            per_frame=_FRAME,
        )


def open_head(data: bytes) -> Head:
    """Read the header.

    Raises:
        MalformedFileError: it is too short.
        PlanError: the label cannot match its channel mapping.
    """
    if len(data) < 19 or (data[18] and len(data) < 21 + data[9]):  # noqa: PLR2004 - as cited
        raise MalformedFileError("the Opus header is too short")
    family, channels = data[18], data[9]
    fits = channels <= 2 if family == 0 else family == 1 and channels in _LAYOUTS  # noqa: PLR2004
    skipped = int.from_bytes(data[10:12], "little")
    if not fits or not channels:
        raise PlanError(
            "the label cannot match the channels of the Opus stream; convert the sound first, for "
            "example by ffmpeg -c:a libopus"
        )
    return Head(
        data=data,
        channels=channels,
        skipped=skipped,
        gain=int.from_bytes(data[16:18], "little", signed=True) / 256,
        family=family,
        streams=data[19] if family else 1,
        mapping=data[19 : 21 + channels] if family else b"",
    )


def duration(head: bytes) -> int:
    """Return how many samples a packet holds, by its first two bytes [RFC6716 3.1, 3.2]."""
    if not head:
        return 0
    count = (1, 2, 2, head[1] & 0x3F if len(head) > 1 else 0)[head[0] & 3]
    samples = count * _SIZES[head[0] >> 3]
    return samples if samples <= _LONGEST_PACKET else 0


def total(sound: Sound) -> tuple[int, int]:
    """Return the granule positions at which the content begins, and ends if it is heard whole."""
    first, last = 0, len(sound.pages) - 1
    begin = sum(duration(sound.head(at)) for at in sound.ending_on(first))
    base = max(sound.pages[0].granule - begin, 0) if last else 0
    stated = [page.granule for page in sound.pages[:-1] if page.granule >= 0]
    end = (stated[-1] if stated else base) + sum(
        duration(sound.head(at)) for at in sound.ending_on(last)
    )
    return base, max(end, sound.pages[last].granule)


def label(spec: MarkSpec, sound: Sound, head: Head) -> tuple[prompt.Label, list[Piece]]:
    """Make the label, and code it.

    Raises:
        PlanError: our coder cannot match the channel mapping.
    """
    found = coded.measure(head.form, coded.Frames(len(sound), sound.packet))
    target = prompt.Target(rate=RATE, loudness=found, channels=len(head.heard), with_numpy=True)
    made = prompt.make(spec, target)
    softer = 10 ** (-head.gain / 20)  # a player amplifies the label too
    samples = coded.prepared(made.samples, softer)
    size = sum(len(sound.packet(at)) for at in range(min(len(sound), 500)))
    rate = 8 * size * RATE / _FRAME / min(len(sound), 500)
    packets = _encode(samples, head, rate)
    return made, [Piece(packet, _FRAME) for packet in packets]


def _encode(samples: NDArray[np.float64], head: Head, bit_rate: float) -> list[bytes]:
    least, most = _LEAST * head.channels, _MOST * head.channels
    coding = libav.Coding(
        codec="libopus",
        rate=RATE,
        layout=_LAYOUTS[head.channels],
        form="flt",
        bit_rate=int(min(max(bit_rate, least), most)),
        options={"frame_duration": "20", "mapping_family": str(head.family)},
    )
    length = -(-len(samples) // _FRAME) * _FRAME
    packets, made = libav.encoded(
        coding, coded.rows(samples, head.channels, length, head.heard), _FRAME
    )
    if made[18] != head.family or made[19:] != head.mapping:
        raise PlanError(
            "the label cannot match the channels of the Opus stream; convert the sound first, for "
            "example by ffmpeg -c:a libopus"
        )
    return packets


def front(label_packets: Sequence[Piece], sound: Sound, head: Head) -> list[Piece]:
    """Return what goes before the content."""
    return [*label_packets, *_reset(sound.head(0), head)]


def back(label_packets: Sequence[Piece], head: Head) -> list[Piece]:
    """Return what goes behind the content."""
    return [*_reset(label_packets[0].data, head), *label_packets]


def _reset(following: bytes, head: Head) -> list[Piece]:
    """Return silence behind which a decoder starts anew with the mode of a packet."""
    is_celt = following[:1] and following[0] >> 3 >= _CELT
    silence = (_SILENT_CELT, _SILENT_SILK) if is_celt else (_SILENT_SILK, _SILENT_CELT)
    return [Piece(_multiplied(packet, head.streams), _FRAME) for packet in silence]


def _multiplied(packet: bytes, streams: int) -> bytes:
    """Return a packet that holds the same in each stream; all but the last say their length."""
    delimited = packet[:1] + bytes([len(packet) - 1]) + packet[1:]  # [RFC6716 appendix B]
    return delimited * (streams - 1) + packet
