"""The label in an AAC file: ADTS frames of our own before or after the content's [ISO13818-7 6.2].

The content's frames are copied, and decode to the samples that they decoded to before.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Final

from ailabel.codecs import aac as codec
from ailabel.codecs import adts, id3, tails
from ailabel.errors import PlanError
from ailabel.io.source import check_limit
from ailabel.io.splice import Edit
from ailabel.marks.audio import aac_frames, coded, libav, prompt
from ailabel.spi import Mark, Rendition

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ailabel.io.source import View
    from ailabel.marks.audio.coded import Form
    from ailabel.spi import MarkSpec

__all__ = ["render"]

_LENGTH_SHIFT: Final = 13
_FULLNESS: Final = 0x7FF << 2  # of the bit reservoir: not told
_LONGEST: Final = (1 << 13) - 1
_BLOCKS: Final = 3  # the bits at the header's end that say how many blocks follow the first


def render(view: View, spec: MarkSpec) -> Rendition:
    """Plan the insertion of the label's frames.

    Raises:
        MalformedFileError: the file breaks its format.
        MissingExtraError: PyAV is not installed.
        PlanError: our coder cannot match the sound.
    """
    places = prompt.places(spec)
    frames = _frames(view)
    form = _form(frames)
    ranges = [(frame.offset + frame.header, frame.length - frame.header) for frame in frames]
    content = coded.frames_of(view, ranges)
    with libav.loaded("the spoken label in AAC"):
        aac_frames.check(form, content)
        target = prompt.Target(
            rate=form.rate,
            loudness=coded.measure(form, content),
            channels=len(coded.sounding(form.channels)),
            with_numpy=True,
        )
        label = prompt.make(spec, target)
        mean = sum(length for _, length in ranges) / len(ranges)
        blocks = aac_frames.encode(label.samples, form, 8 * mean * form.rate / form.per_frame)
    head = view.read(frames[0].offset, adts.HEADER)
    data = b"".join(_framed(block, head) for block in blocks)
    first, last = frames[0], frames[-1]
    offsets = {"start": first.offset, "end": last.offset + last.length}
    added = len(blocks) * form.per_frame
    length = sum(_blocks(view, frame) for frame in frames) * form.per_frame
    return Rendition(
        edits=tuple(Edit(offsets[place], 0, data) for place in places),
        marks=tuple(_marks(form, label, places, (added, length))),
    )


def _frames(view: View) -> list[adts.Frame]:
    start = id3.end_of_tags(view)
    most = 10 * view.limits.items
    found = list(islice(adts.frames(view, start, tails.tail(view, start).start), most + 1))
    check_limit("the number of AAC frames", len(found), most)
    if not found:
        raise PlanError("the file holds no AAC frames")
    if len({(frame.config, frame.header) for frame in found}) > 1:
        raise PlanError("the AAC frames change their kind; convert the sound anew first")
    if found[0].header != adts.HEADER:
        raise PlanError(
            "the AAC frames have checksums, which cannot be made for a label; put the sound into "
            "M4A first, for example by ffmpeg -c copy"
        )
    return found


def _form(frames: list[adts.Frame]) -> Form:
    bits = frames[0].config
    profile, rate_index, channels = bits >> 7, bits >> 3 & 0xF, bits & 7
    config = codec.Config(
        object_type=profile + 1, rate_index=rate_index, channels=channels, is_plain=True
    )
    extradata = config.object_type << 11 | rate_index << 7 | channels << 3
    return aac_frames.form(config, extradata.to_bytes(2, "big"))


def _framed(block: bytes, like: bytes) -> bytes:
    """Return a block as a frame whose header says the same as another one."""
    length = len(block) + adts.HEADER
    if length > _LONGEST:
        raise PlanError("the label's frames do not fit the content's")
    fixed = int.from_bytes(like, "big") >> 28 << 28
    return (fixed | length << _LENGTH_SHIFT | _FULLNESS).to_bytes(adts.HEADER, "big") + block


def _blocks(view: View, frame: adts.Frame) -> int:
    return 1 + (view.read(frame.offset + adts.HEADER - 1, 1)[0] & _BLOCKS)


def _marks(
    form: Form, label: prompt.Label, places: tuple[str, ...], counts: tuple[int, int]
) -> Iterator[Mark]:
    """Yield the marks.

    Args:
        form: how the sound is coded.
        label: the label.
        places: where it goes.
        counts: the samples of the label's frames, and of the content's.
    """
    added, length = counts
    for place in places:
        start = aac_frames.DELAY
        if place == "end":
            start += length + (added if "start" in places else 0)
        seconds = ((start + label.begin) / form.rate, (start + label.end) / form.rate)
        yield Mark(text=label.text, place=place, seconds=seconds)
