"""Where lines of Chinese and Latin text may end: never before a closing mark, nor inside a word."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["broken"]

_OPENING: Final = frozenset("（《〈「『【〔“‘([{")  # must not end a line
_CLOSING: Final = frozenset("，。、；：？！）》〉」』】〕”’…—·％,.;:?!)]}%")  # must not begin one
_IDEOGRAPHS: Final = "\u2e80"  # from here on characters are as wide as high


def broken(text: str, width: float, measure: Callable[[str], float]) -> str:
    """Return a text with line feeds where its lines have to end.

    Args:
        text: in which line feeds stay.
        width: of a line.
        measure: returns the width of a piece of text.
    """
    return "\n".join(
        line for given in text.split("\n") for line in _lines(_atoms(given), width, measure)
    )


def _atoms(text: str) -> Iterator[str]:
    """Yield the pieces between which a line may end, spaces at the ends of those before."""
    begin = 0
    for position, (before, after) in enumerate(pairwise(text), 1):
        if _may_part(before, after):
            yield text[begin:position]
            begin = position
    yield text[begin:]


def _may_part(before: str, after: str) -> bool:
    if after.isspace() or after in _CLOSING or before in _OPENING:
        return False
    return before.isspace() or max(before, after) >= _IDEOGRAPHS or before in "”’—…"


def _lines(atoms: Iterator[str], width: float, measure: Callable[[str], float]) -> Iterator[str]:
    line = ""
    for atom in atoms:
        if line and measure((line + atom).rstrip()) > width >= measure(atom.rstrip()):
            yield line.rstrip()
            line = ""
        line += atom
        while measure(line.rstrip()) > width and len(line) > 1:  # a word longer than a line
            count = len(line) - 1
            while count > 1 and measure(line[:count]) > width:
                count = min(count - 1, int(count * 0.9)) or 1
            yield line[:count]
            line = line[count:]
    yield line.rstrip()
