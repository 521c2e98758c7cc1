"""The sound of a WAV file: how it is written, where it stands, and parts of it as numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ailabel.codecs import wave
from ailabel.errors import MalformedFileError, PlanError
from ailabel.marks.audio.pcm import Coding, Kind, Sound
from ailabel.values import frozen

if TYPE_CHECKING:
    from ailabel.codecs.riff import Chunk
    from ailabel.io.source import View

__all__ = ["WavSound", "open_sound"]

_EXTENSIBLE: Final = 0xFFFE
_EXTENSION: Final = 40  # bytes of the format chunk that have the extension [WAVEFORMATEXTENSIBLE]
_GUID_TAIL: Final = bytes.fromhex("000000001000800000aa00389b71")
_FORMAT: Final = 16
_KINDS: Final = {  # format tag and width
    (1, 1): Kind.UNSIGNED,
    (1, 2): Kind.SIGNED,
    (1, 3): Kind.SIGNED,
    (1, 4): Kind.SIGNED,
    (3, 4): Kind.FLOAT,
    (3, 8): Kind.FLOAT,
    (6, 1): Kind.A_LAW,
    (7, 1): Kind.MU_LAW,
}


@frozen(kw_only=True)
class WavSound:
    """What the chunks ``fmt`` and ``data`` say.

    Args:
        layout: of the whole file.
        data: the chunk with the samples.
        coding: how a sample is written.
        rate: sampling rate.
        channels: how many.
        mask: which loudspeakers they are for, or 0.
    """

    layout: wave.Layout
    data: Chunk
    coding: Coding
    rate: int
    channels: int
    mask: int

    @property
    def pcm(self) -> Sound:
        """The samples."""
        return Sound(
            start=self.data.body,
            size=self.data.length,
            coding=self.coding,
            rate=self.rate,
            channels=self.channels,
            mask=self.mask,
        )

    @property
    def block(self) -> int:
        """Bytes of one sample of all channels."""
        return self.coding.width * self.channels

    @property
    def length(self) -> int:
        """Samples of one channel."""
        return self.data.length // self.block

    def read(self, view: View, start: int, count: int) -> list[list[float]]:
        """Return a part of the sound, one list a channel."""
        return self.pcm.read(view, start, count)


def open_sound(view: View) -> WavSound:
    """Find the sound.

    Raises:
        MalformedFileError: a chunk is missing or breaks its format.
        PlanError: the sound is in a coding that is not spliced.
    """
    found = wave.layout(view)
    form = _only(found, b"fmt ")
    if form.length < _FORMAT:
        raise MalformedFileError("the RIFF chunk fmt is too short", offset=form.offset)
    body = view.read(form.body, min(form.length, _EXTENSION), "the RIFF chunk fmt")
    tag, channels, block, bits = (int.from_bytes(body[i : i + 2], "little") for i in (0, 2, 12, 14))
    rate, mask = int.from_bytes(body[4:8], "little"), 0
    if tag == _EXTENSIBLE and len(body) == _EXTENSION and body[26:] == _GUID_TAIL:
        bits = int.from_bytes(body[18:20], "little") or bits
        mask = int.from_bytes(body[20:24], "little")
        tag = int.from_bytes(body[24:26], "little")
    if not channels or not rate or block % channels:
        raise MalformedFileError("the RIFF chunk fmt contradicts itself", offset=form.offset)
    width = block // channels
    kind = _KINDS.get((tag, width))
    if kind is None or not 0 < bits <= 8 * width:
        raise PlanError(
            "the WAV sound is coded (format {tag}, {bits} bits); convert it to PCM first",
            tag=tag,
            bits=bits,
        )
    return WavSound(
        layout=found,
        data=_only(found, b"data"),
        coding=Coding(kind, width, bits if kind is Kind.SIGNED else 8 * width),
        rate=rate,
        channels=channels,
        mask=mask,
    )


def _only(found: wave.Layout, name: bytes) -> Chunk:
    chunks = [chunk for chunk in found.chunks if chunk.id == name]
    if len(chunks) != 1:
        raise MalformedFileError(
            "the WAV file must have one chunk {name}", offset=0, name=name.decode().strip()
        )
    return chunks[0]
