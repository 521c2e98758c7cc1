"""Which lines make a mark of their own."""

from __future__ import annotations

import pytest

from ailabel.sight.groups import marks
from ailabel.sight.reader import Line
from ailabel.spi import Finding


def line(text: str, left: float, top: float, height: float = 40) -> Line:
    """Return a level line whose box is as wide as its text."""
    right, bottom = left + height * max(1, len(text)) * 0.8, top + height
    quad = ((left, top), (right, top), (right, bottom), (left, bottom))
    return Line(text=text, score=0.99, quad=quad)


def findings(*lines: Line) -> list[tuple[str, Finding]]:
    """Return what the lines are taken for."""
    return [(mark.text, mark.finding) for mark in marks(lines)]


def test_a_line_of_its_own_is_a_label() -> None:
    """Words with both elements, and nothing near."""
    assert findings(line("AI生成", 0, 0), line("海边", 0, 500)) == [("AI生成", Finding.FOUND)]


@pytest.mark.parametrize(
    "pieces",
    [
        (line("人工智能", 0, 0), line("生成", 0, 45)),
        (line("AI", 0, 0), line("生成", 75, 0)),
        (line("本内容由", 0, 0), line("人工智能", 0, 45), line("生成", 0, 90)),
    ],
)
def test_a_label_in_pieces_is_put_together(pieces: tuple[Line, ...]) -> None:
    """Lines below one another, and boxes side by side."""
    (mark,) = marks(pieces)
    assert mark.finding is Finding.FOUND
    assert len(mark.lines) >= 2


@pytest.mark.parametrize(
    "lines",
    [
        (line("非", 0, 0), line("AI生成", 45, 0)),
        (line("AI生成", 0, 0), line("的图片怎么认", 150, 0)),
        (line("怎样识别", 0, 0), line("AI生成", 0, 45)),
        (line("这不是", 0, 0), line("由AI生成", 0, 45), line("而是真实拍摄", 0, 90)),
    ],
)
def test_words_within_other_text_are_for_a_person(lines: tuple[Line, ...]) -> None:
    """What runs on into a neighbour may be the rest of a sentence."""
    assert [finding for _, finding in findings(*lines)] == [Finding.REVIEW]


def test_a_sentence_that_ends_a_text_is_a_label() -> None:
    """A full sentence says by itself that it is one."""
    assert findings(line("今天天气很好", 0, 0), line("本图由AI生成", 0, 45)) == [
        ("本图由AI生成", Finding.FOUND)
    ]


def test_a_translation_below_harms_nothing() -> None:
    """Both lines are one label."""
    found = findings(line("AI生成", 0, 0), line("AI-generated", 0, 45))
    assert (("AI生成", Finding.FOUND)) in found


def test_lines_of_other_size_are_no_neighbours() -> None:
    """A headline over a small mark is other text."""
    assert findings(line("秋天", 0, 0, 120), line("AI生成", 0, 130)) == [("AI生成", Finding.FOUND)]
