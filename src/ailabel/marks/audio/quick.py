"""Loudness and resampling as in `loudness` and `resample`, made quick by numpy.

Where sound is coded, PyAV and with it numpy are there; the sound of a WAV file does without.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import TYPE_CHECKING

from ailabel.marks.audio import loudness
from ailabel.marks.audio import resample as plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import numpy as np
    from numpy.typing import NDArray

__all__ = ["resample", "window_power"]


def window_power(channels: Iterable[Sequence[float] | NDArray[np.generic]], rate: int) -> float:
    """Return the K-weighted mean square of one window, summed over the channels."""
    import numpy as np

    skip = round(loudness.WARM_UP * rate)
    total = 0.0
    for samples in channels:
        count = len(samples)
        if count <= skip:
            continue
        size = 1 << (2 * count - 1).bit_length()
        spectrum = np.fft.rfft(np.asarray(samples, np.float64), size) * _weights(count, rate)
        total += float(np.mean(np.fft.irfft(spectrum, size)[skip:count] ** 2))
    return total


@lru_cache(maxsize=8)
def _weights(count: int, rate: int) -> NDArray[np.complex128]:
    """Return the spectrum of the weighting, which in so many samples is all of it that counts."""
    import numpy as np

    return np.fft.rfft(loudness.response(count, rate), 1 << (2 * count - 1).bit_length())


def resample(samples: Sequence[float], source: int, target: int) -> list[float]:
    """Return the same sound at another sampling rate.

    Args:
        samples: the sound; silence is assumed around it.
        source: its sampling rate.
        target: the rate that is wanted.
    """
    import numpy as np

    if source == target:
        return list(samples)
    weights = np.array(plain.filters(source, target))
    phases, reach = len(weights), weights.shape[1] // 2
    padded = np.concatenate((np.zeros(reach), np.asarray(samples), np.zeros(reach + 1)))
    count, period = len(samples) * target // source, target // math.gcd(source, target)
    base, rest = np.divmod(np.arange(count) * source, target)
    phase = (rest * phases + target // 2) // target
    base, phase = base + phase // phases, phase % phases
    windows = np.lib.stride_tricks.sliding_window_view(padded, 2 * reach)
    result = np.empty(count)
    for start in range(min(period, count)):  # every so many samples have the same phase
        result[start::period] = windows[base[start::period]] @ weights[phase[start]]
    found: list[float] = result.tolist()
    return found
