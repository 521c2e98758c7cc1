"""Content streams of PDF pages, as far as adding to them asks for [ISO32000-2 7.8, 8.4.2]."""

from __future__ import annotations

import re
from typing import Final

from ailabel.codecs.pdf_syntax import Incomplete, Parser

__all__ = ["open_states"]

_IMAGE_END: Final = re.compile(rb"[\0\t\n\f\r ]EI(?![^\0\t\n\f\r ()<>\[\]{}/%])")


def open_states(data: bytes) -> int:
    """Count the graphics states that content saves and does not restore.

    A restore without a save counts for nothing, as in viewers. Broken content is read as far as it
    goes.
    """
    parser = Parser(data)
    depth = 0
    while True:
        try:
            token = parser.token()
            if token == b"(":
                parser.rest_of_string()
        except Incomplete:
            return depth
        if token == b"q":
            depth += 1
        elif token == b"Q":
            depth = max(0, depth - 1)
        elif token == b"ID":  # the samples of an inline image
            end = _IMAGE_END.search(data, parser.position)
            parser.position = end.end() if end else len(data)
