"""The grammar of EBML elements."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ailabel.codecs import ebml
from ailabel.errors import LimitExceededError, MalformedFileError
from ailabel.io.source import BytesView, Limits


@given(st.integers(2, 70_000))
def test_void_fills_any_length(length: int) -> None:
    """A Void of every total length from two bytes on is one element."""
    data = ebml.void(length)
    (found,) = ebml.children(BytesView(data), 0, length)
    assert (found.id, found.end) == (ebml.VOID, length)


@given(st.binary(max_size=300), st.integers(0, 8))
def test_elements_round_trip(data: bytes, width: int) -> None:
    """What is built is read; the size field is at least as wide as asked for."""
    view = BytesView(ebml.element(0x4487, data, width))
    (found,) = ebml.children(view, 0, view.size)
    assert (found.id, view.read(found.body, found.length or 0)) == (0x4487, data)
    assert found.body >= 2 + width


@given(st.integers(0, 1 << 64), st.integers(1, 8))
def test_numbers_round_trip(value: int, width: int) -> None:
    """Numbers take as many bytes as they need, or more when asked."""
    value %= 1 << 64
    view = BytesView(ebml.uint(0xEC, value, width))
    (found,) = ebml.children(view, 0, view.size)
    assert ebml.number(view.read(found.body, found.length or 0)) == value
    assert (found.length or 0) >= width


def test_a_header_that_is_cut_is_none() -> None:
    """Too few bytes are no element, and no error either."""
    for data in (b"", b"\x1a\x45\xdf", b"\x42\x86", b"\xec\x40"):
        assert ebml.header(BytesView(data), 0, len(data)) is None


@pytest.mark.parametrize("data", [b"\0\x80", b"\x08\x80", b"\xec\0" + bytes(9)])
def test_a_header_that_is_damaged_is_refused(data: bytes) -> None:
    """Ids have at most four bytes, sizes eight."""
    with pytest.raises(MalformedFileError):
        ebml.header(BytesView(data), 0, len(data))


def test_an_unknown_size_is_known_as_such() -> None:
    """All bits set mean that the size is unknown, in every width."""
    for width in range(1, 9):
        size = ((1 << 7 * width + 1) - 1).to_bytes(width, "big")
        found = ebml.header(BytesView(b"\xec" + size), 0, 1 + width)
        assert found is not None
        assert found.length is None
        assert found.end == found.body


def test_texts_end_at_nul() -> None:
    """Strings may be padded with NULs, and damaged ones are read as far as possible."""
    assert ebml.text(b"AIGC\0\0") == "AIGC"
    assert ebml.text(b"\xffx") == "\ufffdx"


def test_the_number_of_elements_is_bounded() -> None:
    """Small elements are counted against the size of the file."""
    data = b"\xec\x80" * 100
    with pytest.raises(LimitExceededError):
        list(ebml.children(BytesView(data, limits=Limits(items=20)), 0, 200))
    assert len(list(ebml.children(BytesView(data), 0, 200))) == 100
