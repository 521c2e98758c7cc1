"""The floor of a Vorbis block: a curve through posts, fitted to a spectrum [Vorbis I 7.2]."""

from __future__ import annotations

from itertools import pairwise, product
from typing import TYPE_CHECKING, Final

from ailabel.errors import PlanError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from ailabel.marks.audio.vorbis_code import Writer
    from ailabel.marks.audio.vorbis_setup import Book, Floor

    Floats = NDArray[np.float64]

__all__ = ["Fitter"]

_LEAST: Final = 1.0649863e-07  # the lowest of 256 heights, which rise evenly in decibels to 1
_HEIGHTS: Final = 255
_RANGES: Final = (256, 128, 86, 64)  # of heights, by multiplier
_RMS: Final = 0.4  # of a stretch of the spectrum lies above the curve so much that this is left
_PEAK: Final = 1 / 12
_NEAR: Final = 2  # units, a decibel: the curve need not bend for that
_TRIES: Final = 512  # combinations of books


class Fitter:
    """Fits a floor to spectra, and writes it.

    Args:
        floor: what the stream says of it.
        books: the stream's code books.
        size: coefficients of a block.
    """

    def __init__(self, floor: Floor, books: Sequence[Book], size: int) -> None:
        self._floor, self._books, self._size = floor, books, size
        self._range = _RANGES[floor.multiplier - 1]
        self._order = sorted(range(len(floor.posts)), key=floor.posts.__getitem__)
        self._neighbours = [_neighbours(floor.posts, at) for at in range(len(floor.posts))]
        self._spans = self._stretches()

    def _stretches(self) -> list[tuple[int, int]]:
        """Return which coefficients lie around each post: half-way to its neighbours."""
        places = [self._floor.posts[at] for at in self._order]
        middles = [0, *((a + b) // 2 for a, b in pairwise(places)), places[-1]]
        spans = [(0, 0)] * len(places)
        for rank, at in enumerate(self._order):
            begin = min(middles[rank], self._size - 1)
            spans[at] = begin, max(min(middles[rank + 1], self._size), begin + 1)
        return spans

    def write(self, writer: Writer, spectrum: Floats) -> Floats:
        """Write the floor of a spectrum that is not silent, and return the curve.

        Raises:
            PlanError: the books of the stream cannot express it.
        """
        heights = [self._height(spectrum[begin:end]) for begin, end in self._spans]
        writer.put(1, 1)
        each = (self._range - 1).bit_length()
        for height in heights[:2]:
            writer.put(height, each)
        shown = {0, 1}
        at = 2
        for kind in self._floor.partitions:
            size = self._floor.sizes[kind]
            self._partition(writer, kind, range(at, at + size), (heights, shown))
            at += size
        return self._curve(heights, shown)

    def _height(self, stretch: Floats) -> int:
        """Return how high a stretch of a spectrum lies, in the floor's units."""
        import numpy as np

        power = float(np.mean(stretch**2)) ** 0.5 * _RMS
        level = max(power, float(np.max(np.abs(stretch))) * _PEAK, _LEAST)
        index = _HEIGHTS * (1 - np.log(level) / np.log(_LEAST))
        return int(min(max(round(index / self._floor.multiplier), 0), self._range - 1))

    def _partition(
        self, writer: Writer, kind: int, posts: range, state: tuple[list[int], set[int]]
    ) -> None:
        """Write a partition, and set the heights to what it says.

        Args:
            writer: takes the bits.
            kind: the partition's class.
            posts: the numbers of its posts.
            state: the heights, and the posts that the curve bends at.
        """
        heights, shown = state
        picked: list[tuple[int, tuple[int, ...]]] = []  # value of each post, books that have it
        for at in posts:
            low, high = self._neighbours[at]
            predicted = self._predicted(at, heights)
            choices = self._values(predicted, heights[at])
            fitting = ((*choice, self._fitting(kind, choice[0])) for choice in choices)
            found = next((choice for choice in fitting if choice[2]), None)
            if found is None:
                raise _unfit()
            value, heights[at], books = found
            picked.append((value, books))
            if value:
                shown |= {at, low, high}
        self._write(writer, kind, picked)

    def _predicted(self, at: int, heights: list[int]) -> int:
        low, high = self._neighbours[at]
        posts = self._floor.posts
        rise, run = heights[high] - heights[low], posts[high] - posts[low]
        step = abs(rise) * (posts[at] - posts[low]) // run
        return heights[low] - step if rise < 0 else heights[low] + step

    def _values(self, predicted: int, wanted: int) -> Iterator[tuple[int, int]]:
        """Yield values and the heights that they mean, the best first [Vorbis I 7.2.4]."""
        if abs(wanted - predicted) * self._floor.multiplier <= _NEAR:
            yield 0, predicted
        above, below = self._range - predicted, predicted
        room = 2 * min(above, below)

        def height(value: int) -> int:
            if value >= room:
                return value if above > below else self._range - 1 - value
            return predicted - (value + 1) // 2 if value & 1 else predicted + value // 2

        distance = wanted - predicted
        direct = 2 * distance if distance > 0 else -2 * distance - 1
        far = wanted if above > below else self._range - 1 - wanted
        yield (direct if direct < room else far), wanted
        values = ((abs(height(value) - wanted), value) for value in range(1, self._range))
        for _, value in sorted(values):
            yield value, height(value)
        yield 0, predicted

    def _fitting(self, kind: int, value: int) -> tuple[int, ...]:
        """Return which of a class's books can say a value."""
        return tuple(
            number
            for number, book in enumerate(self._floor.books[kind])
            if (value == 0 if book is None else _has(self._books[book], value))
        )

    def _write(self, writer: Writer, kind: int, picked: list[tuple[int, tuple[int, ...]]]) -> None:
        floor = self._floor
        each, master = floor.bits[kind], floor.masters[kind]
        chosen: tuple[int, ...] = tuple(fitting[0] for _, fitting in picked)
        if master is not None:
            book = self._books[master]
            tries = product(*(fitting for _, fitting in picked))
            for _, chosen in zip(range(_TRIES), tries, strict=False):
                number = sum(choice << each * rank for rank, choice in enumerate(chosen))
                if _has(book, number):
                    writer.entry(book, number)
                    break
            else:
                raise _unfit()
        for (value, _), choice in zip(picked, chosen, strict=True):
            name = floor.books[kind][choice]
            if name is not None:
                writer.entry(self._books[name], value)

    def _curve(self, heights: list[int], shown: set[int]) -> Floats:
        """Draw the curve through the posts that it bends at [Vorbis I 7.2.4, 9.2.7]."""
        import numpy as np

        floor = self._floor
        line = np.zeros(self._size, np.int64)
        ends = [at for at in self._order if at in shown]
        for low, high in pairwise(ends):
            begin, end = floor.posts[low], floor.posts[high]
            rise = (heights[high] - heights[low]) * floor.multiplier
            steps = np.arange(max(min(end, self._size) - begin, 0))
            drawn = abs(rise) * steps // (end - begin)
            first = heights[low] * floor.multiplier
            line[begin : begin + len(steps)] = first + (-drawn if rise < 0 else drawn)
        last = floor.posts[ends[-1]]
        line[last:] = heights[ends[-1]] * floor.multiplier
        return np.asarray(_LEAST ** (1 - np.minimum(line, _HEIGHTS) / _HEIGHTS), np.float64)


def _neighbours(posts: Sequence[int], at: int) -> tuple[int, int]:
    """Return the nearest posts on both sides among those that come before [Vorbis I 9.2.4]."""
    before = range(at)
    lows = [number for number in before if posts[number] < posts[at]]
    highs = [number for number in before if posts[number] > posts[at]]
    low = max(lows, key=posts.__getitem__, default=0)
    return low, min(highs, key=posts.__getitem__, default=1)


def _has(book: Book, number: int) -> bool:
    return number < len(book.lengths) and book.lengths[number] > 0


def _unfit() -> PlanError:
    return PlanError(
        "the code books of the Vorbis stream cannot express the label; convert the sound first, "
        "for example by ffmpeg -c:a libopus"
    )
