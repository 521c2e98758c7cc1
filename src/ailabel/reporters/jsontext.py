"""Documents as JSON text that is safe to print, on one line or one value a line."""

from __future__ import annotations

import json
import re
from functools import lru_cache
from typing import Final

__all__ = ["Shared", "to_json"]

_STEERING: Final = (  # controls, joiners, bidi and line marks, tags, lone surrogates
    "[\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\ud800-\udfff\U000e0000-\U000e0fff]"
)
_INDENT: Final = "  "
_CONSTANTS: Final = {None: "null", False: "false", True: "true"}
_encode = json.JSONEncoder(ensure_ascii=False).encode


class Shared(dict[str, object]):
    """A part of many documents; its text is made once for each margin."""

    __slots__ = ("texts",)

    def __init__(self, members: dict[str, object]) -> None:
        super().__init__(members)
        self.texts: dict[str, str] = {}

    def text(self, margin: str) -> str:
        """Return the text, as `to_json` does."""
        found = self.texts.get(margin)
        if found is None:
            found = self.texts[margin] = to_json({**self}, margin)
        return found


def to_json(value: object, margin: str = "") -> str:
    """Return a value as JSON; what would steer a terminal or its text is escaped.

    Args:
        value: strings, numbers, None, and lists and dictionaries of such.
        margin: a line end and what stands before the value on its line; empty for a text without
            any white space.
    """
    if isinstance(value, str):
        return _string(value)
    if isinstance(value, Shared):
        return value.text(margin)
    inner = margin and margin + _INDENT
    if isinstance(value, dict):
        colon = ": " if margin else ":"
        return _wrap(
            "{}", [_key(key) + colon + to_json(value[key], inner) for key in value], margin
        )
    if isinstance(value, list):
        return _wrap("[]", [to_json(item, inner) for item in value], margin)
    if value is None or isinstance(value, bool):
        return _CONSTANTS[value]
    return str(value) if isinstance(value, int) else _encode(value)


def _wrap(brackets: str, pieces: list[str], margin: str) -> str:
    if not pieces:
        return brackets
    inner = margin and margin + _INDENT
    return brackets[0] + inner + ("," + inner).join(pieces) + margin + brackets[1]


def _string(text: str) -> str:
    text = _encode(text)
    if text.isascii() and "\x7f" not in text:  # JSON has escaped the other controls
        return text
    return re.sub(_STEERING, lambda found: json.dumps(found.group())[1:-1], text)


_key = lru_cache(maxsize=256)(_string)
