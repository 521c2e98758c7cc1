"""What the gate said of a file as text, and back; for the cache."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from ailabel.gate.looked import Looked
from ailabel.messages import Message, Reasons
from ailabel.model.gate import GateFile, GateFinding, Standing
from ailabel.model.report import Level, Outcome

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["from_text", "to_text"]

_PLAIN: Final = (str, int, float, bool, type(None))


def to_text(looked: Looked) -> str:
    """Return what was said of a file, without its name."""
    file = looked.file
    row = [file.format, file.ai, file.explicit, looked.unseen, [*map(_row, file.findings)]]
    return json.dumps(row, separators=(",", ":"))


def from_text(text: str) -> Looked:
    """Return what was said of a file, of which only the name is missing.

    Raises:
        ValueError: the text is none of `to_text`.
    """
    try:
        format_id, ai, explicit, unseen, rows = json.loads(text)
        found = tuple(map(_finding, rows))
    except (TypeError, KeyError) as error:
        raise ValueError(text) from error
    file = GateFile(path="", format=format_id, ai=ai, explicit=explicit, findings=found)
    return Looked(file=file, unseen=unseen)


def _row(found: GateFinding) -> list[Any]:
    return [
        found.rule,
        found.level.value,
        found.outcome.value,
        _sentence(found.message),
        None if found.fix is None else _sentence(found.fix),
        found.fingerprint,
        found.location,
        found.offset,
        found.line,
        found.standing.value,
    ]


def _finding(row: list[Any]) -> GateFinding:
    rule, level, outcome, message, fix, fingerprint, location, offset, line, standing = row
    return GateFinding(
        rule=rule,
        level=Level(level),
        outcome=Outcome(outcome),
        message=_message(message),
        fix=None if fix is None else _message(fix),
        fingerprint=fingerprint,
        location=location,
        offset=offset,
        line=line,
        standing=Standing(standing),
    )


def _sentence(message: Message) -> list[Any]:
    return [message.text, {name: _value(value) for name, value in message.params.items()}]


def _value(value: object) -> object:
    """Return a parameter as JSON has it: plain ones as they are, sentences in a list."""
    if isinstance(value, Message):
        return ["message", *_sentence(value)]
    if isinstance(value, Reasons):
        return ["reasons", *map(_sentence, value)]
    return value if isinstance(value, _PLAIN) else str(value)


def _message(row: list[Any]) -> Message:
    text, params = row
    return Message(text, _params(params))


def _params(params: Mapping[str, Any]) -> dict[str, object]:
    return {name: _param(value) for name, value in params.items()}


def _param(value: Any) -> object:  # noqa: ANN401 - what JSON brings
    if not isinstance(value, list):
        return value
    kind, *rest = value
    return _message(rest) if kind == "message" else Reasons(map(_message, rest))
