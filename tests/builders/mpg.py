"""MPEG program streams made by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from builders.slotless import program

if TYPE_CHECKING:
    from collections.abc import Iterator


def samples() -> Iterator[tuple[str, bytes]]:
    """Yield valid files, each in another way of the format."""
    yield "one.mpg", program(1)
    yield "two.vob", program(2)
