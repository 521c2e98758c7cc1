"""``ailabel label`` on films: how long and where the label is shown, and how far the work is."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING, Any

import pytest

from ailabel import LabelError, LabelSpec
from ailabel.adapters.cli import label
from builders import avi
from command import PRODUCER, ailabel
from every import SAMPLES

if TYPE_CHECKING:
    from pathlib import Path

FILM = SAMPLES / "films/flight.mp4"
BY = ("--producer", PRODUCER)


def times(tmp_path: Path, *options: str) -> list[list[float]]:
    """Plan the labelling of the film; return when its labels are shown."""
    output = tmp_path / "film.mp4"
    done = ailabel("label", FILM, "-o", output, "--dry-run", "--format", "json", *BY, *options)
    assert done.code == 0
    found: dict[str, Any] = json.loads(done.stdout)["files"][0]
    assert not output.exists()
    return [mark["seconds"] for mark in found["marks"]]


def test_the_label_is_shown_as_long_and_where_it_is_asked_for(tmp_path: Path) -> None:
    """Three seconds from the start, unless something else is said."""
    assert times(tmp_path) == [[0.0, 3.0]]
    assert times(tmp_path, "--duration", "2.5", "--also", "end") == [[0.0, 2.5], [5.5, 8.0]]
    assert times(tmp_path, "--duration", "all") == [[0.0, 8.0]]


@pytest.mark.parametrize(
    ("value", "reason"), [("long", "a number of seconds, or all"), ("1.9", "is too short")]
)
def test_impossible_durations_are_refused(tmp_path: Path, value: str, reason: str) -> None:
    """What is no number, and what is shorter than the standard asks for."""
    done = ailabel("label", FILM, "-o", tmp_path / "film.mp4", "--duration", value, *BY)
    assert done.code == 2
    assert reason in done.err


def test_impossible_values_are_listed_together() -> None:
    """The specification names every problem; what is no number at all is too short."""
    with pytest.raises(LabelError) as caught:
        LabelSpec(producer=PRODUCER, duration=float("nan"), also=("start",))
    assert "too short" in str(caught.value)
    assert "also is start, not one of middle, end" in str(caught.value)


def test_a_bar_shows_how_far_the_film_has_come(monkeypatch: pytest.MonkeyPatch) -> None:
    """It begins with the first picture and ends with the last."""
    terminal = io.StringIO()
    monkeypatch.setattr(terminal, "isatty", lambda: True)
    monkeypatch.setattr("sys.stderr", terminal)
    bar = label._FilmBar()
    for share in (0.25, 0.5, 1.0):
        bar(share)
    assert "100%" in terminal.getvalue()


def test_a_film_that_cannot_be_spliced_says_what_to_do(tmp_path: Path) -> None:
    """A container that is not handled is refused with the command that helps."""
    name, data = next(avi.samples())
    (tmp_path / name).write_bytes(data)
    done = ailabel("label", tmp_path / name, "-o", tmp_path / "out.avi", *BY)
    assert done.code == 1
    assert "ffmpeg -i IN -c copy OUT.mp4" in done.out
