"""WebM files with pictures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from builders import matroska as build

if TYPE_CHECKING:
    from collections.abc import Iterator

VIDEO: Final = build.track(1, 1, "V_VP8", build.el("E0", build.num("B0", 16), build.num("BA", 16)))
SOUND: Final = build.track(2, 2, "A_OPUS", build.el("E1", build.num("9F", 1)))


def samples() -> Iterator[tuple[str, bytes]]:
    """Yield valid files."""
    tracks = (VIDEO, SOUND)
    yield "plain.webm", build.Film(kind="webm", tracks=tracks, room=64).build()
    yield "recorded.webm", build.stream(*build.LIVE, kind="webm", tracks=tracks)
    yield (
        "labelled.webm",
        build.Film(
            kind="webm", tracks=tracks, front=(build.labelled(build.OLD, build.TITLE),)
        ).build(),
    )
