"""The font of the label: the one that comes along, or the user's own; and its measured ink."""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from ailabel.errors import PlanError
from ailabel.standard.wording import IMAGE_MIN_INK_PX
from ailabel.values import frozen

if TYPE_CHECKING:
    from pathlib import Path

    from PIL import Image, ImageFont

    from ailabel.drawing.stencil import Box

__all__ = ["Face", "ink_box", "ink_height", "write"]

_INK_LEVEL: Final = 128  # a pixel counts as ink when at least half of it is covered
_TRIES: Final = 64
_NEVER_A_CHARACTER: Final = "\U0010fffe"  # a noncharacter: every font draws its .notdef glyph


@frozen
class Face:
    """A font file in memory."""

    data: bytes
    name: str

    @classmethod
    def open(cls, path: Path | None) -> Face:
        """Read the user's font, or the own one for None.

        Raises:
            PlanError: the file cannot be read or is no font.
        """
        if path is None:
            return cls(_own_font(), "Ailabel Sans")
        try:
            data = path.read_bytes()
            face = cls(data, path.name)
            face.at(IMAGE_MIN_INK_PX)
        except OSError as error:
            raise PlanError(
                "the font {name} cannot be read: {reason}",
                name=path.name,
                reason=error.strerror or str(error),
            ) from error
        return face

    def at(self, size: int) -> ImageFont.FreeTypeFont:
        """Return the font at a size of the em box in pixels."""
        import io

        from PIL import ImageFont

        basic = ImageFont.Layout.BASIC  # the same glyphs whether or not Raqm is installed
        return ImageFont.truetype(io.BytesIO(self.data), size, layout_engine=basic)

    def require(self, text: str) -> None:
        """Raise `PlanError` unless the font has every character of the text."""
        if lacking := self.lacking(text):
            raise PlanError(
                "the font {name} lacks {characters}; name a font that has them with --font",
                name=self.name,
                characters=" ".join(f"{char} (U+{ord(char):04X})" for char in lacking[:8]),
            )

    def lacking(self, text: str) -> list[str]:
        """Return the characters of a text that the font cannot draw."""
        font = self.at(IMAGE_MIN_INK_PX)
        blank = _drawn(font, _NEVER_A_CHARACTER)
        return [
            char
            for char in dict.fromkeys(text)
            if unicodedata.category(char)[0] == "C"
            or (not char.isspace() and _drawn(font, char) == blank)
        ]

    def sized(self, text: str, target: int) -> ImageFont.FreeTypeFont:
        """Return the font at the smallest size whose ink is at least `target` pixels high."""
        size = target
        for _ in range(_TRIES):
            font = self.at(size)
            height = ink_height(font, text)
            if height >= target:
                return font
            size = max(size + 1, size * target // height - 1 if height else 0)
        raise PlanError("the font {name} draws no ink for this wording", name=self.name)


@lru_cache(maxsize=1)
def _own_font() -> bytes:
    from importlib import resources

    folder = resources.files("ailabel") / "assets" / "fonts"
    return (folder / "ailabel-sans-bold.otf").read_bytes()


def _drawn(font: ImageFont.FreeTypeFont, char: str) -> tuple[object, bytes]:
    mask = font.getmask(char)
    return mask.size, bytes(mask)


def _core(text: str) -> str:
    """Return the ideographs of a text, or all of it where it has none."""
    return "".join(char for char in text if unicodedata.name(char, "").startswith("CJK U")) or text


def ink_height(font: ImageFont.FreeTypeFont, text: str) -> int:
    """Return the height of a text's ink in pixels, as drawn, measured on its ideographs."""
    box = ink_box(write(font, _core(text)))
    return box[3] - box[1] if box else 0


def ink_box(mask: Image.Image) -> Box | None:
    """Return the box of the pixels that count as ink."""
    return mask.point([0] * _INK_LEVEL + [255] * (256 - _INK_LEVEL)).getbbox()


def write(font: ImageFont.FreeTypeFont, text: str, pad: int = 1, stroke: int = 0) -> Image.Image:
    """Return a mask of the text, thicker by `stroke`, with `pad` pixels around the plain text."""
    from PIL import Image, ImageDraw

    left, top, right, bottom = map(round, font.getbbox(text, anchor="ls"))
    size = (max(right - left, 1) + 2 * pad, max(bottom - top, 1) + 2 * pad)
    mask = Image.new("L", size)
    origin = (pad - left, pad - top)
    ImageDraw.Draw(mask).text(
        origin, text, fill=255, font=font, anchor="ls", stroke_width=stroke, stroke_fill=255
    )
    return mask
