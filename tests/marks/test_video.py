"""The label on films: drawn where and as long as it must be, with everything else as it was."""

from __future__ import annotations

import io
import random
import sys
from math import inf
from pathlib import Path
from typing import TYPE_CHECKING, Final

import av
import pytest

from ailabel import registry
from ailabel.codecs import ebml, matroska
from ailabel.errors import AilabelError, LimitExceededError, MissingExtraError, PlanError
from ailabel.io.source import BytesView, Limits, View
from ailabel.io.splice import apply
from ailabel.marks.video import MARKER
from ailabel.model.media import Format, Medium
from ailabel.spi import MarkSpec, Rendition
from ailabel.testing import check_closure
from builders.boxes import box
from builders.clips import clip, packets, picture, seen

if TYPE_CHECKING:
    from collections.abc import Sequence

SPLICED: Final = {  # film: how many pictures are coded anew of how many
    "plain.mp4": (20, 30),
    "front.mov": (20, 30),
    "baseline.mp4": (20, 30),
    "uneven.mp4": (18, 35),
    "anamorphic.mp4": (20, 30),
    "deep.mp4": (20, 30),
    "full.mp4": (20, 30),
    "grey.mp4": (20, 30),
    "intra.mov": (15, 30),
    "turned.mp4": (20, 30),
    "plain.mkv": (20, 30),
    "front.mkv": (20, 30),
    "merged.mkv": (20, 30),
    "closed.mp4": (20, 30),
    "closed.mkv": (20, 30),
    "bright.mp4": (20, 30),
    "leading.mp4": (20, 30),
    "leading.mkv": (20, 30),
    "inside.mp4": (20, 30),
    "nine.webm": (20, 30),
    "hidden.webm": (20, 30),
    "nine.mp4": (20, 30),
    "eight.webm": (20, 30),
    "live.webm": (20, 30),
    "one.mp4": (20, 30),
    "one.mkv": (20, 30),
}
WHOLE: Final = {  # film: how many pictures; whether it is said why
    "open.mp4": (30, True),
    "long.mp4": (30, True),
    "short.mp4": (14, False),
}
REFUSED: Final = {  # film: why
    "pieces.mp4": "the film is fragmented",
    "woven.mp4": "the film is interlaced",
    "tiny.mp4": "no legal wording fits",
    "old.mp4": "coded as mp4v",
    "two.mp4": "2 tracks of moving pictures",
    "sound.mp4": "no moving pictures",
}


SEEK, SEEK_NAME, SEEK_PLACE = 0x4DBB, 0x53AB, 0x53AC
CUE_POINT, CUE_PLACES, CUE_CLUSTER, CUE_RELATIVE = 0xBB, 0xB7, 0xF1, 0xF0


def numbers(view: View, parent: ebml.Element, inner: set[int]) -> list[dict[int, int]]:
    """Return the numbers in the innermost elements of some kinds, each as values by id."""
    found = []
    facts = {}
    for child in ebml.children(view, parent.body, parent.end):
        if child.id in inner:
            found += numbers(view, child, inner)
        else:
            facts[child.id] = ebml.number(view.read(child.body, child.length or 0))
    return found or [facts]


def shown_at(data: bytes, times: Sequence[float]) -> list[tuple[float, bytes]]:
    """Return the first pictures at or behind some times, found by seeking with one decoder."""
    found = []
    with av.open(io.BytesIO(data), "r") as film:
        stream = film.streams.video[0]
        for time in times:
            film.seek(int(time / (stream.time_base or 1)), stream=stream)
            frame = next(item for item in film.decode(stream) if (item.time or 0) > time - 1e-6)
            found.append((frame.time or 0, frame.to_ndarray().tobytes()))
    return found


def view_of(name: str, data: bytes | None = None, limits: Limits | None = None) -> BytesView:
    """Return a film to read."""
    return BytesView(clip(name) if data is None else data, name, limits)


def render(view: BytesView, spec: MarkSpec | None = None) -> Rendition:
    """Render the label."""
    return MARKER.render(view, registry.detect(view).format, spec or MarkSpec())


def labelled(name: str, spec: MarkSpec | None = None) -> tuple[Rendition, bytes]:
    """Label a film; return the answer and the result."""
    view = view_of(name)
    rendition = render(view, spec)
    return rendition, apply(view.data, rendition.edits)


@pytest.mark.oracle
@pytest.mark.parametrize("name", SPLICED)
def test_only_the_groups_under_the_label_change(name: str) -> None:
    """Ffmpeg finds as many pictures, at their times; all behind the label's groups are the same."""
    anew, total = SPLICED[name]
    rendition, result = labelled(name)
    before, after = (seen(data, Path(name).suffix) for data in (clip(name), result))
    assert after.complaints == ""
    assert len(after.pictures) == len(before.pictures) == total
    assert [time for time, _ in after.pictures] == [time for time, _ in before.pictures]
    assert after.pictures[anew:] == before.pictures[anew:]
    assert after.pictures[0] != before.pictures[0]
    assert after.others == before.others
    assert f"the pictures 1 to {anew} of {total}" in str(rendition.reencoded)
    assert 0 < rendition.changed_outside < anew / total
    assert rendition.notes == ()


@pytest.mark.oracle
@pytest.mark.parametrize("name", WHOLE)
def test_where_no_group_begins_cleanly_the_whole_film_is_coded_anew(name: str) -> None:
    """Every picture is there, at its time, and the answer says what was done and why."""
    total, is_said = WHOLE[name]
    rendition, result = labelled(name)
    before, after = (seen(data, Path(name).suffix) for data in (clip(name), result))
    assert (after.complaints, len(after.pictures)) == ("", total)
    assert [time for time, _ in after.pictures] == [time for time, _ in before.pictures]
    assert f"all {total} pictures" in str(rendition.reencoded)
    assert any("no group of pictures begins cleanly" in note.text for note in rendition.notes) is (
        is_said
    )


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_spliced_is_refused_with_the_reason(name: str) -> None:
    """Fragments, fields, other codings: each is named, and nothing is changed."""
    with pytest.raises(PlanError, match=REFUSED[name]):
        render(view_of(name))


@pytest.mark.oracle
@pytest.mark.parametrize(
    ("name", "size"),
    [
        ("plain.mp4", (160, 96)),
        ("turned.mp4", (96, 160)),
        ("anamorphic.mp4", (160, 96)),
        ("nine.webm", (160, 96)),
    ],
)
def test_label_is_upright_where_it_is_said_to_be(name: str, size: tuple[int, int]) -> None:
    """As a player shows it, the ink is bright in its box and the plate dark around it."""
    rendition, result = labelled(name, MarkSpec(position="top-left"))
    (mark,) = rendition.marks
    assert mark.place == "top-left"
    assert mark.box is not None
    left, top, right, bottom = mark.box
    assert mark.height_percent is not None
    assert mark.height_percent >= 5.5
    grey = picture(result, Path(name).suffix, 0)
    rows = [grey[at : at + size[0]] for at in range(0, len(grey), size[0])]
    assert len(rows) == size[1]
    inside = [row[left:right] for row in rows[top:bottom]]
    assert max(map(max, inside)) > 180
    bright = sum(level > 150 for row in inside for level in row)
    assert 0.15 < bright / ((right - left) * (bottom - top)) < 0.6
    assert max(rows[top - 2][left:right]) < 130  # of the plate


@pytest.mark.oracle
def test_label_lasts_three_seconds_and_no_longer() -> None:
    """The picture before 3 s has the label, the one at 3 s is the film's own but for its coding."""
    rendition, result = labelled("plain.mp4")
    assert rendition.marks[0].seconds == (0.0, 3.0)
    box_ = rendition.marks[0].box
    assert box_ is not None
    differences = []
    for number in (0, 14, 15):
        pairs = [picture(data, ".mp4", number) for data in (clip("plain.mp4"), result)]
        inside = [
            [row * 160 + column for row in range(box_[1], box_[3])]
            for column in range(box_[0], box_[2])
        ]
        places = [place for column in inside for place in column]
        differences.append(
            sum(abs(pairs[0][place] - pairs[1][place]) for place in places) / len(places)
        )
    assert differences[0] > 30
    assert differences[1] > 30
    assert differences[2] < 5


@pytest.mark.oracle
def test_label_can_stand_in_the_middle_and_at_the_end_too() -> None:
    """Two stretches are coded anew; what stands between them is the same."""
    spec = MarkSpec(duration=1.0, also=("end",))
    rendition, result = labelled("plain.mkv", spec)
    before, after = (seen(data, ".mkv") for data in (clip("plain.mkv"), result))
    assert after.complaints == ""
    assert after.pictures[10:20] == before.pictures[10:20]
    assert after.pictures[-1] != before.pictures[-1]
    assert "1 to 10 and 21 to 30" in str(rendition.reencoded)
    begin, end = rendition.marks[1].seconds or (0, 0)
    assert end - begin >= 1.0
    spec = MarkSpec(duration=1.0, also=("middle", "end"))
    places = [mark.seconds for mark in labelled("plain.mp4", spec)[0].marks]
    assert places == [(0.0, 1.0), (2.4, 3.4), (5.0, 6.0)]


def test_label_can_be_shown_throughout() -> None:
    """One mark as long as the film, and every picture coded anew, without a reason to give."""
    rendition, _ = labelled("plain.mp4", MarkSpec(duration=inf))
    assert [mark.seconds for mark in rendition.marks] == [(0.0, 6.0)]
    assert rendition.notes == ()
    assert "all 30 pictures" in str(rendition.reencoded)


@pytest.mark.parametrize("name", ["plain.mp4", "leading.mp4"])
def test_progress_is_told_up_to_the_end(name: str) -> None:
    """Each picture that was coded counts, and the last one makes it whole."""
    told: list[float] = []
    labelled(name, MarkSpec(progress=told.append))
    assert told == [number / 20 for number in range(1, 21)]


@pytest.mark.oracle
@pytest.mark.parametrize("name", ["plain.mp4", "plain.mkv", "leading.mp4", "nine.webm", "one.mp4"])
def test_a_player_may_jump_over_the_join_and_back(name: str) -> None:
    """One decoder, seeking to and fro, shows behind the label what it showed before."""
    times = (0.0, 5.0, 1.0, 4.2, 2.2, 5.6)
    before, after = (shown_at(data, times) for data in (clip(name), labelled(name)[1]))
    assert [time for time, _ in before] == [time for time, _ in after]
    same = [first == second for (_, first), (_, second) in zip(before, after, strict=True)]
    assert same == [False, True, False, True, False, True]


@pytest.mark.oracle
def test_an_edit_list_says_when_the_film_begins() -> None:
    """A film that begins late in its track is labelled for three seconds of what is shown."""
    rendition, result = labelled("late.mp4")
    assert rendition.marks[0].seconds == (0.0, 3.0)
    before, after = (seen(data, ".mp4") for data in (clip("late.mp4"), result))
    shown = [time for time, _ in after.pictures]
    assert (after.complaints, shown) == ("", [time for time, _ in before.pictures])
    assert "1 to 20 of 30" in str(rendition.reencoded)


@pytest.mark.oracle
@pytest.mark.parametrize("name", ["plain.mp4", "plain.mkv", "nine.webm", "closed.mp4"])
def test_players_can_begin_where_they_could_before(name: str) -> None:
    """Key pictures stand at the same times, and times of decoding stay in order."""
    _, result = labelled(name)
    suffix = Path(name).suffix
    before, after = packets(clip(name), suffix), packets(result, suffix)
    keys = [
        {packet["pts"] for packet in found if "K" in packet["flags"]} for found in (before, after)
    ]
    assert keys[0] == keys[1]
    if name.endswith("mp4"):  # Matroska stores no times of decoding
        assert [packet["dts"] for packet in before] == [packet["dts"] for packet in after]
        assert all(packet["pts"] >= packet["dts"] for packet in after)


@pytest.mark.oracle
@pytest.mark.parametrize("name", ["plain.mkv", "front.mkv", "merged.mkv", "nine.webm"])
def test_cues_and_seek_head_lead_to_where_things_stand(name: str) -> None:
    """Every position in the SeekHead and the cues leads to the element that it names."""
    _, result = labelled(name)
    view = BytesView(result, name)
    (segment,) = matroska.segments(view)
    start = segment.element.body
    places = {found.offset - start: found for found in matroska.level_one(view, segment.element)}
    heads = [item for item in segment.elements if item.id == matroska.SEEK_HEAD]
    entries = [entry for head in heads for entry in numbers(view, head, {SEEK})]
    points = [item for item in segment.elements if item.id == matroska.CUES]
    cues = [cue for item in points for cue in numbers(view, item, {CUE_POINT, CUE_PLACES})]
    assert len(entries) + len(cues) >= 4
    for entry in entries:
        assert places[entry[SEEK_PLACE]].id == entry[SEEK_NAME]
    for cue in cues:
        cluster = places[cue[CUE_CLUSTER]]
        assert cluster.id == matroska.CLUSTER
        blocks = [child.offset for child in ebml.children(view, cluster.body, cluster.end)]
        assert CUE_RELATIVE not in cue or cluster.body + cue[CUE_RELATIVE] in blocks


def test_nothing_of_the_opening_is_left() -> None:
    """No coded picture of the label's groups stands in the result any more."""
    from ailabel.marks.video.mp4 import open_movie

    view = view_of("plain.mp4")
    _, result = labelled("plain.mp4")
    film = open_movie(view).film
    old = [view.read(span.offset, span.length) for span in film.spans]
    assert not any(picture_ in result for picture_ in old[:20])
    assert all(picture_ in result for picture_ in old[20:])


def test_the_same_film_is_labelled_the_same_way_again() -> None:
    """Same bytes in, same bytes out."""
    assert labelled("plain.mp4") == labelled("plain.mp4")


@pytest.mark.parametrize("name", ["plain.mp4", "plain.mkv", "nine.webm", "front.mov"])
def test_labelled_films_verify(name: str) -> None:
    """Both labels together obey the laws L9 and L10."""
    check_closure(name, clip(name))


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        (b"pasp", b"dvcC", "Dolby Vision"),
        (b"pasp", b"st3d", "spherical or stereoscopic"),
        (b"avc1\0\0\0\0", b"encv\0\0\0\0", "coded as encv"),
        (b"stss", b"saiz", "speaks of single pictures"),
    ],
)
def test_films_that_say_more_of_their_pictures_are_refused(
    old: bytes, new: bytes, reason: str
) -> None:
    """Dolby Vision, depth, encryption: what a new picture could not be given is not thrown away."""
    data = clip("anamorphic.mp4")
    assert old in data
    with pytest.raises(PlanError, match=reason):
        render(view_of("anamorphic.mp4", data.replace(old, new)))


def test_a_film_that_is_shown_askew_is_refused() -> None:
    """A label that is turned by less than a quarter could not be drawn upright."""
    data = clip("plain.mp4")
    at = data.index(b"tkhd") + 4 + 40
    assert data[at : at + 4] == b"\0\1\0\0"
    with pytest.raises(PlanError, match="askew"):
        render(view_of("plain.mp4", data[: at + 4] + b"\0\1\0\0" + data[at + 8 :]))


def test_limits_bound_what_is_coded_anew() -> None:
    """Pictures that are too large, or too many, are refused before any is decoded."""
    for limits, reason in (
        (Limits(film_pixels=160 * 96 * 19), "coded anew for 4 s, which is more than the limit"),
        (Limits(pixels=160 * 96 - 1), "the number of pixels"),
    ):
        with pytest.raises(LimitExceededError, match=reason):
            render(view_of("plain.mp4", limits=limits))


@pytest.mark.parametrize("name", ["plain.mp4", "plain.mkv", "nine.webm", "closed.mp4"])
def test_damaged_films_raise_our_errors(name: str) -> None:
    """Whatever is flipped or cut: an answer, or an `AilabelError`."""
    source = random.Random(name)
    data = clip(name)
    head = data.index(b"moov") if name.endswith("mp4") else 0
    answers = errors = 0
    for _ in range(12):
        damaged = bytearray(
            data[: source.randrange(head, len(data))] if source.random() < 0.2 else data
        )
        for _ in range(source.randrange(1, 4)):
            stop = len(damaged) if head else min(700, len(damaged))
            damaged[source.randrange(min(head, stop - 1), stop)] = source.choice((0, 1, 127, 255))
        try:
            made = apply(bytes(damaged), render(view_of(name, bytes(damaged))).edits)
        except AilabelError as error:
            errors += bool(str(error))
        else:
            answers += made != damaged
    assert errors, "no damage was noticed"
    assert answers + errors == 12  # an answer changes pictures, an error says why


def test_without_the_extra_the_command_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """PyAV is optional; what installs it is said."""
    monkeypatch.setitem(sys.modules, "av", None)
    with pytest.raises(MissingExtraError, match=r"ailabel\[av\]"):
        render(view_of("plain.mp4"))


def test_other_formats_are_refused_by_name() -> None:
    """A format that the marker does not know is no film to it."""
    other = Format(id="avi", name="AVI", medium=Medium.VIDEO, suffixes=(".avi",), mime="video/x")
    with pytest.raises(PlanError, match="AVI films"):
        MARKER.render(view_of("plain.mp4"), other, MarkSpec())


def test_a_box_without_room_is_no_film() -> None:
    """A file without a movie header, and one whose header holds nothing."""
    for data, reason in ((box(b"ftyp", b"isom"), "no moov"), (box(b"moov"), "no moving pictures")):
        view = view_of("plain.mp4", data)
        with pytest.raises(PlanError, match=reason):
            MARKER.render(
                view,
                Format(id="mp4", name="MP4", medium=Medium.VIDEO, suffixes=(), mime=""),
                MarkSpec(),
            )
