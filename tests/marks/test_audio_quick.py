"""What numpy makes quick is what plain Python makes."""

from __future__ import annotations

import random

import pytest

from ailabel.marks.audio import loudness, quick
from ailabel.marks.audio import resample as plain


@pytest.mark.parametrize(
    ("source", "target"),
    [(24000, 44100), (24000, 8000), (48000, 44100), (16000, 16000), (8000, 47999)],
)
def test_resampling_is_the_same(source: int, target: int) -> None:
    """At rates with a common divisor, without one, and unchanged."""
    noise = random.Random(source)
    samples = [noise.uniform(-1, 1) for _ in range(900)]
    expected = plain.resample(samples, source, target)
    assert quick.resample(samples, source, target) == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("rate", [8000, 44100])
def test_loudness_is_the_same(rate: int) -> None:
    """Of two channels, and of a window that ends before the filters settle."""
    noise = random.Random(rate)
    channels = [[noise.uniform(-0.5, 0.5) for _ in range(rate // 8)] for _ in range(2)]
    expected = loudness.window_power(channels, rate)
    assert quick.window_power(channels, rate) == pytest.approx(expected, rel=1e-9)
    assert quick.window_power([[0.5] * 10], rate) == loudness.window_power([[0.5] * 10], rate)
