"""What the explicit label must say and how large and long it must be (GB 45438-2025, clause 5).

Writers and checkers read the same constants, so that a threshold cannot differ between them.
"""

from __future__ import annotations

import re
from enum import Enum
from typing import Final

from ailabel.values import frozen

__all__ = [
    "AI_ELEMENTS",
    "CORNERS",
    "CORNER_MARK",
    "EDGE_SHARE",
    "GENERATION_ELEMENTS",
    "IMAGE_AIM_HEIGHT",
    "IMAGE_MIN_HEIGHT",
    "IMAGE_MIN_INK_PX",
    "MAX_MARK_CHARACTERS",
    "OPENING_SECONDS",
    "PHRASES",
    "PLATE_MIN_OPACITY",
    "RHYTHM",
    "RHYTHM_TEXT",
    "SPEECH_RATE",
    "SPOKEN_TEXT",
    "VIDEO_MIN_SECONDS",
    "VIDEO_SECONDS",
    "Elements",
    "elements",
    "phrase",
]

AI_ELEMENTS: Final = ("人工智能", "AI")  # 5.1 b, 5.2 b, 5.3 b: the AI element
GENERATION_ELEMENTS: Final = ("生成", "合成")  # same: the generation element
CORNER_MARK: Final = "AI"  # 5.1 c: a corner mark in text needs only this

IMAGE_MIN_HEIGHT: Final = 0.05  # 5.2 e, 5.4 f: of the shortest side
IMAGE_AIM_HEIGHT: Final = 0.055  # ours: drawn ink, with a margin for every reading of "height"
PLATE_MIN_OPACITY: Final = 0.6  # ours, for 5.2 d: white on it keeps 4.5:1 over white
IMAGE_MIN_INK_PX: Final = 14  # ours, for 5.2 d: below this the strokes of 智 run together
VIDEO_MIN_SECONDS: Final = 2.0  # 5.4 g: at normal speed
VIDEO_SECONDS: Final = 3.0  # ours: above what any reading or player takes off at its ends
OPENING_SECONDS: Final = (  # ours, for 5.4 c, "opening picture" (起始画面)
    0.05,  # what appears this early stands in the opening frame
    1.0,  # up to here a person must judge: a fade from black, say
)
EDGE_SHARE: Final = 0.125  # ours, for 5.2 c: as far from an edge, in terms of the shortest side
CORNERS: Final = (  # 5.2 c: edge or corner
    "top-left",
    "top",
    "top-right",
    "left",
    "right",
    "bottom-left",
    "bottom",
    "bottom-right",
)

RHYTHM: Final = (
    (1, 3),
    (1, 1),
)  # 5.3 c, 短长 短短: units of each tone; a letter gap between groups
RHYTHM_TEXT: Final = "·–··"
SPEECH_RATE: Final = (120, 160)  # 5.3 note 4: Chinese characters a minute
SPOKEN_TEXT: Final = "以下内容由人工智能生成"

MAX_MARK_CHARACTERS: Final = (
    40  # ours: a longer line is prose that mentions AI, for a person to judge
)

PHRASES: Final = {
    ("text", "zh"): "本内容由AI生成",
    ("text", "zh+en"): "本内容由AI生成 / AI-generated content",
    ("document", "zh"): "本内容由AI生成",
    ("document", "zh+en"): "本内容由AI生成 / AI-generated content",
    ("image", "zh"): "人工智能生成",
    ("image", "zh+en"): "AI生成 AI-generated",
    ("video", "zh"): "人工智能生成",
    ("video", "zh+en"): "AI生成 AI-generated",
    ("audio", "zh"): SPOKEN_TEXT,
    ("audio", "zh+en"): SPOKEN_TEXT,
}
IMAGE_FALLBACKS: Final = (
    "AI生成",
)  # shorter legal wordings, for pictures too narrow for the phrase

_LATIN_GAP: Final = (  # parts two words; single letters may be one word, spaced out
    r"(?<=[A-Za-z]{2})\s+(?=[A-Za-z])|(?<=[A-Za-z])\s+(?=[A-Za-z]{2})"
)
_GAP: Final = r"[\s\u00ad\u200b-\u200f\u2060\ufeff]+"


class Elements(Enum):
    """Which of the two elements of clause 5 a text holds."""

    BOTH = "both"
    AI_ONLY = "ai"
    GENERATION_ONLY = "generation"
    NONE = "none"


@frozen
class _Found:
    ai: bool
    generation: bool


def elements(text: str) -> Elements:
    """Say which of the two required elements stand in a text, white space left aside.

    ``AI`` counts only as a word of its own: not inside ``MAIN`` or ``AIGC``, nor in lower case.
    """
    dense = re.sub(_GAP, "", re.sub(_LATIN_GAP, "|", text))
    found = _Found(
        ai="人工智能" in dense or re.search(r"(?<![A-Za-z])AI(?![A-Za-z])", dense) is not None,
        generation=any(word in dense for word in GENERATION_ELEMENTS),
    )
    if found.ai and found.generation:
        return Elements.BOTH
    if found.ai:
        return Elements.AI_ONLY
    return Elements.GENERATION_ONLY if found.generation else Elements.NONE


def phrase(medium: str, wording: str) -> str:
    """Return the default wording of a medium, such as ``image``."""
    return PHRASES[medium, wording]
