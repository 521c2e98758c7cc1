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

__all__ = ["Range", "Window", "stretches", "windows"]

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


@frozen
class Range:
    """Samples that give way together.

    Args:
        first: the first one.
        stop: the one behind the last.
        anchor: a key among them that stays and becomes the last one, because pictures that are
            shown before it stand behind it; or None.
    """

    first: int
    stop: int
    anchor: int | None = None


def stretches(
    film: Film, shown: Sequence[Window], opened: Callable[[int], bool | None]
) -> list[Range]:
    """Return the ranges of samples that hold the windows and can be decoded on their own.

    Args:
        film: the film.
        shown: when the label is shown.
        opened: says of a sample whether decoding can begin at it, and whether it can as it stands;
            None where it cannot.
    """
    cuts = _cuts(film)
    found: list[Range] = []
    for window in shown:
        before = (key for key, behind in reversed(cuts) if behind == key + 1)
        early = (key for key in before if film.times[key] <= window.begin)
        first = next((key for key in early if opened(key) is not None), 0)
        new = _until(film, (first, window.end), cuts, opened)
        if found and found[-1].stop >= first:
            new = Range(found.pop().first, new.stop, new.anchor)
        found.append(new)
    return found


def _until(
    film: Film,
    wanted: tuple[int, int],
    cuts: Sequence[tuple[int, int]],
    opened: Callable[[int], bool | None],
) -> Range:
    """Return the range from a sample up to a key that is shown at or behind a time."""
    first, end = wanted
    for key, behind in cuts:
        if key <= first or film.times[key] < end:
            continue
        as_it_stands = opened(key)
        if as_it_stands and behind == key + 1:
            return Range(first, key)
        if as_it_stands is not None:
            return Range(first, behind, key)
    return Range(first, len(film.times))


def _cuts(film: Film) -> list[tuple[int, int]]:
    """Return the keys at which a film can be parted, and the samples behind which it goes on.

    Everything before such a key is shown before it, and so are the pictures that follow it at once,
    if any; all others are shown behind it.
    """
    times, count = film.times, len(film.times)
    latest = list(accumulate(times, max, initial=-_EVER))
    earliest = [*accumulate(reversed(times), min, initial=_EVER)][::-1]
    found = []
    for key in sorted(film.keys):
        if not key < count or latest[key] >= times[key]:
            continue
        behind = key + 1
        while behind < count and times[behind] < times[key]:
            behind += 1
        if earliest[behind] > times[key]:
            found.append((key, behind))
    return found
