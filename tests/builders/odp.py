"""OpenDocument presentations made by hand from OASIS OpenDocument 1.2."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from builders import odt

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["CONTENT", "samples"]

CONTENT: Final = odt.document(
    "presentation",
    '<draw:page draw:name="One"><draw:frame svg:x="2cm" svg:y="2cm" svg:width="9cm"'
    ' svg:height="2cm"><draw:text-box><text:p>第一页</text:p></draw:text-box></draw:frame>'
    "</draw:page>",
)


def samples() -> Iterator[tuple[str, bytes]]:
    """Yield small valid presentations."""
    yield from odt.kinds("presentation", CONTENT, ".odp", ".otp")
