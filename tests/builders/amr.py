"""AMR sound made by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from builders.slotless import amr

if TYPE_CHECKING:
    from collections.abc import Iterator


def samples() -> Iterator[tuple[str, bytes]]:
    """Yield valid files, each in another way of the format."""
    yield "narrow.amr", amr()
    yield "wide.awb", amr(wide=True)
