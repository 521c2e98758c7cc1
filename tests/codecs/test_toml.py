"""TOML: what is read, what is bounded, and text as it is written."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ailabel.codecs.toml import quoted, tables


def test_tables_are_read() -> None:
    """As `tomllib` reads them, keys with dots included."""
    assert tables('a.b = 1\n[c]\nd = ["x"]\n') == {"a": {"b": 1}, "c": {"d": ["x"]}}


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("a =", "Invalid value"),
        ("a." * 32 + "b = 1", "too many parts"),
        ('"a" . ' * 32 + "b = 1", "too many parts"),
        ("a = " + "[" * 20_000, "nested too deeply"),
    ],
)
def test_what_is_none_or_too_much_is_refused(text: str, reason: str) -> None:
    """With `ValueError`, which whoever reads a file turns into its error."""
    with pytest.raises(ValueError, match=reason):
        tables(text)


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_a_text_comes_back(text: str) -> None:
    """Whatever it holds; as one line of printable characters."""
    written = quoted(text)
    assert written.isprintable()
    assert tables(f"a = {written}") == {"a": text}


def test_bytes_of_no_encoding_become_question_marks() -> None:
    """TOML cannot hold them."""
    assert quoted("a\udcff") == '"a?"'
