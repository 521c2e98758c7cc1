"""The label on AVIF and HEIC pictures."""

from __future__ import annotations

from io import BytesIO
from typing import Final

import pillow_heif
import pytest
from PIL import Image, ImageChops

from ailabel.errors import AilabelError, LimitExceededError, MalformedFileError, PlanError
from ailabel.io.source import BytesView, Limits
from ailabel.io.splice import apply
from ailabel.marks.image.heif import render_avif, render_heic
from ailabel.spi import MarkSpec
from ailabel.testing import damaged
from builders import avif, heic

XMP: Final = b"<x:xmpmeta xmlns:x='adobe:ns:meta/'/>"


def picture(mode: str = "RGB") -> Image.Image:
    """Return a calm picture."""
    return Image.radial_gradient("L").convert(mode).resize((400, 260))


def exif(orientation: int = 1) -> Image.Exif:
    """Return Exif with a maker and an orientation."""
    made = Image.Exif()
    made[0x010F] = "Maker"
    made[0x0112] = orientation
    return made


def coded_avif(mode: str = "RGB", sampling: str = "4:2:0", orientation: int = 1) -> bytes:
    """Return an AVIF picture made by Pillow."""
    out = BytesIO()
    held = {"exif": exif(orientation), "xmp": XMP, "icc_profile": b"profile"}
    picture(mode).save(out, "AVIF", quality=80, subsampling=sampling, **held)
    return out.getvalue()


def coded_heic(mode: str = "RGB", chroma: int = 420) -> bytes:
    """Return a HEIC picture made by libheif."""
    out = BytesIO()
    made = pillow_heif.from_pillow(picture(mode))
    made.save(out, quality=80, chroma=chroma, exif=exif().tobytes(), xmp=XMP)
    return bytes(out.getvalue())


def seen(image: Image.Image, box: tuple[int, int, int, int]) -> float:
    """Return how much of a box is white."""
    levels = image.convert("L").crop(box).histogram()
    return sum(levels[225:]) / sum(levels)


@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
@pytest.mark.parametrize("sampling", ["4:2:0", "4:4:4"])
def test_avif_is_drawn_on(mode: str, sampling: str) -> None:
    """The label is there, the rest is nearly as before, and metadata are carried over."""
    data = coded_avif(mode, sampling)
    rendition = render_avif(BytesView(data), MarkSpec(position="bottom-left"))
    (mark,) = rendition.marks
    assert mark.box is not None
    with Image.open(BytesIO(data)) as one, Image.open(BytesIO(apply(data, rendition.edits))) as two:
        assert (one.size, one.mode) == (two.size, two.mode)
        assert two.info["xmp"] == XMP
        assert two.info["icc_profile"] == b"profile"
        assert two.getexif()[0x010F] == "Maker"
        assert 0.15 < seen(two, mark.box) < 0.9
        above = (0, 0, 400, 200)
        difference = ImageChops.difference(
            one.convert("RGB").crop(above), two.convert("RGB").crop(above)
        )
        assert max(high for _, high in difference.getextrema()) <= 12  # type: ignore[misc]
    assert rendition.reencoded is not None
    assert 0 < rendition.changed_outside < 0.6


def test_a_turned_avif_is_labelled_as_viewers_show_it() -> None:
    """The mark's box is upright, and the orientation is kept."""
    data = coded_avif(orientation=6)
    rendition = render_avif(BytesView(data), MarkSpec())
    (mark,) = rendition.marks
    assert mark.box is not None
    assert mark.box[3] > 300  # the shown picture is 400 high
    with Image.open(BytesIO(apply(data, rendition.edits))) as result:
        assert result.getexif()[0x0112] == 6


@pytest.mark.parametrize(("mode", "chroma"), [("RGB", 420), ("RGB", 444), ("RGBA", 420)])
def test_heic_is_drawn_on(mode: str, chroma: int) -> None:
    """As for AVIF; the sampling of the colours stays."""
    data = coded_heic(mode, chroma)
    rendition = render_heic(BytesView(data), MarkSpec())
    (mark,) = rendition.marks
    assert mark.box is not None
    result = pillow_heif.open_heif(BytesIO(apply(data, rendition.edits)))
    assert (result.size, result.mode, result.info["chroma"]) == ((400, 260), mode, chroma)
    assert result.info["xmp"] == XMP
    assert b"Maker" in result.info["exif"]
    assert 0.15 < seen(result.to_pillow(), mark.box) < 0.9


@pytest.mark.parametrize("frames", [2, 3])
def test_what_would_be_lost_is_refused(frames: int) -> None:
    """Bursts and films."""
    out = BytesIO()
    more = [picture().rotate(90 * number) for number in range(1, frames)]
    picture().save(out, "AVIF", save_all=True, append_images=more)
    with pytest.raises(PlanError, match="would lose"):
        render_avif(BytesView(out.getvalue()), MarkSpec())
    several = pillow_heif.from_pillow(picture())
    for one in more:
        several.add_from_pillow(one)
    out = BytesIO()
    several.save(out)
    with pytest.raises(PlanError, match="would lose"):
        render_heic(BytesView(out.getvalue()), MarkSpec())


@pytest.mark.parametrize("properties", [b"pixi", b"skip"])
def test_more_than_eight_bits_are_refused(properties: bytes) -> None:
    """Their shades would be lost; the box that says how many there are may be left out."""
    out = BytesIO()
    deep = Image.new("I;16", (200, 200), 40_000)
    pillow_heif.from_pillow(deep).save(out)
    with pytest.raises(PlanError, match="8 bits"):
        render_heic(BytesView(out.getvalue().replace(b"pixi", properties)), MarkSpec())
    data = bytearray(coded_avif().replace(b"pixi", properties))
    data[data.index(b"av1C") + 6] |= 0x40
    with pytest.raises(PlanError, match="8 bits"):
        render_avif(BytesView(bytes(data)), MarkSpec())


def test_wide_colours_without_a_profile_are_refused() -> None:
    """They would be taken for sRGB and turn pale."""
    out = BytesIO()
    picture().save(out, "AVIF")
    data = bytearray(out.getvalue())
    at = data.index(b"nclx") + 4
    data[at : at + 2] = (12).to_bytes(2, "big")
    with pytest.raises(PlanError, match="beyond sRGB"):
        render_avif(BytesView(bytes(data)), MarkSpec())


@pytest.mark.parametrize("make", [avif, heic])
def test_hand_made_files_are_served_or_refused(make: object) -> None:
    """Containers whose picture data are no picture are refused by an error of ours."""
    render = render_avif if make is avif else render_heic
    for _, data in make.samples():  # type: ignore[attr-defined]
        with pytest.raises(AilabelError):
            render(BytesView(data), MarkSpec())


def test_limits_hold() -> None:
    """Too many pixels, and a file that is cut short."""
    data = coded_avif()
    with pytest.raises(LimitExceededError):
        render_avif(BytesView(data, limits=Limits(pixels=1000)), MarkSpec())
    with pytest.raises(MalformedFileError):
        render_avif(BytesView(data[:-400]), MarkSpec())


@pytest.mark.parametrize("data", [coded_avif(), coded_heic()], ids=["avif", "heic"])
def test_damage_never_escapes(data: bytes) -> None:
    """Damaged copies are drawn on or refused with an error of ours."""
    render = render_avif if b"avif" in data[:32] else render_heic
    refused = 0
    for copy in damaged(data, count=12, seed=8):
        try:
            assert render(BytesView(copy), MarkSpec()).edits
        except AilabelError:
            refused += 1
    assert refused


def test_what_is_cut_off_does_not_come_back() -> None:
    """The decoder of AVIF passes over the box that crops, so the whole picture would be shown."""
    out = BytesIO()
    picture().save(out, "AVIF")
    data = out.getvalue()
    assert b"pasp" in data or b"pixi" in data
    name = b"pasp" if b"pasp" in data else b"pixi"
    with pytest.raises(PlanError, match="cut off"):
        render_avif(BytesView(data.replace(name, b"clap")), MarkSpec())
