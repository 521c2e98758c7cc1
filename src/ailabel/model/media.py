"""Media and file formats."""

from __future__ import annotations

from enum import Enum, IntEnum

from ailabel.values import frozen

__all__ = ["Format", "Match", "Medium", "Strength"]


class Medium(Enum):
    """What kind of content a file holds; it decides which clause the explicit label follows."""

    TEXT = "text"
    DOCUMENT = "document"
    IMAGE = "image"
    AUDIO = "audio"
    VIDEO = "video"


@frozen(kw_only=True)
class Format:
    """A file format.

    Args:
        id: short lower-case name, stable, such as ``png``.
        name: what people call it, such as ``PNG``.
        medium: what it holds.
        suffixes: file name endings, lower case with the dot, the usual one first.
        mime: its media type.
        has_slot: whether the format has a place for metadata at all.
    """

    id: str
    name: str
    medium: Medium
    suffixes: tuple[str, ...]
    mime: str
    has_slot: bool = True


class Strength(IntEnum):
    """How sure a carrier is that a file is of its format; the strongest claim wins."""

    NAME = 1
    """Only the file name says so, and the content does not contradict it."""
    WEAK = 2
    """The content looks like it, but other formats may look the same."""
    CONTENT = 3
    """A signature in the content says so."""


@frozen
class Match:
    """A carrier's claim on a file."""

    format: Format
    strength: Strength
