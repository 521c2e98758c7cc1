"""The label on PNG pictures: what changes, what does not, and what can be read."""

from __future__ import annotations

import io
import subprocess
import warnings
from random import Random
from typing import TYPE_CHECKING, Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from ailabel.codecs import native
from ailabel.errors import AilabelError, LimitExceededError, MalformedFileError, PlanError
from ailabel.io.source import BytesView, Limits
from ailabel.io.splice import apply
from ailabel.marks.image import png
from ailabel.spi import MarkSpec, Rendition
from ailabel.standard.wording import CORNERS
from builders import pictures
from builders.exif import tiff
from builders.pictures import FORMS, Form

if TYPE_CHECKING:
    from pathlib import Path

ROOMY: Final = [form for form in FORMS if form != (3, 1)]  # two dark colours hold no label
SPEC: Final = MarkSpec(text="AI生成")
GREYS: Final = b"".join(bytes((level,) * 3) for level in (0, 20, 40, 60))
FEW: Final = b"".join(bytes((level,) * 3) for level in (0, 20, 40, 255))
OTHERS: Final = ((b"tEXt", b"Comment\0mine"), (b"gAMA", (45455).to_bytes(4, "big")))
LATE: Final = ((b"tIME", b"\x07\xea\x01\x02\x03\x04\x05"), (b"teSt", b"private"))


def labelled(data: bytes, spec: MarkSpec = SPEC) -> tuple[Rendition, bytes]:
    """Return the rendition of a file, and the file with it applied."""
    rendition = png.render(BytesView(data), spec)
    return rendition, apply(data, rendition.edits)


def picture(form: tuple[int, int], *, interlaced: bool = False, **given: bytes) -> bytes:
    """Return a small calm picture of a colour type and depth."""
    random = Random(7)
    before: tuple[tuple[bytes, bytes], ...] = OTHERS
    if form[0] == 3:
        before += ((b"PLTE", given.get("PLTE", GREYS if form[1] > 2 else FEW)),)
    if given.get("tRNS", b"\xff") != b"\xff":
        before += ((b"tRNS", given["tRNS"]),)
    shape = Form(
        width=90,
        height=45,
        colour=form[0],
        depth=form[1],
        interlaced=interlaced,
        before=before,
        after=LATE,
    )
    return pictures.encode(shape, pictures.calm(shape, random), random)


def shown(data: bytes) -> Image.Image:
    """Return a picture as Pillow shows it."""
    image = Image.open(io.BytesIO(data))
    image.load()
    return image


def difference(before: bytes, after: bytes) -> tuple[int, int, int, int]:
    """Return the box of the pixels that differ, decoded without Pillow."""
    old, new = pictures.decode(before), pictures.decode(after)
    assert old[0] == new[0]
    places = [
        (column, row)
        for row, (first, second) in enumerate(zip(old[1], new[1], strict=True))
        for column, pair in enumerate(zip(first, second, strict=True))
        if pair[0] != pair[1]
    ]
    columns, rows = zip(*places, strict=True)
    return min(columns), min(rows), max(columns) + 1, max(rows) + 1


@pytest.mark.parametrize("interlaced", [False, True])
@pytest.mark.parametrize("form", ROOMY)
def test_pixels_outside_the_label_stay(form: tuple[int, int], interlaced: bool) -> None:  # noqa: FBT001 - pytest
    """Every sample outside the plate is identical, in every colour type, depth and interlacing."""
    before = picture(form, interlaced=interlaced)
    rendition, after = labelled(before)
    left, top, right, bottom = rendition.marks[0].box or (0, 0, 0, 0)
    box = difference(before, after)
    assert left - 8 <= box[0] <= left
    assert top - 6 <= box[1] <= top
    assert right <= box[2] <= right + 8
    assert bottom <= box[3] <= bottom + 6
    is_spliced = native.is_there() and not interlaced
    assert rendition.reencoded == (None if is_spliced else "PNG pixels, lossless")
    assert rendition.changed_outside == 0


@pytest.mark.parametrize("form", ROOMY)
def test_other_chunks_stay(form: tuple[int, int]) -> None:
    """All chunks but pixels, and a palette that got more entries, keep their bytes and order."""
    before = picture(form)
    _, after = labelled(before)
    skip = {b"IDAT", b"PLTE"}
    assert [part for part in pictures.split(before) if part[0] not in skip] == [
        part for part in pictures.split(after) if part[0] not in skip
    ]
    old, new = (dict(pictures.split(data)).get(b"PLTE", b"") for data in (before, after))
    assert new.startswith(old)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    form=st.sampled_from([(2, 8), (6, 8), (2, 16), (0, 4)]),
    place=st.sampled_from(CORNERS),
    size=st.tuples(st.integers(70, 100), st.integers(30, 60)),
    seed=st.integers(0, 1 << 16),
    interlaced=st.booleans(),
)
def test_any_filters_and_positions(
    form: tuple[int, int],
    place: str,
    size: tuple[int, int],
    seed: int,
    interlaced: bool,  # noqa: FBT001 - hypothesis
) -> None:
    """Whatever filters the rows have, only the label's box changes, and it stands where asked."""
    random = Random(seed)
    shape = Form(
        width=size[0], height=size[1], colour=form[0], depth=form[1], interlaced=interlaced
    )
    before = pictures.encode(shape, pictures.calm(shape, random), random)
    rendition, after = labelled(before, MarkSpec(text="AI生成", position=place))
    left, top, right, bottom = difference(before, after)
    box = rendition.marks[0].box
    assert box is not None
    assert left >= box[0] - 8
    assert right <= box[2] + 8
    assert top >= box[1] - 6
    assert bottom <= box[3] + 6
    assert rendition.marks[0].place == place


@pytest.mark.parametrize("size", [(640, 480), (300, 1000), (1000, 300), (1024, 1024)])
def test_ink_height(size: tuple[int, int]) -> None:
    """The letters that were drawn are at least 5.5 % of the shortest side high."""
    buffer = io.BytesIO()
    Image.new("L", size, 0).save(buffer, "PNG")
    rendition, after = labelled(buffer.getvalue(), MarkSpec())
    image = shown(after).point(lambda level: 255 * (level >= 128))
    box = image.getbbox()
    assert box is not None
    assert box == rendition.marks[0].box
    assert (box[3] - box[1]) * 1000 >= min(size) * 55
    assert rendition.marks[0].height_percent == pytest.approx(
        100 * (box[3] - box[1]) / min(size), abs=0.01
    )


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("place", ["top-left", "bottom-right", "left"])
def test_orientation(orientation: int, place: str) -> None:
    """A picture that is stored turned shows the same upright label in the asked corner."""
    from PIL import ImageOps

    flat = Image.new("L", (160, 120), 10)
    buffer = io.BytesIO()
    flat.save(buffer, "PNG")
    spec = MarkSpec(text="AI生成", position=place)
    expected = shown(labelled(buffer.getvalue(), spec)[1])
    tags = Image.Exif()
    tags[0x0112] = orientation
    stored = flat if orientation < 5 else flat.transpose(Image.Transpose.ROTATE_90)
    buffer = io.BytesIO()
    stored.save(buffer, "PNG", exif=tags)
    rendition, after = labelled(buffer.getvalue(), spec)
    seen = ImageOps.exif_transpose(shown(after))
    assert seen is not None
    assert seen.tobytes() == expected.tobytes()
    box = rendition.marks[0].box
    assert box == expected.point(lambda level: 255 * (level >= 128)).getbbox()


def test_transparent_picture_gets_an_opaque_plate() -> None:
    """Over nothing the label stands on a plate, so that it shows on any page."""
    buffer = io.BytesIO()
    Image.new("RGBA", (200, 120)).save(buffer, "PNG")
    rendition, after = labelled(buffer.getvalue())
    box = rendition.marks[0].box
    assert shown(after).getchannel("A").crop(box).getextrema() == (255, 255)


@pytest.mark.parametrize(
    ("form", "key"), [((0, 8), b"\0\xff"), ((2, 8), b"\0\xff" * 3), ((2, 16), b"\xff" * 6)]
)
def test_transparent_colour_makes_no_holes(form: tuple[int, int], key: bytes) -> None:
    """Letters in the colour that tRNS declares transparent would vanish; they get the next one."""
    _, after = labelled(picture(form, tRNS=key))
    alpha = shown(after).convert("RGBA").getchannel("A")
    assert alpha.getextrema() == (255, 255)


def test_transparent_grey_of_few_levels() -> None:
    """Where a few grey levels hold a transparent one, the letters avoid it."""
    _, after = labelled(picture((0, 2), tRNS=b"\0\x03"))
    form, pixels = pictures.decode(after)
    assert form.depth == 2
    assert {3} not in [set(pixel) for row in pixels for pixel in row]
    assert {2} in [set(pixel) for row in pixels for pixel in row]


def test_palette_grows() -> None:
    """A dark palette with room gets light entries, and the old ones keep their numbers."""
    _, after = labelled(picture((3, 8)))
    palette = dict(pictures.split(after))[b"PLTE"]
    assert palette.startswith(GREYS)
    assert b"\xff\xff\xff" in palette[len(GREYS) :]


@pytest.mark.parametrize("transparent", [False, True])
@pytest.mark.parametrize("form", [(3, 1), (3, 2)])
def test_palette_without_contrast_becomes_rgb(form: tuple[int, int], transparent: bool) -> None:  # noqa: FBT001 - pytest
    """A full palette of dark colours cannot hold a label; the picture is stored as RGB(A)."""
    colours = bytes((70, 70, 70, 60, 60, 60, 50, 50, 50, 40, 40, 40))[: 3 << form[1]]
    before = picture(form, PLTE=colours, tRNS=b"\x80" if transparent else b"\xff")
    rendition, after = labelled(before)
    assert rendition.reencoded is not None
    assert "8-bit" in rendition.reencoded
    image = shown(after)
    assert image.mode == ("RGBA" if transparent else "RGB")
    old, new = shown(before).convert("RGBA"), image.convert("RGBA")
    corner = (0, 0, 90, 15)
    assert old.crop(corner).tobytes() == new.crop(corner).tobytes()
    assert old.tobytes() != new.tobytes()


def test_background_and_depth_chunks_follow_the_colour_type() -> None:
    """BKGD and sBIT are rewritten with the header, or the file would no longer be valid."""
    random = Random(1)
    shape = Form(
        width=90,
        height=45,
        colour=3,
        depth=1,
        before=(
            (b"sBIT", b"\x05\x06\x05"),
            (b"PLTE", bytes((70, 70, 70, 60, 60, 60))),
            (b"bKGD", b"\x01"),
        ),
    )
    _, after = labelled(pictures.encode(shape, pictures.calm(shape, random), random))
    chunks = dict(pictures.split(after))
    assert chunks[b"bKGD"] == b"\0\x3c" * 3
    assert chunks[b"sBIT"] == b"\x05\x06\x05"


FULL: Final = (0, 0, 120, 60)
PART: Final = (0, 0, 40, 30)
HALF: Final = (60, 10, 120, 60)
BLUE, CLEAR = b"\x20\x30\xc0\xff", bytes(4)


@pytest.mark.parametrize(
    ("frames", "rebuilt"),
    [
        ([(FULL, 0, 0, BLUE), (PART, 0, 0, CLEAR), (FULL, 0, 1, CLEAR)], False),
        ([(FULL, 0, 0, BLUE), (HALF, 2, 0, BLUE), (HALF, 0, 1, BLUE)], False),
        ([(FULL, 1, 0, BLUE), (FULL, 2, 1, BLUE), (FULL, 0, 1, CLEAR)], False),
        ([(FULL, 1, 0, BLUE), (PART, 0, 0, BLUE), (HALF, 2, 1, BLUE)], True),
        ([(FULL, 2, 0, BLUE), (PART, 0, 1, BLUE)], True),
    ],
)
def test_every_frame_shows_the_label(
    frames: list[tuple[tuple[int, int, int, int], int, int, bytes]],
    rebuilt: bool,  # noqa: FBT001 - pytest
) -> None:
    """Whatever frames cover, clear or restore, each picture of the animation has the label."""
    before = pictures.animation((120, 60), frames)
    rendition, after = labelled(before)
    assert ("whole canvases" in (rendition.reencoded or "")) is rebuilt
    box = rendition.marks[0].box
    assert box is not None
    old, new = Image.open(io.BytesIO(before)), Image.open(io.BytesIO(after))
    assert new.n_frames == len(frames)  # type: ignore[attr-defined]
    letters = set()
    for number in range(len(frames)):
        old.seek(number)
        new.seek(number)
        seen = new.convert("RGBA")
        letters.add(seen.crop(box).tobytes())
        outside = seen.copy(), old.convert("RGBA")
        for image in outside:
            image.paste((0, 0, 0, 0), (box[0] - 9, box[1] - 6, 120, 60))
        assert outside[0].tobytes() == outside[1].tobytes()
        assert new.info["duration"] == old.info["duration"]
    assert len(letters) == 1
    assert sum(level >= 250 for level in new.convert("L").crop(box).tobytes()) > 50


def test_sequence_numbers_stay() -> None:
    """The sequence numbers of an animation still count up after its frames were drawn anew."""
    data = pictures.animation(
        (120, 60), [(FULL, 0, 0, BLUE), (FULL, 0, 0, BLUE), (HALF, 0, 1, BLUE)]
    )
    _, after = labelled(data)
    numbers = [
        int.from_bytes(body[:4], "big")
        for name, body in pictures.split(after)
        if name in {b"fcTL", b"fdAT"}
    ]
    assert numbers == list(range(len(numbers)))


@pytest.mark.oracle
@pytest.mark.parametrize("form", ROOMY)
def test_pngcheck_accepts(form: tuple[int, int], tmp_path: Path) -> None:
    """Pngcheck finds nothing wrong with the result."""
    path = tmp_path / "labelled.png"
    path.write_bytes(labelled(picture(form, interlaced=form[1] == 8))[1])
    done = subprocess.run(["pngcheck", path], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


@pytest.mark.oracle
def test_pngcheck_accepts_animations(tmp_path: Path) -> None:
    """Pngcheck finds nothing wrong with an animation drawn out to whole canvases."""
    path = tmp_path / "labelled.png"
    path.write_bytes(
        labelled(pictures.animation((120, 60), [(FULL, 1, 0, BLUE), (PART, 0, 0, BLUE)]))[1]
    )
    done = subprocess.run(["pngcheck", path], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_deterministic() -> None:
    """The same picture gives the same bytes."""
    data = picture((2, 8))
    assert labelled(data)[1] == labelled(data)[1]


@pytest.mark.parametrize("size", [(40, 40), (500, 12), (12, 500), (1, 1)])
def test_tiny_pictures_are_refused(size: tuple[int, int]) -> None:
    """A picture on which no wording can be read gets no label, but an explanation."""
    shape = Form(width=size[0], height=size[1])
    random = Random(0)
    data = pictures.encode(shape, pictures.calm(shape, random), random)
    with pytest.raises(PlanError, match=f"{size[0]} × {size[1]} pixels"):
        labelled(data, MarkSpec())


def test_narrow_picture_gets_the_shorter_wording() -> None:
    """Where the phrase does not fit, the shorter legal one is taken, at full size."""
    shape = Form(width=80, height=80)
    random = Random(0)
    data = pictures.encode(shape, pictures.calm(shape, random), random)
    rendition, _ = labelled(data, MarkSpec(wording="zh+en"))
    assert rendition.marks[0].text == "AI生成"


def test_limit_of_pixels() -> None:
    """A header that asks for more pixels than allowed is refused before anything is decoded."""
    data = pictures.SIGNATURE + b"".join(
        pictures.chunk(name, body)
        for name, body in (
            (b"IHDR", Form(width=20_000, height=20_000).header()),
            (b"IDAT", b"\x78\x9c"),
            (b"IEND", b""),
        )
    )
    with pytest.raises(LimitExceededError):
        labelled(data)


def test_large_picture_needs_no_pillow_limit() -> None:
    """A picture that Pillow would warn about as a bomb is labelled: our own limits decide."""
    side = 10_000
    head = Form(width=side, height=side, colour=0, depth=1).header()
    import zlib

    raw = zlib.compress(bytes(side * (side // 8 + 1)), 1)
    data = pictures.SIGNATURE + b"".join(
        pictures.chunk(name, body)
        for name, body in ((b"IHDR", head), (b"IDAT", raw), (b"IEND", b""))
    )
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        rendition = png.render(BytesView(data, limits=Limits()), SPEC)
    assert rendition.marks[0].height_percent == pytest.approx(5.5, abs=0.1)


SMALL: Final = picture((6, 8), interlaced=True)
MOVING: Final = pictures.animation((120, 60), [(FULL, 1, 0, BLUE), (PART, 0, 0, BLUE)])


@settings(max_examples=60, deadline=None)
@given(
    base=st.sampled_from([SMALL, MOVING, picture((3, 8))]),
    cut=st.integers(0, 4000),
    flips=st.lists(st.tuples(st.integers(8, 3000), st.integers(0, 255)), max_size=4),
)
def test_broken_files(base: bytes, cut: int, flips: list[tuple[int, int]]) -> None:
    """Whatever is cut off or flipped, only errors of ailabel come out."""
    data = bytearray(base[: max(cut, 8)] if cut % 3 == 0 else base)
    for at, value in flips:
        data[at % len(data)] = value
    try:
        rendition = png.render(BytesView(bytes(data), limits=Limits(pixels=1_000_000)), SPEC)
    except AilabelError:
        return
    assert rendition.edits


def test_errors_name_the_structure() -> None:
    """A picture whose data ends early is called malformed."""
    chunks = [(name, body[:5] if name == b"IDAT" else body) for name, body in pictures.split(SMALL)]
    data = pictures.SIGNATURE + b"".join(pictures.chunk(*part) for part in chunks)
    with pytest.raises(MalformedFileError, match="PNG picture data"):
        labelled(data)


def test_exif_of_other_kinds_is_no_obstacle() -> None:
    """Exif without an orientation leaves the label as it is."""
    random = Random(3)
    shape = Form(width=90, height=45, before=((b"eXIf", tiff(description=b"x\0")),))
    rendition, _ = labelled(pictures.encode(shape, pictures.calm(shape, random), random))
    assert rendition.marks[0].place == "bottom-right"


@pytest.mark.parametrize("form", [(2, 8), (6, 16)])
def test_rows_are_unfiltered_in_portions(
    form: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Unfiltering row by row gives what unfiltering at once gives."""
    data = picture(form)
    expected = labelled(data)[1]
    monkeypatch.setattr("ailabel.marks.image.png_rows._WORK", 1)
    assert labelled(data)[1] == expected


def test_limit_of_canvases() -> None:
    """Small frames that must be drawn out to whole canvases count as such."""
    tiny = [((0, 0, 1, 1), 1, 0, BLUE)] * 12
    data = pictures.animation((120, 60), [(FULL, 1, 0, BLUE), *tiny])
    with pytest.raises(LimitExceededError, match="pixels"):
        png.render(BytesView(data, limits=Limits(pixels=13 * 120 * 60 - 1)), SPEC)
    assert png.render(BytesView(data, limits=Limits(pixels=13 * 120 * 60)), SPEC).marks


def test_limit_of_pixel_bytes() -> None:
    """Pixels of eight bytes count as two."""
    form = Form(width=120, height=60, colour=6, depth=16)
    random = Random(0)
    data = pictures.encode(form, pictures.calm(form, random), random)
    with pytest.raises(LimitExceededError, match="the pixels"):
        png.render(BytesView(data, limits=Limits(pixels=120 * 60 * 3 // 2)), SPEC)
