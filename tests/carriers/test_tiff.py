"""The implicit label in TIFF."""

from __future__ import annotations

import io
import json
import subprocess
from typing import TYPE_CHECKING, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageSequence

from ailabel.carriers.tiff import CARRIER
from ailabel.codecs import tiff_file
from ailabel.errors import LimitExceededError, MalformedFileError, PlanError
from ailabel.io.source import BytesView, Limits, View, open_view
from ailabel.io.splice import SplicedView, apply, normalise
from ailabel.spi import Slot, essence_digest
from ailabel.standard.schema import decode
from ailabel.testing import check_carrier, check_total
from builders import tiff as build
from builders.packets import FOREIGN, labelled, packet
from carrying import NEW, Subject, exiftool_rows
from corpus import CORPUS, needs_corpus

if TYPE_CHECKING:
    from pathlib import Path

    from ailabel.codecs.tiff_file import Directory

SITE: Final = "tiff.IFD0/XMP/TC260:AIGC"
SAMPLES: Final = dict(build.samples())
every_sample: Final = pytest.mark.parametrize("name", SAMPLES)


SUBJECT: Final = Subject(CARRIER)
_read, _write, _digest = SUBJECT.read, SUBJECT.write, SUBJECT.digest


def _directories(data: bytes) -> list[Directory]:
    view = BytesView(data)
    form = tiff_file.layout(view)
    assert form is not None
    return list(tiff_file.directories(view, form))


def _values(data: bytes, directory: Directory) -> dict[int, tuple[int, bytes]]:
    """Return the type and the value of each field but the packet."""
    return {
        entry.tag: (entry.type, data[entry.place : entry.place + entry.length])
        for entry in directory.entries
        if entry.tag != 700
    }


def _bare(data: bytes) -> bytes:
    return apply(data, CARRIER.canonical(BytesView(data)))


# -- claiming and reading ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "claimed"),
    [
        (b"II*\0\x08\0\0\0", True),
        (b"MM\0*\0\0\0\x08", True),
        (b"II+\0\x08\0\0\0", True),
        (b"II+\0\x04\0\0\0", False),
        (b"MM*\0\0\0\0\x08", False),
        (b"IIU\0\x08\0\0\0", False),
        (b"II*\0", False),
        (b"", False),
    ],
)
def test_the_header_decides(data: bytes, *, claimed: bool) -> None:
    """Byte order and version are what a TIFF is known by; a panasonic raw file has another."""
    assert (CARRIER.sniff(BytesView(data, "a.tif")) is not None) is claimed


@pytest.mark.parametrize("name", ["labelled-everywhere.tif", "labelled-everywhere-big.tif"])
def test_every_place_is_read_in_file_order(name: str) -> None:
    """XMP of all directories and the texts of Exif are read, in both layouts."""
    slots = _read(SAMPLES[name])
    assert sorted((slot.site, slot.official) for slot in slots) == [
        ("tiff.ExifIFD/UserComment", False),
        ("tiff.ExifIFD/UserComment", False),
        ("tiff.IFD0/ImageDescription", False),
        ("tiff.IFD0/XMP/TC260:AIGC", True),
        ("tiff.IFD0/XPComment", False),
        ("tiff.IFDn/XMP/TC260:AIGC", False),
        ("tiff.SubIFD/XMP/TC260:AIGC", False),
    ]
    assert [slot.offset for slot in slots] == sorted(slot.offset for slot in slots)
    assert {slot.location for slot in slots} >= {"IFD1/XMP/TC260:AIGC", "IFD1/ExifIFD/UserComment"}
    assert all(decode(slot.payload).fields["ProduceID"] == "an-older-label" for slot in slots)


@pytest.mark.parametrize(("kind", "official"), [(1, True), (7, True), (2, False)])
def test_both_types_of_the_packet_are_official(kind: int, *, official: bool) -> None:
    """The guide asks for UNDEFINED, the specification of XMP allows BYTE; ASCII was met too."""
    (slot,) = _read(build.file(build.page((700, kind, labelled(build.OLD)))))
    assert (slot.site, slot.official) == (SITE, official)


def test_other_texts_are_no_labels() -> None:
    """A description that is no label is neither read nor touched."""
    data = build.file(build.page((0x010E, build.ASCII, b'{"aigc_info":{}}\0')))
    assert _read(data) == []
    assert b'{"aigc_info":{}}' in _write(data)


def test_a_broken_chain_ends_without_harm() -> None:
    """A later directory that cannot be read hides nothing before it; the pointer is kept."""
    good = build.file(build.page((700, build.BYTE, labelled(build.OLD))))
    for pointer in (b"\xff\xff\xff\x7f", (8).to_bytes(4, "little"), b"\x01\0\0\0"):
        data = good[:-4] + pointer
        assert [slot.official for slot in _read(data)] == [True]
        assert _write(data).count(pointer) >= 1
    looped = good[:-4] + good[4:8]
    assert len(_directories(looped)) == 1
    cut = good[:-4]
    assert [slot.payload for slot in _read(_write(cut))] == [NEW]


def test_damage_of_the_first_directory_is_told() -> None:
    """What cannot be read at all is an error and not an empty answer."""
    for data in (b"II*\0\x08\0\0\0", b"II*\0\x08\0\0\0\0\0", b"II*\0\0\0\0\0\0\0\0\0"):
        with pytest.raises(MalformedFileError, match="first TIFF directory"):
            CARRIER.read(BytesView(data))
    with pytest.raises(MalformedFileError, match="header is missing"):
        CARRIER.read(BytesView(b"nothing"))
    far = build.file(build.page((700, build.BYTE, labelled(build.OLD))))
    place = next(item.offset for item in _directories(far)[0].entries if item.tag == 700)
    far = far[: place + 8] + b"\xff\xff\xff\x7f" + far[place + 12 :]
    with pytest.raises(MalformedFileError, match="an XMP packet"):
        CARRIER.read(BytesView(far))


def test_work_is_bounded() -> None:
    """Lengths and counts are checked before anything is made of them."""
    data = SAMPLES["labelled.tif"]
    for limits in (
        Limits(label_bytes=50),
        Limits(metadata_bytes=100),
        Limits(items=5),
    ):
        with pytest.raises(LimitExceededError):
            CARRIER.read(BytesView(data, limits=limits))
    with pytest.raises(LimitExceededError, match="depth"):
        CARRIER.read(BytesView(SAMPLES["below.tif"], limits=Limits(depth=0)))
    many = build.page((330, build.LONG, list(range(60_000, 80_000))))
    with pytest.raises(LimitExceededError, match="entries"):
        CARRIER.read(BytesView(build.file(many), limits=Limits(items=1000)))


@needs_corpus
def test_real_files_are_read() -> None:
    """A file of another program gives the label that it is known to hold."""
    expected = json.loads((CORPUS / "expected.json").read_text("utf-8"))["made/t_xmp.tif"]
    data = (CORPUS / "made/t_xmp.tif").read_bytes()
    (slot,) = _read(data)
    assert (slot.site, slot.official) == (SITE, True)
    fields = decode(slot.payload).fields
    assert {key: fields[key] for key in expected["fields"]} == expected["fields"]
    (written,) = _read(_write(data))
    assert written.payload == NEW
    assert b"abc-123" not in _write(data)


# -- writing -------------------------------------------------------------------------------------


@every_sample
def test_one_label_stands_where_the_guide_wants_it(name: str) -> None:
    """There is one label then, in tag 700 of IFD0, type UNDEFINED, and the entries are sorted."""
    result = _write(SAMPLES[name])
    (slot,) = _read(result)
    assert (slot.site, slot.official, slot.payload) == (SITE, True, NEW)
    assert b"an-older-label" not in result
    assert "an-older-label".encode("utf-16-le") not in result
    entries = _directories(result)[0].entries
    assert [entry.tag for entry in entries] == sorted({entry.tag for entry in entries})
    (found,) = [entry for entry in entries if entry.tag == 700]
    assert (found.type, found.place % 2) == (7, 0)
    assert found.place + found.length == len(result)


@every_sample
def test_all_other_fields_stay(name: str) -> None:
    """Every directory keeps every field, and all bytes before the end but those that were named."""
    before, after = SAMPLES[name], _write(SAMPLES[name])
    old, new = _directories(before), _directories(after)
    assert [item.name for item in old] == [item.name for item in new]
    if "labelled" not in name:
        assert [_values(before, item) for item in old] == [_values(after, item) for item in new]
    assert _digest(before) == _digest(after)


@every_sample
def test_a_new_label_takes_the_place_of_the_last(name: str) -> None:
    """Revisions are replaced, not stacked, whatever their lengths."""
    once = _write(SAMPLES[name])
    longer = _write(once, NEW.replace('"new"', '"' + "n" * 9000 + '"'))
    twice = _write(longer)
    assert _bare(twice) == _bare(once)
    assert b"nnn" not in twice
    assert len(_directories(twice)) == len(_directories(once))


def test_the_first_label_appends_and_repoints() -> None:
    """Nothing but the header's pointer and the end of the file changes."""
    data = SAMPLES["pages.tif"]
    edits = normalise(CARRIER.write(BytesView(data), NEW), len(data))
    assert [(edit.offset, edit.length) for edit in edits] == [(4, 4), (len(data), 0)]
    data = SAMPLES["bigtiff.tif"]
    edits = normalise(CARRIER.write(BytesView(data), NEW), len(data))
    assert [(edit.offset, edit.length) for edit in edits] == [(8, 8), (len(data), 0)]


@pytest.mark.parametrize("pages", [1, 2])
def test_a_chain_that_leads_back_to_its_start_still_does(pages: int) -> None:
    """Whoever points to the first directory points to its copy, or a page would be there twice."""
    data = build.looped(build.file(*[build.page()] * pages))
    check_carrier(CARRIER, "loop.tif", data)
    assert len(_directories(_write(data))) == len(_directories(data)) == pages


def test_a_second_label_rewrites_the_packet_alone() -> None:
    """The propagator's part costs one small write, since the packet keeps its length."""
    first = _write(SAMPLES["little.tif"])
    (edit,) = CARRIER.write(BytesView(first), NEW.replace('"new"', '"another-number"'))
    assert len(edit.data) == edit.length
    assert edit.offset + edit.length == len(first)


def test_a_label_covered_by_later_bytes_moves_to_the_end() -> None:
    """When another program has appended to the file, the old packet is filled with zeros."""
    covered = _write(SAMPLES["little.tif"]) + b"later!"
    result = _write(covered, NEW.replace('"new"', '"another-number"'))
    assert b'"new"' not in result
    assert b"&quot;new&quot;" not in result
    assert b"later!" in result
    assert len(_read(result)) == 1


def test_a_packet_that_directories_share_is_kept_for_the_others() -> None:
    """The packet of another page is emptied of its label, not overwritten."""
    value = packet(FOREIGN.replace("</dc:source>", "</dc:source><TC260:AIGC>{}</TC260:AIGC>"))
    data = build.file(build.page((700, build.BYTE, value)), build.page((700, build.BYTE, value)))
    first, second = (
        next(entry for entry in item.entries if entry.tag == 700) for item in _directories(data)
    )
    place = first.place.to_bytes(4, "little")
    data = data[: second.offset + 8] + place + data[second.offset + 12 :]
    result = _write(data)
    (slot,) = _read(result)
    assert (slot.site, slot.payload) == (SITE, NEW)
    other = next(entry for entry in _directories(result)[1].entries if entry.tag == 700)
    kept = result[other.place : other.place + other.length]
    assert (other.place, other.length) == (first.place, len(value))
    assert FOREIGN.encode() in kept
    assert b"AIGC>" not in kept


def test_structures_on_top_of_each_other_are_refused() -> None:
    """A packet that reaches into another value cannot be filled with zeros."""
    data = build.file(build.page((305, build.ASCII, b"x" * 40), (700, build.BYTE, labelled("{}"))))
    entry = next(item for item in _directories(data)[0].entries if item.tag == 305)
    target = next(item for item in _directories(data)[0].entries if item.tag == 700)
    inside = (target.place + 10).to_bytes(4, "little")
    crossed = data[: entry.offset + 8] + inside + data[entry.offset + 12 :]
    with pytest.raises(PlanError, match="other parts"):
        _write(crossed)


def test_utf_16_packets_of_other_pages_keep_their_length() -> None:
    """What is taken out of a packet in place is filled up with what does not disturb it."""
    value = labelled(build.OLD).decode().encode("utf-16-be")
    data = build.file(build.page(), build.page((700, build.UNDEFINED, value)))
    result = _write(data)
    other = next(entry for entry in _directories(result)[1].entries if entry.tag == 700)
    kept = result[other.place : other.place + other.length]
    assert len(kept) == len(value)
    assert kept.rstrip(b"\0").decode("utf-16-be").rstrip("\0").endswith('<?xpacket end="w"?>')


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (build.file(build.page((50706, build.BYTE, b"\1\4\0\0"))), "a.tif"),
        (build.file(build.page()), "a.NEF"),
        (b"II*\0\x10\0\0\0CR\2\0\0\0\0\0" + bytes(600), "a.tif"),
    ],
)
def test_raw_files_of_cameras_are_refused(data: bytes, name: str) -> None:
    """DNG, CR2 and what is named like a raw file are read, never written."""
    if data[8:10] == b"CR":
        page = b"\x01\0" + (305).to_bytes(2, "little") + b"\2\0\1\0\0\0x\0\0\0" + bytes(4)
        data = data[:16] + page + data[34:]
    assert CARRIER.sniff(BytesView(data, name)) is not None
    assert list(CARRIER.read(BytesView(data, name))) == []
    with pytest.raises(PlanError, match="raw file"):
        CARRIER.write(BytesView(data, name), NEW)


def test_a_damaged_packet_is_refused_only_where_it_matters() -> None:
    """Nothing can be put into, or taken out of, a packet that is no XML; others do no harm."""
    broken = b"<x:xmpmeta><rdf:RDF><dc:source>"
    with pytest.raises(PlanError, match="damaged"):
        _write(build.file(build.page((700, build.BYTE, broken))))
    assert broken in _write(build.file(build.page(), build.page((700, build.BYTE, broken))))
    old = labelled(build.OLD)[:-60] + b"<"
    with pytest.raises(PlanError, match="damaged"):
        _write(build.file(build.page(), build.page((700, build.BYTE, old))))


class _Sparse(View):
    """A file of any size that is zero behind its beginning."""

    __slots__ = ("data", "read_bytes")

    def __init__(self, data: bytes, size: int) -> None:
        super().__init__(size, "a.tif", Limits())
        self.data, self.read_bytes = data, 0

    def _get(self, offset: int, length: int) -> bytes:
        self.read_bytes += length
        return self.data[offset : offset + length].ljust(length, b"\0")


def test_offsets_of_32_bits_are_kept_to() -> None:
    """A classic TIFF of 4 GiB is refused, with the advice that helps; a BigTIFF is not."""
    classic = _Sparse(SAMPLES["little.tif"], (1 << 32) - 1000)
    with pytest.raises(PlanError, match="BigTIFF"):
        CARRIER.write(classic, NEW)
    large = _Sparse(SAMPLES["bigtiff.tif"], 5 << 30)
    result = SplicedView(large, CARRIER.write(large, NEW))
    assert [slot.payload for slot in CARRIER.read(result) if isinstance(slot, Slot)] == [NEW]
    assert large.read_bytes < 4096


# -- essence -------------------------------------------------------------------------------------


def test_essence_is_told_whatever_the_layout() -> None:
    """Byte order, BigTIFF, strips and other tags do not count; samples and size do."""
    plain = _digest(build.file(build.page()))
    strips = [build.RGB[at : at + 192] for at in range(0, 768, 192)]
    same = [
        build.file(build.page(), form=build.Form("big")),
        build.file(build.page(), form=build.Form("big", big=True)),
        build.file(build.page(strips=strips)),
        build.file(build.page((305, build.ASCII, b"somebody\0"), (284, build.SHORT, [1]))),
    ]
    assert {_digest(data) for data in same} == {plain}
    other = [
        build.file(build.page(), build.page()),
        build.file(build.page(strips=[build.RGB[:-1] + b"x"])),
        build.file(build.page((274, build.SHORT, [3]))),
        build.file(build.page((330, build.LONG, build.tiled()))),
    ]
    assert plain not in {_digest(data) for data in other}
    assert len({_digest(data) for data in other}) == len(other)


def test_samples_of_several_bytes_have_a_byte_order() -> None:
    """The same bytes are other samples in the other order."""
    deep = build.page(strips=[build.RGB * 2], bits=16)
    assert _digest(build.file(deep)) != _digest(build.file(deep, form=build.Form("big")))


def test_essence_of_hostile_tables_is_bounded() -> None:
    """Strips that are missing, or cover the file again and again, are refused."""
    no_lengths = build.Page(((256, 3, [16]), (273, 4, [8])), strips=())
    with pytest.raises(MalformedFileError, match="no lengths"):
        _digest(build.file(no_lengths))
    again = build.Page(((273, 4, [0, 8] * 400), (279, 4, [5000, 5000] * 400)), strips=())
    with pytest.raises(LimitExceededError, match="TIFF strips"):
        _digest(build.file(again))
    counts = {273: 3000, 279: 1, 324: 3000, 325: 1}
    tables = [(tag, 3, [0] * count) for tag, count in counts.items()]
    many = build.file(build.Page(tuple(tables), strips=()))
    with pytest.raises(LimitExceededError, match="number of TIFF strips"):
        essence_digest(CARRIER, BytesView(many, limits=Limits(items=300)))


# -- hostile files -------------------------------------------------------------------------------


@every_sample
def test_damaged_files_are_read_or_refused(name: str) -> None:
    """L7 on copies that were cut, flipped, overwritten or doubled."""
    check_total(CARRIER, name, SAMPLES[name], count=60)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from([256, 273, 279, 330, 347, 513, 700, 0x010E, 0x8769, 0x9286]),
            st.integers(0, 19),
            st.integers(0, 40),
            st.integers(0, 300),
        ),
        max_size=8,
    ),
    st.booleans(),
)
def test_any_directory_is_read_or_refused(
    rows: list[tuple[int, int, int, int]],
    big: bool,  # noqa: FBT001 - one of two layouts
) -> None:
    """Entries with any type, count and offset raise nothing but `AilabelError`."""
    form = tiff_file.Layout("big", big=big)
    head = b"MM\0+\0\x08\0\0" if big else b"MM\0*"
    body = b"".join(form.pack(*row) for row in rows)
    data = head + (2 * form.word).to_bytes(form.word, "big")
    data += len(rows).to_bytes(form.counter, "big") + body + bytes(form.word)
    check_total(CARRIER, "a.tif", data + labelled(build.OLD)[:200], count=4)


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
@every_sample
def test_libtiff_reads_the_directories(folder: Path, name: str) -> None:
    """Tiffdump sees sorted directories and the packet as UNDEFINED, without a complaint."""
    command = ["tiffdump", str(folder / name)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    assert done.stderr == ""
    assert "700 (0x2bc) UNDEFINED (7)" in done.stdout
    info = subprocess.run(["tiffinfo", str(folder / name)], check=True, capture_output=True)
    assert b"TC260:AIGC" in info.stdout


@pytest.mark.oracle
@pytest.mark.parametrize("name", [name for name in SAMPLES if SAMPLES[name][:4] != b"MM\0+"])
def test_pillow_decodes_the_same_pictures(name: str) -> None:
    """Every page has the same pixels; Pillow reads all layouts but the big-endian BigTIFF."""
    before, after = SAMPLES[name], _write(SAMPLES[name])
    pages = []
    for data in (before, after):
        with Image.open(io.BytesIO(data)) as picture:
            pages.append([page.tobytes() for page in ImageSequence.Iterator(picture)])
    assert pages[0] == pages[1]
    with Image.open(io.BytesIO(after)) as picture:
        assert b"TC260:AIGC" in picture.info["xmp"]


@pytest.mark.oracle
def test_essence_survives_a_copy_by_libtiff(tmp_path: Path) -> None:
    """Tiffcp makes other strips and another byte order of it, and the content stays."""
    source = tmp_path / "a.tif"
    source.write_bytes(_write(SAMPLES["pages.tif"]))
    for options in (["-r", "4"], ["-B", "-s"], ["-8"]):
        target = tmp_path / "b.tif"
        subprocess.run(["tiffcp", *options, f"{source},0", target], check=True)
        assert _digest(target.read_bytes()) == _digest(build.file(build.page()))


@pytest.mark.oracle
def test_files_of_real_writers_keep_their_pixels(tmp_path: Path) -> None:
    """What libtiff and Pillow compress decodes to the same pixels after labelling."""
    image = Image.linear_gradient("L").resize((40, 30)).convert("RGB")
    for compression in ("raw", "tiff_lzw", "tiff_adobe_deflate", "jpeg", "packbits"):
        path = tmp_path / f"{compression}.tif"
        image.save(path, compression=compression)
        before = path.read_bytes()
        with open_view(path) as view:
            after = apply(before, CARRIER.write(view, NEW))
        assert _digest(before) == _digest(after)
        with Image.open(io.BytesIO(before)) as one, Image.open(io.BytesIO(after)) as two:
            assert one.tobytes() == two.tobytes()
