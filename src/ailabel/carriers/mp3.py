"""MP3: the label is the ID3v2 frame ``TXXX`` with the description ``AIGC``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ailabel.codecs import ape, id3, id3_edit, id3_search, mpeg, tag_texts, tails
from ailabel.errors import MalformedFileError
from ailabel.io.source import check_limit
from ailabel.io.splice import Edit
from ailabel.model.media import Format, Match, Medium, Strength
from ailabel.spi import Essence, Signature, Slot, Span
from ailabel.standard.schema import is_label
from ailabel.standard.slots import KEY, XMP_PREFIX, XMP_PROPERTY, XMP_URI

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from ailabel.io.source import View

__all__ = ["CARRIER", "Mp3Carrier"]

MP3: Final = Format(
    id="mp3", name="MP3", medium=Medium.AUDIO, suffixes=(".mp3",), mime="audio/mpeg"
)
_QUERY: Final = id3_search.Query(
    key=KEY, accepts=is_label, prop=(XMP_URI, XMP_PREFIX, XMP_PROPERTY)
)
_LAYER: Final = 3
_SYNCS: Final = (0xFA, 0xFB, 0xF2, 0xF3, 0xE2, 0xE3)  # Layer III of MPEG-1, 2 and 2.5
_SEARCH: Final = 1 << 16  # how far behind the tags the first frame is looked for


class Mp3Carrier:
    """Carries the label in ID3v2; the sound and everything behind it stay where they are."""

    formats: Sequence[Format] = (MP3,)
    signatures: Sequence[Signature] = (
        Signature(((0, b"ID3"),)),
        *(Signature(((0, bytes((0xFF, second))),)) for second in _SYNCS),
    )

    def sniff(self, view: View) -> Match | None:
        """Claim Layer III frames, at the start or behind ID3v2 tags."""
        named = (view.name or "").lower().endswith(MP3.suffixes)
        try:
            start = id3.end_of_tags(view)
        except MalformedFileError:  # a tag that is cut short: reading it will say so
            return Match(MP3, Strength.NAME) if named else None
        if _is_sound(view, start):
            return Match(MP3, Strength.CONTENT)
        only_tags = start > 0 and start == view.size
        return Match(MP3, Strength.NAME) if named and only_tags else None

    def read(self, view: View) -> Sequence[Slot]:
        """Find labels in every ID3v2 tag, before and after the sound, and in APEv2."""
        leading = id3.tags(view)
        slots = [slot for tag in leading for slot in _id3_slots(view, tag, first=leading[0])]
        for tag in tails.tail(view, leading[-1].end if leading else 0).tags:
            slots += _ape_slots(view, tag) if isinstance(tag, ape.Tag) else _id3_slots(view, tag)
        return sorted(slots, key=lambda slot: slot.offset)

    def write(self, view: View, payload: str) -> Sequence[Edit]:
        """Put the frame into the first tag, keeping its version; without a tag, make one of 2.4."""
        slots = self.read(view)
        if len(slots) == 1 and slots[0].official and slots[0].payload == payload:
            return []
        leading = id3.tags(view)
        edits = _first_tag(view, leading[0] if leading else None, payload)
        start = leading[-1].end if leading else 0
        for tag in (*leading[1:], *tails.tail(view, start).tags):
            edits += _without(view, tag)
        return edits

    def write_at(self, view: View, slot: Slot, payload: str) -> Sequence[Edit]:
        """Edit the label in its frame or item; the padding stays, whoever left it."""
        leading = id3.tags(view)
        behind = tails.tail(view, leading[-1].end if leading else 0).tags
        return tag_texts.rewritten(view, (*leading, *behind), slot, payload, _QUERY)

    def essence(self, view: View) -> Iterable[Essence]:
        """Yield the sound: from the first frame that holds any to the tags at the end."""
        start = id3.end_of_tags(view)
        end = tails.tail(view, start).start
        frame = mpeg.find_frame(view, start, min(end, start + _SEARCH))
        if frame is not None:
            start = frame.offset
            if mpeg.is_info_frame(view, frame):
                start += frame.length
        yield Span(start, end - start)

    def canonical(self, view: View) -> Sequence[Edit]:
        """Drop the padding that came with our frame."""
        leading = id3.tags(view)
        if not leading:
            return []
        content = id3.load(view, leading[0])
        place = _place(id3_search.search(content, _QUERY))
        owned = id3_edit.owned_padding(content, place) if place else 0
        return id3_edit.change(content, {}, padding=-owned) if owned else []


def _is_sound(view: View, start: int) -> bool:
    """Say whether Layer III frames begin at `start`, or behind a tag's neglected padding."""
    head = view.read_some(start, mpeg.HEADER)
    if len(head) < mpeg.HEADER or head == b"fLaC" or _is_adts(head):
        return False
    frame = mpeg.find_frame(view, start, min(view.size, start + _SEARCH if start else 1 << 14))
    return frame is not None and frame.header.layer == _LAYER and (start > 0 or frame.offset == 0)


def _is_adts(head: bytes) -> bool:
    return head[0] == 0xFF and head[1] & 0xF6 == 0xF0  # noqa: PLR2004 - sync, layer 0


def _id3_slots(view: View, tag: id3.Tag, first: id3.Tag | None = None) -> Iterator[Slot]:
    for hit in id3_search.search(id3.load(view, tag), _QUERY):
        yield Slot(
            location=hit.location,
            offset=hit.offset,
            raw=hit.raw,
            payload=hit.value,
            site=f"mp3.ID3v2/{hit.place}",
            official=hit.exact and tag is first,
        )


def _ape_items(view: View, tag: ape.Tag) -> list[ape.Item]:
    return [item for item in ape.items(view, tag) if item.key.casefold() == KEY.casefold()]


def _ape_slots(view: View, tag: ape.Tag) -> Iterator[Slot]:
    for item in _ape_items(view, tag):
        check_limit("a label", item.end - item.value, view.limits.label_bytes)
        raw = view.read(item.value, item.end - item.value)
        yield Slot(
            location=f"APEv2 {item.key}",
            offset=item.offset,
            raw=raw,
            payload=raw.decode("utf-8", "replace").rstrip("\0"),
            site=f"mp3.APEv2/{KEY}",
            official=False,
        )


def _place(hits: Iterable[id3_search.Hit]) -> id3.Frame | None:
    """Return the frame whose place the official one takes."""
    return next((hit.frame for hit in hits if hit.keyed), None)


def _first_tag(view: View, tag: id3.Tag | None, payload: str) -> list[Edit]:
    if tag is None:
        return [Edit(0, 0, id3_edit.new_tag(id3_edit.user_text(None, KEY, payload)))]
    content = id3.load(view, tag)
    hits = id3_search.search(content, _QUERY)
    place = _place(hits)
    others = id3_search.removals(content, (hit for hit in hits if hit.frame != place), _QUERY)
    frame = id3_edit.user_text(content, KEY, payload)
    return id3_edit.put(content, place, frame, others)


def _without(view: View, tag: id3.Tag | ape.Tag) -> list[Edit]:
    """Plan taking the labels out of a tag that is not the official one."""
    if isinstance(tag, ape.Tag):
        items = _ape_items(view, tag)
        return ape.drop(tag, items) if items else []
    content = id3.load(view, tag)
    hits = id3_search.search(content, _QUERY)
    return id3_edit.drop(content, id3_search.removals(content, hits, _QUERY)) if hits else []


CARRIER: Final = Mp3Carrier()
