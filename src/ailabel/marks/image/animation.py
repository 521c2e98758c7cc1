"""Animations: frames that cover a part of the canvas and build on one another.

A label is drawn into every frame as far as the frame's box reaches. That is enough as long as what
a frame does not cover still shows the label from the frame before; `is_steady` proves it. Where it
does not hold, the frames are drawn out to whole canvases first [PNG3 11.3.6; RFC 9649 2.7.1].
"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

from ailabel.drawing.stencil import intersection, is_empty
from ailabel.values import frozen

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from PIL import Image

    from ailabel.drawing.stencil import Box

__all__ = ["Dispose", "Frame", "composed", "is_steady"]


class Dispose(Enum):
    """What happens to a frame's box once the frame has been shown."""

    KEEP = "keep"
    CLEAR = "clear"
    RESTORE = "restore"


@frozen
class Frame:
    """One frame: its box on the canvas, whether it replaces what is there, and what comes after."""

    box: Box
    replaces: bool
    dispose: Dispose


def is_steady(frames: Sequence[Frame], area: Box) -> bool:
    """Return whether every shown picture has the whole label if each frame has its share of it."""
    whole = False
    for frame in frames:
        shared = intersection(frame.box, area)
        shown = whole or shared == area
        if not shown:
            return False
        if frame.dispose is Dispose.KEEP:
            whole = True
        elif frame.dispose is Dispose.CLEAR and not is_empty(shared):
            whole = False
    return True


def composed(
    frames: Iterable[tuple[Frame, Image.Image]], size: tuple[int, int]
) -> Iterator[Image.Image]:
    """Yield the canvas as it is shown with each frame; pictures come and go as RGBA."""
    from PIL import Image

    canvas = Image.new("RGBA", size)
    for frame, picture in frames:
        before = canvas.copy() if frame.dispose is Dispose.RESTORE else None
        if frame.replaces:
            canvas.paste(picture, frame.box[:2])
        else:
            canvas.alpha_composite(picture, frame.box[:2])
        yield canvas.copy()
        if before is not None:
            canvas = before
        elif frame.dispose is Dispose.CLEAR:
            canvas.paste((0, 0, 0, 0), frame.box)
