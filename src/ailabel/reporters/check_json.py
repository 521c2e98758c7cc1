"""What the gate says as one JSON document, written as the files come."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ailabel.reporters.check_document import end_document, file_text
from ailabel.reporters.document import header_document
from ailabel.reporters.jsontext import listed, to_json
from ailabel.reporters.tally import Tally

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from ailabel.model.gate import GateEnd, GateFile
    from ailabel.reporters.summary import Header

__all__ = ["render"]

_MARGIN: Final = "\n    "


def render(header: Header, files: Iterable[GateFile], end: Callable[[], GateEnd]) -> Iterator[str]:
    """Yield the document in pieces, the summary and the end last."""
    head = to_json(header_document(header), "\n")
    yield head[: head.rindex("\n}")] + ',\n  "files": ['
    tally = Tally()
    yield from listed(_texts(files, tally, header.language), _MARGIN)
    yield "\n  ]," + to_json(end_document(tally, end(), header.language), "\n")[1:] + "\n"


def _texts(files: Iterable[GateFile], tally: Tally, language: str) -> Iterator[str]:
    for file in files:
        tally.add(file)
        yield file_text(file, language, _MARGIN)
