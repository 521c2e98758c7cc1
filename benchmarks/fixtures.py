"""Files to measure with, made once a run in a temporary folder."""

from __future__ import annotations

import io
import random
import sys
import wave
from pathlib import Path
from typing import TYPE_CHECKING, Final

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "scripts"))
from make_samples.pictures import _landscape

if TYPE_CHECKING:
    from collections.abc import Callable

    from PIL import Image

__all__ = ["TWELVE_MEGAPIXELS", "large", "photo"]

TWELVE_MEGAPIXELS: Final = (4000, 3000)
_SIZE: Final = 4_500_000


def photo(size: tuple[int, int]) -> Image.Image:
    """Return a landscape with grain."""
    return _landscape(*size)


def large(folder: Path) -> dict[str, Path]:
    """Make one file of 4 to 5 MB in each main format."""
    makers: dict[str, Callable[[], bytes]] = {
        "jpg": _jpeg,
        "png": _png,
        "wav": _wave,
        "mp3": _mp3,
    }
    paths = {}
    for suffix, maker in makers.items():
        paths[suffix] = folder / f"large.{suffix}"
        paths[suffix].write_bytes(maker())
    return paths


def _jpeg() -> bytes:
    for quality in range(70, 100):
        out = io.BytesIO()
        photo(TWELVE_MEGAPIXELS).save(out, "JPEG", quality=quality)
        if len(out.getvalue()) >= _SIZE * 0.9 or quality >= 97:
            return out.getvalue()
    return out.getvalue()


def _png() -> bytes:
    out = io.BytesIO()
    photo((2600, 1950)).save(out, "PNG")
    return out.getvalue()


def _wave() -> bytes:
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(44100)
        file.writeframes(random.Random(1).randbytes(_SIZE // 4 * 4))
    return out.getvalue()


def _mp3() -> bytes:
    """Repeat the frames of a sample; what is in them makes no difference to a tag."""
    root = Path(__file__).resolve().parents[1]
    data = (root / "samples" / "sounds" / "murmur.mp3").read_bytes()
    return data * (_SIZE // len(data))
