"""Frames of AAC: their headers, and the walk from one to the next."""

from __future__ import annotations

import pytest

from ailabel.codecs import adts
from ailabel.io.source import BytesView
from builders import aac as build


def test_the_walk() -> None:
    """Every frame is met once; windows and checksums do not disturb."""
    data = (
        b"before" + build.sound(3) + build.frame(bytes(8000)) * 20 + build.sound(2, protected=True)
    )
    found = list(adts.frames(BytesView(data), 6, len(data)))
    assert sum(frame.length for frame in found) == len(data) - 6
    assert [frame.header for frame in found] == [7] * 23 + [9] * 2
    assert {frame.config for frame in found} == {1 << 7 | 4 << 3 | 2}


@pytest.mark.parametrize("rest", [b"", b"\xff", build.frame()[:-1], b"junk that is no frame"])
def test_what_is_no_whole_frame_ends_the_walk(rest: bytes) -> None:
    """Bytes that are no frame, and frames that are cut short, are not yielded."""
    data = build.frame() + rest
    assert [frame.offset for frame in adts.frames(BytesView(data), 0, len(data))] == [0]


def test_sync() -> None:
    """The layer of AAC is 0; Layer III is something else."""
    assert adts.is_sync(b"\xff\xf1")
    assert adts.is_sync(b"\xff\xf8")
    for head in (b"", b"\xff", b"\xff\xfb", b"\xfe\xf1"):
        assert not adts.is_sync(head)
