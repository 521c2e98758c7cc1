"""WavPack files made by hand: see the builder of Monkey's Audio."""

from __future__ import annotations

from typing import TYPE_CHECKING

from builders.ape import files

if TYPE_CHECKING:
    from collections.abc import Iterator


def samples() -> Iterator[tuple[str, bytes]]:
    """Yield valid files, each in another way of the format."""
    yield from files("wv")
