"""APEv2: the tag at the end of Monkey's Audio, WavPack, Musepack and some MP3 files [APE Tags]."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ailabel.io.source import check_limit
from ailabel.io.splice import Edit
from ailabel.values import frozen

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from ailabel.io.source import View
    from ailabel.spi import Slot

__all__ = [
    "FOOTER",
    "Item",
    "Tag",
    "change",
    "drop",
    "items",
    "new_tag",
    "retext",
    "tag_before",
    "text_item",
]

FOOTER: Final = 32
_PREAMBLE: Final = b"APETAGEX"
_VERSION: Final = 2000
_HAS_HEADER: Final = 1 << 31
_IS_HEADER: Final = 1 << 29
_KEY: Final = 256  # a key has at most 255 characters


@frozen(kw_only=True)
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


@frozen(kw_only=True)
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
    return change(tag, dict.fromkeys(found, b""))


def change(tag: Tag, found: Mapping[Item, bytes], added: bytes = b"") -> list[Edit]:
    """Plan a change of a tag and of the sizes that its header and footer state.

    Args:
        tag: the tag; it is taken out when no item is left.
        found: what to put for items; nothing for those that go.
        added: an item to put before all others.
    """
    count = tag.count + bool(added) - sum(not new for new in found.values())
    if count <= 0:
        return [Edit(tag.offset, tag.end - tag.offset, b"")]
    growth = len(added) + sum(len(new) - item.length for item, new in found.items())
    stated = (tag.end - tag.body + growth).to_bytes(4, "little") + count.to_bytes(4, "little")
    edits = [Edit(item.offset, item.length, new) for item, new in found.items()]
    edits += [Edit(tag.body, 0, added), Edit(tag.end - FOOTER + 12, 8, stated)]
    if tag.headed:
        edits.append(Edit(tag.offset + 12, 8, stated))
    return edits


def text_item(key: str, value: str) -> bytes:
    """Return an item that holds a text."""
    text = value.encode()
    return len(text).to_bytes(4, "little") + bytes(4) + key.encode("ascii") + b"\0" + text


def retext(view: View, item: Item, slot: Slot, value: str) -> bytes:
    """Return an item with another text, its key and flags kept.

    Raises:
        PlanError: the item spells its text otherwise.
    """
    from ailabel.codecs.respell import stored

    raw = stored(slot, value)
    head = view.read(item.offset, item.value - item.offset)
    return len(raw).to_bytes(4, "little") + head[4:] + raw


def new_tag(item: bytes) -> bytes:
    """Return a tag of version 2 with a header and one item."""

    def edge(flags: int) -> bytes:
        numbers = (_VERSION, len(item) + FOOTER, 1, _HAS_HEADER | flags)
        return _PREAMBLE + b"".join(n.to_bytes(4, "little") for n in numbers) + bytes(8)

    return edge(_IS_HEADER) + item + edge(0)
