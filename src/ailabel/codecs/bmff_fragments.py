"""ISO base media files: where the samples of movie fragments stand [ISO14496-12 8.8]."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ailabel.codecs import bmff
from ailabel.codecs.bmff_tracks import numbers
from ailabel.errors import MalformedFileError
from ailabel.values import frozen

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ailabel.codecs.bmff import Box
    from ailabel.io.source import View

__all__ = ["BASE_OFFSET", "defaults", "samples"]

BASE_OFFSET: Final = 0x1  # flags of tfhd; each field is there when its flag is
_DESCRIPTION: Final = 0x2
_DURATION: Final = 0x8
_SIZE: Final = 0x10
_BASE_IS_MOOF: Final = 0x20000
_RUN_OFFSET: Final = 0x1  # flags of trun
_RUN_FIRST: Final = 0x4
_RUN_SIZES: Final = 0x200
_RUN_FIELDS: Final = (0x100, _RUN_SIZES, 0x400, 0x800)  # in the order in which they stand


@frozen
class _Header:
    """What ``tfhd`` says: the track, where its data begin (if it says so), and a sample's size."""

    track: int
    base: int | None
    size: int


def defaults(view: View, moov: Box) -> dict[int, int]:
    """Return the size of a sample by track, as ``moov`` says it for fragments that do not."""
    extends = bmff.find(view, moov, b"mvex")
    found = {}
    for child in bmff.children(view, extends) if extends else ():
        if child.type == b"trex":
            body = bmff.read_body(view, child, 20)
            found[int.from_bytes(body[4:8], "big")] = int.from_bytes(body[16:20], "big")
    return found


def samples(view: View, moof: Box, sizes: dict[int, int]) -> Iterator[tuple[int, int, int]]:
    """Yield track, offset and length of the samples of one fragment, run by run.

    Args:
        view: the file.
        moof: the fragment.
        sizes: as `defaults` returns them.
    """
    base = moof.offset  # and then where the data of the track fragment before end
    for traf in bmff.children(view, moof):
        if traf.type != b"traf":
            continue
        header, position = None, base
        for child in bmff.children(view, traf):
            if child.type == b"tfhd":
                header = _header(view, child, moof, sizes)
                position = base = base if header.base is None else header.base
            elif child.type == b"trun" and header is not None:
                start, length = _run(view, child, header.size)
                position = position if start is None else base + start
                yield header.track, position, length
                position += length
        base = position


def _header(view: View, item: Box, moof: Box, sizes: dict[int, int]) -> _Header:
    body = bmff.read_body(view, item, 8)
    flags, track = int.from_bytes(body[1:4], "big"), int.from_bytes(body[4:8], "big")
    base = None
    at = 8
    if flags & BASE_OFFSET:
        base = int.from_bytes(body[8:16], "big")
        at += 8
    elif flags & _BASE_IS_MOOF:
        base = moof.offset
    at += 4 * (bool(flags & _DESCRIPTION) + bool(flags & _DURATION))
    size = int.from_bytes(body[at : at + 4], "big") if flags & _SIZE else sizes.get(track, 0)
    return _Header(track, base, size)


def _run(view: View, item: Box, size: int) -> tuple[int | None, int]:
    """Return where a run begins, counted from its base, and how long its samples are together.

    A run that does not say where it begins (None) follows the one before.
    """
    body = bmff.read_body(view, item, 8)
    flags, count = int.from_bytes(body[1:4], "big"), int.from_bytes(body[4:8], "big")
    at, start = 8, None
    if flags & _RUN_OFFSET:
        start = int.from_bytes(body[8:12], "big", signed=True)
        at += 4
    at += 4 * bool(flags & _RUN_FIRST)
    fields = [field for field in _RUN_FIELDS if flags & field]
    if at + 4 * count * len(fields) > len(body):
        raise MalformedFileError("the {name} box is too short", offset=item.offset, name="trun")
    if not flags & _RUN_SIZES:
        return start, count * size
    words = numbers(body[at : at + 4 * count * len(fields)])
    return start, sum(words[fields.index(_RUN_SIZES) :: len(fields)])
