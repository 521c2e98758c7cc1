"""Short films that ffmpeg makes, hardly larger than a label, and what it sees in films."""

from __future__ import annotations

import json
import subprocess
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

_PICTURES: Final = "-f lavfi -i testsrc2=s=160x96:r=5:d=6"
_SOUND: Final = f"{_PICTURES} -f lavfi -i sine=440:r=16000:d=6"
_X264: Final = "-c:v libx264 -preset veryfast -g 10 -pix_fmt yuv420p"
_X265: Final = "-c:v libx265 -preset ultrafast -g 10 -tag:v hvc1 -x265-params log-level=none"
_HDR: Final = "-color_primaries bt2020 -color_trc smpte2084 -colorspace bt2020nc"
_UNEVEN: Final = (
    "-f lavfi -i testsrc2=s=160x96:r=10:d=8,select=not(mod(n\\,7))+not(mod(n\\,3)) -vsync vfr"
)

RECIPES: Final = {  # file name: ffmpeg's options
    "plain.mp4": f"{_SOUND} {_X264} -bf 2 -c:a aac",
    "front.mov": f"{_SOUND} {_X264} -bf 0 -c:a pcm_s16le -movflags +faststart",
    "baseline.mp4": f"{_PICTURES} {_X264} -profile:v baseline",
    "uneven.mp4": f"{_UNEVEN} {_X264} -bf 2",
    "anamorphic.mp4": f"-f lavfi -i testsrc2=s=120x96:r=5:d=6,setsar=4/3 {_X264}",
    "deep.mp4": f"{_PICTURES} -c:v libx264 -preset veryfast -g 10 -pix_fmt yuv420p10le {_HDR}",
    "full.mp4": f"{_PICTURES} -c:v libx264 -preset veryfast -g 10 -pix_fmt yuv444p",
    "grey.mp4": f"{_PICTURES} -c:v libx264 -preset veryfast -g 10 -pix_fmt gray",
    "intra.mov": f"{_PICTURES} {_X264} -g 1",
    "open.mp4": f"{_PICTURES} {_X264} -bf 3 -x264-params open-gop=1",
    "long.mp4": f"{_PICTURES} {_X264} -g 999 -sc_threshold 0",
    "short.mp4": f"-f lavfi -i testsrc2=s=160x96:r=10:d=1.4 {_X264}",
    "pieces.mp4": f"{_PICTURES} {_X264} -movflags frag_keyframe+empty_moov",
    "woven.mp4": f"{_PICTURES} {_X264} -flags +ilme+ildct",
    "tiny.mp4": f"-f lavfi -i testsrc2=s=32x16:r=10:d=2 {_X264}",
    "old.mp4": f"{_PICTURES} -c:v mpeg4 -g 10",
    "old.mkv": f"{_PICTURES} -c:v mpeg4 -g 10",
    "two.mp4": f"{_PICTURES} -map 0:v -map 0:v {_X264}",
    "sound.mp4": "-f lavfi -i sine=440:r=16000:d=1 -c:a aac",
    "closed.mp4": f"{_SOUND} {_X265}:open-gop=0:bframes=3 -c:a aac",
    "bright.mp4": f"{_PICTURES} {_X265}:open-gop=0:hdr10=1:max-cll=1000,400 "
    f"-pix_fmt yuv420p10le {_HDR}",
    "leading.mp4": f"{_PICTURES} {_X265}:open-gop=1:bframes=3",
    "nine.webm": f"{_SOUND} -c:v libvpx-vp9 -deadline realtime -cpu-used 8 -g 10 -c:a libopus",
    "hidden.webm": f"{_PICTURES} -c:v libvpx-vp9 -cpu-used 8 -g 10 -auto-alt-ref 1 "
    "-lag-in-frames 16",
    "eight.webm": f"{_SOUND} -c:v libvpx -deadline realtime -cpu-used 8 -g 10 -c:a libopus",
    "live.webm": f"{_PICTURES} -c:v libvpx -deadline realtime -cpu-used 8 -g 10 -live 1",
    "one.mp4": f"{_PICTURES} -c:v libsvtav1 -preset 12 -g 10",
}
COPIES: Final = {  # file name: of which film, and ffmpeg's options
    "plain.mkv": ("plain.mp4", "-c copy -cluster_time_limit 1000"),
    "front.mkv": ("plain.mp4", "-c copy -cues_to_front 1 -reserve_index_space 1000"),
    "closed.mkv": ("closed.mp4", "-c copy"),
    "leading.mkv": ("leading.mp4", "-c copy"),
    "inside.mp4": ("closed.mp4", "-c copy -tag:v hev1 -bsf:v hevc_mp4toannexb"),
    "nine.mp4": ("nine.webm", "-c copy"),
    "one.mkv": ("one.mp4", "-c copy"),
    "turned.mp4": ("plain.mp4", "-c copy -metadata:s:v rotate=90"),
    "late.mp4": ("plain.mp4", "-c copy"),
}
STARTS: Final = {"late.mp4": "-ss 0.4"}  # where a copy begins: in the middle of a group


MERGED: Final = {  # file name: mkvmerge's options for the first track of plain.mkv
    "merged.mkv": (),
    "turned.mkv": ("--projection-pose-roll", "0:90"),
    "back.mkv": ("--projection-pose-roll", "0:-90"),
    "cropped.mkv": ("--cropping", "0:20,10,20,10"),
    "wide.mkv": ("--display-dimensions", "0:240x96"),
    "round.mkv": ("--projection-type", "0:1"),
    "askew.mkv": ("--projection-pose-roll", "0:30"),
    "stereo.mkv": ("--stereo-mode", "0:1"),
    "packed.mkv": ("--compression", "0:zlib"),
}


@cache
def clip(name: str) -> bytes:
    """Return one of the films."""
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / name
        if name in MERGED:
            source = Path(folder) / "plain.mkv"
            source.write_bytes(clip("plain.mkv"))
            merge = ["mkvmerge", "-q", "-o", str(target), *MERGED[name], str(source)]
            subprocess.run(merge, check=True)
            return target.read_bytes()
        options = RECIPES.get(name, "")
        if name in COPIES:
            original, options = COPIES[name]
            source = Path(folder) / original
            source.write_bytes(clip(original))
            options = f"{STARTS.get(name, '')} -i {source} {options}"
        command = ["ffmpeg", "-v", "error", "-y", *options.split(), str(target)]
        subprocess.run(command, check=True, stderr=subprocess.DEVNULL)
        return target.read_bytes()


@dataclass(frozen=True)
class Seen:
    """What ffmpeg sees in a film: time and checksum of each picture; each packet of the rest."""

    pictures: tuple[tuple[int, str], ...]
    others: str
    complaints: str


def seen(data: bytes, suffix: str) -> Seen:
    """Decode a film with ffmpeg, which stops at the first error."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"film{suffix}"
        path.write_bytes(data)
        command = ["ffmpeg", "-v", "error", "-xerror", "-i", str(path), "-map", "0:v"]
        command += ["-vsync", "passthrough", "-enc_time_base", "-1", "-f", "framemd5", "-"]
        done = subprocess.run(command, check=False, capture_output=True, text=True)
        rows = [row.split(",") for row in done.stdout.splitlines() if row[:1] != "#"]
        probe = ["ffprobe", "-v", "error", "-select_streams", "a", "-show_data_hash", "md5"]
        probe += ["-show_entries", "packet=pts,dts,duration,size", "-of", "csv", str(path)]
        others = subprocess.run(probe, check=True, capture_output=True, text=True).stdout
    pictures = tuple((int(row[2]), row[5].strip()) for row in rows)
    return Seen(pictures, others, done.stderr)


def packets(data: bytes, suffix: str) -> list[dict[str, str]]:
    """Return what ffprobe says of each packet of the pictures."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"film{suffix}"
        path.write_bytes(data)
        probe = ["ffprobe", "-v", "error", "-select_streams", "v", "-show_packets"]
        done = subprocess.run(
            [*probe, "-of", "json", str(path)], check=True, capture_output=True, text=True
        )
    found: list[dict[str, str]] = json.loads(done.stdout)["packets"]
    return found


def picture(data: bytes, suffix: str, number: int) -> bytes:
    """Return the grey levels of a picture as it is shown, turned and with square pixels."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"film{suffix}"
        path.write_bytes(data)
        command = ["ffmpeg", "-v", "error", "-i", str(path)]
        command += ["-vf", f"select=eq(n\\,{number}),scale=trunc(iw*sar/2)*2:ih,setsar=1"]
        command += ["-frames:v", "1", "-pix_fmt", "gray", "-f", "rawvideo", "-"]
        return subprocess.run(command, check=True, capture_output=True).stdout
