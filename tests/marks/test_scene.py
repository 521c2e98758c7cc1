"""The overlay for the opening frame of a scene."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest
from PIL import Image

from ailabel.errors import AilabelError, LabelError, PlanError
from ailabel.marks.scene import scene_overlay
from ailabel.standard.wording import CORNERS, IMAGE_MIN_HEIGHT

if TYPE_CHECKING:
    from pathlib import Path

SVG = "{http://www.w3.org/2000/svg}"


def ink(data: bytes) -> tuple[int, int, int, int]:
    """Return the box of the opaque white pixels of a PNG."""
    image = Image.open(BytesIO(data))
    box = image.convert("L").point([0] * 200 + [255] * 56).getbbox()
    assert box is not None
    return box


@pytest.mark.parametrize("size", [(1920, 1080), (1080, 1920), (390, 844), (64, 128)])
def test_the_ink_of_the_png_is_large_enough(size: tuple[int, int]) -> None:
    """GB 45438-2025 5.5 f: the text is at least 5 % of the shortest side high."""
    overlay = scene_overlay(size)
    image = Image.open(BytesIO(overlay.png))
    assert (image.size, image.mode) == (size, "RGBA")
    box = ink(overlay.png)
    assert box[3] - box[1] >= min(size) * IMAGE_MIN_HEIGHT
    assert overlay.mark.height_percent is not None
    assert overlay.mark.height_percent >= 100 * IMAGE_MIN_HEIGHT


@pytest.mark.parametrize("position", CORNERS)
def test_the_label_stands_where_it_was_asked_for(position: str) -> None:
    """All but the plate is transparent, and the plate touches the edges that the place names."""
    overlay = scene_overlay((800, 600), position=position)
    box = Image.open(BytesIO(overlay.png)).getchannel("A").getbbox()
    assert box is not None
    near = {"left": box[0], "top": box[1], "right": 800 - box[2], "bottom": 600 - box[3]}
    assert all(near[side] <= 600 * 0.02 for side in position.split("-"))


def test_the_svg_is_one_path_at_the_place_of_the_png() -> None:
    """No font is needed where the SVG is shown, and its plate is the plate of the PNG."""
    overlay = scene_overlay((1920, 1080))
    root = ET.fromstring(overlay.svg)  # noqa: S314 - our own
    assert root.attrib["viewBox"] == "0 0 1920 1080"
    assert [child.tag for child in root] == [f"{SVG}title", f"{SVG}rect", f"{SVG}path"]
    plate = root[1].attrib
    alpha = Image.open(BytesIO(overlay.png)).getchannel("A").getbbox()
    assert alpha is not None
    assert (int(plate["x"]), int(plate["y"])) == alpha[:2]
    assert (int(plate["width"]), int(plate["height"])) == (alpha[2] - alpha[0], alpha[3] - alpha[1])


def test_a_text_is_escaped_in_the_svg(tmp_path: Path) -> None:
    """A wording of the user's own cannot put markup into the drawing."""
    from fontTools.ttLib import TTFont

    fonts = "/usr/share/fonts/opentype/noto/NotoSansCJK-Bold.ttc"
    font = tmp_path / "bold.otf"
    TTFont(fonts, fontNumber=2).save(font)
    overlay = scene_overlay((1920, 1080), text='AI生成 <b a="">&', font=font)
    root = ET.fromstring(overlay.svg)  # noqa: S314 - our own
    assert root[0].text == root.attrib["aria-label"] == 'AI生成 <b a="">&'
    assert [child.tag for child in root] == [f"{SVG}title", f"{SVG}rect", f"{SVG}path"]


def test_a_wording_without_both_elements_is_refused() -> None:
    """GB 45438-2025 5.5 b: the AI element and the generation element."""
    with pytest.raises(LabelError, match="lacks an element"):
        scene_overlay((800, 600), text="AI scene")


@pytest.mark.parametrize("size", [(63, 800), (800, 16_385), (0, 0), (-1, 800)])
def test_a_size_out_of_range_is_refused(size: tuple[int, int]) -> None:
    """The error names the range."""
    with pytest.raises(PlanError, match="each side has 64 to 16384 pixels"):
        scene_overlay(size)


def test_a_font_that_is_none_is_refused(tmp_path: Path) -> None:
    """A file that is no font is an error of ours, not a traceback."""
    path = tmp_path / "font.otf"
    path.write_bytes(b"no font")
    with pytest.raises(AilabelError, match=r"font\.otf"):
        scene_overlay((800, 600), font=path)
