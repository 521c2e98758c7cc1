"""Small pictures for reports: what a file shows, with the labels that were found outlined."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Final

from ailabel.errors import AilabelError
from ailabel.marks.image.inspect_decode import frames
from ailabel.sight.explain import COLOURS, GUIDE
from ailabel.spi import Finding

if TYPE_CHECKING:
    from collections.abc import Iterable

    from PIL import Image

    from ailabel.io.source import View
    from ailabel.model.report import FoundSighting

__all__ = ["PICTURES", "shrunk", "thumbnail"]

PICTURES: Final = frozenset({"avif", "bmp", "gif", "heic", "ico", "jpeg", "png", "tiff", "webp"})
"""The formats of which `thumbnail` makes one."""
_WIDTH, _HEIGHT = 320, 240
_QUALITY: Final = 78
_ROOM: Final = 3  # pixels between a label and its outline


def thumbnail(view: View, format_id: str, sightings: Iterable[FoundSighting] = ()) -> bytes | None:
    """Return a JPEG of a picture file, within 320 by 240 pixels; None where none can be made.

    Args:
        view: the file.
        format_id: of its format.
        sightings: what was seen; labels are outlined in green, what a person must judge in
            orange.
    """
    if format_id not in PICTURES:
        return None
    try:
        picture = _small(next(frames(view, format_id)).grounds[0])
    except AilabelError:
        return None
    for seen in sightings:
        _outline(picture, seen)
    return _coded(picture)


def shrunk(preview: bytes) -> bytes:
    """Return a JPEG within 320 by 240 pixels of a PNG that `FileReport.preview` holds."""
    from PIL import Image

    with Image.open(io.BytesIO(preview), formats=("PNG",)) as picture:
        return _coded(_small(picture.convert("RGB")))


def _small(picture: Image.Image) -> Image.Image:
    from PIL import Image

    scale = min(1.0, _WIDTH / picture.width, _HEIGHT / picture.height)
    size = max(1, round(picture.width * scale)), max(1, round(picture.height * scale))
    return picture.resize(size, Image.Resampling.BICUBIC, reducing_gap=3.0)


def _outline(picture: Image.Image, seen: FoundSighting) -> None:
    from PIL import ImageDraw

    if seen.box is None or seen.frame is None:
        return
    across, down = picture.width / seen.frame[0], picture.height / seen.frame[1]
    left, right = round(seen.box[0] * across), round(seen.box[2] * across)
    top, bottom = round(seen.box[1] * down), round(seen.box[3] * down)
    box = left - _ROOM, top - _ROOM, max(left, right) + _ROOM, max(top, bottom) + _ROOM
    colour = COLOURS.get(Finding(seen.finding), GUIDE)
    ImageDraw.Draw(picture).rectangle(box, outline=colour, width=2)


def _coded(picture: Image.Image) -> bytes:
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=_QUALITY, optimize=True, subsampling=0)
    return out.getvalue()
