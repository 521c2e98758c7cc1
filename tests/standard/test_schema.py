"""Labels: encoded strictly, decoded leniently, every departure named."""

from __future__ import annotations

import base64
import html
import json
from dataclasses import replace

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ailabel.errors import LabelError
from ailabel.model.record import AigcRecord, Label
from ailabel.model.report import Level
from ailabel.standard import schema
from ailabel.standard.rules import RULES
from ailabel.standard.schema import KEYS, Decoded, decode, encode, is_label
from strategies import records

CODE = "001191110102MACQD9K64010000"
RECORD = AigcRecord(
    label=Label.IS,
    content_producer=CODE,
    produce_id="a-1",
    content_propagator=CODE,
    propagate_id="a-1",
)
BARE = encode(RECORD)
WRAPPED = encode(RECORD, wrapped=True)


def rules(found: Decoded) -> set[str]:
    """Return the rules that a label breaks."""
    return {problem.rule for problem in found.problems}


def members(**changed: object) -> str:
    """Return the usual label with some members changed, or left out where None is given."""
    values = json.loads(BARE) | changed
    return json.dumps({key: value for key, value in values.items() if value is not ...})


def test_a_label_is_written_as_the_standard_prints_it() -> None:
    """Compact JSON, seven strings, the standard's order."""
    assert BARE == (
        '{"Label":"1","ContentProducer":"001191110102MACQD9K64010000","ProduceID":"a-1",'
        '"ReservedCode1":"","ContentPropagator":"001191110102MACQD9K64010000",'
        '"PropagateID":"a-1","ReservedCode2":""}'
    )
    assert f'{{"AIGC":{BARE}}}' == WRAPPED
    assert list(json.loads(BARE)) == list(KEYS)


_VALUES = st.text('Aa1 "\\\t/é+~\x7f', max_size=3) | st.sampled_from(["1", "2", "3", "0", ""])


@given(st.lists(_VALUES, min_size=7, max_size=7), st.data())
def test_the_short_way_through_a_label_agrees_with_the_long_one(
    values: list[str], data: st.DataObject
) -> None:
    """Labels as we write them are not parsed, and read as if they had been."""
    members = dict(zip(KEYS, values, strict=True))
    text = json.dumps(members, ensure_ascii=data.draw(st.booleans()), separators=(",", ":"))
    assert decode(text) == schema._decode(text)
    place = data.draw(st.integers(0, len(text)))
    for cut in (text[:place] + text[place + 1 :], text[:place] + " " + text[place:], text + "\n"):
        assert decode(cut) == schema._decode(cut)


def test_a_label_is_ascii_whatever_its_values() -> None:
    """Chinese names are escaped, so that no container's encoding can harm them."""
    text = encode(replace(RECORD, content_producer="示例科技", reserved_code1='{"a":"😀"}'))
    assert text.isascii()
    assert json.loads(text)["ContentProducer"] == "示例科技"


@pytest.mark.parametrize(
    ("changes", "problems"),
    [
        ({"content_producer": ""}, ["ContentProducer is empty"]),
        ({"produce_id": " \t "}, ["ProduceID is empty", "ProduceID holds control characters"]),
        ({"reserved_code1": "a\nb"}, ["ReservedCode1 holds control characters"]),
        ({"propagate_id": "\ud800"}, ["PropagateID holds control characters"]),
        (
            {"content_producer": "", "produce_id": "\x7f"},
            ["ContentProducer is empty", "ProduceID holds control characters"],
        ),
    ],
)
def test_values_that_cannot_stand_in_a_label_are_refused(
    changes: dict[str, str], problems: list[str]
) -> None:
    """Every problem is listed, not only the first."""
    with pytest.raises(LabelError) as caught:
        encode(replace(RECORD, **changes))  # type: ignore[arg-type]
    assert [str(problem) for problem in caught.value.problems] == problems


def test_a_label_that_is_too_long_is_refused() -> None:
    """No slot is filled with more than 64 KiB."""
    with pytest.raises(LabelError, match="65536"):
        encode(replace(RECORD, reserved_code1="x" * 65_536))


@given(records(), st.booleans())
@settings(max_examples=150)
def test_what_is_written_is_read_back(record: AigcRecord, wrapped: bool) -> None:  # noqa: FBT001
    """Decoding an encoded label gives the label, and no problem that would be an error."""
    found = decode(encode(record, wrapped=wrapped))
    assert found.record == record
    assert found.wrapped is wrapped
    assert found.extra == {}
    assert all(RULES[problem.rule].level is not Level.ERROR for problem in found.problems)


@given(
    st.text(max_size=200)
    | st.sampled_from([BARE, WRAPPED]).flatmap(
        lambda text: st.tuples(st.integers(0, len(text)), st.text(max_size=5)).map(
            lambda cut: text[: cut[0]] + cut[1] + text[cut[0] + 1 :]
        )
    )
)
@settings(max_examples=200)
@example('{"AIGC":' * 500 + BARE + "}" * 500)
@example('{"Label":' + "[" * 700 + "]" * 700 + "}")
@example('{"Label":' + '{"a":' * 800 + "1" + "}" * 801)
@example('"' * 1000)
@example('{"Label":' + "9" * 5000 + "}")
@example('{"Label":NaN,"ProduceID":-Infinity,"ContentProducer":1e999}')
@example('{"Label":"\\ud800","ProduceID":"\\udfff\\ud800"}')
@example("&#0;&#x110000;&#9999999;{")
@example("AIGCAIGC=AIGC:{")
@example("eyJ" + "A" * 40)
@example('{"AIGC":"{\\"AIGC\\":\\"{}\\"}"}')
def test_decoding_never_raises(text: str) -> None:
    """Whatever stands in a slot, something is said about it."""
    found = decode(text)
    assert list(found.fields) == list(KEYS)
    assert found.problems or found.record is not None
    is_label(text)


QUIRKS = [  # the rows of the list of dialects: name, payload, rules it breaks
    ("bare", BARE, set()),
    ("wrapped", WRAPPED, set()),
    ("wrapped in lower case", f'{{"aigc":{BARE}}}', set()),
    ("prefix with equals sign", f"AIGC={BARE}", {"IMP-019"}),
    ("prefix with colon", f"AIGC: {BARE}", {"IMP-019"}),
    ("prefix glued", f"AIGC{BARE}", {"IMP-019"}),
    ("prefix before the wrapped form", f"aigc={WRAPPED}", {"IMP-019"}),
    ("Base64", base64.b64encode(BARE.encode()).decode(), {"IMP-019"}),
    ("URL-safe Base64", base64.urlsafe_b64encode(BARE.encode()).decode(), {"IMP-019"}),
    ("Base64 unpadded", base64.b64encode(WRAPPED.encode()).decode().rstrip("="), {"IMP-019"}),
    ("string in a string", json.dumps(BARE), {"IMP-019"}),
    ("string in a string, twice", json.dumps(json.dumps(BARE)), {"IMP-019"}),
    ("string in the wrapper", json.dumps({"AIGC": BARE}), {"IMP-019"}),
    ("quoted and escaped", html.escape(json.dumps(BARE)), {"IMP-019"}),
    ("escaped once", html.escape(BARE), {"IMP-019"}),
    ("escaped twice", html.escape(html.escape(BARE)), {"IMP-019"}),
    ("escaped with numbers", BARE.replace('"', "&#34;"), {"IMP-019"}),
    ("escaped with hexadecimal numbers", BARE.replace('"', "&#x22;"), {"IMP-019"}),
    ("newlines between members", BARE.replace(",", ",\n"), set()),
    ("blanks and NUL around", f"\ufeff \r\n{BARE}\0\0 ", set()),
    ("a newline in a value", BARE.replace("a-1", "a\n1"), {"IMP-007"}),
    ("Label 1 as a number", BARE.replace('"1"', "1"), {"IMP-006"}),
    ("Label 2", BARE.replace('"1"', '"2"'), set()),
    ("Label 3", BARE.replace('"1"', '"3"'), set()),
    ("Label AIGC", BARE.replace('"1"', '"AIGC"'), {"IMP-003"}),
    ("Label of a class", BARE.replace('"1"', '"AIGCLabelType.AI_GENERATED"'), {"IMP-003"}),
    ("Label true", BARE.replace('"1"', "true"), {"IMP-003", "IMP-006"}),
    ("Label null", BARE.replace('"1"', "null"), {"IMP-003", "IMP-006"}),
    (
        "three fields",
        '{"Label":"1","ContentProducer":"x","ProduceID":"y"}',
        {"IMP-005", "IMP-020"},
    ),
    ("no ReservedCode2", members(ReservedCode2=...), {"IMP-020"}),
    ("no ContentPropagator", members(ContentPropagator=...), {"IMP-005"}),
    ("no Label", members(Label=...), {"IMP-003"}),
    ("no ProduceID", members(ProduceID=...), {"IMP-004"}),
    ("empty ContentProducer", members(ContentProducer=""), {"IMP-004"}),
    ("other keys", members(ProcessingTypes=["x"], Version=1.0), {"IMP-010"}),
    ("draft's ReserveCode", BARE.replace("Reserved", "Reserve"), {"IMP-017"}),
    ("colon in the key", BARE.replace('"ReservedCode2"', '"ReservedCode2: "'), {"IMP-010"}),
    ("producer_id", BARE.replace("ProduceID", "producer_id"), {"IMP-010"}),
    ("camel case", BARE.replace('"ContentP', '"contentP'), {"IMP-010"}),
    ("ReservedCode an integer", members(ReservedCode1=-(2**62)), {"IMP-006"}),
    ("ReservedCode an object", members(ReservedCode1={"Type": "TC260PG"}), {"IMP-006"}),
    ("ReservedCode a list", members(ReservedCode2=[1, None]), {"IMP-006"}),
    ("garbage behind", f"{BARE}\0garbage", {"IMP-011"}),
    ("cut short", BARE[:100], {"IMP-002", "IMP-005", "IMP-020"}),
    ("a key twice", BARE[:-1] + ',"ProduceID":"a-1"}', {"IMP-011"}),
    (
        "another scheme",
        '{"AIGC":{"ServiceProvider":"腾讯云","ContentId":"c"}}',
        {"IMP-003", "IMP-004", "IMP-005", "IMP-010", "IMP-020"},
    ),
    ("a bare word as producer", members(ContentProducer="MiniMax"), set()),
    ("a Chinese producer", members(ContentProducer="示例科技"), {"IMP-007"}),
]


@pytest.mark.parametrize(
    ("payload", "broken"), [row[1:] for row in QUIRKS], ids=[row[0] for row in QUIRKS]
)
def test_every_dialect_is_read_and_its_departures_named(payload: str, broken: set[str]) -> None:
    """Each dialect that was met names exactly the rules that it breaks, and is seen as a label."""
    found = decode(payload)
    assert rules(found) == broken
    assert is_label(payload) or "ServiceProvider" in payload
    if not broken & {"IMP-003", "IMP-004"}:
        assert found.record is not None
        assert found.record.produce_id.replace("\n", "-") in {"a-1", "y"}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "AIGC",
        "an ordinary comment that mentions AIGC",
        '{"AIGC":"x"}',
        '{"AIGC":{}}',
        '{"AIGC":{"prompt":"a lake"}}',
        '{"Label":"1"}',
        '{"label":"sunset","value":3}',
        '["Label","ProduceID"]',
        '{"prompt":"a Label on a bottle","steps":20}',
        "Label: 1, ContentProducer: x",
        base64.b64encode(b'{"prompt":"a lake at night"}').decode(),
        base64.b64encode(b'{"Label' + bytes(range(128, 160))).decode(),
        "eyJ" + "A" * 38,
    ],
)
def test_other_texts_are_no_labels(text: str) -> None:
    """A key named AIGC, or a Label alone, is not enough."""
    assert not is_label(text)


@pytest.mark.parametrize(
    ("payload", "fields"),
    [
        (members(ReservedCode1=5), {"ReservedCode1": "5"}),
        (members(ReservedCode1={"a": [1, "x"]}), {"ReservedCode1": '{"a":[1,"x"]}'}),
        (members(Label=None), {"Label": "null"}),
        (members(Label=...), {"Label": None}),
        (BARE.replace("Reserved", "Reserve"), {"ReservedCode1": "", "ReservedCode2": ""}),
        (BARE[:-1] + ',"ProduceID":"later"}', {"ProduceID": "later"}),
        (members(ReserveCode1="old", ReservedCode1="new"), {"ReservedCode1": "new"}),
        (members(ReserveCode1="old", ReservedCode1=...), {"ReservedCode1": "old"}),
        (BARE[:73] + ',"ReservedCode1":"\\u12 zz","x', {"ReservedCode1": "\\u12 zz"}),
        (BARE[:96], {"Label": "1", "ContentProducer": CODE, "ProduceID": "a-1"}),
    ],
)
def test_fields_are_read_as_they_stand(payload: str, fields: dict[str, str | None]) -> None:
    """Values that are no strings are kept as JSON; the standard's key wins over its aliases."""
    found = decode(payload).fields
    assert {key: found[key] for key in fields} == fields


def test_foreign_keys_are_kept_apart() -> None:
    """What the standard does not know is shown, not lost and not mixed in."""
    found = decode(members(Version=2, Note="x"))
    assert found.extra == {"Version": "2", "Note": "x"}
    assert found.record == RECORD


def test_problems_tell_key_and_value() -> None:
    """A problem says what is wrong and what the standard asks for."""
    found = decode(BARE.replace('"1"', "1"))
    assert [str(problem.message) for problem in found.problems] == [
        'the value of Label is the number 1; the standard asks for a string, "1"'
    ]
    assert found.problems[0].key == "Label"


def test_long_foreign_texts_are_cut_in_messages() -> None:
    """A hostile key cannot flood the report."""
    found = decode(members(**{"k" * 5000: "v"}))
    assert all(len(str(problem.message)) < 200 for problem in found.problems)
    assert found.extra["k" * 5000] == "v"


def test_deep_nesting_is_damage_not_a_crash() -> None:
    """Members that nest beyond what a label can need are read like a damaged value."""
    found = decode('{"ProduceID":"a-1","ReservedCode1":' + "[" * 700 + "]" * 700 + "}")
    assert "IMP-002" in rules(found)
    assert found.fields["ProduceID"] == "a-1"
