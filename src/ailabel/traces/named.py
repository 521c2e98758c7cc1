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
            rows = index.get((entry.system, entry.key.casefold()), ())
            row = next((row for row in rows if _fits(row, entry.text)), None)
            if row is not None:
                yield _trace(row, entry)


TRACER: Final[Tracer] = _Named()


@lru_cache(maxsize=1)
def _index() -> dict[tuple[str, str], list[Row]]:
    """Return the rows by system and key."""
    found: dict[tuple[str, str], list[Row]] = {}
    for row in ROWS:
        for place in row.places:
            system, _, key = place.partition(":")
            found.setdefault((system, key.casefold()), []).append(row)
    return found


def _fits(row: Row, text: str) -> bool:
    if row.holds and not any(piece in text for piece in row.holds):
        return False
    return not row.pattern or re.search(row.pattern, text) is not None


def _trace(row: Row, entry: Entry) -> Trace:
    return Trace(
        kind=row.kind,
        claim=row.claim,
        strength=row.strength,
        message=said(row.claim, row.product),
        product=row.product or None,
        location=entry.location,
        offset=entry.offset,
        length=entry.length,
        raw=entry.text[:RAW_MOST].encode("utf-8", "replace")[:RAW_MOST],
    )


def said(claim: Claim, product: str) -> Message:
    """Return the sentence on metadata that a product leaves, or that name no product."""
    if not product:
        return Message("metadata as generators of content write them")
    params = {"product": product}
    if claim is Claim.GENERATED:
        return Message("metadata as {product} writes them into what it generates", params)
    if claim is Claim.EDITED:
        return Message("metadata as {product} writes them into what it edits with AI", params)
    return Message("metadata name {product}, which generates content", params)
