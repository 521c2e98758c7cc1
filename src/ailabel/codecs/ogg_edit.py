"""Ogg: changing one header packet as edits.

Only the pages that the packet lies on are laced anew, and their number is kept where the packet
fits; so nothing else changes. Where it does not fit, the numbers of the stream's later pages move.
A checksum is linear in the bytes of its page: what a new number adds to it follows from the number
and from the page's length alone, so the content of these pages is never read.
"""

from __future__ import annotations

import struct
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from ailabel.codecs import ogg
from ailabel.errors import MalformedFileError
from ailabel.io.source import check_limit
from ailabel.io.splice import Edit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ailabel.codecs.ogg import Packet, Page, Stream
    from ailabel.io.source import View

__all__ = ["growth", "repage", "restate"]

_NO_GRANULE: Final = -1  # no packet ends on the page [RFC3533 6]
_SEQUENCE: Final = 18  # where the page's number stands; the checksum follows
_FLAGS: Final = 5  # where the flags stand; position, serial, number and checksum follow
_STATED: Final = struct.Struct("<BqII")
_ZEROS: Final = memoryview(bytes(1 << 16))  # longer than any page


def repage(
    view: View, stream: Stream, found: Packet, data: bytes, *, compact: bool = False
) -> list[Edit]:
    """Plan putting `data` in the place of a packet.

    Args:
        view: the file.
        stream: the stream that the packet is of.
        found: where it stands.
        data: the new packet.
        compact: whether to use as few pages as can be, rather than as many as before.

    Raises:
        MalformedFileError: a page that must be rebuilt has a wrong checksum.
        LimitExceededError: too many pages would have to be numbered anew.
    """
    old = stream.pages[found.first : found.last + 1]
    _check(view, old)
    new = _build(view, old, found, data, compact=compact)
    edits = [
        Edit(page.offset, page.end - page.offset, piece)
        for page, piece in zip(old, _spread(new, len(old)), strict=True)
        if view.read(page.offset, page.end - page.offset) != piece
    ]
    shift = len(new) - len(old)
    return edits + (list(_renumber(view, stream, old[-1], shift)) if shift else [])


def growth(edits: list[Edit]) -> int:
    """Return by how much edits make the file longer."""
    return sum(len(edit.data) - edit.length for edit in edits)


def _check(view: View, old: tuple[Page, ...]) -> None:
    """Refuse damaged pages: a new checksum would make them look sound."""
    for page in old:
        data = bytearray(view.read(page.offset, page.end - page.offset))
        data[_SEQUENCE + 4 : _SEQUENCE + 8] = bytes(4)
        if ogg.checksum(bytes(data)) != page.checksum:
            raise MalformedFileError("the checksum of an Ogg page is wrong", offset=page.offset)


def _build(
    view: View, old: tuple[Page, ...], found: Packet, data: bytes, *, compact: bool
) -> list[bytes]:
    """Return the new pages: what stood before the packet, the packet, and what stood behind."""
    first, last = old[0], old[-1]
    head, tail = first.lacing[: found.begin], last.lacing[found.end :]
    full, rest = divmod(len(data), ogg.SEGMENTS)
    lacing = head + bytes([ogg.SEGMENTS]) * full + bytes([rest])
    body = view.read(first.body, sum(head)) + data
    behind = view.read(last.end - sum(tail), sum(tail))
    fills = _fills(len(lacing), len(tail), 1 if compact else len(old))
    pages, position, begin = [], 0, 0
    for index, fill in enumerate(fills):
        segments, is_last = lacing[position : position + fill], index == len(fills) - 1
        end = begin + sum(segments)
        laced = segments + tail if is_last else segments
        goes_on = position > 0 and lacing[position - 1] == ogg.SEGMENTS
        page = replace(
            last if is_last else first,
            flags=_flags(first, last, goes_on=goes_on, place=(index == 0, is_last)),
            granule=_granule(laced, last.granule if is_last else 0),
            sequence=first.sequence + index & 0xFFFFFFFF,
        )
        pages.append(ogg.build(page, laced, body[begin:end] + (behind if is_last else b"")))
        position, begin = position + fill, end
    return pages


def _fills(segments: int, tail: int, wanted: int) -> list[int]:
    """Say how many segments of the packet stand on each page.

    The first pages are filled, but each gets one at least; so the packet ends where the tail
    begins, on the last page.
    """
    least = -(-(segments + tail) // ogg.SEGMENTS)
    fills: list[int] = []
    for following in range(min(max(least, wanted), segments) - 1, 0, -1):
        fills.append(min(ogg.SEGMENTS, segments - sum(fills) - following))
    return [*fills, segments - sum(fills)]


def _flags(first: Page, last: Page, *, goes_on: bool, place: tuple[bool, bool]) -> int:
    is_first, is_last = place
    begun = first.flags & (ogg.CONTINUED | ogg.FIRST) if is_first else ogg.CONTINUED * goes_on
    return begun | (last.flags & ogg.LAST if is_last else 0)


def _granule(lacing: bytes, granule: int) -> int:
    ends = any(length < ogg.SEGMENTS for length in lacing)
    return granule if ends else _NO_GRANULE


def _spread(new: list[bytes], count: int) -> list[bytes]:
    """Lay pages over the places of others; those that are left over go to the last place."""
    kept = [*new[: count - 1], b"".join(new[count - 1 :])]
    return kept + [b""] * (count - len(kept))


def _renumber(view: View, stream: Stream, after: Page, shift: int) -> Iterator[Edit]:
    """Move the numbers of a stream's later pages, and add to their checksums what that adds."""
    count = 0
    for number, page in ogg.numbered(view):
        if number != stream.number or page.offset <= after.offset:
            continue
        count += 1
        check_limit("the number of Ogg pages behind the headers", count, view.limits.items)
        yield restate(page, replace(page, sequence=page.sequence + shift & 0xFFFFFFFF))


def restate(page: Page, new: Page) -> Edit:
    """Plan other flags, another granule position, another number of a page, and its checksum.

    Args:
        page: the page.
        new: the same page with other fields.
    """
    old, stated = _fields(page), _fields(new)
    change = bytes(map(int.__xor__, old, stated))
    behind = _ZEROS[: page.end - page.offset - _FLAGS - len(change)]
    value = page.checksum ^ ogg.checksum(b"".join((change, behind)))
    same = len(change) - len(change.lstrip(b"\0"))
    data = stated[same:] + value.to_bytes(4, "little")
    return Edit(page.offset + _FLAGS + same, len(data), data)


def _fields(page: Page) -> bytes:
    return _STATED.pack(page.flags, page.granule, page.serial, page.sequence)
