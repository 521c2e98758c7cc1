"""The label in an M4A file: AAC or Apple Lossless frames of our own beside the content's.

The content's frames are copied, and its one description of the decoder serves all of them. AAC of
the low-complexity profile is coded like the content; frames of Apple Lossless depend on nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ailabel.codecs import bmff_edit, bmff_offsets
from ailabel.marks.audio import aac_frames, alac_frames, coded, libav, m4a_times, prompt
from ailabel.marks.audio.m4a_tables import Joint, join
from ailabel.marks.audio.m4a_track import open_content
from ailabel.spi import Mark, Rendition

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ailabel.io.source import View
    from ailabel.marks.audio.m4a_tables import Lasting
    from ailabel.marks.audio.m4a_track import Content
    from ailabel.spi import MarkSpec

__all__ = ["render"]


def render(view: View, spec: MarkSpec) -> Rendition:
    """Plan the insertion of the label's frames, and what the movie's header says of them.

    Raises:
        MalformedFileError: the file breaks its format.
        MissingExtraError: PyAV is not installed.
        PlanError: the sound cannot be joined.
    """
    places = prompt.places(spec)
    content = open_content(view)
    with libav.loaded("the spoken label in M4A"):
        label, blocks = _label(view, content, spec)
    changes = bmff_edit.Changes()
    joint = Joint(blocks if "start" in places else (), blocks if "end" in places else ())
    lasting = join(view, changes, content, joint)
    m4a_times.lengthen(view, changes, content, lasting)
    return Rendition(
        edits=tuple(bmff_offsets.settle(view, changes)),
        marks=tuple(_marks(view, content, label, lasting)),
    )


def _label(view: View, content: Content, spec: MarkSpec) -> tuple[prompt.Label, list[bytes]]:
    form, frames = content.form, content.frames(view)
    if not content.is_lossless:
        aac_frames.check(form, frames)
    target = prompt.Target(
        rate=form.rate,
        loudness=coded.measure(form, frames),
        channels=len(coded.sounding(form.channels)),
        with_numpy=True,
    )
    label = prompt.make(spec, target)
    if content.is_lossless:
        return label, alac_frames.encode(label.samples, form)
    return label, aac_frames.encode(label.samples, form, content.bit_rate)


def _marks(view: View, content: Content, label: prompt.Label, lasting: Lasting) -> Iterator[Mark]:
    """Yield the marks, in the time of a player that leaves out what it is told to."""
    delay = 0 if content.is_lossless else aac_frames.DELAY
    delay -= m4a_times.skipped(view, content)
    rate = content.form.rate
    behind = (lasting.front + lasting.content) * rate // content.scale
    starts = (("start", 0, lasting.front), ("end", behind, lasting.back))
    for place, start, length in starts:
        if length:
            begin, end = start + delay + label.begin, start + delay + label.end
            yield Mark(text=label.text, place=place, seconds=(max(begin, 0) / rate, end / rate))
