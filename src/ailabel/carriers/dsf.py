"""DSF: the label is the ID3v2 frame ``TXXX`` with the description ``AIGC`` at the end of the file.

Essence: the format of the samples, and the samples.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ailabel.codecs import id3, id3_search, tag_texts
from ailabel.errors import MalformedFileError
from ailabel.io.splice import Edit
from ailabel.model.media import Format, Match, Medium, Strength
from ailabel.spi import Essence, Signature, Slot, Span
from ailabel.standard.schema import is_label
from ailabel.standard.slots import KEY, XMP_PREFIX, XMP_PROPERTY, XMP_URI
from ailabel.values import frozen

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ailabel.io.source import View

__all__ = ["CARRIER", "DsfCarrier"]

DSF: Final = Format(
    id="dsf", name="DSF", medium=Medium.AUDIO, suffixes=(".dsf",), mime="audio/x-dsf"
)
_QUERY: Final = id3_search.Query(
    key=KEY, accepts=is_label, prop=(XMP_URI, XMP_PREFIX, XMP_PROPERTY)
)
_MARK: Final = b"DSD " + (28).to_bytes(8, "little")  # [DSF 1.01]
_FORMAT: Final = 52  # length of the chunk "fmt "
_SAMPLES: Final = 28 + _FORMAT


@frozen
class _File:
    """Where the metadata stand, and the tag there."""

    end: int
    pointer: int
    tag: id3.Tag | None


class DsfCarrier:
    """Carries the label in ID3v2, where the header points; the samples stay where they are."""

    formats: Sequence[Format] = (DSF,)
    signatures: Sequence[Signature] = (Signature(((0, _MARK),)),)

    def sniff(self, view: View) -> Match | None:
        """Claim the chunk ``DSD``."""
        found = view.read_some(0, len(_MARK)) == _MARK
        return Match(DSF, Strength.CONTENT) if found else None

    def read(self, view: View) -> Sequence[Slot]:
        """Find labels in the tag."""
        tag = _file(view).tag
        return [
            Slot(
                location=found.location,
                offset=found.offset,
                raw=found.raw,
                payload=found.value,
                site=f"dsf.{found.place}",
                official=found.keyed,
            )
            for found in (tag_texts.search(view, tag, _QUERY) if tag else ())
        ]

    def write(self, view: View, payload: str) -> Sequence[Edit]:
        """Put the frame into the tag, or append one and let the header point there."""
        slots = self.read(view)
        if len(slots) == 1 and slots[0].official and slots[0].payload == payload:
            return []
        found = _file(view)
        edits = tag_texts.put_id3(view, found.tag, found.end, payload, _QUERY)
        return edits + _header(found, edits)

    def write_at(self, view: View, slot: Slot, payload: str) -> Sequence[Edit]:
        """Edit the label in its frame."""
        found = _file(view)
        tags = [found.tag] if found.tag else []
        edits = tag_texts.rewritten(view, tags, slot, payload, _QUERY)
        return edits + _header(found, edits)

    def essence(self, view: View) -> Iterable[Essence]:
        """Yield the format of the samples but for their count, and the samples."""
        head = view.read(28, _FORMAT + 12, "the DSF header")
        if head[:4] != b"fmt " or head[_FORMAT : _FORMAT + 4] != b"data":
            raise MalformedFileError("the DSF header is broken", offset=28)
        yield head[12:36] + head[44:48]
        length = int.from_bytes(head[_FORMAT + 4 :], "little") - 12
        yield Span(_SAMPLES + 12, max(min(length, view.size - _SAMPLES - 12), 0))

    def canonical(self, view: View) -> Sequence[Edit]:
        """Drop the padding that came with our frame."""
        found = _file(view)
        edits = tag_texts.compact(view, found.tag, _QUERY) if found.tag else []
        return edits + _header(found, edits)


def _file(view: View) -> _File:
    head = view.read(0, 28, "the DSF header")
    stated, pointer = (int.from_bytes(head[at : at + 8], "little") for at in (12, 20))
    end = min(stated or view.size, view.size)
    if pointer == 0:
        return _File(end, 0, None)
    tag = id3.tag_at(view, pointer) if _SAMPLES <= pointer < view.size else None
    if tag is None:
        raise MalformedFileError("the DSF header points to no ID3 tag", offset=20)
    return _File(max(end, tag.end), pointer, tag)  # a stated size may be anything


def _header(found: _File, edits: list[Edit]) -> list[Edit]:
    """Plan the size of the file and the place of the tag."""
    growth = sum(len(edit.data) - edit.length for edit in edits)
    if not growth:
        return []
    numbers = (found.end + growth, found.pointer or found.end)
    return [Edit(12, 16, b"".join(number.to_bytes(8, "little") for number in numbers))]


CARRIER: Final = DsfCarrier()
