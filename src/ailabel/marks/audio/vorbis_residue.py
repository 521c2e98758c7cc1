"""What the floor leaves of a Vorbis spectrum, coded with the books of the stream [Vorbis I 8.6].

All blocks are coded at once. Each partition is tried in every class; which class is best is weighed
by what it leaves and by its bits.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ailabel.errors import PlanError
from ailabel.io.source import check_limit
from ailabel.marks.audio.vorbis_code import Quantiser
from ailabel.values import frozen

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    from ailabel.marks.audio.vorbis_code import Writer
    from ailabel.marks.audio.vorbis_setup import Book, Residue

    Floats = NDArray[np.float64]
    Numbers = NDArray[np.int64]

__all__ = ["Coded", "code"]

_PASSES: Final = 8
_BIT: Final = 0.1  # what a bit is worth, in squares of the residue's unit
_AT_ONCE: Final = 1 << 22  # costs that are held at one time
_LARGEST: Final = 1 << 20  # number of an entry of a class book
_MOST_WORK: Final = 1 << 35  # distances that are looked at


@frozen(kw_only=True)
class Coded:
    """Coded vectors.

    Args:
        residue: how they are coded.
        books: the stream's code books.
        classes: of each vector and partition.
        words: of each vector and group of partitions, the entry that says the classes.
        entries: of each class and pass, the entries of each vector and partition, if it has any.
    """

    residue: Residue
    books: Sequence[Book]
    classes: Numbers
    words: Numbers
    entries: dict[tuple[int, int], Numbers]

    def write(self, writer: Writer, vectors: Sequence[int]) -> None:
        """Write the vectors of one block and submap, those that are not left out."""
        book = self.books[self.residue.class_book]
        count = self.classes.shape[1] if vectors else 0
        for number in range(_PASSES):
            for start in range(0, count, book.dimensions):
                if not number:
                    for vector in vectors:
                        writer.entry(book, int(self.words[vector, start // book.dimensions]))
                for partition in range(start, min(start + book.dimensions, count)):
                    for vector in vectors:
                        self._partition(writer, vector, partition, number)

    def _partition(self, writer: Writer, vector: int, partition: int, number: int) -> None:
        kind = int(self.classes[vector, partition])
        name = self.residue.books[kind][number]
        if name is not None:
            book = self.books[name]
            for entry in self.entries[kind, number][vector, partition].tolist():
                writer.entry(book, entry)


def code(residue: Residue, books: Sequence[Book], vectors: Floats) -> Coded:
    """Code vectors, one a row.

    Raises:
        PlanError: the books of the stream cannot express them.
    """
    import numpy as np

    begin, end = (min(place, vectors.shape[1]) for place in (residue.begin, residue.end))
    count = max(end - begin, 0) // residue.size
    rows = vectors[:, begin : begin + count * residue.size].reshape(
        len(vectors) * count, residue.size
    )
    quantisers = {
        name: Quantiser(books[name])
        for row in residue.books
        for name in row
        if name is not None and _is_usable(books[name], residue)
    }
    _check_work(residue, quantisers, rows.size)
    costs = np.empty((len(rows), len(residue.books)))
    entries: dict[tuple[int, int], Numbers] = {}
    for kind, passes in enumerate(residue.books):
        left, bits = rows.copy(), np.zeros(len(rows), np.int64)
        for number, name in enumerate(passes):
            if name is None:
                continue
            if name not in quantisers:
                bits += 1 << 40  # a class that cannot be used
                continue
            left, found, more = _quantised(quantisers[name], left, residue.type)
            bits += more
            entries[kind, number] = found.reshape(len(vectors), count, found.shape[1])
        costs[:, kind] = (left**2).sum(axis=1) + _BIT * bits
    shaped = costs.reshape(len(vectors), count, len(residue.books))
    classes, words = _classified(books[residue.class_book], shaped)
    return Coded(residue=residue, books=books, classes=classes, words=words, entries=entries)


def _check_work(residue: Residue, quantisers: dict[int, Quantiser], numbers: int) -> None:
    """Refuse books that would take too long to search.

    Raises:
        LimitExceededError: they would.
    """
    names = [name for row in residue.books for name in row if name in quantisers]
    work = sum(
        numbers // quantisers[name].book.dimensions * len(quantisers[name].book.lengths)
        for name in names
        if name is not None and not quantisers[name].is_lattice
    )
    check_limit("the search of Vorbis code books", work, _MOST_WORK)


def _is_usable(book: Book, residue: Residue) -> bool:
    return book.lookup > 0 and residue.size % book.dimensions == 0 and any(book.lengths)


def _quantised(quantiser: Quantiser, rows: Floats, kind: int) -> tuple[Floats, Numbers, Numbers]:
    """Return what a pass leaves of partitions, its entries, and how many bits they take."""
    dimensions = quantiser.book.dimensions
    shape = (len(rows), rows.shape[1] // dimensions, dimensions)
    if kind == 0:  # the numbers of an entry stand apart [Vorbis I 8.6.3]
        wanted = rows.reshape(shape[0], dimensions, shape[1]).transpose(0, 2, 1)
    else:
        wanted = rows.reshape(shape)
    entries = quantiser.nearest(wanted.reshape(-1, dimensions))
    left = wanted - quantiser.values[entries].reshape(shape)
    if kind == 0:
        left = left.transpose(0, 2, 1)
    found = entries.reshape(shape[:2])
    return left.reshape(rows.shape), found, quantiser.bits[found].sum(axis=1)


def _classified(book: Book, costs: Floats) -> tuple[Numbers, Numbers]:
    """Return the cheapest classes that the class book can say, and its entries for groups of them.

    Args:
        book: the book; an entry says the classes of several partitions.
        costs: of each vector, partition and class.
    """
    import numpy as np

    vectors, count, kinds = costs.shape
    groups = -(-count // book.dimensions)
    padded = np.zeros((vectors, groups * book.dimensions, kinds))
    padded[:, :count] = costs
    grouped = padded.reshape(vectors * groups, book.dimensions, kinds)
    used = np.flatnonzero(np.asarray(book.lengths))
    used = used[used < min(kinds**book.dimensions, _LARGEST)]
    if not len(used) or kinds**book.dimensions > _LARGEST:
        raise PlanError(
            "the code books of the Vorbis stream cannot express the label; convert the sound "
            "first, for example by ffmpeg -c:a libopus"
        )
    powers = kinds ** np.arange(book.dimensions - 1, -1, -1, dtype=np.int64)
    digits = used[:, None] // powers % kinds
    price = _BIT * np.asarray(book.lengths)[used]
    best = np.empty(len(grouped), np.int64)
    step = max(_AT_ONCE // len(used), 1)
    for start in range(0, len(grouped), step):
        part = grouped[start : start + step]
        total = price + sum(part[:, at, digits[:, at]] for at in range(book.dimensions))
        best[start : start + step] = np.argmin(total, axis=1)
    classes = digits[best].reshape(vectors, groups * book.dimensions)[:, :count]
    return classes, used[best].reshape(vectors, groups)
