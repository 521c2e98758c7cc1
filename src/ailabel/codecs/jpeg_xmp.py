"""How a JPEG keeps XMP: one packet in an APP1, the overflow in further ones [XMP3 1.1.3].

The overflow, called Extended XMP, is a second packet, cut into pieces. Every piece carries the MD5
of the whole, by which the first packet names it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ailabel.codecs import jpeg
from ailabel.io.source import check_limit
from ailabel.values import frozen

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ailabel.io.source import View

__all__ = ["EXTENSION", "PACKET", "PACKET_LIMIT", "Extension", "extensions", "pieces"]

PACKET: Final = b"http://ns.adobe.com/xap/1.0/\0"
EXTENSION: Final = b"http://ns.adobe.com/xmp/extension/\0"

PACKET_LIMIT: Final = jpeg.MAX_BODY - len(PACKET)
_DIGEST: Final = 32  # hex digits of the MD5
_PREFIX: Final = len(EXTENSION) + _DIGEST + 8  # then the length of the whole and the piece's offset
_PIECE: Final = 65_400  # the length that [XMP3 1.1.3.1] advises


@frozen
class Extension:
    """One Extended XMP packet, put together.

    Args:
        digest: its name, 32 hex digits.
        segments: the APP1 segments that hold it, in file order.
        packet: the whole.
    """

    digest: bytes
    segments: tuple[jpeg.Segment, ...]
    packet: bytes


@frozen
class _Piece:
    segment: jpeg.Segment
    total: int
    offset: int
    data: bytes


def extensions(view: View, found: Iterable[jpeg.Segment]) -> tuple[Extension, ...]:
    """Put Extended XMP together.

    Packets of which a piece is missing are left out: readers cannot see them either.

    Args:
        view: the file.
        found: the APP1 segments that begin with `EXTENSION`.

    Raises:
        LimitExceededError: they are longer than `Limits.metadata_bytes` together.
    """
    groups: dict[bytes, list[_Piece]] = {}
    total = 0
    for segment in found:
        total += segment.length
        check_limit("Extended XMP", total, view.limits.metadata_bytes)
        body = view.read(segment.body, segment.body_length, "Extended XMP")
        if len(body) >= _PREFIX:
            digest = body[len(EXTENSION) : _PREFIX - 8]
            length = int.from_bytes(body[_PREFIX - 8 : _PREFIX - 4], "big")
            offset = int.from_bytes(body[_PREFIX - 4 : _PREFIX], "big")
            piece = _Piece(segment, length, offset, body[_PREFIX:])
            groups.setdefault(digest, []).append(piece)
    return tuple(
        Extension(digest, tuple(piece.segment for piece in group), packet)
        for digest, group in groups.items()
        if (packet := _join(group)) is not None
    )


def pieces(packet: bytes) -> tuple[bytes, bytes]:
    """Cut an Extended XMP packet; return its digest and the segments that hold it."""
    import hashlib

    digest = hashlib.md5(packet, usedforsecurity=False).hexdigest().upper().encode()
    prefix = EXTENSION + digest + len(packet).to_bytes(4, "big")
    return digest, b"".join(
        jpeg.segment(0xE1, prefix + start.to_bytes(4, "big") + packet[start : start + _PIECE])
        for start in range(0, len(packet), _PIECE)
    )


def _join(group: list[_Piece]) -> bytes | None:
    """Join pieces in the order of their offsets; None when they leave a gap or overlap."""
    result = bytearray()
    for piece in sorted(group, key=lambda piece: piece.offset):
        if piece.offset != len(result) or piece.total != group[0].total:
            return None
        result += piece.data
    return bytes(result) if len(result) == group[0].total else None
