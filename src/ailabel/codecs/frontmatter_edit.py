"""Front matter: setting members of one entry, line by line, in the spelling of the others."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Final

from ailabel.codecs import frontmatter
from ailabel.values import frozen

if TYPE_CHECKING:
    from ailabel.codecs.text import Text
    from ailabel.codecs.yaml_mapping import Entry, Mapping
    from ailabel.io.splice import Edit

__all__ = ["rewritten"]

_HEAD: Final = re.compile(r"""("?'?)[A-Za-z_]+\1[ \t]*:[ \t]*(?:\r\n|\n|\r)?""")
_BLANKS: Final = re.compile(r"[ \t]*")
_SINGLE: Final = re.compile(r"[\x20-\x26\x28-\x7e]*")  # what needs no escape in single quotes


def rewritten(text: Text, entry: Entry, old: str, new: str) -> list[Edit] | None:
    """Plan another value for an entry: only the members that differ are touched.

    Args:
        text: the file.
        entry: its value is an object, or JSON in a string.
        old: the value, as JSON with every scalar a string.
        new: the new value; its members are those of the old one, in their order, and more.

    Returns:
        None where the entry is written in a form that cannot be edited so.
    """
    head = _HEAD.match(text.units, entry.start, entry.end)
    if entry.anchored or head is None:
        return None
    value = json.loads(entry.value)
    if isinstance(value, str):
        return [text.edit(_behind(text, head.end()), entry.end, frontmatter.quote(new))]
    found = frontmatter.fields(text, head.end(), entry.end)
    before, after = _members(old), _members(new)
    if found is None or len(found.entries) != len(before) or len(after) < len(before):
        return None
    style = _Style.of(text, found)
    edits = []
    for item, (was, now) in zip(found.entries, zip(before, after, strict=False), strict=True):
        if was != now:
            edits.append(text.edit(item.start, item.end, style.row(text, item, now)))
    added = "".join(style.before + style.plain(*member) for member in after[len(before) :])
    if added:
        last = found.entries[-1].end
        edits.append(text.edit(last, last, added))
    return edits


def _behind(text: Text, position: int) -> int:
    """Return where a value begins, behind blanks."""
    match = _BLANKS.match(text.units, position)
    return match.end() if match else position


def _members(value: str) -> list[tuple[str, str]]:
    found: list[tuple[str, object]] = json.loads(value, object_pairs_hook=list)
    return [(key, json.dumps(item)) for key, item in found]


@frozen
class _Style:
    """How the members of an entry are set: what stands before one, whether keys have quotes."""

    before: str
    quoted: bool

    @classmethod
    def of(cls, text: Text, found: Mapping) -> _Style:
        quoted = any(text.units.startswith('"', item.start) for item in found.entries)
        if found.brace is not None:
            return cls(", ", quoted)
        start = found.entries[0].start
        begin = start
        while begin and text.units[begin - 1] in " \t":
            begin -= 1
        return cls(text.newline + text.units[begin:start], quoted)

    def row(self, text: Text, item: Entry, member: tuple[str, str]) -> str:
        """Return a member in place of one, in single quotes where that had such."""
        key, value = member
        string = str(json.loads(value))
        if text.units.startswith("'", item.end - 1) and _SINGLE.fullmatch(string):
            return f"{self._key(key)}: '{string}'"
        return self.plain(key, value)

    def plain(self, key: str, value: str) -> str:
        """Return a member whose value is JSON of a string."""
        return f"{self._key(key)}: {frontmatter.quote(str(json.loads(value)))}"

    def _key(self, key: str) -> str:
        return json.dumps(key) if self.quoted else key
