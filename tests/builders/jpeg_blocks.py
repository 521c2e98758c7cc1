"""A plain decoder of sequential JPEGs down to quantised coefficients [T.81].

It shares nothing with the code under test: bits are characters, codes are looked up in a
dictionary.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

Block = tuple[int, ...]


@dataclass
class Picture:
    """The coefficients of each component, by row and column of its blocks."""

    size: tuple[int, int] = (0, 0)
    factors: list[tuple[int, int]] = field(default_factory=list)
    ids: list[int] = field(default_factory=list)
    blocks: list[dict[tuple[int, int], Block]] = field(default_factory=list)

    def span(self, component: int) -> tuple[float, float]:
        """Return how many pixels a block of a component spans across and down."""
        widest, highest = (max(pair) for pair in zip(*self.factors, strict=True))
        across, down = self.factors[component]
        return 8 * widest / across, 8 * highest / down


def decode(data: bytes) -> Picture:
    """Decode every block of a picture."""
    picture, codes, interval, at = Picture(), {}, 0, 2
    while data[at + 1] != 0xD9:
        marker, length = data[at + 1], int.from_bytes(data[at + 2 : at + 4], "big")
        body = data[at + 4 : at + 2 + length]
        at += 2 + length
        if marker in {0xC0, 0xC1}:
            _frame(body, picture)
        elif marker == 0xC4:
            codes.update(_codes(body))
        elif marker == 0xDD:
            interval = int.from_bytes(body, "big")
        elif marker == 0xDA:
            end = at + next(re.finditer(rb"\xff[^\x00\xd0-\xd7]", data[at:])).start()
            _scan(picture, body, codes, (data[at:end], interval))
            at = end
    return picture


def _frame(body: bytes, picture: Picture) -> None:
    picture.size = int.from_bytes(body[3:5], "big"), int.from_bytes(body[1:3], "big")
    for at in range(6, len(body), 3):
        picture.ids.append(body[at])
        picture.factors.append((body[at + 1] >> 4, body[at + 1] & 15))
        picture.blocks.append({})


def _codes(body: bytes) -> dict[int, dict[str, int]]:
    found = {}
    while body:
        code, at, table = 0, 17, {}
        for length in range(1, 17):
            for _ in range(body[length]):
                table[f"{code:0{length}b}"] = body[at]
                code, at = code + 1, at + 1
            code <<= 1
        found[body[0]] = table
        body = body[at:]
    return found


class _Reader:
    def __init__(self, data: bytes) -> None:
        plain = data.replace(b"\xff\x00", b"\xff")
        self.bits = "".join(f"{byte:08b}" for byte in plain)
        self.at = 0

    def symbol(self, table: dict[str, int]) -> int:
        for length in range(1, 17):
            if (code := self.bits[self.at : self.at + length]) in table:
                self.at += length
                return table[code]
        raise ValueError(self.at)

    def number(self, length: int) -> int:
        text = self.bits[self.at : self.at + length]
        self.at += length
        if not length:
            return 0
        return int(text, 2) if text[0] == "1" else int(text, 2) - (1 << length) + 1

    def is_over(self) -> bool:
        rest = self.bits[self.at :]
        return len(rest) < 8 and set(rest) <= {"1"}


def _scan(
    picture: Picture,
    body: bytes,
    codes: dict[int, dict[str, int]],
    coded: tuple[bytes, int],
) -> None:
    parts = [
        (picture.ids.index(body[at]), codes[body[at + 1] >> 4], codes[0x10 | body[at + 1] & 15])
        for at in range(1, 1 + 2 * body[0], 2)
    ]
    data, interval = coded
    pieces = re.split(rb"\xff[\xd0-\xd7]", data)
    units = _units(picture, [part[0] for part in parts])
    step = interval or len(units)
    for piece, start in zip(pieces, range(0, len(units), step), strict=True):
        reader, predictions = _Reader(piece), dict.fromkeys(range(len(parts)), 0)
        for unit in units[start : start + step]:
            for which, place in unit:
                component, dc, ac = parts[which]
                block = _block(reader, dc, ac, predictions[which])
                predictions[which] = block[0]
                picture.blocks[component][place] = block
        assert reader.is_over()


def _units(picture: Picture, order: list[int]) -> list[list[tuple[int, tuple[int, int]]]]:
    """Return, for each MCU, the blocks in it: number in the scan; row and column."""
    width, height = picture.size
    if len(order) == 1:
        across, down = picture.span(order[0])
        columns, rows = -int(-width // across), -int(-height // down)
        return [[(0, (row, column))] for row in range(rows) for column in range(columns)]
    widest, highest = (max(pair) for pair in zip(*picture.factors, strict=True))
    columns, rows = -(-width // (8 * widest)), -(-height // (8 * highest))
    return [
        [
            (which, (row * factors[1] + y, column * factors[0] + x))
            for which, factors in enumerate(picture.factors[component] for component in order)
            for y in range(factors[1])
            for x in range(factors[0])
        ]
        for row in range(rows)
        for column in range(columns)
    ]


def _block(reader: _Reader, dc: dict[str, int], ac: dict[str, int], prediction: int) -> Block:
    block = [0] * 64
    block[0] = prediction + reader.number(reader.symbol(dc))
    at = 1
    while at < 64:
        run, length = divmod(reader.symbol(ac), 16)
        if not length and run < 15:
            break
        at += run
        if length:
            block[at] = reader.number(length)
        at += 1
    return tuple(block)
