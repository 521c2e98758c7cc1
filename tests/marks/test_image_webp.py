"""The label on WebP pictures and animations."""

from __future__ import annotations

import io
import subprocess
from typing import TYPE_CHECKING, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageChops, ImageFilter, ImageOps

from ailabel.codecs import riff
from ailabel.errors import AilabelError, LimitExceededError
from ailabel.io.source import BytesView, Limits
from ailabel.io.splice import apply
from ailabel.marks.image import webp
from ailabel.spi import MarkSpec, Rendition
from builders import webp as builder
from builders.exif import tiff

if TYPE_CHECKING:
    from pathlib import Path

SIZE: Final = (200, 120)
CODED: Final = {b"VP8 ", b"VP8L", b"ALPH", b"ANMF"}


def scene(*, alpha: bool = False) -> Image.Image:
    """Return something like a photograph, its left half transparent when asked for."""
    ramp = Image.linear_gradient("L")
    noise = Image.effect_noise(SIZE, 30).filter(ImageFilter.GaussianBlur(1))
    image = Image.merge(
        "RGB",
        [ImageChops.blend(ramp.rotate(turn).resize(SIZE), noise, 0.3) for turn in (0, 90, 180)],
    )
    if alpha:
        mask = Image.new("L", SIZE, 255)
        mask.paste(0, (0, 0, SIZE[0] // 2, SIZE[1]))
        image.putalpha(mask)
    return image


def coded(image: Image.Image, **options: object) -> bytes:
    """Return a picture as WebP."""
    buffer = io.BytesIO()
    image.save(buffer, "WEBP", **options)
    return buffer.getvalue()


def labelled(data: bytes, spec: MarkSpec | None = None) -> tuple[Rendition, bytes]:
    """Return the rendition of a file, and the file with it applied."""
    rendition = webp.render(BytesView(data), spec or MarkSpec())
    return rendition, apply(data, rendition.edits)


def chunks(data: bytes) -> list[tuple[bytes, bytes]]:
    """Return id and body of each chunk; the sizes must fit."""
    assert 8 + int.from_bytes(data[4:8], "little") == len(data)
    view = BytesView(data)
    return [
        (found.id, view.read(found.body, found.length))
        for found in riff.chunks(view, riff.HEADER, view.size)
    ]


def frames(data: bytes) -> list[tuple[Image.Image, object]]:
    """Return every frame as shown, with its duration."""
    image = Image.open(io.BytesIO(data))
    found = []
    for number in range(image.n_frames):  # type: ignore[attr-defined]
        image.seek(number)
        image.load()
        found.append((image.convert("RGBA"), image.info.get("duration")))
    return found


@pytest.mark.parametrize("alpha", [False, True])
def test_lossless_pixels_stay(alpha: bool) -> None:  # noqa: FBT001 - pytest
    """A lossless picture stays lossless, and no pixel outside changes, hidden ones too."""
    before = coded(scene(alpha=alpha), lossless=True, exact=True)
    rendition, after = labelled(before)
    old, new = (Image.open(io.BytesIO(data)) for data in (before, after))
    left, top, right, bottom = rendition.marks[0].box or (0, 0, 0, 0)
    boxes = [band.getbbox() for band in ImageChops.difference(old, new).split()]
    for box in filter(None, boxes):
        assert box[0] >= left - 8
        assert box[1] >= top - 6
        assert box[2] <= right + 8
        assert box[3] <= bottom + 6
    assert chunks(after)[-1][0] == b"VP8L"
    assert rendition.changed_outside == 0


@pytest.mark.parametrize("alpha", [False, True])
def test_lossy_pictures_say_what_changed(alpha: bool) -> None:  # noqa: FBT001 - pytest
    """A lossy picture is coded anew at a named quality; alpha stays exact outside the label."""
    before = coded(scene(alpha=alpha), quality=75)
    rendition, after = labelled(before)
    assert "quality 92" in (rendition.reencoded or "")
    assert 0 < rendition.changed_outside < 1
    assert [name for name, _ in chunks(after)] == [name for name, _ in chunks(before)]
    old, new = (Image.open(io.BytesIO(data)) for data in (before, after))
    if alpha:
        kept = (0, 0, *SIZE[:1], 80)
        assert old.getchannel("A").crop(kept).tobytes() == new.getchannel("A").crop(kept).tobytes()
    assert rendition.marks[0].height_percent is not None
    assert rendition.marks[0].height_percent >= 5.5


def test_metadata_stays() -> None:
    """ICC, Exif, XMP and unknown chunks keep their bytes and their order."""
    tags = tiff(description=b"x\0")
    still = chunks(coded(scene(alpha=True)))
    body = [(name, part) for name, part in still if name in CODED]
    header = bytes((0x3C, 0, 0, 0)) + b"".join((side - 1).to_bytes(3, "little") for side in SIZE)
    parts = [
        (b"VP8X", header),
        (b"ICCP", b"profile"),
        *body,
        (b"EXIF", tags),
        (b"XMP ", b"<x/>"),
        (b"odd ", b"123"),
    ]
    before = builder.file(*(builder.chunk(*part) for part in parts))
    _, after = labelled(before)
    assert [part for part in chunks(after) if part[0] not in CODED] == [
        part for part in parts if part[0] not in CODED
    ]


def moving(*, alpha: bool, lossless: bool) -> bytes:
    """Return an animation whose later frames cover a part of the canvas."""
    base = Image.new("RGBA", SIZE) if alpha else Image.new("RGB", SIZE, (30, 60, 90))
    pictures = []
    for number in range(4):
        picture = base.copy()
        picture.paste(
            (200, 0, 0, 255)[: len(base.getbands())], (10 + 20 * number, 10, 30 + 20 * number, 30)
        )
        pictures.append(picture)
    return coded(
        pictures[0],
        save_all=True,
        append_images=pictures[1:],
        duration=[40, 50, 60, 70],
        loop=3,
        lossless=lossless,
        minimize_size=True,
    )


@pytest.mark.parametrize("lossless", [False, True])
@pytest.mark.parametrize("alpha", [False, True])
def test_every_frame_shows_the_label(alpha: bool, lossless: bool) -> None:  # noqa: FBT001 - pytest
    """Each picture of an animation has the label; number, timing and loops stay."""
    before = moving(alpha=alpha, lossless=lossless)
    rendition, after = labelled(before)
    old, new = frames(before), frames(after)
    assert (
        [duration for _, duration in old] == [duration for _, duration in new] == [40, 50, 60, 70]
    )
    assert dict(chunks(after))[b"ANIM"] == dict(chunks(before))[b"ANIM"]
    assert ("whole canvases" in (rendition.reencoded or "")) is alpha
    box = rendition.marks[0].box
    assert box is not None
    for picture, _ in new:
        letters = picture.convert("L").crop(box)
        bright = letters.point(lambda level: 255 * (level >= 200)).getbbox()
        assert bright is not None
        assert bright[3] - bright[1] >= 0.05 * SIZE[1]
        assert sum(level < 60 for level in letters.tobytes()) > 100


def test_untouched_frames_keep_their_bytes() -> None:
    """Frames that the label does not reach are not coded anew."""
    before = moving(alpha=False, lossless=True)
    _, after = labelled(before)
    old, new = (
        [body for name, body in chunks(data) if name == b"ANMF"] for data in (before, after)
    )
    assert old[0] != new[0]
    assert old[1:] == new[1:]


@pytest.mark.parametrize("orientation", [1, 3, 6, 8])
def test_orientation(orientation: int) -> None:
    """The label stands upright in the corner as a viewer that turns the picture shows it."""
    tags = Image.Exif()
    tags[0x0112] = orientation
    before = coded(Image.new("RGB", SIZE, (5, 5, 5)), lossless=True, exif=tags.tobytes())
    rendition, after = labelled(before)
    seen = ImageOps.exif_transpose(Image.open(io.BytesIO(after))).convert("L")
    assert seen.point(lambda level: 255 * (level >= 128)).getbbox() == rendition.marks[0].box


def test_limit_of_pixels() -> None:
    """The frames of an animation count together."""
    data = moving(alpha=False, lossless=True)
    with pytest.raises(LimitExceededError):
        webp.render(BytesView(data, limits=Limits(pixels=SIZE[0] * SIZE[1])), MarkSpec())
    data = moving(alpha=True, lossless=True)  # small frames, drawn out to whole canvases
    with pytest.raises(LimitExceededError):
        webp.render(BytesView(data, limits=Limits(pixels=4 * SIZE[0] * SIZE[1] - 1)), MarkSpec())


@pytest.mark.oracle
@pytest.mark.parametrize("lossless", [False, True])
@pytest.mark.parametrize("alpha", [False, True])
def test_tools_accept(alpha: bool, lossless: bool, tmp_path: Path) -> None:  # noqa: FBT001 - pytest
    """Google's tools read stills and animations without complaint."""
    path = tmp_path / "labelled.webp"
    path.write_bytes(labelled(moving(alpha=alpha, lossless=lossless))[1])
    done = subprocess.run(["webpmux", "-info", path], capture_output=True, text=True, check=True)
    assert "Number of frames: 4" in done.stdout
    path.write_bytes(labelled(coded(scene(alpha=alpha), lossless=lossless))[1])
    done = subprocess.run(["webpinfo", path], capture_output=True, text=True, check=True)
    assert "No error detected" in done.stdout
    subprocess.run(["dwebp", "-quiet", path, "-o", tmp_path / "out.png"], check=True)


BASES: Final = (
    coded(scene(), lossless=True),
    coded(scene(alpha=True), quality=60),
    moving(alpha=True, lossless=True),
    moving(alpha=False, lossless=False),
)


@settings(max_examples=50, deadline=None)
@given(
    base=st.sampled_from(BASES),
    cut=st.integers(12, 6000),
    flips=st.lists(st.tuples(st.integers(4, 1500), st.integers(0, 255)), max_size=4),
)
def test_broken_files(base: bytes, cut: int, flips: list[tuple[int, int]]) -> None:
    """Whatever is cut off or flipped, only errors of ailabel come out."""
    data = bytearray(base[:cut] if cut % 3 == 0 else base)
    for at, value in flips:
        data[at % len(data)] = value
    try:
        rendition = webp.render(BytesView(bytes(data), limits=Limits(pixels=1_000_000)), MarkSpec())
    except AilabelError:
        return
    assert rendition.edits
