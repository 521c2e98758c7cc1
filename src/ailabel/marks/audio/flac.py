"""The label in a FLAC file: frames of our own before or after the content's.

A FLAC frame knows its own number, so frames cannot simply be joined. Here the content's frames are
numbered anew, which changes their headers and checksums and nothing else: the coded sound is
copied. Only where the last block is shorter than the others, and a label follows it, is that block
coded again, without loss, for a stream of fixed blocks may hold a short one only at its end.

The sound is decoded once, for the checksum of all samples in STREAMINFO [RFC9639 8.2]; the
content's own checksum is proved on the way.
"""

from __future__ import annotations

from itertools import accumulate
from typing import TYPE_CHECKING, Final

from ailabel.errors import MalformedFileError, PlanError
from ailabel.io.splice import Edit
from ailabel.marks.audio import libav, prompt
from ailabel.marks.audio.flac_frames import encode, renumber
from ailabel.marks.audio.flac_stream import Stream, checksums, measure, open_stream
from ailabel.spi import Mark, Rendition

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ailabel.codecs.flac import Block
    from ailabel.io.source import View
    from ailabel.spi import MarkSpec

__all__ = ["render"]

_SEEKTABLE: Final = 3
_POINT: Final = 18  # bytes of a seek point [RFC9639 8.5]
_PLACEHOLDER: Final = b"\xff" * 8
_MOST_SAMPLES: Final = (1 << 36) - 1
_CENTRED: Final = (3, 5, 6, 7, 8)  # channel counts whose third is the front centre [RFC9639 9.1.3]
_LEFT_RIGHT_CENTRE: Final = 0x7


def render(view: View, spec: MarkSpec) -> Rendition:
    """Plan new frames for the label, new numbers for the content's, and what describes them.

    Raises:
        MalformedFileError: the file breaks its format or its own checksum.
        MissingExtraError: PyAV is not installed.
        PlanError: the file holds a cue sheet.
    """
    places = prompt.places(spec)
    with libav.loaded("the spoken label in FLAC"):
        stream = open_stream(view)
        channels = stream.info.channels
        heard = prompt.sounding(channels, _LEFT_RIGHT_CENTRE if channels in _CENTRED else 0)
        label = prompt.make(
            spec,
            prompt.Target(
                rate=stream.info.sample_rate,
                loudness=measure(stream),
                channels=len(heard),
                with_numpy=True,
            ),
        )
        edits, anew = _edits(view, stream, _sound(stream, label, heard), places)
    return Rendition(
        edits=edits,
        marks=tuple(_marks(stream, label, places)),
        reencoded="the last block of the FLAC sound, without loss" if anew else None,
    )


def _sound(stream: Stream, label: prompt.Label, heard: tuple[int, ...]) -> list[list[int]]:
    """Return the label as whole numbers: one list a channel, full blocks."""
    top = (1 << stream.info.bits - 1) - 1
    samples = [round(value * top) for value in label.samples]
    samples += [0] * (-len(samples) % stream.block)
    silence = [0] * len(samples)
    return [samples if channel in heard else silence for channel in range(stream.info.channels)]


def _edits(
    view: View, stream: Stream, sound: list[list[int]], places: tuple[str, ...]
) -> tuple[tuple[Edit, ...], bool]:
    """Return the edits, and whether the content's last block had to be coded anew."""
    size = len(sound[0])
    head = size if "start" in places else 0
    total = stream.samples + len(places) * size
    if total > _MOST_SAMPLES:
        raise PlanError("the FLAC sound would grow past the most samples that the format can count")
    found = checksums(stream, sound, places)
    front = _coded(stream, sound, 0, 0) if head else []
    kept = _renumbered(stream, head) if head else list(stream.frames)
    back, short = [], 0
    if "end" in places:
        if len(found.last[0]) < stream.shortest_inside:
            short = len(found.last[0])
            kept.pop()
            sound = [[*last, *ours] for last, ours in zip(found.last, sound, strict=True)]
        back = _coded(stream, sound, len(front) + len(kept), head + stream.samples - short)
    frames = [*front, *kept, *back]
    edits = [
        Edit(stream.blocks[0].body, len(stream.body), _info(stream, frames, total, found.labelled)),
        _sound_edit(stream, frames, unchanged=0 if head else len(kept)),
    ]
    tables = [block for block in stream.blocks if head and block.type == _SEEKTABLE]
    edits += [_seek_points(view, stream, block, (front, kept, head)) for block in tables]
    return tuple(edits), short > 0


def _coded(stream: Stream, sound: list[list[int]], frame: int, sample: int) -> list[bytes]:
    """Code a sound in full blocks, the last one maybe short.

    Args:
        stream: the stream that it becomes a part of.
        sound: one list of samples a channel.
        frame: the number of the first frame.
        sample: the number of the first sample.
    """
    return [
        encode(
            [samples[start : start + stream.block] for samples in sound],
            stream.info.bits,
            sample + start if stream.variable else frame + index,
            stream.headers[0],
        )
        for index, start in enumerate(range(0, len(sound[0]), stream.block))
    ]


def _renumbered(stream: Stream, samples: int) -> list[bytes]:
    """Return the content's frames as they follow a label of so many samples."""
    sizes = [header.block_size for header in stream.headers[:-1]]
    numbers = (
        accumulate(sizes, initial=samples)
        if stream.variable
        else range(samples // stream.block, samples // stream.block + len(stream.frames))
    )
    return [
        renumber(frame, header, number)
        for frame, header, number in zip(stream.frames, stream.headers, numbers, strict=True)
    ]


def _info(stream: Stream, frames: list[bytes], samples: int, md5: bytes) -> bytes:
    """Return the body of the STREAMINFO block."""
    lengths = [len(frame) for frame in frames]
    packed = int.from_bytes(stream.body[10:18], "big") >> 36 << 36 | samples
    smallest = stream.info.min_block
    if stream.variable:  # the content's last block may be followed now, so it counts
        smallest = max(min(smallest, stream.headers[-1].block_size), stream.shortest_inside)
    return b"".join(
        (
            smallest.to_bytes(2, "big"),
            stream.body[2:4],
            min(lengths).to_bytes(3, "big"),
            max(lengths).to_bytes(3, "big"),
            packed.to_bytes(8, "big"),
            md5,
        )
    )


def _sound_edit(stream: Stream, frames: list[bytes], unchanged: int) -> Edit:
    """Replace all frames but the first, unchanged ones."""
    skip = sum(map(len, stream.frames[:unchanged]))
    length = sum(map(len, stream.frames[unchanged:]))
    return Edit(stream.start + skip, length, b"".join(frames[unchanged:]))


def _seek_points(
    view: View, stream: Stream, block: Block, change: tuple[list[bytes], list[bytes], int]
) -> Edit:
    """Move the seek points; one that points between frames is made a placeholder.

    Args:
        view: the file.
        stream: the content.
        block: the SEEKTABLE block.
        change: the label's frames, the content's frames as they are now, the label's samples.
    """
    front, kept, head = change
    before = accumulate(map(len, stream.frames), initial=0)
    after = accumulate(map(len, kept), initial=sum(map(len, front)))
    moved = dict(zip(before, after, strict=False))
    table = view.read_metadata(block.body, block.length, "the FLAC block SEEKTABLE")
    if len(table) % _POINT:
        raise MalformedFileError("the FLAC block SEEKTABLE is wrong", offset=block.offset)
    points, placeholders = [], []
    for at in range(0, len(table), _POINT):
        sample, offset = (
            table[at : at + 8],
            moved.get(int.from_bytes(table[at + 8 : at + 16], "big")),
        )
        if sample == _PLACEHOLDER or offset is None:
            placeholders.append(_PLACEHOLDER + bytes(10))
            continue
        number = min(int.from_bytes(sample, "big") + head, _MOST_SAMPLES)
        points.append(
            number.to_bytes(8, "big") + offset.to_bytes(8, "big") + table[at + 16 : at + 18]
        )
    return Edit(block.body, block.length, b"".join((*points, *placeholders)))


def _marks(stream: Stream, label: prompt.Label, places: tuple[str, ...]) -> Iterator[Mark]:
    padded = -(-len(label.samples) // stream.block) * stream.block
    before = padded if "start" in places else 0
    for place in places:
        start = 0 if place == "start" else before + stream.samples
        rate = stream.info.sample_rate
        seconds = ((start + label.begin) / rate, (start + label.end) / rate)
        yield Mark(text=label.text, place=place, seconds=seconds)
