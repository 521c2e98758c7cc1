"""MP4 files made by hand, each in another way of the format."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from builders import packets
from builders.boxes import (
    OLD,
    PICTURES,
    Movie,
    Track,
    both,
    box,
    fragmented,
    freeform,
    full,
    item,
    keyed,
    meta,
    named,
    quicktime_text,
    u16,
    u32,
    udta,
    xmp,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ITUNES: Final = named(
    item(b"\xa9nam", "a title"), box(b"covr", box(b"data", u32(13, 0), b"\xff\xd8"))
)
FREE: Final = box(b"free", bytes(500))
FIRST: Final = "moov mdat"
WRAPPED: Final = f'{{"AIGC":{OLD}}}'


def everywhere(payload: str) -> bytes:
    """Return a file that holds one label in every place where labels were met."""
    first, second = both()
    in_track = udta(keyed(("aigc", payload)), box(b"AIGC", payload.encode()))
    user_data = udta(
        named(
            item(b"\xa9nam", "a title"),
            freeform("AIGC", payload),
            item(b"\xa9cmt", payload),
            box(bytes(4), box(b"data", u32(0, 0), payload.encode())),
        ),
        keyed(("title", "a title"), ("com.apple.quicktime.AIGC", payload), ("AIGC", payload)),
        box(b"XMP_", packets.labelled(payload)),
        box(b"aigc", bytes(4), payload.encode()),
        quicktime_text(b"\xa9cmt", f'{{"AIGC":{payload}}}'),
        quicktime_text(b"\xa9day", "2026"),
        FREE,
    )
    return Movie(
        tracks=(replace(first, extra=in_track), second),
        order="packet moov free mdat keys",
        others={
            "packet": xmp(packets.labelled(payload, padding=100)),
            "free": FREE,
            "keys": keyed(("AIGC", payload)),
        },
        in_moov=keyed(("AIGC", payload), kind=2, bare=True) + user_data,
    ).build()


def items() -> bytes:
    """Return a file whose samples are pointed to by an item and by auxiliary offsets too."""
    data = _items(0)
    return _items(data.index(PICTURES[0]))


def _items(place: int) -> bytes:
    table = full(b"iloc", b"\x44\x40", u16(1), u16(7, 0), u32(place), u16(1), u32(0, 12))
    made: tuple[Callable[[int], bytes], ...] = (
        lambda start: full(b"saio", u32(1, start)),
        lambda start: full(b"saio", b"cenc", u32(0, 1), bytes(4), u32(start), version=1, flags=1),
    )
    tracks = [
        replace(track, in_table=table_of, compact=bits)
        for track, table_of, bits in zip(both(), made, (8, 4), strict=True)
    ]
    in_moov = meta(b"null", table)
    return Movie(tracks=tracks, brands=(b"mp42",), order=FIRST, in_moov=in_moov).build()


def samples() -> Iterator[tuple[str, bytes]]:
    """Yield valid files."""
    yield "last.mp4", Movie().build()
    yield "first.mp4", Movie(order=FIRST).build()
    yield "first-free.mp4", Movie(order="moov free mdat", others={"free": FREE}).build()
    wide = [replace(track, wide=track.number == 1) for track in both()]
    yield "wide.mp4", Movie(tracks=wide, order=FIRST, mdat="long").build()
    yield "open.mp4", Movie(order=FIRST, mdat="open").build()
    yield "itunes.mp4", Movie(order=FIRST, in_moov=udta(ITUNES, FREE)).build()
    keys = keyed(("title", "x"), ("AIGC", OLD), ("comment", "y"))
    yield "keys.mp4", Movie(order=FIRST, in_moov=udta(keys)).build()
    after = keyed(("a.b.aigc", OLD), ("title", "x"), ("AIGC", OLD))
    yield "keys-after.mp4", Movie(order=FIRST, in_moov=udta(ITUNES, after, FREE)).build()
    yield "no-tags.mp4", Movie(in_moov=udta()).build()
    yield (
        "packet-last.mp4",
        Movie(
            order="moov mdat packet", others={"packet": xmp(packets.packet(packets.FOREIGN))}
        ).build(),
    )
    yield "items.mp4", items()
    yield "fragments.mp4", fragmented()
    yield (
        "fragments-labelled.mp4",
        fragmented(meta(b"mdir", box(b"ilst", item(b"\xa9cmt", OLD))) + xmp(packets.labelled(OLD))),
    )
    text = Track(number=3, handler=b"text", chunks=((b"\0\3one",), (b"\0\3two",)))
    talk = Track(number=4, handler=b"sbtl", chunks=((b"\0\2hi",),))
    first, second = both()
    chaptered = replace(first, extra=box(b"tref", box(b"chap", u32(3))))
    yield "chapters.mp4", Movie(tracks=(second, text, talk, chaptered), order=FIRST).build()
    yield "everywhere.mp4", everywhere(OLD)
    yield "wrapped.mp4", Movie(in_moov=udta(named(item(b"\xa9cmt", WRAPPED)))).build()
