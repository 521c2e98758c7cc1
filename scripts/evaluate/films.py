"""Films of known truth: a still ground with something that moves, and a label for some time."""

from __future__ import annotations

import random
from dataclasses import asdict, dataclass, replace
from io import BytesIO
from typing import TYPE_CHECKING, Any, Final

import av
import numpy as np
from PIL import Image, ImageDraw

import ailabel
from evaluate import pictures

if TYPE_CHECKING:
    from collections.abc import Iterator

    from evaluate.pictures import Case, Truth

__all__ = ["COUNTS", "FilmCase", "cases", "make"]

COUNTS: Final = (60, 12, 14)  # with labels of others, with ours, clean
_RATE: Final = 10
_LENGTH: Final = 4.0  # seconds
_CODINGS: Final = {
    "mp4": "libx264",
    "mkv": "libx264",
    "mov": "libx264",
    "webm": "libvpx-vp9",
    "avi": "mpeg4",
}
_LEVELS: Final[dict[str, tuple[object, ...]]] = {
    "container": tuple(_CODINGS),
    "seconds": (1.0, 1.6, 2.4, 3.0, _LENGTH),
    "late": (0.0, 0.0, 0.0, 0.0, 1.2),
    "height": (4.0, 5.6, 6.0, 7.0, 8.0),
}
_PRODUCER: Final = "001191350100M000100Y4310000"


@dataclass(frozen=True, slots=True, kw_only=True)
class FilmCase:
    """One film: the picture that it shows, how long the label stays, from when on."""

    id: str
    kind: str
    still: Case
    container: str
    seconds: float
    late: float

    def parameters(self) -> dict[str, object]:
        """Return the case as plain values."""
        kept = ("wording", "place", "height", "style", "font", "side", "shape")
        still = asdict(self.still)
        return {
            **{name: still[name] for name in kept},
            "id": self.id,
            "kind": self.kind,
            "container": self.container,
            "seconds": self.seconds,
            "late": self.late,
        }


def cases(seed: int) -> list[FilmCase]:
    """Return the grid; every parameter takes each of its levels equally often."""
    rng = random.Random(seed)  # noqa: S311 - reproducible
    stills = pictures.cases("score", (COUNTS[0] + COUNTS[1], 0, COUNTS[2]), seed)
    kinds = ["labelled"] * COUNTS[0] + ["ours"] * COUNTS[1] + ["clean"] * COUNTS[2]
    columns = {name: _column(levels, len(kinds), rng) for name, levels in _LEVELS.items()}
    found = []
    for index, (kind, still) in enumerate(zip(kinds, stills, strict=True)):
        plain = {"scale": 1.0, "noise": 0, "coding": "png", "side": 480}
        height = float(str(columns["height"][index]))
        place = "bottom-right" if still.place == "middle" else still.place
        found.append(
            FilmCase(
                id=f"{kind}-{index:03}",
                kind=kind,
                still=replace(still, height=height, place=place, **plain),  # type: ignore[arg-type]
                container=str(columns["container"][index]),
                seconds=float(str(columns["seconds"][index])),
                late=float(str(columns["late"][index])),
            )
        )
    return found


def _column(levels: tuple[object, ...], count: int, rng: random.Random) -> list[object]:
    column = [levels[index % len(levels)] for index in range(count)]
    rng.shuffle(column)
    return column


def make(case: FilmCase) -> tuple[bytes, Truth | None]:
    """Make a film; the truth is that of the picture with the label."""
    if case.kind == "ours":
        clean = _ground(case.still)
        data = _coded(case, (_moving(clean, index) for index in range(_frames())))
        spec = ailabel.LabelSpec(producer=_PRODUCER, implicit=False)
        return ailabel.label_bytes(data, spec, name=f"film.{case.container}").data, None
    coded, truth = pictures.make(case.still)
    with Image.open(BytesIO(coded)) as opened:
        shown = opened.convert("RGB")
    clean = shown if case.kind == "clean" else _ground(case.still)
    first, last = case.late * _RATE, (case.late + case.seconds) * _RATE
    frames = (
        _moving(shown if first <= index < last else clean, index) for index in range(_frames())
    )
    return _coded(case, frames), truth


def _ground(still: Case) -> Image.Image:
    """Return a picture before anything is written on it."""
    return pictures._ground(still, random.Random(still.seed))  # noqa: S311, SLF001 - reproducible


def _frames() -> int:
    return round(_LENGTH * _RATE)


def _moving(picture: Image.Image, index: int) -> Image.Image:
    """Return the picture with a disc that crosses it, away from every place of a label."""
    frame = picture.copy()
    side = min(frame.size)
    x, y = side * 0.2 + index * side * 0.01, frame.height * 0.3
    radius = side * 0.08
    ImageDraw.Draw(frame).ellipse((x - radius, y - radius, x + radius, y + radius), (220, 180, 60))
    return frame


def _coded(case: FilmCase, frames: Iterator[Image.Image]) -> bytes:
    out = BytesIO()
    names = {"mkv": "matroska"}
    with av.open(out, "w", format=names.get(case.container, case.container)) as film:
        track: Any = None
        for frame in frames:
            size = frame.width // 2 * 2, frame.height // 2 * 2
            if track is None:
                track = film.add_stream(_CODINGS[case.container], rate=_RATE)
                track.width, track.height, track.pix_fmt = *size, "yuv420p"
                track.bit_rate = 1_500_000
                track.codec_context.thread_count = 1
            pixels = np.asarray(frame.crop((0, 0, *size)))
            film.mux(track.encode(av.VideoFrame.from_ndarray(pixels, format="rgb24")))
        film.mux(track.encode())
    return out.getvalue()
