"""Writing Vorbis: bits, and the entries of code books that come nearest to numbers."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from ailabel.marks.audio.vorbis_setup import Book

    Floats = NDArray[np.float64]
    Numbers = NDArray[np.int64]

__all__ = ["Quantiser", "Writer"]

_AT_ONCE: Final = 1 << 22  # distances that are held at one time


class Writer:
    """Writes bits, the lowest of each byte first."""

    __slots__ = ("_length", "_pieces", "_value")

    def __init__(self) -> None:
        self._value = self._length = 0
        self._pieces: list[bytes] = []

    def put(self, value: int, count: int) -> None:
        """Write a number in so many bits."""
        self._value |= value << self._length
        self._length += count
        if self._length >= 512:  # noqa: PLR2004 - bits; longer numbers would be slow
            self._pieces.append((self._value & (1 << 512) - 1).to_bytes(64, "little"))
            self._value >>= 512
            self._length -= 512

    def entry(self, book: Book, number: int) -> None:
        """Write an entry of a code book."""
        self.put(book.codes[number], book.lengths[number])

    def done(self) -> bytes:
        """Return what was written, in whole bytes."""
        return b"".join((*self._pieces, self._value.to_bytes(-(-self._length // 8), "little")))


class Quantiser:
    """Finds the entries of a code book that come nearest to numbers.

    Args:
        book: the code book.
    """

    def __init__(self, book: Book) -> None:
        self.book = book

    @property
    def is_lattice(self) -> bool:
        """Whether the nearest entry is found number by number."""
        return self.book.lookup == 1 and not self.book.sums and all(self.book.lengths)

    @cached_property
    def bits(self) -> Numbers:
        """How many bits the code of each entry has."""
        import numpy as np

        return np.asarray(self.book.lengths, np.int64)

    @cached_property
    def values(self) -> Floats:
        """What each entry stands for [Vorbis I 3.2.1]."""
        import numpy as np

        book, levels = self.book, np.asarray(self.book.levels, np.float64)
        count, dimensions = len(book.lengths), book.dimensions
        if book.lookup == 1:
            steps = len(levels) ** np.arange(dimensions, dtype=np.int64)
            found = levels[np.arange(count)[:, None] // steps % len(levels)]
        else:
            found = levels.reshape(count, dimensions)
        return np.cumsum(found, axis=1) if book.sums else found

    @cached_property
    def _used(self) -> Numbers:
        import numpy as np

        return np.flatnonzero(self.bits)

    def nearest(self, wanted: Floats) -> Numbers:
        """Return the nearest used entry for each row of numbers."""
        import numpy as np

        if self.book.lookup != 1 or self.book.sums:
            return self._searched(wanted)
        levels = np.asarray(self.book.levels, np.float64)
        order = np.argsort(levels, kind="stable")
        middles = (levels[order][1:] + levels[order][:-1]) / 2
        picked = order[np.searchsorted(middles, wanted)]
        entries = picked @ (len(levels) ** np.arange(self.book.dimensions, dtype=np.int64))
        missing = np.flatnonzero(self.bits[entries] == 0)
        if len(missing):
            entries[missing] = self._searched(wanted[missing])
        return entries

    def _searched(self, wanted: Floats) -> Numbers:
        import numpy as np

        values = self.values[self._used]
        squares = (values**2).sum(axis=1)
        step = max(_AT_ONCE // len(values), 1)
        found = [
            np.argmin(squares - 2 * (wanted[start : start + step] @ values.T), axis=1)
            for start in range(0, len(wanted), step)
        ]
        return self._used[np.concatenate(found)] if found else np.zeros(0, np.int64)
