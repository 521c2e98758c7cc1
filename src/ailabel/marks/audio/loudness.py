"""How loud a sound is, after ITU-R BS.1770-5, and making a prompt as loud as the content.

The content is measured in windows that are spread over it, not as a whole, so that a large file
costs no more than a small one. In plain Python: the sound of a WAV file needs no optional package.
"""

from __future__ import annotations

import math
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, Final, TypeAlias

from ailabel.values import frozen

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    Power: TypeAlias = Callable[[Iterable[Sequence[float]], int], float]

__all__ = [
    "CEILING",
    "WARM_UP",
    "WINDOW",
    "fit",
    "integrate",
    "response",
    "spread",
    "window_power",
]

WINDOW: Final = 0.1  # seconds that are measured at one place
WARM_UP: Final = 0.03  # seconds before them, in which the filters settle
CEILING: Final = 10 ** (-1 / 20)  # -1 dBFS: no label comes nearer to full scale
_WINDOWS: Final = 24
_SAMPLES: Final = 400_000  # at most, over all windows and channels
_OFFSET: Final = -0.691  # [BS1770 annex 1, 2]
_SILENCE: Final = -70.0  # LKFS, the absolute gate
_NONSENSE: Final = 60.0  # LKFS; floating point can hold it
_GATE: Final = 10.0  # dB below the mean, the relative gate
_DEFAULT: Final = -23.0  # LKFS, beside silence [EBU R 128]
_QUIETEST, _LOUDEST = -36.0, -9.0  # LKFS; whatever the content, a label is heard and no shock
_MOST_LIMITING: Final = 9.0  # dB that the peaks of a prompt may be held down
_BLOCK: Final = 0.005  # seconds over which the limiter's gain changes


def spread(length: int, rate: int, channels: int) -> list[int]:
    """Return where windows of ``WARM_UP + WINDOW`` seconds begin that sample a sound evenly.

    Args:
        length: of the sound, in samples of one channel.
        rate: its sampling rate.
        channels: how many there are.
    """
    window = round((WARM_UP + WINDOW) * rate)
    affordable = _SAMPLES // max(window * channels, 1)
    count = max(min(_WINDOWS, affordable, length // max(window, 1)), 1)
    return [index * max(length - window, 0) // max(count - 1, 1) for index in range(count)]


def window_power(channels: Iterable[Sequence[float]], rate: int) -> float:
    """Return the K-weighted mean square of one window, summed over the channels."""
    skip = round(WARM_UP * rate)
    total = 0.0
    for samples in channels:
        squares = _weighted_squares(samples, rate)[skip:]
        total += sum(squares) / max(len(squares), 1)
    return total


def integrate(powers: Iterable[float]) -> float | None:
    """Return the gated loudness in LKFS of the windows' powers; None for silence."""
    loud = [power for power in powers if _SILENCE < _lkfs(power) < _NONSENSE]
    if not loud:
        return None
    threshold = _lkfs(sum(loud) / len(loud)) - _GATE
    kept = [power for power in loud if _lkfs(power) > threshold]
    return _lkfs(sum(kept) / len(kept))


def fit(
    samples: Sequence[float],
    rate: int,
    loudness: float | None,
    channels: int,
    power: Power = window_power,
) -> list[float]:
    """Return a prompt as loud as the content, with its peaks held below the ceiling.

    Args:
        samples: the prompt.
        rate: its sampling rate.
        loudness: of the content, in LKFS; None beside silence.
        channels: in how many channels the prompt will sound.
        power: measures a window.
    """
    target = _DEFAULT if loudness is None else min(max(loudness, _QUIETEST), _LOUDEST)
    target -= 10 * math.log10(channels)
    own = _own_loudness(samples, rate, power)
    headroom = 20 * math.log10(CEILING / max(map(abs, samples)))
    gain = min(target - own, headroom + _MOST_LIMITING)
    if gain > headroom:  # the limiter takes loudness; give back what it took
        taken = own + gain - _own_loudness(_limited(samples, rate, gain), rate, power)
        gain = min(gain + taken, headroom + _MOST_LIMITING)
    return _limited(samples, rate, gain)


def _own_loudness(samples: Sequence[float], rate: int, power: Power) -> float:
    step, warm = round(WINDOW * rate), round(WARM_UP * rate)
    padded = [*([0.0] * warm), *samples]
    powers = (
        power([padded[start : start + warm + step]], rate) for start in range(0, len(samples), step)
    )
    found = integrate(powers)
    return _SILENCE if found is None else found


def _limited(samples: Sequence[float], rate: int, decibels: float) -> list[float]:
    """Amplify; where a peak would pass the ceiling, turn down smoothly around it."""
    factor = 10 ** (decibels / 20)
    step = max(round(_BLOCK * rate), 1)
    blocks = [samples[start : start + step] for start in range(0, len(samples), step)]
    needs = [min(factor, CEILING / max(1e-9, *map(abs, block))) for block in blocks]
    nodes = [needs[0], *map(min, pairwise(needs)), needs[-1]]
    result: list[float] = []
    for block, (begin, end) in zip(blocks, pairwise(nodes), strict=True):
        slope = (end - begin) / step
        result += [value * (begin + slope * index) for index, value in enumerate(block)]
    return result


def _lkfs(power: float) -> float:
    return _OFFSET + 10 * math.log10(power) if power > 0 else -math.inf


@frozen
class _Weighting:
    """Coefficients of the K weighting: a shelf for the head, then a high-pass [BS1770 annex 1]."""

    shelf: tuple[float, float, float, float, float]
    highpass: tuple[float, float]


@lru_cache(maxsize=8)
def _weighting(rate: int) -> _Weighting:
    """Design the filters for any rate; at 48 kHz they have the recommendation's coefficients."""
    k, q = math.tan(math.pi * 1681.974450955533 / rate), 0.7071752369554196
    high = 10 ** (3.999843853973347 / 20)
    band = high**0.4996667741545416
    norm = 1 + k / q + k * k
    shelf = (
        (high + band * k / q + k * k) / norm,
        2 * (k * k - high) / norm,
        (high - band * k / q + k * k) / norm,
        2 * (k * k - 1) / norm,
        (1 - k / q + k * k) / norm,
    )
    k, q = math.tan(math.pi * 38.13547087602444 / rate), 0.5003270373238773
    norm = 1 + k / q + k * k
    return _Weighting(shelf, (2 * (k * k - 1) / norm, (1 - k / q + k * k) / norm))


def response(length: int, rate: int) -> list[float]:
    """Return what the weighting makes of an impulse."""
    return _weighted([1.0, *[0.0] * (length - 1)], rate)


def _weighted_squares(samples: Iterable[float], rate: int) -> list[float]:
    return [value * value for value in _weighted(samples, rate)]


def _weighted(samples: Iterable[float], rate: int) -> list[float]:
    """Return the K-weighted samples; both filters in one loop, for speed."""
    weighting = _weighting(rate)
    b0, b1, b2, a1, a2 = weighting.shelf
    c1, c2 = weighting.highpass
    s1 = s2 = t1 = t2 = 0.0
    result = []
    for x in samples:
        y = b0 * x + s1
        s1 = b1 * x - a1 * y + s2
        s2 = b2 * x - a2 * y
        z = y + t1
        t1 = t2 - 2 * y - c1 * z
        t2 = y - c2 * z
        result.append(z)
    return result
