"""The label on SVG drawings."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING, Final

import pytest
from PIL import Image

from ailabel.errors import AilabelError, PlanError
from ailabel.io.source import BytesView
from ailabel.io.splice import apply
from ailabel.marks.image.svg import render
from ailabel.marks.image.svg_look import inspect
from ailabel.spi import Finding, MarkSpec
from ailabel.standard.wording import CORNERS, IMAGE_MIN_HEIGHT
from ailabel.testing import damaged

if TYPE_CHECKING:
    from pathlib import Path

ROOTS: Final = (
    'width="800" height="450"',
    'width="300" height="200" viewBox="0 0 100 60"',
    'width="200" height="400" viewBox="0 0 1000 500"',
    'width="10cm" height="8cm" viewBox="-50 -40 100 80"',
    'width="100%" viewBox="0 0 640 480"',
    'viewBox="0,0,640,480" preserveAspectRatio="xMinYMin meet"',
)
LABEL: Final = (
    '<rect x="9" y="80" width="70" height="19" fill="#000"/>'
    '<text x="12" y="95" style="{0}">{1}</text>'
)


def drawing(root: str = ROOTS[0], inner: str = "") -> bytes:
    """Return a drawing with a ground."""
    ground = '<rect x="-2000" y="-2000" width="6000" height="6000" fill="#9cb"/>'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {root}>{ground}{inner}</svg>'.encode()


def labelled(data: bytes, **spec: str) -> bytes:
    """Return a drawing with the label."""
    return apply(data, render(BytesView(data), MarkSpec(**spec)).edits)  # type: ignore[arg-type]


@pytest.mark.parametrize("root", ROOTS)
def test_the_label_is_found_and_measured(root: str) -> None:
    """GB 45438-2025 5.2: at an edge, high enough in every usual font, with contrast."""
    data = drawing(root)
    result = labelled(data)
    assert result.startswith(data.removesuffix(b"</svg>"))
    (sighting,) = inspect(BytesView(result)).sightings
    look = sighting.appearance
    assert sighting.finding is Finding.FOUND
    assert look is not None
    assert look.ink_height >= IMAGE_MIN_HEIGHT * min(look.frame)
    assert look.at_edge
    assert look.contrast > 4.5


@pytest.mark.oracle
@pytest.mark.parametrize("root", ROOTS[:4])
def test_a_browser_draws_it_large_enough(root: str, tmp_path: Path) -> None:
    """The ink in the picture that a browser makes, in the font that this machine has."""
    source, picture = tmp_path / "a.svg", tmp_path / "a.png"
    source.write_bytes(labelled(drawing(root)))
    flags = ("--no-sandbox", "--disable-gpu", "--hide-scrollbars", f"--screenshot={picture}")
    command = ["chromium-headless-shell", *flags, "--window-size=900,500", source.as_uri()]
    subprocess.run(command, capture_output=True, check=True, timeout=60)
    shown = Image.open(picture).convert("RGB")
    levels = [255 if level == 18 else 0 for level in range(256)]
    plate = shown.convert("L").point(levels).getbbox()
    assert plate is not None
    inner = tuple(v + d for v, d in zip(plate, (3, 3, -3, -3), strict=True))
    ink = shown.crop(inner).convert("L").point([0] * 140 + [255] * 116).getbbox()  # type: ignore[arg-type]
    assert ink is not None
    (sighting,) = inspect(BytesView(source.read_bytes())).sightings
    assert sighting.appearance is not None
    height = ink[3] - ink[1]
    assert height >= IMAGE_MIN_HEIGHT * min(sighting.appearance.frame)
    least, most = 1 - sighting.appearance.tolerance, 1 + sighting.appearance.tolerance
    expected = sighting.appearance.ink_height
    assert least * expected - 1 <= height <= most * expected + 1


@pytest.mark.parametrize("place", CORNERS)
def test_it_stands_where_it_was_asked_for(place: str) -> None:
    """Every edge and corner."""
    (sighting,) = inspect(BytesView(labelled(drawing(), position=place))).sightings
    assert sighting.place == place


@pytest.mark.parametrize(
    ("inner", "finding"),
    [
        (LABEL.format("fill:#fff;font-size:40px", "人工智能生成"), Finding.FOUND),
        ("<text>人工智能生成</text>", Finding.REVIEW),
        (LABEL.format("fill:#fff;font-size:40px", "非人工智能生成"), Finding.REVIEW),
        (LABEL.format("fill:#fff;font-size:40px", "AI生成") + "<circle r='9'/>", Finding.REVIEW),
        (f"<g transform='scale(.1)'>{LABEL.format('', 'AI生成')}</g>", Finding.REVIEW),
        (f"<g style='display: none'>{LABEL.format('', 'AI生成')}</g>", Finding.UNCHECKED),
        (f"<g style='opacity: 0.0'>{LABEL.format('', 'AI生成')}</g>", Finding.UNCHECKED),
        (f"<defs>{LABEL.format('', 'AI生成')}</defs>", Finding.UNCHECKED),
        ("<title>AI生成</title>", Finding.UNCHECKED),
        ("<text>潮水</text>", Finding.UNCHECKED),
    ],
)
def test_texts_are_judged(inner: str, finding: Finding) -> None:
    """What cannot be measured is left to a person, and what is not text is not read."""
    assert inspect(BytesView(drawing(inner=inner))).finding is finding


@pytest.mark.parametrize(
    ("root", "reason"),
    [
        ("", "neither its size nor a viewBox"),
        ('viewBox="0 0 0 9"', "neither its size nor a viewBox"),
        ('viewBox="0 0 9 9" preserveAspectRatio="xMidYMid slice"', "slice"),
        ('width="30" height="20"', "no legal wording fits"),
    ],
)
def test_what_cannot_be_labelled_is_refused(root: str, reason: str) -> None:
    """The error says what to change."""
    with pytest.raises(PlanError, match=reason):
        labelled(drawing(root))


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "iso-8859-1", "gb18030"])
def test_every_encoding_is_spliced(encoding: str) -> None:
    """What stands before the label stays, and the label is written as the file is."""
    named = encoding.removesuffix("-sig")
    data = f'<?xml version="1.0" encoding="{named}"?>{drawing().decode()}'.encode(encoding)
    (edit,) = render(BytesView(data), MarkSpec()).edits
    result = apply(data, [edit])
    assert result[: edit.offset] == data[: edit.offset]
    shown = result.decode(encoding)
    assert shown.endswith("</text></g></svg>")
    assert ("人工智能生成" in shown) == (encoding != "iso-8859-1")
    assert shown.count("<text") == 1


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16-le", "utf-16-be"])
def test_texts_are_found_in_either_width(encoding: str) -> None:
    """A drawing of two bytes a character is read like any other."""
    label = LABEL.format("fill:#fff;font-size:40px", "人工智能生成")
    mark = "" if encoding == "utf-8-sig" else "\ufeff"
    data = f"{mark}{drawing(inner=label).decode()}".encode(encoding)
    assert inspect(BytesView(data)).finding is Finding.FOUND


def test_a_drawing_that_is_one_tag_is_opened() -> None:
    """An empty root takes the label as its content."""
    data = b'<svg xmlns="http://www.w3.org/2000/svg" width="400" height="300" />'
    assert inspect(BytesView(labelled(data))).finding is Finding.FOUND


def test_damage_never_escapes() -> None:
    """Damaged copies are drawn on or refused with an error of ours."""
    refused = 0
    for copy in damaged(labelled(drawing()), count=80, seed=6):
        try:
            assert inspect(BytesView(copy)).finding
            assert labelled(copy)
        except AilabelError:
            refused += 1
    assert refused


@pytest.mark.parametrize("held", ['opacity="0"', 'visibility="hidden"', 'fill-opacity="0.0"'])
def test_letters_that_attributes_hide_are_no_label(held: str) -> None:
    """Attributes of presentation hide as styles do."""
    style = "font-size:60px;fill:#fff"
    text = LABEL.format(style, "本内容由AI生成").replace("<text", f"<text {held}")
    assert inspect(BytesView(drawing(inner=text))).finding is Finding.UNCHECKED


@pytest.mark.parametrize(
    "root",
    [
        'viewBox="0 0 1e-320 1" height="100"',
        'viewBox="0 0 1e8 1e-300" height="1e8"',
        'viewBox="0 0 1e-300 1e-300"',
        'width="1e-300" height="1e-300"',
        'width="nan" height="inf" viewBox="nan 0 inf 1"',
    ],
)
@pytest.mark.parametrize("x", ["9", "nan", "inf", "1e308"])
def test_numbers_beyond_any_drawing_are_none(root: str, x: str) -> None:
    """Nothing is divided by next to nothing."""
    text = LABEL.format("font-size:60px;fill:#fff", "本内容由AI生成").replace("9", x, 1)
    data = drawing(root, text)
    assert inspect(BytesView(data)).finding is Finding.REVIEW
    with pytest.raises(PlanError):
        labelled(data)
    assert inspect(BytesView(drawing(inner=text))).finding in {Finding.REVIEW, Finding.FOUND}


def test_letters_beside_their_plate_are_left_to_a_person() -> None:
    """They may be off the drawing."""
    text = LABEL.format("font-size:60px;fill:#fff", "本内容由AI生成")
    assert inspect(BytesView(drawing(inner=text))).finding is Finding.FOUND
    aside = text.replace('x="12"', 'x="-9000"')
    assert inspect(BytesView(drawing(inner=aside))).finding is Finding.REVIEW
