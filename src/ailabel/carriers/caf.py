"""CAF: the label is the text ``AIGC`` of the information chunk.

Where other chunks follow, `write` leaves a ``free`` chunk of its own behind that chunk, so that a
later label finds room; it is known by rule: the label's text and it together fill whole units of
2048 bytes. Free chunks of other programs are left alone. Essence: the format of the sound, what
its decoder is set up with, and the coded sound.
"""

from __future__ import annotations

from itertools import zip_longest
from typing import TYPE_CHECKING, Final

from ailabel.codecs import caf
from ailabel.io.splice import Edit
from ailabel.model.media import Format, Match, Medium, Strength
from ailabel.spi import Essence, Signature, Slot, Span, unkept
from ailabel.standard.schema import is_label
from ailabel.standard.slots import KEY
from ailabel.values import frozen

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ailabel.io.source import View

__all__ = ["CARRIER", "CafCarrier"]

CAF: Final = Format(
    id="caf", name="CAF", medium=Medium.AUDIO, suffixes=(".caf",), mime="audio/x-caf"
)
_GENERIC: Final = frozenset(("comments", "comment", "description"))
_UNIT: Final = 2048
_EDITS: Final = 4  # the count of edits before the sound


class CafCarrier:
    """Carries the label in the information chunk."""

    formats: Sequence[Format] = (CAF,)
    signatures: Sequence[Signature] = (Signature(((0, caf.MARK),)),)

    def sniff(self, view: View) -> Match | None:
        """Claim version 1 of the format."""
        found = view.read_some(0, len(caf.MARK)) == caf.MARK
        return Match(CAF, Strength.CONTENT) if found else None

    def read(self, view: View) -> Sequence[Slot]:
        """Find labels among the texts of every information chunk."""
        return [
            Slot(
                location=f"info chunk, {entry.key}",
                offset=entry.offset,
                raw=entry.raw,
                payload=entry.value,
                site=f"caf.info/{KEY if _is_keyed(entry) else entry.key}",
                official=index == 0 and entry.key == KEY,
            )
            for index, group in enumerate(_groups(view, list(caf.chunks(view))))
            for entry in group.entries
            if _is_label(entry)
        ]

    def write(self, view: View, payload: str) -> Sequence[Edit]:
        """Put the text into the first information chunk; without one, append it."""
        slots = self.read(view)
        if len(slots) == 1 and slots[0].official and slots[0].payload == payload:
            return []
        chunks = list(caf.chunks(view))
        groups = _groups(view, chunks)
        new = f"{KEY}\0{payload}\0".encode()
        if not groups:
            last = chunks[-1] if chunks else None
            is_open = last is not None and not last.stated
            where = last.offset if last and is_open else _end(view, chunks)
            return [Edit(where, 0, caf.information([new]) + _free(new) * is_open)]
        first = groups[0]
        texts = [
            new if entry is first.place else entry.raw
            for entry in first.entries
            if entry is first.place or not _is_label(entry)
        ]
        texts += [] if first.place else [new]
        room = b"" if first.chunk is chunks[-1] else _free(new)
        edits = [_edit(first, caf.information(texts, first.rest) + room)]
        return edits + [edit for group in groups[1:] for edit in _vacate(group)]

    def write_at(self, view: View, slot: Slot, payload: str) -> Sequence[Edit]:
        """Edit the label in its text; our free chunk stays as it should be."""
        from ailabel.codecs.respell import stored

        for group in _groups(view, list(caf.chunks(view))):
            for entry in group.entries:
                if entry.offset == slot.offset:
                    new = stored(slot, payload)
                    texts = [new if item is entry else item.raw for item in group.entries]
                    return [_replaced(group, entry, caf.information(texts, group.rest), new)]
        raise unkept(slot)

    def essence(self, view: View) -> Iterable[Essence]:
        """Yield the chunks that decide how the sound is decoded, and the sound."""
        for chunk in caf.chunks(view):
            if chunk.id in (b"desc", b"kuki"):
                yield Span(chunk.body, chunk.length)
            elif chunk.id == caf.DATA and chunk.length >= _EDITS:
                yield Span(chunk.body + _EDITS, chunk.length - _EDITS)

    def canonical(self, view: View) -> Sequence[Edit]:
        """Drop our free chunk."""
        groups = _groups(view, list(caf.chunks(view)))
        own = groups[0].own if groups else None
        return [Edit(own.offset, own.end - own.offset, b"")] if own else []


@frozen
class _Group:
    """An information chunk, what it holds, and our free chunk behind it, if there is one."""

    chunk: caf.Chunk
    entries: list[caf.Entry]
    rest: bytes
    place: caf.Entry | None
    own: caf.Chunk | None


def _groups(view: View, chunks: list[caf.Chunk]) -> list[_Group]:
    groups: list[_Group] = []
    for chunk, following in zip_longest(chunks, chunks[1:]):
        if chunk.id != caf.INFORMATION:
            continue
        entries, rest = caf.entries(view, chunk)
        place = next((entry for entry in entries if _is_keyed(entry)), None)
        is_ours = (
            not groups
            and place is not None
            and following is not None
            and following.id == caf.FREE
            and following.end - following.offset == len(_free(place.raw))
        )
        groups.append(_Group(chunk, entries, rest, place, following if is_ours else None))
    return groups


def _end(view: View, chunks: list[caf.Chunk]) -> int:
    return chunks[-1].end if chunks else min(8, view.size)


def _is_keyed(entry: caf.Entry) -> bool:
    return entry.key.upper() == KEY


def _is_label(entry: caf.Entry) -> bool:
    return _is_keyed(entry) or (entry.key.casefold() in _GENERIC and is_label(entry.value))


def _free(text: bytes) -> bytes:
    """Return our free chunk behind a text."""
    return caf.chunk(caf.FREE, bytes(-(len(text) + caf.HEADER) % _UNIT))


def _edit(group: _Group, new: bytes) -> Edit:
    end = (group.own or group.chunk).end
    return Edit(group.chunk.offset, end - group.chunk.offset, new)


def _replaced(group: _Group, entry: caf.Entry, new: bytes, text: bytes) -> Edit:
    """Plan an information chunk in which one text changed, and our free chunk if that is why."""
    if entry is group.place and group.own is not None:
        return _edit(group, new + _free(text))
    return Edit(group.chunk.offset, group.chunk.end - group.chunk.offset, new)


def _vacate(group: _Group) -> list[Edit]:
    """Plan taking the labels out of a second information chunk, which no file should have."""
    kept = [entry.raw for entry in group.entries if not _is_label(entry)]
    if len(kept) == len(group.entries):
        return []
    return [_edit(group, caf.information(kept, group.rest) if kept else b"")]


CARRIER: Final = CafCarrier()
