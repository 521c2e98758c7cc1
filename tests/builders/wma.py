"""Windows Media files without pictures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from builders import asf as build

if TYPE_CHECKING:
    from collections.abc import Iterator


def samples() -> Iterator[tuple[str, bytes]]:
    """Yield valid files."""
    label = build.attribute("AIGC", build.OLD)
    yield "plain.wma", build.file(streams=(build.SOUND,))
    yield "labelled.wma", build.file(build.listed(build.EXTENDED, label), streams=(build.SOUND,))
