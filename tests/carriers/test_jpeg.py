"""The implicit label in JPEG."""

from __future__ import annotations

import io
import json
import re
import subprocess
from hashlib import md5
from typing import TYPE_CHECKING, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from ailabel.carriers.jpeg import CARRIER
from ailabel.codecs import jpeg, jpeg_xmp, xmp
from ailabel.errors import LimitExceededError, PlanError
from ailabel.io.source import BytesView, Limits
from ailabel.io.splice import apply, normalise
from ailabel.spi import Slot, essence_digest
from ailabel.standard.schema import decode
from ailabel.testing import check_total
from builders import jpeg as build
from builders.exif import tiff
from builders.packets import FOREIGN, labelled, packet
from corpus import CORPUS, needs_corpus

if TYPE_CHECKING:
    from pathlib import Path

NEW: Final = '{"Label":"1","ContentProducer":"001191110102MACQD9K64010000","ProduceID":"new"}'
SAMPLES: Final = dict(build.samples())
every_sample: Final = pytest.mark.parametrize("name", SAMPLES)


def _read(data: bytes) -> list[Slot]:
    return [item for item in CARRIER.read(BytesView(data)) if isinstance(item, Slot)]


def _write(data: bytes, payload: str = NEW) -> bytes:
    return apply(data, CARRIER.write(BytesView(data), payload))


def _segments(data: bytes) -> list[tuple[int, bytes]]:
    view = BytesView(data)
    return [(item.marker, data[item.body : item.end]) for item in jpeg.segments(view)]


class _Watched(BytesView):
    """Remembers how far into the file anybody looked."""

    __slots__ = ("farthest",)

    def __init__(self, data: bytes) -> None:
        super().__init__(data)
        self.farthest = 0

    def _get(self, offset: int, length: int) -> bytes:
        self.farthest = max(self.farthest, offset + length)
        return super()._get(offset, length)


# -- claiming ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "claimed"),
    [
        (b"\xff\xd8\xff\xe0\0\x10JFIF\0", True),
        (b"\xff\xd8\xff\xdb", True),
        (b"\xff\xd8\xff\xf7", False),
        (b"\xff\xd8", False),
        (b"\x89PNG\r\n\x1a\n", False),
        (b"", False),
    ],
)
def test_the_first_bytes_decide(data: bytes, *, claimed: bool) -> None:
    """SOI and a marker claim a file, unless the marker is a frame of JPEG-LS."""
    assert (CARRIER.sniff(BytesView(data, "a.jpg")) is not None) is claimed


# -- reading -------------------------------------------------------------------------------------


def test_every_place_is_read_in_file_order() -> None:
    """All places where products put labels are found, and only XMP in its own segment counts."""
    slots = _read(SAMPLES["labelled-everywhere.jpg"])
    assert [(slot.site, slot.official) for slot in slots] == [
        ("jpeg.APP1[Exif]/IFD0/ImageDescription", False),
        ("jpeg.APP1[Exif]/ExifIFD/UserComment", False),
        ("jpeg.APP1[Exif]/IFD0/XPComment", False),
        ("jpeg.APP9[AIGC]", False),
        ("jpeg.APP1[MisnamedXMP]/TC260:AIGC", False),
        ("jpeg.APP1[ExtendedXMP]/TC260:AIGC", False),
        ("jpeg.APP11[AIGC]", False),
        ("jpeg.APP1[XMP]/TC260:AIGC", True),
        ("jpeg.COM", False),
    ]
    assert all(decode(slot.payload).fields["ProduceID"] == "an-older-label" for slot in slots)


def test_offsets_and_raw_bytes_point_into_the_file() -> None:
    """A slot's offset is that of its segment, and its raw bytes stand in the file."""
    data = SAMPLES["labelled-everywhere.jpg"]
    for slot in _read(data):
        assert data[slot.offset] == 0xFF
        assert slot.raw in data or "ExtendedXMP" in slot.site


@pytest.mark.parametrize(
    "text",
    [
        b"Created with GIMP",
        b'{"aigc_info":{"aigc_label_type":0},"data":{"product":"dreamina"}}',
        b"AIGC",
        b"",
    ],
)
def test_other_texts_are_no_labels(text: bytes) -> None:
    """Generators' own marks are traces; they are neither read nor touched."""
    exif = build.segment(0xE1, b"Exif\0\0" + tiff(description=text + b"\0"))
    data = build.file(exif, build.segment(0xFE, text), build.segment(0xE9, b"AIGC" + text))
    assert _read(data) == []
    assert _segments(_write(data))[0] == (0xE1, exif[4:])
    assert (0xFE, text) in _segments(_write(data))


def test_a_segment_behind_the_first_scan_is_not_read() -> None:
    """Readers stop at SOS; a comment between scans is part of the coded data's business."""
    coded = build.picture(kind="progressive")
    at = coded.index(b"\xff\xc4", coded.index(b"\xff\xda"))
    late = build.segment(0xFE, build.OLD.encode())
    data = build.file(build.app0(), coded=coded[:at] + late + coded[at:])
    assert _read(data) == []


def test_reading_and_planning_stop_at_the_first_scan() -> None:
    """A block is read at a time; beyond it coded data are not looked at, however long they are."""
    data = build.file(build.app0(), coded=build.picture(), trailer=bytes(100_000))
    *_, first = jpeg.segments(BytesView(data))
    view = _Watched(data)
    CARRIER.read(view)
    CARRIER.write(view, NEW)
    CARRIER.canonical(view)
    assert view.farthest <= first.end + 1024


def test_a_label_longer_than_the_limit_is_refused() -> None:
    """A label's length is checked before anything is made of it."""
    data = SAMPLES["labelled.jpg"]
    with pytest.raises(LimitExceededError, match="a label"):
        CARRIER.read(BytesView(data, limits=Limits(label_bytes=50)))


def test_an_incomplete_extension_is_no_slot() -> None:
    """Extended XMP of which a piece is missing is no packet."""
    pieces = build.extended(labelled(build.OLD), b"0" * 32, size=200)
    assert _read(build.file(*pieces[1:])) == []


@needs_corpus
@pytest.mark.parametrize(
    ("name", "sites"),
    [
        ("made/exiftool_a.jpg", ["jpeg.APP1[XMP]/TC260:AIGC", "jpeg.COM"]),
        ("made/j_xmp.jpg", ["jpeg.APP1[XMP]/TC260:AIGC"]),
        ("made/j_app9_bare.jpg", ["jpeg.APP9[AIGC]"]),
        ("made/j_uc_ascii.jpg", ["jpeg.APP1[Exif]/ExifIFD/UserComment"]),
        ("made/j_uc_unicode.jpg", ["jpeg.APP1[Exif]/ExifIFD/UserComment"]),
        ("traces/automatic1111_cropped.jpg", []),
        ("traces/grok-1.jpg", []),
    ],
)
def test_real_files_are_read(name: str, sites: list[str]) -> None:
    """Files of other programs give the label that they are known to hold."""
    expected = json.loads((CORPUS / "expected.json").read_text("utf-8"))[name]
    data = (CORPUS / name).read_bytes()
    slots = _read(data)
    assert [slot.site for slot in slots] == sites
    assert bool(slots) is expected["label"]
    for slot in slots:
        fields = decode(slot.payload).fields
        assert {key: fields[key] for key in expected["fields"]} == expected["fields"]
    (written,) = _read(_write(data))
    assert (written.payload, written.official) == (NEW, True)


# -- writing -------------------------------------------------------------------------------------


@every_sample
def test_one_label_stands_where_the_guide_wants_it(name: str) -> None:
    """After writing there is one label, official, with exactly the payload; L1, L2 and L6."""
    result = _write(SAMPLES[name])
    (slot,) = _read(result)
    assert (slot.site, slot.official, slot.payload) == ("jpeg.APP1[XMP]/TC260:AIGC", True, NEW)
    assert list(normalise(CARRIER.write(BytesView(result), NEW), len(result))) == []
    assert b"an-older-label" not in result
    assert "an-older-label".encode("utf-16-le") not in result


@every_sample
def test_pixels_and_essence_stay(name: str) -> None:
    """Pillow decodes the same pixels, and the essence keeps its digest."""
    before = SAMPLES[name]
    after = _write(before)
    digests = {essence_digest(CARRIER, BytesView(data)) for data in (before, after)}
    assert len(digests) == 1
    pictures = [Image.open(io.BytesIO(data)) for data in (before, after)]
    assert pictures[0].tobytes() == pictures[1].tobytes()
    assert pictures[0].mode == pictures[1].mode


@every_sample
def test_the_last_label_is_the_only_memory(name: str) -> None:
    """Without padding, a file that was labelled twice equals one that was labelled once."""
    other = NEW.replace('"new"', '"' + "longer" * 600 + '"')

    def bare(data: bytes) -> bytes:
        return apply(data, CARRIER.canonical(BytesView(data)))

    twice = _write(_write(SAMPLES[name], other), NEW)
    assert bare(twice) == bare(_write(SAMPLES[name], NEW))
    assert b"longer" not in twice
    assert len(bare(twice)) <= len(twice)


def test_a_new_packet_goes_behind_jfif_and_exif() -> None:
    """JFIF and Exif want to be first; colour profiles and comments stay behind the packet."""
    exif = build.segment(0xE1, b"Exif\0\0" + tiff(description=b"x\0"))
    data = build.file(build.app0(), exif, build.segment(0xE2, b"ICC"), build.segment(0xFE, b"c"))
    markers = [marker for marker, _ in _segments(_write(data))]
    assert markers[:5] == [0xE0, 0xE1, 0xE1, 0xE2, 0xFE]
    assert _segments(_write(data))[2][1].startswith(build.XMP)
    assert _segments(_write(build.file()))[0][1].startswith(build.XMP)


def test_foreign_segments_and_properties_stay_byte_for_byte() -> None:
    """Every other segment, and every other property of the packet, is as it was."""
    before = SAMPLES["late-xmp.jpg"]
    after = _write(before)
    changed = [pair for pair in _segments(after) if pair not in _segments(before)]
    assert [marker for marker, _ in changed] == [0xE1]
    foreign = packet(FOREIGN, padding=2048)
    kept = changed[0][1][len(build.XMP) :]
    start = kept.index(b"<rdf:Description", kept.index(FOREIGN.encode()))
    end = kept.index(b"</rdf:RDF>")
    assert kept[:start] + kept[end:] == foreign


def test_a_second_label_of_the_same_length_moves_nothing() -> None:
    """Padding takes up the difference, so that the propagator's part costs one small write."""
    first = _write(SAMPLES["baseline.jpg"])
    edits = CARRIER.write(BytesView(first), NEW.replace('"new"', '"another-number"'))
    assert [len(edit.data) - edit.length for edit in edits] == [0]


def test_texts_in_exif_are_blanked_in_place() -> None:
    """Exif is not moved: its offsets stay, its text becomes NUL."""
    body = b"Exif\0\0" + tiff(comment=b"ASCII\0\0\0" + build.OLD.encode(), order="little")
    data = build.file(build.segment(0xE1, body))
    (first, *_) = _segments(_write(data))
    assert first[1] == body.replace(build.OLD.encode(), bytes(len(build.OLD)))


def test_segments_that_are_nothing_but_a_label_go() -> None:
    """Bare application segments and comments with a label are taken out, others stay."""
    data = SAMPLES["labelled-everywhere.jpg"]
    result = _segments(_write(data))
    assert [body for marker, body in result if marker == 0xFE] == [b"a comment"]
    assert not {0xE9, 0xEB} & {marker for marker, _ in result}


def test_data_behind_the_picture_stays() -> None:
    """Makers' trailers are not looked at, even when they look like segments."""
    trailer = b"\xff\xd8" + build.segment(0xFE, build.OLD.encode()) + b"SEFT"
    assert _write(build.file(trailer=trailer)).endswith(trailer)


# -- Extended XMP --------------------------------------------------------------------------------


def test_extended_xmp_loses_the_label_and_keeps_its_name() -> None:
    """The rest of the overflow stays readable: its pieces and the packet agree on a new MD5."""
    result = _write(SAMPLES["labelled-everywhere.jpg"])
    view = BytesView(result)
    found = [item for item in jpeg.segments(view) if item.marker == 0xE1]
    bodies = [result[item.body : item.end] for item in found]
    parts = [
        part for part, body in zip(found, bodies, strict=True) if body.startswith(build.EXTENDED)
    ]
    (extension,) = jpeg_xmp.extensions(view, parts)
    assert FOREIGN.encode() in extension.packet
    digest = md5(extension.packet, usedforsecurity=False).hexdigest().upper()
    assert extension.digest == digest.encode()
    main = next(body for body in bodies if body.startswith(build.XMP))
    note = xmp.Property("http://ns.adobe.com/xmp/note/", "xmpNote", "HasExtendedXMP")
    (named,) = xmp.find(main[len(build.XMP) :], note, view.limits)
    assert named.value == digest


def test_extended_xmp_without_a_label_is_not_touched() -> None:
    """Foreign overflow stays byte for byte, and so does its name."""
    whole = packet(FOREIGN)
    digest = md5(whole, usedforsecurity=False).hexdigest().upper()
    main = packet("", attributes=f' xmpNote:HasExtendedXMP="{digest}"')
    pieces = build.extended(whole, digest.encode(), size=150)
    result = _write(build.file(build.segment(0xE1, build.XMP + main), *pieces))
    assert b"".join(pieces) in result
    assert digest.encode() in result


# -- what cannot be done -------------------------------------------------------------------------


def test_a_packet_that_has_no_room_is_refused_with_advice() -> None:
    """Foreign properties that fill the segment leave no place for the label."""
    full = packet("<dc:source>" + "x" * 65_000 + "</dc:source>")
    with pytest.raises(PlanError, match="shorten the label or the other XMP properties"):
        _write(build.file(build.segment(0xE1, build.XMP + full)))


def test_padding_gives_way_before_a_label_is_refused() -> None:
    """A long label that fits only without our padding is written, and can be written again."""
    payload = NEW.replace('"new"', '"' + "n" * 64_300 + '"')
    result = _write(build.file(build.app0()), payload)
    assert _read(result)[0].payload == payload
    assert list(CARRIER.write(BytesView(result), payload)) == []
    assert _read(_write(result))[0].payload == NEW
    with pytest.raises(PlanError):
        _write(build.file(), NEW.replace('"new"', '"' + "n" * 65_400 + '"'))


def test_a_damaged_packet_is_refused_only_where_it_matters() -> None:
    """Nothing can be put into, or taken out of, a packet that is no XML; others do no harm."""
    broken = b"<x:xmpmeta><rdf:RDF><dc:source>"
    with pytest.raises(PlanError, match="damaged"):
        _write(build.file(build.segment(0xE1, build.XMP + broken)))
    good = build.segment(0xE1, build.XMP + packet(FOREIGN))
    second = build.segment(0xE1, build.XMP + broken)
    assert second in _write(build.file(good, second))
    old = build.segment(0xE1, build.XMP + labelled(build.OLD)[:-60] + b"<")
    with pytest.raises(PlanError, match="damaged"):
        _write(build.file(good, old))


# -- several pictures in one file ----------------------------------------------------------------


def _second_picture(data: bytes) -> tuple[int, int, int]:
    """Return the primary length, and the start and length of the second picture, as MPF says."""
    view = BytesView(data)
    for found in jpeg.segments(view):
        if data[found.body : found.body + 4] == b"MPF\0":
            base = found.body + 4
            numbers = [int.from_bytes(data[at : at + 4], "big") for at in range(base, found.end, 2)]
            entries = (8 + 2 + 36 + 4) // 2
            primary, length, distance = (numbers[entries + at] for at in (2, 10, 12))
            return primary, base + distance, length
    pytest.fail("there is no index")


@pytest.mark.parametrize("name", ["multi-picture.jpg", "multi-picture-late-xmp.jpg"])
@pytest.mark.parametrize("extra", ["", "n" * 3000])
def test_the_index_of_further_pictures_follows(name: str, extra: str) -> None:
    """Whether the label stands before or behind the index, it points to the same pictures."""
    _, second = build.multi_picture()
    data = SAMPLES[name]
    for payload in (NEW, NEW.replace("new", "new" + extra), NEW):
        data = _write(data, payload)
        primary, start, length = _second_picture(data)
        assert data[start : start + length] == second
        assert primary == jpeg.image_end(BytesView(data)) == start
    bare = apply(data, CARRIER.canonical(BytesView(data)))
    assert _second_picture(bare)[1] == len(bare) - len(second)
    with Image.open(io.BytesIO(data)) as picture:
        picture.seek(1)
        assert (picture.format, picture.mode) == ("MPO", "L")


def test_an_index_between_labels_moves_by_what_stands_behind_it() -> None:
    """Of the labels that go, those before the index do not move the pictures away from it."""
    label = build.segment(0xFE, build.OLD.encode())
    data, second = build.multi_picture(label, label, behind=(label, label, label))
    result = _write(data)
    primary, start, length = _second_picture(result)
    assert result[start : start + length] == second
    assert primary == jpeg.image_end(BytesView(result)) == start


def test_a_broken_index_does_not_hinder_what_moves_nothing() -> None:
    """An index is read only when the picture's length changes."""
    first = _write(build.file(build.app0()))
    at = jpeg.find_frame(BytesView(first)).marker and 20
    data = first[:at] + build.segment(0xE2, b"MPF\0nonsense") + first[at:]
    again = NEW.replace('"new"', '"other"')
    assert _read(_write(data, again))[0].payload == again


# -- essence -------------------------------------------------------------------------------------


def test_essence_is_what_decides_the_pixels() -> None:
    """Metadata does not count; tables, coded data and Adobe's colour transform do."""

    def digest(data: bytes) -> str:
        return essence_digest(CARRIER, BytesView(data))

    plain = build.file()
    assert digest(plain) == digest(build.file(build.app0(), build.segment(0xFE, b"x")))
    assert digest(plain) == digest(build.file(trailer=b"trailer"))
    assert digest(plain) != digest(build.file(build.segment(0xEE, build.ADOBE + b"\1")))
    assert digest(plain) == digest(build.file(build.segment(0xEE, b"other")))
    for marker in (b"\xff\xdb", b"\xff\xc4", b"\xff\xda"):
        at = plain.rindex(marker) + 20
        assert digest(plain) != digest(plain[:at] + bytes([plain[at] ^ 1]) + plain[at + 1 :])


def test_essence_reaches_into_every_scan() -> None:
    """The last scan of a progressive picture counts, a comment between scans does not."""
    coded = build.picture(kind="progressive")
    at = coded.rindex(b"\xff\xda")
    plain = essence_digest(CARRIER, BytesView(build.file(coded=coded)))
    comment = build.file(coded=coded[:at] + build.segment(0xFE, b"late") + coded[at:])
    assert essence_digest(CARRIER, BytesView(comment)) == plain
    other = build.file(coded=coded[:-4] + bytes([coded[-4] ^ 1]) + coded[-3:])
    assert essence_digest(CARRIER, BytesView(other)) != plain


# -- hostile files -------------------------------------------------------------------------------


@every_sample
def test_damaged_files_are_read_or_refused(name: str) -> None:
    """L7 on copies that were cut, flipped, overwritten or doubled."""
    check_total(CARRIER, name, SAMPLES[name], count=60)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from([0xE1, 0xE2, 0xE9, 0xEB, 0xFE]),
            st.sampled_from(
                [b"", build.XMP, build.EXTENDED, b"Exif\0\0MM\0*", b"MPF\0II*\0", b"AIGC{"]
            ),
            st.binary(max_size=60),
        ),
        max_size=6,
    )
)
def test_any_segments_are_read_or_refused(parts: list[tuple[int, bytes, bytes]]) -> None:
    """Segments with a known beginning and any rest raise nothing but `AilabelError`."""
    header = [build.segment(marker, head + body) for marker, head, body in parts]
    check_total(CARRIER, "a.jpg", build.file(*header), count=4)


# -- independent readers -------------------------------------------------------------------------


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Return a folder of samples, and one of the same samples with the label."""
    before, after = tmp_path_factory.mktemp("before"), tmp_path_factory.mktemp("after")
    for name, data in SAMPLES.items():
        (before / name).write_bytes(data)
        (after / name).write_bytes(_write(data))
    return before, after


def _exiftool(folder: Path) -> dict[str, dict[str, object]]:
    command = ["exiftool", "-json", "-a", "-G1", "-validate", "-warning", "-error", "-XMP:all"]
    command += ["-MPImageStart", "-ImageDescription", "-UserComment", "-ext", "*", str(folder)]
    out = subprocess.run(command, check=True, capture_output=True).stdout
    rows: list[dict[str, object]] = json.loads(out)
    return {str(row["SourceFile"]).rsplit("/", 1)[1]: row for row in rows}


def _warnings(row: dict[str, object]) -> int:
    """Return how many warnings ExifTool counts: it says OK or ``12 Warnings``."""
    head = str(row["ExifTool:Validate"]).split()[0]
    return 0 if head == "OK" else int(head)


@pytest.mark.oracle
def test_exiftool_reads_the_label_and_warns_of_nothing_new(folders: tuple[Path, Path]) -> None:
    """ExifTool shows the property of every sample, and its warnings are those of before."""
    before, after = (_exiftool(folder) for folder in folders)
    assert set(after) == set(SAMPLES)
    for name, row in after.items():
        assert json.loads(str(row["XMP-TC260:Aigc"])) == json.loads(NEW)
        assert _warnings(row) <= _warnings(before[name]), name
        if "multi" in name:
            assert row["MPImage2:MPImageStart"] == _second_picture(_write(SAMPLES[name]))[1]


@pytest.mark.oracle
def test_exiv2_reads_the_label(folders: tuple[Path, Path]) -> None:
    """Exiv2, another XMP implementation, reads the same text."""
    names = [str(folders[1] / name) for name in SAMPLES]
    out = subprocess.run(["exiv2", "-PXkt", *names], check=False, capture_output=True, text=True)
    texts = re.findall(r"Xmp\.TC260\.AIGC\s+(\{.*\})", out.stdout)
    assert texts == [NEW] * len(SAMPLES)


@pytest.mark.oracle
@every_sample
def test_libjpeg_accepts_and_keeps_it(folders: tuple[Path, Path], name: str) -> None:
    """Djpeg decodes the same pixels without a complaint; jpegtran -copy all keeps the label."""
    pictures = [
        subprocess.run(["djpeg", str(folder / name)], check=True, capture_output=True)
        for folder in folders
    ]
    assert pictures[0].stdout == pictures[1].stdout
    assert pictures[1].stderr == b""
    command = ["jpegtran", "-copy", "all", str(folders[1] / name)]
    copied = subprocess.run(command, check=True, capture_output=True).stdout
    assert [slot.payload for slot in _read(copied)] == [NEW]
