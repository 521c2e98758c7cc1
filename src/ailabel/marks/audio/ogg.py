"""The label in an Ogg file: packets of our own in the content's own stream.

A stream of its own for the label would be legal too, but programs look for title and length in the
first stream of a chain only, or in the last. So the label is coded for the decoder that the
content's headers describe.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias

from ailabel.codecs import ogg
from ailabel.errors import PlanError
from ailabel.marks.audio import libav, ogg_stream, opus, prompt, vorbis
from ailabel.spi import Mark, Rendition

if TYPE_CHECKING:
    from collections.abc import Callable

    from ailabel.io.source import View
    from ailabel.io.splice import Edit
    from ailabel.marks.audio.ogg_stream import Piece, Sound
    from ailabel.spi import MarkSpec

    Joined: TypeAlias = tuple[list[Edit], list[Mark]]

__all__ = ["render"]


def render(view: View, spec: MarkSpec) -> Rendition:
    """Plan new pages for the label, and new positions for the content's.

    Raises:
        MalformedFileError: the file breaks its format.
        MissingExtraError: PyAV is not installed.
        PlanError: the sound cannot be joined.
    """
    places = prompt.places(spec)
    sounds = [ogg_stream.open_sound(view, place) for place in places]
    same = sounds[0].stream.number == sounds[-1].stream.number
    parts = (
        [(sounds[0], places)] if same else list(zip(sounds, [(at,) for at in places], strict=True))
    )
    edits: list[Edit] = []
    marks: list[Mark] = []
    with libav.loaded("the spoken label in Ogg"):
        for sound, wanted in parts:
            join = _JOINED.get(sound.stream.kind.name)
            if join is None:
                raise PlanError(
                    "the sound is coded as {name}, to which no label can be joined; convert it "
                    "first, for example by ffmpeg -c:a libopus",
                    name=sound.stream.kind.name,
                )
            more, found = join(sound, spec, wanted)
            edits += more
            marks += found
    return Rendition(edits=tuple(edits), marks=tuple(marks))


def _opus(sound: Sound, spec: MarkSpec, places: tuple[str, ...]) -> Joined:
    head = opus.open_head(sound.header(0))
    label, packets = opus.label(spec, sound, head)
    front = opus.front(packets, sound, head) if "start" in places else []
    back = opus.back(packets, head) if "end" in places else []
    ends = opus.total(sound)
    lead = opus.DELAY + sum(piece.samples for piece in back[: len(back) - len(packets)])
    starts = {
        "start": opus.DELAY - head.skipped,
        "end": ends[1] - ends[0] + _samples(front) + lead - head.skipped,
    }
    edits = list(ogg_stream.join(sound, ends, front, back))
    return edits, [_mark(label, place, starts[place], opus.RATE) for place in places]


def _vorbis(sound: Sound, spec: MarkSpec, places: tuple[str, ...]) -> Joined:
    stream = vorbis.open_stream(sound)
    label = stream.label(spec)
    front = label.front if "start" in places else []
    back = label.back if "end" in places else []
    base, end = stream.positions()
    skipped = max(-base, 0)  # a position below zero: so many samples are not heard
    before = _samples(front) + label.gap if front else 0
    starts = {"start": -skipped, "end": before + end - base + label.lead - skipped}
    edits = list(ogg_stream.join(sound, (base, end), front, back, label.gap))
    return edits, [_mark(label.made, place, starts[place], stream.setup.rate) for place in places]


def _samples(pieces: list[Piece]) -> int:
    return sum(piece.samples for piece in pieces)


def _mark(label: prompt.Label, place: str, start: int, rate: int) -> Mark:
    begin, end = max(start + label.begin, 0), max(start + label.end, 0)
    return Mark(text=label.text, place=place, seconds=(begin / rate, end / rate))


_JOINED: Final[dict[str, Callable[[Sound, MarkSpec, tuple[str, ...]], Joined]]] = {
    ogg.OPUS.name: _opus,
    ogg.VORBIS.name: _vorbis,
}
