"""How high the ink of a label is, measured on the pixels of its letters.

The box of a text detector is half as high again as the ink in it, so the ink itself is parted from
the picture. Several masks (`ailabel.sight.masks`) are compared with the text as our font writes it;
those that resemble it vote, by three measures: the extent of all ideographs together, the median of
each one's own extent, and the width of the line. Where the first two agree they decide, and the
width guards them; how far the measures part is told as tolerance.
"""

from __future__ import annotations

from statistics import median
from typing import TYPE_CHECKING, Final, TypeAlias

from ailabel.sight.masks import masks
from ailabel.sight.packages import opencv
from ailabel.sight.shape import is_ideograph, shape_of
from ailabel.values import frozen

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import numpy as np
    from numpy.typing import NDArray
    from PIL import Image

    from ailabel.sight.masks import Window
    from ailabel.sight.reader import Line
    from ailabel.sight.shape import Shape

__all__ = ["Ink", "measure"]

Box: TypeAlias = "tuple[float, float, float, float]"

_HEIGHT: Final = 128  # pixels, to which the box of a line is brought
_ROOM: Final = 0.25  # around the box, in its heights
_TRIM: Final = 0.12  # of the box, above and below, where no threshold is taken
_BAND: Final = 1.3  # the ink's expected height, by which a piece of ink may stick out
_SPECK: Final = 12  # pixels; what is smaller is no part of a letter
_MOST_PIECES: Final = 3000  # a mask of more pieces is noise
_SMOOTH: Final = 0.05  # of the height, over which masks are smoothed before they are compared
_VOTING: Final = 0.1  # how much less likeness than the best one a mask may have to vote
_AGREED: Final = 0.05  # the difference below which the first two measures agree
_PLAUSIBLE: Final = (0.8, 1.15)  # the ink by its extent, in terms of the ink by the line's width
_WITHIN: Final = (0.4, 1.05)  # of the detector's box, the height that ink in it can have
_ALIKE: Final = 0.6  # likeness from which on a mask surely shows the text
_LOOSE: Final = 1.12  # how much larger than by its ink type may be by its width
_MOST_TOLERANCE: Final = 0.2
_STANDING: Final = 0.12  # tolerance for text that runs downwards
_UPRIGHT: Final = 1.5


@frozen(kw_only=True)
class Ink:
    """The ink of a line, in pixels of the picture.

    Args:
        box: left, top, right, bottom of all of it.
        height: of the ideographs' ink.
        em: height of the em box of such type.
        tolerance: how far both heights may be off, as a share of them.
        contrast: of the ink against what surrounds it, 1 to 21 [WCAG 2.1 1.4.3].
    """

    box: Box
    height: float
    em: float
    tolerance: float
    contrast: float


@frozen(kw_only=True)
class _Region:
    """A line cut out of the picture with room around it, brought to one height."""

    pixels: NDArray[np.uint8]
    origin: tuple[float, float]
    scale: float
    inner: Box
    band: tuple[float, float]


@frozen(kw_only=True)
class _Vote:
    """What one mask says; heights in pixels of the region."""

    likeness: float
    extent: float
    middle: float
    width: float
    box: tuple[int, int, int, int]
    mask: NDArray[np.bool_]


def measure(picture: Image.Image, line: Line, text: str) -> Ink | None:
    """Measure the ink of a line, or return None where no ink of this text can be told apart.

    Args:
        picture: in mode RGB, at full resolution.
        line: where the text stands.
        text: what it says.
    """
    shape = shape_of(text)
    if not shape.glyphs:
        return None
    left, top, right, bottom = line.box
    if bottom - top > (right - left) * _UPRIGHT:
        return _standing(picture, line, text)
    region = _cut(picture, line, shape)
    if region is None:
        return None
    votes = [
        vote
        for mask in masks(region.pixels, _window(region))
        if (vote := _vote(mask, region, shape)) is not None
    ]
    return _counted(votes, region, shape, line) if votes else None


def _cut(picture: Image.Image, line: Line, shape: Shape) -> _Region | None:
    """Cut a line out; the band in which its ink is expected follows from the detector's box.

    The detector leaves the same room on all sides, so that width and height of its box differ by
    what width and height of the ink differ.
    """
    import numpy as np

    left, top, right, bottom = line.box
    height = line.height
    room = _ROOM * height
    box = (
        max(0.0, left - room),
        max(0.0, top - room),
        min(float(picture.width), right + room),
        min(float(picture.height), bottom + room),
    )
    scale = _HEIGHT / height
    size = round((box[2] - box[0]) * scale), round((box[3] - box[1]) * scale)
    if min(size) < _HEIGHT // 4:
        return None
    em = _em_of_box(line, shape)
    half = em * shape.height * _BAND / 2
    centre = (top + bottom) / 2
    return _Region(
        pixels=np.asarray(picture.resize(size, 3, box, reducing_gap=3.0)),  # 3: bicubic
        origin=(box[0], box[1]),
        scale=scale,
        inner=tuple((edge - box[axis % 2]) * scale for axis, edge in enumerate(line.box)),  # type: ignore[arg-type]
        band=((centre - half - box[1]) * scale, (centre + half - box[1]) * scale),
    )


def _em_of_box(line: Line, shape: Shape) -> float:
    """Estimate the em box from the detector's box, between half of its height and all of it."""
    left, _, right, _ = line.box
    spread = max(shape.width - shape.height, 0.1)
    return min(line.height, max(line.height / 2, (right - left - line.height) / spread))


def _window(region: _Region) -> Window:
    left, top, right, bottom = (round(edge) for edge in region.inner)
    trim = round(_TRIM * (bottom - top))
    height, width = region.pixels.shape[:2]
    return max(0, left), max(0, top + trim), min(width, right), min(height, bottom - trim)


def _vote(mask: NDArray[np.bool_], region: _Region, shape: Shape) -> _Vote | None:
    """Measure one mask, or return None where it shows nothing of the text."""
    import numpy as np

    kept = _letters(mask, region)
    if kept is None:
        return None
    rows, columns = np.flatnonzero(kept.any(axis=1)), np.flatnonzero(kept.any(axis=0))
    if rows.size < _HEIGHT // 16 or columns.size < _HEIGHT // 16:
        return None
    box = (int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1)
    ink = kept[box[1] : box[3], box[0] : box[2]]
    extents = list(_extents(ink, shape))
    if not extents:
        return None
    return _Vote(
        likeness=_likeness(ink, shape),
        extent=max(bottom for _, bottom, _ in extents) - min(top for top, _, _ in extents),
        middle=median((bottom - top) / height for top, bottom, height in extents) * shape.ink,
        width=(box[2] - box[0]) / shape.width * shape.ink,
        box=box,
        mask=kept,
    )


def _letters(mask: NDArray[np.bool_], region: _Region) -> NDArray[np.bool_] | None:
    """Keep the pieces of a mask that can be parts of letters: inside, apart, within the band."""
    import numpy as np

    cv2 = opencv()
    count, labels, stats, centres = cv2.connectedComponentsWithStats(
        mask.astype(np.uint8), connectivity=8
    )
    if not 1 < count <= _MOST_PIECES:
        return None
    height, width = mask.shape
    left, top, across, down, area = stats.T
    keep = (area >= _SPECK) & (left > 0) & (top > 0)
    keep &= (left + across < width) & (top + down < height)
    keep &= (centres[:, 0] >= region.inner[0]) & (centres[:, 0] <= region.inner[2])
    keep &= (top >= region.band[0]) & (top + down <= region.band[1])
    keep[0] = False
    kept: NDArray[np.bool_] = keep[labels]
    return kept


def _extents(ink: NDArray[np.bool_], shape: Shape) -> Iterator[tuple[int, int, float]]:
    """Yield top and bottom of each ideograph, and its height in ems of our font."""
    import numpy as np

    width = ink.shape[1]
    for glyph in shape.glyphs:
        part = ink[:, max(0, int(glyph.start * width)) : int(glyph.end * width) + 1]
        rows = np.flatnonzero(part.any(axis=1))
        if rows.size:
            yield int(rows[0]), int(rows[-1]) + 1, glyph.height


def _likeness(ink: NDArray[np.bool_], shape: Shape) -> float:
    """Return how much ink resembles the text: their correlation, stretched to one size."""
    import numpy as np

    cv2 = opencv()
    size = max(4, ink.shape[1] // 2), max(4, ink.shape[0] // 2)
    blur = max(0.7, size[1] * _SMOOTH)
    both = []
    for pixels in (shape.mask, ink.astype(np.uint8) * 255):
        small = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA).astype(np.float32)
        smooth = cv2.GaussianBlur(small, (0, 0), blur)
        both.append(smooth - smooth.mean())
    norm = float(np.sqrt((both[0] ** 2).sum() * (both[1] ** 2).sum()))
    return float((both[0] * both[1]).sum()) / norm if norm else 0.0


def _counted(votes: list[_Vote], region: _Region, shape: Shape, line: Line) -> Ink:
    """Count the votes of the masks that resemble the text best."""
    best = max(votes, key=lambda vote: vote.likeness)
    voting = [vote for vote in votes if vote.likeness >= best.likeness - _VOTING]
    extent = _weighed(voting, lambda vote: vote.extent)
    middle = _weighed(voting, lambda vote: vote.middle)
    width = _weighed(voting, lambda vote: vote.width)
    apart = abs(extent / middle - 1)
    both = (extent + middle) / 2
    by_box = _em_of_box(line, shape) * shape.ink * region.scale
    ratio = both / median((width, by_box))
    sure = apart < _AGREED and _PLAUSIBLE[0] < ratio < _PLAUSIBLE[1]
    height = both if sure else median((extent, middle, width))
    if not _WITHIN[0] < height / _HEIGHT < _WITHIN[1]:  # no mask showed the text
        height, width, apart = by_box, by_box, 1.0
    ink = height / region.scale
    tolerance = 0.02 + 0.5 / ink + apart / 2  # half a pixel of the picture, and what parts them
    tolerance += 0.03 * (best.likeness < _ALIKE) + 0.03 * (not sure)
    em = height / shape.ink
    return Ink(
        box=_box(best, region, line, em * shape.height / region.scale),
        height=ink,
        em=max(em, min(width / shape.ink, em * _LOOSE)) / region.scale,
        tolerance=min(tolerance, _MOST_TOLERANCE),
        contrast=_contrast(region.pixels, best.mask),
    )


def _box(best: _Vote, region: _Region, line: Line, height: float) -> Box:
    """Return the box of the ink; by the detector's box where no mask surely shows the text."""
    if best.likeness >= _ALIKE:
        edges = [edge / region.scale for edge in best.box]
        across, down = region.origin
        return edges[0] + across, edges[1] + down, edges[2] + across, edges[3] + down
    left, top, right, bottom = line.box
    room = max(0.0, (line.height - height) / 2)
    return left + room, top + room, right - room, bottom - room


def _weighed(votes: list[_Vote], value: Callable[[_Vote], float]) -> float:
    """Return the median of a measure, weighed by the square of likeness."""
    ordered = sorted((value(vote), max(vote.likeness, 0.01) ** 2) for vote in votes)
    half = sum(weight for _, weight in ordered) / 2
    for found, weight in ordered:
        half -= weight
        if half <= 0:
            return found
    return ordered[-1][0]


def _contrast(pixels: NDArray[np.uint8], mask: NDArray[np.bool_]) -> float:
    """Return the contrast between the middle of the strokes and what is next to them."""
    import numpy as np

    cv2 = opencv()
    ink = mask.astype(np.uint8)
    core = cv2.erode(ink, np.ones((3, 3), np.uint8)).astype(bool)
    near = cv2.dilate(ink, np.ones((9, 9), np.uint8)).astype(bool)
    near &= ~cv2.dilate(ink, np.ones((5, 5), np.uint8)).astype(bool)
    sides = [
        np.median(pixels[part], axis=0)
        for part in (core if core.any() else mask, near)
        if part.any()
    ]
    if len(sides) < 2:  # noqa: PLR2004 - ink and ground
        return 1.0
    light = sorted(float(_luminance(side)) for side in sides)
    return (light[1] + 0.05) / (light[0] + 0.05)


def _luminance(colour: NDArray[np.float64]) -> float:
    """Return relative luminance [WCAG 2.1 1.4.3]."""
    import numpy as np

    share = np.asarray(colour, dtype=np.float64) / 255
    linear = np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)  # noqa: PLR2004 - sRGB
    return float(linear @ np.array([0.2126, 0.7152, 0.0722]))


def _standing(picture: Image.Image, line: Line, text: str) -> Ink | None:
    """Estimate text that runs downwards from its box alone: one ideograph an em."""
    left, top, right, bottom = line.box
    count = sum(1 for character in text if not character.isspace())
    if count < 2 or not any(map(is_ideograph, text)):  # noqa: PLR2004 - a column
        return None
    room = (bottom - top) - (right - left)
    em = min(right - left, room / (count - 1))
    pad = max(0.0, (right - left - em) / 2)
    ink = em * shape_of("生").ink
    box = (left + pad, top + pad, right - pad, bottom - pad)
    grey = picture.crop(tuple(map(round, box))).convert("L")  # type: ignore[arg-type]
    low, high = grey.getextrema()
    contrast = (high / 255 + 0.05) / (low / 255 + 0.05)  # type: ignore[operator]
    return Ink(box=box, height=ink, em=em, tolerance=_STANDING, contrast=contrast)
