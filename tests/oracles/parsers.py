"""Readers written for the tests alone, for the places that no common tool knows.

They share nothing with ailabel: each follows the format's document in the shortest way and asserts
what it relies on.
"""

from __future__ import annotations

import struct
from html.parser import HTMLParser

__all__ = ["Page", "front_matter", "page", "riff_chunks"]

_VOID = frozenset({"meta", "link", "br", "hr", "img", "input", "base", "col", "source", "wbr"})
_UNSEEN = frozenset({"head", "script", "style", "template", "noscript"})


def riff_chunks(data: bytes) -> list[tuple[bytes, bytes]]:
    """Walk a RIFF/WAVE file from its first byte to its last; return chunk ids and bodies."""
    riff, size, form = struct.unpack_from("<4sI4s", data)
    assert (riff, form) == (b"RIFF", b"WAVE")
    assert size + 8 == len(data)
    chunks = []
    offset = 12
    while offset < len(data):
        name, length = struct.unpack_from("<4sI", data, offset)
        body = data[offset + 8 : offset + 8 + length]
        assert len(body) == length
        assert length % 2 == 0 or data[offset + 8 + length] == 0  # padded to whole words
        chunks.append((name, body))
        offset += 8 + length + length % 2
    assert offset == len(data)
    return chunks


def front_matter(text: str) -> tuple[str, str]:
    """Split a Markdown file: the YAML between two lines of three dashes, and the rest."""
    lines = text.splitlines(keepends=True)
    if not lines or lines[0].rstrip() != "---":
        return "", text
    end = next(index for index, line in enumerate(lines[1:], 1) if line.rstrip() in {"---", "..."})
    return "".join(lines[1:end]), "".join(lines[end + 1 :])


class Page(HTMLParser):
    """A web page: its meta elements by name, those of the head only; and the text that is seen."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.meta: list[tuple[str, str]] = []
        self.text: list[str] = []
        self._open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a meta element of the head, and what is open."""
        if tag == "meta" and "head" in self._open:
            found = dict(attrs)
            assert len(found) == len(attrs)  # no attribute stands twice
            self.meta.append((found.get("name") or "", found.get("content") or ""))
        if tag not in _VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """Close what was opened last."""
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        """Note text outside the head."""
        if data.strip() and not _UNSEEN.intersection(self._open):
            self.text.append(data.strip())


def page(text: str) -> Page:
    """Read a web page whose elements are all closed."""
    found = Page()
    found.feed(text)
    found.close()
    return found
