"""EBML: elements, each an id, a size and data [RFC 8794]; the grammar below Matroska and WebM."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, Final

from ailabel.errors import MalformedFileError
from ailabel.io.source import View, check_limit
from ailabel.values import frozen

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = [
    "CRC32",
    "SIZE_WIDTH",
    "VOID",
    "Element",
    "Loaded",
    "children",
    "crc_element",
    "element",
    "header",
    "number",
    "size_field",
    "text",
    "uint",
    "vint",
    "void",
]

VOID: Final = 0xEC  # [RFC 8794 11.3.2]
CRC32: Final = 0xBF  # [RFC 8794 11.3.1]
SIZE_WIDTH: Final = 8  # the widest size field
_ID_WIDTH: Final = 4
_HEADER: Final = _ID_WIDTH + SIZE_WIDTH
_SHORTEST: Final = 16  # bytes an element of an honest file takes on average, at the least


@frozen
class Element:
    """One element.

    Args:
        id: with its length marker, as documents write it.
        offset: where its id begins.
        body: where its data begin.
        length: of the data, or None where the size is unknown [RFC 8794 6.2].
    """

    id: int
    offset: int
    body: int
    length: int | None

    @property
    def end(self) -> int:
        """Where the data end; where they begin, if the size is unknown."""
        return self.body + (self.length or 0)


def vint(data: bytes, at: int = 0) -> tuple[int, int] | None:
    """Read a variable-size integer without its marker [RFC 8794 4]; None where there is none.

    Returns:
        The value and the width in bytes.
    """
    width = 9 - data[at].bit_length() if at < len(data) else 9
    if width > SIZE_WIDTH or at + width > len(data):
        return None
    value = int.from_bytes(data[at : at + width], "big")
    return value & ((1 << 7 * width) - 1), width


def header(view: View, offset: int, end: int) -> Element | None:
    """Read the id and the size of the element at an offset; None when they do not fit before `end`.

    Raises:
        MalformedFileError: no element begins there.
    """
    data = view.read_some(offset, min(_HEADER, end - offset))
    if not data:
        return None
    width = 9 - data[0].bit_length()
    if width > _ID_WIDTH:
        raise MalformedFileError("there is no EBML element", offset=offset)
    if len(data) > width and not data[width]:
        raise MalformedFileError("the size of an EBML element is too wide", offset=offset)
    size = vint(data, width)
    if size is None:
        return None
    value, size_width = size
    length = None if value == (1 << 7 * size_width) - 1 else value
    name = int.from_bytes(data[:width], "big")
    return Element(name, offset, offset + width + size_width, length)


def children(view: View, start: int, end: int) -> Iterator[Element]:
    """Walk the elements between two offsets; all must have a size and fit.

    Raises:
        MalformedFileError: an element runs past `end`.
        LimitExceededError: there are too many elements for the size of the file.
    """
    count, most = 0, view.limits.items + view.size // _SHORTEST
    while start < end:
        found = header(view, start, end)
        if found is None or found.length is None or found.end > end:
            raise MalformedFileError(
                "an EBML element runs past the end of its parent", offset=start
            )
        yield found
        start, count = found.end, count + 1
        check_limit("the number of EBML elements", count, most)


class Loaded(View):
    """A view whose bytes of one element are in memory, read at once.

    Args:
        base: the file.
        element: what is read, within the limits and the file.
        structure: its name, for errors.
    """

    __slots__ = ("_base", "_data", "_start")

    def __init__(self, base: View, element: Element, structure: str) -> None:
        super().__init__(base.size, base.name, base.limits)
        self._base = base
        self._start = element.offset
        length = element.end - element.offset
        self._data = base.read_metadata(element.offset, length, structure)

    def _get(self, offset: int, length: int) -> bytes:
        begin = offset - self._start
        if begin >= 0 and begin + length <= len(self._data):
            return self._data[begin : begin + length]
        return self._base.read(offset, length)


def number(data: bytes) -> int:
    """Read an unsigned integer element's data."""
    return int.from_bytes(data[-8:], "big")


def text(data: bytes) -> str:
    """Read a string element's data; NULs end it [RFC 8794 7.4, 7.5]."""
    return data.partition(b"\0")[0].decode("utf-8", "replace")


def size_field(length: int, width: int) -> bytes:
    """Return the size field of a known length in a given width."""
    return (length | 1 << 7 * width).to_bytes(width, "big")


def element(name: int, data: bytes, width: int = 0) -> bytes:
    """Return an element; `width` is the least width of its size field."""
    while not width or len(data) >= (1 << 7 * width) - 1:
        width += 1
    return name.to_bytes((name.bit_length() + 7) // 8, "big") + size_field(len(data), width) + data


def uint(name: int, value: int, width: int = 1) -> bytes:
    """Return an unsigned integer element of at least `width` bytes of data."""
    return element(name, value.to_bytes(max(width, (value.bit_length() + 7) // 8), "big"))


def void(length: int) -> bytes:
    """Return a Void element of a total length of at least two bytes."""
    width = 1 if length < 128 else SIZE_WIDTH  # noqa: PLR2004 - the longest of a one-byte size
    return b"\xec" + size_field(length - 1 - width, width) + bytes(length - 1 - width)


def crc_element(data: bytes) -> bytes:
    """Return the checksum element that stands before `data` in their parent."""
    return element(CRC32, zlib.crc32(data).to_bytes(4, "little"))
