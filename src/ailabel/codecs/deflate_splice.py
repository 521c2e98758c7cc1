"""Zlib streams of which a part is replaced while the rest stays compressed [RFC 1950, RFC 1951].

The stream is cut between two symbols on either side of the part. The block on the left gets its own
code for the end; what is on the right is opened again by a copy of its block's header, behind an
empty block whose length puts it at the same bit of a byte, so that all bytes that follow stay. The
walk over the symbols is done by the compiled extension; ask `native.is_there` first.
"""

from __future__ import annotations

import zlib
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING, Final, NamedTuple

from ailabel.errors import AilabelError, MalformedFileError
from ailabel.values import frozen

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Cut", "Opened", "Patch", "patches", "unfold"]

_HEADER: Final = 2  # bytes [RFC 1950 2.2]
_DEFLATE: Final = 8  # the only method [RFC 1950 2.2]
_DICTIONARY: Final = 0x20
_LEAST_WINDOW: Final = 9  # bits: zlib writes no smaller one
_MOST_WINDOW: Final = 15
_CHECK: Final = 4  # bytes of Adler-32
_PRIME: Final = 65521  # [RFC 1950 8.2]
_STORED: Final = b"\0\0\xff\xff"  # length and check of an empty stored block [RFC 1951 3.2.4]
_LONG: Final = 1 << 19  # bytes that are worth a thread
_REST: Final = 1 << 17  # bytes that hold a window of symbols, whatever their codes


class Cut(NamedTuple):
    """A place between two symbols or blocks; bits count from the start of the stream.

    Args:
        raw: how many decoded bytes come before it.
        bit: where the next symbol or block begins.
        header: where the header of the block around it begins; as `bit` between two blocks.
        body: where that block's symbols begin; likewise.
        end_code: the code that ends the block, its first bit lowest.
        end_bits: how long that is; 0 between two blocks.
    """

    raw: int
    bit: int
    header: int
    body: int
    end_code: int
    end_bits: int


@frozen(kw_only=True)
class Opened:
    """A stream, cut on both sides of a part.

    Args:
        data: the stream.
        raw: what is known of it, decoded: as far back as the row that the rows of the part begin
            with, and as far on as anything can refer to the part.
        start: where that begins.
        window: bits of the distance that its matches may have.
        before: the cut on the left.
        after: the cut on the right; None when nothing behind the part can stay.
        total: bytes of the whole stream, decoded.
        end: where its blocks end and the checksum stands.
    """

    data: bytes
    raw: bytes
    start: int
    window: int
    before: Cut
    after: Cut | None
    total: int
    end: int

    def decoded(self, first: int, last: int | None = None) -> bytes:
        """Return decoded bytes by their places in the whole stream."""
        return self.raw[first - self.start : None if last is None else last - self.start]


@frozen
class Patch:
    """Bytes [start, stop) of a stream become others."""

    start: int
    stop: int
    data: bytes


def unfold(data: bytes, size: int, stride: int, part: tuple[int, int]) -> Opened | None:
    """Decode a stream and cut it around a part.

    Args:
        data: the stream, and perhaps bytes behind its end.
        size: how many bytes it must hold, decoded.
        stride: how many of them are a row, the first of which says whether it needs the row above.
        part: where the decoded bytes begin and end that will be replaced.

    Returns:
        None where the stream is unusual: a preset dictionary, a tiny window, more bytes than
        `size`, no checksum.

    Raises:
        MalformedFileError: it cannot be decoded, or holds less; offsets count from its start.
    """
    from ailabel.codecs import _native

    head = int.from_bytes(data[:_HEADER], "big")
    window = (head >> 12) + 8
    if len(data) < _HEADER or head % 31 or head >> 8 & 15 != _DEFLATE:
        raise MalformedFileError(
            "{structure} cannot be decompressed", offset=0, structure="PNG picture data"
        )
    if head & _DICTIONARY or not _LEAST_WINDOW <= window <= _MOST_WINDOW:
        return None
    room = min(size, part[1] + (1 << _MOST_WINDOW))
    try:
        found = _native.inflate(data, _HEADER, stride, room, *part)
        if room < (found[3][0] if found[3] else size):  # no place for a cut so near
            found = _native.inflate(data, _HEADER, stride, size, *part)
    except ValueError as error:
        raise MalformedFileError(
            "{structure} cannot be decompressed",
            offset=error.args[1],
            structure="PNG picture data",
        ) from error
    raw, start, before, after, total, end = found
    if total != size or len(data) < end + _CHECK:
        return None
    return Opened(
        data=data,
        raw=raw,
        start=start,
        window=window,
        before=Cut(*before),
        after=Cut(*after) if after else None,
        total=total,
        end=end,
    )


def patches(
    opened: Opened, first: int, new: bytes, compressor: Callable[[int, bytes], zlib._Compress]
) -> tuple[Patch, ...]:
    """Replace decoded bytes, prove it, and return what becomes of the stream.

    Args:
        opened: the stream; nothing outside its part is replaced.
        first: where the new bytes begin.
        new: as many as they replace.
        compressor: makes a compressor for raw deflate, from the bits of its window and from the
            bytes before.
    """
    before, after = opened.before, opened.after
    stop = after.raw if after else opened.total
    middle = b"".join(
        (opened.decoded(before.raw, first), new, opened.decoded(first + len(new), stop))
    )
    known = opened.decoded(max(before.raw - (1 << opened.window), 0), before.raw)
    bits = _closed(opened)
    data = bits.packed() + _compressed(
        middle,
        known,
        partial(compressor, opened.window),
        zlib.Z_SYNC_FLUSH if after else zlib.Z_FINISH,
    )
    check = _checksum(opened, middle, stop)
    if after is None:
        patch = Patch(bits.start, opened.end + _CHECK, data + check)
        _prove(opened, patch, middle, known)
        return (patch,)
    joint = _resumed(opened.data, after)
    joint.add(opened.data[after.bit // 8] >> after.bit % 8, -after.bit % 8)
    patch = Patch(bits.start, -(-after.bit // 8), data + joint.packed())
    _prove(opened, patch, middle + opened.decoded(stop), known)
    return patch, Patch(opened.end, opened.end + _CHECK, check)


def _compressed(
    middle: bytes, known: bytes, compressor: Callable[[bytes], zlib._Compress], end: int
) -> bytes:
    """Compress the new part; a long one by halves at the same time, the second knowing the first.

    Args:
        middle: what to compress.
        known: what stands before it.
        compressor: makes a compressor that knows what stands before.
        end: how to flush it.
    """

    def compressed(raw: bytes, before: bytes, end: int) -> bytes:
        made = compressor(before)
        return made.compress(raw) + made.flush(end)

    if len(middle) < _LONG:
        return compressed(middle, known, end)
    half = len(middle) // 2
    first, second = middle[:half], middle[half:]
    with ThreadPoolExecutor(1) as pool:
        ahead = pool.submit(compressed, first, known, zlib.Z_SYNC_FLUSH)
        behind = compressed(second, first[-len(known) :] if known else b"", end)
    return ahead.result() + behind


class _Bits:
    """Bits in the order of deflate: the first one lowest [RFC 1951 3.1.1]."""

    def __init__(self, start: int = 0) -> None:
        self.start = start
        self.value = 0
        self.length = 0

    def add(self, value: int, length: int) -> None:
        """Put bits behind the others."""
        self.value |= (value & ((1 << length) - 1)) << self.length
        self.length += length

    def packed(self) -> bytes:
        """Return them as whole bytes."""
        return self.value.to_bytes(-(-self.length // 8), "little")


def _bits_of(data: bytes, first: int, last: int) -> int:
    """Return the bits [first, last) of a stream."""
    piece = int.from_bytes(data[first // 8 : -(-last // 8)], "little")
    return piece >> first % 8 & ((1 << (last - first)) - 1)


def _closed(opened: Opened) -> _Bits:
    """Return the bits up to the cut on the left, from the byte on that changes, and its end.

    The block must not be the last one; an empty stored block fills up the byte.
    """
    before, data = opened.before, opened.data
    is_last = before.end_bits and _bits_of(data, before.header, before.header + 1)
    bits = _Bits((before.header if is_last else before.bit) // 8)
    bits.add(_bits_of(data, bits.start * 8, before.bit), before.bit - bits.start * 8)
    if is_last:
        bits.value ^= 1 << (before.header - bits.start * 8)
    bits.add(before.end_code, before.end_bits)
    bits.add(0, 3)  # not the last block, stored
    bits.add(0, -bits.length % 8)
    bits.add(int.from_bytes(_STORED, "little"), 8 * len(_STORED))
    return bits


def _resumed(data: bytes, cut: Cut) -> _Bits:
    """Return bits behind which a decoder goes on as at a cut, and at the same bit of a byte."""
    header = cut.body - cut.header
    bits = _empty_block((cut.bit - header) % 8)
    bits.add(_bits_of(data, cut.header, cut.body), header)
    return bits


def _empty_block(phase: int) -> _Bits:
    """Return a block without content whose length leaves a remainder when divided by 8.

    It has two literals of one bit, one of which is its end, and one distance. The lengths of their
    codes are told by three symbols: 18 (code 0), 1 (code 10) and 17 (code 11); each 17 stands for
    three zeros more and takes five bits, so that any remainder can be had [RFC 1951 3.2.7].
    """
    bits = _Bits()
    runs = next(count for count in range(8) if (94 + 5 * count) % 8 == phase)
    bits.add(0b100, 3)  # not the last block, dynamic
    bits.add(0, 5)  # 257 literals and lengths
    bits.add(0, 5)  # 1 distance
    bits.add(14, 4)  # 18 lengths of codes: 16, 17, 18, 0, ... 14, 1
    for length in (0, 2, 1, *(0,) * 14, 2):
        bits.add(length, 3)
    for _ in range(runs):
        bits.add(0b11, 2)
        bits.add(0, 3)  # three zeros
    zeros = 255 - 3 * runs
    for count in (zeros // 2, zeros - zeros // 2):
        bits.add(0, 1)
        bits.add(count - 11, 7)
    for _ in range(3):
        bits.add(0b01, 2)
    bits.add(1, 1)  # the end
    return bits


def _checksum(opened: Opened, middle: bytes, stop: int) -> bytes:
    """Return the Adler-32 of the stream from the one that it had: only a part has changed."""
    stored = int.from_bytes(opened.data[opened.end : opened.end + _CHECK], "big")
    old, new = zlib.adler32(opened.decoded(opened.before.raw, stop)), zlib.adler32(middle)
    low = (new & 0xFFFF) - (old & 0xFFFF)
    high = (new >> 16) - (old >> 16) + (opened.total - stop) * low
    first = ((stored & 0xFFFF) + low) % _PRIME
    second = ((stored >> 16) + high) % _PRIME
    return (second << 16 | first).to_bytes(_CHECK, "big")


def _prove(opened: Opened, patch: Patch, expected: bytes, window: bytes) -> None:
    """Let zlib decode the patch, from the cut on the left, and as much behind it as is known."""
    cut, skipped = opened.before, opened.before.bit - patch.start * 8
    bits = _resumed(opened.data, cut)
    if cut.end_bits:  # the copy of a last block's header must not say so
        bits.value &= ~(1 << (bits.length - (cut.body - cut.header)))
    bits.add(patch.data[skipped // 8] >> skipped % 8, -skipped % 8)
    stream = bits.packed() + patch.data[-(-skipped // 8) :]
    stream += opened.data[patch.stop : patch.stop + _REST]
    decoder = zlib.decompressobj(-opened.window, window)
    try:
        found = decoder.decompress(stream, len(expected))
    except zlib.error as error:
        raise AilabelError("what was compressed cannot be read back") from error
    if found != expected:
        raise AilabelError("what was compressed cannot be read back")
