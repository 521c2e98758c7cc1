"""Write the table of formats into both READMEs; ``--check`` compares instead."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Final

from ailabel import registry
from ailabel.registry_index import LOSSES, MARKERS
from ailabel.standard.slots import SLOTS

ROOT: Final = Path(__file__).resolve().parents[1]
_HEADS: Final = {
    "README.md": ("format", "implicit label", "named by", "explicit label"),
    "README.zh-CN.md": ("格式", "隐式标识的位置", "依据", "显式标识"),
}
_WORDS: Final = {
    "README.md": ("no place for metadata", "practice, no guide", "no"),
    "README.zh-CN.md": ("没有元数据位置", "业界做法，指南未规定", "否"),
}
_LOSSES: Final = {  # how the explicit label is put in
    "README.md": {
        "none": "yes",
        "local": "yes, coded anew under the label",
        "whole": "yes, coded anew as a whole",
    },
    "README.zh-CN.md": {
        "none": "可添加",
        "local": "可添加，仅重新编码标识处",
        "whole": "可添加，需整体重新编码",
    },
}
_BLOCK: Final = re.compile(r"(<!-- formats: [^>]*-->\n).*?(<!-- /formats -->)", re.DOTALL)


def table(readme: str) -> str:
    """Return the table of formats in a README's language."""
    nowhere, practice, no = _WORDS[readme]
    rows = [" | ".join(("", *_HEADS[readme], "")).strip(), "|---|---|---|---|"]
    order = ("text", "document", "image", "audio", "video")
    for item in sorted(
        registry.formats(), key=lambda found: (order.index(found.medium.value), found.id)
    ):
        slot = SLOTS[item.id]
        guide = slot.guide or (practice if slot.status == "practice" else "–")
        place = f"`{slot.place}`" if slot.place else nowhere
        if slot.annex_b:
            place += f"; `--slot annex-b`: `{slot.annex_b}`"
        name = f"{item.name} ({', '.join(item.suffixes)})"
        yes = _LOSSES[readme][LOSSES.get(item.id, "none")]
        rows.append(f"| {name} | {place} | {guide} | {yes if item.id in MARKERS else no} |")
    return "\n".join(rows) + "\n"


def current(readme: str) -> str:
    """Return a README's text with the table as it should be."""
    text = (ROOT / readme).read_text(encoding="utf-8")
    return _BLOCK.sub(lambda match: match[1] + "\n" + table(readme) + "\n" + match[2], text)


def main() -> None:
    """Write, or compare."""
    stale = [name for name in _HEADS if current(name) != (ROOT / name).read_text(encoding="utf-8")]
    if "--check" in sys.argv:
        sys.exit(f"not current: {', '.join(stale)}" if stale else 0)
    for name in stale:
        (ROOT / name).write_text(current(name), encoding="utf-8")


if __name__ == "__main__":
    main()
