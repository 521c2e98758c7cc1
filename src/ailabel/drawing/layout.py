"""Where the label stands on a picture, how large it is, and which wording it takes.

The height is that of ink that was really drawn, measured on the ideographs: a descender or a
parenthesis beside them does not count. See `standard.wording` for the figures of the standard.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Final

from ailabel.drawing.face import Face, ink_box, ink_height, write
from ailabel.drawing.stencil import Box, Stencil, as_stored, shown_size
from ailabel.errors import PlanError
from ailabel.spi import Look
from ailabel.standard.wording import (
    CORNERS,
    IMAGE_AIM_HEIGHT,
    IMAGE_FALLBACKS,
    IMAGE_MIN_INK_PX,
    PHRASES,
)
from ailabel.values import frozen

if TYPE_CHECKING:
    from PIL import Image, ImageFont

    from ailabel.spi import MarkSpec

__all__ = ["lay_out"]

# How the label is proportioned; all but the first are shares of the ink's height.
_MARGIN: Final = 0.015  # from the picture's edges, a share of its shortest side
_PAD_X: Final = 0.45  # from the ink to the edge of the plate
_PAD_Y: Final = 0.32
_OUTLINE: Final = 0.055
_RADIUS: Final = 0.22  # of the plate's corners
_MAX_WIDTH: Final = 0.9  # of the picture
_SMOOTH: Final = 4  # the plate is drawn so many times larger: ImageDraw does not smooth edges


def lay_out(
    stored: tuple[int, int], orientation: int, spec: MarkSpec, medium: str = "image"
) -> Stencil:
    """Choose wording, size and place of the label.

    Args:
        stored: width and height of the pixels in the file.
        orientation: the Exif orientation, 1 to 8; anything else counts as 1.
        spec: what is asked for.
        medium: ``image`` or ``video``, whose wording it takes.

    Raises:
        PlanError: no wording fits legibly, the font lacks a character, or the place is unknown.
    """
    shown = shown_size(stored, orientation)
    place = spec.position or "bottom-right"
    if place not in CORNERS:
        raise PlanError(
            "a picture has no position {position}; choose one of: {known}",
            position=place,
            known=", ".join(CORNERS),
        )
    look = spec.look or Look()
    share = look.height or IMAGE_AIM_HEIGHT
    target = max(-(-min(shown) * round(share * 1000) // 1000), IMAGE_MIN_INK_PX)
    face = Face.open(spec.font)
    for text in _wordings(spec, medium):
        written = _own_written if spec.font is None else partial(_written, face)
        if (fitted := written(text, target, shown)) is not None:
            percent = round(100 * fitted.height / min(shown), 2)
            margin = _MARGIN if look.margin is None else look.margin
            stencil = _placed(fitted, (text, place), shown, round(min(shown) * margin))
            stencil = replace(stencil, height_percent=percent, look=spec.look)
            return as_stored(stencil, orientation, shown)
    raise PlanError(
        "no legal wording fits at a legible size on a picture of {width} × {height} pixels; "
        "enlarge the picture before it is labelled",
        width=shown[0],
        height=shown[1],
    )


def _wordings(spec: MarkSpec, medium: str) -> tuple[str, ...]:
    """Return the wordings to try, the preferred one first."""
    if spec.text is not None:
        return (spec.text,)
    wanted = (PHRASES[medium, spec.wording], PHRASES[medium, "zh"], *IMAGE_FALLBACKS)
    return tuple(dict.fromkeys(wanted))


@frozen
class _Fitted:
    """The written text: letters and outline on canvases of one size, the ink in them, padding.

    Args:
        letters: coverage of the letters.
        outline: coverage of the letters and a line around them.
        ink: where the letters stand in both.
        height: of the ideographs' ink, in pixels.
        pad: to the edges of the plate, across and down.
    """

    letters: Image.Image
    outline: Image.Image
    ink: Box
    height: int
    pad: tuple[int, int]


@lru_cache(maxsize=4)
def _own_written(text: str, target: int, shown: tuple[int, int]) -> _Fitted | None:
    """Write with the own font; pictures of a batch often have one size."""
    return _written(Face.open(None), text, target, shown)


def _written(face: Face, text: str, target: int, shown: tuple[int, int]) -> _Fitted | None:
    """Write the text at the least size whose ink is high enough; None when it does not fit."""
    face.require(text)
    return _fitted(face.sized(text, target), text, target, shown)


def _fitted(
    font: ImageFont.FreeTypeFont, text: str, target: int, shown: tuple[int, int]
) -> _Fitted | None:
    """Write the text, or return None when it is too long or too high for the picture."""
    width, height = shown
    stroke = max(1, round(target * _OUTLINE))
    if font.getlength(text) > width:  # before any memory is asked for
        return None
    letters = write(font, text, 2 * stroke, 0)
    ink = ink_box(letters)
    if ink is None or ink[2] - ink[0] > width * _MAX_WIDTH:
        return None
    room = (width - (ink[2] - ink[0])) // 2, (height - (ink[3] - ink[1])) // 2
    if min(room) <= stroke:
        return None
    pad = min(round(target * _PAD_X), room[0]), min(round(target * _PAD_Y), room[1])
    outline = write(font, text, 2 * stroke, stroke)
    return _Fitted(letters, outline, ink, ink_height(font, text), pad)


def _placed(
    fitted: _Fitted, asked: tuple[str, str], shown: tuple[int, int], margin: int
) -> Stencil:
    """Cut the masks to the plate's size and say where the plate stands."""
    text, place = asked
    ink, (pad_x, pad_y) = fitted.ink, fitted.pad
    cut = (ink[0] - pad_x, ink[1] - pad_y, ink[2] + pad_x, ink[3] + pad_y)
    size = (cut[2] - cut[0], cut[3] - cut[1])
    left = _along(shown[0], size[0], margin, "left" in place, "right" in place)
    top = _along(shown[1], size[1], margin, "top" in place, "bottom" in place)
    return Stencil(
        text=text,
        place=place,
        ink=(left + pad_x, top + pad_y, left + size[0] - pad_x, top + size[1] - pad_y),
        height_percent=0.0,
        area=(left, top, left + size[0], top + size[1]),
        letters=fitted.letters.crop(cut),
        outline=fitted.outline.crop(cut),
        plate=_rounded(size, max(2, round(size[1] * _RADIUS / (1 + 2 * _PAD_Y)))),
    )


def _along(room: int, size: int, margin: int, first: bool, last: bool) -> int:  # noqa: FBT001 - two ends of one axis
    """Return where something begins along an axis: at the one end, the other, or in the middle."""
    margin = min(margin, (room - size) // 2)
    if first:
        return margin
    return room - size - margin if last else (room - size) // 2


def _rounded(size: tuple[int, int], radius: int) -> Image.Image:
    """Return the mask of a plate with smooth round corners."""
    from PIL import Image, ImageDraw

    corner = Image.new("L", (radius * _SMOOTH, radius * _SMOOTH))
    full = 2 * radius * _SMOOTH
    ImageDraw.Draw(corner).ellipse((0, 0, full, full), fill=255)
    corner = corner.resize((radius, radius), Image.Resampling.BOX)
    flip, flop = Image.Transpose.FLIP_LEFT_RIGHT, Image.Transpose.FLIP_TOP_BOTTOM
    mask = Image.new("L", size, 255)
    right, bottom = size[0] - radius, size[1] - radius
    mask.paste(corner, (0, 0))
    mask.paste(corner.transpose(flip), (right, 0))
    mask.paste(corner.transpose(flop), (0, bottom))
    mask.paste(corner.transpose(flip).transpose(flop), (right, bottom))
    return mask
