"""Tests of `ailabel.codecs.mpeg`."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ailabel.codecs import mpeg
from ailabel.io.source import BytesView, open_view
from builders import mp3 as build
from corpus import CORPUS, needs_corpus


@pytest.mark.parametrize(
    ("header", "version", "layer", "rate", "length", "samples"),
    [
        ("fffb9064", "1", 3, 44100, 417, 1152),
        ("fffb9264", "1", 3, 44100, 418, 1152),
        ("fffbe0c4", "1", 3, 44100, 1044, 1152),
        ("fff38064", "2", 3, 22050, 208, 576),
        ("ffe38864", "2.5", 3, 8000, 576, 576),
        ("fffd9064", "1", 2, 44100, 522, 1152),
        ("ffff1064", "1", 1, 44100, 32, 384),
        ("ffff1264", "1", 1, 44100, 36, 384),
    ],
)
def test_headers_of_every_kind(  # noqa: PLR0917 - one row of the table
    header: str, version: str, layer: int, rate: int, length: int, samples: int
) -> None:
    """A header says what the tables of the standard say."""
    found = mpeg.parse_header(bytes.fromhex(header))
    assert found is not None
    assert (found.version.value, found.layer, found.sample_rate) == (version, layer, rate)
    assert (found.length, found.samples) == (length, samples)


@pytest.mark.parametrize(
    "header",
    ["fff15080", "fff95080", "fffb0064", "fffbf064", "fffb9c64", "ffeb9064", "49443304", "fffb90"],
)
def test_what_is_no_header(header: str) -> None:
    """ADTS, free format, reserved values and other bytes are no header."""
    assert mpeg.parse_header(bytes.fromhex(header)) is None


@given(st.binary(min_size=4, max_size=4))
def test_any_four_bytes(data: bytes) -> None:
    """A frame is always longer than its header, so a walk advances."""
    found = mpeg.parse_header(data)
    assert found is None or found.length > mpeg.HEADER


def _walk(data: bytes) -> list[int]:
    return [frame.offset for frame in mpeg.frames(BytesView(data), 0, len(data))]


def test_frames_follow_each_other() -> None:
    """The walk finds every whole frame, over the borders of its blocks too."""
    assert _walk(build.sound(400)) == [index * build.LENGTH for index in range(400)]


def test_a_cut_frame_is_left_out() -> None:
    """A frame that the end cuts is none."""
    assert _walk(build.sound(3)[:-1]) == [0, build.LENGTH]


def test_the_walk_finds_its_way_again() -> None:
    """What stands between frames is skipped, also when it looks like a sync."""
    junk = b"junk\xff\xfb\x90\xff\xf3\x80\xff"
    data = build.sound(2) + junk + build.sound(2)
    start = 2 * build.LENGTH + len(junk)
    assert _walk(data) == [0, build.LENGTH, start, start + build.LENGTH]


def test_the_walk_ends_at_what_is_no_frame() -> None:
    """Where no other frame follows, the walk is over."""
    assert _walk(build.sound(2) + b"no frame") == [0, build.LENGTH]


def test_a_search_crosses_blocks() -> None:
    """The first frame is found behind more than one block of something else."""
    junk = b"\xff\x00" * 50_000
    data = junk + build.sound(2)
    found = mpeg.find_frame(BytesView(data), 0, len(data))
    assert found is not None
    assert found.offset == len(junk)
    assert mpeg.find_frame(BytesView(junk), 0, len(junk)) is None


@pytest.mark.parametrize(
    "frame", [build.info_frame(), build.info_frame(b"Xing"), build.vbri_frame()]
)
def test_tables_of_contents(frame: bytes) -> None:
    """Xing, Info and VBRI frames are told from sound."""
    view = BytesView(frame + build.sound(1))
    first, second = mpeg.frames(view, 0, view.size)
    assert mpeg.is_info_frame(view, first)
    assert not mpeg.is_info_frame(view, second)


def test_table_of_contents_behind_a_checksum() -> None:
    """Writers that count the CRC put the mark two bytes later."""
    header = mpeg.parse_header(b"\xff\xfa\x90\xc4")
    assert header is not None
    assert header.protected
    assert header.channels == 1
    assert mpeg.info_position(b"\xff\xfa\x90\xc4" + bytes(19) + b"Info" + bytes(20), header) == 23


def test_only_layer_three_has_a_table_of_contents() -> None:
    """Layer II has no side information behind which one could stand."""
    header = mpeg.parse_header(b"\xff\xfd\x90\x64")
    assert header is not None
    assert mpeg.info_position(build.info_frame(), header) is None


@needs_corpus
def test_a_real_file() -> None:
    """A file by LAME is walked to its last byte."""
    with open_view(CORPUS / "made" / "a.mp3") as view:
        found = list(mpeg.frames(view, 223, view.size))
        assert found[-1].offset + found[-1].length == view.size
        assert [mpeg.is_info_frame(view, frame) for frame in found][:2] == [True, False]
