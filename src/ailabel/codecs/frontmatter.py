"""Front matter: the block of metadata at the head of a Markdown file, and blocks that look like it.

YAML stands between ``---`` lines, TOML between ``+++`` lines, JSON is an object of its own. YAML is
read event by event, so that every entry is known by the units at which it stands, no type is ever
resolved (``001`` stays a text) and no alias is ever expanded.
"""

from __future__ import annotations

import json
import re
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from ailabel.codecs.yaml_mapping import Mapping, mapping
from ailabel.codecs.yaml_plain import plain_mapping
from ailabel.errors import MalformedFileError
from ailabel.io.source import check_limit
from ailabel.values import frozen

if TYPE_CHECKING:
    from ailabel.codecs.text import Text

__all__ = ["Block", "body_start", "fields", "head", "other_values", "quote"]

_YAML_OPEN: Final = re.compile(r"---[ \t]*(?=\r\n|\n|\r)")
_YAML_CLOSE: Final = re.compile(r"(\r\n|\n|\r)(?:---|\.\.\.)[ \t]*(\r\n|\n|\r|\Z)")
_TOML_OPEN: Final = re.compile(r"\+\+\+[ \t]*(?=\r\n|\n|\r)")
_TOML_CLOSE: Final = re.compile(r"(\r\n|\n|\r)\+\+\+[ \t]*(\r\n|\n|\r|\Z)")
_JSON_END: Final = re.compile(r"[ \t]*(\r\n|\n|\r|\Z)")
_NEWLINE: Final = re.compile(r"\r\n|\n|\r")
_LONGEST: Final = 256 * 1024  # units, ours; PyYAML reads about 500,000 a second
_PAIR: Final = re.compile(r"\\u(d[89ab][0-9a-f]{2})\\u(d[c-f][0-9a-f]{2})")


@frozen(kw_only=True)
class Block:
    """A block of metadata; positions are units of the text.

    Args:
        kind: ``yaml``, ``toml`` or ``json``.
        start: where its opening line begins.
        inner: where its content begins.
        close: where its closing line begins.
        end: behind the closing line's newline.
    """

    kind: str
    start: int
    inner: int
    close: int
    end: int


def head(text: Text) -> Block | None:
    """Find the front matter at the very start of a text, or None."""
    units = text.units
    if units.startswith("{"):
        return _json_head(text)
    for kind, opening, closing in (
        ("yaml", _YAML_OPEN, _YAML_CLOSE),
        ("toml", _TOML_OPEN, _TOML_CLOSE),
    ):
        first = opening.match(units)
        last = closing.search(units, first.end()) if first else None
        if first and last:
            newline = _NEWLINE.match(units, first.end())
            inner = newline.end() if newline else first.end()
            close = last.end(1)
            return Block(kind=kind, start=0, inner=inner, close=close, end=last.end())
    return None


def fields(text: Text, begin: int, end: int) -> Mapping | None:
    """Read a range of units as one YAML mapping, its entries positioned in units of the text.

    Returns:
        The mapping, empty where there is nothing but comments; None where the YAML is none.

    Raises:
        MalformedFileError: it is not YAML.
        LimitExceededError: it is too long or too deep to be read.
    """
    check_limit("the front matter", end - begin, _LONGEST)
    content = text.decode(begin, end)
    try:
        found = plain_mapping(content) or mapping(content)
    except ValueError as error:
        raise MalformedFileError(
            "the front matter is not valid YAML", offset=text.offset(begin)
        ) from error
    return None if found is None else _in_units(text, begin, content, found)


def body_start(text: Text) -> int:
    """Return the unit at which the body begins, behind the front matter if there is any."""
    block = head(text)
    if block is None:
        return 0
    if block.kind == "yaml":
        try:
            if fields(text, block.inner, block.close) is None:
                return 0  # prose between two thematic breaks
        except MalformedFileError:
            pass  # damaged front matter is none of the body
    return block.end


def other_values(text: Text, block: Block) -> dict[str, str]:
    """Return the top-level entries of TOML or JSON front matter as JSON; none if it is damaged."""
    content = text.decode(block.inner, block.close)[:_LONGEST]
    try:
        if block.kind == "json":
            values = json.loads(content)
        else:
            from ailabel.codecs.toml import tables

            values = tables(content)
        return {
            key: json.dumps(value, separators=(",", ":"), default=str)
            for key, value in values.items()
        }
    except (ValueError, RecursionError):
        return {}


def quote(value: str) -> str:
    """Return a string as a double-quoted YAML scalar in ASCII [YAML 1.2, 5.7 and 7.3.1].

    JSON's escapes are YAML's, but for a character beyond the first plane, which YAML writes as one.
    """
    escaped = json.dumps(value).replace("\x7f", "\\x7F")
    return _PAIR.sub(_joined, escaped)


def _joined(pair: re.Match[str]) -> str:
    high, low = (int(half, 16) for half in pair.groups())
    return f"\\U{0x10000 + ((high & 0x3FF) << 10) + (low & 0x3FF):08X}"


def _json_head(text: Text) -> Block | None:
    """Find an object that is JSON and is followed by the end of its line."""
    content = text.decode(0, min(len(text.units), _LONGEST))
    try:
        _, length = json.JSONDecoder().raw_decode(content)
    except (ValueError, RecursionError):
        return None
    close = text.units_in(content[:length])
    newline = _JSON_END.match(text.units, close)
    if newline is None:
        return None
    return Block(kind="json", start=0, inner=0, close=close, end=newline.end())


def _in_units(text: Text, begin: int, content: str, found: Mapping) -> Mapping:
    """Turn positions in characters of `content` into units of the text."""
    marks = sorted({0, found.brace or 0, *(at for item in found.entries for at in item.span)})
    place = {0: begin}
    for before, mark in pairwise(marks):
        place[mark] = place[before] + text.units_in(content[before:mark])
    return Mapping(
        tuple(
            replace(item, start=place[item.start], end=place[item.end]) for item in found.entries
        ),
        None if found.brace is None else place[found.brace],
    )
