"""Sounds from formulas: a melody, a bell, a voice-like murmur."""

from __future__ import annotations

import io
import math
import random
import wave
from typing import TYPE_CHECKING, Final, TypeAlias, cast

import av
import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

__all__ = ["MAKERS"]

Sound: TypeAlias = "npt.NDArray[np.float64]"


def _melody(rate: int) -> Sound:
    """Return eleven plucked notes of a pentatonic scale, as floats between -1 and 1."""
    notes = (0, 2, 4, 7, 9, 7, 4, 2, 4, 0, -3)
    out = np.zeros(int(rate * (len(notes) * 0.42 + 1.2)))
    for index, note in enumerate(notes):
        time = np.arange(int(rate * 1.4)) / rate
        tone = np.zeros(len(time))
        for k in range(1, 6):
            phase = 2 * math.pi * 440 * 2 ** (note / 12) * k * time
            tone += np.sin(phase) * np.exp(-time * (2.5 + k)) / k
        begin = int(rate * 0.42 * index)
        end = min(len(out), begin + len(time))
        out[begin:end] += tone[: end - begin]
    return _at(out, 0.7)


def _bell(rate: int) -> Sound:
    time = np.arange(rate * 3) / rate
    partials = ((1.0, 1.0), (2.0, 0.6), (2.4, 0.5), (3.0, 0.25), (4.5, 0.3), (5.33, 0.2))
    tone = np.zeros(len(time))
    for f, a in partials:
        tone += a * np.sin(2 * math.pi * 523.25 * f * time) * np.exp(-time * (1 + f))
    return _at(tone, 0.6)


def _murmur(rate: int) -> Sound:
    """Return syllables of a buzzing source through moving formants: voice-like, without words."""
    rng = random.Random(3)
    pieces = []
    for _ in range(14):
        length = int(rate * rng.uniform(0.16, 0.3))
        time = np.arange(length) / rate
        pitch = rng.uniform(105, 150) * (1 + 0.1 * np.sin(2 * math.pi * time * 3))
        phase = 2 * math.pi * np.cumsum(pitch) / rate
        formants = (rng.uniform(300, 800), rng.uniform(900, 2200), 2600)
        sound = np.zeros(length)
        for k in range(1, 28):
            gain = sum(math.exp(-(((k * 125 - f) / 140) ** 2)) for f in formants) + 0.02
            sound += gain * np.sin(k * phase) / k**0.4
        pieces += [sound * np.hanning(length), np.zeros(int(rate * rng.uniform(0.03, 0.12)))]
    return _at(np.concatenate(pieces), 0.6)


def _at(sound: Sound, peak: float) -> Sound:
    """Return a sound scaled to a peak."""
    scaled: Sound = sound / np.abs(sound).max() * peak
    return scaled


def _wave(samples: Sound, rate: int) -> bytes:
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(samples.shape[1] if samples.ndim > 1 else 1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes((samples * 32767).astype("<i2").tobytes())
    return out.getvalue()


def _encoded(samples: Sound, rate: int, codec: str, kind: str, bit_rate: int = 0) -> bytes:
    out = io.BytesIO()
    layout = "stereo" if samples.ndim > 1 else "mono"
    with av.open(out, "w", format=kind) as container:
        stream = cast("av.AudioStream", container.add_stream(codec, rate=rate, layout=layout))
        if bit_rate:
            stream.bit_rate = bit_rate
        planar = np.ascontiguousarray(np.atleast_2d(samples.T)).astype("f4")
        frame = av.AudioFrame.from_ndarray(planar, format="fltp", layout=layout)
        frame.sample_rate = rate
        if codec == "flac":
            resampler = av.AudioResampler(format="s16", layout=layout, rate=rate)
            frames = resampler.resample(frame)
        else:
            frames = [frame]
        for item in frames:
            container.mux(stream.encode(item))
        container.mux(stream.encode(None))
    return out.getvalue()


def melody_wav() -> bytes:
    """Eleven plucked notes of a pentatonic scale, 16-bit mono, 22.05 kHz."""
    return _wave(_melody(22050), 22050)


def bell_flac() -> bytes:
    """A bell of six partials, 16-bit stereo, 44.1 kHz, FLAC."""
    tone = _bell(44100)
    return _encoded(np.stack([tone, np.roll(tone, 400)], axis=1), 44100, "flac", "flac")


def murmur_mp3() -> bytes:
    """A voice-like murmur without words, mono, 24 kHz, MP3 at 48 kbit/s."""
    return _encoded(_murmur(24000), 24000, "libmp3lame", "mp3", 48000)


MAKERS: Final = {
    "melody.wav": melody_wav,
    "bell.flac": bell_flac,
    "murmur.mp3": murmur_mp3,
}
