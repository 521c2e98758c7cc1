"""AIFF: the label is the ID3v2 frame ``TXXX`` with the description ``AIGC`` in the chunk ``ID3``.

Essence: channels, depth, sampling rate and compression, then the samples.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ailabel.codecs import id3, id3_search, iff, tag_texts
from ailabel.errors import MalformedFileError, PlanError
from ailabel.io.source import check_limit
from ailabel.io.splice import Edit
from ailabel.model.media import Format, Match, Medium, Strength
from ailabel.spi import Essence, Signature, Slot, Span, unkept
from ailabel.standard.schema import is_label
from ailabel.standard.slots import KEY, XMP_PREFIX, XMP_PROPERTY, XMP_URI

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from ailabel.io.source import View

__all__ = ["CARRIER", "AiffCarrier"]

AIFF: Final = Format(
    id="aiff",
    name="AIFF",
    medium=Medium.AUDIO,
    suffixes=(".aiff", ".aif", ".aifc"),
    mime="audio/aiff",
)
_FORMS: Final = (b"AIFF", b"AIFC")
_PROPERTY: Final = (XMP_URI, XMP_PREFIX, XMP_PROPERTY)
_QUERY: Final = id3_search.Query(key=KEY, accepts=is_label, prop=_PROPERTY)
_ID3: Final = b"ID3 "
_TAGS: Final = 1000  # ours; files with two are rare
_TEXTS: Final = frozenset((b"NAME", b"AUTH", b"(c) ", b"ANNO"))  # [AIFF 1.3]
_APPLICATION: Final = b"APPL"
_XMP: Final = b"XMP "  # signature of the application [XMP3]
_LONGEST: Final = 0xFFFFFFFF
_COMMON: Final = 18  # channels, frames, depth, rate; in AIFC the compression follows


class AiffCarrier:
    """Carries the label in ID3v2, in a chunk at the end unless there is one."""

    formats: Sequence[Format] = (AIFF,)
    signatures: Sequence[Signature] = tuple(Signature(((0, b"FORM"), (8, form))) for form in _FORMS)

    def sniff(self, view: View) -> Match | None:
        """Claim a FORM of the type ``AIFF`` or ``AIFC``."""
        head = view.read_some(0, 12)
        is_one = head[:4] == b"FORM" and head[8:] in _FORMS
        return Match(AIFF, Strength.CONTENT) if is_one else None

    def read(self, view: View) -> Sequence[Slot]:
        """Find labels in ID3v2, in the chunks for texts, and in XMP."""
        return _read(view, iff.form(view))

    def write(self, view: View, payload: str) -> Sequence[Edit]:
        """Put the frame into the tag of the first ``ID3`` chunk, or append one."""
        form = iff.form(view)
        slots = _read(view, form)
        if len(slots) == 1 and slots[0].official and slots[0].payload == payload:
            return []
        home = _home(form)
        edits = [
            edit
            for chunk in form.chunks
            if chunk is not home and any(_slots(view, chunk, official=False))
            for edit in _vacate(view, chunk)
        ]
        if home is not None:
            edits += _put(view, home, payload)
        else:
            (new,) = tag_texts.put_id3(view, None, 0, payload, _QUERY)
            edits.append(Edit(form.end, 0, b"\0" * form.lacks_pad + iff.chunk(_ID3, new.data)))
        return edits + _resize(form, edits)

    def write_at(self, view: View, slot: Slot, payload: str) -> Sequence[Edit]:
        """Edit the label in its frame, chunk of text, or packet.

        Raises:
            PlanError: it cannot be edited there.
        """
        form = iff.form(view)
        for chunk in form.chunks:
            if slot in list(_slots(view, chunk, official=slot.official)):
                edits = _edited(view, chunk, slot, payload)
                return edits + _resize(form, edits)
        raise unkept(slot)

    def essence(self, view: View) -> Iterable[Essence]:
        """Yield what decides how the samples are read, and the samples."""
        form = iff.form(view)
        for chunk in form.chunks:
            if chunk.id == b"COMM":
                head = view.read(chunk.body, min(chunk.length, _COMMON + 4), "the chunk COMM")
                compression = head[_COMMON:] if form.type == b"AIFC" else b"NONE"
                yield head[:2] + head[6:_COMMON] + compression
            elif chunk.id == b"SSND" and chunk.length >= 8:  # noqa: PLR2004 - offset, block size
                skipped = 8 + int.from_bytes(view.read(chunk.body, 4), "big")
                if skipped <= chunk.length:
                    yield Span(chunk.body + skipped, chunk.length - skipped)

    def canonical(self, view: View) -> Sequence[Edit]:
        """Drop the padding that came with our frame."""
        form = iff.form(view)
        home = _home(form)
        tag = _tag(view, home) if home else None
        if home is None or tag is None:
            return []
        edits = iff.grow(home, tag_texts.compact(view, tag, _QUERY))
        return edits + _resize(form, edits)


def _home(form: iff.Form) -> iff.Chunk | None:
    """Return the chunk of the official place."""
    return next((chunk for chunk in form.chunks if chunk.id == _ID3), None)


def _read(view: View, form: iff.Form) -> list[Slot]:
    count = sum(chunk.id.upper() == _ID3 for chunk in form.chunks)
    check_limit("the number of ID3 tags", count, min(_TAGS, view.limits.items))
    home = _home(form)
    return [slot for chunk in form.chunks for slot in _slots(view, chunk, official=chunk is home)]


def _slots(view: View, chunk: iff.Chunk, *, official: bool) -> Iterator[Slot]:
    if chunk.id.upper() == _ID3:
        yield from _id3_slots(view, chunk, official=official)
    elif chunk.id in _TEXTS and chunk.length <= view.limits.label_bytes:
        raw = view.read(chunk.body, chunk.length)
        text = raw.decode("utf-8", "replace").rstrip("\0")
        name = chunk.id.decode("ascii").strip()
        if is_label(text):
            yield Slot(
                location=f"{name} chunk",
                offset=chunk.offset,
                raw=raw,
                payload=text,
                site=f"aiff.{name}",
                official=False,
            )
    elif _is_xmp(view, chunk):
        yield from _xmp_slots(view, chunk)


def _tag(view: View, chunk: iff.Chunk) -> id3.Tag | None:
    tag = id3.tag_at(view, chunk.body) if chunk.length >= id3.HEADER else None
    if tag is not None and tag.end > chunk.body + chunk.length:
        raise MalformedFileError("an ID3 tag runs past the end of its chunk", offset=tag.offset)
    return tag


def _id3_slots(view: View, chunk: iff.Chunk, *, official: bool) -> Iterator[Slot]:
    tag = _tag(view, chunk)
    for found in tag_texts.search(view, tag, _QUERY) if tag else ():
        yield Slot(
            location=f"{chunk.id.decode('ascii')}chunk, {found.location}",
            offset=found.offset,
            raw=found.raw,
            payload=found.value,
            site=f"aiff.{found.place}",
            official=found.keyed and official,
        )


def _is_xmp(view: View, chunk: iff.Chunk) -> bool:
    return chunk.id == _APPLICATION and view.read_some(chunk.body, 4) == _XMP


def _packet(view: View, chunk: iff.Chunk) -> bytes:
    return view.read_metadata(chunk.body, chunk.length, "an IFF chunk")[len(_XMP) :]


def _xmp_slots(view: View, chunk: iff.Chunk) -> Iterator[Slot]:
    from ailabel.codecs import xmp

    prop = xmp.Property(*_PROPERTY)
    for found in xmp.find(_packet(view, chunk), prop, view.limits):
        yield Slot(
            location=f"APPL chunk, {prop.name}",
            offset=chunk.offset,
            raw=found.raw,
            payload=found.value,
            site=f"aiff.APPL[XMP]/{prop.name}",
            official=False,
        )


def _vacate(view: View, chunk: iff.Chunk) -> list[Edit]:
    """Plan taking the labels out of a chunk, and the chunk when nothing else is in it."""
    if chunk.id == _APPLICATION:
        body = _XMP + _vacated(view, chunk)
        return [Edit(chunk.offset, chunk.end - chunk.offset, iff.chunk(chunk.id, body))]
    tag = _tag(view, chunk) if chunk.id.upper() == _ID3 else None
    edits = iff.grow(chunk, tag_texts.without(view, tag, _QUERY)) if tag else []
    if tag is None or chunk.length + _growth(edits) <= 0:
        return [Edit(chunk.offset, chunk.end - chunk.offset, b"")]
    return edits


def _vacated(view: View, chunk: iff.Chunk) -> bytes:
    from ailabel.codecs import xmp

    try:
        return xmp.vacate(_packet(view, chunk), xmp.Property(*_PROPERTY), view.limits)
    except MalformedFileError as error:
        raise PlanError("an old label stands in a damaged XMP packet; repair it first") from error


def _edited(view: View, chunk: iff.Chunk, slot: Slot, payload: str) -> list[Edit]:
    """Plan another text in the place of a chunk's label."""
    if chunk.id.upper() == _ID3:
        tag = _tag(view, chunk)
        tags = [tag] if tag else []
        return iff.grow(chunk, tag_texts.rewritten(view, tags, slot, payload, _QUERY))
    if chunk.id == _APPLICATION:
        from ailabel.codecs import xmp, xmp_amend

        prop = xmp.Property(*_PROPERTY)
        body = _XMP + xmp_amend.amended(_packet(view, chunk), prop, slot, payload, view.limits)
    else:
        from ailabel.codecs.respell import stored

        body = stored(slot, payload)
    return [Edit(chunk.offset, chunk.end - chunk.offset, iff.chunk(chunk.id, body))]


def _put(view: View, home: iff.Chunk, payload: str) -> list[Edit]:
    tag = _tag(view, home)
    edits = tag_texts.put_id3(view, tag, 0, payload, _QUERY)
    if tag is not None:
        return iff.grow(home, edits)
    return [Edit(home.offset, home.end - home.offset, iff.chunk(_ID3, edits[0].data))]


def _resize(form: iff.Form, edits: list[Edit]) -> list[Edit]:
    """Plan the size of the FORM."""
    growth = _growth(edits)
    size = form.end - 8 + growth
    if size > _LONGEST:
        raise PlanError("the AIFF file would become too large")
    return [Edit(4, 4, size.to_bytes(4, "big"))] if growth else []


def _growth(edits: list[Edit]) -> int:
    return sum(len(edit.data) - edit.length for edit in edits)


CARRIER: Final = AiffCarrier()
