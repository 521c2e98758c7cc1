"""What is heard: the spoken line, the user's own recording of it, or the rhythm.

The rhythm short-long-short-short is keyed as Morse code is [ITU-R M.1677-1 part I, 2]: a unit of
120 ms, the long tone three units, one unit of silence inside a group and three between the two
groups, 1.32 s in all. The tone is a sine of 1046.5 Hz (c''', which even a telephone carries) whose
edges rise and fall over 5 ms, so that they do not click.

Before and after either there are 0.3 s of silence: it sets the label off from the content, and no
decoder's overlap reaches from one into the other.
"""

from __future__ import annotations

import math
from importlib import resources
from typing import TYPE_CHECKING, Final

from ailabel.errors import AilabelError, PlanError
from ailabel.io.source import BytesView, open_view
from ailabel.marks.audio import loudness, quick
from ailabel.marks.audio.resample import resample
from ailabel.marks.audio.wav_sound import open_sound
from ailabel.standard.wording import RHYTHM, RHYTHM_TEXT, SPOKEN_TEXT
from ailabel.values import frozen

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ailabel.io.source import View
    from ailabel.spi import MarkSpec

__all__ = [
    "EDGE",
    "PITCH",
    "SILENCE",
    "UNIT",
    "VOICE",
    "Label",
    "Target",
    "make",
    "places",
    "sounding",
]

UNIT: Final = 0.12  # seconds
PITCH: Final = 1046.5  # hertz
EDGE: Final = 0.005  # seconds
SILENCE: Final = 0.3  # seconds, before and after
_LETTER_GAP: Final = 3  # units
VOICE: Final = "prompt-zh.wav"  # in assets/voice
_RECORDING_BYTES: Final = 32 << 20
_SHORTEST, _LONGEST = 0.5, 30.0  # seconds of the user's recording
_INAUDIBLE: Final = 0.003  # of the peak: below it the recording's edges are silence
_FULL: Final = 8.0  # more than any floating point recording overshoots; no number beyond is sound
_LOWEST: Final = {"voice": 8000, "rhythm": 4000}  # hertz, of a sampling rate that carries it
_HIGHEST: Final = 768_000
_FRONT_CENTRE: Final = 0x4  # [WAVEFORMATEXTENSIBLE dwChannelMask]


@frozen(kw_only=True)
class Target:
    """The sound that a label is made for.

    Args:
        rate: its sampling rate.
        loudness: in LKFS; None for silence.
        channels: in how many the label sounds.
        with_numpy: whether numpy is there, which is quicker.
    """

    rate: int
    loudness: float | None
    channels: int
    with_numpy: bool = False


@frozen(kw_only=True)
class Label:
    """A label as sound.

    Args:
        samples: one channel, at the target's rate, with the silence around it.
        begin: the sample where it can first be heard.
        end: where it cannot be heard any more.
        text: what is heard.
    """

    samples: list[float]
    begin: int
    end: int
    text: str


def places(spec: MarkSpec) -> tuple[str, ...]:
    """Return where labels go: ``start``, ``end``, or both.

    Raises:
        PlanError: the position is not one for sound.
    """
    position = spec.position or "start"
    if position not in ("start", "end", "both"):
        raise PlanError(
            "the label of a sound stands at the start, the end or both, not at {position}",
            position=position,
        )
    return ("start", "end") if position == "both" else (position,)


def sounding(channels: int, mask: int = 0) -> tuple[int, ...]:
    """Return in which channels the label sounds: in both of two, else from the front centre.

    Args:
        channels: how many there are.
        mask: which loudspeakers they are for, or 0.
    """
    if channels > 2 and mask & _FRONT_CENTRE:  # noqa: PLR2004 - more than stereo
        return ((mask & _FRONT_CENTRE - 1).bit_count(),)
    return tuple(range(min(channels, 2)))


def make(spec: MarkSpec, target: Target) -> Label:
    """Make the label for a sound.

    Raises:
        PlanError: the rate is too low, the words cannot be spoken, or the recording is unusable.
    """
    samples: Sequence[float]
    kind = "rhythm" if spec.audio_mark == "rhythm" else "voice"
    if not _LOWEST[kind] <= target.rate <= _HIGHEST:
        raise PlanError("a sampling rate of {rate} Hz carries no such label", rate=target.rate)
    if kind == "rhythm":
        samples, rate, text = _rhythm(target.rate), target.rate, RHYTHM_TEXT
    else:
        (samples, rate), text = _recording(spec), spec.text or SPOKEN_TEXT
    power = quick.window_power if target.with_numpy else loudness.window_power
    levelled = loudness.fit(samples, rate, target.loudness, target.channels, power)
    heard = (quick.resample if target.with_numpy else resample)(levelled, rate, target.rate)
    peak = max(map(abs, heard))
    if peak > loudness.CEILING:  # the filter may swing a little above the samples
        heard = [value * loudness.CEILING / peak for value in heard]
    silence = [0.0] * round(SILENCE * target.rate)
    return Label(
        samples=[*silence, *heard, *silence],
        begin=len(silence),
        end=len(silence) + len(heard),
        text=text,
    )


def _rhythm(rate: int) -> list[float]:
    unit = UNIT * rate
    samples: list[float] = []
    position = 0.0  # in samples; rounded only where a tone begins, so that errors do not add up
    for group in RHYTHM:
        for units in group:
            samples += [0.0] * (round(position) - len(samples))
            samples += _tone(round(units * unit), rate)
            position += (units + 1) * unit
        position += (_LETTER_GAP - 1) * unit
    return samples


def _tone(length: int, rate: int) -> list[float]:
    edge = max(round(EDGE * rate), 1)
    step = 2 * math.pi * PITCH / rate
    tone = [math.sin(step * index) for index in range(length)]
    for index in range(edge):
        factor = 0.5 - 0.5 * math.cos(math.pi * index / edge)
        tone[index] *= factor
        tone[-1 - index] *= factor
    return tone


def _recording(spec: MarkSpec) -> tuple[Sequence[float], int]:
    """Return the recording that speaks the label, and its sampling rate."""
    if spec.voice is None:
        if spec.text not in (None, SPOKEN_TEXT):
            raise PlanError(
                "the built-in voice says only {text}; give a recording of other words",
                text=SPOKEN_TEXT,
            )
        asset = resources.files("ailabel") / "assets" / "voice" / VOICE
        return _mono(BytesView(asset.read_bytes()))
    try:
        with open_view(spec.voice) as view:
            if view.size > _RECORDING_BYTES:
                raise PlanError("it is too large")
            samples, rate = _mono(view)
    except (OSError, AilabelError) as error:
        raise PlanError(
            "the recording {name} cannot be used: {reason}",
            name=spec.voice.name,
            reason=error.strerror if isinstance(error, OSError) else str(error),
        ) from error
    samples = _trimmed(samples)
    if not _SHORTEST <= len(samples) / rate <= _LONGEST:
        raise PlanError(
            "the recording {name} must hold {shortest} to {longest} seconds of speech",
            name=spec.voice.name,
            shortest=_SHORTEST,
            longest=_LONGEST,
        )
    return samples, rate


def _mono(view: View) -> tuple[Sequence[float], int]:
    sound = open_sound(view)
    if not _LOWEST["voice"] <= sound.rate <= _HIGHEST:
        raise PlanError("a sampling rate of {rate} Hz carries no such label", rate=sound.rate)
    channels = sound.read(view, 0, sound.length)
    mixed = channels[0]
    if len(channels) > 1:
        mixed = [sum(values) / len(values) for values in zip(*channels, strict=True)]
    return [value if -_FULL <= value <= _FULL else 0.0 for value in mixed], sound.rate


def _trimmed(samples: Sequence[float]) -> Sequence[float]:
    """Cut the silence off both ends of a recording."""
    peak = max(map(abs, samples), default=0.0)
    if not peak:
        return []
    heard = [index for index, value in enumerate(samples) if abs(value) > peak * _INAUDIBLE]
    return samples[heard[0] : heard[-1] + 1]
