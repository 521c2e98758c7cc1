"""Foreign text in GitHub's and GitLab's Markdown: it shows as it is, and is nothing else."""

from __future__ import annotations

import re
from typing import Final

from ailabel.reporters.summary import clean

__all__ = ["code", "plain"]

_MARKUP: Final = re.compile(r"[\\`*_{}\[\]<>&~|$^]|[#@!%:](?=\S)|(?<=[Ww])\.")
_REFERENCES: Final = frozenset("#@!%$^&~*:.")  # issues, users, milestones, symbols, addresses
_BACKTICKS: Final = re.compile(r"`+")


def plain(text: str) -> str:
    """Return text of a paragraph in which no character has a meaning.

    What could is given as an entity; what could begin a reference is followed by a space of no
    width, as such references are looked for in the text that is shown [GFM].
    """
    return _MARKUP.sub(_entity, text)


def _entity(found: re.Match[str]) -> str:
    character = found.group()
    apart = "&#8203;" if character in _REFERENCES else ""
    return f"&#{ord(character)};{apart}"


def code(text: str) -> str:
    """Return text as a code span; within, nothing is looked for at all."""
    text = clean(text, None) or " "
    longest = max(map(len, _BACKTICKS.findall(text)), default=0)
    fence = "`" * (longest + 1)
    edges = {text[0], text[-1]}
    room = " " if edges & {"`", " "} and text.strip(" ") else ""  # [GFM 6.3] takes one space off
    return f"{fence}{room}{text}{room}{fence}"
