"""FLAC: the metadata blocks before the sound [RFC9639 8]."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ailabel.codecs import id3
from ailabel.errors import MalformedFileError
from ailabel.io.source import check_limit
from ailabel.values import frozen

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ailabel.io.source import View

__all__ = [
    "HEADER",
    "MARKER",
    "PADDING",
    "STREAMINFO",
    "VORBIS_COMMENT",
    "Block",
    "StreamInfo",
    "block",
    "blocks",
    "find_marker",
    "streaminfo",
]

MARKER: Final = b"fLaC"  # [RFC9639 6]
HEADER: Final = 4  # last-block flag and type, 24-bit length [RFC9639 8.1]
STREAMINFO: Final = 0
PADDING: Final = 1
VORBIS_COMMENT: Final = 4
_STREAMINFO_LENGTH: Final = 34
_INVALID: Final = 127
_LAST: Final = 0x80


@frozen(kw_only=True)
class Block:
    """One metadata block: its type, where its header begins, the length of its body."""

    type: int
    offset: int
    length: int
    last: bool

    @property
    def body(self) -> int:
        """Where the body begins."""
        return self.offset + HEADER

    @property
    def end(self) -> int:
        """Where the block ends."""
        return self.offset + HEADER + self.length


@frozen(kw_only=True)
class StreamInfo:
    """What the STREAMINFO block says [RFC9639 8.2].

    Args:
        min_block: smallest block size, in samples per channel.
        max_block: largest block size.
        min_frame: smallest frame, in bytes; 0 when not known.
        max_frame: largest frame, in bytes; 0 when not known.
        sample_rate: in hertz.
        channels: 1 to 8.
        bits: per sample, 4 to 32.
        samples: per channel in the whole stream; 0 when not known.
        md5: of the decoded sound; zeros when not known.
    """

    min_block: int
    max_block: int
    min_frame: int
    max_frame: int
    sample_rate: int
    channels: int
    bits: int
    samples: int
    md5: bytes


def find_marker(view: View) -> int | None:
    """Return where the FLAC stream begins, after any ID3v2 tags; None where there is none."""
    offset = id3.end_of_tags(view)
    return offset if view.read_some(offset, len(MARKER)) == MARKER else None


def block(kind: int, body: bytes, *, last: bool) -> bytes:
    """Return a metadata block with its header; the body is below 16 MiB."""
    return bytes([kind | (_LAST if last else 0)]) + len(body).to_bytes(3, "big") + body


def blocks(view: View) -> Iterator[Block]:
    """Walk the metadata blocks; the first is STREAMINFO, the sound begins where the last one ends.

    Raises:
        MalformedFileError: this is no FLAC stream, or a block runs past the end of the file.
    """
    start = find_marker(view)
    if start is None:
        raise MalformedFileError("the FLAC marker is missing", offset=0)
    offset, count, last = start + len(MARKER), 0, False
    while not last:
        found = _block(view, offset)
        if (count == 0) != (found.type == STREAMINFO):
            raise MalformedFileError(
                "the FLAC block STREAMINFO must stand first and once", offset=offset
            )
        yield found
        offset, count, last = found.end, count + 1, found.last
        check_limit("the number of FLAC metadata blocks", count, view.limits.items)


def _block(view: View, offset: int) -> Block:
    header = view.read(offset, HEADER, "a FLAC block header")
    found = Block(
        type=header[0] & ~_LAST,
        offset=offset,
        length=int.from_bytes(header[1:], "big"),
        last=bool(header[0] & _LAST),
    )
    if found.type == _INVALID:
        raise MalformedFileError("a FLAC block has the forbidden type 127", offset=offset)
    if found.end > view.size:
        raise MalformedFileError(
            "the file ends inside {structure}", offset=offset, structure="a FLAC metadata block"
        )
    return found


def streaminfo(view: View, found: Block) -> StreamInfo:
    """Parse the STREAMINFO block.

    Raises:
        MalformedFileError: it does not have 34 bytes.
    """
    if found.length != _STREAMINFO_LENGTH:
        raise MalformedFileError(
            "the FLAC block STREAMINFO has a wrong length", offset=found.offset
        )
    data = view.read(found.body, found.length)
    packed = int.from_bytes(data[10:18], "big")  # 20 bits rate, 3 channels, 5 depth, 36 samples
    return StreamInfo(
        min_block=int.from_bytes(data[0:2], "big"),
        max_block=int.from_bytes(data[2:4], "big"),
        min_frame=int.from_bytes(data[4:7], "big"),
        max_frame=int.from_bytes(data[7:10], "big"),
        sample_rate=packed >> 44,
        channels=(packed >> 41 & 7) + 1,
        bits=(packed >> 36 & 31) + 1,
        samples=packed & (1 << 36) - 1,
        md5=data[18:34],
    )
