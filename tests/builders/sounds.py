"""Sounds for the tests of labels: made by hand, coded by ffmpeg and flac."""

from __future__ import annotations

import math
import struct
import subprocess
from typing import TYPE_CHECKING, Final

from ailabel.io.source import BytesView
from ailabel.io.splice import apply
from ailabel.marks.audio import MARKER
from ailabel.model.media import Format, Medium
from ailabel.spi import MarkSpec
from builders.wav import chunk, file

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from ailabel.spi import Rendition

FORMATS: Final = {
    name: Format(
        id=name,
        name=name.upper(),
        medium=Medium.AUDIO,
        suffixes=(f".{name}",),
        mime=f"audio/{name}",
    )
    for name in ("wav", "flac", "mp3", "aiff", "caf", "aac", "m4a", "ogg", "opus")
}
GUID_TAIL: Final = bytes.fromhex("000000001000800000aa00389b71")


def tone(count: int, rate: int, level: float = 0.2, pitch: float = 440.0) -> list[float]:
    """Return a sine that swells, so that no two stretches are alike."""
    step = 2 * math.pi * pitch / rate
    return [level * (0.5 + index / count / 2) * math.sin(step * index) for index in range(count)]


def words(samples: Sequence[float], channels: int) -> bytes:
    """Return samples as 16 bits; each channel somewhat softer than the one before."""
    values = [
        round(32767 * value / (1 + channel)) for value in samples for channel in range(channels)
    ]
    return struct.pack(f"<{len(values)}h", *values)


def facts(tag: int, channels: int, rate: int, width: int, bits: int = 0) -> bytes:
    """Return the body of a format chunk."""
    block = width * channels
    bits = bits or 8 * width
    return struct.pack("<HHIIHH", tag, channels, rate, rate * block, block, bits)


def extensible(tag: int, channels: int, rate: int, width: int, valid: tuple[int, int]) -> bytes:
    """Return the body of an extended format chunk; `valid` has the bits and the mask."""
    tail = struct.pack("<HHIH", 22, *valid, tag) + GUID_TAIL
    return facts(0xFFFE, channels, rate, width) + tail


def wav(seconds: float = 1.0, rate: int = 8000, channels: int = 1, level: float = 0.2) -> bytes:
    """Return a plain WAV file of 16 bits."""
    sound = words(tone(round(seconds * rate), rate, level), channels)
    return file(chunk(b"fmt ", facts(1, channels, rate, 2)), chunk(b"data", sound))


def render(data: bytes, kind: str, spec: MarkSpec | None = None) -> tuple[bytes, Rendition]:
    """Return the labelled file, and what the marker says of it."""
    rendition = MARKER.render(BytesView(data), FORMATS[kind], spec or rhythm())
    return apply(data, rendition.edits), rendition


def rhythm(position: str = "start") -> MarkSpec:
    """Ask for the rhythm, which takes less time to make than the voice."""
    return MarkSpec(audio_mark="rhythm", position=position)


def coded(folder: Path, source: bytes, name: str, *options: str) -> bytes:
    """Let ffmpeg code a WAV file."""
    given, made = folder / "given.wav", folder / name
    given.write_bytes(source)
    command = ["ffmpeg", "-v", "error", "-y", "-i", str(given), *options, str(made)]
    subprocess.run(command, check=True)
    return made.read_bytes()


def samples(folder: Path, data: bytes, kind: str, form: str = "s32le") -> bytes:
    """Let ffmpeg decode a file, nothing trimmed; any complaint is an error."""
    given = folder / f"labelled.{kind}"
    given.write_bytes(data)
    command = ["ffmpeg", "-v", "error", "-err_detect", "crccheck+explode"]
    command += ["-flags2", "+skip_manual", "-i", str(given), "-f", form, "-"]
    done = subprocess.run(command, check=True, capture_output=True)
    assert not done.stderr, done.stderr
    return done.stdout


def duration(folder: Path, data: bytes, kind: str) -> float:
    """Return how long a file lasts, as ffprobe says."""
    given = folder / f"labelled.{kind}"
    given.write_bytes(data)
    command = ["ffprobe", "-v", "error", "-show_entries", "format=duration", "-of", "csv=p=0"]
    done = subprocess.run([*command, str(given)], check=True, capture_output=True, text=True)
    return float(done.stdout)


def heard(folder: Path, data: bytes, kind: str, decoder: str | None = None) -> bytes:
    """Let ffmpeg decode a file as a player does, gaps left out; any complaint is an error."""
    given = folder / f"labelled.{kind}"
    given.write_bytes(data)
    command = ["ffmpeg", "-v", "error", *(["-c:a", decoder] if decoder else [])]
    command += ["-i", str(given), "-f", "f32le", "-"]
    done = subprocess.run(command, check=True, capture_output=True)
    assert not done.stderr, done.stderr
    return done.stdout


def labels_of(result: bytes, content: bytes, position: str, front: int = 0) -> tuple[int, bytes]:
    """Return how many bytes stand before the content, and what stands in its place.

    Args:
        result: the labelled sound.
        content: the sound before.
        position: where labels were put.
        front: how many bytes the label at the start takes, where there are two.
    """
    before = {"start": len(result) - len(content), "end": 0, "both": front}[position]
    return before, result[before : before + len(content)]
