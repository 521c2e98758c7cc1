"""ZIP: what the members of an archive hold, inflated within bounds [APPNOTE 4.4, 4.5]."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, Final

from ailabel.codecs.zip import DEFLATED, ENCRYPTED, STORED
from ailabel.errors import MalformedFileError, PlanError
from ailabel.io.source import check_limit, inflatable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ailabel.codecs.zip import Archive, Member
    from ailabel.io.source import View

__all__ = ["check_encryption", "content", "read"]

_CHUNK: Final = 1 << 20


def content(archive: Archive, member: Member) -> Iterator[bytes]:
    """Yield a member's content in pieces, never more than its record promises.

    Raises:
        PlanError: it is encrypted.
        MalformedFileError: it is damaged, or compressed by another method than deflate.
    """
    check_encryption(member)
    entry = archive.entry(member)
    pieces = _pieces(archive.view, entry.data, member.packed)
    if member.method == DEFLATED:
        pieces = _inflate(pieces, member)
    elif member.method != STORED:
        raise MalformedFileError(
            "ZIP member {name} is compressed by method {method}, which is not deflate",
            offset=member.offset,
            name=member.name,
            method=member.method,
        )
    crc = total = 0
    for piece in pieces:
        crc = zlib.crc32(piece, crc)
        total += len(piece)
        if total > member.size:
            break
        yield piece
    if (crc, total) != (member.crc, member.size):
        raise _damaged(member)


def read(archive: Archive, member: Member, limit: int) -> bytes:
    """Return a member's whole content.

    Raises:
        LimitExceededError: it is longer than `limit`, or packed more than anybody would; then
            nothing was inflated.
        PlanError: it is encrypted.
        MalformedFileError: it is damaged.
    """
    check_limit(member.name, member.size, inflatable(member.packed, limit))
    return b"".join(content(archive, member))


def check_encryption(member: Member) -> None:
    """Raise `PlanError` for an encrypted member."""
    if member.flags & ENCRYPTED:
        raise PlanError("ZIP member {name} is encrypted; decrypt the file first", name=member.name)


def _pieces(view: View, offset: int, length: int) -> Iterator[bytes]:
    end = offset + length
    for at in range(offset, end, _CHUNK):
        yield view.read(at, min(_CHUNK, end - at), "a ZIP member")


def _inflate(pieces: Iterator[bytes], member: Member) -> Iterator[bytes]:
    decoder = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        for piece in pieces:
            if decoder.eof:
                raise _damaged(member)
            waiting = piece
            while waiting and not decoder.eof:
                yield decoder.decompress(waiting, _CHUNK)
                waiting = decoder.unconsumed_tail
        yield decoder.flush()
    except zlib.error:
        raise _damaged(member) from None
    if not decoder.eof or decoder.unused_data:
        raise _damaged(member)


def _damaged(member: Member) -> MalformedFileError:
    return MalformedFileError(
        "the content of ZIP member {name} is damaged", offset=member.offset, name=member.name
    )
