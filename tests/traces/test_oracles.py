"""What independent programs write is found, and what they write for cameras is no trace."""

from __future__ import annotations

import subprocess
from importlib import import_module
from typing import TYPE_CHECKING, Final

import pytest

from ailabel import registry, traces
from ailabel.io.source import open_view
from builders import manifests, traced

if TYPE_CHECKING:
    from pathlib import Path

    from ailabel.model.trace import Trace

FORMATS: Final = ("jpeg", "png", "webp", "tiff", "gif", "heic", "mp4", "mov", "pdf")
CAMERA: Final = (  # what a camera and an editor leave behind
    *("-Make=Canon", "-Model=Canon EOS R5", "-Software=Adobe Photoshop 26.0", "-Artist=A Person"),
    *("-UserComment=Steps to the lake, Sampler of wines", "-XMP-xmp:CreatorTool=Adobe Photoshop"),
    *("-ImageDescription=Signature: a person", "-XMP-photoshop:Credit=An Agency"),
    "-XMP-iptcExt:DigitalSourceType=http://cv.iptc.org/newscodes/digitalsourcetype/digitalCapture",
    "-XMP-dc:Description=Steps: 12 stairs up",
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with a file of every format that ExifTool writes and that holds XMP."""
    for name in FORMATS:
        shown, data = next(iter(import_module(f"builders.{name}").samples()))
        (tmp_path / f"{name}.{shown.rpartition('.')[2]}").write_bytes(data)
    return tmp_path


def write(folder: Path, *tags: str) -> None:
    """Write tags into all files that take them, in one run."""
    words = ["exiftool", "-q", "-q", "-m", "-overwrite_original", *tags, str(folder)]
    subprocess.run(words, check=False, capture_output=True)


def found(folder: Path) -> dict[str, tuple[Trace, ...]]:
    """Return the traces of each file, by its format."""
    result = {}
    for path in sorted(folder.iterdir()):
        with open_view(path) as view:
            format_id = registry.detect(view).format.id
            result[format_id] = traces.find(view, format_id)
    return result


@pytest.mark.oracle
def test_source_types_that_exiftool_writes_are_found(folder: Path) -> None:
    """In every format that it writes XMP into, where it puts it."""
    write(folder, f"-XMP-iptcExt:DigitalSourceType={manifests.TRAINED}")
    kinds = {name: [trace.kind for trace in items] for name, items in found(folder).items()}
    assert kinds.pop("heic") in ([], ["iptc-source-type"])  # made by hand, and not always taken
    assert kinds == {name: ["iptc-source-type"] for name in FORMATS if name != "heic"}


@pytest.mark.oracle
def test_credits_and_comments_that_exiftool_writes_are_found(folder: Path) -> None:
    """Of XMP and IIM, and the comment of Exif in UTF-16."""
    write(
        folder,
        "-IPTC:Credit=Made with Google AI",
        "-XMP-photoshop:Credit=Edited with Google AI",
        "-EXIF:UserComment=一只鸭子 " + traced.WEBUI.replace("\n", " "),
    )
    items = found(folder)
    for name in ("jpeg", "tiff"):
        assert {trace.kind for trace in items[name]} == {
            *("google-credit", "google-edit-credit", "a1111")
        }
    for name in ("png", "webp"):
        assert {trace.kind for trace in items[name]} >= {"google-edit-credit", "a1111"}


@pytest.mark.oracle
def test_what_cameras_and_editors_write_is_no_trace(folder: Path) -> None:
    """Names, comments and source types of people's pictures, in every format."""
    write(folder, *CAMERA)
    assert {name: items for name, items in found(folder).items() if items} == {}


@pytest.mark.oracle
def test_comments_that_ffmpeg_writes_are_found(tmp_path: Path) -> None:
    """In films and sounds, as ComfyUI and Suno leave them."""
    made = f"made with suno; created=2026-01-02; id={traced.UUID}"
    for name, text in (
        *(("a.mp4", traced.GRAPH), ("a.mkv", traced.GRAPH), ("a.webm", traced.GRAPH)),
        *(("a.mp3", made), ("a.flac", made), ("a.ogg", made), ("a.wav", made), ("a.m4a", made)),
    ):
        source = "testsrc=d=0.2:s=32x32" if text == traced.GRAPH else "sine=d=0.2"
        words = ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", source]
        words += ["-metadata", f"comment={text}", str(tmp_path / name)]
        subprocess.run(words, check=True)
    kinds = {}
    for path in sorted(tmp_path.iterdir()):
        with open_view(path) as view:
            found = traces.find(view, registry.detect(view).format.id)
            kinds[path.name] = {trace.kind for trace in found}
    films = {"a.mp4", "a.mkv", "a.webm"}
    assert kinds == {name: {"comfyui" if name in films else "suno"} for name in kinds}
    assert len(kinds) == 8
