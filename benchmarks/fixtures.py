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

__all__ = ["EXIFTOOL_CONFIG", "TWELVE_MEGAPIXELS", "large", "photo", "sparse_wave", "tree"]

TWELVE_MEGAPIXELS: Final = (4000, 3000)
_SIZE: Final = 4_500_000
EXIFTOOL_CONFIG: Final = """%Image::ExifTool::UserDefined = (
  'Image::ExifTool::XMP::Main' => { TC260 => { SubDirectory => {
    TagTable => 'Image::ExifTool::UserDefined::TC260' } } } );
%Image::ExifTool::UserDefined::TC260 = (
  GROUPS => { 0 => 'XMP', 1 => 'XMP-TC260', 2 => 'Other' },
  NAMESPACE => { 'TC260' => 'http://www.tc260.org.cn/ns/AIGC/1.0/' },
  WRITABLE => 'string', AIGC => { } );
1;
"""


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


def tree(folder: Path, source: Path, count: int) -> None:
    """Copy one labelled file many times, in folders of a hundred."""
    data = source.read_bytes()
    for index in range(count):
        target = folder / f"{index // 100:03}" / f"{index:05}{source.suffix}"
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)


def sparse_wave(path: Path, size: int) -> None:
    """Make a WAV file that is almost all a hole."""
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(48000)
    header = bytearray(out.getvalue())
    header[4:8] = (size - 8).to_bytes(4, "little")
    header[40:44] = (size - 44).to_bytes(4, "little")
    with path.open("wb") as file:
        file.write(header)
        file.truncate(size)


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
