"""Looking at picture files: formats, transparency, animation, damage, limits; and the law L9."""

from __future__ import annotations

import io
import sys
from typing import TYPE_CHECKING, Any, Final

import pytest
from PIL import Image

import ailabel
from ailabel.drawing.layout import lay_out
from ailabel.errors import AilabelError, LimitExceededError, MalformedFileError, MissingExtraError
from ailabel.io.source import BytesView, Limits
from ailabel.marks.image.inspect import inspect
from ailabel.marks.image.inspect_decode import Frame, frames
from ailabel.model.media import Format, Medium
from ailabel.spi import Evidence, Finding, MarkSpec
from ailabel.testing import damaged
from every import SAMPLES

if TYPE_CHECKING:
    from collections.abc import Sequence

SIZE: Final = (480, 360)
TEXT: Final = "人工智能生成"


def format_of(name: str) -> Format:
    """Return a picture format by its id."""
    return Format(
        id=name, name=name.upper(), medium=Medium.IMAGE, suffixes=(f".{name}",), mime="image/x"
    )


def lettered(
    ground: object = (90, 120, 60), mode: str = "RGB", *, plate: bool = True
) -> Image.Image:
    """Return a picture with the label at the bottom right, white on a black plate or on nothing."""
    picture = Image.new(mode, SIZE, ground)  # type: ignore[arg-type]
    stencil = lay_out(SIZE, 1, MarkSpec())
    white, black = ((255, 255, 255), (0, 0, 0)) if mode == "RGB" else ((255,) * 4, (0, 0, 0, 255))
    if plate:
        picture.paste(black, stencil.area[:2], stencil.plate)
    picture.paste(white, stencil.area[:2], stencil.letters)
    return picture


def stored(picture: Image.Image, name: str, **settings: Any) -> bytes:  # noqa: ANN401 - of Pillow
    """Return a picture as a file."""
    out = io.BytesIO()
    picture.save(out, name.upper(), **settings)
    return out.getvalue()


def looked(data: bytes, name: str, **settings: Any) -> Evidence:  # noqa: ANN401 - of inspect
    """Look at a file."""
    return inspect(BytesView(data), format_of(name), **settings)


def decoded(data: bytes, name: str) -> Sequence[Frame]:
    """Return the frames that would be looked at."""
    return list(frames(BytesView(data), name))


@pytest.mark.eyes
@pytest.mark.parametrize("name", ["png", "jpeg", "webp", "bmp", "tiff", "gif", "avif"])
def test_a_label_is_found_in_every_format(name: str) -> None:
    """Text, place, height and contrast are told, whatever the coding."""
    evidence = looked(stored(lettered(), name), name)
    (seen,) = evidence.sightings
    assert (evidence.finding, seen.text, seen.place) == (Finding.FOUND, TEXT, "bottom-right")
    look = seen.appearance
    assert look is not None
    assert look.at_edge
    assert look.frame == SIZE
    assert abs(look.ink_height / 20 - 1) < 0.06
    assert look.ink_height <= look.em_height <= 1.15 * look.ink_height
    assert look.contrast > 10


@pytest.mark.eyes
def test_a_heic_picture_is_looked_at() -> None:
    """By the library of the extra heif."""
    import pillow_heif

    out = io.BytesIO()
    pillow_heif.from_pillow(lettered()).save(out, quality=80)
    assert looked(out.getvalue(), "heic").finding is Finding.FOUND


@pytest.mark.eyes
@pytest.mark.parametrize("name", ["png", "jpeg", "webp"])
def test_what_ailabel_labels_it_finds_compliant(name: str) -> None:
    """Law L9 with eyes: both verdicts are compliant, also for a picture that is stored turned."""
    exif = Image.Exif()
    exif[0x0112] = 6
    data = stored(Image.new("RGB", SIZE, (200, 180, 90)), name, exif=exif)
    spec = ailabel.LabelSpec(producer="001191110102MACQD9K64010000", position="top-left")
    report = ailabel.verify_bytes(ailabel.label_bytes(data, spec).data)
    assert report.explicit is ailabel.Verdict.COMPLIANT
    assert report.ok
    (seen,) = report.sightings
    assert (seen.place, seen.frame) == ("top-left", SIZE[::-1])
    assert seen.ink_percent is not None
    assert abs(seen.ink_percent / 5.55 - 1) < 0.06


@pytest.mark.eyes
def test_labelling_the_visible_label_alone_looks_first() -> None:
    """A second run adds no second label."""
    data = stored(lettered(), "png")
    spec = ailabel.LabelSpec(producer="x", implicit=False)
    again = ailabel.label_bytes(data, spec)
    assert (again.status, again.data) == ("already", data)


@pytest.mark.eyes
def test_a_clean_picture_shows_nothing() -> None:
    """Which never means that no AI was used."""
    evidence = looked((SAMPLES / "pictures/portrait-turned.jpg").read_bytes(), "jpeg", explain=True)
    assert (evidence.finding, evidence.sightings) == (Finding.NOT_FOUND, ())
    assert evidence.preview is not None


@pytest.mark.eyes
def test_transparent_pictures_are_looked_at_on_white_and_on_black() -> None:
    """White letters on nothing are read on black alone; a person must judge."""
    bare = stored(lettered((255, 255, 255, 0), "RGBA", plate=False), "png")
    assert looked(bare, "png").finding is Finding.REVIEW
    plated = stored(lettered((255, 255, 255, 0), "RGBA"), "png")
    assert looked(plated, "png").finding is Finding.FOUND


@pytest.mark.eyes
def test_a_label_that_an_animation_drops_is_for_a_person() -> None:
    """Every frame that is looked at must show it."""
    with_label, without = lettered(), Image.new("RGB", SIZE, (90, 120, 60))
    kept = stored(with_label, "gif", save_all=True, append_images=[with_label.rotate(0), without])
    (seen,) = looked(kept, "gif").sightings
    assert seen.finding is Finding.REVIEW
    assert "not in frame" in seen.location
    late = stored(without, "gif", save_all=True, append_images=[with_label])
    (seen,) = looked(late, "gif").sightings
    assert seen.finding is Finding.REVIEW
    moving = [lettered((90, 120, 60 + 40 * step)) for step in range(4)]
    steady = stored(moving[0], "webp", save_all=True, append_images=moving[1:])
    assert looked(steady, "webp").finding is Finding.FOUND


@pytest.mark.eyes
def test_the_preview_is_a_png_with_the_boxes_drawn_in() -> None:
    """Green around a label; the picture itself stays recognisable."""
    evidence = looked(stored(lettered(), "png"), "png", explain=True)
    assert evidence.preview is not None
    preview = Image.open(io.BytesIO(evidence.preview)).convert("RGB")
    (seen,) = evidence.sightings
    assert seen.appearance is not None
    left, top, *_ = seen.appearance.box
    assert preview.getpixel((left - 2, top - 2)) == (0, 170, 60)
    assert preview.getpixel((200, 200)) == (90, 120, 60)


@pytest.mark.parametrize("name", ["jxl", "svg"])
def test_what_cannot_be_shown_here_is_unchecked(name: str) -> None:
    """Not having looked is never reported as found or not found."""
    evidence = looked(b"", name)
    assert evidence.finding is Finding.UNCHECKED
    assert "not examined" in str(evidence.reason)


@pytest.mark.parametrize(
    ("mode", "name"),
    [("1", "png"), ("L", "png"), ("P", "gif"), ("I;16", "png"), ("CMYK", "jpeg"), ("F", "tiff")],
)
def test_any_kind_of_sample_becomes_rgb(mode: str, name: str) -> None:
    """Palettes, deep grey, inks and floating samples."""
    picture = Image.new("L", (40, 30), 200).convert(mode if mode not in {"I;16", "F"} else "L")
    if mode == "I;16":
        picture = Image.new("I;16", (40, 30), 200 * 257)
    if mode == "F":
        picture = Image.new("F", (40, 30), 0.5)
    (frame,) = decoded(stored(picture, name), name)
    (ground,) = frame.grounds
    assert (ground.mode, ground.size, frame.size) == ("RGB", (40, 30), (40, 30))


def test_large_pictures_are_reduced_and_places_told_in_full_size() -> None:
    """A JPEG while it is decoded, others behind."""
    for name in ("jpeg", "png"):
        (frame,) = decoded(stored(Image.new("L", (5000, 2600)), name), name)
        assert frame.size == (5000, 2600)
        assert min(frame.grounds[0].size) == 1300


def test_of_an_animation_few_frames_are_decoded() -> None:
    """Spread from the first to the last."""
    pictures = [Image.new("L", (20, 20), 10 * step) for step in range(20)]
    data = stored(pictures[0], "gif", save_all=True, append_images=pictures[1:])
    numbers = [frame.number for frame in decoded(data, "gif")]
    assert (numbers[0], numbers[-1], len(numbers)) == (1, 20, 8)


def test_limits_hold() -> None:
    """Pixels are counted before they are decoded, those of frames too."""
    data = stored(Image.new("L", (400, 300)), "png")
    view = BytesView(data, limits=Limits(pixels=100_000))
    with pytest.raises(LimitExceededError, match="number of pixels"):
        list(frames(view, "png"))
    pictures = [Image.new("L", (100, 100), 50 * step) for step in range(5)]
    moving = stored(pictures[0], "gif", save_all=True, append_images=pictures[1:])
    view = BytesView(moving, limits=Limits(pixels=20_000))
    assert [frame.number for frame in frames(view, "gif")] == [1, 2]


def test_without_its_package_heic_is_unchecked(monkeypatch: pytest.MonkeyPatch) -> None:
    """The error names the extra."""
    monkeypatch.setitem(sys.modules, "pillow_heif", None)
    with pytest.raises(MissingExtraError, match=r"ailabel\[heif\]"):
        decoded(b"", "heic")


@pytest.mark.filterwarnings("ignore")  # Pillow warns of metadata
@pytest.mark.parametrize("name", ["png", "jpeg", "webp", "bmp", "tiff", "gif", "avif", "ico"])
def test_damaged_pictures_are_refused_or_decoded(name: str) -> None:
    """Only errors of ours escape, whatever Pillow raises."""
    picture = Image.effect_noise((64, 64), 60).convert("RGB")
    for data in damaged(stored(picture, name), count=60, seed=5):
        try:
            assert all(frame.grounds for frame in decoded(data, name))
        except AilabelError as error:
            assert isinstance(error, MalformedFileError | LimitExceededError)  # noqa: PT017
