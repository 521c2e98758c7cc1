"""Loudness after BS.1770, and a prompt that is made as loud as the content."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ailabel.marks.audio import loudness


def sine(rate: int, level: float, seconds: float = 1.0, pitch: float = 997.0) -> list[float]:
    """Return a sine."""
    count = round(seconds * rate)
    return [level * math.sin(2 * math.pi * pitch * index / rate) for index in range(count)]


def measured(samples: list[float], rate: int) -> float | None:
    """Measure a mono sound from beginning to end."""
    step = round(loudness.WINDOW * rate)
    windows = (samples[start : start + 2 * step] for start in range(0, len(samples) - step, step))
    return loudness.integrate(loudness.window_power([window], rate) for window in windows)


@pytest.mark.parametrize("rate", [44100, 48000, 96000])
def test_the_reference_tone_has_the_reference_loudness(rate: int) -> None:
    """A full-scale sine of 997 Hz in one channel is -3.01 LKFS [BS1770 annex 1]."""
    assert measured(sine(rate, 1.0), rate) == pytest.approx(-3.01, abs=0.05)


def test_low_tones_count_less_and_high_tones_more() -> None:
    """The K weighting takes from 30 Hz and adds 4 dB above 2 kHz."""
    low, high = (
        measured(sine(48000, 0.1, pitch=30.0), 48000),
        measured(sine(48000, 0.1, pitch=8000.0), 48000),
    )
    assert low is not None
    assert high is not None
    assert low < -26
    assert high == pytest.approx(-19.7, abs=0.2)


def test_silence_has_no_loudness() -> None:
    """Silence, nothing, and what is no number are no sound."""
    assert loudness.integrate([0.0, 1e-12]) is None
    assert loudness.integrate([]) is None
    assert loudness.integrate([math.inf, math.nan]) is None


def test_soft_passages_do_not_count() -> None:
    """The gate leaves out what is 10 dB below the mean."""
    assert loudness.integrate([0.01] * 5 + [1e-5] * 95) == pytest.approx(-20.69, abs=0.01)


@pytest.mark.parametrize("wanted", [-30.0, -23.0, -16.0])
def test_a_prompt_becomes_as_loud_as_the_content(wanted: float) -> None:
    """Within half a decibel, while the peaks allow it."""
    made = loudness.fit(sine(24000, 0.3), 24000, wanted, 1)
    assert measured(made, 24000) == pytest.approx(wanted, abs=0.5)


def test_two_channels_need_half_the_power_each() -> None:
    """The same loudness from two channels takes 3 dB less in each."""
    one, two = (loudness.fit(sine(24000, 0.3), 24000, -23.0, count) for count in (1, 2))
    assert max(one) / max(two) == pytest.approx(math.sqrt(2), rel=1e-3)


@given(
    level=st.floats(1e-4, 1.0),
    wanted=st.none() | st.floats(-90.0, 20.0),
    spike=st.integers(0, 3999),
)
@settings(max_examples=25, deadline=None)
def test_no_prompt_is_clipped(level: float, wanted: float | None, spike: int) -> None:
    """However loud the content and however peaked the prompt, it stays below -1 dBFS."""
    prompt = sine(8000, level * 0.05, 0.5)
    prompt[spike] = level
    made = loudness.fit(prompt, 8000, wanted, 1)
    assert len(made) == len(prompt)
    assert max(map(abs, made)) <= loudness.CEILING + 1e-9


@given(length=st.integers(0, 1 << 40), rate=st.integers(1, 400_000), channels=st.integers(1, 65535))
@settings(max_examples=50)
def test_windows_lie_inside_the_sound_and_cost_little(
    length: int, rate: int, channels: int
) -> None:
    """At most 24 windows, in order, none of which begins outside."""
    found = loudness.spread(length, rate, channels)
    assert 1 <= len(found) <= 24
    assert found == sorted(found)
    assert 0 <= found[0] <= found[-1] <= length
