"""Clause 5.1: which lines are explicit labels of a text, and which only speak of AI."""

from __future__ import annotations

from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ailabel.standard.textmark import (
    Form,
    Standing,
    counts,
    introduces,
    is_mention,
    judge,
    may_hold,
)
from ailabel.standard.wording import MAX_MARK_CHARACTERS, PHRASES

ASSERTIONS: Final = """\
（内容由AI生成，仅供参考）
*（内容由AI生成，仅供参考）*
【AI生成】正文从这里开始，讲一个故事。
本内容由 AI 生成
声明：本内容由人工智能生成
内容由AI生成，请仔细甄别
本内容由AI生成 / AI-generated content
本内容由AI生成
以下内容由人工智能生成
以下内容由AI生成：
内容由豆包 AI 生成
内容由 DeepSeek AI 生成
本回答由 AI 生成，内容仅供参考，请仔细甄别。
作者声明：内容由AI生成
作者声明该内容为AI生成
疑似AI生成，请谨慎甄别
内容疑似AI生成，请注意甄别
笔记含AI合成内容
该视频使用人工智能合成技术
作者声明：该视频使用人工智能合成技术
部分图片由AI生成
本文由AI辅助生成，经人工审核
AI 生成 · 仅供参考
本內容由AI生成，僅供參考
🤖 本文由 AI 生成
—— 本文由AI生成 ——
【声明】本文由AI生成
**本文由人工智能（AI）生成**
本内容可能由AI生成
AI-generated content / 本内容由AI生成
AI生成 AI-generated
内容由AI大模型生成，不代表平台立场
本报告由AI生成，不构成投资建议
图片来源：AI生成
以上内容由AI生成
本文是由AI生成的
这是AI生成的内容
本音频由人工智能合成
[AI生成]
「AI生成」
本图由 Midjourney AI 工具生成
本文部分内容由人工智能生成
此内容由人工智能生成。
内容由AI生成，仅供参考，请仔细甄别。
AI生成，仅供参考
注：本文由AI生成
提示：以下内容由AI生成，请注意甄别
声明：本文由AI生成，禁止转载
""".splitlines()
PHRASES_ALONE: Final = """\
AI生成
人工智能生成
由AI合成
*AI生成*
AI合成语音
ＡＩ生成
人工智能生成合成内容
AI生成合成
全文由AI生成
""".splitlines()
BRACKETED: Final = """\
[AI]
【AI】
(AI)
""".splitlines()
NEAR_MISSES: Final = """\
如何识别AI生成内容
什么是AI生成内容？
AI生成图片的十种方法
本文讨论AI生成内容的监管
《人工智能生成合成内容标识办法》解读
人工智能生成合成内容标识办法
非AI生成
本文非AI生成
AI创作
AI-generated
This content is AI-generated
本内容由人创作，非AI生成
未使用AI生成
本文未使用AI生成
本文不含AI生成内容
声明：本文不含AI生成内容
声明：本内容不是由AI生成
本内容并非由AI生成
没有AI生成的内容
无AI生成内容
禁止AI生成内容
拒绝AI生成
请勿上传AI生成的图片
由AI生成的图片侵权案
AI生成作品的版权归谁
AI生成内容检测工具
AI生成与版权
AI生成式搜索
AI生成器
AI生成率：35%
AI生成中…
AI生成失败，请重试
点击AI生成
一键AI生成
使用AI生成图片
利用人工智能生成文章
用AI生成PPT
让AI生成一首诗
这是AI生成的吗
这是AI生成的吗？
本文由AI生成？
本文是不是AI生成的
楼主：这文章是AI生成的吧
我觉得本文由AI生成
网友称本文由AI生成
有人说这是AI生成的
如果本文由AI生成，该怎么办
假如本内容由AI生成
本文由AI生成是谣言
谁说本文由AI生成
MAIN 生成
AIR生成
AIGC生成
AIGC 生成内容
MAIL合成
| AI生成 | 人工 |
| AI生成 |
[AI生成](https://example.com)
[AI生成]: https://example.com
![AI生成](a.png)
[[AI生成]]
AI生成.png
AI生成内容.docx
# AI生成
## 本文由AI生成
- AI生成
* AI生成
1. AI生成
1、AI生成
一、AI生成内容的定义
第一章 人工智能生成
“AI生成”
"AI生成"
《AI生成》
#AI生成
#AI生成#
~~AI生成~~
`AI生成`
❌ AI生成
🚫 AI生成
✅ AI生成
标题：AI生成
标签：AI生成
关键词：AI生成, 版权
题目：人工智能生成内容
类别=AI生成
AI生成 vs 人工创作
AI生成(3)
AI生成内容如何标识
AI生成内容的标识要求
《办法》规定，AI生成内容应当添加标识
平台应当对AI生成内容进行标识
人工智能与合成生物学
合成数据与AI
AI 与生成
AI正在生成
生成AI
合成AI语音
AI语音
虚拟主播
人工智能
生成
合成
“AI生成”是什么意思
「AI生成」是什么意思
【AI生成】是什么意思
【AI生成】？
[AI] 新闻
AI新闻
AI.
AI：
AI,
ai生成
Ai生成
No AI生成
Non-AI 生成
本内容由 non-AI 生成
本文由真人而非AI生成
本文由反AI生成
AI生成工具推荐
AI生成技术原理
AI生成按钮
AI生成报告的步骤
支持AI生成
不支持AI生成
AI生成功能上线
AI生成内容标识
AI生成声明
本文由AI生成工具Midjourney制作
本站提供AI生成服务
本站禁止AI生成内容
100% 非AI生成
由AI生成还是由人写成
AI生成和人工合成的区别
AI生成，未来已来
AI生成：优点与缺点
AI生成！震撼
AI合成大赛报名
小李的AI生成作业
{AI生成}
<p>AI生成</p>
AI生成。该技术近年来发展迅速
关于AI生成内容
论AI生成
浅谈人工智能生成内容
AI生成内容的十大案例：以本文由AI生成为例
版权声明：AI生成内容不受保护
提示词：AI生成
声明：禁止使用AI生成
本文不由AI生成
本文绝非AI生成
本文没有使用AI生成
以上内容不含AI生成
经鉴定，本图非AI合成
由人工智能领域专家合成
人工智能学院化学合成实验
""".splitlines()


@pytest.mark.parametrize("line", ASSERTIONS)
def test_an_assertion_is_a_label(line: str) -> None:
    """5.1 b: words that hold both elements and say so of this content."""
    found = judge(line)
    assert found is not None
    assert found.form is Form.ASSERTION


@pytest.mark.parametrize("line", PHRASES_ALONE)
def test_a_phrase_is_a_label(line: str) -> None:
    """5.1 b: bare words with both elements."""
    found = judge(line)
    assert found is not None
    assert found.form is Form.PHRASE


@pytest.mark.parametrize("line", BRACKETED)
def test_a_corner_mark_in_brackets_is_one(line: str) -> None:
    """5.1 c: a corner mark needs only AI."""
    found = judge(line)
    assert found is not None
    assert found.form is Form.CORNER_BRACKETED


@pytest.mark.parametrize("line", NEAR_MISSES)
def test_a_near_miss_is_no_label(line: str) -> None:
    """Titles, questions, negations, links, cells and prose are not labels, whatever they hold."""
    assert judge(line) is None


def test_there_are_enough_near_misses() -> None:
    """The grammar is tried on far more than a hundred lines that must not pass."""
    assert len(set(NEAR_MISSES)) >= 150


@pytest.mark.parametrize(
    "negation", ["非", "不", "未", "无", "没有", "不是", "并非", "禁止", "拒绝"]
)
@pytest.mark.parametrize(
    "line", ["AI生成", "由AI生成", "本内容由AI生成", "本内容{}由AI生成", "本内容由{}AI生成"]
)
def test_a_negation_never_counts(line: str, negation: str) -> None:
    """A label that is denied is no label, wherever the negation stands."""
    denied = line.format(negation) if "{}" in line else negation + line
    assert judge(denied) is None


@pytest.mark.parametrize("wording", ["zh", "zh+en"])
def test_our_own_wordings_are_labels(wording: str) -> None:
    """What is written by default is recognised."""
    assert judge(PHRASES["text", wording]) is not None
    assert judge(PHRASES["document", wording]) is not None


def test_a_prefix_gives_only_its_brackets() -> None:
    """A label in brackets before a text is reported without the text."""
    found = judge("【AI生成】正文从这里开始")
    assert found is not None
    assert found.text == "【AI生成】"


def test_a_long_line_is_prose() -> None:
    """A line longer than a label may be is never one."""
    line = "本内容由AI生成，请以" + "某" * 12 + "为准" + "，请注意甄别内容" * 3
    assert len(line) > MAX_MARK_CHARACTERS
    assert judge(line) is None


def test_mentions_hold_both_elements() -> None:
    """What is no label but holds what labels hold is for a person to judge."""
    assert is_mention("如何识别AI生成内容")
    assert is_mention("[AI] 新闻")
    assert not is_mention("AI创作")
    assert not is_mention("MAIN 生成")
    assert not may_hold("生成")


def test_a_colon_introduces_an_example() -> None:
    """A line that announces another is told from the lead-in of a label."""
    assert introduces("示例如下：")
    assert introduces("**他说：**")
    assert not introduces("声明：")
    assert not introduces("正文。")


def _standing(place: str, *, before: bool = True, after: bool = True) -> Standing:
    return Standing(place=place, before=before, after=after)


@pytest.mark.parametrize(
    ("form", "standing", "expected"),
    [
        (Form.ASSERTION, _standing("middle"), True),
        (Form.ASSERTION, _standing("middle", before=False), False),
        (Form.ASSERTION, _standing("start", after=False), True),
        (Form.PHRASE, _standing("middle"), False),
        (Form.PHRASE, _standing("start", after=False), True),
        (Form.PHRASE, _standing("end", before=False), False),
        (Form.PHRASE, _standing("end"), True),
        (Form.CORNER, _standing("start"), True),
        (Form.CORNER, _standing("middle"), False),
        (Form.CORNER_BRACKETED, _standing("middle"), True),
        (Form.CORNER_BRACKETED, _standing("start", after=False), False),
        (Form.ASSERTION, Standing(place="middle", before=True, after=True, quoted=True), False),
        (Form.ASSERTION, Standing(place="start", before=True, after=True, introduced=True), False),
    ],
)
def test_where_a_label_counts(form: Form, standing: Standing, *, expected: bool) -> None:
    """The less a wording says that it is a label, the more its place must say so."""
    assert counts(form, standing) is expected


@given(st.text(alphabet="AI人工智能生成合成由本内容的，。（）【】[]*—- 非图片请", max_size=60))
@settings(max_examples=200, deadline=None)
def test_any_line_is_judged(line: str) -> None:
    """Every string gets an answer, and a label always holds what clause 5.1 asks for."""
    found = judge(line)
    if found is not None:
        assert "AI" in found.text or "人工智能" in found.text


@pytest.mark.parametrize(
    "unit", ["本", "AI生成", "，请", "【", "—", "*", "由", "-", "A ", "和内容"]
)
def test_repetition_ends(unit: str) -> None:
    """Repetitions that make careless patterns run for ever get an answer."""
    for count in (20, 40, 64, 5000):
        found = judge("本内容由AI生成" + unit * count)
        assert found is None or count <= 40
        assert judge(unit * count + "AI生成x") is None


def test_the_bare_corner_mark_is_known() -> None:
    """5.1 c: AI alone may be a corner mark; its place decides."""
    found = judge(" *AI* ")
    assert found is not None
    assert found.form is Form.CORNER
