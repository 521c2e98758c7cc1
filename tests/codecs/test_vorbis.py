"""Tests of `ailabel.codecs.vorbis`."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ailabel.codecs import vorbis
from ailabel.errors import LimitExceededError, MalformedFileError
from ailabel.io.source import Limits
from builders import flac as build


@given(st.binary(max_size=9), st.lists(st.binary(max_size=9), max_size=5), st.binary(max_size=3))
def test_round_trip(vendor: bytes, entries: list[bytes], rest: bytes) -> None:
    """What was built is parsed again, whatever the bytes."""
    comments = vorbis.Comments(vendor, tuple(entries), rest)
    assert vorbis.parse(vorbis.build(comments), Limits()) == comments


def test_a_header_made_by_hand() -> None:
    """Vendor and entries stand where the document puts them."""
    found = vorbis.parse(build.comments("TITLE=a=b", "x=")[1], Limits())
    assert found == vorbis.Comments(b"the builders", (b"TITLE=a=b", b"x="))


@given(st.binary(max_size=40))
def test_any_bytes(data: bytes) -> None:
    """Any bytes are parsed or refused, and what is parsed is built again byte for byte."""
    try:
        found = vorbis.parse(data, Limits())
    except MalformedFileError:
        return
    assert vorbis.build(found) == data


def test_count_beyond_the_end() -> None:
    """A count that cannot be true is refused before anything is made for it."""
    with pytest.raises(MalformedFileError, match="last entry"):
        vorbis.parse(bytes(4) + b"\xff\xff\xff\x7f", Limits())


def test_too_many_entries() -> None:
    """The number of entries is bounded."""
    data = vorbis.build(vorbis.Comments(b"", (b"",) * 11))
    with pytest.raises(LimitExceededError):
        vorbis.parse(data, Limits(items=10))


def test_keys_are_compared_in_upper_case() -> None:
    """Case does not matter in keys; the value is all that follows the first equals sign."""
    assert vorbis.split(b"aigc={=}") == ("AIGC", "{=}")
    assert vorbis.split(b"no equals sign") == ("NO EQUALS SIGN", "")
    assert vorbis.entry("AIGC", "中") == "AIGC=中".encode()
