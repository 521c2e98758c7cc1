"""The one track of sound in an M4A file: how it is coded, and where its samples stand."""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING, Final

from ailabel.codecs import aac, bmff, bmff_tracks
from ailabel.errors import MalformedFileError, PlanError
from ailabel.io.source import check_limit
from ailabel.marks.audio import aac_frames, alac_frames
from ailabel.marks.audio.coded import Frames
from ailabel.values import frozen

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ailabel.codecs.bmff import Box
    from ailabel.codecs.bmff_tracks import Track
    from ailabel.io.source import View
    from ailabel.marks.audio.coded import Form

__all__ = ["Content", "open_content"]

_CHAPTERS: Final = (b"text", b"sbtl", b"vide")  # what may stand beside the sound, as its chapters
_ENTRY: Final = {0: 28, 1: 44, 2: 64}  # bytes of a sound sample entry, by version [QTFF]
_NEEDED: Final = (b"stsd", b"stts", b"stsc", b"stsz")
_PER_SAMPLE: Final = (  # boxes that say something of each sample, which AAC and ALAC do without
    b"ctts", b"cslg", b"stss", b"stps", b"stsh", b"sdtp", b"stdp", b"padb", b"subs", b"stz2",
    b"saiz", b"saio",
)  # fmt: skip


@frozen(kw_only=True)
class Content:
    """The sound, and what stands beside it.

    Args:
        moov: the movie's header.
        track: the track of sound.
        chapters: the tracks of its chapters.
        form: how it is coded.
        scale: units of its time in a second.
        offsets: where each sample stands, in order; at least one.
        sizes: how long each is.
    """

    moov: Box
    track: Track
    chapters: tuple[Track, ...]
    form: Form
    scale: int
    offsets: Sequence[int]
    sizes: Sequence[int]

    @property
    def is_lossless(self) -> bool:
        """Whether frames stand for themselves."""
        return self.form.decoder == "alac"

    @property
    def bit_rate(self) -> float:
        """Bits per second."""
        return 8 * sum(self.sizes) / len(self.sizes) * self.form.rate / self.form.per_frame

    @property
    def per_frame(self) -> int:
        """How long a frame lasts, in units of the track's time."""
        return self.form.per_frame * self.scale // self.form.rate

    def frames(self, view: View) -> Frames:
        """Return the coded frames."""
        return Frames(
            len(self.sizes),
            lambda at: view.read(self.offsets[at], self.sizes[at], "a frame of the sound"),
        )


def open_content(view: View) -> Content:
    """Find the sound.

    Raises:
        MalformedFileError: the file breaks its format.
        PlanError: it is of a kind that no label can be joined to.
    """
    top = list(bmff.boxes(view, 0, view.size))
    moov = next((item for item in top if item.type == b"moov"), None)
    if moov is None:
        raise PlanError("the file has no moov box, so there is no place for a label in it")
    if bmff.find(view, moov, b"mvex") or any(item.type == b"moof" for item in top):
        raise PlanError(
            "the sound stands in fragments; join them first, for example by ffmpeg -c copy"
        )
    track, chapters = _tracks(list(bmff_tracks.tracks(view, moov)))
    form = _form(view, track)
    media = _media_header(view, track)
    version = view.read(media.body, 1, "the mdhd box")[0]
    scale = int.from_bytes(
        view.read(media.body + (20 if version else 12), 4, "the mdhd box"), "big"
    )
    if not scale or form.per_frame * scale % form.rate:
        raise PlanError(
            "the times of the sound do not fit its sampling rate; remux it first, for example by "
            "ffmpeg -c copy"
        )
    offsets, sizes = _samples(view, track)
    return Content(
        moov=moov,
        track=track,
        chapters=chapters,
        form=form,
        scale=scale,
        offsets=offsets,
        sizes=sizes,
    )


def _media_header(view: View, track: Track) -> Box:
    found = bmff.find(view, track.parts[b"mdia"], b"mdhd")
    if found is None:
        raise MalformedFileError("the {name} box is missing", name="mdhd")
    return found


def _tracks(found: list[Track]) -> tuple[Track, tuple[Track, ...]]:
    sounds = [track for track in found if track.handler == b"soun"]
    named = {number for track in sounds for number in track.chapters}
    others = tuple(track for track in found if track.handler != b"soun")
    if len(sounds) != 1 or any(
        track.id not in named or track.handler not in _CHAPTERS for track in others
    ):
        raise PlanError(
            "the file must hold one track of sound, and nothing else but its chapters; take the "
            "others out first, for example by ffmpeg -map 0:a:0 -c copy"
        )
    track = sounds[0]
    if track.is_external is not False:
        raise PlanError("the sound stands in another file; join both first")
    missing = [name for name in _NEEDED if name not in track.tables]
    if missing:
        raise MalformedFileError("the {name} box is missing", name=bmff.name(missing[0]))
    unfit = [name for name in _PER_SAMPLE if name in track.tables]
    if unfit:
        raise PlanError(
            "the sound has a {name} box, in which a label cannot stand; remux it first, for "
            "example by ffmpeg -c copy",
            name=bmff.name(unfit[0]),
        )
    return track, others


def _form(view: View, track: Track) -> Form:
    """Return how the sound is coded, by its one sample description."""
    table = track.tables[b"stsd"]
    head = bmff.read_body(view, table, 8)
    entries = list(bmff.boxes(view, table.body + 8, table.end, table))
    if int.from_bytes(head[4:8], "big") != 1 or len(entries) != 1:
        raise PlanError("the sound changes its coding; convert it anew first")
    entry = entries[0]
    name = bmff.name(entry.type)
    body = bmff.read_body(view, entry, 10)
    size = _ENTRY.get(int.from_bytes(body[8:10], "big"))
    if size is None or entry.length < size:
        raise MalformedFileError("the {name} box is too short", offset=entry.offset, name=name)
    inside = {
        child.type: child
        for box in _extensions(view, entry, entry.body + size)
        for child in (box, *(bmff.children(view, box) if box.type == b"wave" else ()))
    }
    if entry.type == b"mp4a" and b"esds" in inside:
        found = aac.decoder_info(bmff.read_body(view, inside[b"esds"], 4)[4:])
        if found is not None:
            return aac_frames.form(aac.parse(found), found)
    elif entry.type == b"alac" and b"alac" in inside:
        cookie = inside[b"alac"]
        return alac_frames.form(view.read(cookie.offset, min(cookie.size, 64), "the alac box"))
    raise PlanError(
        "the sound is coded as {name}, to which no label can be joined; convert it first, for "
        "example by ffmpeg -c:a aac",
        name=name,
    )


def _extensions(view: View, entry: Box, start: int) -> Iterator[Box]:
    return bmff.boxes(view, start, entry.end, entry)


def _samples(view: View, track: Track) -> tuple[array[int], array[int]]:
    """Return offsets and sizes of all samples."""
    item = track.tables[b"stsz"]
    body = bmff.read_body(view, item, 12)
    each, count = int.from_bytes(body[4:8], "big"), int.from_bytes(body[8:12], "big")
    check_limit("the number of samples", count, 20 * view.limits.items)
    sizes = array("I", [each]) * count if each else bmff_tracks.table(view, item, 8, 4)
    offsets = array("Q")
    for start, length in bmff_tracks.samples(view, track):
        offset = start
        while offset < start + length and len(offsets) < count:
            size = sizes[len(offsets)]
            offsets.append(offset)
            offset += size
    if not count or len(offsets) != count:
        raise MalformedFileError(
            "the {name} box is too short", offset=item.offset, name="stsc" if count else "stsz"
        )
    return offsets, sizes
