"""The label on JPEG pictures: tables, subsampling and metadata stay, the rest hardly changes."""

from __future__ import annotations

import io
import subprocess
from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageChops, ImageFilter, ImageOps
from PIL.JpegImagePlugin import JpegImageFile

from ailabel.codecs import jpeg as codec
from ailabel.errors import AilabelError, LimitExceededError, PlanError
from ailabel.io.source import BytesView, Limits
from ailabel.io.splice import apply
from ailabel.marks.image import jpeg, jpeg_again
from ailabel.spi import MarkSpec, Rendition
from ailabel.standard.wording import CORNERS
from builders import jpeg as builder

SIZE: Final = (240, 160)


def scene(mode: str = "RGB") -> Image.Image:
    """Return something like a photograph."""
    ramp = Image.linear_gradient("L")
    noise = Image.effect_noise(SIZE, 40).filter(ImageFilter.GaussianBlur(1))
    bands = [
        ImageChops.blend(ramp.rotate(turn).resize(SIZE), noise, 0.3) for turn in (0, 90, 180, 270)
    ]
    return bands[0] if mode == "L" else Image.merge(mode, bands[: len(mode)])


@pytest.fixture
def python_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take the compiled extension away, so that pictures are coded anew as a whole."""
    monkeypatch.setattr("ailabel.codecs.native.is_there", lambda: False)


def coded(mode: str = "RGB", /, **options: object) -> bytes:
    """Return a scene as JPEG."""
    buffer = io.BytesIO()
    scene(mode).save(buffer, "JPEG", **options)
    return buffer.getvalue()


def labelled(data: bytes, spec: MarkSpec | None = None) -> tuple[Rendition, bytes]:
    """Return the rendition of a file, and the file with it applied."""
    rendition = jpeg.render(BytesView(data), spec or MarkSpec())
    return rendition, apply(data, rendition.edits)


def bodies(data: bytes, *markers: int) -> list[bytes]:
    """Return the bodies of the segments of some kinds."""
    view = BytesView(data)
    *header, first = codec.segments(view)
    return [
        view.read(found.body, found.body_length)
        for found in (*header, first, *codec.scans(view, first))
        if found.marker in markers
    ]


def changed(before: bytes, after: bytes, box: tuple[int, int, int, int]) -> float:
    """Return the share of pixels outside a box that differ clearly, as viewers show them."""
    old, new = (Image.open(io.BytesIO(data)).convert("RGB") for data in (before, after))
    difference = ImageChops.difference(old, new).convert("L").point([0] * 9 + [255] * 247)
    difference.paste(0, box)
    return difference.histogram()[255] / (SIZE[0] * SIZE[1])


@pytest.mark.usefixtures("python_only")
@pytest.mark.parametrize("mode", ["RGB", "L", "CMYK"])
@pytest.mark.parametrize(
    "options",
    [
        {},
        {"progressive": True, "quality": 85},
        {"optimize": True, "subsampling": 0},
        {"quality": 30, "restart_marker_rows": 1},
        {"quality": 100, "subsampling": 1},
        {"quality": 95, "restart_marker_blocks": 7},
    ],
)
def test_parameters_stay(mode: str, options: dict[str, object]) -> None:
    """Quantisation tables, sampling factors, kind and restart interval are those of before."""
    before = coded(mode, **options)
    rendition, after = labelled(before)
    old, new = (JpegImageFile(io.BytesIO(data)) for data in (before, after))
    assert new.quantization == old.quantization
    assert new.mode == old.mode
    assert bodies(after, codec.DRI) == bodies(before, codec.DRI)
    frames = [codec.find_frame(BytesView(data)) for data in (before, after)]
    assert frames[0].marker == frames[1].marker
    if mode != "L":
        assert new.layer == old.layer
    rough = mode == "CMYK" and options.get("subsampling") == 1  # three subsampled noisy channels
    assert rendition.changed_outside < (0.4 if rough else 0.06)
    box = rendition.marks[0].box
    assert box is not None
    wide = (box[0] - 24, box[1] - 24, box[2] + 24, box[3] + 24)
    assert changed(before, after, wide) == 0


@pytest.mark.parametrize(("name", "data"), list(builder.samples()))
def test_foreign_segments_stay(name: str, data: bytes) -> None:
    """APPn and comment segments and what follows the picture keep their bytes, but for MPF."""
    view = BytesView(data)
    coded_part = data[codec.image_end(view) :]
    wide = coded("L" if "grey" in name else "CMYK" if "cmyk" in name else "RGB")
    *header, first = codec.segments(view)
    foreign = b"".join(
        view.read(found.offset, found.length)
        for found in header
        if codec.APP0 <= found.marker <= codec.APP15 or found.marker == codec.COM
    )
    parts = BytesView(wide)
    *own, scan = codec.segments(parts)
    tables = b"".join(
        parts.read(found.offset, found.length)
        for found in (*own, scan, *codec.scans(parts, scan))
        if not (codec.APP0 <= found.marker <= codec.APP15)
    )
    before = b"\xff\xd8" + foreign + tables + coded_part
    _, after = labelled(before)
    kinds = (*range(codec.APP0, codec.APP15 + 1), codec.COM)
    old, new = bodies(before, *kinds), bodies(after, *kinds)
    assert [body for body in new if body[:4] != b"MPF\0"] == [
        body for body in old if body[:4] != b"MPF\0"
    ]
    assert after.endswith(coded_part)
    assert first.marker == codec.SOS


def test_multi_picture_index_follows() -> None:
    """The index of a multi-picture file points to the second picture after the first has grown."""
    _, second = builder.multi_picture(builder.app0())
    main = coded()
    view = BytesView(main)
    app0 = next(codec.segments(view))
    rest = main[app0.end :]
    index = builder.index(second, primary=0, distance=0)
    primary = app0.end + len(index) + len(rest)
    index = builder.index(second, primary=primary, distance=primary - app0.end - 8)
    before = main[: app0.end] + index + rest + second
    _, after = labelled(before)
    with Image.open(io.BytesIO(after)) as image:
        assert image.format == "MPO"
        assert image.n_frames == 2  # type: ignore[attr-defined]
        image.seek(1)
        assert image.size == (24, 24)
        image.load()


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("place", ["bottom-right", "top"])
def test_orientation(orientation: int, place: str) -> None:
    """However the pixels are stored, the label stands upright in the asked place."""
    tags = Image.Exif()
    tags[0x0112] = orientation
    buffer = io.BytesIO()
    Image.new("L", SIZE, 8).save(buffer, "JPEG", exif=tags, quality=95)
    rendition, after = labelled(buffer.getvalue(), MarkSpec(position=place))
    image = Image.open(io.BytesIO(after))
    assert image.getexif()[0x0112] == orientation
    seen = ImageOps.exif_transpose(image)
    found = seen.point(lambda level: 255 * (level >= 160)).getbbox()
    box = rendition.marks[0].box
    assert found is not None
    assert box is not None
    assert max(abs(here - there) for here, there in zip(found, box, strict=True)) <= 1
    assert (found[3] - found[1]) >= 0.055 * min(SIZE) - 1
    assert found[2] - found[0] > 3 * (found[3] - found[1])


@pytest.mark.parametrize("place", CORNERS)
def test_positions(place: str) -> None:
    """The label stands at the edge or corner that was asked for."""
    rendition, _ = labelled(coded(), MarkSpec(position=place))
    left, top, right, bottom = rendition.marks[0].box or (0, 0, 0, 0)
    assert (left < SIZE[0] - right) == ("left" in place)
    assert (right > SIZE[0] - left + 1) == ("right" in place)
    assert (top < SIZE[1] - bottom) == ("top" in place)


@pytest.mark.parametrize("mode", ["RGB", "L", "CMYK"])
def test_ink_height(mode: str) -> None:
    """The ink, measured in the decoded result, is at least 5 % of the shortest side high."""
    buffer = io.BytesIO()
    Image.new("L", (1200, 900), 0).convert(mode).save(buffer, "JPEG", quality=92)
    _, after = labelled(buffer.getvalue())
    image = Image.open(io.BytesIO(after)).convert("L")
    box = image.point(lambda level: 255 * (level >= 128)).getbbox()
    assert box is not None
    assert box[3] - box[1] >= 45


def test_colours_of_cmyk_stay() -> None:
    """CMYK is not inverted: far from the label every sample is as it was."""
    before = coded("CMYK", quality=90)
    _, after = labelled(before)
    old, new = (Image.open(io.BytesIO(data)).crop((0, 0, 240, 100)) for data in (before, after))
    extremes = ImageChops.difference(old, new).getextrema()
    assert max(high for _, high in extremes) <= 2  # type: ignore[misc]


def test_rgb_stays_rgb() -> None:
    """A JPEG whose components are R, G and B is not turned into YCbCr."""
    before = coded(keep_rgb=True)
    _, after = labelled(before)
    ids = [part.id for part in codec.find_frame(BytesView(after)).components]
    assert bytes(ids) == b"RGB"
    assert changed(before, after, (100, 120, 240, 160)) == 0


@pytest.mark.usefixtures("python_only")
def test_transform_of_ycck_is_corrected() -> None:
    """YCCK is stored as CMYK, and Adobe's segment says so, because Pillow writes no YCCK."""
    plain = coded("CMYK", subsampling=0)
    at = plain.index(b"Adobe") + 11
    before = plain[:at] + b"\x02" + plain[at + 1 :]
    rendition, after = labelled(before)
    assert after[after.index(b"Adobe") + 11] == 0
    assert "YCCK as CMYK" in (rendition.reencoded or "")
    old, new = (Image.open(io.BytesIO(data)).crop((0, 0, 240, 100)) for data in (before, after))
    levels = ImageChops.difference(old, new).histogram()
    assert sum(levels[at + level] for at in range(0, 1024, 256) for level in range(24, 256)) < 200


@pytest.mark.usefixtures("python_only")
def test_unusual_subsampling_becomes_full_and_says_so() -> None:
    """Sampling factors that cannot be written are replaced by full chroma, never by less."""
    before = bytearray(coded(subsampling=1))
    frame = before.index(b"\xff\xc0")
    before[frame + 5 : frame + 9] = SIZE[0].to_bytes(2, "big") + SIZE[0].to_bytes(2, "big")
    before[frame + 11] = 0x12  # two rows instead of two columns of luma to one of chroma
    rendition, after = labelled(bytes(before))
    assert "no longer subsampled" in (rendition.reencoded or "")
    assert {
        (part.horizontal, part.vertical) for part in codec.find_frame(BytesView(after)).components
    } == {(1, 1)}


@pytest.mark.parametrize("marker", [0xC3, 0xC5, 0xC9])
def test_unusual_codings_are_refused(marker: int) -> None:
    """Lossless, hierarchical and arithmetic JPEGs are refused with a reason."""
    data = coded().replace(b"\xff\xc0", bytes((0xFF, marker)), 1)
    with pytest.raises(PlanError, match="few programs read"):
        labelled(data)


def test_twelve_bits_are_refused() -> None:
    """A JPEG of 12 bits a sample is refused."""
    data = bytearray(coded())
    data[data.index(b"\xff\xc0") + 4] = 12
    with pytest.raises(PlanError, match="12 bits"):
        labelled(bytes(data))


def test_limit_of_pixels() -> None:
    """A frame header that asks for too many pixels is refused before decoding."""
    with pytest.raises(LimitExceededError):
        jpeg.render(BytesView(coded(), limits=Limits(pixels=1000)), MarkSpec())


@pytest.mark.usefixtures("python_only")
@pytest.mark.oracle
@pytest.mark.parametrize("options", [{}, {"progressive": True}, {"restart_marker_rows": 1}])
def test_djpeg_accepts(options: dict[str, object]) -> None:
    """The IJG decoder reads the result without a warning."""
    _, after = labelled(coded(**options))
    done = subprocess.run(["djpeg"], input=after, capture_output=True, check=True)
    assert done.stderr == b""
    assert done.stdout.startswith(b"P6\n240 160\n")


BASES: Final = (coded(), coded("L", progressive=True), coded("CMYK", restart_marker_rows=1))


@settings(max_examples=50, deadline=None)
@given(
    base=st.sampled_from(BASES),
    cut=st.integers(2, 6000),
    flips=st.lists(st.tuples(st.integers(2, 5000), st.integers(0, 255)), max_size=4),
)
def test_broken_files(base: bytes, cut: int, flips: list[tuple[int, int]]) -> None:
    """Whatever is cut off or flipped, only errors of ailabel come out."""
    data = bytearray(base[:cut] if cut % 3 == 0 else base)
    for at, value in flips:
        data[at % len(data)] = value
    try:
        rendition = jpeg.render(BytesView(bytes(data), limits=Limits(pixels=1_000_000)), MarkSpec())
    except AilabelError:
        return
    assert rendition.edits


@pytest.mark.usefixtures("python_only")
def test_the_changes_of_a_large_picture_are_measured_on_bands(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The share found on bands of rows is close to the share of the whole picture."""
    noise = Image.effect_noise((640, 1400), 60)
    picture = Image.merge(
        "RGB", [noise, noise.rotate(180), Image.linear_gradient("L").resize(noise.size)]
    )
    target = io.BytesIO()
    picture.save(target, "JPEG", quality=97)
    view = BytesView(target.getvalue())
    whole = jpeg.render(view, MarkSpec())
    monkeypatch.setattr(jpeg_again, "_WHOLE", 0)
    bands = jpeg.render(view, MarkSpec())
    assert bands.edits == whole.edits
    assert whole.changed_outside > 0
    assert bands.changed_outside == pytest.approx(whole.changed_outside, rel=0.2)
    assert "one band of rows in eight" in str(bands.reencoded)
    assert "band" not in str(whole.reencoded)


def test_broken_metadata_is_none_of_the_pictures() -> None:
    """Exif that breaks off does not hinder, nor warns: only the coded picture is decoded."""
    exif = builder.segment(
        0xE1, b"Exif\0\0MM\0\x2a\0\0\0\x08\0\x09\x01\x1a\0\x05\0\0\0\x01\0\0\xff\xff"
    )
    data = coded()
    assert labelled(data[:2] + exif + data[2:])[0].marks
