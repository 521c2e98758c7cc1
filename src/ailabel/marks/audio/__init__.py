"""The explicit label in sound: a spoken line or a rhythm, before or after the content.

It is never laid over the content, whose samples or coded frames stay what they are: those of a
label stand beside them. It is listened for in more formats than it is put into. GB 45438-2025
leaves the choice between speech and rhythm; `standard.wording` holds both.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Final

from ailabel.errors import PlanError

if TYPE_CHECKING:
    from ailabel.io.source import View
    from ailabel.model.media import Format
    from ailabel.spi import Evidence, MarkSpec, Rendition

__all__ = ["MARKER", "AudioMarker"]

_MODULES: Final = {  # by format
    **{name: name for name in ("aac", "aiff", "caf", "flac", "m4a", "mp3", "ogg", "wav")},
    "opus": "ogg",
}


class AudioMarker:
    """Speaks or beeps the label in the formats of sound that can be joined, and listens for it."""

    def render(self, view: View, file_format: Format, spec: MarkSpec) -> Rendition:
        """Plan the edits that put the label before the content, after it, or both."""
        name = _MODULES.get(file_format.id)
        if name is None:
            raise PlanError("no label can be put into a {format} file", format=file_format.name)
        module = import_module(f"ailabel.marks.audio.{name}")
        rendition: Rendition = module.render(view, spec)
        return rendition

    def inspect(self, view: View, file_format: Format, *, explain: bool = False) -> Evidence:
        """Listen to the start and the end, or to all of a short sound."""
        from ailabel.marks.audio import inspect

        return inspect.inspect(view, file_format.id, explain=explain)


MARKER = AudioMarker()
