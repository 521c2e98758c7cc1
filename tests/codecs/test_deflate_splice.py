"""Zlib streams of which a part is replaced: zlib reads what becomes of them, and the rest stays."""

from __future__ import annotations

import zlib
from random import Random
from typing import TYPE_CHECKING, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ailabel.codecs import native
from ailabel.codecs.deflate_splice import _empty_block, patches, unfold
from ailabel.errors import AilabelError, MalformedFileError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ailabel.codecs.deflate_splice import Patch

pytestmark = pytest.mark.skipif(not native.is_there(), reason="no C compiler was there")

STRIDE: Final = 100
WAYS: Final = (
    (0, zlib.Z_DEFAULT_STRATEGY),
    (1, zlib.Z_DEFAULT_STRATEGY),
    (9, zlib.Z_DEFAULT_STRATEGY),
    (6, zlib.Z_HUFFMAN_ONLY),
    (6, zlib.Z_RLE),
    (6, zlib.Z_FIXED),
)


def content(kind: int, size: int) -> bytes:
    """Return bytes that compress in different ways."""
    random = Random(kind)
    if kind == 0:
        return bytes(size)
    if kind == 1:
        return random.randbytes(size)
    if kind == 2:
        return bytes(random.choices(range(256), [256 - level for level in range(256)], k=size))
    row = random.randbytes(997)
    return (row * (size // 997 + 1))[:size]


def packed(raw: bytes, way: tuple[int, int] = (6, 0), window: int = 15, memory: int = 8) -> bytes:
    """Return bytes as a zlib stream."""
    coder = zlib.compressobj(way[0], zlib.DEFLATED, window, memory, way[1])
    return coder.compress(raw) + coder.flush()


def compressor(window: int, known: bytes) -> zlib._Compress:
    """Return what compresses the new part."""
    return zlib.compressobj(6, zlib.DEFLATED, -window, zdict=known)


def applied(data: bytes, found: Sequence[Patch]) -> bytes:
    """Return a stream with patches in it."""
    for patch in reversed(found):
        data = data[: patch.start] + patch.data + data[patch.stop :]
    return data


def replaced(data: bytes, raw: bytes, first: int, new: bytes) -> tuple[bytes, tuple[Patch, ...]]:
    """Return a stream with a part replaced, and the patches."""
    opened = unfold(data, len(raw), STRIDE, (first, first + len(new)))
    assert opened is not None
    found = patches(opened, first, new, compressor)
    return applied(data, found), found


@settings(max_examples=150, deadline=None)
@given(
    kind=st.integers(0, 3),
    size=st.integers(1, 120_000),
    way=st.sampled_from(WAYS),
    memory=st.integers(1, 9),
    window=st.integers(9, 15),
    place=st.tuples(st.floats(0, 1), st.floats(0, 1)),
)
def test_any_part_of_any_stream(  # noqa: PLR0917 - hypothesis
    kind: int,
    size: int,
    way: tuple[int, int],
    memory: int,
    window: int,
    place: tuple[float, float],
) -> None:
    """The part is replaced, everything else stays, and the checksum is right."""
    raw = content(kind, size)
    first, last = sorted(int(share * size) for share in place)
    new = Random(size).randbytes(last - first)
    data = packed(raw, way, window, memory)
    if data[0] >> 4 == 0:  # a window of 256 bytes, which zlib does not write into raw streams
        assert unfold(data, size, STRIDE, (first, last)) is None
        return
    after, _ = replaced(data, raw, first, new)
    assert zlib.decompress(after) == raw[:first] + new + raw[last:]


@pytest.mark.parametrize("way", WAYS[1:])
def test_what_is_far_away_stays_compressed(way: tuple[int, int]) -> None:
    """The patch ends not much more than a window behind the part; what follows keeps its bytes."""
    raw = content(2, 400_000)
    data = packed(raw, way)
    after, (patch, check) = replaced(data, raw, 100_000, bytes(1000))
    share = len(data) / len(raw)
    assert patch.start <= 100_000 * share + 2000
    assert patch.stop <= 140_000 * share + 2000
    assert check.stop == len(data)
    assert after.endswith(data[patch.stop : check.start] + check.data)


def test_bytes_behind_the_checksum_stay() -> None:
    """What follows a stream stays, but a stream without its checksum is left to others."""
    raw = content(3, 5000)
    data = packed(raw)
    after, _ = replaced(data + b"more", raw, 10, b"new")
    assert after.endswith(b"more")
    assert unfold(data[:-1], len(raw), STRIDE, (10, 20)) is None


def test_streams_of_another_length_are_left_to_others() -> None:
    """A stream that holds more than it should is not cut; one that holds less is broken."""
    data = packed(bytes(1000))
    assert unfold(data, 900, STRIDE, (10, 20)) is None
    with pytest.raises(MalformedFileError, match="cannot be decompressed"):
        unfold(data, 1001, STRIDE, (10, 20))


def test_preset_dictionaries_are_left_to_others() -> None:
    """A stream that begins with the checksum of a dictionary is not cut."""
    coder = zlib.compressobj(zdict=b"known")
    data = coder.compress(b"known and new") + coder.flush()
    assert unfold(data, 13, STRIDE, (1, 2)) is None


@pytest.mark.parametrize("head", [b"", b"\x78", b"\x78\x00", b"\x79\x9c"])
def test_broken_headers(head: bytes) -> None:
    """What does not begin as a zlib stream is refused."""
    with pytest.raises(MalformedFileError):
        unfold(head + bytes(20), 10, STRIDE, (1, 2))


@pytest.mark.parametrize("phase", range(8))
def test_empty_blocks_of_any_length(phase: int) -> None:
    """The block that fills up a byte holds nothing, is valid, and has the length asked for."""
    bits = _empty_block(phase)
    assert bits.length % 8 == phase
    bits.add(0b011, 3)  # the last block, with fixed codes: nothing but its end
    bits.add(0, 7)
    decoder = zlib.decompressobj(-15)
    assert decoder.decompress(bits.packed()) == b""
    assert decoder.eof


@settings(max_examples=200, deadline=None)
@given(
    way=st.sampled_from(WAYS),
    cut=st.integers(2, 3000),
    flips=st.lists(st.tuples(st.integers(2, 3000), st.integers(0, 255)), max_size=4),
)
def test_damaged_streams(way: tuple[int, int], cut: int, flips: list[tuple[int, int]]) -> None:
    """Whatever is cut off or flipped, an error comes out, or a stream that zlib reads likewise."""
    raw = content(2, 4000)
    data = bytearray(packed(raw, way))
    for at, value in flips:
        data[at % (len(data) - 4)] = value
    data = data[:cut] if cut % 4 == 0 else data
    try:
        opened = unfold(bytes(data), len(raw), STRIDE, (1000, 1500))
        if opened is None:
            return
        after = applied(bytes(data), patches(opened, 1000, bytes(500), compressor))
    except AilabelError:
        return
    old, new = (zlib.decompressobj(-15).decompress(bytes(part[2:])) for part in (data, after))
    assert new == old[:1000] + bytes(500) + old[1500:]
