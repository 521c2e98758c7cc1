"""Write src/ailabel/registry_index.py from the carriers and markers themselves."""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import TYPE_CHECKING

import ailabel.carriers

if TYPE_CHECKING:
    from ailabel.spi import Carrier

TARGET = Path(__file__).resolve().parents[1] / "src" / "ailabel" / "registry_index.py"
_HEADER = '''"""Which module carries which format. Made by scripts/make_registry.py; do not edit."""

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


'''
_MARKERS = {  # format id: module below ailabel.marks
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
_LOSSES = {  # format id: what is coded anew with loss: under the label alone, or the whole
    **dict.fromkeys(("3gp", "jpeg", "mkv", "mov", "mp4", "webm"), "local"),
    **dict.fromkeys(("avif", "heic", "webp"), "whole"),
}
_INSPECTORS = {  # the same, for formats that are looked at, while nothing is drawn on them
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


def index() -> str:
    """Return the text of the index module."""
    rows = []
    formats: set[str] = set()
    for module in sorted(item.name for item in iter_modules(ailabel.carriers.__path__)):
        carrier: Carrier = import_module(f"ailabel.carriers.{module}").CARRIER
        ids = tuple(item.id for item in carrier.formats)
        suffixes = tuple(suffix for item in carrier.formats for suffix in item.suffixes)
        signatures = tuple(item.parts for item in carrier.signatures)
        formats.update(ids)
        rows.append(f"    {module!r}: Row({ids!r}, {suffixes!r}, {signatures!r}),\n")
    markers, inspectors, losses = (
        [f"    {key!r}: {value!r},\n" for key, value in table.items() if key in formats]
        for table in (_MARKERS, _INSPECTORS, _LOSSES)
    )
    return (
        _HEADER
        + "CARRIERS: Final[dict[str, Row]] = {\n"
        + "".join(rows)
        + "}\n\nMARKERS: Final[dict[str, str]] = {  # format id: module below ailabel.marks\n"
        + "".join(markers)
        + "}\n\nINSPECTORS: Final[dict[str, str]] = {  # the same, of what is looked at only\n"
        + "".join(inspectors)
        + "}\n\nLOSSES: Final[dict[str, str]] = {  # what is coded anew with loss for a label\n"
        + "".join(losses)
        + "}\n"
    )


def main() -> None:
    """Write the index, formatted."""
    import subprocess

    ruff = [sys.executable, "-m", "ruff", "format", "--quiet", "--stdin-filename", str(TARGET), "-"]
    done = subprocess.run(ruff, input=index(), capture_output=True, text=True, check=True)
    TARGET.write_text(done.stdout, encoding="utf-8")


if __name__ == "__main__":
    main()
