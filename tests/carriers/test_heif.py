"""The label in HEIC and AVIF: items read, packets changed where they stand, offsets right after."""

from __future__ import annotations

import subprocess
from contextlib import suppress
from io import BytesIO
from typing import TYPE_CHECKING, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageSequence

from ailabel import testing
from ailabel.carriers.heif import CARRIER
from ailabel.codecs import bmff, bmff_items, bmff_store
from ailabel.errors import AilabelError, LimitExceededError, MalformedFileError, PlanError
from ailabel.io.source import BytesView, Limits, open_view
from ailabel.io.splice import apply, normalise
from ailabel.spi import Slot, Span
from ailabel.standard.schema import decode
from builders import avif, exif, heic, packets
from builders.boxes import OLD, box, ftyp, full, u32
from builders.items import MIME, Item, Picture, labelled, picture, xmp
from builders.views import SparseView
from corpus import CORPUS, needs_corpus

if TYPE_CHECKING:
    from pathlib import Path

PAYLOAD: Final = testing.PAYLOADS[0]
SAMPLES: Final = {**dict(heic.samples()), **dict(avif.samples())}
FOREIGN: Final = packets.FOREIGN.encode()


def read(data: bytes) -> list[Slot]:
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
    return b"".join(
        view.read(piece.offset, piece.length) if isinstance(piece, Span) else piece
        for piece in CARRIER.essence(view)
    )


def items(data: bytes) -> dict[int, bytes]:
    """Return the data of all items."""
    store, *_ = bmff_store.load(BytesView(data))
    return {number: store.data(number) for number in store.places}


@pytest.mark.parametrize("name", SAMPLES)
def test_laws(name: str) -> None:
    """Every sample obeys the laws L0 to L7."""
    testing.check_carrier(CARRIER, name, SAMPLES[name])


@pytest.mark.parametrize("name", SAMPLES)
def test_all_items_keep_their_data(name: str) -> None:
    """Whatever moves, each item's location leads to the bytes it led to before."""
    before, after = items(SAMPLES[name]), items(write(SAMPLES[name]))
    packed = {slot.location.split("[")[0] for slot in read(SAMPLES[name])}
    for number, data in before.items():
        if f"item {number}" not in packed and not data.startswith(b"<?xpacket"):
            assert after[number] == data
    assert len(after) - len(before) in {0, 1}


def test_every_place_is_read() -> None:
    """Labels are read in XMP and Exif items and in boxes; one place is official."""
    slots = read(heic.everywhere(OLD))
    assert sorted(slot.site for slot in slots) == [
        "heic.AIGC",
        "heic.item[Exif]/ExifIFD/UserComment",
        "heic.item[Exif]/IFD0/ImageDescription",
        "heic.item[XMP]/TC260:AIGC",
        "heic.item[XMP]/TC260:AIGC",
        "heic.item[XMP]/TC260:AIGC",
        "heic.moov/udta/meta[mdir]/----[AIGC]",
        "heic.moov/udta/meta[mdta]/AIGC",
        "heic.uuid[XMP]/TC260:AIGC",
    ]
    assert [slot.location for slot in slots if slot.official] == ["item 2[XMP]/TC260:AIGC"]


def test_every_place_is_vacated() -> None:
    """Only the packet that describes the primary picture keeps a label; neighbours stay."""
    done = write(heic.everywhere(OLD))
    (slot,) = read(done)
    assert (slot.location, slot.official) == ("item 2[XMP]/TC260:AIGC", True)
    found = items(done)
    assert found[2] == packets.labelled(PAYLOAD)
    assert found[3] == found[5] == packets.packet(packets.FOREIGN)
    assert found[1] == items(heic.everywhere(OLD))[1]
    assert len(found[4]) == len(items(heic.everywhere(OLD))[4])
    assert b"the builders\0" in found[4]


def test_a_new_packet_is_an_item_that_describes_the_primary_one() -> None:
    """It stands in a box of data of its own at the end."""
    done = compact(write(SAMPLES["plain.heic"]))
    store, *_ = bmff_store.load(BytesView(done))
    assert store.infos[-1] == bmff_items.Info(id=2, type=b"mime", content_type=MIME)
    assert store.references == (bmff_items.Reference(b"cdsc", 2, (1,)),)
    *_, last = bmff.boxes(BytesView(done), 0, len(done))
    assert (last.type, last.length) == (b"mdat", len(store.data(2)))
    assert store.places[2] == ((last.body, last.length),)


def test_wide_numbers() -> None:
    """The new item is told in the versions that the boxes have."""
    data = Picture(
        items=(picture(1),), iloc=2, wide=True, refers=((b"auxl", 1, (1,)),), widths=(8, 8, 8)
    ).build()
    store, *_ = bmff_store.load(BytesView(write(data)))
    assert [info.id for info in store.infos] == [1, 2]
    assert store.references[-1] == bmff_items.Reference(b"cdsc", 2, (1,))
    assert store.locations.version == 2


def test_a_free_number_is_found_below_the_last() -> None:
    """Numbers have 16 bits, so a picture may have the last one."""
    data = Picture(items=(picture(1), picture(0xFFFF, b"the last"))).build()
    assert sorted(items(write(data))) == [1, 2, 0xFFFF]


def test_without_a_primary_item_nothing_is_described() -> None:
    """The packet is then the only one, which readers take."""
    store, *_ = bmff_store.load(BytesView(write(SAMPLES["no-primary.heic"])))
    assert store.references == ()


@pytest.mark.parametrize("name", ["packet.heic", "pieces.heic", "idat.heic"])
def test_a_packet_that_is_there_takes_the_label(name: str) -> None:
    """It stays the item that it was, and its other properties stay."""
    done = write(SAMPLES[name])
    (slot,) = read(done)
    assert slot.location == "item 2[XMP]/TC260:AIGC"
    assert FOREIGN in items(done)[2]
    assert len(items(done)) == len(items(SAMPLES[name]))


@pytest.mark.parametrize("name", ["plain.heic", "grid.heic", "plain.avif", "sequence.avif"])
def test_a_later_label_moves_nothing(name: str) -> None:
    """The padding in the packet takes up what another label is longer."""
    once = write(SAMPLES[name])
    (edit,) = normalise(CARRIER.write(BytesView(once), testing.PAYLOADS[1]), len(once))
    assert len(edit.data) == edit.length


def test_the_essence_is_what_decodes() -> None:
    """Items of pictures with their configuration, in the order of their numbers; then tracks."""
    one = bytes([1]) * 30
    expected = b"hvc1" + b"hvcC" + b"configuration" + b"irot" + b"\1" + one
    assert essence(SAMPLES["plain.heic"]) == expected
    tiles = b"".join(b"hvc1" + bytes([number]) * 30 for number in range(2, 6))
    grid = b"grid" + expected[4:-30] + u32(2, 3, 4, 5) + heic.GRID
    assert essence(SAMPLES["grid.heic"]) == grid + tiles + b"iden" + bytes([9]) * 30
    track = b"".join(bytes([value]) * 9 for value in range(1, 5))
    assert essence(SAMPLES["sequence.heic"]) == b"hvc1the cover" + track


def test_one_packet_of_cover_and_track() -> None:
    """A sequence names one packet for its cover and for its track: that is one label."""
    assert [slot.location for slot in read(SAMPLES["film.avif"]) if slot.official] == [
        "item 3[XMP]/TC260:AIGC"
    ]
    done = write(SAMPLES["film.avif"])
    assert len(read(done)) == 1
    cover, track = bmff_store.load(BytesView(done))
    assert not track.belongs_to_file
    assert cover.places[3] == track.places[3]
    assert cover.data(3) == packets.labelled(PAYLOAD)


def test_packets_of_tracks_are_vacated() -> None:
    """A packet that only a track names holds no official label."""
    data = SAMPLES["film.avif"]
    at = data.index(b"iloc", data.index(b"iloc") + 4) + 4 + 8 + 14 + 6
    place = int.from_bytes(data[at : at + 4], "big")
    packet = packets.labelled(OLD)
    assert data[place : place + len(packet)] == packet
    data += box(b"mdat", packet)
    data = data[:at] + u32(len(data) - len(packet)) + data[at + 4 :]
    assert [slot.site for slot in read(data)][-1] == "avif.moov/trak/meta/item[XMP]/TC260:AIGC"
    done = write(data)
    (slot,) = read(done)
    assert slot.official
    assert bmff_store.load(BytesView(done))[1].data(3) == packets.packet(packets.FOREIGN)


def test_protected_packets_are_refused() -> None:
    """Beside an unreadable packet no second one is put."""
    foreign = packets.packet(packets.FOREIGN)
    for odd in (
        Item(id=2, type=b"mime", data=(foreign,), content_type=MIME, encoding="deflate"),
        Item(id=2, type=b"mime", data=(foreign,), content_type=MIME, protection=1),
        Item(id=2, type=b"mime", data=(foreign,), content_type=MIME, reference=1),
    ):
        data = Picture(items=(picture(1), odd)).build()
        assert read(data) == []
        with pytest.raises(PlanError, match="the XMP of item 2 is encrypted, compressed"):
            write(data)


def test_shared_data_are_refused() -> None:
    """A packet whose bytes are another item's too cannot grow."""
    data = bytearray(Picture(items=(xmp(2, packets.packet(packets.FOREIGN)), picture(1))).build())
    at = data.index(b"iloc") + 4 + 8 + 8  # the second entry's offset lies in the first's data
    first = int.from_bytes(data[at : at + 4], "big")
    data[at + 16 : at + 20] = u32(first + 5)
    with pytest.raises(PlanError, match="shares data with another"):
        write(bytes(data))


def test_data_outside_of_boxes_are_refused() -> None:
    """Only boxes of data can grow."""
    packet = packets.packet(packets.FOREIGN)
    data = Picture(items=(xmp(2, packet), picture(1))).build().replace(b"mdat", b"free")
    with pytest.raises(PlanError, match="stands in no box of data"):
        write(data)


def test_an_endless_box_is_refused() -> None:
    """Behind a box that goes on to the end nothing can be put, unless it holds data."""
    data = bytearray(Picture(items=(picture(1),), order="mdat meta").build())
    at = data.index(b"meta") - 4
    data[at : at + 4] = bytes(4)
    with pytest.raises(PlanError, match="goes on to the end"):
        write(bytes(data))
    assert read(write(SAMPLES["open.heic"]))


def test_a_file_without_items_is_refused() -> None:
    """There is no place for XMP."""
    for data in (ftyp(b"heic"), ftyp(b"avif") + full(b"meta", full(b"hdlr", bytes(20)))):
        assert read(data) == []
        assert CARRIER.canonical(BytesView(data)) == []
        assert essence(data) == b""
        with pytest.raises(PlanError, match="no items"):
            write(data)


@pytest.mark.parametrize("number", [2, 3])
def test_damaged_packets_are_refused(number: int) -> None:
    """A packet that is no XML takes no label, and cannot be emptied."""
    broken = packets.labelled(OLD).replace(b"</rdf:RDF>", b"")
    good = labelled(5 - number, OLD)
    data = Picture(items=(picture(1), xmp(number, broken), good), refers=heic.DESCRIBES).build()
    assert len(read(data)) == 2
    with pytest.raises(PlanError, match="damaged"):
        write(data)


def test_full_tables_are_refused() -> None:
    """A count of 16 bits that is full takes no item more."""
    data = bytearray(Picture(items=(picture(1),)).build())
    at = data.index(b"iinf") + 8
    data[at : at + 2] = b"\xff\xff"
    with pytest.raises(PlanError, match="so many items"):
        write(bytes(data))


def test_broken_tables() -> None:
    """Locations that are cut short, doubled or outside the file are refused."""
    with pytest.raises(MalformedFileError, match="too short"):
        read(SAMPLES["plain.heic"].replace(b"iloc\1\0\0\0\x44\0\0\1", b"iloc\1\0\0\0\x44\0\0\2"))
    with pytest.raises(MalformedFileError, match="unknown fields"):
        read(SAMPLES["plain.heic"].replace(b"iloc\1\0\0\0\x44", b"iloc\1\0\0\0\x45"))
    with pytest.raises(MalformedFileError, match="two locations"):
        read(Picture(items=(picture(1), picture(1))).build())
    outside = bytearray(SAMPLES["plain.heic"])
    at = outside.index(b"iloc") + 4 + 8 + 8
    outside[at : at + 4] = b"\x7f\0\0\0"
    with pytest.raises(MalformedFileError, match="runs past"):
        read(bytes(outside))


def test_limits() -> None:
    """Items, and packets, have limits."""
    view = BytesView(SAMPLES["grid.heic"], limits=Limits(items=3))
    with pytest.raises(LimitExceededError):
        CARRIER.read(view)
    view = BytesView(SAMPLES["packet.heic"], limits=Limits(metadata_bytes=100))
    with pytest.raises(LimitExceededError, match="item of metadata"):
        CARRIER.read(view)
    every = (picture(1, b"x" * 3000), *(picture(number, b"") for number in range(2, 40)))
    data = bytearray(Picture(items=every).build())
    first = data.index(b"iloc") + 12 + 8  # offset and length of the first item's data
    for at in range(first, first + 16 * 39, 16):
        data[at : at + 8] = data[first : first + 8]
    with pytest.raises(LimitExceededError, match="samples"):
        essence(bytes(data))


def test_claims() -> None:
    """The major brand decides, and for a general one those that it goes with."""
    cases = (
        ((b"heic", b"mif1"), "heic"),
        ((b"avif", b"mif1"), "avif"),
        ((b"avis", b"msf1"), "avif"),
        ((b"mif1", b"avif"), "avif"),
        ((b"mif1", b"heic"), "heic"),
        ((b"msf1", b"hevc"), "heic"),
        ((b"isom", b"avif"), None),
    )
    for brands, expected in cases:
        match = CARRIER.sniff(BytesView(ftyp(*brands), "a.avif"))
        assert (match.format.id if match else None) == expected
    assert CARRIER.sniff(BytesView(b"", "a.heic")) is None


@settings(max_examples=30)
@given(st.binary(max_size=32), st.integers(0, 700))
def test_overwritten_bytes(noise: bytes, place: int) -> None:
    """Whatever stands in a file: what is not refused holds the one label afterwards."""
    data = bytearray(SAMPLES["grid.heic"])
    data[place : place + len(noise)] = noise
    view = BytesView(bytes(data), "a.heic")
    edits = None
    with suppress(AilabelError):
        CARRIER.read(view)
        list(CARRIER.essence(view))
        edits = normalise(CARRIER.write(view, PAYLOAD), view.size)
    if edits is not None:
        found = CARRIER.read(BytesView(apply(bytes(data), edits), "a.heic"))
        assert [item.payload for item in found if isinstance(item, Slot)] == [PAYLOAD]


def test_large_files_cost_only_their_metadata() -> None:
    """Coded pictures are never read."""
    small = Picture(items=(xmp(2, packets.packet(packets.FOREIGN)), picture(1, b""))).build()
    size = 3 << 30
    at = small.index(b"mdat") - 4
    body = int.from_bytes(small[at : at + 4], "big")
    head = small[:at] + u32(body + size) + small[at + 4 :]
    view = SparseView(head, size, name="large.heic")
    CARRIER.read(view)
    CARRIER.write(view, PAYLOAD)
    assert view.bytes_read < 20_000


@needs_corpus
def test_corpus() -> None:
    """A file that Pillow coded and ExifTool labelled is read, and obeys the laws."""
    path = CORPUS / "made" / "a_xmp.avif"
    with open_view(path) as view:
        (slot,) = CARRIER.read(view)
    assert isinstance(slot, Slot)
    assert slot.official
    assert decode(slot.payload).fields["ProduceID"] == "abc-123"
    testing.check_carrier(CARRIER, path.name, path.read_bytes())


# -- independent readers ---------------------------------------------------------------------------


def frames(data: bytes) -> list[bytes]:
    """Return the pixels of every picture, as Pillow decodes them."""
    with Image.open(BytesIO(data)) as image:
        return [frame.tobytes() for frame in ImageSequence.Iterator(image)]


@pytest.mark.oracle
@pytest.mark.parametrize(
    "name", ["plain.avif", "alpha.avif", "labelled.avif", "sequence.avif", "film.avif"]
)
def test_pillow_decodes_the_same_pixels(name: str) -> None:
    """And it finds the packet, and the Exif that was there."""
    done = write(SAMPLES[name])
    assert frames(done) == frames(SAMPLES[name])
    with Image.open(BytesIO(done)) as image:
        if name != "sequence.avif":  # of a sequence Pillow asks the track, not the cover
            assert PAYLOAD.replace('"', "&quot;").encode() in image.info["xmp"]
        assert ("exif" in image.info) is (name in {"labelled.avif", "film.avif"})


@pytest.mark.oracle
@pytest.mark.parametrize(
    "name",
    ["plain.avif", "labelled.avif", "sequence.avif", "plain.heic", "grid.heic", "pieces.heic"],
)
def test_exiftool_reads_the_label(name: str, tmp_path: Path) -> None:
    """ExifTool finds it, and no fault in the file."""
    path = tmp_path / name
    path.write_bytes(write(SAMPLES[name]))
    command = ["exiftool", "-s3", "-XMP-TC260:Aigc", "-Warning", "-Error", str(path)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    assert done.stdout.strip() == PAYLOAD


@pytest.mark.oracle
def test_files_by_exiftool(tmp_path: Path) -> None:
    """A packet that ExifTool wrote takes the label and keeps its other properties."""
    path = tmp_path / "a.avif"
    path.write_bytes(avif.coded())
    command = ["exiftool", "-q", "-XMP-dc:Title=a title", "-UserComment=hello", str(path)]
    subprocess.run(command, check=True, capture_output=True)
    data = path.read_bytes()
    testing.check_carrier(CARRIER, path.name, data)
    path.write_bytes(write(data))
    command = ["exiftool", "-s3", "-XMP-TC260:Aigc", "-XMP-dc:Title", "-UserComment", str(path)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    assert done.stdout.split("\n")[:3] == [PAYLOAD, "a title", "hello"]
    assert frames(path.read_bytes()) == frames(data)


def test_offsets_of_exif_are_followed() -> None:
    """The field before the TIFF says where it begins; some leave it, or the prefix, out."""
    for name in ("exif.heic", "exif-bare.heic", "exif-zero.heic"):
        (slot,) = read(SAMPLES[name])
        assert slot.site == "heic.item[Exif]/ExifIFD/UserComment"
        assert decode(slot.payload).wrapped
    tiff = exif.tiff(description=b"a picture\0")
    assert read(Picture(items=(picture(1), Item(id=2, type=b"Exif", data=(tiff,)))).build()) == []
