"""What a file says of itself: front matter of Markdown, ``meta`` elements of pages.

Markdown says it in a mapping ``ailabel`` of its front matter, which may be YAML, TOML or JSON::

    ailabel:
      ai: true
      explicit: required

A page says it in its head: ``<meta name="ailabel" content="ai=true; explicit=required">``.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from ailabel.config.keys import FILE
from ailabel.config.tables import checked
from ailabel.errors import ConfigError
from ailabel.io.source import check_limit
from ailabel.messages import Message, Reasons

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from ailabel.codecs.text import Text
    from ailabel.config.profile import Value
    from ailabel.io.source import View

__all__ = ["SOURCES", "declared"]

_KEY: Final = "ailabel"
_NEEDLES: Final = (b"ailabel", b"a\0i\0l\0a\0b\0e\0l")  # in encodings of one and of two bytes
_LONGEST: Final = 256 * 1024  # units of front matter, as for YAML
_WORDS: Final = {"true": True, "false": False}


def declared(format: str, view: View) -> dict[str, Value]:
    """Return what a file says of itself, by the names of the keys.

    Args:
        format: id of its format, one of `SOURCES`.
        view: the file.

    Raises:
        ConfigError: it says something that is not known; every problem is listed.
        MalformedFileError: it cannot be read.
        LimitExceededError: its front matter is too long.
    """
    from ailabel.codecs.text import load

    data = load(view).lower()
    if not any(needle in data for needle in _NEEDLES):
        return {}
    problems: list[Message] = []
    found: dict[str, Value] = {}
    for table in SOURCES[format](view):
        twice = found.keys() & table.keys()
        problems += [Message("{name} stands there twice", {"name": name}) for name in twice]
        found |= checked(FILE, table, f"{_KEY}.", problems)
    if problems:
        raise ConfigError(
            "what the file declares of itself cannot be used: {reasons}",
            problems=Reasons(problems),
        )
    return found


# -- Markdown --------------------------------------------------------------------------------------


def _front_matter(view: View) -> Iterator[Mapping[str, Any]]:
    from ailabel.codecs import frontmatter
    from ailabel.codecs.text import read_text

    text = read_text(view)
    block = frontmatter.head(text)
    if block is None:
        return
    if block.kind == "yaml":
        yield from _of_yaml(text, block.inner, block.close)
        return
    if block.kind == "toml":
        values = _of_toml(text, block.inner, block.close)
    else:
        found = frontmatter.other_values(text, block)
        values = {_KEY: json.loads(found[_KEY])} if _KEY in found else {}
    if _KEY in values:
        yield _table(values[_KEY])


def _of_toml(text: Text, begin: int, end: int) -> Mapping[str, Any]:
    from ailabel.codecs.toml import tables

    check_limit("the front matter", end - begin, _LONGEST)
    content = text.decode(begin, end)
    if _KEY not in content:
        return {}
    try:
        return tables(content)
    except ValueError as error:
        raise ConfigError("the front matter is no TOML: {reason}", reason=str(error)) from error


def _of_yaml(text: Text, begin: int, end: int) -> Iterator[Mapping[str, Any]]:
    from ailabel.codecs import frontmatter

    mapping = frontmatter.fields(text, begin, end)
    for entry in mapping.entries if mapping else ():
        if entry.key == _KEY:
            yield {name: _plain(value) for name, value in _table(json.loads(entry.value)).items()}


def _table(value: object) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ConfigError(
            "what the file declares of itself cannot be used: {reasons}",
            problems=Reasons([Message("{name} must be {wanted}", _WANTED)]),
        )
    return value


_WANTED: Final = {"name": _KEY, "wanted": Message("a table")}


# -- pages -----------------------------------------------------------------------------------------


def _metas(view: View) -> Iterator[Mapping[str, Any]]:
    from ailabel.codecs.html import Kind, Region, walk
    from ailabel.codecs.html_text import is_xml, read_html

    text = read_html(view)
    for token, region in walk(text.units, xml=is_xml(text)):
        if region is Region.BODY:
            return
        if token.kind is Kind.START and token.name == "meta" and region is not Region.INERT:
            name, content = token.attribute("name"), token.attribute("content")
            if name and content and text.decode(*name.inner).strip().lower() == _KEY:
                yield _pairs(text.decode(*content.inner))


def _pairs(content: str) -> dict[str, Any]:
    from ailabel.codecs.html import unescape

    found: dict[str, Any] = {}
    for pair in filter(str.strip, unescape(content).split(";")):
        name, equals, value = pair.partition("=")
        found[name.strip()] = _plain(value.strip()) if equals else None
        if name.strip() == "regimes":
            found["regimes"] = [item.strip() for item in value.split(",")]
    return found


def _plain(value: Any) -> Any:  # noqa: ANN401 - what YAML and pages, where all is text, mean by it
    return _WORDS.get(value, value) if isinstance(value, str) else value


SOURCES: Final[Mapping[str, Callable[[View], Iterator[Mapping[str, Any]]]]] = {
    "markdown": _front_matter,
    "html": _metas,
}
"""By the ids of formats: what reads the tables that a file holds."""
