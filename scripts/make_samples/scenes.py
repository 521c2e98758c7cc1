"""Pages that show the label of interfaces."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["MAKERS"]

_CHAT: Final = """<!doctype html>
<html lang="zh-CN">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>问潮</title>
<style>
  :root { color-scheme: light dark; font: 1rem/1.6 "Noto Sans CJK SC", "PingFang SC", sans-serif; }
  body { max-width: 40rem; margin: 0 auto; padding: 1rem 1rem 20vmin; }
  p { width: fit-content; max-width: 85%; margin: .6rem 0; padding: .5rem .9rem; border-radius: 1rem; }
  .asked { margin-left: auto; background: #2f6fdb; color: #fff; }
  .answered { background: light-dark(#e8ecf2, #2b3038); }
</style>
<script src="../../src/ailabel/assets/web/ai-label.js" defer></script>
</head>
<body>
<h1>问潮</h1>
<p class="asked">潮水为什么一天来两次？</p>
<p class="answered">月球的引力使地球两侧的海水隆起，地球自转一周，每处海岸便两次经过隆起的地方。</p>
<p class="asked">那大潮呢？</p>
<p class="answered">朔日和望日，太阳、月球和地球排成一线，两者的引潮力叠加，潮差最大。</p>
<ai-label>本内容由AI生成</ai-label>
</body>
</html>
"""


def chat() -> bytes:
    """A chat page whose label stays in view: the element <ai-label>."""
    return _CHAT.encode()


MAKERS: Final[dict[str, Callable[[], bytes]]] = {"chat.html": chat}
