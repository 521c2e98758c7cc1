"""Pictures from formulas: landscapes, a nebula, a diagram, odd kinds of pixels, animations."""

from __future__ import annotations

import io
import math
import random
from typing import Any, Final

from PIL import Image, ImageDraw, ImageFilter, ImageFont

__all__ = ["MAKERS"]


def _ridge(width: int, base: float, height: float, seed: int) -> list[float]:
    """Return a mountain line: a sum of sines whose phases come from the seed."""
    rng = random.Random(seed)
    waves = [(2**k, height / 1.9**k, rng.uniform(0, 2 * math.pi)) for k in range(8)]
    return [
        base + sum(a * math.sin(2 * math.pi * f * x / width + p) for f, a, p in waves)
        for x in range(width)
    ]


def _landscape(width: int, height: int, seed: int = 7) -> Image.Image:
    sky = Image.linear_gradient("L").resize((width, height))
    top, bottom = (
        Image.new("RGB", sky.size, (38, 62, 128)),
        Image.new("RGB", sky.size, (255, 176, 96)),
    )
    picture = Image.composite(bottom, top, sky)
    draw = ImageDraw.Draw(picture)
    radius = height // 11
    x, y = int(width * 0.68), int(height * 0.42)
    draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=(255, 236, 190))
    picture = picture.filter(ImageFilter.GaussianBlur(height / 240))
    draw = ImageDraw.Draw(picture)
    layers = ((0.55, 0.07, (96, 88, 130)), (0.68, 0.06, (58, 62, 96)), (0.84, 0.05, (24, 34, 48)))
    for index, (base, rough, colour) in enumerate(layers):
        line = _ridge(width, base * height, rough * height, seed + index)
        draw.polygon([(0, height), *enumerate(line), (width, height)], fill=colour)
    return _grain(picture, 10, seed)


def _grain(picture: Image.Image, amount: int, seed: int) -> Image.Image:
    rng = random.Random(seed)
    noise = Image.frombytes("L", picture.size, rng.randbytes(picture.width * picture.height))
    noise = noise.point(lambda value: value * amount // 255)
    return Image.merge("RGB", [_add(band, noise) for band in picture.split()])


def _add(band: Image.Image, noise: Image.Image) -> Image.Image:
    from PIL import ImageChops

    return ImageChops.add(band, noise)


def _nebula(size: int) -> Image.Image:
    rng = random.Random(11)
    bands = []
    for strength in (1.0, 0.55, 0.9):
        band = Image.new("L", (size, size))
        for octave in range(2, 8):
            cells = 2**octave
            noise = Image.frombytes("L", (cells, cells), rng.randbytes(cells * cells))
            noise = noise.resize((size, size), Image.Resampling.BICUBIC)
            band = _add(
                band, noise.point(lambda v, o=octave, s=strength: int(v * s / 1.9**o * 1.6))
            )
        bands.append(band)
    return Image.merge("RGB", bands)


def _saved(picture: Image.Image, kind: str, **options: Any) -> bytes:  # noqa: ANN401 - Pillow's own
    out = io.BytesIO()
    picture.save(out, kind, **options)
    return out.getvalue()


def landscape_png() -> bytes:
    """A mountain landscape in 24-bit colour, 1280 x 720: gradients, sums of sines, grain."""
    return _saved(_landscape(1280, 720), "PNG", optimize=True)


def landscape_jpg() -> bytes:
    """The landscape at 1600 x 1067 as baseline JPEG, quality 85, colour at half resolution."""
    return _saved(_landscape(1600, 1067, 21), "JPEG", quality=85)


def portrait_jpg() -> bytes:
    """A landscape stored lying down; its Exif orientation 6 asks viewers to turn it upright."""
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010E] = "a procedural landscape"
    turned = _landscape(600, 900, 33).rotate(90, expand=True)
    return _saved(turned, "JPEG", quality=88, exif=exif)


def grey_jpg() -> bytes:
    """The landscape in grey as progressive JPEG."""
    return _saved(_landscape(900, 600, 5).convert("L"), "JPEG", quality=80, progressive=True)


def cmyk_jpg() -> bytes:
    """The landscape in four printing colours, as Adobe programs store it."""
    return _saved(_landscape(640, 480, 9).convert("CMYK"), "JPEG", quality=85)


def nebula_webp() -> bytes:
    """A nebula of layered noise, 800 x 800, as lossy WebP."""
    return _saved(_nebula(800), "WEBP", quality=80)


def icon_png() -> bytes:
    """A logo on a transparent ground, 512 x 512, 32-bit."""
    picture = Image.new("RGBA", (1024, 1024))
    draw = ImageDraw.Draw(picture)
    for step in range(12):
        angle = math.pi * step / 6
        x, y = 512 + 260 * math.cos(angle), 512 + 260 * math.sin(angle)
        hue = tuple(int(127 + 120 * math.sin(angle + k * 2.1)) for k in range(3))
        draw.ellipse((x - 150, y - 150, x + 150, y + 150), fill=(*hue, 150))
    draw.ellipse((392, 392, 632, 632), fill=(255, 255, 255, 255))
    return _saved(picture.resize((512, 512), Image.Resampling.LANCZOS), "PNG", optimize=True)


def diagram_png() -> bytes:
    """A flow chart in eight palette colours, 900 x 420."""
    picture = Image.new("RGB", (900, 420), "white")
    draw = ImageDraw.Draw(picture)
    font = ImageFont.load_default(24)
    boxes = (("model", 40), ("content", 330), ("labelled file", 620))
    for text, x in boxes:
        draw.rounded_rectangle(
            (x, 150, x + 230, 260), 16, fill="#dbe9ff", outline="#1d4f91", width=4
        )
        draw.text((x + 115, 205), text, font=font, fill="#12305a", anchor="mm")
    for x in (270, 560):
        draw.line((x, 205, x + 48, 205), fill="#1d4f91", width=5)
        draw.polygon(((x + 60, 205), (x + 42, 193), (x + 42, 217)), fill="#1d4f91")
    draw.text((450, 60), "from model to labelled file", font=font, fill="#444444", anchor="mm")
    return _saved(picture.quantize(8), "PNG", optimize=True)


def height_png() -> bytes:
    """A height map in 16-bit grey, 480 x 320."""
    width, height = 480, 320
    rows = bytearray()
    for y in range(height):
        for x in range(width):
            value = math.sin(x / 37) * math.cos(y / 29) + math.sin((x + y) / 61)
            rows += int(32767 + value * 16000).to_bytes(2, "little")
    return _saved(Image.frombytes("I;16", (width, height), bytes(rows)), "PNG")


def _frames(mode: str) -> list[Image.Image]:
    frames = []
    for step in range(8):
        picture = Image.new("RGB", (360, 270), (18, 24, 40))
        draw = ImageDraw.Draw(picture)
        for ball in range(5):
            angle = 2 * math.pi * (step / 8 + ball / 5)
            x, y = 180 + 95 * math.cos(angle), 135 + 80 * math.sin(angle)
            draw.ellipse(
                (x - 24, y - 24, x + 24, y + 24), fill=(90 + ball * 30, 200 - ball * 25, 220)
            )
        frames.append(picture.convert(mode))
    return frames


def balls_png() -> bytes:
    """Five turning balls: an animated PNG of eight frames."""
    first, *rest = _frames("RGB")
    return _saved(first, "PNG", save_all=True, append_images=rest, duration=120, loop=0)


def balls_webp() -> bytes:
    """Five turning balls: an animated, lossless WebP of eight frames."""
    first, *rest = _frames("RGB")
    options = {"append_images": rest, "duration": 120, "loop": 0, "lossless": True}
    return _saved(first, "WEBP", save_all=True, **options)


MAKERS: Final = {
    "landscape.png": landscape_png,
    "landscape.jpg": landscape_jpg,
    "portrait-turned.jpg": portrait_jpg,
    "grey-progressive.jpg": grey_jpg,
    "cmyk.jpg": cmyk_jpg,
    "nebula.webp": nebula_webp,
    "icon-transparent.png": icon_png,
    "diagram-palette.png": diagram_png,
    "height-16bit.png": height_png,
    "balls-animated.png": balls_png,
    "balls-animated.webp": balls_webp,
}
