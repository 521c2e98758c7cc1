"""One JSON document, written as the files come; its schema is ``ailabel schema``."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from ailabel.reporters.document import Header, Summary, header_document, item_document

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ailabel.model.report import FileReport, LabelResult

__all__ = ["render"]


def render(header: Header, files: Iterable[FileReport | LabelResult]) -> Iterator[str]:
    """Yield the document in pieces, the summary last."""
    head = json.dumps(header_document(header), ensure_ascii=False, indent=2)
    yield head[: head.rindex("\n}")] + ',\n  "files": ['
    summary = Summary()
    separator = "\n"
    for item in files:
        summary.add(item)
        text = json.dumps(item_document(item, header.language), ensure_ascii=False, indent=2)
        yield separator + "    " + text.replace("\n", "\n    ")
        separator = ",\n"
    text = json.dumps(summary.document(), ensure_ascii=False, indent=2)
    yield "\n  ],\n" + '  "summary": ' + text.replace("\n", "\n  ") + "\n}\n"
