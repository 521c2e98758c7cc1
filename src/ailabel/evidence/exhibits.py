"""Pictures for a pack: what was seen or heard of a sample, and what its metadata say."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING, Final

from ailabel.evidence.paper import load_font

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
_HEAD: Final = 1 << 18  # bytes of a text that are looked at
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
    """Yield the lines around a text's labels, and whether each holds one."""
    report = sample.report
    texts = [seen.text for seen in report.sightings]
    yield sample.name, False
    yield "", False
    if not report.format or report.format in {"docx", "pptx", "xlsx", "odt", "ods", "odp", "epub"}:
        for seen in report.sightings:
            yield f"{seen.location}:", False
            yield seen.text, True
        return
    lines = _lines(sample.path)
    holding = [index for index, line in enumerate(lines) if any(text in line for text in texts)]
    for number in holding[:2]:
        for index in range(max(0, number - _CONTEXT), min(len(lines), number + _CONTEXT + 1)):
            yield f"{index + 1:>4}  {lines[index]}", index in holding
        yield "", False


def _lines(path: str) -> list[str]:
    with open(path, "rb") as file:  # noqa: PTH123 - no pathlib here
        data = file.read(_HEAD)
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding).splitlines()
        except UnicodeDecodeError as error:
            if error.start > len(data) - 4 > 0:  # cut inside a character
                return data[: error.start].decode(encoding).splitlines()
    return data.decode("utf-8", "replace").splitlines()


def _panel(lines: list[tuple[str, bool]]) -> Image.Image:
    """Draw lines of text, broken where they are too long; those that are marked on yellow."""
    from PIL import Image, ImageDraw, ImageFont

    font = ImageFont.truetype(load_font(), _SIZE, index=_CHINESE)
    broken = [
        (piece, marked)
        for line, marked in lines
        for piece in _broken(line.replace("\t", "    "), font)
    ][:_MOST_LINES]
    image = Image.new("RGB", (_WIDTH, 2 * _PAD + _LEADING * len(broken)), _PAPER)
    draw = ImageDraw.Draw(image)
    for number, (piece, marked) in enumerate(broken):
        top = _PAD + number * _LEADING
        if marked and piece:
            draw.rectangle((_PAD - 12, top - 3, _WIDTH - _PAD + 12, top + _LEADING - 4), _MARKED)
        draw.text((_PAD, top), piece, fill=_INK, font=font)
    return image


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
