"""BMP pictures made by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from builders.slotless import bmp

if TYPE_CHECKING:
    from collections.abc import Iterator


def samples() -> Iterator[tuple[str, bytes]]:
    """Yield valid files, each in another way of the format."""
    yield "plain.bmp", bmp()
    yield "os2.bmp", bmp(12)
    yield "v5.dib", bmp(124)
