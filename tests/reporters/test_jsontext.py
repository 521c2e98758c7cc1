"""JSON text: what the standard library would write, made printable."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from ailabel.reporters.jsontext import Shared, to_json

_SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False)
_TEXTS = st.text(st.characters(codec="ascii", exclude_characters="\x7f#"), max_size=4)
_VALUES = st.recursive(
    _SCALARS | _TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_TEXTS, inner, max_size=3),
    max_leaves=12,
)


@given(_VALUES)
def test_texts_are_those_of_the_standard_library(value: object) -> None:
    """On one line, on many lines, and on many lines inside another document."""
    assert to_json(value) == json.dumps(value, separators=(",", ":"))
    pretty = json.dumps(value, indent=2)
    assert to_json(value, "\n") == pretty
    assert to_json(value, "\n    ") == pretty.replace("\n", "\n    ")


@given(st.lists(_VALUES, max_size=3), _VALUES, st.sampled_from(["", "\n", "\n  "]))
def test_shared_parts_read_like_others(items: list[object], other: object, margin: str) -> None:
    """A text that was kept is the text that would be made, wherever it stands."""
    part = Shared(items)
    expected = to_json({"a": other, "b": items, "c": [items], "d": other, "e": items}, margin)
    written = {"a": other, "b": part, "c": [part], "d": other, "e": part}
    assert to_json(written, margin) == to_json(written, margin) == expected
    assert json.loads(expected) == written


@given(st.text(max_size=20))
def test_nothing_steers_a_terminal(text: str) -> None:
    """Whatever a string holds, its JSON is printable and says the same."""
    written = to_json({text: text})
    assert json.loads(written) == {text: text}
    assert not any(found in written for found in "\x1b\x7f\x9b\u061c\u200b\u202e\u2066\ufeff")
