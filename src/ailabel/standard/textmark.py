"""Whether a line of text is an explicit label (GB 45438-2025, 5.1).

Clause 5.1 asks for words with both elements, or for a corner mark with ``AI``. That a text holds
the two elements does not make it a label: "How to recognise AI生成 pictures" holds them too. A
label *asserts* that this content was made by AI, so a line is matched whole against the small
grammar of such assertions; what holds both elements and does not fit is a mention, for a person to
judge. A negation can never match, because the grammar has no word for it.
"""

from __future__ import annotations

import re
from enum import Enum
from typing import Final

from ailabel.standard.assertion import CLOSERS, OPENERS, asserts, dense, fold, leads_in
from ailabel.standard.wording import CORNER_MARK, MAX_MARK_CHARACTERS, Elements, elements
from ailabel.values import frozen

__all__ = [
    "Form",
    "Judgement",
    "Standing",
    "counts",
    "introduces",
    "is_mention",
    "judge",
    "may_hold",
]

_DECORATION: Final = 24  # characters around a label that are no words
_PAIRED: Final = re.compile(r"([*_=]+)(?![*_=\s])(.+?)(?<!\s)\1", re.DOTALL)
_ORNAMENTS: Final = " \t\u3000—–―※★☆✦❖⚠ℹ🤖✨💡📢📝🔔📌🎨✍\ufe0f"
_RULE: Final = "--"  # two hyphens frame a line; one begins an item of a list
_FOLLOWED: Final = ("以下", "下文", "下面")  # a label that a colon may end
_ENDING: Final = "。.！!；;…"
_LINK: Final = re.compile(r"\][ ]?[(\[:]|\[\[|\[\^")  # markup that makes of brackets a link
_PREFIX: Final = re.compile(
    r"(?:【[^【】]{2,40}】|\[[^\[\]]{2,40}\]|［[^［］]{2,40}］|〔[^〔〕]{2,40}〕|〖[^〖〗]{2,40}〗)"
    r"(?=\s*[^\s的是之与和等及或、，,/|:：.。(（\[【?？!！])"
)


class Form(Enum):
    """How a label is worded; it decides where it must stand to be one."""

    ASSERTION = "assertion"
    """A sentence about this content, or words in brackets: unmistakable where it stands apart."""
    PHRASE = "phrase"
    """Bare words such as ``AI生成``, which may also be a title."""
    CORNER = "corner"
    """The corner mark, bare."""
    CORNER_BRACKETED = "bracketed corner"
    """The corner mark in brackets."""


@frozen
class Judgement:
    """A label: how it is worded, and its text as it stands in the line."""

    form: Form
    text: str


@frozen(kw_only=True)
class Standing:
    """How a line stands in its text.

    Args:
        place: ``start``, ``middle`` or ``end``.
        before: whether something parts it from the line before: a blank line, the edge of the text,
            or the end of a sentence.
        after: the same for the line after.
        quoted: whether it is marked as a quotation.
        introduced: whether the line before it announces it with a colon, as an example or as
            somebody's words.
    """

    place: str
    before: bool
    after: bool
    quoted: bool = False
    introduced: bool = False


def counts(form: Form, standing: Standing) -> bool:
    """Say whether a label counts where it stands: at the start, the end, or between sections.

    The less a wording says that it is a label, the more its place must say so: bare words within
    a text may be a title or the rest of a wrapped sentence, quoted ones somebody else's.
    """
    apart = standing.before and standing.after
    middle = standing.place == "middle"
    if standing.introduced:
        return False
    if standing.quoted or form is Form.CORNER:
        return apart and not middle
    if form is Form.CORNER_BRACKETED:
        return apart
    if form is Form.ASSERTION:
        return apart or not middle
    return standing.before and not middle and (standing.after or standing.place == "start")


def may_hold(line: str) -> bool:
    """Say quickly whether a line is worth judging: it names AI."""
    return "AI" in line or "人工智能" in line or "Ａ" in line


def introduces(line: str) -> bool:
    """Say whether a line announces the next one as an example or as somebody's words."""
    text = line.rstrip(" \t\u3000*_")
    return text.endswith((":", "：")) and not leads_in(dense(fold(text)))


def is_mention(text: str) -> bool:
    """Say whether a text that is no label holds what labels hold: both elements, or ``[AI]``."""
    words = dense(fold(text))
    return elements(words) is Elements.BOTH or words.startswith(f"({CORNER_MARK})")


def judge(line: str) -> Judgement | None:
    """Judge one line; None where it is no label.

    Args:
        line: the line as a reader sees it, free of markup.
    """
    text = line.strip()
    if not may_hold(text):
        return None
    prefix = _PREFIX.match(text)
    found = None if prefix is None else _whole(prefix[0])
    if found is not None:
        return found if found.form is Form.ASSERTION else None
    return _whole(text)


def _whole(text: str) -> Judgement | None:
    """Judge a line that is a label as a whole."""
    if len(text) > MAX_MARK_CHARACTERS + _DECORATION or _LINK.search(text):
        return None
    bare, bracketed, ended = _undecorated(text)
    if bare == CORNER_MARK and not ended:
        return Judgement(Form.CORNER_BRACKETED if bracketed else Form.CORNER, text)
    words = dense(bare)
    if len(bare) > MAX_MARK_CHARACTERS or elements(words) is not Elements.BOTH:
        return None
    if words.startswith(_FOLLOWED):
        words = words.removesuffix(":")
    asserted = asserts(words)
    if asserted is None:
        return None
    return Judgement(Form.ASSERTION if asserted or bracketed else Form.PHRASE, text)


def _undecorated(text: str) -> tuple[str, bool, bool]:
    """Return a line folded and without what surrounds its words.

    Returns:
        The words; whether brackets stood around them; whether punctuation ended them.
    """
    bracketed = ended = False
    while True:
        before = text
        text = text.strip(_ORNAMENTS)
        text = text.lstrip("-") if text.startswith(_RULE) else text
        text = text.rstrip("-") if text.endswith(_RULE) else text
        stripped = text.rstrip(_ENDING)
        ended = ended or stripped != text
        text = stripped
        if paired := _PAIRED.fullmatch(text):
            text = paired[2]
        if _in_brackets(text):
            text, bracketed = text[1:-1].strip(), True
        if text == before:
            return fold(text), bracketed, ended


def _in_brackets(text: str) -> bool:
    """Say whether one pair of brackets encloses a whole text."""
    if len(text) < 2 or OPENERS.find(text[0]) != CLOSERS.find(text[-1]) or text[0] not in OPENERS:  # noqa: PLR2004 - a pair
        return False
    return not any(character in OPENERS + CLOSERS for character in text[1:-1])
