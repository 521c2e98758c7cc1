"""The implicit label in WebP."""

from __future__ import annotations

import io
import json
import re
import subprocess
from typing import TYPE_CHECKING, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageSequence

from ailabel.carriers.webp import CARRIER
from ailabel.codecs import riff
from ailabel.errors import LimitExceededError, MalformedFileError, PlanError
from ailabel.io.source import BytesView, Limits
from ailabel.io.splice import apply, normalise
from ailabel.spi import essence_digest
from ailabel.standard.schema import decode
from ailabel.testing import check_total
from builders import webp as build
from builders.exif import tiff
from builders.icc import profile
from builders.packets import FOREIGN, labelled, packet
from carrying import NEW, Subject, exiftool_rows
from corpus import CORPUS, needs_corpus

if TYPE_CHECKING:
    from pathlib import Path

SAMPLES: Final = dict(build.samples())
every_sample: Final = pytest.mark.parametrize("name", SAMPLES)


SUBJECT: Final = Subject(CARRIER)
_read, _write, _digest = SUBJECT.read, SUBJECT.write, SUBJECT.digest


def _chunks(data: bytes) -> list[tuple[bytes, bytes]]:
    end = 8 + int.from_bytes(data[4:8], "little")
    found = riff.chunks(BytesView(data), riff.HEADER, end)
    return [(item.id, data[item.body : item.body + item.length]) for item in found]


def _frames(data: bytes) -> list[bytes]:
    with Image.open(io.BytesIO(data)) as picture:
        return [frame.convert("RGBA").tobytes() for frame in ImageSequence.Iterator(picture)]


# -- claiming and reading ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "claimed"),
    [
        (b"RIFF\0\0\0\0WEBPVP8 ", True),
        (b"RIFF\0\0\0\0WAVEfmt ", False),
        (b"RIFX\0\0\0\0WEBP", False),
        (b"RIFF", False),
        (b"", False),
    ],
)
def test_the_form_type_decides(data: bytes, *, claimed: bool) -> None:
    """A RIFF file is claimed by its form type and nothing else."""
    assert (CARRIER.sniff(BytesView(data, "a.webp")) is not None) is claimed


def test_every_place_is_read_in_file_order() -> None:
    """XMP and Exif are read whatever the flags say, under odd names and with JPEG's prefix."""
    slots = _read(SAMPLES["labelled-everywhere.webp"])
    assert [(slot.site, slot.official) for slot in slots] == [
        ("webp.EXIF/IFD0/ImageDescription", False),
        ("webp.EXIF/ExifIFD/UserComment", False),
        ("webp.XMP/TC260:AIGC", False),
        ("webp.EXIF/ExifIFD/UserComment", False),
        ("webp.XMP/TC260:AIGC", True),
    ]
    assert all(decode(slot.payload).fields["ProduceID"] == "an-older-label" for slot in slots)


def test_other_texts_are_no_labels() -> None:
    """A generator's own mark in Exif is a trace; it is neither read nor touched."""
    exif = build.chunk(b"EXIF", tiff(comment=b'ASCII\0\0\0{"aigc_info":{"aigc_label_type":0}}'))
    data = build.file(build.vp8x(build.EXIF), *build.coded(), exif)
    assert _read(data) == []
    assert exif in _write(data)


def test_labels_and_chunks_are_bounded() -> None:
    """Lengths are checked before anything is made of them."""
    data = SAMPLES["labelled.webp"]
    with pytest.raises(LimitExceededError, match="a label"):
        CARRIER.read(BytesView(data, limits=Limits(label_bytes=50)))
    with pytest.raises(LimitExceededError, match="a RIFF chunk"):
        CARRIER.read(BytesView(data, limits=Limits(metadata_bytes=100)))


@needs_corpus
def test_real_files_are_read() -> None:
    """A file of another program gives the label that it is known to hold."""
    expected = json.loads((CORPUS / "expected.json").read_text("utf-8"))["made/w_xmp.webp"]
    data = (CORPUS / "made/w_xmp.webp").read_bytes()
    (slot,) = _read(data)
    assert (slot.site, slot.official) == ("webp.XMP/TC260:AIGC", True)
    fields = decode(slot.payload).fields
    assert {key: fields[key] for key in expected["fields"]} == expected["fields"]
    (written,) = _read(_write(data))
    assert written.payload == NEW


# -- writing -------------------------------------------------------------------------------------


@every_sample
def test_one_label_stands_where_the_guide_wants_it(name: str) -> None:
    """After writing there is one label, official, with exactly the payload; L1, L2 and L6."""
    result = _write(SAMPLES[name])
    (slot,) = _read(result)
    assert (slot.site, slot.official, slot.payload) == ("webp.XMP/TC260:AIGC", True, NEW)
    assert list(normalise(CARRIER.write(BytesView(result), NEW), len(result))) == []
    assert b"an-older-label" not in result


@every_sample
def test_pixels_and_essence_stay(name: str) -> None:
    """Pillow decodes the same frames, and the essence keeps its digest."""
    before = SAMPLES[name]
    after = _write(before)
    digests = {essence_digest(CARRIER, BytesView(data)) for data in (before, after)}
    assert len(digests) == 1
    assert _frames(before) == _frames(after)


@every_sample
def test_the_last_label_is_the_only_memory(name: str) -> None:
    """Without padding, a file that was labelled twice equals one that was labelled once."""
    other = NEW.replace('"new"', '"' + "longer" * 600 + '"')

    def bare(data: bytes) -> bytes:
        return apply(data, CARRIER.canonical(BytesView(data)))

    twice = _write(_write(SAMPLES[name], other), NEW)
    assert bare(twice) == bare(_write(SAMPLES[name], NEW))
    assert b"longer" not in twice
    assert [chunk for chunk, _ in _chunks(bare(twice))].count(b"XMP ") >= 1


@every_sample
def test_the_header_tells_the_truth(name: str) -> None:
    """VP8X comes first and has the XMP flag; the RIFF size covers all chunks and is even."""
    result = _write(SAMPLES[name])
    chunks = _chunks(result)
    assert chunks[0][0] == b"VP8X"
    assert chunks[0][1][0] & build.XMP
    trailer = b"a trailer" if name == "trailer.webp" else b""
    assert int.from_bytes(result[4:8], "little") == len(result) - 8 - len(trailer)
    assert result.endswith(trailer)


@pytest.mark.parametrize(
    ("kind", "flags"),
    [("lossy", build.XMP), ("lossless", build.XMP), ("lossless-alpha", build.XMP | build.ALPHA)],
)
def test_a_simple_file_gets_a_header_from_its_bitstream(kind: str, flags: int) -> None:
    """Canvas and alpha flag come from the VP8 or VP8L header."""
    result = _write(build.file(*build.coded(kind)))
    assert _chunks(result)[0] == (b"VP8X", build.vp8x(flags)[8:])


def test_a_header_that_was_left_out_names_what_is_there() -> None:
    """Chunks of the extended format in a file without its header get their flags."""
    exif = build.chunk(b"EXIF", tiff(description=b"x\0"))
    icc = build.chunk(b"ICCP", profile())
    result = _write(build.file(icc, *build.coded("lossy-alpha"), exif))
    flags = build.XMP | build.EXIF | build.ALPHA | build.ICC
    assert _chunks(result)[0] == (b"VP8X", build.vp8x(flags)[8:])


@pytest.mark.parametrize(("width", "height"), [(1, 1), (16383, 2), (7, 300)])
@pytest.mark.parametrize("lossless", [False, True])
def test_the_canvas_is_that_of_the_picture(
    width: int,
    height: int,
    lossless: bool,  # noqa: FBT001 - one of two variants
) -> None:
    """Every size that the bitstream can say is carried over."""
    buffer = io.BytesIO()
    Image.new("RGB", (width, height)).save(buffer, "WEBP", lossless=lossless)
    result = _write(buffer.getvalue())
    assert _chunks(result)[0] == (b"VP8X", build.vp8x(build.XMP, width, height)[8:])
    assert Image.open(io.BytesIO(result)).size == (width, height)


def test_the_other_flags_stay() -> None:
    """Only the XMP flag is set in a header that is there."""
    before = build.file(build.vp8x(build.ANIMATION | 0xC1), *build.coded("animated"))
    assert _chunks(_write(before))[0][1][0] == build.ANIMATION | 0xC1 | build.XMP


def test_foreign_chunks_and_properties_stay_byte_for_byte() -> None:
    """Unknown chunks, Exif, ICC and other XMP properties are as they were; XMP comes last."""
    foreign = [build.chunk(b"ICCP", profile()), *build.coded(), build.chunk(b"abcd", b"odd")]
    before = build.file(build.vp8x(build.ICC), *foreign)
    after = _write(before)
    assert _chunks(after)[1:-1] == _chunks(before)[1:]
    assert _chunks(after)[-1][0] == b"XMP "
    merged = _chunks(_write(SAMPLES["icc-and-xmp.webp"]))[-1][1]
    start = merged.index(b"<rdf:Description", merged.index(FOREIGN.encode()))
    end = merged.index(b"</rdf:RDF>")
    assert merged[:start] + merged[end:] == packet(FOREIGN, padding=2048)


def test_a_second_label_moves_nothing() -> None:
    """Padding takes up the difference, so that the propagator's part costs one small write."""
    first = _write(SAMPLES["lossy.webp"])
    edits = CARRIER.write(BytesView(first), NEW.replace('"new"', '"another-number"'))
    assert [len(edit.data) - edit.length for edit in edits] == [0]


def test_the_first_label_of_an_extended_file_is_appended() -> None:
    """Nothing but the flag, the size and the end of the file changes."""
    data = SAMPLES["exif.webp"]
    edits = normalise(CARRIER.write(BytesView(data), NEW), len(data))
    assert [(edit.offset, edit.length) for edit in edits] == [(4, 4), (20, 1), (len(data), 0)]


def test_texts_in_exif_are_blanked_in_place() -> None:
    """Exif is not moved, with JPEG's prefix or without."""
    for prefix in (b"", b"Exif\0\0"):
        body = prefix + tiff(comment=b"ASCII\0\0\0" + build.OLD.encode())
        data = build.file(build.vp8x(build.EXIF), *build.coded(), build.chunk(b"EXIF", body))
        blanked = body.replace(build.OLD.encode(), bytes(len(build.OLD)))
        assert _chunks(_write(data))[-2] == (b"EXIF", blanked)


def test_a_pad_byte_that_was_left_out_is_put_in() -> None:
    """Behind an odd last chunk without its pad byte, the new chunk still begins even."""
    odd = build.chunk(b"abcd", b"odd")[:-1]
    result = _write(build.file(build.vp8x(0), *build.coded(), odd))
    assert [name for name, _ in _chunks(result)][-2:] == [b"abcd", b"XMP "]
    assert len(result) % 2 == 0
    old = labelled(build.OLD)
    old += b" " * (len(old) % 2 == 0)
    (slot,) = _read(_write(build.file(*build.coded(), build.chunk(b"XMP ", old)[:-1])))
    assert slot.payload == NEW


# -- what cannot be done -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"RIFF\x04\0\0\0WEBP", "no picture"),
        (build.file(build.chunk(b"VP8 ", bytes(10))), "no picture"),
        (build.file(build.chunk(b"VP8L", b"\x2f\0")), "ends inside"),
        (build.file(build.chunk(b"VP8X", bytes(4)), *build.coded()), "header is too short"),
        (build.file(*build.coded())[:-4], "RIFF size"),
        (b"RIFF\x04\0\0\0WAVE", "RIFF header"),
        (b"RIFF", "ends inside"),
    ],
)
def test_broken_files_are_refused(data: bytes, text: str) -> None:
    """A file without a picture or with sizes that lie is not written to."""
    with pytest.raises(MalformedFileError, match=text):
        CARRIER.write(BytesView(data), NEW)


def test_a_damaged_packet_is_refused_only_where_it_matters() -> None:
    """Nothing can be put into, or taken out of, a packet that is no XML; others do no harm."""
    broken = build.chunk(b"XMP ", b"<x:xmpmeta><rdf:RDF><dc:source>")
    with pytest.raises(PlanError, match="damaged"):
        _write(build.file(*build.coded(), broken))
    good = build.chunk(b"XMP ", packet(FOREIGN))
    assert broken in _write(build.file(*build.coded(), good, broken))
    old = build.chunk(b"XMP ", labelled(build.OLD)[:-60] + b"<")
    with pytest.raises(PlanError, match="damaged"):
        _write(build.file(*build.coded(), good, old))


def test_a_file_that_would_outgrow_its_size_field_is_refused() -> None:
    """The RIFF size has 32 bits."""

    class Huge(BytesView):
        __slots__ = ()

        def _get(self, offset: int, length: int) -> bytes:
            return (self.data[offset : offset + length]).ljust(length, b"\0")

    size = 0xFFFFFFFE - 8
    head = build.file(build.vp8x(0), *build.coded())
    rest = size - (len(head) - 8) - 8
    view = Huge(
        b"RIFF" + size.to_bytes(4, "little") + head[8:] + b"abcd" + rest.to_bytes(4, "little")
    )
    view.size = size + 8
    with pytest.raises(PlanError, match="RIFF size"):
        CARRIER.write(view, NEW)


# -- essence -------------------------------------------------------------------------------------


def test_essence_is_the_canvas_and_the_coded_frames() -> None:
    """An extended header or metadata do not count, coded data and the canvas do."""

    def digest(data: bytes) -> str:
        return essence_digest(CARRIER, BytesView(data))

    plain = build.file(*build.coded())
    exif = build.chunk(b"EXIF", tiff(description=b"x\0"))
    assert digest(plain) == digest(build.file(build.vp8x(build.EXIF), *build.coded(), exif))
    assert digest(plain) != digest(plain[:-4] + bytes([plain[-4] ^ 1]) + plain[-3:])
    moving = build.coded("animated")
    small = build.file(build.vp8x(build.ANIMATION), *moving)
    wide = build.file(build.vp8x(build.ANIMATION, 99, 24), *moving)
    assert digest(small) != digest(wide)
    assert digest(small) != digest(build.file(build.vp8x(build.ANIMATION), *moving[:-1]))


# -- hostile files -------------------------------------------------------------------------------


@every_sample
def test_damaged_files_are_read_or_refused(name: str) -> None:
    """L7 on copies that were cut, flipped, overwritten or doubled."""
    check_total(CARRIER, name, SAMPLES[name], count=60)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from([b"VP8X", b"VP8 ", b"VP8L", b"XMP ", b"XMP\0", b"EXIF", b"ALPH"]),
            st.sampled_from([b"", b"\x2f", b"\0\0\0\x9d\x01\x2a", b"<x:", b"Exif\0\0II*\0"]),
            st.binary(max_size=30),
        ),
        max_size=5,
    )
)
def test_any_chunks_are_read_or_refused(parts: list[tuple[bytes, bytes, bytes]]) -> None:
    """Chunks with a known beginning and any rest raise nothing but `AilabelError`."""
    data = build.file(*(build.chunk(name, head + body) for name, head, body in parts))
    check_total(CARRIER, "a.webp", data, count=4)


# -- independent readers -------------------------------------------------------------------------

READABLE: Final = [name for name in SAMPLES if name != "labelled-everywhere.webp"]
"""Files with one packet: the other keeps two, which libwebp's tools refuse before and after, as
they refuse any trailer."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder of the samples with the label."""
    found = tmp_path_factory.mktemp("after")
    for name, data in SAMPLES.items():
        (found / name).write_bytes(_write(data))
    return found


@pytest.mark.oracle
def test_exiftool_reads_the_label(folder: Path) -> None:
    """ExifTool shows the property, and complains of nothing but what stood there before."""
    for name, row in exiftool_rows(folder, len(SAMPLES)).items():
        assert "ExifTool:Error" not in row
        assert "ExifTool:Warning" not in row or name == "labelled-everywhere.webp"


@pytest.mark.oracle
def test_exiv2_reads_the_label(folder: Path) -> None:
    """Exiv2, another XMP implementation, reads the same text."""
    names = [str(folder / name) for name in READABLE]
    out = subprocess.run(["exiv2", "-PXkt", *names], check=False, capture_output=True, text=True)
    assert re.findall(r"Xmp\.TC260\.AIGC\s+(\{.*\})", out.stdout) == [NEW] * len(READABLE)


@pytest.mark.oracle
@pytest.mark.parametrize("name", sorted({*READABLE} - {"trailer.webp"}))
def test_libwebp_reads_the_container(folder: Path, tmp_path: Path, name: str) -> None:
    """Webpmux sees the XMP metadata, and takes out the packet that we put in."""
    path = str(folder / name)
    info = subprocess.run(["webpmux", "-info", path], check=True, capture_output=True, text=True)
    assert "XMP metadata" in info.stdout
    if name == "animated.webp":
        assert "Number of frames: 2" in info.stdout
    target = tmp_path / "packet.xmp"
    command = ["webpmux", "-get", "xmp", path, "-o", str(target)]
    subprocess.run(command, check=True, capture_output=True)
    bodies = [body for chunk, body in _chunks(_write(SAMPLES[name])) if chunk == b"XMP "]
    assert target.read_bytes() == bodies[0]
