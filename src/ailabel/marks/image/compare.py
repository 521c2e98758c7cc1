"""How many samples of a picture that was coded anew differ from what was meant."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from PIL import Image

    from ailabel.marks.image.stencil import Box

__all__ = ["outside"]

_BAND: Final = 64  # rows at a time, which stay in the processor's cache


def outside(first: Image.Image, second: Image.Image, box: Box) -> tuple[int, int]:
    """Return how many samples outside a box differ between two pictures, and how many there are."""
    whole = (0, 0, *first.size)
    differing = _differing(first, second, whole) - _differing(first, second, box)
    inside = (box[2] - box[0]) * (box[3] - box[1])
    return differing, (first.width * first.height - inside) * len(first.getbands())


def _differing(first: Image.Image, second: Image.Image, box: Box) -> int:
    from PIL import ImageChops

    count = 0
    left, top, right, bottom = box
    for row in range(top, bottom, _BAND):
        band = (left, row, right, min(row + _BAND, bottom))
        levels = ImageChops.difference(first.crop(band), second.crop(band)).histogram()
        count += sum(levels) - sum(levels[::256])
    return count
