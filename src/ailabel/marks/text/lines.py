"""Looking for the explicit label among the lines of a text, whatever format they come from."""

from __future__ import annotations

import re
from collections import deque
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING, Final, TypeVar

from ailabel.spi import Evidence, Finding, Sighting
from ailabel.standard.textmark import (
    Form,
    Standing,
    counts,
    introduces,
    is_mention,
    judge,
    may_hold,
)
from ailabel.values import frozen

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

__all__ = ["Passage", "conclude", "ends_sentence"]

_T = TypeVar("_T")

_ZONE: Final = 3  # lines from either end that are its start and its end
_MOST: Final = 50  # mentions that are reported; a text about AI may have thousands
_JUDGED: Final = 4000  # passages at either end; no text of people has more that name AI
_EXCERPT: Final = 80
_SENTENCE: Final = re.compile(r"[^。！？!?；;]+")
_ENDING: Final = re.compile(r"[。！？!?.…：:；;][”’」』）)】\]*_]*\s*$|[）)】]\s*$")
_CORNERS: Final = (Form.CORNER, Form.CORNER_BRACKETED)


@frozen(kw_only=True)
class Passage:
    """A line, or a block of a page, that names AI.

    Args:
        text: what a reader sees of it.
        line: its line number in the file.
        index: which of the lines that hold something it is, from 0.
        before: whether something parts it from what stands before it.
        after: the same for what follows.
        plain: whether it stands as ordinary visible text: no heading, cell, link, code; not hidden.
        quoted: whether it is marked as a quotation.
        previous: the line before it that holds something.
    """

    text: str
    line: int
    index: int
    before: bool = True
    after: bool = True
    plain: bool = True
    quoted: bool = False
    previous: str = ""


def conclude(passages: Iterable[Passage | Callable[[], Passage]], total: int) -> Evidence:
    """Judge the passages of a text.

    Where there are thousands, those around the middle are only counted as mentions.

    Args:
        passages: those that name AI, in order; or what makes each, when it is looked at.
        total: how many lines of the text hold something.
    """
    kept: list[Sighting] = []
    outer, between = _outer(passages)
    is_found, mentions = False, 0
    for made in outer:
        passage = made if isinstance(made, Passage) else made()
        for sighting in _sightings(passage, total):
            is_label = sighting.finding is Finding.FOUND
            is_found |= is_label
            mentions += not is_label
            if is_label or mentions <= _MOST:
                kept.append(sighting)
    if is_found:
        finding = Finding.FOUND
    else:
        finding = Finding.REVIEW if mentions or between else Finding.NOT_FOUND
    return Evidence(finding=finding, sightings=tuple(kept))


def _outer(passages: Iterable[_T]) -> tuple[list[_T], int]:
    """Return the first passages and the last ones, and how many stand between them."""
    rest = iter(passages)
    first = list(islice(rest, _JUDGED))
    count = 0
    last: deque[_T] = deque(maxlen=_JUDGED)
    for count, passage in enumerate(rest, start=1):  # noqa: B007 - the last number counts
        last.append(passage)
    return [*first, *last], count - len(last)


def ends_sentence(line: str) -> bool:
    """Say whether a line ends where a sentence does, so that the next line begins a new one."""
    return _ENDING.search(line[-8:]) is not None


def _sightings(passage: Passage, total: int) -> Iterator[Sighting]:
    place = _place(passage.index, total)
    sighting = Sighting(
        text=passage.text.strip()[:_EXCERPT],
        place=place,
        location=f"line {passage.line}",
        finding=Finding.REVIEW,
    )
    judgement = judge(passage.text)
    if judgement is None:
        for excerpt in _mentions(passage.text):
            yield replace(sighting, text=excerpt)
        return
    standing = Standing(
        place=place,
        before=passage.before,
        after=passage.after,
        quoted=passage.quoted,
        introduced=introduces(passage.previous[-_EXCERPT:]),
    )
    form = "corner" if judgement.form in _CORNERS else "words"
    alone = judgement.form is Form.CORNER and total == 1
    if passage.plain and not alone and counts(judgement.form, standing):
        yield replace(sighting, text=judgement.text, finding=Finding.FOUND, form=form)
    elif judgement.form is not Form.CORNER:
        yield replace(sighting, text=judgement.text, form=form)


def _mentions(text: str) -> Iterator[str]:
    """Yield the sentences that hold both elements, cut to what a report can show."""
    for match in _SENTENCE.finditer(text):
        if may_hold(match[0]) and is_mention(match[0]):
            yield match[0].strip()[:_EXCERPT]


def _place(index: int, total: int) -> str:
    last = total - 1 - index
    if min(index, last) >= _ZONE:
        return "middle"
    return "start" if index <= last else "end"
