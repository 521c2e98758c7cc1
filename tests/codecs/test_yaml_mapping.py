"""YAML mappings as entries with positions, without types and without aliases followed."""

from __future__ import annotations

import json

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from ailabel.codecs.yaml_mapping import mapping
from ailabel.errors import LimitExceededError


def test_entries_stand_where_they_say() -> None:
    """Keys, values and comments are told apart, in block, flow and literal style."""
    text = 'a: 001 # c\nb:\n  - x\n  - {y: ~}\n\n"c": |\n  l1\n  l2\n\nd: *r\ne:\nf: &g [1]\n'
    found = mapping(text)
    assert found is not None
    assert [(item.key, item.value, text[slice(*item.span)]) for item in found.entries] == [
        ("a", '"001"', "a: 001"),
        ("b", '["x",{"y":"~"}]', "b:\n  - x\n  - {y: ~}"),
        ("c", '"l1\\nl2\\n"', '"c": |\n  l1\n  l2'),
        ("d", '"*r"', "d: *r"),
        ("e", '""', "e:"),
        ("f", '["1"]', "f: &g [1]"),
    ]
    assert [item.anchored for item in found.entries] == [False] * 5 + [True]
    assert found.brace is None


@pytest.mark.parametrize("text", ["", "# c\n", "\n\n"])
def test_nothing_is_an_empty_mapping(text: str) -> None:
    """Comments alone leave room for a first entry."""
    found = mapping(text)
    assert found is not None
    assert not found.entries


@pytest.mark.parametrize("text", ["prose", "- a\n- b", "a: 1\n--- \nb: 2\n", "[a]"])
def test_other_yaml_is_no_mapping(text: str) -> None:
    """Texts, lists and several documents are not front matter."""
    assert mapping(text) is None


@pytest.mark.parametrize(
    "text", ["a: b: c", "\tx", "{", "a: 'b", "a\0: 1", 'a: "\\U99999999"', "a: *", "- a\nb"]
)
def test_what_is_no_yaml_raises(text: str) -> None:
    """Every kind of error comes out as one."""
    with pytest.raises(ValueError, match=r"."):
        mapping(text)


@pytest.mark.parametrize("text", ["a: " + "[" * 90 + "]" * 90, "a: " + "{b: " * 90 + "}" * 90])
def test_depth_is_bounded(text: str) -> None:
    """Nesting is refused before it is followed."""
    with pytest.raises(LimitExceededError):
        mapping(text)


def test_a_flow_mapping_knows_its_brace() -> None:
    """Where a first entry would stand is told, behind comments too."""
    found = mapping("# c\n{a: 1}")
    assert found is not None
    assert found.brace == 5
    assert found.entries[0].start == 5


_KEYS = st.text("abcxyz", min_size=1, max_size=5)
_VALUES = st.recursive(
    st.text(st.characters(codec="utf-8", exclude_characters="\x85\u2028\u2029\ufeff"), max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_KEYS, inner, max_size=3),
    max_leaves=6,
)


@given(st.dictionaries(_KEYS, _VALUES, max_size=4), st.sampled_from([True, False, None]))
@settings(max_examples=120, deadline=None)
def test_pyyaml_agrees(value: dict[str, object], flow: bool | None) -> None:  # noqa: FBT001 - drawn
    """What PyYAML writes is read back as its loader of plain strings reads it."""
    text = yaml.safe_dump(value, default_flow_style=flow, allow_unicode=True)
    found = mapping(text)
    assert found is not None
    plain = yaml.load(text, Loader=yaml.BaseLoader)  # noqa: S506 - it builds nothing but strings
    assert {item.key: json.loads(item.value) for item in found.entries} == plain
    for item in found.entries:
        assert text[item.start : item.end].strip()
