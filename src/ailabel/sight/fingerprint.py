"""A hash of what a picture looks like, by which a copy is found that was scaled or coded anew.

The picture is brought to 32 by 32 grey levels and transformed as JPEG does blocks of 8
[T.81 A.3.3]; of the 128 lowest frequencies but the constant, a bit says whether each is above their
median. Half the bits are therefore set in every hash. A picture with next to nothing in these
frequencies has no hash, for its bits would be those of the rounding.
"""

from __future__ import annotations

from functools import lru_cache
from math import cos, pi
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from PIL import Image

__all__ = ["fingerprint"]

_SIDE: Final = 32
_BITS: Final = 128
_LEAST: Final = 60.0  # the median strength of the frequencies; rounding alone makes about 5


def fingerprint(picture: Image.Image) -> str:
    """Return the hash of a picture, 32 hex digits; empty where it has too little to tell."""
    from PIL import Image

    small = picture.convert("L").resize((_SIDE, _SIDE), Image.Resampling.LANCZOS)
    levels = list(small.tobytes())
    rows = [levels[start : start + _SIDE] for start in range(0, len(levels), _SIDE)]
    strengths = _lowest(rows)
    ordered = sorted(strengths)
    median = (ordered[_BITS // 2 - 1] + ordered[_BITS // 2]) / 2
    if sorted(map(abs, strengths))[_BITS // 2] < _LEAST:
        return ""
    bits = 0
    for strength in strengths:
        bits = bits << 1 | (strength > median)
    return f"{bits:0{_BITS // 4}x}"


def _lowest(rows: list[list[int]]) -> list[float]:
    """Return the strengths of the lowest frequencies, from the lowest on."""
    order = _order()
    most = max(max(pair) for pair in order) + 1
    waves = _waves()[:most]
    across = [[sum(map(float.__mul__, wave, map(float, row))) for row in rows] for wave in waves]
    return [sum(map(float.__mul__, waves[down], across[right])) for down, right in order]


@lru_cache(maxsize=1)
def _order() -> list[tuple[int, int]]:
    """Return the frequencies that count, down and across, by their sum."""
    pairs = [(down, right) for down in range(_SIDE) for right in range(_SIDE) if down + right]
    return sorted(pairs, key=lambda pair: (sum(pair), pair))[:_BITS]


@lru_cache(maxsize=1)
def _waves() -> list[list[float]]:
    """Return the waves of the transform."""
    return [
        [cos(pi * (2 * place + 1) * index / (2 * _SIDE)) for place in range(_SIDE)]
        for index in range(_SIDE)
    ]
