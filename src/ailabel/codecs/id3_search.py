"""ID3v2: looking for one text in all the places of a tag that people put it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ailabel.codecs import id3_data
from ailabel.codecs.id3_edit import reframe, retext
from ailabel.errors import MalformedFileError, PlanError
from ailabel.spi import unkept
from ailabel.values import frozen

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from ailabel.codecs.id3 import Content, Frame
    from ailabel.spi import Slot

__all__ = ["Hit", "Query", "removals", "rewritten", "search"]

_XMP_OWNER: Final = "XMP"  # [XMP3 2.3.3]
_PACKET: Final = "PRIV[XMP]"


@frozen(kw_only=True)
class Query:
    """What is looked for.

    Args:
        key: the description of a ``TXXX`` frame, whatever its case.
        accepts: says of any other text whether it is one.
        prop: the property of an XMP packet: its namespace, prefix and local name.
    """

    key: str
    accepts: Callable[[str], bool]
    prop: tuple[str, str, str]


@frozen(kw_only=True)
class Hit:
    """One text that was found.

    Args:
        frame: where it stands.
        place: the kind of place, such as ``TXXX[AIGC]`` or ``COMM``.
        location: the same with the tag's version and the frame's own names.
        offset: of the frame, from the start of the file.
        value: the text.
        raw: its bytes, with the description.
        exact: whether it is a ``TXXX`` under exactly the key.
        keyed: the same, but the case may differ.
    """

    frame: Frame
    place: str
    location: str
    offset: int
    value: str
    raw: bytes
    exact: bool = False
    keyed: bool = False


def search(content: Content, query: Query) -> list[Hit]:
    """Find every such text of a tag, in file order."""
    found = [*_in_texts(content, query), *_in_packets(content, query)]
    return sorted(found, key=lambda hit: hit.frame.position)


def _in_texts(content: Content, query: Query) -> Iterator[Hit]:
    for text in id3_data.texts(content):
        keyed = text.kind == "TXXX" and text.description.casefold() == query.key.casefold()
        if not (keyed or query.accepts(text.value)):
            continue
        yield Hit(
            frame=text.frame,
            place=f"{text.kind}[{query.key}]" if keyed else text.kind,
            location=f"ID3v2.{content.tag.version} {text.frame.id}[{text.description}]",
            offset=content.body.raw(text.frame.position),
            value=text.value,
            raw=text.raw,
            exact=keyed and text.description == query.key,
            keyed=keyed,
        )


def _in_packets(content: Content, query: Query) -> Iterator[Hit]:
    for frame, packet in id3_data.private(content, _XMP_OWNER):
        from ailabel.codecs import xmp

        prop = xmp.Property(*query.prop)
        for found in xmp.find(packet, prop, content.body.view.limits):
            yield Hit(
                frame=frame,
                place=_PACKET,
                location=f"ID3v2.{content.tag.version} PRIV[XMP] {prop.name}",
                offset=content.body.raw(frame.position),
                value=found.value,
                raw=found.raw,
            )


def removals(content: Content, hits: Iterable[Hit], query: Query) -> dict[Frame, bytes]:
    """Return what to put for the frames of some hits so that the texts are gone.

    Raises:
        PlanError: a text stands in an XMP packet that is damaged.
    """
    frames = dict.fromkeys((hit.frame for hit in hits), b"")
    for frame, packet in id3_data.private(content, _XMP_OWNER):
        if frame in frames:
            frames[frame] = reframe(content, frame, _vacated(content, packet, query))
    return frames


def rewritten(
    content: Content, hit: Hit, query: Query, slot: Slot, value: str
) -> dict[Frame, bytes]:
    """Return what to put for the frame of a hit so that it says something else.

    Raises:
        PlanError: the text cannot be edited there.
    """
    if hit.place != _PACKET:
        frame = retext(content, hit.frame, hit.value, value)
        if frame is None:
            raise unkept(slot)
        return {hit.frame: frame}
    from ailabel.codecs import xmp
    from ailabel.codecs.xmp_amend import amended

    packets = dict(id3_data.private(content, _XMP_OWNER))
    limits = content.body.view.limits
    packet = amended(packets[hit.frame], xmp.Property(*query.prop), slot, value, limits)
    return {hit.frame: reframe(content, hit.frame, _XMP_OWNER.encode() + b"\0" + packet)}


def _vacated(content: Content, packet: bytes, query: Query) -> bytes:
    from ailabel.codecs import xmp

    try:
        rest = xmp.vacate(packet, xmp.Property(*query.prop), content.body.view.limits)
    except MalformedFileError as error:
        raise PlanError("an old label stands in a damaged XMP packet; repair it first") from error
    return _XMP_OWNER.encode() + b"\0" + rest
