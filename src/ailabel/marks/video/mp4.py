"""Films in MP4, QuickTime and 3GP: the track of pictures, and its tables after a change.

Coded pictures are replaced where they stand, chunk by chunk, so sound and pictures stay interleaved
as they were, and the tables of chunks and of decoding times hold as they are. Sizes, distances from
decoding to showing and the list of places to begin at are made anew [ISO14496-12 8.6, 8.7].
"""

from __future__ import annotations

from bisect import bisect_right
from fractions import Fraction
from itertools import accumulate, pairwise, repeat
from typing import TYPE_CHECKING, Final

from ailabel.codecs import bmff, bmff_edit, bmff_offsets, bmff_runs, bmff_tracks
from ailabel.errors import MalformedFileError, PlanError
from ailabel.marks.video import mp4_look
from ailabel.marks.video.film import Film, Stretch
from ailabel.spi import Span
from ailabel.values import frozen

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ailabel.codecs.bmff import Box
    from ailabel.io.source import View
    from ailabel.io.splice import Edit

__all__ = ["Movie", "open_movie"]

_CODECS: Final = {  # sample entry: codec, whether parameter sets stand in the samples, their box
    b"avc1": ("h264", False, b"avcC"),
    b"avc3": ("h264", True, b"avcC"),
    b"hvc1": ("hevc", False, b"hvcC"),
    b"hev1": ("hevc", True, b"hvcC"),
    b"vp08": ("vp8", False, b"vpcC"),
    b"vp09": ("vp9", False, b"vpcC"),
    b"av01": ("av1", True, b"av1C"),
}
_PER_SAMPLE: Final = (b"subs", b"saiz", b"saio", b"padb", b"stdp")  # not carried over a change
_DOLBY: Final = (b"dvcC", b"dvvC", b"dvwC")
_IMMERSIVE: Final = (b"sv3d", b"st3d", b"vexu", b"hfov")


@frozen(kw_only=True)
class Movie:
    """A file of the family, opened.

    Args:
        view: the file.
        film: its pictures.
        track: the track that holds them.
        others: where samples of other tracks stand, chunk by chunk.
        config: the box of the decoder's configuration.
        counts: how many samples each chunk holds.
    """

    view: View
    film: Film
    track: bmff_tracks.Track
    others: Sequence[tuple[int, int]]
    config: Box
    counts: Sequence[int]

    def replaced(self, stretches: Sequence[Stretch], config: bytes) -> tuple[Edit, ...]:
        """Plan the edits that put stretches and a new configuration in the place of the old."""
        changes = bmff_edit.Changes()
        if config != self.film.config:
            changes.replace(self.config, self.config.body, self.config.length, config)
        self._tables(changes, stretches)
        for stretch in stretches:
            self._samples(changes, stretch)
        return tuple(bmff_offsets.settle(self.view, changes))

    def _samples(self, changes: bmff_edit.Changes, stretch: Stretch) -> None:
        """Replace the samples of a stretch, chunk by chunk."""
        top = [box for box in bmff.boxes(self.view, 0, self.view.size) if box.type == b"mdat"]
        starts = [box.body for box in top]
        edges = [0, *accumulate(self.counts)]
        for start, stop in pairwise(edges):
            first, last = max(start, stretch.first), min(stop, stretch.stop)
            if first >= last:
                continue
            offset = self.film.spans[first].offset
            end = self.film.spans[last - 1].offset + self.film.spans[last - 1].length
            at = bisect_right(starts, offset) - 1
            if at < 0 or end > top[at].end or _meets(self.others, offset, end):
                raise PlanError(
                    "the coded pictures of the film do not stand alone in an mdat box, so they "
                    "cannot be replaced; remux the file first, for example with ffmpeg -c copy"
                )
            pieces = stretch.pictures[first - stretch.first : last - stretch.first]
            changes.replace(top[at], offset, end - offset, b"".join(pieces))

    def _tables(self, changes: bmff_edit.Changes, stretches: Sequence[Stretch]) -> None:
        film, tables = self.film, self.track.tables
        sizes = [span.length for span in film.spans]
        keys = set(film.keys)
        decoding = bmff_runs.expanded(self.view, tables[b"stts"], len(sizes))
        shown = list(film.times)
        times = list(accumulate(decoding, initial=0))
        for stretch in stretches:
            place = slice(stretch.first, stretch.stop)
            sizes[place] = map(len, stretch.pictures)
            keys -= set(range(stretch.first, stretch.stop))
            keys |= {stretch.first + key for key in stretch.keys}
            shown[place] = sorted(shown[place])
        box = tables.get(b"stsz") or tables[b"stz2"]
        body = bytes(8) + len(sizes).to_bytes(4, "big") + bmff_tracks.encode(sizes, 4)
        changes.replace(box.parent, box.offset, box.size, bmff.box(b"stsz", body))
        if b"ctts" in tables:
            item = tables[b"ctts"]
            distances = [time - begin for time, begin in zip(shown, times, strict=False)]
            data = bmff_runs.packed(distances)
            version = int(min(distances) < 0)
            body = bytes([version, 0, 0, 0]) + (len(data) // 8).to_bytes(4, "big") + data
            changes.replace(item, item.body, item.length, body)
        if b"stss" in tables:
            item = tables[b"stss"]
            body = bytes(4) + len(keys).to_bytes(4, "big")
            body += bmff_tracks.encode((key + 1 for key in sorted(keys)), 4)
            changes.replace(item, item.body, item.length, body)
        self._hints(changes, stretches)

    def _hints(self, changes: bmff_edit.Changes, stretches: Sequence[Stretch]) -> None:
        """Forget what tables said of the samples that gave way."""
        table = self.track.tables[b"stsz" if b"stsz" in self.track.tables else b"stz2"].parent
        for item in bmff.children(self.view, table) if table else ():
            if item.type == b"sdtp":
                for stretch in stretches:
                    length = min(stretch.stop, item.length - 4) - stretch.first
                    if length > 0:
                        at = item.body + 4 + stretch.first
                        changes.replace(item, at, length, bytes(length))
            elif item.type == b"sbgp":
                ranges = [(stretch.first, stretch.stop) for stretch in stretches]
                body = bmff_runs.ungrouped(self.view, item, ranges)
                changes.replace(item, item.body, item.length, body)


def open_movie(view: View) -> Movie:
    """Find the track of pictures, and everything about it that a change must know.

    Raises:
        PlanError: the file's structure does not allow a change.
        MalformedFileError: it is damaged.
    """
    top = list(bmff.boxes(view, 0, view.size))
    moov = next((box for box in top if box.type == b"moov"), None)
    if moov is None:
        raise PlanError("the file has no moov box, so there is no place for a label in it")
    if any(box.type == b"moof" for box in top):
        raise PlanError(
            "the film is fragmented, so its pictures cannot be replaced; remux the file first, "
            "for example with ffmpeg -i IN -c copy -movflags +faststart OUT.mp4"
        )
    tracks = list(bmff_tracks.tracks(view, moov))
    track = _pictures(view, tracks)
    entry, config = _entry(view, track)
    counts, spans = _spans(view, track)
    others = sorted(
        piece
        for other in tracks
        if other is not track and not other.is_external
        for piece in bmff_tracks.samples(view, other)
    )
    film = _film(view, moov, track, (entry, config, spans))
    return Movie(view=view, film=film, track=track, others=others, config=config, counts=counts)


def _pictures(view: View, tracks: Sequence[bmff_tracks.Track]) -> bmff_tracks.Track:
    """Return the one track of moving pictures.

    Raises:
        PlanError: there is none, or more than one, or its samples stand elsewhere.
    """
    found = [track for track in tracks if track.handler == b"vide" and not _is_cover(view, track)]
    if not found:
        raise PlanError("the file holds no moving pictures, so no label can be drawn")
    if len(found) > 1:
        raise PlanError(
            "the file holds {count} tracks of moving pictures; split it, so that each can be "
            "labelled",
            count=len(found),
        )
    lacking = {b"stsd", b"stts", b"stsc"} - set(found[0].tables)
    if found[0].is_external is not False or lacking:
        raise PlanError("the coded pictures of the film do not stand in this file")
    return found[0]


def _is_cover(view: View, track: bmff_tracks.Track) -> bool:
    """Say whether a track holds a still picture, such as those of chapters."""
    item = track.tables.get(b"stsd")
    return item is not None and view.read_some(item.body + 12, 4) in {b"jpeg", b"png "}


def _entry(view: View, track: bmff_tracks.Track) -> tuple[Box, Box]:
    """Return the sample entry and the configuration box in it.

    Raises:
        PlanError: the coding is not known, protected, or described more than once.
    """
    item = track.tables[b"stsd"]
    entries = list(bmff.boxes(view, item.body + 8, item.end, item))
    if len(entries) != 1:
        raise PlanError(
            "the pictures of the film are coded in several ways; convert it into one first"
        )
    entry = entries[0]
    kind = _CODECS.get(entry.type)
    if kind is None:
        raise PlanError(
            "no label can be drawn on films coded as {codec}; convert the film to H.264, HEVC, "
            "VP9 or AV1 first",
            codec=bmff.name(entry.type),
        )
    inside = list(bmff.boxes(view, entry.body + bmff_tracks.VISUAL_ENTRY, entry.end, entry))
    if any(box.type in _DOLBY for box in inside):
        raise PlanError(
            "the film carries Dolby Vision, which cannot be coded anew; convert it to HDR10 first"
        )
    if any(box.type in _IMMERSIVE for box in inside):
        raise PlanError(
            "the film is spherical or stereoscopic, and a flat label would be distorted"
        )
    config = next((box for box in inside if box.type == kind[2]), None)
    if config is None:
        raise MalformedFileError(
            "the {name} box is missing", offset=entry.offset, name=bmff.name(kind[2])
        )
    return entry, config


def _spans(view: View, track: bmff_tracks.Track) -> tuple[list[int], list[Span]]:
    """Return how many samples each chunk holds, and where every sample stands."""
    sizes = bmff_tracks.sizes(view, track)
    counts, spans, done = [], [], 0
    for offset, count in bmff_tracks.chunks(view, track, len(sizes)):
        counts.append(count)
        at = offset
        for size in sizes[done : done + count]:
            if at + size > view.size:
                raise MalformedFileError("a sample stands outside the file", offset=offset)
            spans.append(Span(at, size))
            at += size
        done += count
    if not spans:
        raise PlanError("the file holds no moving pictures, so no label can be drawn")
    if len(spans) < len(sizes):
        raise MalformedFileError("the {name} box is too short", name="stsc")
    return counts, spans


def _film(
    view: View, moov: Box, track: bmff_tracks.Track, coded: tuple[Box, Box, list[Span]]
) -> Film:
    entry, config, spans = coded
    codec, inband, _ = _CODECS[entry.type]
    stbl = track.tables[b"stts"].parent
    for item in bmff.children(view, stbl) if stbl else ():
        if item.type in _PER_SAMPLE:
            raise PlanError(
                "the {name} box speaks of single pictures, which cannot be replaced; remux the "
                "file first, for example with ffmpeg -c copy",
                name=bmff.name(item.type),
            )
    durations = bmff_runs.expanded(view, track.tables[b"stts"], len(spans))
    begins = list(accumulate(durations, initial=0))
    shifts = (
        bmff_runs.expanded(view, track.tables[b"ctts"], len(spans), signed=True)
        if b"ctts" in track.tables
        else repeat(0)
    )
    times = [begin + shift for begin, shift in zip(begins[:-1], shifts, strict=False)]
    keys = (
        frozenset(number - 1 for number in bmff_tracks.table(view, track.tables[b"stss"], 4, 4))
        if b"stss" in track.tables
        else frozenset(range(len(spans)))
    )
    timescale = _timescale(view, track.parts[b"mdia"], b"mdhd")
    end = max(map(sum, zip(times, durations, strict=False)))
    edits = mp4_look.edits(view, track, _timescale(view, moov, b"mvhd"))
    shown = [edit for edit in edits if edit.start >= 0]
    begin = shown[0].start if shown else min(times)
    if shown and shown[0].seconds:
        end = min(end, begin + round(shown[0].seconds * timescale))
    return Film(
        codec=codec,
        inband=inband,
        config=bmff.read_body(view, config),
        look=mp4_look.look(view, track, entry),
        timescale=Fraction(timescale),
        spans=spans,
        times=times,
        keys=keys,
        begin=begin,
        end=max(end, begin),
        delay=float(sum((edit.seconds for edit in edits if edit.start < 0), Fraction(0))),
        is_edited=len(shown) > 1 or any(edit.rate != 1 for edit in shown),
    )


def _timescale(view: View, parent: Box, kind: bytes) -> int:
    item = bmff.find(view, parent, kind)
    body = bmff.read_body(view, item, 24) if item else bytes(24)
    scale = int.from_bytes(body[20:24] if body[0] else body[12:16], "big")
    if not scale:
        raise MalformedFileError("the {name} box has no units of time", name=bmff.name(kind))
    return scale


def _meets(pieces: Sequence[tuple[int, int]], start: int, end: int) -> bool:
    """Say whether any of the sorted pieces stands in a range."""
    at = max(bisect_right(pieces, (start, 0)) - 1, 0)
    return any(offset < end and start < offset + length for offset, length in pieces[at : at + 2])
