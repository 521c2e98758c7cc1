"""Ogg: the label is the Vorbis comment ``AIGC=`` of the first sound stream.

The comment packet is laced anew on the pages that it has; see `codecs.ogg_edit`. `write` leaves
zeros behind the comments, so that a later label moves nothing; they are known by rule: the label's
entry and they together fill whole units of 2048 bytes. Zeros beyond that are left alone.

Essence: stream after stream, in the order in which they begin, the header packets that decide how
the stream is decoded, then its other packets, joined; neither comments nor pages. Of the header of
a FLAC stream that is rate, channels and depth.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import accumulate
from typing import TYPE_CHECKING, Final

from ailabel.codecs import ogg, ogg_comments, ogg_edit, vorbis
from ailabel.codecs.interleave import by_stream
from ailabel.errors import PlanError
from ailabel.model.media import Format, Match, Medium, Strength
from ailabel.spi import Essence, Signature, Slot, Span, unkept
from ailabel.standard.schema import is_label
from ailabel.standard.slots import KEY

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from ailabel.io.source import View
    from ailabel.io.splice import Edit

__all__ = ["CARRIER", "OggCarrier"]

OGG: Final = Format(
    id="ogg", name="Ogg", medium=Medium.AUDIO, suffixes=(".ogg", ".oga", ".spx"), mime="audio/ogg"
)
OPUS: Final = Format(
    id="opus", name="Opus", medium=Medium.AUDIO, suffixes=(".opus",), mime="audio/ogg"
)
OGV: Final = Format(
    id="ogv", name="Ogg Video", medium=Medium.VIDEO, suffixes=(".ogv",), mime="video/ogg"
)
_GENERIC: Final = frozenset(("COMMENT", "DESCRIPTION"))
_UNIT: Final = 2048
_INDEXED: Final = 4  # the version of Skeleton that began to hold offsets
_FACTS: Final = 27  # where the STREAMINFO of FLAC in Ogg has rate, channels, depth [RFC9639 10.1]


class OggCarrier:
    """Carries the label in the comment packet of one stream."""

    formats: Sequence[Format] = (OGG, OPUS, OGV)
    signatures: Sequence[Signature] = (Signature(((0, ogg.CAPTURE),)),)

    def sniff(self, view: View) -> Match | None:
        """Claim Ogg; what its first streams hold decides between sound and video."""
        if view.read_some(0, len(ogg.CAPTURE)) != ogg.CAPTURE:
            return None
        kinds = list(ogg.first_kinds(view))
        if any(kind.video for kind in kinds):
            return Match(OGV, Strength.CONTENT)
        sounds = [kind for kind in kinds if kind.commented]
        found = OPUS if sounds[:1] == [ogg.OPUS] else OGG
        return Match(found, Strength.CONTENT)

    def read(self, view: View) -> Sequence[Slot]:
        """Find labels in the comments of every stream of every link."""
        return _slots(view, ogg.streams(view))

    def write(self, view: View, payload: str) -> Sequence[Edit]:
        """Put the entry into the first sound stream's comments; other streams lose theirs."""
        streams = ogg.streams(view)
        slots = _slots(view, streams)
        if len(slots) == 1 and slots[0].official and slots[0].payload == payload:
            return []
        main = _main(streams)
        if main is None:
            raise PlanError("the Ogg file has no stream whose comments are known")
        edits: list[Edit] = []
        for stream in filter(_is_commented, streams):
            place, packet = _open(view, stream)
            new = _labelled(packet, payload) if stream is main else _vacated(packet)
            if new != packet:
                edits += ogg_edit.repage(view, stream, place, ogg_comments.build(new))
        _refuse_index(view, streams, edits)
        return edits

    def write_at(self, view: View, slot: Slot, payload: str) -> Sequence[Edit]:
        """Edit the label in its entry; zeros of our own behind it stay as they should be."""
        streams = ogg.streams(view)
        for stream in filter(_is_commented, streams):
            for index, found in _stream_slots(view, stream, official=slot.official):
                if found == slot:
                    edits = _rewritten(view, stream, index, (slot, payload))
                    _refuse_index(view, streams, edits)
                    return edits
        raise unkept(slot)

    def essence(self, view: View) -> Iterable[Essence]:
        """Yield every stream's packets without its comments."""
        streams = [stream for stream in ogg.streams(view) if stream.kind is not ogg.SKELETON]
        by_number = {stream.number: stream for stream in streams}
        for _, span in by_stream(lambda: _content(view, by_number), list(by_number)):
            if span.length:
                yield span

    def canonical(self, view: View) -> Sequence[Edit]:
        """Drop our zeros, and the pages that a longer label may have asked for."""
        main = _main(ogg.streams(view))
        if main is None:
            return []
        place, packet = _open(view, main)
        owned = _owned(packet)
        if owned is None:
            return []
        data = ogg_comments.build(packet)
        return ogg_edit.repage(view, main, place, data[: len(data) - owned], compact=True)


def _is_commented(stream: ogg.Stream) -> bool:
    return stream.kind.commented


def _main(streams: Iterable[ogg.Stream]) -> ogg.Stream | None:
    """Return the stream of the official place: the first with sound, or else with pictures."""
    first = [stream for stream in streams if stream.link == 0 and _is_commented(stream)]
    sounds = [stream for stream in first if not stream.kind.video]
    return next(iter(sounds or first), None)


def _is_index(view: View, stream: ogg.Stream) -> bool:
    """Say whether a stream is of the version of Skeleton that can hold offsets in the file."""
    version = view.read_some(stream.pages[0].body + 8, 2)
    return stream.kind is ogg.SKELETON and int.from_bytes(version, "little") >= _INDEXED


def _refuse_index(view: View, streams: Iterable[ogg.Stream], edits: list[Edit]) -> None:
    """Refuse edits that would move what an index names."""
    if ogg_edit.growth(edits) and any(_is_index(view, stream) for stream in streams):
        raise PlanError("the Skeleton index of the Ogg file would become wrong; remove it first")


def _open(view: View, stream: ogg.Stream) -> tuple[ogg.Packet, ogg_comments.CommentPacket]:
    """Return where the comments of a commented stream stand, and what they say."""
    place = ogg.packet(stream, 1)
    data = ogg.read_packet(view, stream, place)
    return place, ogg_comments.parse(stream.kind, data, view.limits)


def _is_label(entry: bytes) -> bool:
    key, value = vorbis.split(entry)
    return key == KEY or (key in _GENERIC and is_label(value))


def _slots(view: View, streams: Sequence[ogg.Stream]) -> list[Slot]:
    main = _main(streams)
    slots: list[Slot] = []
    for stream in filter(_is_commented, streams):
        slots += (slot for _, slot in _stream_slots(view, stream, official=stream is main))
    return sorted(slots, key=lambda slot: slot.offset)


def _stream_slots(view: View, stream: ogg.Stream, *, official: bool) -> Iterator[tuple[int, Slot]]:
    """Yield the labels of a stream, each with the number of its entry."""
    place, packet = _open(view, stream)
    codec, entries = packet.kind.name, packet.comments.entries
    sizes = (4 + len(entry) for entry in entries)
    starts = accumulate(sizes, initial=len(packet.head) + 4 + len(packet.comments.vendor) + 4)
    numbered = enumerate(zip(entries, starts, strict=False))
    found = [(index, *item) for index, item in numbered if _is_label(item[0])]
    offsets = ogg.positions(stream, place, (start for *_, start in found))
    for (index, entry, _), offset in zip(found, offsets, strict=True):
        key, value = vorbis.split(entry)
        slot = Slot(
            location=f"{codec} comments of stream {stream.number + 1}, {key}",
            offset=offset,
            raw=entry,
            payload=value.rstrip("\0"),
            site=f"ogg.{codec}/{key}",
            official=official and key == KEY,
        )
        yield index, slot


def _rewritten(view: View, stream: ogg.Stream, index: int, asked: tuple[Slot, str]) -> list[Edit]:
    """Plan the comments of a stream with another text in the place of an entry's."""
    from ailabel.codecs.respell import stored

    place, packet = _open(view, stream)
    entry, comments = stored(*asked), packet.comments
    owned = _owned(packet) if index == _place(comments) else None
    rest = comments.rest
    if owned:
        rest = rest[: len(rest) - owned] + bytes(_share(entry))
    entries = (*comments.entries[:index], entry, *comments.entries[index + 1 :])
    new = replace(packet, comments=vorbis.Comments(comments.vendor, entries, rest))
    return ogg_edit.repage(view, stream, place, ogg_comments.build(new))


def _place(comments: vorbis.Comments) -> int | None:
    """Return which entry the official one takes the place of."""
    keys = (vorbis.split(entry)[0] for entry in comments.entries)
    return next((index for index, key in enumerate(keys) if key == KEY), None)


def _share(entry: bytes) -> int:
    """Return how many of our zeros belong to an entry."""
    return -(4 + len(entry)) % _UNIT


def _owned(packet: ogg_comments.CommentPacket) -> int | None:
    """Return how many zeros at the end are ours; None where no label stands in its place."""
    place = _place(packet.comments)
    if place is None:
        return None
    share = _share(packet.comments.entries[place])
    return share if packet.may_pad and share <= packet.zeros else 0


def _labelled(packet: ogg_comments.CommentPacket, payload: str) -> ogg_comments.CommentPacket:
    entry, comments = vorbis.entry(KEY, payload), packet.comments
    place = _place(comments)
    entries = [
        entry if index == place else found
        for index, found in enumerate(comments.entries)
        if index == place or not _is_label(found)
    ]
    if place is None:
        entries.append(entry)
    rest = comments.rest[: len(comments.rest) - (_owned(packet) or 0)]
    own = bytes(_share(entry)) if packet.may_pad else b""
    return replace(packet, comments=vorbis.Comments(comments.vendor, tuple(entries), rest + own))


def _vacated(packet: ogg_comments.CommentPacket) -> ogg_comments.CommentPacket:
    entries = tuple(entry for entry in packet.comments.entries if not _is_label(entry))
    return replace(packet, comments=replace(packet.comments, entries=entries))


def _content(view: View, streams: dict[int, ogg.Stream]) -> Iterator[tuple[int, Span]]:
    """Walk the file's content, each piece with the number of its stream."""
    for number, page in ogg.numbered(view):
        stream = streams.get(number)
        if stream is None or page.offset < stream.pages[-1].offset:
            continue
        if page.offset > stream.pages[-1].offset:
            yield number, Span(page.body, page.end - page.body)
        elif stream.complete:
            yield from ((number, span) for span in _headers(stream))


def _headers(stream: ogg.Stream) -> Iterator[Span]:
    """Yield the headers that decide about the decoding, and what follows on their last page."""
    kept = [index for index in range(stream.headers) if index != 1]
    if stream.kind is ogg.FLAC:
        yield Span(stream.pages[0].body + _FACTS, 4)
        kept = []
    for index in kept:
        for offset, length in ogg.pieces(stream, ogg.packet(stream, index)):
            yield Span(offset, length)
    last, end = stream.pages[-1], ogg.packet(stream, stream.headers - 1).end
    behind = sum(last.lacing[end:])
    yield Span(last.end - behind, behind)


CARRIER: Final = OggCarrier()
