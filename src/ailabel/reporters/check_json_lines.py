"""What the gate says as JSON lines: a header, one file a line as soon as it is known, the end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ailabel.reporters.check_document import end_document, file_text
from ailabel.reporters.document import header_document
from ailabel.reporters.jsontext import to_json
from ailabel.reporters.tally import Tally

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from ailabel.model.gate import GateEnd, GateFile
    from ailabel.reporters.summary import Header

__all__ = ["render"]


def render(header: Header, files: Iterable[GateFile], end: Callable[[], GateEnd]) -> Iterator[str]:
    """Yield the header line, a line for each file, and a line of the counts and the end."""
    yield to_json(header_document(header)) + "\n"
    tally = Tally()
    for file in files:
        tally.add(file)
        yield file_text(file, header.language) + "\n"
    yield to_json(end_document(tally, end(), header.language)) + "\n"
