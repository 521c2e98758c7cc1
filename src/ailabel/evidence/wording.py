"""The sentences of a pack, in English and Chinese beside each other.

They are documents' text, not messages: both languages belong together, as in `standard.rules`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from ailabel.model.report import FoundSighting

__all__ = [
    "BOTH_LABELS",
    "MEDIA",
    "NO_OTHERS",
    "PLACES",
    "VERDICTS",
    "Words",
    "around",
    "explicit",
    "implicit",
    "interface",
    "left_out",
    "numbers",
    "producer",
    "rests_on",
    "slotless",
    "style",
]

Words: TypeAlias = tuple[str, str]
"""A text in English and in Chinese."""

MEDIA: Final[Mapping[str, Words]] = {
    "text": ("Text", "文本"),
    "document": ("Documents", "文档"),
    "image": ("Pictures", "图片"),
    "audio": ("Sound", "音频"),
    "video": ("Video", "视频"),
    "scene": ("Virtual scenes", "虚拟场景"),
}
PLACES: Final[Mapping[str, Words]] = {
    "start": ("at the start", "起始位置"),
    "middle": ("in the middle", "中间位置"),
    "end": ("at the end", "末尾"),
    "top-left": ("at the top left", "左上角"),
    "top": ("at the top", "上边缘"),
    "top-right": ("at the top right", "右上角"),
    "left": ("at the left", "左边缘"),
    "right": ("at the right", "右边缘"),
    "bottom-left": ("at the bottom left", "左下角"),
    "bottom": ("at the bottom", "下边缘"),
    "bottom-right": ("at the bottom right", "右下角"),
}
VERDICTS: Final[Mapping[str, Words]] = {
    "compliant": ("compliant", "符合"),
    "noncompliant": ("not compliant", "不符合"),
    "not_found": ("not found", "未发现"),
    "not_applicable": ("not applicable", "不适用"),
    "inconclusive": ("could not be checked", "无法核验"),
}

NO_OTHERS: Final[Words] = (
    "The app generates or synthesises content of the following kinds, and no others.",
    "本应用提供下列人工智能生成合成服务，除此之外不提供其他生成合成服务。",
)
BOTH_LABELS: Final[Words] = (
    (
        "By the provider's own word, which samples alone cannot show: whatever the app generates "
        "carries an explicit label, which people see or hear, and where its format can hold one an "
        "implicit label in the file's metadata; both are in the file when it is downloaded, copied "
        "or exported. What the samples show of it follows."
    ),
    (
        "以下为服务提供者自述（无法仅由样本核验）：本应用生成合成的内容均添加显式标识，其格式可写入元数据的，"
        "同时添加隐式标识；用户下载、复制、导出的文件中均含有标识。样本所表明的情况如下。"
    ),
)


def rests_on(version: str, edition: str) -> Words:
    """Say what was declared and what was checked, by which version against which rules."""
    return (
        (
            "The particulars, services and filings above are the provider's own declaration. What "
            "is said of labels in the scheme and in the report was checked on the samples by "
            f"ailabel {version} against {edition}; each sentence names its checks."
        ),
        (
            "以上主体信息、服务内容与备案信息由服务提供者自行声明；标识方案与核验报告中关于标识的"
            f"表述，均由 ailabel {version} 依据 {edition} 对样本逐项核验得出，"
            "并注明所依据的检查项。"
        ),
    )


def implicit(count: int, places: Sequence[str]) -> Words:
    """Say where the implicit label stands."""
    where = "; ".join(places)
    return (
        (
            f"{_each(count)} that can hold one carries one implicit label in its "
            "metadata, under the key AIGC, with the content's attribute, the provider and the "
            f"content number. Where it stands: {where}."
        ),
        (
            f"可写入元数据的 {count} 个样本均在文件元数据中含有一条隐式标识，关键字为 AIGC，"
            f"包含生成合成标签要素、服务提供者与内容编号。位置：{where}。"
        ),
    )


def producer(names: Sequence[str]) -> Words:
    """Say whom the labels name."""
    name = " / ".join(names)
    return (
        f"Every implicit label names the provider ({name}) as the producer.",
        f"每条隐式标识的内容制作者均为本服务提供者（{name}）。",
    )


def numbers(count: int) -> Words:
    """Say that content numbers tell samples apart."""
    return (
        f"The content numbers of the {count} samples differ from one another.",
        f"{count} 个样本的内容制作编号互不相同。",
    )


def slotless(kinds: Sequence[str]) -> Words:
    """Say which samples cannot hold an implicit label."""
    known = ", ".join(kinds)
    return (
        f"These formats have no place for metadata and carry the explicit label alone: {known}.",
        f"下列格式没有可写入元数据的位置，仅添加显式标识：{known}。",
    )


def explicit(medium: str, count: int, sightings: Iterable[FoundSighting]) -> Words:
    """Say what can be seen or heard in the samples, with the figures that were measured."""
    english, chinese = style(sightings)
    heard = medium == "audio"
    verb = "plays" if heard else "shows"
    return (
        f"{_each(count)} {verb} the explicit label: {english}.",
        f"{count} 个样本均含有可{'听' if heard else '看'}到的显式标识：{chinese}。",
    )


def style(sightings: Iterable[FoundSighting]) -> Words:
    """Say what explicit labels say, where they stand and how large or long they are."""
    found = [seen for seen in sightings if seen.finding == "found"]
    texts = [f"“{text}”" for text in sorted({seen.text for seen in found})]
    places = [PLACES.get(place, (place, place)) for place in sorted({seen.place for seen in found})]
    figures = _figures(found)
    return (
        f"{', '.join(texts)}, {' or '.join(words[0] for words in places)}{figures[0]}",
        f"{'、'.join(texts)}，位于{'或'.join(words[1] for words in places)}{figures[1]}",
    )


def _figures(found: Sequence[FoundSighting]) -> Words:
    english, chinese = "", ""
    heights = [seen.ink_percent for seen in found if seen.ink_percent is not None]
    if heights:
        span = _span(heights, "%")
        english += f"; height of the letters {span} of the shortest side"
        chinese += f"；文字高度为最短边长度的 {span}"
    seconds = [seen.seconds[1] - seen.seconds[0] for seen in found if seen.seconds is not None]
    if seconds:
        span = _span(seconds, " s")
        english += f"; it lasts {span}"
        chinese += f"；持续时间 {span}"
    rates = [seen.rate for seen in found if seen.rate is not None]
    if rates:
        span = _span(rates, "")
        english += f"; it is spoken at {span} characters a minute"
        chinese += f"；语速为每分钟 {span} 字"
    return english, chinese


def _each(count: int) -> str:
    return "The one sample" if count == 1 else f"Each of the {count} samples"


def _span(values: Sequence[float], unit: str) -> str:
    low, high = f"{min(values):.1f}", f"{max(values):.1f}"
    return f"{low}{unit}" if low == high else f"{low}–{high}{unit}"


def left_out(count: int) -> Words:
    """Say how many results of a sample the report does not list."""
    return f"Results that are not listed here: {count}.", f"另有 {count} 项结果未列出。"


def interface(texts: Sequence[str]) -> Words:
    """Say what screenshots of the interface show."""
    quoted = ", ".join(f"“{text}”" for text in texts)
    return (
        f"The screenshots of the interface show a label: {quoted}.",
        f"界面截图中可看到提示标识：{quoted}。",
    )


def around(text: str) -> Words:
    """Repeat what the provider says of the surroundings, as such."""
    return (
        f"By the provider's own word, which no file can show, around the content stands: {text}",
        f"以下为服务提供者自述（无法由文件核验），内容周边的提示：{text}",
    )
