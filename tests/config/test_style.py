"""Style files."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from PIL import Image

import ailabel
from ailabel import LabelError, LabelSpec, Look, read_style
from ailabel.drawing.paint import CONTRAST, choose, contrast, veiled_style
from ailabel.model.media import Medium
from ailabel.standard.wording import PLATE_MIN_OPACITY
from command import PRODUCER
from command import ailabel as run

if TYPE_CHECKING:
    from pathlib import Path

STYLE = """
wording = "zh+en"
font = "own.otf"

[text]
text = "本文由AI生成"
position = "end"

[image]
text = "AI生成"
position = "top-left"
height = 0.08
margin = 0.03
plate = "always"
opacity = 0.9

[audio]
mark = "rhythm"
position = "both"

[video]
duration = 5
also = ["end"]
"""


def written(folder: Path, text: str) -> Path:
    """Write a style."""
    path = folder / "style.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_style_becomes_arguments(tmp_path: Path) -> None:
    """Every key reaches the place it speaks of; paths count from the style's folder."""
    assert read_style(written(tmp_path, STYLE)) == {
        "wording": "zh+en",
        "font": str(tmp_path / "own.otf"),
        "text": {"text": "本文由AI生成", "image": "AI生成"},
        "position": {"text": "end", "image": "top-left", "audio": "both"},
        "audio_mark": "rhythm",
        "look": Look(height=0.08, margin=0.03, plate="always", opacity=0.9),
        "duration": 5.0,
        "also": ("end",),
    }
    spec = LabelSpec(producer=PRODUCER, **read_style(tmp_path / "style.toml"))
    assert spec.mark(Medium.IMAGE).text == "AI生成"
    assert spec.mark(Medium.AUDIO).text is None
    assert spec.mark(Medium.TEXT).position == "end"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("[image\n", "is no TOML"),
        ("\xff", "is no TOML"),
        ("[image]\nheigth = 0.06", "do you mean image.height"),
        ("[picture]\n", "there is no key picture"),
        ("[image]\nheight = 'large'", "image.height must be a number"),
        ("[image]\nheight = true", "image.height must be a number"),
        ("[video]\nalso = 'end'", "video.also must be a list"),
        ("[video]\nalso = [1]", "video.also must be a list of places"),
        ("wording = 3", "wording must be text"),
        ("x" * 70_000, "longer than 65536 bytes"),
    ],
)
def test_mistakes_are_named(text: str, reason: str, tmp_path: Path) -> None:
    """Unknown keys get a suggestion, wrong values say what is wanted."""
    path = tmp_path / "style.toml"
    path.write_bytes(text.encode("latin-1"))
    with pytest.raises(LabelError, match=reason):
        read_style(path)


def test_all_problems_are_listed(tmp_path: Path) -> None:
    """Not only the first."""
    with pytest.raises(LabelError) as caught:
        read_style(written(tmp_path, "nothing = 1\n[image]\nsize = 1\n[audio]\nmark = 2\n"))
    assert len(caught.value.problems) == 3


@pytest.mark.parametrize(
    "look",
    [
        Look(height=0.049),
        Look(height=0.5),
        Look(margin=0.2),
        Look(margin=-0.1),
        Look(opacity=PLATE_MIN_OPACITY - 0.01),
        Look(opacity=1.1),
        Look(plate="sometimes"),
        Look(height=float("nan")),
    ],
)
def test_no_style_goes_below_the_standard(look: Look) -> None:
    """GB 45438-2025 5.2: at least 5 %, at an edge, legible."""
    with pytest.raises(LabelError, match="not possible"):
        LabelSpec(producer=PRODUCER, look=look)


@pytest.mark.parametrize("text", [{"image": "AI"}, {"image": "好"}, {"sculpture": "AI生成"}])
def test_a_wording_of_each_medium_is_checked(text: dict[str, str]) -> None:
    """It needs both elements, and a medium that exists."""
    with pytest.raises(LabelError):
        LabelSpec(producer=PRODUCER, text=text)


def test_white_on_the_clearest_plate_can_be_read() -> None:
    """The least opacity keeps the contrast over white."""
    style = veiled_style(Look(opacity=PLATE_MIN_OPACITY))
    ground = round(style.ground * style.cover + 255 * (1 - style.cover))
    assert contrast(style.ink, ground) >= CONTRAST


def test_plates_follow_the_style() -> None:
    """Always, never, and where the ground asks for one."""
    calm = Image.new("RGB", (40, 20), (30, 40, 50))
    busy = Image.linear_gradient("L").convert("RGB")
    assert not choose(calm).plate
    assert choose(busy).plate
    assert choose(calm, Look(plate="always", opacity=0.9)).cover == 0.9
    line = choose(busy, Look(plate="never"))
    assert (line.plate, line.cover) == (False, 1.0)


def test_the_look_reaches_the_picture(tmp_path: Path) -> None:
    """Height, place and wording of a label that the command line drew by a style."""
    source = tmp_path / "a.png"
    Image.new("RGB", (800, 600), (200, 210, 220)).save(source)
    style = written(tmp_path, STYLE.replace('font = "own.otf"\n', ""))
    done = run(
        *("label", source, "-o", tmp_path / "b.png", "--producer", PRODUCER),
        *("--style", style, "--format", "json", "--position", "top-right"),
    )
    assert done.code == 0
    (mark,) = json.loads(done.out)["files"][0]["marks"]
    assert mark["text"] == "AI生成"
    assert mark["place"] == "top-right"  # an option comes before the style
    assert mark["height_percent"] >= 8
    assert mark["box"][1] >= 18


def test_a_style_that_cannot_be_read_is_an_error_of_usage(tmp_path: Path) -> None:
    """Exit code 2, with the file's name."""
    source = tmp_path / "a.txt"
    source.write_text("text", encoding="utf-8")
    options = ("-o", tmp_path / "out/", "--producer", PRODUCER, "--style")
    for style in (tmp_path / "none.toml", written(tmp_path, "[image]\nsize = 1")):
        done = run("label", source, *options, style)
        assert done.code == 2
        assert style.name in done.err
    assert ailabel.LabelSpec(producer=PRODUCER).look is None


@pytest.mark.parametrize(
    "line",
    [
        "video.duration = 1" + "0" * 400,
        "video.duration = nan",
        "image.height = inf",
        "image.margin = -1" + "0" * 30,
        'font = "a\\u0000b"',
    ],
)
def test_values_that_mean_nothing_are_refused(tmp_path: Path, line: str) -> None:
    """Neither endless numbers nor names that no file can have."""
    with pytest.raises(LabelError, match="must be"):
        read_style(written(tmp_path, line))


def test_a_byte_order_mark_is_passed_over(tmp_path: Path) -> None:
    """Editors of Windows write one."""
    assert read_style(written(tmp_path, '\ufeffwording = "zh"')) == {"wording": "zh"}
