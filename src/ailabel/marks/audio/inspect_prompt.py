"""A known recording of the spoken label, found again: over music, coded, faster or slower.

What is compared is where the energy of each of the ear's bands rises and falls: the logarithm of
the power in terms of the loudness around it, of which the differences in time and between
neighbouring bands are taken, so that neither level nor the colour of a loudspeaker counts, and what
stands out of the music weighs more than what it covers. The score is the normalised correlation. On
speech and music without the recording it stayed below 0.25; with it, equally loud as the music, it
was above 0.4 (benchmarks/EXPLICIT.md).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ailabel.marks.audio.inspect_spectrum import HOP, mel, power
from ailabel.values import frozen

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["SHORTEST", "THRESHOLD", "Match", "Template", "find", "make_template"]

THRESHOLD: Final = 0.33
SHORTEST: Final = 1.5  # seconds; a shorter recording is too much like other speech
_STRIDE: Final = 4  # spectra, 20 ms
_BANDS, _LOW, _HIGH = 32, 150.0, 5000.0
_AROUND: Final = 125  # strides, 2.5 s to either side, whose mean the power is measured by
_SILENT: Final = 1e-9  # -90 dB
_TEMPI: Final = tuple(percent / 100 for percent in range(80, 126, 2))
_LONG: Final = 4.5  # seconds, of the recording that the threshold was found with
_STRICTEST: Final = 0.6
_LITTLE: Final = 0.01  # of the recording's variance: less than that in the sound is no likeness
_PARTS: Final = 3  # of a recording, each of which must be heard
_PART: Final = 0.15  # the least score of a part; what is not there scores 0 ± 0.04
_MOST: Final = 8  # matches in one stretch


@frozen(kw_only=True)
class Template:
    """A recording as it is compared.

    Args:
        patch: a row a stride, a column a band.
        seconds: how long it is.
        threshold: the score from which it counts as heard.
    """

    patch: NDArray[np.float32]
    seconds: float
    threshold: float


@frozen(kw_only=True)
class Match:
    """A place where a recording is heard.

    Args:
        begin: in seconds from the start of the stretch.
        end: likewise.
        tempo: how much faster it is than the recording.
        score: the correlation, up to 1.
    """

    begin: float
    end: float
    tempo: float
    score: float


def make_template(samples: NDArray[np.float32], seconds: float) -> Template:
    """Prepare a recording.

    Args:
        samples: at `inspect_sound.RATE`, without silence around them.
        seconds: how long they are.
    """
    patch = _movement(power(samples))
    return Template(patch=patch, seconds=seconds, threshold=_threshold(seconds))


def find(spectra: NDArray[np.float32], template: Template) -> list[Match]:
    """Find every place where a recording is heard in a stretch, in order.

    Args:
        spectra: of the stretch, one row a time.
        template: the recording.
    """
    import numpy as np

    sound = _Sound(_movement(spectra))
    best = np.full(len(sound.movement), -1.0)
    tempo = np.ones(len(best))
    for candidate in _TEMPI:
        scores = sound.scores(_hurried(template.patch, candidate))
        better = np.flatnonzero(scores > best[: len(scores)])
        best[better], tempo[better] = scores[better], candidate
    found: list[Match] = []
    for _ in range(_MOST):
        at = int(best.argmax()) if len(best) else 0
        if not len(best) or best[at] < template.threshold:
            break
        seconds, begin = template.seconds / float(tempo[at]), at * _STRIDE * HOP
        if sound.holds_all(_hurried(template.patch, float(tempo[at])), at):
            score = float(best[at])
            found.append(
                Match(begin=begin, end=begin + seconds, tempo=float(tempo[at]), score=score)
            )
        reach = round(seconds / (_STRIDE * HOP))
        best[max(at - reach, 0) : at + reach] = -1.0
    return sorted(found, key=lambda match: match.begin)


def _threshold(seconds: float) -> float:
    """Return the score for a recording of some length: a short one meets its like by chance."""
    return float(min(max(THRESHOLD * (_LONG / seconds) ** 0.5, THRESHOLD), _STRICTEST))


def _movement(spectra: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return how the power moves in time and from band to band."""
    import numpy as np

    energy = spectra[::_STRIDE] @ mel(_BANDS, _LOW, _HIGH)
    sums = np.concatenate(([0.0], np.cumsum(energy.mean(axis=1), dtype=np.float64)))
    index = np.arange(len(energy))
    low, high = np.maximum(index - _AROUND, 0), np.minimum(index + _AROUND, len(energy))
    around = ((sums[high] - sums[low]) / np.maximum(high - low, 1))[:, None] + _SILENT
    level = np.log1p(energy / around)
    moved = np.zeros_like(level)
    moved[:-2] = level[2:] - level[:-2]
    return np.asarray(np.diff(moved, axis=1), np.float32)


def _hurried(patch: NDArray[np.float32], tempo: float) -> NDArray[np.float32]:
    """Return a recording at another tempo."""
    import numpy as np

    at = np.arange(max(round(len(patch) / tempo), 2)) * tempo
    low = np.minimum(at.astype(np.intp), len(patch) - 2)
    part = np.asarray(np.minimum(at - low, 1.0), np.float32)[:, None]
    return np.asarray(patch[low] * (1 - part) + patch[low + 1] * part, np.float32)


class _Sound:
    """A stretch, prepared for correlating it with many patches.

    Args:
        movement: a row a stride, a column a band.
    """

    def __init__(self, movement: NDArray[np.float32]) -> None:
        import numpy as np

        self.movement = movement
        self._size = 1 << (2 * max(len(movement), 1) - 1).bit_length()
        self._transform = np.fft.rfft(movement, self._size, axis=0)
        zero = np.zeros((1, movement.shape[1]))
        self._sums = np.cumsum(np.vstack((zero, movement)), axis=0, dtype=np.float64)
        squares = np.concatenate(([0.0], (movement.astype(np.float64) ** 2).sum(axis=1)))
        self._squares = np.cumsum(squares)

    def scores(self, patch: NDArray[np.float32]) -> NDArray[np.float64]:
        """Return the correlation with a patch that begins at each stride."""
        import numpy as np

        length = len(patch)
        count = len(self.movement) - length + 1
        if count < 1:
            return np.zeros(0)
        patch = patch - patch.mean(axis=0)
        product = (self._transform * np.fft.rfft(patch, self._size, axis=0).conj()).sum(axis=1)
        common = np.fft.irfft(product, self._size)[:count]
        means = ((self._sums[length:] - self._sums[:count]) ** 2).sum(axis=1) / length
        variance = np.maximum(self._squares[length:] - self._squares[:count] - means, 0)
        own = float((patch.astype(np.float64) ** 2).sum())
        return np.asarray(common / np.sqrt((variance + _LITTLE * own) * own + _SILENT), np.float64)

    def holds_all(self, patch: NDArray[np.float32], at: int) -> bool:
        """Say whether each part of a patch is heard, not only one of its words."""
        import numpy as np

        for part in np.array_split(np.arange(len(patch)), _PARTS):
            said = patch[part] - patch[part].mean(axis=0)
            heard = self.movement[at + part]
            heard = heard - heard.mean(axis=0)
            own, other = float((said**2).sum()), float((heard**2).sum())
            if float((said * heard).sum()) < _PART * (own * (other + _LITTLE * own)) ** 0.5:
                return False
        return True
