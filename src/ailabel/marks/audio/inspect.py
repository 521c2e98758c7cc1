"""Listen for the label: the rhythm, whoever made it, and the spoken line in a voice that is known.

The start and the end are heard, and all of a short sound. A label in another voice is not
understood here; wherever somebody may be speaking, the answer is that nothing can be said. That
nothing was found is said only of a sound that was heard from start to end and in which nothing
moves as speech does.
"""

from __future__ import annotations

from functools import lru_cache
from importlib import resources
from itertools import chain, pairwise
from typing import TYPE_CHECKING, Final

from ailabel.errors import AilabelError, MalformedFileError
from ailabel.io.source import BytesView
from ailabel.marks.audio import (
    inspect_prompt,
    inspect_rhythm,
    inspect_sound,
    inspect_spectrum,
    inspect_voice,
)
from ailabel.marks.audio.libav import loaded
from ailabel.marks.audio.prompt import VOICE
from ailabel.messages import Message
from ailabel.spi import Evidence, Finding, Sighting
from ailabel.standard.wording import RHYTHM_TEXT, SPOKEN_TEXT
from ailabel.values import frozen

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import numpy as np
    from numpy.typing import NDArray

    from ailabel.io.source import View
    from ailabel.marks.audio.inspect_prompt import Template
    from ailabel.marks.audio.inspect_sound import Stretch
    from ailabel.marks.audio.inspect_spectrum import Lines

__all__ = ["FORMATS", "inspect"]

FORMATS: Final = frozenset(inspect_sound.DEMUXERS)
_NEAR: Final = 5.0  # seconds from the start or the end: the label stands there
_EITHER: Final = 0.5  # seconds; a label that nothing else stands beside stands at the start
_OFTEN: Final = 3  # rhythms in one sound; more are an alarm, or a person must say what they are
_EDGES: Final = 0.04  # seconds of our recording before the first and after the last sound
_SILENT: Final = 1e-6  # -60 dB: what is softer is no content
_SOFT: Final = 1e-3  # of the power of what sounds around it, -30 dB: perhaps nobody hears it


@frozen(kw_only=True)
class _Heard:
    """What one stretch holds.

    Args:
        sightings: the labels, with the seconds of the whole sound.
        speech: whether somebody may be speaking.
        begin: when anything is first heard, or None for silence.
        end: when anything is last heard, or None for silence.
        stretch: where it stands in the whole: from, to, whether it is the first, the last.
    """

    sightings: tuple[Sighting, ...]
    speech: bool
    begin: float | None
    end: float | None
    stretch: tuple[float, float, bool, bool]


def inspect(view: View, format_id: str, *, explain: bool = False) -> Evidence:
    """Listen to a file.

    Args:
        view: the file.
        format_id: one of `FORMATS`.
        explain: whether a picture of what was heard is asked for.
    """
    try:
        with loaded("listening for the label in sound"):
            return _listen(view, format_id, explain=explain)
    except AilabelError as error:
        return Evidence(finding=Finding.UNCHECKED, reason=Message(error.text, error.params))


def _listen(view: View, format_id: str, *, explain: bool) -> Evidence:
    from ailabel.marks.audio.inspect_picture import Picture

    picture = Picture() if explain else None
    heard: list[_Heard] = []
    for stretch in inspect_sound.listen(view, format_id):
        spectra = inspect_spectrum.power(stretch.samples)
        heard.append(_hear(stretch, spectra, _known()))
        if picture is not None:
            picture.add(stretch.start, spectra)
    if not heard or not any(part.stretch[1] > part.stretch[0] for part in heard):
        raise MalformedFileError("the file holds no sound that can be decoded")
    sightings = _placed(heard)
    finding, reason = _conclusion(heard, sightings)
    return Evidence(
        finding=finding,
        sightings=sightings,
        reason=reason,
        preview=None if picture is None else picture.draw(sightings),
        duration=heard[-1].stretch[1] if heard[-1].stretch[3] else None,
    )


@lru_cache(maxsize=1)
def _known() -> Template:
    """Return our own recording of the spoken line."""
    import numpy as np

    asset = resources.files("ailabel") / "assets" / "voice" / VOICE
    stretches = inspect_sound.listen(BytesView(asset.read_bytes()), "wav")
    samples = np.concatenate([stretch.samples for stretch in stretches])
    return inspect_prompt.make_template(samples, len(samples) / inspect_sound.RATE)


def _hear(stretch: Stretch, spectra: NDArray[np.float32], known: Template) -> _Heard:
    lines = inspect_spectrum.find_lines(spectra)
    rhythms = inspect_rhythm.find(lines, first=stretch.first, last=stretch.last)
    spoken = inspect_prompt.find(spectra, known)
    sightings = chain(
        (_sighting(stretch, lines, (item.begin, item.end)) for item in rhythms),
        (
            _sighting(
                stretch,
                lines,
                (item.begin, item.end),
                rate=len(SPOKEN_TEXT) * 60 * item.tempo / (known.seconds - _EDGES),
            )
            for item in spoken
        ),
    )
    begin, end = _sounding(lines.total)
    return _Heard(
        sightings=tuple(sightings),
        speech=inspect_voice.may_hold_speech(spectra, lines),
        begin=None if begin is None else stretch.start + begin,
        end=None if end is None else stretch.start + end,
        stretch=(stretch.start, stretch.start + stretch.seconds, stretch.first, stretch.last),
    )


def _sighting(
    stretch: Stretch, lines: Lines, seconds: tuple[float, float], rate: float | None = None
) -> Sighting:
    """Describe what was heard; a rate makes it speech. Its place is told when all was heard."""
    begin, end = (round(stretch.start + time, 2) for time in seconds)
    return Sighting(
        text=RHYTHM_TEXT if rate is None else SPOKEN_TEXT,
        place="middle",
        location=f"{begin:.1f}-{end:.1f} s",
        finding=Finding.FOUND if _is_audible(lines.total, seconds) else Finding.REVIEW,
        form="rhythm" if rate is None else "speech",
        seconds=(begin, end),
        rate=None if rate is None else round(rate, 1),
    )


def _is_audible(total: NDArray[np.float32], seconds: tuple[float, float]) -> bool:
    """Say whether people hear a label, beside silence and beside what sounds around it."""
    begin, end = (round(time / inspect_spectrum.HOP) for time in seconds)
    label, around = float(total[begin:end].mean()), total[total > _SILENT]
    return label > _SILENT and (not len(around) or label > _SOFT * float(around.mean()))


def _sounding(total: NDArray[np.float32]) -> tuple[float | None, float | None]:
    """Return when a stretch is first and last heard."""
    import numpy as np

    heard = np.flatnonzero(total > _SILENT)
    if not len(heard):
        return None, None
    return float(heard[0]) * inspect_spectrum.HOP, float(heard[-1]) * inspect_spectrum.HOP


def _placed(heard: list[_Heard]) -> tuple[Sighting, ...]:
    """Return the labels in order, each once, and say where they stand."""
    from dataclasses import replace

    begins = [part.begin for part in heard if part.begin is not None]
    ends = [part.end for part in heard if part.end is not None]
    last = max(ends, default=0.0) if heard[-1].stretch[3] else float("inf")
    found: list[Sighting] = []
    for sighting in sorted(_all(heard), key=lambda item: item.seconds or (0.0, 0.0)):
        if any(_overlap(sighting, other) for other in found):
            continue
        begin, end = sighting.seconds or (0.0, 0.0)
        before, behind = begin - min(begins, default=0.0), last - end
        place = "start" if before <= behind + _EITHER else "end"
        found.append(replace(sighting, place=place if min(before, behind) <= _NEAR else "middle"))
    if sum(item.form == "rhythm" for item in found) > _OFTEN:
        return tuple(
            replace(item, finding=Finding.REVIEW) if item.form == "rhythm" else item
            for item in found
        )
    return tuple(found)


def _all(heard: Iterable[_Heard]) -> Iterator[Sighting]:
    return chain.from_iterable(part.sightings for part in heard)


def _overlap(one: Sighting, other: Sighting) -> bool:
    begin, end = one.seconds or (0.0, 0.0)
    other_begin, other_end = other.seconds or (0.0, 0.0)
    return one.form == other.form and begin < other_end and other_begin < end


def _conclusion(
    heard: list[_Heard], sightings: tuple[Sighting, ...]
) -> tuple[Finding, Message | None]:
    for finding in (Finding.FOUND, Finding.REVIEW):
        if any(sighting.finding is finding for sighting in sightings):
            return finding, None
    if any(part.speech for part in heard):
        return Finding.UNCHECKED, Message(
            "speech may be heard, and only ailabel's own recording is understood; listen to it"
        )
    if not _is_whole(heard):
        return Finding.UNCHECKED, Message(
            "no label was heard at the start and the end; the rest was not listened to"
        )
    return Finding.NOT_FOUND, None


def _is_whole(heard: list[_Heard]) -> bool:
    """Say whether nothing was left out between the stretches, before or after them."""
    if not heard[0].stretch[2] or not heard[-1].stretch[3]:
        return False
    return all(
        later.stretch[0] <= earlier.stretch[1] + inspect_spectrum.HOP
        for earlier, later in pairwise(heard)
    )
