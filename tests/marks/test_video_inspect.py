"""Looking at films: containers, turned pictures, oblong pixels, damage."""

from __future__ import annotations

import io
import struct
import sys
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final

import av
import pytest
from PIL import Image

import ailabel
from ailabel.drawing.layout import lay_out
from ailabel.errors import AilabelError, LimitExceededError, MissingExtraError
from ailabel.io.source import BytesView, Limits
from ailabel.marks.video.inspect import inspect
from ailabel.model.media import Format, Medium
from ailabel.spi import Finding, MarkSpec
from ailabel.testing import damaged

if TYPE_CHECKING:
    from ailabel.spi import Evidence

SIZE: Final = (480, 272)
RATE: Final = 10
KINDS: Final = {  # format of ours: FFmpeg's container, coding
    "mp4": ("mp4", "libx264"),
    "webm": ("webm", "libvpx"),
    "avi": ("avi", "mpeg4"),
    "flv": ("flv", "flv1"),
    "ts": ("mpegts", "mpeg2video"),
}


def format_of(name: str) -> Format:
    """Return a film format by its id."""
    return Format(id=name, name=name, medium=Medium.VIDEO, suffixes=("." + name,), mime="video/x")


def picture(size: tuple[int, int], *, label: bool) -> Image.Image:
    """Return a picture with or without a label as it is shown."""
    shown = Image.linear_gradient("L").resize(size).convert("RGB")
    if label:
        stencil = lay_out(size, 1, MarkSpec(position="top-left"))
        shown.paste((0, 0, 0), stencil.area[:2], stencil.plate)
        shown.paste((255, 255, 255), stencil.area[:2], stencil.letters)
    return shown


def film(
    kind: str, seconds: float = 3.0, until: float = 9.0, *, turned: bool = False, wide: int = 1
) -> bytes:
    """Return a film whose label stays until a time; stored on its side, or in oblong pixels."""
    out = io.BytesIO()
    container, codec = KINDS[kind]
    with av.open(out, "w", format=container) as file:
        rate = 25 if codec == "mpeg2video" else RATE
        stream: Any = file.add_stream(codec, rate=rate)
        stream.width, stream.height = SIZE
        stream.pix_fmt = "yuv420p"
        stream.bit_rate = 3_000_000
        if wide > 1:
            stream.codec_context.sample_aspect_ratio = Fraction(wide)
        for number in range(round(seconds * rate)):
            shown = picture(SIZE[::-1] if turned else (SIZE[0] * wide, SIZE[1]),
                            label=number / rate < until)  # fmt: skip
            stored = shown.rotate(90, expand=True) if turned else shown.resize(SIZE)
            frame = av.VideoFrame.from_image(stored)  # type: ignore[no-untyped-call]
            frame.pts = number
            frame.time_base = Fraction(1, rate)
            file.mux(stream.encode(frame))
        file.mux(stream.encode(None))
    data = bytearray(out.getvalue())
    if turned:  # a quarter clockwise [ISO14496-12 6.2.2, 8.3.2]
        place = data.index(b"tkhd") + 44
        data[place : place + 36] = struct.pack(
            ">9i", 0, 1 << 16, 0, -(1 << 16), 0, 0, SIZE[1] << 16, 0, 1 << 30
        )
    return bytes(data)


def looked(data: bytes, name: str, *, explain: bool = False) -> Evidence:
    """Look at a film."""
    return inspect(BytesView(data), format_of(name), explain=explain)


@pytest.mark.eyes
@pytest.mark.parametrize("name", list(KINDS))
def test_a_label_is_found_and_timed_in_every_container(name: str) -> None:
    """It stands for two seconds of three."""
    evidence = looked(film(name, until=2.0), name)
    (seen,) = evidence.sightings
    assert (seen.finding, seen.place) == (Finding.FOUND, "top-left")
    assert seen.seconds == pytest.approx((0, 2.0), abs=0.11)
    assert evidence.duration == pytest.approx(3.0, abs=0.15)


@pytest.mark.eyes
def test_a_turned_film_is_looked_at_as_it_is_shown() -> None:
    """The matrix of the track turns the pictures by a quarter."""
    (seen,) = looked(film("mp4", turned=True), "mp4").sightings
    assert seen.appearance is not None
    assert (seen.place, seen.appearance.frame) == ("top-left", SIZE[::-1])


@pytest.mark.eyes
def test_oblong_pixels_are_made_square() -> None:
    """Heights are shares of what is shown."""
    (seen,) = looked(film("mp4", wide=2), "mp4").sightings
    assert seen.appearance is not None
    assert seen.appearance.frame == (2 * SIZE[0], SIZE[1])


@pytest.mark.eyes
def test_verify_tells_a_label_that_is_too_short() -> None:
    """The rule fails with the figure; a shorter film shows it throughout."""
    report = ailabel.verify_bytes(film("mp4", until=1.0), name="a.mp4")
    (check,) = [check for check in report.checks if check.rule == "EXP-V3"]
    assert check.outcome is ailabel.Outcome.FAIL
    assert check.figure == pytest.approx(1.0, abs=0.11)
    assert report.explicit is ailabel.Verdict.NONCOMPLIANT
    report = ailabel.verify_bytes(film("mp4", seconds=1.0), name="a.mp4")
    assert report.explicit is ailabel.Verdict.COMPLIANT


def test_without_its_package_it_is_unchecked(monkeypatch: pytest.MonkeyPatch) -> None:
    """The error names the extra."""
    monkeypatch.setitem(sys.modules, "av", None)
    with pytest.raises(MissingExtraError, match=r"ailabel\[av\]"):
        looked(b"", "mp4")


def test_limits_hold() -> None:
    """Pixels are counted before a picture is decoded."""
    view = BytesView(film("mp4", seconds=0.5), limits=Limits(pixels=1000))
    with pytest.raises(LimitExceededError, match="number of pixels"):
        inspect(view, format_of("mp4"))


@pytest.mark.parametrize("name", ["mp4", "avi", "flv"])
def test_damaged_films_raise_only_errors_of_ours(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever FFmpeg makes of them."""
    monkeypatch.setattr("ailabel.sight.films.look", lambda _: [])
    for data in damaged(film(name, seconds=0.6), count=40, seed=3):
        try:
            looked(data, name)
        except AilabelError as error:
            assert str(error)  # noqa: PT017 - it is one of several outcomes
