"""Pieces of several streams, in order of the streams."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from ailabel.codecs.interleave import by_stream
from ailabel.spi import Span

if TYPE_CHECKING:
    from collections.abc import Iterator


@given(
    st.lists(st.integers(0, 5), max_size=40),
    st.lists(st.integers(0, 4), max_size=6),
    st.integers(0, 20),
)
def test_order(streams: list[int], wished: list[int], held: int) -> None:
    """However few places are kept, the pieces come stream after stream, each in file order."""
    pieces = [(stream, Span(place, 1)) for place, stream in enumerate(streams)]
    expected = [piece for stream in dict.fromkeys(wished) for piece in pieces if piece[0] == stream]
    assert list(by_stream(lambda: pieces, wished, held)) == expected


def test_one_walk_suffices_where_there_is_room() -> None:
    """The file is not walked again for every stream."""
    walks = 0

    def pieces() -> Iterator[tuple[int, Span]]:
        nonlocal walks
        walks += 1
        yield from ((place % 3, Span(place, 1)) for place in range(30))

    assert len(list(by_stream(pieces, (0, 1, 2)))) == 30
    assert walks == 1
    assert len(list(by_stream(pieces, (0, 1, 2), 12))) == 30
    assert walks == 3
