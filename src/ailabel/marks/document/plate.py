"""The plate of a label on a slide: where it stands, and how large its letters are."""

from __future__ import annotations

import math
from typing import Final

from ailabel.values import frozen

__all__ = ["LEAST_SIZE", "Plate", "plate_of"]

LEAST_SIZE: Final = 12  # points: the size of body text
_SIZE: Final = 0.034  # of the letters, as a share of the slide's shortest side
_LATIN: Final = 0.62  # of an em: how wide other letters than ideographs are at most
_IDEOGRAPHS: Final = "\u2e80"  # from here on characters are as wide as high
_PAD: Final = 0.9  # of an em, at each side; programs put space between Chinese and Latin
_LINE: Final = 1.25  # of an em: the height of a line
_MARGIN: Final = 0.015  # from the edges, a share of the shortest side
_MOST: Final = 0.9  # of the slide's width


@frozen(kw_only=True)
class Plate:
    """A plate in the lower right corner; all in points.

    Args:
        left: of its box.
        top: of its box.
        width: of its box.
        height: of its box.
        size: of its letters.
    """

    left: float
    top: float
    width: float
    height: float
    size: int


def plate_of(slide: tuple[float, float], text: str) -> Plate:
    """Return the plate that a text takes on a slide.

    Args:
        slide: width and height, in points.
        text: the label; it takes several lines where the slide is too narrow for one.
    """
    size = max(LEAST_SIZE, round(min(slide) * _SIZE))
    ems = sum(1.0 if char >= _IDEOGRAPHS else _LATIN for char in text)
    room = max(slide[0] * _MOST / size - 2 * _PAD, 1.0)
    width = (min(ems, room) + 2 * _PAD) * size
    height = (math.ceil(ems / room) * _LINE + _PAD) * size
    margin = min(slide) * _MARGIN
    return Plate(
        left=max(slide[0] - margin - width, 0),
        top=max(slide[1] - margin - height, 0),
        width=width,
        height=height,
        size=size,
    )
