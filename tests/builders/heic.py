"""HEIC and HEIF files made by hand around data that stand for coded pictures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from builders import exif, packets
from builders.boxes import OLD, Movie, Track, box, freeform, full, keyed, named, u16, u32, udta
from builders.boxes import xmp as xmp_box
from builders.items import Picture, labelled, picture, xmp
from builders.items import exif as exif_item

if TYPE_CHECKING:
    from collections.abc import Iterator

COMMENT: Final = b"ASCII\0\0\0" + f'{{"AIGC":{OLD}}}'.encode()
GRID: Final = b"\0\0\1\1" + u16(64, 64)  # 2 by 2 tiles [ISO23008-12 6.6.2.3]
HVCC: Final = box(b"hvcC", b"configuration")
PROPERTIES: Final = box(
    b"iprp",
    box(b"ipco", HVCC, full(b"ispe", u32(64, 64)), box(b"irot", b"\1"), box(b"colr", b"prof")),
    full(b"ipma", u32(1), u16(1), bytes([4, 0x81, 2, 3, 4])),
)
DESCRIBES: Final = ((b"cdsc", 2, (1,)),)


def everywhere(payload: str) -> bytes:
    """Return a file that holds one label in every place where labels were met."""
    tiff = exif.tiff(
        description=payload.encode() + b"\0",
        comment=b"ASCII\0\0\0" + f'{{"AIGC":{payload}}}'.encode(),
    )
    return Picture(
        items=(
            labelled(3, payload),
            picture(1),
            labelled(2, payload),
            exif_item(4, tiff),
            labelled(5, payload, method=1),
        ),
        refers=(*DESCRIBES, (b"cdsc", 4, (1,))),
        order="packet meta user mdat box",
        others={
            "packet": xmp_box(packets.labelled(payload)),
            "user": box(b"moov", udta(named(freeform("AIGC", payload)), keyed(("AIGC", payload)))),
            "box": box(b"AIGC", payload.encode()),
        },
        extra=PROPERTIES,
    ).build()


def sequence() -> bytes:
    """Return a sequence of pictures with a cover, whose samples stand behind the items."""
    samples = tuple(bytes([value]) * 9 for value in range(1, 5))
    track = Track(number=1, handler=b"pict", chunks=(samples[:1], samples[1:]))
    cover = Picture(items=(picture(1, b"the cover"),), brands=(b"hevc", b"mif1", b"msf1"))
    head = cover.build()
    moov_at = head.index(b"mdat") - 4
    start = 0
    for _ in range(2):
        movie = Movie(tracks=(track,), brands=(), order="moov mdat").build()
        start = moov_at
        data = bytearray(movie)
        at = data.index(b"stco") + 12
        for place in range(at, at + 8, 4):
            data[place : place + 4] = u32(int.from_bytes(data[place : place + 4], "big") + start)
    shifted = bytearray(head[:moov_at])
    at = shifted.index(b"iloc") + 4 + 4 + 2 + 2 + 2 + 2 + 2 + 2
    old = int.from_bytes(shifted[at : at + 4], "big")
    shifted[at : at + 4] = u32(old + len(data))
    return bytes(shifted + data) + head[moov_at:]


def samples() -> Iterator[tuple[str, bytes]]:
    """Yield valid files."""
    one = (picture(1),)
    yield "plain.heic", Picture(items=one, extra=PROPERTIES).build()
    yield "plain-v0.heic", Picture(items=one, iloc=0).build()
    yield "wide.heif", Picture(items=one, iloc=2, wide=True, widths=(8, 8, 8)).build()
    yield "based.heic", Picture(items=one, widths=(4, 4, 4), based=True).build()
    yield "base-alone.heic", Picture(items=one, widths=(0, 4, 4), based=True).build()
    yield "narrow.heic", Picture(items=one, brands=(b"mif1", b"heic"), widths=(4, 0, 0)).build()
    yield "mdat-first.heic", Picture(items=one, order="mdat meta").build()
    yield "open.heic", Picture(items=one, open=True).build()
    yield "no-primary.heic", Picture(items=one, primary=None).build()
    tail = {"free": box(b"free", bytes(30))}
    yield "tail.heic", Picture(items=one, order="meta mdat free", others=tail).build() + b"\0\0\0"
    tiles = tuple(picture(number, method=number % 2) for number in range(2, 6))
    grid = (picture(1, GRID, kind=b"grid", method=1), *tiles, picture(9, kind=b"iden", method=1))
    refers = ((b"dimg", 1, (2, 3, 4, 5)), (b"auxl", 9, (1,)))
    yield "grid.heic", Picture(items=grid, refers=refers, extra=PROPERTIES).build()
    foreign = packets.packet(packets.FOREIGN, padding=20)
    with_packet = (picture(1), xmp(2, foreign), picture(3))
    yield "packet.heic", Picture(items=with_packet, refers=DESCRIBES).build()
    pieces = (xmp(2, foreign[:50], foreign[50:90], foreign[90:]), picture(1), picture(3))
    yield "pieces.heic", Picture(items=pieces, refers=DESCRIBES, iloc=0).build()
    inside = (xmp(2, foreign, method=1), picture(1), picture(3, method=1))
    yield "idat.heic", Picture(items=inside, refers=DESCRIBES).build()
    old = (picture(1), labelled(2, OLD), picture(3))
    yield "labelled.heic", Picture(items=old, refers=DESCRIBES).build()
    tiff = exif.tiff(comment=COMMENT)
    yield "exif.heic", Picture(items=(exif_item(7, tiff), picture(1))).build()
    yield "exif-bare.heic", Picture(items=(exif_item(7, tiff, head=b""), picture(1))).build()
    yield "exif-zero.heic", Picture(items=(exif_item(7, tiff, head=u32(0)), picture(1))).build()
    yield "sequence.heic", sequence()
    yield "everywhere.heic", everywhere(OLD)
