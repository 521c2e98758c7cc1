"""Looking for the visible label on a picture file.

A picture with transparent parts is looked at on white and on black, for a label must be seen on
both. Of an animation the first frame is read, and some of the others are compared with it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from ailabel.marks.image.inspect_decode import frames
from ailabel.messages import Message
from ailabel.sight.explain import explained
from ailabel.sight.look import concluded, location_of, look
from ailabel.sight.reader import is_whole
from ailabel.sight.track import Watch
from ailabel.spi import Evidence, Finding

if TYPE_CHECKING:
    from collections.abc import Iterable

    from PIL import Image

    from ailabel.io.source import View
    from ailabel.marks.image.inspect_decode import Frame
    from ailabel.model.media import Format
    from ailabel.spi import Sighting

__all__ = ["inspect"]

_UNSEEN: Final = {"jxl", "svg"}  # nothing that is installed here shows them as a viewer does


def inspect(view: View, file_format: Format, *, explain: bool = False) -> Evidence:
    """Look for the label; see `ailabel.spi.Marker`.

    Raises:
        MissingExtraError: an optional package is not installed.
        MalformedFileError: the picture cannot be decoded.
        LimitExceededError: it has too many pixels.
    """
    if file_format.id in _UNSEEN:
        reason = Message(
            "the pixels of {format} pictures are not examined for a visible label",
            {"format": file_format.name},
        )
        return Evidence(finding=Finding.UNCHECKED, reason=reason)
    rest = frames(view, file_format.id)
    first = next(rest)
    seen = _looked(first)
    if first.count > 1:
        seen = _in_all(first, seen, rest)
    ground = first.grounds[0]
    preview = explained(ground, seen) if explain else None
    if not seen and not is_whole(ground.size):
        reason = Message("the picture is very long, and only both its ends were looked at")
        return Evidence(finding=Finding.UNCHECKED, reason=reason, preview=preview)
    return concluded(seen, preview)


def _looked(frame: Frame) -> list[Sighting]:
    """Look at a frame; what shows on one ground alone is for a person to judge."""
    seen, *others = ([_full_size(item, frame) for item in look(ground)] for ground in frame.grounds)
    if not others:
        return seen
    other = others[0]
    both = [_worse(item, twin) for item in seen if (twin := _twin(item, other)) is not None]
    alone = [item for item in seen if _twin(item, other) is None]
    alone += [item for item in other if _twin(item, seen) is None]
    return [*both, *(replace(item, finding=Finding.REVIEW) for item in alone)]


def _twin(item: Sighting, others: Iterable[Sighting]) -> Sighting | None:
    """Return what shows the same words in the same part of the picture."""
    return next(
        (other for other in others if (other.text, other.place) == (item.text, item.place)), None
    )


def _worse(one: Sighting, other: Sighting) -> Sighting:
    """Return the sighting with the weaker contrast, as the surer label only if both are."""
    if one.appearance is None or other.appearance is None:
        return one
    worse = one if one.appearance.contrast <= other.appearance.contrast else other
    sure = one.finding is other.finding is Finding.FOUND
    return worse if sure else replace(worse, finding=Finding.REVIEW)


def _in_all(first: Frame, seen: list[Sighting], rest: Iterable[Frame]) -> list[Sighting]:
    """Ask of every label whether other frames show it too; if not, a person must judge.

    Where the first frame shows none, the last one is read.
    """
    ground: Image.Image = first.grounds[0]
    watches = {
        index: Watch(ground, item.appearance)
        for index, item in enumerate(seen)
        if item.appearance is not None
    }
    last = first
    missing: dict[int, int] = {}
    for frame in rest:
        last = frame
        for index, watch in watches.items():
            if index not in missing and not watch.sees(frame.grounds[0]):
                missing[index] = frame.number
    if not seen and last is not first:
        where = f"frame {last.number} of {last.count}"
        return [
            replace(item, finding=Finding.REVIEW, location=f"{item.location}, {where}")
            for item in _looked(last)
        ]
    return [
        item
        if index not in missing
        else replace(
            item,
            finding=Finding.REVIEW,
            location=f"{item.location}, not in frame {missing[index]} of {first.count}",
        )
        for index, item in enumerate(seen)
    ]


def _full_size(item: Sighting, frame: Frame) -> Sighting:
    """Tell places and heights in pixels of the whole picture, which may have been reduced."""
    look_at = item.appearance
    factor = frame.size[0] / frame.grounds[0].width
    if look_at is None or factor == 1:
        return item
    left, top, right, bottom = (round(edge * factor) for edge in look_at.box)
    box = (left, top, right, bottom)
    appearance = replace(
        look_at,
        box=box,
        frame=frame.size,
        ink_height=look_at.ink_height * factor,
        em_height=look_at.em_height * factor,
    )
    return replace(item, appearance=appearance, location=location_of(box))
