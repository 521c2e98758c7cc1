"""Small pictures for reports: within their bounds, upright, with outlines where labels are."""

from __future__ import annotations

import io
from importlib import import_module
from typing import TYPE_CHECKING, Final

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from PIL import Image

from ailabel.io.source import BytesView
from ailabel.marks.image.thumbnail import PICTURES, shrunk, thumbnail
from ailabel.model.report import FoundSighting

if TYPE_CHECKING:
    from PIL.Image import Exif

GREEN: Final = (0, 170, 60)
ORANGE: Final = (230, 130, 0)


def coded(picture: Image.Image, kind: str = "PNG", exif: Exif | None = None) -> bytes:
    """Return a picture as a file."""
    out = io.BytesIO()
    picture.save(out, kind, **({} if exif is None else {"exif": exif}))
    return out.getvalue()


def opened(data: bytes | None) -> Image.Image:
    """Return the picture that a thumbnail is."""
    assert data is not None
    return Image.open(io.BytesIO(data), formats=("JPEG",))


def near(picture: Image.Image, place: tuple[int, int], colour: tuple[int, int, int]) -> bool:
    """Say whether a pixel has a colour, as far as JPEG keeps it."""
    pixel = picture.getpixel(place)
    assert isinstance(pixel, tuple)
    return all(abs(one - other) < 60 for one, other in zip(pixel, colour, strict=True))


def sighting(box: tuple[int, int, int, int] | None, finding: str = "found") -> FoundSighting:
    """Return what was seen in a picture of 1280 by 960 pixels."""
    return FoundSighting(
        text="AI",
        place="top",
        location="",
        finding=finding,
        form="words",
        box=box,
        frame=(1280, 960) if box else None,
    )


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        ((1280, 960), (320, 240)),
        ((640, 960), (160, 240)),
        ((4000, 100), (320, 8)),
        ((20000, 2), (320, 1)),
        ((30, 20), (30, 20)),
    ],
)
def test_it_fits_its_bounds_and_is_never_enlarged(
    size: tuple[int, int], expected: tuple[int, int]
) -> None:
    """Within 320 by 240, in its proportions, one pixel at least."""
    data = thumbnail(BytesView(coded(Image.new("RGB", size))), "png")
    assert opened(data).size == expected


def test_labels_are_outlined_where_they_stand() -> None:
    """Labels in green, what a person must judge in orange; what was heard has no place."""
    view = BytesView(coded(Image.new("RGB", (1280, 960), "white")))
    seen = [sighting((400, 400, 600, 480)), sighting((800, 40, 900, 80), "review"), sighting(None)]
    picture = opened(thumbnail(view, "png", seen))
    assert near(picture, (98, 110), GREEN)
    assert near(picture, (152, 110), GREEN)
    assert near(picture, (198, 15), ORANGE)
    assert near(picture, (125, 110), (255, 255, 255))
    plain = opened(thumbnail(view, "png"))
    assert near(plain, (98, 110), (255, 255, 255))


def test_it_is_shown_as_a_viewer_shows_it() -> None:
    """Turned as its orientation says; transparent parts on white."""
    exif = Image.Exif()
    exif[0x0112] = 6
    picture = Image.new("RGB", (640, 320), "black")
    assert opened(thumbnail(BytesView(coded(picture, "JPEG", exif)), "jpeg")).size == (120, 240)
    clear = coded(Image.new("RGBA", (64, 64), (0, 0, 0, 0)))
    assert near(opened(thumbnail(BytesView(clear), "png")), (32, 32), (255, 255, 255))


@pytest.mark.parametrize("name", sorted(PICTURES - {"heic"}))
def test_every_picture_format_has_one(name: str) -> None:
    """From the smallest valid file of each."""
    for file, data in import_module(f"builders.{name}").samples():
        made = thumbnail(BytesView(data, name=file), name)
        assert made is None or opened(made).width <= 320
    assert thumbnail(BytesView(coded(Image.new("RGB", (9, 9)), name.upper())), name) is not None


@pytest.mark.parametrize("name", ["pdf", "mp4", "svg", "jxl", "nothing"])
def test_other_formats_have_none(name: str) -> None:
    """Nothing is guessed."""
    assert thumbnail(BytesView(b""), name) is None


@given(st.binary(max_size=64), st.sampled_from(sorted(PICTURES - {"heic"})))
@example(coded(Image.new("RGB", (64, 64)))[:60], "png")
@settings(max_examples=60, deadline=None)
def test_damaged_pictures_have_none(data: bytes, name: str) -> None:
    """Whatever the bytes are, nothing is raised."""
    assert thumbnail(BytesView(data), name) is None


def test_pictures_of_what_was_seen_are_made_small() -> None:
    """The preview of a page or a film becomes a thumbnail, its outlines with it."""
    assert opened(shrunk(coded(Image.new("RGBA", (1600, 900), "teal")))).size == (320, 180)
