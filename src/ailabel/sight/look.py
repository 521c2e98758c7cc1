"""Looking at one picture: what labels it shows, where, how large."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from ailabel.sight.groups import marks
from ailabel.sight.ink import measure
from ailabel.sight.reader import read, reread
from ailabel.sight.words import understood
from ailabel.spi import Appearance, Evidence, Finding, Sighting
from ailabel.standard.wording import EDGE_SHARE

if TYPE_CHECKING:
    from PIL import Image

    from ailabel.sight.groups import Mark
    from ailabel.sight.ink import Box, Ink
    from ailabel.sight.reader import Line

__all__ = ["concluded", "location_of", "look", "place_of"]

_HINT: Final = re.compile(r"[生合]成|人工|智能|(?<![A-Za-z])A[Il1]?(?![A-Za-z])")
_MOST_UNCLEAR: Final = 6
_THIRDS: Final = ("top", "", "bottom"), ("left", "", "right")


def look(picture: Image.Image) -> list[Sighting]:
    """Return the labels that a picture shows, and what may be one, from top to bottom.

    Args:
        picture: in mode RGB, as a viewer shows it.

    Raises:
        MissingExtraError: the extra ``ocr`` is not installed.
    """
    lines = read(picture)
    found = marks(lines)
    taken = {id(line) for mark in found for line in mark.lines}
    unclear = [line for line in lines if id(line) not in taken and _HINT.search(line.text)]
    if unclear:  # the detector may have cut a letter off, or taken in too much
        better = {id(line): _clearer(picture, line) for line in unclear[:_MOST_UNCLEAR]}
        found = marks([better.get(id(line), line) for line in lines])
    return [_sighting(picture, mark) for mark in found]


def _clearer(picture: Image.Image, line: Line) -> Line:
    """Read a line again; return the first reading that is a label, else the line as it was."""
    for again in reread(picture, line):
        words = understood(again.text)
        if words is not None and words.form is not None:
            return again
    return line


def concluded(sightings: list[Sighting], preview: bytes | None = None) -> Evidence:
    """Return the evidence that sightings amount to."""
    findings = {seen.finding for seen in sightings}
    order = (Finding.FOUND, Finding.REVIEW)
    finding = next((kind for kind in order if kind in findings), Finding.NOT_FOUND)
    return Evidence(finding=finding, sightings=tuple(sightings), preview=preview)


def place_of(box: Box, frame: tuple[int, int]) -> str:
    """Return where a box stands: one of `standard.wording.CORNERS`, or ``middle``."""
    across = _third((box[0] + box[2]) / 2, frame[0])
    down = _third((box[1] + box[3]) / 2, frame[1])
    names = (_THIRDS[0][down], _THIRDS[1][across])
    return "-".join(name for name in names if name) or "middle"


def _third(middle: float, size: int) -> int:
    return min(2, max(0, int(3 * middle / size)))


def _sighting(picture: Image.Image, mark: Mark) -> Sighting:
    single = len(mark.lines) == 1
    inks = [measure(picture, line, mark.text if single else line.text) for line in mark.lines]
    measured = [ink for ink in inks if ink is not None]
    box = _around([ink.box for ink in measured] or [line.box for line in mark.lines])
    return Sighting(
        text=mark.text,
        place=place_of(box, picture.size),
        location=location_of(box),
        finding=mark.finding,
        appearance=_appearance(box, picture.size, measured) if measured else None,
    )


def _appearance(box: Box, frame: tuple[int, int], inks: list[Ink]) -> Appearance:
    """Return the look of a label of one or several lines; the lowest line counts."""
    lowest = min(inks, key=lambda ink: ink.height)
    gap = min(box[0], box[1], frame[0] - box[2], frame[1] - box[3])
    left, top, right, bottom = (round(edge) for edge in box)
    return Appearance(
        box=(left, top, right, bottom),
        frame=frame,
        ink_height=lowest.height,
        em_height=lowest.em,
        tolerance=lowest.tolerance,
        at_edge=gap <= EDGE_SHARE * min(frame),
        contrast=min(ink.contrast for ink in inks),
    )


def _around(boxes: list[Box]) -> Box:
    lefts, tops, rights, bottoms = zip(*boxes, strict=True)
    return min(lefts), min(tops), max(rights), max(bottoms)


def location_of(box: Box) -> str:
    """Return the words that say where a box stands, in pixels."""
    left, top, right, bottom = (round(edge) for edge in box)
    return f"x {left}–{right}, y {top}–{bottom}"
