"""Matroska files without pictures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from builders import matroska as build

if TYPE_CHECKING:
    from collections.abc import Iterator


def samples() -> Iterator[tuple[str, bytes]]:
    """Yield valid files."""
    sound = (build.cluster(build.block(2, b"sound one"), build.lace("xiph", [b"a", b"bc"])),)
    tracks = (build.SOUND,)
    yield "plain.mka", build.Film(clusters=sound, tracks=tracks, room=64).build()
    yield (
        "labelled.mka",
        build.Film(clusters=sound, tracks=tracks, back=(build.labelled(),)).build(),
    )
    yield "stream.mka", build.stream(*sound, tracks=tracks)
