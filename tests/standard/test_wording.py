"""The wording of labels: which texts hold the two elements of clause 5."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ailabel.standard.wording import (
    CORNERS,
    IMAGE_AIM_HEIGHT,
    IMAGE_FALLBACKS,
    IMAGE_MIN_HEIGHT,
    MAX_MARK_CHARACTERS,
    PHRASES,
    RHYTHM,
    SPOKEN_TEXT,
    Elements,
    elements,
    phrase,
)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("人工智能生成", Elements.BOTH),
        ("AI合成", Elements.BOTH),
        ("本内容由AI生成", Elements.BOTH),
        ("由 A I 生 成", Elements.BOTH),
        ("人工\n智能\u200b合\u3000成", Elements.BOTH),
        ("AI-generated 生成", Elements.BOTH),
        ("生成：AI", Elements.BOTH),
        ("GPT-4与AI共同合成", Elements.BOTH),
        ("AI", Elements.AI_ONLY),
        ("人工智能", Elements.AI_ONLY),
        ("made with AI", Elements.AI_ONLY),
        ("DeepSeek AI 生成", Elements.BOTH),
        ("AIGC生成", Elements.GENERATION_ONLY),
        ("made by: AI", Elements.AI_ONLY),
        ("AI-generated content", Elements.AI_ONLY),
        ("生成", Elements.GENERATION_ONLY),
        ("ai生成", Elements.GENERATION_ONLY),
        ("MAIN生成", Elements.GENERATION_ONLY),
        ("Air生成", Elements.GENERATION_ONLY),
        ("OpenAI生成", Elements.GENERATION_ONLY),
        ("人工生成", Elements.GENERATION_ONLY),
        ("", Elements.NONE),
        ("机器制作", Elements.NONE),
    ],
)
def test_elements_are_found_as_words_of_their_own(text: str, found: Elements) -> None:
    """AI counts as a word, in capitals; white space inside the words is no hindrance."""
    assert elements(text) is found


@given(st.text(max_size=80))
def test_looking_for_elements_never_raises(text: str) -> None:
    """Whatever the text, there is an answer, and both elements are more than one."""
    found = elements(text)
    assert elements(text + "人工智能") in {Elements.BOTH, Elements.AI_ONLY}
    assert found in Elements


@pytest.mark.parametrize(("medium", "wording"), list(PHRASES))
def test_our_own_wordings_hold_both_elements(medium: str, wording: str) -> None:
    """No default wording lacks what the standard asks for, nor reads as prose."""
    text = phrase(medium, wording)
    assert elements(text) is Elements.BOTH
    assert len(text) <= MAX_MARK_CHARACTERS


def test_shorter_wordings_are_legal_too() -> None:
    """What is drawn on narrow pictures holds both elements."""
    assert all(elements(text) is Elements.BOTH for text in IMAGE_FALLBACKS)
    assert all(len(text) < len(phrase("image", "zh")) for text in IMAGE_FALLBACKS)


def test_every_medium_has_both_wordings() -> None:
    """Chinese alone, and Chinese with English, exist for each medium."""
    media = {medium for medium, _ in PHRASES}
    assert set(PHRASES) == {(medium, wording) for medium in media for wording in ("zh", "zh+en")}


def test_thresholds_fit_together() -> None:
    """What we draw is above what the standard asks for; the rhythm is short long, short short."""
    assert IMAGE_AIM_HEIGHT > IMAGE_MIN_HEIGHT == 0.05
    assert RHYTHM == ((1, 3), (1, 1))
    assert len(set(CORNERS)) == 8
    assert elements(SPOKEN_TEXT) is Elements.BOTH
