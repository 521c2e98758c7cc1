"""The label on a picture of a film: painted into its planes, where they are.

No picture passes through another colour space. What a plane's sample becomes is a straight line of
what it was, since plate and letters only ever cover it by a share; so each plane has two tables.
"""

from __future__ import annotations

import re
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final

from ailabel.drawing.layout import lay_out
from ailabel.drawing.paint import veiled_style
from ailabel.drawing.stencil import shifted, stretched
from ailabel.errors import PlanError
from ailabel.values import frozen

if TYPE_CHECKING:
    import av
    import numpy as np
    from av.video.plane import VideoPlane
    from numpy.typing import NDArray
    from PIL import Image

    from ailabel.drawing.stencil import Box, Stencil
    from ailabel.marks.video.film import Geometry
    from ailabel.spi import Mark, MarkSpec

__all__ = ["Letters", "pixels", "unpaintable"]

_FORMAT: Final = re.compile(r"(?:gray|yuva?j?(4\d\d)p)(9|1\d)?(?:le)?")
_SUBSAMPLING: Final = {"420": (1, 1), "422": (1, 0), "440": (0, 1), "444": (0, 0)}
_FULL_RANGE: Final = 2  # [ITU-T H.273 8.3], as FFmpeg counts it
_WHITE: Final = {16: 0.58, 18: 0.75}  # of graphics in PQ and HLG [ITU-R BT.2408-7 table 1]
_GREY: Final = 255


@frozen
class _Plane:
    """What happens to a plane: the place, and ``sample * keep + add`` for every sample in it."""

    rows: slice
    columns: slice
    keep: NDArray[np.float32]
    add: NDArray[np.float32]


class Letters:
    """The label, laid out for the pictures of a film.

    Args:
        frame: a decoded picture; all others must be of its format.
        look: how pictures are shown.
        aspect: width of a pixel by its height.
        spec: what is asked for.

    Raises:
        PlanError: no label fits, or the format of the pictures is not known.
    """

    def __init__(
        self, frame: av.VideoFrame, look: Geometry, aspect: Fraction, spec: MarkSpec
    ) -> None:
        found = _FORMAT.fullmatch(frame.format.name)
        if found is None:
            raise unpaintable(frame.format.name)
        stencil = _stencil(look, aspect, spec)
        self.area: Box = stencil.area
        self.mark: Mark = stencil.mark()
        depth = int(found[2] or 8)
        self.wide = depth > 8  # noqa: PLR2004 - bits of a byte
        is_full = frame.color_range == _FULL_RANGE or "yuvj" in frame.format.name
        tone = _Tone(depth, is_full=is_full, white=_WHITE.get(frame.color_trc, 1.0))
        self.planes = [_plane(stencil, (0, 0), tone)]
        if found[1]:
            chroma = _plane(stencil, _SUBSAMPLING[found[1]], tone, is_colour=True)
            self.planes += [chroma, chroma]

    def draw(self, frame: av.VideoFrame) -> None:
        """Draw the label on a picture."""
        import numpy as np

        frame.make_writable()  # the decoder still leans on the original
        for plane, change in zip(frame.planes, self.planes, strict=False):
            samples = pixels(plane, wide=self.wide)[change.rows, change.columns]
            np.rint(samples * change.keep + change.add, casting="unsafe", out=samples)


def unpaintable(kind: str) -> PlanError:
    """Return the refusal of a kind of pixels that cannot be painted on, or coded anew."""
    return PlanError(
        "no label can be drawn on films with pixels of the kind {format}; convert the film to "
        "yuv420p first",
        format=kind,
    )


def pixels(plane: VideoPlane, *, wide: bool) -> NDArray[Any]:
    """Return the samples of a plane, where they stand."""
    import numpy as np

    data = np.frombuffer(memoryview(plane), "<u2" if wide else "u1")
    return data.reshape(plane.height, -1)[:, : plane.width]


@frozen
class _Tone:
    """How grey levels are stored."""

    depth: int
    is_full: bool
    white: float

    def of(self, level: int) -> float:
        """Return the sample of a grey level, 0 to 255."""
        share = level / _GREY * self.white
        if self.is_full:
            return share * ((1 << self.depth) - 1)
        return (16 + 219 * share) * (1 << self.depth - 8)

    @property
    def neutral(self) -> float:
        """The sample of a colour difference of none."""
        return 1 << self.depth - 1


def _stencil(look: Geometry, aspect: Fraction, spec: MarkSpec) -> Stencil:
    """Lay the label out on the picture as it is shown, and return it as its pixels are stored."""
    left, top, right, bottom = look.crop
    width, height = right - left, bottom - top
    wide = round(width * aspect) if aspect > 1 else width
    high = height if aspect > 1 else round(height / aspect)
    stencil = lay_out((wide, high), look.orientation, spec, "video")
    scale = (Fraction(width, wide), Fraction(height, high))
    return shifted(stretched(stencil, scale), (left, top))


def _plane(
    stencil: Stencil, shift: tuple[int, int], tone: _Tone, *, is_colour: bool = False
) -> _Plane:
    """Return the tables of a plane.

    Args:
        stencil: the label.
        shift: by how many bits the plane is smaller, across and down.
        tone: how grey levels are stored.
        is_colour: whether the plane holds colour differences.
    """
    import numpy as np

    style = veiled_style(stencil.look)
    box = _aligned(stencil.area, shift)
    plate = _mask(stencil.plate, stencil.area, box) * style.cover
    ink = _mask(stencil.letters, stencil.area, box)
    ground, white = (
        (tone.neutral, tone.neutral) if is_colour else (tone.of(style.ground), tone.of(style.ink))
    )
    keep = (1 - plate) * (1 - ink)
    add = ground * plate * (1 - ink) + white * ink
    across, down = shift
    blocks = (keep.shape[0] >> down, 1 << down, keep.shape[1] >> across, 1 << across)
    keep, add = (table.reshape(blocks).mean((1, 3)) for table in (keep, add))
    return _Plane(
        slice(box[1] >> down, box[3] >> down),
        slice(box[0] >> across, box[2] >> across),
        keep.astype(np.float32),
        add.astype(np.float32),
    )


def _aligned(box: Box, shift: tuple[int, int]) -> Box:
    """Return the box made larger, so that whole samples of a smaller plane lie in it."""
    across, down = 1 << shift[0], 1 << shift[1]
    return (
        box[0] // across * across,
        box[1] // down * down,
        -(-box[2] // across) * across,
        -(-box[3] // down) * down,
    )


def _mask(image: Image.Image, area: Box, box: Box) -> NDArray[np.float32]:
    """Return the shares of a mask, with nothing around it up to a larger box."""
    import numpy as np

    table = np.asarray(image, np.float32) / _GREY
    before = (area[1] - box[1], area[0] - box[0])
    behind = (box[3] - area[3], box[2] - area[2])
    return np.pad(table, ((before[0], behind[0]), (before[1], behind[1])))
