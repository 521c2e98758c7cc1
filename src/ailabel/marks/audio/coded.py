"""Sound that is coded in frames: how it is decoded, how loud it is, a label in its channels."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Final

from ailabel.marks.audio import libav, loudness, quick
from ailabel.values import frozen

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from ailabel.io.source import View

__all__ = ["LAYOUTS", "Form", "Frames", "frames_of", "measure", "prepared", "rows", "sounding"]

LAYOUTS: Final = {  # FFmpeg's names, by number of channels
    1: "mono", 2: "stereo", 3: "3.0", 4: "4.0", 5: "5.0", 6: "5.1",
}  # fmt: skip
_STEREO: Final = 2
_CENTRE: Final = 2  # the front centre's number in all of them that have one
_CEILING: Final = 10 ** (-2 / 20)  # -2 dB, for coding makes peaks somewhat higher
_WARM_UP: Final = 12  # frames that bring a decoder into step before a measured window


@frozen(kw_only=True)
class Form:
    """How a sound is coded.

    Args:
        decoder: FFmpeg's name of it.
        extradata: what it must know beforehand.
        rate: the sampling rate.
        channels: how many there are.
        per_frame: how many samples of a channel a frame holds.
    """

    decoder: str
    extradata: bytes = b""
    rate: int
    channels: int
    per_frame: int

    def decode(self, packets: Sequence[bytes]) -> Iterator[NDArray[np.generic]]:
        """Decode frames: one row a channel."""
        return libav.decoded(self.decoder, packets, self.extradata)


class Frames:
    """The frames of a content, read when they are needed.

    Args:
        count: how many there are.
        read: returns the frame of a number.
    """

    def __init__(self, count: int, read: Callable[[int], bytes]) -> None:
        self.count, self._read = count, read

    def __getitem__(self, chosen: slice) -> list[bytes]:
        """Return some frames."""
        return [self._read(number) for number in range(*chosen.indices(self.count))]


def frames_of(view: View, ranges: Sequence[tuple[int, int]]) -> Frames:
    """Return the frames that stand at offsets, each with its length."""
    return Frames(len(ranges), lambda number: view.read(*ranges[number], "a frame of the sound"))


def measure(form: Form, frames: Frames) -> float | None:
    """Measure how loud a content is, in a few stretches of frames; None for silence."""
    import av
    import numpy as np

    wanted = round((loudness.WARM_UP + loudness.WINDOW) * form.rate)
    count = -(-wanted // form.per_frame)
    powers = []
    for start in loudness.spread(frames.count * form.per_frame, form.rate, form.channels):
        measured = min(start // form.per_frame, max(frames.count - count, 0))
        packets = frames[max(measured - _WARM_UP, 0) : measured + count]
        blocks: list[NDArray[np.generic]] = []
        with suppress(av.FFmpegError):  # a damaged frame is the content's own
            blocks += (block for block in form.decode(packets) if len(block) == form.channels)
        sound = np.concatenate(blocks, axis=1) if blocks else np.zeros((form.channels, 0))
        powers.append(quick.window_power(_floats(sound)[:, -wanted:], form.rate))
    return loudness.integrate(powers)


def _floats(samples: NDArray[np.generic]) -> NDArray[np.generic]:
    """Return samples between -1 and 1."""
    if samples.dtype.kind != "i":
        return samples
    return samples / float(1 << 8 * samples.dtype.itemsize - 1)  # type: ignore[operator, no-any-return]


def sounding(channels: int, layout: str = "") -> tuple[int, ...]:
    """Return in which channels a label sounds: both of two, else the front centre if there is one.

    Args:
        channels: how many there are.
        layout: FFmpeg's name of them, where it is not the one in `LAYOUTS`.
    """
    if channels <= _STEREO or layout == "quad":
        return tuple(range(min(channels, _STEREO)))
    return (_CENTRE,)


def prepared(samples: Sequence[float], factor: float = 1.0) -> NDArray[np.float64]:
    """Return a sound, amplified, that may be coded with loss and is not clipped then."""
    import numpy as np

    sound = np.asarray(samples, np.float64)
    peak = float(np.abs(sound).max(initial=0.0)) or 1.0
    return sound * min(_CEILING / peak, factor)


def rows(
    samples: Sequence[float] | NDArray[np.float64],
    channels: int,
    length: int,
    heard: tuple[int, ...] | None = None,
) -> NDArray[np.float32]:
    """Return a mono sound as rows of that length, in the channels in which a label sounds."""
    import numpy as np

    data = np.zeros((channels, length), np.float32)
    data[list(heard or sounding(channels)), : len(samples)] = samples
    return data
