"""Which pictures are alike by their hashes, and how likely two others are so by chance.

A hash has 128 bits (`sight.fingerprint`). They are cut into eight bands; two hashes that differ in
at most 23 bits differ in at most two within some band, so that looking up a band and its neighbours
finds every such pair [NOROUZI2012].

The chance that two unrelated pictures differ in at most so many bits is that of so many independent
coin tosses [DAUGMAN2003]: of fewer than 128, for neighbouring frequencies of a picture go together.
Between unrelated pictures the distances spread as those of some 110 tosses; but drawings with one
thing on an empty ground come nearer to each other than that, so that 40 are reckoned with here.
``scripts/ledger_pictures.py`` measures both.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import combinations
from math import comb, expm1, log1p
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = [
    "BANDS",
    "BITS",
    "FARTHEST",
    "SUREST",
    "bands_of",
    "chance",
    "distance",
    "farthest",
    "near",
]

BITS: Final = 128
FARTHEST: Final = 23
"""The greatest distance that the bands find."""
SUREST: Final = 0.01
"""The greatest chance of a false match, over the whole ledger, at which one is told."""
_TOSSES: Final = 40  # independent bits, as the near end of distances between strangers says
BANDS: Final = 8
_WIDTH: Final = BITS // BANDS


def bands_of(picture: bytes) -> list[int]:
    """Return the bands of a hash: each 16 bits, and its place above them."""
    return [
        index << _WIDTH | int.from_bytes(picture[2 * index : 2 * index + 2], "big")
        for index in range(BANDS)
    ]


def near(band: int, radius: int) -> Iterator[int]:
    """Yield every band of the same place that differs in exactly so many bits."""
    for places in combinations(range(_WIDTH), radius):
        yield band ^ sum(1 << place for place in places)


def distance(one: bytes, other: bytes) -> int:
    """Return in how many bits two hashes differ."""
    return (int.from_bytes(one, "big") ^ int.from_bytes(other, "big")).bit_count()


def chance(found: int, pictures: int) -> float:
    """Return the chance that one of so many unrelated pictures is at this distance or nearer."""
    one = _alike(found)
    return 1.0 if one >= 1 else -expm1(pictures * log1p(-one))


def farthest(pictures: int) -> int:
    """Return the greatest distance that is told among so many pictures; -1 for none."""
    good = (item for item in range(FARTHEST, -1, -1) if chance(item, pictures) <= SUREST)
    return next(good, -1)


@lru_cache(maxsize=BITS)
def _alike(found: int) -> float:
    """Return the chance that two unrelated pictures differ in at most so many bits."""
    most = found * _TOSSES // BITS
    return float(sum(comb(_TOSSES, count) for count in range(most + 1)) / (1 << _TOSSES))
