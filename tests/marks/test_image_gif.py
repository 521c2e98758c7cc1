"""The label on GIF pictures and animations."""

from __future__ import annotations

import subprocess
from io import BytesIO
from typing import TYPE_CHECKING, Final

import pytest
from PIL import Image, ImageChops, ImageDraw

from ailabel.errors import AilabelError, LimitExceededError, MalformedFileError, PlanError
from ailabel.io.source import BytesView, Limits
from ailabel.io.splice import apply
from ailabel.marks.image.gif import render
from ailabel.spi import MarkSpec
from ailabel.testing import damaged

if TYPE_CHECKING:
    from pathlib import Path

SIZE: Final = (360, 280)


def animation(disposal: int, *, clear: bool, colours: int = 40, frames: int = 5) -> bytes:
    """Return an animation of a ball on calm or transparent ground, saved by Pillow."""
    ground = (0, 0, 0, 0) if clear else (40, 90, 140, 255)
    pictures = []
    for number in range(frames):
        picture = Image.new("RGBA", SIZE, ground)
        draw = ImageDraw.Draw(picture)
        left = 20 + 40 * number
        draw.ellipse((left, 60, left + 100, 160), fill=(250, 200 - 20 * number, 10, 255))
        for point in range(colours):
            draw.point(
                (3 * point % 360, 200 + point // 20),
                fill=(point, 255 - point, 3 * point % 256, 255),
            )
        pictures.append(picture)
    out = BytesIO()
    pictures[0].save(
        out,
        "GIF",
        save_all=True,
        append_images=pictures[1:],
        duration=80,
        loop=0,
        disposal=disposal,
    )
    return out.getvalue()


def shown(data: bytes) -> list[Image.Image]:
    """Return the pictures that a viewer shows, composed by Pillow."""
    with Image.open(BytesIO(data)) as picture:
        pictures = []
        for number in range(getattr(picture, "n_frames", 1)):
            picture.seek(number)
            pictures.append(picture.convert("RGBA"))
        return pictures


def labelled(data: bytes, **spec: str) -> bytes:
    """Return a GIF with the label drawn."""
    return apply(data, render(BytesView(data), MarkSpec(**spec)).edits)  # type: ignore[arg-type]


def still(table: list[int], indices: bytes, size: tuple[int, int] = (200, 100)) -> bytes:
    """Return a still GIF with this colour table and these pixels."""
    picture = Image.frombytes("P", size, indices)
    picture.putpalette(table)
    out = BytesIO()
    picture.save(out, "GIF", optimize=False)
    return out.getvalue()


@pytest.mark.parametrize("disposal", [0, 1, 2, 3])
@pytest.mark.parametrize("clear", [False, True], ids=["calm", "transparent"])
def test_every_picture_shows_the_whole_label(disposal: int, clear: bool) -> None:  # noqa: FBT001 - a parameter
    """GB 45438-2025 5.2: and outside of it no pixel changes, nor any time."""
    data = animation(disposal, clear=clear)
    rendition = render(BytesView(data), MarkSpec())
    result = apply(data, rendition.edits)
    (mark,) = rendition.marks
    assert mark.box is not None
    assert rendition.changed_outside == 0
    before, after = shown(data), shown(result)
    assert len(before) == len(after) == 5
    for one, other in zip(before, after, strict=True):
        letters = other.crop(mark.box).convert("L").point([0] * 250 + [255] * 6).getbbox()
        assert letters == (0, 0, mark.box[2] - mark.box[0], mark.box[3] - mark.box[1])
        different = ImageChops.difference(one, other).getbbox(alpha_only=False)
        assert different is not None
        margin = 12
        assert different[0] >= mark.box[0] - margin
        assert different[1] >= mark.box[1] - margin
    with Image.open(BytesIO(data)) as one, Image.open(BytesIO(result)) as other:
        assert one.info["duration"] == other.info["duration"]
        assert one.info["loop"] == other.info["loop"]


def test_a_frame_away_from_the_label_keeps_its_bytes() -> None:
    """Frames that do not touch it are not coded anew, where the ground stays."""
    data = animation(1, clear=False)
    rendition = render(BytesView(data), MarkSpec(position="bottom-right"))
    assert 0 < len(rendition.edits) <= 5
    top = render(BytesView(data), MarkSpec(position="bottom-left"))
    assert top.marks[0].place == "bottom-left"


def test_a_full_table_gives_up_its_rarest_colours() -> None:
    """A grey picture of few tones: two give way to their nearest, and the share is told."""
    table = [value for grey in range(256) for value in [100 + grey // 8] * 3]
    indices = bytes(i % 256 for i in range(200 * 100))
    data = still(table, indices)
    rendition = render(BytesView(data), MarkSpec())
    assert 0 < rendition.changed_outside < 0.02
    result = apply(data, rendition.edits)
    (mark,) = rendition.marks
    assert mark.box is not None
    ink = shown(result)[0].crop(mark.box).convert("L")
    assert ink.getextrema() == (18, 255)


def test_a_full_table_with_contrast_keeps_all_colours() -> None:
    """Where black and white are there already, nothing has to give way."""
    table = [value for grey in range(256) for value in [grey] * 3]
    data = still(table, bytes(i % 256 for i in range(200 * 100)))
    assert render(BytesView(data), MarkSpec()).changed_outside == 0


def test_one_colour_is_enough() -> None:
    """A picture of one colour takes the label in colours of its own table."""
    result = labelled(still([200, 30, 30], bytes(200 * 100)))
    colours = {colour for _, colour in shown(result)[0].convert("RGB").getcolors() or ()}
    assert {(200, 30, 30), (18, 18, 18), (255, 255, 255)} <= colours


def test_interlaced_pictures_are_read() -> None:
    """The rows of an interlaced frame come out in their order."""
    picture = Image.linear_gradient("L").resize((300, 200)).convert("P")
    out = BytesIO()
    picture.save(out, "GIF", interlace=1)
    result = labelled(out.getvalue(), position="top-left")
    below = (0, 60, 300, 200)
    before, after = shown(out.getvalue())[0], shown(result)[0]
    assert ImageChops.difference(before.crop(below), after.crop(below)).getbbox() is None


def test_what_cannot_be_drawn_is_refused() -> None:
    """Pictures that are too small, too large, empty or broken."""
    with pytest.raises(PlanError, match="no legal wording fits"):
        labelled(still([0, 0, 0], bytes(30 * 20), (30, 20)))
    data = animation(1, clear=False)
    with pytest.raises(LimitExceededError):
        render(BytesView(data, limits=Limits(pixels=360 * 280 * 2)), MarkSpec())
    with pytest.raises(MalformedFileError, match="no picture"):
        labelled(b"GIF89a\x10\0\x10\0\0\0\0;".replace(b"\x10\0\x10\0", b"\0\x02\0\x02"))
    with pytest.raises(MalformedFileError, match="screen is empty"):
        labelled(b"GIF89a\0\0\x10\0\0\0\0;")


@pytest.mark.oracle
def test_gifsicle_finds_no_fault(tmp_path: Path) -> None:
    """An independent decoder reads every frame without a warning."""
    for disposal in (1, 2):
        path = tmp_path / f"{disposal}.gif"
        path.write_bytes(labelled(animation(disposal, clear=True)))
        command = ["gifsicle", "--info", "--output", str(tmp_path / "out"), str(path)]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        assert "5 images" in done.stdout + (tmp_path / "out").read_text("utf-8", "replace")
        assert not done.stderr


def test_damage_never_escapes() -> None:
    """Damaged copies are drawn on or refused with an error of ours."""
    refused = 0
    for copy in damaged(animation(2, clear=True), count=80, seed=9):
        try:
            assert labelled(copy)
        except AilabelError:
            refused += 1
    assert refused


def test_a_rare_colour_never_takes_that_of_the_label() -> None:
    """The two rarest are each other's nearest, so where the first one went gives way too."""
    table = [value for grey in range(254) for value in [100 + grey // 8] * 3]
    table += [100, 150, 100, 100, 151, 100]
    indices = bytearray(i % 254 for i in range(200 * 100))
    indices[5:8] = bytes((254, 255, 255))
    (picture,) = shown(labelled(still(table, bytes(indices))))
    levels = [picture.convert("L").getpixel((x, 0)) for x in range(5, 8)]
    assert all(isinstance(level, int) and 90 < level < 140 for level in levels)


def test_frames_beyond_the_screen_are_counted() -> None:
    """Pixels that no screen shows cost as much as others."""
    data = bytearray(still([0, 0, 0, 255, 255, 255], bytes(200 * 100)))
    data[6:10] = (100).to_bytes(2, "little") + (50).to_bytes(2, "little")
    view = BytesView(bytes(data), limits=Limits(pixels=19_999))
    with pytest.raises(LimitExceededError):
        render(view, MarkSpec())
