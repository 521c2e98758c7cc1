"""Subtitles in SubRip made by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


def samples() -> Iterator[tuple[str, bytes]]:
    """Yield valid files, each in another way of the format."""
    yield "plain.srt", b"1\n00:00:01,000 --> 00:00:02,000\nHello\n\n"
    yield "wide.srt", "\ufeff1\r\n00:00:01,000 --> 00:00:02,000\r\n你好\r\n".encode("utf-16-le")
