"""PDF: the information dictionary and the packet of the catalog [ISO32000-2 14.3]."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ailabel.codecs.pdf import Document
from ailabel.codecs.pdf_stream import Stream
from ailabel.codecs.pdf_strings import text_of
from ailabel.codecs.pdf_syntax import Dictionary
from ailabel.spi import Entry
from ailabel.traces.places.shared import TEXT_MOST, Block, xmp

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ailabel.io.source import View

__all__ = ["entries"]


def entries(view: View) -> Iterator[Entry]:
    """Yield the texts of a PDF; none of one that is encrypted."""
    document = Document(view)
    if document.encrypted:
        return
    ref = document.trailer.get("Info")
    info = document.resolve(ref)
    if isinstance(info, Dictionary):
        offset = document.place(ref)
        for key in info:
            value = document.resolve(info.get(key))
            if isinstance(value, bytes):
                yield Entry(
                    system="pdf",
                    key=key,
                    text=text_of(value)[:TEXT_MOST],
                    location=f"Info/{key}",
                    offset=offset,
                    length=0,
                )
    found = document.resolve(document.catalog().get("Metadata"))
    if isinstance(found, Stream):
        packet = document.data(found, view.limits.metadata_bytes)
        plain = "Filter" not in found.dictionary
        block = Block(
            name="Metadata",
            start=found.offset if plain else None,
            offset=found.offset,
            length=len(packet) if plain else 0,
        )
        yield from xmp(packet, block, view.limits)
