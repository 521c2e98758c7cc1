"""Icons and cursors made by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from builders.slotless import ico

if TYPE_CHECKING:
    from collections.abc import Iterator


def samples() -> Iterator[tuple[str, bytes]]:
    """Yield valid files, each in another way of the format."""
    yield "one.ico", ico()
    yield "two.ico", ico(2)
    yield "pointer.cur", ico(kind=2)
