"""Tables with commas made by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


def samples() -> Iterator[tuple[str, bytes]]:
    """Yield valid files, each in another way of the format."""
    yield "plain.csv", b"name,value\r\na,1\r\n"
    yield "chinese.csv", "名称,数值\n甲,1\n".encode("gb18030")
    yield "empty.csv", b""
