"""The implicit label in GIF."""

from __future__ import annotations

import io
import json
import subprocess
from typing import TYPE_CHECKING, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageSequence

from ailabel.carriers.gif import CARRIER
from ailabel.codecs import gif
from ailabel.errors import LimitExceededError, MalformedFileError, PlanError
from ailabel.io.source import BytesView, Limits, View
from ailabel.io.splice import normalise
from ailabel.standard.schema import decode
from ailabel.testing import check_total
from builders import gif as build
from builders.packets import FOREIGN, labelled, packet
from carrying import NEW, Subject, exiftool_rows
from corpus import CORPUS, needs_corpus

if TYPE_CHECKING:
    from pathlib import Path

SITE: Final = "gif.XMP/TC260:AIGC"
SAMPLES: Final = dict(build.samples())
every_sample: Final = pytest.mark.parametrize("name", SAMPLES)


SUBJECT: Final = Subject(CARRIER)
_read, _write, _digest = SUBJECT.read, SUBJECT.write, SUBJECT.digest


def _blocks(data: bytes) -> list[tuple[gif.Kind, bytes, bytes]]:
    """Return kind, name and bytes of each block."""
    return [
        (item.kind, item.name, data[item.offset : item.end]) for item in gif.blocks(BytesView(data))
    ]


# -- claiming and reading ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "claimed"),
    [(b"GIF87a", True), (b"GIF89a", True), (b"GIF88a", False), (b"GIF8", False), (b"", False)],
)
def test_the_header_decides(data: bytes, *, claimed: bool) -> None:
    """Two versions were published, and both are claimed."""
    assert (CARRIER.sniff(BytesView(data, "a.gif")) is not None) is claimed


def test_every_place_is_read_in_file_order() -> None:
    """XMP in both forms and comments are read, before and behind the pictures."""
    slots = _read(SAMPLES["labelled-everywhere.gif"])
    assert [(slot.site, slot.official) for slot in slots] == [
        ("gif.Comment", False),
        (SITE, False),
        (SITE, True),
        (SITE, True),
        ("gif.Comment", False),
    ]
    assert all(decode(slot.payload).fields["ProduceID"] == "an-older-label" for slot in slots)


def test_a_packet_without_its_trailer_is_read() -> None:
    """A packet that a bare terminator ends is no official place, but its label counts."""
    data = build.head() + build.xmp_without_trailer(labelled(build.OLD)) + build.picture() + b";"
    (slot,) = _read(data)
    assert (slot.site, slot.official, slot.payload) == (SITE, False, build.OLD)
    assert FOREIGN.encode() in _write(data)


def test_other_comments_are_no_labels() -> None:
    """What a generator wrote into a comment is neither read nor touched."""
    data = SAMPLES["comments.gif"]
    assert _read(data) == []
    assert build.comment(b'{"prompt":1}') in _write(data)
    long = build.comment(b"{" * 200_000)
    assert _read(build.head() + build.picture() + long + b";") == []


def test_labels_and_blocks_are_bounded() -> None:
    """Lengths are checked before anything is made of them."""
    data = SAMPLES["labelled.gif"]
    for limits in (Limits(label_bytes=50), Limits(metadata_bytes=100), Limits(items=1)):
        with pytest.raises(LimitExceededError):
            CARRIER.read(BytesView(data, limits=limits))


@needs_corpus
def test_real_files_are_read() -> None:
    """A file of another program gives the label that it is known to hold."""
    expected = json.loads((CORPUS / "expected.json").read_text("utf-8"))["made/g_xmp.gif"]
    data = (CORPUS / "made/g_xmp.gif").read_bytes()
    (slot,) = _read(data)
    assert (slot.site, slot.official) == (SITE, True)
    fields = decode(slot.payload).fields
    assert {key: fields[key] for key in expected["fields"]} == expected["fields"]
    (written,) = _read(_write(data))
    assert written.payload == NEW
    assert _write(data)[:6] == b"GIF89a"


# -- writing -------------------------------------------------------------------------------------


@every_sample
def test_one_label_stands_where_the_guide_wants_it(name: str) -> None:
    """After writing there is one label, in an XMP extension of a GIF89a, with its magic trailer."""
    result = _write(SAMPLES[name])
    (slot,) = _read(result)
    assert (slot.site, slot.official, slot.payload) == (SITE, True, NEW)
    assert result[:6] == b"GIF89a"
    assert result[slot.offset :].startswith(gif.XMP_HEAD)
    assert b"an-older-label" not in result


@every_sample
def test_pictures_and_essence_stay(name: str) -> None:
    """Pillow decodes the same frames with the same times, and the essence keeps its digest."""
    before, after = SAMPLES[name], _write(SAMPLES[name])
    assert _digest(before) == _digest(after)
    frames = []
    for data in (before, after):
        with Image.open(io.BytesIO(data)) as picture:
            frames.append(
                [
                    (frame.info.get("duration"), frame.convert("RGBA").tobytes())
                    for frame in ImageSequence.Iterator(picture)
                ]
            )
    assert frames[0] == frames[1]


def test_the_label_stands_before_the_pictures() -> None:
    """It follows the number of loops, and does not come between a picture and its control."""
    kinds = [(kind, name) for kind, name, _ in _blocks(_write(SAMPLES["film.gif"]))]
    application, control, picture = (
        gif.Kind.APPLICATION,
        gif.Kind.GRAPHIC_CONTROL,
        gif.Kind.IMAGE,
    )
    assert kinds[:4] == [
        (application, b"NETSCAPE2.0"),
        (application, b"XMP DataXMP"),
        (control, b""),
        (picture, b""),
    ]


@pytest.mark.parametrize("name", ["film.gif", "comments.gif", "icc.gif", "trailing.gif"])
def test_all_other_blocks_stay(name: str) -> None:
    """Foreign extensions, comments and what follows the trailer are as they were."""
    before, after = SAMPLES[name], _write(SAMPLES[name])
    assert [item for item in _blocks(after) if item[1] != b"XMP DataXMP"] == _blocks(before)
    edits = normalise(CARRIER.write(BytesView(before), NEW), len(before))
    assert sum(edit.length for edit in edits) == 0
    assert after.rpartition(b";")[2] == before.rpartition(b";")[2]


def test_a_second_label_moves_nothing() -> None:
    """Padding takes up the difference."""
    first = _write(SAMPLES["film.gif"])
    (edit,) = CARRIER.write(BytesView(first), NEW.replace('"new"', '"another-number"'))
    assert len(edit.data) == edit.length


def test_foreign_properties_stay() -> None:
    """A packet is merged into, and gets its proper form where it had another."""
    for name in ("foreign-xmp.gif", "sub-blocked-xmp.gif", "unframed-xmp.gif"):
        result = _write(SAMPLES[name])
        packets = [data for _, called, data in _blocks(result) if called == b"XMP DataXMP"]
        assert len(packets) == 1
        assert FOREIGN.encode() in packets[0]
        assert packets[0].endswith(gif.XMP_TRAILER)


def test_a_packet_in_utf_16_is_no_place_for_the_label() -> None:
    """Its NULs would end the extension; it stays in sub-blocks, and the label gets its own."""
    value = labelled(build.OLD).decode().encode("utf-16-le")
    data = build.head() + build.xmp_in_sub_blocks(value) + build.picture() + b";"
    assert len(_read(data)) == 1
    result = _write(data)
    assert [slot.payload for slot in _read(result)] == [NEW]
    packets = [item for item in gif.blocks(BytesView(result)) if item.name == b"XMP DataXMP"]
    bodies = [gif.body(BytesView(result), item) for item in packets]
    assert FOREIGN in bodies[0].decode("utf-16-le")


# -- what cannot be done -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"GIF89a", "ends inside the GIF header"),
        (b"GIF90a" + bytes(7), "header is missing"),
        (build.head() + b"x", "no block"),
        (build.head() + build.picture()[:40], "ends inside a GIF block"),
        (build.head() + b"\x21", "ends inside a GIF block"),
        (build.head() + b"\x21\xff\x0bNETS", "ends inside a GIF extension"),
    ],
)
def test_broken_files_are_refused(data: bytes, text: str) -> None:
    """A file that is cut short, or holds what is no block, is not written to."""
    with pytest.raises(MalformedFileError, match=text):
        CARRIER.write(BytesView(data), NEW)


def test_a_damaged_packet_is_refused_only_where_it_matters() -> None:
    """Nothing can be put into, or taken out of, a packet that is no XML; others do no harm."""
    broken = build.xmp(b"<x:xmpmeta><rdf:RDF><dc:source>")
    with pytest.raises(PlanError, match="damaged"):
        _write(build.head() + broken + build.picture() + b";")
    good = build.xmp(packet(FOREIGN))
    assert broken in _write(build.head() + good + build.picture() + broken + b";")
    old = build.xmp(labelled(build.OLD)[:-60] + b"<")
    with pytest.raises(PlanError, match="damaged"):
        _write(build.head() + good + build.picture() + old + b";")


# -- essence -------------------------------------------------------------------------------------


def test_essence_is_what_is_shown() -> None:
    """Metadata, the version and the cutting into sub-blocks do not count; all that is seen does."""
    plain = _digest(build.head() + build.control() + build.picture() + b";")
    recut = build.picture()
    start = 11
    codes = b"".join(recut[at + 1 : at + 1 + recut[at]] for at in (start, start + 101, start + 202))
    recut = recut[:start] + build.sub_blocks(codes)
    same = [
        build.head(b"87a") + build.control() + build.picture(),
        build.head() + build.comment(b"a") + build.control() + recut + b";trailing",
    ]
    assert {_digest(data) for data in same} == {plain}
    other = [
        build.head() + build.control(11) + build.picture() + b";",
        build.head() + build.control() + build.picture(1) + b";",
        build.head() + build.loops() + build.control() + build.picture() + b";",
        build.head() + build.control() + build.picture(local=True) + b";",
    ]
    assert len({plain, *(_digest(data) for data in other)}) == 5


# -- hostile files -------------------------------------------------------------------------------


@every_sample
def test_damaged_files_are_read_or_refused(name: str) -> None:
    """L7 on copies that were cut, flipped, overwritten or doubled."""
    check_total(CARRIER, name, SAMPLES[name], count=60)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from([b",", b"\x21\xff\x0bXMP DataXMP", b"\x21\xfe", b"\x21\x01", b"\0"]),
            st.sampled_from([b"", b"<x:", build.sub_blocks(build.WRAPPED), gif.XMP_TRAILER]),
            st.binary(max_size=30),
        ),
        max_size=5,
    )
)
def test_any_blocks_are_read_or_refused(parts: list[tuple[bytes, bytes, bytes]]) -> None:
    """Blocks with a known beginning and any rest raise nothing but `AilabelError`."""
    data = build.head(table=False) + b"".join(b"".join(part) for part in parts)
    check_total(CARRIER, "a.gif", data, count=4)


def test_memory_does_not_grow_with_the_file() -> None:
    """Pictures are walked in windows of 64 KiB."""
    longest = 0

    class _Long(View):
        __slots__ = ()

        def _get(self, offset: int, length: int) -> bytes:
            nonlocal longest
            longest = max(longest, length)
            return data[offset : offset + length]

    data = build.head() + build.picture()[:11] + build.sub_blocks(b"x" * 3_000_000) + b";"
    view = _Long(len(data), "a.gif", Limits())
    assert list(CARRIER.read(view)) == []
    assert longest <= 1 << 16


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
    """ExifTool shows the property in every file, and complains of nothing but a lost trailer."""
    for name, row in exiftool_rows(folder, len(SAMPLES)).items():
        broken = {"ExifTool:Error", "ExifTool:Warning"} & row.keys()
        assert not broken or name == "without-trailer.gif"


@pytest.mark.oracle
@every_sample
def test_gifsicle_walks_the_file(folder: Path, tmp_path: Path, name: str) -> None:
    """Gifsicle sees the same pictures before and after, and the extension in its place."""
    before = tmp_path / name
    before.write_bytes(SAMPLES[name])
    lines = []
    for path in (before, folder / name):
        command = ["gifsicle", "--info", "--extension-info", str(path)]
        done = subprocess.run(
            command, check=False, capture_output=True, text=True, errors="replace"
        )
        lines.append([line for line in done.stdout.splitlines() if "+ image" in line])
    assert lines[0] == lines[1] != []
    assert "XMP DataXMP" in done.stdout
