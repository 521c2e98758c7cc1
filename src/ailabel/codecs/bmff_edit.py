"""ISO base media files: edits inside boxes, sizes that follow, and where everything moves to."""

from __future__ import annotations

from bisect import bisect_right
from itertools import accumulate
from typing import TYPE_CHECKING, Final

from ailabel.codecs.bmff import name
from ailabel.errors import PlanError
from ailabel.io.splice import Edit

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ailabel.codecs.bmff import Box

__all__ = ["Changes", "Move"]

_LONG_SIZE: Final = 8  # bytes of a 64-bit size, and where it stands in the header


class Move:
    """Says where a byte stands once edits are applied.

    Args:
        edits: the change.
    """

    __slots__ = ("_edges", "_sums", "first")

    def __init__(self, edits: Iterable[Edit]) -> None:
        grown = sorted(
            (edit.offset + edit.length, len(edit.data) - edit.length, edit.offset)
            for edit in edits
            if len(edit.data) != edit.length
        )
        self.first = min((offset for _, _, offset in grown), default=None)
        self._edges = [edge for edge, _, _ in grown]
        self._sums = [0, *accumulate(growth for _, growth, _ in grown)]

    def __call__(self, offset: int) -> int:
        """Return where the byte at an offset stands; an insertion there comes before it."""
        return offset + self._sums[bisect_right(self._edges, offset)]

    def every(self, offsets: Sequence[int]) -> list[int]:
        """Return the same for many bytes; quick where all of them move equally far."""
        if not offsets:
            return []
        low, high = min(offsets), max(offsets)
        if bisect_right(self._edges, low) == bisect_right(self._edges, high):
            distance = self(low) - low
            return [offset + distance for offset in offsets]
        return [self(offset) for offset in offsets]


class Changes:
    """Collects edits inside boxes, and yields them with the sizes of all boxes around them."""

    __slots__ = ("_edits", "_growth")

    def __init__(self) -> None:
        self._edits: list[Edit] = []
        self._growth: dict[int, tuple[Box, int]] = {}

    def replace(self, inside: Box | None, offset: int, length: int, data: bytes) -> None:
        """Replace bytes that stand in the content of a box, or between the boxes of the file."""
        self._edits.append(Edit(offset, length, data))
        while inside is not None and len(data) != length:
            _, growth = self._growth.get(inside.offset, (inside, 0))
            self._growth[inside.offset] = (inside, growth + len(data) - length)
            inside = inside.parent

    def take_out(self, item: Box) -> None:
        """Take a box out."""
        self.replace(item.parent, item.offset, item.size, b"")

    def replaces(self, offset: int) -> bool:
        """Say whether the byte at an offset is replaced."""
        return any(edit.offset <= offset < edit.offset + edit.length for edit in self._edits)

    @property
    def grows(self) -> bool:
        """Whether any edit changes the length of what it replaces."""
        return any(len(edit.data) != edit.length for edit in self._edits)

    def move(self, *more: Edit) -> Move:
        """Say where everything moves to, also with edits that will follow."""
        return Move([*self._edits, *more])

    def edits(self) -> list[Edit]:
        """Return the edits and those of the sizes.

        Raises:
            PlanError: a box would outgrow its size.
        """
        return [*self._edits, *self._sizes()]

    def _sizes(self) -> Iterable[Edit]:
        for item, growth in self._growth.values():
            width = item.size_field
            if not growth or not width:
                continue
            size = item.size + growth
            if size >= 1 << 8 * width:
                raise PlanError("the {name} box would become too large", name=name(item.type))
            at = item.offset + (_LONG_SIZE if width == _LONG_SIZE else 0)
            yield Edit(at, width, size.to_bytes(width, "big"))
