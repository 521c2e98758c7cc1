"""Hashes of what pictures look like: the same after scaling and coding, others for others."""

from __future__ import annotations

import io

from PIL import Image, ImageEnhance

from ailabel.sight.fingerprint import fingerprint
from corpus import ROOT


def _open(name: str) -> Image.Image:
    return Image.open(next((ROOT / "samples").rglob(name))).convert("RGB")


def _distance(one: Image.Image, other: Image.Image) -> int:
    return (int(fingerprint(one), 16) ^ int(fingerprint(other), 16)).bit_count()


def _coded(picture: Image.Image, quality: int) -> Image.Image:
    data = io.BytesIO()
    picture.save(data, "JPEG", quality=quality)
    return Image.open(data)


def test_copies_stay_near() -> None:
    """Smaller, coded badly, brighter, grey."""
    picture = _open("landscape.jpg")
    small = picture.resize((picture.width // 3, picture.height // 3))
    assert _distance(picture, picture) == 0
    assert _distance(picture, small) <= 8
    assert _distance(picture, _coded(small, 30)) <= 12
    assert _distance(picture, ImageEnhance.Brightness(picture).enhance(1.15)) <= 16
    assert _distance(picture, picture.convert("L")) == 0


def test_half_the_bits_are_set() -> None:
    """In every hash, so that distances are even."""
    assert int(fingerprint(_open("landscape.jpg")), 16).bit_count() == 64


def test_plain_pictures_have_none() -> None:
    """One colour, or next to one: the bits would be those of the rounding."""
    plain = Image.new("RGB", (300, 200), "teal")
    assert fingerprint(plain) == ""
    plain.putpixel((7, 7), (255, 0, 0))
    assert fingerprint(plain) == ""
