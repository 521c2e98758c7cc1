"""PNG: the first pixel of each row, without decoding the others [PNG3 9.2].

To the left of a first pixel stands nothing, so its filter needs the pixel above and no other.
"""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, Final

from ailabel.codecs import png
from ailabel.errors import MalformedFileError
from ailabel.values import frozen

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ailabel.io.source import View

__all__ = ["Header", "first_pixels", "header"]

_IHDR: Final = 13  # bytes [PNG3 11.2.1]
_CHANNELS: Final = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
_HEADER: Final = 8  # of a chunk, before its data
_FIRST: Final = 1 << 9  # of the compressed data, read at once; most pictures need no more
_PIECE: Final = 1 << 15
_LEFT, _UP, _AVERAGE, _PAETH = 1, 2, 3, 4


@frozen(kw_only=True)
class Header:
    """What IHDR says: the size in pixels, bits a sample, channels, and whether it is interlaced."""

    width: int
    height: int
    depth: int
    channels: int
    interlaced: bool


def header(view: View) -> Header | None:
    """Return the header of a picture; None where it has no valid one."""
    data = view.read_some(16, _IHDR)  # behind the signature, and the length and type of the chunk
    if len(data) < _IHDR or view.read_some(12, 4) != b"IHDR":
        return None
    return Header(
        width=int.from_bytes(data[:4], "big"),
        height=int.from_bytes(data[4:8], "big"),
        depth=data[8],
        channels=_CHANNELS.get(data[9], 0),
        interlaced=data[12] != 0,
    )


def first_pixels(view: View, form: Header) -> Iterator[bytes]:
    """Yield the first pixel of each row, from the top, as far as the data go.

    Args:
        view: the file.
        form: its header; 8 bits a sample, not interlaced.

    Raises:
        MalformedFileError: the data cannot be decompressed.
    """
    stride = form.width * form.channels
    inflated = _Inflated(view)
    above = bytes(form.channels)
    for _ in range(form.height):
        start = inflated.take(1 + form.channels)
        if len(start) <= form.channels:
            return
        kind, pixel = start[0], start[1:]
        if kind in (_UP, _PAETH):
            pixel = bytes((x + up) & 0xFF for x, up in zip(pixel, above, strict=True))
        elif kind == _AVERAGE:
            pixel = bytes((x + up // 2) & 0xFF for x, up in zip(pixel, above, strict=True))
        above = pixel
        yield pixel
        inflated.skip(stride - form.channels)


class _Inflated:
    """The decompressed data of the IDAT chunks, taken piece by piece."""

    def __init__(self, view: View) -> None:
        self._view = view
        self._pieces = self._compressed()
        self._stream = zlib.decompressobj()
        self._input = b""

    def _compressed(self) -> Iterator[bytes]:
        size = _FIRST
        for offset, end in self._places():
            while offset < end:
                yield self._view.read(offset, min(size, end - offset), "a PNG chunk")
                offset, size = offset + size, _PIECE  # noqa: PLW2901 - on through the chunk

    def _places(self) -> Iterator[tuple[int, int]]:
        """Yield where the data of IDAT chunks begin and end; the first one without a whole walk."""
        first = len(png.SIGNATURE)
        for chunk in png.chunks(self._view, pixels=False):
            if chunk.offset != first:  # what was left out stands here
                break
            first = chunk.end
        head = self._view.read_some(first, _HEADER)
        if head[4:] == b"IDAT":
            end = first + _HEADER + int.from_bytes(head[:4], "big")
            yield first + _HEADER, min(end, self._view.size)
        for chunk in png.chunks(self._view):
            if chunk.type == b"IDAT" and chunk.offset > first:
                yield chunk.body, chunk.body + chunk.length

    def take(self, length: int) -> bytes:
        """Return the next bytes; fewer at the end."""
        found = b""
        while len(found) < length:
            if not self._input:
                self._input = next(self._pieces, b"")
                if not self._input:
                    break
            try:
                found += self._stream.decompress(self._input, length - len(found))
            except zlib.error as error:
                raise MalformedFileError(
                    "{structure} cannot be decompressed", structure="the PNG picture"
                ) from error
            self._input = self._stream.unconsumed_tail
        return found

    def skip(self, length: int) -> None:
        """Pass over bytes."""
        while length > 0:
            step = min(length, _PIECE)
            if len(self.take(step)) < step:
                return
            length -= step
