"""A text as the label's own font writes it: what the ink in a picture is compared with."""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from ailabel.drawing.face import Face
from ailabel.values import frozen

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["Glyph", "Shape", "is_ideograph", "shape_of"]

_SIZE: Final = 96  # pixels of the em box
_INK: Final = 128  # coverage from which on a pixel is ink
_IDEOGRAPH, _LETTER = "国", "A"  # stand for what the font lacks


@frozen(kw_only=True)
class Glyph:
    """An ideograph of the text.

    Args:
        start: where its em box begins, as a share of the width of the text's ink.
        end: where it ends.
        height: of its ink, in ems.
    """

    start: float
    end: float
    height: float


@frozen(kw_only=True)
class Shape:
    """A text as it is written.

    Args:
        mask: coverage of the text's ink, 0 to 255, cut to the ink.
        glyphs: its ideographs.
        ink: height of the ink of all ideographs together, in ems.
        width: of all ink, in ems.
        height: of all ink, in ems.
    """

    mask: NDArray[np.uint8]
    glyphs: tuple[Glyph, ...]
    ink: float
    width: float
    height: float


def is_ideograph(character: str) -> bool:
    """Say whether a character is a Chinese ideograph."""
    return unicodedata.name(character, "").startswith("CJK U")


@lru_cache(maxsize=64)
def shape_of(text: str) -> Shape:
    """Write a text and return its shape; the text must have ink."""
    import numpy as np
    from PIL import Image, ImageDraw

    face = Face.open(None)
    lacking = set(face.lacking(text))
    text = "".join(_known(char) if char in lacking else char for char in text)
    font = face.at(_SIZE)
    canvas = Image.new("L", (round(font.getlength(text)) + 2 * _SIZE, 3 * _SIZE))
    ImageDraw.Draw(canvas).text((_SIZE, 2 * _SIZE), text, fill=255, font=font, anchor="ls")
    pixels = np.asarray(canvas)
    rows, columns = _extent(pixels, 1), _extent(pixels, 0)
    width = columns[1] - columns[0]
    glyphs, tops, bottoms = [], [], []
    for index, character in enumerate(text):
        if not is_ideograph(character):
            continue
        start = _SIZE + font.getlength(text[:index])
        end = start + font.getlength(character)
        top, bottom = _extent(pixels[:, round(start) : round(end)], 1)
        tops.append(top)
        bottoms.append(bottom)
        share = (start - columns[0]) / width, (end - columns[0]) / width
        glyphs.append(Glyph(start=share[0], end=share[1], height=(bottom - top) / _SIZE))
    return Shape(
        mask=pixels[rows[0] : rows[1], columns[0] : columns[1]],
        glyphs=tuple(glyphs),
        ink=(max(bottoms) - min(tops)) / _SIZE if glyphs else 0.0,
        width=width / _SIZE,
        height=(rows[1] - rows[0]) / _SIZE,
    )


def _known(character: str) -> str:
    return _IDEOGRAPH if is_ideograph(character) else _LETTER


def _extent(pixels: NDArray[np.uint8], axis: int) -> tuple[int, int]:
    """Return where ink begins and ends along an axis."""
    import numpy as np

    found = np.flatnonzero((pixels >= _INK).any(axis=axis))
    return (int(found[0]), int(found[-1]) + 1) if found.size else (0, 1)
