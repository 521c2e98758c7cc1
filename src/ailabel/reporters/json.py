"""One JSON document, written as the files come; its schema is ``ailabel schema``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ailabel.reporters.document import header_document, item_document
from ailabel.reporters.jsontext import listed, to_json
from ailabel.reporters.summary import Summary

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ailabel.reporters.summary import Header, Item

__all__ = ["render"]

_MARGIN: Final = "\n    "


def render(header: Header, files: Iterable[Item]) -> Iterator[str]:
    """Yield the document in pieces, the summary last."""
    head = to_json(header_document(header), "\n")
    yield head[: head.rindex("\n}")] + ',\n  "files": ['
    summary = Summary(header.command)
    yield from listed(_texts(files, summary, header.language), _MARGIN)
    yield '\n  ],\n  "summary": ' + to_json(summary.document(), "\n  ") + "\n}\n"


def _texts(files: Iterable[Item], summary: Summary, language: str) -> Iterator[str]:
    for item in files:
        summary.add(item)
        yield to_json(item_document(item, language), _MARGIN)
