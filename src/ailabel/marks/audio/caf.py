"""The label in a CAF file: samples are put before the first or after the last.

Markers and regions move with the content. The count of edits beside the samples goes up, by which
an overview or a table of peaks in the file is known to be out of date [CAF 1.0, Audio Data Chunk].
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Final

from ailabel.codecs import caf
from ailabel.errors import MalformedFileError, PlanError
from ailabel.io.source import check_limit
from ailabel.io.splice import Edit
from ailabel.marks.audio.pcm import Coding, Kind, Sound
from ailabel.marks.audio.splice import splice
from ailabel.spi import Rendition

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ailabel.io.source import View
    from ailabel.spi import MarkSpec

__all__ = ["render"]

_DESCRIPTION: Final = struct.Struct(">d4sIIIII")
_FLOAT, _LITTLE = 1, 2  # format flags
_EDITS: Final = 4  # bytes of the count of edits, before the samples
_MARKER: Final = 28
_POSITION: Final = 4  # where it stands in a marker, as a floating point number
_REGION: Final = 12
_BITMAP: Final = 0x10000  # channel layout tag: the bitmap behind it says which loudspeakers
_LAWS: Final = {b"alaw": Kind.A_LAW, b"ulaw": Kind.MU_LAW}
_WIDTHS: Final = {Kind.SIGNED: (1, 2, 3, 4), Kind.FLOAT: (4, 8)}


def render(view: View, spec: MarkSpec) -> Rendition:
    """Plan the insertion of the label's samples.

    Raises:
        MalformedFileError: the file breaks its format.
        PlanError: the sound is coded.
    """
    chunks = list(caf.chunks(view))
    description, data = _only(chunks, b"desc"), _only(chunks, caf.DATA)
    if data.length < _EDITS:
        raise _contradicts(data)
    spliced = splice(view, _sound(view, description, data, _mask(view, chunks)), spec)
    count = int.from_bytes(view.read(data.body, _EDITS), "big") + 1 & 0xFFFFFFFF
    edits = [*spliced.edits, Edit(data.body, _EDITS, count.to_bytes(_EDITS, "big"))]
    if data.stated:
        length = data.length + sum(len(edit.data) for edit in spliced.edits)
        edits.append(Edit(data.offset + 4, 8, length.to_bytes(8, "big")))
    if spliced.before:
        for place in _positions(view, chunks):
            (position,) = struct.unpack(">d", view.read(place, 8))
            edits.append(Edit(place, 8, struct.pack(">d", position + spliced.before)))
    return Rendition(edits=tuple(edits), marks=spliced.marks)


def _sound(view: View, description: caf.Chunk, data: caf.Chunk, mask: int) -> Sound:
    if description.length < _DESCRIPTION.size:
        raise _contradicts(description)
    fields = view.read(description.body, _DESCRIPTION.size, "a CAF chunk")
    rate, name, flags, block, frames, channels, bits = _DESCRIPTION.unpack(fields)
    kind = _LAWS.get(name, Kind.FLOAT if flags & _FLOAT else Kind.SIGNED)
    if name != b"lpcm" and name not in _LAWS:
        raise PlanError(
            "the CAF sound is coded ({name}); convert it to PCM first",
            name=name.decode("ascii", "replace"),
        )
    width, rest = divmod(block, channels or 1)
    known = width in _WIDTHS.get(kind, (1,)) and 0 < bits <= 8 * width
    if not known or rest or not channels or frames != 1 or not 0 < rate < 1 << 31:
        raise _contradicts(description)
    return Sound(
        start=data.body + _EDITS,
        size=(data.length - _EDITS) // block * block,
        coding=Coding(kind, width, bits if kind is Kind.SIGNED else 8 * width, not flags & _LITTLE),
        rate=round(rate),
        channels=channels,
        mask=mask,
    )


def _mask(view: View, chunks: Iterable[caf.Chunk]) -> int:
    """Return which loudspeakers the channels are for, where a bitmap says so, or 0."""
    for chunk in chunks:
        if chunk.id == b"chan" and chunk.length >= 8:  # noqa: PLR2004 - tag and bitmap
            tag, bitmap = struct.unpack(">II", view.read(chunk.body, 8))
            return bitmap if tag == _BITMAP else 0
    return 0


def _positions(view: View, chunks: Iterable[caf.Chunk]) -> Iterator[int]:
    """Yield where positions stand that count samples from the start."""
    for chunk in chunks:
        if chunk.id == b"mark":
            count = _count(view, chunk)
            yield from _markers(chunk, chunk.body + 8, count)
        elif chunk.id == b"regn":
            at = chunk.body + 8
            for _ in range(_count(view, chunk)):
                if at + _REGION > chunk.end:
                    raise _contradicts(chunk)
                count = int.from_bytes(view.read(at + 8, 4), "big")
                yield from _markers(chunk, at + _REGION, count)
                at += _REGION + count * _MARKER


def _count(view: View, chunk: caf.Chunk) -> int:
    if chunk.length < 8:  # noqa: PLR2004 - kind of time codes and count
        raise _contradicts(chunk)
    count = int.from_bytes(view.read(chunk.body + 4, 4), "big")
    check_limit("the number of cue points and loops", count, view.limits.items)
    return count


def _markers(chunk: caf.Chunk, start: int, count: int) -> Iterable[int]:
    if start + count * _MARKER > chunk.end:
        raise _contradicts(chunk)
    return range(start + _POSITION, start + _POSITION + count * _MARKER, _MARKER)


def _only(chunks: Iterable[caf.Chunk], name: bytes) -> caf.Chunk:
    found = [chunk for chunk in chunks if chunk.id == name]
    if len(found) != 1:
        raise MalformedFileError(
            "the CAF file must have one chunk {name}", offset=0, name=name.decode()
        )
    return found[0]


def _contradicts(chunk: caf.Chunk) -> MalformedFileError:
    return MalformedFileError(
        "the CAF chunk {name} contradicts itself",
        offset=chunk.offset,
        name=chunk.id.decode("ascii", "replace"),
    )
