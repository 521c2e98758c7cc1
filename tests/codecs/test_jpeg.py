"""The JPEG marker grammar."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ailabel.codecs import jpeg
from ailabel.errors import AilabelError, LimitExceededError, MalformedFileError, PlanError
from ailabel.io.source import BytesView, Limits
from builders import jpeg as build


def _names(data: bytes) -> list[str]:
    return [jpeg.name(found.marker) for found in jpeg.segments(BytesView(data))]


def test_segments_walk_the_header_up_to_the_first_scan() -> None:
    """Every header segment comes once, in file order, and SOS is the last."""
    data = build.file(build.app0(), build.segment(0xFE, b"hello"))
    found = list(jpeg.segments(BytesView(data)))
    assert [jpeg.name(item.marker) for item in found[:3]] == ["APP0", "COM", "DQT"]
    assert found[-1].marker == jpeg.SOS
    assert data[found[1].body : found[1].end] == b"hello"
    assert found[1].body_length == 5
    assert all(data[item.offset] == 0xFF for item in found)


def test_fill_bytes_before_a_marker_belong_to_no_segment() -> None:
    """Runs of 0xFF, also longer than one read, are passed over."""
    data = build.file(b"\xff" * 9000, build.app0(), b"\xff", build.segment(0xFE, b"x"))
    found = list(jpeg.segments(BytesView(data)))
    assert found[0].offset == 2 + 9000
    assert found[1].offset == found[0].end + 1


def test_markers_without_a_length_are_two_bytes_long() -> None:
    """A stray TEM or restart marker in the header is tolerated."""
    data = build.file(b"\xff\x01", b"\xff\xd0", build.app0())
    first, second, *_ = jpeg.segments(BytesView(data))
    assert (first.length, first.body_length, second.offset) == (2, 0, 4)
    assert _names(data)[:3] == ["FF01", "FFD0", "APP0"]


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"", "start marker"),
        (b"\x89PNG", "start marker"),
        (b"\xff\xd8\xff", "ends inside"),
        (b"\xff\xd8\xff\xff\xff", "ends inside"),
        (b"\xff\xd8\xff\xe1\x00\x01", "APP1 has a wrong length"),
        (b"\xff\xd8\xff\xc0\x00\x10", "SOF0 has a wrong length"),
        (b"\xff\xd8\xff\xdd\x00", "DRI has a wrong length"),
        (b"\xff\xd8\xff\xfe\x00\x02\x41\x42", "no JPEG marker"),
        (b"\xff\xd8\xff\x00\x00\x02", "no JPEG marker"),
        (b"\xff\xd8\xff\xd9", "before its first scan"),
    ],
)
def test_broken_headers_are_named(data: bytes, text: str) -> None:
    """A header that breaks the grammar is refused with the structure's name."""
    with pytest.raises(MalformedFileError, match=text):
        list(jpeg.segments(BytesView(data)))


def test_the_number_of_segments_is_bounded() -> None:
    """Neither a header nor the segments between scans may go on for ever."""
    crowded = build.file(*[build.segment(0xFE, b"")] * 50)
    with pytest.raises(LimitExceededError):
        list(jpeg.segments(BytesView(crowded, limits=Limits(items=20))))
    view = BytesView(build.file(coded=build.picture(kind="progressive")), limits=Limits(items=12))
    header = list(jpeg.segments(view))
    with pytest.raises(LimitExceededError):
        list(jpeg.scans(view, header[-1]))


def test_scans_yield_coded_data_and_what_stands_between() -> None:
    """A progressive picture has tables and headers between its scans, and EOI at the end."""
    data = build.file(coded=build.picture(kind="progressive"), trailer=b"\xff\xd8 more")
    view = BytesView(data)
    *_, first = jpeg.segments(view)
    found = list(jpeg.scans(view, first))
    names = [jpeg.name(item.marker) for item in found if item.marker != jpeg.CODED]
    assert names.count("SOS") > 3
    assert set(names) == {"SOS", "DHT", "EOI"}
    assert found[0].marker == jpeg.CODED
    assert found[-1].end == len(data) - len(b"\xff\xd8 more")
    assert all(a.end == b.offset for a, b in itertools.pairwise(found))


def test_restart_markers_and_stuffed_bytes_do_not_end_a_scan() -> None:
    """A scan with restart intervals is one piece of coded data."""
    data = build.file(coded=build.picture(restart=1))
    assert b"\xff\xd0" in data
    view = BytesView(data)
    *_, first = jpeg.segments(view)
    assert [jpeg.name(item.marker) for item in jpeg.scans(view, first)] == ["FF00", "EOI"]


@pytest.mark.parametrize("length", [(1 << 18) - 1, 1 << 18, (1 << 18) + 1, 3])
def test_the_end_is_found_across_the_blocks_of_the_search(length: int) -> None:
    """An EOI that straddles two reads is not missed."""
    header = build.file(coded=build.segment(0xDA, b"\0"))
    data = header + (b"\xff\x00a" * length)[:length].rstrip(b"\xff").ljust(length, b"a")
    assert jpeg.image_end(BytesView(data + b"\xff\xd9tail")) == len(data) + 2


def test_a_file_without_eoi_ends_where_it_ends() -> None:
    """A picture that was cut short still has an end."""
    data = build.file()[:-2]
    assert jpeg.image_end(BytesView(data)) == len(data)
    assert jpeg.image_end(BytesView(data + b"\xff")) == len(data) + 1


def test_the_frame_header_says_size_and_sampling() -> None:
    """Size, precision and sampling factors are read from the first SOF."""
    frame = jpeg.find_frame(BytesView(build.file()))
    assert (frame.width, frame.height, frame.precision, frame.is_baseline) == (24, 24, 8, True)
    assert [(part.horizontal, part.vertical) for part in frame.components] == [
        (2, 2),
        (1, 1),
        (1, 1),
    ]
    progressive = jpeg.find_frame(BytesView(build.file(coded=build.picture(kind="progressive"))))
    assert progressive.is_progressive
    assert not progressive.is_baseline


@pytest.mark.parametrize(
    ("marker", "progressive", "lossless", "differential", "arithmetic"),
    [
        (0xC0, False, False, False, False),
        (0xC2, True, False, False, False),
        (0xC3, False, True, False, False),
        (0xC6, True, False, True, False),
        (0xC9, False, False, False, True),
        (0xCA, True, False, False, True),
        (0xCF, False, True, True, True),
    ],
)
def test_the_marker_says_how_a_frame_is_coded(
    marker: int,
    progressive: bool,  # noqa: FBT001
    lossless: bool,  # noqa: FBT001
    differential: bool,  # noqa: FBT001
    arithmetic: bool,  # noqa: FBT001
) -> None:
    """The sixteen SOF codes are two bits of process, one of hierarchy and one of coder."""
    body = b"\x08\0\x10\0\x20\x01\x01\x11\0"
    frame = jpeg.find_frame(BytesView(b"\xff\xd8" + build.segment(marker, body)))
    assert frame.is_progressive is progressive
    assert frame.is_lossless is lossless
    assert frame.is_differential is differential
    assert frame.is_arithmetic is arithmetic


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (b"\x08\0\x10", "wrong length"),
        (b"\x08\0\x10\0\x10\x02\x01\x11\0", "wrong length"),
        (b"\x08\0\x10\0\x10\x01\x01\x01\0", "sampling factor"),
        (b"\x08\0\x10\0\x10\x01\x01\x15\0", "sampling factor"),
    ],
)
def test_broken_frame_headers_are_refused(body: bytes, text: str) -> None:
    """A frame header must have the length of its components and factors from 1 to 4."""
    with pytest.raises(MalformedFileError, match=text):
        jpeg.find_frame(BytesView(b"\xff\xd8" + build.segment(0xC0, body)))


def test_a_header_without_a_frame_is_refused() -> None:
    """A scan without a frame header is no picture."""
    with pytest.raises(MalformedFileError, match="no frame header"):
        jpeg.find_frame(BytesView(build.file(coded=build.segment(0xDA, b"\0"))))


def test_segment_frames_a_body_up_to_its_longest() -> None:
    """A body of 65,533 bytes fits, one byte more is refused."""
    assert jpeg.segment(0xE1, b"ab") == b"\xff\xe1\x00\x04ab"
    assert len(jpeg.segment(0xE1, bytes(jpeg.MAX_BODY))) == 2 + 0xFFFF
    with pytest.raises(PlanError, match="65534"):
        jpeg.segment(0xE1, bytes(jpeg.MAX_BODY + 1))


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=200), st.integers(0, 600))
def test_any_bytes_are_walked_or_refused(noise: bytes, at: int) -> None:
    """Whatever is spliced into a file, the walk ends, with an answer or an `AilabelError`."""
    data = build.file(build.app0(), coded=build.picture(kind="progressive"))
    try:
        end = jpeg.image_end(BytesView(data[:at] + noise + data[at + len(noise) :]))
    except AilabelError:
        return
    assert 0 < end <= max(len(data), at + len(noise))
