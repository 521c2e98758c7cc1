"""FLV: a header and tags of sound, pictures and script data [FLV 10.1, annex E]."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ailabel.errors import MalformedFileError
from ailabel.io.source import check_limit
from ailabel.values import frozen

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ailabel.io.source import View

__all__ = [
    "AUDIO",
    "LONGEST",
    "SCRIPT",
    "TAG_HEADER",
    "VIDEO",
    "Tag",
    "script_tag",
    "start",
    "tags",
]

AUDIO: Final = 8
VIDEO: Final = 9
SCRIPT: Final = 18
LONGEST: Final = (1 << 24) - 1  # the data of a tag
TAG_HEADER: Final = 11
_SIZE: Final = 4  # of the size of the tag before
_HEADER: Final = 9
_TYPE: Final = 0x1F
_FILTERED: Final = 0x20  # encrypted
_SHORTEST: Final = 16  # bytes a tag of an honest file takes, at the least


@frozen
class Tag:
    """One tag: its type, whether it is encrypted, where it begins, and the length of its data."""

    type: int
    encrypted: bool
    offset: int
    length: int

    @property
    def body(self) -> int:
        """Where the data begin."""
        return self.offset + TAG_HEADER

    @property
    def end(self) -> int:
        """Where the data end; the tag's size follows."""
        return self.body + self.length


def start(view: View) -> int:
    """Return where the first tag begins.

    Raises:
        MalformedFileError: there is no FLV header.
    """
    head = view.read(0, _HEADER, "the FLV header")
    offset = int.from_bytes(head[5:], "big")
    if head[:3] != b"FLV" or offset < _HEADER or offset + _SIZE > view.size:
        raise MalformedFileError("the FLV header is damaged", offset=0)
    return offset + _SIZE


def tags(view: View) -> Iterator[Tag]:
    """Walk the tags that are all there; a recording may break off in the last one.

    Raises:
        LimitExceededError: there are too many for the size of the file.
    """
    offset, count = start(view), 0
    most = view.limits.items + view.size // _SHORTEST
    while view.size - offset >= TAG_HEADER:
        head = view.read(offset, 4, "an FLV tag")
        length = int.from_bytes(head[1:], "big")
        tag = Tag(head[0] & _TYPE, bool(head[0] & _FILTERED), offset, length)
        if tag.end > view.size:
            break
        yield tag
        offset, count = tag.end + _SIZE, count + 1
        check_limit("the number of FLV tags", count, most)


def script_tag(data: bytes) -> bytes:
    """Return a tag of script data at time zero, with its size behind it."""
    head = bytes([SCRIPT]) + len(data).to_bytes(3, "big") + bytes(7)
    return head + data + (TAG_HEADER + len(data)).to_bytes(_SIZE, "big")
