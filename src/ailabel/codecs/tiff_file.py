"""TIFF files: their directories, chained and nested, in classic TIFF and BigTIFF [TIFF6 2].

Directories are read where they stand, values only when somebody asks for one. The first directory
must be sound; a later one that cannot be read ends its chain, as it does for other readers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

from ailabel.errors import MalformedFileError, PlanError
from ailabel.io.source import check_limit
from ailabel.values import frozen

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ailabel.io.source import View

__all__ = [
    "BYTE_TYPES",
    "Directory",
    "Entry",
    "Layout",
    "copied",
    "copy_length",
    "directories",
    "layout",
    "loops",
    "pointers",
    "walked",
]

BYTE_TYPES: Final = (1, 2, 6, 7)  # BYTE, ASCII, SBYTE, UNDEFINED [TIFF6 2]
_WALKED: Final = "tiff directories"
_SIZES: Final = {  # [TIFF6 2; IFD: TIFF Technical Note 1; 16 to 18: BigTIFF]
    **dict.fromkeys(BYTE_TYPES, 1),
    **dict.fromkeys((3, 8), 2),
    **dict.fromkeys((4, 9, 11, 13), 4),
    **dict.fromkeys((5, 10, 12, 16, 17, 18), 8),
}
_POINTERS: Final = {4: 4, 13: 4, 16: 8, 18: 8}  # LONG, IFD, LONG8, IFD8, with their sizes
_NESTED: Final = {0x8769: "ExifIFD", 0x014A: "SubIFD"}
_ORDERS: Final[dict[bytes, Literal["little", "big"]]] = {b"II": "little", b"MM": "big"}
_CLASSIC: Final = 42
_BIG: Final = 43


@frozen
class Layout:
    """How a file writes its numbers: the byte order, and whether it is a BigTIFF."""

    order: Literal["little", "big"]
    big: bool

    @property
    def word(self) -> int:
        """How many bytes an offset and a count of values take."""
        return 8 if self.big else 4

    @property
    def counter(self) -> int:
        """How many bytes the number of entries takes."""
        return 8 if self.big else 2

    @property
    def entry(self) -> int:
        """How many bytes an entry takes."""
        return 4 + 2 * self.word

    @property
    def first(self) -> int:
        """Where the header says where the first directory stands."""
        return self.word

    def number(self, data: bytes) -> int:
        """Return a number from all the bytes given."""
        return int.from_bytes(data, self.order)

    def pack(self, tag: int, kind: int, count: int, offset: int) -> bytes:
        """Return an entry whose value stands elsewhere."""
        return (
            tag.to_bytes(2, self.order)
            + kind.to_bytes(2, self.order)
            + count.to_bytes(self.word, self.order)
            + offset.to_bytes(self.word, self.order)
        )


@frozen(kw_only=True)
class Entry:
    """One entry of a directory.

    Args:
        tag: what it is.
        type: of its values.
        count: how many they are.
        offset: where the entry stands.
        place: where its value stands, in the entry or elsewhere.
        length: of the value in bytes; 0 where the type is unknown.
        inline: whether the value stands in the entry itself.
    """

    tag: int
    type: int
    count: int
    offset: int
    place: int
    length: int
    inline: bool


@frozen(kw_only=True)
class Directory:
    """One directory.

    Args:
        name: ``IFD0``, ``IFD1`` in the chain; ``ExifIFD``, ``SubIFD``, ``IFD1/SubIFD`` below one.
        offset: where it begins.
        end: where it ends, behind the pointer to the next.
        entries: in the order of the file.
    """

    name: str
    offset: int
    end: int
    entries: tuple[Entry, ...]

    @property
    def is_picture(self) -> bool:
        """Whether it describes a picture; that of Exif does not."""
        return not self.name.endswith("ExifIFD")


def layout(view: View) -> Layout | None:
    """Return how a file is written, or None where it is no TIFF [TIFF6 2]."""
    head = view.read_some(0, 8)
    order = _ORDERS.get(head[:2])
    if order is None or len(head) < 8:  # noqa: PLR2004 - the header
        return None
    version = int.from_bytes(head[2:4], order)
    if version == _BIG:  # BigTIFF goes on with the size of offsets, and zero
        sized = [int.from_bytes(head[at : at + 2], order) for at in (4, 6)]
        return Layout(order, big=True) if sized == [8, 0] else None
    return Layout(order, big=False) if version == _CLASSIC else None


def directories(view: View, form: Layout) -> Iterator[Directory]:
    """Walk the directories, each once: those below one stand between it and the next.

    Raises:
        MalformedFileError: the first directory cannot be read.
        LimitExceededError: there are too many entries, or they are nested too deeply.
    """
    pending = [("", 0, form.number(view.read(form.first, form.word, "the TIFF header")))]
    seen: set[int] = set()
    page = count = 0
    while pending:
        name, depth, offset = pending.pop()
        if offset in seen:
            continue
        seen.add(offset)
        found = _directory(view, form, name or f"IFD{page}", offset, count)
        if found is None:
            if page == 0:
                raise MalformedFileError("the first TIFF directory is damaged", offset=offset)
            continue
        count += len(found.entries)
        yield found
        prefix = f"{found.name}/" if found.name != "IFD0" else ""
        if not name:
            page += 1
            following = _next(view, form, found)
            if following:
                pending.append(("", 0, following))
        for entry in reversed(found.entries):
            if entry.tag in _NESTED:
                check_limit("the depth of TIFF directories", depth + 1, view.limits.depth)
                below = pointers(view, form, entry, view.limits.items - count)
                count += len(below)
                pending += [(prefix + _NESTED[entry.tag], depth + 1, at) for at in reversed(below)]


def walked(view: View, form: Layout) -> tuple[Directory, ...]:
    """Return all directories; the view remembers them.

    Raises:
        MalformedFileError: as for `directories`.
        LimitExceededError: as for `directories`.
    """
    known = view.memo.get(_WALKED)
    if isinstance(known, tuple):
        return known
    view.memo[_WALKED] = found = tuple(directories(view, form))
    return found


def pointers(view: View, form: Layout, entry: Entry, limit: int) -> list[int]:
    """Return the offsets that an entry holds; none where it holds no offsets.

    Raises:
        LimitExceededError: there are more than `limit`.
    """
    size = _POINTERS.get(entry.type)
    if size is None or entry.place + entry.length > view.size:
        return []
    check_limit("the number of TIFF entries", entry.count, limit)
    data = view.read(entry.place, entry.length)
    return [form.number(data[at : at + size]) for at in range(0, len(data), size)]


def copy_length(form: Layout, directory: Directory) -> int:
    """Return how long a copy of a directory with an entry more is."""
    return directory.end - directory.offset + form.entry


def copied(view: View, form: Layout, directory: Directory, entry: bytes) -> bytes:
    """Return a copy of a directory with an entry more, in the order of the tags.

    Raises:
        PlanError: it has as many entries as can be.
    """
    data = view.read_some(directory.offset, directory.end - directory.offset)
    data = data.ljust(directory.end - directory.offset, b"\0")  # a last pointer left out is zero
    tag = form.number(entry[:2])
    later = (item.offset for item in directory.entries if item.tag > tag)
    cut = next(later, directory.end - form.word) - directory.offset
    count = len(directory.entries) + 1
    if count >= 1 << 8 * form.counter:
        raise PlanError("the first TIFF directory has no room for another entry")
    return count.to_bytes(form.counter, form.order) + data[form.counter : cut] + entry + data[cut:]


def loops(view: View, form: Layout, found: Sequence[Directory]) -> list[Directory]:
    """Return the directories of the chain that lead back to the first one."""
    first = found[0].offset
    ends = (item for item in found if "/" not in item.name and item.name.startswith("IFD"))
    return [item for item in ends if _next(view, form, item) == first]


def _next(view: View, form: Layout, directory: Directory) -> int:
    """Return where the chain goes on; 0 at its end, or where the file ends before."""
    return form.number(view.read_some(directory.end - form.word, form.word))


def _directory(view: View, form: Layout, name: str, offset: int, count: int) -> Directory | None:
    """Read a directory; None where none stands there."""
    start = offset + form.counter
    number = form.number(view.read_some(offset, form.counter))
    end = start + number * form.entry
    if number == 0 or offset < 2 * form.word or end > view.size:
        return None
    check_limit("the number of TIFF entries", count + number, view.limits.items)
    data = view.read(start, end - start)
    entries = tuple(
        _entry(form, data[at : at + form.entry], start + at)
        for at in range(0, len(data), form.entry)
    )
    return Directory(name=name, offset=offset, end=end + form.word, entries=entries)


def _entry(form: Layout, data: bytes, offset: int) -> Entry:
    kind = form.number(data[2:4])
    count = form.number(data[4 : 4 + form.word])
    length = count * _SIZES.get(kind, 0)
    inline = length <= form.word
    return Entry(
        tag=form.number(data[:2]),
        type=kind,
        count=count,
        offset=offset,
        place=offset + 4 + form.word if inline else form.number(data[-form.word :]),
        length=length,
        inline=inline,
    )
