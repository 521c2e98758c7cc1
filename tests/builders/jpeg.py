"""JPEG files made by hand [T.81]; only the coded picture itself comes from Pillow."""

from __future__ import annotations

import io
from functools import cache
from hashlib import md5
from typing import TYPE_CHECKING, Final

from PIL import Image

from builders.exif import tiff
from builders.icc import profile
from builders.packets import FOREIGN, labelled, packet

if TYPE_CHECKING:
    from collections.abc import Iterator

XMP: Final = b"http://ns.adobe.com/xap/1.0/\0"
EXTENDED: Final = b"http://ns.adobe.com/xmp/extension/\0"
JFIF: Final = b"JFIF\0\x01\x02\0\0\x01\0\x01\0\0"
ADOBE: Final = b"Adobe\0\x64\0\0\0\0"  # DCT version 100, no flags; then the transform
OLD: Final = '{"Label":"2","ContentProducer":"somebody","ProduceID":"an-older-label"}'


def segment(marker: int, body: bytes) -> bytes:
    """Return a marker segment."""
    return b"\xff" + bytes([marker]) + (len(body) + 2).to_bytes(2, "big") + body


@cache
def picture(mode: str = "RGB", kind: str = "baseline", *, restart: int = 0) -> bytes:
    """Return the coded part of a small picture: its tables, frame and scans, and EOI.

    Args:
        mode: of the picture, as Pillow calls it.
        kind: ``baseline`` or ``progressive``.
        restart: the restart interval, in rows of blocks.
    """
    side = 24
    ramp = Image.linear_gradient("L").resize((side, side))
    bands = [ramp, ramp.rotate(90), ramp.rotate(180), ramp.rotate(270)]
    image = ramp if mode == "L" else Image.merge(mode, bands[: len(mode)])
    buffer = io.BytesIO()
    image.save(
        buffer,
        "JPEG",
        quality=80,
        progressive=kind == "progressive",
        restart_marker_rows=restart,
    )
    data = buffer.getvalue()
    offset, kept = 2, b""
    while data[offset + 1] != 0xDA:
        end = offset + 2 + int.from_bytes(data[offset + 2 : offset + 4], "big")
        if not (0xE0 <= data[offset + 1] <= 0xEF or data[offset + 1] == 0xFE):
            kept += data[offset:end]
        offset = end
    return kept + data[offset:]


def file(*header: bytes, coded: bytes | None = None, trailer: bytes = b"") -> bytes:
    """Return a file: SOI, the segments given, the coded part, and what follows EOI."""
    return b"\xff\xd8" + b"".join(header) + (picture() if coded is None else coded) + trailer


def app0() -> bytes:
    """Return a JFIF segment."""
    return segment(0xE0, JFIF)


def extended(whole: bytes, digest: bytes, *, size: int = 65_400) -> list[bytes]:
    """Return the segments of an Extended XMP packet [XMP3 1.1.3.1]."""
    total = len(whole).to_bytes(4, "big")
    return [
        segment(
            0xE1,
            EXTENDED + digest + total + at.to_bytes(4, "big") + whole[at : at + size],
        )
        for at in range(0, len(whole), size)
    ]


def index(*further: bytes, primary: int, distance: int) -> bytes:
    """Return a big-endian MPF segment that lists the primary image and further ones [DC-007].

    Args:
        further: the further images, one behind the other.
        primary: the length of the primary image.
        distance: from the index's own start to the first further image.
    """
    entries = b"\x20\x03\0\0" + primary.to_bytes(4, "big") + bytes(8)
    for image in further:
        entries += bytes(4) + len(image).to_bytes(4, "big") + distance.to_bytes(4, "big") + bytes(4)
        distance += len(image)
    count = 1 + len(further)
    fields = b"\xb0\0\0\x07\0\0\0\x040100" + b"\xb0\x01\0\x04\0\0\0\x01" + count.to_bytes(4, "big")
    fields += (
        b"\xb0\x02\0\x07" + len(entries).to_bytes(4, "big") + (8 + 2 + 36 + 4).to_bytes(4, "big")
    )
    return segment(0xE2, b"MPF\0MM\0\x2a\0\0\0\x08\0\x03" + fields + bytes(4) + entries)


def multi_picture(*header: bytes, behind: tuple[bytes, ...] = ()) -> tuple[bytes, bytes]:
    """Return a file with two pictures that MPF lists, and the second of them.

    Args:
        header: segments before the index.
        behind: segments between the index and the picture.
    """
    second = file(app0(), coded=picture("L"))
    size = len(index(second, primary=0, distance=0))
    before = len(file(*header, coded=b""))
    primary = len(file(*header, bytes(size), *behind))
    table = index(second, primary=primary, distance=primary - before - 8)
    return file(*header, table, *behind, trailer=second), second


def everywhere(payload: str) -> tuple[bytes, ...]:
    """Return segments that hold one label in every place where labels were met."""
    wrapped = f'{{"AIGC":{payload}}}'
    ascii_comment = b"ASCII\0\0\0" + wrapped.encode()
    description = wrapped.encode() + b"\0"
    windows = (wrapped + "\0").encode("utf-16-le")
    whole = labelled(payload)
    digest = md5(whole, usedforsecurity=False).hexdigest().upper()
    note = f' xmpNote:HasExtendedXMP="{digest}"'
    return (
        app0(),
        segment(0xE1, b"Exif\0\0" + tiff(description=description, comment=ascii_comment)),
        segment(0xE1, b"Exif\0\0" + tiff(windows=windows, order="little")),
        segment(0xE9, b"AIGC" + payload.encode()),
        segment(0xE1, b"XMP\0XMP\0" + labelled(payload)),
        segment(0xE1, XMP + packet(FOREIGN, attributes=note)),
        *extended(whole, digest.encode(), size=300),
        segment(0xEB, b"AIGC" + payload.encode()),
        segment(0xE1, XMP + labelled(payload)),
        segment(0xFE, wrapped.encode()),
        segment(0xFE, b"a comment"),
    )


def samples() -> Iterator[tuple[str, bytes]]:
    """Yield minimal valid files, by name."""
    exif = segment(0xE1, b"Exif\0\0" + tiff(description=b"a lake\0", comment=b"ASCII\0\0\0mine"))
    icc = segment(0xE2, b"ICC_PROFILE\0\x01\x01" + profile())
    foreign = segment(0xE1, XMP + packet(FOREIGN, padding=2048))
    yield "baseline.jpg", file(app0())
    yield "bare.jpe", file()
    yield "progressive.jpeg", file(app0(), coded=picture(kind="progressive"))
    yield "grey.jpg", file(app0(), coded=picture("L"))
    yield "cmyk.jpg", file(segment(0xEE, ADOBE + b"\0"), coded=picture("CMYK"))
    yield "restart.jpg", file(app0(), coded=picture(restart=1))
    yield "exif.jpg", file(exif, icc, segment(0xFE, b"a comment"))
    yield "foreign-xmp.jpg", file(app0(), exif, foreign)
    yield "late-xmp.jpg", file(app0(), icc, foreign, segment(0xEE, ADOBE + b"\x01"))
    yield "fill.jfif", file(app0(), b"\xff\xff", icc, b"\xff", segment(0xFE, b"filled"), b"\xff")
    yield "trailer.jpg", file(app0(), trailer=b"SEFH\0\0\0\0SEFT\xff\xd8\xff")
    yield "labelled.jpg", file(app0(), segment(0xE1, XMP + labelled(OLD)))
    yield "labelled-everywhere.jpg", file(*everywhere(OLD), trailer=b"trailer")
    yield "multi-picture.jpg", multi_picture(app0(), exif)[0]
    yield "multi-picture-late-xmp.jpg", multi_picture(app0(), behind=(foreign,))[0]
