"""The label in an Ogg file: packets of our own in the content's own stream.

A stream of its own for the label would be legal too, but players look for title and length in the
first stream of a chain only, or in the last. So the label is coded for the decoder that the
content's headers describe.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ailabel.codecs import ogg
from ailabel.errors import PlanError
from ailabel.marks.audio import libav, opus, prompt
from ailabel.marks.audio.ogg_stream import join, open_sound
from ailabel.spi import Mark, Rendition

if TYPE_CHECKING:
    from ailabel.io.source import View
    from ailabel.io.splice import Edit
    from ailabel.marks.audio.ogg_stream import Sound
    from ailabel.spi import MarkSpec

__all__ = ["render"]


def render(view: View, spec: MarkSpec) -> Rendition:
    """Plan new pages for the label, and new positions for the content's.

    Raises:
        MalformedFileError: the file breaks its format.
        MissingExtraError: PyAV is not installed.
        PlanError: the sound cannot be joined.
    """
    places = prompt.places(spec)
    sounds = [open_sound(view, place) for place in places]
    same = sounds[0].stream.number == sounds[-1].stream.number
    parts = (
        [(sounds[0], places)] if same else list(zip(sounds, [(at,) for at in places], strict=True))
    )
    edits: list[Edit] = []
    marks: list[Mark] = []
    with libav.loaded("the spoken label in Ogg"):
        for sound, wanted in parts:
            if sound.stream.kind is not ogg.OPUS:
                raise PlanError(
                    "the sound is coded as {name}, to which no label can be joined; convert it "
                    "first, for example by ffmpeg -c:a aac",
                    name=sound.stream.kind.name,
                )
            more, found = _opus(sound, spec, wanted)
            edits += more
            marks += found
    return Rendition(edits=tuple(edits), marks=tuple(marks))


def _opus(sound: Sound, spec: MarkSpec, places: tuple[str, ...]) -> tuple[list[Edit], list[Mark]]:
    head = opus.open_head(sound.header(0))
    label, packets = opus.label(spec, sound, head)
    front = opus.front(packets, sound, head) if "start" in places else []
    back = opus.back(packets, head) if "end" in places else []
    base, end = opus.total(sound)
    edits = list(join(sound, base, front, (end, back)))
    before = sum(piece.samples for piece in front)
    starts = {"start": 0, "end": before + end - base + sum(p.samples for p in back[:2])}
    marks = []
    for place in places:
        start = starts[place] + opus.DELAY - head.skipped
        begin, stop = max(start + label.begin, 0), start + label.end
        seconds = (begin / opus.RATE, stop / opus.RATE)
        marks.append(Mark(text=label.text, place=place, seconds=seconds))
    return edits, marks
