"""Tests of `ailabel.codecs.ape`."""

from __future__ import annotations

import pytest

from ailabel.codecs import ape
from ailabel.errors import LimitExceededError
from ailabel.io.source import BytesView, Limits
from ailabel.io.splice import apply
from builders import mp3 as build

ONE = build.ape_item("Title", "a title")
TWO = build.ape_item("Year", "2026")


def _tag(view: BytesView) -> ape.Tag:
    found = ape.tag_before(view, 0, view.size)
    assert found is not None
    return found


@pytest.mark.parametrize("header", [True, False])
def test_items(header: bool) -> None:  # noqa: FBT001 - both forms of the tag
    """Items are walked, with or without a header before them."""
    view = BytesView(b"sound" + build.ape_tag(ONE, TWO, header=header))
    tag = _tag(view)
    assert tag.offset == 5
    assert [item.key for item in ape.items(view, tag)] == ["Title", "Year"]
    first = next(ape.items(view, tag))
    assert view.read(first.value, first.end - first.value) == b"a title"


@pytest.mark.parametrize("header", [True, False])
def test_drop(header: bool) -> None:  # noqa: FBT001 - both forms of the tag
    """Taking an item out leaves the tag as if it had never been there; without items it goes."""
    data = build.ape_tag(ONE, TWO, header=header)
    view = BytesView(data)
    tag = _tag(view)
    items = list(ape.items(view, tag))
    assert apply(data, ape.drop(tag, items[:1])) == build.ape_tag(TWO, header=header)
    assert apply(data, ape.drop(tag, items)) == b""


def test_no_tag() -> None:
    """A footer whose size does not fit is none."""
    data = build.ape_tag(ONE)
    assert ape.tag_before(BytesView(data), 1, len(data)) is None
    assert ape.tag_before(BytesView(b"short"), 0, 5) is None
    assert ape.tag_before(BytesView(bytes(40)), 0, 40) is None
    small = build.ape_tag(header=False)[:12] + bytes(20)
    assert ape.tag_before(BytesView(small), 0, 32) is None


def test_broken_items_end_the_walk() -> None:
    """An item that runs out of the tag, or has no end of its key, ends the walk."""
    broken = (999).to_bytes(4, "little") + ONE[4:]
    view = BytesView(build.ape_tag(TWO, broken))
    assert [item.key for item in ape.items(view, _tag(view))] == ["Year"]
    view = BytesView(build.ape_tag(b"keyless!" + b"k" * 300))
    assert list(ape.items(view, _tag(view))) == []


def test_too_many_items() -> None:
    """The number of items is bounded."""
    view = BytesView(build.ape_tag(*[TWO] * 20), limits=Limits(items=10))
    with pytest.raises(LimitExceededError):
        list(ape.items(view, _tag(view)))
