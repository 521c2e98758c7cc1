"""The implicit label in JPEG XL."""

from __future__ import annotations

import subprocess
import sys
from types import ModuleType
from typing import TYPE_CHECKING, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from ailabel.carriers.jxl import CARRIER
from ailabel.codecs import bmff
from ailabel.errors import LimitExceededError, MalformedFileError, MissingExtraError, PlanError
from ailabel.io.source import BytesView, Limits, View
from ailabel.io.splice import SplicedView, normalise
from ailabel.spi import Slot
from ailabel.standard.schema import decode
from ailabel.testing import check_total
from builders import jxl as build
from builders.exif import tiff
from builders.packets import FOREIGN, labelled, packet
from carrying import NEW, Subject, exiftool_rows

if TYPE_CHECKING:
    from pathlib import Path

SITE: Final = "jxl.xml/TC260:AIGC"
SAMPLES: Final = dict(build.samples())
DECODABLE: Final = [
    name for name in SAMPLES if not name.startswith(("from-jpeg", "labelled-from", "large"))
]
"""Not where a box only stands for what a JPEG file needs; libjxl 0.7 knows no sizes of 64 bits."""
WHOLE: Final = build.box(b"jxlc", build.CODESTREAM)
every_sample: Final = pytest.mark.parametrize("name", SAMPLES)


SUBJECT: Final = Subject(CARRIER)
_read, _write, _digest = SUBJECT.read, SUBJECT.write, SUBJECT.digest


def _boxes(data: bytes) -> list[tuple[bytes, bytes]]:
    found = bmff.boxes(BytesView(data), 0, len(data))
    return [(item.type, data[item.body : item.end]) for item in found]


class _Brotli(ModuleType):
    """Stands in for the optional package: what it "compresses" is kept, reversed."""

    error = ValueError

    class Decompressor:
        def process(self, data: bytes, output_buffer_limit: int) -> bytes:
            if data == b"damaged":
                raise ValueError
            return data[::-1][:output_buffer_limit]


@pytest.fixture
def brotli(monkeypatch: pytest.MonkeyPatch) -> None:
    """Put the stand-in where the package would be."""
    monkeypatch.setitem(sys.modules, "brotli", _Brotli("brotli"))


def _compressed(kind: bytes, data: bytes) -> bytes:
    return build.box(b"brob", kind + data[::-1])


# -- claiming and reading ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "claimed"),
    [
        (build.SIGNATURE, True),
        (b"\xff\x0a", True),
        (build.SIGNATURE[:-1] + b"\r", False),
        (b"\0\0\0\x0cjP  \r\n\x87\n", False),
        (b"\xff", False),
        (b"", False),
    ],
)
def test_the_signature_decides(data: bytes, *, claimed: bool) -> None:
    """The container and the bare codestream are claimed, JPEG 2000 is not."""
    assert (CARRIER.sniff(BytesView(data, "a.jxl")) is not None) is claimed


def test_every_place_is_read_in_file_order() -> None:
    """XMP and Exif boxes are read wherever they stand."""
    slots = _read(SAMPLES["labelled-everywhere.jxl"])
    assert [(slot.site, slot.official) for slot in slots] == [
        ("jxl.Exif/IFD0/ImageDescription", False),
        ("jxl.Exif/ExifIFD/UserComment", False),
        (SITE, True),
        ("jxl.Exif/IFD0/ImageDescription", False),
        ("jxl.Exif/ExifIFD/UserComment", False),
        (SITE, True),
    ]
    assert all(decode(slot.payload).fields["ProduceID"] == "an-older-label" for slot in slots)


def test_labels_and_boxes_are_bounded() -> None:
    """Lengths are checked before anything is made of them."""
    data = SAMPLES["labelled.jxl"]
    for limits in (Limits(label_bytes=50), Limits(metadata_bytes=100), Limits(items=1)):
        with pytest.raises(LimitExceededError):
            CARRIER.read(BytesView(data, limits=limits))


@pytest.mark.usefixtures("brotli")
def test_compressed_metadata_is_read_and_unpacked() -> None:
    """A label in a brob box is found; a write leaves the box uncompressed and without it."""
    exif = (0).to_bytes(4, "big") + tiff(description=build.WRAPPED + b"\0")
    boxes = (_compressed(b"xml ", labelled(build.OLD)), _compressed(b"Exif", exif), WHOLE)
    data = build.file(*boxes, _compressed(b"jumb", b"something else"))
    slots = _read(data)
    assert [(slot.location, slot.official) for slot in slots] == [
        ("brob/xml/TC260:AIGC", False),
        ("brob/Exif/IFD0/ImageDescription", False),
    ]
    result = _write(data)
    assert [slot.payload for slot in _read(result)] == [NEW]
    kinds = [kind for kind, _ in _boxes(result)]
    assert kinds == [b"JXL ", b"ftyp", b"xml ", b"Exif", b"jxlc", b"brob"]
    assert FOREIGN.encode() in _boxes(result)[2][1]
    assert list(CARRIER.write(BytesView(result), NEW)) == []


@pytest.mark.usefixtures("brotli")
def test_compressed_metadata_is_bounded() -> None:
    """What inflates beyond the limit is refused, and so is what does not inflate."""
    data = build.file(_compressed(b"xml ", b" " * 5000), WHOLE)
    with pytest.raises(LimitExceededError):
        CARRIER.read(BytesView(data, limits=Limits(inflate_bytes=4000)))
    with pytest.raises(MalformedFileError, match="damaged"):
        _read(build.file(build.box(b"brob", b"xml damaged"), WHOLE))


def test_compressed_metadata_needs_the_package(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without it the file is neither passed nor changed, and the install command is told."""
    monkeypatch.setitem(sys.modules, "brotli", None)
    data = build.file(_compressed(b"xml ", labelled(build.OLD)), WHOLE)
    with pytest.raises(MissingExtraError, match=r"ailabel\[jxl\]"):
        _read(data)
    with pytest.raises(MissingExtraError):
        _write(data)
    assert _read(build.file(_compressed(b"jumb", b"x"), WHOLE)) == []


# -- writing -------------------------------------------------------------------------------------


@every_sample
def test_one_label_stands_in_an_xml_box(name: str) -> None:
    """After writing there is one label, in a box of its kind, and the essence is the same."""
    result = _write(SAMPLES[name])
    (slot,) = _read(result)
    assert (slot.site, slot.official, slot.payload) == (SITE, True, NEW)
    assert result[slot.offset + 4 : slot.offset + 8] == b"xml "
    assert b"an-older-label" not in result.replace(b"\0", b"")
    assert _digest(result) == _digest(SAMPLES[name])


def test_a_bare_codestream_is_put_into_the_container() -> None:
    """The codestream stays as it is, in one box."""
    result = _write(build.CODESTREAM)
    kinds = _boxes(result)
    assert kinds[:3] == [
        (b"JXL ", b"\r\n\x87\n"),
        (b"ftyp", b"jxl \0\0\0\0jxl "),
        (b"jxlc", build.CODESTREAM),
    ]
    assert [kind for kind, _ in kinds[3:]] == [b"xml "]


def test_an_open_end_is_closed() -> None:
    """A last box without a size is told its own, in eight bytes where four do not suffice."""
    result = _write(SAMPLES["open-end.jxl"])
    assert _boxes(result)[2] == (b"jxlc", build.CODESTREAM)

    class _Sparse(View):
        __slots__ = ()

        def _get(self, offset: int, length: int) -> bytes:
            return SAMPLES["open-end.jxl"][offset : offset + length].ljust(length, b"\0")

    large = _Sparse(5 << 30, "a.jxl", Limits())
    view = SplicedView(large, CARRIER.write(large, NEW))
    found = list(bmff.boxes(view, 0, view.size))
    assert [(item.type, item.size_field) for item in found[2:]] == [(b"jxlc", 8), (b"xml ", 4)]
    assert found[2].length == large.size - 40
    assert [slot.payload for slot in CARRIER.read(view) if isinstance(slot, Slot)] == [NEW]


def test_a_second_label_moves_nothing() -> None:
    """Padding takes up the difference."""
    first = _write(SAMPLES["container.jxl"])
    (edit,) = CARRIER.write(BytesView(first), NEW.replace('"new"', '"another-number"'))
    assert len(edit.data) == edit.length


@pytest.mark.parametrize("name", ["foreign-xmp.jxl", "other-xml.jxl", "exif.jxl", "parts.jxl"])
def test_all_other_boxes_stay(name: str) -> None:
    """XMP is merged into; other XML, Exif and all the rest are as they were."""
    before, after = _boxes(SAMPLES[name]), _boxes(_write(SAMPLES[name]))
    if name == "foreign-xmp.jxl":
        assert FOREIGN.encode() in after[2][1]
        assert after[:2] + after[3:] == before[:2] + before[3:]
    else:
        assert after[:-1] == before


def test_the_packet_of_a_jpeg_keeps_its_length() -> None:
    """Where a JPEG file can be made again, the label gets a box of its own."""
    for name in ("from-jpeg-with-xmp.jxl", "labelled-from-jpeg.jxl"):
        before, after = _boxes(SAMPLES[name]), _boxes(_write(SAMPLES[name]))
        packets = [
            [len(body) for kind, body in item if kind == b"xml "] for item in (before, after)
        ]
        assert len(packets[1]) == 2
        assert packets[1][0] == packets[0][0]


# -- what cannot be done -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"\0\0\0\x0cJXL ", "signature is missing"),
        (build.file(WHOLE)[:-4], "does not fit"),
        (build.file(b"\0\0\0\x04jxlc"), "does not fit"),
    ],
)
def test_broken_files_are_refused(data: bytes, text: str) -> None:
    """A file with sizes that lie is not written to."""
    with pytest.raises(MalformedFileError, match=text):
        CARRIER.write(BytesView(data), NEW)


def test_a_damaged_packet_is_refused_only_where_it_matters() -> None:
    """Nothing can be put into, or taken out of, a packet that is no XML; others do no harm."""
    rdf = b'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><dc:source>'
    broken = build.box(b"xml ", rdf)
    with pytest.raises(PlanError, match="damaged"):
        _write(build.file(WHOLE, broken))
    good = build.box(b"xml ", packet(FOREIGN))
    assert broken in _write(build.file(good, WHOLE, broken))
    old = build.box(b"xml ", labelled(build.OLD)[:-60] + b"<")
    with pytest.raises(PlanError, match="damaged"):
        _write(build.file(good, WHOLE, old))


# -- essence -------------------------------------------------------------------------------------


def test_essence_is_the_codestream() -> None:
    """However it is put into boxes."""
    names = ("bare.jxl", "container.jxl", "open-end.jxl", "large-size.jxl", "parts.jxl", "exif.jxl")
    assert len({_digest(SAMPLES[name]) for name in names}) == 1
    other = build.file(build.box(b"jxlc", build.CODESTREAM[:-1] + b"x"))
    assert _digest(other) != _digest(SAMPLES["bare.jxl"])


# -- hostile files -------------------------------------------------------------------------------


@every_sample
def test_damaged_files_are_read_or_refused(name: str) -> None:
    """L7 on copies that were cut, flipped, overwritten or doubled."""
    check_total(CARRIER, name, SAMPLES[name], count=60)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from([b"xml ", b"Exif", b"brob", b"jxlc", b"jxlp", b"jbrd"]),
            st.sampled_from([b"", b"\0\0\0\0II*\0", b"xml ", labelled(build.OLD)]),
            st.binary(max_size=30),
            st.booleans(),
        ),
        max_size=5,
    )
)
def test_any_boxes_are_read_or_refused(parts: list[tuple[bytes, bytes, bytes, bool]]) -> None:
    """Boxes with a known beginning and any rest raise nothing but `AilabelError`."""
    boxes = (build.box(name, head + body, open_end=end) for name, head, body, end in parts)
    check_total(CARRIER, "a.jxl", build.file(*boxes), count=4)


# -- independent readers -------------------------------------------------------------------------


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder of the samples with the label."""
    found = tmp_path_factory.mktemp("after")
    for name, data in SAMPLES.items():
        (found / name).write_bytes(_write(data))
    return found


@pytest.mark.oracle
def test_exiftool_reads_the_label(folder: Path) -> None:
    """ExifTool shows the property in every file, and finds nothing to complain of."""
    for row in exiftool_rows(folder, len(SAMPLES)).values():
        assert not {"ExifTool:Error", "ExifTool:Warning"} & row.keys()


@pytest.mark.oracle
@pytest.mark.parametrize("name", DECODABLE)
def test_the_reference_decoder_sees_the_same_pixels(
    folder: Path, tmp_path: Path, name: str
) -> None:
    """Djxl decodes the labelled file to the pixels that it had before."""
    (tmp_path / "before.jxl").write_bytes(SAMPLES[name])
    pixels = []
    for source in (tmp_path / "before.jxl", folder / name):
        target = tmp_path / "a.ppm"
        subprocess.run(["djxl", source, target], check=True, capture_output=True)
        pixels.append(target.read_bytes())
    assert pixels[0] == pixels[1]


@pytest.mark.oracle
def test_a_jpeg_is_made_again_byte_for_byte(tmp_path: Path) -> None:
    """A JPEG file that became a JPEG XL file comes back from the labelled one, too."""
    source, coded, back = (tmp_path / name for name in ("a.jpg", "a.jxl", "b.jpg"))
    Image.linear_gradient("L").resize((24, 24)).convert("RGB").save(source)
    subprocess.run(["cjxl", source, coded], check=True, capture_output=True)
    before = coded.read_bytes()
    assert b"jbrd" in before
    longer = NEW.replace('"new"', '"' + "n" * 9000 + '"')
    coded.write_bytes(_write(_write(before, longer)))
    subprocess.run(["djxl", coded, back], check=True, capture_output=True)
    assert back.read_bytes() == source.read_bytes()
    edits = normalise(CARRIER.write(BytesView(before), NEW), len(before))
    assert [(edit.offset, edit.length) for edit in edits] == [(len(before), 0)]
