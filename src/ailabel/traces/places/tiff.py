"""TIFF: texts of the directories, XMP, IIM, Photoshop's resources [TIFF6 8; XMP3 1.1.3.3]."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ailabel.codecs import tiff, tiff_file
from ailabel.spi import Entry
from ailabel.traces.places.shared import (
    EXIF_TAGS,
    TEXT_MOST,
    Block,
    datasets,
    resources,
    xmp,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ailabel.codecs.tiff_file import Directory, Layout
    from ailabel.io.source import View

__all__ = ["entries"]

_XMP: Final = 700
_IIM: Final = 33723
_PHOTOSHOP: Final = 34377


def entries(view: View) -> Iterator[Entry]:
    """Yield the texts of a TIFF."""
    form = tiff_file.layout(view)
    if form is None:
        return
    total = 0
    taken: set[int] = set()
    for directory in tiff_file.directories(view, form):
        for entry in directory.entries:
            known = entry.tag in EXIF_TAGS or entry.tag in (_XMP, _IIM, _PHOTOSHOP)
            if not known or entry.place in taken or entry.place + entry.length > view.size:
                continue
            taken.add(entry.place)
            total += entry.length
            if total > view.size:  # values that overlap
                return
            yield from _entry(view, form, directory, entry)


def _entry(
    view: View, form: Layout, directory: Directory, entry: tiff_file.Entry
) -> Iterator[Entry]:
    def block(name: str) -> Block:
        return Block(
            name=f"{directory.name}/{name}",
            start=entry.place,
            offset=entry.place,
            length=entry.length,
        )

    if entry.tag == _XMP:
        packet = view.read_metadata(entry.place, entry.length, "an XMP packet")
        yield from xmp(packet, block("XMP"), view.limits)
    elif entry.tag in (_IIM, _PHOTOSHOP):
        data = view.read_metadata(entry.place, entry.length, "a TIFF field")
        walk = datasets if entry.tag == _IIM else resources
        yield from walk(data, block("IPTC" if entry.tag == _IIM else "Photoshop"))
    elif entry.type in tiff_file.BYTE_TYPES:
        raw = view.read(entry.place, min(entry.length, 4 * TEXT_MOST), "a TIFF field")
        name = EXIF_TAGS[entry.tag]
        yield Entry(
            system="exif",
            key=name,
            text=tiff.decode(entry.tag, raw, form.order)[:TEXT_MOST],
            location=f"{directory.name}/{name}",
            offset=entry.place,
            length=entry.length,
        )
