"""Ways to tell the ink of a line from what is behind it.

Labels are white on a dark plate, dark on a light one, outlined, shadowed, half transparent,
coloured; no one way parts them all from a photograph. Each way here yields a mask; which of them
shows the text is decided by `ailabel.sight.ink`, which knows what the text is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ailabel.sight.packages import opencv

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np
    from numpy.typing import NDArray

__all__ = ["Window", "masks"]

Window = tuple[int, int, int, int]
"""Left, top, right, bottom of the part of a region in which thresholds are chosen."""

_STROKE: Final = 33  # pixels, wider than any stroke of a line as high as the region
_AROUND: Final = 65  # pixels, over which the local mean is taken
_DEVIATION: Final = 0.5  # of the standard deviation, by which ink differs from the local mean
_LEAST: Final = 8  # levels, the same at least
_COLOURS: Final = 4
_SAMPLE: Final = 4000  # pixels, from which colours are taken
_SEED: Final = 1


def masks(region: NDArray[np.uint8], window: Window) -> Iterator[NDArray[np.bool_]]:
    """Yield masks of what may be ink in a region of a picture.

    Args:
        region: RGB pixels of a line with some room around it.
        window: the line without the room.
    """
    cv2 = opencv()
    grey = cv2.cvtColor(region, cv2.COLOR_RGB2GRAY)
    level = _otsu(grey, window)
    yield grey > level
    yield grey <= level
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (_STROKE, _STROKE))
    for kind in (cv2.MORPH_TOPHAT, cv2.MORPH_BLACKHAT):  # what is thin and brighter, or darker
        thin = cv2.morphologyEx(grey, kind, kernel)
        yield thin > _otsu(thin, window)
    yield from _local(grey, window)
    yield from _colours(region, window)


def _local(grey: NDArray[np.uint8], window: Window) -> Iterator[NDArray[np.bool_]]:
    """Yield what is brighter, then what is darker than its neighbourhood."""
    import numpy as np

    cv2 = opencv()
    around = cv2.blur(grey, (_AROUND, _AROUND))
    difference = grey.astype(np.int16) - around
    least = max(_LEAST, float(_inside(difference, window).std()) * _DEVIATION)
    yield difference > least
    yield difference < -least


def _colours(region: NDArray[np.uint8], window: Window) -> Iterator[NDArray[np.bool_]]:
    """Yield what is near to each main colour, by distance and by nearest colour."""
    import numpy as np

    cv2 = opencv()
    lab = cv2.cvtColor(region, cv2.COLOR_RGB2LAB)
    sample = _inside(lab, window).reshape(-1, 3).astype(np.float32)
    sample = sample[:: max(1, len(sample) // _SAMPLE)]
    if len(sample) < _COLOURS:
        return
    cv2.setRNGSeed(_SEED)
    until = (cv2.TERM_CRITERIA_EPS + cv2.TERM_CRITERIA_MAX_ITER, 12, 1.0)
    _, _, centres = cv2.kmeans(sample, _COLOURS, None, until, 1, cv2.KMEANS_PP_CENTERS)
    pixels = lab.astype(np.float32)
    distances = [np.sqrt(((pixels - centre) ** 2).sum(axis=2)) for centre in centres]
    nearest = np.argmin(np.stack(distances), axis=0)
    for index, distance in enumerate(distances):
        levels = np.clip(distance, 0, 255).astype(np.uint8)
        yield levels <= _otsu(levels, window)
        yield nearest == index


def _inside(pixels: NDArray[np.generic], window: Window) -> NDArray[np.generic]:
    left, top, right, bottom = window
    return pixels[top:bottom, left:right]


def _otsu(levels: NDArray[np.uint8], window: Window) -> float:
    """Return the level that parts two kinds of pixels best."""
    import numpy as np

    cv2 = opencv()
    flat = np.ascontiguousarray(_inside(levels, window)).reshape(1, -1)
    return float(cv2.threshold(flat, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)[0])
