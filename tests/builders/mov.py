"""QuickTime files made by hand: without brands, with the zero that closes user data."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from builders import packets
from builders.boxes import (
    OLD,
    Movie,
    both,
    box,
    keyed,
    quicktime_text,
    udta,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

CLOSE: Final = bytes(4)
BRAND: Final = (b"qt  ",)


def samples() -> Iterator[tuple[str, bytes]]:
    """Yield valid files."""
    wide = {"wide": box(b"wide")}
    yield "classic.mov", Movie(brands=(), order="wide mdat moov", others=wide).build()
    yield "classic-first.mov", Movie(brands=(), order="moov mdat").build()
    close = udta(quicktime_text(b"\xa9nam", "a title"), CLOSE)
    yield "closed.mov", Movie(brands=BRAND, order="moov mdat", in_moov=close).build()
    yield "empty.mov", Movie(brands=BRAND, order="moov mdat", in_moov=udta(CLOSE)).build()
    bare = keyed(("com.apple.quicktime.make", "a maker"), ("AIGC", OLD), bare=True)
    yield "bare.mov", Movie(brands=BRAND, order="moov mdat", in_moov=bare).build()
    packet = udta(box(b"XMP_", packets.labelled(OLD)), CLOSE)
    yield "packet.mov", Movie(brands=BRAND, order="moov mdat", in_moov=packet).build()
    comment = udta(quicktime_text(b"\xa9cmt", OLD), CLOSE)
    yield "comment.mov", Movie(brands=BRAND, order="moov mdat", in_moov=comment).build()
    first, second = both()
    elsewhere = (replace(first, external=True), second)
    yield "elsewhere.mov", Movie(tracks=elsewhere, brands=BRAND, order="moov mdat").build()
