"""The label on a film: what is chosen, coded anew, proved, and said of it."""

from __future__ import annotations

from dataclasses import replace
from itertools import count
from typing import TYPE_CHECKING

from ailabel.errors import PlanError
from ailabel.marks.video import proof, when
from ailabel.marks.video.coder import Coder
from ailabel.messages import Message
from ailabel.spi import Rendition

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ailabel.io.source import View
    from ailabel.marks.video.coder import Coded, Coding
    from ailabel.marks.video.film import Container, Film
    from ailabel.spi import Mark, MarkSpec

__all__ = ["render"]


def render(view: View, container: Container, spec: MarkSpec) -> Rendition:
    """Plan the edits that draw the label on a film.

    Raises:
        PlanError: it cannot be drawn, or the film cannot be spliced.
        MalformedFileError: the file is damaged.
        LimitExceededError: too much would have to be coded anew.
    """
    film = container.film
    coding = _coding(view, film)

    def opened(number: int) -> bool | None:
        span = film.spans[number]
        sample = view.read(span.offset, span.length)
        found = coding.opened(sample)
        return None if found is None else found == sample

    shown = when.windows(film, spec)
    ranges = when.stretches(film, shown, opened)
    total = sum(part.stop - part.first - (part.anchor is not None) for part in ranges)
    coder = Coder(view, film, coding, _counted(total, spec.progress))
    coded = [coder.code(part, shown, spec) for part in ranges]
    whole = sum(len(item.stretch.pictures) for item in coded) == len(film.times)
    config = coding.config(coded[0].extradata, whole=whole)
    if len({item.extradata for item in coded}) > 1:
        raise PlanError("the film's labelled parts do not come out alike; label its start only")
    shares = [proof.prove(coder, film, coding.decoder, config, item) for item in coded]
    edits = container.replaced([item.stretch for item in coded], config)
    parts = [len(item.stretch.pictures) / len(film.times) for item in coded]
    return Rendition(
        edits=edits,
        marks=_marks(film, coded[0], shown),
        reencoded=_account(film, coding, ranges),
        changed_outside=sum(a * b for a, b in zip(shares, parts, strict=True)),
        notes=_notes(film, shown, whole=whole),
    )


def _coding(view: View, film: Film) -> Coding:
    """Return how the film is coded."""
    if film.codec in {"vp8", "vp9"}:
        from ailabel.marks.video import vpx

        return vpx.VP8(film) if film.codec == "vp8" else vpx.VP9(film)
    if film.codec == "av1":
        from ailabel.marks.video.av1 import AV1

        return AV1(film)
    span = film.spans[0]
    first = view.read(span.offset, span.length)
    if film.codec == "hevc":
        from ailabel.marks.video.hevc import HEVC

        return HEVC(film, first)
    from ailabel.marks.video.h264 import H264

    return H264(film, first)


def _counted(total: int, progress: Callable[[float], None] | None) -> Callable[[], object]:
    """Return what is called for each picture, and tells which share of all is done."""
    done = count(1)
    if progress is None:
        return done.__next__
    return lambda: progress(min(next(done) / total, 1.0))


def _marks(film: Film, coded: Coded, shown: Sequence[when.Window]) -> tuple[Mark, ...]:
    return tuple(replace(coded.letters.mark, seconds=window.seconds(film)) for window in shown)


def _account(film: Film, coding: Coding, ranges: Sequence[when.Range]) -> str:
    """Say which pictures were coded anew, counted as they are shown."""
    counted = [(part.first, part.stop - (part.anchor is not None)) for part in ranges]
    if counted == [(0, len(film.times))]:
        return f"all {len(film.times)} pictures, in {coding.name}"
    parts = " and ".join(f"{first + 1} to {stop}" for first, stop in counted)
    return f"the pictures {parts} of {len(film.times)}, in {coding.name}; all others were copied"


def _notes(film: Film, shown: Sequence[when.Window], *, whole: bool) -> tuple[Message, ...]:
    """Say what the user must know of the way that was taken."""
    if not whole:
        return ()
    if film.is_edited:
        return (
            Message(
                "the film shows its pictures in an order of its own, so all of them were labelled "
                "and coded anew"
            ),
        )
    if not any(window.holds(film.end - 1) for window in shown):
        return (
            Message(
                "no group of pictures begins cleanly behind the label, so the whole film was "
                "coded anew"
            ),
        )
    return ()
