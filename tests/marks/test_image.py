"""What holds for the label on any picture: wording, fonts, colours, and what is refused."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Final

import pytest
from PIL import Image

from ailabel.drawing.layout import lay_out
from ailabel.drawing.paint import CONTRAST, choose, contrast
from ailabel.errors import PlanError
from ailabel.io.source import BytesView
from ailabel.io.splice import apply
from ailabel.marks.image import MARKER
from ailabel.model.media import Format, Medium
from ailabel.spi import MarkSpec
from ailabel.standard.wording import CORNERS

if TYPE_CHECKING:
    from pathlib import Path

SIZE: Final = (640, 480)


def format_of(name: str) -> Format:
    """Return a picture format by its id."""
    return Format(
        id=name,
        name=name.upper(),
        medium=Medium.IMAGE,
        suffixes=(f".{name}",),
        mime=f"image/{name}",
    )


def stored(image: Image.Image, name: str) -> bytes:
    """Return a picture in a format."""
    buffer = io.BytesIO()
    image.save(buffer, name.upper())
    return buffer.getvalue()


@pytest.mark.parametrize("name", ["png", "jpeg", "webp"])
def test_every_format_is_labelled(name: str) -> None:
    """The marker draws on each format, and the result is a picture of that format."""
    data = stored(Image.new("RGB", SIZE, (90, 120, 60)), name)
    rendition = MARKER.render(BytesView(data), format_of(name), MarkSpec())
    after = Image.open(io.BytesIO(apply(data, rendition.edits)))
    assert after.format == name.upper()
    assert rendition.marks[0].text == "人工智能生成"
    assert rendition.marks[0].place == "bottom-right"


def test_other_formats_are_refused() -> None:
    """A format without a painter is refused with advice."""
    with pytest.raises(PlanError, match="convert the picture to PNG"):
        MARKER.render(BytesView(b"TIFF89a"), format_of("tiff"), MarkSpec())


@pytest.mark.parametrize("place", CORNERS)
@pytest.mark.parametrize("orientation", [1, 6])
def test_places(place: str, orientation: int) -> None:
    """Ink and plate stay inside the picture, near the edge that was asked for."""
    stencil = lay_out(SIZE, orientation, MarkSpec(position=place))
    width, height = SIZE if orientation == 1 else SIZE[::-1]
    left, top, right, bottom = stencil.ink
    assert 0 <= left < right <= width
    assert 0 <= top < bottom <= height
    near = 0.06 * min(SIZE)
    edges = {"left": left, "right": width - right, "top": top, "bottom": height - bottom}
    assert all(edges[name] < near for name in place.split("-"))
    assert stencil.letters.size == stencil.plate.size == stencil.outline.size == stencil.size


def test_unknown_place_is_refused() -> None:
    """The middle is neither edge nor corner."""
    with pytest.raises(PlanError, match="no position middle"):
        lay_out(SIZE, 1, MarkSpec(position="middle"))


def test_bilingual_ink_is_measured_on_ideographs() -> None:
    """The descender of the Latin part does not make up for ideographs that are too small."""
    plain = lay_out(SIZE, 1, MarkSpec(text="生成"))
    mixed = lay_out(SIZE, 1, MarkSpec(wording="zh+en"))
    assert mixed.text == "AI生成 AI-generated"
    assert mixed.ink[3] - mixed.ink[1] > plain.ink[3] - plain.ink[1]
    assert mixed.height_percent == pytest.approx(plain.height_percent, abs=0.5)


def test_characters_that_the_font_lacks() -> None:
    """A wording that would be drawn as empty boxes is refused, with the way out."""
    with pytest.raises(PlanError, match=r"lacks 龘.*--font"):
        lay_out(SIZE, 1, MarkSpec(text="AI生成龘"))
    with pytest.raises(PlanError, match=r"U\+000A"):
        lay_out(SIZE, 1, MarkSpec(text="AI\n生成"))


def test_own_font() -> None:
    """The user's font is used, and what it lacks is found in it."""
    from pathlib import Path

    latin = Path("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf")
    large = Path("/usr/share/fonts/opentype/noto/NotoSansCJK-Bold.ttc")
    if large.exists():
        assert lay_out(SIZE, 1, MarkSpec(text="AI生成龘", font=large)).text == "AI生成龘"
    if latin.exists():
        with pytest.raises(PlanError, match=r"DejaVuSans\.ttf lacks"):
            lay_out(SIZE, 1, MarkSpec(text="AI生成", font=latin))


def test_broken_font(tmp_path: Path) -> None:
    """A file that is no font, or is missing, is refused by name."""
    path = tmp_path / "mine.otf"
    with pytest.raises(PlanError, match=r"mine\.otf cannot be read"):
        lay_out(SIZE, 1, MarkSpec(font=path))
    path.write_bytes(b"no font")
    with pytest.raises(PlanError, match=r"mine\.otf cannot be read"):
        lay_out(SIZE, 1, MarkSpec(font=path))


def test_long_wording_is_refused() -> None:
    """The user's wording is drawn as given or not at all."""
    with pytest.raises(PlanError, match="no legal wording fits"):
        lay_out((300, 300), 1, MarkSpec(text="本图片由人工智能生成，仅供参考，请仔细甄别。" * 3))


@pytest.mark.parametrize("level", range(0, 256, 15))
def test_contrast_on_calm_ground(level: int) -> None:
    """On any plain ground the letters differ from it enough, without a plate."""
    style = choose(Image.new("RGB", (40, 20), (level, level, level)))
    assert not style.plate
    assert contrast(style.ink, level) >= CONTRAST


def test_plate_on_busy_ground() -> None:
    """On busy ground there is a plate, and white on it can be read even over white."""
    style = choose(Image.effect_noise((80, 40), 120))
    assert style.plate
    over_white = round(255 * (1 - style.cover) + style.ground * style.cover)
    assert contrast(style.ink, over_white) >= CONTRAST


def test_opaque_plate_over_transparency() -> None:
    """One pixel that lets the page shine through is enough for an opaque plate."""
    ground = Image.new("RGBA", (40, 20), (0, 0, 0, 255))
    ground.putpixel((3, 3), (0, 0, 0, 254))
    style = choose(ground)
    assert style.plate
    assert style.cover == 1
