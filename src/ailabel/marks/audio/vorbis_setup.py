"""The headers of a Vorbis stream: its code books, floors, residues, mappings and modes.

[Vorbis I 3.2, 4.2, 6.2.2, 7.2.2, 8.6.1.] Bits are read from the lowest of each byte up.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeVar

from ailabel.errors import MalformedFileError
from ailabel.io.source import check_limit
from ailabel.values import frozen

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ailabel.io.source import Limits

__all__ = ["Book", "Floor", "Mapping", "Residue", "Setup", "parse", "width"]

_T = TypeVar("_T")
_IDENTIFICATION: Final = 30
_BOOK: Final = 0x564342
_MANTISSA, _SIGN, _EXPONENT_BIAS = 0x1FFFFF, 0x80000000, 788
_PASSES: Final = 8
_PER_ITEM: Final = 10  # numbers that an entry may stand for, on average
_LONGEST_BLOCK: Final = 13  # as a power of two
_SHORTEST_BLOCK: Final = 6


@frozen(kw_only=True)
class Book:
    """A code book.

    Args:
        dimensions: how many numbers an entry stands for.
        lengths: of the code of each entry, in bits; 0 where it is not used.
        codes: of each entry, as its bits follow one another, the first one lowest.
        lookup: 0, or how entries become numbers: 1 as a lattice, 2 as listed.
        levels: the numbers that entries are made of.
        sums: whether each number of an entry counts from the one before.
    """

    dimensions: int
    lengths: Sequence[int]
    codes: Sequence[int]
    lookup: int = 0
    levels: Sequence[float] = ()
    sums: bool = False


@frozen(kw_only=True)
class Floor:
    """A floor of type 1: a curve through posts.

    Args:
        partitions: the class of each partition.
        sizes: of each class, how many posts a partition has.
        bits: of each class, how many bits of a number choose the book of a post.
        masters: of each class, the book of these numbers, or None.
        books: of each class, the books of the posts; None means zero.
        multiplier: of the heights.
        posts: where they stand; the two ends come first.
    """

    partitions: tuple[int, ...]
    sizes: tuple[int, ...]
    bits: tuple[int, ...]
    masters: tuple[int | None, ...]
    books: tuple[tuple[int | None, ...], ...]
    multiplier: int
    posts: tuple[int, ...]


@frozen(kw_only=True)
class Residue:
    """How what the floor leaves is coded.

    Args:
        type: 0, 1 or 2.
        begin: the first coefficient that is coded.
        end: the first that is not any more.
        size: coefficients of a partition.
        class_book: the book of the classes of partitions.
        books: of each class, the book of each pass, or None.
    """

    type: int
    begin: int
    end: int
    size: int
    class_book: int
    books: tuple[tuple[int | None, ...], ...]


@frozen
class Mapping:
    """Which channels are coupled, and the floor and residue of each.

    Args:
        couplings: pairs of magnitude and angle.
        mux: the submap of each channel.
        submaps: pairs of floor and residue.
    """

    couplings: tuple[tuple[int, int], ...]
    mux: tuple[int, ...]
    submaps: tuple[tuple[int, int], ...]


@frozen(kw_only=True)
class Setup:
    """What the headers say.

    Args:
        channels: how many.
        rate: sampling rate.
        blocks: the lengths of a short and a long block.
        books: the code books.
        floors: the floors; None for one of type 0.
        residues: the residues.
        mappings: the mappings.
        modes: pairs of whether the block is long, and its mapping.
    """

    channels: int
    rate: int
    blocks: tuple[int, int]
    books: tuple[Book, ...]
    floors: tuple[Floor | None, ...]
    residues: tuple[Residue, ...]
    mappings: tuple[Mapping, ...]
    modes: tuple[tuple[bool, int], ...]


def width(number: int) -> int:
    """Return how many bits a number has; Vorbis calls it ilog."""
    return max(number, 0).bit_length()


def parse(identification: bytes, setup: bytes, limits: Limits) -> Setup:
    """Read the first and the third header.

    Raises:
        MalformedFileError: they break the format.
        LimitExceededError: there are too many entries in the books.
    """
    head = identification
    if len(head) < _IDENTIFICATION or any(head[7:11]):
        raise _broken()
    channels, rate = head[11], int.from_bytes(head[12:16], "little")
    sizes = (head[28] & 15, head[28] >> 4)
    if not channels or not rate or not _SHORTEST_BLOCK <= sizes[0] <= sizes[1] <= _LONGEST_BLOCK:
        raise _broken()
    bits = _Bits(setup[7:])
    books = _books(bits, limits)
    bits.several(6, lambda: bits.take(16))  # times, which are not used
    found = Setup(
        channels=channels,
        rate=rate,
        blocks=(1 << sizes[0], 1 << sizes[1]),
        books=books,
        floors=bits.several(6, lambda: _floor(bits)),
        residues=bits.several(6, lambda: _residue(bits)),
        mappings=bits.several(6, lambda: _mapping(bits, channels)),
        modes=bits.several(6, lambda: _mode(bits)),
    )
    _check(found)
    return found


def _broken() -> MalformedFileError:
    return MalformedFileError("a Vorbis header is broken")


class _Bits:
    """Reads bits, the lowest of each byte first."""

    def __init__(self, data: bytes) -> None:
        self._data, self._at = data, 0

    def take(self, count: int) -> int:
        begin, end = self._at, self._at + count
        if end > 8 * len(self._data):
            raise _broken()
        self._at = end
        value = int.from_bytes(self._data[begin >> 3 : end + 7 >> 3], "little")
        return value >> (begin & 7) & (1 << count) - 1

    def several(self, count: int, one: Callable[[], _T]) -> tuple[_T, ...]:
        """Read a list, before which its length less one stands in so many bits."""
        return tuple(one() for _ in range(self.take(count) + 1))


def _books(bits: _Bits, limits: Limits) -> tuple[Book, ...]:
    total = 0
    books = []
    for _ in range(bits.take(8) + 1):
        if bits.take(24) != _BOOK:
            raise _broken()
        dimensions, entries = bits.take(16), bits.take(24)
        total += entries * max(dimensions, 1)
        check_limit("the number of entries in Vorbis code books", total, _PER_ITEM * limits.items)
        if not dimensions:
            raise _broken()
        lengths = _lengths(bits, entries)
        lookup = bits.take(4)
        values: tuple[list[float], bool] = ([], False)
        if lookup in (1, 2):
            count = _lattice(entries, dimensions) if lookup == 1 else entries * dimensions
            values = _levels(bits, count)
        elif lookup:
            raise _broken()
        books.append(
            Book(
                dimensions=dimensions,
                lengths=lengths,
                codes=_codes(lengths),
                lookup=lookup,
                levels=values[0],
                sums=values[1],
            )
        )
    return tuple(books)


def _lengths(bits: _Bits, entries: int) -> list[int]:
    if bits.take(1):  # ordered
        lengths: list[int] = []
        length = bits.take(5) + 1
        while len(lengths) < entries:
            count = bits.take(width(entries - len(lengths)))
            lengths += [length] * min(count, entries - len(lengths) + 1)
            length += 1
        if len(lengths) != entries or length > 33:  # noqa: PLR2004 - one more than the longest
            raise _broken()
        return lengths
    if bits.take(1):  # sparse
        return [bits.take(5) + 1 if bits.take(1) else 0 for _ in range(entries)]
    return [bits.take(5) + 1 for _ in range(entries)]


def _lattice(entries: int, dimensions: int) -> int:
    """Return the largest number whose power is not above the number of entries."""
    count = int(entries ** (1 / dimensions))
    while (count + 1) ** dimensions <= entries:
        count += 1
    while count**dimensions > entries:
        count -= 1
    return count


def _levels(bits: _Bits, count: int) -> tuple[list[float], bool]:
    least, step = _number(bits.take(32)), _number(bits.take(32))
    each, sums = bits.take(4) + 1, bool(bits.take(1))
    return [least + step * bits.take(each) for _ in range(count)], sums


def _number(packed: int) -> float:
    """Return a floating point number as Vorbis packs it [Vorbis I 9.2.2]."""
    mantissa = packed & _MANTISSA
    exponent = (packed >> 21 & 0x3FF) - _EXPONENT_BIAS
    value = mantissa * 2.0**exponent
    return -value if packed & _SIGN else value


def _codes(lengths: Sequence[int]) -> list[int]:
    """Return the codes of entries: each gets the lowest that is free [Vorbis I 3.2.1]."""
    free = [0] * 33  # the next code of each length, its first bit highest of 32; 0 for none
    codes = []
    is_first = True
    for length in lengths:
        if not length:
            codes.append(0)
            continue
        if is_first:
            code, is_first = 0, False
            for other in range(1, length + 1):
                free[other] = 1 << 32 - other
        else:
            at = length
            while at and not free[at]:
                at -= 1
            if not at:
                raise _broken()
            code, free[at] = free[at], 0
            for other in range(at + 1, length + 1):
                free[other] = code + (1 << 32 - other)
        codes.append(int(f"{code:032b}"[::-1], 2))
    return codes


def _floor(bits: _Bits) -> Floor | None:
    if (kind := bits.take(16)) != 1:
        if kind:
            raise _broken()
        bits.take(8 + 16 + 16 + 6 + 8)
        bits.several(4, lambda: bits.take(8))
        return None
    partitions = tuple(bits.take(4) for _ in range(bits.take(5)))
    sizes, choices, masters, books = [], [], [], []
    for _ in range(max(partitions, default=-1) + 1):
        sizes.append(bits.take(3) + 1)
        choices.append(bits.take(2))
        masters.append(bits.take(8) if choices[-1] else None)
        books.append(tuple(_optional(bits.take(8)) for _ in range(1 << choices[-1])))
    multiplier, each = bits.take(2) + 1, bits.take(4)
    count = sum(sizes[kind] for kind in partitions)
    posts = (0, 1 << each, *(bits.take(each) for _ in range(count)))
    if len(set(posts)) < len(posts):
        raise _broken()
    return Floor(
        partitions=partitions,
        sizes=tuple(sizes),
        bits=tuple(choices),
        masters=tuple(masters),
        books=tuple(books),
        multiplier=multiplier,
        posts=posts,
    )


def _optional(number: int) -> int | None:
    return number - 1 if number else None


def _residue(bits: _Bits) -> Residue:
    kind, begin, end, size = bits.take(16), bits.take(24), bits.take(24), bits.take(24) + 1
    classes, class_book = bits.take(6) + 1, bits.take(8)
    used = []
    for _ in range(classes):
        low = bits.take(3)
        used.append(low | bits.take(5) << 3 if bits.take(1) else low)
    books = tuple(
        tuple(bits.take(8) if mask >> number & 1 else None for number in range(_PASSES))
        for mask in used
    )
    return Residue(type=kind, begin=begin, end=end, size=size, class_book=class_book, books=books)


def _mapping(bits: _Bits, channels: int) -> Mapping:
    if bits.take(16):
        raise _broken()
    submaps = bits.take(4) + 1 if bits.take(1) else 1
    each = width(channels - 1)
    pairs = bits.take(8) + 1 if bits.take(1) else 0
    couplings = tuple((bits.take(each), bits.take(each)) for _ in range(pairs))
    bits.take(2)
    mux = tuple(bits.take(4) if submaps > 1 else 0 for _ in range(channels))
    numbers = tuple((bits.take(8), bits.take(8), bits.take(8)) for _ in range(submaps))
    return Mapping(couplings, mux, tuple((floor, residue) for _, floor, residue in numbers))


def _mode(bits: _Bits) -> tuple[bool, int]:
    is_long = bool(bits.take(1))
    bits.take(32)  # window and transform, of which there is one each
    return is_long, bits.take(8)


def _check(found: Setup) -> None:
    """Make sure that all numbers name something that is there."""
    books, submaps = len(found.books), [pair for item in found.mappings for pair in item.submaps]
    named = [book for item in found.residues for row in item.books for book in row]
    named += [item.class_book for item in found.residues]
    for floor in found.floors:
        named += [*floor.masters, *(book for row in floor.books for book in row)] if floor else []
    good = (
        all(book is None or book < books for book in named)
        and all(a < len(found.floors) and b < len(found.residues) for a, b in submaps)
        and all(mapping < len(found.mappings) for _, mapping in found.modes)
        and all(item.type <= 2 for item in found.residues)  # noqa: PLR2004 - as cited
        and all(sub < len(item.submaps) for item in found.mappings for sub in item.mux)
        and all(
            a != b and max(a, b) < found.channels
            for item in found.mappings
            for a, b in item.couplings
        )
    )
    if not good:
        raise _broken()
