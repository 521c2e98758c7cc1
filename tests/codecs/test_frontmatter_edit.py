"""Members of one entry of front matter, set line by line."""

from __future__ import annotations

import json

import pytest

from ailabel.codecs import frontmatter
from ailabel.codecs.frontmatter_edit import rewritten
from ailabel.codecs.text import read_text
from ailabel.io.source import BytesView
from ailabel.io.splice import apply

NEW = {"a": "1", "b": "it's", "c": "x"}


def changed(source: str, new: dict[str, str], *, nested: bool = False) -> str | None:
    """Set members of the entry ``K``; None where that is refused."""
    data = source.encode()
    text = read_text(BytesView(data))
    block = frontmatter.head(text)
    assert block is not None
    found = frontmatter.fields(text, block.inner, block.close)
    assert found is not None
    entry = next(item for item in found.entries if item.key == "K")
    old = json.loads(entry.value)
    value = old if nested else entry.value
    edits = rewritten(text, entry, value, json.dumps(new, separators=(",", ":")))
    return None if edits is None else apply(data, edits).decode()


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            "---\nt: 1\nK:\n  a: 1\n  b: 'old'  # why\nz: 2\n---\n",
            '---\nt: 1\nK:\n  a: 1\n  b: "it\'s"\n  c: "x"  # why\nz: 2\n---\n',
        ),
        (
            "---\r\nK:\r\n    a: '1'\r\n    b: 'x'\r\n    c: x\r\n---\r\n",
            "---\r\nK:\r\n    a: '1'\r\n    b: \"it's\"\r\n    c: x\r\n---\r\n",
        ),
        (
            '---\nK: {"a":"1", "b":"old"}\n---\n',
            '---\nK: {"a":"1", "b": "it\'s", "c": "x"}\n---\n',
        ),
        (
            "---\nK: {a: 1, b: old, c: x}\n---\n",
            '---\nK: {a: 1, b: "it\'s", c: x}\n---\n',
        ),
    ],
)
def test_only_members_that_differ_are_touched(before: str, after: str) -> None:
    """Comments, quotes, indents and line ends of the others stay."""
    done = changed(before, NEW)
    assert done is not None
    assert done.replace("  # why", "") == after.replace("  # why", "")


def test_single_quotes_stay_where_the_value_allows_it() -> None:
    """As most products write them."""
    assert changed("---\nK:\n  a: 'old'\n---\n", {"a": "new"}) == "---\nK:\n  a: 'new'\n---\n"


def test_a_text_that_holds_json_is_replaced_whole() -> None:
    """An entry may be a string in which the object stands."""
    done = changed('---\nK: \'{"a":"1"}\'\n---\n', {"a": "2"}, nested=True)
    assert done == '---\nK: "{\\"a\\":\\"2\\"}"\n---\n'


@pytest.mark.parametrize(
    "source",
    [
        "---\nK: &x\n  a: 1\n  b: 2\n  c: 3\n---\n",
        "---\nK:\n  a: 1\n  b: 2\n  c: 3\n  d: 4\n---\n",
        "---\n? K\n: a: 1\n---\n",
    ],
)
def test_what_cannot_be_edited_by_lines_is_refused(source: str) -> None:
    """An anchor, a member that would have to go, a key of its own line."""
    assert changed(source, NEW) is None
