"""The label on JPEG pictures: only the blocks under it are coded anew, wherever that can be done.

Where it cannot, the picture is coded anew as a whole, with its own parameters. APPn and comment
segments, and whatever follows the picture, keep their bytes in either case [T.81].
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ailabel.drawing.layout import lay_out
from ailabel.marks.image.jpeg_again import recoded
from ailabel.marks.image.jpeg_file import orientation, parse
from ailabel.marks.image.jpeg_splice import NotSplicedError, spliced

if TYPE_CHECKING:
    from ailabel.io.source import View
    from ailabel.spi import MarkSpec, Rendition

__all__ = ["render"]


def render(view: View, spec: MarkSpec) -> Rendition:
    """Plan the edits that draw the label into a JPEG.

    Raises:
        PlanError: it is coded in a way that cannot be written, or no label fits.
        MalformedFileError: the file is broken.
    """
    file = parse(view)
    size = (file.frame.width, file.frame.height)
    stencil = lay_out(size, orientation(view, file), spec)
    try:
        return spliced(view, file, stencil)
    except NotSplicedError as reason:
        return recoded(view, file, stencil, str(reason))
