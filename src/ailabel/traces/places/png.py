"""PNG: text chunks, Exif, XMP, and the raw profiles of ImageMagick [PNG3 11.3.3, 11.3.4.5]."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ailabel.codecs import png
from ailabel.errors import AilabelError
from ailabel.spi import Entry
from ailabel.traces.places.shared import TEXT_MOST, Block, clear, exif, xmp

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ailabel.io.source import View

__all__ = ["entries"]

_XMP: Final = "xml:com.adobe.xmp"  # [XMP3 1.1.5]
_PROFILE: Final = "raw profile type "
_EXIF_HEAD: Final = b"Exif\0\0"
_XMP_HEAD: Final = b"http://ns.adobe.com/xap/1.0/\0"


def entries(view: View) -> Iterator[Entry]:
    """Yield the texts of a PNG."""
    budget = view.limits.inflate_bytes  # for all compressed texts together
    for chunk in png.chunks(view, pixels=False):
        if chunk.type == b"eXIf":
            data = view.read_metadata(chunk.body, chunk.length, "Exif")
            yield from exif(data, _block(chunk, "eXIf", chunk.body), view.limits)
        elif chunk.type in png.TEXT_CHUNKS:
            try:
                found = png.read_beginning(view, chunk, min(budget, 4 * TEXT_MOST))
            except AilabelError:
                continue
            budget -= len(found.data) if found.compressed else 0
            yield from _text(view, chunk, found)


def _text(view: View, chunk: png.Chunk, found: png.Text) -> Iterator[Entry]:
    name = f"{chunk.type.decode()}[{found.keyword}]"
    block = _block(chunk, name, None if found.compressed else found.offset)
    folded = found.keyword.casefold()
    if folded == _XMP:
        yield from xmp(found.data, block, view.limits)
    elif folded.startswith(_PROFILE):
        yield from _profile(view, chunk, found, name)
    else:
        yield Entry(
            system="png",
            key=found.keyword,
            text=clear(found.data),
            location=name,
            offset=chunk.offset,
            length=chunk.end - chunk.offset,
        )


def _profile(view: View, chunk: png.Chunk, found: png.Text, name: str) -> Iterator[Entry]:
    profile = png.profile(found.data)
    if profile is None:
        return
    block = _block(chunk, name, None)
    if profile.data.startswith(_XMP_HEAD) or found.keyword.casefold().endswith(" xmp"):
        yield from xmp(profile.data.removeprefix(_XMP_HEAD), block, view.limits)
    elif profile.data.startswith(_EXIF_HEAD):
        yield from exif(profile.data, block, view.limits)


def _block(chunk: png.Chunk, name: str, start: int | None) -> Block:
    return Block(name=name, start=start, offset=chunk.offset, length=chunk.end - chunk.offset)
