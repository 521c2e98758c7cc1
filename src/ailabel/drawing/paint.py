"""How the label is coloured: from the pixels beneath it, so that it can be read on any of them.

On calm ground the letters are white or black with a thin line of the other around them; on busy
ground, on middle tones and on anything transparent they stand white on a dark plate. In each case
the letters differ from what touches them by `CONTRAST` at least.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ailabel.values import frozen

if TYPE_CHECKING:
    from PIL import Image

    from ailabel.drawing.stencil import Stencil
    from ailabel.spi import Look

__all__ = [
    "CONTRAST",
    "Style",
    "brightness",
    "choose",
    "contrast",
    "paint",
    "plate_style",
    "veiled_style",
]

_WHITE: Final = 255
_BLACK: Final = 0
_PLATE: Final = 18
_VEIL: Final = 0.74  # a plate lets so much of the ground vanish: white on it keeps 9.5:1 over white

_LINE: Final = 0.65  # a full line around the letters would make them look heavy

CONTRAST: Final = 4.5  # [WCAG 2.1 1.4.3] for text
_BUSY: Final = 72  # levels between the darkest and the lightest ground that still looks calm
_STRAY: Final = 0.02  # the share of pixels at either end that does not count


@frozen
class Style:
    """Colours of a label.

    Args:
        ink: grey level of the letters.
        ground: grey level of the line or plate behind them.
        plate: whether it is a plate.
        cover: how much of the picture the line or plate hides, 0 to 1.
    """

    ink: int
    ground: int
    plate: bool = False
    cover: float = 1.0


_LIGHT: Final = Style(_WHITE, _BLACK, cover=_LINE)
_DARK: Final = Style(_BLACK, _WHITE, cover=_LINE)
_VEILED: Final = Style(_WHITE, _PLATE, plate=True, cover=_VEIL)


def plate_style() -> Style:
    """Return the style that depends on nothing beneath: for animations and transparent ground."""
    return Style(_WHITE, _PLATE, plate=True)


def veiled_style(look: Look | None = None) -> Style:
    """Return the style that can be read on any ground and lets it shine through: for films."""
    if look is None or look.opacity is None:
        return _VEILED
    return Style(_WHITE, _PLATE, plate=True, cover=look.opacity)


def choose(beneath: Image.Image, look: Look | None = None) -> Style:
    """Choose the style for the pixels that the label will stand on.

    Args:
        beneath: the pixels, in any mode of Pillow's.
        look: what is asked of it; a line around the letters stands for a plate that is not wanted.
    """
    if "A" in beneath.getbands() and beneath.getchannel("A").getextrema() != (255, 255):
        return plate_style()
    veiled = veiled_style(look)
    if look is not None and look.plate == "always":
        return veiled
    histogram = _luminance(beneath).histogram()
    stray = sum(histogram) * _STRAY
    darkest = _reach(histogram, stray)
    lightest = 255 - _reach(histogram[::-1], stray)
    if contrast(_BLACK, darkest) > contrast(_WHITE, lightest):
        style, touched = _DARK, darkest
    else:
        style, touched = _LIGHT, lightest
    if lightest - darkest <= _BUSY and contrast(style.ink, touched) >= CONTRAST:
        return style
    if look is not None and look.plate == "never":
        return Style(style.ink, style.ground)  # the line hides what it covers
    return veiled


def brightness(colour: tuple[int, int, int]) -> int:
    """Return the grey level that looks as bright as a colour [ITU-R BT.601 2.5.1]."""
    red, green, blue = colour
    return (299 * red + 587 * green + 114 * blue) // 1000


def contrast(first: int, second: int) -> float:
    """Return the contrast ratio of two grey levels, 1 to 21 [WCAG 2.1, contrast ratio]."""
    dark, light = sorted((_linear(first), _linear(second)))
    return (light + 0.05) / (dark + 0.05)


def _linear(level: int) -> float:
    """Return the relative luminance of an sRGB grey level [WCAG 2.1, relative luminance]."""
    value = level / 255
    return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4  # noqa: PLR2004 - sRGB


def _luminance(image: Image.Image) -> Image.Image:
    return image.getchannel(0) if image.mode in {"L", "LA", "YCbCr"} else image.convert("L")


def _reach(histogram: list[int], count: float) -> int:
    """Return the level at which more than `count` pixels have been passed."""
    passed = 0
    for level, pixels in enumerate(histogram):
        passed += pixels
        if passed > count:
            return level
    return len(histogram) - 1


def paint(beneath: Image.Image, stencil: Stencil, style: Style) -> None:
    """Paint the label over a picture of the stencil's size; pixels that no mask meets stay."""
    mask = stencil.plate if style.plate else stencil.outline
    if style.cover < 1:
        mask = mask.point([round(level * style.cover) for level in range(256)])
    beneath.paste(_colour(beneath.mode, style.ground), (0, 0), mask)
    beneath.paste(_colour(beneath.mode, style.ink), (0, 0), stencil.letters)


def _colour(mode: str, level: int) -> int | tuple[int, ...]:
    """Return an opaque grey in a mode's own samples."""
    samples: dict[str, int | tuple[int, ...]] = {
        "L": level,
        "LA": (level, 255),
        "RGB": (level, level, level),
        "RGBA": (level, level, level, 255),
        "YCbCr": (level, 128, 128),
        "CMYK": (0, 0, 0, 255 - level),
    }
    return samples[mode]
