"""ISO base media files: tables of runs of samples, as numbers and back [ISO14496-12 8.6, 8.9.2]."""

from __future__ import annotations

from itertools import groupby, pairwise, repeat
from typing import TYPE_CHECKING, Final

from ailabel.codecs import bmff, bmff_tracks
from ailabel.errors import MalformedFileError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ailabel.codecs.bmff import Box
    from ailabel.io.source import View

__all__ = ["expanded", "packed", "ungrouped"]

_SIGN: Final = 1 << 31


def expanded(view: View, item: Box, count: int, *, signed: bool = False) -> list[int]:
    """Return the value of each sample in a table of runs, such as ``stts`` or ``ctts``.

    Args:
        view: the file.
        item: the table.
        count: how many samples there are; the table must speak of each.
        signed: whether values may be below zero.

    Raises:
        MalformedFileError: the table speaks of fewer samples.
    """
    words = _words(view, item, 4)
    found: list[int] = []
    for length, value in _pairs(words):
        if len(found) >= count:
            break
        shown = value - 2 * _SIGN if signed and value >= _SIGN else value
        found += repeat(shown, min(length, count - len(found)))
    if len(found) < count:
        raise MalformedFileError(
            "the {name} box is too short", offset=item.offset, name=bmff.name(item.type)
        )
    return found


def _words(view: View, item: Box, at: int) -> Sequence[int]:
    """Read a table of entries of two words, whose count stands at an offset in a box."""
    body = bmff.read_body(view, item, at + 4)
    end = at + 4 + 8 * int.from_bytes(body[at : at + 4], "big")
    if end > len(body):
        raise MalformedFileError(
            "the {name} box is too short", offset=item.offset, name=bmff.name(item.type)
        )
    return bmff_tracks.numbers(body[at + 4 : end])


def _pairs(words: Sequence[int]) -> Iterable[tuple[int, int]]:
    return zip(words[::2], words[1::2], strict=False)


def packed(values: Iterable[int]) -> bytes:
    """Return the entries of a table of runs: how many samples, and their value."""
    words: list[int] = []
    for value, run in groupby(values):
        words += (sum(1 for _ in run), value % (2 * _SIGN))
    return bmff_tracks.encode(words, 4)


def ungrouped(view: View, item: Box, ranges: Sequence[tuple[int, int]]) -> bytes:
    """Return the content of ``sbgp`` with some samples taken out of all groups.

    Args:
        view: the file.
        item: the box.
        ranges: of the samples: the first, and the one behind the last.
    """
    body = bmff.read_body(view, item, 8)
    at = 12 if body[0] else 8
    words = _words(view, item, at)
    total = sum(words[::2])
    edges = sorted({0, total, *(min(edge, total) for pair in ranges for edge in pair)})
    runs: list[int] = []
    start = 0
    for length, group in _pairs(words):
        stop = start + length
        cuts = [start, *(edge for edge in edges if start < edge < stop), stop]
        for low, high in pairwise(cuts):
            inside = any(first <= low < last for first, last in ranges)
            runs += (high - low, 0 if inside else group)
        start = stop
    return body[:at] + (len(runs) // 2).to_bytes(4, "big") + bmff_tracks.encode(runs, 4)
