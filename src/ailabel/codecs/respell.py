"""Texts as they are stored: putting another text in the place of one, in the same spelling.

What both have in common at the beginning and at the end keeps the bytes that stand there.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from ailabel.spi import unkept

if TYPE_CHECKING:
    from collections.abc import Callable

    from ailabel.spi import Slot

__all__ = ["encoded", "in_markup", "resolved", "respelled", "stored"]

_REFERENCES: Final = {"&quot;": '"', "&apos;": "'", "&lt;": "<", "&gt;": ">", "&amp;": "&"}
_PIECE: Final = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|\w{1,32});|.", re.DOTALL)


def encoded(raw: bytes, old: str, new: str, codec: str = "utf-8") -> bytes | None:
    """Return a value with another text, what stands around the text in it kept.

    Args:
        raw: the value.
        old: what it says, without what stands around it, such as zeros that fill it up.
        new: what it is to say.
        codec: how it is encoded.

    Returns:
        None where the value does not spell the old text so, or cannot spell the new one.
    """
    try:
        text, other = old.encode(codec), new.encode(codec)
    except UnicodeEncodeError:
        return None
    start = raw.find(text)
    if not text or start < 0 or raw.find(text, start + 1) >= 0:
        return None
    return raw[:start] + other + raw[start + len(text) :]


def stored(slot: Slot, value: str, codec: str = "utf-8") -> bytes:
    """Return the raw value of a slot with another text.

    Raises:
        PlanError: the value is spelt otherwise.
    """
    found = encoded(slot.raw, slot.payload, value, codec)
    if found is None:
        raise unkept(slot)
    return found


def in_markup(slot: Slot, value: str, escape: Callable[[str], str]) -> bytes:
    """Return the raw value of a slot that is an element's content, in UTF-8, with another text.

    Raises:
        PlanError: other elements, or sections that are no markup, stand in it; or another encoding.
    """
    try:
        raw = slot.raw.decode()
    except UnicodeDecodeError:
        raise unkept(slot) from None
    if "<" in raw or "\0" in raw:
        raise unkept(slot)
    return respelled(raw, (slot.payload, value), escape, resolved).encode()


def resolved(reference: str) -> str:
    """Resolve one character reference [XML 4.1]; other entities stay what they are."""
    if reference.startswith("&#"):
        digits = reference[2:-1].lower()
        code = int(digits[1:], 16) if digits.startswith("x") else int(digits)
        return chr(code) if code < 0x110000 else reference  # noqa: PLR2004 - Unicode
    return _REFERENCES.get(reference, reference)


def respelled(
    raw: str, texts: tuple[str, str], escape: Callable[[str], str], unescape: Callable[[str], str]
) -> str:
    """Return markup with another text; what both share keeps the references that stand there.

    Args:
        raw: the text as markup.
        texts: what it says, and what it is to say.
        escape: turns a text into markup.
        unescape: resolves one character reference.
    """
    old, new = texts
    pieces = _PIECE.findall(raw)
    characters = [unescape(piece) if len(piece) > 1 else piece for piece in pieces]
    if "".join(characters) != old or any(len(item) != 1 for item in characters):
        return escape(new)
    head = _common(old, new)
    tail = min(_common(old[::-1], new[::-1]), len(old) - head, len(new) - head)
    middle = new[head : len(new) - tail]
    quote = next((p for p, c in zip(pieces, characters, strict=True) if c == '"'), None)
    if quote is None:
        written = escape(middle)
    else:
        written = quote.join(escape(part) for part in middle.split('"'))
    return "".join(pieces[:head]) + written + "".join(pieces[len(pieces) - tail :])


def _common(one: str, two: str) -> int:
    """Return how many characters two texts have in common at the beginning."""
    for index, (first, second) in enumerate(zip(one, two, strict=False)):
        if first != second:
            return index
    return min(len(one), len(two))
