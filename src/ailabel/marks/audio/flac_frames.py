"""FLAC frames: their headers, a new number for a frame, and new frames [RFC9639 9].

Frames carry their own number, so what is put before them changes each header and two checksums;
the coded sound in them stays as it is. New frames are coded simply, with fixed predictors.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Final

from ailabel.errors import MalformedFileError
from ailabel.marks.audio import crc16
from ailabel.values import frozen

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["FrameHeader", "encode", "parse_header", "renumber"]

_SYNC: Final = b"\xff\xf8"
_FOOTER: Final = 2
_SIZES: Final = {1: 192, **{code: 144 << code for code in range(2, 6)}} | {
    code: 1 << code for code in range(8, 16)
}
_SIZE_BYTES: Final = {6: 1, 7: 2}  # size less one, at the header's end
_RATE_BYTES: Final = {12: 1, 13: 2, 14: 2}
_LEFT_SIDE: Final = 8  # channel assignment
_ORDERS: Final = 4  # of the highest fixed predictor that is tried
_PARTITIONS: Final = 4  # exponent of the most partitions that are tried
_ESCAPE: Final = 15  # a parameter of four bits that means "not Rice-coded"; then five are needed
_WIDEST: Final = 30  # parameter of five bits
_WIDEST_RESIDUAL: Final = 1 << 31  # [RFC9639 9.2.7.3]


@frozen(kw_only=True)
class FrameHeader:
    """The header of a frame.

    Args:
        variable: whether the number counts samples, not frames.
        number: of the frame, or of its first sample.
        number_end: where the number ends in the header; it begins at byte 4.
        block_size: samples per channel.
        size_bytes: the bytes behind the number that give the block size.
        rate_bytes: the bytes behind those that give the sampling rate.
        codes: the bytes 2 and 3.
        length: of the whole header, checksum included.
    """

    variable: bool
    number: int
    number_end: int
    block_size: int
    size_bytes: bytes
    rate_bytes: bytes
    codes: bytes
    length: int


def parse_header(frame: bytes) -> FrameHeader:
    """Read a frame's header.

    Raises:
        MalformedFileError: there is none, or its checksum is wrong.
    """
    number = _read_number(frame[4:11]) if frame[:1] == b"\xff" and len(frame) > 4 else None  # noqa: PLR2004 - sync and codes
    if number is None or frame[1] & 0xFE != _SYNC[1]:
        raise MalformedFileError("a FLAC frame has no header")
    value, width = number
    size_code, rate_code = frame[2] >> 4, frame[2] & 15
    size_end = 4 + width + _SIZE_BYTES.get(size_code, 0)
    rate_end = size_end + _RATE_BYTES.get(rate_code, 0)
    size_bytes = frame[4 + width : size_end]
    block_size = _SIZES.get(size_code) or int.from_bytes(size_bytes, "big") + 1
    if len(frame) <= rate_end or _crc8(frame[:rate_end]) != frame[rate_end] or not size_code:
        raise MalformedFileError("a FLAC frame has no header")
    return FrameHeader(
        variable=bool(frame[1] & 1),
        number=value,
        number_end=4 + width,
        block_size=block_size,
        size_bytes=size_bytes,
        rate_bytes=frame[size_end:rate_end],
        codes=frame[2:4],
        length=rate_end + 1,
    )


def renumber(frame: bytes, header: FrameHeader, number: int) -> bytes:
    """Return the frame with another number and its checksums; the coded sound is copied."""
    head = frame[:4] + _number(number) + frame[header.number_end : header.length - 1]
    head += bytes([_crc8(head)])
    body = frame[header.length : -_FOOTER]
    old = int.from_bytes(frame[-_FOOTER:], "big")
    change = crc16.checksum(frame[: header.length]) ^ crc16.checksum(head)
    footer = crc16.joined(change, old, len(body))
    return head + body + footer.to_bytes(_FOOTER, "big")


def encode(channels: Sequence[Sequence[int]], bits: int, number: int, like: FrameHeader) -> bytes:
    """Code a frame.

    Args:
        channels: the samples of each channel, all of one length.
        bits: per sample.
        number: of the frame, or of its first sample.
        like: the header of another frame of the stream, for what it says of the rate.
    """
    size = len(channels[0])
    same_size = size == like.block_size
    size_code = like.codes[0] >> 4 if same_size else 7
    alike = len(channels) == 2 and bits < 32 and channels[0] == channels[1]  # noqa: PLR2004
    assignment = _LEFT_SIDE if alike else len(channels) - 1
    head = bytes([0xFF, _SYNC[1] | like.variable, size_code << 4 | like.codes[0] & 15])
    head += bytes([assignment << 4 | like.codes[1] & 15]) + _number(number)
    head += (like.size_bytes if same_size else (size - 1).to_bytes(2, "big")) + like.rate_bytes
    head += bytes([_crc8(head)])
    if alike:
        subframes = _subframe(channels[0], bits) + _subframe([0] * size, bits + 1)
    else:
        subframes = "".join(_subframe(samples, bits) for samples in channels)
    subframes += "0" * (-len(subframes) % 8)
    frame = head + int(subframes, 2).to_bytes(len(subframes) // 8, "big")
    return frame + crc16.checksum(frame).to_bytes(_FOOTER, "big")


def _subframe(samples: Sequence[int], bits: int) -> str:
    """Return a subframe as a string of binary digits [RFC9639 9.2]."""
    if samples.count(samples[0]) == len(samples):
        return "00000000" + _binary(samples[:1], bits)
    order, residual = _predicted(samples)
    if len(samples) <= order or max(map(abs, residual)) >= _WIDEST_RESIDUAL:
        return "00000010" + _binary(samples, bits)  # verbatim
    return f"0001{order:03b}0" + _binary(samples[:order], bits) + _rice(residual, order)


def _predicted(samples: Sequence[int]) -> tuple[int, list[int]]:
    """Return the fixed predictor that leaves least, and what it leaves [RFC9639 9.2.5]."""
    residual = list(samples)
    best = (sum(map(abs, residual)), 0, residual)
    for order in range(1, min(_ORDERS, len(samples) - 1) + 1):
        residual = [after - before for before, after in pairwise(residual)]
        best = min(best, (sum(map(abs, residual)), order, residual))
    return best[1], best[2]


def _rice(residual: Sequence[int], order: int) -> str:
    """Return a residual, Rice-coded in partitions [RFC9639 9.2.7]."""
    size = len(residual) + order
    exponent = _PARTITIONS
    while exponent and (size % (1 << exponent) or size >> exponent <= order):
        exponent -= 1
    folded = [value << 1 if value >= 0 else ~(value << 1) for value in residual]
    step = size >> exponent
    bounds = [0, *range(step - order, len(folded) + 1, step)]
    partitions = [folded[begin:end] for begin, end in pairwise(bounds)]
    means = [sum(values) // max(len(values), 1) for values in partitions]
    parameters = [min(max(mean.bit_length() - 1, 0), _WIDEST) for mean in means]
    wide = max(parameters) >= _ESCAPE
    pieces = [f"{int(wide):02b}{exponent:04b}"]
    for values, parameter in zip(partitions, parameters, strict=True):
        pieces.append(f"{parameter:0{5 if wide else 4}b}")
        pieces += _rice_codes(values, parameter)
    return "".join(pieces)


def _rice_codes(values: Sequence[int], parameter: int) -> list[str]:
    if not parameter:
        return ["0" * value + "1" for value in values]
    # the stop bit stands above the low bits, so one number holds both
    stop = 1 << parameter
    return ["0" * (value >> parameter) + f"{value & stop - 1 | stop:b}" for value in values]


def _binary(values: Sequence[int], bits: int) -> str:
    mask = (1 << bits) - 1
    return "".join(f"{value & mask:0{bits}b}" for value in values)


def _number(value: int) -> bytes:
    """Code a frame's number as UTF-8 codes characters, but up to 36 bits [RFC9639 9.1.5]."""
    if value < 0x80:  # noqa: PLR2004 - one byte
        return bytes([value])
    count = 1
    while value >> 5 * count + 6:
        count += 1
    tail = [0x80 | value >> 6 * index & 0x3F for index in reversed(range(count))]
    return bytes([0xFF << 7 - count & 0xFF | value >> 6 * count, *tail])


def _read_number(data: bytes) -> tuple[int, int] | None:
    """Return a coded number and its length in bytes."""
    first = data[0]
    if first < 0x80:  # noqa: PLR2004 - one byte
        return first, 1
    count = 8 - (first ^ 0xFF).bit_length()
    if not 2 <= count <= 7 or len(data) < count:  # noqa: PLR2004 - bytes
        return None
    value = first & 0x7F >> count
    for byte in data[1:count]:
        if byte & 0xC0 != 0x80:  # noqa: PLR2004 - continuation
            return None
        value = value << 6 | byte & 0x3F
    return value, count


def _crc8_table() -> tuple[int, ...]:
    table = []
    for byte in range(256):
        value = byte
        for _ in range(8):
            value = value << 1 ^ (0x107 if value & 0x80 else 0)  # [RFC9639 9.1.8]
        table.append(value)
    return tuple(table)


_CRC8: Final = _crc8_table()


def _crc8(data: bytes) -> int:
    value = 0
    for byte in data:
        value = _CRC8[value ^ byte]
    return value
