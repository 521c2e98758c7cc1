"""Whether a label that one picture shows still stands in another of the same film or animation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ailabel.sight.reader import read_at
from ailabel.sight.words import understood

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from PIL import Image

    from ailabel.spi import Appearance

__all__ = ["Watch"]

_HEIGHT: Final = 32  # pixels, in which two pictures of a label are compared
_SAME: Final = 0.85  # the correlation from which on they are the same
_ROOM: Final = 0.25  # around the ink, in its heights


class Watch:
    """Knows a label from the picture in which it was found.

    Args:
        picture: that picture, in mode RGB.
        look: the label's look in it.
    """

    def __init__(self, picture: Image.Image, look: Appearance) -> None:
        scale = picture.width / look.frame[0]
        left, top, right, bottom = (edge * scale for edge in look.box)
        room = _ROOM * (bottom - top)
        self._box = (
            max(0.0, left - room),
            max(0.0, top - room),
            min(float(picture.width), right + room),
            min(float(picture.height), bottom + room),
        )
        self._size = picture.size
        self._seen = self._pattern(picture)

    def sees(self, picture: Image.Image) -> bool:
        """Say whether a picture shows the label too: as it was, or readable in its place."""
        if picture.size != self._size:
            return False
        pattern = self._pattern(picture)
        if float((pattern * self._seen).sum()) >= _SAME:
            return True
        words = understood(read_at(picture, self._box))
        return words is not None and words.form is not None

    def _pattern(self, picture: Image.Image) -> NDArray[np.float64]:
        """Return the label's part of a picture, so that products are correlations."""
        import numpy as np

        left, top, right, bottom = self._box
        width = max(1, round((right - left) * _HEIGHT / max(1.0, bottom - top)))
        part = picture.resize((width, _HEIGHT), 4, self._box)  # 4: box, PIL is not imported here
        grey = np.asarray(part.convert("L"), dtype=np.float64)
        grey -= grey.mean()
        norm = float(np.sqrt((grey**2).sum()))
        return grey / norm if norm else grey
