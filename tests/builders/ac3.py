"""AC-3 sound made by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from builders.slotless import ac3, eac3

if TYPE_CHECKING:
    from collections.abc import Iterator


def samples() -> Iterator[tuple[str, bytes]]:
    """Yield valid files, each in another way of the format."""
    yield "plain.ac3", ac3()
    yield "odd.ac3", ac3(code=0x5F)
    yield "low.ac3", ac3(code=0x84)
    yield "one-frame.ac3", ac3(1)
    yield "enhanced.eac3", eac3()
