"""Traces: what a file says of how it was made, other than by the label."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Final

from ailabel.values import frozen

if TYPE_CHECKING:
    from ailabel.messages import Message

__all__ = ["RAW_MOST", "Claim", "Trace", "TraceStrength"]

RAW_MOST: Final = 256  # bytes of `Trace.raw`


class Claim(Enum):
    """What a trace says of the content."""

    GENERATED = "generated"
    """AI made it."""
    EDITED = "edited"
    """AI made or changed a part of it."""
    TOOL = "tool"
    """A program or service that generates content had to do with it; not what it did."""
    PROVENANCE = "provenance"
    """There is a record of where it comes from, and the record does not speak of AI."""


class TraceStrength(Enum):
    """What stands behind a trace; the order is from strong to weak."""

    SIGNED = "signed"
    """A signature that was checked, and that fits the content."""
    STATED = "stated"
    """Metadata in the form that the product writes, or in a field made for this; anybody can write
    or take out such metadata."""
    WEAK = "weak"
    """A name alone, or a form that is known from hearsay."""


@frozen(kw_only=True)
class Trace:
    """One sign of how a file was made. It never proves anything, and none proves nothing.

    Args:
        kind: stable id of what was found, one of `traces.table.ROWS` or a plug-in's own.
        claim: what it says of the content.
        strength: what stands behind it.
        message: the same for people.
        product: the program or service that it names, or None.
        location: where, in the format's own terms, such as ``tEXt[parameters]``.
        offset: where its bytes begin in the file, or None where they are no bytes of the file, such
            as bits that are spread over pixels.
        length: how many bytes, or None like `offset`.
        raw: those bytes, or what they say once decompressed, at most `RAW_MOST` of them.
        holds: of a manifest that was checked, whether it holds; None where it was not, or could not
            be checked.
        time: when a manifest that holds was signed, by its time stamp, or None.
    """

    kind: str
    claim: Claim
    strength: TraceStrength
    message: Message
    product: str | None = None
    location: str = ""
    offset: int | None = None
    length: int | None = None
    raw: bytes = b""
    holds: bool | None = None
    time: str | None = None

    @property
    def of_ai(self) -> bool:
        """Whether it speaks of AI, so that the content is to be suspected."""
        return self.claim is not Claim.PROVENANCE
