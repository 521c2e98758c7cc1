"""The element for web pages and the overlay for scenes, in a browser."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING, Final

import pytest
from PIL import Image

from ailabel.marks.scene import scene_overlay
from ailabel.standard.wording import IMAGE_MIN_HEIGHT
from corpus import ROOT

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.oracle

ELEMENT: Final = ROOT / "src" / "ailabel" / "assets" / "web" / "ai-label.js"
PHONE, TABLET, DESKTOP = (390, 844), (820, 1180), (1440, 900)
PLATE: Final = (18, 18, 18)
PAGE: Final = """<!doctype html><html lang="zh-CN"><meta charset="utf-8">
<style>html {{ background: {ground}; {style} }} body {{ margin: 0; height: 300vh }}</style>
<script src="{element}"></script>{body}</html>"""


def shown(
    folder: Path, body: str, size: tuple[int, int], *flags: str, **page: str
) -> tuple[Image.Image, str]:
    """Return what a browser window of a size shows of a page, and what its console says."""
    source, picture = folder / "page.html", folder / "page.png"
    page = {"ground": "#7fa8c9", "style": "", **page}
    source.write_text(PAGE.format(element=ELEMENT.as_uri(), body=body, **page), encoding="utf-8")
    done = subprocess.run(
        [
            *("chromium-headless-shell", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"),
            *("--enable-logging=stderr", f"--screenshot={picture}"),
            *(f"--window-size={size[0]},{size[1]}", *flags, source.as_uri()),
        ],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    return Image.open(picture).convert("RGB"), done.stderr


def measured(image: Image.Image) -> tuple[tuple[int, int, int, int], int]:
    """Return the box of the label's plate and the height of the ink in it."""
    red, green, blue = image.split()
    level = [255 if value == PLATE[0] else 0 for value in range(256)]
    mask = Image.composite(red.point(level), Image.new("L", image.size), green.point(level))
    mask = Image.composite(mask, Image.new("L", image.size), blue.point(level))
    plate = mask.getbbox()
    assert plate is not None
    inner = (plate[0] + 4, plate[1] + 4, plate[2] - 4, plate[3] - 4)
    box = image.crop(inner).convert("L").point([0] * 140 + [255] * 116).getbbox()
    assert box is not None
    return plate, box[3] - box[1]


@pytest.mark.parametrize("size", [PHONE, TABLET, DESKTOP, (844, 390)])
def test_the_element_keeps_its_share_of_the_window(size: tuple[int, int], tmp_path: Path) -> None:
    """The ink is at least 5 % of the shortest side high, and the label stands in its corner."""
    image, console = shown(tmp_path, "<ai-label>人工智能生成</ai-label>", size)
    plate, height = measured(image)
    assert image.size == size
    assert IMAGE_MIN_HEIGHT <= height / min(size) <= 0.07
    assert size[0] - plate[2] < 0.05 * min(size)
    assert size[1] - plate[3] < 0.05 * min(size)
    assert "CONSOLE" not in console


@pytest.mark.parametrize(
    ("flags", "page"),
    [
        (("--force-device-scale-factor=2",), {}),
        ((), {"style": "zoom: 0.5"}),
        ((), {"style": "font-size: 40px"}),
        (("--blink-settings=preferredColorScheme=0",), {"style": "color-scheme: dark"}),
        (("--enable-features=WebContentsForceDark",), {}),
        ((), {"ground": "#121213", "style": "filter: none"}),
    ],
    ids=["zoomed", "page-zoom", "large-text", "dark", "forced-dark", "black-ground"],
)
def test_the_element_survives(flags: tuple[str, ...], page: dict[str, str], tmp_path: Path) -> None:
    """Zoom, large text and dark mode leave size and contrast of the label as they were."""
    image, _ = shown(tmp_path, "<ai-label>人工智能生成</ai-label>", DESKTOP, *flags, **page)
    _, height = measured(image)
    assert height / min(image.size) >= IMAGE_MIN_HEIGHT


@pytest.mark.parametrize("place", ["top-left", "top", "right", "bottom", "bottom-left"])
def test_the_element_stands_at_its_place(place: str, tmp_path: Path) -> None:
    """Edges and corners, on a phone."""
    image, _ = shown(tmp_path, f'<ai-label place="{place}">AI生成</ai-label>', PHONE)
    plate, _ = measured(image)
    near = {"left": plate[0], "top": plate[1], "right": 390 - plate[2], "bottom": 844 - plate[3]}
    assert all(near[side] < 0.05 * 390 for side in place.split("-"))
    if place in {"top", "bottom"}:
        assert abs(near["left"] - near["right"]) <= 2


def test_a_text_that_does_not_comply_is_not_shown(tmp_path: Path) -> None:
    """The default stands instead, as large as ever, and the console says why."""
    own, console = shown(tmp_path, "<ai-label>MAIN 生成</ai-label>", DESKTOP)
    default, _ = shown(tmp_path, "<ai-label></ai-label>", DESKTOP)
    assert own.tobytes() == default.tobytes()
    assert "lacks 人工智能 or AI" in console


def test_a_share_below_the_least_is_raised(tmp_path: Path) -> None:
    """No attribute makes the label smaller than the clause allows."""
    body = '<ai-label share="0.01">人工智能生成</ai-label>'
    _, height = measured(shown(tmp_path, body, DESKTOP)[0])
    assert height / min(DESKTOP) >= IMAGE_MIN_HEIGHT - 1 / min(DESKTOP)


def test_the_element_stands_in_the_text_too(tmp_path: Path) -> None:
    """With place="inline" it follows the words before it."""
    body = '<p style="margin: 40px">x <ai-label place="inline">AI生成</ai-label></p>'
    plate, _ = measured(shown(tmp_path, body, TABLET)[0])
    assert plate[0] < 100
    assert plate[1] < 140


def test_the_overlay_looks_alike_as_picture_and_as_drawing(tmp_path: Path) -> None:
    """The browser's rendering of the SVG differs from the PNG by edges of letters alone."""
    overlay = scene_overlay(DESKTOP)
    (tmp_path / "overlay.svg").write_text(overlay.svg, encoding="utf-8")
    (tmp_path / "overlay.png").write_bytes(overlay.png)
    pictures = [
        shown(tmp_path, f'<img src="overlay.{kind}" style="display: block">', DESKTOP)[0]
        for kind in ("svg", "png")
    ]
    (plate, height), (other_plate, other_height) = map(measured, pictures)
    assert max(abs(a - b) for a, b in zip(plate, other_plate, strict=True)) <= 1
    assert abs(height - other_height) <= 2
    assert min(height, other_height) / min(DESKTOP) >= IMAGE_MIN_HEIGHT
