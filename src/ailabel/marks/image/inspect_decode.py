"""Decoding picture files for looking: the frames as a viewer shows them, in RGB.

Orientation is honoured; transparent parts are put on white and on black. Large pictures are reduced
on the way, as far as nothing is lost that measuring needs.
"""

from __future__ import annotations

import io
import struct
import warnings
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from ailabel.errors import MalformedFileError, MissingExtraError
from ailabel.io.source import check_limit
from ailabel.io.stream import Stream
from ailabel.values import frozen

if TYPE_CHECKING:
    from collections.abc import Iterator

    from PIL import Image

    from ailabel.io.source import View

__all__ = ["Frame", "frames"]

_PLUGINS: Final = {  # format: module of Pillow, class; so that no other decoder is ever tried
    "avif": ("AvifImagePlugin", "AvifImageFile"),
    "bmp": ("BmpImagePlugin", "BmpImageFile"),
    "gif": ("GifImagePlugin", "GifImageFile"),
    "ico": ("IcoImagePlugin", "IcoImageFile"),
    "jpeg": ("JpegImagePlugin", "JpegImageFile"),
    "png": ("PngImagePlugin", "PngImageFile"),
    "tiff": ("TiffImagePlugin", "TiffImageFile"),
    "webp": ("WebPImagePlugin", "WebPImageFile"),
}
_BROKEN: Final = (  # what Pillow and its plugins raise for damaged pictures
    *(OSError, SyntaxError, ValueError, KeyError, IndexError, TypeError, EOFError),
    *(AttributeError, OverflowError, RuntimeError, ZeroDivisionError, struct.error),
)
_ENOUGH: Final = 1200  # pixels of the shortest side, to which larger pictures may be reduced
_MOST_FRAMES: Final = 8  # of an animation that are looked at, spread over it
_PAGES: Final = {"tiff", "ico"}  # whose further pictures are pages or sizes, no animation
_NEARLY_OPAQUE: Final = 250  # levels of alpha below which a pixel counts as transparent
_CLEAR: Final = 0.001  # of the pixels, that may be so without making the picture transparent
_ORIENTATION: Final = 0x0112  # [TIFF6 8]
_TURNED: Final = 5  # from this orientation on, width and height change places [CIPA DC-008 4.6.5.1]


@frozen(kw_only=True)
class Frame:
    """One frame of a picture.

    Args:
        number: counted from 1.
        count: how many frames there are.
        size: width and height of the whole picture as it is shown, in pixels.
        grounds: the frame in RGB; twice where it has transparent parts, on white and on black.
    """

    number: int
    count: int
    size: tuple[int, int]
    grounds: tuple[Image.Image, ...]


def frames(view: View, format_id: str) -> Iterator[Frame]:
    """Yield the first frame of a picture, then some of the others.

    Raises:
        MalformedFileError: the picture cannot be decoded.
        LimitExceededError: it has too many pixels.
        MissingExtraError: an optional package is needed.
    """
    from PIL.Image import DecompressionBombError

    try:
        with io.BufferedReader(Stream(view), 1 << 16) as file:
            picture = _opened(file, format_id)
            check_limit("the number of pixels", picture.width * picture.height, view.limits.pixels)
            count = 1 if format_id in _PAGES else getattr(picture, "n_frames", 1)
            for number in _chosen(count, view.limits.pixels // (picture.width * picture.height)):
                if number:
                    picture.seek(number)
                yield _frame(picture, number, count)
    except (*_BROKEN, DecompressionBombError) as error:
        raise MalformedFileError(
            "the picture cannot be decoded: {reason}", reason=str(error) or type(error).__name__
        ) from error


def _opened(file: io.BufferedIOBase, format_id: str) -> Any:  # noqa: ANN401 - a class of Pillow's
    with warnings.catch_warnings():  # of tags that do not matter here
        warnings.simplefilter("ignore")
        return _heif(file) if format_id == "heic" else _plugin(format_id)(file)


def _plugin(format_id: str) -> Any:  # noqa: ANN401 - a class of Pillow's
    module, name = _PLUGINS[format_id]
    return getattr(import_module(f"PIL.{module}"), name)


def _heif(file: io.BufferedIOBase) -> Image.Image:
    try:
        import pillow_heif
    except ImportError:
        raise MissingExtraError("heif", "decoding HEIC pictures") from None
    found: Image.Image = pillow_heif.open_heif(file, convert_hdr_to_8bit=True).to_pillow()
    return found


def _chosen(count: int, affordable: int) -> list[int]:
    """Return which frames to look at: the first, the last and some between, as limits allow."""
    most = max(1, min(_MOST_FRAMES, count, affordable))
    if most == 1:
        return [0]
    last = min(count, affordable) - 1
    return sorted({round(index * last / (most - 1)) for index in range(most)})


def _frame(picture: Image.Image, number: int, count: int) -> Frame:
    """Return the current frame as it is shown."""
    from PIL import ImageOps

    size = picture.size
    turn = picture.getexif().get(_ORIENTATION, 1)
    factor = max(1, min(size) // _ENOUGH)
    if factor > 1:  # a JPEG is decoded at a half, a quarter or an eighth; others ignore this
        picture.draft(None, (size[0] // factor, size[1] // factor))
    picture.load()
    flat = _plain(picture)
    if (factor := max(1, min(flat.size) // _ENOUGH)) > 1:
        flat = flat.reduce(factor)
    if turn != 1:
        flat.getexif()[_ORIENTATION] = turn
        flat = ImageOps.exif_transpose(flat)
    size = size[::-1] if turn in range(_TURNED, 9) else size
    return Frame(number=number + 1, count=count, size=size, grounds=_grounds(flat))


def _plain(picture: Image.Image) -> Image.Image:
    """Return a picture in RGB, or in RGBA where parts of it are transparent, 8 bits a sample."""
    if picture.mode.startswith("I") or picture.mode == "F":
        return _eight_bits(picture).convert("RGB")
    if picture.has_transparency_data:
        whole = picture.convert("RGBA")
        clear = sum(whole.getchannel("A").histogram()[:_NEARLY_OPAQUE])
        if clear > _CLEAR * picture.width * picture.height:
            return whole
    return picture.convert("RGB")


def _eight_bits(picture: Image.Image) -> Image.Image:
    """Bring deep grey samples to 8 bits; floating ones by their own range."""
    import numpy as np
    from PIL import Image

    samples = np.asarray(picture, dtype=np.float64)
    low, high = (0.0, 65535.0) if picture.mode != "F" else (samples.min(), samples.max())
    levels = (samples - low) * (255 / max(high - low, 1e-9))
    return Image.fromarray(np.clip(np.nan_to_num(levels), 0, 255).astype(np.uint8))


def _grounds(picture: Image.Image) -> tuple[Image.Image, ...]:
    from PIL import Image

    if picture.mode == "RGB":
        return (picture,)
    return tuple(
        Image.alpha_composite(Image.new("RGBA", picture.size, colour), picture).convert("RGB")
        for colour in ("white", "black")
    )
