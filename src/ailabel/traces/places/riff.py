"""WebP, WAV and AVI: Exif, XMP, lists of the form INFO, ID3 [RFC 9649; RIFF 1991; XMP3 1.1.8]."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ailabel.codecs import riff
from ailabel.spi import Entry
from ailabel.traces.places.shared import Block, clear, exif, xmp

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ailabel.io.source import View

__all__ = ["entries"]


def entries(view: View) -> Iterator[Entry]:
    """Yield the texts of a RIFF file."""
    for chunk in _chunks(view):
        name = chunk.id.strip(b" \0")
        if name in (b"XMP", b"_PMX"):
            packet = view.read_metadata(chunk.body, chunk.length, "a RIFF chunk")
            yield from xmp(packet, _block(chunk, name.decode()), view.limits)
        elif name == b"EXIF":
            data = view.read_metadata(chunk.body, chunk.length, "a RIFF chunk")
            yield from exif(data, _block(chunk, "EXIF"), view.limits)
        elif name == b"LIST":
            yield from _info(view, chunk)
        elif name.lower() == b"id3" and chunk.length:
            from ailabel.codecs import id3
            from ailabel.traces.places import sound

            tag = id3.tag_at(view, chunk.body)
            if tag is not None and tag.end <= chunk.end:
                yield from sound.tag_entries(view, tag)


def _chunks(view: View) -> Iterable[riff.Chunk]:
    form = view.read_some(8, 4)
    if form == b"WAVE":
        from ailabel.codecs import wave

        return wave.layout(view).chunks
    if form == b"AVI ":
        from ailabel.codecs import avi

        return [chunk for part in avi.layout(view).riffs for chunk in part.chunks]
    end = 8 + int.from_bytes(view.read_some(4, 4), "little")
    return riff.chunks(view, riff.HEADER, min(end, view.size))


def _info(view: View, chunk: riff.Chunk) -> Iterator[Entry]:
    from ailabel.codecs import riff_texts

    for item in riff_texts.items(view, chunk):
        name = item.id.decode("latin-1")
        yield Entry(
            system="riff",
            key=name,
            text=clear(view.read_metadata(item.body, item.length, "a RIFF chunk")),
            location=f"LIST/INFO {name}",
            offset=item.offset,
            length=item.end - item.offset,
        )


def _block(chunk: riff.Chunk, name: str) -> Block:
    return Block(name=name, start=chunk.body, offset=chunk.offset, length=chunk.end - chunk.offset)
