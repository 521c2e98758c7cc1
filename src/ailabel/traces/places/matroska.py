"""Matroska and WebM: their tags [RFC 9559 5.1.8]."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ailabel.codecs import matroska, matroska_tags
from ailabel.spi import Entry
from ailabel.traces.places.shared import TEXT_MOST

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ailabel.io.source import View

__all__ = ["entries"]


def entries(view: View) -> Iterator[Entry]:
    """Yield the tags of all segments."""
    for segment in matroska.segments(view):
        for _, tag in matroska_tags.parse(view, segment.elements):
            if tag.is_text:
                yield Entry(
                    system="matroska",
                    key=tag.name,
                    text=tag.value[:TEXT_MOST],
                    location="Tags/" + "/".join(tag.path),
                    offset=tag.element.offset,
                    length=tag.element.end - tag.element.offset,
                )
