"""Plain text: it has no metadata, so it carries no implicit label; all its bytes are content."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ailabel.codecs.text import looks_like_text, suffix_of
from ailabel.errors import PlanError
from ailabel.model.media import Format, Match, Medium, Strength
from ailabel.spi import Span

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ailabel.io.source import View
    from ailabel.io.splice import Edit
    from ailabel.spi import Carrier, Mention, Signature, Slot

__all__ = ["CARRIER", "TextCarrier"]

_TXT: Final = Format(
    id="txt",
    name="TXT",
    medium=Medium.TEXT,
    suffixes=(".txt", ".text"),
    mime="text/plain",
    has_slot=False,
)


class TextCarrier:
    """Knows that plain text has no place for the implicit label."""

    formats: Sequence[Format] = (_TXT,)
    signatures: Sequence[Signature] = ()

    def sniff(self, view: View) -> Match | None:
        """Claim text by its suffix, or what has no suffix and reads as text."""
        suffix = suffix_of(view)
        if (suffix and suffix not in _TXT.suffixes) or not looks_like_text(view):
            return None
        return Match(_TXT, Strength.NAME if suffix else Strength.WEAK)

    def read(self, view: View) -> Sequence[Slot | Mention]:  # noqa: ARG002 - contract
        """Return nothing: plain text has no metadata."""
        return ()

    def write(self, view: View, payload: str) -> Sequence[Edit]:  # noqa: ARG002 - contract
        """Refuse: there is no place.

        Raises:
            PlanError: always.
        """
        raise PlanError(
            "plain text has no place for metadata; put the visible label into the text, or use "
            "Markdown or HTML"
        )

    def essence(self, view: View) -> tuple[Span, ...]:
        """Return the whole file."""
        return (Span(0, view.size),)

    def canonical(self, view: View) -> Sequence[Edit]:  # noqa: ARG002 - contract
        """Return nothing: no padding is ever left."""
        return ()


CARRIER: Final[Carrier] = TextCarrier()
