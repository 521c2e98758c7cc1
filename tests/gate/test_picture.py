"""The pictures of a report: of what they are made, and of which files."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from PIL import Image

from ailabel.gate.picture import pictured
from ailabel.io.source import BytesView
from ailabel.model.report import FileReport, FoundSighting, Verdict
from gates import file_of, finding

if TYPE_CHECKING:
    from ailabel.model.gate import GateFile


def png(size: tuple[int, int]) -> bytes:
    """Return a picture file."""
    out = io.BytesIO()
    Image.new("RGB", size).save(out, "PNG")
    return out.getvalue()


def report(name: str, *, preview: bytes | None = None, seen: bool = False) -> FileReport:
    """Return what was found out about a file."""
    label = FoundSighting(text="AI", place="top", location="", finding="found", form="words")
    return FileReport(
        path="a",
        format=name,
        implicit=Verdict.COMPLIANT,
        explicit=Verdict.COMPLIANT,
        sightings=(label,) if seen else (),
        preview=preview,
    )


def size_of(file: GateFile) -> tuple[int, int] | None:
    """Return the size of a file's thumbnail."""
    return None if file.thumbnail is None else Image.open(io.BytesIO(file.thumbnail)).size


def test_a_picture_is_shown_itself_and_anything_else_by_what_was_seen() -> None:
    """The large picture of what was seen is not kept beside the small one."""
    view = BytesView(png((640, 480)))
    shown = pictured(file_of("a", finding(), report=report("png")), view)
    assert size_of(shown) == (320, 240)
    film = file_of("a", report=report("mp4", preview=png((1600, 900)), seen=True))
    shown = pictured(film, BytesView(b""))
    assert size_of(shown) == (320, 180)
    assert shown.report is not None
    assert shown.report.preview is None


def test_files_with_nothing_to_show_have_no_picture() -> None:
    """Neither what is well without a label that was seen, nor what could not be read."""
    view = BytesView(png((64, 48)))
    for file in (file_of("a", report=report("png")), file_of("a", finding()), file_of("a")):
        assert pictured(file, view) is file
    sound = pictured(file_of("a", finding(), report=report("wav")), view)
    assert sound.thumbnail is None
