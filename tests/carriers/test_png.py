"""The label in PNG: every place read, the official one written, the pixels left alone."""

from __future__ import annotations

import io
import json
import subprocess
from typing import TYPE_CHECKING, Final

import pytest
from PIL import Image

from ailabel import testing
from ailabel.carriers.png import CARRIER
from ailabel.errors import LimitExceededError, MalformedFileError, PlanError
from ailabel.io.source import BytesView, Limits
from ailabel.io.splice import apply
from ailabel.model.media import Strength
from ailabel.spi import Slot, essence_digest
from ailabel.standard.schema import decode
from builders import exif, packets
from builders import png as build
from corpus import CORPUS, needs_corpus

if TYPE_CHECKING:
    from pathlib import Path

SITE: Final = "png.iTXt[XML:com.adobe.xmp]/TC260:AIGC"
PAYLOAD: Final = testing.PAYLOADS[0]
SAMPLES: Final = dict(build.samples())


def view(data: bytes, limits: Limits | None = None) -> BytesView:
    """Return a view of a file."""
    return BytesView(data, "a.png", limits)


def slots(data: bytes) -> list[Slot]:
    """Read the labels of a file."""
    found = CARRIER.read(view(data))
    return [item for item in found if isinstance(item, Slot)]


def write(data: bytes, payload: str = PAYLOAD) -> bytes:
    """Label a file."""
    return apply(data, CARRIER.write(view(data), payload))


@pytest.mark.parametrize("name", SAMPLES)
def test_laws(name: str) -> None:
    """Every sample obeys the laws L0 to L7."""
    testing.check_carrier(CARRIER, name, SAMPLES[name])


@pytest.mark.parametrize(("place", "data"), list(build.labelled()))
def test_every_place_is_read_and_replaced(place: str, data: bytes) -> None:
    """A label is read wherever others put it; writing moves it to the official place."""
    (found,) = slots(data)
    assert (found.site, found.location) == (f"png.{place}", place)
    assert decode(found.payload).fields["ProduceID"] == "old-1"
    assert found.raw in data
    after = write(data)
    (found,) = slots(after)
    assert (found.site, found.payload, found.official) == (SITE, PAYLOAD, True)
    assert b"old-1" not in after


def test_official_means_uncompressed() -> None:
    """Only an uncompressed iTXt packet with a proper property is the official place."""
    label = packets.labelled(build.LABEL)
    unbound = label.replace(b"xmlns:TC260", b"xmlns:T")
    assert slots(build.build(build.packet(label)))[0].official
    assert not slots(build.build(build.packet(label, compressed=True)))[0].official
    assert not slots(build.build(build.packet(unbound)))[0].official
    assert not slots(build.build(build.itxt("xml:COM.adobe.xmp", label)))[0].official


def test_slots_stand_in_file_order() -> None:
    """Several labels are all reported, with the chunk in which each stands."""
    data = SAMPLES["labelled-everywhere.png"]
    found = slots(data)
    assert len(found) == 8
    assert [item.offset for item in found] == sorted(item.offset for item in found)
    assert data[found[0].offset + 4 : found[0].offset + 8] == b"tEXt"


def test_new_packet_stands_behind_the_header() -> None:
    """A file without XMP gets one chunk right behind IHDR, and nothing else changes."""
    data = build.build()
    (edit,) = CARRIER.write(view(data), PAYLOAD)
    assert (edit.offset, edit.length) == (33, 0)


def test_second_label_moves_nothing() -> None:
    """A label that takes the place of another uses the padding, so the file keeps its length."""
    once = write(build.build())
    twice = write(once, testing.PAYLOADS[1])
    assert len(twice) == len(once)
    compact = apply(twice, CARRIER.canonical(view(twice)))
    assert len(compact) < len(twice) - 1000
    assert slots(compact)[0].payload == testing.PAYLOADS[1]


def test_neighbours_stay_byte_for_byte() -> None:
    """Other properties, text chunks, Exif and traces are found unchanged in the result."""
    trace = exif.tiff(description=b"a camera\0", comment=b"ASCII\0\0\0" + build.TRACE.encode())
    keep = (
        build.text("Comment", "AIGC is mentioned"),
        build.text("Description", build.TRACE),
        build.chunk(b"eXIf", trace),
        build.chunk(b"zTXt", b"Broken\0\0not zlib"),
        build.chunk(b"tEXt", b"no keyword"),
        build.chunk(b"tEXt", b"Long\0" + build.LABEL.encode() + bytes(200_000)),
        build.chunk(b"prVt", build.LABEL.encode()),
        build.ztxt("Raw profile type xmp", "\nxmp\n3\nno hex\n"),
    )
    packet = packets.packet(packets.FOREIGN, padding=50)
    data = build.build(*keep, build.packet(packet), build.text("AIGC", build.LABEL))
    after = write(data)
    assert all(chunk in after for chunk in keep)
    assert len(slots(after)) == 1
    assert packets.FOREIGN.encode() in after
    assert b" " * 50 + b"<?xpacket" in after


def test_exif_text_is_blanked_in_place() -> None:
    """A label in Exif leaves blanks; its neighbours in the same Exif stay where they were."""
    comment = b"ASCII\0\0\0" + f'{{"AIGC":{build.LABEL}}}'.encode()
    before = exif.tiff(description=b"a camera\0", comment=comment)
    after = write(build.build(build.chunk(b"eXIf", before)))
    blanked = before.replace(comment, b"ASCII\0\0\0" + bytes(len(comment) - 8))
    assert build.chunk(b"eXIf", blanked) in after


def test_damaged_packets_are_read_but_not_changed() -> None:
    """A label in a damaged packet is reported; it cannot be replaced safely, so writing refuses."""
    damaged = packets.labelled(build.LABEL).replace(b"</rdf:RDF>", b"&")
    for chunk in (build.packet(damaged), build.text("XML:com.adobe.xmp", damaged.decode())):
        data = build.build(chunk)
        (found,) = slots(data)
        assert not found.official
        assert decode(found.payload).fields["ProduceID"] == "old-1"
        with pytest.raises(PlanError):
            CARRIER.write(view(data), PAYLOAD)


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (build.build(build.ztxt("AIGC", build.LABEL).replace(b"\x78\x9c", b"\0\0")), None),
        (build.SIGNATURE + build.chunk(b"IEND"), None),
        (build.build(build.text("AIGC", " " * 100_000)), LimitExceededError),
        (build.build(build.chunk(b"aiGc", bytes(100_000))), LimitExceededError),
        (build.build(build.packet(packets.labelled("x" * 100_000))), LimitExceededError),
    ],
)
def test_what_cannot_be_looked_at_raises(data: bytes, error: type[Exception] | None) -> None:
    """A broken label chunk, a missing header and labels that are too long raise."""
    with pytest.raises(error or MalformedFileError):
        CARRIER.write(view(data), PAYLOAD)


def test_essence_does_not_see_chunks() -> None:
    """Cutting the pixels into other chunks keeps the essence; other pixels change it."""
    pixels = build.pixels()
    pieces = [build.chunk(b"IDAT", pixels[start : start + 5]) for start in range(0, len(pixels), 5)]
    recut = build.SIGNATURE + build.header() + b"".join(pieces) + build.chunk(b"IEND")
    digest = essence_digest(CARRIER, view(build.build()))
    assert essence_digest(CARRIER, view(recut)) == digest
    grey = essence_digest(CARRIER, view(build.build(colour=0)))
    other = recut.replace(pixels[:5], bytes(5))
    assert len({digest, grey, essence_digest(CARRIER, view(other))}) == 3
    animated = essence_digest(CARRIER, view(build.animated()))
    slower = build.animated().replace(b"\0\1\0\5\0\0", b"\0\1\0\6\0\0")
    assert essence_digest(CARRIER, view(slower)) != animated


def test_sniff_wants_the_signature() -> None:
    """Only the signature makes a file a PNG; JNG and MNG have others."""
    match = CARRIER.sniff(view(build.build()))
    assert match is not None
    assert (match.format.id, match.strength) == ("png", Strength.CONTENT)
    for data in (b"", b"\x89PNG", b"\x8bJNG\r\n\x1a\n", b"\x8aMNG\r\n\x1a\n"):
        assert CARRIER.sniff(view(data)) is None


@needs_corpus
def test_corpus() -> None:
    """Every real and hand-made PNG of the corpus yields the fields that it is known to hold."""
    expected = json.loads((CORPUS / "expected.json").read_text())
    names = [name for name in expected if name.endswith(".png")]
    for name in names:
        data = (CORPUS / name).read_bytes()
        found = slots(data)
        assert bool(found) is expected[name]["label"], name
        fields = [decode(slot.payload).fields for slot in found]
        wanted = expected[name].get("fields", {}).items()
        assert not found or any(all(row.get(k) == v for k, v in wanted) for row in fields), name
        if "site" in expected[name]:
            assert found[0].site == expected[name]["site"]
        assert [slot.payload for slot in slots(write(data))] == [PAYLOAD]
    assert len(names) >= 16


def frames(data: bytes) -> list[bytes]:
    """Decode all frames with Pillow, and close the file."""
    with Image.open(io.BytesIO(data)) as image:
        decoded = []
        for index in range(getattr(image, "n_frames", 1)):
            image.seek(index)
            decoded.append(image.convert("RGBA").tobytes())
        return decoded


@pytest.mark.oracle
@pytest.mark.parametrize("name", SAMPLES)
def test_pillow_sees_the_same_pixels(name: str) -> None:
    """Pillow decodes the same frames before and after."""
    assert frames(write(SAMPLES[name])) == frames(SAMPLES[name])


@pytest.mark.oracle
def test_exiftool_reads_the_label(tmp_path: Path) -> None:
    """ExifTool finds the label once, and warns only of where the sample has its own chunks."""
    for name, data in SAMPLES.items():
        (tmp_path / name).write_bytes(write(data))
    command = ["exiftool", "-j", "-a", "-G1", "-XMP-TC260:all", "-Warning", "-Error"]
    result = subprocess.run([*command, str(tmp_path)], capture_output=True, check=True)
    rows = json.loads(result.stdout)
    assert len(rows) == len(SAMPLES)
    for row in rows:
        assert row.pop("SourceFile")
        warning = row.pop("ExifTool:Warning", "")
        assert not warning or "after PNG I" in warning
        assert row == {"XMP-TC260:Aigc": PAYLOAD}


@pytest.mark.oracle
def test_pngcheck_accepts_the_result(tmp_path: Path) -> None:
    """Pngcheck finds no fault in labelled files that had none before."""
    for name, data in SAMPLES.items():
        path = tmp_path / name
        path.write_bytes(data)
        if subprocess.run(["pngcheck", "-q", path], capture_output=True, check=False).returncode:
            assert name == "trailer.png"
            continue
        path.write_bytes(write(data))
        subprocess.run(["pngcheck", "-q", path], capture_output=True, check=True)


@pytest.mark.parametrize("keyword", ["Comment", "XML:com.adobe.xmp", "Raw profile type xmp"])
def test_small_chunks_inflate_to_no_more_than_one(keyword: str) -> None:
    """What many compressed texts inflate to counts together, whatever they are."""
    text = f"\nxmp\n {30_000}\n" + "20" * 30_000
    bombs = build.ztxt(keyword, text) * 6
    view = BytesView(build.build(bombs), limits=Limits(inflate_bytes=300_000))
    with pytest.raises(LimitExceededError, match="compressed text"):
        CARRIER.read(view)
    view = BytesView(build.build(bombs), limits=Limits(inflate_bytes=400_000))
    assert CARRIER.read(view) == []
