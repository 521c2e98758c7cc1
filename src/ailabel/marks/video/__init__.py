"""The explicit label in films: text in the opening pictures, at an edge or corner.

Only the groups of pictures that the label touches are coded anew, in the film's own coding; all
others, the sound and everything else keep their bytes. Where no group begins cleanly behind the
label, more is coded anew, and the answer says so.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ailabel.errors import PlanError

if TYPE_CHECKING:
    from ailabel.io.source import View
    from ailabel.model.media import Format
    from ailabel.spi import Evidence, Marker, MarkSpec, Rendition

__all__ = ["MARKER"]


class VideoMarker:
    """Draws the label on films in MP4, QuickTime, 3GP, Matroska and WebM; looks at any."""

    def render(self, view: View, file_format: Format, spec: MarkSpec) -> Rendition:
        """Plan the edits that draw the label; see `ailabel.spi.Marker`."""
        from ailabel.marks.video import libav

        with libav.loaded("the label on films"):
            from ailabel.marks.video.render import render

            if file_format.id in {"mkv", "webm"}:
                from ailabel.marks.video.matroska import open_document

                return render(view, open_document(view), spec)
            if file_format.id in {"mp4", "mov", "3gp"}:
                from ailabel.marks.video.mp4 import open_movie

                return render(view, open_movie(view), spec)
        raise PlanError("no label can be drawn on {format} films", format=file_format.name)

    def inspect(self, view: View, file_format: Format, *, explain: bool = False) -> Evidence:
        """Look for the label; see `ailabel.spi.Marker`."""
        from ailabel.marks.video.inspect import inspect

        return inspect(view, file_format, explain=explain)


MARKER: Final[Marker] = VideoMarker()
