"""The frames in the blocks of Matroska, laced or not [RFC 9559 10]."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ailabel.codecs import ebml, matroska
from ailabel.errors import MalformedFileError
from ailabel.io.source import check_limit
from ailabel.spi import Span

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ailabel.io.source import View

__all__ = ["frames"]

_BLOCK_GROUP: Final = 0xA0
_BLOCK: Final = 0xA1
_SIMPLE_BLOCK: Final = 0xA3
_HEAD: Final = 16  # number of the track, time, flags, number of frames
_LACING: Final = 0x06  # the bits of the flags: none, Xiph, fixed, EBML
_XIPH: Final = 0x02
_FIXED: Final = 0x04
_SHORTEST: Final = 16  # bytes a frame of an honest file takes on average, at the least
_SIZES: Final = 1 << 17  # more than the sizes of a lace of 256 frames can take


def frames(view: View, segment: matroska.Segment) -> Iterator[tuple[int, Span]]:
    """Yield each frame with the number of its track, in file order.

    Raises:
        MalformedFileError: a block or a lace is damaged.
        LimitExceededError: there are too many frames for the size of the file.
    """
    most = view.limits.items + view.size // _SHORTEST
    for count, frame in enumerate(_frames(view, segment)):
        check_limit("the number of frames", count, most)
        yield frame


def _frames(view: View, segment: matroska.Segment) -> Iterator[tuple[int, Span]]:
    for child in matroska.level_one(view, segment.element):
        if child.id != matroska.CLUSTER:
            continue
        for item in ebml.children(view, child.body, min(child.end, view.size)):
            if item.id == _SIMPLE_BLOCK:
                yield from _block(view, item)
            elif item.id == _BLOCK_GROUP:
                for inner in ebml.children(view, item.body, item.end):
                    if inner.id == _BLOCK:
                        yield from _block(view, inner)


def _block(view: View, block: ebml.Element) -> Iterator[tuple[int, Span]]:
    head = view.read_some(block.body, min(_HEAD, block.end - block.body))
    track = ebml.vint(head)
    if track is None or len(head) < track[1] + 3:
        raise _damaged(block)
    number, width = track
    start = block.body + width + 3
    lacing = head[width + 2] & _LACING
    if not lacing:
        yield number, Span(start, block.end - start)
        return
    sizes, used = _sizes(view, block, start, lacing)
    start += used
    last = block.end - start - sum(sizes)
    if last < 0:
        raise _damaged(block)
    for size in (*sizes, last):
        yield number, Span(start, size)
        start += size


def _sizes(view: View, block: ebml.Element, start: int, lacing: int) -> tuple[list[int], int]:
    """Return the sizes of all frames of a lace but the last, and how many bytes they took."""
    data = view.read_some(start, min(_SIZES, block.end - start))
    if not data:
        raise _damaged(block)
    count = data[0]  # of frames, less one
    if lacing == _FIXED:
        size, rest = divmod(block.end - start - 1, count + 1)
        if rest:
            raise _damaged(block)
        return [size] * count, 1
    sizes = _xiph(data, count) if lacing == _XIPH else _ebml(data, count)
    if sizes is None:
        raise _damaged(block)
    return sizes


def _xiph(data: bytes, count: int) -> tuple[list[int], int] | None:
    """Read sizes that are sums of bytes; a byte below 255 ends each [RFC 9559 10.3.2]."""
    sizes, at = [], 1
    for _ in range(count):
        size = 0
        while at < len(data) and data[at] == 0xFF:  # noqa: PLR2004 - goes on
            size, at = size + 255, at + 1
        if at >= len(data):
            return None
        sizes.append(size + data[at])
        at += 1
    return sizes, at


def _ebml(data: bytes, count: int) -> tuple[list[int], int] | None:
    """Read a size and the differences of those that follow [RFC 9559 10.3.3]."""
    sizes: list[int] = []
    at = 1
    for _ in range(count):
        found = ebml.vint(data, at)
        if found is None:
            return None
        value, width = found
        bias = (1 << 7 * width - 1) - 1
        sizes.append(sizes[-1] + value - bias if sizes else value)
        if sizes[-1] < 0:
            return None
        at += width
    return sizes, at


def _damaged(block: ebml.Element) -> MalformedFileError:
    return MalformedFileError("a Matroska block is damaged", offset=block.offset)
