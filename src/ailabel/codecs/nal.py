"""H.264 and HEVC in ISO base media files: the units of the first picture, and messages in them.

A sample is a row of units, each behind its length [ISO14496-15 4.3, 5.3]; a unit of supplemental
enhancement information holds messages, each with a kind and a length [ITU-T H.264 7.3.2.3].
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ailabel.codecs import bmff, bmff_tracks

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ailabel.codecs.bmff import Box
    from ailabel.io.source import View

__all__ = ["first_units", "messages"]

_CONFIGURATIONS: Final = {b"avcC": 4, b"hvcC": 21}  # where the width of lengths stands
_ENTRIES: Final = 8  # of a sample description, before the entries
_SEI, _SEI_HEVC = 6, 39  # kinds of units [ITU-T H.264 table 7-1; ITU-T H.265 table 7-1]
_MORE: Final = 0xFF  # in a kind and a length: and what the next byte says


def first_units(view: View, most: int, count: int) -> Iterator[tuple[int, int]]:
    """Yield where the first units of the first coded picture of a film begin and end.

    Args:
        view: the file.
        most: bytes of the picture that are looked at.
        count: units, at most.
    """
    moov = next((item for item in bmff.boxes(view, 0, view.size) if item.type == b"moov"), None)
    for track in bmff_tracks.tracks(view, moov) if moov else ():
        width = _width(view, track.tables.get(b"stsd"))
        if track.handler != b"vide" or track.is_external or not width:
            continue
        offset, length = next(bmff_tracks.samples(view, track), (0, 0))
        end = min(offset + min(length, most), view.size)
        for _ in range(count):
            size = int.from_bytes(view.read_some(offset, width), "big")
            begin, offset = offset + width, offset + width + size
            if not size or offset > end:
                return
            yield begin, offset
        return


def _width(view: View, description: Box | None) -> int:
    """Return how many bytes the length of a unit takes; 0 where pictures are coded otherwise."""
    if description is None:
        return 0
    start = description.body + _ENTRIES
    for entry in bmff.boxes(view, start, description.end, description):
        for box in bmff.boxes(view, entry.body + bmff_tracks.VISUAL_ENTRY, entry.end, entry):
            if box.type in _CONFIGURATIONS:
                found = view.read_some(box.body + _CONFIGURATIONS[box.type], 1)
                return (found[0] & 3) + 1 if found else 0
    return 0


def messages(unit: bytes, kind: int) -> Iterator[tuple[int, bytes]]:
    """Yield where the messages of a kind begin in a unit, and their bodies, escapes undone.

    Args:
        unit: one of either codec; of any other sort than SEI it holds none.
        kind: of the messages.
    """
    start = _sei(unit)
    if not start:
        return
    data = unit[start:].replace(b"\0\0\3", b"\0\0")
    at = 0
    while at + 2 < len(data):  # at the end stands a byte that is none
        found, at = _number(data, at)
        length, at = _number(data, at)
        if found == kind and at + length <= len(data):
            yield start + at, data[at : at + length]
        at += length


def _sei(unit: bytes) -> int:
    """Return where the messages of a unit begin; 0 where it holds none."""
    if not unit:
        return 0
    if unit[0] & 0x9F == _SEI:
        return 1
    return 2 if unit[0] >> 1 == _SEI_HEVC else 0


def _number(data: bytes, at: int) -> tuple[int, int]:
    value = 0
    while data[at : at + 1] == b"\xff":
        value += _MORE
        at += 1
    return value + (data[at] if at < len(data) else 0), at + 1
