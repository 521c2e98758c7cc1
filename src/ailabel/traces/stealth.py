"""What front ends of Stable Diffusion hide in the lowest bits of the pixels.

The bits run down the columns, from the top left, highest bit first: a name, the length of the text
in bits, the text, which some names say is compressed by gzip. They stand in the alpha channel, or
in the three colours of each pixel. NovelAI writes them, and an extension of the web UI.

The name stands in the first column of a picture that is high enough, and the first rows tell most
pictures apart, so that pixels are decoded only where there is something.
"""

from __future__ import annotations

import re
import struct
from typing import TYPE_CHECKING, Final

from ailabel.io.source import check_limit
from ailabel.model.trace import RAW_MOST, Claim, Trace, TraceStrength
from ailabel.traces.named import said

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ailabel.io.source import View
    from ailabel.spi import Entry, Tracer

__all__ = ["TRACER"]

_NAMES: Final = (
    (b"stealth_pnginfo", "A"),
    (b"stealth_pngcomp", "A"),
    (b"stealth_rgbinfo", "RGB"),
    (b"stealth_rgbcomp", "RGB"),
)
_NAME: Final = 15  # bytes
_LENGTH: Final = 4
_PIXELS: Final = 1 << 25  # of a picture that is decoded
_TEXT: Final = 1 << 20  # bytes of a text that is read
_BITS: Final = bytes(48 + (code & 1) for code in range(256))  # the lowest bit, as a digit
_BROKEN: Final = (  # what Pillow raises for damaged pictures
    *(OSError, SyntaxError, ValueError, KeyError, IndexError, TypeError, EOFError),
    *(AttributeError, OverflowError, RuntimeError, ZeroDivisionError, struct.error),
)
_SOFTWARE: Final = re.compile(r'"Software"\s*:\s*"([^"]{1,60})"')
_UNNAMED: Final = "Stable Diffusion"


class _Stealth:
    """Looks at the first column, and decodes the picture where the name stands there."""

    formats: Sequence[str] = ("png", "webp")

    def find(self, view: View, format_id: str, entries: Sequence[Entry]) -> Iterator[Trace]:
        """Find the hidden text."""
        del entries
        if not (_begins(view) if format_id == "png" else _is_exact(view)):
            return
        found = _hidden(view, format_id)
        if found is None:
            return
        mode, text = found
        software = _SOFTWARE.search(text)
        product = software[1] if software else _UNNAMED
        location = f"lowest bits of {mode}"
        yield Trace(
            kind="stealth",
            claim=Claim.GENERATED,
            strength=TraceStrength.STATED,
            message=said(Claim.GENERATED, product),
            product=product,
            location=location,
            raw=text.encode("utf-8", "replace")[:RAW_MOST],
        )


TRACER: Final[Tracer] = _Stealth()


def _begins(view: View) -> bool:
    """Say whether the first column of a PNG begins with one of the names."""
    from ailabel.codecs import png_column

    form = png_column.header(view)
    plain = form is not None and form.depth == 8 and not form.interlaced  # noqa: PLR2004 - bits
    if form is None or not plain or form.channels < 3:  # noqa: PLR2004 - colours
        return False
    modes = {"RGB": 3, "A": 1} if form.channels > 3 else {"RGB": 3}  # noqa: PLR2004 - and alpha
    left = {
        (mode, "".join(f"{byte:08b}" for byte in name))
        for name, mode in _NAMES
        if modes.get(mode, 0) * form.height >= 8 * _NAME
    }
    for row, pixel in enumerate(png_column.first_pixels(view, form)):
        left = {item for item in left if _goes_on(item, row, pixel)}
        if not left:
            return False
        if any(modes[mode] * (row + 1) >= len(bits) for mode, bits in left):
            return True
    return False


def _goes_on(item: tuple[str, str], row: int, pixel: bytes) -> bool:
    """Say whether a pixel holds the bits of a name that belong there."""
    mode, bits = item
    if mode == "A":
        return bits[row] == "01"[pixel[3] & 1]
    return all(
        at >= len(bits) or bits[at] == "01"[pixel[at - 3 * row] & 1]
        for at in range(3 * row, 3 * row + 3)
    )


def _is_exact(view: View) -> bool:
    """Say whether a WebP keeps an alpha channel exactly, as it must to hide anything [RFC 9649]."""
    from ailabel.codecs import riff

    for chunk in riff.chunks(view, riff.HEADER, view.size):
        if chunk.id == b"VP8L":
            head = view.read_some(chunk.body, min(chunk.length, 5))
            return bool(head[4:] and head[4] & 0x10)
        if chunk.id == b"ALPH":
            return True
        if chunk.id in (b"VP8 ", b"ANMF"):
            return False
    return False


def _hidden(view: View, format_id: str) -> tuple[str, str] | None:
    """Return the channel and the text of what is hidden in the pixels."""
    columns = _columns(view, format_id)
    for mode, data in columns.items():
        name = _bytes(data, 0, _NAME)
        if (name, mode) in _NAMES:
            return mode, _text(data, compressed=name.endswith(b"comp"))
    return None


def _columns(view: View, format_id: str) -> dict[str, bytes]:
    """Return the samples of a picture, column by column: of alpha, and of the colours."""
    import io

    from PIL import Image, PngImagePlugin, WebPImagePlugin

    from ailabel.io.stream import Stream

    plugin = {"png": PngImagePlugin.PngImageFile, "webp": WebPImagePlugin.WebPImageFile}[format_id]
    try:
        with io.BufferedReader(Stream(view), 1 << 16) as file:
            picture = plugin(file)
            check_limit("the number of pixels", picture.width * picture.height, _PIXELS)
            turned = picture.transpose(Image.Transpose.TRANSPOSE)  # columns become rows
    except (*_BROKEN, Image.DecompressionBombError):
        return {}
    found = {"A": turned.getchannel("A").tobytes()} if "A" in turned.getbands() else {}
    return found | {"RGB": turned.convert("RGB").tobytes()}


def _text(data: bytes, *, compressed: bool) -> str:
    """Return the text behind a name; empty where it is longer than the picture, or damaged."""
    import zlib

    start = _NAME + _LENGTH
    length = int.from_bytes(_bytes(data, _NAME, _LENGTH), "big") // 8
    raw = _bytes(data, start, min(length, _TEXT))
    if compressed:
        try:
            raw = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16).decompress(raw, _TEXT)
        except zlib.error:
            return ""
    return raw.decode("utf-8", "replace")


def _bytes(data: bytes, start: int, length: int) -> bytes:
    """Return bytes whose bits are the lowest of the samples, as far as there are samples."""
    digits = data[8 * start : 8 * (start + length)].translate(_BITS)
    digits = digits[: len(digits) // 8 * 8]
    return int(digits or b"0", 2).to_bytes(len(digits) // 8, "big")
