"""Edits that put new pixels into the chunks of a PNG."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from itertools import accumulate
from typing import TYPE_CHECKING

from ailabel.codecs import png
from ailabel.io.splice import Edit

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ailabel.codecs.deflate_splice import Patch
    from ailabel.io.source import View
    from ailabel.marks.image.png_file import Stream

__all__ = ["body_edit", "patch_edits", "stream_edits"]


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


def patch_edits(stream: Stream, data: bytes, patches: Iterable[Patch]) -> Iterator[Edit]:
    """Yield the edits that put patches into a stream of IDAT chunks.

    Chunks that a patch touches become one; all others stay.

    Args:
        stream: where the chunks stand.
        data: what they hold.
        patches: in order.
    """
    starts = [0, *accumulate(found.length for found in stream.data)]
    groups: list[tuple[int, int, list[Patch]]] = []
    for patch in patches:
        first = bisect_right(starts, patch.start) - 1
        last = max(bisect_left(starts, patch.stop) - 1, first)
        if groups and groups[-1][1] >= first:
            first, _, before = groups.pop()
            groups.append((first, last, [*before, patch]))
        else:
            groups.append((first, last, [patch]))
    for first, last, group in groups:
        at = starts[first]
        pieces: list[bytes] = []
        for patch in group:
            pieces += (data[at : patch.start], patch.data)
            at = patch.stop
        pieces.append(data[at : starts[last + 1]])
        start, end = stream.data[first].offset, stream.data[last].end
        yield Edit(start, end - start, png.chunk(b"IDAT", b"".join(pieces)))
