"""The first pixels of a PNG's rows, against a decoder of whole pictures."""

from __future__ import annotations

import io
import random
import zlib

import pytest
from PIL import Image

from ailabel.codecs import png_column
from ailabel.errors import MalformedFileError
from ailabel.io.source import BytesView
from builders import png


def pixels(data: bytes) -> list[bytes]:
    """Return the first pixels."""
    view = BytesView(data)
    form = png_column.header(view)
    assert form is not None
    return list(png_column.first_pixels(view, form))


def filtered(kind: int, rows: list[bytes], channels: int) -> bytes:
    """Return rows with a filter that is applied to all of them [PNG3 9.2]."""
    above = bytes(len(rows[0]))
    out = b""
    for row in rows:
        line = bytearray([kind])
        for at, value in enumerate(row):
            left = row[at - channels] if at >= channels else 0
            up, corner = above[at], above[at - channels] if at >= channels else 0
            guess = left + up - corner
            nearest = min((left, up, corner), key=lambda item: abs(guess - item))
            by = (0, left, up, (left + up) // 2, nearest)[kind]
            line.append((value - by) & 0xFF)
        out += line
        above = row
    return out


@pytest.mark.parametrize("kind", range(5))
def test_every_filter_is_undone(kind: int) -> None:
    """Left, up, average and Paeth, in pictures of a filter each, cut into several chunks."""
    source = random.Random(kind)
    rows = [source.randbytes(5 * 4) for _ in range(9)]
    packed = zlib.compress(filtered(kind, rows, 4))
    header = (5).to_bytes(4, "big") + (9).to_bytes(4, "big") + b"\x08\x06\0\0\0"
    data = (
        png.SIGNATURE
        + png.chunk(b"IHDR", header)
        + png.chunk(b"IDAT", packed[:7])
        + png.chunk(b"IDAT", packed[7:])
        + png.chunk(b"IEND")
    )
    assert pixels(data) == [row[:4] for row in rows]
    with Image.open(io.BytesIO(data)) as picture:
        assert [bytes(picture.getpixel((0, y))) for y in range(9)] == pixels(data)  # type: ignore[arg-type]


def test_wide_rows_are_passed_over() -> None:
    """A picture wider than what is read at once."""
    picture = Image.effect_noise((20_000, 4), 90).convert("RGB")
    target = io.BytesIO()
    picture.save(target, "PNG")
    assert pixels(target.getvalue()) == [bytes(picture.getpixel((0, y))) for y in range(4)]  # type: ignore[arg-type]


def test_a_picture_that_is_cut_ends() -> None:
    """As many pixels as there are data for."""
    data = png.build()
    cut = zlib.compress(b"\0" * 30)  # a row takes 25 bytes
    short = png.SIGNATURE + data[8:33] + png.chunk(b"IDAT", cut) + png.chunk(b"IEND")
    assert len(pixels(short)) == 2


def test_what_cannot_be_decompressed_is_malformed() -> None:
    """The picture's data are no deflate."""
    data = png.SIGNATURE + png.build()[8:33] + png.chunk(b"IDAT", b"none") + png.chunk(b"IEND")
    with pytest.raises(MalformedFileError, match="cannot be decompressed"):
        pixels(data)


def test_a_file_without_a_header_has_none() -> None:
    """Too short, or another chunk first."""
    assert png_column.header(BytesView(png.SIGNATURE)) is None
    assert png_column.header(BytesView(png.SIGNATURE + png.chunk(b"IEND") + bytes(20))) is None
