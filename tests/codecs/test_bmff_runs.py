"""Tables of runs: what is packed is expanded again, and groups lose the samples that go."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ailabel.codecs import bmff, bmff_runs
from ailabel.errors import MalformedFileError
from ailabel.io.source import BytesView
from builders.boxes import full, u32

LISTS = st.lists(st.integers(-5, 5), min_size=1, max_size=30)


def opened(data: bytes) -> tuple[BytesView, bmff.Box]:
    """Return a view of one box, and the box."""
    view = BytesView(data)
    return view, next(bmff.boxes(view, 0, view.size))


@given(LISTS)
@settings(max_examples=50)
def test_packed_values_are_expanded_again(values: list[int]) -> None:
    """Runs are as few as can be, and mean the same."""
    data = bmff_runs.packed(values)
    view, item = opened(full(b"ctts", u32(len(data) // 8), data, version=1))
    assert bmff_runs.expanded(view, item, len(values), signed=True) == values
    changes = sum(a != b for a, b in pairwise(values))
    assert len(data) == 8 * (changes + 1)


def test_a_run_that_is_too_long_is_cut() -> None:
    """A count of billions costs no more than the samples that there are."""
    view, item = opened(full(b"stts", u32(1, (1 << 32) - 1, 7)))
    assert bmff_runs.expanded(view, item, 3) == [7, 7, 7]


@pytest.mark.parametrize("body", [u32(1, 2, 7), u32(2, 2, 7), u32(0)])
def test_tables_that_end_early_are_refused(body: bytes) -> None:
    """Each sample needs a value."""
    view, item = opened(full(b"stts", body))
    with pytest.raises(MalformedFileError, match="the stts box is too short"):
        bmff_runs.expanded(view, item, 3)


@pytest.mark.parametrize("version", [0, 1])
def test_groups_lose_the_samples_that_go(version: int) -> None:
    """Samples 2 to 4 leave their groups; all others stay in theirs."""
    head = b"roll" + (u32(9) if version else b"")
    body = bmff_runs.ungrouped(
        *opened(full(b"sbgp", head, u32(2, 3, 1, 4, 2), version=version)), [(2, 5)]
    )
    view, item = opened(full(b"sbgp", body[4:], version=version))
    at = 12 if version else 8
    assert body[4:at] == head
    words = bmff.read_body(view, item)[at + 4 :]
    assert words == u32(2, 1, 1, 0, 2, 0, 2, 2)
