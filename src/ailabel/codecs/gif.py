"""GIF: blocks and sub-blocks [GIF89a], and XMP in an application extension [XMP3 1.1.2].

Sub-blocks carry no total length, so a file is walked from its beginning to its trailer; it is read
in windows, and nothing of it is kept.
"""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING, Final

from ailabel.errors import MalformedFileError
from ailabel.io.source import check_limit
from ailabel.values import frozen

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ailabel.io.source import View

__all__ = [
    "HEADER",
    "XMP_HEAD",
    "XMP_TRAILER",
    "Block",
    "Kind",
    "blocks",
    "body",
    "head_end",
    "joined",
    "pack",
]

HEADER: Final = (b"GIF87a", b"GIF89a")
_SCREEN: Final = 13  # header and logical screen descriptor [GIF89a 17, 18]
_IMAGE: Final = 10  # image descriptor with its separator [GIF89a 20]
_APPLICATION: Final = 14  # introducer, label, block size, identifier and code [GIF89a 26]
_TABLE_FLAG: Final = 0x80
_TABLE_SIZE: Final = 0x07
_EXTENSION: Final = 0x21
_WINDOW: Final = 1 << 16
_LONGEST: Final = 255
XMP_HEAD: Final = b"\x21\xff\x0bXMP DataXMP"
XMP_TRAILER: Final = b"\x01" + bytes(range(255, -1, -1)) + b"\0"  # [XMP3 1.1.2] the magic trailer


class Kind(IntEnum):
    """What a block is, by its label or separator [GIF89a appendix A]."""

    PLAIN_TEXT = 0x01
    IMAGE = 0x2C
    TRAILER = 0x3B
    GRAPHIC_CONTROL = 0xF9
    COMMENT = 0xFE
    APPLICATION = 0xFF
    OTHER = 0x00


@frozen(kw_only=True)
class Block:
    """One block of the data stream.

    Args:
        kind: what it is.
        offset: where it begins.
        data: where its sub-blocks begin; of an application extension, those behind the name.
        end: where it ends, the block terminator included.
        name: identifier and code of an application extension.
    """

    kind: Kind
    offset: int
    data: int
    end: int
    name: bytes = b""


def head_end(view: View) -> int:
    """Return where the header, the screen descriptor and the global colour table end.

    Raises:
        MalformedFileError: it is no GIF, or is cut short.
    """
    head = view.read(0, _SCREEN, "the GIF header")
    if head[:6] not in HEADER:
        raise MalformedFileError("the GIF header is missing", offset=0)
    return _SCREEN + _table(head[10])


def blocks(view: View) -> Iterator[Block]:
    """Walk the blocks up to the trailer; a file may end without one, and NULs stand between blocks.

    Raises:
        MalformedFileError: a block is cut short, or is none.
        LimitExceededError: there are too many.
    """
    window = _Window(view)
    offset, count = head_end(view), 0
    while offset < view.size:
        introducer = window.byte(offset)
        if introducer == 0:  # a block terminator too many, which decoders pass over
            offset += 1
            continue
        found = _block(window, offset, introducer)
        yield found
        if found.kind is Kind.TRAILER:
            return
        offset = found.end
        count += 1
        check_limit("the number of GIF blocks", count, view.limits.items)


def joined(view: View, start: int, end: int) -> Iterator[bytes]:
    """Yield the data of the sub-blocks between two offsets, without their framing, in pieces."""
    left = 0  # of a sub-block that begins in one window and ends in the next
    for offset in range(start, end, _WINDOW):
        raw, at = view.read(offset, min(_WINDOW, end - offset), "a GIF block"), 0
        pieces = []
        while at < len(raw):
            if left:
                piece = raw[at : at + left]
                pieces.append(piece)
                at, left = at + len(piece), left - len(piece)
            else:
                at, left = at + 1, raw[at]
        yield b"".join(pieces)


def body(view: View, block: Block) -> bytes:
    """Return the joined data of a block's sub-blocks.

    Raises:
        LimitExceededError: it is longer than metadata may be.
    """
    raw = view.read_metadata(block.data, block.end - block.data, "a GIF extension")
    data, at = bytearray(), 0  # joining millions of pieces would take eighty bytes for each
    while length := raw[at]:
        data += raw[at + 1 : at + 1 + length]
        at += 1 + length
    return bytes(data)


def pack(data: bytes) -> bytes:
    """Return data as sub-blocks with their terminator."""
    pieces = (data[at : at + _LONGEST] for at in range(0, len(data), _LONGEST))
    return b"".join(bytes([len(piece)]) + piece for piece in pieces) + b"\0"


class _Window:
    """Single bytes of a file, read by the window."""

    def __init__(self, view: View) -> None:
        self.view = view
        self._start = self._end = 0
        self._data = b""

    def byte(self, offset: int) -> int:
        """Return a byte.

        Raises:
            MalformedFileError: the file ends before.
        """
        if not self._start <= offset < self._end:
            self._data = self.view.read_some(offset, _WINDOW)
            if not self._data:
                raise MalformedFileError("the file ends inside a GIF block", offset=offset)
            self._start, self._end = offset, offset + len(self._data)
        return self._data[offset - self._start]

    def skip(self, offset: int) -> int:
        """Return where sub-blocks end, their terminator included."""
        while length := self.byte(offset):
            offset += 1 + length
        return offset + 1


def _block(window: _Window, offset: int, introducer: int) -> Block:
    if introducer == Kind.TRAILER:
        return Block(kind=Kind.TRAILER, offset=offset, data=offset + 1, end=offset + 1)
    if introducer == Kind.IMAGE:
        data = offset + _IMAGE + _table(window.byte(offset + _IMAGE - 1))
        end = window.skip(data + 1)  # behind the code size of LZW [GIF89a 22]
        return Block(kind=Kind.IMAGE, offset=offset, data=data, end=end)
    if introducer != _EXTENSION:
        raise MalformedFileError("what stands between GIF blocks is no block", offset=offset)
    label = window.byte(offset + 1)
    kind = Kind(label) if label in _LABELS else Kind.OTHER
    data, name = offset + 2, b""
    if kind is Kind.APPLICATION and window.byte(data) == len(XMP_HEAD) - 3:
        name = window.view.read(data + 1, 11, "a GIF extension")
        data = offset + _APPLICATION
    return Block(kind=kind, offset=offset, data=data, end=window.skip(data), name=name)


_LABELS: Final = (Kind.PLAIN_TEXT, Kind.GRAPHIC_CONTROL, Kind.COMMENT, Kind.APPLICATION)


def _table(flags: int) -> int:
    """Return how long the colour table is that flags announce [GIF89a 18]."""
    return 3 << (flags & _TABLE_SIZE) + 1 if flags & _TABLE_FLAG else 0
