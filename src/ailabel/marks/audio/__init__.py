"""The explicit label in sound: a spoken line or a rhythm, before or after the content.

It is never laid over the content, whose samples (WAV, FLAC) or coded frames (MP3) stay what they
are. GB 45438-2025 leaves the choice between speech and rhythm; `standard.wording` holds both.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ailabel.errors import PlanError
from ailabel.messages import Message
from ailabel.spi import Evidence, Finding

if TYPE_CHECKING:
    from ailabel.io.source import View
    from ailabel.model.media import Format
    from ailabel.spi import MarkSpec, Rendition

__all__ = ["MARKER", "AudioMarker"]


class AudioMarker:
    """Speaks or beeps the label in WAV, FLAC and MP3."""

    def render(self, view: View, file_format: Format, spec: MarkSpec) -> Rendition:
        """Plan the edits that put the label before the content, after it, or both."""
        if file_format.id == "wav":
            from ailabel.marks.audio import wav

            return wav.render(view, spec)
        if file_format.id == "flac":
            from ailabel.marks.audio import flac

            return flac.render(view, spec)
        if file_format.id == "mp3":
            from ailabel.marks.audio import mp3

            return mp3.render(view, spec)
        raise PlanError("no label can be put into a {format} file", format=file_format.name)

    def inspect(self, view: View, file_format: Format, *, explain: bool = False) -> Evidence:  # noqa: ARG002 - the contract
        """Say that nobody has listened."""
        return Evidence(
            finding=Finding.UNCHECKED,
            reason=Message(
                "sound is not examined for a spoken label or a rhythm; listen to its start and end"
            ),
        )


MARKER = AudioMarker()
