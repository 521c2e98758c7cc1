"""Small TrueType fonts, made with fontTools: every glyph is the same triangle."""

from __future__ import annotations

import io

from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen

__all__ = ["truetype"]


def truetype(characters: dict[int, str], *, restricted: bool = False) -> bytes:
    """Return a font of 2000 units with these characters and glyph names."""
    pen = TTGlyphPen(None)
    pen.moveTo((0, 0))
    pen.lineTo((0, 1000))
    pen.lineTo((1000, 0))
    pen.closePath()
    glyph = pen.glyph()
    names = [".notdef", *dict.fromkeys(characters.values())]
    builder = FontBuilder(2000, isTTF=True)
    builder.setupGlyphOrder(names)
    builder.setupCharacterMap(characters)
    builder.setupGlyf(dict.fromkeys(names, glyph))
    builder.setupHorizontalMetrics({name: (1000 + 10 * i, 0) for i, name in enumerate(names)})
    builder.setupHorizontalHeader(ascent=1800, descent=-400)
    builder.setupOS2(fsType=2 if restricted else 0)
    builder.setupPost()
    out = io.BytesIO()
    builder.save(out)
    return out.getvalue()
