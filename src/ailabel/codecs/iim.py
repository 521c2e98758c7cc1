"""IPTC's Information Interchange Model, and the Photoshop resources that hold it [IIM4; PSIR].

Reading ends where the data do not go on as they should; all work is bounded by their length.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ailabel.values import frozen

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["IIM", "Dataset", "datasets", "resources"]

IIM: Final = 0x0404  # the number of the resource that holds it
_MARK: Final = b"8BIM"
_TAG: Final = 0x1C
_HEADER: Final = 5  # tag, record, dataset, length [IIM4 1.5]
_EXTENDED: Final = 0x8000  # then the length's own length follows


@frozen(kw_only=True)
class Dataset:
    """One dataset: its record and number, its value, and where the dataset begins and ends."""

    record: int
    number: int
    value: bytes
    begin: int
    end: int


def resources(data: bytes) -> Iterator[tuple[int, int, int]]:
    """Yield number, beginning and length of the image resources of Photoshop."""
    at = 0
    while data[at : at + 4] == _MARK and at + 7 <= len(data):
        number = int.from_bytes(data[at + 4 : at + 6], "big")
        start = at + 7 + data[at + 6]  # behind the name and its length
        start += start - at & 1  # both together are even
        length = int.from_bytes(data[start : start + 4], "big")
        start += 4
        if start + length > len(data):
            return
        yield number, start, length
        at = start + length + (length & 1)


def datasets(data: bytes, begin: int = 0, end: int | None = None) -> Iterator[Dataset]:
    """Yield the datasets between two positions."""
    stop = len(data) if end is None else end
    while begin + _HEADER <= stop and data[begin] == _TAG:
        length = int.from_bytes(data[begin + 3 : begin + 5], "big")
        start = begin + _HEADER
        if length & _EXTENDED:
            width = length & ~_EXTENDED
            start += width
            length = int.from_bytes(data[start - width : start], "big")
        if start + length > stop:
            return
        yield Dataset(
            record=data[begin + 1],
            number=data[begin + 2],
            value=data[start : start + length],
            begin=begin,
            end=start + length,
        )
        begin = start + length
