"""RIFF: texts in chunks of their own, in INFO lists and in XMP packets [RIFF 1991; XMP3 2.3.4]."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ailabel.codecs import riff
from ailabel.errors import MalformedFileError, PlanError
from ailabel.spi import Slot

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ailabel.codecs.xmp_property import Property
    from ailabel.io.source import View

__all__ = [
    "INFO",
    "XMP",
    "body",
    "items",
    "packet_slots",
    "respelt",
    "slot",
    "text",
    "texts",
    "vacated",
]

INFO: Final = b"INFO"  # the form type of a list of texts
XMP: Final = b"_PMX"


def body(view: View, chunk: riff.Chunk) -> bytes:
    """Read a chunk of metadata.

    Raises:
        LimitExceededError: it is too long.
    """
    return view.read_metadata(chunk.body, chunk.length, "a RIFF chunk")


def items(view: View, chunk: riff.Chunk) -> Iterator[riff.Chunk]:
    """Walk the texts of a ``LIST`` chunk of the form ``INFO``; none of any other chunk."""
    if chunk.id == b"LIST" and view.read_some(chunk.body, min(4, chunk.length)) == INFO:
        yield from riff.chunks(view, chunk.body + 4, chunk.body + chunk.length)


def texts(
    view: View, chunk: riff.Chunk, key: bytes, accepts: Callable[[str], bool]
) -> Iterator[riff.Chunk]:
    """Yield the texts of an INFO list that are named by a key, whatever its case, or accepted.

    Args:
        view: the file.
        chunk: the list.
        key: in upper case.
        accepts: says of any other text of a label's length whether it is one.
    """
    for item in items(view, chunk):
        if item.id.upper() == key or (
            item.length <= view.limits.label_bytes and accepts(text(body(view, item)))
        ):
            yield item


def slot(
    view: View, chunk: riff.Chunk, location: str, site: str, *, official: bool = False
) -> Slot:
    """Return a chunk of text as a slot."""
    raw = body(view, chunk)
    return Slot(
        location=location,
        offset=chunk.offset,
        raw=raw,
        payload=text(raw),
        site=site,
        official=official,
    )


def respelt(chunk: riff.Chunk, slot: Slot, value: str) -> bytes:
    """Return a chunk of text that says something else.

    Raises:
        PlanError: it is no UTF-8, so that it could not be written back.
    """
    from ailabel.codecs.respell import stored

    return riff.chunk(chunk.id, stored(slot, value))


def packet_slots(view: View, chunk: riff.Chunk, prop: Property, name: str) -> Iterator[Slot]:
    """Yield the values of a property in a chunk of XMP.

    Args:
        view: the file.
        chunk: the packet.
        prop: the property.
        name: of the format, with which sites begin.
    """
    from ailabel.codecs import xmp

    for found in xmp.find(body(view, chunk), prop, view.limits):
        yield Slot(
            location=f"_PMX chunk, {prop.name}",
            offset=chunk.offset,
            raw=found.raw,
            payload=found.value,
            site=f"{name}._PMX/{prop.name}",
            official=False,
        )


def vacated(view: View, chunk: riff.Chunk, prop: Property) -> bytes:
    """Return a packet without a property.

    Raises:
        PlanError: it is damaged.
    """
    from ailabel.codecs import xmp

    try:
        return xmp.vacate(body(view, chunk), prop, view.limits)
    except MalformedFileError as error:
        raise PlanError("an old label stands in a damaged XMP packet; repair it first") from error


def text(raw: bytes) -> str:
    """Return what a chunk of text says."""
    return raw.decode("utf-8", "replace").rstrip("\0")
