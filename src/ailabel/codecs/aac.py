"""AAC: what a decoder must know beforehand, and where MP4 keeps it [ISO14496-3 1.6; ISO14496-1]."""

from __future__ import annotations

from typing import Final

from ailabel.errors import MalformedFileError
from ailabel.values import frozen

__all__ = ["LOW_COMPLEXITY", "RATES", "Config", "decoder_info", "parse"]

LOW_COMPLEXITY: Final = 2  # audio object type
RATES: Final = (
    96000, 88200, 64000, 48000, 44100, 32000, 24000, 22050, 16000, 12000, 11025, 8000, 7350,
)  # fmt: skip
_ESCAPE: Final = 31  # a longer object type follows
_REPLICATED: Final = (5, 29)  # spectral band replication, with parametric stereo
_SYNC: Final = 0x2B7  # of what is said behind the configuration proper
_STREAM, _DECODER, _SPECIFIC = 3, 4, 5  # tags of descriptors
_AAC: Final = (0x40, 0x66, 0x67, 0x68)  # object types of MPEG-4 and MPEG-2 AAC
_DECODER_FIELDS: Final = 13


@frozen(kw_only=True)
class Config:
    """The configuration of a decoder.

    Args:
        object_type: how it is coded; `LOW_COMPLEXITY` is the common one.
        rate_index: of the sampling frequency in `RATES`; 15 where it is another.
        channels: the channel configuration.
        is_plain: whether blocks have 1024 samples and nothing is added to the coding.
    """

    object_type: int
    rate_index: int
    channels: int
    is_plain: bool


def parse(data: bytes) -> Config:
    """Read an AudioSpecificConfig.

    Raises:
        MalformedFileError: it is too short.
    """
    bits = _Bits(data)
    kind = bits.take(5)
    if kind == _ESCAPE:
        kind = 32 + bits.take(6)
    rate_index = bits.take(4)
    if rate_index == 15:  # noqa: PLR2004 - as cited: the rate itself follows
        bits.take(24)
    channels = bits.take(4)
    if kind in _REPLICATED:
        return Config(object_type=kind, rate_index=rate_index, channels=channels, is_plain=False)
    flags = bits.take(3)  # frame length, core coder, extension
    replicated = bits.left >= 17 and bits.take(11) == _SYNC and bits.take(5) in _REPLICATED  # noqa: PLR2004
    replicated = replicated and bits.left > 0 and bool(bits.take(1))
    return Config(
        object_type=kind,
        rate_index=rate_index,
        channels=channels,
        is_plain=not flags and not replicated,
    )


class _Bits:
    """Reads bits, the highest first."""

    def __init__(self, data: bytes) -> None:
        self._value, self.left = int.from_bytes(data, "big"), 8 * len(data)

    def take(self, count: int) -> int:
        if count > self.left:
            raise MalformedFileError("the AAC configuration is too short")
        self.left -= count
        return self._value >> self.left & (1 << count) - 1


def decoder_info(descriptors: bytes) -> bytes | None:
    """Return the AudioSpecificConfig among MPEG-4 descriptors; None where they tell of no AAC."""
    found = _find(descriptors, _STREAM)
    if found is None or len(found) < 3:  # noqa: PLR2004 - number and flags
        return None
    flags = found[2]
    at = 3 + (2 if flags & 0x80 else 0)
    if flags & 0x40:
        at += 1 + found[at] if at < len(found) else 0
    at += 2 if flags & 0x20 else 0
    decoder = _find(found[at:], _DECODER)
    if decoder is None or not decoder or decoder[0] not in _AAC:
        return None
    return _find(decoder[_DECODER_FIELDS:], _SPECIFIC)


def _find(data: bytes, tag: int) -> bytes | None:
    """Return the content of the first descriptor of a kind [ISO14496-1 7.2.2, 8.3.3]."""
    at = 0
    while at + 2 <= len(data):
        kind, at, length = data[at], at + 1, 0
        for _ in range(4):
            if at >= len(data):
                return None
            byte, at = data[at], at + 1
            length = length << 7 | byte & 0x7F
            if not byte & 0x80:
                break
        if kind == tag:
            return data[at : at + length] if at + length <= len(data) else None
        at += length
    return None
