"""GIF: comments, and XMP in an application extension [GIF89a 24; XMP3 1.1.2]."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ailabel.codecs import gif
from ailabel.spi import Entry
from ailabel.traces.places.shared import Block, clear, xmp

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ailabel.io.source import View

__all__ = ["entries"]

_XMP: Final = gif.XMP_HEAD[3:]


def entries(view: View) -> Iterator[Entry]:
    """Yield the texts of a GIF."""
    for block in gif.blocks(view):
        if block.kind is gif.Kind.COMMENT:
            yield Entry(
                system="comment",
                key="",
                text=clear(gif.body(view, block)),
                location="comment extension",
                offset=block.offset,
                length=block.end - block.offset,
            )
        elif block.kind is gif.Kind.APPLICATION and block.name == _XMP:
            length = block.end - block.data
            packet = view.read_metadata(block.data, length, "a GIF extension")
            place = Block(
                name="XMP Data",
                start=block.data,
                offset=block.offset,
                length=block.end - block.offset,
            )
            yield from xmp(packet, place, view.limits)
