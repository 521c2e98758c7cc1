"""What stands after the sound of an MP3 file: ID3v1, Lyrics3, APEv2 and appended ID3v2 tags."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ailabel.codecs import ape, id3
from ailabel.io.source import check_limit
from ailabel.values import frozen

if TYPE_CHECKING:
    from ailabel.io.source import View

__all__ = ["Tail", "tail"]

_ID3V1: Final = 128
_ENHANCED: Final = 227  # "TAG+", before ID3v1
_LYRICS_END: Final = b"LYRICS200"  # after six digits, the length of all that stands before them


@frozen
class Tail:
    """Where the sound ends, and the tags after it that can hold texts, the last one first."""

    start: int
    tags: tuple[id3.Tag | ape.Tag, ...]


def tail(view: View, start: int) -> Tail:
    """Peel the tags off the end of a file.

    Args:
        view: the file.
        start: where the sound begins.
    """
    end, tags, count = view.size, [], 0
    while True:
        tag = id3.appended_tag(view, start, end) or ape.tag_before(view, start, end)
        if tag is not None:
            tags.append(tag)
        before = tag.offset if tag is not None else _textless(view, start, end)
        if before is None:
            return Tail(end, tuple(tags))
        end, count = before, count + 1
        check_limit("the number of tags after the sound", count, view.limits.items)


def _textless(view: View, start: int, end: int) -> int | None:
    """Return where a tag that ends at `end` and can hold no label begins."""
    for length, mark in ((_ID3V1, b"TAG"), (_ENHANCED, b"TAG+")):
        if end - start >= length and view.read(end - length, len(mark)) == mark:
            return end - length
    mark = view.read_some(max(end - 15, start), 15) if end - start > 15 else b""  # noqa: PLR2004
    if mark[6:] == _LYRICS_END and mark[:6].isdigit():
        before = end - 15 - int(mark[:6])
        return before if before >= start else None
    return None
