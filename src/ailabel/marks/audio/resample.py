"""Another sampling rate for a short mono sound: a windowed sinc, one filter for each phase.

In plain Python, so that the sound of a WAV file can be labelled without an optional package; five
seconds take about a third of a second.
"""

from __future__ import annotations

import math
from operator import mul
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["filters", "resample"]

_CROSSINGS: Final = 16  # zero crossings of the sinc on each side
_PASSBAND: Final = 0.94  # of the lower of the two Nyquist frequencies
_PHASES: Final = 512  # at most; rates with a small common divisor are rounded to these


def resample(samples: Sequence[float], source: int, target: int) -> list[float]:
    """Return the same sound at another sampling rate.

    Args:
        samples: the sound; silence is assumed around it.
        source: its sampling rate.
        target: the rate that is wanted.
    """
    if source == target:
        return list(samples)
    weights = filters(source, target)
    phases, reach = len(weights), len(weights[0]) // 2
    room = [0.0] * (reach + 1)
    padded = [*room[1:], *samples, *room]
    result = []
    for index in range(len(samples) * target // source):
        base, rest = divmod(index * source, target)
        phase = (rest * phases + target // 2) // target
        if phase == phases:
            base, phase = base + 1, 0
        result.append(sum(map(mul, weights[phase], padded[base : base + 2 * reach])))
    return result


def filters(source: int, target: int) -> list[list[float]]:
    """Return the weights of the samples around a place, by its distance from the one before.

    Args:
        source: the sampling rate of the sound.
        target: the rate that is wanted.
    """
    phases = min(target // math.gcd(source, target), _PHASES)
    cutoff = _PASSBAND * min(1.0, target / source)
    reach = math.ceil(_CROSSINGS / cutoff)
    return [_filter(phase / phases, cutoff, reach) for phase in range(phases)]


def _filter(fraction: float, cutoff: float, reach: int) -> list[float]:
    """Return the weights of the samples around a place that lies `fraction` behind a sample."""
    weights = []
    for tap in range(2 * reach):
        distance = tap - reach - fraction
        turn = math.pi * min(abs(distance) / (reach + 1), 1.0)
        window = 0.42 + 0.5 * math.cos(turn) + 0.08 * math.cos(2 * turn)  # Blackman
        angle = math.pi * cutoff * distance
        weights.append(window * (math.sin(angle) / angle if angle else 1.0))
    total = sum(weights)
    return [weight / total for weight in weights]
