"""Pictures for a pack: what was seen or heard of a sample, and what its metadata say."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING, Final

from ailabel.codecs.text import read_text
from ailabel.errors import AilabelError
from ailabel.evidence.paper import load_font
from ailabel.io.source import open_view
from ailabel.model.media import Medium
from ailabel.registry import formats

if TYPE_CHECKING:
    from collections.abc import Iterator

    from PIL import Image, ImageFont

    from ailabel.evidence.samples import Sample
    from ailabel.model.report import FoundLabel

__all__ = ["label_picture", "metadata_picture"]

_WIDTH: Final = 1200  # pixels of a panel
_LARGEST: Final = 1600  # pixels of the longer side of a picture
_QUALITY: Final = 88
_SIZE, _LEADING, _PAD = 24, 36, 40
_CHINESE: Final = 2  # the face for simplified Chinese in the collection of fonts
_MOST_LINES: Final = 60
_CONTEXT: Final = 6  # lines of a text shown on either side of its label
_INK, _MARKED, _PAPER = (20, 24, 32), (255, 236, 179), (255, 255, 255)


def label_picture(sample: Sample) -> bytes:
    """Return a JPEG of what was seen, with the label's place drawn in where it can be.

    Of a text the lines around the label are shown; of an office document, what its label says and
    where it stands.
    """
    from PIL import Image

    if sample.report.preview is None:
        return _jpeg(_panel(list(_excerpt(sample))))
    with Image.open(io.BytesIO(sample.report.preview)) as image:
        image.load()
        shown = image.convert("RGB")
    shown.thumbnail((_LARGEST, _LARGEST))
    return _jpeg(shown)


def metadata_picture(sample: Sample) -> bytes:
    """Return a JPEG of a sample's labels as they stand in its metadata."""
    lines: list[tuple[str, bool]] = [(sample.name, False), (f"SHA-256 {sample.sha256}", False)]
    for label in sample.report.labels:
        lines += [("", False), (f"{label.location}  (byte {label.offset})", False)]
        lines += [(line, True) for line in _pretty(label).splitlines()]
    return _jpeg(_panel(lines))


def _pretty(label: FoundLabel) -> str:
    try:
        return json.dumps(json.loads(label.payload), ensure_ascii=False, indent=2)
    except ValueError:
        return label.payload


def _excerpt(sample: Sample) -> Iterator[tuple[str, bool]]:
    """Yield the lines around a text's labels, and whether each holds one.

    Where no line does, as in office documents, what each label says and where it stands.
    """
    seen = sample.report.sightings
    yield sample.name, False
    yield "", False
    lines = _lines(sample)
    holding = [index for index, line in enumerate(lines) if any(item.text in line for item in seen)]
    for number in holding[:2]:
        for index in range(max(0, number - _CONTEXT), min(len(lines), number + _CONTEXT + 1)):
            yield f"{index + 1:>4}  {lines[index]}", index in holding
        yield "", False
    if not holding:
        for item in seen:
            yield f"{item.location}:", False
            yield item.text, True


def _lines(sample: Sample) -> list[str]:
    """Return the lines of a text; none of what is no text."""
    kinds = {item.id: item.medium for item in formats()}
    if kinds.get(sample.report.format or "") is not Medium.TEXT:
        return []
    try:
        with open_view(sample.path) as view:
            text = read_text(view)
    except AilabelError:  # of an encoding that the text itself declares
        return []
    return text.decode(0, len(text.units)).splitlines()


def _panel(lines: list[tuple[str, bool]]) -> Image.Image:
    """Draw lines of text, broken where they are too long; those that are marked on yellow."""
    from PIL import Image, ImageDraw, ImageFont

    font = ImageFont.truetype(load_font(), _SIZE, index=_CHINESE)
    broken = [
        (piece, marked)
        for line, marked in lines
        for piece in _broken(line.replace("\t", "    "), font)
    ]
    broken = _cut(broken)
    image = Image.new("RGB", (_WIDTH, 2 * _PAD + _LEADING * len(broken)), _PAPER)
    draw = ImageDraw.Draw(image)
    for number, (piece, marked) in enumerate(broken):
        top = _PAD + number * _LEADING
        if marked and piece:
            draw.rectangle((_PAD - 12, top - 3, _WIDTH - _PAD + 12, top + _LEADING - 4), _MARKED)
        draw.text((_PAD, top), piece, fill=_INK, font=font)
    return image


def _cut(lines: list[tuple[str, bool]]) -> list[tuple[str, bool]]:
    """Return as many lines as a panel holds; the last one says how many are left out."""
    more = len(lines) - _MOST_LINES
    return lines if more <= 0 else [*lines[: _MOST_LINES - 1], (f"… (+{more + 1})", False)]


def _broken(line: str, font: ImageFont.FreeTypeFont) -> Iterator[str]:
    shown = "".join(char if char.isprintable() else "\u25a1" for char in line)
    while shown:
        count = len(shown)
        while font.getlength(shown[:count]) > _WIDTH - 2 * _PAD:
            count = min(count - 1, int(count * 0.9))
        yield shown[:count]
        shown = shown[count:]
    if not line:
        yield ""


def _jpeg(image: Image.Image) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=_QUALITY, optimize=True)
    return buffer.getvalue()
