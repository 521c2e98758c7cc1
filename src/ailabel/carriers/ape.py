"""Monkey's Audio, WavPack, Musepack: the label is the item ``AIGC`` of the APEv2 tag at the end.

Nothing of weight stands behind that tag, so no room is left for a later label. Essence: all bytes
between the tags.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ailabel.codecs import ape, id3, id3_search, tag_texts, tails
from ailabel.errors import MalformedFileError
from ailabel.model.media import Format, Match, Medium, Strength
from ailabel.spi import Essence, Signature, Slot, Span
from ailabel.standard.schema import is_label
from ailabel.standard.slots import KEY, XMP_PREFIX, XMP_PROPERTY, XMP_URI

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ailabel.io.source import View
    from ailabel.io.splice import Edit

__all__ = ["CARRIER", "ApeCarrier"]

_QUERY: Final = id3_search.Query(
    key=KEY, accepts=is_label, prop=(XMP_URI, XMP_PREFIX, XMP_PROPERTY)
)


def _format(name: str, shown: str, mime: str) -> Format:
    return Format(id=name, name=shown, medium=Medium.AUDIO, suffixes=(f".{name}",), mime=mime)


APE: Final = _format("ape", "Monkey's Audio", "audio/x-ape")
WAVPACK: Final = _format("wv", "WavPack", "audio/x-wavpack")
MUSEPACK: Final = _format("mpc", "Musepack", "audio/x-musepack")
_MARKS: Final = {b"MAC ": APE, b"wvpk": WAVPACK, b"MPCK": MUSEPACK, b"MP+": MUSEPACK}


class ApeCarrier:
    """Carries the label in APEv2; the sound stays where it is."""

    formats: Sequence[Format] = (APE, WAVPACK, MUSEPACK)
    signatures: Sequence[Signature] = tuple(Signature(((0, mark),)) for mark in (b"ID3", *_MARKS))

    def sniff(self, view: View) -> Match | None:
        """Claim the three formats by their marks, at the start or behind ID3v2 tags."""
        try:
            head = view.read_some(id3.end_of_tags(view), 4)
        except MalformedFileError:  # of a tag that is cut short nobody knows what followed
            return None
        found = next((item for mark, item in _MARKS.items() if head.startswith(mark)), None)
        return Match(found, Strength.CONTENT) if found else None

    def read(self, view: View) -> Sequence[Slot]:
        """Find labels in every tag, before and after the sound."""
        main, others, _ = _tags(view)
        slots = [
            Slot(
                location=found.location,
                offset=found.offset,
                raw=found.raw,
                payload=found.value,
                site=f"ape.{found.place}",
                official=found.keyed and tag is main,
            )
            for tag in ([main] if main else []) + others
            for found in tag_texts.search(view, tag, _QUERY)
        ]
        return sorted(slots, key=lambda slot: slot.offset)

    def write(self, view: View, payload: str) -> Sequence[Edit]:
        """Put the item into the last APEv2 tag; without one, make it right behind the sound."""
        slots = self.read(view)
        if len(slots) == 1 and slots[0].official and slots[0].payload == payload:
            return []
        main, others, sound = _tags(view)
        edits = tag_texts.put_ape(view, main, sound.offset + sound.length, payload, _QUERY)
        for tag in others:
            edits += tag_texts.without(view, tag, _QUERY)
        return edits

    def write_at(self, view: View, slot: Slot, payload: str) -> Sequence[Edit]:
        """Edit the label in its item or frame."""
        main, others, _ = _tags(view)
        return tag_texts.rewritten(view, ([main] if main else []) + others, slot, payload, _QUERY)

    def essence(self, view: View) -> Iterable[Essence]:
        """Yield what stands between the tags."""
        _, _, sound = _tags(view)
        yield sound

    def canonical(self, view: View) -> Sequence[Edit]:  # noqa: ARG002 - the contract
        """Return nothing: no padding is left, for the tag stands at the end."""
        return []


def _tags(view: View) -> tuple[ape.Tag | None, list[tag_texts.Tag], Span]:
    """Return the tag of the official place, all others, and where the sound stands."""
    leading = id3.tags(view)
    start = leading[-1].end if leading else 0
    tail = tails.tail(view, start)
    main = next((tag for tag in tail.tags if isinstance(tag, ape.Tag)), None)
    others = [*leading, *(tag for tag in tail.tags if tag is not main)]
    return main, others, Span(start, tail.start - start)


CARRIER: Final = ApeCarrier()
