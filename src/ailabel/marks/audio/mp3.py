"""The label in an MP3 file: coded frames of our own before or after the content's.

The content's frames are copied. Ours lean on no frame before them and end in silence, so nothing
of theirs is heard in the first block of the content, which overlaps with the one before it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ailabel.errors import PlanError
from ailabel.io.splice import Edit
from ailabel.marks.audio import libav, mp3_info, prompt
from ailabel.marks.audio.mp3_frames import (
    CODER_DELAY,
    Sound,
    encode,
    leans_on_missing,
    measure,
    open_sound,
)
from ailabel.spi import Mark, Rendition

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ailabel.io.source import View
    from ailabel.spi import MarkSpec

__all__ = ["render"]


def render(view: View, spec: MarkSpec) -> Rendition:
    """Plan the insertion of the label's frames, and what the table of contents says of them.

    Raises:
        MalformedFileError: the file breaks its format.
        MissingExtraError: PyAV is not installed.
        PlanError: the file is of another layer, or its first frames lean on missing ones.
    """
    places = prompt.places(spec)
    sound = open_sound(view)
    if "start" in places and leans_on_missing(view, sound):
        raise PlanError(
            "the first MP3 frames lean on frames that were cut off; put the label at the end"
        )
    with libav.loaded("the spoken label in MP3"):
        header = sound.header
        label = prompt.make(
            spec,
            prompt.Target(
                rate=header.sample_rate,
                loudness=measure(view, sound),
                channels=header.channels,
                with_numpy=True,
            ),
        )
        coded = encode(label.samples, sound)
    return Rendition(
        edits=tuple(_edits(view, sound, coded, places)),
        marks=tuple(_marks(view, sound, label, (places, len(coded)))),
    )


def _edits(view: View, sound: Sound, coded: list[bytes], places: tuple[str, ...]) -> Iterator[Edit]:
    data = b"".join(coded)
    if sound.info is not None:
        change = mp3_info.Change(
            front=coded if "start" in places else (),
            content=[frame.length for frame in sound.frames],
            back=coded if "end" in places else (),
        )
        old = view.read(sound.info.offset, sound.info.length, "an MP3 frame")
        new = mp3_info.renewed(old, sound.info.header, change)
        yield Edit(sound.info.offset, sound.info.length, new)
    if "start" in places:
        yield Edit(sound.frames[0].offset, 0, data)
    if "end" in places:
        last = sound.frames[-1]
        yield Edit(last.offset + last.length, 0, data)


def _marks(
    view: View, sound: Sound, label: prompt.Label, placed: tuple[tuple[str, ...], int]
) -> Iterator[Mark]:
    """Yield the marks, in the time of a player that leaves out what LAME's fields say.

    Args:
        view: the file.
        sound: the content.
        label: the label.
        placed: where it goes, and how many frames it has.
    """
    places, frames = placed
    header, delay = sound.header, CODER_DELAY
    if sound.info is not None:
        old = view.read(sound.info.offset, sound.info.length, "an MP3 frame")
        delay -= mp3_info.skipped(old, sound.info.header)
    before = frames * header.samples if "start" in places else 0
    for place in places:
        start = delay + (0 if place == "start" else before + sound.samples)
        begin, end = start + label.begin, start + label.end
        seconds = (max(begin, 0) / header.sample_rate, max(end, 0) / header.sample_rate)
        yield Mark(text=label.text, place=place, seconds=seconds)
