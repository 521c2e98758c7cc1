"""Pictures that look alike are found, near ones first, and where chance hardly explains them."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ailabel.errors import LedgerError
from ailabel.ledger import lookup, similar
from books import record, records

if TYPE_CHECKING:
    from ailabel.ledger import Ledger

HASHES = st.binary(min_size=16, max_size=16)


def flipped(picture: str, count: int, seed: int = 1) -> str:
    """Return a hash that differs in so many bits."""
    value = int(picture, 16)
    for place in random.Random(seed).sample(range(128), count):
        value ^= 1 << place
    return f"{value:032x}"


@settings(max_examples=100, deadline=None)
@given(HASHES, st.sets(st.integers(0, 127), max_size=similar.FARTHEST))
def test_bands_find_every_near_hash(picture: bytes, places: set[int]) -> None:
    """Whatever bits differ, up to the greatest distance, some band differs in two at most."""
    value = int.from_bytes(picture, "big")
    for place in places:
        value ^= 1 << place
    other = value.to_bytes(16, "big")
    assert similar.distance(picture, other) == len(places)
    radius = len(places) // similar.BANDS
    found = {
        wanted
        for step in range(radius + 1)
        for band in similar.bands_of(picture)
        for wanted in similar.near(band, step)
    }
    assert found & set(similar.bands_of(other))


def test_bands_keep_their_places() -> None:
    """The same bits elsewhere are another band."""
    assert len(set(similar.bands_of(bytes(16)))) == similar.BANDS
    assert [len(list(similar.near(5, radius))) for radius in (0, 1, 2)] == [1, 16, 120]


def test_chances_grow_with_distance_and_with_pictures() -> None:
    """They are chances, and at most a hundredth where something is told."""
    chances = [similar.chance(item, 1000) for item in range(0, 129, 2)]
    assert chances == sorted(chances)
    assert chances[-1] == pytest.approx(1.0)
    assert similar.chance(10, 1000) < similar.chance(10, 1_000_000)
    limits = [similar.farthest(10**power) for power in range(10)]
    assert limits == sorted(limits, reverse=True)
    assert (limits[0], limits[6]) == (similar.FARTHEST, 12)
    assert similar.chance(limits[6], 10**6) <= similar.SUREST < similar.chance(limits[6] + 1, 10**6)
    assert similar.farthest(1 << 200) == -1


def test_the_nearest_come_first(ledger: Ledger) -> None:
    """With how far they are, and what chance would do; those further off than they are not told."""
    ledger.append(records(range(50)))
    wanted = record(7).picture
    near = replace(record(100), picture=flipped(wanted, 5))
    ledger.record(near)
    found = ledger.find_like(flipped(wanted, 2, seed=9))
    assert [item.distance for item in found] == sorted(item.distance for item in found)
    assert found[0].entry.record == record(7)
    assert (found[0].distance, found[1].entry.record) == (2, near)
    assert 0 < found[0].chance < found[1].chance < similar.SUREST


@pytest.mark.parametrize("distance", [0, 1, 7, 8, 15, 16, 23])
def test_every_distance_up_to_the_limit_is_found(ledger: Ledger, distance: int) -> None:
    """By equal bands, by bands one bit off, by bands two bits off."""
    ledger.append(records(range(10)))
    (found,) = ledger.find_like(flipped(record(3).picture, distance))
    assert (found.entry.record, found.distance) == (record(3), distance)


def test_what_is_too_far_is_not_found(ledger: Ledger) -> None:
    """Nor is anything in an empty ledger."""
    assert ledger.find_like(record(1).picture) == []
    ledger.append(records(range(10)))
    assert ledger.find_like(flipped(record(3).picture, 24)) == []
    assert ledger.find_like(flipped(record(3).picture, 64)) == []


def test_what_could_not_be_compared_is_not_called_absent(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where more pictures share a band than are compared, and none of those is near."""
    monkeypatch.setattr(lookup, "_MOST_CANDIDATES", 3)
    wanted = record(0).picture
    band = wanted[:4]  # one of eight; the other bits differ
    others = [
        replace(record(index), picture=band + record(index).picture[4:]) for index in range(5)
    ]
    ledger.append(others[1:])
    with pytest.raises(LedgerError, match="more than 3 pictures"):
        ledger.find_like(wanted)
    ledger.append([replace(record(9), picture=flipped(wanted, 1))])
    monkeypatch.setattr(lookup, "_MOST_CANDIDATES", 100)
    assert [item.entry.record.number for item in ledger.find_like(wanted)] == ["number-9"]


def test_few_of_many_copies_are_told(ledger: Ledger) -> None:
    """A picture that is recorded a hundred times does not fill the screen."""
    same = record(0).picture
    ledger.append([replace(record(index), picture=same) for index in range(100)])
    found = ledger.find_like(same)
    assert [item.entry.row for item in found] == list(range(1, 21))
