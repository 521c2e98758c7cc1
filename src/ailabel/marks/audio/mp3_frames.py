"""The coded frames of an MP3 file: where they stand, what they lean on, and new ones.

A frame may keep a part of its sound in the room that frames before it left over, the bit reservoir
[ISO11172-3 2.4.2.7]. So what is put before the first frame must be all that it leans on: nothing.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Final

from ailabel.codecs import id3, mpeg, tails
from ailabel.errors import MalformedFileError, PlanError
from ailabel.io.source import check_limit
from ailabel.marks.audio import coded, libav
from ailabel.values import frozen

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ailabel.io.source import View

__all__ = [
    "CODER_DELAY",
    "Sound",
    "encode",
    "leans_on_missing",
    "measure",
    "open_sound",
    "side_info",
]

CODER_DELAY: Final = 1105  # samples of silence that LAME puts first
_LAYER: Final = 3
_MONO: Final = 3
_SIDE_INFO: Final = {(False, False): 32, (False, True): 17, (True, False): 17, (True, True): 9}
_RESERVOIR: Final = {False: 511, True: 255}  # bytes that the 9 or 8 bits of main_data_begin reach
_RATES: Final = {  # bits per second that Layer III has a code for, by low sampling frequency
    False: (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    True: (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
_ROOM: Final = 1 << 17  # bytes within which the first frame must begin


@frozen(kw_only=True)
class Sound:
    """The content.

    Args:
        start: where the first frame begins, the one with the table of contents included.
        end: where the tags behind the sound begin.
        info: the frame with the table of contents, if there is one.
        frames: those that hold sound, in order; at least one.
    """

    start: int
    end: int
    info: mpeg.Frame | None
    frames: tuple[mpeg.Frame, ...]

    @property
    def header(self) -> mpeg.FrameHeader:
        """The header of the first frame that holds sound."""
        return self.frames[0].header

    @property
    def samples(self) -> int:
        """Samples of one channel."""
        return len(self.frames) * self.header.samples

    @property
    def first(self) -> int:
        """Where the first frame that holds sound begins."""
        return self.frames[0].offset


def side_info(header: mpeg.FrameHeader) -> int:
    """Return how many bytes of side information follow the header [ISO11172-3 2.4.1.7]."""
    return _SIDE_INFO[header.low, header.mode == _MONO]


def open_sound(view: View) -> Sound:
    """Find the frames.

    Raises:
        PlanError: the file holds no Layer III sound, or channels come and go.
    """
    behind = id3.end_of_tags(view)
    end = tails.tail(view, behind).start
    begin = mpeg.find_frame(view, behind, min(end, behind + _ROOM))
    found: list[mpeg.Frame] = []
    if begin is not None and begin.header.layer == _LAYER:
        most = 10 * view.limits.items
        found = list(islice(mpeg.frames(view, begin.offset, end), most + 1))
        check_limit("the number of MP3 frames", len(found), most)
    info = found.pop(0) if found and mpeg.is_info_frame(view, found[0]) else None
    if not found:
        raise PlanError("the file holds no MPEG Layer III frames whose length is known")
    if len({frame.header.channels for frame in found}) > 1:
        raise PlanError("the MP3 file changes between mono and stereo")
    start = info.offset if info else found[0].offset
    return Sound(start=start, end=end, info=info, frames=tuple(found))


def leans_on_missing(view: View, sound: Sound) -> bool:
    """Say whether the first frames need bytes of frames that were cut off before them."""
    low = sound.header.low
    held = 0
    for frame in sound.frames:
        if held >= _RESERVOIR[low]:
            break
        head = mpeg.HEADER + 2 * frame.header.protected
        data = view.read(frame.offset, min(head + 2, frame.length), "an MP3 frame")
        begin = int.from_bytes(data[head:], "big") >> (8 if low else 7)
        if begin > held:
            return True
        held += max(frame.length - head - side_info(frame.header), 0)
    return False


def measure(view: View, sound: Sound) -> float | None:
    """Measure how loud the content is, in a few stretches of frames; None for silence."""
    header = sound.header
    form = coded.Form(
        decoder="mp3float",
        rate=header.sample_rate,
        channels=header.channels,
        per_frame=header.samples,
    )
    return coded.measure(
        form, coded.frames_of(view, [(frame.offset, frame.length) for frame in sound.frames])
    )


def encode(samples: Sequence[float], sound: Sound) -> list[bytes]:
    """Code a mono sound as frames that fit the content and lean on nothing before them.

    Args:
        samples: the sound; all channels get it.
        sound: the content, for the sampling rate, the channels and the bit rate.
    """
    header = sound.header
    coding = libav.Coding(
        codec="libmp3lame",
        rate=header.sample_rate,
        layout=coded.LAYOUTS[header.channels],
        form="fltp",
        bit_rate=_bit_rate(sound),
        options={"reservoir": "0"},
    )
    length = -(-len(samples) // header.samples) * header.samples
    data = coded.rows(coded.prepared(samples), header.channels, length)
    packets, _ = libav.encoded(coding, data, header.samples)
    for packet in packets:
        made = mpeg.parse_header(packet[: mpeg.HEADER])
        if made is None or made.length != len(packet) or not made.continues(header):
            raise MalformedFileError("the label's MP3 frames do not fit the content's")
    return packets


def _bit_rate(sound: Sound) -> int:
    """Return the content's bit rate, or of a variable one the nearest to its mean."""
    mean = sum(frame.header.bitrate for frame in sound.frames) / len(sound.frames)
    return 1000 * min(_RATES[sound.header.low], key=lambda rate: abs(rate * 1000 - mean))
