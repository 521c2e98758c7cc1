"""Vorbis comments: a vendor string and ``KEY=value`` entries [Vorbis I 5; RFC9639 8.6]."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ailabel.errors import MalformedFileError
from ailabel.io.source import check_limit
from ailabel.values import frozen

if TYPE_CHECKING:
    from ailabel.io.source import Limits

__all__ = ["Comments", "at", "build", "entry", "parse", "split"]

_COMMENTS: Final = 10_000  # in one header; the fullest of people have some hundreds


@frozen
class Comments:
    """A comment header, as bytes, so that what was there is written back unchanged.

    Args:
        vendor: who encoded the sound.
        entries: each ``KEY=value``, in order.
        rest: what follows the entries: in Ogg Vorbis the framing bit.
    """

    vendor: bytes
    entries: tuple[bytes, ...]
    rest: bytes = b""


def parse(data: bytes, limits: Limits) -> Comments:
    """Parse a comment header.

    Raises:
        MalformedFileError: a length runs past its end.
        LimitExceededError: it has too many entries.
    """
    vendor, position = _string(data, 0)
    count = int.from_bytes(data[position : position + 4], "little")
    if position + 4 + 4 * count > len(data):
        raise MalformedFileError("the Vorbis comments end before their last entry")
    check_limit("the number of Vorbis comments", count, min(_COMMENTS, limits.items))
    position += 4
    entries: list[bytes] = []
    for _ in range(count):
        found, position = _string(data, position)
        entries.append(found)
    return Comments(vendor, tuple(entries), data[position:])


def _string(data: bytes, position: int) -> tuple[bytes, int]:
    start = position + 4
    end = start + int.from_bytes(data[position:start], "little")
    if start > len(data) or end > len(data):
        raise MalformedFileError("the Vorbis comments end before their last entry")
    return data[start:end], end


def build(comments: Comments) -> bytes:
    """Return a comment header as bytes, the inverse of `parse`."""
    pieces = [_sized(comments.vendor), len(comments.entries).to_bytes(4, "little")]
    pieces += [_sized(found) for found in comments.entries]
    return b"".join((*pieces, comments.rest))


def at(comments: Comments, offset: int) -> int:
    """Return which entry stands at an offset, from the start of the header."""
    position, starts = 4 + len(comments.vendor) + 4, []
    for found in comments.entries:
        starts.append(position)
        position += 4 + len(found)
    return starts.index(offset)


def _sized(data: bytes) -> bytes:
    return len(data).to_bytes(4, "little") + data


def entry(key: str, value: str) -> bytes:
    """Return one entry."""
    return f"{key}={value}".encode()


def split(found: bytes) -> tuple[str, str]:
    """Return an entry's key in upper case, as keys are compared, and its value."""
    key, _, value = found.decode("utf-8", "replace").partition("=")
    return key.upper(), value
