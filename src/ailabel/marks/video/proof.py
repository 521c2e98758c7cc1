"""The proof of a join: it is decoded, before anything is answered."""

from __future__ import annotations

from itertools import chain, zip_longest
from typing import TYPE_CHECKING, Final

from ailabel.errors import PlanError
from ailabel.marks.video import libav
from ailabel.marks.video.letters import pixels

if TYPE_CHECKING:
    from collections.abc import Iterator

    import av

    from ailabel.marks.video.coder import Coded, Coder
    from ailabel.marks.video.film import Film

__all__ = ["prove"]

_BEHIND: Final = 12  # pictures behind the join that are decoded


def prove(coder: Coder, film: Film, decoder: str, config: bytes, coded: Coded) -> float:
    """Decode a stretch and what follows it, with the new configuration.

    Returns:
        The share of the stretch's samples outside the label that are not what was meant.

    Raises:
        PlanError: a picture is missing, or one behind the stretch is not what it was.
    """
    stretch = coded.stretch
    times = sorted(film.times[stretch.first : stretch.stop])
    samples = zip(times, stretch.pictures, strict=True)
    tail = coder.samples(stretch.stop, min(stretch.stop + _BEHIND, len(film.times)))
    ours = times if coded.part.anchor is None else times[:-1]
    frames = libav.decoded(decoder, film, config, chain(samples, tail))
    differing = compared = 0
    number = -1
    for number, (time, frame) in enumerate(zip(ours, frames, strict=False)):
        if frame.pts != time:
            raise _broken()
        meant = coded.witnesses.get(number)
        if meant is not None:
            found, of = _outside(meant, frame, coded)
            differing, compared = differing + found, compared + of
    if number + 1 < len(ours):
        raise _broken()
    kept = coder.behind(coded.part, _BEHIND)
    _check_same(frames, libav.decoded(decoder, film, film.config, kept), wide=coded.letters.wide)
    return differing / compared if compared else 0.0


def _outside(meant: av.VideoFrame, frame: av.VideoFrame, coded: Coded) -> tuple[int, int]:
    """Return how many samples outside the label differ, and how many there are."""
    import numpy as np

    differing = compared = 0
    wide = coded.letters.wide
    for first, second, place in zip(meant.planes, frame.planes, coded.letters.planes, strict=False):
        unlike = pixels(first, wide=wide) != pixels(second, wide=wide)
        inside = unlike[place.rows, place.columns]
        differing += int(np.count_nonzero(unlike) - np.count_nonzero(inside))
        compared += unlike.size - inside.size
    return differing, compared


def _check_same(
    found: Iterator[av.VideoFrame], wanted: Iterator[av.VideoFrame], *, wide: bool
) -> None:
    """Compare what is decoded behind a join with what was there before."""
    import numpy as np

    for first, second in zip_longest(found, wanted):
        if first is None or second is None or first.pts != second.pts:
            raise _broken()
        for ours, theirs in zip(first.planes, second.planes, strict=False):
            if not np.array_equal(pixels(ours, wide=wide), pixels(theirs, wide=wide)):
                raise _broken()


def _broken() -> PlanError:
    return PlanError(
        "the film does not decode as it should where the labelled part ends; convert the film "
        "first, for example with ffmpeg, and label the result"
    )
