"""When the label is shown, and which coded pictures must give way for it."""

from __future__ import annotations

from bisect import bisect_right
from itertools import accumulate
from math import ceil
from typing import TYPE_CHECKING, Final

from ailabel.standard.wording import VIDEO_SECONDS
from ailabel.values import frozen

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ailabel.marks.video.film import Film
    from ailabel.spi import MarkSpec

__all__ = ["Window", "stretches", "windows"]

_EVER: Final = 1 << 80  # behind the end of every film


@frozen
class Window:
    """A time in which the label is shown, in the film's units: from `begin` to before `end`."""

    begin: int
    end: int

    def holds(self, time: int) -> bool:
        """Say whether a picture that is shown at a time bears the label."""
        return self.begin <= time < self.end

    def seconds(self, film: Film) -> tuple[float, float]:
        """Return the same as a player shows it."""
        begin = max(self.begin, film.begin) - film.begin
        end = min(self.end, film.end) - film.begin
        return (
            round(film.delay + float(begin / film.timescale), 3),
            round(film.delay + float(end / film.timescale), 3),
        )


def windows(film: Film, spec: MarkSpec) -> tuple[Window, ...]:
    """Return when the label is shown, in order; throughout where there is time for no more.

    A window begins where a picture does, so that it is never shorter than what is asked for.
    """
    wanted = VIDEO_SECONDS if spec.duration is None else spec.duration
    parts = len({"start", *spec.also})
    if film.is_edited or parts * wanted >= film.seconds:
        return (Window(-_EVER, _EVER),)
    length = ceil(wanted * film.timescale)
    shown = sorted(film.times)
    found = [Window(-_EVER, film.begin + length)]
    for place in sorted({"middle", "end"} & set(spec.also), reverse=True):
        begin = (film.begin + film.end - length) // 2 if place == "middle" else film.end - length
        begin = shown[max(bisect_right(shown, begin) - 1, 0)]
        found.append(Window(begin, _EVER if place == "end" else begin + length))
    return tuple(found)


def stretches(
    film: Film, shown: Sequence[Window], is_entry: Callable[[int], bool]
) -> list[tuple[int, int]]:
    """Return the ranges of samples that hold the windows and can be decoded on their own.

    Args:
        film: the film.
        shown: when the label is shown.
        is_entry: says of a sample whether nothing at or behind it leans on what stands before.
    """
    cuts = _cuts(film)
    found: list[tuple[int, int]] = []
    for window in shown:
        before = (cut for cut in reversed(cuts) if film.times[cut] <= window.begin)
        first = next((cut for cut in before if is_entry(cut)), 0)
        behind = (cut for cut in cuts if cut > first and film.times[cut] >= window.end)
        stop = next((cut for cut in behind if is_entry(cut)), len(film.times))
        if found and found[-1][1] >= first:
            found[-1] = (found[-1][0], max(stop, found[-1][1]))
        else:
            found.append((first, stop))
    return found


def _cuts(film: Film) -> list[int]:
    """Return the samples that everything before is shown before, and everything behind, behind."""
    latest = accumulate(film.times, max, initial=-_EVER)
    earliest = list(accumulate(reversed(film.times), min))[::-1]
    return [
        number
        for number, (before, after) in enumerate(zip(latest, earliest, strict=False))
        if number in film.keys and before < after == film.times[number]
    ]
