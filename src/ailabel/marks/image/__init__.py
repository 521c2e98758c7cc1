"""The explicit label on pictures, one module a format.

Whatever is drawn, the file keeps its container: only the coded pixels are replaced, so that
metadata next to them survives byte for byte.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Final

from ailabel.errors import PlanError

if TYPE_CHECKING:
    from ailabel.io.source import View
    from ailabel.model.media import Format
    from ailabel.spi import Evidence, Marker, MarkSpec, Rendition

__all__ = ["MARKER"]


_RENDER: Final = {  # format: module, function
    "avif": ("heif", "render_avif"),
    "gif": ("gif", "render"),
    "heic": ("heif", "render_heic"),
    "jpeg": ("jpeg", "render"),
    "png": ("png", "render"),
    "svg": ("svg", "render"),
    "webp": ("webp", "render"),
}


class ImageMarker:
    """Draws the label on pictures, and looks for it."""

    def render(self, view: View, file_format: Format, spec: MarkSpec) -> Rendition:
        """Plan the edits that draw the label; see `ailabel.spi.Marker`."""
        if file_format.id not in _RENDER:
            raise PlanError(
                "no label can be drawn on {format} pictures; "
                "convert the picture to PNG, JPEG or WebP before it is labelled",
                format=file_format.name,
            )
        module, name = _RENDER[file_format.id]
        render = getattr(import_module(f"ailabel.marks.image.{module}"), name)
        rendition: Rendition = render(view, spec)
        return rendition

    def inspect(self, view: View, file_format: Format, *, explain: bool = False) -> Evidence:
        """Look for the label; see `ailabel.spi.Marker`."""
        if file_format.id == "svg":
            from ailabel.marks.image.svg_look import inspect as look

            return look(view)
        from ailabel.marks.image.inspect import inspect

        return inspect(view, file_format, explain=explain)


MARKER: Final[Marker] = ImageMarker()
