"""The label in MP4 and its family: every place read, boxes patched, every offset right after."""

from __future__ import annotations

import json
import subprocess
from contextlib import suppress
from importlib import import_module
from typing import TYPE_CHECKING, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mutagen.mp4 import MP4

from ailabel import testing
from ailabel.carriers.movie import CARRIER
from ailabel.codecs import bmff
from ailabel.errors import AilabelError, LimitExceededError, MalformedFileError, PlanError
from ailabel.io.source import BytesView, Limits, open_view
from ailabel.io.splice import apply, normalise
from ailabel.spi import Slot, Span, essence_digest
from ailabel.standard.schema import decode
from builders import mov, mp4, packets
from builders.boxes import (
    OLD,
    PICTURES,
    SOUND,
    Movie,
    Track,
    box,
    fragmented,
    ftyp,
    full,
    item,
    keyed,
    meta,
    named,
    u16,
    u32,
    u64,
    udta,
    value,
    xmp,
)
from builders.views import SparseView
from corpus import CORPUS, needs_corpus

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

PAYLOAD: Final = testing.PAYLOADS[0]
FAMILY: Final = ("mp4", "mov", "m4a", "3gp")
SAMPLES: Final = {
    name: data for kind in FAMILY for name, data in import_module(f"builders.{kind}").samples()
}
FREE: Final = mp4.FREE
FIRST: Final = "moov mdat"


def read(data: bytes) -> Sequence[Slot]:
    """Read the labels of a file."""
    return [slot for slot in CARRIER.read(BytesView(data)) if isinstance(slot, Slot)]


def write(data: bytes, payload: str = PAYLOAD) -> bytes:
    """Label a file."""
    return apply(data, CARRIER.write(BytesView(data), payload))


def compact(data: bytes) -> bytes:
    """Take our padding out."""
    return apply(data, CARRIER.canonical(BytesView(data)))


def essence(data: bytes) -> bytes:
    """Return the content of a file."""
    view = BytesView(data)
    pieces = CARRIER.essence(view)
    return b"".join(
        view.read(piece.offset, piece.length) if isinstance(piece, Span) else piece
        for piece in pieces
    )


@pytest.mark.parametrize("name", SAMPLES)
def test_laws(name: str) -> None:
    """Every sample obeys the laws L0 to L7."""
    testing.check_carrier(CARRIER, name, SAMPLES[name])


def test_every_place_is_read() -> None:
    """Labels are read in items, boxes and packets of file, movie and track; one is official."""
    slots = read(mp4.everywhere(OLD))
    assert [slot.site.removeprefix("mp4.") for slot in slots] == [
        "uuid[XMP]/TC260:AIGC",
        "moov/trak/udta/meta[mdta]/aigc",
        "moov/trak/udta/AIGC",
        "moov/meta[mdta]/AIGC",
        "moov/udta/meta[mdir]/----[AIGC]",
        "moov/udta/meta[mdir]/©cmt",
        "moov/udta/meta[mdir]/unnamed",
        "moov/udta/meta[mdta]/com.apple.quicktime.AIGC",
        "moov/udta/meta[mdta]/AIGC",
        "moov/udta/XMP_/TC260:AIGC",
        "moov/udta/AIGC",
        "moov/udta/©cmt",
        "meta[mdta]/AIGC",
    ]
    assert [slot.site for slot in slots if slot.official] == ["mp4.moov/udta/meta[mdta]/AIGC"]
    assert {slot.payload for slot in slots} == {OLD, mp4.WRAPPED}
    assert slots[1].location == "moov/trak[1]/udta/meta[mdta]/aigc"
    assert [slot.offset for slot in slots] == sorted(slot.offset for slot in slots)


def test_labels_of_fragments_are_read() -> None:
    """Metadata of a fragment may hold a label; taking it out changes no length."""
    data = SAMPLES["fragments-labelled.mp4"]
    assert [slot.location for slot in read(data)] == [
        "moof/meta[mdir]/©cmt",
        "moof/uuid[XMP]/TC260:AIGC",
    ]
    done = compact(write(data))
    grown = len(compact(write(SAMPLES["fragments.mp4"]))) - len(SAMPLES["fragments.mp4"])
    assert len(done) == len(data) + grown
    assert packets.FOREIGN.encode() in done


def test_every_place_is_vacated() -> None:
    """Writing empties all other places and leaves their neighbours byte for byte."""
    empty = packets.packet(packets.FOREIGN)
    done = compact(write(mp4.everywhere(OLD)))
    (slot,) = read(done)
    assert slot.location == "moov/udta/meta[mdta]/AIGC"
    expected = Movie(
        tracks=tuple(
            Track(
                number=at,
                handler=handler,
                chunks=chunks,
                extra=udta() if at == 1 else b"",
            )
            for at, handler, chunks in (
                (1, b"vide", (PICTURES[:2], PICTURES[2:])),
                (2, b"soun", (SOUND[:5], SOUND[5:])),
            )
        ),
        order="packet moov free mdat",
        others={"packet": xmp(packets.packet(packets.FOREIGN, padding=100)), "free": FREE},
        in_moov=udta(
            named(item(b"\xa9nam", "a title")),
            keyed(("title", "a title"), ("AIGC", PAYLOAD)),
            box(b"XMP_", empty),
            box(b"\xa9day", u16(4, 0x55C4), b"2026"),
            FREE,
        ),
    ).build()
    assert done == expected


def test_ours_stands_behind_itunes_tags() -> None:
    """Readers of iTunes tags look into the first meta box, so ours is the second."""
    data = Movie(in_moov=udta(mp4.ITUNES, FREE)).build()
    ours = keyed(("AIGC", PAYLOAD))
    assert compact(write(data)) == Movie(in_moov=udta(mp4.ITUNES, ours, FREE)).build()


def test_a_key_is_added_to_those_that_are_there() -> None:
    """The other keys keep their numbers."""
    pairs = (("title", "x"), ("comment", "y"))
    data = Movie(order=FIRST, in_moov=udta(keyed(*pairs))).build()
    ours = keyed(*pairs, ("AIGC", PAYLOAD))
    assert compact(write(data)) == Movie(order=FIRST, in_moov=udta(ours)).build()


def test_a_key_that_goes_takes_its_number_with_it() -> None:
    """The items of later keys follow."""
    pairs = (("a.aigc", OLD), ("title", "x"), ("AIGC", OLD), ("comment", "y"))
    data = Movie(order=FIRST, in_moov=udta(keyed(*pairs))).build()
    ours = keyed(("title", "x"), ("AIGC", PAYLOAD), ("comment", "y"))
    assert compact(write(data)) == Movie(order=FIRST, in_moov=udta(ours)).build()


@pytest.mark.oracle
@pytest.mark.parametrize("first", [True, False])
def test_keys_of_the_movie_are_not_mistaken(tmp_path: Path, *, first: bool) -> None:
    """FFmpeg knows one list of keys for all boxes, so ours agrees with the one that is there."""
    make = keyed(("a.make", "a maker"), ("AIGC", OLD), ("a.model", "a model"), bare=True)
    parts = (make, udta()) if first else (udta(), make)
    path = tmp_path / "a.mov"
    path.write_bytes(write(Movie(brands=mov.BRAND, order=FIRST, in_moov=b"".join(parts)).build()))
    found = tags(path)
    labelled = [found[key] for key in ("a.make", "a.model", "AIGC")]
    assert labelled == ["a maker", "a model", PAYLOAD]
    lines = run("exiftool", "-s3", "-Keys:all", str(path)).splitlines()
    assert sorted(lines) == sorted(labelled)
    testing.check_carrier(CARRIER, "a.mov", path.read_bytes())


@pytest.mark.parametrize("namespace", [b"udta", b"mdta"])
def test_only_the_namespace_mdta_is_official(namespace: bytes) -> None:
    """A key of another namespace is read, but is not where the guide wants it."""
    keys = full(b"keys", u32(1), box(namespace, b"AIGC"))
    table = meta(b"mdta", keys, box(b"ilst", box(u32(1), value(OLD))))
    (slot,) = read(Movie(in_moov=udta(table)).build())
    assert slot.official is (namespace == b"mdta")


def test_user_data_stays_closed() -> None:
    """Quicktime's closing zero stays the last thing in the user data."""
    title = box(b"\xa9nam", u16(7, 0x55C4), b"a title")
    ours = keyed(("AIGC", PAYLOAD))
    expected = Movie(brands=mov.BRAND, order=FIRST, in_moov=udta(title, ours, mov.CLOSE)).build()
    assert compact(write(SAMPLES["closed.mov"])) == expected


def test_meta_boxes_that_are_left_empty_go() -> None:
    """A meta box with nothing but the label goes; one with other keys stays."""
    bare = Movie(in_moov=keyed(("AIGC", OLD), bare=True)).build()
    expected = Movie(in_moov=udta(keyed(("AIGC", PAYLOAD)))).build()
    assert compact(write(bare)) == expected
    assert b"a maker" in write(SAMPLES["bare.mov"])


@pytest.mark.parametrize("name", ["first.mp4", "wide.mp4", "itunes.mp4", "keys.mp4", "tags.m4a"])
def test_a_later_label_moves_nothing(name: str) -> None:
    """Within its unit a label of another length leaves the samples where they are."""
    once = write(SAMPLES[name])
    again = normalise(CARRIER.write(BytesView(once), testing.PAYLOADS[1]), len(once))
    assert sum(len(edit.data) - edit.length for edit in again) == 0
    assert max(edit.offset + edit.length for edit in again) < once.index(b"mdat")


def test_a_label_by_another_program_is_already_there() -> None:
    """The same label in the official place is not written again."""
    data = Movie(order=FIRST, in_moov=udta(keyed(("AIGC", PAYLOAD)))).build()
    assert CARRIER.write(BytesView(data), PAYLOAD) == []
    utf16 = Movie(order=FIRST, in_moov=udta(keyed(("AIGC", PAYLOAD), kind=2))).build()
    assert compact(write(utf16)) == data


def test_foreign_free_space_is_not_used_up() -> None:
    """Free space between the header and the samples stays as long as it was."""
    done = write(SAMPLES["first-free.mp4"])
    assert FREE in done
    assert (
        compact(done)
        == Movie(
            order="moov free mdat", others={"free": FREE}, in_moov=udta(keyed(("AIGC", PAYLOAD)))
        ).build()
    )


def test_items_and_auxiliary_offsets_follow() -> None:
    """Offsets of items and of auxiliary information point at the same bytes afterwards."""
    data = SAMPLES["items.mp4"]
    done = write(data)
    place, moved = (found.index(PICTURES[0]) for found in (data, done))
    assert moved > place
    assert data.count(u32(place)) == done.count(u32(moved)) == 3  # stco, saio, iloc
    sound = moved + 24
    assert done.count(u64(sound)) == 1  # saio
    assert done.count(u32(sound)) == 2  # stco, and in that saio


def test_indexes_of_fragments_follow() -> None:
    """Base offsets and random access point at the fragments; the segment index stays as it is."""
    data, done = SAMPLES["fragments.mp4"], write(SAMPLES["fragments.mp4"])
    view = BytesView(done)
    top = list(bmff.boxes(view, 0, view.size))
    moofs = [item.offset for item in top if item.type == b"moof"]
    (sidx,) = (item for item in top if item.type == b"sidx")
    assert sidx.end == moofs[0]
    assert done[sidx.offset : sidx.end] in data
    assert u64(moofs[0]) in done[moofs[0] : moofs[1]]
    mfra = done[top[-1].offset :]
    assert all(u32(0, offset) + b"\1\1\1" in mfra for offset in moofs)


def test_a_segment_index_before_the_header_follows() -> None:
    """Its distance to the first segment spans the movie header."""
    moov = Movie(order="moov", brands=()).build()
    free = box(b"free", bytes(12))
    sidx = full(b"sidx", u32(1, 10, 0, len(moov)), u16(0, 1), u32(len(free), 1, 0))
    segment = box(b"mdat", bytes(20))
    data = ftyp(b"isom") + sidx + moov + free + segment
    done = write(data)
    grown = len(done) - len(data)
    assert u32(1, 10, 0, len(moov) + grown) in done


def test_offsets_that_do_not_fit_are_refused() -> None:
    """A 32-bit offset near 4 GiB cannot move on."""
    data = bytearray(Movie(order=FIRST).build())
    at = data.index(b"stco") + 12
    data[at : at + 4] = b"\xff\xff\xff\x00"
    with pytest.raises(PlanError, match="stco box would no longer fit"):
        write(bytes(data))
    last = bytearray(Movie().build())
    at = last.index(b"stco") + 12
    last[at : at + 4] = b"\xff\xff\xff\x00"
    assert read(write(bytes(last)))


def test_samples_in_other_files() -> None:
    """Offsets into other files stay, and those samples are no part of this file's essence."""
    data = SAMPLES["elsewhere.mov"]
    assert essence(data) == b"".join(SOUND)
    done = write(data)
    at = data.index(b"stco")
    assert data[at : at + 20] in done
    mixed = Track(number=7, handler=b"vide", chunks=(PICTURES,), external=None)
    with pytest.raises(PlanError, match="track 7 has samples in this file and in others"):
        write(Movie(tracks=(mixed,), order=FIRST).build())


def test_the_essence_is_pictures_sound_and_subtitles() -> None:
    """Tracks are taken by what they hold, then in file order; chapters are left out."""
    assert essence(SAMPLES["first.mp4"]) == b"".join(PICTURES + SOUND)
    assert essence(SAMPLES["chapters.mp4"]) == b"".join(PICTURES + SOUND) + b"\0\2hi"
    runs = b"".join(PICTURES[:3]) * 2 + b"".join(SOUND[:4]) * 2
    assert essence(fragmented()) == runs


@pytest.mark.parametrize("bits", [0, 4, 8, 16])
@pytest.mark.parametrize("chunks", [(1, 5), (6,), (2, 2, 2), (1, 2, 3)])
def test_chunks_and_sizes(bits: int, chunks: tuple[int, ...]) -> None:
    """Samples are found whatever their chunks and the width of their sizes."""
    texts = [b"a", b"bcd", b"", b"efghij", b"k", b"lm"]
    parts, at = [], 0
    for count in chunks:
        parts.append(texts[at : at + count])
        at += count
    track = Track(number=1, handler=b"soun", chunks=parts, compact=bits)
    assert essence(Movie(tracks=(track,)).build()) == b"".join(texts)


@pytest.mark.parametrize(
    ("entry", "length"),
    [
        (box(b"twos", bytes(8), u16(0), bytes(6), u16(2, 16, 0, 0), u32(0)), 4),
        (box(b"ulaw", bytes(8), u16(0), bytes(6), u16(2, 16, 0, 0), u32(0)), 2),
        (box(b"ima4", bytes(8), u16(1), bytes(6), u16(1, 16, 0, 0), u32(0, 4, 2, 8, 2)), 2),
        (box(b"lpcm", bytes(8), u16(2), bytes(6), u16(3, 16, 0, 0), bytes(32), u32(6, 1)), 6),
        (box(b"abcd", bytes(8), u16(0), bytes(6), u16(2, 16, 0, 0), u32(0)), 1),
    ],
)
def test_sound_counted_in_single_samples(entry: bytes, length: int) -> None:
    """Where QuickTime counts samples of one byte, the sound description says their true size."""
    data = Movie(
        tracks=(Track(number=1, handler=b"soun", chunks=((b"x", b"y"),)),),
        order="moov mdat pad",
        others={"pad": bytes(40)},
    ).build()
    at = data.index(b"stsd") + 8
    old = data[at + 4 : data.index(b"stts") - 4]
    grown = len(entry) - len(old)
    patched = bytearray(data.replace(old, entry))
    for kind in (b"stsd", b"stbl", b"minf", b"mdia", b"trak", b"moov"):
        place = patched.index(kind) - 4
        size = int.from_bytes(patched[place : place + 4], "big") + grown
        patched[place : place + 4] = u32(size)
    assert len(essence(bytes(patched))) == 2 * length


def test_claims() -> None:
    """The major brand decides; where it says little, the name does."""
    cases = (
        (b"isom", "a.mp4", "mp4"),
        (b"isom", "a.m4a", "m4a"),
        (b"mp42", "a.mov", "mov"),
        (b"M4A ", "a.mp4", "m4a"),
        (b"qt  ", "a.mp4", "mov"),
        (b"3gp4", "a.mp4", "3gp"),
        (b"zzzz", "a", "mp4"),
        (b"avif", "a.mp4", None),
        (b"crx ", "a.cr3", None),
    )
    for brand, name, expected in cases:
        match = CARRIER.sniff(BytesView(Movie(brands=(brand,)).build(), name))
        assert (match.format.id if match else None) == expected
    for data in (b"", b"\0\0\0\x08wide", bytes(16), b"\0\0\0\x08ftyp", b"\0\0\0\x09mdatmoov"):
        assert CARRIER.sniff(BytesView(data, "a.mov")) is None


def test_a_file_without_a_movie_is_refused() -> None:
    """There is no place for the label in a file of samples alone."""
    data = ftyp(b"isom") + box(b"mdat", b"1234")
    assert read(data) == []
    assert CARRIER.canonical(BytesView(data)) == []
    with pytest.raises(PlanError, match="no moov box"):
        write(data)


def test_a_compressed_movie_is_refused() -> None:
    """What a compressed header points at cannot be moved."""
    data = ftyp(b"qt  ") + box(b"moov", box(b"cmov", bytes(20))) + box(b"mdat", b"1234")
    with pytest.raises(PlanError, match="compressed"):
        write(data)


def test_a_damaged_packet_is_refused() -> None:
    """A label in a packet that is no XML cannot be taken out."""
    packet = xmp(packets.labelled(OLD).replace(b"</rdf:RDF>", b""))
    data = Movie(order="packet mdat moov", others={"packet": packet}).build()
    with pytest.raises(PlanError, match="damaged"):
        write(data)


def test_broken_tables() -> None:
    """Tables that run out of their boxes, or of the file, are refused."""
    data = Movie().build()
    for kind in (b"stco", b"stsc"):
        broken = bytearray(data)
        at = broken.index(kind) + 8
        broken[at : at + 4] = b"\0\0\xff\xff"
        with pytest.raises(MalformedFileError, match="too short"):
            essence(bytes(broken))
    outside = bytearray(data)
    at = outside.index(b"stco") + 12
    outside[at : at + 4] = b"\x7f\0\0\0"
    with pytest.raises(MalformedFileError, match="outside the file"):
        essence(bytes(outside))


def test_limits() -> None:
    """Boxes, keys and repeated samples are counted."""
    with pytest.raises(LimitExceededError, match="boxes"):
        CARRIER.read(BytesView(SAMPLES["first.mp4"], limits=Limits(items=2)))
    with pytest.raises(LimitExceededError, match="depth"):
        CARRIER.read(BytesView(SAMPLES["first.mp4"], limits=Limits(depth=1)))
    again = Track(number=1, handler=b"vide", chunks=[[bytes(500)]] * 40)
    data = bytearray(Movie(tracks=(again,), order=FIRST).build())
    at = data.index(b"stco") + 12
    data[at : at + 160] = data[at : at + 4] * 40
    del data[-19000:]
    with pytest.raises(LimitExceededError, match="samples"):
        essence(bytes(data))


@settings(max_examples=30)
@given(st.binary(max_size=64), st.integers(0, 1100))
def test_overwritten_bytes(noise: bytes, place: int) -> None:
    """Whatever stands in a file: what is not refused holds the one label afterwards."""
    data = bytearray(SAMPLES["first.mp4"])
    data[place : place + len(noise)] = noise
    view = BytesView(bytes(data), "a.mp4")
    edits = None
    with suppress(AilabelError):
        CARRIER.read(view)
        list(CARRIER.essence(view))
        edits = normalise(CARRIER.write(view, PAYLOAD), view.size)
    if edits is not None:
        found = CARRIER.read(BytesView(apply(bytes(data), edits), "a.mp4"))
        assert [item.payload for item in found if isinstance(item, Slot)] == [PAYLOAD]


@pytest.mark.parametrize("order", ["mdat moov", FIRST])
def test_large_files_cost_only_their_headers(order: str) -> None:
    """Five GiB of samples are never read; only headers and tables are."""
    size = 5 << 30
    small = Movie(order=order, mdat="long").build()
    at = small.index(b"mdat") + 4
    length = int.from_bytes(small[at : at + 8], "big") + size
    small = small[:at] + u64(length) + small[at + 8 :]
    end = at + 8 + 36
    view = SparseView(small[:end], size, small[end:], "large.mp4")
    CARRIER.read(view)
    CARRIER.write(view, PAYLOAD)
    assert view.bytes_read < 8000


@needs_corpus
@pytest.mark.parametrize(
    ("name", "location"),
    [
        ("v_tags.mp4", "moov/udta/meta[mdta]/AIGC"),
        ("a_tags.m4a", "moov/udta/meta[mdta]/AIGC"),
        ("two_meta_after.mp4", "moov/udta/meta[mdta]/AIGC"),
        ("exiftool_f.mp4", "moov/meta[mdta]/com.apple.quicktime.AIGC"),
        ("moov_meta_bare.mp4", "moov/meta[mdta]/AIGC"),
        ("m_uuid.mp4", "uuid[XMP]/TC260:AIGC"),
        ("v_notags.mp4", None),
    ],
)
def test_corpus(name: str, location: str | None) -> None:
    """Files by ffmpeg, ExifTool and Adobe's toolkit are read, and obey the laws."""
    path = CORPUS / "made" / name
    with open_view(path) as view:
        slots = [slot for slot in CARRIER.read(view) if isinstance(slot, Slot)]
    assert [slot.location for slot in slots] == ([location] if location else [])
    assert all(decode(slot.payload).fields["ProduceID"] == "abc-123" for slot in slots)
    testing.check_carrier(CARRIER, name, path.read_bytes())


# -- independent readers ---------------------------------------------------------------------------


def run(*command: str) -> str:
    """Return what a program prints."""
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def streams(path: Path) -> str:
    """Return a checksum of each stream's packets, as ffmpeg sees them."""
    return run("ffmpeg", "-v", "quiet", "-i", str(path), "-map", "0:v?", "-map", "0:a?",
               "-c", "copy", "-f", "streamhash", "-hash", "md5", "-")  # fmt: skip


def tags(path: Path) -> dict[str, str]:
    """Return the tags of a file, as ffprobe sees them."""
    found = run("ffprobe", "-v", "quiet", "-show_format", "-of", "json", str(path))
    answer: dict[str, str] = json.loads(found)["format"]["tags"]
    return answer


@pytest.mark.oracle
@pytest.mark.parametrize(
    "name", ["first.mp4", "wide.mp4", "open.mp4", "fragments.mp4", "closed.mov", "labelled.3gp"]
)
def test_other_readers(name: str, tmp_path: Path) -> None:
    """FFmpeg finds the same packets and the label, and so does ExifTool."""
    before, after = tmp_path / name, tmp_path / f"done-{name}"
    before.write_bytes(SAMPLES[name])
    after.write_bytes(write(SAMPLES[name]))
    assert streams(before) == streams(after)
    assert "MD5=" in streams(after)
    assert tags(after)["AIGC"] == PAYLOAD
    assert run("exiftool", "-s3", "-Keys:AIGC", str(after)).strip() == PAYLOAD


@pytest.fixture(scope="module")
def movie(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a movie with B-frames and sound that ffmpeg made."""
    path = tmp_path_factory.mktemp("movie") / "source.mp4"
    run("ffmpeg", "-v", "error", "-y", "-f", "lavfi", "-i", "testsrc2=s=64x48:r=10:d=1",
        "-f", "lavfi", "-i", "sine=d=1", "-c:v", "libx264", "-bf", "2", "-c:a", "aac",
        "-metadata", "title=x", str(path))  # fmt: skip
    return path


FLAGS: Final = {
    "plain.mp4": "",
    "fast.mp4": "+faststart",
    "keys.mp4": "+faststart+use_metadata_tags",
    "fast.mov": "+faststart",
    "fragments.mp4": "+frag_keyframe+empty_moov",
    "bases.mp4": "+frag_keyframe+empty_moov+default_base_moof",
    "sidx.mp4": "+dash+global_sidx+frag_keyframe+empty_moov",
    "mixed.mp4": "+frag_keyframe",
}


@pytest.mark.oracle
@pytest.mark.parametrize("name", FLAGS)
def test_files_by_ffmpeg(name: str, movie: Path, tmp_path: Path) -> None:
    """However ffmpeg lays a file out, its packets stay, and all layouts share one essence."""
    before, after, again = tmp_path / name, tmp_path / f"done-{name}", tmp_path / f"again-{name}"
    flags = ("-movflags", FLAGS[name]) if FLAGS[name] else ()
    run("ffmpeg", "-v", "error", "-i", str(movie), "-c", "copy", *flags, str(before))
    data = before.read_bytes()
    done = write(data)
    after.write_bytes(done)
    assert streams(before) == streams(after)
    assert tags(after)["AIGC"] == PAYLOAD
    assert tags(after)["title"] == "x"
    assert run("exiftool", "-s3", "-Keys:AIGC", str(after)).strip() == PAYLOAD
    run("ffmpeg", "-v", "error", "-i", str(after), "-c", "copy", str(again))
    views = [BytesView(path.read_bytes()) for path in (movie, before, after, again)]
    assert len({essence_digest(CARRIER, view) for view in views}) == 1
    testing.check_carrier(CARRIER, name, data)


@pytest.mark.oracle
def test_itunes_tags_are_still_seen(movie: Path, tmp_path: Path) -> None:
    """Mutagen reads the tags, and saving them keeps the label."""
    path = tmp_path / "tags.m4a"
    path.write_bytes(write(movie.read_bytes()))
    found = MP4(path)  # type: ignore[no-untyped-call]
    assert found["\xa9nam"] == ["x"]
    found["\xa9nam"] = ["a longer title " * 9]
    found.save()  # type: ignore[no-untyped-call]
    (slot,) = read(path.read_bytes())
    assert (slot.payload, slot.official) == (PAYLOAD, True)
