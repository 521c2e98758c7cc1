"""The explicit label of a virtual scene: a transparent picture to lay over its opening frame.

A scene is no file, so there is nothing to edit: the overlay is a PNG and an SVG of the frame's size
that an engine draws on top. The element for web pages, which stays while its content is shown, is
``assets/web/ai-label.js``. What both must keep stands in `standard.wording`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ailabel.drawing.layout import lay_out
from ailabel.drawing.paint import paint, plate_style
from ailabel.errors import LabelError, PlanError
from ailabel.spi import MarkSpec
from ailabel.standard.wording import Elements, elements
from ailabel.values import frozen

if TYPE_CHECKING:
    from pathlib import Path

    from ailabel.drawing.stencil import Stencil
    from ailabel.model.report import Mark

__all__ = ["SceneOverlay", "scene_overlay"]

_SIDES: Final = (64, 16_384)  # pixels: what is legible, and what engines take as a texture


@frozen(kw_only=True)
class SceneOverlay:
    """A label for the opening frame of a scene.

    Args:
        size: width and height of the frame, in pixels.
        png: the picture, transparent but for the label.
        svg: the same as outlines, which scale to any frame of this shape.
        mark: what was drawn, where, how large.
    """

    size: tuple[int, int]
    png: bytes
    svg: str
    mark: Mark


def scene_overlay(
    size: tuple[int, int],
    *,
    text: str | None = None,
    wording: str = "zh",
    position: str | None = None,
    font: Path | None = None,
) -> SceneOverlay:
    """Draw the label for frames of one size.

    Args:
        size: width and height in pixels.
        text: the wording; None chooses one of the usual ones that fits.
        wording: ``zh`` or ``zh+en``, where no text is given.
        position: one of `standard.wording.CORNERS`; None means the lower right.
        font: the user's own font file.

    Raises:
        LabelError: the text lacks an element that the standard asks for.
        PlanError: no wording fits legibly, or a side is out of range.
        MissingExtraError: an optional package is needed.
    """
    from ailabel.marks.scene.outlines import draw

    if not all(_SIDES[0] <= side <= _SIDES[1] for side in size):
        raise PlanError(
            "a scene of {width} × {height} pixels is not possible; each side has {least} to "
            "{most} pixels",
            width=size[0],
            height=size[1],
            least=_SIDES[0],
            most=_SIDES[1],
        )
    if text is not None and elements(text) is not Elements.BOTH:
        raise LabelError(
            "the wording lacks an element that the standard asks for: it needs 人工智能 or AI, "
            "and 生成 or 合成"
        )
    spec = MarkSpec(text=text, wording=wording, position=position, font=font)
    stencil = lay_out(size, 1, spec)
    return SceneOverlay(
        size=size, png=_png(size, stencil), svg=draw(size, stencil, font), mark=stencil.mark()
    )


def _png(size: tuple[int, int], stencil: Stencil) -> bytes:
    from io import BytesIO

    from PIL import Image

    ground = Image.new("RGBA", stencil.size)
    paint(ground, stencil, plate_style())
    frame = Image.new("RGBA", size)
    frame.paste(ground, stencil.area[:2])
    out = BytesIO()
    frame.save(out, "PNG", optimize=True)
    return out.getvalue()
