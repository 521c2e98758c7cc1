"""Ogg: the comment packet of each codec, around the same comments.

[Vorbis I 4.2.3, 5; RFC7845 5.2; Theora 6.3; Speex manual; RFC9639 10.1.] What follows the
comments may be changed by rule: in Opus and by custom elsewhere, zeros there are padding.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ailabel.codecs import ogg, vorbis
from ailabel.errors import MalformedFileError
from ailabel.values import frozen

if TYPE_CHECKING:
    from ailabel.codecs.ogg import Kind
    from ailabel.io.source import Limits

__all__ = ["CommentPacket", "build", "parse"]

_BLOCK: Final = 4  # FLAC: the header of a metadata block
_COMMENTS: Final = 4  # FLAC: the type of a comment block
_LAST: Final = 0x80
_LONGEST: Final = (1 << 24) - 1  # FLAC: a block's length has 24 bits


@frozen
class CommentPacket:
    """A comment packet.

    Args:
        kind: of the stream.
        head: what stands before the comments.
        comments: the comments, and what follows them.
    """

    kind: Kind
    head: bytes
    comments: vorbis.Comments

    @property
    def may_pad(self) -> bool:
        """Whether zeros may follow."""
        rest = self.comments.rest
        if self.kind is ogg.VORBIS:  # the framing bit must be there
            return bool(rest) and bool(rest[0] & 1)
        if self.kind is ogg.OPUS:  # with the bit set, the rest is data that must be kept
            return not (rest and rest[0] & 1)
        return self.kind is not ogg.FLAC

    @property
    def zeros(self) -> int:
        """How many zeros stand at the end."""
        rest = self.comments.rest
        return len(rest) - len(rest.rstrip(b"\0"))


def parse(kind: Kind, data: bytes, limits: Limits) -> CommentPacket:
    """Parse a comment packet.

    Raises:
        MalformedFileError: it is none of this codec, or its comments are damaged.
    """
    length = _BLOCK if kind is ogg.FLAC else len(kind.prefix)
    head = data[:length]
    fits = len(head) == length and (
        head[0] & ~_LAST == _COMMENTS if kind is ogg.FLAC else head == kind.prefix
    )
    if not fits:
        raise MalformedFileError("the {codec} stream has no comment packet", codec=kind.name)
    return CommentPacket(kind, head, vorbis.parse(data[length:], limits))


def build(packet: CommentPacket) -> bytes:
    """Return a comment packet as bytes.

    Raises:
        PlanError: the comments are longer than a FLAC block can be.
    """
    body = vorbis.build(packet.comments)
    if packet.kind is not ogg.FLAC:
        return packet.head + body
    if len(body) > _LONGEST:
        from ailabel.errors import PlanError

        raise PlanError("the FLAC comment block would become too large")
    return packet.head[:1] + len(body).to_bytes(3, "big") + body
