"""PDF objects."""

from __future__ import annotations

from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ailabel.codecs.pdf_content import open_states
from ailabel.codecs.pdf_syntax import (
    Array,
    Dictionary,
    Incomplete,
    Name,
    Parser,
    Ref,
    parse_at,
)
from ailabel.errors import LimitExceededError, MalformedFileError
from ailabel.io.source import BytesView, Limits


@pytest.mark.parametrize(
    ("source", "value"),
    [
        (b"true ", True),
        (b"null ", None),
        (b"-17 ", -17),
        (b"+.5 ", 0.5),
        (b"4. ", 4.0),
        (b"/A#20B ", "A B"),
        (b"/ ", ""),
        (b"12 0 R ", Ref(12, 0)),
        (b"<48 65 6c6C 6> ", b"Hell\x60"),
        (b"(a(b)c) ", b"a(b)c"),
        (rb"(\101\7\n\)\\\x) ", b"A\x07\n)\\x"),
        (b"(a\\\r\nb\r\nc\rd) ", b"ab\nc\nd"),
        (b"% note\n % more\r7 ", 7),
        (b"[1 2 R 3] ", [Ref(1, 2), 3]),
    ],
)
def test_value(source: bytes, value: object) -> None:
    """A value is read as the standard says."""
    assert Parser(source).value() == value


def test_nested_values_keep_their_bytes() -> None:
    """The values of an array or dictionary are known as they stand, comments included."""
    source = b"<</A [1 (x) <</B/C>>]/D 5 0 R /A% new\n 7>> "
    found = Parser(source).value()
    assert isinstance(found, Dictionary)
    assert found == {"A": 7, "D": Ref(5, 0)}
    assert (found.raw("A"), found.raw("D")) == (b"7", b"5 0 R")
    items = Parser(b"[1 (x) <</B/C>>] ").value()
    assert isinstance(items, Array)
    assert items.raw(2) == b"<</B/C>>"


def test_render_changes_nothing_else() -> None:
    """Entries are replaced, added and left out; the others keep their bytes and their order."""
    found = Parser(b"<</A(\\101)/B 2/C#20D[ 1 ]>> ").value()
    assert isinstance(found, Dictionary)
    assert found.render({"B": None, "E": b"(e)"}) == b"<</A (\\101)\n/C#20D [ 1 ]\n/E (e)>>"
    assert found.render({"A": b"1"}) == b"<</A 1\n/B 2\n/C#20D [ 1 ]>>"


@pytest.mark.parametrize(
    "source", [b"] ", b">> ", b"obj ", b"<zz> ", b"<</A>> ", b"<<1 2>> ", b"} "]
)
def test_broken_value(source: bytes) -> None:
    """What is no value is malformed, not incomplete, so that nothing more is read for it."""
    with pytest.raises(MalformedFileError):
        Parser(source).value()


@pytest.mark.parametrize(
    "source", [b"", b"(a", b"<4", b"[1 ", b"<</A", b"<</A 1", b"tru", b"%%%%%%%"]
)
def test_cut_value(source: bytes) -> None:
    """What goes on past the piece says so."""
    with pytest.raises(Incomplete):
        Parser(source).value()


def test_nesting_and_items_are_bounded() -> None:
    """Deep nesting and endless arrays end with a limit, not with the interpreter's stack."""
    with pytest.raises(LimitExceededError):
        Parser(b"[" * 100_000).value()
    with pytest.raises(LimitExceededError):
        Parser(b"[" + b"1 " * 50 + b"]", items=49).value()
    references = b"[" + b"1 0 R " * 50 + b"]"
    assert Parser(references, items=50).value() == [Ref(1, 0)] * 50
    with pytest.raises(LimitExceededError):
        Parser(references, items=49).value()


def test_parse_at_reads_on() -> None:
    """An object longer than the first window is read whole, and no longer than the limit."""
    data = b"(" + b"x" * 50_000 + b") 1"
    assert parse_at(BytesView(data), 0)[1] == b"x" * 50_000
    with pytest.raises(LimitExceededError):
        parse_at(BytesView(data, limits=Limits(metadata_bytes=10_000)), 0)
    with pytest.raises(MalformedFileError):
        parse_at(BytesView(data[:-3]), 0)


@given(st.binary(max_size=80))
def test_any_bytes(data: bytes) -> None:
    """Whatever comes, a value, an error of ours or the end of the piece comes out."""
    try:
        Parser(data).value()
    except (Incomplete, MalformedFileError, LimitExceededError):
        return
    assert data


@pytest.mark.parametrize(
    ("content", "depth"),
    [
        (b"q 1 0 0 1 0 0 cm Q", 0),
        (b"q q (q Q \\) q) Tj Q", 1),
        (b"Q Q q", 1),
        (b"q BI /W 1 ID q q Q\xff EI q", 2),
        (b"BI ID never ends q", 0),
        (b"% q\n/q gs q (open", 1),
    ],
)
def test_open_states(content: bytes, depth: int) -> None:
    """Saved states are counted, strings, comments, names and inline images left aside."""
    assert open_states(content) == depth


def test_names_are_text() -> None:
    """A name is told from a string by its type."""
    assert isinstance(Parser(b"/A ").value(), Name)


_PLAIN: Final = st.sampled_from(
    [b"0", b"-7", b"+3", b"1.5", b".5", b"1.", b"7 0 R", b"12 65535 R", b"999999999999999999"]
)


@given(st.lists(_PLAIN, max_size=9), st.sampled_from([b" ", b"\n", b"\r\n", b"\t "]))
def test_plain_arrays_are_read_as_any_other(tokens: list[bytes], space: bytes) -> None:
    """The short way through numbers and references agrees with the parser, item by item."""
    content = space.join(tokens)
    short = Parser(b"[" + content + b"] ").value()
    long = Parser(b"[" + content + b" /X] ").value()
    assert isinstance(short, Array)
    assert isinstance(long, Array)
    assert list(short) == list(long)[:-1]
    assert [type(item) for item in short] == [type(item) for item in long][:-1]
    raws = [short.raw(index) for index in range(len(short))]
    assert raws == [long.raw(index) for index in range(len(short))] == tokens


@pytest.mark.parametrize(
    "source", [b"[1 R]", b"[R]", b"[-1 0 R]", b"[1 700000 R 2]", b"[1.2.3]", b"[+-1]", b"[7 0 R R]"]
)
def test_what_only_looks_plain_is_read_with_care(source: bytes) -> None:
    """The parser says what is broken, or reads numbers where no reference stands."""
    with pytest.raises(MalformedFileError):
        Parser(source + b" ").value()


def test_an_array_goes_on_past_the_piece() -> None:
    """Numbers up to the end of what was read are not the whole array."""
    with pytest.raises(Incomplete):
        Parser(b"[1 2 3").value()


def test_values_are_counted_whatever_holds_them() -> None:
    """An object of many small arrays has as many values as they have together."""
    with pytest.raises(LimitExceededError):
        Parser(b"[" + b"[/A/B]" * 20 + b"]", items=100).value()
    parser = Parser(b"[1 2 3 4 [/A]]")
    parser.value()
    assert parser.count == 7
