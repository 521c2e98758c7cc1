"""WebP files made by hand [RFC 9649]; only the coded pictures themselves come from Pillow."""

from __future__ import annotations

import io
from functools import cache
from typing import TYPE_CHECKING, Final

from PIL import Image

from builders.exif import tiff
from builders.icc import profile
from builders.packets import FOREIGN, labelled, packet

if TYPE_CHECKING:
    from collections.abc import Iterator

SIDE: Final = 24
OLD: Final = '{"Label":"2","ContentProducer":"somebody","ProduceID":"an-older-label"}'

# Flags of VP8X [RFC 9649 2.7].
ANIMATION: Final = 0x02
XMP: Final = 0x04
EXIF: Final = 0x08
ALPHA: Final = 0x10
ICC: Final = 0x20


def chunk(name: bytes, body: bytes) -> bytes:
    """Return a chunk with its header and pad byte."""
    return name + len(body).to_bytes(4, "little") + body + b"\0" * (len(body) % 2)


def file(*chunks: bytes, trailer: bytes = b"") -> bytes:
    """Return a file of the chunks given, and what follows the RIFF chunk."""
    body = b"WEBP" + b"".join(chunks)
    return b"RIFF" + len(body).to_bytes(4, "little") + body + trailer


def vp8x(flags: int, width: int = SIDE, height: int = SIDE) -> bytes:
    """Return the header of the extended format."""
    canvas = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    return chunk(b"VP8X", bytes([flags, 0, 0, 0]) + canvas)


@cache
def coded(kind: str = "lossy") -> tuple[bytes, ...]:
    """Return the chunks of a coded picture, without metadata and without VP8X.

    Args:
        kind: ``lossy``, ``lossy-alpha``, ``lossless``, ``lossless-alpha`` or ``animated``.
    """
    ramp = Image.linear_gradient("L").resize((SIDE, SIDE))
    bands = [ramp, ramp.rotate(90), ramp.rotate(180)]
    image = Image.merge("RGB", bands)
    if kind.endswith("alpha"):
        image.putalpha(ramp)
    buffer = io.BytesIO()
    if kind == "animated":
        second = image.rotate(90)
        image.save(buffer, "WEBP", save_all=True, append_images=[second], duration=100, quality=50)
    else:
        image.save(buffer, "WEBP", lossless=kind.startswith("lossless"), quality=50)
    data, offset, found = buffer.getvalue(), 12, []
    while offset < len(data):
        length = int.from_bytes(data[offset + 4 : offset + 8], "little")
        end = offset + 8 + length + length % 2
        if data[offset : offset + 4] != b"VP8X":
            found.append(data[offset:end])
        offset = end
    return tuple(found)


def everywhere(payload: str) -> bytes:
    """Return a file that holds one label in every place where labels were met."""
    wrapped = f'{{"AIGC":{payload}}}'.encode()
    exif = tiff(description=wrapped + b"\0", comment=b"ASCII\0\0\0" + wrapped)
    return file(
        vp8x(EXIF),
        *coded(),
        chunk(b"EXIF", b"Exif\0\0" + exif),
        chunk(b"XMP\0", labelled(payload)),
        chunk(b"XMP ", packet(FOREIGN)),
        chunk(b"EXIF", tiff(comment=b"ASCII\0\0\0" + wrapped, order="little")),
        chunk(b"XMP ", labelled(payload)),
    )


def samples() -> Iterator[tuple[str, bytes]]:
    """Yield minimal valid files, by name."""
    exif = chunk(b"EXIF", tiff(description=b"a lake\0", comment=b"ASCII\0\0\0mine!"))
    foreign = chunk(b"XMP ", packet(FOREIGN, padding=2048))
    icc = chunk(b"ICCP", profile())
    yield "lossy.webp", file(*coded())
    yield "lossless.webp", file(*coded("lossless"))
    yield "lossless-alpha.webp", file(*coded("lossless-alpha"))
    yield "lossy-alpha.webp", file(vp8x(ALPHA), *coded("lossy-alpha"))
    yield "animated.webp", file(vp8x(ANIMATION), *coded("animated"))
    yield "exif.webp", file(vp8x(EXIF), *coded(), exif)
    yield "icc-and-xmp.webp", file(vp8x(ICC | XMP), icc, *coded(), foreign)
    yield "odd-unknown.webp", file(vp8x(0), *coded(), chunk(b"abcd", b"odd"))
    yield "flag-without-xmp.webp", file(vp8x(XMP), *coded())
    yield "xmp-without-flag.webp", file(vp8x(0), *coded(), foreign, chunk(b"abcd", b"later"))
    yield "trailer.webp", file(*coded(), trailer=b"a trailer")
    yield "labelled.webp", file(vp8x(XMP), *coded(), chunk(b"XMP ", labelled(OLD)))
    yield "labelled-everywhere.webp", everywhere(OLD)
