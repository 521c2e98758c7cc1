"""M4A files made by hand: sound with iTunes tags."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from builders.boxes import OLD, SOUND, Movie, Track, box, freeform, item, keyed, named, u32, udta

if TYPE_CHECKING:
    from collections.abc import Iterator

BRANDS: Final = (b"M4A ", b"isom", b"mp42")
TITLE: Final = item(b"\xa9nam", "a title")


def file(*in_udta: bytes, order: str = "moov mdat") -> bytes:
    """Return a file with one track of sound."""
    track = Track(number=1, handler=b"soun", chunks=(SOUND[:3], SOUND[3:]))
    user_data = udta(*in_udta) if in_udta else b""
    return Movie(tracks=(track,), brands=BRANDS, order=order, in_moov=user_data).build()


def samples() -> Iterator[tuple[str, bytes]]:
    """Yield valid files."""
    yield "plain.m4a", file()
    yield "tags.m4a", file(named(TITLE, box(b"trkn", box(b"data", u32(0, 0), bytes(8)))))
    yield "freeform.m4a", file(named(TITLE, freeform("AIGC", OLD)))
    yield "keyless.m4a", file(named(TITLE, item(bytes(4), OLD)), order="mdat moov")
    yield "mdta-first.m4b", file(keyed(("AIGC", OLD)), named(TITLE))
