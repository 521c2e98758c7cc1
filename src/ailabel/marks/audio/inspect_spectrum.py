"""The short-time spectrum of a sound, from which rhythm, speech and pictures are read."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final

from ailabel.values import frozen

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = [
    "BIN_HERTZ",
    "HOP",
    "LOWEST",
    "SILENT",
    "Lines",
    "decibels",
    "find_lines",
    "mel",
    "power",
]

HOP: Final = 0.005  # seconds from one spectrum to the next
BIN_HERTZ: Final = 31.25
LOWEST: Final = 4  # bin of the first line, 125 Hz
SILENT: Final = 1e-8  # -80 dB
_HIGHEST: Final = 160  # 5000 Hz
_HALF: Final = 2  # bins on either side that the window spreads a line over
_BINS: Final = 257
_STEP: Final = 80
_WINDOW: Final = 400  # samples: 25 ms, half of the shortest tone of a rhythm
_SIZE: Final = 512
_BLOCK: Final = 2000  # spectra at once, so that memory stays small
_FLOOR: Final = 1e-10  # -100 dB


@frozen(kw_only=True)
class Lines:
    """What holds the power at each time, between 125 and 5000 Hz.

    Args:
        power: of the line around each bin: one row a time, the first column at `LOWEST`.
        total: of the whole band.
        peak: the strongest line.
        share: what part of the total it holds.
        loud: its level, in dB.
    """

    power: NDArray[np.float32]
    total: NDArray[np.float32]
    peak: NDArray[np.intp]
    share: NDArray[np.float32]
    loud: NDArray[np.float32]


def power(samples: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the power of each bin at each time; a full sine has 1 in its bin.

    The spectrum at time ``n`` is centred on ``n * HOP`` seconds.

    Args:
        samples: at `RATE`.

    Returns:
        One row a time, `_BINS` columns.
    """
    import numpy as np

    padded = np.pad(samples, (_WINDOW // 2, _WINDOW // 2))
    frames = np.lib.stride_tricks.sliding_window_view(padded, _WINDOW)[::_STEP]
    window = np.hanning(_WINDOW + 1)[:-1].astype(np.float32)
    window *= 2 / window.sum()
    result = np.empty((len(frames), _BINS), np.float32)
    for begin in range(0, len(frames), _BLOCK):
        spectrum = np.fft.rfft(frames[begin : begin + _BLOCK] * window, _SIZE)
        result[begin : begin + _BLOCK] = spectrum.real**2 + spectrum.imag**2
    return result


def decibels(values: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return powers in dB, nothing below -100."""
    import numpy as np

    return np.asarray(10 * np.log10(np.maximum(values, _FLOOR)), np.float32)


@lru_cache(maxsize=4)
def mel(bands: int, low: float, high: float) -> NDArray[np.float32]:
    """Return what turns a spectrum into bands as wide as the ear's: `_BINS` rows.

    Triangles on the scale of O'Shaughnessy, each as high as one.
    """
    import numpy as np

    def scale(hertz: float) -> float:
        return 2595 * float(np.log10(1 + hertz / 700))

    edges = 700 * (10 ** (np.linspace(scale(low), scale(high), bands + 2) / 2595) - 1)
    bins = np.arange(_BINS)[:, None] * BIN_HERTZ
    rising = (bins - edges[:-2]) / np.maximum(edges[1:-1] - edges[:-2], 1)
    falling = (edges[2:] - bins) / np.maximum(edges[2:] - edges[1:-1], 1)
    return np.asarray(np.maximum(np.minimum(rising, falling), 0), np.float32)


def find_lines(spectra: NDArray[np.float32]) -> Lines:
    """Return what holds the power of spectra at each time."""
    import numpy as np

    band = spectra[:, LOWEST - _HALF : _HIGHEST + _HALF]
    width = _HIGHEST - LOWEST
    power = band[:, :width].copy()
    for shift in range(1, 2 * _HALF + 1):
        power += band[:, shift : shift + width]
    total = band[:, _HALF:-_HALF].sum(axis=1)
    peak = power.argmax(axis=1)
    strongest = np.take_along_axis(power, peak[:, None], axis=1)[:, 0]
    share = strongest / np.maximum(total, SILENT)
    return Lines(power=power, total=total, peak=peak, share=share, loud=decibels(strongest))
