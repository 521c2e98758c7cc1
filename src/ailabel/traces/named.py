"""The kinds that a text in the metadata tells by its place and its form (`traces.table`)."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from ailabel.messages import Message
from ailabel.model.trace import RAW_MOST, Claim, Trace
from ailabel.traces.table import ROWS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ailabel.io.source import View
    from ailabel.spi import Entry, Tracer
    from ailabel.traces.table import Row

__all__ = ["TRACER", "said"]


class _Named:
    """Applies the rows that have places; of several that fit a text, the first counts."""

    formats: Sequence[str] = ()

    def find(self, view: View, format_id: str, entries: Sequence[Entry]) -> Iterator[Trace]:
        """Find what the rows describe."""
        del view, format_id
        index = _index()
        for entry in entries:
            for row, pattern in index.get((entry.system, entry.key.casefold()), ()):
                if pattern is None or pattern.search(entry.text):
                    yield _trace(row, entry)
                    break


TRACER: Final[Tracer] = _Named()


@lru_cache(maxsize=1)
def _index() -> dict[tuple[str, str], list[tuple[Row, re.Pattern[str] | None]]]:
    """Return the rows by system and key."""
    found: dict[tuple[str, str], list[tuple[Row, re.Pattern[str] | None]]] = {}
    for row in ROWS:
        pattern = re.compile(row.pattern) if row.pattern else None
        for place in row.places:
            system, _, key = place.partition(":")
            found.setdefault((system, key.casefold()), []).append((row, pattern))
    return found


def _trace(row: Row, entry: Entry) -> Trace:
    return Trace(
        kind=row.kind,
        claim=row.claim,
        strength=row.strength,
        message=said(row.claim, row.product, entry.location),
        product=row.product or None,
        location=entry.location,
        offset=entry.offset,
        length=entry.length,
        raw=entry.text[:RAW_MOST].encode("utf-8", "replace")[:RAW_MOST],
    )


def said(claim: Claim, product: str, location: str) -> Message:
    """Return the sentence on a text that a product leaves, or on one that names no product."""
    params = {"location": location, "product": product}
    if not product:
        return Message("{location} is as generators of content write it", params)
    if claim is Claim.GENERATED:
        return Message("{location} is as {product} writes it into what it generates", params)
    if claim is Claim.EDITED:
        return Message("{location} is as {product} writes it into what it edits with AI", params)
    return Message("{location} names {product}, which generates content", params)
