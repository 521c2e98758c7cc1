"""Tables with tabulators made by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


def samples() -> Iterator[tuple[str, bytes]]:
    """Yield valid files, each in another way of the format."""
    yield "plain.tsv", b"name\tvalue\na\t1\n"
    yield "marked.tsv", "\ufeff名称\t数值\n".encode()
