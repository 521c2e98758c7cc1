"""The pages and packets of Ogg, and packets changed on them."""

from __future__ import annotations

from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ailabel.codecs import ogg, ogg_comments, ogg_edit, vorbis
from ailabel.errors import LimitExceededError, MalformedFileError, PlanError
from ailabel.io.source import BytesView, Limits
from ailabel.io.splice import apply
from builders import ogg as build
from builders.views import SparseView

PACKETS: Final = [b"\x01vorbis head", b"the second", b"\x05vorbis" + b"s" * 600, *build.sound()]


def whole(packets: list[bytes], groups: tuple[int, ...], segments: int = 255) -> bytes:
    """Return a file with one stream."""
    return b"".join(build.stream(packets, groups, segments=segments))


def packets_of(data: bytes) -> list[bytes]:
    """Return all packets, and check how the pages of the one stream hang together."""
    found, current, going_on = [], b"", False
    for index, page in enumerate(ogg.pages(BytesView(data))):
        assert page.sequence == index
        assert bool(page.flags & ogg.FIRST) is (index == 0)
        assert bool(page.flags & ogg.CONTINUED) is going_on
        assert page.lacing
        stored = bytearray(data[page.offset : page.end])
        stored[22:26] = bytes(4)
        assert build.crc(bytes(stored)) == page.checksum
        assert (page.granule == -1) is all(length == 255 for length in page.lacing)
        position = page.body
        for length in page.lacing:
            current += data[position : position + length]
            position += length
            going_on = length == 255
            if not going_on:
                found.append(current)
                current = b""
    assert not going_on
    return found


@settings(max_examples=50, deadline=None)
@given(st.binary(max_size=300))
def test_checksum(data: bytes) -> None:
    """The checksum by zlib's detour is the one that is defined bit by bit."""
    assert ogg.checksum(data) == build.crc(data)


@settings(max_examples=80, deadline=None)
@given(
    old=st.integers(0, 3000),
    new=st.integers(0, 3000),
    groups=st.sampled_from([(1, 2, 6), (1, 1, 1, 6), (1, 8), (2, 1, 6), (9,)]),
    segments=st.sampled_from([1, 2, 3, 7, 255]),
    compact=st.booleans(),
)
def test_a_packet_is_replaced(
    old: int, new: int, groups: tuple[int, ...], segments: int, *, compact: bool
) -> None:
    """Whatever the paging was, all other packets and the rules of pages are kept."""
    packets = [PACKETS[0], b"o" * old, *PACKETS[2:]]
    data = whole(packets, groups, segments)
    view = BytesView(data)
    (stream,) = ogg.streams(view)
    place = ogg.packet(stream, 1)
    assert ogg.read_packet(view, stream, place) == packets[1]
    edits = ogg_edit.repage(view, stream, place, b"n" * new, compact=compact)
    done = apply(data, edits)
    assert packets_of(done) == [packets[0], b"n" * new, *packets[2:]]
    assert len(done) - len(data) == ogg_edit.growth(edits)


def test_the_number_of_pages_is_kept() -> None:
    """Where the packet fits its pages, no other page changes."""
    data = whole(PACKETS, (1, 2, 6))
    view = BytesView(data)
    (stream,) = ogg.streams(view)
    edits = ogg_edit.repage(view, stream, ogg.packet(stream, 1), b"n" * 60_000)
    assert [(edit.offset, edit.length) for edit in edits] == [
        (stream.pages[1].offset, stream.pages[1].end - stream.pages[1].offset)
    ]


def test_one_page_more_moves_the_numbers_of_the_stream_alone() -> None:
    """Later pages get eight new bytes each; other streams and later links none; no body is read."""
    first = build.stream(PACKETS, (1, 2, 3, 3), serial=1)
    other = build.stream(PACKETS, (1, 2, 6), serial=2)
    again = build.stream(PACKETS, (1, 2, 6), serial=1)
    data = b"".join([first[0], *other[:1], *first[1:3], *other[1:], *first[3:], *again])
    view = SparseView(data, 0)
    stream = ogg.streams(view)[0]
    edits = ogg_edit.repage(view, stream, ogg.packet(stream, 1), b"n" * 70_000)
    assert [edit.length for edit in edits[1:]] == [8, 8]
    done = apply(data, edits)
    pages = [page for page in ogg.pages(BytesView(done)) if page.serial == 1]
    assert [page.sequence for page in pages] == [0, 1, 2, 3, 4, 0, 1, 2]
    for page in pages:
        stored = bytearray(done[page.offset : page.end])
        stored[22:26] = bytes(4)
        assert build.crc(bytes(stored)) == page.checksum


def test_damaged_pages_are_not_made_to_look_sound() -> None:
    """A rebuilt page must have been whole; a renumbered one stays as damaged as it was."""
    data = whole([PACKETS[0], b"o" * 64_000, *PACKETS[2:]], (1, 2, 6))
    (stream,) = ogg.streams(BytesView(data))
    place = ogg.packet(stream, 1)
    broken = bytearray(data)
    broken[stream.pages[1].body + 5] ^= 1
    with pytest.raises(MalformedFileError, match="checksum"):
        ogg_edit.repage(BytesView(bytes(broken)), stream, place, b"n")
    broken = bytearray(data)
    broken[-1] ^= 1
    edits = ogg_edit.repage(BytesView(bytes(broken)), stream, place, b"n" * 70_000)
    last = list(ogg.pages(BytesView(apply(bytes(broken), edits))))[-1]
    sound = apply(data, edits)
    assert last.checksum == list(ogg.pages(BytesView(sound)))[-1].checksum


def test_streams_and_links() -> None:
    """Streams that begin together are one link; a used serial number begins a new stream."""
    pair = [build.stream(PACKETS, (1, 8), serial=serial) for serial in (1, 2)]
    link = b"".join([pair[0][0], pair[1][0], pair[0][1], pair[1][1]])
    orphan = build.page(b"\1", b"x", 5, serial=77)
    found = ogg.streams(BytesView(link + orphan + link))
    assert [(stream.number, stream.link) for stream in found] == [(0, 0), (1, 0), (2, 1), (3, 1)]
    assert all(stream.kind is ogg.VORBIS and stream.complete for stream in found)


def test_what_is_no_ogg() -> None:
    """Without a first page there are no streams; headers that are cut off are said to be."""
    with pytest.raises(MalformedFileError, match="first page"):
        ogg.streams(BytesView(b"OggS" + bytes(40)))
    data = whole(PACKETS, (1, 2, 6))
    (stream,) = ogg.streams(BytesView(data[:200]))
    assert not stream.complete
    with pytest.raises(MalformedFileError, match="Ogg header packet"):
        ogg.packet(stream, 1)


def test_limits() -> None:
    """Streams, pages to renumber and packets to read are counted."""
    data = whole(PACKETS, (1, 2, 1, 1, 1, 3))
    with pytest.raises(LimitExceededError, match="streams"):
        ogg.streams(BytesView(data * 3, limits=Limits(items=2)))
    first = build.stream(PACKETS, (1, 2, 1, 1, 1, 3))[0]
    empty = b"".join(build.page(b"", b"", number) for number in range(1, 4))
    with pytest.raises(LimitExceededError, match="header packet"):
        ogg.streams(BytesView(first + empty, limits=Limits(items=2)))
    view = BytesView(data, limits=Limits(items=2, metadata_bytes=9))
    (stream,) = ogg.streams(view)
    with pytest.raises(LimitExceededError, match="behind the headers"):
        ogg_edit.repage(view, stream, ogg.packet(stream, 1), b"n" * 70_000)
    with pytest.raises(LimitExceededError, match="packet"):
        ogg.read_packet(view, stream, ogg.packet(stream, 1))


@pytest.mark.parametrize(
    ("kind", "rest", "may_pad"),
    [
        (ogg.VORBIS, b"\1", True),
        (ogg.VORBIS, b"\0", False),
        (ogg.VORBIS, b"", False),
        (ogg.OPUS, b"", True),
        (ogg.OPUS, b"\2x", True),
        (ogg.OPUS, b"\1x", False),
        (ogg.FLAC, b"", False),
    ],
)
def test_padding(kind: ogg.Kind, rest: bytes, *, may_pad: bool) -> None:
    """Zeros follow the comments only where the codec lets them."""
    head = b"\x84\0\0\0" if kind is ogg.FLAC else kind.prefix
    data = head + build.comments("TITLE=x") + rest
    packet = ogg_comments.parse(kind, data, Limits())
    assert packet.may_pad is may_pad
    assert packet.zeros == len(rest) - len(rest.rstrip(b"\0"))
    assert ogg_comments.build(packet)[4:] == data[4:]


def test_comment_packets_of_other_codecs() -> None:
    """A packet without its codec's head is none; a FLAC block has a length of 24 bits."""
    for kind, data in (
        (ogg.VORBIS, b"\x03Vorbis" + bytes(8)),
        (ogg.FLAC, b"\x01"),
        (ogg.FLAC, b""),
    ):
        with pytest.raises(MalformedFileError, match="no comment packet"):
            ogg_comments.parse(kind, data, Limits())
    long = vorbis.Comments(b"x" * (1 << 24), ())
    with pytest.raises(PlanError, match="too large"):
        ogg_comments.build(ogg_comments.CommentPacket(ogg.FLAC, b"\x84\0\0\0", long))
