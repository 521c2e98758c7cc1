"""A picture of what was heard: the spectrogram of each stretch, and the labels in it."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Final

from ailabel.marks.audio.inspect_spectrum import HOP, decibels, mel
from ailabel.values import frozen

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray
    from PIL import ImageDraw

    from ailabel.spi import Sighting

__all__ = ["Picture"]

_STRIDE: Final = 8  # spectra a column, 40 ms
_BANDS, _LOW, _HIGH = 96, 80.0, 7000.0
_RANGE: Final = 70.0  # dB from white to black
_HEAD: Final = 18  # pixels above each stretch, for the times
_MOST_STRETCHES: Final = 8
_TICK: Final = 5  # seconds between two times
_COLUMN: Final = _STRIDE * HOP  # seconds
_RED: Final = (210, 0, 30)
_BLACK: Final = (0, 0, 0)


@frozen
class _Strip:
    """One stretch: when it begins, in seconds, and its grey values, the low bands below."""

    start: float
    grey: NDArray[np.uint8]


class Picture:
    """The stretches one below the other."""

    def __init__(self) -> None:
        self._strips: list[_Strip] = []

    def add(self, start: float, spectra: NDArray[np.float32]) -> None:
        """Add a stretch; of many only the first ones are shown."""
        import numpy as np

        count = len(spectra) // _STRIDE
        if len(self._strips) == _MOST_STRETCHES or not count:
            return
        columns = spectra[: count * _STRIDE].reshape(count, _STRIDE, -1).mean(axis=1)
        level = decibels(columns @ mel(_BANDS, _LOW, _HIGH))
        dark = np.clip((level - level.max() + _RANGE) / _RANGE, 0, 1)
        self._strips.append(_Strip(start, np.asarray(255 - 255 * dark.T[::-1], np.uint8)))

    def draw(self, sightings: Sequence[Sighting]) -> bytes:
        """Return a PNG with the labels framed."""
        from PIL import Image, ImageDraw

        row = _BANDS + _HEAD
        width = max((strip.grey.shape[1] for strip in self._strips), default=1)
        image = Image.new("RGB", (width, max(row * len(self._strips), 1)), "white")
        draw = ImageDraw.Draw(image)
        for index, strip in enumerate(self._strips):
            image.paste(Image.fromarray(strip.grey), (0, row * index + _HEAD))
            _times(draw, strip, row * index)
            for sighting in sightings:
                _frame(draw, strip, row * index, sighting)
        out = io.BytesIO()
        image.save(out, "PNG", optimize=True)
        return out.getvalue()


def _times(draw: ImageDraw.ImageDraw, strip: _Strip, top: int) -> None:
    end = strip.start + strip.grey.shape[1] * _COLUMN
    second = -(-strip.start // _TICK) * _TICK
    while second < end:
        x = round((second - strip.start) / _COLUMN)
        draw.line((x, top + _HEAD - 4, x, top + _HEAD), _BLACK)
        draw.text((x + 2, top + 2), f"{second:.0f} s", _BLACK)
        second += _TICK


def _frame(draw: ImageDraw.ImageDraw, strip: _Strip, top: int, sighting: Sighting) -> None:
    begin, end = sighting.seconds or (0.0, 0.0)
    left, right = (round((time - strip.start) / _COLUMN) for time in (begin, end))
    if right < 0 or left >= strip.grey.shape[1]:
        return
    draw.rectangle((left, top + _HEAD, right, top + _HEAD + _BANDS - 1), outline=_RED, width=2)
    draw.text((left + 4, top + _HEAD + 3), f"{sighting.form} {sighting.location}", _RED)
