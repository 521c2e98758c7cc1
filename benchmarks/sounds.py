"""Labels on sounds of half an hour: what joining one costs against coding the sound anew."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from benchmarks.timing import Contestant, Result, command, race

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["HEAVY"]

_PRODUCER: Final = "001191350100M000100Y4310000"
_SCRIPT: Final = str(Path(sys.executable).parent / "ailabel")
_CODINGS: Final = {  # suffix: what FFmpeg codes it by, and the aim
    "mp3": ("-c:a libmp3lame -b:a 128k", "≥ 20"),
    "m4a": ("-c:a aac -b:a 128k", "≥ 20"),
    "opus": ("-c:a libopus -b:a 96k", "≥ 20"),
    "ogg": ("-c:a libvorbis -b:a 112k", "no aim"),
    "aac": ("-c:a aac -b:a 128k", "no aim"),
}
_MUSIC: Final = (
    "-f lavfi -i sine=440:d=60,tremolo=f=3:d=0.6 -f lavfi -i anoisesrc=d=60:c=pink:a=0.1 "
    "-filter_complex [0][1]amix=2,aformat=channel_layouts=stereo:sample_rates=44100"
)
_MINUTES: Final = 30
_ROUNDS: Final = 2


def sound_label(folder: Path) -> Iterator[Result]:
    """Put the spoken label before half an hour, against FFmpeg coding all of it anew."""
    for suffix, (coding, aim) in _CODINGS.items():
        source, target = _sound(folder, suffix, coding), folder / f"labelled.{suffix}"
        rows = race([_ffmpeg(source, coding), _label(source, target)], _ROUNDS)
        yield Result(
            f"spoken label on {_MINUTES} minutes of {suffix}",
            rows,
            [("CPU: ffmpeg / ailabel label", rows[0].cpu / rows[1].cpu, aim)],
        )


def _sound(folder: Path, suffix: str, coding: str) -> Path:
    """Code a minute, and repeat its packets."""
    minute, path = folder / f"minute.{suffix}", folder / f"sound.{suffix}"
    for made in (
        [*_MUSIC.split(), *coding.split(), str(minute)],
        [*f"-stream_loop {_MINUTES - 1} -i {minute} -c copy".split(), str(path)],
    ):
        subprocess.run(["ffmpeg", "-v", "error", "-y", *made], check=True)
    return path


def _ffmpeg(source: Path, coding: str) -> Contestant:
    target = source.with_stem("coded")
    run = command("ffmpeg", "-v", "error", "-y", "-i", str(source), *coding.split(), str(target))
    return Contestant("ffmpeg, all of it anew", run, lambda: target.unlink(missing_ok=True))


def _label(source: Path, target: Path) -> Contestant:
    run = command(_SCRIPT, "label", str(source), "-o", str(target), "--producer", _PRODUCER)
    return Contestant("ailabel label", run, lambda: target.unlink(missing_ok=True))


HEAVY: Final = (sound_label,)
