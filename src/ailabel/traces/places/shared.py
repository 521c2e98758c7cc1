"""What containers share: texts in Exif, XMP and IIM, wherever the container keeps them."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from ailabel.codecs.xmp_property import Property
from ailabel.errors import AilabelError
from ailabel.spi import Entry
from ailabel.traces.table import ROWS
from ailabel.values import frozen

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ailabel.io.source import Limits

__all__ = [
    "EXIF_TAGS",
    "TEXT_MOST",
    "Block",
    "clear",
    "datasets",
    "exif",
    "resources",
    "tells",
    "xmp",
]

TEXT_MOST: Final = 1 << 16
"""Characters of a text, at most; what tells a generator stands far before."""
_CHARACTER: Final = 4  # bytes that one takes in UTF-8, at most
EXIF_TAGS: Final = {
    0x010E: "ImageDescription",
    0x010F: "Make",
    0x0110: "Model",
    0x0131: "Software",
    0x013B: "Artist",
    0x9286: "UserComment",
    0x9C9C: "XPComment",
}
"""The fields of Exif, and of TIFF, whose texts can tell something."""


_DATASETS: Final = ("2:110", "2:120")  # credit and caption [IIM4 6]


_EXTENSION: Final = Property("http://iptc.org/std/Iptc4xmpExt/2008-02-29/", "Iptc4xmpExt", "")
_NAMED: Final = (  # properties whose name alone tells something
    *(
        replace(_EXTENSION, local=local)
        for local in (
            "DigitalSourceType",
            "AISystemUsed",
            "AISystemVersionUsed",
            "AIPromptInformation",
            "AIPromptWriterName",
        )
    ),
    Property("http://ns.adobe.com/photoshop/1.0/", "photoshop", "Credit"),
    Property("http://purl.org/dc/terms/", "dcterms", "provenance"),
    Property("http://ns.adobe.com/exif/1.0/", "exif", "UserComment"),
)
_COMMON: Final = (  # properties of most packets, which few values make worth parsing them for
    Property("http://ns.adobe.com/xap/1.0/", "xmp", "CreatorTool"),
    Property("http://purl.org/dc/elements/1.1/", "dc", "description"),
)
_SCHEMES: Final = (b"aigc_info", b"ServiceProvider")  # of `traces.schemes`
_PLAIN: Final = re.compile(r"[\w .:]+")  # characters that XML does not escape


@lru_cache(maxsize=1)
def _wanted() -> tuple[tuple[Property, tuple[bytes, ...]], ...]:
    """Return properties that can tell something, each with bytes one of which is in its packet."""
    named = [(prop, (prop.local.encode(),)) for prop in _NAMED]
    return (*named, *((prop, (*_values(prop), *_SCHEMES)) for prop in _COMMON))


def _values(prop: Property) -> Iterator[bytes]:
    """Yield what stands in the values of a property that the table of traces looks for."""
    for row in ROWS:
        if f"xmp:{prop.name}" in row.places:
            for piece in row.holds:
                yield max(_PLAIN.findall(piece), key=len).encode()


@frozen(kw_only=True)
class Block:
    """Where a structure with texts stands.

    Args:
        name: of the place, such as ``APP1[Exif]``.
        start: where its data begins in the file, where it stands there as it is; else None.
        offset: where the structure begins.
        length: of the structure.
    """

    name: str
    start: int | None
    offset: int
    length: int

    def place(self, begin: int, length: int) -> tuple[int, int]:
        """Return where a piece of the data stands in the file, or the structure that holds it."""
        if self.start is None:
            return self.offset, self.length
        return self.start + begin, length


def exif(data: bytes, block: Block, limits: Limits) -> Iterator[Entry]:
    """Yield the texts of Exif.

    Args:
        data: the TIFF, ``Exif`` and two NULs before it or not.
        block: where it stands.
        limits: as for `tiff.texts`.
    """
    from ailabel.codecs import tiff

    for found in tiff.texts(data, _roomy(limits), EXIF_TAGS):
        offset, length = block.place(found.offset, found.length)
        yield Entry(
            system="exif",
            key=EXIF_TAGS[found.tag],
            text=found.text[:TEXT_MOST],
            location=f"{block.name}/{found.location}",
            offset=offset,
            length=length,
        )


@lru_cache(maxsize=8)
def _roomy(limits: Limits) -> Limits:
    """Return limits with room for workflows, which are longer than labels."""
    return replace(limits, label_bytes=limits.inflate_bytes)


def xmp(packet: bytes, block: Block, limits: Limits) -> Iterator[Entry]:
    """Yield the properties of a packet that can tell something.

    Args:
        packet: as for `xmp.find`.
        block: where it stands.
        limits: as for `xmp.find`.
    """
    wide = b"<\0" in packet[:64]
    for prop, needles in _wanted():
        if not wide and not any(needle in packet for needle in needles):
            continue
        from ailabel.codecs import xmp as codec

        try:
            values = codec.find(packet, prop, limits)
        except AilabelError:
            continue
        for found in values:
            offset, length = block.place(found.offset, len(found.raw))
            yield Entry(
                system="xmp",
                key=prop.name,
                text=found.value[:TEXT_MOST],
                location=f"{block.name}/{prop.name}",
                offset=offset,
                length=length,
            )


def tells(data: bytes) -> bool:
    """Say whether there may be a property in some bytes that can tell something."""
    return any(needle in data for _, needles in _wanted() for needle in needles)


def resources(data: bytes, block: Block) -> Iterator[Entry]:
    """Yield the texts of IIM that can tell something, from Photoshop's resources."""
    from ailabel.codecs import iim

    for number, start, length in iim.resources(data):
        if number == iim.IIM:
            yield from datasets(data, block, start, start + length)


def datasets(data: bytes, block: Block, begin: int = 0, end: int | None = None) -> Iterator[Entry]:
    """Yield the same from the datasets between two positions."""
    from ailabel.codecs import iim

    for found in iim.datasets(data, begin, end):
        key = f"{found.record}:{found.number}"
        if key in _DATASETS:
            offset, length = block.place(found.begin, found.end - found.begin)
            yield Entry(
                system="iim",
                key=key,
                text=clear(found.value),
                location=f"{block.name}/IIM {key}",
                offset=offset,
                length=length,
            )


def clear(raw: bytes) -> str:
    """Return bytes that are UTF-8, or else Latin-1, as text; its last character may be cut."""
    raw = raw[: 4 * TEXT_MOST]
    try:
        text = raw.decode()
    except UnicodeDecodeError as error:
        is_cut = error.start > len(raw) - _CHARACTER
        text = raw[: error.start].decode() if is_cut else raw.decode("latin-1")
    return text[:TEXT_MOST].rstrip("\0")
