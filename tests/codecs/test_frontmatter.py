"""Front matter: where it stands, of what kind it is, and what it holds."""

from __future__ import annotations

import json

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from ailabel.codecs.frontmatter import Block, body_start, fields, head, other_values, quote
from ailabel.codecs.text import Text, build
from ailabel.errors import LimitExceededError, MalformedFileError


def _text(content: str, encoding: str = "utf-8") -> Text:
    return build(content.encode(encoding), encoding, 0)


@pytest.mark.parametrize(
    ("content", "kind", "inner", "rest"),
    [
        ("---\na: 1\n---\nx", "yaml", "a: 1\n", "x"),
        ("--- \t\r\na: 1\r\n...  \r\nx", "yaml", "a: 1\r\n", "x"),
        ("---\n---\nx", "yaml", "", "x"),
        ("---\ra: 1\r---", "yaml", "a: 1\r", ""),
        ("+++\na = 1\n+++\nx", "toml", "a = 1\n", "x"),
        ('{"a": {"b": 1}}\nx', "json", '{"a": {"b": 1}}', "x"),
        ('{"题": "字"}', "json", '{"题": "字"}', ""),
    ],
)
def test_the_kinds(content: str, kind: str, inner: str, rest: str) -> None:
    """Each kind is found by its first line, and ends where its last one does."""
    for encoding in ("utf-8", "utf-16-le"):
        text = _text(content, encoding)
        block = head(text)
        assert isinstance(block, Block)
        assert block.kind == kind
        assert text.decode(block.inner, block.close) == inner
        assert text.decode(block.end, len(text.units)) == rest
        assert body_start(text) == block.end


@pytest.mark.parametrize(
    "content",
    [
        *("", "x", "---", "---\na: 1\n", "----\na\n----\n", " ---\na: 1\n---\n", "--- a\n---\n"),
        *("{% x %}\n", '{"a": 1} text\n', "{" * 5000, "+++\na = 1\n", '[{"a":1}]\n'),
    ],
)
def test_what_is_none(content: str) -> None:
    """An unclosed block, a rule, a template and prose are the body."""
    assert head(_text(content)) is None
    assert body_start(_text(content)) == 0


def test_prose_between_rules_is_the_body() -> None:
    """Two thematic breaks around prose are no front matter; damaged front matter is."""
    assert body_start(_text("---\nprose\n---\nx")) == 0
    assert body_start(_text("---\na: b: c\n---\nx")) == 16


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le", "gb18030"])
def test_positions_are_units(encoding: str) -> None:
    """Entries stand at units of the text, whatever the encoding and the characters before them."""
    text = _text("---\n题: 😀字\nb: 值\n---\n", encoding)
    block = head(text)
    assert block is not None
    found = fields(text, block.inner, block.close)
    assert found is not None
    assert [text.decode(item.start, item.end) for item in found.entries] == ["题: 😀字", "b: 值"]
    brace = _text("---\n{题: 1}\n---\n", encoding)
    flow = fields(brace, 4, len(brace.units) - 4)
    assert flow is not None
    assert flow.brace is not None
    assert brace.decode(4, flow.brace) == "{"


def test_damage_and_length() -> None:
    """Front matter that is no YAML raises with its place; so does one of absurd length."""
    with pytest.raises(MalformedFileError) as caught:
        fields(_text("---\na: b: c\n---\n"), 4, 12)
    assert caught.value.offset == 4
    with pytest.raises(LimitExceededError):
        fields(_text("a: " + "x" * 300_000), 0, 300_003)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("+++\na = 1\nd = 2025-09-01\n+++\n", {"a": "1", "d": '"2025-09-01"'}),
        ('+++\nb = {c = "x"}\n+++\n', {"b": '{"c":"x"}'}),
        ("+++\na = \n+++\n", {}),
        ('{"a": [1, "字"]}\n', {"a": '[1,"\\u5b57"]'}),
    ],
)  # fmt: skip
def test_other_kinds_are_read_as_json(content: str, expected: dict[str, str]) -> None:
    """TOML and JSON give their top-level entries; damage gives none."""
    text = _text(content)
    block = head(text)
    assert block is not None
    assert other_values(text, block) == expected


@pytest.mark.oracle
@given(st.text())
def test_quoted_values_are_what_yaml_reads(value: str) -> None:
    """PyYAML reads a quoted string back exactly; it is ASCII on one line."""
    quoted = quote(value)
    assert quoted.isascii()
    assert quoted.isprintable()
    assert yaml.safe_load(quoted) == value


def test_quoting_keeps_surrogates_apart() -> None:
    """A lone surrogate, which JSON may hold, is written as one and comes back."""
    assert yaml.safe_load(quote(json.loads('"\\ud800x"'))) == "\ud800x"


def test_toml_keys_of_many_parts_are_not_read() -> None:
    """A dotted key of thousands of parts would take memory by the square of them."""
    text = build(b"+++\nAIGC" + b".a" * 20_000 + b"=1\n+++\n", "utf-8", 0)
    block = head(text)
    assert block is not None
    assert other_values(text, block) == {}
