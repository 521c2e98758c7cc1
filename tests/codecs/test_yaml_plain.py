"""YAML read by patterns: what PyYAML says, or nothing."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ailabel.codecs.yaml_mapping import mapping
from ailabel.codecs.yaml_plain import plain_mapping

PIECES = (
    *(
        "title",
        "标题",
        "a",
        "1",
        "-",
        "- ",
        ":",
        ": ",
        " ",
        "  ",
        "#",
        " #",
        "\n",
        "\n",
        "\r\n",
        "\r",
    ),
    *('"', "'", "\\", "[", "]", ", ", ",", "{", "}", "&x", "*x", "!", "|", ">", "%", "@", "`", "?"),
    *("\t", "\u3000", "\xa0", "\u2028", "...", "---", "~", "=", "<<", "a: b\n", "k:\n", "  k: v\n"),
    *("\n- i\n", "  - i\n", "u: [a, 'b c', \"d\"]\n", "s: http://x.y/#z\n", 'q: "x y "  \n'),
)
TYPICAL = """title: "Tides, clocks and the Moon"
tags: [sea, moon, 'new words']
date: 2026-03-01 10:30
url: https://example.org/a#b
none:
empty: []
authors:
- A B
- "C"
AIGC:
  Label: "1"
  ContentProducer: '001191350100M000100Y4310000'
  ReservedCode1: ""
  ReservedCode2:
"""


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("end", ["", "\n"])
def test_what_is_typical_needs_no_other_reader(newline: str, end: str) -> None:
    """Scalars, lists, and one level below a key are understood, with the positions of all."""
    content = (TYPICAL.rstrip() + end).replace("\n", newline)
    found = plain_mapping(content)
    assert found is not None
    assert len(found.entries) == 8
    assert found == mapping(content)


@settings(max_examples=600, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=12).map("".join))
@example("a: b\n  c\n")
@example("k:\n - a\n - b\nl: m")
@example("k:\n- a\nl:\n  m: n\n   o: p\n")
@example("a: 'b''c'\n")
@example("a:  b  c \n")
def test_what_it_understands_it_understands_as_pyyaml_does(content: str) -> None:
    """Keys, values, places: all are the same, or nothing is said."""
    found = plain_mapping(content)
    assert found is None or found == mapping(content)


@pytest.mark.parametrize(
    "content",
    ["", "# a\n", "a: &x b\n", "a: |\n  b\n", 'a: "\\n"\n', "a\n", "- a\n", "a: {b: c}\n", "? a\n"],
)
def test_what_is_not_plain_is_left_to_others(content: str) -> None:
    """Comments, anchors, blocks, escapes, braces and whatever is no mapping."""
    assert plain_mapping(content) is None
