"""Text for a page in two languages, of which the reader chooses one; whatever it is, no markup."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from ailabel.messages import Message
from ailabel.reporters.findings import told
from ailabel.reporters.summary import clean

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["both", "foreign", "say"]


def foreign(text: str, width: int | None = None) -> str:
    """Return foreign text for an element or an attribute."""
    return escape(clean(text, width)).replace("##", "#&#35;")


def say(message: Message | str) -> str:
    """Return a sentence, or a word of the catalogue, in both languages."""
    sentence = Message(message) if isinstance(message, str) else message
    return both(lambda language: told(sentence, language))


def both(worded: Callable[[str], str]) -> str:
    """Return what a function says in each language; once where that is the same."""
    english, chinese = foreign(worded("en")), foreign(worded("zh"))
    if english == chinese:
        return english
    return f'<span lang="en">{english}</span><span lang="zh-CN">{chinese}</span>'
