"""Samples as bytes, against the telephone laws of another program."""

from __future__ import annotations

import struct
import subprocess

import pytest

from ailabel.marks.audio.pcm import Coding, Kind, decode, encode, interleave

LINEAR = [
    Coding(Kind.UNSIGNED, 1, 8),
    Coding(Kind.SIGNED, 2, 16),
    Coding(Kind.SIGNED, 3, 24),
    Coding(Kind.SIGNED, 3, 20),
    Coding(Kind.SIGNED, 4, 32),
]
FLOATS = [Coding(Kind.FLOAT, 4, 32), Coding(Kind.FLOAT, 8, 64)]
LAWS = [Coding(Kind.A_LAW, 1, 8), Coding(Kind.MU_LAW, 1, 8)]
VALUES = [0.0, 0.5, -0.5, 0.1, -0.1, -1.0, 0.99]


@pytest.mark.parametrize("coding", [*LINEAR, *FLOATS])
def test_samples_come_back(coding: Coding) -> None:
    """A sample is off by half a step at most."""
    step = 2.0 ** (1 - min(coding.bits, 24))
    made = decode(encode(VALUES, coding), coding)
    assert made == pytest.approx(VALUES, abs=step if coding.kind is not Kind.FLOAT else 1e-7)


@pytest.mark.parametrize("coding", LAWS)
def test_every_code_of_a_law_comes_back(coding: Coding) -> None:
    """Decoding and coding again gives the same value."""
    values = decode(bytes(range(256)), coding)
    assert decode(encode(values, coding), coding) == values


@pytest.mark.parametrize("coding", [*LINEAR, *FLOATS, *LAWS])
def test_silence_is_silent(coding: Coding) -> None:
    """The sample of silence stands for nothing, or for the step nearest to it."""
    assert len(coding.silence) == coding.width
    assert abs(decode(coding.silence, coding)[0]) <= 8 / 32768


@pytest.mark.parametrize("coding", LINEAR)
def test_too_loud_samples_are_held(coding: Coding) -> None:
    """What lies beyond full scale is full scale, and does not turn over."""
    high, low = decode(encode([1.5, -1.5], coding), coding)
    assert high > 0.98
    assert low == -1.0


def test_unused_bits_stay_empty() -> None:
    """Of 24 bits of which 20 count, the lowest four are zero."""
    data = encode([0.123456, -0.654321], Coding(Kind.SIGNED, 3, 20))
    assert data[0] & 15 == data[3] & 15 == 0


def test_only_the_sounding_channels_sound() -> None:
    """The others hold silence."""
    coding = Coding(Kind.UNSIGNED, 1, 8)
    assert interleave(b"\x01\x02", coding, 3, (1,)) == b"\x80\x01\x80\x80\x02\x80"


@pytest.mark.oracle
@pytest.mark.parametrize(("coding", "name"), [(LAWS[0], "alaw"), (LAWS[1], "mulaw")])
def test_ffmpeg_decodes_the_laws_alike(coding: Coding, name: str) -> None:
    """All 256 codes stand for the same samples there."""
    command = ["ffmpeg", "-v", "error", "-f", name, "-ar", "8000", "-i", "-", "-f", "s16le", "-"]
    done = subprocess.run(command, input=bytes(range(256)), capture_output=True, check=True)
    wanted = struct.unpack("<256h", done.stdout)
    assert [round(value * 32768) for value in decode(bytes(range(256)), coding)] == list(wanted)
