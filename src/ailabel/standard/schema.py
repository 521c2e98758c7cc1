"""The JSON of annex E: encoded strictly, decoded leniently.

`encode` writes only what GB 45438-2025, annex E, asks for. `decode` takes whatever products are
known to write, names every departure as a `Problem` under the rule it breaks, and guesses nothing
silently. The key spellings of the standard stand in this module alone.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from ailabel.errors import LabelError
from ailabel.messages import Message, Reasons
from ailabel.model.record import AigcRecord, Label
from ailabel.standard.slots import KEY
from ailabel.values import frozen

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "KEYS",
    "PRODUCER_KEYS",
    "PROPAGATOR_KEYS",
    "Decoded",
    "Problem",
    "decode",
    "encode",
    "is_label",
    "key_of",
    "values_of",
    "verbatim",
]

KEYS: Final = {  # annex E b: the order in which the standard prints them
    "Label": "label",
    "ContentProducer": "content_producer",
    "ProduceID": "produce_id",
    "ReservedCode1": "reserved_code1",
    "ContentPropagator": "content_propagator",
    "PropagateID": "propagate_id",
    "ReservedCode2": "reserved_code2",
}
PRODUCER_KEYS: Final = ("Label", "ContentProducer", "ProduceID", "ReservedCode1")  # annex E c to f
PROPAGATOR_KEYS: Final = ("ContentPropagator", "PropagateID", "ReservedCode2")  # annex E g to i
_REQUIRED: Final = ("Label", "ContentProducer", "ProduceID")
_PROPAGATION: Final = ("ContentPropagator", "PropagateID")
_DRAFT: Final = {  # the consultation draft of 2024, and spellings that products took from it
    "reservecode1": "ReservedCode1",
    "reservecode2": "ReservedCode2",
    "propagator": "ContentPropagator",
    "propatorid": "PropagateID",
}
_ALIASES: Final = {  # other spellings that were met, by their letters and digits in lower case
    **{key.lower(): key for key in KEYS},
    "producerid": "ProduceID",
    "producer": "ContentProducer",
    "propagatorid": "PropagateID",
}
_CHARACTERS: Final = r"[\x21-\x5B\x5D-\x7E]*"  # annex E j, with the quotation mark
_UNESCAPED: Final = r"[\x21\x23-\x5B\x5D-\x7E]"  # the same, without it
_FLAWLESS: Final = re.compile(  # what `encode` writes, where nothing in it is a problem
    '{"Label":"([123])",'
    + ",".join(f'"{key}":"({_UNESCAPED}{"+" if key in _REQUIRED else "*"})"' for key in [*KEYS][1:])
    + "}"
)
_MAX_PAYLOAD: Final = 64 * 1024  # ours; the standard gives no length
_CONTROL: Final = r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]"


@frozen
class Problem:
    """One departure from annex E.

    Args:
        rule: id of the rule in `standard.rules` that it breaks.
        message: what is wrong, for people.
        key: the field concerned, or None for the whole value.
    """

    rule: str
    message: Message
    key: str | None = None


@frozen(kw_only=True)
class Decoded:
    """What a payload says.

    Args:
        fields: the seven keys of the standard, in its order; None where the key is missing.
        extra: keys that the standard does not know, with their values as JSON text.
        problems: every departure from annex E, in the order in which it was met.
        wrapped: whether the object stood inside ``{"AIGC": …}``.
    """

    fields: Mapping[str, str | None]
    extra: Mapping[str, str]
    problems: tuple[Problem, ...]
    wrapped: bool

    @property
    def record(self) -> AigcRecord | None:
        """The label as a value, or None when `Label` is not readable as 1, 2 or 3."""
        try:
            label = Label(self.fields["Label"])
        except ValueError:
            return None
        values = {name: self.fields[key] or "" for key, name in KEYS.items() if key != "Label"}
        return AigcRecord(label=label, **values)


def encode(record: AigcRecord, *, wrapped: bool = False) -> str:
    """Write a label as compact ASCII JSON, in the standard's order.

    Args:
        record: the label.
        wrapped: whether to put it inside ``{"AIGC": …}``, as annex-B places want it.

    Raises:
        LabelError: a required value is empty (the producer's two are required where the label says
            that the content is AI-generated), or a value holds control characters or is too long.
    """
    problems = _unusable(record)
    if problems:
        raise _refusal(problems)
    import json

    values = values_of(record)
    text = json.dumps({KEY: values} if wrapped else values, separators=(",", ":"))
    if len(text) > _MAX_PAYLOAD:
        sizes = {"size": len(text), "limit": _MAX_PAYLOAD}
        raise _refusal([Message("it would take {size} bytes; at most {limit} are written", sizes)])
    return text


def values_of(record: AigcRecord) -> dict[str, str]:
    """Return the seven keys of the standard with a label's values, in the standard's order."""
    return {key: _text_of(getattr(record, name)) for key, name in KEYS.items()}


def decode(payload: str) -> Decoded:
    """Read a label, whatever its dialect; never raises for the content of `payload`.

    Args:
        payload: the text that a slot holds, the container's own escaping undone.
    """
    flawless = _FLAWLESS.fullmatch(payload)
    if flawless is None:
        return _decode(payload)
    fields = dict(zip(KEYS, flawless.groups(), strict=True))
    return Decoded(fields=fields, extra={}, problems=(), wrapped=False)


def verbatim(payload: str, *, wrapped: bool = False) -> str | None:
    """Return a payload's own members as compact ASCII JSON: values, spellings and order kept.

    What stood between the slot and the object (a wrapper, another encoding) is left behind. None
    where the object is damaged or repeats a key, so that its members are not sure.

    Args:
        payload: the text that a slot holds.
        wrapped: whether to put the object inside ``{"AIGC": …}``, as annex-B places want it.
    """
    from ailabel.standard.payload import unpack

    opened = unpack(payload)
    if not opened.members or any(rule in {"IMP-002", "IMP-011"} for rule, _ in opened.problems):
        return None
    import json

    members = dict(opened.members)
    return json.dumps({KEY: members} if wrapped else members, separators=(",", ":"))


def is_label(text: str) -> bool:
    """Say whether a text found in a general place (a comment, a description) holds a label.

    A key named ``AIGC`` is not enough, nor is ``Label`` alone: other JSON uses that word. A scheme
    of a vendor's own, without the standard's keys (``ServiceProvider``, ``aigc_info``), is a trace.
    """
    hints = _HINTS if "{" in text else _BASE64_HINTS
    if not any(hint in text for hint in hints):
        return False
    from ailabel.standard.payload import unpack

    opened = unpack(text)
    names = {_ALIASES.get(_letters(name), _DRAFT.get(_letters(name))) for name, _ in opened.members}
    names.discard(None)
    return bool(names - {"Label"}) or (opened.wrapped and "Label" in names)


_BASE64_HINTS: Final = ("eyJ", "ewog", "QUlHQ", "ewoi")  # how Base64 forms of an object begin
_HINTS: Final = (  # a cheap look before parsing
    *("Produce", "produce", "Propag", "propag", "Label", "label"),
    *_BASE64_HINTS,
)


def key_of(name: str) -> str | None:
    """Return the standard's key for a spelling; None where it is none of its keys."""
    return _key_of(name, [])


def _refusal(problems: list[Message]) -> LabelError:
    return LabelError("the label cannot be written: {reasons}", problems=Reasons(problems))


def _unusable(record: AigcRecord) -> list[Message]:
    problems = []
    for key, name in KEYS.items():
        text = _text_of(getattr(record, name))
        if _is_required(key, record) and not text.strip():
            problems.append(Message("{key} is empty", {"key": key}))
        if not text.isprintable() and re.search(_CONTROL, text):
            problems.append(Message("{key} holds control characters", {"key": key}))
    return problems


def _is_required(key: str, record: AigcRecord) -> bool:
    """Say whether a value must be there: who passes on what it suspects knows no producer."""
    return key in _REQUIRED and (key == "Label" or record.label is Label.IS)


def _text_of(value: str | Label) -> str:
    return value.value if isinstance(value, Label) else value


def _decode(payload: str) -> Decoded:
    """Read a label of any form."""
    from ailabel.standard.payload import unpack

    opened = unpack(payload)
    problems = [Problem(rule, message) for rule, message in opened.problems]
    fields: dict[str, str | None] = dict.fromkeys(KEYS)
    extra: dict[str, str] = {}
    for name, value in opened.members:
        key = _key_of(name, problems)
        text = _value_of(name, value, key, problems)
        if key is None:
            extra[name] = text
        elif fields[key] is None or name == key:
            fields[key] = text
    if opened.members or not problems:
        problems += _judge(fields)
    return Decoded(fields=fields, extra=extra, problems=tuple(problems), wrapped=opened.wrapped)


def _letters(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())


def _key_of(name: str, problems: list[Problem]) -> str | None:
    """Find the standard's key for a spelling; report spellings that are not the standard's."""
    if name in KEYS:
        return name
    letters = _letters(name)
    if letters in _DRAFT:
        message = Message(
            "the key {name} is from the draft of the standard; the standard asks for {key}",
            {"name": _short(name), "key": _DRAFT[letters]},
        )
        problems.append(Problem("IMP-017", message, _DRAFT[letters]))
        return _DRAFT[letters]
    if letters in _ALIASES:
        message = Message(
            "the key {name} is misspelt; the standard asks for {key}",
            {"name": _short(name), "key": _ALIASES[letters]},
        )
        problems.append(Problem("IMP-010", message, _ALIASES[letters]))
        return _ALIASES[letters]
    message = Message("the key {name} is not one of the standard's", {"name": _short(name)})
    problems.append(Problem("IMP-010", message))
    return None


def _value_of(name: str, value: object, key: str | None, problems: list[Problem]) -> str:
    """Return a value as text; report one of the seven that is not a string."""
    if isinstance(value, str):
        return value
    import json

    text = json.dumps(value, separators=(",", ":"))
    if key is not None:
        message = Message(
            'the value of {key} is {value}; the standard asks for a string, "{text}"',
            {"key": name, "value": _kind(value), "text": _short(text).replace('"', '\\"')},
        )
        problems.append(Problem("IMP-006", message, key))
    return text


def _kind(value: object) -> str | Message:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return Message("the number {value}", {"value": _short(str(value))})
    return Message("an array") if isinstance(value, list) else Message("an object")


def _judge(fields: Mapping[str, str | None]) -> list[Problem]:
    """Check presence, values and characters of the seven fields."""
    problems = [*_absent(fields)]
    label = fields["Label"]
    if label is not None and label not in {item.value for item in Label}:
        message = Message(
            'Label is "{value}"; the standard knows "1", "2" and "3"', {"value": _short(label)}
        )
        problems.append(Problem("IMP-003", message, "Label"))
    for key, value in fields.items():
        if value and re.fullmatch(_CHARACTERS, value) is None:
            message = Message(
                "{key} holds characters outside those that the standard mainly asks for",
                {"key": key},
            )
            problems.append(Problem("IMP-007", message, key))
    return problems


def _absent(fields: Mapping[str, str | None]) -> list[Problem]:
    problems = []
    produced = fields["Label"] in {"1", None}
    for key, value in fields.items():
        if key == "Label":
            if value is None:
                problems.append(Problem("IMP-003", Message("Label is missing"), key))
        elif key in _REQUIRED:
            if not value and produced:
                text = "{key} is missing" if value is None else "{key} is empty"
                problems.append(Problem("IMP-004", Message(text, {"key": key}), key))
        elif value is None:
            rule = "IMP-005" if key in _PROPAGATION else "IMP-020"
            problems.append(Problem(rule, Message("{key} is missing", {"key": key}), key))
    return problems


def _short(text: str) -> str:
    """Cut a foreign string to what a message can show."""
    return text if len(text) <= 60 else text[:59] + "…"  # noqa: PLR2004 - a line's worth
