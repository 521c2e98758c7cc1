"""PNG files made by hand from [PNG3]: one small picture in each of the format's variants."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, Final

from builders import exif, packets

if TYPE_CHECKING:
    from collections.abc import Iterator

SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
WIDTH: Final = 8
HEIGHT: Final = 8
LABEL: Final = (
    '{"Label":"1","ContentProducer":"001191350100M000100Y4300000","ProduceID":"old-1",'
    '"ReservedCode1":"","ContentPropagator":"","PropagateID":"","ReservedCode2":""}'
)
TRACE: Final = '{"aigc_info":{"aigc_label_type":0,"source_info":"dreamina"}}'
_GREY, _RGB, _PALETTE, _RGBA = 0, 2, 3, 6
_CHANNELS: Final = {_GREY: 1, _RGB: 3, _PALETTE: 1, _RGBA: 4}


def chunk(name: bytes, data: bytes = b"") -> bytes:
    """Return a chunk [PNG3 5.3]."""
    crc = zlib.crc32(name + data)
    return len(data).to_bytes(4, "big") + name + data + crc.to_bytes(4, "big")


def header(colour: int = _RGB, depth: int = 8, *, interlaced: bool = False) -> bytes:
    """Return the IHDR chunk [PNG3 11.2.1]."""
    size = WIDTH.to_bytes(4, "big") + HEIGHT.to_bytes(4, "big")
    return chunk(b"IHDR", size + bytes((depth, colour, 0, 0, int(interlaced))))


def pixels(colour: int = _RGB, depth: int = 8, *, interlaced: bool = False, seed: int = 0) -> bytes:
    """Return the compressed rows of a small pattern, unfiltered [PNG3 7, 8.1, 9.2]."""
    passes = [(WIDTH, HEIGHT)]
    if interlaced:  # Adam7 of an 8 by 8 picture [PNG3 8.1]
        passes = [(1, 1), (1, 1), (2, 1), (2, 2), (4, 2), (4, 4), (8, 4)]
    rows = b""
    for width, height in passes:
        length = (width * depth * _CHANNELS[colour] + 7) // 8
        for y in range(height):
            rows += b"\0" + bytes((seed + 37 * x + 11 * y) % 251 for x in range(length))
    return zlib.compress(rows)


def build(
    *before: bytes, colour: int = _RGB, depth: int = 8, after: tuple[bytes, ...] = ()
) -> bytes:
    """Return a file with chunks before and behind its pixels, which stand in two IDAT chunks."""
    data = pixels(colour, depth)
    idat = chunk(b"IDAT", data[:9]) + chunk(b"IDAT", data[9:])
    return b"".join(
        (SIGNATURE, header(colour, depth), *before, idat, *after, chunk(b"IEND")),
    )


def text(keyword: str, value: str) -> bytes:
    """Return a tEXt chunk [PNG3 11.3.3.2]."""
    return chunk(b"tEXt", keyword.encode("latin-1") + b"\0" + value.encode())


def ztxt(keyword: str, value: str) -> bytes:
    """Return a zTXt chunk [PNG3 11.3.3.3]."""
    return chunk(b"zTXt", keyword.encode("latin-1") + b"\0\0" + zlib.compress(value.encode()))


def itxt(keyword: str, value: bytes, *, compressed: bool = False) -> bytes:
    """Return an iTXt chunk [PNG3 11.3.3.4]."""
    body = zlib.compress(value) if compressed else value
    return chunk(b"iTXt", keyword.encode("latin-1") + bytes((0, compressed, 0, 0, 0)) + body)


def packet(value: bytes, *, compressed: bool = False) -> bytes:
    """Return an XMP packet as it is embedded in PNG [XMP3 1.1.5]."""
    return itxt("XML:com.adobe.xmp", value, compressed=compressed)


def profile(name: str, value: bytes) -> bytes:
    """Return a raw profile, as ImageMagick keeps the metadata of other formats."""
    digits = value.hex()
    lines = [digits[start : start + 72] for start in range(0, len(digits), 72)]
    return ztxt(f"Raw profile type {name}", "\n".join(("", name, f"{len(value):8}", *lines, "")))


def animated() -> bytes:
    """Return an APNG of two frames [PNG3 11.3.6]."""

    def frame(number: int) -> bytes:
        box = b"".join(value.to_bytes(4, "big") for value in (number, WIDTH, HEIGHT, 0, 0))
        return chunk(b"fcTL", box + b"\0\1\0\5\0\0")

    return b"".join(
        (
            SIGNATURE,
            header(),
            chunk(b"acTL", (2).to_bytes(4, "big") + bytes(4)),
            frame(0),
            chunk(b"IDAT", pixels()),
            frame(1),
            chunk(b"fdAT", (2).to_bytes(4, "big") + pixels(seed=5)),
            chunk(b"IEND"),
        )
    )


def labelled() -> Iterator[tuple[str, bytes]]:
    """Yield one file for each place in which a label was met, by that place's name."""
    wrapped = f'{{"AIGC":{LABEL}}}'
    comment = exif.tiff(comment=b"ASCII\0\0\0" + wrapped.encode())
    escaped = LABEL.replace('"', "&quot;")
    attribute = packets.packet(packets.FOREIGN, attributes=f' TC260:AIGC="{escaped}"')
    prop = "TC260:AIGC"
    yield f"iTXt[XML:com.adobe.xmp]/{prop}", build(packet(packets.labelled(LABEL)))
    yield f"iTXt[XML:com.adobe.xmp]/{prop}", build(packet(attribute))
    yield (
        f"iTXt[XML:com.adobe.xmp]/{prop}",
        build(packet(packets.labelled(LABEL), compressed=True)),
    )
    yield (
        f"tEXt[XML:com.adobe.xmp]/{prop}",
        build(text("XML:com.adobe.xmp", packets.labelled(LABEL).decode())),
    )
    yield (
        f"zTXt[XML:com.adobe.xmp]/{prop}",
        build(ztxt("XML:com.adobe.xmp", packets.labelled(LABEL).decode())),
    )
    yield "tEXt[AIGC]", build(text("AIGC", LABEL))
    yield "tEXt[aigc]", build(after=(text("aigc", wrapped),))
    yield "zTXt[AIGC]", build(ztxt("AIGC", LABEL))
    yield "iTXt[AIGC]", build(itxt("AIGC", LABEL.encode(), compressed=True))
    yield "tEXt[Description]", build(text("Description", wrapped))
    yield "zTXt[Comment]", build(ztxt("Comment", LABEL))
    yield "aiGc", build(chunk(b"aiGc", LABEL.encode()))
    yield "eXIf/ExifIFD/UserComment", build(chunk(b"eXIf", comment))
    yield "eXIf/ExifIFD/UserComment", build(after=(chunk(b"eXIf", comment),))
    description = exif.tiff(description=wrapped.encode() + b"\0", order="little")
    yield "eXIf/IFD0/ImageDescription", build(chunk(b"eXIf", description))
    exif_profile = b"Exif\0\0" + comment
    yield (
        "zTXt[Raw profile type exif]/ExifIFD/UserComment",
        build(profile("exif", exif_profile)),
    )
    yield f"zTXt[Raw profile type xmp]/{prop}", build(profile("xmp", packets.labelled(LABEL)))


def samples() -> Iterator[tuple[str, bytes]]:
    """Yield minimal valid files, by name."""
    neighbours = (
        chunk(b"gAMA", (45455).to_bytes(4, "big")),
        text("Software", "the builders"),
        itxt("Title", "示例".encode(), compressed=True),
        chunk(b"tIME", bytes((7, 0xE9, 9, 1, 0, 0, 0))),
    )
    yield "rgb.png", build()
    yield "grey.png", build(colour=_GREY)
    yield "grey1.png", build(colour=_GREY, depth=1)
    yield "rgba16.png", build(colour=_RGBA, depth=16)
    palette = chunk(b"PLTE", bytes(range(256)) * 3) + chunk(b"tRNS", bytes(range(9)))
    yield "palette.png", build(palette, colour=_PALETTE)
    interlaced = chunk(b"IDAT", pixels(interlaced=True))
    yield (
        "interlaced.png",
        SIGNATURE + header(interlaced=True) + interlaced + chunk(b"IEND"),
    )
    yield "animated.png", animated()
    yield "neighbours.png", build(*neighbours, after=(text("Comment", "a comment"),))
    foreign = packets.packet(packets.FOREIGN, padding=300)
    yield "foreign-xmp.png", build(packet(foreign))
    yield "foreign-xmp-after.png", build(after=(packet(foreign, compressed=True),))
    yield "exif.png", build(chunk(b"eXIf", exif.tiff(comment=b"ASCII\0\0\0" + TRACE.encode())))
    yield "trailer.png", build() + b"bytes behind the end"
    for index, (_, data) in enumerate(labelled()):
        yield f"labelled-{index}.png", data
    everywhere = (
        text("AIGC", LABEL),
        packet(packets.labelled(LABEL)),
        ztxt("AIGC", LABEL),
        packet(packets.labelled(LABEL), compressed=True),
    )
    yield "labelled-everywhere.png", build(*everywhere, after=everywhere)
