"""SVG: the RDF in its metadata [SVG2 5.10]."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ailabel.codecs.text import load
from ailabel.traces.places.shared import Block, tells, xmp

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ailabel.io.source import View
    from ailabel.spi import Entry

__all__ = ["entries"]


def entries(view: View) -> Iterator[Entry]:
    """Yield the properties in the RDF of a drawing that can tell something."""
    data = load(view)
    if not tells(data.replace(b"\0", b"")):  # whatever the width of its characters
        return
    from ailabel.codecs.svg import parse

    document = parse(data, view.limits)
    for packet in document.packets:
        begin, end = packet.element.start, packet.element.end
        offset = document.offset(begin)
        block = Block(
            name="metadata",
            start=offset if document.encoding == "utf-8" else None,
            offset=offset,
            length=document.offset(end) - offset,
        )
        yield from xmp(document.data[begin:end], block, view.limits)
