"""The explicit label in sound: a spoken line or a rhythm, before or after the content.

It is never laid over the content, whose samples (WAV, FLAC) or coded frames (MP3) stay what they
are. GB 45438-2025 leaves the choice between speech and rhythm; `standard.wording` holds both.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Final

from ailabel.errors import PlanError
from ailabel.messages import Message
from ailabel.spi import Evidence, Finding

if TYPE_CHECKING:
    from ailabel.io.source import View
    from ailabel.model.media import Format
    from ailabel.spi import MarkSpec, Rendition

__all__ = ["MARKER", "AudioMarker"]

_FORMATS: Final = ("aac", "aiff", "caf", "flac", "m4a", "mp3", "wav")  # each has a module of that name


class AudioMarker:
    """Speaks or beeps the label in the formats of sound that can be joined."""

    def render(self, view: View, file_format: Format, spec: MarkSpec) -> Rendition:
        """Plan the edits that put the label before the content, after it, or both."""
        if file_format.id not in _FORMATS:
            raise PlanError("no label can be put into a {format} file", format=file_format.name)
        module = import_module(f"ailabel.marks.audio.{file_format.id}")
        rendition: Rendition = module.render(view, spec)
        return rendition

    def inspect(self, view: View, file_format: Format, *, explain: bool = False) -> Evidence:  # noqa: ARG002 - the contract
        """Say that nobody has listened."""
        return Evidence(
            finding=Finding.UNCHECKED,
            reason=Message(
                "sound is not examined for a spoken label or a rhythm; listen to its start and end"
            ),
        )


MARKER = AudioMarker()
