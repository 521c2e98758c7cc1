"""Which lines of a picture make a mark of their own, and which belong to other text.

A mark may be broken into two lines, or into pieces side by side. Words that are a label where they
stand alone may be the rest of a sentence where they do not: then a person must judge.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ailabel.sight.words import Words, understood
from ailabel.spi import Finding
from ailabel.standard.textmark import Form
from ailabel.values import frozen

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ailabel.sight.reader import Line

__all__ = ["Mark", "marks"]

_ALIKE: Final = 1.5  # heights of lines that belong together differ by less
_BESIDE: Final = 1.0  # the gap between pieces of a line, in heights
_BELOW: Final = 0.9  # the gap between lines, in heights of a line's box
_SHARED: Final = 0.5  # of the lower or narrower one, that two neighbours share


@frozen(kw_only=True)
class Mark:
    """A label, or what speaks of one.

    Args:
        text: its wording.
        lines: the lines that it is made of.
        finding: `Finding.FOUND` for a mark of its own, else `Finding.REVIEW`.
    """

    text: str
    lines: tuple[Line, ...]
    finding: Finding


def marks(lines: Sequence[Line]) -> list[Mark]:
    """Return the labels among the lines of a picture, and what a person must judge."""
    found: list[Mark] = []
    used: set[int] = set()
    for index, line in enumerate(lines):
        words = understood(line.text)
        if words is None:
            continue
        used.add(index)
        alone = words.form is not None and _stands_alone(line, words, lines)
        finding = Finding.FOUND if alone else Finding.REVIEW
        found.append(Mark(text=words.text, lines=(line,), finding=finding))
    for chain in _chains([line for index, line in enumerate(lines) if index not in used]):
        words = _joined(chain)
        if words is not None and not any(line in mark.lines for mark in found for line in chain):
            finding = Finding.REVIEW if words.form is None else Finding.FOUND
            found.append(Mark(text=words.text, lines=tuple(chain), finding=finding))
    return found


def _stands_alone(line: Line, words: Words, lines: Sequence[Line]) -> bool:
    """Say whether no other text runs on into a label or out of it."""
    others = [other for other in lines if other is not line]
    for other in others:
        if _beside(line, other) and not _is_label(_joined([line, other])):
            return False
        if _beside(other, line) and not _is_label(_joined([other, line])):
            return False
    above = [other for other in others if _below(other, line)]
    below = [other for other in others if _below(line, other)]
    if words.form is Form.ASSERTION:  # a sentence at the end of a text is a label as well
        return not (above and below)
    return all(_is_label(_joined([other, line])) for other in above) and all(
        _is_label(_joined([line, other])) for other in below
    )


def _is_label(words: Words | None) -> bool:
    return words is not None and words.form is not None


def _joined(chain: Sequence[Line]) -> Words | None:
    """Return what several lines say as one; Latin words stay apart."""
    for glue in ("", " "):
        words = understood(glue.join(line.text.strip() for line in chain))
        if _is_label(words):
            return words
    return words


def _chains(lines: Sequence[Line]) -> Iterator[list[Line]]:
    """Yield lines that follow one another, two or three."""
    for first in lines:
        for second in lines:
            if first is second or not (_beside(first, second) or _below(first, second)):
                continue
            yield [first, second]
            for third in lines:
                if third in (first, second):
                    continue
                if _beside(second, third) or _below(second, third):
                    yield [first, second, third]


def _beside(left: Line, right: Line) -> bool:
    """Say whether the one line goes on in the other, to the right."""
    one, other = left.box, right.box
    shared = min(one[3], other[3]) - max(one[1], other[1])
    gap = other[0] - one[2]
    height = min(left.height, right.height)
    return (
        _similar(left, right)
        and shared > _SHARED * height
        and -0.5 * height < gap < _BESIDE * height
        and other[0] > one[0]
    )


def _below(upper: Line, lower: Line) -> bool:
    """Say whether the one line goes on in the other, below."""
    one, other = upper.box, lower.box
    shared = min(one[2], other[2]) - max(one[0], other[0])
    gap = other[1] - one[3]
    height = min(upper.height, lower.height)
    return (
        _similar(upper, lower)
        and shared > _SHARED * min(one[2] - one[0], other[2] - other[0])
        and -0.5 * height < gap < _BELOW * height
        and other[1] > one[1]
    )


def _similar(one: Line, other: Line) -> bool:
    return max(one.height, other.height) < _ALIKE * min(one.height, other.height)
