"""OpenDocument spreadsheets made by hand from OASIS OpenDocument 1.2."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from builders import odt

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["CONTENT", "samples"]

CONTENT: Final = odt.document(
    "spreadsheet",
    '<table:table table:name="One"><table:table-row><table:table-cell'
    ' office:value-type="string"><text:p>第一格</text:p></table:table-cell></table:table-row>'
    "</table:table>",
)


def samples() -> Iterator[tuple[str, bytes]]:
    """Yield small valid spreadsheets."""
    yield from odt.kinds("spreadsheet", CONTENT, ".ods", ".ots")
