"""Edits as data, and files seen through them."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ailabel.errors import PlanError
from ailabel.io.source import BytesView, Limits
from ailabel.io.splice import Edit, SplicedView, apply, edits_of, normalise
from strategies import edits_for

DATA = bytes(range(40))


def whole(view: SplicedView | BytesView) -> bytes:
    """Read a view from end to end."""
    return view.read(0, view.size)


@given(st.data())
@settings(max_examples=120)
def test_a_view_of_a_view_reads_like_edits_applied_twice(data: st.DataObject) -> None:
    """Two changes, the second planned on the first, read as both applied in turn."""
    first = data.draw(edits_for(len(DATA)))
    once = apply(DATA, first)
    second = data.draw(edits_for(len(once)))
    base = BytesView(DATA)
    view = SplicedView(SplicedView(base, first), second)
    assert whole(view) == apply(once, second)
    assert view.origin is base


@given(st.data())
@settings(max_examples=120)
def test_the_edits_of_a_view_lead_from_the_origin_to_the_view(data: st.DataObject) -> None:
    """What a stack of views changed can be said as edits of the original."""
    view = SplicedView(BytesView(DATA), data.draw(edits_for(len(DATA))))
    view = SplicedView(view, data.draw(edits_for(view.size)))
    edits = edits_of(view)
    assert apply(DATA, edits) == whole(view)
    assert list(edits) == sorted(edits, key=lambda edit: edit.offset)


@given(st.data())
@settings(max_examples=80)
def test_every_range_of_a_view_agrees_with_the_whole(data: st.DataObject) -> None:
    """Reads that begin and end anywhere return the same bytes."""
    view = SplicedView(BytesView(DATA), data.draw(edits_for(len(DATA))))
    expected = whole(view)
    begin = data.draw(st.integers(0, view.size))
    end = data.draw(st.integers(begin, view.size))
    assert view.read(begin, end - begin) == expected[begin:end]


@given(st.data())
@settings(max_examples=60)
def test_segments_tile_the_result(data: st.DataObject) -> None:
    """The pieces follow one another without a gap and add up to the size."""
    view = SplicedView(BytesView(DATA), data.draw(edits_for(len(DATA))))
    position = 0
    for segment in view.segments:
        assert segment.start == position
        assert segment.length > 0
        position += segment.length
    assert position == view.size


@pytest.mark.parametrize(
    "edits",
    [
        [Edit(0, 5, b""), Edit(4, 2, b"")],
        [Edit(3, 2, b"x"), Edit(0, 10, b"y")],
        [Edit(2, 4, b""), Edit(2, 4, b"")],
        [Edit(1, 4, b""), Edit(3, 0, b"inside")],
        [Edit(38, 3, b"")],
        [Edit(41, 0, b"x")],
        [Edit(-1, 0, b"x")],
        [Edit(5, -2, b"x")],
    ],
)
def test_overlaps_and_edits_outside_are_refused(edits: list[Edit]) -> None:
    """A change that does not fit together is never applied."""
    with pytest.raises(PlanError, match="overlaps or leaves the file"):
        normalise(edits, len(DATA))
    with pytest.raises(PlanError):
        apply(DATA, edits)
    with pytest.raises(PlanError):
        SplicedView(BytesView(DATA), edits)


def test_insertions_at_one_place_keep_their_order_before_a_replacement() -> None:
    """The order of insertions is the order in which they were given."""
    edits = [Edit(2, 1, b"C"), Edit(2, 0, b"a"), Edit(2, 0, b"b"), Edit(0, 0, b"")]
    assert apply(b"xyz!", edits) == b"xyabC!"
    assert normalise(edits, 4) == (Edit(2, 0, b"a"), Edit(2, 0, b"b"), Edit(2, 1, b"C"))


def test_no_edits_leave_the_file() -> None:
    """An empty change reads as the original and has no edits."""
    view = SplicedView(BytesView(DATA), [])
    assert whole(view) == DATA
    assert edits_of(view) == ()


def test_an_empty_file_can_be_filled_and_a_full_one_emptied() -> None:
    """The ends of the range of sizes work."""
    assert whole(SplicedView(BytesView(b""), [Edit(0, 0, b"new")])) == b"new"
    empty = SplicedView(BytesView(b"old"), [Edit(0, 3, b"")])
    assert (empty.size, whole(empty), edits_of(empty)) == (0, b"", (Edit(0, 3, b""),))


def test_name_and_limits_come_from_the_base() -> None:
    """A changed file is called as the original and read within the same limits."""
    limits = Limits(depth=3)
    view = SplicedView(BytesView(DATA, "a.md", limits), [Edit(0, 0, b"x")])
    assert (view.name, view.limits) == ("a.md", limits)
