"""Setting members of a label's text, and leaving every other byte of it."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ailabel.engine.amend import amended
from ailabel.errors import PlanError
from ailabel.standard.schema import KEYS, decode

SET = {"ContentPropagator": "P", "PropagateID": "9", "ReservedCode2": ""}
WHOLE = (
    '{"Label":"1","ContentProducer":"x","ProduceID":"y","ReservedCode1":"\\u0031\\/",'
    '"ContentPropagator":"x","PropagateID":"y","ReservedCode2":"q"}'
)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (WHOLE, WHOLE.replace('"x","PropagateID":"y"', '"P","PropagateID":"9"').replace("q", "")),
        (
            'AIGC={"Label": "1",\n "ProduceID": "\u4e00"}\0\0',
            (
                'AIGC={"Label": "1",\n "ProduceID": "\u4e00",\n "ContentPropagator": "P",'
                '\n "PropagateID": "9",\n "ReservedCode2": ""}\0\0'
            ),
        ),
        (
            '{"AIGC": {"Label":"1","Propagator" : "1","ReserveCode2":"z"}} tail',
            (
                '{"AIGC": {"Label":"1","ContentPropagator" : "P","ReservedCode2":"",'
                '"PropagateID":"9"}} tail'
            ),
        ),
        (
            '{"Label":"1","ReserveCode2":"a","ReservedCode2":"b"}',
            '{"Label":"1","ReservedCode2":"","ContentPropagator":"P","PropagateID":"9"}',
        ),
        ("{}", '{"ContentPropagator":"P","PropagateID":"9","ReservedCode2":""}'),
        (
            '{"Label":"1"}',
            '{"Label":"1","ContentPropagator":"P","PropagateID":"9","ReservedCode2":""}',
        ),
    ],
)
def test_members_are_set_where_they_stand(before: str, after: str) -> None:
    """Misspelt keys of the propagator get their names, missing ones the form of the others."""
    assert amended(before, SET) == after
    assert amended(after, SET) == after


def test_a_repaired_value_becomes_the_string_that_it_looks_like() -> None:
    """A number, an object and null become strings, the propagator's are set anyway."""
    text = '{"Label":1,"ContentProducer":null,"ReservedCode1":{"a":[1]},"PropagateID":7}'
    done = amended(text, SET, repair=True)
    assert done.startswith('{"Label":"1","ContentProducer":"","ReservedCode1":"{\\"a\\":[1]}",')
    assert decode(done).fields["Label"] == "1"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('"{\\"Label\\":\\"1\\"}"', "encoded once more"),
        ('{"AIGC":"{\\"Label\\":\\"1\\"}"}', "encoded once more"),
        ("eyJMYWJlbCI6IjEifQ==", "encoded once more"),
        ("{&quot;Label&quot;:&quot;1&quot;}", "encoded once more"),
        ("no object", "encoded once more"),
        ('{"Label":"1"', "too damaged"),
        ('{"Label":"1","ProduceID":"2","ProduceID":"3"}', "says something twice"),
        ('{"Label":1}', "no string"),
        ('{"ReserveCode1":{"a":1}}', "no string"),
        ("{" + ",".join(f'"k{number}":""' for number in range(1001)) + "}", "too damaged"),
    ],
)
def test_what_is_not_sure_is_refused(text: str, reason: str) -> None:
    """Nothing is guessed: the text stays as it is, and the reason is told."""
    with pytest.raises(PlanError, match=reason):
        amended(text, SET)


_VALUE = st.text(max_size=12)
_GAP = st.sampled_from(["", " ", "\n", "\t "])


@given(
    values=st.dictionaries(st.sampled_from([*KEYS, "Version"]), _VALUE, min_size=1),
    gap=_GAP,
    ascii_only=st.booleans(),
    wrapped=st.booleans(),
)
@settings(max_examples=60)
def test_the_producers_members_stay_byte_for_byte(
    values: dict[str, str],
    gap: str,
    ascii_only: bool,  # noqa: FBT001 - drawn
    wrapped: bool,  # noqa: FBT001 - drawn
) -> None:
    """Whatever spelling and blanks: what is not set reads, and is written, as before."""
    members = [
        f"{json.dumps(key)}:{gap}{json.dumps(value, ensure_ascii=ascii_only)}"
        for key, value in values.items()
    ]
    text = "{" + f",{gap}".join(members) + "}"
    text = f'{{"AIGC":{text}}}' if wrapped else text
    done = amended(text, SET)
    for key, member in zip(values, members, strict=True):
        assert (member in done) or key in SET
    inner = json.loads(done)["AIGC"] if wrapped else json.loads(done)
    assert inner == values | SET
    assert amended(done, SET) == done
