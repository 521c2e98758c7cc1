"""Metadata is all that changes when only the implicit label is asked for; judged by decoders."""

from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING, Final

import pytest
import yaml
from defusedxml import ElementTree
from PIL import Image, ImageSequence

from oracles.demo import names, output, produced
from oracles.parsers import front_matter, page, riff_chunks

if TYPE_CHECKING:
    from pathlib import Path

    from oracles.demo import Demo

pytestmark = pytest.mark.oracle

_HIDDEN: Final = ("hidden", "named")
_OURS: Final = {"[Content_Types].xml", "_rels/.rels", "docProps/custom.xml"}
_XMP: Final = {"xmp", "XML:com.adobe.xmp"}
_WORD: Final = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"

every_hidden: Final = pytest.mark.parametrize("folder", _HIDDEN)


def _frames(path: Path) -> list[tuple[str, bytes, object]]:
    with Image.open(path) as image:
        return [
            (frame.mode, frame.tobytes(), frame.info.get("duration"))
            for frame in ImageSequence.Iterator(image)
        ]


def _facts(path: Path) -> dict[str | tuple[int, int], object]:
    with Image.open(path) as image:
        facts = {key: value for key, value in image.info.items() if key not in _XMP}
        palette = image.getpalette() if image.mode == "P" else None
        return {**facts, "palette": palette, "exif": dict(image.getexif()), "format": image.format}


def _sum(path: Path, *codec: str) -> str:
    return output("ffmpeg", "-v", "error", "-i", path, "-map", "0:a", *codec, "-f", "md5", "-")


def _drawn(path: Path) -> bytes:
    return produced("pdftoppm", "-r", "40", "-gray", path)


def _parts(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


@every_hidden
@pytest.mark.parametrize("name", names(".png", ".jpg", ".webp"))
def test_pixels(demo: Demo, folder: str, name: str) -> None:
    """Pillow decodes the same frames, shown as long, and the same other metadata."""
    before, after = demo.path("samples", name), demo.path(folder, name)
    assert _frames(after) == _frames(before)
    assert _facts(after) == _facts(before)


@every_hidden
@pytest.mark.parametrize("name", names(".jpg"))
def test_libjpeg(demo: Demo, folder: str, name: str) -> None:
    """Jpegtran copies the same coded picture out of both files."""
    before, after = (
        produced("jpegtran", "-copy", "none", demo.path(where, name))
        for where in ("samples", folder)
    )
    assert after == before


@every_hidden
@pytest.mark.parametrize("codec", [(), ("-c", "copy")], ids=["decoded", "coded"])
@pytest.mark.parametrize("name", names(".wav", ".flac", ".mp3"))
def test_sound(demo: Demo, folder: str, name: str, codec: tuple[str, ...]) -> None:
    """Ffmpeg finds the same packets, and hears the same samples."""
    assert _sum(demo.path(folder, name), *codec) == _sum(demo.path("samples", name), *codec)


@every_hidden
@pytest.mark.parametrize("name", names(".wav"))
def test_chunks(demo: Demo, folder: str, name: str) -> None:
    """All chunks but ours stand there as before, in their order."""
    before = riff_chunks(demo.path("samples", name).read_bytes())
    after = riff_chunks(demo.path(folder, name).read_bytes())
    assert [item for item in after if item[0] != b"AIGC"] == before


@every_hidden
@pytest.mark.parametrize("name", names(".docx"))
def test_parts(demo: Demo, folder: str, name: str) -> None:
    """Every part of the package but the three that hold the property is the same."""
    before, after = _parts(demo.path("samples", name)), _parts(demo.path(folder, name))
    assert next(iter(after)) == next(iter(before))
    assert {key: after[key] for key in before.keys() - _OURS} == {
        key: before[key] for key in before.keys() - _OURS
    }
    assert after.keys() - before.keys() <= _OURS
    assert ElementTree.fromstring(after["word/document.xml"]).find(f"{_WORD}body") is not None


@every_hidden
@pytest.mark.parametrize("name", names(".pdf"))
def test_pages(demo: Demo, folder: str, name: str) -> None:
    """Poppler finds the same text on as many pages, drawn alike; the old bytes stand in front."""
    before, after = demo.path("samples", name), demo.path(folder, name)
    assert after.read_bytes().startswith(before.read_bytes())
    assert output("pdftotext", "-layout", after, "-") == output("pdftotext", "-layout", before, "-")
    assert _drawn(after) == _drawn(before)


@every_hidden
@pytest.mark.parametrize("name", names(".md"))
def test_markdown(demo: Demo, folder: str, name: str) -> None:
    """The text below the front matter is the same, and so are its other keys."""
    block, body = front_matter(demo.path("samples", name).read_text("utf-8"))
    new_block, new_body = front_matter(demo.path(folder, name).read_text("utf-8"))
    assert new_body.removeprefix("\n") == body.removeprefix("\n")
    values = yaml.safe_load(new_block)
    assert values.pop("AIGC")
    assert values == (yaml.safe_load(block) or {})


@every_hidden
@pytest.mark.parametrize("name", names(".html"))
def test_page(demo: Demo, folder: str, name: str) -> None:
    """A parser sees the same text, and the same other meta elements."""
    before = page(demo.path("samples", name).read_text("utf-8"))
    after = page(demo.path(folder, name).read_text("utf-8"))
    assert after.text == before.text
    assert [item for item in after.meta if item[0] != "AIGC"] == before.meta
