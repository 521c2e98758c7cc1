"""JPEG XL files made by hand [ISO18181-2]; only the codestreams come from the reference encoder."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Final

from builders.exif import tiff
from builders.packets import FOREIGN, labelled, packet

if TYPE_CHECKING:
    from collections.abc import Iterator

OLD: Final = '{"Label":"2","ContentProducer":"somebody","ProduceID":"an-older-label"}'
WRAPPED: Final = f'{{"AIGC":{OLD}}}'.encode()
SIGNATURE: Final = b"\0\0\0\x0cJXL \r\n\x87\n"
CODESTREAM: Final = base64.b64decode(  # a grey ramp of 24 by 24 pixels, by cjxl 0.7
    "/wpFQEJxIQASiAIAjAFd5RIAABUqo4wbvJzr+fJDh8W0jesMbbVtYUmiyDg2SSdwSBIrIOychCBAyJ2fuYIvLhx4"
    "9GwAAMAMldEBFKiQApmVyEZGRsYgxhijYoyRo4/d0RAciT6uHJ0k2YOxnjsAvg8="
)


def box(kind: bytes, body: bytes, *, open_end: bool = False) -> bytes:
    """Return a box, which tells its size or goes on to the end of the file."""
    size = 0 if open_end else len(body) + 8
    return size.to_bytes(4, "big") + kind + body


def file(*boxes: bytes) -> bytes:
    """Return a container with the boxes given."""
    return SIGNATURE + box(b"ftyp", b"jxl \0\0\0\0jxl ") + b"".join(boxes)


def parts() -> tuple[bytes, bytes]:
    """Return the codestream in two boxes."""
    return (
        box(b"jxlp", (0).to_bytes(4, "big") + CODESTREAM[:40]),
        box(b"jxlp", (0x80000001).to_bytes(4, "big") + CODESTREAM[40:]),
    )


def exif(data: bytes, skip: bytes = b"") -> bytes:
    """Return an Exif box; something may stand before the TIFF header."""
    return box(b"Exif", len(skip).to_bytes(4, "big") + skip + data)


def samples() -> Iterator[tuple[str, bytes]]:
    """Yield minimal valid files, by name."""
    whole = box(b"jxlc", CODESTREAM)
    foreign = box(b"xml ", packet(FOREIGN, padding=2048))
    large = b"\0\0\0\1jxlc" + (len(CODESTREAM) + 16).to_bytes(8, "big") + CODESTREAM
    first, second = parts()
    texts = tiff(description=WRAPPED + b"\0", comment=b"ASCII\0\0\0" + WRAPPED)
    made = box(b"jbrd", b"what a JPEG file needs")
    yield "bare.jxl", CODESTREAM
    yield "container.jxl", file(whole)
    yield "open-end.jxl", file(box(b"jxlc", CODESTREAM, open_end=True))
    yield "large-size.jxl", file(large)
    yield "parts.jxl", file(box(b"jxll", b"\x05"), first, second)
    yield "exif.jxl", file(exif(tiff(description=b"a lake\0"), b"Exif\0\0"), whole)
    yield "foreign-xmp.jxl", file(foreign, whole)
    yield "other-xml.jxl", file(box(b"xml ", b"<notes>none of our business</notes>"), whole)
    yield "from-jpeg.jxl", file(first, made, second)
    yield "from-jpeg-with-xmp.jxl", file(first, made, foreign, second)
    yield "labelled.jxl", file(whole, box(b"xml ", labelled(OLD), open_end=True))
    yield "labelled-from-jpeg.jxl", file(first, made, box(b"xml ", labelled(OLD)), second)
    yield (
        "labelled-everywhere.jxl",
        file(
            exif(texts),
            foreign,
            box(b"xml ", labelled(OLD)),
            whole,
            exif(texts, b"Exif\0\0"),
            box(b"xml ", labelled(OLD).decode().encode("utf-16-be")),
        ),
    )
