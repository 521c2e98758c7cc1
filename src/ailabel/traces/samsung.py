"""Samsung's photo editor: its data behind a picture say whether AI was used (`codecs.sef`)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from ailabel.model.trace import RAW_MOST, Claim, Trace, TraceStrength
from ailabel.traces.named import said

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ailabel.io.source import View
    from ailabel.spi import Entry, Tracer

__all__ = ["TRACER"]

_NAME: Final = "PhotoEditor_Re_Edit_Data"
_TYPE: Final = re.compile(rb'"genAIType"\s*:\s*"?(-?\d{1,9})')
_LONGEST: Final = 1 << 20  # of the data that are looked through
_PRODUCT: Final = "Samsung Galaxy"


class _Samsung:
    """Looks into the trailer behind a picture; in HEIF it stands in a box."""

    formats: Sequence[str] = ("jpeg", "png", "webp", "heic")

    def find(self, view: View, format_id: str, entries: Sequence[Entry]) -> Iterator[Trace]:
        """Find the editor's data that name a kind of generating AI."""
        del entries
        from ailabel.codecs import sef

        for block in sef.blocks(view, _end(view, format_id)):
            if block.name != _NAME:
                continue
            data = view.read(block.data, min(block.end - block.data, _LONGEST), "a trailer")
            found = _TYPE.search(data)
            if found is not None and int(found[1]) != 0:
                location = f"SEF/{_NAME}"
                yield Trace(
                    kind="samsung",
                    claim=Claim.EDITED,
                    strength=TraceStrength.STATED,
                    message=said(Claim.EDITED, _PRODUCT),
                    product=_PRODUCT,
                    location=location,
                    offset=block.data + found.start(),
                    length=found.end() - found.start(),
                    raw=found[0][:RAW_MOST],
                )


TRACER: Final[Tracer] = _Samsung()


def _end(view: View, format_id: str) -> int:
    """Return where the trailer ends."""
    if format_id != "heic":
        return view.size
    from ailabel.codecs import bmff

    for box in bmff.boxes(view, 0, view.size):
        if box.type == b"sefd":
            return box.end
    return view.size
