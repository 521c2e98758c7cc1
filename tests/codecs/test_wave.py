"""Tests of `ailabel.codecs.wave`."""

from __future__ import annotations

import struct
from typing import Final

import pytest

from ailabel.codecs import wave
from ailabel.errors import LimitExceededError, MalformedFileError, PlanError
from ailabel.io.source import BytesView, Limits
from ailabel.io.splice import Edit
from builders import wav as build

SAMPLES: Final = dict(build.samples())


def _layout(data: bytes) -> wave.Layout:
    return wave.layout(BytesView(data))


def _resize(data: bytes, growth: int = 10) -> list[Edit]:
    view = BytesView(data)
    return wave.resize(view, wave.layout(view), growth)


@pytest.mark.parametrize("name", SAMPLES)
def test_samples_have_their_sound(name: str) -> None:
    """Whatever the sizes say, ``data`` is found with its true length."""
    data = SAMPLES[name]
    found = {item.id: item for item in _layout(data).chunks}[b"data"]
    sound = data[found.body : found.body + found.length]
    assert sound in (build.SOUND, build.ODD)


def test_sizes_of_a_plain_file() -> None:
    """A RIFF that grows states its new size, and nothing else changes."""
    data = build.file(build.FORMAT, build.DATA)
    assert _resize(data) == [Edit(4, 4, (len(data) - 8 + 10).to_bytes(4, "little"))]


def test_placeholders_are_filled_in() -> None:
    """Streamed sizes become true ones, in the header and in ``data``."""
    data = build.file(
        build.FORMAT, build.chunk(b"data", build.SOUND, build.UNKNOWN), size=build.UNKNOWN
    )
    place = 12 + len(build.FORMAT) + 4
    assert Edit(place, 4, len(build.SOUND).to_bytes(4, "little")) in _resize(data)


def test_sizes_of_rf64() -> None:
    """RF64 keeps its size in ``ds64``; a streamed one gets both sizes there."""
    sound = build.chunk(b"data", build.SOUND, build.UNKNOWN)
    data = build.rf64(build.FORMAT, sound, data=len(build.SOUND))
    size = (len(data) - 8 + 10).to_bytes(8, "little")
    assert _resize(data) == [Edit(20, 8, size)]
    streamed = build.rf64(build.FORMAT, sound, data=0, riff_size=0)
    assert _resize(streamed) == [
        Edit(20, 8, size),
        Edit(28, 8, len(build.SOUND).to_bytes(8, "little")),
    ]


def test_rf64_with_a_short_size() -> None:
    """An RF64 that states its size in the header as well gets both right."""
    sound = build.chunk(b"data", build.SOUND, build.UNKNOWN)
    data = bytearray(build.rf64(build.FORMAT, sound, data=len(build.SOUND)))
    data[4:8] = (len(data) - 8).to_bytes(4, "little")
    assert [edit.offset for edit in _resize(bytes(data))] == [20, 4]


def test_table_of_ds64() -> None:
    """Lengths of further chunks are taken from the table of ``ds64``."""
    table = struct.pack("<QQQI4sQ", 0, 4, 2, 1, b"long", 6)
    rest = build.chunk(b"long", b"sixsix", build.UNKNOWN) + build.chunk(b"data", b"1234")
    data = b"RF64\xff\xff\xff\xffWAVE" + build.chunk(b"ds64", table) + build.FORMAT + rest
    assert [item.length for item in _layout(data).chunks] == [40, 16, 6, 4]


@pytest.mark.parametrize(
    "data",
    [
        build.file(build.FORMAT, build.DATA)[:-9],
        build.file(build.FORMAT, build.DATA, size=100),
        build.file(build.FORMAT, build.DATA, size=30),
        build.rf64(build.FORMAT, build.chunk(b"data", b"12", build.UNKNOWN), data=1 << 33),
        build.file(build.FORMAT, build.DATA, build.chunk(b"JUNK", b"1234", build.UNKNOWN)),
    ],
    ids=["data cut", "size too small", "sound outside", "rf64 cut", "unknown length"],
)
def test_cut_files_are_read_but_not_changed(data: bytes) -> None:
    """Where the end of the RIFF is a guess, nothing is appended."""
    assert _layout(data).cut
    with pytest.raises(PlanError, match="cut short"):
        _resize(data)


def test_four_gibibytes() -> None:
    """A RIFF does not grow past its 32-bit size."""
    data = build.file(build.FORMAT, build.DATA)
    with pytest.raises(PlanError, match="4 GiB"):
        _resize(data, growth=0xFFFFFFFF)


@pytest.mark.parametrize(
    "data",
    [
        b"RF64\xff\xff\xff\xffWAVE",
        b"RF64\xff\xff\xff\xffWAVE" + build.FORMAT,
        b"RF64\xff\xff\xff\xffWAVE" + build.chunk(b"ds64", bytes(27)),
    ],
)
def test_rf64_needs_ds64(data: bytes) -> None:
    """RF64 without its sizes is refused."""
    with pytest.raises(MalformedFileError, match="ds64"):
        _layout(data)


def test_other_chunks_must_fit() -> None:
    """Only ``data`` may be cut."""
    with pytest.raises(MalformedFileError, match="runs past"):
        _layout(build.file(build.FORMAT, build.chunk(b"bext", b"1234", 5000)))


def test_empty_riff() -> None:
    """A RIFF without chunks ends behind its header."""
    assert _layout(build.file()).end == 12


def test_too_many_chunks() -> None:
    """The number of chunks is bounded."""
    data = build.file(*[build.chunk(b"JUNK", b"")] * 20)
    with pytest.raises(LimitExceededError):
        wave.layout(BytesView(data, limits=Limits(items=10)))
