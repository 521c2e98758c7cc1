"""The labelled files, judged by the checkers of their formats: nothing is worse than before."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

import pytest

from oracles.demo import NAMES, PLACED, PRODUCERS, SAMPLES, names, output, produced

if TYPE_CHECKING:
    from pathlib import Path

    from oracles.demo import Demo

pytestmark = pytest.mark.oracle

_CHECKS: Final = {  # each exits with 0 and says nothing of errors, or it fails
    ".png": (("pngcheck", "-q"),),
    ".jpg": (("djpeg", "-fast", "-outfile", "/dev/null"),),
    ".webp": (("webpmux", "-info"), ("webpinfo", "-quiet")),
    ".pdf": (("qpdf", "--check"),),
    ".flac": (("flac", "-t", "-s"),),
    ".docx": (("unzip", "-tq"),),
}
_DECODED: Final = (".png", ".jpg", ".webp", ".wav", ".flac", ".mp3")
_ANIMATED_WEBP: Final = "pictures/balls-animated.webp"  # FFmpeg 5.1 does not decode these

every_folder: Final = pytest.mark.parametrize("folder", PRODUCERS)


@every_folder
@pytest.mark.parametrize("name", names(*_CHECKS))
def test_checkers_accept(demo: Demo, folder: str, name: str) -> None:
    """The checker of the format finds no fault."""
    for command in _CHECKS["." + name.rpartition(".")[2]]:
        printed = output(*command, demo.path(folder, name)).lower()
        assert "warning" not in printed
        assert "error:" not in printed


@every_folder
@pytest.mark.parametrize("name", [name for name in names(*_DECODED) if name != _ANIMATED_WEBP])
def test_ffmpeg_decodes_without_a_word(demo: Demo, folder: str, name: str) -> None:
    """FFmpeg decodes the whole file and meets no error."""
    path = demo.path(folder, name)
    assert not produced("ffmpeg", "-v", "error", "-i", path, "-f", "null", "-")


def _complaints(folder: Path) -> dict[str, list[tuple[str, object]]]:
    """Return what ExifTool finds wrong below a folder, by path relative to it."""
    options = ("-q", "-q", "-j", "-a", "-G4", "-r", "-validate", "-warning", "-error")
    files = [folder / name for name in NAMES if (folder / name).is_file()]
    rows = json.loads(output("exiftool", *options, *files))
    return {row.pop("SourceFile").removeprefix(f"{folder}/"): sorted(row.items()) for row in rows}


def _warnings(rows: list[tuple[str, object]]) -> list[tuple[str, object]]:
    return [row for row in rows if row[0].endswith(":Warning")]


@every_folder
def test_exiftool_warns_of_nothing_new(demo: Demo, folder: str) -> None:
    """ExifTool's validation says of each labelled file what it says of the original."""
    before = _complaints(SAMPLES)
    after = _complaints(demo.root / folder)
    assert set(after) >= set(names(*PLACED))
    films = names(".mp4")  # have a second meta box, of the keys that the guide asks for
    assert all(
        "Duplicate tag" in str(value) for name in films for _, value in _warnings(after[name])
    )
    kept = [name for name in after if name not in films]
    assert {name: after[name] for name in kept} == {name: before[name] for name in kept}
