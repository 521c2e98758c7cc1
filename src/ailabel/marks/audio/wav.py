"""The label in a WAV file: samples are put before the first or after the last.

The content's own samples do not change, they move. Cue points and loops that count samples move
with them; what else counts time from the start (``bext``, other programs' chunks) is left alone,
for it is about the recording, which is the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ailabel.codecs import wave
from ailabel.errors import MalformedFileError, PlanError
from ailabel.io.source import check_limit
from ailabel.io.splice import Edit
from ailabel.marks.audio import splice
from ailabel.marks.audio.wav_sound import WavSound, open_sound
from ailabel.spi import Rendition

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ailabel.codecs.riff import Chunk
    from ailabel.io.source import View
    from ailabel.spi import MarkSpec

__all__ = ["render"]

_UNKNOWN: Final = 0xFFFFFFFF
_POINT: Final = 24  # of a cue point [RIFF 1991, cue-points chunk]
_SAMPLER, _LOOP = 36, 24  # header and one loop [RIFF MCI/DSP addendum, sampler chunk]


def render(view: View, spec: MarkSpec) -> Rendition:
    """Plan the insertion of the label's samples.

    Raises:
        MalformedFileError: the file breaks its format.
        PlanError: the sound is coded, or the sizes do not fit.
    """
    sound = open_sound(view)
    if sound.data.length % sound.block:
        raise PlanError("the WAV sound ends inside a sample")
    spliced = splice.splice(view, sound.pcm, spec)
    growth = sum(len(edit.data) for edit in spliced.edits)
    edits = [*spliced.edits, *_sizes(view, sound, growth)]
    edits += _positions(view, sound, spliced.before)
    return Rendition(edits=tuple(edits), marks=spliced.marks)


def _sizes(view: View, sound: WavSound, growth: int) -> Iterator[Edit]:
    """Plan the size fields: of the RIFF, of the data, and the number of samples beside them."""
    data, found = sound.data, sound.layout
    length, samples = data.length + growth, growth // sound.block
    stated = data.offset + 4
    in_ds64 = found.ds64 is not None and view.read(stated, 4) == b"\xff" * 4
    place, width = (found.ds64.body + 8, 8) if found.ds64 and in_ds64 else (stated, 4)
    if width == 4 and length >= _UNKNOWN:  # noqa: PLR2004 - bytes
        raise PlanError("the WAV file would grow past 4 GiB; save it as RF64 first")
    yield from (edit for edit in wave.resize(view, found, growth) if edit.offset != place)
    yield Edit(place, width, length.to_bytes(width, "little"))
    if found.ds64 is not None:
        yield from _add(view, found.ds64.body + 16, 8, samples)
    for chunk in found.chunks:
        if chunk.id == b"fact" and chunk.length >= 4:  # noqa: PLR2004 - one number
            yield from _add(view, chunk.body, 4, samples)


def _positions(view: View, sound: WavSound, samples: int) -> Iterator[Edit]:
    """Plan the move of what counts samples from the start."""
    for chunk in sound.layout.chunks if samples else ():
        if chunk.id == b"cue ":
            for point in _items(view, chunk, head=4, item=_POINT):
                in_data = view.read(point + 8, 4) == b"data"
                yield from _add(view, point + 4, 4, samples)
                yield from _add(view, point + 20, 4, samples if in_data else 0)
        elif chunk.id == b"smpl":
            for loop in _items(view, chunk, head=_SAMPLER, item=_LOOP):
                yield from _add(view, loop + 8, 4, samples)
                yield from _add(view, loop + 12, 4, samples)


def _items(view: View, chunk: Chunk, head: int, item: int) -> Iterable[int]:
    """Return where the items of a chunk stand, whose number stands in its head."""
    if chunk.length < head:
        raise MalformedFileError(
            "RIFF chunk {name} is too short", offset=chunk.offset, name=repr(chunk.id)[1:]
        )
    field = chunk.body + (28 if head == _SAMPLER else 0)
    count = int.from_bytes(view.read(field, 4), "little")
    check_limit("the number of cue points and loops", count, view.limits.items)
    if head + count * item > chunk.length:
        raise MalformedFileError(
            "RIFF chunk {name} is too short", offset=chunk.offset, name=repr(chunk.id)[1:]
        )
    return range(chunk.body + head, chunk.body + head + count * item, item)


def _add(view: View, offset: int, width: int, amount: int) -> Iterator[Edit]:
    """Plan a larger number; one that says "not known" stays, and so does 0 in ``ds64``."""
    value = int.from_bytes(view.read(offset, width), "little")
    unknown = value == (_UNKNOWN if width == 4 else 0)  # noqa: PLR2004 - bytes
    if amount and not unknown:
        total = min(value + amount, (1 << 8 * width) - 1)
        yield Edit(offset, width, total.to_bytes(width, "little"))
