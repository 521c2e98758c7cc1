"""What is heard: the rate of the speech, the proportions of the rhythm, the user's recording."""

from __future__ import annotations

import math
import wave
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from ailabel.errors import PlanError
from ailabel.marks.audio import prompt
from ailabel.marks.audio.loudness import CEILING
from ailabel.marks.audio.resample import resample
from ailabel.spi import MarkSpec
from ailabel.standard.wording import RHYTHM_TEXT, SPEECH_RATE, SPOKEN_TEXT
from builders import sounds
from builders.wav import chunk, file

ASSET = Path(__file__).parents[2] / "src/ailabel/assets/voice/prompt-zh.wav"
TARGET = prompt.Target(rate=8000, loudness=-23.0, channels=1)
RHYTHM = MarkSpec(audio_mark="rhythm")


def envelope(samples: list[float], rate: int, seconds: float = 0.01) -> list[float]:
    """Return the root mean square of each window."""
    step = round(rate * seconds)
    windows = (samples[start : start + step] for start in range(0, len(samples), step))
    return [math.sqrt(sum(value * value for value in window) / len(window)) for window in windows]


def tones(samples: list[float], rate: int) -> list[tuple[int, int]]:
    """Return where each tone begins and ends: where the wave is not silent for 10 ms."""
    heard = [index for index, value in enumerate(samples) if abs(value) > 1e-3]
    found = [(heard[0], heard[0])]
    for index in heard:
        begin, end = found[-1]
        if index - end > rate // 100:
            found.append((index, index))
        else:
            found[-1] = (begin, index)
    return found


def test_the_voice_keeps_to_the_rate_of_speech() -> None:
    """The asset says its 11 characters at 120 to 160 a minute, from onset to end."""
    with wave.open(str(ASSET)) as sound:
        assert (sound.getnchannels(), sound.getsampwidth(), sound.getframerate()) == (1, 2, 24000)
        data = sound.readframes(sound.getnframes())
    samples = [
        int.from_bytes(data[i : i + 2], "little", signed=True) / 32768
        for i in range(0, len(data), 2)
    ]
    levels = envelope(samples, 24000)
    loud = [index for index, level in enumerate(levels) if level > 0.03 * max(levels)]
    seconds = (loud[-1] + 1 - loud[0]) * 0.01
    slowest, fastest = SPEECH_RATE
    assert slowest < len(SPOKEN_TEXT) * 60 / seconds < fastest
    assert max(map(abs, samples)) <= CEILING + 1e-3


def test_the_rendered_voice_keeps_to_the_rate_too() -> None:
    """What is spoken in a file lasts as long as the asset, whatever the sampling rate."""
    for rate in (8000, 22050):
        label = prompt.make(MarkSpec(), replace(TARGET, rate=rate))
        seconds = (label.end - label.begin) / rate
        assert SPEECH_RATE[0] < len(SPOKEN_TEXT) * 60 / seconds < SPEECH_RATE[1]
        assert label.text == SPOKEN_TEXT


@pytest.mark.parametrize("rate", [8000, 22050, 48000])
def test_the_rhythm_has_the_proportions_of_morse(rate: int) -> None:
    """Short, long, short, short; a long tone has three units, the gaps one, three and one."""
    label = prompt.make(RHYTHM, replace(TARGET, rate=rate))
    found = tones(label.samples, rate)
    lengths = [(end - begin) / rate for begin, end in found]
    gaps = [(after[0] - before[1]) / rate for before, after in pairwise(found)]
    assert label.text == RHYTHM_TEXT
    assert lengths == pytest.approx([prompt.UNIT * units for units in (1, 3, 1, 1)], abs=0.004)
    assert gaps == pytest.approx([prompt.UNIT * units for units in (1, 3, 1)], abs=0.004)


def test_the_rhythm_has_its_pitch() -> None:
    """The long tone crosses zero upwards 1046.5 times a second."""
    label = prompt.make(RHYTHM, replace(TARGET, rate=48000))
    begin, end = tones(label.samples, 48000)[1]
    part = label.samples[begin + 500 : end - 500]
    crossings = [i for i in range(1, len(part)) if part[i - 1] < 0 <= part[i]]
    pitch = 48000 * (len(crossings) - 1) / (crossings[-1] - crossings[0])
    assert pitch == pytest.approx(prompt.PITCH, rel=0.002)


def test_silence_surrounds_the_label() -> None:
    """Nothing is heard in the first and the last 0.3 seconds."""
    for spec in (RHYTHM, MarkSpec()):
        label = prompt.make(spec, TARGET)
        room = round(prompt.SILENCE * 8000)
        assert not any(label.samples[:room])
        assert not any(label.samples[-room:])
        assert (label.begin, label.end) == (room, len(label.samples) - room)


def test_a_resampled_tone_is_the_tone() -> None:
    """A sine at another rate is the same sine, within -70 dB, away from its ends."""
    source = [math.sin(2 * math.pi * 1000 * index / 24000) for index in range(2400)]
    for rate in (16000, 22050, 44100, 48000, 44056):
        made = resample(source, 24000, rate)
        wanted = [math.sin(2 * math.pi * 1000 * index / rate) for index in range(len(made))]
        edge = rate // 500
        worst = max(abs(a - b) for a, b in zip(made[edge:-edge], wanted[edge:-edge], strict=True))
        assert worst < (3e-4 if rate != 44056 else 1e-3)


def test_resampling_down_lets_nothing_fold_back() -> None:
    """A tone above half the new rate is gone."""
    source = [math.sin(2 * math.pi * 6000 * index / 24000) for index in range(4800)]
    made = resample(source, 24000, 8000)
    assert max(map(abs, made[100:-100])) < 1e-3


@pytest.mark.parametrize(
    ("channels", "mask", "heard"),
    [
        (1, 0, (0,)),
        (2, 3, (0, 1)),
        (6, 0x3F, (2,)),
        (3, 0x0C, (0,)),
        (4, 0x33, (0, 1)),
        (8, 0, (0, 1)),
    ],
)
def test_the_label_sounds_in_front(channels: int, mask: int, heard: tuple[int, ...]) -> None:
    """Both channels of stereo; of more, the front centre, or the first two."""
    assert prompt.sounding(channels, mask) == heard


def test_a_recording_takes_the_place_of_the_voice(tmp_path: Path) -> None:
    """The user's file is heard, without the silence at its ends, and its words are named."""
    own = tmp_path / "own.wav"
    quiet = bytes(8000)
    spoken = sounds.words(sounds.tone(16000, 16000), 2)
    own.write_bytes(
        file(chunk(b"fmt ", sounds.facts(1, 2, 16000, 2)), chunk(b"data", quiet + spoken + quiet))
    )
    label = prompt.make(MarkSpec(voice=own, text="AI生成"), TARGET)
    assert label.text == "AI生成"
    assert (label.end - label.begin) / 8000 == pytest.approx(1.0, abs=0.01)


@pytest.mark.parametrize("name", ["missing.wav", "noise.wav", "short.wav", "silent.wav", "nan.wav"])
def test_an_unusable_recording_is_refused(tmp_path: Path, name: str) -> None:
    """A file that is absent, no WAV, too short, silent or no numbers cannot be the label."""
    form = chunk(b"fmt ", sounds.facts(1, 1, 8000, 2))
    floats = chunk(b"fmt ", sounds.facts(3, 1, 8000, 4))
    (tmp_path / "noise.wav").write_bytes(b"no sound at all")
    (tmp_path / "short.wav").write_bytes(sounds.wav(0.2))
    (tmp_path / "silent.wav").write_bytes(file(form, chunk(b"data", bytes(32000))))
    (tmp_path / "nan.wav").write_bytes(file(floats, chunk(b"data", b"\xff" * 64000)))
    with pytest.raises(PlanError, match=name):
        prompt.make(MarkSpec(voice=tmp_path / name), TARGET)


def test_the_voice_says_only_its_words() -> None:
    """Other words need the user's own recording."""
    with pytest.raises(PlanError, match="recording"):
        prompt.make(MarkSpec(text="AI生成"), TARGET)


@pytest.mark.parametrize("rate", [0, 1000, 6000, 1 << 31])
def test_a_rate_that_carries_no_speech_is_refused(rate: int) -> None:
    """Below 8 kHz no speech is understood, and above 768 kHz nobody samples sound."""
    with pytest.raises(PlanError, match="sampling rate"):
        prompt.make(MarkSpec(), replace(TARGET, rate=rate))


def test_a_corner_is_no_place_for_sound() -> None:
    """Positions of pictures are refused; none means the start."""
    assert prompt.places(MarkSpec()) == ("start",)
    assert prompt.places(MarkSpec(position="both")) == ("start", "end")
    with pytest.raises(PlanError, match="bottom-right"):
        prompt.places(MarkSpec(position="bottom-right"))
