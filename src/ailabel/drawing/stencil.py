"""The label's shape as masks, and how pictures that are stored turned take it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final, TypeAlias

from ailabel.model.report import Mark
from ailabel.values import frozen

if TYPE_CHECKING:
    from fractions import Fraction

    from PIL import Image

    from ailabel.spi import Look

__all__ = [
    "Box",
    "Stencil",
    "as_stored",
    "intersection",
    "is_empty",
    "shifted",
    "shown_size",
    "stretched",
]

Box: TypeAlias = tuple[int, int, int, int]
"""Left, top, right, bottom; right and bottom stand outside."""

# As displayed -> as stored, by Exif orientation [CIPA DC-008 4.6.5.1]; values of
# PIL.Image.Transpose, which is not imported here.
_FLIP_X, _FLIP_Y, _LEFT, _HALF, _RIGHT, _MAIN, _OTHER = range(7)
_TO_STORED: Final = {2: _FLIP_X, 3: _HALF, 4: _FLIP_Y, 5: _MAIN, 6: _LEFT, 7: _OTHER, 8: _RIGHT}
_ON_ITS_SIDE: Final = 5  # from this orientation on, width and height change places


@frozen(kw_only=True)
class Stencil:
    """The label's shape, ready to be painted.

    Args:
        text: its wording.
        place: one of `CORNERS`.
        ink: of the ink, as a viewer shows the picture.
        height_percent: height of the ink in per cent of the shortest side.
        area: what may be painted, in the coordinates of the stored pixels; the masks' size.
        letters: coverage of the ink, 0 to 255.
        outline: coverage of the ink and a line around it.
        plate: coverage of a plate behind it.
        look: what was asked of its colours.
    """

    text: str
    place: str
    ink: Box
    height_percent: float
    area: Box
    letters: Image.Image
    outline: Image.Image
    plate: Image.Image
    look: Look | None = None

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the area and of the masks."""
        return self.area[2] - self.area[0], self.area[3] - self.area[1]

    def mark(self) -> Mark:
        """Return what the report says of the label."""
        return Mark(
            text=self.text, place=self.place, box=self.ink, height_percent=self.height_percent
        )

    def crop(self, box: Box) -> Stencil:
        """Return the part inside a box of the stored pixels, its area counted from the box.

        The box must meet the area.
        """
        part = intersection(self.area, box)
        local = _counted_from(self.area, part)
        return replace(
            self,
            area=_counted_from(box, part),
            letters=self.letters.crop(local),
            outline=self.outline.crop(local),
            plate=self.plate.crop(local),
        )


def _counted_from(origin: Box, box: Box) -> Box:
    left, top = origin[:2]
    return box[0] - left, box[1] - top, box[2] - left, box[3] - top


def shown_size(stored: tuple[int, int], orientation: int) -> tuple[int, int]:
    """Return width and height as a viewer shows a picture that is stored with an orientation."""
    turned = orientation in _TO_STORED and orientation >= _ON_ITS_SIDE
    return (stored[1], stored[0]) if turned else stored


def intersection(first: Box, second: Box) -> Box:
    """Return what two boxes share; empty (right not above left) when they do not meet."""
    return (
        max(first[0], second[0]),
        max(first[1], second[1]),
        min(first[2], second[2]),
        min(first[3], second[3]),
    )


def is_empty(box: Box) -> bool:
    """Return whether a box holds no pixel."""
    return box[0] >= box[2] or box[1] >= box[3]


def as_stored(stencil: Stencil, orientation: int, shown: tuple[int, int]) -> Stencil:
    """Turn masks and area from the way a viewer shows them to the way the pixels are stored."""
    from PIL import Image

    if orientation not in _TO_STORED:
        return stencil
    turn = Image.Transpose(_TO_STORED[orientation])
    return replace(
        stencil,
        area=_turned(stencil.area, turn, shown),
        letters=stencil.letters.transpose(turn),
        outline=stencil.outline.transpose(turn),
        plate=stencil.plate.transpose(turn),
    )


def stretched(stencil: Stencil, scale: tuple[Fraction, Fraction]) -> Stencil:
    """Return masks and area for pixels that are not square.

    Args:
        stencil: for square pixels.
        scale: stored pixels for a square one, across and down.
    """
    across, down = scale
    if across == down == 1:
        return stencil
    left, top, right, bottom = stencil.area
    area = (round(left * across), round(top * down), round(right * across), round(bottom * down))
    size = (max(area[2] - area[0], 1), max(area[3] - area[1], 1))
    return replace(
        stencil,
        area=(area[0], area[1], area[0] + size[0], area[1] + size[1]),
        letters=stencil.letters.resize(size),
        outline=stencil.outline.resize(size),
        plate=stencil.plate.resize(size),
    )


def shifted(stencil: Stencil, distance: tuple[int, int]) -> Stencil:
    """Return a stencil whose area stands further to the right and down."""
    right, down = distance
    area = stencil.area
    return replace(stencil, area=(area[0] + right, area[1] + down, area[2] + right, area[3] + down))


def _turned(box: Box, turn: int, size: tuple[int, int]) -> Box:
    """Return where a box of a picture of that size stands once the picture is turned."""
    (left, top, right, bottom), (width, height) = box, size
    return {
        _FLIP_X: (width - right, top, width - left, bottom),
        _FLIP_Y: (left, height - bottom, right, height - top),
        _LEFT: (top, width - right, bottom, width - left),
        _HALF: (width - right, height - bottom, width - left, height - top),
        _RIGHT: (height - bottom, left, height - top, right),
        _MAIN: (top, left, bottom, right),
        _OTHER: (height - bottom, width - right, height - top, width - left),
    }[turn]
