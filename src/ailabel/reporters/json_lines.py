"""JSON lines: a header line, then one file a line, as soon as it is known."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ailabel.reporters.document import header_document, item_document
from ailabel.reporters.jsontext import to_json

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ailabel.reporters.summary import Header, Item

__all__ = ["render"]


def render(header: Header, files: Iterable[Item]) -> Iterator[str]:
    """Yield the header line, then a line for each file."""
    yield to_json(header_document(header)) + "\n"
    for item in files:
        yield to_json(item_document(item, header.language)) + "\n"
