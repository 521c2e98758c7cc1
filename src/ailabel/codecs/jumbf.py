"""JUMBF: boxes that describe what they hold, one inside the other [ISO19566-5]."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ailabel.errors import MalformedFileError
from ailabel.io.source import check_limit
from ailabel.values import frozen

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ailabel.io.source import Limits

__all__ = ["Box", "SuperBox", "boxes", "superbox"]

_SUPER: Final = b"jumb"
_DESCRIPTION: Final = b"jumd"
_TYPE: Final = 16  # the UUID before the toggles [ISO19566-5 A.3]
_LABELLED: Final = 0x02


@frozen(kw_only=True)
class Box:
    """One box: its type, where it begins and ends in the data, and where its content begins."""

    type: bytes
    offset: int
    body: int
    end: int


@frozen(kw_only=True)
class SuperBox:
    """A box that holds others, the first of which describes it.

    Args:
        box: it.
        type: the UUID of its description, which says what it holds.
        label: its name, or empty.
        content: the boxes behind the description.
    """

    box: Box
    type: bytes
    label: str
    content: tuple[Box, ...]


def boxes(data: bytes, begin: int, end: int, limits: Limits) -> Iterator[Box]:
    """Walk the boxes between two positions.

    Raises:
        MalformedFileError: one is shorter than its header, or runs past the end.
        LimitExceededError: there are too many.
    """
    count = 0
    while end - begin >= 8:  # noqa: PLR2004 - length and type
        size, kind = int.from_bytes(data[begin : begin + 4], "big"), data[begin + 4 : begin + 8]
        body = begin + 8
        if size == 1:
            size, body = int.from_bytes(data[body : body + 8], "big"), body + 8
        elif size == 0:
            size = end - begin
        if body - begin > size or begin + size > end:
            raise MalformedFileError("a JUMBF box does not fit where it stands")
        yield Box(type=kind, offset=begin, body=body, end=begin + size)
        begin += size
        count += 1
        check_limit("the number of JUMBF boxes", count, limits.items)


def superbox(data: bytes, box: Box, limits: Limits) -> SuperBox | None:
    """Return what a box holds; None where it is none that describes itself.

    Raises:
        MalformedFileError: a box in it is damaged.
    """
    if box.type != _SUPER:
        return None
    content = tuple(boxes(data, box.body, box.end, limits))
    if not content or content[0].type != _DESCRIPTION:
        return None
    described = data[content[0].body : content[0].end]
    label = b""
    if described[_TYPE : _TYPE + 1] and described[_TYPE] & _LABELLED:
        label = described[_TYPE + 1 :].partition(b"\0")[0]
    return SuperBox(
        box=box,
        type=described[:_TYPE],
        label=label.decode("utf-8", "replace"),
        content=content[1:],
    )
