"""The optional package PyAV: decoding and coding of pictures, its errors made ours."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, cast

from ailabel.errors import MalformedFileError, MissingExtraError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import av

__all__ = ["decoded", "loaded"]

THREADS = 4  # a fixed number, for what an encoder writes depends on it


@contextmanager
def loaded(purpose: str) -> Iterator[None]:
    """Make sure that PyAV is there, and convert what it raises inside the block.

    Raises:
        MissingExtraError: PyAV or numpy is not installed.
        MalformedFileError: the pictures could not be decoded.
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
            "the pictures of the film cannot be decoded: {reason}", reason=error.strerror
        ) from error


def decoded(
    decoder: str, config: bytes, samples: Iterable[tuple[int, bytes]]
) -> Iterator[av.VideoFrame]:
    """Decode pictures with a fresh decoder, which ends where the samples do.

    Args:
        decoder: its name.
        config: what it must know beforehand.
        samples: coded pictures in decoding order, with the time at which each is shown.

    Yields:
        The pictures in the order in which they are shown, with their times.
    """
    import av

    context = cast("av.VideoCodecContext", av.CodecContext.create(decoder, "r"))
    if config:
        context.extradata = config
    context.thread_type = "AUTO"
    for time, data in samples:
        packet = av.Packet(data)
        packet.pts = time
        yield from context.decode(packet)
    yield from context.decode(None)
