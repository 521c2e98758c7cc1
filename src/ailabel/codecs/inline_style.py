"""What a ``style`` attribute says of the colour of letters [CSS-COLOR 5]."""

from __future__ import annotations

import re
from typing import Final

__all__ = ["is_pale"]

_COLOUR: Final = re.compile(
    r"(?:^|[;\"'])color:(?:#([0-9a-f]{3,8})|(white|snow|ivory|ghostwhite)|"
    r"rgba?\((\d{1,3}),(\d{1,3}),(\d{1,3}))",
    re.IGNORECASE,
)
_GROUND: Final = re.compile(
    r"(?:^|[;\"'])background(?:-color|-image)?:(?!transparent|none|inherit)"
)
_PALE: Final = 0xE0  # every channel above it is close to the white of a page


def is_pale(declarations: str) -> bool:
    """Say whether letters are nearly white on no ground of their own.

    Args:
        declarations: the attribute's value without any white space.
    """
    found = _COLOUR.search(declarations)
    if found is None or _GROUND.search(declarations):
        return False
    if found[2]:
        return True
    if found[1]:
        digits = "".join(2 * digit for digit in found[1]) if len(found[1]) < 6 else found[1]  # noqa: PLR2004 - one digit a channel
        return min(bytes.fromhex(digits[:6])) >= _PALE
    return min(int(found[channel]) for channel in (3, 4, 5)) >= _PALE
