"""Plain texts made by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["samples"]

_TEXT: Final = "标题\n\n第一段，有一些字。\n第二段。\n"


def samples() -> Iterator[tuple[str, bytes]]:
    """Yield file names and texts in several encodings."""
    yield "empty.txt", b""
    yield "plain.txt", _TEXT.encode()
    yield "ascii.text", b"one line, no newline"
    yield "crlf.txt", _TEXT.replace("\n", "\r\n").encode()
    yield "bom.txt", b"\xef\xbb\xbf" + _TEXT.encode()
    yield "wide.txt", b"\xff\xfe" + _TEXT.encode("utf-16-le")
    yield "wide-be.txt", b"\xfe\xff" + _TEXT.encode("utf-16-be")
    yield "gb.txt", _TEXT.encode("gb18030")
    yield "markup.txt", b"<!doctype html>\n<p>source of a page, shown as text</p>\n"
    yield "front.txt", b"---\nAIGC:\n  Label: '1'\n  ProduceID: x\n---\n"
