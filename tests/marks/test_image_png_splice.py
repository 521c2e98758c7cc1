"""The label on still PNGs: only what stands for its rows is compressed anew."""

from __future__ import annotations

import io
import subprocess
import zlib
from random import Random
from typing import TYPE_CHECKING, Final

import pytest
from PIL import Image

from ailabel.codecs import native
from ailabel.io.source import BytesView
from ailabel.io.splice import apply
from ailabel.marks.image import png
from ailabel.spi import MarkSpec, Rendition
from ailabel.standard.wording import CORNERS
from builders import pictures
from builders.pictures import FORMS, Form

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.skipif(not native.is_there(), reason="no C compiler was there")

SIZE: Final = (100, 330)  # high, so that much stands more than a window away from the label
WAYS: Final = ((0, 0), (1, 0), (9, 0), (6, zlib.Z_HUFFMAN_ONLY), (6, zlib.Z_FIXED))


def picture(
    form: tuple[int, int] = (2, 8),
    size: tuple[int, int] = SIZE,
    way: tuple[int, int] = (6, 0),
    share: int = 1 << 13,
) -> bytes:
    """Return a picture whose stream is made in a way and stored in chunks of a length."""
    random = Random(5)
    shape = Form(width=size[0], height=size[1], colour=form[0], depth=form[1])
    if form[0] == 3:
        greys = b"".join(bytes((level,) * 3) for level in range(1 << form[1]))
        shape = Form(
            width=size[0], height=size[1], colour=3, depth=form[1], before=((b"PLTE", greys),)
        )
    made = list(pictures.split(pictures.encode(shape, pictures.calm(shape, random), random)))
    raw = zlib.decompress(b"".join(body for name, body in made if name == b"IDAT"))
    coder = zlib.compressobj(way[0], zlib.DEFLATED, 15, 5, way[1])
    data = coder.compress(raw) + coder.flush()
    parts = [(name, body) for name, body in made if name not in {b"IDAT", b"IEND"}]
    parts += [(b"IDAT", data[at : at + share]) for at in range(0, len(data), share)]
    return pictures.SIGNATURE + b"".join(
        pictures.chunk(name, body) for name, body in (*parts, (b"IEND", b""))
    )


def labelled(data: bytes, place: str = "bottom-right") -> tuple[Rendition, bytes]:
    """Return the rendition of a file, and the file with it applied."""
    rendition = png.render(BytesView(data), MarkSpec(text="AI生成", position=place))
    return rendition, apply(data, rendition.edits)


def assert_spliced(before: bytes, place: str = "bottom-right") -> bytes:
    """Assert that only pixels about the label differ, and that the stream and its checksum hold."""
    rendition, after = labelled(before, place)
    assert rendition.reencoded is None
    assert rendition.changed_outside == 0
    old, new = pictures.decode(before)[1], pictures.decode(after)[1]
    left, top, right, bottom = rendition.marks[0].box or (0, 0, 0, 0)
    pad = (bottom - top) // 2 + 2
    touched = 0
    for row, (first, second) in enumerate(zip(old, new, strict=True)):
        for column, (one, other) in enumerate(zip(first, second, strict=True)):
            if one != other:
                touched += 1
                assert left - pad <= column < right + pad
                assert top - pad <= row < bottom + pad
    assert touched
    stream = b"".join(body for name, body in pictures.split(after) if name == b"IDAT")
    assert zlib.decompress(stream)
    return after


@pytest.mark.parametrize("place", CORNERS)
def test_places(place: str) -> None:
    """Wherever the label stands, no other pixel changes."""
    assert_spliced(picture(), place)


@pytest.mark.parametrize("form", [form for form in FORMS if form not in {(3, 1), (3, 2), (3, 4)}])
def test_forms(form: tuple[int, int]) -> None:
    """Every colour type and depth is spliced."""
    assert_spliced(picture(form))


@pytest.mark.parametrize("share", [1, 7, 1 << 10, 1 << 30])
@pytest.mark.parametrize("way", WAYS)
def test_streams(way: tuple[int, int], share: int) -> None:
    """However the stream was made and cut into chunks, it is spliced."""
    if share == 1 and not way[0]:
        share = 50  # or there would be very many chunks
    assert_spliced(picture((0, 8), (90, 200), way, share), "left")


def test_chunks_away_from_the_label_stay() -> None:
    """Chunks before and behind those of the label keep their bytes; the last one its length."""
    before = picture(share=1 << 12)
    after = assert_spliced(before, "left")
    old, new = (
        [body for name, body in pictures.split(data) if name == b"IDAT"] for data in (before, after)
    )
    assert old[0] == new[0]
    assert old[-2] == new[-2]
    assert old[-1][:-4] == new[-1][:-4]
    assert len(old) > len(new) > 3


def test_a_stream_with_more_rows_is_compressed_anew() -> None:
    """What holds more than its pixels is stored anew, as are interlaced pictures."""
    parts = list(pictures.split(picture()))
    raw = zlib.decompress(b"".join(body for name, body in parts if name == b"IDAT")) + bytes(99)
    data = pictures.SIGNATURE + b"".join(
        pictures.chunk(*part) for part in (parts[0], (b"IDAT", zlib.compress(raw)), parts[-1])
    )
    rendition, after = labelled(data)
    assert rendition.reencoded == "PNG pixels, lossless"
    assert Image.open(io.BytesIO(after)).size == SIZE


@pytest.mark.oracle
@pytest.mark.parametrize("place", ["top", "left", "bottom"])
def test_pngcheck_accepts(place: str, tmp_path: Path) -> None:
    """The checksums of chunks and stream are right."""
    path = tmp_path / "a.png"
    path.write_bytes(labelled(picture((6, 16)), place)[1])
    subprocess.run(["pngcheck", "-q", path], check=True)


def test_both_ways_draw_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """With and without the extension the pixels are the same."""
    before = picture((6, 8))
    _, spliced = labelled(before)
    monkeypatch.setattr("ailabel.codecs.native.is_there", lambda: False)
    rendition, whole = labelled(before)
    assert rendition.reencoded == "PNG pixels, lossless"
    assert pictures.decode(spliced) == pictures.decode(whole)
