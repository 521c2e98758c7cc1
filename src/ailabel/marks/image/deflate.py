"""Compressed pixels of PNG: inflated to a known size, deflated fast, and read back."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, Final

from ailabel.errors import AilabelError, MalformedFileError

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["compressor_for", "deflate", "inflate"]

_BLOCK: Final = 1 << 20
_FAST: Final = 1  # level
_CALM: Final = 6  # pixels that shrink to less than a sixth are drawn, not photographed


def inflate(data: bytes, size: int, structure: str) -> bytes:
    """Return the first `size` bytes of a zlib stream.

    Raises:
        MalformedFileError: it is broken or holds less.
    """
    try:
        pixels = zlib.decompressobj().decompress(data, size)
    except zlib.error as error:
        raise MalformedFileError(
            "{structure} cannot be decompressed", structure=structure
        ) from error
    if len(pixels) < size:
        raise MalformedFileError("{structure} ends too early", structure=structure)
    return pixels


def deflate(parts: Sequence[bytes | memoryview], before: int) -> bytes:
    """Compress pieces into one zlib stream and prove that it can be read.

    Args:
        parts: what to compress, in order.
        before: how long the stream was that this one replaces.
    """
    sizes = [memoryview(part).nbytes for part in parts]
    compressor = compressor_for(before, sum(sizes))
    data = b"".join([*map(compressor.compress, parts), compressor.flush()])
    _read_back(data, sum(sizes))
    return data


def compressor_for(
    before: int, size: int, window: int = zlib.MAX_WBITS, known: bytes = b""
) -> zlib._Compress:
    """Return a compressor that suits the pixels.

    Args:
        before: how long they were, compressed.
        size: how long they are.
        window: bits of the distance of matches; below 0 for no header and checksum.
        known: what stands before them in the stream.
    """
    if before * _CALM < size:
        return zlib.compressobj(zlib.Z_DEFAULT_COMPRESSION, zlib.DEFLATED, window, zdict=known)
    # Run lengths are what a filtered photograph has to give; the search for longer matches costs
    # much there and finds nothing. Drawings repeat themselves.
    return zlib.compressobj(_FAST, zlib.DEFLATED, window, 9, zlib.Z_RLE, known)


def _read_back(data: bytes, size: int) -> None:
    """Inflate in blocks; zlib raises unless the Adler-32 at the end agrees."""
    stream, rest, length = zlib.decompressobj(), data, 0
    try:
        while not stream.eof:
            block = stream.decompress(rest, _BLOCK)
            rest = stream.unconsumed_tail
            length += len(block)
            if not block and not rest:
                break
    except zlib.error as error:
        raise AilabelError("what was compressed cannot be read back") from error
    if not stream.eof or length != size:
        raise AilabelError("what was compressed cannot be read back")
