"""Texts for programs that have no place for metadata: CSV, TSV, SRT and WebVTT.

Whatever is added to them would be taken for data or be shown, so they carry no implicit label; all
their bytes are content.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ailabel.codecs.text import looks_like_text, suffix_of
from ailabel.errors import PlanError, UnsupportedFormatError
from ailabel.model.media import Format, Match, Medium, Strength
from ailabel.spi import Span

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ailabel.io.source import View
    from ailabel.io.splice import Edit
    from ailabel.spi import Mention, Signature, Slot

__all__ = ["CARRIER", "SlotlessTextCarrier"]


def _format(name: str, shown: str, suffix: str, mime: str) -> Format:
    return Format(
        id=name,
        name=shown,
        medium=Medium.TEXT,
        suffixes=(suffix,),
        mime=mime,
        has_slot=False,
    )


class SlotlessTextCarrier:
    """Knows texts that have no place for the implicit label."""

    formats: Sequence[Format] = (
        _format("csv", "CSV", ".csv", "text/csv"),
        _format("tsv", "TSV", ".tsv", "text/tab-separated-values"),
        _format("srt", "SRT", ".srt", "application/x-subrip"),
        _format("vtt", "WebVTT", ".vtt", "text/vtt"),
    )
    signatures: Sequence[Signature] = ()

    def sniff(self, view: View) -> Match | None:
        """Claim text by its suffix."""
        found = self._named(view)
        return Match(found, Strength.NAME) if found and looks_like_text(view) else None

    def read(self, view: View) -> Sequence[Slot | Mention]:  # noqa: ARG002 - contract
        """Return nothing: there is no metadata."""
        return ()

    def write(self, view: View, payload: str) -> Sequence[Edit]:  # noqa: ARG002 - contract
        """Refuse: there is no place.

        Raises:
            PlanError: always, for files of these formats.
            UnsupportedFormatError: the file is of none of them.
        """
        found = self._named(view)
        if found is None:
            raise UnsupportedFormatError("the file is of no format that ailabel labels")
        raise PlanError("{format} has no place for metadata", format=found.name)

    def essence(self, view: View) -> tuple[Span, ...]:
        """Return the whole file."""
        return (Span(0, view.size),)

    def canonical(self, view: View) -> Sequence[Edit]:  # noqa: ARG002 - contract
        """Return nothing: no padding is ever left."""
        return ()

    def _named(self, view: View) -> Format | None:
        suffix = suffix_of(view)
        return next((item for item in self.formats if suffix in item.suffixes), None)


CARRIER: Final = SlotlessTextCarrier()
