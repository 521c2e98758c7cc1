"""The grammar of sentences that assert that a content was made by AI (GB 45438-2025, 5.1).

The standard prescribes no wording; these are the forms that products use, with the words that may
stand around the two elements. The patterns are matched against whole lines, folded (see `fold`)
and without white space but between Latin words, where it is an underscore. Nothing here can repeat
without bound, and lines are short, so matching takes no time that matters.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

__all__ = ["CLOSERS", "OPENERS", "asserts", "dense", "fold", "leads_in"]

OPENERS: Final = "(（[［【〔〖「『"
CLOSERS: Final = ")）]］】〕〗」』"
_TRADITIONAL: Final = (
    "聲內圖視頻語說備註經這該僅參請謹鑑鑒別係為爲過採輔動對話與結報檔資譯總術學習據後實無數"
)
_SIMPLIFIED: Final = (
    "声内图视频语说备注经这该仅参请谨鉴鉴别系为为过采辅动对话与结报档资译总术学习据后实无数"
)
_FOLD: Final[dict[int, int | str]] = {
    **{code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)},
    **dict.fromkeys(map(ord, OPENERS), "("),
    **dict.fromkeys(map(ord, CLOSERS), ")"),
    **dict.fromkeys(map(ord, "—–―－‐‑"), "-"),
    **dict.fromkeys(map(ord, "・•‧∙"), "·"),
    ord("。"): ".",
    **dict(zip(map(ord, _TRADITIONAL), map(ord, _SIMPLIFIED), strict=True)),
}
_INVISIBLE: Final = re.compile(r"[\u00ad\u200b-\u200f\u2060\ufe0e\ufe0f\ufeff]+")
_WORD_GAP: Final = re.compile(r"(?<=[A-Za-z0-9])\s+(?=[A-Za-z0-9])")
_SPACE: Final = re.compile(r"\s+")


def fold(text: str) -> str:
    """Return a text with one form of each letter, dash and bracket: half width, simplified."""
    return text.translate(_FOLD)


def dense(text: str) -> str:
    """Return a text without white space, but with an underscore between Latin words."""
    text = _WORD_GAP.sub("_", _INVISIBLE.sub("", text))
    return _SPACE.sub("", text)


def _any(words: str) -> str:
    """Return a pattern for any of the words, longest first."""
    ordered = sorted(words.split(), key=len, reverse=True)
    return f"(?:{'|'.join(map(re.escape, ordered))})"


_NOUN: Final = _any(
    "内容 文章 文本 文字 文案 文稿 文档 文件 正文 文 图片 图像 图 插图 配图 封面 封面图 "
    "照片 画面 影像 视频 短片 动画 音频 语音 声音 音乐 歌曲 播客 配音 旁白 人声 作品 回答 "
    "回复 答案 答复 结果 信息 资讯 报告 资料 材料 摘要 总结 概述 翻译 译文 评论 稿件 稿 帖 "
    "帖子 笔记 新闻 消息 页面 网页 页 篇 段 段落 对话 代码 建议 分析 解读 方案 邮件 素材 "
    "数据 故事 小说 诗 诗歌 剧本 脚本 教程 课件 题目 简介 介绍 描述 提要 纪要 说明 数字人 "
    "虚拟人 虚拟形象 场景"
)
_NARROW_NOUN: Final = _any(
    "内容 文本 文字 文章 图片 图像 照片 画面 影像 语音 声音 音频 音乐 视频 作品 数字人 信息"
)
_NOUNS: Final = rf"{_NOUN}(?:[和及与或、]{_NOUN}){{0,2}}"
_DETERMINER: Final = (
    r"(?:[本该此这](?:个|篇|段|份|首|则|张|幅|条|些|次|期|节|章|里|部)?"
    r"|以上|以下|上述|下述|上面|下面|上文|下文|全部|所有|部分|其中部分|文中|文内|图中|当前)"
    r"的?(?:全部|所有|部分|大部分|主要)?"
)
_SITE: Final = r"本(?:站|网站|平台|公众号|账号|栏目|节目|频道)的?(?:全部|所有|部分)?"
_SHARE: Final = rf"的?(?:部分|大部分|全部|主要){_NOUN}"
_SUBJECT: Final = rf"(?:(?:{_DETERMINER}|{_SITE})(?:{_NOUNS})?|{_NOUNS})(?:{_SHARE})?"
_HEDGE: Final = _any("可能 可能会 疑似 或 或许 部分 全部 全文 均 都 皆 已 主要 完全 大部分 全程")
_HEDGES: Final = rf"{_HEDGE}{{0,2}}"
_BY: Final = _any(
    "由 经由 经过 经 使用 使用了 利用 利用了 通过 采用 采用了 基于 借助 借助了 运用 运用了 "
    "用 来自 来自于 来源于 出自 依托"
)
_IS: Final = _any("为 系 是 属于")
_HAS: Final = _any("含 含有 包含 包含了 内含")
_LATIN_BRAND: Final = r"(?!(?i:non?|not|never|without|anti|zero)[_-])[A-Za-z][A-Za-z0-9.-]{1,15}_?"
_BRAND: Final = _any(
    "豆包 文心一言 文心 通义千问 通义 千问 腾讯元宝 元宝 混元 智谱清言 智谱 讯飞星火 星火 "
    "即梦 可灵 海螺 百度 阿里云 阿里 腾讯 字节 讯飞 秘塔 天工 夸克 华为 小艺 小度 扣子 本站 "
    "本平台 平台 第三方"
)
_ANY_BRAND: Final = r"[^\W_a-zA-Z0-9非不无未没反勿拒禁还或替而胜比与和及假伪仿冒是谁哪否像似]{1,10}"
_TOOL: Final = _any(
    "大语言模型 大模型 语言模型 模型 智能体 技术 工具 算法 系统 助手 助理 软件 平台 引擎 "
    "程序 机器人 服务 功能"
)
_HOW: Final = _any(
    "辅助 协助 自动 智能 深度 全程 直接 参与 独立 自主 批量 实时 进行 所 创作 编写 撰写 "
    "制作 翻译 整理"
)
_GENERATED: Final = r"(?:生成(?:[或与和及、/]?合成)?|合成(?:[或与和及、/]?生成)?)"
_AI: Final = rf"(?:生成式)?(?:人工智能|AI)(?:\((?:AI|人工智能)\))?{_TOOL}?"
_MADE: Final = rf"{_AI}{_HOW}{{0,2}}{_GENERATED}"
_MADE_BY: Final = rf"(?:{_LATIN_BRAND}|{_BRAND})?{_MADE}"
_AFTER: Final = rf"(?:的(?:{_NOUN})?|而成|而来|得到|制作|创作|技术)?"
_SENTENCE: Final = "|".join(
    (
        rf"{_SUBJECT}{_HEDGES}{_BY}{_HEDGES}{_MADE_BY}{_AFTER}",
        rf"{_DETERMINER}(?:{_NOUNS})?{_HEDGES}由{_ANY_BRAND}{_MADE}的?",
        rf"{_SUBJECT}{_HEDGES}{_IS}{_HEDGES}(?:由|用|经|使用|通过)?{_MADE_BY}的?(?:{_NOUN})?",
        rf"{_SUBJECT}{_HEDGES}{_HAS}{_HEDGES}由?{_MADE_BY}的?(?:{_NOUN}|技术|成分|元素|部分)",
        rf"{_SUBJECT}{_HEDGE}{{1,2}}{_MADE}的?(?:{_NOUN})?",
        rf"{_DETERMINER}(?:{_NOUNS})?{_MADE}的?",
    )
)
_BARE: Final = "|".join(
    (
        rf"{_HEDGES}(?:由|经|系|为)?{_HEDGES}{_MADE}(?:的(?:{_NOUN})?)?",
        rf"由{_MADE_BY}的?",
        rf"{_BRAND}{_MADE}",
        rf"{_MADE}{_NARROW_NOUN}",
        rf"{_HEDGES}{_HAS}{_MADE}的?{_NOUN}",
    )
)

_LEAD_WORD: Final = _any(
    "声明 免责声明 特别声明 重要声明 郑重声明 作者声明 创作声明 内容声明 AI声明 AI生成声明 "
    "提示 温馨提示 特别提示 重要提示 友情提示 AI提示 内容提示 提醒 温馨提醒 注 注意 备注 附注 "
    "说明 特别说明 内容说明 标识 内容标识 AI标识 AI生成标识 AI内容标识 生成标识 "
    "来源 内容来源 图源 图片来源 生成方式 创作方式"
)
_LEAD: Final = (
    rf"(?:{_LEAD_WORD}[:·|-]{{1,2}}|\({_LEAD_WORD}\)[:]?"
    r"|(?:作者|创作者|博主|发布者|用户|UP主)(?:自主|主动)?声明[:,]?)"
)
_REST: Final = r"[^,.;:!?()AI生合]"  # what a tail may go on with: nothing that speaks of AI again
_ASKED: Final = _any("注意 谨慎 仔细 自行 认真 务必 理性 审慎 进行")
_TO_CHECK: Final = _any(
    "甄别 辨别 鉴别 识别 分辨 核实 核对 核查 查证 判断 验证 参考 使用 采用 对待"
)
_FOR: Final = _any("您 个人 内部 学习 交流 娱乐 演示 测试 参考 展示 使用 研究 和 与 、")
_FAULT: Final = _any("错误 误差 偏差 不准确 疏漏 错漏")
_EDITED: Final = _any("审核 审校 校对 复核 编辑 修改 润色 核对 审阅 确认")
_TAIL: Final = "|".join(
    (
        rf"(?:内容|信息|结果)?仅供{_FOR}{{1,4}}",
        rf"(?:敬?请|建议|务必)?(?:您|大家|读者|用户)?{_ASKED}{{0,3}}{_TO_CHECK}{_REST}{{0,10}}",
        rf"不(?:代表|构成|作为|保证|能替代|能代替|替代){_REST}{{1,16}}",
        rf"(?:可能|或|也许)会?(?:存在|含有?|包含|有|出现)?{_REST}{{0,4}}{_FAULT}{_REST}{{0,4}}",
        rf"已?经?过?人工{_EDITED}(?:后发布|后使用|过|后)?",
        rf"如有(?:疑问|雷同|侵权|错误|不当|出入){_REST}{{0,16}}",
        rf"(?:内容|信息|结果)?请?以{_REST}{{1,12}}为准",
        rf"(?:无法|不能)(?:完全)?保证{_REST}{{1,14}}",
        rf"非(?:真实|实拍|真人){_REST}{{0,8}}",
        rf"(?:请勿|禁止|切勿){_REST}{{1,10}}",
    )
)
_TAILS: Final = rf"(?:[,;.!·|/(-]{{1,2}}(?:{_TAIL})\)?){{1,3}}"
_CHINESE: Final = rf"(?P<lead>{_LEAD})?(?:(?P<sentence>{_SENTENCE})|{_BARE})(?P<tail>{_TAILS})?"

_THING: Final = _any(
    "content contents text article image images picture video audio voice answer response "
    "document page work material information report post"
)
_ENGLISH: Final = (
    rf"(?i:(?:(?:this|the|all|some|above|following|part_of_the|part_of_this)_){{0,2}}(?:{_THING}_)?"
    r"(?:(?:is|are|was|were|may_be|might_be|has_been|have_been)_)?(?:(?:partially|partly|fully)_)?"
    r"(?:AI[-_]?(?:generated|synthesi[sz]ed|assisted|created|made)"
    r"|(?:generated|created|produced|synthesi[sz]ed|made)_(?:by|with|using)_AI)"
    rf"(?:_{_THING})?(?:[,;.]for_reference_only)?)"
)
_JOINT: Final = r"[/|,;.·():-]{0,3}"


@lru_cache(maxsize=4)
def _compiled(pattern: str) -> re.Pattern[str]:
    """Compile a pattern when it is first needed: the grammar takes some 25 ms."""
    return re.compile(pattern)


def asserts(words: str) -> bool | None:
    """Say whether a line asserts that its content was made by AI.

    Args:
        words: the line, folded and dense.

    Returns:
        True for a sentence, or words with a lead-in, a tail or a translation; False for bare words,
        which may be a title too; None for anything else.
    """
    found = _compiled(_CHINESE).fullmatch(words)
    if found is not None:
        return any(found[part] for part in ("lead", "sentence", "tail"))
    behind = _compiled(rf"{_JOINT}{_ENGLISH}\)?\Z").search(words)
    before = _compiled(rf"{_ENGLISH}{_JOINT}").match(words)
    rests = [words[: behind.start()]] if behind else []
    rests += [words[before.end() :].removesuffix(")")] if before else []
    return True if any(map(_compiled(_CHINESE).fullmatch, rests)) else None


def leads_in(words: str) -> bool:
    """Say whether a dense, folded line is the lead-in of a label, such as ``声明:``."""
    return _compiled(rf"\(?{_LEAD_WORD}\)?:").fullmatch(words) is not None
