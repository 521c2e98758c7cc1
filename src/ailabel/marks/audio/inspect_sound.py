"""The sound of a file as numbers: its start and its end, or all of it where it is short.

FFmpeg's own guess at the kind of file is never asked: the carrier has decided, and a file that
poses as a playlist would otherwise make the demuxer open other files.
"""

from __future__ import annotations

from collections import deque
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from ailabel.errors import MalformedFileError, PlanError
from ailabel.marks.audio.libav import Part
from ailabel.values import frozen

if TYPE_CHECKING:
    from collections.abc import Iterator

    import av
    import numpy as np
    from av.container import InputContainer
    from numpy.typing import NDArray

    from ailabel.io.source import View

__all__ = ["DEMUXERS", "RATE", "Stretch", "listen"]

RATE: Final = 16_000  # hertz, of what is listened to
DEMUXERS: Final = {  # format id: FFmpeg's name, or names to try
    "aac": ("aac",),
    "ac3": ("ac3", "eac3"),
    "aiff": ("aiff",),
    "amr": ("amr",),
    "ape": ("ape",),
    "caf": ("caf",),
    "dsf": ("dsf",),
    "flac": ("flac",),
    "m4a": ("mov",),
    "mka": ("matroska",),
    "mp3": ("mp3",),
    "mpc": ("mpc", "mpc8"),
    "ogg": ("ogg",),
    "opus": ("ogg",),
    "wav": ("wav",),
    "weba": ("matroska",),
    "wma": ("asf",),
    "wv": ("wv",),
}
_EDGE: Final = 30.0  # seconds at the start and at the end
_SHORT: Final = 60.0  # seconds; a sound up to this long is heard whole, at once
_FARTHEST: Final = 1200.0  # seconds decoded at most in search of an end that was stated wrongly
_RATES: Final = (4000, 3_000_000)  # hertz; less carries no label, more is none that is in use
_FULL: Final = 8.0  # more than any floating point recording overshoots; no number beyond is sound
_MOST_ERRORS: Final = 200  # packets that may be broken


@frozen(kw_only=True)
class Stretch:
    """A part of the sound, all channels mixed, at `RATE`.

    Args:
        start: where it begins, in seconds.
        samples: between -1 and 1.
        first: whether it begins where the sound begins.
        last: whether it ends where the sound ends.
    """

    start: float
    samples: NDArray[np.float32]
    first: bool
    last: bool

    @property
    def seconds(self) -> float:
        """How long it is."""
        return len(self.samples) / RATE


def listen(view: View, format_id: str) -> Iterator[Stretch]:
    """Yield the start and the end of a sound, or one stretch where it is short.

    Args:
        view: the file.
        format_id: which of `DEMUXERS` reads it.

    Raises:
        MalformedFileError: there is no sound, or it changes what it is too often.
        PlanError: its sampling rate is none that can be listened to.
        av.FFmpegError: it cannot be decoded.
    """
    with _opened(view, format_id) as container:
        length = _length(container)
        if length is None or length <= _SHORT:
            yield from _edges(_pieces(container))
        else:
            yield from _start_and_end(container, length)


def _opened(view: View, format_id: str) -> InputContainer:
    import av

    for name in DEMUXERS[format_id]:
        try:
            container = av.open(
                Part(view, 0, view.size),
                "r",
                format=name,
                io_open=_refuse,
                metadata_errors="replace",
            )
        except av.FFmpegError:
            if name == DEMUXERS[format_id][-1]:
                raise
            continue
        if container.streams.audio:
            return container
        container.close()
    raise MalformedFileError("the file holds no sound that can be decoded")


def _refuse(*_: object) -> None:
    """Open no file that another file names."""
    raise MalformedFileError("the file refers to other files")


def _length(container: InputContainer) -> float | None:
    """Return how many seconds the sound is said to have."""
    stream = container.streams.audio[0]
    if stream.duration is not None and stream.time_base is not None:
        return float(stream.duration * stream.time_base)
    return None if container.duration is None else container.duration / 1e6


def _start_and_end(container: InputContainer, length: float) -> Iterator[Stretch]:
    """Decode the start, go to the end, decode that."""
    import av

    start = _Latest(_FARTHEST)
    for piece in _pieces(container):
        start.add(piece)
        if start.heard >= _EDGE:
            break
    yield start.stretch(first=True, last=False)
    with suppress(av.FFmpegError):  # where it cannot go there, it goes on from here
        container.seek(int((length - _EDGE) * 1e6))
    end = _Latest(_EDGE)
    for piece in _pieces(container):
        end.add(piece)
        if end.heard > _FARTHEST:
            return
    if end.heard:
        yield end.stretch(first=False, last=True)


def _edges(pieces: Iterator[_Piece]) -> Iterator[Stretch]:
    """Yield a sound whose length is small or not known: whole, or its start and its end."""
    start, end = _Latest(_FARTHEST), _Latest(_EDGE)
    for piece in pieces:
        if start.heard <= _SHORT:
            start.add(piece)
        end.add(piece)
        if end.heard > _FARTHEST:
            yield start.stretch(first=True, last=False)
            return
    whole = start.heard == end.heard
    yield start.stretch(first=True, last=whole)
    if not whole:
        yield end.stretch(first=False, last=True)


@frozen
class _Piece:
    """Samples, and when they sound, in seconds."""

    time: float
    samples: NDArray[np.float32]


class _Latest:
    """The latest seconds of what was added.

    Args:
        most: how many seconds are kept.
    """

    def __init__(self, most: float) -> None:
        self._most = most
        self._pieces: deque[_Piece] = deque()
        self._kept = 0
        self.heard = 0.0

    def add(self, piece: _Piece) -> None:
        """Add a piece, and forget those that are too old."""
        self._pieces.append(piece)
        self._kept += len(piece.samples)
        self.heard += len(piece.samples) / RATE
        while self._kept - len(self._pieces[0].samples) > self._most * RATE:
            self._kept -= len(self._pieces.popleft().samples)

    def stretch(self, *, first: bool, last: bool) -> Stretch:
        """Return what is kept as one stretch."""
        import numpy as np

        samples = [piece.samples for piece in self._pieces]
        start = self._pieces[0].time if self._pieces else 0.0
        return Stretch(
            start=start,
            samples=np.concatenate(samples) if samples else np.zeros(0, np.float32),
            first=first,
            last=last,
        )


def _pieces(container: InputContainer) -> Iterator[_Piece]:
    """Decode from where the container stands; broken packets are left out."""
    import numpy as np

    time = -1.0
    for begin, samples in _resampled(container):
        if time < 0:
            time = max(begin - _origin(container), 0.0)
        clean = np.nan_to_num(samples, nan=0.0, posinf=0.0, neginf=0.0)
        yield _Piece(time, np.clip(clean, -_FULL, _FULL))
        time += len(samples) / RATE


def _origin(container: InputContainer) -> float:
    """Return the time of the first sample, which need not be 0."""
    stream = container.streams.audio[0]
    if stream.start_time is None or stream.time_base is None:
        return 0.0
    return float(stream.start_time * stream.time_base)


def _resampled(container: InputContainer) -> Iterator[tuple[float, NDArray[np.float32]]]:
    """Yield the sound, mixed and at `RATE`; beside each piece the time of the frame it is from."""
    import av

    resampler, setup, time = av.AudioResampler("flt", "mono", RATE), None, 0.0
    for frame in _frames(container):
        shape = (frame.sample_rate, frame.format.name, frame.layout.name)
        if shape != setup:
            if not _RATES[0] <= frame.sample_rate <= _RATES[1]:
                raise PlanError(
                    "a sampling rate of {rate} Hz carries no such label", rate=frame.sample_rate
                )
            resampler, setup = av.AudioResampler("flt", "mono", RATE), shape
        time = frame.time or 0.0
        frame.pts = None  # the resampler would fill gaps in time with silence
        for result in resampler.resample(frame):
            yield time, result.to_ndarray()[0]
    for result in resampler.resample(None) if setup else ():
        yield time, result.to_ndarray()[0]


def _frames(container: InputContainer) -> Iterator[av.AudioFrame]:
    """Decode; a broken packet is left out, too many of them end it."""
    import av

    stream = container.streams.audio[0]
    errors = 0
    packets = container.demux(stream)
    while True:
        try:
            packet = next(packets)
            yield from packet.decode()
        except StopIteration:
            return
        except av.FFmpegError:
            errors += 1
            if errors > _MOST_ERRORS:
                raise
