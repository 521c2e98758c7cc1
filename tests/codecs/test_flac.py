"""Tests of `ailabel.codecs.flac`."""

from __future__ import annotations

import pytest

from ailabel.codecs import flac
from ailabel.errors import LimitExceededError, MalformedFileError
from ailabel.io.source import BytesView, Limits, open_view
from builders import flac as build
from builders.mp3 import tag, text_frame
from corpus import CORPUS, needs_corpus


def test_blocks_in_order() -> None:
    """Every block is found, and the sound begins where the last one ends."""
    data = build.file(build.comments("A=b"), build.padding(7))
    found = list(flac.blocks(BytesView(data)))
    assert [block.type for block in found] == [
        flac.STREAMINFO,
        flac.VORBIS_COMMENT,
        flac.PADDING,
    ]
    assert [block.last for block in found] == [False, False, True]
    assert data[found[-1].end :] == build.sound()


def test_stream_behind_id3_tags() -> None:
    """Tags that do not belong there are skipped."""
    leading = tag(text_frame("TIT2", "x")) * 2
    assert flac.find_marker(BytesView(leading + build.file())) == len(leading)
    assert flac.find_marker(BytesView(leading)) is None


def test_streaminfo() -> None:
    """The packed numbers are unpacked."""
    view = BytesView(build.file())
    info = flac.streaminfo(view, next(flac.blocks(view)))
    assert (info.sample_rate, info.channels, info.bits) == (44100, 1, 16)
    assert info.samples == build.BLOCK * build.FRAMES
    assert (info.min_block, info.max_block) == (build.BLOCK, build.BLOCK)
    assert info.min_frame == info.max_frame == len(build.frame(0))


def test_a_built_block_is_read_again() -> None:
    """`block` writes what `blocks` reads."""
    data = b"fLaC" + flac.block(0, bytes(34), last=False) + flac.block(1, bytes(3), last=True)
    assert [(item.type, item.length) for item in flac.blocks(BytesView(data))] == [(0, 34), (1, 3)]


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"RIFF", "marker is missing"),
        (b"fLaC", "ends inside a FLAC block header"),
        (b"fLaC" + flac.block(1, b"", last=True), "must stand first and once"),
        (b"fLaC" + flac.block(0, bytes(34), last=False) * 2, "must stand first and once"),
        (
            b"fLaC" + flac.block(0, bytes(34), last=False) + flac.block(127, b"", last=True),
            "forbidden type",
        ),
        (b"fLaC\x80\0\0\x22" + bytes(33), "ends inside a FLAC metadata block"),
    ],
)
def test_broken_streams(data: bytes, sentence: str) -> None:
    """What breaks the format is named."""
    with pytest.raises(MalformedFileError, match=sentence):
        list(flac.blocks(BytesView(data)))


def test_streaminfo_of_another_length() -> None:
    """STREAMINFO has 34 bytes and no others."""
    view = BytesView(b"fLaC" + flac.block(0, bytes(33), last=True))
    with pytest.raises(MalformedFileError, match="wrong length"):
        flac.streaminfo(view, next(flac.blocks(view)))


def test_too_many_blocks() -> None:
    """The number of blocks is bounded."""
    data = build.file(*[build.padding(0)] * 20)
    with pytest.raises(LimitExceededError):
        list(flac.blocks(BytesView(data, limits=Limits(items=10))))


@needs_corpus
def test_a_real_file() -> None:
    """A file by ffmpeg has three blocks."""
    with open_view(CORPUS / "made" / "a.flac") as view:
        found = list(flac.blocks(view))
        assert [block.type for block in found] == [0, 4, 1]
        assert flac.streaminfo(view, found[0]).samples == 8820
