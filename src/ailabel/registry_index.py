"""Which module carries which format. Made by scripts/make_registry.py; do not edit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

__all__ = ["CARRIERS", "MARKERS", "Row"]


@dataclass(frozen=True, slots=True)
class Row:
    """One carrier module: its formats, and what makes a file worth asking it."""

    formats: tuple[str, ...]
    suffixes: tuple[str, ...]
    signatures: tuple[tuple[tuple[int, bytes], ...], ...]


CARRIERS: Final[dict[str, Row]] = {
    "flac": Row(("flac",), (".flac",), (((0, b"fLaC"),), ((0, b"ID3"),))),
    "gif": Row(("gif",), (".gif",), (((0, b"GIF87a"),), ((0, b"GIF89a"),))),
    "html": Row(("html",), (".html", ".htm", ".xhtml", ".xht"), ()),
    "jpeg": Row(("jpeg",), (".jpg", ".jpeg", ".jpe", ".jfif"), (((0, b"\xff\xd8\xff"),),)),
    "jxl": Row(("jxl",), (".jxl",), (((0, b"\x00\x00\x00\x0cJXL \r\n\x87\n"),), ((0, b"\xff\n"),))),
    "markdown": Row(("markdown",), (".md", ".markdown", ".mdown", ".mkd"), ()),
    "matroska": Row(
        ("mkv", "mka", "webm", "weba"),
        (".mkv", ".mk3d", ".mks", ".mka", ".webm", ".weba"),
        (((0, b"\x1aE\xdf\xa3"),),),
    ),
    "movie": Row(
        ("mp4", "mov", "m4a", "3gp"),
        (".mp4", ".m4v", ".mov", ".qt", ".m4a", ".m4b", ".3gp", ".3g2"),
        (
            ((4, b"ftyp"),),
            ((4, b"moov"),),
            ((4, b"mdat"),),
            ((4, b"wide"),),
            ((4, b"free"),),
            ((4, b"skip"),),
            ((4, b"pnot"),),
        ),
    ),
    "mp3": Row(
        ("mp3",),
        (".mp3",),
        (
            ((0, b"ID3"),),
            ((0, b"\xff\xfa"),),
            ((0, b"\xff\xfb"),),
            ((0, b"\xff\xf2"),),
            ((0, b"\xff\xf3"),),
            ((0, b"\xff\xe2"),),
            ((0, b"\xff\xe3"),),
        ),
    ),
    "ooxml": Row(("docx",), (".docx", ".docm", ".dotx", ".dotm"), (((0, b"PK\x03\x04"),),)),
    "pdf": Row(("pdf",), (".pdf",), (((0, b"%PDF-"),),)),
    "png": Row(("png",), (".png", ".apng"), (((0, b"\x89PNG\r\n\x1a\n"),),)),
    "svg": Row(("svg",), (".svg",), ()),
    "text": Row(("txt",), (".txt", ".text"), ()),
    "tiff": Row(
        ("tiff",),
        (".tif", ".tiff"),
        (((0, b"II*\x00"),), ((0, b"MM\x00*"),), ((0, b"II+\x00"),), ((0, b"MM\x00+"),)),
    ),
    "wav": Row(
        ("wav",),
        (".wav", ".wave"),
        (((0, b"RIFF"), (8, b"WAVE")), ((0, b"RF64"), (8, b"WAVE")), ((0, b"BW64"), (8, b"WAVE"))),
    ),
    "webp": Row(("webp",), (".webp",), (((0, b"RIFF"), (8, b"WEBP")),)),
}

MARKERS: Final[dict[str, str]] = {  # format id: module below ailabel.marks
    "docx": "document.docx",
    "flac": "audio",
    "html": "text",
    "jpeg": "image",
    "markdown": "text",
    "mp3": "audio",
    "pdf": "document.pdf",
    "png": "image",
    "txt": "text",
    "wav": "audio",
    "webp": "image",
}
