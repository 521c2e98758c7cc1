"""The last resort: look for a label's text anywhere in the first and last MiB of a file.

Whatever is found stands in no slot that a carrier knows. It is a mention: something for a person to
look at, which never makes a file compliant.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ailabel.codecs.native import finder
from ailabel.spi import Mention

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ailabel.io.source import View

__all__ = ["scan"]

_NEEDLE: Final = b'"ContentProducer"'
_WINDOW: Final = 1 << 20
_BEFORE: Final = 64  # the object begins shortly before its second key
_AFTER: Final = 448
_MOST: Final = 4


def scan(view: View) -> tuple[Mention, ...]:
    """Return where a label's text stands, at most a few times."""
    return tuple(_mention(view, place) for place in _places(view))


def _places(view: View) -> Iterator[int]:
    found = 0
    find = finder()
    starts = (0, max(_WINDOW, view.size - _WINDOW))
    for start in starts:
        window = view.read_some(start, _WINDOW)
        place = find(window, _NEEDLE, 0)
        while place >= 0 and found < _MOST:
            yield start + place
            found += 1
            place = find(window, _NEEDLE, place + 1)


def _mention(view: View, place: int) -> Mention:
    begin = max(0, place - _BEFORE)
    around = view.read_some(begin, place - begin + _AFTER)
    inner = place - begin
    brace = around.rfind(b"{", 0, inner)
    end = around.find(b"}", inner)
    first = brace if brace >= 0 else inner
    raw = around[first : end + 1 if end >= 0 else None]
    return Mention(location="raw bytes", offset=begin + first, raw=raw, site="raw")
