"""Sounds with a label of known form and time, and sounds with none."""

from __future__ import annotations

import random
from dataclasses import asdict, dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from ailabel.marks.audio.inspect_sound import RATE as HEARD_RATE
from evaluate.sound_sources import PROMPT, mandarin, recording, recordings
from evaluate.sounds_made import (
    RATE,
    coded,
    keyed,
    level,
    melody,
    music,
    noise,
    resampled,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.random import Generator
    from numpy.typing import NDArray

    Sound = NDArray[np.float64]

__all__ = ["COUNTS", "RHYTHM", "Case", "cases", "make"]

COUNTS: Final = {
    "rhythm": 200,
    "rhythm over music": 40,
    "prompt over music": 100,
    "prompt beside content": 60,
    "prompt over speech": 20,
    "near miss": 80,
    "melody": 60,
    "music made": 40,
    "music recorded": 30,
    "speech": 150,
    "speech over music": 60,
    "Mandarin": 30,
    "signal": 60,
    "tone, noise, silence": 24,
}
RHYTHM: Final[dict[str, tuple[object, ...]]] = {
    "unit": (0.06, 0.09, 0.12, 0.2, 0.35),
    "pitch": (300.0, 700.0, 1046.5, 2500.0),
    "snr": (0, 5, 10, 15, 20),
}
_MORE: Final[dict[str, tuple[object, ...]]] = {
    "noise": ("white", "pink"),
    "coding": ("wav", "mp3 32k", "mp3 64k", "mp3 128k"),
    "tone": ("sine", "sine", "sine", "square", "two"),
    "dash": (2.2, 3.0, 3.0, 3.0, 3.8),
    "letter gap": (1, 2, 3, 3, 4),
    "loudness": (0.03, 0.1, 0.3),
    "place": ("start", "end", "alone"),
    "content": ("music", "speech", "recorded music"),
    "pause": (0.3, 0.5, 1.0),
}
_PROMPT: Final[dict[str, tuple[object, ...]]] = {
    "coding": ("wav", "mp3 32k", "mp3 64k", "aac 48k", "opus 24k", "vorbis 64k"),
    "tempo": (0.97, 1.0, 1.03),
    "changed": ("speed", "tempo"),
    "content": ("music", "recorded music"),
    "place": ("start", "end"),
    "loudness": (0.03, 0.1),
}
_SIGNS: Final = (
    "A.- B-... C-.-. D-.. E. H.... I.. L.-.. M-- O--- P.--. Q--.- R.-. S... T- U..- V...- W.--"
)
_MORSE: Final = {sign[0]: sign[1:] for sign in _SIGNS.split()}
_MESSAGES: Final = (
    *("CQ CQ", "SOS", "SOS AI", "CQ DE BL", "LIBEL", "AI AI AI", "ALL", "HELLO AI WORLD"),
    *("L L L L", "PARIS", "R E", "TEST", "VVV", "LILI", "AIR", "PAI"),
)
_NEAR: Final[tuple[tuple[tuple[float, ...], tuple[float, ...]], ...]] = (  # in units
    ((1, 1, 1, 3), (1, 1, 1)),
    ((3, 3, 1), (1, 1)),
    ((1, 3, 1, 3), (1, 1, 1)),
    ((1, 3, 1), (1, 1)),
    ((1, 3, 1, 1, 1), (1, 1, 1, 1)),
    ((3, 1, 3, 3), (1, 1, 1)),
    ((1, 1.4, 1, 1), (1, 1, 1)),
    ((1, 6, 1, 1), (1, 1, 1)),
    ((1, 3, 1, 1), (4, 1, 1)),
    ((1, 3, 1, 1), (1, 3, 4)),
    ((1, 3, 1, 2), (1, 3, 1)),
    ((2, 3, 1, 1), (1, 3, 1)),
    ((1, 1, 1, 1), (1, 3, 1)),
    ((3, 1, 3, 1), (1, 1, 1)),
    ((1, 3, 3, 1), (1, 1, 1)),
    ((1, 3, 1, 1), (1, 7, 1)),
    ((1, 1, 1, 1, 1, 1, 1, 1), (1, 1, 1, 1, 1, 1, 1)),
    ((3, 3, 3, 3), (3, 3, 3)),
)
_SPEECH_SECONDS: Final = 8.0
_BESIDE: Final = 5.0  # seconds of content beside a label


@dataclass(frozen=True, slots=True)
class Case:
    """One sound.

    Args:
        id: kind and number.
        kind: one of `COUNTS`.
        seed: of everything in it that chance decides.
        values: the parameters.
    """

    id: str
    kind: str
    seed: int
    values: dict[str, Any]

    def parameters(self) -> dict[str, Any]:
        """Return everything that makes the sound what it is."""
        own = asdict(self)
        return {**own.pop("values"), **own}


@dataclass(frozen=True, slots=True)
class Made:
    """A file, and from when to when a label is heard in it, in seconds."""

    data: bytes
    truth: tuple[float, float] | None = None


def cases(seed: int) -> list[Case]:
    """Return the grid: every parameter takes its levels equally often, shuffled."""
    chance = random.Random(seed)  # noqa: S311 - a grid, not a secret
    found = []
    for kind, count in COUNTS.items():
        grid = {**RHYTHM, **_MORE} if kind.startswith("rhythm") else _PROMPT
        levels = grid if kind.startswith(("rhythm", "prompt")) else {}
        columns: dict[str, list[object]] = {}
        for name, values in levels.items():
            column = [values[index % len(values)] for index in range(count)]
            chance.shuffle(column)
            columns[name] = column
        if kind == "rhythm":
            for index in range(count):  # the full grid of these three
                for name, values in RHYTHM.items():
                    columns[name][index] = _digit(name, values, index)
        found += [
            Case(
                id=f"{kind}-{index}",
                kind=kind,
                seed=chance.randrange(1 << 30),
                values={name: column[index] for name, column in columns.items()},
            )
            for index in range(count)
        ]
    return found


def _digit(name: str, values: tuple[object, ...], index: int) -> object:
    """Return a level of the full grid, as a digit of the case's number."""
    for other, levels in RHYTHM.items():
        if other == name:
            break
        index //= len(levels)
    return values[index % len(values)]


def make(case: Case) -> Made:
    """Make the sound of a case."""
    return _MAKERS[case.kind](case, np.random.default_rng(case.seed))


def _rhythm(case: Case, chance: Generator) -> Made:
    values = case.values
    unit, loudness = float(values["unit"]), float(values["loudness"])
    tones = [unit, unit * float(values["dash"]), unit, unit]
    gaps = [unit, unit * float(values["letter gap"]), unit]
    edge = float(chance.choice([0.002, 0.005, 0.01]))
    label = keyed(tones, gaps, (str(values["tone"]), float(values["pitch"])), edge)
    label *= loudness / level(label[: round(unit * RATE)])
    pause = np.zeros(round(float(values["pause"]) * RATE))
    lead = np.zeros(round(float(chance.choice([0, 0.05, 0.3, 1.0])) * RATE))
    if values["place"] == "end":
        pause, lead = lead, pause
    sound = np.concatenate([lead, label, pause])
    below = loudness * 10 ** (-float(values["snr"]) / 20)
    if case.kind == "rhythm over music":
        sound += below * music(len(sound) / RATE + 0.2, chance)[: len(sound)]
    else:
        sound += below * noise(len(sound), str(values["noise"]), chance)
    begin = len(lead) / RATE
    if values["place"] != "alone":
        content = loudness * _content(str(values["content"]), _BESIDE, chance)
        first = values["place"] == "start"
        sound = np.concatenate([sound, content] if first else [content, sound])
        begin += 0 if first else len(content) / RATE
    return Made(coded(sound, str(values["coding"])), (begin, begin + len(label) / RATE))


def _prompt_over(case: Case, chance: Generator) -> Made:
    """Say the prompt over music, as loud as it, or over speech that is 20 dB softer."""
    over_speech = case.kind == "prompt over speech"
    prompt = _prompt()
    lead = float(chance.uniform(0, 2))
    length = lead + len(prompt) / RATE + 1
    below = _content("speech" if over_speech else str(case.values["content"]), length, chance)
    below *= 0.1 if over_speech else 1.0
    below = np.pad(below, (0, max(0, round(length * RATE) - len(below))))
    begin = round(lead * RATE)
    below[begin : begin + len(prompt)] += prompt / level(prompt)
    return _said(case, 0.12 * below, lead)


def _prompt_beside(case: Case, chance: Generator) -> Made:
    """Say the prompt before or after content, 0.3 s apart."""
    loudness, silence = float(case.values["loudness"]), np.zeros(round(0.3 * RATE))
    content = loudness * _content(str(case.values["content"]), _BESIDE, chance)
    prompt = _prompt() * loudness / level(_prompt())
    label = np.concatenate([silence, prompt, silence])
    if case.values["place"] == "start":
        return _said(case, np.concatenate([label, content]), 0.3)
    return _said(case, np.concatenate([content, label]), len(content) / RATE + 0.3)


def _said(case: Case, sound: Sound, begin: float) -> Made:
    tempo = float(case.values["tempo"])
    by_tempo = case.values["changed"] == "tempo"
    if not by_tempo:
        sound = resampled(sound, RATE, tempo)
    data = coded(sound, str(case.values["coding"]), tempo if by_tempo else 1.0)
    return Made(data, (begin / tempo, (begin + len(_prompt()) / RATE) / tempo))


@lru_cache(maxsize=1)
def _prompt() -> Sound:
    return resampled(recording(PROMPT), HEARD_RATE)


def _content(kind: str, seconds: float, chance: Generator) -> Sound:
    """Return content of level 1."""
    if kind == "music":
        return music(seconds, chance)
    source = recordings("speech" if kind == "speech" else "music")
    sound = np.zeros(0)
    while len(sound) < seconds * HEARD_RATE:
        piece = recording(source[int(chance.integers(len(source)))])
        start = int(chance.integers(max(len(piece) - int(seconds * HEARD_RATE), 1)))
        sound = np.concatenate([sound, piece[start : start + int(seconds * HEARD_RATE)]])
    sound = resampled(sound[: int(seconds * HEARD_RATE)], HEARD_RATE)
    return sound / level(sound)


# -- sounds without a label ------------------------------------------------------------------------


def _near_miss(case: Case, chance: Generator) -> Made:
    unit = float(chance.choice([0.05, 0.06, 0.09, 0.12, 0.2, 0.3]))
    pitch = float(chance.choice([300, 600, 700, 800, 1046.5, 2500]))
    number = int(case.id.rpartition("-")[2])
    if number % 2:
        tones, gaps = _NEAR[number // 2 % len(_NEAR)]
    else:
        tones, gaps = _message(_MESSAGES[number // 2 % len(_MESSAGES)])
    sound = keyed([unit * tone for tone in tones], [unit * gap for gap in gaps], ("sine", pitch))
    return Made(coded(np.pad(0.3 * sound, int(0.4 * RATE)), _any_coding(chance)))


def _message(text: str) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Return the tones of a message in Morse code, and the gaps between them, in units."""
    tones: list[float] = []
    gaps: list[float] = []
    for word in text.split():
        for letter in word:
            for sign in _MORSE[letter]:
                tones.append(1 if sign == "." else 3)
                gaps.append(1)
            gaps[-1] = 3
        gaps[-1] = 7
    return tuple(tones), tuple(gaps[:-1])


def _melody(case: Case, chance: Generator) -> Made:
    del case
    return Made(coded(0.2 * melody(chance), _any_coding(chance)))


def _music_made(case: Case, chance: Generator) -> Made:
    del case
    return Made(coded(0.12 * music(15, chance), _any_coding(chance)))


def _music_recorded(case: Case, chance: Generator) -> Made:
    del case
    return Made(coded(0.12 * _content("recorded music", 20, chance), _any_coding(chance)))


def _speech(case: Case, chance: Generator) -> Made:
    del case
    return Made(coded(0.1 * _content("speech", _SPEECH_SECONDS, chance), _any_coding(chance)))


def _speech_over_music(case: Case, chance: Generator) -> Made:
    del case
    kind = "music" if chance.integers(2) else "recorded music"
    speech, below = (_content(name, _SPEECH_SECONDS, chance) for name in ("speech", kind))
    length = min(len(speech), len(below))
    return Made(coded(0.1 * (speech[:length] + below[:length]), _any_coding(chance)))


def _mandarin(case: Case, chance: Generator) -> Made:
    clips = mandarin()
    sound = resampled(recording(clips[int(case.id.rpartition("-")[2]) % len(clips)]), HEARD_RATE)
    return Made(coded(np.pad(sound, int(0.5 * RATE)), _any_coding(chance)))


def _signal(case: Case, chance: Generator) -> Made:
    found = recordings("signals")
    sound = recording(found[int(case.id.rpartition("-")[2]) % len(found)])
    return Made(coded(resampled(sound, HEARD_RATE), _any_coding(chance)))


def _plain(case: Case, chance: Generator) -> Made:
    number, length = int(case.id.rpartition("-")[2]), 6 * RATE
    time = np.arange(length) / RATE
    sound = (
        np.zeros(length),
        0.2 * np.sin(2 * np.pi * float(chance.uniform(200, 2000)) * time),
        0.1 * noise(length, "white", chance),
        0.1 * noise(length, "pink", chance),
    )[number % 4]
    return Made(coded(sound, _any_coding(chance)))


def _any_coding(chance: Generator) -> str:
    return str(chance.choice([str(coding) for coding in _PROMPT["coding"]]))


_MAKERS: Final[dict[str, Callable[[Case, Generator], Made]]] = {
    "rhythm": _rhythm,
    "rhythm over music": _rhythm,
    "prompt over music": _prompt_over,
    "prompt beside content": _prompt_beside,
    "prompt over speech": _prompt_over,
    "near miss": _near_miss,
    "melody": _melody,
    "music made": _music_made,
    "music recorded": _music_recorded,
    "speech": _speech,
    "speech over music": _speech_over_music,
    "Mandarin": _mandarin,
    "signal": _signal,
    "tone, noise, silence": _plain,
}
