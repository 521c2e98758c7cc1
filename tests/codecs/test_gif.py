"""The grammar of GIF."""

from __future__ import annotations

import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ailabel.codecs import gif
from ailabel.io.source import BytesView, Limits
from builders import gif as build


def test_the_magic_trailer_ends_every_chain() -> None:
    """From wherever a packet's last sub-block leads into the trailer, its end is reached."""
    assert len(gif.XMP_TRAILER) == 258
    for at in range(256):
        while gif.XMP_TRAILER[at]:
            at += 1 + gif.XMP_TRAILER[at]  # noqa: PLW2901 - it is a walk
        assert at == 257


@settings(max_examples=50)
@given(st.text(min_size=1, max_size=700).filter(lambda text: "\0" not in text))
def test_any_packet_is_one_block(text: str) -> None:
    """A packet of any bytes but NUL is passed over by readers that know nothing of XMP."""
    data = build.head() + build.xmp(text.encode()) + build.picture() + b";"
    kinds = [block.kind for block in gif.blocks(BytesView(data))]
    assert kinds == [gif.Kind.APPLICATION, gif.Kind.IMAGE, gif.Kind.TRAILER]


@given(st.binary(max_size=1000))
def test_sub_blocks_come_back(data: bytes) -> None:
    """What is packed is joined again, in pieces as well as whole."""
    packed = gif.pack(data)
    view = BytesView(build.head() + b"\x21\xfe" + packed)
    (block,) = gif.blocks(view)
    assert gif.body(view, block) == data
    assert b"".join(gif.joined(view, block.data, block.end)) == data


def test_windows_join_seamlessly() -> None:
    """Sub-blocks that are longer than what is left of a window are put together."""
    data = bytes(range(256)) * 1000
    view = BytesView(b"\0" * 7 + gif.pack(data))
    assert b"".join(gif.joined(view, 7, view.size)) == data


def test_tiny_sub_blocks_take_no_memory_each() -> None:
    """A block of nothing but the shortest sub-blocks is joined in the memory of its data."""
    view = BytesView(build.head() + b"\x21\xfe" + b"\x01a" * 100_000 + b"\0")
    (block,) = gif.blocks(view)
    tracemalloc.start()
    data = gif.body(view, block)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert data == b"a" * 100_000
    assert peak < 10 * len(data)


@pytest.mark.parametrize(
    ("flags", "length"), [(0x00, 0), (0x07, 0), (0x80, 6), (0x83, 48), (0x87, 768)]
)
def test_colour_tables_have_their_length(flags: int, length: int) -> None:
    """A flag says whether there is a table, three bits how long it is."""
    head = b"GIF89a" + bytes(4) + bytes([flags, 0, 0])
    assert gif.head_end(BytesView(head, limits=Limits())) == 13 + length
