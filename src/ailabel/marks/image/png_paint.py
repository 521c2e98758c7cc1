"""Painting the label into PNG samples: any depth, grey, colour, palette, transparent colour."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ailabel.drawing import paint
from ailabel.marks.image.png_file import GREY, INDEXED, MODES
from ailabel.values import frozen

if TYPE_CHECKING:
    from PIL import Image

    from ailabel.drawing.stencil import Stencil
    from ailabel.marks.image.png_file import PngFile

__all__ = ["Painter", "TooFewColoursError"]

_WIDE: Final = 16  # bits a sample
_BYTE: Final = 8
_NEAR: Final = 20  # levels by which an entry of the palette may differ from the grey that is wanted
_STEPS: Final = 4  # greys from the ground of the letters to the letters


class TooFewColoursError(Exception):
    """The palette holds no two colours that can be read against each other, and has no room."""


class Painter:
    """Paints the label into the pixels of one file.

    Args:
        file: whose pixels they are.
        style: the label's colours; None chooses them from the first pixels painted.
    """

    def __init__(self, file: PngFile, style: paint.Style | None) -> None:
        self.palette = file.palette
        self._file = file
        self._style = style
        self._shades: _Shades | None = None

    def paint(self, pixels: bytes, stencil: Stencil) -> bytes:
        """Paint into the pixels of the stencil's area, in the layout of `png_rows.gather`.

        Raises:
            TooFewColoursError: see there.
        """
        if not self._file.is_numbered:
            return _direct(self._file, pixels, stencil, self._style)
        style = self._style = self._style or _choose_numbered(self._file, pixels, stencil)
        found = self._shades = self._shades or _shades(self._file, style)
        if found is None:
            raise TooFewColoursError
        self.palette = found.palette
        return _numbered(pixels, stencil, style, found)


def _direct(file: PngFile, pixels: bytes, stencil: Stencil, style: paint.Style | None) -> bytes:
    """Paint into pixels of 8 or 16 bits a sample.

    Args:
        file: whose pixels they are.
        pixels: of the stencil's area.
        stencil: the label.
        style: its colours; None chooses them from the pixels.
    """
    from PIL import Image

    mode, size = MODES[file.header.colour], stencil.size
    wide = file.header.depth == _WIDE
    before = Image.frombytes(mode, size, pixels[::2] if wide else pixels)
    style = style or (
        paint.plate_style() if file.transparency else paint.choose(before, stencil.look)
    )
    after = before.copy()
    paint.paint(after, stencil, style)
    touched = _touched(stencil, style, 1)
    if file.transparency:
        after = Image.composite(_off_key(after, file), after, touched)
    if not wide:
        return after.tobytes()
    low = Image.frombytes(mode, size, pixels[1::2])
    result = bytearray(len(pixels))
    result[::2] = after.tobytes()
    result[1::2] = Image.composite(after, low, touched).tobytes()
    return bytes(result)


def _touched(stencil: Stencil, style: paint.Style, level: int) -> Image.Image:
    """Return a mask, 0 or 255, of the pixels that the label covers by at least `level`."""
    mask = stencil.plate if style.plate else stencil.outline
    return mask.point([0] * level + [255] * (256 - level))


def _off_key(image: Image.Image, file: PngFile) -> Image.Image:
    """Move the first channel off the level of the transparent colour [PNG3 11.3.1.1]."""
    wide = file.header.depth == _WIDE
    key = (file.transparency or b"\0\0")[0 if wide else 1]
    table = [level ^ (level == key) for level in range(256)]
    return image.point(table + [*range(256)] * (len(image.getbands()) - 1))


def _choose_numbered(file: PngFile, pixels: bytes, stencil: Stencil) -> paint.Style:
    """Choose the style for numbers of a palette or grey levels of less than 8 bits."""
    from PIL import Image

    if file.transparency:
        return paint.plate_style()
    image = Image.frombytes("P", stencil.size, pixels)
    colours, _ = _entries(file)
    image.putpalette(b"".join(map(bytes, colours)))
    style = paint.choose(image.convert("RGB"), stencil.look)
    return paint.plate_style() if style.plate else style


def _numbered(pixels: bytes, stencil: Stencil, style: paint.Style, found: _Shades) -> bytes:
    """Paint into pixels that are numbers: no mixing with what is beneath, only with the ground."""
    from PIL import Image

    ramp = [found.steps[(level * (_STEPS - 1) + 127) // 255] for level in range(256)]
    image = Image.frombytes("L", stencil.size, pixels)
    image.paste(stencil.letters.point(ramp), (0, 0), _touched(stencil, style, 128))
    return image.tobytes()


@frozen
class _Shades:
    """The entries of a palette that the label is painted with.

    Args:
        steps: their numbers, from the ground of the letters to the letters.
        palette: the palette, entries added where it had room.
    """

    steps: tuple[int, ...]
    palette: bytes


def _shades(file: PngFile, style: paint.Style) -> _Shades | None:
    """Find or add the entries of a palette that a style needs.

    Returns None when the colours at hand differ too little from one another.
    """
    palette, opaque = _entries(file)
    room = 0
    if file.header.colour == INDEXED and not file.find(b"hIST"):  # which counts the entries
        room = (1 << file.header.depth) - len(palette)
    ends = [style.ground, style.ink]
    middle = [
        style.ground + (style.ink - style.ground) * step // (_STEPS - 1)
        for step in range(1, _STEPS - 1)
    ]
    chosen: dict[int, int] = {}
    for grey in (*ends, *middle):
        near = _nearest(palette, opaque, grey)
        if room and (near is None or _distance(palette[near], grey) > _NEAR):
            palette.append((grey, grey, grey))
            near, room = len(palette) - 1, room - 1
            opaque.append(near)
        if near is None:
            return None
        chosen[grey] = near
    ground, ink = (paint.brightness(palette[chosen[grey]]) for grey in ends)
    if paint.contrast(ground, ink) < paint.CONTRAST:
        return None
    steps = tuple(chosen[grey] for grey in (style.ground, *middle, style.ink))
    return _Shades(steps, b"".join(map(bytes, palette)) if file.palette else b"")


def _entries(file: PngFile) -> tuple[list[tuple[int, int, int]], list[int]]:
    """Return the colours that a pixel's number can mean, and the numbers of the opaque ones."""
    if file.header.colour == GREY:
        top = (1 << file.header.depth) - 1
        colours = [(level * 255 // top,) * 3 for level in range(top + 1)]
        key = int.from_bytes(file.transparency[:2], "big") if file.transparency else None
        return colours, [number for number in range(top + 1) if number != key]
    plain = file.palette
    colours = [(plain[at], plain[at + 1], plain[at + 2]) for at in range(0, len(plain), 3)]
    alpha = (file.transparency or b"").ljust(len(colours), b"\xff")
    return colours, [number for number in range(len(colours)) if alpha[number] == 255]  # noqa: PLR2004 - opaque


def _distance(colour: tuple[int, int, int], grey: int) -> int:
    return max(abs(value - grey) for value in colour)


def _nearest(palette: list[tuple[int, int, int]], opaque: list[int], grey: int) -> int | None:
    return min(opaque, key=lambda number: _distance(palette[number], grey), default=None)
