"""The explicit label of every sample, seen and heard by independent decoders."""

from __future__ import annotations

import json
import zipfile
from typing import TYPE_CHECKING, Any, Final

import pytest
from defusedxml import ElementTree
from PIL import Image, ImageSequence

from oracles.demo import NAMES, names, output, produced
from oracles.parsers import front_matter, page

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from oracles.demo import Demo

pytestmark = pytest.mark.oracle

_LABEL: Final = "本内容由AI生成"
_LOSSLESS: Final = (*names(".png"), "pictures/balls-animated.webp")
_PAUSES: Final = 2.0  # seconds at most, in all, around the spoken label
_WORD: Final = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


def test_every_sample_has_a_mark(demo: Demo) -> None:
    """The API reports where each explicit label was put."""
    assert all(demo.results["shown", name].marks for name in NAMES)


def _frames(path: Path) -> Iterator[Image.Image]:
    with Image.open(path) as image:
        for frame in ImageSequence.Iterator(image):
            yield frame.copy()


def _around(image: Image.Image, box: tuple[int, int, int, int]) -> list[bytes]:
    """Return the pixels above, below, left and right of a box."""
    left, top, right, bottom = box
    width, height = image.size
    strips = (
        (0, 0, width, top),
        (0, bottom, width, height),
        (0, top, left, bottom),
        (right, top, width, bottom),
    )
    return [image.crop(strip).tobytes() for strip in strips]


@pytest.mark.parametrize("name", _LOSSLESS)
def test_only_the_label_changes_pixels(demo: Demo, name: str) -> None:
    """In every frame the ink's box differs, and nothing outside the plate around it does."""
    (mark,) = demo.results["shown", name].marks
    assert mark.box is not None
    left, top, right, bottom = mark.box
    rim = -(-(bottom - top) // 2)  # the plate reaches less than half the ink's height further
    plate = (left - rim, top - rim, right + rim, bottom + rim)
    before = list(_frames(demo.path("samples", name)))
    after = list(_frames(demo.path("shown", name)))
    assert len(after) == len(before)
    for old, new in zip(before, after, strict=True):
        assert (new.mode, new.size) == (old.mode, old.size)
        assert _around(new, plate) == _around(old, plate)
        assert new.crop(mark.box).tobytes() != old.crop(mark.box).tobytes()


@pytest.mark.parametrize("name", names(".png", ".jpg", ".webp"))
def test_the_ink_is_large_enough(demo: Demo, name: str) -> None:
    """The reported ink is as high as 5 % of the shortest side, as a viewer shows the picture."""
    from PIL import ImageOps

    (mark,) = demo.results["shown", name].marks
    assert mark.box is not None
    with Image.open(demo.path("shown", name)) as image:
        width, height = ImageOps.exif_transpose(image).size
    left, top, right, bottom = mark.box
    assert 0 <= left < right <= width
    assert 0 <= top < bottom <= height
    assert bottom - top >= 0.05 * min(width, height)


def _seconds(path: Path) -> float:
    options = ("-v", "error", "-show_entries", "format=duration", "-of", "json")
    return float(json.loads(output("ffprobe", *options, path))["format"]["duration"])


@pytest.mark.parametrize("name", names(".wav", ".flac", ".mp3"))
def test_the_sound_is_longer_by_the_label(demo: Demo, name: str) -> None:
    """Ffprobe finds the sound longer by the spoken line and its pauses."""
    (mark,) = demo.results["shown", name].marks
    assert mark.seconds is not None
    begin, end = mark.seconds
    added = _seconds(demo.path("shown", name)) - _seconds(demo.path("samples", name))
    assert end - begin < added < end - begin + _PAUSES


def _samples(path: Path) -> bytes:
    return produced("ffmpeg", "-v", "error", "-i", path, "-map", "0:a", "-f", "s16le", "-")


@pytest.mark.parametrize("name", names(".wav", ".flac"))
def test_the_samples_follow_the_label(demo: Demo, name: str) -> None:
    """Behind the label, ffmpeg decodes exactly the samples of the original."""
    before = _samples(demo.path("samples", name))
    after = _samples(demo.path("shown", name))
    assert after.endswith(before)
    assert any(after[: -len(before)])


def _packets(path: Path) -> list[str]:
    options = ("-v", "error", "-select_streams", "a", "-show_packets", "-show_data_hash", "md5")
    found: list[dict[str, Any]] = json.loads(output("ffprobe", *options, "-of", "json", path))[
        "packets"
    ]
    return [packet["data_hash"] for packet in found]


@pytest.mark.parametrize("name", names(".mp3"))
def test_the_packets_follow_the_label(demo: Demo, name: str) -> None:
    """Behind the label, ffprobe finds the coded packets of the original, none coded anew."""
    before = _packets(demo.path("samples", name))
    after = _packets(demo.path("shown", name))
    assert len(before) < len(after)
    assert after[-len(before) + 1 :] == before[1:]


@pytest.mark.parametrize("name", names(".txt"))
def test_plain_text(demo: Demo, name: str) -> None:
    """The label is the first line; the text follows in its own encoding and line ends."""
    before = demo.path("samples", name).read_bytes()
    after = demo.path("shown", name).read_bytes()
    encoding = "gb18030" if "gb18030" in name else "utf-8"
    line_end = b"\r\n" if b"\r\n" in before else b"\n"
    assert after == _LABEL.encode(encoding) + 2 * line_end + before


@pytest.mark.parametrize("name", names(".md"))
def test_markdown(demo: Demo, name: str) -> None:
    """The label is a paragraph of its own in front of the text."""
    _, before = front_matter(demo.path("samples", name).read_text("utf-8"))
    _, after = front_matter(demo.path("shown", name).read_text("utf-8"))
    assert after == f"\n{_LABEL}\n\n{before.removeprefix(chr(10))}"


@pytest.mark.parametrize("name", names(".html"))
def test_html(demo: Demo, name: str) -> None:
    """The label is the first text that a parser sees in the body, the rest as before."""
    before = page(demo.path("samples", name).read_text("utf-8"))
    after = page(demo.path("shown", name).read_text("utf-8"))
    assert after.text == [_LABEL, *before.text]


def _paragraphs(path: Path) -> list[str]:
    with zipfile.ZipFile(path) as archive:
        document = ElementTree.fromstring(archive.read("word/document.xml"))
    return [
        "".join(text.text or "" for text in paragraph.iter(f"{_WORD}t"))
        for paragraph in document.iter(f"{_WORD}p")
    ]


@pytest.mark.parametrize("name", names(".docx"))
def test_docx(demo: Demo, name: str) -> None:
    """The label is the first paragraph, the others follow, and nothing hides it."""
    before = _paragraphs(demo.path("samples", name))
    assert _paragraphs(demo.path("shown", name)) == [_LABEL, *before]
    with zipfile.ZipFile(demo.path("shown", name)) as archive:
        document = ElementTree.fromstring(archive.read("word/document.xml"))
    assert all(item.get(f"{_WORD}val") == "0" for item in document.iter(f"{_WORD}vanish"))


def _pages(path: Path) -> list[list[str]]:
    """Return the lines of each page, without empty ones."""
    pages = output("pdftotext", "-layout", path, "-").split("\f")
    assert not pages.pop()
    return [[line.strip() for line in text.splitlines() if line.strip()] for text in pages]


@pytest.mark.parametrize("name", names(".pdf"))
def test_pdf(demo: Demo, name: str) -> None:
    """Poppler reads the stamp on the first and on the last page, and the old text on all."""
    before, after = _pages(demo.path("samples", name)), _pages(demo.path("shown", name))
    assert len(after) == len(before) > 1
    stamped = [lines.count(_LABEL) for lines in after]
    assert stamped == [1, *(0 for _ in before[1:-1]), 1]
    assert [[line for line in lines if line != _LABEL] for lines in after] == before
    fonts = output("pdffonts", demo.path("shown", name)).splitlines()[2:]
    (ours,) = (line.split() for line in fonts if "ailabel" in line.lower())
    embedded, _, to_unicode = ours[-5:-2]
    assert (embedded, to_unicode) == ("yes", "yes")
