"""Labels in films: the opening frame, and how long they stay."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Final

import pytest
from PIL import Image

from ailabel.drawing.layout import lay_out
from ailabel.sight.films import WATCHED_SECONDS, inspect_frames
from ailabel.spi import Finding, MarkSpec

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.eyes
SIZE: Final = (480, 270)
RATE: Final = 10


def frame(number: int, *, label: bool) -> Image.Image:
    """Return a frame of a film whose ground changes."""
    picture = Image.linear_gradient("L").resize(SIZE).convert("RGB")
    picture = picture.rotate(number)
    if label:
        stencil = lay_out(SIZE, 1, MarkSpec())
        picture.paste((0, 0, 0), stencil.area[:2], stencil.plate)
        picture.paste((255, 255, 255), stencil.area[:2], stencil.letters)
    return picture


def film(begin: float, end: float, length: float) -> Iterator[tuple[float, Image.Image]]:
    """Yield frames that show a label from one time to another; times start at 5 s."""
    for number in range(round(length * RATE)):
        time = number / RATE
        yield 5 + time, frame(number, label=begin <= time < end)


@pytest.mark.parametrize(
    ("shown", "length", "seconds"),
    [((0, 1.5), 8.0, (0, 1.5)), ((0, 2.0), 8.0, (0, 2.0)), ((0, 1), 1.0, (0, 1.0))],
)
def test_how_long_a_label_stays(
    shown: tuple[float, float], length: float, seconds: tuple[float, float]
) -> None:
    """From the opening frame to the first one without it, or to the end of the film."""
    evidence = inspect_frames(film(*shown, length), length)
    (seen,) = evidence.sightings
    assert evidence.finding is seen.finding is Finding.FOUND
    assert seen.seconds == pytest.approx(seconds)
    assert evidence.duration == length


def test_no_more_is_decoded_than_is_needed() -> None:
    """A film of an hour costs as much as one of three seconds."""
    frames = film(0, 9, 60.0)
    (seen,) = inspect_frames(frames, 60.0).sightings
    assert seen.seconds is not None
    assert seen.seconds[1] >= WATCHED_SECONDS
    time, _ = next(frames)
    assert time - 5 < WATCHED_SECONDS + 2 / RATE


def test_a_label_that_comes_late_is_told_to_come_late() -> None:
    """What the opening frame does not show is looked for a few times more."""
    evidence = inspect_frames(film(0.9, 9, 4.0), 4.0, explain=True)
    (seen,) = evidence.sightings
    assert seen.seconds is not None
    assert seen.seconds[0] == pytest.approx(1.0)
    assert evidence.preview is not None
    assert Image.open(io.BytesIO(evidence.preview)).size == SIZE


def test_a_film_without_label_or_frames_shows_none() -> None:
    """Nothing seen is not found, also of nothing."""
    assert inspect_frames(film(9, 9, 0.3), 0.3).finding is Finding.NOT_FOUND
    assert inspect_frames(iter(()), None).finding is Finding.NOT_FOUND
