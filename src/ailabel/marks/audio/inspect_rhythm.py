"""The rhythm short-long-short-short, whoever made it.

The standard gives the order of the tones and nothing else: neither unit nor pitch nor level. So a
tone is whatever holds a good part of the sound's power in one narrow line, its level is a level
that this line often has, and the four tones are told by the ratios of their lengths [ITU-R M.1677-1
part I, 2] with the tolerance that hands and makers of beeps need. Morse code calls this L, or A and
I, so what stands in a longer message, in a melody or in an alarm must not count: the four tones are
alike, steady, alone, and no other tone stands next to them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ailabel.marks.audio.inspect_spectrum import BIN_HERTZ, HOP, LOWEST, decibels
from ailabel.values import frozen

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np
    from numpy.typing import NDArray

    from ailabel.marks.audio.inspect_spectrum import Lines

__all__ = ["Rhythm", "find"]

_HALF: Final = 2  # bins on either side that are asked for the pitch
_TONAL: Final = 0.35  # share of the power in one line: a tone stands out
_OWN: Final = 0.6  # part of the tones' time in which their line is the strongest
_NEARLY: Final = 3.0  # dB below the strongest line: one of two tones that sound together
_PURE: Final = 0.6  # share at which a sound is nothing but a tone
_DROP: Final = 7.0  # dB below its level at which a tone begins and ends
_LEVEL_STEP: Final = 2.0  # dB, of the search for a line's levels
_MOST_LINES: Final = 32
_FEWEST: Final = 25  # spectra that four tones of the shortest kind fill
_SHORTEST: Final = 3  # spectra; a shorter gap or tone is a crackle
_DOT: Final = (9, 85)  # spectra, 45 to 425 ms
_DASH: Final = (1.7, 4.5)  # dots
_GAP: Final = (0.35, 2.2)  # dots, between the tones of a letter
_LETTER_GAP: Final = 4.6  # dots, between the letters
_UNLIKE: Final = 4.0  # dB between the softest and the loudest of the four tones
_UNSTEADY: Final = 2.5  # dB, standard deviation within a tone
_FADING: Final = 3.0  # dB between the first and the last third of the long tone: a string, a bell
_OUT_OF_TUNE: Final = 0.35  # bins between the lowest and the highest of the four tones
_ALONE: Final = 9.0  # dots without another such tone, before and behind: a pause between words is 7
_SAME: Final = (0.65, 1.4)  # lengths of a dot or dash that are the same still
_OTHER_SHARE: Final = 0.25  # of the power in the line: a vowel or a chord, not the same tone
_APART: Final = 7.0  # dots without another note on one side, where a melody would go on
_REST: Final = 1.3  # of the gaps between the tones, without another note on the other side
_PAUSE: Final = 40  # spectra; so long a rest is enough
_NEIGHBOUR: Final = 6.0  # dB below the tones at which another note is heard beside them
_CONTRAST: Final = 0.5  # power in the gaps, of that in the tones, in the whole band


@frozen(kw_only=True)
class Rhythm:
    """One rhythm that was heard.

    Args:
        begin: of the first tone, in seconds from the start of the stretch.
        end: of the last one.
        unit: length of a short tone, in seconds.
        pitch: in hertz.
    """

    begin: float
    end: float
    unit: float
    pitch: float


def find(lines: Lines, *, first: bool, last: bool) -> list[Rhythm]:
    """Find every rhythm in a stretch of sound, in order.

    Args:
        lines: of the stretch.
        first: whether nothing comes before the stretch.
        last: whether nothing comes after it.
    """
    found: list[Rhythm] = []
    for line in _candidates(lines):
        for rhythm in _on_line(lines, line, (first, last)):
            if all(rhythm.end <= other.begin or other.end <= rhythm.begin for other in found):
                found.append(rhythm)
    return sorted(found, key=lambda rhythm: rhythm.begin)


def _candidates(lines: Lines) -> list[int]:
    """Return the lines that stand out long enough for a rhythm, the longest first."""
    import numpy as np

    counts = np.bincount(lines.peak[lines.share > _TONAL], minlength=lines.power.shape[1])
    near = np.convolve(counts, np.ones(3, np.intp), "same")
    wide = np.pad(near, 1)
    tops = np.flatnonzero((near >= _FEWEST) & (near >= wide[:-2]) & (near > wide[2:]))
    return [int(line) for line in tops[np.argsort(-near[tops], kind="stable")][:_MOST_LINES]]


def _on_line(lines: Lines, line: int, edges: tuple[bool, bool]) -> Iterator[Rhythm]:
    """Yield the rhythms on one line, at whatever level it often has."""
    level = decibels(lines.power[:, line])
    for top in _levels(level[_own(lines, line)]):
        begins, ends = _runs(level > top - _DROP)
        for index in _matches(begins, ends):
            tones = _Tones(begins[index : index + 4], ends[index : index + 4])
            if _is_rhythm(lines, (line, top), tones, edges):
                yield _rhythm(lines, line, tones)


def _own(lines: Lines, line: int) -> NDArray[np.bool_]:
    """Return when a line stands out, as strong as any or nearly so."""
    level = decibels(lines.power[:, line])
    return (level > lines.loud - _NEARLY) & (lines.share > _TONAL)


def _levels(values: NDArray[np.float32]) -> list[float]:
    """Return the levels in dB that a line often has."""
    import numpy as np

    if len(values) < _FEWEST:
        return []
    counts = np.bincount(np.round((values + 100) / _LEVEL_STEP).astype(np.intp))
    near = np.convolve(counts, np.ones(3, np.intp), "same")
    peaks = [
        index
        for index in np.flatnonzero(near >= _FEWEST)
        if near[index] >= near[max(index - 1, 0) : index + 2].max()
    ]
    return [float(index * _LEVEL_STEP - 100) for index in peaks]


def _runs(heard: NDArray[np.bool_]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return where runs begin and end, crackles left out."""
    import numpy as np

    steps = np.diff(np.concatenate(([0], heard.view(np.int8), [0])))
    begins, ends = np.flatnonzero(steps == 1), np.flatnonzero(steps == -1)
    if len(begins):
        gaps = begins[1:] - ends[:-1] >= _SHORTEST
        begins, ends = begins[np.append(True, gaps)], ends[np.append(gaps, True)]
    long = ends - begins >= _SHORTEST
    return begins[long], ends[long]


def _matches(begins: NDArray[np.intp], ends: NDArray[np.intp]) -> list[int]:
    """Return which runs are the first of four whose lengths and gaps have the ratios."""
    import numpy as np

    if len(begins) < 4:  # noqa: PLR2004 - the rhythm has four tones
        return []
    tones, gaps = ends - begins, begins[1:] - ends[:-1]
    count = len(tones) - 3
    one, dash, two, three = (tones[shift : shift + count] for shift in range(4))
    after, letter, within = (gaps[shift : shift + count] for shift in range(3))
    dots = np.stack((one, two, three))
    dot = np.median(dots, axis=0)
    alike = (np.abs(dots - dot) <= dot / 4 + 2).all(axis=0)
    small, large = np.minimum(after, within), np.maximum(after, within)
    fits = (
        alike
        & (_DOT[0] <= dot)
        & (dot <= _DOT[1])
        & (dash >= _DASH[0] * dot)
        & (dash <= _DASH[1] * dot)
        & (small >= _GAP[0] * dot)
        & (large <= _GAP[1] * dot)
        & (large <= 1.6 * small + 3)
        & (letter >= 0.7 * small)
        & (letter <= _LETTER_GAP * dot)
    )
    return [int(index) for index in np.flatnonzero(fits)]


@frozen
class _Tones:
    """Four runs of spectra."""

    begins: NDArray[np.intp]
    ends: NDArray[np.intp]

    @property
    def dot(self) -> float:
        """Length of a short tone."""
        lengths = sorted(int(length) for length in (self.ends - self.begins)[[0, 2, 3]])
        return lengths[1]

    def spans(self) -> list[slice]:
        """Return the inside of each tone, without its edges."""
        return [
            slice(int(begin) + 2, max(int(end) - 2, int(begin) + 3))
            for begin, end in zip(self.begins, self.ends, strict=True)
        ]

    def gaps(self) -> list[slice]:
        """Return the inside of each gap."""
        return [
            slice(int(end) + 2, max(int(begin) - 2, int(end) + 3))
            for end, begin in zip(self.ends[:-1], self.begins[1:], strict=True)
        ]


def _is_rhythm(
    lines: Lines, tone: tuple[int, float], tones: _Tones, edges: tuple[bool, bool]
) -> bool:
    """Say whether four runs are clear, alike, steady and alone."""
    line = tone[0]
    if not _is_clear(lines, line, tones):
        return False
    level = decibels(lines.power[:, line])
    if not _is_steady([level[span] for span in tones.spans()]):
        return False
    pitches = [_pitch(lines, line, span) for span in tones.spans()]
    if max(pitches) - min(pitches) > _OUT_OF_TUNE:
        return False
    mean = sum(float(level[span].mean()) for span in tones.spans()) / 4
    return _is_alone(lines, (line, mean), tones, edges)


def _is_clear(lines: Lines, line: int, tones: _Tones) -> bool:
    """Say whether the line holds what is heard in the tones, and the gaps are quieter."""
    import numpy as np

    times = np.arange(len(lines.peak))
    inside = np.concatenate([times[span] for span in tones.spans()])
    outside = np.concatenate([times[span] for span in tones.gaps()])
    quieter = lines.total[outside].mean() <= _CONTRAST * lines.total[inside].mean()
    return bool(quieter and _own(lines, line)[inside].mean() >= _OWN)


def _is_steady(levels: list[NDArray[np.float32]]) -> bool:
    """Say whether four tones are as loud as each other from their beginnings to their ends."""
    means = [float(level.mean()) for level in levels]
    if max(means) - min(means) > _UNLIKE:
        return False
    if max(float(level.std()) for level in levels) > _UNSTEADY:
        return False
    dash = levels[1]
    third = max(len(dash) // 3, 1)
    return abs(float(dash[:third].mean() - dash[-third:].mean())) <= _FADING


def _pitch(lines: Lines, line: int, span: slice) -> float:
    """Return the centre of a line, in bins above `LOWEST`."""
    import numpy as np

    low, high = max(line - _HALF, 0), line + _HALF + 1
    weights = lines.power[span, low:high].mean(axis=0)
    return float(np.average(np.arange(low, low + len(weights)), weights=weights**2))


def _is_alone(
    lines: Lines, tone: tuple[int, float], tones: _Tones, edges: tuple[bool, bool]
) -> bool:
    """Say whether no other such tone is near, and no other note next to the four."""
    begin, end = int(tones.begins[0]), int(tones.ends[-1])
    far = round(_ALONE * tones.dot)
    if (begin < far and not edges[0]) or (end + far > len(lines.peak) and not edges[1]):
        return False
    reach = far + int(tones.ends[1] - tones.begins[1])  # so that a long tone is seen whole
    before, behind = slice(max(begin - reach, 0), max(begin - 1, 0)), slice(end + 1, end + reach)
    if any(_is_keyed(lines, tone, tones, zone) for zone in (before, behind)):
        return False
    note = (lines.share > _PURE) & (lines.loud > tone[1] - _NEIGHBOUR)
    shortest = max(_SHORTEST, round(0.4 * tones.dot))
    rests = sorted((_rest(note[before][::-1], shortest), _rest(note[behind], shortest)))
    gap = max(span.stop - span.start for span in tones.gaps()[::2]) + 4
    return rests[0] > min(_REST * gap, _PAUSE) and rests[1] > _APART * tones.dot


def _is_keyed(lines: Lines, tone: tuple[int, float], tones: _Tones, zone: slice) -> bool:
    """Say whether a tone of the same kind and length sounds in a zone: it is a longer message."""
    import numpy as np

    line, top = tone
    level = decibels(lines.power[:, line])
    own = _own(lines, line) & (np.abs(level - top) <= _UNLIKE)
    pitch = _pitch(lines, line, tones.spans()[1])
    share = float(np.median(lines.share[tones.spans()[1]]))
    dash = int(tones.ends[1] - tones.begins[1])
    begins, ends = _runs(own[zone])
    for begin, end in zip(begins + zone.start, ends + zone.start, strict=True):
        span = slice(int(begin), int(end))
        if (
            any(_SAME[0] < (end - begin) / length < _SAME[1] for length in (tones.dot, dash))
            and float(level[span][1:-1].std()) <= _UNSTEADY
            and abs(float(np.median(lines.share[span])) - share) < _OTHER_SHARE
            and abs(_pitch(lines, line, span) - pitch) < _OUT_OF_TUNE
            and _stands_out(lines.total, span)
        ):
            return True
    return False


def _stands_out(total: NDArray[np.float32], span: slice) -> bool:
    """Say whether it is quieter before and behind, as it is not around a vowel or a chord."""
    sides = total[max(span.start - 6, 0) : max(span.start - 2, 0)], total[span.stop + 2 :][:4]
    least = _CONTRAST * float(total[span].mean())
    return all(not len(side) or float(side.mean()) < least for side in sides)


def _rest(note: NDArray[np.bool_], shortest: int) -> float:
    """Return how many spectra pass before the first note of some length."""
    begins, ends = _runs(note)
    long = begins[ends - begins >= shortest]
    return float(long[0]) if len(long) else float("inf")


def _rhythm(lines: Lines, line: int, tones: _Tones) -> Rhythm:
    import numpy as np

    pitch = np.mean([_pitch(lines, line, span) for span in tones.spans()])
    return Rhythm(
        begin=float(tones.begins[0]) * HOP,
        end=float(tones.ends[-1]) * HOP,
        unit=tones.dot * HOP,
        pitch=(float(pitch) + LOWEST) * BIN_HERTZ,
    )
