"""The label on sequential JPEGs: coefficients outside it stay, proved by a decoder of our own."""

from __future__ import annotations

import io
import subprocess
from typing import TYPE_CHECKING, Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageChops, ImageFilter

from ailabel.codecs import jpeg as codec
from ailabel.codecs import native
from ailabel.io.source import BytesView
from ailabel.io.splice import apply
from ailabel.marks.image import jpeg
from ailabel.spi import MarkSpec, Rendition
from ailabel.standard.wording import CORNERS
from builders import jpeg_blocks

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.skipif(not native.is_there(), reason="no C compiler was there")

FACTORS: Final = ("1x1", "2x1", "1x2", "2x2", "4x1", "1x4", "4x2", "2x4")
SCRIPT: Final = "0;\n1;\n2;\n"  # a scan for each component


def scene(size: tuple[int, int] = (203, 141), seed: int = 0) -> Image.Image:
    """Return something like a photograph, whose sides are no multiple of anything."""
    ramp = Image.linear_gradient("L").rotate(seed % 360)
    noise = Image.effect_noise(size, 40).filter(ImageFilter.GaussianBlur(1))
    bands = [ImageChops.blend(ramp.rotate(turn).resize(size), noise, 0.3) for turn in (0, 90, 180)]
    return Image.merge("RGB", bands)


def coded(picture: Image.Image, **options: object) -> bytes:
    """Return a picture as JPEG."""
    out = io.BytesIO()
    picture.save(out, "JPEG", **options)
    return out.getvalue()


def sampled(factors: str, *options: str, picture: Image.Image | None = None) -> bytes:
    """Return a scene as the IJG's encoder codes it, with sampling factors of luma to chroma."""
    out = io.BytesIO()
    (picture or scene()).save(out, "PPM")
    command = ["cjpeg", "-quality", "85", "-sample", f"{factors},1x1,1x1", *options]
    return subprocess.run(command, input=out.getvalue(), capture_output=True, check=True).stdout


def labelled(data: bytes, spec: MarkSpec | None = None) -> tuple[Rendition, bytes]:
    """Return the rendition of a file, and the file with it applied."""
    rendition = jpeg.render(BytesView(data), spec or MarkSpec())
    return rendition, apply(data, rendition.edits)


def assert_spliced(before: bytes, spec: MarkSpec | None = None) -> tuple[Rendition, bytes]:
    """Assert that a label is there, and that no block away from it has other coefficients."""
    rendition, after = labelled(before, spec)
    old, new = jpeg_blocks.decode(before), jpeg_blocks.decode(after)
    left, top, right, bottom = rendition.marks[0].box or (0, 0, 0, 0)
    pad = (bottom - top) // 2 + 2  # the plate around the ink
    assert (old.size, old.factors, old.ids) == (new.size, new.factors, new.ids)
    touched = 0
    for component, (first, second) in enumerate(zip(old.blocks, new.blocks, strict=True)):
        width, height = old.span(component)
        assert first.keys() == second.keys()
        for (row, column), block in first.items():
            if second[row, column] == block:
                continue
            touched += 1
            assert left - pad < (column + 1) * width
            assert column * width < right + pad
            assert top - pad < (row + 1) * height
            assert row * height < bottom + pad
    assert touched
    assert rendition.changed_outside == 0
    return rendition, after


@pytest.mark.parametrize("place", CORNERS)
def test_places(place: str) -> None:
    """Wherever the label stands, all other blocks keep their coefficients, and it is spliced."""
    rendition, _ = assert_spliced(coded(scene()), MarkSpec(position=place))
    assert rendition.reencoded is None


@pytest.mark.parametrize("mode", ["L", "RGB", "CMYK"])
@pytest.mark.parametrize(
    "options",
    [
        {"quality": 30},
        {"quality": 100, "subsampling": 0},
        {"subsampling": 1, "restart_marker_rows": 1},
        {"subsampling": 2, "restart_marker_blocks": 1},
        {"restart_marker_blocks": 7},
        {"optimize": True},
    ],
)
def test_kinds(mode: str, options: dict[str, object]) -> None:
    """Grey, colour and CMYK with any subsampling, restart interval and Huffman tables."""
    before = coded(scene().convert(mode), **options)
    _, after = assert_spliced(before)
    decoded = Image.open(io.BytesIO(after))
    decoded.load()
    assert decoded.mode == mode


@pytest.mark.oracle
@pytest.mark.parametrize("options", [(), ("-restart", "1"), ("-restart", "3B"), ("-optimize",)])
@pytest.mark.parametrize("factors", FACTORS)
def test_sampling_factors(factors: str, options: tuple[str, ...]) -> None:
    """Sampling factors that Pillow cannot write are spliced like any other; djpeg is content."""
    _, after = assert_spliced(sampled(factors, *options))
    done = subprocess.run(["djpeg"], input=after, capture_output=True, check=True)
    assert done.stderr == b""


@pytest.mark.oracle
@pytest.mark.parametrize("factors", ["1x1", "2x2"])
@pytest.mark.parametrize("restart", [(), ("-restart", "4B")])
def test_scans_of_one_component(factors: str, restart: tuple[str, ...], tmp_path: Path) -> None:
    """Components that come one after the other are each spliced in their own scan."""
    script = tmp_path / "scans"
    script.write_text(SCRIPT, encoding="ascii")
    before = sampled(factors, *restart, "-scans", str(script))
    assert before.count(b"\xff\xda") == 3
    rendition, after = assert_spliced(before)
    assert rendition.reencoded is None
    assert subprocess.run(["djpeg"], input=after, capture_output=True, check=True).stderr == b""


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    size=st.tuples(st.integers(90, 180), st.integers(40, 120)),
    seed=st.integers(0, 359),
    place=st.sampled_from(CORNERS),
    quality=st.integers(5, 100),
    subsampling=st.integers(0, 2),
    restart=st.integers(0, 12),
    optimize=st.booleans(),
)
def test_any_picture(  # noqa: PLR0917 - hypothesis
    size: tuple[int, int],
    seed: int,
    place: str,
    quality: int,
    subsampling: int,
    restart: int,
    optimize: bool,  # noqa: FBT001 - hypothesis
) -> None:
    """Whatever the size, place and parameters, all other blocks keep their coefficients."""
    options: dict[str, object] = {"quality": quality, "subsampling": subsampling}
    before = coded(scene(size, seed), **options, restart_marker_blocks=restart, optimize=optimize)
    assert_spliced(before, MarkSpec(text="AI生成", position=place))


def test_calm_ground_gets_no_noise() -> None:
    """Samples of a block that the label does not cover stay within what quantisation does."""
    before = coded(Image.new("RGB", (400, 300), (200, 60, 30)), quality=95)
    rendition, after = assert_spliced(before)
    old, new = (Image.open(io.BytesIO(data)) for data in (before, after))
    left, top, right, bottom = rendition.marks[0].box or (0, 0, 0, 0)
    difference = ImageChops.difference(old, new).convert("L")
    difference.paste(0, (left - 4, top - 4, right + 4, bottom + 4))
    assert difference.getextrema()[1] <= 12  # type: ignore[operator]


def test_tables_are_extended_where_they_lack_a_symbol() -> None:
    """An even picture's fitted tables hold few symbols: those of the label are put behind them."""
    before = coded(Image.new("L", (240, 160), 90), optimize=True)
    rendition, after = assert_spliced(before)
    tables = [
        BytesView(data).read(found.body, found.body_length)
        for data in (before, after)
        for found in codec.segments(BytesView(data))
        if found.marker == codec.DHT
    ]
    assert len(tables) in {2, 4}
    old, new = (b"".join(part) for part in (tables[: len(tables) // 2], tables[len(tables) // 2 :]))
    assert len(new) > len(old)
    assert rendition.reencoded is None or "Huffman" in rendition.reencoded


def test_full_tables_are_made_anew() -> None:
    """Where every code is taken, codes become longer, and all blocks keep their coefficients."""
    before = bytearray(coded(Image.new("L", (240, 160), 90), optimize=True))
    at = before.index(b"\xff\xc4")
    while before[at + 4] >> 4 != 1:
        at = before.index(b"\xff\xc4", at + 2)
    length = int.from_bytes(before[at + 2 : at + 4], "big")
    used = bytes(before[at + 21 : at + 2 + length])
    assert used == b"\0"  # the end of the block, with the code 0: 14 more, of every length, follow
    others = bytes(symbol for symbol in range(1, 16 * 11) if symbol & 15 in range(1, 11))[:15]
    body = b"\x10" + bytes([1] * 15 + [1]) + used + others
    table = b"\xff\xc4" + (2 + len(body)).to_bytes(2, "big") + body
    rendition, _ = assert_spliced(bytes(before[:at]) + table + bytes(before[at + 2 + length :]))
    assert "Huffman codes, without loss" in str(rendition.reencoded)


def test_missing_end_is_supplied() -> None:
    """A picture without EOI gets one."""
    before = coded(scene())
    assert labelled(before[:-2])[1].endswith(b"\xff\xd9")
    assert labelled(before[:-2])[1] == labelled(before)[1]


def test_ycck_stays() -> None:
    """A picture coded as YCCK keeps its coding, and its label is white or black."""
    plain = coded(scene().convert("CMYK"), subsampling=0)
    at = plain.index(b"Adobe") + 11
    before = plain[:at] + b"\x02" + plain[at + 1 :]
    rendition, after = assert_spliced(before)
    assert after[at] == 2
    image = Image.open(io.BytesIO(after)).convert("L").crop(rendition.marks[0].box)
    low, high = image.getextrema()
    assert high - low > 150  # type: ignore[operator]


def test_progressive_pictures_are_coded_anew_and_say_why() -> None:
    """A picture whose coefficients come in passes is coded anew as a whole."""
    rendition, _ = labelled(coded(scene(), progressive=True))
    assert "because it is progressive" in str(rendition.reencoded)


def test_damaged_pictures_are_coded_anew_and_say_where() -> None:
    """What decoders make of a picture that breaks off is labelled; the report names the byte."""
    before = coded(scene())
    rendition, _ = labelled(before[: len(before) // 3] + b"\xff\xd9")
    assert f"because it is damaged at byte {len(before) // 3}" in str(rendition.reencoded)


def test_both_ways_look_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """With and without the extension the label has the same place and colours."""
    before = coded(scene((480, 320)), quality=92)
    first, spliced = labelled(before)
    monkeypatch.setattr("ailabel.codecs.native.is_there", lambda: False)
    second, whole = labelled(before)
    assert first.marks == second.marks
    box = first.marks[0].box
    assert box is not None
    old, new = (Image.open(io.BytesIO(data)).convert("L").crop(box) for data in (spliced, whole))
    levels = ImageChops.difference(old, new).histogram()
    assert sum(levels[24:]) < 0.01 * sum(levels)


def test_ink_height() -> None:
    """The ink, measured in the decoded result, is at least 5 % of the shortest side high."""
    _, after = labelled(coded(Image.new("L", (1200, 900), 0), quality=92))
    box = Image.open(io.BytesIO(after)).point(lambda level: 255 * (level >= 128)).getbbox()
    assert box is not None
    assert box[3] - box[1] >= 45
