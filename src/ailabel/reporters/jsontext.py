"""Documents as JSON text that is safe to print, on one line or one value a line."""

from __future__ import annotations

import json
import re
from functools import lru_cache
from json.encoder import encode_basestring
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["Shared", "listed", "to_json"]

_STEERING: Final = (  # controls, joiners, bidi and line marks, tags, lone surrogates
    "[\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\ud800-\udfff\U000e0000-\U000e0fff]"
)
_COMMAND: Final = re.compile(r"#(?=#\w*\[)")
"""Where ``##[error]…`` and its like begin, which a log's reader takes for commands [GHRUNNER]."""
_INDENT: Final = "  "
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


class Shared(list[object]):
    """A list that is part of many documents; its text is made once for each margin."""

    __slots__ = ("texts",)

    def __init__(self, items: Iterable[object]) -> None:
        super().__init__(items)
        self.texts: dict[str, str] = {}

    def text(self, margin: str) -> str:
        """Return the text, as `to_json` does."""
        found = self.texts.get(margin)
        if found is None:
            found = self.texts[margin] = to_json([*self], margin)
        return found


def to_json(value: object, margin: str = "") -> str:
    """Return a value as JSON; what would steer a terminal or its text is escaped.

    Args:
        value: strings, numbers, None, and lists and dictionaries of such.
        margin: a line end and what stands before the value on its line; empty for a text without
            any white space.
    """
    if not margin:
        return _on_one_line(value)
    if isinstance(value, Shared):
        return value.text(margin)
    if isinstance(value, dict):
        inner = margin + _INDENT
        return _wrap("{}", [f"{_key(key)}: {to_json(value[key], inner)}" for key in value], margin)
    if isinstance(value, list):
        return _wrap("[]", [to_json(item, margin + _INDENT) for item in value], margin)
    return _safe(_encode(value))


def listed(texts: Iterable[str], margin: str) -> Iterator[str]:
    """Yield what stands between the brackets of a list, as its members come.

    Args:
        texts: the members, as `to_json` gives them with this margin.
        margin: a line end and what stands before a member on its line.
    """
    separator = margin
    for text in texts:
        yield separator + text
        separator = f",{margin}"


def _on_one_line(value: object) -> str:
    """Return a value as JSON; lists at once, by the encoder in C, which takes long to begin."""
    if isinstance(value, str):
        return _safe(encode_basestring(value))
    if isinstance(value, dict):
        members = [f"{_key(key)}:{_on_one_line(item)}" for key, item in value.items()]
        return f"{{{','.join(members)}}}"
    if isinstance(value, list):
        if isinstance(value, Shared):
            return value.text("")
        return _safe(_encode(value)) if value else "[]"
    return "null" if value is None else _encode(value)


def _wrap(brackets: str, pieces: list[str], margin: str) -> str:
    if not pieces:
        return brackets
    inner = margin + _INDENT
    return brackets[0] + inner + ("," + inner).join(pieces) + margin + brackets[1]


def _safe(text: str) -> str:
    """Escape what would steer in JSON text; only its strings can hold such."""
    if "##" in text:
        text = _COMMAND.sub(r"\\u0023", text)
    if text.isascii() and "\x7f" not in text:  # JSON has escaped the other controls
        return text
    return re.sub(_STEERING, lambda found: json.dumps(found.group())[1:-1], text)


@lru_cache(maxsize=256)
def _key(text: str) -> str:
    return _safe(_encode(text))
