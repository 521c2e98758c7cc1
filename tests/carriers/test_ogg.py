"""The label in Ogg: every stream's comments read, one entry written, the sound left alone."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING, Final

import mutagen
import pytest

from ailabel import testing
from ailabel.carriers.ogg import CARRIER
from ailabel.codecs import ogg, ogg_comments
from ailabel.errors import PlanError
from ailabel.io.source import BytesView, Limits, open_view
from ailabel.io.splice import apply
from ailabel.model.media import Strength
from ailabel.spi import Span, essence_digest
from ailabel.standard.schema import decode
from builders import ogg as build
from builders import ogv, opus
from builders.views import SparseView
from corpus import CORPUS, needs_corpus

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from ailabel.spi import Slot

PAYLOAD: Final = testing.PAYLOADS[0]
SAMPLES: Final = {**dict(build.samples()), **dict(opus.samples()), **dict(ogv.samples())}
CODED: Final = {  # what ffmpeg makes, and with which options
    "a.ogg": ("-c:a", "libvorbis"),
    "a.opus": ("-c:a", "libopus"),
    "a.oga": ("-c:a", "flac"),
    "a.spx": ("-c:a", "libspeex", "-ar", "16000"),
    "a.ogv": ("-c:a", "libvorbis", "-c:v", "libtheora"),
}


def read(data: bytes) -> Sequence[Slot]:
    """Read the labels of a file."""
    return CARRIER.read(BytesView(data))


def write(data: bytes, payload: str = PAYLOAD) -> bytes:
    """Label a file."""
    return apply(data, CARRIER.write(BytesView(data), payload))


def compact(data: bytes) -> bytes:
    """Take our padding out."""
    return apply(data, CARRIER.canonical(BytesView(data)))


def comments(data: bytes) -> Iterator[ogg_comments.CommentPacket]:
    """Yield what the comment packets of a file say."""
    view = BytesView(data)
    for stream in ogg.streams(view):
        if stream.kind.commented:
            packet = ogg.read_packet(view, stream, ogg.packet(stream, 1))
            yield ogg_comments.parse(stream.kind, packet, Limits())


@pytest.mark.parametrize("name", SAMPLES)
def test_laws(name: str) -> None:
    """Every sample obeys the laws L0 to L7."""
    testing.check_carrier(CARRIER, name, SAMPLES[name])


def test_every_place_is_read() -> None:
    """Labels are read in all streams of all links; the first sound's is official."""
    slots = read(build.everywhere(build.OLD))
    assert [(slot.site, slot.official) for slot in slots] == [
        ("ogg.Vorbis/AIGC", True),
        ("ogg.Vorbis/AIGC", True),
        ("ogg.Theora/COMMENT", False),
        ("ogg.Vorbis/DESCRIPTION", False),
    ]
    assert slots[0].raw == f"aigc={build.OLD}".encode()


def test_every_place_is_vacated() -> None:
    """Writing empties all other places and leaves their neighbours."""
    kept = [packet.comments.entries for packet in comments(write(build.everywhere(build.OLD)))]
    assert kept == [
        (b"TITLE=a film",),
        (b"TITLE=x", f"AIGC={PAYLOAD}".encode(), b"ARTIST=somebody"),
        (b"ALBUM=an album",),
    ]


def test_offsets_point_at_the_entry() -> None:
    """A slot says where the length before its entry begins, also on a later page."""
    data = build.vorbis(build.art(70_000), f"AIGC={build.OLD}")
    (slot,) = read(data)
    assert data[slot.offset + 4 :].startswith(b"AIGC=")


def test_one_edit_of_one_page() -> None:
    """Comments and setup share a page, which alone is laced anew; the rest keeps its bytes."""
    data = SAMPLES["plain.ogg"]
    (edit,) = CARRIER.write(BytesView(data), PAYLOAD)
    first, second = list(ogg.pages(BytesView(data)))[:2]
    assert (edit.offset, edit.length) == (first.end, second.end - second.offset)
    assert compact(write(data)) == build.vorbis("TITLE=a title", f"AIGC={PAYLOAD}")


@pytest.mark.parametrize("name", ["plain.ogg", "plain.opus", "speex.spx", "silent.ogv", "full.ogg"])
def test_a_later_label_moves_nothing(name: str) -> None:
    """Within its unit a label of another length leaves all other pages where they are."""
    once = write(SAMPLES[name])
    for edit in CARRIER.write(BytesView(once), testing.PAYLOADS[1]):
        assert len(edit.data) == edit.length


def test_foreign_padding_is_not_eaten() -> None:
    """Only the zeros that belong to the entry are used."""
    (before,) = comments(SAMPLES["padded-by-much.ogg"])
    (after,) = comments(write(SAMPLES["padded-by-much.ogg"]))
    entry = 4 + len(f"AIGC={PAYLOAD}")
    assert (after.zeros - before.zeros + entry) % 2048 == 0
    assert after.zeros >= before.zeros == 5000


def test_data_behind_opus_comments_is_kept() -> None:
    """With its lowest bit set, what follows the comments is no padding [RFC7845 5.2]."""
    (packet,) = comments(write(SAMPLES["kept-data.opus"]))
    assert packet.comments.rest == b"\3data that must be kept"


def test_a_skeleton_index_is_not_broken() -> None:
    """Version 4 of Skeleton may hold offsets; nothing may move then."""
    indexed = ogv.SKELETON.replace(b"\0\3\0", b"\0\4\0")
    with pytest.raises(PlanError, match="Skeleton"):
        write(ogv.film((), (), indexed))
    assert write(write(ogv.film((), ())), testing.PAYLOADS[1])


def test_streams_without_known_comments() -> None:
    """An Ogg file of unknown streams is claimed, but has no place."""
    data = build.page(b"\4", b"what", 0, flags=build.FIRST | build.LAST)
    view = BytesView(data)
    assert not read(data)
    assert not CARRIER.canonical(view)
    with pytest.raises(PlanError, match="no stream"):
        write(data)
    (span,) = CARRIER.essence(view)
    assert isinstance(span, Span)
    assert view.read(span.offset, span.length) == b"what"


@pytest.mark.parametrize(
    ("name", "expected"),
    [("plain.ogg", "ogg"), ("speex.spx", "ogg"), ("plain.opus", "opus"), ("sounding.ogv", "ogv")],
)
def test_claims(name: str, expected: str) -> None:
    """What the streams hold decides, whatever the name is."""
    match = CARRIER.sniff(BytesView(SAMPLES[name], "a.txt"))
    assert match is not None
    assert match.format.id == expected
    assert match.strength is Strength.CONTENT
    assert CARRIER.sniff(BytesView(b"RIFF")) is None


def test_large_files_cost_their_page_headers() -> None:
    """Neither reading nor writing reads the sound."""
    data = b"".join(
        build.stream([*build.vorbis_packets(), *[b"x" * 60_000] * 50], (1, 2, 6, *[1] * 50))
    )
    view = SparseView(data, 0)
    CARRIER.write(view, PAYLOAD)
    assert view.bytes_read < 40_000 < view.size // 50


@needs_corpus
def test_corpus() -> None:
    """A file by ffmpeg is read."""
    with open_view(CORPUS / "made" / "a.ogg") as view:
        (slot,) = CARRIER.read(view)
    assert slot.official
    assert decode(slot.payload).fields["ProduceID"] == "abc-123"


@pytest.fixture(scope="module")
def coded(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """Let ffmpeg make one file a codec."""
    folder = tmp_path_factory.mktemp("ogg")
    made = {}
    for name, options in CODED.items():
        command = ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", "sine=d=2"]
        command += ["-f", "lavfi", "-i", "testsrc=d=1:s=64x64:r=10"] if name == "a.ogv" else []
        path = folder / name
        subprocess.run([*command, "-metadata", "title=x", *options, str(path)], check=True)
        made[name] = path.read_bytes()
    return made


def _decoded(path: Path) -> bytes:
    """Return the checksum of all streams as ffmpeg decodes them, page checksums tested."""
    command = ["ffmpeg", "-v", "warning", "-err_detect", "crccheck", "-i", str(path)]
    done = subprocess.run(
        [*command, "-map", "0", "-f", "md5", "-"], check=True, capture_output=True
    )
    return done.stdout


@pytest.mark.oracle
@pytest.mark.parametrize("name", CODED)
@pytest.mark.parametrize("payload", [PAYLOAD, testing.PAYLOADS[3]], ids=["short", "long"])
def test_the_sound_is_the_same(
    name: str, payload: str, coded: dict[str, bytes], tmp_path: Path
) -> None:
    """Ffmpeg decodes the same, finds the label, and copies it without changing the essence."""
    before, after, copied = tmp_path / name, tmp_path / f"b-{name}", tmp_path / f"c-{name}"
    before.write_bytes(coded[name])
    after.write_bytes(write(coded[name], payload))
    assert _decoded(after) == _decoded(before)
    command = ["ffmpeg", "-v", "error", "-i", str(after), "-map", "0", "-c", "copy", str(copied)]
    subprocess.run(command, check=True)
    with open_view(before) as old, open_view(copied) as new:
        assert essence_digest(CARRIER, old) == essence_digest(CARRIER, new)
        assert [slot.payload for slot in CARRIER.read(new)] == [payload]


@pytest.mark.oracle
@pytest.mark.parametrize("name", CODED)
def test_other_readers(name: str, coded: dict[str, bytes], tmp_path: Path) -> None:
    """Ffprobe finds the label in the stream's tags; mutagen finds it, where it looks at sound."""
    path = tmp_path / name
    path.write_bytes(write(coded[name]))
    command = ["ffprobe", "-v", "quiet", "-show_streams", "-of", "json", str(path)]
    streams = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)["streams"]
    assert [item["tags"]["AIGC"] for item in streams if "AIGC" in item.get("tags", {})] == [PAYLOAD]
    if name != "a.ogv":
        assert mutagen.File(path)["aigc"] == [PAYLOAD]


@pytest.mark.oracle
@pytest.mark.parametrize("name", ["a.ogg", "a.opus", "a.oga"])
def test_exiftool_reads_the_label(name: str, coded: dict[str, bytes], tmp_path: Path) -> None:
    """ExifTool finds the label."""
    path = tmp_path / name
    path.write_bytes(write(coded[name]))
    done = subprocess.run(["exiftool", "-s3", "-Aigc", str(path)], check=True, capture_output=True)
    assert done.stdout.decode().strip() == PAYLOAD


def _filled(data: bytes, missing: int) -> bytes:
    """Return a file by ffmpeg with a comment that fills the second page but for some segments."""
    view = BytesView(data)
    (stream,) = ogg.streams(view)
    _, second = stream.pages
    setup = ogg.read_packet(view, stream, ogg.packet(stream, 2))
    length = (255 - missing - len(build.laces(setup))) * 255 - 1
    head = b"\x03vorbis" + build.comments("")
    entry = build.art(length - len(head) - 1).replace("PICTURE", "LYRICS_")
    comment = b"\x03vorbis" + build.comments(entry) + b"\1"
    lacing = build.laces(comment) + build.laces(setup)
    assert len(lacing) == 255 - missing
    page = build.page(lacing, comment + setup, 1, serial=second.serial)
    return data[: second.offset] + page + data[second.end :]


@pytest.mark.oracle
@pytest.mark.parametrize("missing", [0, 1, 3])
def test_a_page_more(missing: int, coded: dict[str, bytes], tmp_path: Path) -> None:
    """Where the label needs a page more, all later pages still are in order for Xiph's tool."""
    data = _filled(coded["a.ogg"], missing)
    done = write(data)
    count = [sum(1 for _ in ogg.pages(BytesView(item))) for item in (data, done)]
    assert count[1] == count[0] + 1
    before, after = tmp_path / "before.ogg", tmp_path / "after.ogg"
    before.write_bytes(data)
    after.write_bytes(done)
    assert _decoded(after) == _decoded(before)
    said = subprocess.run(["ogginfo", str(after)], check=True, capture_output=True).stdout
    assert b"WARNING" not in said
