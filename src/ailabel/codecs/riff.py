"""RIFF: the chunk grammar of WAV and WebP [RIFF 1991; RF64: EBU Tech 3306]."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ailabel.errors import MalformedFileError
from ailabel.io.source import check_limit
from ailabel.values import frozen

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ailabel.io.source import View

__all__ = ["HEADER", "Chunk", "chunk", "chunks"]

HEADER: Final = 12  # "RIFF", size, form type
_STREAMED: Final = 0xFFFFFFFF  # size not known when the header was written


@frozen
class Chunk:
    """One chunk: `id`, where its header begins, and the length of its body without the pad byte."""

    id: bytes
    offset: int
    length: int

    @property
    def body(self) -> int:
        """Where the body begins."""
        return self.offset + 8

    @property
    def end(self) -> int:
        """Where the chunk ends, pad byte included."""
        return self.offset + 8 + self.length + (self.length & 1)


def chunk(name: bytes, body: bytes) -> bytes:
    """Return a chunk with its header and, for an odd body, its pad byte."""
    return name + len(body).to_bytes(4, "little") + body + b"\0" * (len(body) & 1)


def chunks(
    view: View, start: int, end: int, sizes: dict[bytes, int] | None = None
) -> Iterator[Chunk]:
    """Walk the chunks between two offsets.

    Args:
        view: the file.
        start: where the first chunk begins.
        end: where the last one ends at the latest.
        sizes: true lengths by chunk id, from ``ds64``, for chunks whose header says 0xFFFFFFFF.

    Raises:
        MalformedFileError: a chunk runs past `end`.
    """
    count = 0
    while end - start >= 8:  # noqa: PLR2004 - id and size
        header = view.read(start, 8, "a RIFF chunk header")
        length = int.from_bytes(header[4:], "little")
        if length == _STREAMED:
            length = (sizes or {}).get(header[:4], end - start - 8)
        if start + 8 + length > end:
            raise MalformedFileError(
                "RIFF chunk {name} runs past the end of the file",
                offset=start,
                name=repr(header[:4])[1:],
            )
        found = Chunk(header[:4], start, length)
        yield found
        start = found.end
        count += 1
        check_limit("the number of RIFF chunks", count, view.limits.items)
