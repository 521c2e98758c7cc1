"""The 16-bit checksum of FLAC frames and of LAME's tag: x^16 + x^15 + x^2 + 1, from zero.

It is linear, so the checksum of bytes that were joined follows from those of the pieces, and a
long content need not be read again because something was put before it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["are_sealed", "checksum", "joined", "mirrored", "reflected"]

_POLYNOMIAL: Final = 0x8005  # [RFC9639 9.3]
_MASK: Final = 0xFFFF
_TOGETHER: Final = 32 << 20  # bytes of frames that are looked at together


def _table() -> tuple[int, ...]:
    table = []
    for byte in range(256):
        value = byte << 8
        for _ in range(8):
            value = value << 1 ^ (_POLYNOMIAL if value & 0x8000 else 0)
        table.append(value & _MASK)
    return tuple(table)


def _times(left: int, right: int) -> int:
    """Multiply two polynomials, modulo ours."""
    product = 0
    while right:
        if right & 1:
            product ^= left
        left = left << 1 ^ (_POLYNOMIAL if left & 0x8000 else 0)
        left &= _MASK
        right >>= 1
    return product


def _powers() -> tuple[int, ...]:
    """Return x to the 8, 16, 32 … : what 1, 2, 4 … further bytes do."""
    powers = [0x100]
    for _ in range(47):
        powers.append(_times(powers[-1], powers[-1]))
    return tuple(powers)


_TABLE: Final = _table()
_POWERS: Final = _powers()
_MIRROR: Final = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))


def checksum(data: bytes) -> int:
    """Return the checksum of some bytes."""
    value = 0
    for byte in data:
        value = value << 8 & _MASK ^ _TABLE[value >> 8 ^ byte]
    return value


def are_sealed(frames: Sequence[bytes]) -> bool:
    """Say whether each frame ends with its own checksum; needs numpy.

    A frame with its checksum behind it has the checksum zero, and zeros before it change nothing:
    so the frames are put side by side, flush right, and a byte of each is counted in one step.
    """
    import numpy as np

    table = np.array(_TABLE, np.uint16)
    longest = max(map(len, frames), default=0)
    group = max(min(_TOGETHER // max(longest, 1), 2048), 1)
    for start in range(0, len(frames), group):
        rows = b"".join(frame.rjust(longest, b"\0") for frame in frames[start : start + group])
        columns = np.frombuffer(rows, np.uint8).reshape(-1, longest).T.copy()
        values = np.zeros(columns.shape[1], np.uint16)
        for column in columns:
            values = values << 8 ^ table[values >> 8 ^ column]
        if values.any():
            return False
    return True


def joined(first: int, second: int, length: int) -> int:
    """Return the checksum of two pieces, from theirs.

    Args:
        first: of the first piece.
        second: of the second piece.
        length: of the second piece, in bytes.
    """
    bit = 0
    while length:
        if length & 1:
            first = _times(first, _POWERS[bit])
        length, bit = length >> 1, bit + 1
    return first ^ second


def mirrored(value: int) -> int:
    """Return a checksum with its bits in the opposite order."""
    return int(f"{value:016b}"[::-1], 2)


def reflected(data: bytes) -> int:
    """Return the checksum of bytes whose lowest bits come first, as LAME counts."""
    return mirrored(checksum(data.translate(_MIRROR)))
