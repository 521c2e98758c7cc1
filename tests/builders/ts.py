"""MPEG transport streams made by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from builders.slotless import transport

if TYPE_CHECKING:
    from collections.abc import Iterator


def samples() -> Iterator[tuple[str, bytes]]:
    """Yield valid files, each in another way of the format."""
    yield "plain.ts", transport()
    yield "long.ts", transport(9)
    yield "stamped.m2ts", transport(stamped=True)
