"""CAF: chunks with 64-bit sizes, and the texts of the information chunk [CAF 1.0, Apple]."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ailabel.errors import MalformedFileError
from ailabel.io.source import check_limit
from ailabel.values import frozen

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ailabel.io.source import View

__all__ = [
    "DATA",
    "FREE",
    "HEADER",
    "INFORMATION",
    "MARK",
    "Chunk",
    "Entry",
    "chunk",
    "chunks",
    "entries",
    "information",
]

MARK: Final = b"caff\0\1"
HEADER: Final = 12  # id and size of a chunk
INFORMATION, DATA, FREE = b"info", b"data", b"free"
_FIRST: Final = 8  # where the first chunk begins
_CHUNKS: Final = 10_000  # ours; files with twenty are rare
_OPEN: Final = (1 << 64) - 1  # the sound goes on to the end of the file


@frozen(kw_only=True)
class Chunk:
    """One chunk: `id`, where its header begins, the length of its body, whether that is stated."""

    id: bytes
    offset: int
    length: int
    stated: bool

    @property
    def body(self) -> int:
        """Where the body begins."""
        return self.offset + HEADER

    @property
    def end(self) -> int:
        """Where the chunk ends."""
        return self.offset + HEADER + self.length


@frozen
class Entry:
    """One text of an information chunk: its bytes, both terminators included, and their offset."""

    raw: bytes
    offset: int

    @property
    def key(self) -> str:
        """What the text is."""
        return self.raw.partition(b"\0")[0].decode("utf-8", "replace")

    @property
    def value(self) -> str:
        """The text."""
        return self.raw.partition(b"\0")[2][:-1].decode("utf-8", "replace")


def chunks(view: View) -> Iterator[Chunk]:
    """Walk the chunks.

    Raises:
        MalformedFileError: this is no CAF file, or a chunk runs past its end.
    """
    if view.read_some(0, len(MARK)) != MARK:
        raise MalformedFileError("the CAF header is missing", offset=0)
    start, count = _FIRST, 0
    while view.size - start >= HEADER:
        header = view.read(start, HEADER)
        length = int.from_bytes(header[4:], "big")
        is_open = length == _OPEN and header[:4] == DATA
        found = Chunk(
            id=header[:4],
            offset=start,
            length=view.size - start - HEADER if is_open else length,
            stated=not is_open,
        )
        if found.end > view.size:
            raise MalformedFileError(
                "the file ends inside {structure}", offset=start, structure="a CAF chunk"
            )
        yield found
        start = found.end
        count += 1
        check_limit("the number of CAF chunks", count, min(_CHUNKS, view.limits.items))


def chunk(name: bytes, body: bytes) -> bytes:
    """Return a chunk with its header."""
    return name + len(body).to_bytes(8, "big") + body


def entries(view: View, found: Chunk) -> tuple[list[Entry], bytes]:
    """Return the texts of an information chunk, and what follows them.

    Raises:
        MalformedFileError: it ends before its last text.
    """
    data = view.read_metadata(found.body, found.length, "a CAF chunk")
    count = int.from_bytes(data[:4], "big")
    check_limit("the number of CAF texts", count, view.limits.items)
    texts, position = [], 4
    for _ in range(count):
        middle = data.find(b"\0", position)
        end = data.find(b"\0", middle + 1) + 1 if middle >= 0 else 0
        if not end:
            raise MalformedFileError("the CAF texts end before their last one", offset=found.offset)
        texts.append(Entry(data[position:end], found.body + position))
        position = end
    return texts, data[position:]


def information(texts: list[bytes], rest: bytes = b"") -> bytes:
    """Return an information chunk."""
    return chunk(INFORMATION, len(texts).to_bytes(4, "big") + b"".join(texts) + rest)
