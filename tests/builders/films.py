"""Films that ffmpeg and mkvmerge make, and what independent readers say of a film."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pathlib import Path

_INPUTS: Final = "-f lavfi -i testsrc2=s=64x48:r=25:d=6 -f lavfi -i sine=440:d=6"
_MPEG4: Final = "-c:v mpeg4 -g 10 -c:a libmp3lame"
_VP8: Final = "-c:v libvpx -deadline realtime -g 10 -c:a libopus"
_H264: Final = "-c:v libx264 -preset ultrafast -g 10 -bf 2 -c:a aac"

_RECIPES: Final = {
    "h264.mkv": f"{_H264} -cluster_time_limit 1000",
    "front-cues.mkv": f"{_MPEG4} -reserve_index_space 2000",
    "vp8.webm": _VP8,
    "live.webm": f"{_VP8} -live 1",
    "piped.mkv": f"{_MPEG4} -f matroska",
    "mpeg4.avi": _MPEG4,
    "h264.flv": f"{_H264} -flvflags add_keyframe_index",
    "sorenson.flv": "-c:v flv1 -g 10 -ar 22050 -c:a libmp3lame",
    "piped.flv": f"{_H264} -f flv",
    "film.wmv": "-c:v wmv2 -g 10 -c:a wmav2",
    "sound.wma": "-map 1:a -c:a wmav2",
}
MATROSKA: Final = ("h264.mkv", "front-cues.mkv", "vp8.webm", "live.webm", "piped.mkv", "merged.mkv")

ASF: Final = ("film.wmv", "sound.wma")
FLV: Final = ("h264.flv", "sorenson.flv", "piped.flv")


def make(folder: Path, name: str) -> Path:
    """Make a film."""
    path = folder / name
    if name == "merged.mkv":
        merge = ["mkvmerge", "-q", "-o", str(path), str(make(folder, "h264.mkv"))]
        subprocess.run(merge, check=True)
        return path
    command = ["ffmpeg", "-v", "error", "-y", *_INPUTS.split(), *_RECIPES[name].split()]
    is_piped = name.startswith("piped")
    done = subprocess.run(
        [*command, "pipe:1" if is_piped else str(path)], check=True, capture_output=True
    )
    if is_piped:
        path.write_bytes(done.stdout)
    return path


def tags(path: Path) -> dict[str, str]:
    """Return what ffprobe calls the tags of the file."""
    command = ["ffprobe", "-v", "quiet", "-show_format", "-of", "json", str(path)]
    done = subprocess.run(command, check=True, capture_output=True)
    found: dict[str, str] = json.loads(done.stdout)["format"].get("tags", {})
    return found


def _ffmpeg(*options: str) -> str:
    done = subprocess.run(
        ["ffmpeg", "-v", "error", "-err_detect", "crccheck", *options],
        check=True,
        capture_output=True,
        text=True,
    )
    assert not done.stderr, done.stderr
    return done.stdout


def streams(path: Path) -> str:
    """Return the checksum of every stream, its packets as they are; any complaint is an error."""
    return _ffmpeg("-i", str(path), "-map", "0", "-c", "copy", "-f", "streamhash", "-")


def late_frame(path: Path, seconds: float = 5) -> str:
    """Seek near the end and return the checksums of the frames there."""
    options = ("-map", "0:v", "-frames", "3", "-f", "framemd5", "-")
    found = _ffmpeg("-ss", str(seconds), "-i", str(path), *options)
    assert "\n0," in found
    return found


def remux(path: Path) -> Path:
    """Copy all streams into a new file of the same format."""
    copy = path.with_stem("copy")
    _ffmpeg("-y", "-i", str(path), "-map", "0", "-c", "copy", str(copy))
    return copy
