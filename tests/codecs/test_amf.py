"""The values of AMF0."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from ailabel.codecs import amf
from ailabel.io.source import Limits
from builders import flv as build

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

LIMITS = Limits()


def _values() -> SearchStrategy[bytes]:
    """Draw values, one inside the other."""
    leaves = st.one_of(
        st.floats().map(build.num),
        st.binary(max_size=5).map(build.text),
        st.sampled_from((b"\5", b"\6", b"\1\1", b"\x0b" + bytes(10))),
    )
    names = st.text("abc", min_size=1, max_size=2)
    return st.recursive(
        leaves,
        lambda inner: st.one_of(
            st.lists(inner, max_size=3).map(lambda items: build.strict(*items)),
            st.dictionaries(names, inner, max_size=3).map(lambda x: build.obj(build.props(**x))),
            st.dictionaries(names, inner, max_size=3).map(
                lambda x: build.ecma(len(x), build.props(**x))
            ),
        ),
        max_leaves=8,
    )


@given(st.lists(_values(), max_size=4))
def test_values_end_where_they_end(values: list[bytes]) -> None:
    """Every value at the top level is found with its exact place."""
    script = amf.scan(b"".join(values), LIMITS)
    tops = [entry for entry in script.entries if not entry.path]
    assert script.complete
    assert [script_slice(values, entry) for entry in tops] == values


def script_slice(values: list[bytes], entry: amf.Entry) -> bytes:
    """Return the bytes of a value."""
    return b"".join(values)[entry.start : entry.end]


@given(st.lists(_values(), min_size=1, max_size=3), st.data())
def test_what_is_cut_is_incomplete(values: list[bytes], data: st.DataObject) -> None:
    """A cut never yields a value that ends behind the data."""
    whole = b"".join(values)
    cut = whole[: data.draw(st.integers(0, len(whole)))]
    for entry in amf.scan(cut, LIMITS).entries:
        assert entry.start < entry.end <= len(cut)


def test_numbers_alone_are_one_entry() -> None:
    """Arrays of numbers are not taken apart; mixed ones are."""
    (plain,) = amf.scan(build.strict(*map(build.num, range(9))), LIMITS).entries
    assert (plain.kind, plain.end - plain.body) == (amf.NUMBERS, 81)
    mixed = amf.scan(build.strict(build.num(1), build.text("x")), LIMITS).entries
    assert [entry.path for entry in mixed] == [("1",), ()]


def test_unknown_values_end_the_scan() -> None:
    """What stands before AMF3 is read."""
    script = amf.scan(build.text("x") + build.strict(b"\x11") + build.text("y"), LIMITS)
    assert len(script.entries) == 1
    assert not script.complete
