"""PNG pictures of every colour type, depth, filter and interlacing, coded without Pillow."""

from __future__ import annotations

import zlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator
    from random import Random

SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
CHANNELS: Final = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
FORMS: Final = tuple(
    (colour, depth)
    for colour, depths in {
        0: (1, 2, 4, 8, 16),
        2: (8, 16),
        3: (1, 2, 4, 8),
        4: (8, 16),
        6: (8, 16),
    }.items()
    for depth in depths
)
_ADAM7: Final = (
    (0, 0, 8, 8),
    (4, 0, 8, 8),
    (0, 4, 4, 8),
    (2, 0, 4, 4),
    (0, 2, 2, 4),
    (1, 0, 2, 2),
    (0, 1, 1, 2),
)

Pixels = list[list[tuple[int, ...]]]


def chunk(name: bytes, data: bytes) -> bytes:
    """Return a chunk."""
    return len(data).to_bytes(4, "big") + name + data + zlib.crc32(name + data).to_bytes(4, "big")


def split(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield type and data of each chunk of a file, CRCs checked."""
    assert data.startswith(SIGNATURE)
    at = len(SIGNATURE)
    while at < len(data):
        length = int.from_bytes(data[at : at + 4], "big")
        name, body = data[at + 4 : at + 8], data[at + 8 : at + 8 + length]
        assert int.from_bytes(data[at + 8 + length : at + 12 + length], "big") == zlib.crc32(
            name + body
        )
        yield name, body
        at += 12 + length


@dataclass(frozen=True, kw_only=True)
class Form:
    """How a picture is stored."""

    width: int
    height: int
    colour: int = 2
    depth: int = 8
    interlaced: bool = False
    before: tuple[tuple[bytes, bytes], ...] = field(default=())
    after: tuple[tuple[bytes, bytes], ...] = field(default=())

    @property
    def channels(self) -> int:
        """Samples of a pixel."""
        return CHANNELS[self.colour]

    @property
    def unit(self) -> int:
        """Bytes from a byte to the one that filters take for its left neighbour."""
        return max(1, self.channels * self.depth // 8)

    def header(self) -> bytes:
        """Return the data of IHDR."""
        size = self.width.to_bytes(4, "big") + self.height.to_bytes(4, "big")
        return size + bytes((self.depth, self.colour, 0, 0, self.interlaced))

    def grids(self) -> Iterator[tuple[int, int, int, int, int, int]]:
        """Yield origin, step and size of each pass."""
        for x, y, dx, dy in _ADAM7 if self.interlaced else ((0, 0, 1, 1),):
            columns, rows = -(-(self.width - x) // dx), -(-(self.height - y) // dy)
            if columns > 0 and rows > 0:
                yield x, y, dx, dy, columns, rows


def encode(form: Form, pixels: Pixels, random: Random) -> bytes:
    """Return a file; each row gets a filter by chance, and IDAT is cut by chance."""
    raw = b""
    for x, y, dx, dy, columns, rows in form.grids():
        above = b""
        for row in range(rows):
            line = _pack(form, [pixels[y + row * dy][x + column * dx] for column in range(columns)])
            above = above or bytes(len(line))
            raw += _filter(line, above, form.unit, random.randrange(5))
            above = line
    data = zlib.compress(raw)
    cut = random.randrange(1, len(data))
    parts = [(b"IHDR", form.header()), *form.before, (b"IDAT", data[:cut]), (b"IDAT", data[cut:])]
    return SIGNATURE + b"".join(
        chunk(name, body) for name, body in [*parts, *form.after, (b"IEND", b"")]
    )


def decode(data: bytes) -> tuple[Form, Pixels]:
    """Return how the picture of IDAT is stored, and its samples."""
    chunks = list(split(data))
    head = chunks[0][1]
    form = Form(
        width=int.from_bytes(head[:4], "big"),
        height=int.from_bytes(head[4:8], "big"),
        depth=head[8],
        colour=head[9],
        interlaced=bool(head[12]),
    )
    raw = zlib.decompress(b"".join(body for name, body in chunks if name == b"IDAT"))
    pixels: Pixels = [[()] * form.width for _ in range(form.height)]
    at = 0
    for x, y, dx, dy, columns, rows in form.grids():
        stride = -(-columns * form.channels * form.depth // 8)
        above = bytes(stride)
        for row in range(rows):
            above = _unfilter(raw[at + 1 : at + 1 + stride], above, form.unit, raw[at])
            at += 1 + stride
            for column, pixel in enumerate(_unpack(form, above, columns)):
                pixels[y + row * dy][x + column * dx] = pixel
    assert at == len(raw)
    return form, pixels


def _pack(form: Form, line: list[tuple[int, ...]]) -> bytes:
    bits = "".join(f"{sample:0{form.depth}b}" for pixel in line for sample in pixel)
    bits += "0" * (-len(bits) % 8)
    return int(bits, 2).to_bytes(len(bits) // 8, "big")


def _unpack(form: Form, line: bytes, columns: int) -> list[tuple[int, ...]]:
    bits = "".join(f"{byte:08b}" for byte in line)
    step = form.depth
    samples = [
        int(bits[at : at + step], 2) for at in range(0, columns * form.channels * step, step)
    ]
    return [tuple(samples[at : at + form.channels]) for at in range(0, len(samples), form.channels)]


def _predicted(left: int, up: int, corner: int, kind: int) -> int:
    if kind < 4:
        return (0, left, up, (left + up) // 2)[kind]
    estimate = left + up - corner
    return min(
        (abs(estimate - left), 0, left),
        (abs(estimate - up), 1, up),
        (abs(estimate - corner), 2, corner),
    )[2]


def _filter(line: bytes, above: bytes, unit: int, kind: int) -> bytes:
    result = bytearray((kind,))
    for at, byte in enumerate(line):
        left, corner = (line[at - unit], above[at - unit]) if at >= unit else (0, 0)
        result.append((byte - _predicted(left, above[at], corner, kind)) % 256)
    return bytes(result)


def _unfilter(line: bytes, above: bytes, unit: int, kind: int) -> bytes:
    result = bytearray()
    for at, byte in enumerate(line):
        left, corner = (result[at - unit], above[at - unit]) if at >= unit else (0, 0)
        result.append((byte + _predicted(left, above[at], corner, kind)) % 256)
    return bytes(result)


def calm(form: Form, random: Random) -> Pixels:
    """Return samples that vary little, so that the label needs no plate."""
    top = (1 << form.depth) - 1
    low, high = (0, top // 5) if form.colour != 3 else (0, min(top, 2))
    pixels = [
        [tuple(random.randint(low, high) for _ in range(form.channels)) for _ in range(form.width)]
        for _ in range(form.height)
    ]
    if form.colour in {4, 6}:
        return [[(*pixel[:-1], top) for pixel in row] for row in pixels]
    return pixels


def animation(
    canvas: tuple[int, int], frames: list[tuple[tuple[int, int, int, int], int, int, bytes]]
) -> bytes:
    """Return an RGBA animation.

    Args:
        canvas: width and height.
        frames: box, dispose, blend, and the colour that fills the frame.
    """
    form = Form(width=canvas[0], height=canvas[1], colour=6)
    parts = [(b"IHDR", form.header()), (b"acTL", len(frames).to_bytes(4, "big") + bytes(4))]
    number = 0
    for index, ((left, top, right, bottom), dispose, blend, colour) in enumerate(frames):
        sides = (right - left, bottom - top, left, top)
        control = number.to_bytes(4, "big") + b"".join(side.to_bytes(4, "big") for side in sides)
        parts.append((b"fcTL", control + b"\0\x05\0\x64" + bytes((dispose, blend))))
        number += 1
        data = zlib.compress((b"\0" + colour * sides[0]) * sides[1])
        if not index:
            parts.append((b"IDAT", data))
            continue
        for part in (data[:9], data[9:]):
            parts.append((b"fdAT", number.to_bytes(4, "big") + part))
            number += 1
    parts.append((b"IEND", b""))
    return SIGNATURE + b"".join(chunk(name, body) for name, body in parts)
