"""Tests of `ailabel.codecs.riff`."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ailabel.codecs import riff
from ailabel.errors import LimitExceededError, MalformedFileError
from ailabel.io.source import BytesView, Limits


@given(st.lists(st.binary(max_size=9), max_size=5))
def test_round_trip(bodies: list[bytes]) -> None:
    """Chunks that were built are walked again, pad bytes included."""
    data = b"".join(riff.chunk(b"test", body) for body in bodies)
    view = BytesView(data)
    found = list(riff.chunks(view, 0, view.size))
    assert [view.read(item.body, item.length) for item in found] == bodies
    assert not found or found[-1].end == len(data)


def test_length_that_is_not_known() -> None:
    """A streamed length is taken from ``ds64``, or goes up to the end."""
    data = b"data\xff\xff\xff\xff" + b"12345678"
    assert [item.length for item in riff.chunks(BytesView(data), 0, 16)] == [8]
    long = {b"data": 6}
    assert next(riff.chunks(BytesView(data), 0, 16, long)).length == 6


def test_chunk_beyond_the_end() -> None:
    """A chunk that runs past the end is refused by name."""
    with pytest.raises(MalformedFileError, match="'data' runs past"):
        list(riff.chunks(BytesView(b"data\x09\0\0\0" + bytes(8)), 0, 16))


def test_crumbs_at_the_end() -> None:
    """Fewer bytes than a header are no chunk."""
    assert not list(riff.chunks(BytesView(b"crumb"), 0, 5))


def test_too_many_chunks() -> None:
    """The number of chunks is bounded."""
    data = riff.chunk(b"test", b"") * 11
    with pytest.raises(LimitExceededError):
        list(riff.chunks(BytesView(data, limits=Limits(items=10)), 0, len(data)))
