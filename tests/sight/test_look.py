"""Looking at pictures whose lettering is known."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Final

import pytest
from PIL import Image, ImageDraw

from ailabel.drawing.face import Face
from ailabel.sight.ink import measure
from ailabel.sight.look import look, place_of
from ailabel.sight.reader import Line
from ailabel.sight.shape import shape_of
from ailabel.spi import Finding

SIZE: Final = (900, 700)
GROUND: Final = (70, 90, 110)


def page(*texts: tuple[str, int, int, int]) -> Image.Image:
    """Return a picture with texts: what, left, top, height of the em box."""
    picture = Image.new("RGB", SIZE, GROUND)
    draw = ImageDraw.Draw(picture)
    for text, left, top, size in texts:
        draw.text((left, top), text, fill="white", font=Face.open(None).at(size), anchor="lt")
    return picture


@pytest.mark.parametrize(
    ("box", "place"),
    [
        ((0, 0, 100, 40), "top-left"),
        ((400, 0, 500, 40), "top"),
        ((800, 660, 900, 700), "bottom-right"),
        ((0, 330, 100, 370), "left"),
        ((400, 330, 500, 370), "middle"),
    ],
)
def test_places_are_told_by_thirds(box: tuple[int, int, int, int], place: str) -> None:
    """By where the middle of the label stands."""
    assert place_of(box, SIZE) == place


def test_a_shape_knows_its_ideographs() -> None:
    """Their columns, and how high their ink is in ems; what the font lacks is stood in for."""
    shape = shape_of("AI生成")
    assert [round(glyph.end - glyph.start, 1) for glyph in shape.glyphs] == [0.3, 0.3]
    assert 0.9 < shape.ink < 1
    assert len(shape_of("鱻AI鱻").glyphs) == 2
    assert shape_of("AI").glyphs == ()


def test_ink_is_measured_on_the_letters_alone() -> None:
    """The detector's box is half as high again, and wider."""
    picture = page(("人工智能生成", 300, 600, 60))
    line = Line(
        text="人工智能生成",
        score=1,
        quad=((282, 582), (680, 582), (680, 678), (282, 678)),
    )
    ink = measure(picture, line, line.text)
    assert ink is not None
    assert abs(ink.height / (60 * shape_of(line.text).ink) - 1) < 0.03
    assert abs(ink.em / 60 - 1) < 0.06
    assert ink.contrast > 5
    assert [round(edge) for edge in ink.box] == pytest.approx([302, 600, 659, 659], abs=4)
    assert measure(picture, line, "AI") is None
    assert measure(Image.new("RGB", SIZE, GROUND), line, line.text) is None


def test_ink_that_cannot_be_told_apart_is_estimated_by_the_box() -> None:
    """Specks are no letters: the detector's box decides then, with a wide tolerance."""
    picture = Image.new("RGB", SIZE, GROUND)
    draw = ImageDraw.Draw(picture)
    for index in range(6):
        draw.rectangle((320 + 60 * index, 628, 330 + 60 * index, 634), fill="white")
    text = "人工智能生成"
    quad = ((282, 582), (680, 582), (680, 678), (282, 678))
    ink = measure(picture, Line(text=text, score=1, quad=quad), text)
    assert ink is not None
    assert 0.5 < ink.height / 96 < 1
    assert ink.tolerance == 0.2


def test_writing_that_runs_downwards_is_estimated_by_its_box() -> None:
    """With a tolerance that says so."""
    picture = page(*((char, 820, 60 + 50 * row, 44) for row, char in enumerate("人工智能生成")))
    line = Line(text="人工智能生成", score=1, quad=((810, 50), (875, 50), (875, 362), (810, 362)))
    ink = measure(picture, line, line.text)
    assert ink is not None
    assert ink.tolerance == 0.12
    assert abs(ink.em / 44 - 1) < 0.15


@pytest.mark.eyes
def test_pictures_may_be_looked_at_in_several_threads() -> None:
    """The engine is made once and shared."""
    one = page(("本图由AI生成", 40, 620, 44))
    two = page(("人工智能合成", 500, 30, 50), ("未经AI生成", 60, 400, 44))
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(look, [one, two, one, two]))
    assert [[seen.text for seen in each] for each in found] == [
        ["本图由AI生成"],
        ["人工智能合成", "未经AI生成"],
    ] * 2
    assert [seen.finding for seen in found[1]] == [Finding.FOUND, Finding.REVIEW]
    first = found[0][0].appearance
    assert first is not None
    assert first.at_edge
    assert found[2][0].appearance == first


@pytest.mark.eyes
def test_a_label_in_the_middle_is_told_to_stand_there() -> None:
    """Far from every edge, in two lines."""
    (seen,) = look(page(("人工智能", 380, 300, 44), ("生成", 380, 350, 44)))
    assert (seen.text, seen.place) == ("人工智能生成", "middle")
    assert seen.appearance is not None
    assert not seen.appearance.at_edge
    assert abs(seen.appearance.em_height / 44 - 1) < 0.08


@pytest.mark.eyes
def test_long_pictures_are_looked_at_in_pieces_and_seen_once() -> None:
    """Where two pieces overlap, a line counts once."""
    strip = Image.new("RGB", (3000, 500), GROUND)
    font = Face.open(None).at(40)
    for left in (850, 2700):
        ImageDraw.Draw(strip).text((left, 440), "AI生成", fill="white", font=font, anchor="lt")
    assert [seen.text for seen in look(strip)] == ["AI生成", "AI生成"]
