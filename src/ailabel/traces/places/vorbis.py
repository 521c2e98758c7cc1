"""FLAC and Ogg: Vorbis comments [RFC9639 8.6; Vorbis I 5]."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ailabel.codecs import vorbis
from ailabel.spi import Entry
from ailabel.traces.places.shared import TEXT_MOST

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ailabel.io.source import View

__all__ = ["entries"]


def entries(view: View) -> Iterator[Entry]:
    """Yield the comments of a file."""
    if view.read_some(0, 4) == b"OggS":
        yield from _ogg(view)
        return
    from ailabel.codecs import flac, id3
    from ailabel.traces.places import sound

    for tag in id3.tags(view):
        yield from sound.tag_entries(view, tag)
    for block in flac.blocks(view):
        if block.type == flac.VORBIS_COMMENT:
            data = view.read_metadata(block.body, block.length, "the Vorbis comments")
            comments = vorbis.parse(data, view.limits)
            yield from _comments(comments, block.offset, block.end - block.offset)


def _ogg(view: View) -> Iterator[Entry]:
    from ailabel.codecs import ogg, ogg_comments

    for stream in ogg.streams(view):
        if not stream.kind.commented:
            continue
        packet = ogg.packet(stream, 1)
        data = ogg.read_packet(view, stream, packet)
        found = ogg_comments.parse(stream.kind, data, view.limits).comments
        places = list(ogg.pieces(stream, packet))
        begin, last = places[0][0], places[-1]
        yield from _comments(found, begin, last[0] + last[1] - begin)


def _comments(comments: vorbis.Comments, offset: int, length: int) -> Iterator[Entry]:
    for raw in comments.entries:
        key, value = vorbis.split(raw[: 4 * TEXT_MOST])
        yield Entry(
            system="vorbis",
            key=key,
            text=value[:TEXT_MOST],
            location=f"Vorbis comment {key}",
            offset=offset,
            length=length,
        )
