"""A picture of what was seen: the labels' boxes and figures, and the edge where they belong."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Final

from ailabel.drawing.face import Face
from ailabel.spi import Finding
from ailabel.standard.wording import EDGE_SHARE, IMAGE_MIN_HEIGHT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PIL import Image, ImageDraw

    from ailabel.spi import Appearance, Sighting

__all__ = ["COLOURS", "GUIDE", "explained"]

_LONGEST: Final = 1600  # pixels, of the picture that is returned
COLOURS: Final = {Finding.FOUND: (0, 170, 60), Finding.REVIEW: (230, 130, 0)}
GUIDE: Final = (90, 130, 255)
_TYPE: Final = 0.026  # of the shortest side, height of the figures' type
_LEAST_TYPE: Final = 13


def explained(picture: Image.Image, sightings: Sequence[Sighting]) -> bytes:
    """Return a PNG of a picture with what was seen drawn in.

    Green boxes are labels, orange ones are for a person to judge. The thin line is the edge within
    which a label must stand, the bar at its corner the least height of the letters.

    Args:
        picture: in mode RGB.
        sightings: what was seen; their boxes refer to `Appearance.frame`, whatever this picture's
            size.
    """
    from PIL import Image, ImageDraw

    scale = min(1.0, _LONGEST / max(picture.size))
    size = max(1, round(picture.width * scale)), max(1, round(picture.height * scale))
    shown = picture.resize(size, Image.Resampling.BICUBIC, reducing_gap=3.0)
    draw = ImageDraw.Draw(shown)
    _guides(draw, size)
    for seen in sightings:
        if seen.appearance is not None:
            _outline(draw, seen, seen.appearance, size)
    out = io.BytesIO()
    shown.save(out, "PNG")
    return out.getvalue()


def _guides(draw: ImageDraw.ImageDraw, size: tuple[int, int]) -> None:
    short = min(size)
    edge = round(EDGE_SHARE * short)
    draw.rectangle((edge, edge, size[0] - edge, size[1] - edge), outline=GUIDE)
    least = round(IMAGE_MIN_HEIGHT * short)
    draw.line((edge + 3, edge + 3, edge + 3, edge + 3 + least), fill=GUIDE, width=3)


def _outline(
    draw: ImageDraw.ImageDraw, seen: Sighting, look: Appearance, size: tuple[int, int]
) -> None:
    scale = size[0] / look.frame[0]
    colour = COLOURS.get(seen.finding, GUIDE)
    left, top, right, bottom = (round(edge * scale) for edge in look.box)
    draw.rectangle((left - 2, top - 2, right + 2, bottom + 2), outline=colour, width=2)
    font = Face.open(None).at(max(_LEAST_TYPE, round(_TYPE * min(size))))
    text = _figures(look)
    width, height = round(font.getlength(text)) + 8, round(font.size * 1.4)
    below = bottom + 4 + height <= size[1]
    start = min(max(0, left - 2), max(0, size[0] - width))
    level = bottom + 4 if below else max(0, top - 4 - height)
    draw.rectangle((start, level, start + width, level + height), fill=colour)
    draw.text((start + 4, level + height // 2), text, fill="white", font=font, anchor="lm")


def _figures(look: Appearance) -> str:
    """Return the measured figures as they are drawn: ink, em box, tolerance, contrast."""
    side = max(1, min(look.frame))
    ink, em = 100 * look.ink_height / side, 100 * look.em_height / side
    tolerance = f"+/- {100 * look.tolerance:.0f} %"
    return f"ink {ink:.2f} % · em {em:.2f} % · {tolerance} · {look.contrast:.1f} : 1"
