"""Edits that put new pixels into the chunks of a PNG."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ailabel.codecs import png
from ailabel.io.splice import Edit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ailabel.io.source import View
    from ailabel.marks.image.png_file import Stream

__all__ = ["body_edit", "stream_edits"]


def body_edit(found: png.Chunk, data: bytes) -> Edit:
    """Return the edit that gives a chunk other data."""
    return Edit(found.offset, found.end - found.offset, png.chunk(found.type, data))


def stream_edits(view: View, stream: Stream, data: bytes) -> Iterator[Edit]:
    """Yield the edits that give a stream other compressed pixels.

    Frames keep their number of chunks, because their sequence numbers count through the whole
    animation [PNG3 11.3.6.3].
    """
    if stream.data[0].type == b"IDAT":
        start, end = stream.data[0].offset, stream.data[-1].end
        yield Edit(start, end - start, png.chunk(b"IDAT", data))
        return
    share = -(-len(data) // len(stream.data))
    for number, found in enumerate(stream.data):
        sequence = view.read(found.body, stream.skip, "a PNG frame")
        yield body_edit(found, sequence + data[number * share : (number + 1) * share])
