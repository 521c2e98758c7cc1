"""IFF: the chunk grammar of AIFF, RIFF's older sister with big-endian sizes [EA IFF 85]."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ailabel.errors import MalformedFileError
from ailabel.io.source import check_limit
from ailabel.io.splice import Edit
from ailabel.values import frozen

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ailabel.io.source import View

__all__ = ["Chunk", "Form", "chunk", "form", "grow"]

_HEADER: Final = 8  # id and size


@frozen(kw_only=True)
class Chunk:
    """One chunk: `id`, where its header begins, the length of its body, and where it ends.

    The end lies behind the pad byte, which a file may lack behind its last chunk.
    """

    id: bytes
    offset: int
    length: int
    end: int

    @property
    def body(self) -> int:
        """Where the body begins."""
        return self.offset + _HEADER


@frozen
class Form:
    """The outermost chunk: its type, the chunks in it, and where it ends."""

    type: bytes
    chunks: tuple[Chunk, ...]
    end: int

    @property
    def lacks_pad(self) -> bool:
        """Whether the last chunk has an odd length and no pad byte."""
        return bool(self.chunks) and (self.chunks[-1].end - self.chunks[-1].offset) % 2 == 1


def form(view: View) -> Form:
    """Walk the chunks of a FORM.

    Raises:
        MalformedFileError: it is none, or it or a chunk in it runs past its end.
        LimitExceededError: it has too many chunks.
    """
    head = view.read(0, 12, "the FORM header")
    end = _HEADER + int.from_bytes(head[4:8], "big")
    if head[:4] != b"FORM":
        raise MalformedFileError("the FORM header is missing", offset=0)
    if end > view.size:
        raise MalformedFileError("the file ends inside {structure}", structure="the FORM chunk")
    return Form(head[8:], tuple(_chunks(view, 12, end)), end)


def _chunks(view: View, start: int, end: int) -> Iterator[Chunk]:
    count = 0
    while end - start >= _HEADER:
        header = view.read(start, _HEADER, "an IFF chunk header")
        length = int.from_bytes(header[4:], "big")
        stop = start + _HEADER + length
        if stop > end:
            raise MalformedFileError(
                "IFF chunk {name} runs past the end of the file",
                offset=start,
                name=repr(header[:4])[1:],
            )
        found = Chunk(id=header[:4], offset=start, length=length, end=min(stop + (length & 1), end))
        yield found
        start = found.end
        count += 1
        check_limit("the number of IFF chunks", count, view.limits.items)


def chunk(name: bytes, body: bytes) -> bytes:
    """Return a chunk with its header and, for an odd body, its pad byte."""
    return name + len(body).to_bytes(4, "big") + body + b"\0" * (len(body) & 1)


def grow(found: Chunk, edits: list[Edit]) -> list[Edit]:
    """Return edits in the body of a chunk, with the size and the pad byte that they ask for."""
    growth = sum(len(edit.data) - edit.length for edit in edits)
    if not growth:
        return edits
    length = found.length + growth
    stop = found.body + found.length
    pad = Edit(stop, found.end - stop, b"\0" * (length & 1))
    return [Edit(found.offset + 4, 4, length.to_bytes(4, "big")), *edits, pad]
