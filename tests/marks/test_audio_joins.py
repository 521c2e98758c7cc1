"""No click stands where a label and the content meet, even where the content begins abruptly."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import numpy as np
import pytest

from ailabel.spi import MarkSpec
from builders.sounds import heard, render
from every import SAMPLES

if TYPE_CHECKING:
    from pathlib import Path

KINDS = {"m4a": "aac", "opus": "libopus", "ogg": "libvorbis", "mp3": "libmp3lame"}
RATE = 48000
NEAR = RATE // 10  # samples


@pytest.mark.oracle
@pytest.mark.parametrize("kind", KINDS)
def test_no_click_stands_at_the_joins(tmp_path: Path, kind: str) -> None:
    """The sharpest bend near a join is hardly sharper than those within the content."""
    source, path = SAMPLES / "sounds" / "melody.wav", tmp_path / f"made.{kind}"
    cut = ["-ss", "0.7", "-t", "2", "-i", str(source), "-ar", str(RATE), "-ac", "1"]
    command = ["ffmpeg", "-v", "error", *cut, "-c:a", KINDS[kind], str(path)]
    subprocess.run(command, check=True)
    before = path.read_bytes()
    labelled, rendition = render(before, kind, MarkSpec(position="both"))
    content = np.frombuffer(heard(tmp_path, before, kind), np.float32)
    result = np.frombuffer(heard(tmp_path, labelled, kind), np.float32)
    first, last = rendition.marks
    assert first.seconds is not None
    assert last.seconds is not None
    bends = np.abs(np.diff(result, 2))
    joins = bends[round(first.seconds[1] * RATE) : round(last.seconds[0] * RATE)]
    joins[2 * NEAR + RATE // 4 : -2 * NEAR - RATE // 4] = 0
    assert joins.max() < 1.5 * np.abs(np.diff(content, 2)).max()
