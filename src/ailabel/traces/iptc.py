"""What IPTC's properties, and schema.org's like them, say of AI [IPTC-PMD 2025.1; NewsCodes].

A digital source type is a term of a controlled vocabulary; it says how the content came into being,
and most terms do not speak of AI.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from ailabel.messages import Message
from ailabel.model.trace import RAW_MOST, Claim, Trace, TraceStrength

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ailabel.io.source import View
    from ailabel.spi import Entry, Tracer

__all__ = ["SOURCE_TYPES", "TRACER", "source_type"]

SOURCE_TYPES: Final = {
    "trainedalgorithmicmedia": Claim.GENERATED,
    "trainedalgorithmicdata": Claim.GENERATED,  # of C2PA
    "compositewithtrainedalgorithmicmedia": Claim.EDITED,
    "compositesynthetic": Claim.EDITED,
}
"""The terms that speak of AI, in lower case, and what they say."""

_SCHEMA_ORG: Final = "digitalsource"  # how its terms end
_LINKED: Final = re.compile(r'"digitalSourceType"\s*:\s*"([^"]{1,200})"')
_SYSTEM: Final = "Iptc4xmpExt:"
_KINDS: Final = {
    "AISystemUsed": "iptc-ai-system",
    "AISystemVersionUsed": "iptc-ai-system",
    "AIPromptInformation": "iptc-ai-prompt",
    "AIPromptWriterName": "iptc-ai-prompt",
}


def source_type(value: str) -> tuple[str, Claim] | None:
    """Return the term of a digital source type and what it says of AI; None where it says nothing.

    Args:
        value: the term, or a URI that ends with it.
    """
    term = re.split(r"[/:#]", value.strip().rstrip("/"))[-1]
    claim = SOURCE_TYPES.get(term.casefold().removesuffix(_SCHEMA_ORG))
    return None if claim is None else (term, claim)


class _Iptc:
    """Reads the properties in XMP, and in the heads of pages."""

    formats: Sequence[str] = ()

    def find(self, view: View, format_id: str, entries: Sequence[Entry]) -> Iterator[Trace]:
        """Find source types that speak of AI, and the fields on AI systems and prompts."""
        del view, format_id
        for entry in entries:
            if entry.system == "xmp" and entry.key.startswith(_SYSTEM):
                yield from _property(entry, entry.key.removeprefix(_SYSTEM))
            elif entry.system == "html":
                yield from _page(entry)


TRACER: Final[Tracer] = _Iptc()


def _property(entry: Entry, name: str) -> Iterator[Trace]:
    if name == "DigitalSourceType":
        yield from _typed(entry, entry.text)
    elif name in _KINDS and entry.text.strip():
        product = entry.text.strip() if name == "AISystemUsed" else None
        message = Message(
            "the property {name} says that AI was used: {value}",
            {"name": name, "value": entry.text.strip()[:RAW_MOST]},
        )
        yield _trace(_KINDS[name], entry, Claim.GENERATED, message, product)


def _page(entry: Entry) -> Iterator[Trace]:
    if entry.key.casefold().rpartition(":")[2] == "digitalsourcetype":
        yield from _typed(entry, entry.text)
    elif entry.key == "application/ld+json":
        for found in _LINKED.finditer(entry.text):
            yield from _typed(entry, found[1])


def _typed(entry: Entry, value: str) -> Iterator[Trace]:
    found = source_type(value)
    if found is not None:
        message = Message("the metadata say the digital source type {type}", {"type": found[0]})
        yield _trace("iptc-source-type", entry, found[1], message)


def _trace(
    kind: str, entry: Entry, claim: Claim, message: Message, product: str | None = None
) -> Trace:
    return Trace(
        kind=kind,
        claim=claim,
        strength=TraceStrength.STATED,
        message=message,
        product=product and product[:RAW_MOST],
        location=entry.location[:RAW_MOST],
        offset=entry.offset,
        length=entry.length,
        raw=entry.text.encode("utf-8", "replace")[:RAW_MOST],
    )
