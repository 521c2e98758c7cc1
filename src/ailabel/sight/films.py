"""Looking at the beginning of a film: the label in its opening frame, and how long it stays."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from ailabel.sight.explain import explained
from ailabel.sight.look import concluded, look
from ailabel.sight.track import Watch
from ailabel.spi import Finding
from ailabel.standard.wording import VIDEO_MIN_SECONDS
from ailabel.values import frozen

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from PIL import Image

    from ailabel.spi import Evidence, Sighting

__all__ = ["WATCHED_SECONDS", "inspect_frames"]

WATCHED_SECONDS: Final = VIDEO_MIN_SECONDS + 0.25
"""How much of a film is looked at: what a caller must be able to decode, and need not exceed."""
_LATER: Final = (0.5, 1.0, 2.0)  # seconds at which a film is looked at whose opening shows nothing


@frozen
class _Followed:
    """A label that is on the screen."""

    sighting: Sighting
    watch: Watch | None


def inspect_frames(
    frames: Iterable[tuple[float, Image.Image]],
    duration: float | None = None,
    *,
    explain: bool = False,
) -> Evidence:
    """Look for the label at the beginning of a film.

    The opening frame is read; the frames after it, up to `WATCHED_SECONDS`, only show how long a
    label stays. Where the opening shows none, up to three later frames are read.

    Args:
        frames: pictures in mode RGB as a player shows them, all of one size, with their times in
            seconds at normal speed, the opening frame first. No more is taken than is needed, so
            that a generator may decode as it goes; it need not end where watching ends.
        duration: of the whole film in seconds, where it is known.
        explain: whether a picture of what was seen is asked for.

    Returns:
        Evidence whose sightings say from when to when, counted from the opening frame; what still
        stands when watching ends is said to stand until then, or to the end of a shorter film.

    Raises:
        MissingExtraError: the extra ``ocr`` is not installed.
    """
    watching = _Watching()
    for time, picture in _timed(frames):
        watching.see(time, picture)
        if time >= WATCHED_SECONDS:
            break
    sightings = watching.finished(duration)
    preview = None
    if explain and watching.shown is not None:
        preview = explained(watching.shown, sightings)
    return replace(concluded(sightings, preview), duration=duration)


def _timed(frames: Iterable[tuple[float, Image.Image]]) -> Iterator[tuple[float, Image.Image]]:
    """Yield the frames with times counted from the first; none goes back in time."""
    start: float | None = None
    for time, picture in frames:
        start = time if start is None else start
        yield max(0.0, time - start), picture


class _Watching:
    """What is on the screen, and what was; fed with frames in order.

    Attributes:
        shown: the frame in which something was first found, or the opening one.
    """

    def __init__(self) -> None:
        self.shown: Image.Image | None = None
        self._present: list[_Followed] = []
        self._gone: list[Sighting] = []
        self._due = [0.0, *_LATER]
        self._last = 0.0
        self._step = 0.0

    def see(self, time: float, picture: Image.Image) -> None:
        """Look at the next frame."""
        self._step = time - self._last or self._step
        self._last = time
        if self._due and time >= self._due[0]:
            self._due = [due for due in self._due if due > time]
            self._search(time, picture)
        else:
            self._follow(time, picture)

    def _search(self, time: float, picture: Image.Image) -> None:
        """Read a frame whole, as long as nothing was found."""
        found = look(picture)
        if self.shown is None or found:
            self.shown = picture
        if found:
            self._due = []
        for seen in found:
            begun = replace(seen, seconds=(time, time))
            watched = seen.appearance is not None
            watch = Watch(picture, seen.appearance) if watched and seen.appearance else None
            self._present.append(_Followed(begun, watch))

    def _follow(self, time: float, picture: Image.Image) -> None:
        """Ask of every label on the screen whether it is still there."""
        stay = []
        for item in self._present:
            if item.watch is not None and item.watch.sees(picture):
                stay.append(item)
            else:
                self._gone.append(_until(item.sighting, time))
        self._present = stay

    def finished(self, duration: float | None) -> list[Sighting]:
        """Return what was seen, with its times: the surer first, then what came first."""
        end = self._last + self._step
        if duration is not None:
            end = min(end, duration) if self._last < duration else duration
        seen = [*self._gone, *(_until(item.sighting, end) for item in self._present)]
        return sorted(seen, key=lambda item: (item.finding is not Finding.FOUND, item.seconds))


def _until(sighting: Sighting, end: float) -> Sighting:
    begin = sighting.seconds[0] if sighting.seconds else 0.0
    return replace(sighting, seconds=(round(begin, 3), round(max(begin, end), 3)))
