"""Annex B's places of pictures: who has one, what is refused, and what other programs read."""

from __future__ import annotations

import io
import json
import subprocess
from importlib import import_module
from typing import TYPE_CHECKING, Final

import pytest
from PIL import Image

import ailabel
from ailabel import registry
from ailabel.errors import PlanError
from ailabel.io.source import BytesView
from ailabel.io.splice import apply
from ailabel.spi import AnnexBCarrier, Mention, Slot
from ailabel.standard.slots import ANNEX_B_SITES, SLOTS
from ailabel.testing import PAYLOADS, refuses_annex_b
from builders import heic, items, jpeg, png, webp
from builders.exif import camera
from builders.exif import tiff as build_exif
from builders.packets import FOREIGN, labelled, packet

if TYPE_CHECKING:
    from pathlib import Path

WRAPPED: Final = f'{{"AIGC":{PAYLOADS[0]}}}'
FORMATS: Final = tuple(name for name, slot in SLOTS.items() if slot.annex_b)
REFUSED: Final = {  # their Exif has a comment of somebody else's
    "jpeg/exif.jpg",
    "jpeg/foreign-xmp.jpg",
    "jpeg/multi-picture.jpg",
    "webp/exif.webp",
}
CAMERA, THUMBNAIL = camera()
EXIF: Final = b"Exif\0\0" + CAMERA


def _carrier(format_id: str) -> AnnexBCarrier:
    carrier = registry.carrier_of(format_id)
    assert isinstance(carrier, AnnexBCarrier)
    return carrier


def _written(format_id: str, data: bytes, payload: str = WRAPPED) -> bytes:
    edits = _carrier(format_id).write_annex_b(BytesView(data), payload)
    return apply(data, edits)


def _slots(format_id: str, data: bytes) -> list[Slot]:
    found = registry.carrier_of(format_id).read(BytesView(data))
    return [item for item in found if isinstance(item, Slot)]


def _output(*command: str | Path) -> bytes:
    return subprocess.run(command, check=True, capture_output=True).stdout


def test_the_table_names_every_second_place() -> None:
    """The guide names one for JPEG, PNG, WebP and HEIF; no other carrier has the method."""
    assert set(FORMATS) == {"png", "jpeg", "webp", "heic", "avif"}
    for item in registry.formats():
        has = isinstance(registry.carrier_of(item.id), AnnexBCarrier)
        assert has is (item.id in FORMATS), item.id
    assert all(any(site.startswith(name) for site in ANNEX_B_SITES) for name in FORMATS)


def test_only_foreign_comments_are_refused() -> None:
    """Every other sample takes the label, so the laws ran on it."""
    refused = {
        f"{name}/{sample}"
        for name in FORMATS
        for sample, data in import_module(f"builders.{name}").samples()
        if refuses_annex_b(_carrier(name), sample, data)
    }
    assert refused == REFUSED


@pytest.mark.parametrize("format_id", FORMATS)
def test_the_place_is_the_one_that_verification_knows(format_id: str) -> None:
    """There is one label, wrapped as the guide has it, at a site of the table."""
    _, data = next(iter(import_module(f"builders.{format_id}").samples()))
    (slot,) = _slots(format_id, _written(format_id, data))
    assert slot.site.startswith(ANNEX_B_SITES)
    assert slot.payload == WRAPPED
    assert not slot.official


def test_a_multi_picture_index_follows() -> None:
    """The second picture is found where the index says, after the Exif in front has grown."""
    for header in ((), (jpeg.segment(0xE1, EXIF),)):
        data, second = jpeg.multi_picture(jpeg.app0(), *header)
        after = _written("jpeg", data)
        index = after.index(b"MPF\0") + 4
        entry = after.index(b"\x20\x03\0\0", index)
        size, offset = (
            int.from_bytes(after[at : at + 4], "big") for at in (entry + 4, entry + 16 + 8)
        )
        assert after[index + offset :] == second
        assert size == len(after) - len(second)


def test_extended_xmp_keeps_its_name() -> None:
    """Where the label leaves Extended XMP, the main packet names it by its new digest."""
    data = jpeg.file(*jpeg.everywhere(PAYLOADS[1]))
    after = _written("jpeg", data)
    assert [slot.payload for slot in _slots("jpeg", after)] == [WRAPPED]
    back = apply(after, registry.carrier_of("jpeg").write(BytesView(after), PAYLOADS[2]))
    direct = apply(data, registry.carrier_of("jpeg").write(BytesView(data), PAYLOADS[2]))
    assert [slot.payload for slot in _slots("jpeg", back)] == [PAYLOADS[2]]
    digest = direct[direct.index(b'HasExtendedXMP="') :][16:48]
    assert back.count(digest) == direct.count(digest) > 1


def test_jpeg_refuses_what_it_cannot_extend() -> None:
    """Exif near 64 KiB, or in several segments."""
    full = jpeg.segment(0xE1, (b"Exif\0\0" + build_exif(description=b"x" * 65_000 + b"\0")))
    split = (jpeg.segment(0xE1, EXIF), jpeg.segment(0xE1, b"Exif\0\0more of it"))
    for header, sentence in (((full,), "would not fit"), (split, "several segments")):
        with pytest.raises(PlanError, match=sentence):
            _written("jpeg", jpeg.file(*header), f'{{"AIGC":{PAYLOADS[3]}}}')


def test_what_held_only_the_label_goes_whole() -> None:
    """There and back again leaves no empty chunk, segment or flag behind."""
    for name, sample in (("jpeg", jpeg.file(jpeg.app0())), ("png", dict(png.samples())["rgb.png"])):
        there = _written(name, sample)
        carrier = registry.carrier_of(name)
        official = apply(sample, carrier.write(BytesView(sample), PAYLOADS[1]))
        assert apply(there, carrier.write(BytesView(there), PAYLOADS[1])) == official
        assert _written(name, official) == there
    plain = dict(webp.samples())["lossy.webp"]
    carrier = registry.carrier_of("webp")
    official = apply(plain, carrier.write(BytesView(plain), PAYLOADS[1]))
    there = _written("webp", official)
    assert there == _written("webp", plain)
    assert (official[20], there[20]) == (0x04, 0x08)  # the flags of the extended header


def test_foreign_neighbours_stay() -> None:
    """Other XMP properties, profiles and comments keep their bytes."""
    foreign = jpeg.segment(0xE1, jpeg.XMP + packet(FOREIGN, padding=100))
    comment = jpeg.segment(0xFE, b"a comment")
    after = _written("jpeg", jpeg.file(jpeg.app0(), foreign, comment))
    assert foreign in after
    assert comment in after
    merged = jpeg.segment(0xE1, jpeg.XMP + labelled(PAYLOADS[1]))
    assert PAYLOADS[1].encode() not in _written("jpeg", jpeg.file(merged))


def test_an_item_of_exif_that_cannot_be_read_is_refused() -> None:
    """A second item beside an encrypted one would not be what readers go by."""
    data = dict(heic.samples())["exif.heic"]
    at = data.index(b"Exif\0", data.index(b"iinf"))
    protected = data[: at - 2] + b"\0\1" + data[at:]
    with pytest.raises(PlanError, match="Exif of item"):
        _written("heic", protected)


def _camera_files() -> dict[str, bytes]:
    picture = items.picture(1, b"coded")
    return {
        "camera.jpg": jpeg.file(jpeg.segment(0xE1, EXIF)),
        "camera.webp": webp.file(
            webp.vp8x(0x08), *webp.coded("lossy"), webp.chunk(b"EXIF", CAMERA)
        ),
        "camera.heic": items.Picture(
            items=(picture, items.exif(2, CAMERA)), refers=((b"cdsc", 2, (1,)),)
        ).build(),
    }


@pytest.mark.oracle
@pytest.mark.parametrize("name", ["camera.jpg", "camera.webp", "camera.heic"])
def test_exiftool_reads_the_label_beside_all_that_was_there(name: str, tmp_path: Path) -> None:
    """Maker notes and thumbnail included; the label is the one tag more."""
    data = _camera_files()[name]
    format_id = name.rpartition(".")[2].replace("jpg", "jpeg")
    rows = []
    for step, content in enumerate((data, _written(format_id, data))):
        path = tmp_path / f"{step}-{name}"
        path.write_bytes(content)
        groups = ("-Exif:all", "-MakerNotes:all", "-XMP:all", "-warning")
        (row,) = json.loads(_output("exiftool", "-j", "-a", "-G1", "-b", *groups, path))
        del row["SourceFile"]
        rows.append(row)
    before, after = rows
    comment = after.pop("ExifIFD:UserComment")
    assert (comment if isinstance(comment, str) else json.dumps(comment)) == WRAPPED
    if name == "camera.heic":  # the thumbnail's place counts from the start of the file
        before.pop("IFD1:ThumbnailOffset")
        after.pop("IFD1:ThumbnailOffset")
    assert after == before
    assert after["Canon:CanonImageType"] == "Canon EOS by hand"
    assert "IFD1:ThumbnailImage" in after


@pytest.mark.oracle
@pytest.mark.parametrize("name", ["baseline.jpg", "lossy.webp", "camera.jpg"])
def test_exiv2_and_pillow_read_the_label(name: str, tmp_path: Path) -> None:
    """Both find the comment of the Exif directory, new or extended."""
    samples = {**dict(jpeg.samples()), **dict(webp.samples()), **_camera_files()}
    format_id = name.rpartition(".")[2].replace("jpg", "jpeg")
    data = _written(format_id, samples[name])
    path = tmp_path / name
    path.write_bytes(data)
    found = _output("exiv2", "-K", "Exif.Photo.UserComment", "-Pv", path).decode()
    assert WRAPPED in found
    with Image.open(io.BytesIO(data)) as image:
        exif = image.getexif().get_ifd(0x8769)
    assert exif[0x9286] == b"ASCII\0\0\0" + WRAPPED.encode()


@pytest.mark.oracle
def test_pillow_and_pngcheck_read_the_text_chunk(tmp_path: Path) -> None:
    """The text stands before the pixels, so that it is known as soon as the file is open."""
    path = tmp_path / "a.png"
    path.write_bytes(_written("png", dict(png.samples())["rgb.png"]))
    with Image.open(path) as image:
        assert image.info["AIGC"] == WRAPPED
    _output("pngcheck", "-q", path)
    assert json.loads(_output("exiftool", "-j", "-PNG:AIGC", path))[0]["AIGC"] == WRAPPED


@pytest.mark.parametrize("format_id", ["jpeg", "png", "webp", "heic"])
def test_a_vendors_trace_is_mentioned_and_kept(format_id: str) -> None:
    """It is no label, so a label may stand beside it, but never in its place."""
    trace = b'{"aigc_info":{"aigc_label_type":0,"source_info":"dreamina"},"data":{"os":"web"}}'
    exif = build_exif(comment=b"ASCII\0\0\0" + trace)
    data = {
        "jpeg": jpeg.file(jpeg.segment(0xE1, b"Exif\0\0" + exif)),
        "png": png.build(png.chunk(b"eXIf", exif), after=(png.chunk(b"eXIf", exif),)),
        "webp": webp.file(webp.vp8x(0x08), *webp.coded("lossy"), webp.chunk(b"EXIF", exif)),
        "heic": items.Picture(items=(items.picture(1), items.exif(2, exif))).build(),
    }[format_id]
    carrier = registry.carrier_of(format_id)
    after = apply(data, carrier.write(BytesView(data), PAYLOADS[0]))
    for content, labels in ((data, 0), (after, 1)):
        found = carrier.read(BytesView(content))
        mentions = [item for item in found if isinstance(item, Mention)]
        assert len(found) - len(mentions) == labels
        assert [trace in item.raw for item in mentions] == [True] * (2 if format_id == "png" else 1)
        assert all("UserComment" in item.site for item in mentions)
    if format_id != "png":  # whose second place is a chunk of its own
        with pytest.raises(PlanError, match="says something else"):
            _written(format_id, data)


@pytest.mark.parametrize("format_id", FORMATS)
def test_a_file_with_the_label_there_verifies(format_id: str) -> None:
    """Compliant without a warning of the place, and labelling again changes nothing."""
    name, data = next(iter(import_module(f"builders.{format_id}").samples()))
    spec = ailabel.LabelSpec(producer="001191110102MACQD9K64010000", explicit=False, slot="annex-b")
    labelled = ailabel.label_bytes(data, spec, name=name).data
    options = ailabel.VerifyOptions(explicit=False)
    report = ailabel.verify_bytes(labelled, options, name=name)
    assert report.implicit is ailabel.Verdict.COMPLIANT
    assert ailabel.Outcome.FAIL not in {check.outcome for check in report.checks}
    again = ailabel.label_bytes(labelled, spec, name=name)
    assert (again.status, again.data) == ("already", labelled)
