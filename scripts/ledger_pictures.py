"""Measure how far unrelated pictures are from each other, and copies: ``make ledger-pictures``.

Takes every picture below the folders that are named (by default all that a checkout and the scripts
`evaluate` and `nightly` have here), leaves out those of which another is a copy, and prints what
`ailabel.ledger.similar` reckons with: the spread of the distances between unrelated ones, their
near end beside the model's, and how far copies get that were scaled, coded anew, cropped or marked.
"""

from __future__ import annotations

import io
import sys
import warnings
from itertools import combinations
from pathlib import Path
from statistics import fmean, median, pvariance
from typing import TYPE_CHECKING, Final

from PIL import Image, ImageDraw, ImageEnhance, ImageFilter

from ailabel.ledger import similar
from ailabel.sight.fingerprint import fingerprint

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_ROOT: Final = Path(__file__).resolve().parents[1]
_FOLDERS: Final = ("samples", "../shared/corpus", ".nightly", ".cache/evaluate")
_SUFFIXES: Final = {".jpg", ".jpeg", ".png", ".webp"}
_LEAST: Final = 160  # pixels of the shortest side
_MOST: Final = 30_000_000  # pixels
_SIDE: Final = 1200  # pixels to which large pictures are brought
_RELATED: Final = 24  # bits: nearer ones are copies
_ENDS: Final = (28, 30, 32, 34, 36, 38, 40, 44, 48)


def main() -> None:
    """Measure."""
    warnings.simplefilter("ignore")
    folders = [Path(word) for word in sys.argv[1:]] or [_ROOT / name for name in _FOLDERS]
    pictures = list(_distinct(folders))
    print(f"{len(pictures)} pictures, none a copy of another")
    _strangers([(group, found) for group, _, found in pictures])
    _copies([(picture, found) for _, picture, found in pictures])


def _distinct(folders: list[Path]) -> Iterator[tuple[str, Image.Image, int]]:
    """Yield pictures that have a hash and are no copies, with where they are from, and the hashes.

    Those of one project may be related: series of one drawing, say. They count as copies, and are
    not compared with each other as strangers.
    """
    kept: list[int] = []
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            picture = _opened(path)
            text = "" if picture is None else fingerprint(picture)
            if picture is None or not text:
                continue
            value = int(text, 16)
            if all((value ^ other).bit_count() > _RELATED for other in kept):
                kept.append(value)
                yield _project(path, folder), picture, value


def _project(path: Path, folder: Path) -> str:
    """Return where a picture is from: the folder, or below a hidden one its first two."""
    parts = path.relative_to(folder).parts[:2]
    hidden = any(part.startswith(".") for part in folder.parts[-2:])
    return "/".join((folder.name, *parts)) if hidden else folder.name


def _opened(path: Path) -> Image.Image | None:
    if path.suffix.lower() not in _SUFFIXES or not path.is_file():
        return None
    try:
        picture = Image.open(path)
        if min(picture.size) < _LEAST or picture.width * picture.height > _MOST:
            return None
        found = picture.convert("RGB")
    except (OSError, SyntaxError, ValueError):
        return None
    found.thumbnail((_SIDE, _SIDE))
    return found


def _strangers(hashes: list[tuple[str, int]]) -> None:
    """Print how pictures of different projects differ, and what the model says."""
    found = sorted(
        (one ^ other).bit_count()
        for (group, one), (second, other) in combinations(hashes, 2)
        if group != second
    )
    shares = [item / similar.BITS for item in found]
    mean = fmean(shares)
    tosses = mean * (1 - mean) / pvariance(shares)
    print(
        f"{len(found)} pairs: on average {mean:.3f} of the bits differ, as in {tosses:.0f} tosses;"
    )
    print(f"the nearest differ in {found[:8]}\n\n| bits | pairs so near | the model's share |")
    print("|---|---|---|")
    for end in _ENDS:
        share = sum(1 for item in found if item <= end) / len(found)
        print(f"| {end} | {share:.1e} | {similar.chance(end, 1):.1e} |")


def _copies(pictures: list[tuple[Image.Image, int]]) -> None:
    """Print how far copies get, and how many are found in ledgers of two sizes."""
    sizes = (1000, 1_000_000)
    print(f"\nfound up to {[similar.farthest(size) for size in sizes]} bits, of {sizes} pictures\n")
    print("| copy | median | 95 % | found of 1,000 | found of 1,000,000 |\n|---|---|---|---|---|")
    for name, change in _CHANGES.items():
        far = sorted(_distance(change(picture), value) for picture, value in pictures)
        shares = [
            sum(1 for item in far if item <= similar.farthest(size)) / len(far) for size in sizes
        ]
        row = (median(far), far[int(len(far) * 0.95)], *(f"{share:.1%}" for share in shares))
        print(f"| {name} | {' | '.join(map(str, row))} |")


def _distance(picture: Image.Image, value: int) -> int:
    text = fingerprint(picture)
    return (int(text, 16) ^ value).bit_count() if text else similar.BITS


def _coded(picture: Image.Image, quality: int) -> Image.Image:
    data = io.BytesIO()
    picture.save(data, "JPEG", quality=quality)
    return Image.open(data).convert("RGB")


def _scaled(picture: Image.Image, share: float) -> Image.Image:
    width, height = picture.size
    return picture.resize((max(1, int(width * share)), max(1, int(height * share))))


def _cropped(picture: Image.Image, share: float) -> Image.Image:
    width, height = picture.size
    left, top = int(width * share), int(height * share)
    return picture.crop((left, top, width - left, height - top))


def _marked(picture: Image.Image) -> Image.Image:
    """Put a dark plate of the size of a label into the lower right corner."""
    made, side = picture.copy(), min(picture.size)
    right, low = made.width - side * 0.02, made.height - side * 0.02
    ImageDraw.Draw(made).rectangle((right - side * 0.35, low - side * 0.06, right, low), "black")
    return made


_CHANGES: Final[dict[str, Callable[[Image.Image], Image.Image]]] = {
    "JPEG, quality 40": lambda picture: _coded(picture, 40),
    "JPEG, quality 15": lambda picture: _coded(picture, 15),
    "half the size, quality 75": lambda picture: _coded(_scaled(picture, 0.5), 75),
    "an eighth, quality 80": lambda picture: _coded(_scaled(picture, 0.125), 80),
    "64 colours": lambda picture: picture.quantize(64).convert("RGB"),
    "grey": lambda picture: picture.convert("L"),
    "a fifth brighter": lambda picture: ImageEnhance.Brightness(picture).enhance(1.2),
    "a fifth less contrast": lambda picture: ImageEnhance.Contrast(picture).enhance(0.8),
    "blurred": lambda picture: picture.filter(ImageFilter.GaussianBlur(2)),
    "1 % off each edge": lambda picture: _cropped(picture, 0.01),
    "2 % off each edge": lambda picture: _cropped(picture, 0.02),
    "5 % off each edge": lambda picture: _cropped(picture, 0.05),
    "a plate like a label's": _marked,
}

if __name__ == "__main__":
    main()
