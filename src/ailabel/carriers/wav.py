"""WAV: the label is a chunk ``AIGC`` of its own at the top level of the RIFF."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ailabel.codecs import id3, id3_edit, id3_search, riff, riff_texts, wave
from ailabel.errors import MalformedFileError
from ailabel.io.splice import Edit, SplicedView
from ailabel.model.media import Format, Match, Medium, Strength
from ailabel.spi import Essence, Signature, Slot, Span, unkept
from ailabel.standard.schema import is_label
from ailabel.standard.slots import KEY, XMP_PREFIX, XMP_PROPERTY, XMP_URI

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from ailabel.codecs.xmp_property import Property
    from ailabel.io.source import View

__all__ = ["CARRIER", "WavCarrier"]

WAV: Final = Format(
    id="wav", name="WAV", medium=Medium.AUDIO, suffixes=(".wav", ".wave"), mime="audio/wav"
)
_PROPERTY: Final = (XMP_URI, XMP_PREFIX, XMP_PROPERTY)
_QUERY: Final = id3_search.Query(key=KEY, accepts=is_label, prop=_PROPERTY)
_CHUNK: Final = KEY.encode()


class WavCarrier:
    """Carries the label in a chunk at the end; the sound does not move."""

    formats: Sequence[Format] = (WAV,)
    signatures: Sequence[Signature] = tuple(
        Signature(((0, form), (8, b"WAVE"))) for form in wave.FORMS
    )

    def sniff(self, view: View) -> Match | None:
        """Claim RIFF, RF64 and BW64 files of the form ``WAVE``."""
        head = view.read_some(0, riff.HEADER)
        if head[:4] in wave.FORMS and head[8:] == b"WAVE":
            return Match(WAV, Strength.CONTENT)
        return None

    def read(self, view: View) -> Sequence[Slot]:
        """Find labels in ``AIGC`` chunks, LIST/INFO, ID3v2 and XMP."""
        return [slot for chunk in wave.layout(view).chunks for slot in _slots(view, chunk)]

    def write(self, view: View, payload: str) -> Sequence[Edit]:
        """Replace the chunk where it stands, or append it; sizes left open are filled in."""
        slots = self.read(view)
        if len(slots) == 1 and slots[0].official and slots[0].payload == payload:
            return []
        found = wave.layout(view)
        kept = next((chunk for chunk in found.chunks if chunk.id == _CHUNK), None)
        new = riff.chunk(_CHUNK, payload.encode())
        changes = {
            chunk: new if chunk is kept else _without(view, chunk)
            for chunk in found.chunks
            if chunk is kept or any(_slots(view, chunk))
        }
        edits = [Edit(chunk.offset, found.extent(chunk), data) for chunk, data in changes.items()]
        if kept is None:
            lacks_pad = not found.padded and found.chunks[-1] not in changes
            edits.append(Edit(found.end, 0, b"\0" * lacks_pad + new))
        growth = sum(len(edit.data) - edit.length for edit in edits)
        return [*edits, *wave.resize(view, found, growth)]

    def write_at(self, view: View, slot: Slot, payload: str) -> Sequence[Edit]:
        """Edit the label in its chunk, list, tag or packet."""
        found = wave.layout(view)
        for chunk in found.chunks:
            if slot in list(_slots(view, chunk)):
                data = _rewritten(view, chunk, slot, payload)
                extent = found.extent(chunk)
                growth = len(data) - extent
                return [Edit(chunk.offset, extent, data), *wave.resize(view, found, growth)]
        raise unkept(slot)

    def essence(self, view: View) -> Iterable[Essence]:
        """Yield the format of the samples, and the samples."""
        for chunk in wave.layout(view).chunks:
            if chunk.id in (b"fmt ", b"data"):
                yield Span(chunk.body, chunk.length)

    def canonical(self, view: View) -> Sequence[Edit]:  # noqa: ARG002 - the contract
        """Return nothing: no padding is left, for the chunk stands at the end."""
        return []


def _property() -> Property:
    from ailabel.codecs.xmp_property import Property

    return Property(*_PROPERTY)


def _slots(view: View, chunk: riff.Chunk) -> Iterator[Slot]:
    if chunk.id.upper() == _CHUNK:
        official = chunk.id == _CHUNK
        name = chunk.id.decode("ascii")
        yield riff_texts.slot(view, chunk, f"{name} chunk", f"wav.{name}", official=official)
    elif chunk.id == b"LIST":
        for item in riff_texts.texts(view, chunk, _CHUNK, is_label):
            name = item.id.decode("ascii", "replace")
            place = f"LIST/INFO/{KEY if name.upper() == KEY else name}"
            yield riff_texts.slot(view, item, f"LIST/INFO {name}", f"wav.{place}")
    elif chunk.id.lower() == b"id3 ":
        yield from _id3_slots(view, chunk)
    elif chunk.id == riff_texts.XMP:
        yield from riff_texts.packet_slots(view, chunk, _property(), WAV.id)


def _id3_content(view: View, chunk: riff.Chunk) -> id3.Content | None:
    tag = id3.tag_at(view, chunk.body) if chunk.length >= id3.HEADER else None
    if tag is None:
        return None
    if tag.end > chunk.body + chunk.length:
        raise MalformedFileError("an ID3 tag runs past the end of its chunk", offset=tag.offset)
    return id3.load(view, tag)


def _id3_slots(view: View, chunk: riff.Chunk) -> Iterator[Slot]:
    content = _id3_content(view, chunk)
    for hit in id3_search.search(content, _QUERY) if content else ():
        yield Slot(
            location=f"{chunk.id.decode('ascii')}chunk, {hit.location}",
            offset=hit.offset,
            raw=hit.raw,
            payload=hit.value,
            site=f"wav.id3/{hit.place}",
            official=False,
        )


def _without(view: View, chunk: riff.Chunk) -> bytes:
    """Return what is left of a chunk, header included, without the labels in it."""
    if chunk.id == b"LIST":
        return _without_info(view, chunk)
    if chunk.id.lower() == b"id3 ":
        return _without_id3(view, chunk)
    if chunk.id == riff_texts.XMP:
        return riff.chunk(chunk.id, riff_texts.vacated(view, chunk, _property()))
    return b""


def _without_info(view: View, chunk: riff.Chunk) -> bytes:
    end = chunk.body + chunk.length
    labels = set(riff_texts.texts(view, chunk, _CHUNK, is_label))
    if labels.issuperset(riff_texts.items(view, chunk)):
        return b""
    return _rebuilt(
        view,
        chunk,
        [Edit(item.offset, min(item.end, end) - item.offset, b"") for item in labels],
    )


def _without_id3(view: View, chunk: riff.Chunk) -> bytes:
    content = _id3_content(view, chunk)
    if content is None:
        return b""
    hits = id3_search.search(content, _QUERY)
    return _rebuilt(view, chunk, id3_edit.drop(content, id3_search.removals(content, hits, _QUERY)))


def _rewritten(view: View, chunk: riff.Chunk, slot: Slot, payload: str) -> bytes:
    """Return a chunk, header included, with another text in the place of its label."""
    if chunk.id == riff_texts.XMP:
        from ailabel.codecs.xmp_amend import amended

        packet = riff_texts.body(view, chunk)
        return riff.chunk(chunk.id, amended(packet, _property(), slot, payload, view.limits))
    if chunk.id.lower() == b"id3 ":
        from ailabel.codecs import tag_texts

        tag = id3.tag_at(view, chunk.body)
        tags = [tag] if tag else []
        return _rebuilt(view, chunk, tag_texts.rewritten(view, tags, slot, payload, _QUERY))
    if chunk.id != b"LIST":
        return riff_texts.respelt(chunk, slot, payload)
    end = chunk.body + chunk.length
    items = riff_texts.items(view, chunk)
    item = next(item for item in items if item.offset == slot.offset)
    new = riff_texts.respelt(item, slot, payload)
    return _rebuilt(view, chunk, [Edit(item.offset, min(item.end, end) - item.offset, new)])


def _rebuilt(view: View, chunk: riff.Chunk, edits: list[Edit]) -> bytes:
    """Return a chunk with its body changed; nothing when the body is empty then."""
    length = chunk.length + sum(len(edit.data) - edit.length for edit in edits)
    body = SplicedView(view, edits).read_metadata(chunk.body, length, "a RIFF chunk")
    return riff.chunk(chunk.id, body) if body else b""


CARRIER: Final = WavCarrier()
