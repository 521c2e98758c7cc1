"""ADTS: frames of AAC, one after the other [ISO13818-7 6.2]."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ailabel.values import frozen

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ailabel.io.source import View

__all__ = ["Frame", "frames", "is_sync"]

HEADER: Final = 7
_CHECKSUM: Final = 2
_WINDOW: Final = 1 << 16
_RATES: Final = 13  # sampling frequencies that are defined


@frozen
class Frame:
    """One frame: where it stands, its length, the length of its header, and what it decides.

    Args:
        offset: in bytes from the start of the file.
        length: header included.
        header: 7 bytes, or 9 with a checksum.
        config: profile, sampling frequency and channels, as the header's bits have them.
    """

    offset: int
    length: int
    header: int
    config: int


def is_sync(head: bytes) -> bool:
    """Say whether bytes begin like a frame: the sync word, and layer 0."""
    return len(head) > 1 and head[0] == 0xFF and head[1] & 0xF6 == 0xF0  # noqa: PLR2004


def frames(view: View, start: int, end: int) -> Iterator[Frame]:
    """Walk the frames between two offsets; what is no whole frame ends the walk."""
    window, base = b"", start
    while start + HEADER <= end:
        if start + HEADER > base + len(window):
            window, base = view.read_some(start, min(_WINDOW, end - start)), start
        frame = _frame(window[start - base : start - base + HEADER], start)
        if frame is None or start + frame.length > end:
            return
        yield frame
        start += frame.length


def _frame(head: bytes, offset: int) -> Frame | None:
    bits = int.from_bytes(head, "big")
    header = HEADER if head[1] & 1 else HEADER + _CHECKSUM
    length = bits >> 13 & 0x1FFF
    if not is_sync(head) or length < header or (head[2] >> 2 & 0xF) >= _RATES:
        return None
    config = head[2] >> 2 << 3 | (head[2] & 1) << 2 | head[3] >> 6
    return Frame(offset, length, header, config)
