"""Films in their containers: how pictures are to be shown, and tables that follow a change."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Final

import pytest

from ailabel.codecs import (
    bmff,
    bmff_edit,
    bmff_offsets,
    bmff_tracks,
    ebml,
    matroska,
    matroska_film,
    matroska_places,
)
from ailabel.errors import AilabelError, MalformedFileError, PlanError
from ailabel.io.source import BytesView
from ailabel.io.splice import Edit, apply
from ailabel.marks.video.film import Stretch
from ailabel.marks.video.matroska import open_document
from ailabel.marks.video.mp4 import open_movie
from ailabel.marks.video.render import render
from ailabel.spi import MarkSpec
from builders.boxes import box, full, u32
from builders.clips import clip

if TYPE_CHECKING:
    from collections.abc import Callable

    from ailabel.codecs.bmff import Box

TRACK: Final = (b"moov", b"trak")
TABLE: Final = (*TRACK, b"mdia", b"minf", b"stbl")


def view_of(name: str, data: bytes | None = None) -> BytesView:
    """Return a film to read."""
    return BytesView(clip(name) if data is None else data, name)


def found(view: BytesView, *path: bytes) -> Box:
    """Return the first box on a path from the top."""
    top = next(item for item in bmff.boxes(view, 0, view.size) if item.type == path[0])
    inner = bmff.find(view, top, *path[1:])
    assert inner is not None
    return inner


def entry_of(view: BytesView) -> Box:
    """Return the sample entry of the pictures."""
    table = found(view, *TABLE, b"stsd")
    return next(bmff.boxes(view, table.body + 8, table.end, table))


def changed(name: str, change: Callable[[BytesView, bmff_edit.Changes], None]) -> BytesView:
    """Return a film whose boxes were changed, with all offsets right."""
    view = view_of(name)
    changes = bmff_edit.Changes()
    change(view, changes)
    return view_of(name, apply(view.data, bmff_offsets.settle(view, changes)))


def into_entry(more: bytes) -> Callable[[BytesView, bmff_edit.Changes], None]:
    """Return a change that adds boxes to the sample entry."""

    def change(view: BytesView, changes: bmff_edit.Changes) -> None:
        entry = entry_of(view)
        changes.replace(entry, entry.end, 0, more)

    return change


def into_table(more: bytes) -> Callable[[BytesView, bmff_edit.Changes], None]:
    """Return a change that adds boxes to the sample table."""

    def change(view: BytesView, changes: bmff_edit.Changes) -> None:
        table = found(view, *TABLE)
        changes.replace(table, table.end, 0, more)

    return change


# -- MP4 -------------------------------------------------------------------------------------------


def test_a_clean_aperture_is_where_the_label_goes() -> None:
    """The label stands in the part of the picture that is shown."""
    aperture = box(b"clap", u32(120, 1, 80, 1, 10, 1, (1 << 32) - 4, 1))
    view = changed("plain.mp4", into_entry(aperture))
    movie = open_movie(view)
    assert movie.film.look.crop == (30, 4, 150, 84)
    (mark,) = render(view, movie, MarkSpec(position="bottom-right")).marks
    assert mark.box is not None
    assert mark.box[2] <= 120
    assert mark.box[3] <= 80


@pytest.mark.parametrize(
    "words", [(0, 1, 80, 1, 0, 1, 0, 1), (120, 0, 80, 1, 0, 1, 0, 1), (900, 1, 80, 1, 0, 1, 0, 1)]
)
def test_an_impossible_aperture_is_left_aside(words: tuple[int, ...]) -> None:
    """No width, no denominator, larger than the picture: the whole picture counts."""
    view = changed("plain.mp4", into_entry(box(b"clap", u32(*words))))
    assert open_movie(view).film.look.crop == (0, 0, 160, 96)


@pytest.mark.parametrize(("pair", "aspect"), [((8, 9), Fraction(8, 9)), ((0, 1), None)])
def test_pixels_have_the_shape_that_is_said(pair: tuple[int, int], aspect: Fraction | None) -> None:
    """Width by height, or left to the codec."""
    data = clip("anamorphic.mp4")
    view = view_of("anamorphic.mp4", data.replace(b"pasp" + u32(4, 3), b"pasp" + u32(*pair)))
    assert open_movie(view).film.look.aspect == aspect


def test_pixels_of_impossible_shape_are_refused() -> None:
    """No screen shows pixels that are a thousand times as wide as high."""
    data = clip("anamorphic.mp4").replace(b"pasp" + u32(4, 3), b"pasp" + u32(1000, 1))
    view = view_of("anamorphic.mp4", data)
    with pytest.raises(MalformedFileError, match="impossible shape"):
        render(view, open_movie(view), MarkSpec())


@pytest.mark.parametrize(
    ("matrix", "orientation"),
    [
        ((1, 0, 0, 1), 1),
        ((-1, 0, 0, 1), 2),
        ((-1, 0, 0, -1), 3),
        ((1, 0, 0, -1), 4),
        ((0, 1, 1, 0), 5),
        ((0, 1, -1, 0), 6),
        ((0, -1, -1, 0), 7),
        ((0, -1, 1, 0), 8),
        ((0, 0, 0, 0), 1),
    ],
)
def test_the_matrix_says_how_pictures_are_turned(
    matrix: tuple[int, int, int, int], orientation: int
) -> None:
    """Quarters of a turn and mirrors are the eight orientations."""
    a, b, c, d = ((value << 16) % (1 << 32) for value in matrix)

    def change(view: BytesView, changes: bmff_edit.Changes) -> None:
        header = found(view, *TRACK, b"tkhd")
        changes.replace(header, header.body + 40, 20, u32(a, b, 0, c, d))

    assert open_movie(changed("plain.mp4", change)).film.look.orientation == orientation


@pytest.mark.parametrize(
    ("entries", "begin", "delay", "is_edited"),
    [
        (u32(1, 2000, 1024, 1 << 16), 1024, 0.0, False),
        (u32(2, 500, (1 << 32) - 1, 1 << 16, 2000, 1024, 1 << 16), 1024, 0.5, False),
        (u32(2, 1000, 1024, 1 << 16, 1000, 0, 1 << 16), 1024, 0.0, True),
        (u32(1, 2000, 1024, 1 << 15), 1024, 0.0, True),
    ],
)
def test_edit_lists_say_what_is_shown(
    entries: bytes,
    begin: int,
    delay: float,
    is_edited: bool,  # noqa: FBT001 - a table
) -> None:
    """One stretch at normal speed, maybe after a pause, is plain; anything else is an edit."""

    def change(view: BytesView, changes: bmff_edit.Changes) -> None:
        edits = found(view, *TRACK, b"edts")
        changes.replace(edits, edits.body, edits.length, full(b"elst", entries))

    film = open_movie(changed("plain.mp4", change)).film
    assert (film.begin, film.delay, film.is_edited) == (begin, delay, is_edited)


def test_films_that_are_edited_are_labelled_throughout() -> None:
    """Where pictures come in another order, all of them bear the label, and the reason is given."""

    def change(view: BytesView, changes: bmff_edit.Changes) -> None:
        edits = found(view, *TRACK, b"edts")
        entries = u32(2, 1000, 1024, 1 << 16, 1000, 0, 1 << 16)
        changes.replace(edits, edits.body, edits.length, full(b"elst", entries))

    view = changed("plain.mp4", change)
    rendition = render(view, open_movie(view), MarkSpec())
    assert "all 30 pictures" in str(rendition.reencoded)
    assert "in an order of its own" in rendition.notes[0].text


def test_what_tables_said_of_the_old_pictures_is_forgotten() -> None:
    """Dependencies and groups stay for the pictures that stay, and for those alone."""
    hints = full(b"sdtp", bytes([0x24]) * 30)
    groups = full(b"sbgp", b"rap ", u32(1, 30, 1))
    view = changed("plain.mp4", into_table(hints + groups))
    movie = open_movie(view)
    stretch = Stretch(0, [b"new"] * 20, frozenset({0, 10}))
    result = apply(view.data, movie.replaced([stretch], movie.film.config))
    after = view_of("plain.mp4", result)
    assert bmff.read_body(after, found(after, *TABLE, b"sdtp"))[4:] == bytes(20) + b"\x24" * 10
    assert bmff.read_body(after, found(after, *TABLE, b"sbgp"))[8:] == u32(2, 20, 0, 10, 1)
    again = open_movie(after).film
    assert [span.length for span in again.spans[:20]] == [3] * 20
    assert again.spans[20:] != movie.film.spans[20:]
    assert again.keys == movie.film.keys
    assert sorted(again.times) == sorted(movie.film.times)
    assert again.times[:20] == sorted(movie.film.times[:20])


def _twice(view: BytesView, changes: bmff_edit.Changes) -> None:
    entry = entry_of(view)
    assert entry.parent is not None
    changes.replace(entry.parent, entry.parent.body + 4, 4, u32(2))
    changes.replace(entry.parent, entry.end, 0, view.read(entry.offset, entry.size))


def _elsewhere(view: BytesView, changes: bmff_edit.Changes) -> None:
    references = found(view, *TRACK, b"mdia", b"minf", b"dinf", b"dref")
    data = full(b"dref", u32(1), full(b"url ", b"film.bin\0"))
    changes.take_out(references)
    assert references.parent is not None
    changes.replace(references.parent, references.end, 0, data)


def _without_config(view: BytesView, changes: bmff_edit.Changes) -> None:
    config = next(
        item
        for item in bmff.boxes(view, entry_of(view).body + 78, entry_of(view).end, entry_of(view))
        if item.type == b"avcC"
    )
    changes.replace(config.parent, config.offset + 4, 4, b"free")


def _shorter(view: BytesView, changes: bmff_edit.Changes) -> None:
    table = found(view, *TABLE, b"stco")
    changes.replace(table, table.body + 4, 4, u32(1))


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (_twice, "coded in several ways"),
        (_elsewhere, "do not stand in this file"),
        (_without_config, "the avcC box is missing"),
        (_shorter, "the stsc box is too short"),
        (into_entry(box(b"dvcC", bytes(24))), "Dolby Vision"),
        (into_entry(box(b"sv3d")), "spherical"),
        (into_table(full(b"subs", u32(0))), "the subs box speaks of single pictures"),
    ],
)
def test_structures_that_do_not_allow_a_change_are_refused(
    change: Callable[[BytesView, bmff_edit.Changes], None], reason: str
) -> None:
    """Each with a sentence of its own."""
    with pytest.raises(AilabelError, match=reason):
        open_movie(changed("plain.mp4", change))


def test_pictures_that_other_tracks_use_too_are_not_replaced() -> None:
    """A second track of the same samples would show torn pictures."""
    view = view_of("plain.mp4")
    movie = open_movie(view)
    first = movie.film.spans[0]
    offsets = found(view, *TABLE, b"stco")
    sound = [
        track
        for track in bmff_tracks.tracks(view, found(view, b"moov"))
        if track.handler == b"soun"
    ]
    at = sound[0].tables[b"stco"].body + 8
    assert offsets.body + 8 != at
    data = view.data[:at] + u32(first.offset) + view.data[at + 4 :]
    torn = open_movie(view_of("plain.mp4", data))
    with pytest.raises(PlanError, match="do not stand alone"):
        torn.replaced([Stretch(0, [b"new"] * 20, frozenset({0}))], torn.film.config)


# -- Matroska --------------------------------------------------------------------------------------


@pytest.mark.oracle
@pytest.mark.parametrize(
    ("name", "orientation", "aspect", "crop"),
    [
        ("turned.mkv", 8, 1, (0, 0, 160, 96)),
        ("back.mkv", 6, 1, (0, 0, 160, 96)),
        ("wide.mkv", 1, Fraction(3, 2), (0, 0, 160, 96)),
        ("cropped.mkv", 1, Fraction(19, 18), (20, 10, 140, 86)),
    ],
)
def test_matroska_says_how_pictures_are_shown(
    name: str, orientation: int, aspect: Fraction | int, crop: tuple[int, int, int, int]
) -> None:
    """The roll counts against the clock; sizes are of what is left after cropping."""
    look = open_document(view_of(name)).film.look
    assert (look.orientation, look.crop) == (orientation, crop)
    assert look.aspect is not None
    assert abs(look.aspect - aspect) < Fraction(1, 20)


@pytest.mark.oracle
@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("round.mkv", "spherical or stereoscopic"),
        ("stereo.mkv", "spherical or stereoscopic"),
        ("askew.mkv", "askew"),
        ("packed.mkv", "packed or encrypted"),
        ("old.mkv", "coded as V_MPEG4/ISO/ASP"),
    ],
)
def test_matroska_films_that_cannot_be_drawn_on_are_refused(name: str, reason: str) -> None:
    """Each with a sentence of its own."""
    with pytest.raises(PlanError, match=reason):
        open_document(view_of(name))


def test_a_matroska_file_that_is_cut_short_is_refused() -> None:
    """Its end is not where it says."""
    data = clip("plain.mkv")
    with pytest.raises(PlanError, match="cut short"):
        open_document(view_of("plain.mkv", data[: len(data) - 100]))


def test_groups_keep_what_they_say_of_their_picture() -> None:
    """A picture in a BlockGroup keeps its duration with its time, and leans on the one before."""
    element = ebml.Element(0xA3, 0, 2, 8)
    cluster = matroska_film.Cluster(ebml.Element(matroska.CLUSTER, 0, 8, 100), 1000, (), ())
    duration = ebml.uint(0x9B, 40)
    place, owner = (
        matroska_film.Block(
            cluster=cluster,
            outer=element,
            track=b"\x81",
            time=time,
            is_key=False,
            offset=0,
            length=4,
            others=others,
        )
        for time, others in ((1080, None), (1040, duration))
    )
    assert place.built(b"data", place, None) == ebml.element(0xA3, b"\x81\x00\x50\x80data")
    assert place.built(b"data", place, 1040) == ebml.element(0xA3, b"\x81\x00\x50\x00data")
    inner = ebml.element(0xA1, b"\x81\x00\x28\x00data") + duration
    assert place.built(b"data", owner, None) == ebml.element(0xA0, inner)
    leaning = inner + ebml.element(0xFB, b"\xd8")
    assert place.built(b"data", owner, 1000) == ebml.element(0xA0, leaning)
    far = matroska_film.Block(
        cluster=cluster,
        outer=element,
        track=b"\x81",
        time=1000 + (1 << 15),
        is_key=True,
        offset=0,
        length=4,
        others=None,
    )
    with pytest.raises(PlanError, match="too far"):
        place.built(b"data", far, None)


@pytest.mark.parametrize(("kind", "is_refused"), [(0x64766343, True), (4, False)])
def test_dolby_vision_is_refused_and_other_additions_are_not(
    kind: int,
    is_refused: bool,  # noqa: FBT001 - a table
) -> None:
    """What accompanies pictures block by block is kept, unless new pictures would belie it."""
    data = clip("plain.mkv")
    view = view_of("plain.mkv")
    document = open_document(view)
    (segment,) = matroska.segments(view)
    tracks = next(item for item in segment.elements if item.id == matroska.TRACKS)
    mapping = ebml.element(0x41E4, ebml.uint(0x41E7, kind))
    entry = document.entry
    body = data[entry.body : entry.end] + mapping
    others = [
        data[item.offset : item.end]
        for item in ebml.children(view, tracks.body, tracks.end)
        if item.offset != entry.offset and item.id != ebml.CRC32
    ]
    new = ebml.element(matroska.TRACKS, b"".join([ebml.element(0xAE, body), *others]))
    change = Edit(tracks.offset, tracks.end - tracks.offset, new)
    edits = matroska_places.settle(view, segment, document.clusters, [change])
    renewed = view_of("plain.mkv", apply(data, edits))
    if is_refused:
        with pytest.raises(PlanError, match="Dolby Vision"):
            open_document(renewed)
    else:
        assert open_document(renewed).film.times == document.film.times
