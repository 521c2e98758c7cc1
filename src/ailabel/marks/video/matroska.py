"""Films in Matroska and WebM: the track of pictures, and the segment after a change [RFC 9559].

A block is replaced where it stands by one that holds a picture of the label, in the order in which
pictures are shown; what a group says of its picture stays with the time at which it is shown.
"""

from __future__ import annotations

import struct
from fractions import Fraction
from typing import TYPE_CHECKING, Final

from ailabel.codecs import ebml, matroska, matroska_film, matroska_places
from ailabel.errors import MalformedFileError, PlanError
from ailabel.io.splice import Edit
from ailabel.marks.video.film import Film, Geometry, Stretch
from ailabel.spi import Span
from ailabel.values import frozen

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ailabel.codecs.ebml import Element
    from ailabel.codecs.matroska_film import Block, Cluster
    from ailabel.drawing.stencil import Box
    from ailabel.io.source import View

__all__ = ["Document", "open_document"]

_CODECS: Final = {  # codec id: codec, whether parameter sets stand in the samples
    "V_MPEG4/ISO/AVC": ("h264", False),
    "V_MPEGH/ISO/HEVC": ("hevc", False),
    "V_VP8": ("vp8", False),
    "V_VP9": ("vp9", False),
    "V_AV1": ("av1", True),
}
_INFO: Final = 0x1549A966
_SCALE: Final = 0x2AD7B1
_DURATION: Final = 0x4489
_ENTRY: Final = 0xAE
_NUMBER, _TYPE, _CODEC, _PRIVATE = 0xD7, 0x83, 0x86, 0x63A2
_VIDEO, _ENCODINGS, _ADDITIONS = 0xE0, 0x6D80, 0x41E4
_ADDITION_TYPE: Final = 0x41E7
_DOLBY: Final = (0x64766343, 0x64767643, 0x64767743)  # dvcC, dvvC, dvwC
_STEREO, _ALPHA, _PROJECTION = 0x53B8, 0x53C0, 0x7670
_WIDTH, _HEIGHT, _SHOWN_WIDTH, _SHOWN_HEIGHT, _UNIT = 0xB0, 0xBA, 0x54B0, 0x54BA, 0x54B2
_CROPS: Final = (0x54CC, 0x54BB, 0x54DD, 0x54AA)  # left, top, right, bottom
_ASPECT_UNITS: Final = (0, 3)  # sizes in pixels, or as a ratio [RFC 9559 5.1.4.1.28.14]
_PROJECTION_TYPE, _ROLL = 0x7671, 0x7675
_TURNS: Final = {0: 1, 90: 8, 180: 3, 270: 6}  # degrees against the clock -> Exif orientation
_NANOSECONDS: Final = 1_000_000_000
_MILLISECOND: Final = 1_000_000


@frozen(kw_only=True)
class Document:
    """A file of the family, opened.

    Args:
        view: the file.
        film: its pictures.
        segment: the segment.
        clusters: its clusters.
        blocks: those of the track of pictures.
        entry: the track's entry.
    """

    view: View
    film: Film
    segment: matroska.Segment
    clusters: Sequence[Cluster]
    blocks: Sequence[Block]
    entry: Element

    def replaced(self, stretches: Sequence[Stretch], config: bytes) -> tuple[Edit, ...]:
        """Plan the edits that put stretches and a new configuration in the place of the old."""
        edits = [edit for stretch in stretches for edit in self._blocks(stretch)]
        if config != self.film.config:
            edits.append(self._tracks(config))
        return matroska_places.settle(self.view, self.segment, self.clusters, edits)

    def _blocks(self, stretch: Stretch) -> Iterator[Edit]:
        places = self.blocks[stretch.first : stretch.stop]
        shown = sorted(places, key=lambda block: block.time)
        before = 0
        for number, (place, owner) in enumerate(zip(places, shown, strict=True)):
            leans = None if number in stretch.keys else before
            data = place.built(stretch.pictures[number], owner, leans)
            yield Edit(place.outer.offset, place.outer.end - place.outer.offset, data)
            before = owner.time

    def _tracks(self, config: bytes) -> Edit:
        """Return the tracks with another configuration in the entry of the film."""
        tracks = next(item for item in self.segment.elements if item.id == matroska.TRACKS)
        view = ebml.Loaded(self.view, tracks, "the Matroska tracks")

        def entry(item: Element) -> bytes:
            if item.offset != self.entry.offset:
                return view.read(item.offset, item.end - item.offset)
            return matroska_places.rebuilt(view, item, frozenset(), private)

        def private(item: Element) -> bytes:
            if item.id == _PRIVATE:
                return ebml.element(_PRIVATE, config)
            return view.read(item.offset, item.end - item.offset)

        new = matroska_places.rebuilt(view, tracks, frozenset(), entry)
        return Edit(tracks.offset, tracks.end - tracks.offset, new)


def open_document(view: View) -> Document:
    """Find the track of pictures, and everything about it that a change must know.

    Raises:
        PlanError: the file's structure does not allow a change.
        MalformedFileError: it is damaged.
    """
    segments = matroska.segments(view)
    if len(segments) > 1 or segments[0].cut:
        raise PlanError("the file is cut short; repair it with the program that made it")
    segment = segments[0]
    tracks = [item for item in segment.elements if item.id == matroska.TRACKS]
    if not tracks:
        raise MalformedFileError("the Matroska file has no tracks")
    loaded = ebml.Loaded(view, tracks[0], "the Matroska tracks")
    entry = _pictures(loaded, tracks[0])
    facts = {child.id: child for child in ebml.children(loaded, entry.body, entry.end)}
    if any(_is_dolby(loaded, child) for child in ebml.children(loaded, entry.body, entry.end)):
        raise PlanError(
            "the film carries Dolby Vision, which cannot be coded anew; convert it to HDR10 first"
        )
    number = _uint(loaded, facts, _NUMBER, 0)
    clusters = list(matroska_film.clusters(view, segment))
    blocks = [
        block for cluster in clusters for block in matroska_film.blocks(view, cluster, number)
    ]
    if not blocks:
        raise PlanError("the file holds no moving pictures, so no label can be drawn")
    film = _film(view, segment, blocks, (loaded, facts))
    return Document(
        view=view, film=film, segment=segment, clusters=clusters, blocks=blocks, entry=entry
    )


def _pictures(view: View, tracks: Element) -> Element:
    """Return the entry of the one track of moving pictures.

    Raises:
        PlanError: there is none, or more than one.
    """
    found = []
    for entry in ebml.children(view, tracks.body, tracks.end):
        if entry.id == _ENTRY:
            facts = {child.id: child for child in ebml.children(view, entry.body, entry.end)}
            if _uint(view, facts, _TYPE, 0) == matroska.VIDEO:
                found.append(entry)
    if not found:
        raise PlanError("the file holds no moving pictures, so no label can be drawn")
    if len(found) > 1:
        raise PlanError(
            "the file holds {count} tracks of moving pictures; split it, so that each can be "
            "labelled",
            count=len(found),
        )
    return found[0]


def _is_dolby(view: View, item: Element) -> bool:
    """Say whether a part of the entry announces Dolby Vision beside the pictures."""
    if item.id != _ADDITIONS:
        return False
    facts = {child.id: child for child in ebml.children(view, item.body, item.end)}
    return _uint(view, facts, _ADDITION_TYPE, 0) in _DOLBY


def _film(
    view: View,
    segment: matroska.Segment,
    blocks: Sequence[Block],
    track: tuple[View, dict[int, Element]],
) -> Film:
    loaded, facts = track
    name = ebml.text(_data(loaded, facts[_CODEC])) if _CODEC in facts else ""
    if name not in _CODECS:
        raise PlanError(
            "no label can be drawn on films coded as {codec}; convert the film to H.264, HEVC, "
            "VP9 or AV1 first",
            codec=name[:40],
        )
    if _ENCODINGS in facts:
        raise PlanError("the pictures of the film are packed or encrypted; remux the file first")
    codec, inband = _CODECS[name]
    scale, seconds = _clock(view, segment)
    timescale = Fraction(_NANOSECONDS, scale)
    times = [block.time for block in blocks]
    shown = sorted(times)
    last = shown[-1] - shown[-2] if len(shown) > 1 else round(timescale / 25)
    end = max(shown[-1] + last, shown[0] + 1)
    return Film(
        codec=codec,
        inband=inband,
        config=_data(loaded, facts[_PRIVATE]) if _PRIVATE in facts else b"",
        look=_look(loaded, facts),
        timescale=timescale,
        spans=[Span(block.offset, block.length) for block in blocks],
        times=times,
        keys=frozenset(number for number, block in enumerate(blocks) if block.is_key),
        begin=shown[0],
        end=min(end, max(seconds, shown[-1] + 1)) if seconds else end,
        delay=float(shown[0] / timescale),
    )


def _clock(view: View, segment: matroska.Segment) -> tuple[int, int]:
    """Return the nanoseconds of a unit of time, and the segment's length in units, 0 if unsaid."""
    info = next((item for item in segment.elements if item.id == _INFO), None)
    if info is None:
        return _MILLISECOND, 0
    loaded = ebml.Loaded(view, info, "the Matroska info")
    facts = {child.id: child for child in ebml.children(loaded, info.body, info.end)}
    duration = _float(loaded, facts, _DURATION)
    return max(_uint(loaded, facts, _SCALE, _MILLISECOND), 1), round(min(duration, 1e15))


def _look(view: View, facts: dict[int, Element]) -> Geometry:
    video = facts.get(_VIDEO)
    if video is None:
        raise MalformedFileError("the Matroska track says nothing of its pictures")
    found = {child.id: child for child in ebml.children(view, video.body, video.end)}
    size = _uint(view, found, _WIDTH, 0), _uint(view, found, _HEIGHT, 0)
    if _uint(view, found, _STEREO, 0) or _uint(view, found, _ALPHA, 0):
        raise PlanError(
            "the film is spherical or stereoscopic, and a flat label would be distorted"
        )
    left, top, right, bottom = (_uint(view, found, name, 0) for name in _CROPS)
    crop: Box = (left, top, size[0] - right, size[1] - bottom)
    if not (crop[0] < crop[2] and crop[1] < crop[3]):
        raise MalformedFileError("the Matroska track says nothing of its pictures")
    shown = _uint(view, found, _SHOWN_WIDTH, 0), _uint(view, found, _SHOWN_HEIGHT, 0)
    aspect = None
    if all(shown) and _uint(view, found, _UNIT, 0) in _ASPECT_UNITS:
        aspect = Fraction(shown[0] * (crop[3] - crop[1]), shown[1] * (crop[2] - crop[0]))
    return Geometry(size=size, orientation=_orientation(view, found), aspect=aspect, crop=crop)


def _orientation(view: View, found: dict[int, Element]) -> int:
    """Return how the projection turns the pictures.

    Raises:
        PlanError: it bends them, or turns them by no quarter of a turn.
    """
    item = found.get(_PROJECTION)
    if item is None:
        return 1
    facts = {child.id: child for child in ebml.children(view, item.body, item.end)}
    if _uint(view, facts, _PROJECTION_TYPE, 0):
        raise PlanError(
            "the film is spherical or stereoscopic, and a flat label would be distorted"
        )
    roll = _float(view, facts, _ROLL) % 360
    if roll not in _TURNS:
        raise PlanError("the film is shown askew, and the label would be as well")
    return _TURNS[round(roll)]


def _data(view: View, item: Element) -> bytes:
    return view.read_metadata(item.body, item.length or 0, "an EBML element")


def _uint(view: View, facts: dict[int, Element], name: int, otherwise: int) -> int:
    return ebml.number(_data(view, facts[name])) if name in facts else otherwise


def _float(view: View, facts: dict[int, Element], name: int) -> float:
    data = _data(view, facts[name]) if name in facts else b""
    if len(data) not in (4, 8):
        return 0.0
    value: float = struct.unpack(">f" if len(data) == 4 else ">d", data)[0]  # noqa: PLR2004 - bytes
    return value if value == value and abs(value) != float("inf") else 0.0  # noqa: PLR0124 - NaN
