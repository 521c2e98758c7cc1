"""Reading the text in a picture, with the models that RapidOCR brings in its own package.

One pass finds lines on the picture brought to a short side of 640 pixels, where the detector is at
its best; each line is then read from the full resolution. Nothing is ever downloaded.
"""

from __future__ import annotations

import math
from functools import lru_cache
from threading import Lock
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from ailabel.errors import AilabelError
from ailabel.sight.packages import engine_package
from ailabel.values import frozen

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray
    from PIL import Image

__all__ = ["Line", "is_whole", "loaded", "pieces", "read", "read_at", "reread"]

_SHORT: Final = 640  # the short side at which text is looked for
_LONG: Final = 1280  # the longest side that is looked at in one piece
_OVERLAP: Final = 0.4  # of the short side, between the pieces of a long picture
_MOST_PIECES: Final = 8
_MOST_LINES: Final = 48  # that are read in one picture, the highest first
_LEAST_HEIGHT: Final = 0.018  # of the short side: lines whose box is lower are too small to matter
_LINE: Final = 64  # pixels, the height in which a line is handed on
_UPRIGHT: Final = 1.5  # a box so many times higher than wide is written downwards
_LEAST_SCORE: Final = 0.45
_ROOMS: Final = (  # left of, right of and above a line that is read again, in its heights
    (0.4, 0.4, 0.05),
    (0.8, 0.8, -0.1),
    (0.4, 3.2, 0.05),  # the detector loses letters, most often at the edge of a picture
    (3.2, 0.4, 0.05),
)
_TWICE: Final = 0.5  # of two boxes that are one line, seen in two pieces
_BICUBIC: Final = 3  # PIL.Image.Resampling.BICUBIC, which is not imported here
_TILT: Final = 0.03  # a box that rises by less, as a share of its width, is cut out straight

Quad: TypeAlias = "tuple[tuple[float, float], ...]"


@frozen(kw_only=True)
class Line:
    """A line of text in a picture.

    Args:
        text: as it was read.
        score: how sure the reading is, 0 to 1.
        quad: its corners in pixels of the picture: top left, top right, bottom right, bottom left.
    """

    text: str
    score: float
    quad: Quad

    @property
    def box(self) -> tuple[float, float, float, float]:
        """The upright box around it: left, top, right, bottom."""
        across, down = zip(*self.quad, strict=True)
        return min(across), min(down), max(across), max(down)

    @property
    def height(self) -> float:
        """Its height across the line."""
        return min(_sides(self.quad))


def read(picture: Image.Image) -> list[Line]:
    """Read the lines of text in a picture, from top to bottom.

    Args:
        picture: in mode RGB.

    Raises:
        MissingExtraError: the extra ``ocr`` is not installed.
    """
    engine = loaded()
    least = _LEAST_HEIGHT * min(picture.size)
    quads = [quad for quad in _detected(engine, picture) if min(_sides(quad)) >= least]
    quads = _once(sorted(quads, key=lambda quad: -min(_sides(quad))))[:_MOST_LINES]
    quads.sort(key=lambda quad: (quad[0][1], quad[0][0]))
    if not quads:
        return []
    texts = engine.recognize_txt([_cut(picture, quad) for quad in quads])
    return [
        Line(text=text, score=float(score), quad=quad)
        for text, score, quad in zip(texts.txts, texts.scores, quads, strict=True)
        if text.strip() and score >= _LEAST_SCORE
    ]


def _once(quads: list[Quad]) -> list[Quad]:
    """Leave out what was seen twice, in pieces of a picture that overlap."""
    kept: list[Quad] = []
    for quad in quads:
        if not any(_shared(quad, other) > _TWICE for other in kept):
            kept.append(quad)
    return kept


def _shared(one: Quad, other: Quad) -> float:
    """Return which share of both together two boxes have in common."""
    area = 1.0
    whole = 1.0
    for axis in (0, 1):
        first, second = ([corner[axis] for corner in quad] for quad in (one, other))
        area *= max(0.0, min(max(first), max(second)) - max(min(first), min(second)))
    for quad in (one, other):
        across, down = zip(*quad, strict=True)
        whole += (max(across) - min(across)) * (max(down) - min(down))
    return area / (whole - area)


def reread(picture: Image.Image, line: Line) -> list[Line]:
    """Read a line again, with other room around it than the detector gave it."""
    left, top, right, bottom = line.box
    boxes = [
        (
            max(left - before * line.height, min(left, 0.0)),
            top - above * line.height,
            min(right + behind * line.height, max(right, float(picture.width))),
            bottom + above * line.height,
        )
        for before, behind, above in _ROOMS
    ]
    texts = loaded().recognize_txt([_cut(picture, _corners(box)) for box in boxes])
    return [
        Line(text=text, score=float(score), quad=_grown(line, text, room, box))
        for text, score, room, box in zip(texts.txts, texts.scores, _ROOMS, boxes, strict=True)
        if score >= _LEAST_SCORE
    ]


def _grown(
    line: Line,
    text: str,
    room: tuple[float, float, float],
    box: tuple[float, float, float, float],
) -> Quad:
    """Return a line's corners, moved outwards by the letters that were found beside it."""
    more = max(0, len(text) - len(line.text))
    if room[0] == room[1] or not more:
        return line.quad
    left, top, right, bottom = line.box
    wider = (right - left) * more / len(line.text)
    if room[1] > room[0]:
        return _corners((left, top, min(right + wider, box[2]), bottom))
    return _corners((max(left - wider, box[0]), top, right, bottom))


def _corners(box: tuple[float, float, float, float]) -> Quad:
    left, top, right, bottom = box
    return (left, top), (right, top), (right, bottom), (left, bottom)


def read_at(picture: Image.Image, box: tuple[float, float, float, float]) -> str:
    """Return what stands in a box of a picture, read as one line."""
    text: str = loaded().recognize_txt([_cut(picture, _corners(box))]).txts[0]
    return text


_lock: Final = Lock()


def loaded() -> Any:  # noqa: ANN401 - the package has no types
    """Return the engine, made once a process.

    Raises:
        MissingExtraError: the extra ``ocr`` is not installed.
    """
    with _lock:
        return _engine()


@lru_cache(maxsize=1)
def _engine() -> Any:  # noqa: ANN401 - the package has no types
    rapidocr = engine_package()
    return rapidocr.RapidOCR(
        params={
            "Global.log_level": "critical",
            "Global.use_cls": False,
            "Global.use_vertical_padding": False,
            "Det.limit_type": "max",
            "Det.limit_side_len": _LONG,
            "Rec.rec_batch_num": 1,  # lines of unlike length would be padded to the longest
            "Det.model_path": str(_model(rapidocr, "det")),
            "Rec.model_path": str(_model(rapidocr, "rec")),
            "EngineConfig.onnxruntime.intra_op_num_threads": 1,
            "EngineConfig.onnxruntime.inter_op_num_threads": 1,
        }
    )


def _model(package: Any, task: str) -> Path:  # noqa: ANN401 - the package has no types
    """Return a model that the package brings along; named outright, none is ever downloaded."""
    from pathlib import Path

    folder = Path(package.__file__).parent / "models"
    found = sorted(folder.glob(f"*_{task}_*.onnx"))
    if not found:
        raise AilabelError("the installed rapidocr brings no models; install another release")
    return found[-1]


def _detected(engine: Any, picture: Image.Image) -> Iterator[Quad]:  # noqa: ANN401 - no types
    """Yield the corners of every line, in pixels of the picture."""
    import numpy as np

    for box in pieces(picture.size):
        width, height = box[2] - box[0], box[3] - box[1]
        scale = min(_SHORT / min(width, height), _LONG / max(width, height))
        size = max(1, round(width * scale)), max(1, round(height * scale))
        small = picture.resize(size, _BICUBIC, box, reducing_gap=3.0)
        pixels = np.asarray(small)[:, :, ::-1]
        found = engine(pixels, use_det=True, use_cls=False, use_rec=False).boxes
        for quad in () if found is None else found:
            yield tuple((box[0] + float(x) / scale, box[1] + float(y) / scale) for x, y in quad)


def pieces(size: tuple[int, int]) -> Iterator[tuple[int, int, int, int]]:
    """Yield the boxes in which a picture is looked at: one, or for a long one several that overlap.

    Of a very long picture only both ends are looked at; see `is_whole`.
    """
    width, height = size
    long, short = max(size), min(size)
    reach = short * _LONG // _SHORT
    if long <= reach:
        yield 0, 0, width, height
        return
    step = reach - round(short * _OVERLAP)
    starts = [*range(0, long - reach, step), long - reach]
    if len(starts) > _MOST_PIECES:
        starts = [*starts[: _MOST_PIECES // 2], *starts[-_MOST_PIECES // 2 :]]
    for start in starts:
        end = start + reach
        yield (start, 0, end, height) if width > height else (0, start, width, end)


def is_whole(size: tuple[int, int]) -> bool:
    """Say whether all of a picture of this size is looked at, not only its ends."""
    short = min(size)
    reach = short * _LONG // _SHORT
    return max(size) <= reach + (_MOST_PIECES - 1) * (reach - round(short * _OVERLAP))


def _cut(picture: Image.Image, quad: Quad) -> NDArray[np.uint8]:
    """Cut a line out of a picture, level and of one height, as the engine wants its pixels."""
    import numpy as np
    from PIL import Image

    across, down = zip(*quad, strict=True)
    left, top = max(0, math.floor(min(across))), max(0, math.floor(min(down)))
    right = min(picture.width, math.ceil(max(across)))
    bottom = min(picture.height, math.ceil(max(down)))
    width, height = _sides(quad)
    stands = height > width * _UPRIGHT
    scale = _LINE / max(1.0, width if stands else height)
    tilted = abs(quad[1][1] - quad[0][1]) > _TILT * max(width, height)
    size = max(1, round((right - left) * scale)), max(1, round((bottom - top) * scale))
    box = left, top, max(right, left + 1), max(bottom, top + 1)
    line = picture.resize(size, _BICUBIC, box, reducing_gap=3.0)
    if tilted:
        corners = [
            (x - left) * scale if axis == 0 else (y - top) * scale
            for x, y in (quad[0], quad[3], quad[2], quad[1])
            for axis in (0, 1)
        ]
        level = max(1, round(width * scale)), max(1, round(height * scale))
        line = line.transform(level, Image.Transform.QUAD, corners, _BICUBIC)
    pixels = np.asarray(line)[:, :, ::-1]
    return np.ascontiguousarray(np.rot90(pixels) if stands else pixels)


def _sides(quad: Quad) -> tuple[float, float]:
    """Return the width and height of a box that may be tilted."""
    width = max(math.dist(quad[0], quad[1]), math.dist(quad[3], quad[2]))
    height = max(math.dist(quad[0], quad[3]), math.dist(quad[1], quad[2]))
    return width, height
