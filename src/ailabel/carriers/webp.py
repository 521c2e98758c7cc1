"""The implicit label in WebP: the XMP property TC260:AIGC, and the places where others put it.

Chunks follow RFC 9649. Metadata is looked for in every chunk that is named for it, whatever the
flags of the extended header say.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ailabel.codecs import riff, xmp
from ailabel.errors import MalformedFileError, PlanError
from ailabel.io.source import check_limit
from ailabel.io.splice import Edit
from ailabel.model.media import Format, Match, Medium, Strength
from ailabel.spi import Mention, Signature, Slot, Span, no_packet
from ailabel.standard.dialects import trace_of
from ailabel.standard.schema import is_label
from ailabel.standard.slots import XMP_PREFIX, XMP_PROPERTY, XMP_URI

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from ailabel.codecs.tiff import ExifText
    from ailabel.io.source import View
    from ailabel.spi import Carrier, Essence

__all__ = ["CARRIER"]

_FORMAT: Final = Format(
    id="webp", name="WebP", medium=Medium.IMAGE, suffixes=(".webp",), mime="image/webp"
)
_PROPERTY: Final = xmp.Property(XMP_URI, XMP_PREFIX, XMP_PROPERTY, is_label)

_VP8X: Final = b"VP8X"  # extended header: flags, three reserved bytes, the canvas [RFC 9649 2.7]
_VP8X_LENGTH: Final = 10
_XMP: Final = b"XMP "
_EXIF: Final = b"EXIF"
_CODED: Final = (b"ALPH", b"VP8 ", b"VP8L", b"ANIM", b"ANMF")
_XMP_FLAG: Final = 0x04
_ALPHA_FLAG: Final = 0x10
_EXIF_FLAG: Final = 0x08
_FLAGS: Final = {_XMP: _XMP_FLAG, _EXIF: _EXIF_FLAG, b"ALPH": _ALPHA_FLAG, b"ICCP": 0x20}
_METADATA: Final = {_XMP, _EXIF}


class _WebP:
    """The carrier of WebP."""

    formats: Sequence[Format] = (_FORMAT,)
    signatures: Sequence[Signature] = (Signature(((0, b"RIFF"), (8, b"WEBP"))),)

    def sniff(self, view: View) -> Match | None:
        """Claim RIFF files of the form type WEBP."""
        head = view.read_some(0, riff.HEADER)
        found = head[:4] == b"RIFF" and head[8:] == b"WEBP"
        return Match(_FORMAT, Strength.CONTENT) if found else None

    def read(self, view: View) -> Sequence[Slot | Mention]:
        """Find every label in the XMP and EXIF chunks."""
        return [item for chunk in _chunks(view) for item in _items(view, chunk)]

    def write(self, view: View, payload: str) -> Sequence[Edit]:
        """Put the label into the XMP chunk, or into a new one at the end."""
        chunks = _whole(view)
        main = _main(chunks)
        if main is None:
            edits = [_append(view, chunks, riff.chunk(_XMP, xmp.new_packet(_PROPERTY, payload)))]
        else:
            edits = [*_replace(view, main, _labelled(view, main, payload))]
        return _settled(view, chunks, main, _XMP, edits)

    def write_annex_b(self, view: View, payload: str) -> Sequence[Edit]:
        """Put the label into the comment of the EXIF chunk, or of a new one at the end."""
        from ailabel.codecs import exif

        chunks = _whole(view)
        main = next((chunk for chunk in chunks if chunk.id == _EXIF), None)
        if main is None:
            edits = [_append(view, chunks, riff.chunk(_EXIF, exif.new(payload)))]
        else:
            body = exif.put(_body(view, main), payload, is_label, view.limits)
            edits = [*_replace(view, main, body)]
        return _settled(view, chunks, main, _EXIF, edits)

    def write_at(self, view: View, slot: Slot, payload: str) -> Sequence[Edit]:
        """Edit the label in its chunk."""
        chunk = next(item for item in _whole(view) if item.offset == slot.offset)
        if _is_packet(chunk):
            from ailabel.codecs.xmp_amend import amended

            body = amended(_body(view, chunk), _PROPERTY, slot, payload, view.limits)
        else:
            from ailabel.codecs import exif

            body = exif.rewritten(_body(view, chunk), slot, payload, view.limits)
        edits = list(_replace(view, chunk, body))
        return [*edits, *_resize(view, edits)]

    def rewrite_packet(self, view: View, change: Callable[[bytes], bytes]) -> Sequence[Edit]:
        """Change the XMP packet that the label stands in."""
        main = _main(_whole(view))
        if main is None:
            raise no_packet()
        edits = list(_replace(view, main, change(_body(view, main))))
        return [*edits, *_resize(view, edits)]

    def essence(self, view: View) -> Iterator[Essence]:
        """Yield the canvas and the coded frames."""
        chunks = tuple(_chunks(view))
        yield _canvas(view, chunks)
        for chunk in chunks:
            if chunk.id in _CODED:
                yield Span(chunk.body, chunk.length)

    def canonical(self, view: View) -> Sequence[Edit]:
        """Drop the padding of the packet that holds the label."""
        main = _main(tuple(_chunks(view)))
        if main is None:
            return []
        edits = list(_replace(view, main, xmp.compact(_body(view, main))))
        return [*edits, *_resize(view, edits)]


CARRIER: Final[Carrier] = _WebP()


def _riff_end(view: View) -> int:
    """Return where the RIFF chunk says that it ends; what follows is no part of the picture."""
    head = view.read(0, riff.HEADER, "the RIFF header")
    if head[:4] != b"RIFF" or head[8:] != b"WEBP":
        raise MalformedFileError("the RIFF header is missing", offset=0)
    return 8 + int.from_bytes(head[4:8], "little")


def _chunks(view: View) -> Iterator[riff.Chunk]:
    return riff.chunks(view, riff.HEADER, min(_riff_end(view), view.size))


def _main(chunks: Sequence[riff.Chunk]) -> riff.Chunk | None:
    """Return the packet that readers go by: the first."""
    return next((chunk for chunk in chunks if chunk.id == _XMP), None)


def _body(view: View, chunk: riff.Chunk) -> bytes:
    return view.read_metadata(chunk.body, chunk.length, "a RIFF chunk")


def _is_packet(chunk: riff.Chunk) -> bool:
    return chunk.id.strip(b" \0") == b"XMP"  # some writers fill the name up with NUL


# -- reading ---------------------------------------------------------------------------------------


def _items(view: View, chunk: riff.Chunk) -> Iterator[Slot | Mention]:
    """Yield the labels of one chunk, and the traces of vendors in Exif."""
    if _is_packet(chunk):
        for value in xmp.find(_body(view, chunk), _PROPERTY, view.limits):
            check_limit("a label", len(value.raw), view.limits.label_bytes)
            official = chunk.id == _XMP and value.form != "damaged"
            where = f"XMP/{_PROPERTY.name}"
            yield _slot(where, chunk, value.raw, value.value, official=official)
    elif chunk.id == _EXIF:
        for found in _exif_texts(view, chunk):
            where = f"EXIF/{found.location}"
            if is_label(found.text):
                yield _slot(where, chunk, found.raw, found.text)
            elif trace_of(found.text):
                site = f"{_FORMAT.id}.{where}"
                yield Mention(location=where, offset=chunk.offset, raw=found.raw, site=site)


def _slot(
    where: str, chunk: riff.Chunk, raw: bytes, payload: str, *, official: bool = False
) -> Slot:
    return Slot(
        location=where,
        offset=chunk.offset,
        raw=raw,
        payload=payload,
        site=f"{_FORMAT.id}.{where}",
        official=official,
    )


def _exif_texts(view: View, chunk: riff.Chunk) -> Iterator[ExifText]:
    from ailabel.codecs import tiff

    for found in tiff.texts(_body(view, chunk), view.limits):
        if found.length <= 2 * view.limits.label_bytes:
            yield found


# -- writing ---------------------------------------------------------------------------------------


def _labelled(view: View, chunk: riff.Chunk, payload: str) -> bytes:
    try:
        return xmp.put(_body(view, chunk), _PROPERTY, payload, view.limits)
    except MalformedFileError as error:
        raise _unreadable(chunk) from error


def _vacated(view: View, chunk: riff.Chunk) -> bytes:
    """Return a packet without the label; what holds none stays, however damaged."""
    packet = _body(view, chunk)
    if not xmp.find(packet, _PROPERTY, view.limits):
        return packet
    try:
        return xmp.vacate(packet, _PROPERTY, view.limits)
    except MalformedFileError as error:
        raise _unreadable(chunk) from error


def _unreadable(chunk: riff.Chunk) -> PlanError:
    return PlanError(
        "the XMP packet at byte {offset} is damaged, so no label can be put into it; repair it, "
        "or take it out with the program that wrote it",
        offset=chunk.offset,
    )


def _replace(view: View, chunk: riff.Chunk, body: bytes) -> Iterator[Edit]:
    """Yield the edit that gives a chunk another body; none when it has it."""
    if body != _body(view, chunk):
        end = min(chunk.end, _riff_end(view))
        yield Edit(chunk.offset, end - chunk.offset, riff.chunk(chunk.id, body))


def _whole(view: View) -> tuple[riff.Chunk, ...]:
    """Return the chunks of a file that is as long as it says."""
    if _riff_end(view) > view.size:
        raise MalformedFileError("the RIFF size is larger than the file", offset=4)
    return tuple(_chunks(view))


def _append(view: View, chunks: Sequence[riff.Chunk], data: bytes) -> Edit:
    end = _riff_end(view)
    last = max((chunk.end for chunk in chunks), default=end)
    missing = b"\0" * (last - end)  # a pad byte that was left out
    return Edit(end, 0, missing + data)


def _settled(
    view: View,
    chunks: Sequence[riff.Chunk],
    main: riff.Chunk | None,
    kind: bytes,
    edits: Sequence[Edit],
) -> list[Edit]:
    """Return edits with those that take the label out of other chunks, and the sizes they change.

    Args:
        view: the file.
        chunks: all of them.
        main: the one that takes the label, or None for a new one.
        kind: its name.
        edits: those that put the label in.
    """
    displaced = {
        chunk: found
        for chunk in chunks
        if chunk is not main and (found := list(_displace(view, chunk)))
    }
    kept = [
        chunk
        for chunk in chunks
        if not any(
            not edit.data and edit.offset == chunk.offset for edit in displaced.get(chunk, ())
        )
    ]
    flags = _extend(view, chunks, {chunk.id for chunk in kept}, kind)
    every = [*flags, *edits, *(edit for found in displaced.values() for edit in found)]
    return [*every, *_resize(view, every)]


def _displace(view: View, chunk: riff.Chunk) -> Iterator[Edit]:
    """Yield the edits that take the label out of a chunk; where nothing else is, it goes whole."""
    gone = Edit(chunk.offset, min(chunk.end, _riff_end(view)) - chunk.offset, b"")
    if _is_packet(chunk):
        packet = _body(view, chunk)
        own = xmp.is_own(packet) and xmp.find(packet, _PROPERTY, view.limits)
        yield from [gone] if own else _replace(view, chunk, _vacated(view, chunk))
    elif chunk.id == _EXIF and (
        labels := [found for found in _exif_texts(view, chunk) if is_label(found.text)]
    ):
        from ailabel.codecs import exif, tiff

        if exif.is_own(_body(view, chunk)):
            yield gone
            return
        for edit in {tiff.blank(found) for found in labels}:
            yield Edit(chunk.body + edit.offset, edit.length, edit.data)


def _resize(view: View, edits: Sequence[Edit]) -> Iterator[Edit]:
    """Yield the edit of the RIFF size that other edits call for."""
    growth = sum(len(edit.data) - edit.length for edit in edits)
    size = _riff_end(view) - 8 + growth
    if size >= 1 << 32:
        raise PlanError("the file would be too large for its RIFF size")
    if growth:
        yield Edit(4, 4, size.to_bytes(4, "little"))


def _extend(
    view: View, chunks: Sequence[riff.Chunk], kept: set[bytes], added: bytes
) -> Iterator[Edit]:
    """Yield the edit after which the extended header says what metadata there is.

    Args:
        view: the file.
        chunks: of the file as it is.
        kept: the names of those that stay.
        added: the name of the one that takes the label.
    """
    header = next((chunk for chunk in chunks if chunk.id == _VP8X), None)
    if header is None:
        present = sum(flag for name, flag in _FLAGS.items() if name in kept | {added})
        body = bytes((present | _alpha(view, chunks), 0, 0, 0)) + _canvas(view, chunks)
        yield Edit(riff.HEADER, 0, riff.chunk(_VP8X, body))
        return
    if header.length < _VP8X_LENGTH:
        raise MalformedFileError("the WebP header is too short", offset=header.offset)
    flags = view.read(header.body, 1)[0]
    gone = {chunk.id for chunk in chunks} & _METADATA - kept
    new = flags & ~sum(_FLAGS[name] for name in gone) | _FLAGS[added]
    if new != flags:
        yield Edit(header.body, 1, bytes((new,)))


def _canvas(view: View, chunks: Sequence[riff.Chunk]) -> bytes:
    """Return the canvas as VP8X gives it, which a simple file leaves to its bitstream."""
    for chunk in chunks:
        head = view.read(chunk.body, min(chunk.length, _VP8X_LENGTH), "a WebP chunk")
        if chunk.id == _VP8X and len(head) == _VP8X_LENGTH:
            return head[4:]
        if chunk.id == b"VP8 " and head[3:6] == b"\x9d\x01\x2a":  # [RFC 6386 9.1]
            sides = (int.from_bytes(head[at : at + 2], "little") & 0x3FFF for at in (6, 8))
            return b"".join((max(side, 1) - 1).to_bytes(3, "little") for side in sides)
        if chunk.id == b"VP8L" and head[:1] == b"\x2f":  # [RFC 9649 3.4]
            bits = int.from_bytes(head[1:5], "little")
            return b"".join((bits >> at & 0x3FFF).to_bytes(3, "little") for at in (0, 14))
    raise MalformedFileError("the WebP file has no picture", offset=riff.HEADER)


def _alpha(view: View, chunks: Sequence[riff.Chunk]) -> int:
    """Return the alpha flag that a lossless bitstream asks for."""
    for chunk in chunks:
        if chunk.id == b"VP8L":
            bits = view.read(chunk.body, 5, "a WebP chunk")[4]
            return _ALPHA_FLAG if bits & 0x10 else 0
    return 0
