"""Texts in Chinese and English, in the encodings and shapes that people have."""

from __future__ import annotations

from typing import Final

__all__ = ["MAKERS"]

_STORY: Final = """山里的邮局

邮局在山路的尽头，只有一间屋子，一张桌子，一只钟。
老李每天清早把门打开，把昨夜的雪扫到路边，然后坐下来等信。
信不多，有时候一个星期只有一封。他把信放在炉边烤一烤，说这样字就不冷了。

春天来的时候，路上出现了一个背着画板的年轻人。
他每天画同一座山，画完就寄走，从来不写回信的地址。
“寄给谁呢？”老李问。
“寄给还没有见过山的人。”年轻人说。
"""

_ARTICLE: Final = """# Tides, clocks and the Moon

The sea rises and falls twice a day, and a little later every day. The delay is about
fifty minutes, because the Moon moves on along its orbit while the Earth turns.

## Spring and neap

| position | tide |
|---|---|
| Sun and Moon in line | spring tide, the highest |
| Sun and Moon at a right angle | neap tide, the lowest |

```python
delay_minutes = 24 * 60 / 28.5
```

Harbours print tables of these times, as they have done for three hundred years.
"""


def story_txt() -> bytes:
    """A short story in Chinese, plain text, UTF-8."""
    return _STORY.encode()


def story_gbk_txt() -> bytes:
    """The same story in GB 18030 with Windows line ends, as older programs write it."""
    return _STORY.replace("\n", "\r\n").encode("gb18030")


def article_md() -> bytes:
    """An English article in Markdown with front matter, a table and code."""
    head = '---\ntitle: "Tides, clocks and the Moon"\ntags: [sea, moon]\ndate: 2026-03-01\n---\n\n'
    return (head + _ARTICLE).encode()


def notes_md() -> bytes:
    """Chinese notes in Markdown without front matter."""
    return "# 读书笔记\n\n- 第一章讲潮汐。\n- 第二章讲钟表。\n\n> 海水一天涨落两次。\n".encode()


def page_html() -> bytes:
    """A Chinese web page in UTF-8."""
    body = "".join(f"<p>{line}</p>\n" for line in _STORY.splitlines()[2:] if line)
    return (
        '<!DOCTYPE html>\n<html lang="zh-CN">\n<head>\n<meta charset="utf-8">\n'
        "<title>山里的邮局</title>\n<style>body { max-width: 40em; margin: 2em auto; "
        "font-family: sans-serif; line-height: 1.7; }</style>\n</head>\n"
        f"<body>\n<h1>山里的邮局</h1>\n{body}</body>\n</html>\n"
    ).encode()


MAKERS: Final = {
    "story.txt": story_txt,
    "story-gb18030.txt": story_gbk_txt,
    "article.md": article_md,
    "notes.md": notes_md,
    "page.html": page_html,
}
