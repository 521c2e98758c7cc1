"""One JSON document, written as the files come; its schema is ``ailabel schema``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ailabel.reporters.document import (
    Header,
    Summary,
    dumps,
    header_document,
    item_document,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ailabel.reporters.document import Item

__all__ = ["render"]


def render(header: Header, files: Iterable[Item]) -> Iterator[str]:
    """Yield the document in pieces, the summary last."""
    head = dumps(header_document(header), indent=2)
    yield head[: head.rindex("\n}")] + ',\n  "files": ['
    summary = Summary(header.command)
    separator = "\n"
    for item in files:
        summary.add(item)
        text = dumps(item_document(item, header.language), indent=2)
        yield separator + "    " + text.replace("\n", "\n    ")
        separator = ",\n"
    text = dumps(summary.document(), indent=2)
    yield "\n  ],\n" + '  "summary": ' + text.replace("\n", "\n  ") + "\n}\n"
