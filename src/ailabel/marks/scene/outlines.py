"""The label as outlines: an SVG that needs no font where it is shown.

The letters stand where the masks of the PNG stand: their ink begins at the same corner and is as
high, so both can be laid over one frame.
"""

from __future__ import annotations

import struct
from io import BytesIO
from typing import TYPE_CHECKING, Any, Final
from xml.sax.saxutils import escape, quoteattr

from ailabel.drawing.face import Face
from ailabel.errors import MissingExtraError, PlanError

if TYPE_CHECKING:
    from pathlib import Path

    from ailabel.drawing.stencil import Box, Stencil

__all__ = ["draw"]

_PLATE: Final = "#121212"
_INK: Final = "#fff"
_RADIUS: Final = 0.13  # of the plate's height
_BROKEN: Final = (  # what fontTools raises for a damaged font
    *(LookupError, TypeError, ValueError, AttributeError, OSError, ArithmeticError),
    *(AssertionError, RecursionError, struct.error),
)
_PLACES: Final = 3  # decimals of a path


def draw(size: tuple[int, int], stencil: Stencil, font: Path | None) -> str:
    """Return the overlay of a frame as SVG [SVG2 9.3].

    Raises:
        MissingExtraError: fontTools is not installed.
        PlanError: the font's outlines cannot be read.
    """
    left, top, right, bottom = stencil.area
    radius = round((bottom - top) * _RADIUS, _PLACES)
    width, height = size
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}" role="img" aria-label={quoteattr(stencil.text)}>\n'
        f"<title>{escape(stencil.text)}</title>\n"
        f'<rect x="{left}" y="{top}" width="{right - left}" height="{bottom - top}" '
        f'rx="{radius}" fill="{_PLATE}"/>\n'
        f'<path fill="{_INK}" d="{_path(stencil.text, stencil.ink, font)}"/>\n</svg>\n'
    )


def _path(text: str, ink: Box, font: Path | None) -> str:
    """Return the letters' outlines, set as large as their ink fits into a box."""
    try:
        from fontTools.pens.boundsPen import BoundsPen
        from fontTools.pens.svgPathPen import SVGPathPen
        from fontTools.pens.transformPen import TransformPen
        from fontTools.ttLib import TTFont, TTLibError
    except ImportError:
        raise MissingExtraError("scene", "drawing the outlines of letters") from None

    face = Face.open(font)
    try:
        opened = TTFont(BytesIO(face.data), fontNumber=0, lazy=True)
        glyphs, names = opened.getGlyphSet(), opened.getBestCmap()
        bounds = BoundsPen(glyphs)
        _write(text, glyphs, names, lambda shift: TransformPen(bounds, (1, 0, 0, 1, shift, 0)))
        x_min, y_min, x_max, y_max = bounds.bounds
        scale = min((ink[2] - ink[0]) / (x_max - x_min), (ink[3] - ink[1]) / (y_max - y_min))
        pen = SVGPathPen(glyphs, ntos=_number)
        left, top = ink[0] - x_min * scale, ink[1] + y_max * scale
        _write(
            text,
            glyphs,
            names,
            lambda shift: TransformPen(pen, (scale, 0, 0, -scale, left + shift * scale, top)),
        )
    except (TTLibError, *_BROKEN) as error:
        raise PlanError(
            "the outlines of the font {name} cannot be read: {reason}",
            name=face.name,
            reason=str(error),
        ) from error
    commands: str = pen.getCommands()
    return commands


def _write(text: str, glyphs: Any, names: dict[int, str], pen_at: Any) -> None:  # noqa: ANN401 - fontTools has no types
    """Draw each letter with the pen for its place along the line, in units of the font."""
    shift = 0
    for character in text:
        glyph = glyphs[names[ord(character)]]
        glyph.draw(pen_at(shift))
        shift += glyph.width


def _number(value: float) -> str:
    return f"{round(value, _PLACES):g}"
