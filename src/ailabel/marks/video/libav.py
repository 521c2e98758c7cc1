"""The optional package PyAV: decoding and coding of pictures, its errors made ours."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Final, cast

from ailabel.errors import MalformedFileError, MissingExtraError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import av

    from ailabel.marks.video.film import Film

__all__ = ["THREADS", "decoded", "loaded"]

_BLOCK: Final = 64  # by so much a picture that is coded may be larger than the one that is shown
THREADS: Final = 4  # a fixed number, for what an encoder writes depends on it


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
    decoder: str, film: Film, config: bytes, samples: Iterable[tuple[int, bytes]]
) -> Iterator[av.VideoFrame]:
    """Decode pictures with a fresh decoder, which ends where the samples do.

    Args:
        decoder: its name.
        film: says how large the pictures are at the most.
        config: what it must know beforehand.
        samples: coded pictures in decoding order, with the time at which each is shown.

    Yields:
        The pictures in the order in which they are shown, with their times.
    """
    import av

    context = cast("av.VideoCodecContext", av.CodecContext.create(decoder, "r"))
    if config:
        context.extradata = config
    width, height = film.look.size
    context.options = {"max_pixels": str((width + _BLOCK) * (height + _BLOCK))}
    context.thread_type = "AUTO"
    for time, data in samples:
        # a packet made of bytes is freed with the interpreter's lock, for which a decoder's thread
        # would wait while its decoder is freed under that lock
        packet = av.Packet(len(data))
        packet.update(data)
        packet.pts = time
        yield from context.decode(packet)
    yield from context.decode(None)
