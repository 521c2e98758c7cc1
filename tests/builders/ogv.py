"""Ogg files with pictures made by hand [Theora 6]: headers as they stand on pages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from builders.ogg import OLD, comments, everywhere, stream, vorbis_packets

if TYPE_CHECKING:
    from collections.abc import Iterator

HEAD: Final = b"\x80theora\3\2\1" + bytes(32)
SETUP: Final = b"\x82theora tables"
SKELETON: Final = b"fishead\0\3\0\0\0" + bytes(52)  # version 3 holds no offsets


def theora_packets(*entries: str) -> list[bytes]:
    """Return the headers and the pictures of a Theora stream."""
    pictures = [b"\0picture" * (30 + index) for index in range(3)]
    return [HEAD, b"\x81theora" + comments(*entries), SETUP, *pictures]


def film(video: tuple[str, ...], sound: tuple[str, ...], skeleton: bytes = SKELETON) -> bytes:
    """Return a film with sound, its pages interleaved, and a Skeleton stream."""
    pictures = stream(theora_packets(*video), (1, 1, 1, 1, 2), serial=1)
    tones = stream(vorbis_packets(*sound), (1, 2, 3, 3), serial=2)
    about = stream([skeleton, b"fisbone\0" + bytes(44)], (1, 1), serial=3)
    pages = [about[0], pictures[0], tones[0], pictures[1], tones[1], *pictures[2:3], about[1]]
    return b"".join([*pages, tones[2], pictures[3], tones[3], *pictures[4:]])


def samples() -> Iterator[tuple[str, bytes]]:
    """Yield valid files, each in another way of the format."""
    yield "silent.ogv", b"".join(stream(theora_packets("TITLE=a film"), (1, 2, 3)))
    yield "sounding.ogv", film(("TITLE=a film",), ("TITLE=its sound",))
    yield "labelled.ogv", film((f"AIGC={OLD}",), (f"AIGC={OLD}", "TITLE=its sound"))
    yield "everywhere.ogv", everywhere(OLD)
