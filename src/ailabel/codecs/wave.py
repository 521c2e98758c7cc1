"""WAV: the layout of RIFF, RF64 and BW64 files [RIFF 1991; EBU Tech 3306; ITU-R BS.2088].

Sizes that the writer did not know when it wrote the header (0, 0xFFFFFFFF and their kin of
streaming programs) mean "up to the end of the file".
"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Final

from ailabel.codecs import riff
from ailabel.errors import MalformedFileError, PlanError
from ailabel.io.source import check_limit
from ailabel.io.splice import Edit
from ailabel.values import frozen

if TYPE_CHECKING:
    from ailabel.io.source import View

__all__ = ["FORMS", "Layout", "layout", "resize"]

FORMS: Final = (b"RIFF", b"RF64", b"BW64")
_UNKNOWN: Final = 0xFFFFFFFF
_STREAMED: Final = 0x7FFFF000  # from here on a size that the file does not have is a placeholder
_DS64: Final = 28  # riffSize, dataSize, sampleCount, and the length of a table [EBU3306 4.2]
_HEADER: Final = 8  # of a chunk


@frozen(kw_only=True)
class Layout:
    """Where everything stands.

    Args:
        chunks: at the top level, in file order; the length of ``data`` is the true one.
        end: where the last chunk ends, with its pad byte where the file has it.
        bound: where the RIFF ends, as far as it reaches into the file.
        padded: whether the last chunk has the pad byte that it needs.
        riff_size: the stated one; it may be unknown or wrong.
        ds64: of RF64 and BW64, None in a RIFF.
        open_data: the ``data`` chunk if its stated length is a placeholder.
        cut: whether the file ends inside ``data``, or the RIFF inside a chunk.
    """

    chunks: tuple[riff.Chunk, ...]
    end: int
    bound: int
    padded: bool
    riff_size: int
    ds64: riff.Chunk | None
    open_data: riff.Chunk | None
    cut: bool

    def extent(self, chunk: riff.Chunk) -> int:
        """Return how many bytes a chunk takes, with its pad byte where the file has it."""
        return min(chunk.end, self.end) - chunk.offset


@frozen(kw_only=True)
class _Sizes:
    """What the headers say: where the RIFF ends, and the lengths that ``ds64`` holds."""

    total: int
    open: bool
    ds64: riff.Chunk | None
    long: dict[bytes, int]


class _State(Enum):
    """How far the length of a chunk can be trusted."""

    STATED = "stated"
    OPEN = "open"
    """It is a placeholder: the chunk goes on to the end."""
    CUT = "cut"
    """The chunk is not all there, or nobody knows where it ends."""


def layout(view: View) -> Layout:
    """Walk the chunks of a WAV file.

    Raises:
        MalformedFileError: a chunk other than ``data`` runs past the end of the file.
    """
    sizes = _sizes(view)
    bound = view.size if sizes.open else min(_HEADER + sizes.total, view.size)
    start, found, open_data, cut = riff.HEADER, [], None, False
    while bound - start >= _HEADER:
        chunk, state = _chunk(view, start, sizes, bound)
        cut = cut or state is _State.CUT
        if state is _State.OPEN:
            open_data, bound = chunk, max(bound, chunk.body + chunk.length)
        found.append(chunk)
        start = chunk.end
        check_limit("the number of RIFF chunks", len(found), view.limits.items)
    end, padded = _end(view, found[-1] if found else None, bound)
    return Layout(
        chunks=tuple(found),
        end=end,
        bound=max(bound, end),
        padded=padded,
        riff_size=sizes.total,
        ds64=sizes.ds64,
        open_data=open_data,
        cut=cut or end > bound + 1 or _lacks_data(view, found, bound),
    )


def _sizes(view: View) -> _Sizes:
    head = view.read(0, riff.HEADER, "the RIFF header")
    size = int.from_bytes(head[4:8], "little")
    if head[:4] == b"RIFF":
        return _Sizes(total=size, open=size in (0, _UNKNOWN), ds64=None, long={})
    ds64 = next(riff.chunks(view, riff.HEADER, view.size), None)
    if ds64 is None or ds64.id != b"ds64" or ds64.length < _DS64:
        raise MalformedFileError("the RIFF chunk ds64 must stand first", offset=riff.HEADER)
    body = view.read_metadata(ds64.body, ds64.length, "the RIFF chunk ds64")
    long = {b"data": int.from_bytes(body[8:16], "little")}
    for at in range(_DS64, len(body) - 11, 12):
        long.setdefault(body[at : at + 4], int.from_bytes(body[at + 4 : at + 12], "little"))
    size = int.from_bytes(body[:8], "little") if size == _UNKNOWN else size
    return _Sizes(total=size, open=size in (0, _UNKNOWN), ds64=ds64, long=long)


def _chunk(view: View, start: int, sizes: _Sizes, bound: int) -> tuple[riff.Chunk, _State]:
    """Read one chunk, and say how far its length can be trusted."""
    head = view.read(start, _HEADER, "a RIFF chunk header")
    name, stated = head[:4], int.from_bytes(head[4:], "little")
    length = sizes.long.get(name, stated) if stated == _UNKNOWN else stated
    body = start + _HEADER
    if name == b"data":
        if _is_unfinished(view, body, length, bound):
            return riff.Chunk(name, start, view.size - body), _State.OPEN
        if _is_placeholder(view, sizes, body, length):
            return riff.Chunk(name, start, bound - body), _State.OPEN
        if body + length > view.size:
            return riff.Chunk(name, start, view.size - body), _State.CUT
    found = next(riff.chunks(view, start, view.size, sizes.long))
    return found, _State.CUT if length == _UNKNOWN else _State.STATED


def _is_unfinished(view: View, body: int, length: int, bound: int) -> bool:
    """Say whether a recorder never came back to a header that speaks of no samples."""
    return length == 0 and body == bound < view.size


def _is_placeholder(view: View, sizes: _Sizes, body: int, length: int) -> bool:
    if length == 0:
        return sizes.open
    is_plain = sizes.ds64 is None or sizes.open  # otherwise ds64 gives true lengths
    return is_plain and length >= _STREAMED and body + length > view.size


def _lacks_data(view: View, found: list[riff.Chunk], bound: int) -> bool:
    """Say whether the RIFF ends before its sound, which then stands behind it."""
    return bound < view.size and all(chunk.id != b"data" for chunk in found)


def _end(view: View, last: riff.Chunk | None, bound: int) -> tuple[int, bool]:
    """Return where the last chunk ends in the file, and whether its pad byte is there.

    Some writers leave the last pad byte out, or write it and leave it out of the RIFF's size.
    """
    if last is None:
        return riff.HEADER, True
    if last.end <= bound or not last.length & 1:
        return last.end, True
    if view.read_some(last.end - 1, 1) == b"\0":
        return last.end, True
    return last.end - 1, False


def resize(view: View, found: Layout, growth: int) -> list[Edit]:
    """Plan the edits of the size fields for a RIFF that grows, placeholders filled in.

    Args:
        view: the file.
        found: its layout.
        growth: in bytes.

    Raises:
        PlanError: the file is cut short, or would need the long sizes of RF64.
    """
    if found.cut:
        raise PlanError("the WAV file is cut short or its sizes contradict each other")
    size = found.bound + growth - _HEADER
    fields: list[tuple[int, int, int]] = []  # offset, width, value
    if found.ds64 is not None:
        fields.append((found.ds64.body, 8, size))
    if found.ds64 is None or view.read(4, 4) != b"\xff" * 4:
        fields.append((4, 4, size))
    if (data := found.open_data) is not None:
        at_ds64 = found.ds64 is not None and view.read(data.offset + 4, 4) == b"\xff" * 4
        place = (found.ds64.body + 8, 8) if found.ds64 and at_ds64 else (data.offset + 4, 4)
        fields.append((*place, data.length))
    edits = [Edit(offset, width, _number(value, width)) for offset, width, value in fields]
    return [edit for edit in edits if view.read(edit.offset, edit.length) != edit.data]


def _number(value: int, width: int) -> bytes:
    if width == 4 and value >= _UNKNOWN:  # noqa: PLR2004 - bytes
        raise PlanError("the WAV file would grow past 4 GiB; save it as RF64 first")
    return value.to_bytes(width, "little")
