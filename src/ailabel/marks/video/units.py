"""Units of H.264 and HEVC streams: how they are told apart, and numbers inside them."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from ailabel.errors import MalformedFileError, PlanError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["Bits", "escaped", "joined", "of_stream", "split", "unescaped"]

_START: Final = re.compile(rb"\x00\x00\x01")
_ESCAPED: Final = re.compile(rb"\x00\x00\x03")
_NEEDS_ESCAPE: Final = re.compile(rb"\x00\x00(?=[\x00-\x03])")
_LONGEST: Final = 32  # bits of a number


def split(sample: bytes, width: int) -> Iterator[bytes]:
    """Yield the units of a sample, each behind its length [ISO14496-15 4.3.3].

    Raises:
        MalformedFileError: a unit runs past the sample.
    """
    at = 0
    while at < len(sample):
        length = int.from_bytes(sample[at : at + width], "big")
        at += width
        if at + length > len(sample):
            raise MalformedFileError("a unit of a coded picture does not fit")
        if length:
            yield sample[at : at + length]
        at += length


def joined(units: Iterable[bytes], width: int) -> bytes:
    """Return a sample of units, each behind its length.

    Raises:
        PlanError: a unit is longer than the field of the length can say.
    """
    pieces: list[bytes] = []
    for unit in units:
        if len(unit) >= 1 << 8 * width:
            raise PlanError(
                "the film says the length of its units in {width} bytes, too few for pictures "
                "that are coded anew; remux the file first, for example with ffmpeg -c copy",
                width=width,
            )
        pieces += (len(unit).to_bytes(width, "big"), unit)
    return b"".join(pieces)


def of_stream(stream: bytes) -> Iterator[bytes]:
    """Yield the units between the start codes of a byte stream [ITU-T H.264 B.1]."""
    starts = [match.end() for match in _START.finditer(stream)]
    for start, following in pairwise([*starts, len(stream) + 3]):
        unit = stream[start : following - 3].rstrip(b"\0")
        if unit:
            yield unit


def unescaped(unit: bytes) -> bytes:
    """Take out the bytes that keep start codes out of a unit [ITU-T H.264 7.4.1]."""
    return _ESCAPED.sub(b"\0\0", unit)


def escaped(payload: bytes) -> bytes:
    """Put them in."""
    return _NEEDS_ESCAPE.sub(b"\0\0\3", payload)


class Bits:
    """Reads the payload of a unit bit by bit.

    Args:
        payload: without escapes.
        at: the bit to begin at.
    """

    __slots__ = ("_size", "_value", "at")

    def __init__(self, payload: bytes, at: int = 0) -> None:
        self._value = int.from_bytes(payload, "big")
        self._size = 8 * len(payload)
        self.at = at

    def fixed(self, count: int) -> int:
        """Read a number of `count` bits.

        Raises:
            MalformedFileError: the payload ends before.
        """
        if count < 0 or self.at + count > self._size:
            raise MalformedFileError("a unit of a coded picture does not fit")
        self.at += count
        return self._value >> self._size - self.at & (1 << count) - 1

    def flag(self) -> bool:
        """Read one bit."""
        return self.fixed(1) == 1

    def unsigned(self) -> int:
        """Read an Exp-Golomb code [ITU-T H.264 9.1]."""
        zeros = 0
        while not self.fixed(1):
            zeros += 1
            if zeros > _LONGEST:
                raise MalformedFileError("a unit of a coded picture does not fit")
        return (1 << zeros) - 1 + self.fixed(zeros)

    def signed(self) -> int:
        """Read a signed Exp-Golomb code [ITU-T H.264 9.1.1]."""
        code = self.unsigned()
        return (code + 1) // 2 if code & 1 else -(code // 2)
