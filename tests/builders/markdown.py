"""Markdown files made by hand, by CommonMark 0.31 and YAML 1.2."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["BLOCK", "LABEL", "samples"]

LABEL: Final = (
    '{"Label":"1","ContentProducer":"001191110102MAD55U9H0F10002","ProduceID":"old-1",'
    '"ReservedCode1":"","ContentPropagator":"001191110102MAD55U9H0F10002",'
    '"PropagateID":"old-1","ReservedCode2":""}'
)
BLOCK: Final = (
    "AIGC:\n"
    "  ContentProducer: '001191110102MAD55U9H0F10002'\n"
    "  ContentPropagator: '001191110102MAD55U9H0F10002'\n"
    "  Label: '1'\n"
    "  ProduceID: 'ac8fa693'\n"
    "  PropagateID: 'ac8fa693'\n"
    "  ReservedCode1: ''\n"
    "  ReservedCode2: ''\n"
)
_BODY: Final = "# 标题\n\n正文。\n\n---\n\n尾注。\n"
_PLAIN: Final = f"---\ntitle: 题\ntags:\n- a\n- b\n# note\n---\n\n{_BODY}"
_QUOTED: Final = (
    "> AIGC:\n>   Label: 1\n>   ProduceID: q\n\n"
    "```yaml\nAIGC:\n  Label: '1'\n  ProduceID: f\n```\n\n"
    f"<!-- AIGC: {LABEL} -->\n"
)


def samples() -> Iterator[tuple[str, bytes]]:
    """Yield file names and files of several kinds."""
    texts = {
        "empty.md": "",
        "plain.md": _BODY,
        "front.md": _PLAIN,
        "blank-start.md": f"\n\n{_BODY}",
        "empty-front.md": f"---\n---\n{_BODY}",
        "comment-front.md": f"---\n# only a comment\n---\n{_BODY}",
        "dots.md": f"---\ntitle: x\n...\n{_BODY}",
        "no-newline.md": "---\ntitle: x\n---",
        "rules.md": "---\n\nprose, no front matter\n\n---\n\nmore\n",
        "block.md": f"---\n{BLOCK}---\n\n{_BODY}",
        "block-close.md": f"---\n{BLOCK}---\n{_BODY}",
        "merged.md": f"---\ntitle: 题\n{BLOCK}permalink: /x/\n---\n{_BODY}",
        "commented.md": f"---\ntitle: x # a\nAIGC: {LABEL} # why\n# end\n---\n{_BODY}",
        "flow.md": f'---\n{{"title": "x", "AIGC": {LABEL}}}\n---\n{_BODY}',
        "flow-plain.md": f'---\n{{"title": "x"}}\n---\n{_BODY}',
        "scalar.md": f"---\nAIGC: '{LABEL}'\n---\n{_BODY}",
        "foreign-key.md": f"---\nAIGC: true\ntitle: x\n---\n{_BODY}",
        "doubled.md": f"---\n{BLOCK}x: 1\n{BLOCK}---\n{_BODY}",
        "second.md": f"---\ntitle: x\n---\n\n---\n{BLOCK}---\n\n{_BODY}",
        "below-heading.md": f"# collector\n---\n{BLOCK}---\n\n正文。\n",
        "middle.md": f"第一篇。\n\n---\n{BLOCK}---\n\n第二篇。\n",
        "tail.md": f"{_BODY}\n{BLOCK}",
        "tail-dashes.md": f"{_BODY}\n---\n{BLOCK}---\n",
        "mentions.md": _PLAIN + _QUOTED,
        "literal.md": f"---\ntext: |+\n  a\n\n---\n{_BODY}",
        "anchors.md": f"---\nbase: &b {{x: 1}}\nmore:\n  <<: *b\n---\n{_BODY}",
        "indented.md": f"---\n  title: x\n  list: [1]\n---\n{_BODY}",
    }
    for name, text in texts.items():
        yield name, text.encode()
    yield "crlf.md", _PLAIN.replace("\n", "\r\n").encode()
    yield "cr.md", _PLAIN.replace("\n", "\r").encode()
    yield "bom.md", b"\xef\xbb\xbf" + _PLAIN.encode()
    yield "wide.md", b"\xff\xfe" + (_PLAIN + "😀\n").encode("utf-16-le")
    yield "wide-be.md", b"\xfe\xff" + _BODY.encode("utf-16-be")
    yield "gb.md", _PLAIN.encode("gb18030")
