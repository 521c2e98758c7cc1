"""Subtitles in WebVTT made by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


def samples() -> Iterator[tuple[str, bytes]]:
    """Yield valid files, each in another way of the format."""
    yield "plain.vtt", b"WEBVTT\n\n00:01.000 --> 00:02.000\nHello\n"
    yield "noted.vtt", "\ufeffWEBVTT\n\nNOTE 由人工智能生成\n".encode()
