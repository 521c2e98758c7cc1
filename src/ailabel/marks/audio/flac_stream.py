"""A FLAC stream taken apart: its frames, their sound, and its checksum [RFC9639]."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final

from ailabel.codecs import flac, tails
from ailabel.errors import MalformedFileError, PlanError
from ailabel.io.source import check_limit
from ailabel.marks.audio import crc16, libav, loudness
from ailabel.marks.audio.flac_frames import FrameHeader, parse_header
from ailabel.values import frozen

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np
    from numpy.typing import NDArray

    from ailabel.io.source import View

    Samples = NDArray[np.int32]

__all__ = ["SMALLEST_BLOCK", "Checksums", "Stream", "checksums", "measure", "open_stream"]

SMALLEST_BLOCK: Final = 16  # of all but the last [RFC9639 8.2]
_CUESHEET: Final = 5
_SAMPLES: Final = 1 << 28  # that any file may have; three quarters of an hour in stereo
_DENSE: Final = 16  # further ones for each byte; music has one or two


@frozen(kw_only=True)
class Stream:
    """The content.

    Args:
        blocks: the metadata blocks, STREAMINFO first.
        info: what STREAMINFO says.
        body: its bytes.
        start: where the first frame begins.
        frames: the coded frames, in order; at least one.
        headers: their headers.
    """

    blocks: tuple[flac.Block, ...]
    info: flac.StreamInfo
    body: bytes
    start: int
    frames: tuple[bytes, ...]
    headers: tuple[FrameHeader, ...]

    @property
    def samples(self) -> int:
        """Samples of one channel."""
        return sum(header.block_size for header in self.headers)

    @property
    def block(self) -> int:
        """Samples of one channel in a full block."""
        return self.info.max_block

    @property
    def variable(self) -> bool:
        """Whether the frames' numbers count samples, not frames."""
        return self.headers[0].variable

    @property
    def shortest_inside(self) -> int:
        """The fewest samples that a block may have which is not the last."""
        return SMALLEST_BLOCK if self.variable else self.block


@frozen
class Checksums:
    """MD5 of the content and of the labelled sound; and the content's last block, decoded."""

    content: bytes
    labelled: bytes
    last: list[list[int]]


def open_stream(view: View) -> Stream:
    """Find the frames of a FLAC file.

    Raises:
        MalformedFileError: frames or blocks are damaged.
        PlanError: the file holds a cue sheet, or no sound.
    """
    check_limit("the FLAC file", view.size, view.limits.document_bytes)
    blocks = tuple(flac.blocks(view))
    if any(block.type == _CUESHEET for block in blocks):
        raise PlanError("the FLAC file holds a cue sheet, whose times a label would make wrong")
    info, start = flac.streaminfo(view, blocks[0]), blocks[-1].end
    if info.max_block < SMALLEST_BLOCK or not info.sample_rate:
        raise MalformedFileError("the FLAC block STREAMINFO is wrong", offset=blocks[0].offset)
    frames = tuple(_packets(view, start, tails.tail(view, start).start))
    headers = tuple(parse_header(frame) for frame in frames)
    if not headers:
        raise PlanError("the FLAC file holds no sound")
    samples = info.channels * sum(header.block_size for header in headers)
    check_limit("the number of samples", samples, _SAMPLES + _DENSE * view.size)
    if not crc16.are_sealed(frames):
        raise MalformedFileError("a FLAC frame does not match its checksum", offset=start)
    sizes = {header.block_size for header in headers[:-1]}
    if (
        len({header.variable for header in headers}) > 1
        or max(*sizes, headers[-1].block_size, 0) > info.max_block
        or (not headers[0].variable and sizes - {info.max_block})
    ):
        raise MalformedFileError("the FLAC blocks are not as STREAMINFO says", offset=start)
    return Stream(
        blocks=blocks,
        info=info,
        body=view.read(blocks[0].body, blocks[0].length),
        start=start,
        frames=frames,
        headers=headers,
    )


def _packets(view: View, start: int, end: int) -> Iterator[bytes]:
    """Yield the coded frames; they fill the range from `start` to `end`."""
    import av

    position = start
    part = libav.Part(view, flac.find_marker(view) or 0, end)
    with av.open(part, "r", format="flac", metadata_errors="replace") as container:
        for count, packet in enumerate(container.demux(audio=0)):
            check_limit("the number of FLAC frames", count, 10 * view.limits.items)
            data = bytes(packet)
            if view.read_some(position, len(data)) != data:
                raise MalformedFileError("a FLAC frame is damaged", offset=position)
            position += len(data)
            if data:
                yield data
    if position != end:
        raise MalformedFileError("a FLAC frame is damaged", offset=position)


def _decode(stream: Stream, first: int, last: int) -> Iterator[Samples]:
    """Decode frames; the samples are whole numbers of the stream's own depth."""
    import numpy as np

    for samples in libav.decoded("flac", stream.frames[first:last], stream.body):
        if samples.dtype.kind != "i" or len(samples) != stream.info.channels:
            raise MalformedFileError("a FLAC frame is damaged", offset=stream.start)
        unused = 8 * samples.dtype.itemsize - stream.info.bits  # the decoder fills the word's top
        yield samples.astype(np.int32) >> unused


def measure(stream: Stream) -> float | None:
    """Measure how loud the content is, in a few stretches of frames; None for silence."""
    rate, channels = stream.info.sample_rate, stream.info.channels
    window = round((loudness.WARM_UP + loudness.WINDOW) * rate)
    count = -(-window // stream.block)
    scale = float(1 << stream.info.bits - 1)
    powers = []
    for start in loudness.spread(len(stream.frames) * stream.block, rate, channels):
        first = min(start // stream.block, max(len(stream.frames) - count, 0))
        sound: list[list[float]] = [[] for _ in range(channels)]
        for piece in _decode(stream, first, first + count):
            for samples, more in zip(sound, (piece / scale).tolist(), strict=True):
                samples.extend(more)
        powers.append(loudness.window_power([samples[:window] for samples in sound], rate))
    return loudness.integrate(powers)


def checksums(stream: Stream, label: list[list[int]], places: tuple[str, ...]) -> Checksums:
    """Decode the content once, for the checksums of it and of the labelled sound.

    Args:
        stream: the content.
        label: one list of samples a channel.
        places: where it goes.

    Raises:
        MalformedFileError: the content cannot be decoded, or does not match its own checksum.
    """
    import numpy as np

    ours = _raw(np.array(label, dtype=np.int32), stream.info.bits)
    content = hashlib.md5(usedforsecurity=False)
    labelled = hashlib.md5(ours if "start" in places else b"", usedforsecurity=False)
    samples: Samples = np.zeros((stream.info.channels, 0), np.int32)
    count = 0
    for samples in _decode(stream, 0, len(stream.frames)):
        raw = _raw(samples, stream.info.bits)
        content.update(raw)
        labelled.update(raw)
        count += samples.shape[1]
    if count != stream.samples or stream.info.md5 not in (bytes(16), content.digest()):
        raise MalformedFileError("the FLAC sound does not match its checksum", offset=stream.start)
    labelled.update(ours if "end" in places else b"")
    return Checksums(content.digest(), labelled.digest(), samples.tolist())


def _raw(samples: Samples, bits: int) -> bytes:
    """Return samples as the checksum reads them: interleaved, little-endian, in whole bytes."""
    words = samples.T.astype("<i4").reshape(-1, 1).view("u1")
    return words[:, : -(-bits // 8)].tobytes()
