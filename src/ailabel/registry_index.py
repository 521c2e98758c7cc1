"""Which module carries which format. Made by scripts/make_registry.py; do not edit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

__all__ = ["CARRIERS", "MARKERS", "Row"]


@dataclass(frozen=True, slots=True)
class Row:
    """One carrier module: its formats, and what makes a file worth asking it."""

    formats: tuple[str, ...]
    suffixes: tuple[str, ...]
    signatures: tuple[tuple[tuple[int, bytes], ...], ...]


CARRIERS: Final[dict[str, Row]] = {}

MARKERS: Final[dict[str, str]] = {  # format id: module below ailabel.marks
}
