"""AVIF files: pictures that Pillow codes, and containers made by hand."""

from __future__ import annotations

from functools import lru_cache
from io import BytesIO
from typing import TYPE_CHECKING

from PIL import Image

from builders import exif, packets
from builders.boxes import OLD
from builders.items import Picture, labelled, picture

if TYPE_CHECKING:
    from collections.abc import Iterator


@lru_cache(maxsize=8)
def coded(*, frames: int = 1, alpha: bool = False, label: bool = False) -> bytes:
    """Return a picture, or a sequence, as Pillow writes it; with Exif and XMP where asked for."""
    mode, colour = ("RGBA", (200, 30, 60, 90)) if alpha else ("RGB", (200, 30, 60))
    pictures = [Image.new(mode, (16, 16), colour) for _ in range(frames)]
    for index, image in enumerate(pictures):
        image.paste((10, 20, 250, 255)[: len(colour)], (index, 2, index + 5, 9))
    out = BytesIO()
    more = {"exif": exif.tiff(description=OLD.encode() + b"\0"), "xmp": packets.labelled(OLD)}
    pictures[0].save(
        out,
        "AVIF",
        quality=60,
        save_all=frames > 1,
        append_images=pictures[1:],
        **(more if label else {}),
    )
    return out.getvalue()


def samples() -> Iterator[tuple[str, bytes]]:
    """Yield valid files."""
    yield "plain.avif", coded()
    yield "alpha.avif", coded(alpha=True)
    yield "labelled.avif", coded(label=True)
    yield "sequence.avif", coded(frames=3)
    yield "film.avif", coded(frames=3, label=True)
    yield (
        "hand-made.avif",
        Picture(
            items=(picture(1, kind=b"av01"), labelled(2, OLD)), brands=(b"mif1", b"avif")
        ).build(),
    )
