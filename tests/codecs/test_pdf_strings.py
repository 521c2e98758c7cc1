"""PDF strings."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ailabel.codecs.pdf_strings import literal, text_of, text_string
from ailabel.codecs.pdf_syntax import Parser


@given(st.binary(max_size=60))
def test_literal_round_trip(data: bytes) -> None:
    """Any bytes survive being written as a literal string and read again."""
    assert Parser(literal(data) + b" ").value() == data


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=30))
def test_text_round_trip(text: str) -> None:
    """Any text survives being written as a text string and read again."""
    value = Parser(text_string(text) + b" ").value()
    assert isinstance(value, bytes)
    assert text_of(value) == text


def test_text_of_other_encodings() -> None:
    """Byte order marks are obeyed; bytes that are no UTF-8 are read as Latin 1."""
    assert text_of(b"\xef\xbb\xbf\xe4\xba\xba") == "人"
    assert text_of("\ufeff人".encode("utf-16-le")) == "人"
    assert text_of(b"\xe8t\xe9") == "èté"
