"""The label in an AIFF file: samples are put before the first or after the last.

Markers count samples from the start and move with the content [AIFF 1.3; AIFF-C].
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ailabel.codecs import iff
from ailabel.errors import MalformedFileError, PlanError
from ailabel.io.source import check_limit
from ailabel.io.splice import Edit
from ailabel.marks.audio.pcm import Coding, Kind, Sound
from ailabel.marks.audio.splice import splice
from ailabel.spi import Rendition
from ailabel.values import frozen

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ailabel.io.source import View
    from ailabel.spi import MarkSpec

__all__ = ["render"]

_COMMON: Final = 18  # channels, frames, depth, rate; in AIFC the compression follows
_FRAMES: Final = 2  # where their number stands
_SOUND: Final = 8  # offset and block size, before the samples
_LONGEST: Final = 0xFFFFFFFF
_EXPONENT: Final = 16383 + 63  # bias of an 80-bit number, and the bits behind its point
_DEEPEST: Final = 32  # bits of a whole number
_LITTLE: Final = (b"sowt", b"42ni", b"23ni")
_CODINGS: Final = {  # compression type [AIFF-C; QTFF sample descriptions]
    **dict.fromkeys((b"NONE", b"twos", b"sowt", b"in24", b"in32", b"42ni", b"23ni"), Kind.SIGNED),
    **dict.fromkeys((b"fl32", b"FL32", b"fl64", b"FL64"), Kind.FLOAT),
    **dict.fromkeys((b"alaw", b"ALAW"), Kind.A_LAW),
    **dict.fromkeys((b"ulaw", b"ULAW"), Kind.MU_LAW),
    b"raw ": Kind.UNSIGNED,
}
_WIDTHS: Final = {b"fl32": 4, b"FL32": 4, b"fl64": 8, b"FL64": 8}


@frozen
class _File:
    """The chunks that are needed, and the samples."""

    form: iff.Form
    common: iff.Chunk
    data: iff.Chunk
    sound: Sound


def render(view: View, spec: MarkSpec) -> Rendition:
    """Plan the insertion of the label's samples.

    Raises:
        MalformedFileError: the file breaks its format.
        PlanError: the sound is coded, or the sizes do not fit.
    """
    found = _open(view)
    spliced = splice(view, found.sound, spec)
    edits = iff.grow(found.data, list(spliced.edits))
    frames = found.sound.length + spliced.added
    size = found.form.end - 8 + sum(len(edit.data) - edit.length for edit in edits)
    if max(frames, size) > _LONGEST:
        raise PlanError("the AIFF file would become too large")
    edits += [
        Edit(4, 4, size.to_bytes(4, "big")),
        Edit(found.common.body + _FRAMES, 4, frames.to_bytes(4, "big")),
        *_markers(view, found.form, spliced.before),
    ]
    return Rendition(edits=tuple(edits), marks=spliced.marks)


def _open(view: View) -> _File:
    form = iff.form(view)
    if form.type not in (b"AIFF", b"AIFC"):
        raise MalformedFileError("the FORM header is missing", offset=0)
    common, data = _only(form, b"COMM"), _only(form, b"SSND")
    coded = form.type == b"AIFC"
    body = view.read(common.body, min(common.length, _COMMON + 4), "the chunk COMM")
    if len(body) < _COMMON + 4 * coded or data.length < _SOUND:
        raise _contradicts(common)
    channels, bits = int.from_bytes(body[:2], "big"), int.from_bytes(body[6:8], "big")
    coding = _coding(body[_COMMON:] if coded else b"NONE", bits)
    rate = _rate(body[8:18])
    start = data.body + _SOUND + int.from_bytes(view.read(data.body, 4), "big")
    room = data.body + data.length - start
    if not channels or not rate or room < 0:
        raise _contradicts(common)
    block = channels * coding.width
    stated = int.from_bytes(body[_FRAMES : _FRAMES + 4], "big")
    sound = Sound(
        start=start,
        size=min(stated, room // block) * block,
        coding=coding,
        rate=rate,
        channels=channels,
    )
    return _File(form, common, data, sound)


def _coding(compression: bytes, bits: int) -> Coding:
    kind = _CODINGS.get(compression)
    if kind is None or not 0 < bits <= 2 * _DEEPEST or (kind is Kind.SIGNED and bits > _DEEPEST):
        raise PlanError(
            "the AIFF sound is coded ({name}, {bits} bits); convert it to PCM first",
            name=compression.decode("ascii", "replace"),
            bits=bits,
        )
    if kind is not Kind.SIGNED:
        width = _WIDTHS.get(compression, 1)
        return Coding(kind, width, 8 * width, width > 1)
    width = -(-bits // 8)
    return Coding(kind, width, bits, compression not in _LITTLE)


def _rate(number: bytes) -> int:
    """Return an 80-bit floating point number as a whole one; 0 where it is no sampling rate."""
    exponent = int.from_bytes(number[:2], "big") - _EXPONENT
    mantissa = int.from_bytes(number[2:], "big")
    return mantissa >> -exponent if -64 < exponent <= 0 else 0  # noqa: PLR2004 - bits


def _markers(view: View, form: iff.Form, samples: int) -> Iterator[Edit]:
    """Plan the move of the markers [AIFF 1.3, Marker Chunk]."""
    for chunk in form.chunks if samples else ():
        if chunk.id != b"MARK":
            continue
        body = view.read_metadata(chunk.body, chunk.length, "an IFF chunk")
        at, count = 2, int.from_bytes(body[:2], "big")
        check_limit("the number of cue points and loops", count, view.limits.items)
        for _ in range(count):
            if at + 7 > len(body):
                raise _contradicts(chunk)
            position = int.from_bytes(body[at + 2 : at + 6], "big") + samples
            moved = min(position, _LONGEST).to_bytes(4, "big")
            yield Edit(chunk.body + at + 2, 4, moved)
            name = 1 + body[at + 6]
            at += 6 + name + name % 2


def _only(form: iff.Form, name: bytes) -> iff.Chunk:
    chunks = [chunk for chunk in form.chunks if chunk.id == name]
    if len(chunks) != 1:
        raise MalformedFileError(
            "the AIFF file must have one chunk {name}", offset=0, name=name.decode()
        )
    return chunks[0]


def _contradicts(chunk: iff.Chunk) -> MalformedFileError:
    return MalformedFileError(
        "the AIFF chunk {name} contradicts itself",
        offset=chunk.offset,
        name=chunk.id.decode("ascii", "replace"),
    )
