"""Small files of every medium, as a generator would have made them: without any label."""

from __future__ import annotations

import io
import math
import zipfile
from fractions import Fraction
from pathlib import Path
from typing import Final, cast

import av
import numpy as np
import openpyxl
import pptx
from PIL import Image

__all__ = ["SOURCES", "source"]

_SAMPLES: Final = Path(__file__).resolve().parents[2] / "samples"
_SIDE: Final = (320, 240)
_RATE: Final = 16000
_SECONDS: Final = 1
_ODF: Final = "urn:oasis:names:tc:opendocument:xmlns"

SOURCES: Final = {  # folder: formats of its files, by suffix
    "texts": ("md", "html", "txt", "srt"),
    "documents": ("docx", "xlsx", "pptx", "odt", "pdf", "epub"),
    "pictures": ("png", "jpg", "webp", "gif", "svg", "tiff", "avif"),
    "sounds": ("wav", "mp3", "flac", "m4a", "opus", "aiff"),
    "films": ("mp4", "mov", "mkv", "webm"),
}


def source(suffix: str) -> bytes:
    """Return a file of a format."""
    if suffix in _TEXTS:
        return _TEXTS[suffix].encode()
    if suffix in SOURCES["pictures"]:
        return _picture(suffix)
    if suffix in SOURCES["sounds"]:
        return _sound(suffix)
    if suffix in SOURCES["films"]:
        return _film(suffix)
    return _DOCUMENTS[suffix]()


_TEXTS: Final = {
    "md": "# 潮汐\n\n海水每天涨落两次。\n",
    "html": '<!doctype html>\n<html lang="zh"><head><meta charset="utf-8"><title>潮汐</title>'
    "</head>\n<body><p>海水每天涨落两次。</p></body></html>\n",
    "txt": "海水每天涨落两次。\n",
    "srt": "1\n00:00:00,000 --> 00:00:04,000\n海水每天涨落两次。\n",
    "svg": '<svg xmlns="http://www.w3.org/2000/svg" width="320" height="240">'
    '<circle cx="160" cy="120" r="80" fill="teal"/></svg>\n',
}


def _picture(suffix: str) -> bytes:
    width, height = _SIDE
    rows, columns = np.mgrid[0:height, 0:width]
    waves = 128 + 100 * np.sin(columns / 23) * np.cos(rows / 17)
    image = Image.fromarray(np.dstack([waves, columns / 2, rows / 2]).astype(np.uint8))
    target = io.BytesIO()
    image.save(target, {"jpg": "JPEG", "tiff": "TIFF"}.get(suffix, suffix.upper()))
    return target.getvalue()


def _sound(suffix: str) -> bytes:
    codec, kind = {
        "wav": ("pcm_s16le", "wav"),
        "aiff": ("pcm_s16be", "aiff"),
        "mp3": ("libmp3lame", "mp3"),
        "flac": ("flac", "flac"),
        "m4a": ("aac", "ipod"),
        "opus": ("libopus", "ogg"),
    }[suffix]
    rate = 48000 if suffix == "opus" else _RATE
    target = io.BytesIO()
    with av.open(target, "w", format=kind) as container:
        stream = cast("av.AudioStream", container.add_stream(codec, rate=rate, layout="mono"))
        for start in range(0, rate * _SECONDS, 800):
            times = np.arange(start, start + 800) / rate
            tone = (8000 * np.sin(2 * math.pi * 440 * times)).astype(np.int16)
            frame = av.AudioFrame.from_ndarray(tone[None], "s16", "mono")
            frame.rate, frame.pts = rate, start
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return target.getvalue()


def _film(suffix: str) -> bytes:
    kind = {"mkv": "matroska"}.get(suffix, suffix)
    codec = "libvpx-vp9" if suffix == "webm" else "libx264"
    target = io.BytesIO()
    with av.open(target, "w", format=kind) as container:
        stream = cast("av.VideoStream", container.add_stream(codec, rate=Fraction(5)))
        stream.width, stream.height, stream.pix_fmt = 160, 96, "yuv420p"
        if suffix == "webm":
            stream.options = {"deadline": "realtime", "cpu-used": "8"}
        for number in range(15):
            picture = np.full((96, 160, 3), 16 * number, np.uint8)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture)))
        container.mux(stream.encode(None))
    return target.getvalue()


def _xlsx() -> bytes:
    book = openpyxl.Workbook()
    for row in (["月份", "潮高"], ["一月", 3.2], ["二月", 3.4]):
        book.active.append(row)
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def _pptx() -> bytes:
    show = pptx.Presentation()
    show.slides.add_slide(show.slide_layouts[0]).shapes.title.text = "潮汐"
    target = io.BytesIO()
    show.save(target)
    return target.getvalue()


def _odt() -> bytes:
    mime = "application/vnd.oasis.opendocument.text"
    manifest = (
        f'<manifest:manifest xmlns:manifest="{_ODF}:manifest:1.0">'
        f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{mime}"/>'
        '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/>'
        "</manifest:manifest>"
    )
    content = (
        f'<office:document-content xmlns:office="{_ODF}:office:1.0" xmlns:text="{_ODF}:text:1.0" '
        'office:version="1.3"><office:body><office:text><text:p>海水每天涨落两次。</text:p>'
        "</office:text></office:body></office:document-content>"
    )
    return _archive(mime, {"META-INF/manifest.xml": manifest, "content.xml": content})


def _epub() -> bytes:
    container = (
        '<container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container">'
        '<rootfiles><rootfile full-path="book.opf" media-type="application/oebps-package+xml"/>'
        "</rootfiles></container>"
    )
    book = (
        '<package xmlns="http://www.idpf.org/2007/opf" version="3.0" unique-identifier="id">'
        '<metadata xmlns:dc="http://purl.org/dc/elements/1.1/">'
        '<dc:identifier id="id">urn:uuid:1</dc:identifier><dc:title>潮汐</dc:title>'
        '<dc:language>zh</dc:language></metadata><manifest><item id="p" href="page.xhtml" '
        'media-type="application/xhtml+xml"/></manifest><spine><itemref idref="p"/></spine>'
        "</package>"
    )
    page = (
        '<html xmlns="http://www.w3.org/1999/xhtml"><head><title>潮汐</title></head>'
        "<body><p>海水每天涨落两次。</p></body></html>"
    )
    members = {"META-INF/container.xml": container, "book.opf": book, "page.xhtml": page}
    return _archive("application/epub+zip", members)


def _archive(mime: str, members: dict[str, str]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("mimetype", mime)
        for name, text in members.items():
            archive.writestr(name, '<?xml version="1.0" encoding="UTF-8"?>' + text)
    return target.getvalue()


_DOCUMENTS: Final = {
    "docx": (_SAMPLES / "documents/report.docx").read_bytes,
    "pdf": (_SAMPLES / "documents/report.pdf").read_bytes,
    "xlsx": _xlsx,
    "pptx": _pptx,
    "odt": _odt,
    "epub": _epub,
}
