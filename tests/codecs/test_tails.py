"""Tests of `ailabel.codecs.tails`."""

from __future__ import annotations

from itertools import permutations

import pytest

from ailabel.codecs import ape, tails
from ailabel.errors import LimitExceededError
from ailabel.io.source import BytesView, Limits
from builders import mp3 as build

PIECES = {
    "ape": build.ape_tag(build.ape_item("Title", "x")),
    "id3v2": build.tag(build.comment("c"), flags=0x10),
    "lyrics": build.lyrics(),
    "id3v1": b"TAG+".ljust(227, b"\0") + build.id3v1(),
}


@pytest.mark.parametrize("order", list(permutations(PIECES)), ids="-".join)
def test_every_order(order: tuple[str, ...]) -> None:
    """Whatever the order, all tags are peeled off and the sound ends where it should."""
    sound = build.sound(2)
    view = BytesView(sound + b"".join(PIECES[name] for name in order))
    found = tails.tail(view, 0)
    assert found.start == len(sound)
    kinds = [name for name in reversed(order) if name in ("ape", "id3v2")]
    assert ["ape" if isinstance(tag, ape.Tag) else "id3v2" for tag in found.tags] == kinds


def test_nothing_behind_the_sound() -> None:
    """Without tags the sound ends with the file; a file of tags alone has none."""
    view = BytesView(build.sound(1))
    assert tails.tail(view, 0) == tails.Tail(view.size, ())
    assert tails.tail(BytesView(b""), 0) == tails.Tail(0, ())


def test_lyrics_that_do_not_fit() -> None:
    """A length that leads before the sound is no tag's."""
    view = BytesView(b"x" * 20 + b"000999LYRICS200")
    assert tails.tail(view, 0).start == view.size


def test_too_many_tags() -> None:
    """The number of tags is bounded."""
    view = BytesView(build.id3v1() * 20, limits=Limits(items=10))
    with pytest.raises(LimitExceededError):
        tails.tail(view, 0)
