"""Samsung's trailer behind pictures: named blocks, and a directory of them at the very end.

No document is public; the layout is the one that ExifTool reads. The file ends with the length of
the directory and ``SEFT``; the directory begins with ``SEFH``, a version and the number of its
entries; each entry says how far before the directory its block begins, and how long it is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ailabel.values import frozen

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ailabel.io.source import View

__all__ = ["Block", "blocks"]

_HEAD: Final = b"SEFH"
_TAIL: Final = b"SEFT"
_COUNT: Final = 8  # where the number of entries stands in the directory
_FIRST: Final = 12  # where the first entry stands
_ENTRY: Final = 12
_NAMED: Final = 8  # marker and length of the name, in a block
_NAME: Final = 128  # the longest name; ours
_MOST: Final = 1000  # entries; ours


@frozen(kw_only=True)
class Block:
    """One block: its name, where it begins and ends, and where its data begin."""

    name: str
    offset: int
    data: int
    end: int


def blocks(view: View, end: int) -> Iterator[Block]:
    """Yield the blocks of the trailer that ends at an offset; none where there is no trailer."""
    tail = view.read_some(end - 8, 8) if end >= _FIRST + 8 else b""
    if tail[4:] != _TAIL:
        return
    start = end - 8 - int.from_bytes(tail[:4], "little")
    head = view.read_some(start, _FIRST) if start >= 0 else b""
    if head[:4] != _HEAD:
        return
    count = min(int.from_bytes(head[_COUNT:], "little"), _MOST)
    table = view.read_some(start + _FIRST, count * _ENTRY)
    for at in range(0, len(table) - _ENTRY + 1, _ENTRY):
        distance = int.from_bytes(table[at + 4 : at + 8], "little")
        length = int.from_bytes(table[at + 8 : at + 12], "little")
        found = _block(view, start - distance, start - distance + length)
        if found is not None and found.end <= start:
            yield found


def _block(view: View, offset: int, end: int) -> Block | None:
    head = view.read_some(offset, _NAMED) if offset >= 0 else b""
    length = int.from_bytes(head[4:], "little")
    data = offset + _NAMED + length
    if len(head) < _NAMED or length > _NAME or data > end:
        return None
    name = view.read_some(offset + _NAMED, length).decode("ascii", "replace")
    return Block(name=name, offset=offset, data=data, end=end)
