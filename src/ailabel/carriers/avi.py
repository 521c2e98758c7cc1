"""AVI: the label is the chunk ``AIGC`` in a list ``INFO``.

The list is our own. It stands right behind the old index, where nothing that is indexed has to
move. Files with OpenDML's indexes are read no further than their streams by many programs: there
the list goes before the streams, the indexes are kept right, and a chunk ``JUNK`` behind the list
fills whole units of 2048 bytes with it, so that later labels find room. Labels in other places give
way to ``JUNK``.

The essence is, for each stream in order, the payloads of its chunks one behind the other.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from ailabel.codecs import avi, avi_index, interleave, riff, riff_texts
from ailabel.errors import PlanError
from ailabel.io.splice import Edit
from ailabel.model.media import Format, Match, Medium, Strength
from ailabel.spi import Essence, Signature, Slot, unkept
from ailabel.standard.schema import is_label
from ailabel.standard.slots import KEY, XMP_PREFIX, XMP_PROPERTY, XMP_URI
from ailabel.values import frozen

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from ailabel.codecs.xmp_property import Property
    from ailabel.io.source import View

__all__ = ["CARRIER", "AviCarrier"]

AVI: Final = Format(
    id="avi", name="AVI", medium=Medium.VIDEO, suffixes=(".avi",), mime="video/vnd.avi"
)
_PROPERTY: Final = (XMP_URI, XMP_PREFIX, XMP_PROPERTY)
_CHUNK: Final = KEY.encode()
_JUNK: Final = b"JUNK"
_UNIT: Final = 2048
_FRAME: Final = 8 + 4 + 8 + 1  # what our list takes beside the payload


class AviCarrier:
    """Carries the label in a list of its own."""

    formats: Sequence[Format] = (AVI,)
    signatures: Sequence[Signature] = (Signature(((0, b"RIFF"), (8, b"AVI "))),)

    def sniff(self, view: View) -> Match | None:
        """Claim RIFF files of the form ``AVI``."""
        head = view.read_some(0, riff.HEADER)
        found = head[:4] == b"RIFF" and head[8:] == b"AVI "
        return Match(AVI, Strength.CONTENT) if found else None

    def read(self, view: View) -> Sequence[Slot]:
        """Find labels in INFO lists, XMP packets and chunks of their own."""
        return [slot for place in _places(view, avi.layout(view)) for slot in place.slots]

    def write(self, view: View, payload: str) -> Sequence[Edit]:
        """Put our list in its place, and keep every index right."""
        found = avi.layout(view)
        places = list(_places(view, found))
        slots = [slot for place in places for slot in place.slots]
        if len(slots) == 1 and slots[0].official and slots[0].payload == payload:
            return []
        if found.cut or found.movie is None:
            raise PlanError("the file is cut short; repair it with the program that made it")
        room = _room(view, found)
        edits = [
            Edit(place.chunk.offset, place.extent, _without(view, place))
            for place in places
            if place.chunk != room.own
        ]
        return edits + _put(view, found, room, _list(payload))

    def write_at(self, view: View, slot: Slot, payload: str) -> Sequence[Edit]:
        """Edit the label in its text, chunk or packet, and keep every index right.

        Raises:
            PlanError: the file is cut short, or what stands behind the label cannot be moved.
        """
        found = avi.layout(view)
        if found.cut or found.movie is None:
            raise PlanError("the file is cut short; repair it with the program that made it")
        room = _room(view, found)
        place = next(item for item in _places(view, found) if slot in item.slots)
        if place.chunk == room.own:
            return _put(view, found, room, _list(payload))
        new = _rewritten(view, place, slot, payload)
        edit = Edit(place.chunk.offset, place.extent, new)
        moves = len(new) != place.extent
        behind = edit.offset > found.movie.offset and avi_index.has_indexes(view, found)
        if moves and (behind or place.chunk not in found.riffs[0].chunks):
            raise unkept(slot)
        return _moved(view, found, edit)

    def essence(self, view: View) -> Iterable[Essence]:
        """Yield the chunks of one stream after the other."""
        found = avi.layout(view)
        streams = range(len(avi.stream_lists(view, found)))
        for _, span in interleave.by_stream(partial(avi.pieces, view, found), streams):
            yield span

    def canonical(self, view: View) -> Sequence[Edit]:
        """Drop the JUNK behind our list."""
        found = avi.layout(view)
        room = _room(view, found)
        if room.own is None or not room.padded:
            return []
        return _moved(view, found, Edit(room.own.end, room.length - room.extent, b""))


# -- our list --------------------------------------------------------------------------------------


@frozen(kw_only=True)
class _Room:
    """Where our list is, or is to be.

    Args:
        position: where it begins.
        is_front: whether that is before the streams, which then move.
        own: the list, if it is there.
        length: how many bytes it takes now, with the JUNK behind it if that is ours.
    """

    position: int
    is_front: bool
    own: riff.Chunk | None = None
    length: int = 0

    @property
    def extent(self) -> int:
        """How many bytes the list takes alone."""
        return 0 if self.own is None else self.own.end - self.own.offset

    @property
    def padded(self) -> bool:
        """Whether there is JUNK of ours."""
        return self.length > self.extent


def _room(view: View, found: avi.Layout) -> _Room:
    first = found.riffs[0]
    if found.movie is not None and avi_index.has_indexes(view, found):
        before = [chunk for chunk in first.chunks if chunk.end <= found.movie.offset]
        return _front(view, before, found.movie.offset)
    index = next((chunk for chunk in first.chunks if chunk.id == b"idx1"), None)
    ends = [chunk.end for chunk in (found.movie, index) if chunk is not None]
    position = min(max(ends, default=first.end), first.end)
    own = next((chunk for chunk in first.chunks if chunk.offset == position), None)
    if own is not None and _is_own(view, own):
        return _Room(position=position, is_front=False, own=own, length=first.extent(own))
    return _Room(position=position, is_front=False)


def _front(view: View, before: Sequence[riff.Chunk], position: int) -> _Room:
    """Find our list before the streams, alone or with its JUNK."""
    for count in (1, 2):
        own = before[-count] if len(before) >= count else None
        if own is not None and _is_own(view, own):
            length = position - own.offset
            if count == 1 or (before[-1].id == _JUNK and not length % _UNIT):
                return _Room(position=own.offset, is_front=True, own=own, length=length)
    return _Room(position=position, is_front=True)


def _is_own(view: View, chunk: riff.Chunk) -> bool:
    """Say whether a list is one that we write: a label and nothing else, byte for byte."""
    length = chunk.end - chunk.offset
    if chunk.length > view.limits.label_bytes + _FRAME or not avi.is_list(
        view, chunk, riff_texts.INFO
    ):
        return False
    data = view.read_some(chunk.offset, length)
    item = next(riff_texts.items(view, chunk), None)
    return item is not None and data == _list(riff_texts.text(riff_texts.body(view, item)))


def _list(payload: str) -> bytes:
    return riff.chunk(b"LIST", riff_texts.INFO + riff.chunk(_CHUNK, payload.encode()))


def _put(view: View, found: avi.Layout, room: _Room, new: bytes) -> list[Edit]:
    if room.is_front:
        new += _junk(8 + -(len(new) + 8) % _UNIT)
    elif room.own is None and room.position & 1:  # a pad byte that was left out
        new = b"\0" + new
    return _moved(view, found, Edit(room.position, room.length, new))


def _moved(view: View, found: avi.Layout, edit: Edit) -> list[Edit]:
    """Plan an edit of the first RIFF with everything that it calls for."""
    growth = len(edit.data) - edit.length
    if not growth:
        return [edit]
    size = int.from_bytes(view.read(4, 4), "little") + growth
    if size >= 1 << 32:
        raise PlanError("the file would be too large for its RIFF size")
    edits = [edit, Edit(4, 4, size.to_bytes(4, "little"))]
    if found.movie is not None and edit.offset <= found.movie.offset:
        edits += avi_index.moved(view, found, found.movie.offset, growth)
    return edits


def _junk(total: int) -> bytes:
    return _JUNK + (total - 8).to_bytes(4, "little") + bytes(total - 8)


# -- labels in any place ---------------------------------------------------------------------------


@frozen(kw_only=True)
class _Place:
    """A chunk with labels in it, and how many bytes it takes in the file."""

    chunk: riff.Chunk
    extent: int
    slots: tuple[Slot, ...]


def _places(view: View, found: avi.Layout) -> Iterator[_Place]:
    for item in found.riffs:
        for chunk in item.chunks:
            inside = list(avi.children(view, chunk)) if chunk == found.headers else [chunk]
            for place in inside:
                slots = tuple(_slots(view, place))
                if slots:
                    yield _Place(chunk=place, extent=item.extent(place), slots=slots)


def _property() -> Property:
    from ailabel.codecs.xmp_property import Property

    return Property(*_PROPERTY)


def _slots(view: View, chunk: riff.Chunk) -> Iterator[Slot]:
    if chunk.id.upper() == _CHUNK:
        name = chunk.id.decode("ascii")
        yield riff_texts.slot(view, chunk, f"{name} chunk", f"avi.{name}")
    elif avi.is_list(view, chunk, riff_texts.INFO):
        for item in riff_texts.texts(view, chunk, _CHUNK, is_label):
            name = item.id.decode("ascii", "replace")
            where = f"LIST/INFO/{name}"
            yield riff_texts.slot(view, item, where, f"avi.{where}", official=item.id == _CHUNK)
    elif chunk.id == riff_texts.XMP:
        yield from riff_texts.packet_slots(view, chunk, _property(), AVI.id)


def _rewritten(view: View, place: _Place, slot: Slot, payload: str) -> bytes:
    """Return a chunk with another text in the place of its label."""
    chunk = place.chunk
    if chunk.id == riff_texts.XMP:
        from ailabel.codecs.xmp_amend import amended

        packet = riff_texts.body(view, chunk)
        return riff.chunk(chunk.id, amended(packet, _property(), slot, payload, view.limits))
    if chunk.id != b"LIST":
        return riff_texts.respelt(chunk, slot, payload)
    end = chunk.body + chunk.length
    items = [
        riff_texts.respelt(item, slot, payload)
        if item.offset == slot.offset
        else view.read(item.offset, min(item.end, end) - item.offset)
        for item in riff_texts.items(view, chunk)
    ]
    return riff.chunk(b"LIST", riff_texts.INFO + b"".join(items))


def _without(view: View, place: _Place) -> bytes:
    """Return what takes the place of a chunk with labels: no byte more or less."""
    chunk = place.chunk
    if chunk.id == riff_texts.XMP:
        packet = riff_texts.vacated(view, chunk, _property()).ljust(chunk.length)
        return riff.chunk(chunk.id, packet)[: place.extent]
    if chunk.id != b"LIST":
        return _junk(place.extent)
    labels = set(riff_texts.texts(view, chunk, _CHUNK, is_label))
    kept = [
        view.read_some(item.offset, min(item.end, chunk.body + chunk.length) - item.offset)
        for item in riff_texts.items(view, chunk)
        if item not in labels
    ]
    new = riff.chunk(b"LIST", riff_texts.INFO + b"".join(kept)) if kept else b""
    return new + _junk(place.extent - len(new))


CARRIER: Final = AviCarrier()
