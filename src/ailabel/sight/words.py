"""What a line that a machine read says, with the slips that such reading makes.

The grammar of labels stands in `standard.textmark`. A slip is forgiven only where it cannot turn
other words into a label: letters that look alike, and one wrong character beside both elements of
a long line. A negation is never a slip.
"""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import product
from typing import TYPE_CHECKING, Final

from ailabel.standard.textmark import Form, is_mention, judge
from ailabel.standard.wording import Elements, elements
from ailabel.values import frozen

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Words", "understood"]

_AI: Final = re.compile(r"(?<![A-Za-z0-9])A\s?[Il1|!丨ⅠＩｌ](?![A-Za-z0-9])")
_HALF_AI: Final = re.compile(r"(?<![A-Za-z0-9])A(?=[生合]成)")
_LOWER_AI: Final = re.compile(r"(?<![A-Za-z])[Aa]i(?![A-Za-z])")
_FORGIVING: Final = 6  # characters from which on one slip is forgiven
_NEGATIONS: Final = frozenset("非不无未没勿拒禁反否莫别免假伪")
_ALIKE: Final = {  # read: meant; none of them makes another word out of an element
    **dict.fromkeys("入八", "人"),
    **dict.fromkeys("土エTI", "工"),
    **dict.fromkeys("晢習", "智"),
    **dict.fromkeys("熊態", "能"),
    **dict.fromkeys("戍戌戊咸戚", "成"),
    **dict.fromkeys("牛壬", "生"),
    **dict.fromkeys("含舍", "合"),
}
_SUBJECTS: Final = (
    *("", "内容", "本内容", "该内容", "此内容", "以上内容", "图片", "本图片", "该图片", "此图片"),
    *("本图", "此图", "该图", "图像", "本图像", "画面", "本画面", "作品", "本作品", "视频"),
    *("本视频", "该视频", "此视频", "封面", "插图", "配图"),
)
_MADE: Final = ("生成", "合成", "生成合成", "生成/合成", "辅助生成")
_TAILS: Final = ("", "的", ",仅供参考")
_NOUNS: Final = ("图片", "内容", "视频", "图像", "作品")


@frozen
class Words:
    """What a line says.

    Args:
        text: the line, its slips put right.
        form: how the label is worded, or None for words that only speak of what labels speak of.
    """

    text: str
    form: Form | None


def understood(line: str) -> Words | None:
    """Return what a line says of AI-made content, or None where it says nothing of it."""
    text = _AI.sub("AI", line.strip())
    for attempt in _attempts(text):
        judgement = judge(attempt)
        if judgement is not None and judgement.form in {Form.ASSERTION, Form.PHRASE}:
            return Words(attempt, judgement.form)
    loud = _LOWER_AI.sub("AI", text)
    if elements(loud) is Elements.BOTH and is_mention(loud):
        return Words(text, None)
    return None


def _attempts(text: str) -> Iterator[str]:
    """Yield a text as it was read, then with one slip put right."""
    yield text
    dense = "".join(text.split())
    if len(dense) < _FORGIVING or _NEGATIONS & set(dense):
        return
    if _HALF_AI.search(dense):
        yield _HALF_AI.sub("AI", dense)
    for index, character in enumerate(dense):
        if character in _ALIKE:
            yield dense[:index] + _ALIKE[character] + dense[index + 1 :]
    if elements(dense) is Elements.BOTH:
        yield from (phrase for phrase in _phrases() if _one_apart(dense, phrase))


@lru_cache(maxsize=1)
def _phrases() -> tuple[str, ...]:
    """Return the usual wordings that are long enough for a slip."""
    ai = ("AI", "人工智能", "AI技术", "人工智能技术")
    sentences = (
        f"{subject}{'由' if subject else by}{name}{made}{tail}"
        for subject, by, name, made, tail in product(_SUBJECTS, ("", "由"), ai, _MADE, _TAILS)
    )
    titles = (f"{name}{made}{noun}" for name, made, noun in product(ai, _MADE, _NOUNS))
    found = (*sentences, *titles)
    return tuple(dict.fromkeys(phrase for phrase in found if len(phrase) >= _FORGIVING))


def _one_apart(one: str, other: str) -> bool:
    """Say whether one character, wrong, lacking or too much, parts two texts."""
    if abs(len(one) - len(other)) > 1 or one == other:
        return False
    short, long = sorted((one, other), key=len)
    start = next(
        (index for index, pair in enumerate(zip(short, long, strict=False)) if pair[0] != pair[1]),
        len(short),
    )
    if len(short) == len(long):
        return short[start + 1 :] == long[start + 1 :]
    return short[start:] == long[start + 1 :]
