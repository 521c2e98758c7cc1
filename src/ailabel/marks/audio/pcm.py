"""Sound samples as bytes: whole numbers, floating point, and the telephone's two laws.

[RIFF 1991; ITU-T G.711.]
"""

from __future__ import annotations

import sys
from array import array
from bisect import bisect_left
from enum import Enum
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from ailabel.values import frozen

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ailabel.io.source import View

__all__ = ["Coding", "Kind", "Sound", "decode", "encode", "interleave"]

_FLOATS: Final = {4: "f", 8: "d"}
_LAW_SCALE: Final = 32768.0


class Kind(Enum):
    """How a sample is written."""

    UNSIGNED = "unsigned"
    SIGNED = "signed"
    FLOAT = "float"
    A_LAW = "a-law"
    MU_LAW = "mu-law"


@frozen
class Coding:
    """How samples are written: `width` bytes, of which the upper `bits` count; `big` end first."""

    kind: Kind
    width: int
    bits: int
    big: bool = False

    @property
    def silence(self) -> bytes:
        """The sample of silence."""
        if self.kind in (Kind.SIGNED, Kind.FLOAT):
            return bytes(self.width)
        return {Kind.UNSIGNED: b"\x80", Kind.A_LAW: b"\xd5", Kind.MU_LAW: b"\xff"}[self.kind]


@frozen(kw_only=True)
class Sound:
    """Samples as they stand in a file, those of all channels side by side.

    Args:
        start: where they begin.
        size: how many bytes they take.
        coding: how a sample is written.
        rate: sampling rate.
        channels: how many.
        mask: which loudspeakers they are for, or 0.
    """

    start: int
    size: int
    coding: Coding
    rate: int
    channels: int
    mask: int = 0

    @property
    def block(self) -> int:
        """Bytes of one sample of all channels."""
        return self.coding.width * self.channels

    @property
    def length(self) -> int:
        """Samples of one channel."""
        return self.size // self.block

    def read(self, view: View, start: int, count: int) -> list[list[float]]:
        """Return a part of the sound, one list a channel."""
        count = max(min(count, self.length - start), 0)
        data = view.read(self.start + start * self.block, count * self.block, "the sound")
        samples = decode(data, self.coding)
        return [samples[channel :: self.channels] for channel in range(self.channels)]


def decode(data: bytes, coding: Coding) -> list[float]:
    """Return samples between -1 and 1."""
    if coding.big:
        data = _swapped(data, coding.width)
    if coding.kind is Kind.UNSIGNED:
        return [(value - 128) / 128 for value in data]
    if coding.kind is Kind.FLOAT:
        return list(array(_FLOATS[coding.width], _little(data, coding.width)))
    if coding.kind is Kind.SIGNED:
        scale = float(1 << 31)
        return [value / scale for value in array("i", _little(_widened(data, coding.width), 4))]
    law = _law(coding.kind)
    return [law[value] / _LAW_SCALE for value in data]


def encode(samples: Sequence[float], coding: Coding) -> bytes:
    """Return the bytes of samples between -1 and 1."""
    if coding.big:
        little = Coding(coding.kind, coding.width, coding.bits)
        return _swapped(encode(samples, little), coding.width)
    if coding.kind is Kind.FLOAT:
        return _little(array(_FLOATS[coding.width], samples).tobytes(), coding.width)
    if coding.kind in (Kind.A_LAW, Kind.MU_LAW):
        levels, codes = _encoder(coding.kind)
        return bytes(codes[bisect_left(levels, value * _LAW_SCALE)] for value in samples)
    top = (1 << coding.bits - 1) - 1
    low = 8 * coding.width - coding.bits  # unused bits below the value
    numbers = [max(-top - 1, min(top, round(value * (top + 1)))) << low for value in samples]
    if coding.kind is Kind.UNSIGNED:
        return bytes(number + 128 for number in numbers)
    up = 32 - 8 * coding.width
    return _narrowed(
        _little(array("i", [number << up for number in numbers]).tobytes(), 4), coding.width
    )


def interleave(mono: bytes, coding: Coding, channels: int, sounding: Sequence[int]) -> bytes:
    """Return a sound of many channels in which only some sound, all alike.

    Args:
        mono: the samples of the channels that sound.
        coding: how they are written.
        channels: how many channels there are.
        sounding: the numbers of those that sound, from 0.
    """
    width = coding.width
    block = width * channels
    result = bytearray(coding.silence * (len(mono) // width * channels))
    for channel in sounding:
        for byte in range(width):
            result[channel * width + byte :: block] = mono[byte::width]
    return bytes(result)


def _little(data: bytes, width: int) -> bytes:
    """Turn numbers between the machine's byte order and ours."""
    return data if sys.byteorder == "little" else _swapped(data, width)


def _swapped(data: bytes, width: int) -> bytes:
    """Turn numbers the other way round."""
    result = bytearray(len(data))
    for byte in range(width):
        result[byte::width] = data[width - 1 - byte :: width]
    return bytes(result)


def _widened(data: bytes, width: int) -> bytes:
    """Return samples as 32 bits, the value in the upper ones."""
    result = bytearray(len(data) // width * 4)
    for byte in range(width):
        result[4 - width + byte :: 4] = data[byte::width]
    return bytes(result)


def _narrowed(data: bytes, width: int) -> bytes:
    result = bytearray(len(data) // 4 * width)
    for byte in range(width):
        result[byte::width] = data[4 - width + byte :: 4]
    return bytes(result)


@lru_cache(maxsize=2)
def _law(kind: Kind) -> tuple[int, ...]:
    """Return what each code of a law stands for, on the scale of 16 bits [G711 tables 1, 2]."""
    one = _a_law if kind is Kind.A_LAW else _mu_law
    return tuple(one(code) for code in range(256))


def _a_law(code: int) -> int:
    code ^= 0x55
    segment, step = code >> 4 & 7, code & 15
    value = (step << 4) + 8 if segment == 0 else ((step << 4) + 0x108) << segment - 1
    return value if code & 0x80 else -value


def _mu_law(code: int) -> int:
    code ^= 0xFF
    value = (((code & 15) << 3) + 0x84 << (code >> 4 & 7)) - 0x84
    return -value if code & 0x80 else value


@lru_cache(maxsize=2)
def _encoder(kind: Kind) -> tuple[list[float], list[int]]:
    """Return the bounds between the levels of a law, and the code of each level."""
    order = sorted(range(256), key=lambda code: (_law(kind)[code], code))
    values = [_law(kind)[code] for code in order]
    return [(low + high) / 2 for low, high in pairwise(values)], order
