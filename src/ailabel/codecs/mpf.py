"""The Multi-Picture Format index of a JPEG: APP2 segments that begin ``MPF`` [CIPA DC-007].

Its first directory says how long the primary image is and where the further images stand, counted
from the index itself; both must follow when a segment of the primary image grows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

from ailabel.errors import MalformedFileError, PlanError
from ailabel.io.source import check_limit

if TYPE_CHECKING:
    from ailabel.io.source import Limits

__all__ = ["HEADER", "moved"]

HEADER: Final = b"MPF\0"  # [DC-007 5.1]; offsets count from behind it

_ORDERS: Final[dict[bytes, Literal["little", "big"]]] = {b"II*\0": "little", b"MM\0*": "big"}
_MP_ENTRY: Final = 0xB002  # [DC-007 5.2.3.3]
_FIELD: Final = 12  # one field of a directory
_ENTRY: Final = 16  # attributes, size, offset, two dependent images


def moved(body: bytes, *, growth: int, distance: int, limits: Limits) -> bytes:
    """Return the index as it must read after the primary image has changed its length.

    Args:
        body: of the APP2 segment, `HEADER` included.
        growth: by how many bytes the primary image has grown; negative when it shrank.
        distance: by how many of them the further images have moved away from the index.
        limits: what a hostile index may ask for.

    Raises:
        MalformedFileError: the index is broken.
        PlanError: a length or an offset no longer fits.
    """
    order = _ORDERS.get(body[4:8])
    if order is None:
        raise MalformedFileError("the multi-picture index is broken")
    found = _entries(body, order)
    check_limit("the number of pictures", len(found), limits.items)
    result = bytearray(body)
    for index, entry in enumerate(found):
        if index == 0:
            _add(result, entry + 4, growth, order)
        elif int.from_bytes(body[entry + 8 : entry + 12], order):  # 0 stands for no picture
            _add(result, entry + 8, distance, order)
    return bytes(result)


def _entries(body: bytes, order: Literal["little", "big"]) -> range:
    """Return where the MP entries begin in the body; none for the index of a further image."""
    directory = len(HEADER) + _number(body, len(HEADER) + 4, 4, order)
    count = _number(body, directory, 2, order)
    for field in range(directory + 2, directory + 2 + count * _FIELD, _FIELD):
        if _number(body, field, 2, order) == _MP_ENTRY:
            length = _number(body, field + 4, 4, order)
            start = len(HEADER) + _number(body, field + 8, 4, order)
            if length % _ENTRY or start + length > len(body):
                raise MalformedFileError("the multi-picture index is broken")
            return range(start, start + length, _ENTRY)
    return range(0)


def _number(body: bytes, offset: int, width: int, order: Literal["little", "big"]) -> int:
    if offset + width > len(body):
        raise MalformedFileError("the multi-picture index is broken")
    return int.from_bytes(body[offset : offset + width], order)


def _add(body: bytearray, offset: int, difference: int, order: Literal["little", "big"]) -> None:
    value = int.from_bytes(body[offset : offset + 4], order) + difference
    if not 0 <= value < 1 << 32:
        raise PlanError("the multi-picture index cannot hold the new length of the picture")
    body[offset : offset + 4] = value.to_bytes(4, order)
