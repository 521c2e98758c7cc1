"""Sounds made for evaluating: tones by the rules of a case, melodies, music, noise, codings."""

from __future__ import annotations

import io
import subprocess
import wave
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.random import Generator
    from numpy.typing import NDArray

    Sound = NDArray[np.float64]

__all__ = ["CODINGS", "RATE", "coded", "keyed", "level", "melody", "music", "noise", "resampled"]

RATE: Final = 44_100
CODINGS: Final = {  # name: ffmpeg's options; the rest of the name is the bit rate
    "wav": (),
    "mp3": ("-f", "mp3", "-c:a", "libmp3lame"),
    "aac": ("-f", "adts", "-c:a", "aac"),
    "opus": ("-f", "ogg", "-c:a", "libopus"),
    "vorbis": ("-f", "ogg", "-c:a", "libvorbis"),
}
_RAW: Final = ("-f", "s16le", "-ar", str(RATE), "-ac", "1")
_PARTIALS: Final = {
    "sine": (1.0,),
    "square": (1.0, 0.0, 0.33, 0.0, 0.2),
    "organ": (1.0, 0.5, 0.3, 0.2, 0.15),
    "piano": (1.0, 0.6, 0.4, 0.2, 0.1, 0.05),
    "pad": (1.0, 0.4, 0.2),
}
_DRUMMED, _MOVING, _RESTING = 0.6, 0.55, 0.05  # how often there are drums, another note, a rest
_SCALE: Final = (0, 2, 4, 5, 7, 9, 11, 12, 14, 16)


def level(sound: Sound) -> float:
    """Return the root of the mean square."""
    return float(np.sqrt(np.mean(sound**2))) + 1e-12


def keyed(
    tones: Sequence[float], gaps: Sequence[float], voice: tuple[str, float], edge: float = 0.005
) -> Sound:
    """Return tones with gaps between them.

    Args:
        tones: their lengths in seconds.
        gaps: the lengths of the silence after each but the last.
        voice: ``sine``, ``square`` or ``two`` (tones at once), and the pitch.
        edge: in how many seconds a tone rises and falls.
    """
    kind, pitch = voice
    pieces = []
    for index, length in enumerate(tones):
        pieces.append(_tone(pitch, length, kind, edge))
        if index < len(gaps):
            pieces.append(np.zeros(round(gaps[index] * RATE)))
    return np.concatenate(pieces)


def _tone(pitch: float, length: float, kind: str, edge: float) -> Sound:
    time = np.arange(round(length * RATE)) / RATE
    partials = _PARTIALS["sine" if kind == "two" else kind]
    pitches = [pitch, pitch * 1.5] if kind == "two" else [pitch]
    tone = sum(
        (
            part * np.sin(2 * np.pi * hertz * (index + 1) * time)
            for hertz in pitches
            for index, part in enumerate(partials)
        ),
        np.zeros(len(time)),
    )
    if kind == "piano":
        tone *= np.exp(-4 * time)
    ramp = 0.5 - 0.5 * np.cos(np.pi * np.arange(max(round(edge * RATE), 1)) / (edge * RATE))
    ramp = ramp[: len(tone) // 2]
    tone[: len(ramp)] *= ramp
    tone[len(tone) - len(ramp) :] *= ramp[::-1]
    return tone


def noise(length: int, colour: str, random: Generator) -> Sound:
    """Return ``white`` or ``pink`` noise of level 1."""
    sound = random.normal(size=length)
    if colour == "pink":
        spectrum = np.fft.rfft(sound)
        spectrum[1:] /= np.sqrt(np.arange(1, len(spectrum)))
        spectrum[: int(20 * length / RATE)] = 0
        sound = np.fft.irfft(spectrum, length)
    return np.asarray(sound / level(sound), np.float64)


def music(seconds: float, random: Generator) -> Sound:
    """Return a tune over chords, with drums more often than not, of level 1."""
    sound = np.zeros(round(seconds * RATE))
    timbre = str(random.choice(["organ", "piano", "pad", "sine"]))
    beat = 60 / random.uniform(70, 160)
    root = 440 * 2 ** (int(random.integers(-5, 8)) / 12)
    time = 0.0
    while time < seconds - 0.1:
        length = beat * float(random.choice([0.25, 0.5, 0.5, 1, 1, 1.5, 2]))
        pitch = root * 2 ** (int(random.choice(_SCALE)) / 12)
        tone = _tone(pitch, length * random.uniform(0.6, 1), timbre, 0.008)
        _add(sound, tone * random.uniform(0.5, 1), time)
        time += length
    for bar in np.arange(0, seconds - 0.1, 2 * beat):
        step = int(random.choice([0, 5, 7]))
        for interval in (0, 4, 7):
            tone = _tone(root / 4 * 2 ** ((interval + step) / 12), 2 * beat, "pad", 0.02)
            _add(sound, 0.35 * tone, float(bar))
    if random.random() < _DRUMMED:
        for index, hit in enumerate(np.arange(0, seconds - 0.2, beat / 2)):
            _add(sound, _drum(index % 2 == 0, random), float(hit))
    return sound / level(sound)


def _add(sound: Sound, piece: Sound, time: float) -> None:
    begin = int(time * RATE)
    piece = piece[: len(sound) - begin]
    sound[begin : begin + len(piece)] += piece


def _drum(low: bool, random: Generator) -> Sound:  # noqa: FBT001 - which of two
    time = np.arange(int(0.15 * RATE)) / RATE
    if low:
        return 1.5 * np.sin(2 * np.pi * 60 * time * np.exp(-8 * time)) * np.exp(-20 * time)
    return 0.8 * random.normal(size=len(time)) * np.exp(-30 * time)


def melody(random: Generator) -> Sound:
    """Return a tune of one voice with many repeated notes and rests: hard to tell from a rhythm."""
    timbre = str(random.choice(["sine", "organ", "pad", "piano"]))
    beat, pitch = random.uniform(0.1, 0.4), 440.0
    held = bool(random.integers(2))
    pieces = [np.zeros(int(random.uniform(0, 1) * RATE))]
    for _ in range(40):
        if random.random() < _MOVING:
            pitch = float(random.choice([262, 294, 330, 392, 440, 523, 587, 660, 784, 880, 1046.5]))
        length = beat * int(random.choice([1, 1, 1, 2, 3, 3]))
        sounding = max(length - 0.4 * beat, 0.5 * beat) if held else 0.5 * length
        rest = length - sounding + (3 * beat if random.random() < _RESTING else 0)
        pieces += [_tone(pitch, sounding, timbre, 0.008), np.zeros(int(rest * RATE))]
    sound = np.concatenate(pieces)
    return sound / level(sound)


def resampled(sound: Sound, rate: int, speed: float = 1.0) -> Sound:
    """Return a sound of another rate at `RATE`, maybe faster, its pitch with it."""
    at = np.arange(0, len(sound) - 1, rate * speed / RATE)
    return np.asarray(np.interp(at, np.arange(len(sound)), sound), np.float64)


def coded(sound: Sound, coding: str, tempo: float = 1.0) -> bytes:
    """Return a file.

    Args:
        sound: at `RATE`; what passes full scale is turned down.
        coding: one of `CODINGS`, and a bit rate such as ``64k``.
        tempo: how much faster it is made, its pitch kept.
    """
    sound = sound / max(1.0, float(np.abs(sound).max()))
    samples = np.round(sound * 32767).astype("<i2").tobytes()
    if tempo != 1.0:
        samples = _run(_RAW, ("-af", f"atempo={tempo}", *_RAW), samples)
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setparams((1, 2, RATE, 0, "NONE", ""))
        file.writeframes(samples)
    name, _, bits = coding.partition(" ")
    options = (*CODINGS[name], *(("-b:a", bits) if bits else ()))
    return _run((), options, out.getvalue()) if options else out.getvalue()


def _run(before: Sequence[str], after: Sequence[str], data: bytes) -> bytes:
    command = ["ffmpeg", "-hide_banner", "-loglevel", "error", *before, "-i", "pipe:0", *after]
    return subprocess.run([*command, "pipe:1"], input=data, capture_output=True, check=True).stdout
