"""Which module carries which format. Made by scripts/make_registry.py; do not edit."""

from __future__ import annotations

from typing import Final

from ailabel.values import frozen

__all__ = ["CARRIERS", "INSPECTORS", "LOSSES", "MARKERS", "Row"]


@frozen
class Row:
    """One carrier module: its formats, and what makes a file worth asking it."""

    formats: tuple[str, ...]
    suffixes: tuple[str, ...]
    signatures: tuple[tuple[tuple[int, bytes], ...], ...]


CARRIERS: Final[dict[str, Row]] = {
    "aac": Row(
        ("aac",),
        (".aac", ".adts"),
        (
            ((0, b"ID3"),),
            ((0, b"\xff\xf0"),),
            ((0, b"\xff\xf1"),),
            ((0, b"\xff\xf8"),),
            ((0, b"\xff\xf9"),),
        ),
    ),
    "aiff": Row(
        ("aiff",),
        (".aiff", ".aif", ".aifc"),
        (((0, b"FORM"), (8, b"AIFF")), ((0, b"FORM"), (8, b"AIFC"))),
    ),
    "ape": Row(
        ("ape", "wv", "mpc"),
        (".ape", ".wv", ".mpc"),
        (((0, b"ID3"),), ((0, b"MAC "),), ((0, b"wvpk"),), ((0, b"MPCK"),), ((0, b"MP+"),)),
    ),
    "asf": Row(
        ("wmv", "wma"),
        (".wmv", ".asf", ".wma"),
        (((0, b"0&\xb2u\x8ef\xcf\x11\xa6\xd9\x00\xaa\x00b\xcel"),),),
    ),
    "avi": Row(("avi",), (".avi",), (((0, b"RIFF"), (8, b"AVI ")),)),
    "caf": Row(("caf",), (".caf",), (((0, b"caff\x00\x01"),),)),
    "dsf": Row(("dsf",), (".dsf",), (((0, b"DSD \x1c\x00\x00\x00\x00\x00\x00\x00"),),)),
    "epub": Row(("epub",), (".epub",), (((0, b"PK\x03\x04"),),)),
    "flac": Row(("flac",), (".flac",), (((0, b"fLaC"),), ((0, b"ID3"),))),
    "flv": Row(("flv",), (".flv",), (((0, b"FLV\x01"),),)),
    "gif": Row(("gif",), (".gif",), (((0, b"GIF87a"),), ((0, b"GIF89a"),))),
    "heif": Row(("heic", "avif"), (".heic", ".heif", ".hif", ".avif"), (((4, b"ftyp"),),)),
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
    "odf": Row(
        ("odt", "ods", "odp"),
        (".odt", ".ott", ".ods", ".ots", ".odp", ".otp"),
        (((0, b"PK\x03\x04"),),),
    ),
    "ofd": Row(("ofd",), (".ofd",), (((0, b"PK\x03\x04"),),)),
    "ogg": Row(
        ("ogg", "opus", "ogv"), (".ogg", ".oga", ".spx", ".opus", ".ogv"), (((0, b"OggS"),),)
    ),
    "ooxml": Row(
        ("docx", "xlsx", "pptx"),
        (
            ".docx",
            ".docm",
            ".dotx",
            ".dotm",
            ".xlsx",
            ".xlsm",
            ".xltx",
            ".xltm",
            ".pptx",
            ".pptm",
            ".potx",
            ".potm",
            ".ppsx",
            ".ppsm",
        ),
        (((0, b"PK\x03\x04"),),),
    ),
    "pdf": Row(("pdf",), (".pdf",), (((0, b"%PDF-"),),)),
    "png": Row(("png",), (".png", ".apng"), (((0, b"\x89PNG\r\n\x1a\n"),),)),
    "slotless": Row(
        ("bmp", "ico", "ts", "mpg", "ac3", "amr"),
        (
            ".bmp",
            ".dib",
            ".ico",
            ".cur",
            ".ts",
            ".m2ts",
            ".mts",
            ".mpg",
            ".mpeg",
            ".vob",
            ".ac3",
            ".eac3",
            ".ec3",
            ".amr",
            ".awb",
        ),
        (
            ((0, b"BM"),),
            ((0, b"\x00\x00\x01\x00"),),
            ((0, b"\x00\x00\x02\x00"),),
            ((0, b"G"),),
            ((4, b"G"),),
            ((0, b"\x00\x00\x01\xba"),),
            ((0, b"\x0bw"),),
            ((0, b"#!AMR\n"),),
            ((0, b"#!AMR-WB\n"),),
        ),
    ),
    "slotless_text": Row(("csv", "tsv", "srt", "vtt"), (".csv", ".tsv", ".srt", ".vtt"), ()),
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
    "xmind": Row(("xmind",), (".xmind",), (((0, b"PK\x03\x04"),),)),
}

MARKERS: Final[dict[str, str]] = {  # format id: module below ailabel.marks
    "3gp": "video",
    "aac": "audio",
    "aiff": "audio",
    "avif": "image",
    "caf": "audio",
    "docx": "document.docx",
    "epub": "document.epub",
    "flac": "audio",
    "gif": "image",
    "heic": "image",
    "html": "text",
    "jpeg": "image",
    "m4a": "audio",
    "markdown": "text",
    "mkv": "video",
    "mov": "video",
    "mp3": "audio",
    "mp4": "video",
    "odp": "document.odf",
    "ods": "document.odf",
    "odt": "document.odf",
    "ogg": "audio",
    "opus": "audio",
    "pdf": "document.pdf",
    "png": "image",
    "pptx": "document.pptx",
    "srt": "text",
    "svg": "image",
    "txt": "text",
    "vtt": "text",
    "wav": "audio",
    "webm": "video",
    "webp": "image",
    "xlsx": "document.xlsx",
}

INSPECTORS: Final[dict[str, str]] = {  # the same, of what is looked at only
    "ac3": "audio",
    "amr": "audio",
    "ape": "audio",
    "avi": "video",
    "avif": "image",
    "bmp": "image",
    "dsf": "audio",
    "flv": "video",
    "heic": "image",
    "ico": "image",
    "jxl": "image",
    "mka": "audio",
    "mpc": "audio",
    "mpg": "video",
    "ogv": "video",
    "svg": "image",
    "tiff": "image",
    "ts": "video",
    "weba": "audio",
    "wma": "audio",
    "wmv": "video",
    "wv": "audio",
}

LOSSES: Final[dict[str, str]] = {  # what is coded anew with loss for a label
    "3gp": "local",
    "jpeg": "local",
    "mkv": "local",
    "mov": "local",
    "mp4": "local",
    "webm": "local",
    "avif": "whole",
    "heic": "whole",
    "webp": "whole",
}
