"""Look into a file: its format, and every label in it, decoded."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ailabel import registry
from ailabel.io.source import check_limit
from ailabel.model.media import Medium
from ailabel.model.report import FoundLabel, FoundMention
from ailabel.spi import Mention, Slot
from ailabel.standard.schema import decode
from ailabel.values import frozen

if TYPE_CHECKING:
    from ailabel.io.source import View
    from ailabel.model.media import Format
    from ailabel.spi import Carrier
    from ailabel.standard.schema import Decoded

__all__ = [
    "Examined",
    "Found",
    "examine",
    "found_label",
    "found_mention",
    "is_read",
    "may_be_sealed",
    "text_of",
]


@frozen
class Found:
    """One slot and what its payload says."""

    slot: Slot
    decoded: Decoded

    @property
    def producer(self) -> str:
        """The producer that the label names; empty when it names none."""
        return self.decoded.fields["ContentProducer"] or ""

    @property
    def number(self) -> str:
        """The content number; empty when there is none."""
        return self.decoded.fields["ProduceID"] or ""


@frozen(kw_only=True)
class Examined:
    """A file's format, carrier, labels and mentions, in file order."""

    format: Format
    carrier: Carrier
    found: tuple[Found, ...]
    mentions: tuple[Mention, ...]


def examine(view: View) -> Examined:
    """Detect the format and read every label.

    Raises:
        UnsupportedFormatError: no carrier claims the file.
        MalformedFileError: the container is damaged.
        LimitExceededError: reading it would cost more than the view's limits allow.
    """
    match = registry.detect(view)
    carrier = registry.carrier_of(match.format.id)
    items = carrier.read(view)
    slots = [item for item in items if isinstance(item, Slot)]
    check_limit("the number of labels", len(slots), view.limits.labels)
    return Examined(
        format=match.format,
        carrier=carrier,
        found=tuple(Found(slot, decode(slot.payload)) for slot in slots),
        mentions=tuple(item for item in items if isinstance(item, Mention)),
    )


def may_be_sealed(found: Found, trust: object = None) -> bool:
    """Say whether a label may have a seal to check; costs next to nothing.

    Args:
        found: the label.
        trust: a directory of keys, which may know that a label was to be signed.
    """
    fields = found.decoded.fields
    return trust is not None or any(_SEALED in (fields.get(name) or "") for name in _RESERVED)


_RESERVED: Final = ("ReservedCode1", "ReservedCode2")
_SEALED: Final = "TC260PG"  # what the object of the guide calls itself


def found_label(found: Found) -> FoundLabel:
    """Return a label as reports show it."""
    return FoundLabel(
        site=found.slot.site,
        location=found.slot.location,
        offset=found.slot.offset,
        official=found.slot.official,
        raw=text_of(found.slot.raw),
        payload=found.slot.payload,
        fields=found.decoded.fields,
        problems=tuple(problem.message for problem in found.decoded.problems),
    )


def found_mention(mention: Mention) -> FoundMention:
    """Return a mention as reports show it."""
    return FoundMention(
        site=mention.site,
        location=mention.location,
        offset=mention.offset,
        raw=text_of(mention.raw),
    )


def text_of(raw: bytes) -> str:
    """Return bytes as text; what is no UTF-8 is escaped."""
    return raw.decode("utf-8", "backslashreplace")


def is_read(file_format: Format) -> bool:
    """Say whether explicit labels of a format are read as text, exactly and at once.

    Those in pictures, sound and films are recognised, which takes longer than labelling and may
    miss one.
    """
    return file_format.medium in {Medium.TEXT, Medium.DOCUMENT}
