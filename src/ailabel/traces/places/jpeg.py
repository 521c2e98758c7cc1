"""JPEG: Exif, XMP whole and extended, IIM among Photoshop's resources, comments [T.81 B.2.4.5]."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ailabel.codecs import jpeg
from ailabel.spi import Entry
from ailabel.traces.places.shared import Block, clear, exif, resources, xmp

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ailabel.io.source import View

__all__ = ["entries"]

_EXIF: Final = b"Exif\0\0"
_PACKETS: Final = (b"http://ns.adobe.com/xap/1.0/\0", b"XMP\0XMP\0")  # the second: misnamed
_EXTENSION: Final = b"http://ns.adobe.com/xmp/extension/\0"
_RESOURCES: Final = b"Photoshop 3.0\0"
_APP1: Final = 0xE1
_APP13: Final = 0xED
_WANTED: Final = (_APP1, _APP13, jpeg.COM)


def entries(view: View) -> Iterator[Entry]:
    """Yield the texts of a JPEG."""
    extended = []
    for segment in jpeg.segments(view):
        if segment.marker not in _WANTED:
            continue
        body = view.read(segment.body, segment.body_length, "a JPEG segment")
        if body.startswith(_EXTENSION):
            extended.append(segment)
        else:
            yield from _segment(view, segment, body)
    if extended:
        yield from _extensions(view, extended)


def _segment(view: View, segment: jpeg.Segment, body: bytes) -> Iterator[Entry]:
    if segment.marker == jpeg.COM:
        yield Entry(
            system="comment",
            key="",
            text=clear(body),
            location="COM",
            offset=segment.offset,
            length=segment.length,
        )
    elif body.startswith(_EXIF):
        yield from exif(body, _block(segment, "APP1[Exif]", 0), view.limits)
    elif body.startswith(_RESOURCES):
        block = _block(segment, "APP13[Photoshop]", len(_RESOURCES))
        yield from resources(body[len(_RESOURCES) :], block)
    elif segment.marker == _APP1:
        head = next((head for head in _PACKETS if body.startswith(head)), b"")
        if head:
            block = _block(segment, "APP1[XMP]", len(head))
            yield from xmp(body[len(head) :], block, view.limits)


def _extensions(view: View, segments: list[jpeg.Segment]) -> Iterator[Entry]:
    from ailabel.codecs import jpeg_xmp

    for extension in jpeg_xmp.extensions(view, segments):
        first, last = extension.segments[0], extension.segments[-1]
        length = last.end - first.offset
        block = Block(name="APP1[ExtendedXMP]", start=None, offset=first.offset, length=length)
        yield from xmp(extension.packet, block, view.limits)


def _block(segment: jpeg.Segment, name: str, skipped: int) -> Block:
    return Block(
        name=name, start=segment.body + skipped, offset=segment.offset, length=segment.length
    )
