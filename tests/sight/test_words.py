"""What lines that a machine read say, slips included."""

from __future__ import annotations

import pytest

from ailabel.sight.words import _one_apart, _phrases, understood
from ailabel.standard.textmark import Form, judge


@pytest.mark.parametrize(
    ("read", "says"),
    [
        ("AI生成", "AI生成"),
        ("Al生成", "AI生成"),
        ("A1 生成", "AI 生成"),
        ("A|合成", "AI合成"),
        ("豆包Al生成", "豆包AI生成"),
        ("入工智能生成", "人工智能生成"),
        ("人工智能生戍", "人工智能生成"),
        ("本图片田AI生成", "本图片由AI生成"),
        ("本图片由A生成", "本图片由AI生成"),
        ("内容由AI生成的的", "内容由AI生成的"),
        ("AI生成 AI-generated", "AI生成 AI-generated"),
    ],
)
def test_slips_of_reading_are_forgiven(read: str, says: str) -> None:
    """Letters that look alike, and one wrong character beside both elements of a long line."""
    words = understood(read)
    assert words is not None
    assert words.text == says
    assert words.form in {Form.PHRASE, Form.ASSERTION}


@pytest.mark.parametrize(
    "read",
    [
        "非AI生成",
        "本图片非AI生成",
        "本内容不由AI生成",
        "非人工智能生成",
        "未使用人工智能生成",
        "拒绝AI生成内容",
        "如何识别AI生成图片",
        "Ai生成",
    ],
)
def test_what_is_no_label_is_for_a_person(read: str) -> None:
    """A negation is never a slip, a sentence about the matter never a label."""
    words = understood(read)
    assert words is not None
    assert words.form is None


@pytest.mark.parametrize(
    "read",
    [
        "人工智能生态",
        "人工智能集成",
        "人工智能合作",
        "人工智慧生成",
        "本内容由AI生产",
        "生日蛋糕",
        "MAIN STREET",
        "AI",
        "生成",
        "AI创作",
    ],
)
def test_other_words_are_never_turned_into_a_label(read: str) -> None:
    """One character makes other words of an element; those are no slips."""
    assert understood(read) is None


def test_every_known_phrase_is_a_label() -> None:
    """Nothing that a slip may be put right to is outside the grammar."""
    odd = [phrase for phrase in _phrases() if judge(phrase) is None]
    assert len(_phrases()) > 100
    assert odd == []


@pytest.mark.parametrize(
    ("one", "other", "apart"),
    [
        ("abc", "abd", True),
        ("abc", "ab", True),
        ("abc", "xabc", True),
        ("abc", "abc", False),
        ("abc", "adc", True),
        ("abc", "cba", False),
        ("abcd", "ab", False),
    ],
)
def test_one_apart(one: str, other: str, apart: bool) -> None:  # noqa: FBT001 - a table
    """One character wrong, lacking or too much; no more."""
    assert _one_apart(one, other) is apart
    assert _one_apart(other, one) is apart
