"""AVI: the layout of RIFF files of the form AVI, with the further RIFFs of OpenDML.

[AVI RIFF reference, Microsoft 1992; OpenDML AVI file format extensions 1.02]
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ailabel.codecs import riff
from ailabel.errors import MalformedFileError
from ailabel.io.source import check_limit
from ailabel.spi import Span
from ailabel.values import frozen

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ailabel.io.source import View

__all__ = ["Layout", "Riff", "children", "form", "is_list", "layout", "pieces", "stream_lists"]

_HEADER: Final = 8
_SHORTEST: Final = 16  # bytes a chunk of an honest file takes on average, at the least


@frozen(kw_only=True)
class Riff:
    """One RIFF and the chunks at its top level; chunks that are cut short end where it does."""

    offset: int
    end: int
    chunks: tuple[riff.Chunk, ...]

    def extent(self, chunk: riff.Chunk) -> int:
        """Return how many bytes a chunk takes, with its pad byte where the file has it."""
        return min(chunk.end, self.end) - chunk.offset


@frozen(kw_only=True)
class Layout:
    """The file.

    Args:
        riffs: the first, of the form ``AVI``, and those of the form ``AVIX``.
        headers: the list ``hdrl``.
        movie: the list ``movi`` of the first RIFF.
        cut: whether the file ends inside a RIFF or a chunk.
    """

    riffs: tuple[Riff, ...]
    headers: riff.Chunk | None
    movie: riff.Chunk | None
    cut: bool


def form(view: View, chunk: riff.Chunk) -> bytes:
    """Return the form type of a list."""
    return view.read_some(chunk.body, 4) if chunk.length >= 4 else b""  # noqa: PLR2004


def is_list(view: View, chunk: riff.Chunk, kind: bytes) -> bool:
    """Say whether a chunk is a list of a form type."""
    return chunk.id == b"LIST" and form(view, chunk) == kind


def children(view: View, parent: riff.Chunk) -> Iterator[riff.Chunk]:
    """Walk the chunks of a list.

    Raises:
        MalformedFileError: one runs past the end of the list.
    """
    return riff.chunks(view, parent.body + 4, parent.body + parent.length)


def layout(view: View) -> Layout:
    """Walk the RIFFs and their top levels.

    Raises:
        MalformedFileError: the file does not begin with a RIFF of the form AVI.
    """
    head = view.read(0, riff.HEADER, "the RIFF header")
    if head[:4] != b"RIFF" or head[8:] != b"AVI ":
        raise MalformedFileError("the RIFF header is missing", offset=0)
    riffs: list[Riff] = []
    offset, cut = 0, False
    while head[:4] == b"RIFF" and head[8:] in (b"AVI ", b"AVIX") and not cut:
        found, cut = _riff(view, offset, int.from_bytes(head[4:8], "little"))
        riffs.append(found)
        check_limit("the number of RIFF chunks", len(riffs), view.limits.items)
        offset = found.end + (found.end & 1)
        head = view.read_some(offset, riff.HEADER)
    first = riffs[0].chunks
    return Layout(
        riffs=tuple(riffs),
        headers=next((chunk for chunk in first if is_list(view, chunk, b"hdrl")), None),
        movie=next((chunk for chunk in first if is_list(view, chunk, b"movi")), None),
        cut=cut,
    )


def _riff(view: View, offset: int, size: int) -> tuple[Riff, bool]:
    """Walk one RIFF; say also whether it is cut short."""
    stated = offset + _HEADER + size
    end, cut = min(stated, view.size), stated > view.size
    start, found = offset + riff.HEADER, list[riff.Chunk]()
    while end - start >= _HEADER:
        head = view.read(start, _HEADER, "a RIFF chunk header")
        length = int.from_bytes(head[4:], "little")
        if start + _HEADER + length > end:
            cut, length = True, end - start - _HEADER
        found.append(riff.Chunk(head[:4], start, length))
        start = found[-1].end
        check_limit("the number of RIFF chunks", len(found), view.limits.items)
    return Riff(offset=offset, end=end, chunks=tuple(found)), cut


def stream_lists(view: View, found: Layout) -> list[riff.Chunk]:
    """Return the lists ``strl``, one for each stream."""
    if found.headers is None:
        return []
    return [chunk for chunk in children(view, found.headers) if is_list(view, chunk, b"strl")]


def pieces(view: View, found: Layout) -> Iterator[tuple[int, Span]]:
    """Yield the chunks of all streams with their numbers, in file order.

    Raises:
        LimitExceededError: there are too many chunks for the size of the file.
    """
    count, most = 0, view.limits.items + view.size // _SHORTEST
    for item in found.riffs:
        for movie in item.chunks:
            if not is_list(view, movie, b"movi"):
                continue
            start, end = movie.body + 4, movie.body + movie.length
            while end - start >= _HEADER:
                head = view.read(start, _HEADER, "a RIFF chunk header")
                chunk = riff.Chunk(head[:4], start, int.from_bytes(head[4:], "little"))
                is_group = is_list(view, chunk, b"rec ")  # chunks that are read at once
                start = chunk.body + 4 if is_group else chunk.end
                if chunk.id[:2].isdigit():
                    length = min(chunk.length, end - chunk.body)
                    yield int(chunk.id[:2]), Span(chunk.body, length)
                count += 1
                check_limit("the number of RIFF chunks", count, most)
