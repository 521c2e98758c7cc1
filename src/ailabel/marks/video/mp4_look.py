"""MP4 and QuickTime: how a track is to be shown, in space and in time."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Final

from ailabel.codecs import bmff, bmff_tracks
from ailabel.errors import MalformedFileError, PlanError
from ailabel.marks.video.film import Geometry
from ailabel.values import frozen

if TYPE_CHECKING:
    from ailabel.codecs.bmff import Box
    from ailabel.drawing.stencil import Box as Area
    from ailabel.io.source import View

__all__ = ["Edit", "edits", "look"]

_TURNS: Final = {  # signs of a, b, c, d of the matrix [ISO14496-12 6.2.2] -> Exif orientation
    (1, 0, 0, 1): 1,
    (-1, 0, 0, 1): 2,
    (-1, 0, 0, -1): 3,
    (1, 0, 0, -1): 4,
    (0, 1, 1, 0): 5,
    (0, 1, -1, 0): 6,
    (0, -1, -1, 0): 7,
    (0, -1, 1, 0): 8,
}


@frozen
class Edit:
    """One entry of an edit list: where it begins in the track, -1 for a pause, and how long."""

    start: int
    seconds: Fraction
    rate: int


def edits(view: View, track: bmff_tracks.Track, timescale: int) -> list[Edit]:
    """Read the edit list [ISO14496-12 8.6.6]."""
    item = bmff.find(view, track.parts[b"edts"], b"elst") if b"edts" in track.parts else None
    if item is None:
        return []
    body = bmff.read_body(view, item, 8)
    width = 8 if body[0] else 4
    stride = 2 * width + 4
    count = min(int.from_bytes(body[4:8], "big"), (len(body) - 8) // stride)
    found = []
    for at in range(8, 8 + count * stride, stride):
        length = int.from_bytes(body[at : at + width], "big")
        start = int.from_bytes(body[at + width : at + 2 * width], "big", signed=True)
        rate = int.from_bytes(body[at + 2 * width : at + 2 * width + 2], "big", signed=True)
        found.append(Edit(start, Fraction(length, timescale), rate))
    return found


def look(view: View, track: bmff_tracks.Track, entry: Box) -> Geometry:
    """Read how the pictures of a track are shown."""
    body = view.read(entry.body, bmff_tracks.VISUAL_ENTRY, "the sample entry")
    size = int.from_bytes(body[24:26], "big"), int.from_bytes(body[26:28], "big")
    inside = {
        box.type: box
        for box in bmff.boxes(view, entry.body + bmff_tracks.VISUAL_ENTRY, entry.end, entry)
    }
    aspect = None
    if b"pasp" in inside:
        pair = bmff_tracks.numbers(bmff.read_body(view, inside[b"pasp"], 8))
        aspect = Fraction(pair[0], pair[1]) if pair[0] and pair[1] else None
    crop = (0, 0, *size)
    if b"clap" in inside:
        crop = _aperture(bmff.read_body(view, inside[b"clap"], 32), size)
    return Geometry(size=size, orientation=_orientation(view, track), aspect=aspect, crop=crop)


def _aperture(body: bytes, size: tuple[int, int]) -> Area:
    """Return the part of the picture that is meant to be shown [ISO14496-12 12.1.4]."""
    words = bmff_tracks.numbers(body[:32])
    if not all(words[1::2]):
        return (0, 0, *size)
    width, height, right, down = (
        Fraction(_signed(top), below) for top, below in zip(words[::2], words[1::2], strict=True)
    )
    left = (size[0] - width) / 2 + right
    top = (size[1] - height) / 2 + down
    box = (round(left), round(top), round(left + width), round(top + height))
    inside = 0 <= box[0] < box[2] <= size[0] and 0 <= box[1] < box[3] <= size[1]
    return box if inside else (0, 0, *size)


def _signed(word: int) -> int:
    return word - (1 << 32) if word >> 31 else word


def _orientation(view: View, track: bmff_tracks.Track) -> int:
    """Return how the header of the track turns the pictures.

    Raises:
        PlanError: it does so by no quarter of a turn.
    """
    item = track.parts[b"tkhd"]
    body = bmff.read_body(view, item, 80)
    at = 52 if body[0] else 40
    words = [_signed(word) for word in bmff_tracks.numbers(body[at : at + 20])]
    if len(words) < 5:  # noqa: PLR2004 - a b u c d
        raise MalformedFileError("the {name} box is too short", offset=item.offset, name="tkhd")
    a, b, _, c, d = words
    signs = tuple((word > 0) - (word < 0) for word in (a, b, c, d))
    if signs == (0, 0, 0, 0):
        return 1
    if signs not in _TURNS:
        raise PlanError("the film is shown askew, and the label would be as well")
    return _TURNS[signs]
