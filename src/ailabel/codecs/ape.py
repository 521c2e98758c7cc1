"""APEv2: the tag that some programs append to MP3 files [APE Tags, Hydrogenaudio]."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from ailabel.io.source import check_limit
from ailabel.io.splice import Edit

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from ailabel.io.source import View

__all__ = ["FOOTER", "Item", "Tag", "drop", "items", "tag_before"]

FOOTER: Final = 32
_PREAMBLE: Final = b"APETAGEX"
_HAS_HEADER: Final = 1 << 31
_KEY: Final = 256  # a key has at most 255 characters


@dataclass(frozen=True, slots=True, kw_only=True)
class Tag:
    """A tag: where it begins and ends, whether a header repeats the footer, how many items."""

    offset: int
    end: int
    headed: bool
    count: int

    @property
    def body(self) -> int:
        """Where the items begin."""
        return self.offset + (FOOTER if self.headed else 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One item; `offset` and `length` of all of it, `value` where its value begins."""

    key: str
    offset: int
    length: int
    value: int

    @property
    def end(self) -> int:
        """Where the item ends."""
        return self.offset + self.length


def tag_before(view: View, start: int, end: int) -> Tag | None:
    """Return the tag whose footer ends at `end`, and which begins at or after `start`."""
    if end - start < FOOTER:
        return None
    footer = view.read(end - FOOTER, FOOTER)
    if footer[:8] != _PREAMBLE:
        return None
    _, size, count, flags = (
        int.from_bytes(footer[at : at + 4], "little") for at in (8, 12, 16, 20)
    )
    headed = bool(flags & _HAS_HEADER)
    offset = end - size - (FOOTER if headed else 0)
    if size < FOOTER or offset < start:
        return None
    return Tag(offset=offset, end=end, headed=headed, count=count)


def items(view: View, tag: Tag) -> Iterator[Item]:
    """Walk the items of a tag; what is no item ends the walk."""
    position, end = tag.body, tag.end - FOOTER
    check_limit("the number of APE items", tag.count, view.limits.items)
    for _ in range(tag.count):
        head = view.read_some(position, min(8 + _KEY, end - position))
        stop = head.find(b"\0", 8)
        length = int.from_bytes(head[:4], "little")
        if stop < 0 or position + stop + 1 + length > end:
            return
        key = head[8:stop].decode("ascii", "replace")
        value = position + stop + 1
        yield Item(key=key, offset=position, length=stop + 1 + length, value=value)
        position = value + length


def drop(tag: Tag, found: Collection[Item]) -> list[Edit]:
    """Plan taking items out, and the whole tag when none is left."""
    if len(found) == tag.count:
        return [Edit(tag.offset, tag.end - tag.offset, b"")]
    size = tag.end - tag.body - sum(item.length for item in found)
    stated = size.to_bytes(4, "little") + (tag.count - len(found)).to_bytes(4, "little")
    edits = [Edit(item.offset, item.length, b"") for item in found]
    edits.append(Edit(tag.end - FOOTER + 12, 8, stated))
    if tag.headed:
        edits.append(Edit(tag.offset + 12, 8, stated))
    return edits
