"""Whether somebody may be speaking: a coarse test that would rather hear a voice in music.

The label may be spoken by a voice that is not known here. So a sound counts as free of speech only
where nothing in it moves as speech does: for at least one and a half seconds, the time that the
shortest label takes, the bands of the ear rise and fall against each other several times a second.
Silence, tones, steady noise and music without percussion or voices do not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ailabel.marks.audio.inspect_spectrum import SILENT, mel

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from ailabel.marks.audio.inspect_spectrum import Lines

__all__ = ["may_hold_speech"]

_FRAME: Final = 16  # spectra, 80 ms: noise is smoothed, syllables are not
_AROUND: Final = 12  # frames, about a second to either side, whose mean the power is measured by
_WINDOW: Final = 18  # frames, about one and a half seconds
_BANDS, _LOW, _HIGH = 16, 250.0, 4000.0
_MOVEMENT: Final = 0.138  # mean change; noise has up to 0.13, speech under equally loud music 0.145
_TONAL: Final = (
    0.9  # share of the power in one line at each time; speech has up to 0.83, tones 0.98
)
_QUIET: Final = 3e-7  # -65 dB, of the whole band: nobody hears it


def may_hold_speech(spectra: NDArray[np.float32], lines: Lines) -> bool:
    """Say whether speech cannot be excluded in a stretch.

    Args:
        spectra: of the stretch, one row a time.
        lines: of the same.
    """
    import numpy as np

    count = len(spectra) // _FRAME
    if count < 2:  # noqa: PLR2004 - nothing to compare
        return False
    movement = _movement(_framed(spectra, count) @ mel(_BANDS, _LOW, _HIGH))
    total = _framed(lines.total, count)[1:]
    in_lines = _framed(lines.total * lines.share, count)[1:]
    window = np.ones(min(_WINDOW, count - 1))
    moving = np.convolve(movement, window, "valid") / len(window)
    loud = np.convolve(total, window, "valid")
    tonal = np.convolve(in_lines, window, "valid") / np.maximum(loud, SILENT)
    heard = loud / len(window) > _QUIET
    return bool((heard & (moving > _MOVEMENT) & (tonal < _TONAL)).any())


def _framed(values: NDArray[np.float32], count: int) -> NDArray[np.float32]:
    """Return the means of so many frames."""
    import numpy as np

    frames = values[: count * _FRAME].reshape(count, _FRAME, *values.shape[1:])
    return np.asarray(frames.mean(axis=1), np.float32)


def _movement(energy: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return how much the bands change against each other from frame to frame."""
    import numpy as np

    sums = np.concatenate(([0.0], np.cumsum(energy.mean(axis=1), dtype=np.float64)))
    index = np.arange(len(energy))
    low, high = np.maximum(index - _AROUND, 0), np.minimum(index + _AROUND, len(energy))
    around = ((sums[high] - sums[low]) / np.maximum(high - low, 1))[:, None] + SILENT
    change = np.diff(np.log1p(energy / around), axis=0)
    return np.asarray(np.abs(change - change.mean(axis=1, keepdims=True)).mean(axis=1), np.float32)
