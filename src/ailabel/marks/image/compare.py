"""How many samples of a picture that was coded anew differ from what was meant."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

    from PIL import Image

    from ailabel.drawing.stencil import Box

__all__ = ["outside", "share", "within"]

_BAND: Final = 64  # rows at a time, which stay in the processor's cache


def outside(first: Image.Image, second: Image.Image, box: Box) -> tuple[int, int]:
    """Return how many samples outside a box differ between two pictures, and how many there are."""
    whole = (0, 0, *first.size)
    differing = _differing(first, second, whole) - _differing(first, second, box)
    inside = (box[2] - box[0]) * (box[3] - box[1])
    return differing, (first.width * first.height - inside) * len(first.getbands())


def share(counts: Iterable[tuple[int, int]]) -> float:
    """Return the share of differing samples, from counts as `outside` returns them."""
    differing = compared = 0
    for found, samples in counts:
        differing, compared = differing + found, compared + samples
    return differing / compared if compared else 0.0


def within(box: Box, place: Box) -> Box:
    """Return a box in the coordinates of a part of the picture, cut to that part."""
    left, top, right, bottom = place

    def cut(value: int, low: int, high: int) -> int:
        return min(max(value, low), high) - low

    return (
        cut(box[0], left, right),
        cut(box[1], top, bottom),
        cut(box[2], left, right),
        cut(box[3], top, bottom),
    )


def _differing(first: Image.Image, second: Image.Image, box: Box) -> int:
    from PIL import ImageChops

    count = 0
    left, top, right, bottom = box
    for row in range(top, bottom, _BAND):
        band = (left, row, right, min(row + _BAND, bottom))
        levels = ImageChops.difference(first.crop(band), second.crop(band)).histogram()
        count += sum(levels) - sum(levels[::256])
    return count
