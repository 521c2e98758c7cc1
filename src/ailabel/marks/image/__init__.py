"""The explicit label on pictures, one module a format.

Whatever is drawn, the file keeps its container: only the coded pixels are replaced, so that
metadata next to them survives byte for byte.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ailabel.errors import PlanError

if TYPE_CHECKING:
    from ailabel.io.source import View
    from ailabel.model.media import Format
    from ailabel.spi import Evidence, Marker, MarkSpec, Rendition

__all__ = ["MARKER"]


class ImageMarker:
    """Draws the label on pictures, and looks for it."""

    def render(self, view: View, file_format: Format, spec: MarkSpec) -> Rendition:
        """Plan the edits that draw the label; see `ailabel.spi.Marker`."""
        if file_format.id == "png":
            from ailabel.marks.image.png import render
        elif file_format.id == "jpeg":
            from ailabel.marks.image.jpeg import render
        elif file_format.id == "webp":
            from ailabel.marks.image.webp import render
        else:
            raise PlanError(
                "no label can be drawn on {format} pictures; "
                "convert the picture to PNG, JPEG or WebP before it is labelled",
                format=file_format.name,
            )
        return render(view, spec)

    def inspect(self, view: View, file_format: Format, *, explain: bool = False) -> Evidence:
        """Look for the label; see `ailabel.spi.Marker`."""
        from ailabel.marks.image.inspect import inspect

        return inspect(view, file_format, explain=explain)


MARKER: Final[Marker] = ImageMarker()
