"""The optional package PyAV: decoding and encoding of coded sound, its errors made ours."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import field
from typing import TYPE_CHECKING, TypeAlias, cast

from ailabel.errors import MalformedFileError, MissingExtraError
from ailabel.values import frozen

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    import av
    import numpy as np
    from numpy.typing import NDArray

    from ailabel.io.source import View

    Samples: TypeAlias = NDArray[np.float32] | NDArray[np.int32] | NDArray[np.int16]

__all__ = ["Coding", "Part", "decoded", "encoded", "loaded"]


@frozen(kw_only=True)
class Coding:
    """What an encoder is asked for.

    Args:
        codec: its name.
        rate: the sampling rate.
        layout: the channels, by FFmpeg's name of their layout.
        form: how it takes samples, by FFmpeg's name.
        bit_rate: in bits per second; None where it is not asked.
        options: of its own.
    """

    codec: str
    rate: int
    layout: str
    form: str
    bit_rate: int | None = None
    options: Mapping[str, str] = field(default_factory=dict)


@contextmanager
def loaded(purpose: str) -> Iterator[None]:
    """Make sure that PyAV is there, and convert what it raises inside the block.

    Raises:
        MissingExtraError: PyAV or numpy is not installed.
        MalformedFileError: the sound could not be decoded.
    """
    try:
        import av
        import numpy as np
    except ImportError:
        raise MissingExtraError("av", purpose) from None
    del np
    try:
        yield
    except av.FFmpegError as error:
        raise MalformedFileError(
            "the sound cannot be decoded: {reason}", reason=error.strerror
        ) from error


class Part:
    """A part of a file as PyAV reads one.

    Args:
        view: the file.
        start: where the part begins.
        end: where it ends.
    """

    def __init__(self, view: View, start: int, end: int) -> None:
        self._view, self._start, self._end = view, start, end
        self._at = start

    def read(self, size: int = -1) -> bytes:
        """Return the next bytes, none at the end."""
        left = self._end - self._at
        data = self._view.read_some(self._at, left if size < 0 else min(size, left))
        self._at += len(data)
        return data

    def seek(self, offset: int, whence: int = 0) -> int:
        """Go to a place in the part."""
        base = (self._start, self._at, self._end)[whence]
        self._at = min(max(base + offset, self._start), self._end)
        return self.tell()

    def tell(self) -> int:
        """Return the place in the part."""
        return self._at - self._start


def decoded(
    codec: str, packets: Iterable[bytes], extradata: bytes = b""
) -> Iterator[NDArray[np.generic]]:
    """Decode packets with a fresh decoder.

    Args:
        codec: the decoder's name.
        packets: coded frames in order.
        extradata: what the decoder must know beforehand.

    Yields:
        The samples of each frame: one row a channel.
    """
    import av

    context = cast("av.AudioCodecContext", av.CodecContext.create(codec, "r"))
    if extradata:
        context.extradata = extradata
    for packet in (*map(av.Packet, packets), None):
        for frame in context.decode(packet):
            samples = frame.to_ndarray()
            yield (
                samples
                if frame.format.is_planar
                else samples.reshape(-1, frame.layout.nb_channels).T
            )


def encoded(coding: Coding, samples: Samples, step: int) -> tuple[list[bytes], bytes]:
    """Code a sound with a fresh encoder.

    Args:
        coding: what is asked for.
        samples: one row a channel, whole frames.
        step: how many samples a frame has, where the encoder does not say it.

    Returns:
        The packets, and what a decoder must know beforehand.
    """
    import av
    import numpy as np

    context = cast("av.AudioCodecContext", av.CodecContext.create(coding.codec, "w"))
    context.sample_rate, context.layout = coding.rate, coding.layout
    context.format = coding.form
    if coding.bit_rate is not None:
        context.bit_rate = coding.bit_rate
    context.options = dict(coding.options)
    context.open()
    step = context.frame_size or step
    packets: list[bytes] = []
    planar = coding.form.endswith("p")
    for start in range(0, samples.shape[1], step):
        piece = samples[:, start : start + step]
        laid = cast("Samples", np.ascontiguousarray(piece if planar else piece.T.reshape(1, -1)))
        frame = av.AudioFrame.from_ndarray(laid, format=coding.form, layout=coding.layout)
        frame.sample_rate, frame.pts = coding.rate, start
        packets += [bytes(packet) for packet in context.encode(frame)]
    packets += [bytes(packet) for packet in context.encode(None)]
    return packets, bytes(context.extradata or b"")
