"""Labels on films: what drawing one costs against coding the film anew, and how it grows."""

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
_BOX: Final = "drawbox=x=1500:y=1000:w=360:h=60:color=black@0.7:t=fill:enable='lt(t,3)'"
_ROUNDS: Final = 1


def film_label(folder: Path) -> Iterator[Result]:
    """Label a minute of 1080p H.264, against FFmpeg coding all of it anew with the same preset."""
    target = folder / "labelled.mp4"
    for seconds, aim in ((2, "≥ 8"), (10, "groups of 10 s: no aim")):
        source = _film(folder, 60, seconds)
        rows = race([_ffmpeg(source, folder / "coded.mp4"), _label(source, target)], _ROUNDS)
        yield Result(
            f"label on 60 s of 1080p H.264, a key picture every {seconds} s",
            rows,
            [("CPU: ffmpeg veryfast / ailabel label", rows[0].cpu / rows[1].cpu, aim)],
        )


def film_growth(folder: Path) -> Iterator[Result]:
    """Label a film of a minute and one of five, whose labels are as long."""
    contestants = [
        _label(_film(folder, length, 2, "640x360"), folder / f"out-{length}.mp4")
        for length in (60, 300)
    ]
    rows = race(contestants, _ROUNDS)
    yield Result(
        "label on 60 s and on 300 s of 360p H.264",
        rows,
        [("CPU: five times the film, the same label", rows[1].cpu / rows[0].cpu, "≤ 1.5")],
    )


def _film(folder: Path, length: int, keys: int, size: str = "1920x1080") -> Path:
    """Make a film with sound."""
    path = folder / f"film-{length}-{keys}-{size}.mp4"
    if not path.exists():
        inputs = f"-f lavfi -i testsrc2=s={size}:r=25:d={length} -f lavfi -i sine=440:d={length}"
        coding = f"-c:v libx264 -preset ultrafast -bf 2 -g {25 * keys} -pix_fmt yuv420p -c:a aac"
        made = ["ffmpeg", "-v", "error", "-y", *inputs.split(), *coding.split(), str(path)]
        subprocess.run(made, check=True)
    return path


def _ffmpeg(source: Path, target: Path) -> Contestant:
    coding = ("-vf", _BOX, "-c:v", "libx264", "-preset", "veryfast", "-crf", "20", "-c:a", "copy")
    run = command("ffmpeg", "-v", "error", "-y", "-i", str(source), *coding, str(target))
    return Contestant("ffmpeg, all of it anew", run, lambda: target.unlink(missing_ok=True))


def _label(source: Path, target: Path) -> Contestant:
    run = command(_SCRIPT, "label", str(source), "-o", str(target), "--producer", _PRODUCER)
    return Contestant(f"ailabel label, {source.stem}", run, lambda: target.unlink(missing_ok=True))


HEAVY: Final = (film_label, film_growth)
