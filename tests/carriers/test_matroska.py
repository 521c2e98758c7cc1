"""The label in Matroska and WebM: every tag read, one element written, the clusters left alone."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING, Final

import pytest

from ailabel import testing
from ailabel.carriers.matroska import CARRIER
from ailabel.codecs import matroska
from ailabel.codecs import matroska_tags as tags
from ailabel.errors import LimitExceededError, MalformedFileError, PlanError
from ailabel.io.source import BytesView, Limits, open_view
from ailabel.io.splice import apply
from ailabel.spi import essence_digest
from ailabel.standard.schema import decode
from builders import films, mka, mkv, weba, webm
from builders import matroska as build
from builders.views import SparseView
from corpus import CORPUS, needs_corpus

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from ailabel.io.splice import Edit
    from ailabel.spi import Slot

PAYLOAD: Final = testing.PAYLOADS[0]
SAMPLES: Final = {
    name: data for module in (mkv, mka, webm, weba) for name, data in module.samples()
}


def read(data: bytes) -> Sequence[Slot]:
    """Read the labels of a file."""
    return CARRIER.read(BytesView(data))


def plan(data: bytes, payload: str = PAYLOAD) -> Sequence[Edit]:
    """Plan a label."""
    return CARRIER.write(BytesView(data), payload)


def write(data: bytes, payload: str = PAYLOAD) -> bytes:
    """Label a file."""
    return apply(data, plan(data, payload))


def essence(data: bytes) -> bytes:
    """Return the essence as one piece."""
    view = BytesView(data)
    return b"".join(
        piece if isinstance(piece, bytes) else view.read(piece.offset, piece.length)
        for piece in CARRIER.essence(view)
    )


@pytest.mark.parametrize("name", SAMPLES)
def test_laws(name: str) -> None:
    """Every sample obeys the laws L0 to L7."""
    testing.check_carrier(CARRIER, name, SAMPLES[name])


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("room.mkv", "mkv"),
        ("plain.mka", "mka"),
        ("plain.webm", "webm"),
        ("recorded.weba", "weba"),
        ("stream.mkv", "mkv"),
    ],
)
def test_the_tracks_tell_sound_from_video(name: str, found: str) -> None:
    """The document type and the tracks decide, whatever the file is called."""
    match = CARRIER.sniff(BytesView(SAMPLES[name], "a.txt"))
    assert match is not None
    assert match.format.id == found


def test_other_documents_are_not_claimed() -> None:
    """EBML holds other documents too; damaged headers name none; damaged tracks are video."""
    for data in (b"", b"\x1a\x45\xdf\xa3", b"\x1a\x45\xdf\xa3\x85\x42\x82\x88x", build.ebml("x")):
        assert CARRIER.sniff(BytesView(data, "a.mkv")) is None
    endless = build.ebml()[:4] + build.UNKNOWN
    assert CARRIER.sniff(BytesView(endless)) is None
    damaged = build.stream(tracks=(b"\xae\x84\xd7\x88\0\0",))
    match = CARRIER.sniff(BytesView(damaged))
    assert match is not None
    assert match.format.id == "mkv"


def test_every_place_is_read() -> None:
    """Tags are read wherever they stand; one about the whole segment, named AIGC, is official."""
    slots = read(SAMPLES["everywhere.mkv"])
    assert [(slot.site, slot.official) for slot in slots] == [
        ("mkv.Tags/AIGC", True),
        ("mkv.Tags/aigc", False),
        ("mkv.Tags/AIGC", True),
        ("mkv.Tags/ENCODER/DEEPER/AIGC", False),
        ("mkv.Tags/COMMENT", False),
        ("mkv.Tags/AIGC", False),
    ]
    assert {slot.payload for slot in slots} == {build.OLD, build.OLDER}
    for slot in slots:
        data = SAMPLES["everywhere.mkv"][slot.offset :]
        assert data.startswith(b"\x67\xc8")
        assert slot.raw in data[:200]


def test_a_label_about_one_track_is_not_official() -> None:
    """Targets that name a track, other than 0 for all, narrow the label."""
    (slot,) = read(SAMPLES["track-label.mkv"])
    assert not slot.official
    (slot,) = read(build.stream(build.labelled(targets=build.num("63C5", 0))))
    assert slot.official


def test_nothing_moves_where_a_seek_head_leads_to_the_end() -> None:
    """The first label costs the same whatever the size: the clusters keep their places."""
    data = SAMPLES["room.mkv"]
    done = write(data)
    assert done[data.index(build.CLUSTERS[0]) :].startswith(build.CLUSTERS[0])
    assert done.index(build.CLUSTERS[1]) == data.index(build.CLUSTERS[1])
    (segment,) = matroska.segments(BytesView(done))
    assert segment.last is not None
    assert segment.last.end == len(done)
    position = segment.last.offset - segment.element.body
    assert build.seek(build.TAGS, position) in done


@pytest.mark.parametrize("name", ["no-room.mkv", "no-room-checked.mkv", "label-alone-no-room.mkv"])
def test_a_second_seek_head_takes_what_does_not_fit(name: str) -> None:
    """Without room the last entries move to the end, and the first SeekHead leads there."""
    done = write(SAMPLES[name])
    (segment,) = matroska.segments(BytesView(done))
    heads = [item for item in segment.elements if item.id == matroska.SEEK_HEAD]
    assert len(heads) == (1 if name.startswith("label") else 2)
    assert done.count(bytes.fromhex("53AB84" + build.CUES)) == 1


def test_entries_that_led_to_a_label_are_gone() -> None:
    """Tags that become Void are no longer listed."""
    data = SAMPLES["label-alone.mkv"]
    place = data.index(bytes.fromhex(build.TAGS), data.index(build.ABOUT))
    done = write(data)
    assert done[place] == 0xEC
    assert done.count(bytes.fromhex("53AB84" + build.TAGS)) == 1


def test_neighbours_and_checksums_survive() -> None:
    """Other tags stay where they are, and checksums hold again."""
    data = SAMPLES["everywhere.mkv"]
    done = write(data)
    for kept in (build.TITLE, b"ENCODER", b"DEEPER", *build.CLUSTERS):
        assert done.index(kept) == data.index(kept)
    (segment,) = matroska.segments(BytesView(done))
    checked = [
        done[item.body : item.end]
        for item in segment.elements
        if done[item.body : item.body + 2] == b"\xbf\x84"
    ]
    assert len(checked) == 2
    for body in checked:
        assert body == build.crc(body[6:])


def test_a_stream_is_labelled_before_its_clusters() -> None:
    """A live recording has no index: the label stands in front, in whole units with its Void."""
    data = SAMPLES["stream.mkv"]
    done = write(data)
    assert len(done) == len(data) + 2048
    assert done.endswith(b"".join(build.LIVE))
    (edit,) = plan(done, testing.PAYLOADS[1])
    assert len(edit.data) == edit.length == 2048


def test_a_stream_without_our_void_gets_one() -> None:
    """Our element in front is known with its Void, without, and with a foreign one."""
    compact = build.stream(ours := tags.build("AIGC", build.OLD), *build.LIVE)
    for data in (compact, build.stream(ours, build.void(99), *build.LIVE)):
        testing.check_carrier(CARRIER, "compact.mkv", data)
    assert len(write(compact)) - len(build.stream(*build.LIVE)) == 2048


def test_a_stream_that_names_places_is_labelled_at_the_end() -> None:
    """Where clusters note their position, or one entry alone fills the SeekHead, none moves."""
    for name in ("stream-with-positions.mkv", "one-entry.mkv"):
        (edit, *sizes) = sorted(plan(SAMPLES[name]), key=lambda edit: -edit.offset)
        assert edit.offset == len(SAMPLES[name])
        assert all(size.length == len(size.data) for size in sizes)


def test_a_later_element_of_ours_gives_way() -> None:
    """What another program appended behind our element stays; ours moves behind it."""
    once = write(SAMPLES["room.mkv"], build.OLD)
    (segment,) = matroska.segments(BytesView(once))
    foreign = build.el(build.TAGS, build.tag(build.TITLE))
    size = (segment.element.length or 0) + len(foreign)
    at = segment.element.offset + 4
    data = once[:at] + (size | 1 << 56).to_bytes(8, "big") + once[at + 8 :] + foreign
    testing.check_carrier(CARRIER, "appended.mkv", data)
    done = write(data, testing.PAYLOADS[1])
    assert done.index(foreign) == data.index(foreign)


def test_the_same_label_by_another_program_is_already_there() -> None:
    """The official place with the same text is left alone."""
    assert not plan(build.Film(front=(build.labelled(PAYLOAD),)).build())


def test_the_essence_is_each_tracks_frames() -> None:
    """Lacing, grouping and stripped headers do not show."""
    frames = b"picture" + b"\x0b\x77" + b"a" * 300 + b"\x0b\x77" + b"b" * 7
    assert essence(SAMPLES["laced.mkv"]).startswith(frames)
    assert essence(SAMPLES["laced.mkv"]).endswith(b"d\x0b\x771234\x0b\x775678")
    assert essence(SAMPLES["stream.mkv"]) == b"picture onepicture twosound onesound two"


@pytest.mark.parametrize(
    "encodings",
    [
        build.el("6D80", build.el("6240", build.el("5034", build.num("4254", 0)))),
        build.el("6D80", build.el("6240", build.num("5032", 2), build.el("5034"))),
        build.el("6D80", build.el("6240"), build.el("6240")),
        build.el("6D80", build.el("6240", build.el("5035"))),
    ],
)
def test_other_encodings_are_left_as_they_are(encodings: bytes) -> None:
    """Compressed or encrypted frames count as they stand."""
    tracks = (build.track(1, 2, "A_AC3", encodings),)
    data = build.stream(build.cluster(build.block(1, b"frame")), tracks=tracks)
    assert essence(data) == b"frame"


@pytest.mark.parametrize(
    "block",
    [
        build.el("A3", b""),
        build.el("A3", b"\x81\0\0"),
        build.el("A3", b"\x81\0\0\x82"),
        build.el("A3", b"\x81\0\0\x84\x02four"),
        build.el("A3", b"\x81\0\0\x82\x01\xff\xff"),
        build.el("A3", b"\x81\0\0\x82\x01\x09short"),
        build.el("A3", b"\x81\0\0\x86\x02\x81"),
        build.el("A3", b"\x81\0\0\x86\x03\x81\x80\x80"),
    ],
)
def test_damaged_blocks_have_no_essence(block: bytes) -> None:
    """A lace whose sizes do not add up is an error."""
    with pytest.raises(MalformedFileError, match="block is damaged"):
        essence(build.stream(build.cluster(block)))


def test_cut_files_are_read_and_not_written() -> None:
    """What is left of a file that breaks off is read; nothing is put behind the break."""
    label = build.labelled()
    whole = build.Film(front=(label,)).build()
    for data in (
        whole[:-3],
        whole[: whole.index(build.CLUSTERS[1]) + 9],
        build.stream(label, *build.LIVE)[:-1],
        build.stream(label, *build.LIVE) + b"\x1f",
        build.stream(label, *build.LIVE) + b"\x1f\x43\xb6\x75",
    ):
        assert [slot.payload for slot in read(data)] == [build.OLD]
        with pytest.raises(PlanError, match="cut short"):
            write(data)


@pytest.mark.parametrize(
    ("data", "error", "text"),
    [
        (build.ebml(), MalformedFileError, "no segment"),
        (build.ebml() + b"\0\0\0", MalformedFileError, "no EBML element"),
        (build.ebml() + b"\x18\x53\x80\x67\0", MalformedFileError, "too wide"),
        (build.stream(b"\0"), MalformedFileError, "no EBML element"),
        (build.stream(b"\xec\xff"), MalformedFileError, "has no size"),
        (build.stream(build.cluster(b"\xa3\xff", live=True)), MalformedFileError, "has no size"),
        (build.stream(b"\xec", sized=True) + b"\x80", MalformedFileError, "past the end"),
        (build.stream(b"\xec\x81", sized=True) + b"xy", MalformedFileError, "past the end"),
        (build.stream(build.el(build.TAGS, b"\x73\x73\x89")), MalformedFileError, "past the end"),
    ],
)
def test_damage_is_named(data: bytes, error: type[Exception], text: str) -> None:
    """A file that breaks the grammar says where."""
    with pytest.raises(error, match=text):
        read(data)


def test_limits() -> None:
    """Depth, counts and lengths are bounded."""
    deep = build.simple("X", "y")
    for _ in range(13):
        deep = build.simple("X", "y", deep)
    with pytest.raises(LimitExceededError, match="nest too deep"):
        read(build.stream(build.el(build.TAGS, build.tag(deep))))
    few = Limits(items=3, metadata_bytes=30)
    for data in (build.stream(*(build.void(2),) * 90), build.stream(build.labelled())):
        with pytest.raises(LimitExceededError):
            CARRIER.read(BytesView(data, limits=few))
    with pytest.raises(LimitExceededError):
        read(build.stream(bytes.fromhex(build.CLUSTER) + build.UNKNOWN + b"\xec\x80" * 200_000))
    with pytest.raises(LimitExceededError):
        read(build.ebml() + (bytes.fromhex(build.SEGMENT) + b"\x80") * 100_001)


def test_large_files_cost_only_headers() -> None:
    """The frames are never read, and the clusters are not touched."""
    block = b"\xa3" + (1 << 32 | 1 << 56).to_bytes(8, "big")
    body = build.ABOUT + build.el(build.TRACKS, build.VIDEO)
    head = build.el(build.SEEK_HEAD, build.seek(build.INFO, 0, 2)) + build.void(40) + body
    size = len(head) + 12 + len(block) + (1 << 32)
    head = build.ebml() + bytes.fromhex(build.SEGMENT) + (size | 1 << 56).to_bytes(8, "big") + head
    head += bytes.fromhex(build.CLUSTER) + (len(block) + (1 << 32) | 1 << 56).to_bytes(8, "big")
    view = SparseView(head + block, 1 << 32)
    edits = CARRIER.write(view, PAYLOAD)
    assert sum(edit.length for edit in edits) < 100
    assert view.bytes_read < 2000


@needs_corpus
def test_corpus() -> None:
    """A file by ffmpeg is read."""
    with open_view(CORPUS / "made" / "v.mkv") as view:
        (slot,) = CARRIER.read(view)
    assert slot.official
    assert decode(slot.payload).fields["ProduceID"] == "abc-123"


@pytest.fixture(scope="module", params=films.MATROSKA)
def film(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a film that ffmpeg or mkvmerge made."""
    return films.make(tmp_path_factory.mktemp("films"), request.param)


@pytest.mark.oracle
def test_ffmpeg_finds_label_streams_and_index(film: Path, tmp_path: Path) -> None:
    """After two labels ffprobe reads the last one, every stream is the same, seeking works."""
    before = film.read_bytes()
    done = tmp_path / film.name
    done.write_bytes(write(write(before, testing.PAYLOADS[3]), testing.PAYLOADS[2]))
    assert films.tags(done)["AIGC"] == testing.PAYLOADS[2]
    assert films.streams(done) == films.streams(film)
    assert films.late_frame(done) == films.late_frame(film)
    copy = films.remux(done)
    assert essence_digest(CARRIER, BytesView(copy.read_bytes())) == essence_digest(
        CARRIER, BytesView(before)
    )
    assert [slot.payload for slot in read(copy.read_bytes())] == [testing.PAYLOADS[2]]


@pytest.mark.oracle
@pytest.mark.parametrize("name", ["room.mkv", "no-room-checked.mkv", "stream.mkv"])
def test_exiftool_and_mkvmerge_read_the_result(name: str, tmp_path: Path) -> None:
    """Two more readers find one global tag, and nothing to complain about."""
    path = tmp_path / name
    path.write_bytes(write(SAMPLES[name]))
    command = ["exiftool", "-ee", "-s3", "-Matroska:Aigc", str(path)]
    done = subprocess.run(command, check=True, capture_output=True)
    assert done.stdout.decode().strip() == PAYLOAD
    done = subprocess.run(["mkvmerge", "-J", str(path)], check=True, capture_output=True)
    found = json.loads(done.stdout)
    assert found["global_tags"] == [{"num_entries": 1}]
    assert not found["warnings"]
    assert not found["errors"]
