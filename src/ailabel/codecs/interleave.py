"""Put interleaved pieces of several streams in order, stream after stream, in bounded memory."""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING, Final

from ailabel.spi import Span

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

__all__ = ["by_stream"]

_HELD: Final = 1 << 20  # pieces whose places are kept: 16 MiB, hours of a film


def by_stream(
    pieces: Callable[[], Iterable[tuple[int, Span]]], streams: Sequence[int], held: int = _HELD
) -> Iterator[tuple[int, Span]]:
    """Yield the pieces of the first stream, then those of the second, and so on.

    A file is walked once as a rule: while the first stream passes by, the places of the others'
    pieces are kept. Where they are too many, the last streams wait for another walk.

    Args:
        pieces: walks the file from its start; yields pieces with the number of their stream.
        streams: their numbers in the wished order; pieces of other streams are left out.
        held: of how many pieces the places are kept at most.
    """
    waiting = list(dict.fromkeys(streams))
    while waiting:
        first, *others = waiting
        kept = {stream: array("Q") for stream in others}
        room = held
        for stream, span in pieces():
            if stream == first:
                yield stream, span
            elif stream in kept:
                kept[stream].extend((span.offset, span.length))
                room -= 1
                while room < 0 and kept:
                    room += len(kept.popitem()[1]) // 2
        for stream, places in kept.items():
            values = iter(places)
            for offset in values:
                yield stream, Span(offset, next(values))
        waiting = others[len(kept) :]
