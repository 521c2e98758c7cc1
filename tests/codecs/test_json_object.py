"""JSON objects and the places of their members."""

from __future__ import annotations

import json
from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ailabel.codecs.json_object import decoded, parse, rewritten
from ailabel.errors import LimitExceededError, MalformedFileError

TEXT: Final = '\ufeff { "a" : [1, {"b":2}] ,\n"\\u0061b":"x\\"}" , "c":null}\n'


def test_members_are_found_with_their_places() -> None:
    """Names are parsed; values are where the places say, as they are spelt."""
    found = parse(TEXT, "part", 9)
    assert [(item.key, item.value) for item in found.members] == [
        ("a", [1, {"b": 2}]),
        ("ab", 'x"}'),
        ("c", None),
    ]
    assert [TEXT[item.inner : item.end] for item in found.members] == [
        '[1, {"b":2}]',
        '"x\\"}"',
        "null",
    ]
    assert TEXT[found.members[1].start :].startswith('"\\u0061b"')


def test_an_inner_object_is_found() -> None:
    """What follows it is not looked at."""
    outer = '{"a":{"b":1} ,"c":2}'
    (first, _) = parse(outer, "part", 9).members
    assert [item.key for item in parse(outer, "part", 9, first.inner).members] == ["b"]


@pytest.mark.parametrize(
    ("gone", "changed", "added", "expected"),
    [
        ((), {}, "", TEXT),
        ((0,), {}, "", '\ufeff { "\\u0061b":"x\\"}" , "c":null}\n'),
        ((1,), {}, "", '\ufeff { "a" : [1, {"b":2}] , "c":null}\n'),
        ((2,), {}, '"d":4', '\ufeff { "a" : [1, {"b":2}] ,\n"\\u0061b":"x\\"}","d":4}\n'),
        ((0, 1, 2), {}, '"d":4', '\ufeff { "d":4}\n'),
        ((0, 2), {1: '"e":5'}, "", '\ufeff { "e":5}\n'),
    ],
)
def test_members_are_taken_out_replaced_and_added(
    gone: tuple[int, ...], changed: dict[int, str], added: str, expected: str
) -> None:
    """Commas go with the member behind them; all else keeps its spelling."""
    assert rewritten(TEXT, parse(TEXT, "part", 9), gone, changed, added) == expected


def test_an_empty_object_gets_a_member() -> None:
    """Between its braces."""
    assert rewritten("{ }", parse("{ }", "part", 9), (), {}, '"a":1') == '{"a":1 }'


@pytest.mark.parametrize(
    "text",
    [
        *("", "[]", "{", '{"a"', '{"a":', '{"a":1', '{"a":1,}', '{"a":1 "b":2}', "{,}", "{1:2}"),
        *("{}{}", '{"a":}', '{"a":' + "[" * 100_000, '{"a":' + "1" * 5000 + "}", "null"),
    ],
)
def test_damaged_objects_are_refused(text: str) -> None:
    """With the name of the part, and whatever the parser of values stumbles over."""
    with pytest.raises(MalformedFileError, match="part is not a JSON object"):
        parse(text, "part", 9)


def test_limits_and_encodings() -> None:
    """Members are counted; bytes that are no UTF-8 are refused."""
    with pytest.raises(LimitExceededError):
        parse('{"a":1,"b":2}', "part", 1)
    with pytest.raises(MalformedFileError, match="part"):
        decoded(b"\xff", "part")
    assert decoded("\ufeffä".encode(), "part") == "\ufeffä"


@settings(max_examples=60, deadline=None)
@given(
    st.dictionaries(st.text(max_size=4), st.text(max_size=4) | st.integers(), max_size=5),
    st.sets(st.integers(0, 4)),
    st.booleans(),
)
def test_edits_are_what_a_parser_reads(
    value: dict[str, object],
    gone: set[int],
    indented: bool,  # noqa: FBT001 - drawn
) -> None:
    """Whatever is taken out, the rest is read as before, in its order."""
    text = json.dumps(value, indent=2 if indented else None)
    result = rewritten(text, parse(text, "part", 9), gone, {}, '"+new+":[]')
    kept = {key: value[key] for index, key in enumerate(value) if index not in gone}
    assert list(json.loads(result).items()) == [*kept.items(), ("+new+", [])]
