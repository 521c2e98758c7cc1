"""Matroska files with pictures, each in another way of the format."""

from __future__ import annotations

from typing import TYPE_CHECKING

from builders import matroska as build
from builders.matroska import CLUSTERS, LIVE, SEGMENT, TAGS, Film

if TYPE_CHECKING:
    from collections.abc import Iterator


def samples() -> Iterator[tuple[str, bytes]]:
    """Yield valid files."""
    yield "room.mkv", Film(room=200).build()
    yield "room-too-small.mkv", Film(room=5).build()
    yield "room-but-one.mkv", Film(room=19).build()
    yield "no-room.mkv", Film().build()
    yield "no-room-checked.mkv", Film(checked=True).build()
    yield "one-entry.mkv", Film(entries=1).build()
    yield "narrow.mkv", Film(width=2, room=64).build()
    yield "open.mkv", Film(live=True, room=64).build()
    yield "tagged.mkv", Film(front=(build.el(TAGS, build.tag(build.TITLE)),), room=90).build()
    yield "tagged-last.mkv", Film(back=(build.el(TAGS, build.tag(build.TITLE)),)).build()
    yield "labelled.mkv", Film(front=(build.labelled(build.OLD, build.TITLE),), room=64).build()
    yield "label-alone.mkv", Film(front=(build.labelled(),), room=64).build()
    yield "label-alone-no-room.mkv", Film(back=(build.labelled(),), checked=True).build()
    yield "label-behind-index.mkv", _label_behind_index()
    yield (
        "track-label.mkv",
        Film(back=(build.labelled(targets=build.num("63C5", 1001)),), room=64).build(),
    )
    yield "everywhere.mkv", build.everywhere()
    yield "stream.mkv", build.stream(*LIVE)
    yield "stream-clusters.mkv", build.stream(*CLUSTERS, sized=True)
    yield "stream-labelled.mkv", build.stream(build.labelled(build.OLD, build.TITLE), *LIVE)
    yield "stream-labelled-last.mkv", build.stream(*LIVE, build.labelled())
    placed = build.el(build.CLUSTER, build.num("E7", 0), build.num("A7", 77), build.block(1, b"x"))
    yield "stream-with-positions.mkv", build.stream(placed)
    yield "two-documents.mkv", Film(room=64).build() + build.stream(build.labelled(), *LIVE)
    yield "two-streams.mkv", build.stream(*LIVE) + build.stream(build.labelled(), *LIVE)
    yield "trailer.mkv", Film(room=64).build() + b"\0what follows the segment"
    yield "header-only.mkv", build.stream(sized=True)
    body = build.crc(build.ABOUT, build.el(build.TRACKS, build.VIDEO), *CLUSTERS)
    yield "segment-checked.mkv", build.ebml() + build.el(SEGMENT, body, width=8)
    yield "laced.mkv", laced()


def _label_behind_index() -> bytes:
    """Return a file whose only room is where the label's Tags element stands."""
    head = build.el(build.SEEK_HEAD, build.seek(build.INFO, 0))
    tags = build.labelled()
    position = len(head) + len(tags)
    head = build.el(build.SEEK_HEAD, build.seek(build.INFO, position))
    body = head + tags + build.ABOUT + build.el(build.TRACKS, build.VIDEO) + b"".join(CLUSTERS)
    return build.ebml() + build.el(SEGMENT, body, width=8)


def laced() -> bytes:
    """Return a file with every kind of lacing, and stripped headers."""
    frames = [b"a" * 300, b"b" * 7, b"c" * 255, b"d"]
    blocks = (
        build.lace("xiph", frames),
        build.block(1, b"picture"),
        build.lace("ebml", frames),
        build.lace("fixed", [b"1234", b"5678"]),
    )
    tracks = (build.VIDEO, build.STRIPPED)
    return Film(clusters=(build.cluster(*blocks),), tracks=tracks, room=64).build()
