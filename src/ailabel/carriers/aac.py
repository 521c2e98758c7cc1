"""AAC: the label is the ID3v2 frame ``TXXX`` with the description ``AIGC`` before the ADTS frames.

Essence: profile, sampling frequency and channels, then what the frames hold, without their headers.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Final

from ailabel.codecs import adts, id3, id3_search, tag_texts, tails
from ailabel.errors import MalformedFileError
from ailabel.model.media import Format, Match, Medium, Strength
from ailabel.spi import Essence, Signature, Slot, Span
from ailabel.standard.schema import is_label
from ailabel.standard.slots import KEY, XMP_PREFIX, XMP_PROPERTY, XMP_URI

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ailabel.io.source import View
    from ailabel.io.splice import Edit

__all__ = ["CARRIER", "AacCarrier"]

AAC: Final = Format(
    id="aac", name="AAC", medium=Medium.AUDIO, suffixes=(".aac", ".adts"), mime="audio/aac"
)
_QUERY: Final = id3_search.Query(
    key=KEY, accepts=is_label, prop=(XMP_URI, XMP_PREFIX, XMP_PROPERTY)
)
_SYNCS: Final = (0xF0, 0xF1, 0xF8, 0xF9)  # MPEG-4 and MPEG-2, with a checksum and without
_FRAMES: Final = 3  # that follow one another


class AacCarrier:
    """Carries the label in ID3v2; the frames stay as they are."""

    formats: Sequence[Format] = (AAC,)
    signatures: Sequence[Signature] = (
        Signature(((0, b"ID3"),)),
        *(Signature(((0, bytes((0xFF, second))),)) for second in _SYNCS),
    )

    def sniff(self, view: View) -> Match | None:
        """Claim ADTS frames that follow one another, at the start or behind ID3v2 tags."""
        try:
            start = id3.end_of_tags(view)
        except MalformedFileError:  # of a tag that is cut short nobody knows what followed
            return None
        if not adts.is_sync(view.read_some(start, 2)):
            return None
        found = list(islice(adts.frames(view, start, view.size), _FRAMES))
        end = found[-1].offset + found[-1].length if found else start
        plausible = len(found) == _FRAMES or (found and tails.tail(view, start).start == end)
        return Match(AAC, Strength.CONTENT) if plausible else None

    def read(self, view: View) -> Sequence[Slot]:
        """Find labels in every tag, before and after the sound."""
        leading, others = _tags(view)
        slots = [
            Slot(
                location=found.location,
                offset=found.offset,
                raw=found.raw,
                payload=found.value,
                site=f"aac.{found.place}",
                official=found.keyed and tag is leading,
            )
            for tag in ([leading] if leading else []) + others
            for found in tag_texts.search(view, tag, _QUERY)
        ]
        return sorted(slots, key=lambda slot: slot.offset)

    def write(self, view: View, payload: str) -> Sequence[Edit]:
        """Put the frame into the first tag, keeping its version; without a tag, make one of 2.4."""
        slots = self.read(view)
        if len(slots) == 1 and slots[0].official and slots[0].payload == payload:
            return []
        leading, others = _tags(view)
        edits = tag_texts.put_id3(view, leading, 0, payload, _QUERY)
        for tag in others:
            edits += tag_texts.without(view, tag, _QUERY)
        return edits

    def write_at(self, view: View, slot: Slot, payload: str) -> Sequence[Edit]:
        """Edit the label in its frame or item."""
        leading, others = _tags(view)
        tags = ([leading] if leading else []) + others
        return tag_texts.rewritten(view, tags, slot, payload, _QUERY)

    def essence(self, view: View) -> Iterable[Essence]:
        """Yield what decodes to the sound; what is no frame is yielded as it stands."""
        start = position = id3.end_of_tags(view)
        end = tails.tail(view, start).start
        for frame in adts.frames(view, start, end):
            if frame.offset == start:
                yield frame.config.to_bytes(2, "big")
            yield Span(frame.offset + frame.header, frame.length - frame.header)
            position = frame.offset + frame.length
        if position < end:
            yield Span(position, end - position)

    def canonical(self, view: View) -> Sequence[Edit]:
        """Drop the padding that came with our frame."""
        leading, _ = _tags(view)
        return tag_texts.compact(view, leading, _QUERY) if leading else []


def _tags(view: View) -> tuple[id3.Tag | None, list[tag_texts.Tag]]:
    """Return the tag of the official place, and all others."""
    leading = id3.tags(view)
    behind = tails.tail(view, leading[-1].end if leading else 0).tags
    return (leading[0] if leading else None), [*leading[1:], *behind]


CARRIER: Final = AacCarrier()
