"""The YAML that most front matter is, read by patterns; `yaml_mapping` reads all other.

PyYAML takes a millisecond for twenty lines, longer than all else that is done to a Markdown file.
Here only lines are understood that nobody can read in two ways: a key with a scalar or a list in
brackets, and a key above indented entries or items of such. Wherever anything else stands, the text
is left to PyYAML; where this module gives a mapping, PyYAML gives the same.
"""

from __future__ import annotations

import json
import re
from typing import Final

from ailabel.codecs.yaml_mapping import Entry, Mapping

__all__ = ["plain_mapping"]

_NEVER: Final = r"\x00-\x1f\x7f"
_FOREIGN: Final = (
    "[\x80-\xa0\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]"  # looked for once for all
)
_QUOTED: Final = rf""""[^"\\{_NEVER}]*"|'[^'{_NEVER}]*'"""
_INNER: Final = rf"[^ :#{_NEVER}]"
_SCALAR: Final = rf"{_QUOTED}|\w(?:{_INNER}|[:#](?={_INNER})| +(?={_INNER}))*"
_ITEM: Final = rf"(?:{_QUOTED}|\w[\w./+-]*(?: +[\w./+-]+)*)"
_LIST: Final = rf"\[ *(?:{_ITEM} *(?:, *{_ITEM} *)*)?\]"
_LINE: Final = re.compile(
    rf"(?P<indent> *)(?:- |(?P<key>\w[\w.-]*):(?: |(?=[\r\n]|\Z)))"
    rf" *(?P<value>{_SCALAR}|{_LIST})? *(?:\r\n|\r|\n|\Z)"
)
_ITEMS: Final = re.compile(_ITEM)


def plain_mapping(content: str) -> Mapping | None:
    """Read a text as `yaml_mapping.mapping` does, or return None where that must be asked."""
    if not content.isascii() and re.search(_FOREIGN, content):
        return None
    lines = []
    place = 0
    while place < len(content):
        line = _LINE.match(content, place)
        if line is None:
            return None
        lines.append(line)
        place = line.end()
    groups = _groups(lines)
    if not groups:
        return None
    return Mapping(tuple(_entry(head, below) for head, below in groups))


def _groups(lines: list[re.Match[str]]) -> list[tuple[re.Match[str], list[re.Match[str]]]]:
    """Return the keys of the mapping, each with the lines below it; none where they do not fit."""
    groups: list[tuple[re.Match[str], list[re.Match[str]]]] = []
    for line in lines:
        if line["key"] and not line["indent"]:
            groups.append((line, []))
            continue
        if not groups or groups[-1][0]["value"] is not None:
            return []
        below = groups[-1][1]
        first = below[0] if below else line
        alike = line["indent"] == first["indent"] and bool(line["key"]) == bool(first["key"])
        if not alike or not (line["key"] or line["value"]):
            return []
        below.append(line)
    return groups


def _entry(head: re.Match[str], below: list[re.Match[str]]) -> Entry:
    value = _value(head)
    if below:
        pieces = list(map(_value, below))
        if below[0]["key"]:
            names = [json.dumps(line["key"]) for line in below]
            value = "{" + ",".join(map("{}:{}".format, names, pieces)) + "}"
        else:
            value = f"[{','.join(pieces)}]"
    start, end = head.start("key"), _end(below[-1] if below else head)
    whole = head.string[start:end].rstrip()
    return Entry(key=head["key"], start=start, end=start + len(whole), value=value, anchored=False)


def _end(line: re.Match[str]) -> int:
    return line.end("key") + 1 if line["value"] is None else line.end("value")


def _value(line: re.Match[str]) -> str:
    """Return the value of a line as JSON."""
    value = line["value"] or ""
    if value.startswith("["):
        return f"[{','.join(map(_scalar, _ITEMS.findall(value)))}]"
    return _scalar(value)


def _scalar(text: str) -> str:
    return json.dumps(text[1:-1] if text[:1] in ("'", '"') else text)
