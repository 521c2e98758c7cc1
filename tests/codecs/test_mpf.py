"""The multi-picture index."""

from __future__ import annotations

import pytest

from ailabel.codecs import mpf
from ailabel.errors import AilabelError, LimitExceededError, MalformedFileError, PlanError
from ailabel.io.source import Limits
from builders import jpeg as build


def _index(*, primary: int = 1000, distance: int = 900) -> bytes:
    return build.index(b"second", b"third", primary=primary, distance=distance)[4:]


def test_growth_and_distance_are_added_to_every_entry() -> None:
    """The first picture gets longer, the others stand farther away."""
    moved = mpf.moved(_index(), growth=30, distance=20, limits=Limits())
    assert moved == _index(primary=1030, distance=920)
    back = mpf.moved(moved, growth=-30, distance=-20, limits=Limits())
    assert back == _index()


def test_a_little_endian_index_is_read() -> None:
    """The byte order of the index is its own."""
    entries = b"\x03\0\0\x20" + (100).to_bytes(4, "little") + bytes(8)
    field = b"\x02\xb0\x07\0" + len(entries).to_bytes(4, "little") + (26).to_bytes(4, "little")
    body = b"MPF\0II*\0\x08\0\0\0\x01\0" + field + bytes(4) + entries
    moved = mpf.moved(body, growth=5, distance=0, limits=Limits())
    assert int.from_bytes(moved[34:38], "little") == 105


def test_an_absent_picture_stays_absent() -> None:
    """An offset of zero is no place and does not move."""
    body = build.index(b"second", primary=10, distance=0)[4:]
    moved = mpf.moved(body, growth=0, distance=7, limits=Limits())
    assert moved == body


def test_the_index_of_a_further_picture_has_no_entries() -> None:
    """Attributes alone name no places, so nothing moves."""
    body = b"MPF\0MM\0*\0\0\0\x08\0\x01\xb1\x01\0\x04\0\0\0\x01\0\0\0\x02" + bytes(4)
    assert mpf.moved(body, growth=9, distance=9, limits=Limits()) == body


def test_what_no_longer_fits_is_refused() -> None:
    """A length below zero or above 32 bits is a change that cannot be made."""
    with pytest.raises(PlanError):
        mpf.moved(_index(), growth=-1001, distance=0, limits=Limits())
    with pytest.raises(PlanError):
        mpf.moved(_index(), growth=0, distance=1 << 32, limits=Limits())


def test_the_number_of_pictures_is_bounded() -> None:
    """An index of more pictures than the limit is not walked."""
    with pytest.raises(LimitExceededError):
        mpf.moved(_index(), growth=1, distance=1, limits=Limits(items=2))


@pytest.mark.parametrize("body", [b"MPF\0", b"MPF\0XX*\0", b"MPF\0MM\0*\xff\xff\xff\xff"])
def test_a_broken_index_is_refused(body: bytes) -> None:
    """An index that cannot be followed is malformed, and never guessed at."""
    with pytest.raises(MalformedFileError, match="multi-picture index"):
        mpf.moved(body, growth=1, distance=1, limits=Limits())


def test_every_cut_of_an_index_is_refused_or_read() -> None:
    """No length of what is left makes anything but an `AilabelError` escape."""
    body = _index()
    for end in range(len(body)):
        with pytest.raises(AilabelError):
            mpf.moved(body[:end], growth=1, distance=1, limits=Limits())
