"""WebM files without pictures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from builders import matroska as build
from builders.webm import SOUND

if TYPE_CHECKING:
    from collections.abc import Iterator


def samples() -> Iterator[tuple[str, bytes]]:
    """Yield valid files."""
    sound = build.cluster(build.block(2, b"sound one"), build.block(2, b"sound two"), live=True)
    yield "recorded.weba", build.stream(sound, kind="webm", tracks=(SOUND,))
    yield "plain.weba", build.Film(kind="webm", tracks=(SOUND,), clusters=(sound,), room=64).build()
