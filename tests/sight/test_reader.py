"""How a picture is cut into pieces for reading."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from ailabel.errors import AilabelError, MissingExtraError
from ailabel.sight import reader
from ailabel.sight.reader import Line, is_whole, pieces, read, read_at, reread

if TYPE_CHECKING:
    from pathlib import Path


@given(st.integers(1, 4000), st.integers(1, 60_000))
def test_pieces_lie_inside_and_are_few(width: int, height: int) -> None:
    """However long a picture, little is looked at; what is whole is covered without a gap."""
    boxes = list(pieces((width, height)))
    assert 1 <= len(boxes) <= 9
    for left, top, right, bottom in boxes:
        assert 0 <= left < right <= width
        assert 0 <= top < bottom <= height
        assert max(right - left, bottom - top) <= max(1, 3.2 * min(width, height))
    if is_whole((width, height)):
        axis = 0 if width > height else 1
        reached = 0
        for box in sorted(boxes):
            assert box[axis] <= reached
            reached = max(reached, box[axis + 2])
        assert reached == max(width, height)


def test_a_line_knows_its_box_and_height() -> None:
    """Also when it is tilted."""
    tilted = Line(text="x", score=1, quad=((0, 10), (100, 0), (102, 20), (2, 30)))
    assert tilted.box == (0, 0, 102, 30)
    assert 19 < tilted.height < 21


def test_without_the_package_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """The error holds the command that installs it."""
    reader._engine.cache_clear()
    monkeypatch.setitem(sys.modules, "rapidocr", None)
    with pytest.raises(MissingExtraError, match=r"ailabel\[ocr\]"):
        read(Image.new("RGB", (64, 64)))


def test_a_package_without_models_is_an_error(tmp_path: Path) -> None:
    """Nothing is ever downloaded."""

    class Package:
        __file__ = str(tmp_path / "__init__.py")

    with pytest.raises(AilabelError, match="brings no models"):
        reader._model(Package, "det")


@pytest.mark.eyes
def test_an_empty_picture_has_no_lines() -> None:
    """Not a line on plain ground, at any size; a line that was is read again as nothing."""
    for size in ((1, 1), (3, 900), (700, 500)):
        assert read(Image.new("RGB", size, "grey")) == []
    blank = Image.new("RGB", (300, 200), "grey")
    line = Line(text="AI", score=0.9, quad=((10, 10), (90, 10), (90, 40), (10, 40)))
    assert [again.text for again in reread(blank, line) if again.text.strip()] == []
    assert read_at(blank, line.box).strip() == ""
