"""A label among samples that are not coded: put before the first, behind the last, or both."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ailabel.io.source import check_limit
from ailabel.io.splice import Edit
from ailabel.marks.audio import loudness, pcm, prompt
from ailabel.spi import Mark
from ailabel.values import frozen

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ailabel.io.source import View
    from ailabel.spi import MarkSpec

__all__ = ["Splice", "splice"]

_LARGEST_LABEL: Final = 64 << 20  # bytes; hundreds of channels would pass it


@frozen
class Splice:
    """A label put among samples.

    Args:
        edits: the insertions.
        before: how many samples of a channel stand before the content now.
        added: how many were added in all.
        marks: what was put in.
    """

    edits: tuple[Edit, ...]
    before: int
    added: int
    marks: tuple[Mark, ...]


def splice(view: View, sound: pcm.Sound, spec: MarkSpec) -> Splice:
    """Plan the insertion of the label's samples; what counts them is the format's own.

    Raises:
        PlanError: the label cannot be made for this sound.
    """
    places = prompt.places(spec)
    heard = prompt.sounding(sound.channels, sound.mask)
    label = prompt.make(
        spec,
        prompt.Target(rate=sound.rate, loudness=_loudness(view, sound), channels=len(heard)),
    )
    label.samples.extend([0.0] * (len(label.samples) % 2))  # so that no pad byte comes or goes
    count = len(label.samples)
    check_limit("the label's sound", count * sound.block, _LARGEST_LABEL)
    mono = pcm.encode(label.samples, sound.coding)
    data = pcm.interleave(mono, sound.coding, sound.channels, heard)
    offsets = {"start": sound.start, "end": sound.start + sound.length * sound.block}
    before = count if "start" in places else 0
    return Splice(
        edits=tuple(Edit(offsets[place], 0, data) for place in places),
        before=before,
        added=count * len(places),
        marks=tuple(_marks(sound, label, places, before)),
    )


def _loudness(view: View, sound: pcm.Sound) -> float | None:
    count = round((loudness.WARM_UP + loudness.WINDOW) * sound.rate)
    windows = loudness.spread(sound.length, sound.rate, sound.channels)
    return loudness.integrate(
        loudness.window_power(sound.read(view, start, count), sound.rate) for start in windows
    )


def _marks(
    sound: pcm.Sound, label: prompt.Label, places: tuple[str, ...], before: int
) -> Iterator[Mark]:
    for place in places:
        start = 0 if place == "start" else before + sound.length
        seconds = ((start + label.begin) / sound.rate, (start + label.end) / sound.rate)
        yield Mark(text=label.text, place=place, seconds=seconds)
