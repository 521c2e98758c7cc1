"""Keep the indexes of an AVI file right when its streams move [OpenDML 1.02]."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ailabel.codecs import avi, riff
from ailabel.errors import MalformedFileError, PlanError
from ailabel.io.source import check_limit
from ailabel.io.splice import Edit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ailabel.io.source import View

__all__ = ["has_indexes", "moved"]

_INDEX_HEADER: Final = 24
_SUPER: Final = 0  # an index of indexes
_CHUNKS: Final = 1  # an index of chunks
_SUPER_ENTRY: Final = 16  # offset, size, duration
_BASE: Final = 12  # where an index of chunks keeps the offset that its own are counted from
_OLD_ENTRY: Final = 16  # id, flags, offset, size


def has_indexes(view: View, found: avi.Layout) -> bool:
    """Say whether the streams have indexes that name places in the file."""
    return len(found.riffs) > 1 or any(True for _ in _indexes(view, found))


def moved(view: View, found: avi.Layout, position: int, growth: int) -> list[Edit]:
    """Plan the indexes of a file whose streams, from a position on, move by `growth` bytes.

    Raises:
        PlanError: an index leads nowhere.
    """
    edits = {}
    for chunk in _indexes(view, found):
        data = view.read_metadata(chunk.body, chunk.length, "an AVI index")
        if len(data) < _INDEX_HEADER:
            raise MalformedFileError("an AVI index is cut short", offset=chunk.offset)
        if data[3] == _CHUNKS:
            edits[chunk.body] = _rebased(view, chunk, growth)
        elif data[3] == _SUPER:
            count = min(int.from_bytes(data[4:8], "little"), len(data) // _SUPER_ENTRY - 1)
            check_limit("the number of AVI indexes", count + len(edits), view.limits.items)
            for at in range(_INDEX_HEADER, _INDEX_HEADER + count * _SUPER_ENTRY, _SUPER_ENTRY):
                offset = int.from_bytes(data[at : at + 8], "little")
                if offset >= position:
                    new = (offset + growth).to_bytes(8, "little")
                    edits[chunk.body + at] = Edit(chunk.body + at, 8, new)
                    part = _part(view, offset)
                    edits[part.body] = _rebased(view, part, growth)
    return [*edits.values(), *_old_index(view, found, growth)]


def _indexes(view: View, found: avi.Layout) -> Iterator[riff.Chunk]:
    for stream in avi.stream_lists(view, found):
        for chunk in avi.children(view, stream):
            if chunk.id == b"indx":
                yield chunk


def _part(view: View, offset: int) -> riff.Chunk:
    """Return the index of chunks at a place that an index of indexes names."""
    head = view.read_some(offset, 8 + _INDEX_HEADER)
    if len(head) < 8 + _INDEX_HEADER or head[:2] != b"ix" or head[11] != _CHUNKS:
        raise PlanError("an AVI index leads to byte {offset}, where none is", offset=offset)
    return riff.Chunk(head[:4], offset, int.from_bytes(head[4:8], "little"))


def _rebased(view: View, chunk: riff.Chunk, growth: int) -> Edit:
    base = int.from_bytes(view.read(chunk.body + _BASE, 8, "an AVI index"), "little") + growth
    if not 0 <= base < 1 << 64:
        raise PlanError("an AVI index leads to byte {offset}, where none is", offset=base)
    return Edit(chunk.body + _BASE, 8, base.to_bytes(8, "little"))


def _old_index(view: View, found: avi.Layout, growth: int) -> Iterator[Edit]:
    """Yield the edit of ``idx1`` if it counts from the start of the file, as some writers do."""
    old = next((chunk for chunk in found.riffs[0].chunks if chunk.id == b"idx1"), None)
    if old is None or found.movie is None or not _is_absolute(view, old, found.movie):
        return
    data = bytearray(view.read_metadata(old.body, old.length, "the AVI index"))
    for at in range(8, len(data) - 7, _OLD_ENTRY):
        offset = int.from_bytes(data[at : at + 4], "little") + growth
        if not 0 <= offset < 1 << 32:
            raise PlanError("an AVI index leads to byte {offset}, where none is", offset=offset)
        data[at : at + 4] = offset.to_bytes(4, "little")
    yield Edit(old.body, len(data), bytes(data))


def _is_absolute(view: View, old: riff.Chunk, movie: riff.Chunk) -> bool:
    """Say where an old index counts from, by what stands where its first entry leads."""
    entry = view.read_some(old.body, min(_OLD_ENTRY, old.length))
    if len(entry) < _OLD_ENTRY:
        return False
    offset = int.from_bytes(entry[8:12], "little")
    names = (entry[:4], b"LIST")  # groups are entered by their form type
    if view.read_some(movie.body + offset, 4) in names:
        return False
    return view.read_some(offset, 4) in names
