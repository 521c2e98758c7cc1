"""Open a label's payload: undo what stands between the text of a slot and the members of annex E.

Products wrap the object or not, glue prefixes to it, escape it twice, put JSON into a JSON string,
encode it as Base64, or cut it short. Each of these is undone in a bounded number of steps and
reported as a problem under its rule; wrapping is legal and only noted.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

from ailabel.messages import Message

__all__ = ["Opened", "object_start", "unpack"]

_MAX_STEPS: Final = 6
_MAX_DEPTH: Final = 32  # of members inside members; deeper ones are no label
_PREFIX: Final = re.compile(r"AIGC\s*[=:]?\s*(?=[{\"&])", re.IGNORECASE)
_BASE64: Final = re.compile(r"[A-Za-z0-9+/_-]{16,}={0,2}")
_ENTITY: Final = re.compile(r"&(?:quot|amp|apos|lt|gt|#\d{1,7}|#[xX][0-9a-fA-F]{1,6});")
_STRAY: Final = "\ufeff\0 \t\r\n"
_DAMAGED_FIELD: Final = re.compile(
    r'"(Label|ContentProducer|ProduceID|ReservedCode1|ContentPropagator|PropagateID|ReservedCode2)"'
    r'\s*:\s*"((?:[^"\\\x00]|\\.){0,4096})"'
)

Problem = tuple[str, Message]
Member = tuple[str, object]


@dataclass(slots=True)
class Opened:
    """The members of the object, what was wrong on the way, and whether it was wrapped."""

    members: list[Member] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    wrapped: bool = False


def unpack(payload: str) -> Opened:
    """Open a payload; never raises for its content."""
    opened = Opened()
    value: object = payload
    for _ in range(_MAX_STEPS):
        if isinstance(value, str):
            value = _open_text(value, opened)
        elif isinstance(value, _Object) and _is_wrapper(value):
            opened.wrapped = True
            value = value.members[0][1]
            if isinstance(value, str):
                message = Message("the object is encoded as a string inside a string")
                opened.problems.append(("IMP-019", message))
        else:
            break
    if isinstance(value, _Object):
        _collect(value, opened)
    elif not opened.problems:
        opened.problems.append(("IMP-002", Message("the value is not a JSON object")))
    return opened


def object_start(payload: str) -> int | None:
    """Return where the text of the object begins; None where it is encoded once more, or absent."""
    start = len(payload) - len(payload.lstrip(_STRAY))
    prefix = _PREFIX.match(payload, start)
    if prefix:
        start = prefix.end()
    if not payload.startswith("{", start):
        return None
    escaped = _ENTITY.search(payload, start) and not payload.startswith('{"', start)
    return None if escaped else start


@dataclass(slots=True)
class _Object:
    """A JSON object with its members in order, repeated names included."""

    members: list[Member]

    def plain(self) -> dict[str, object]:
        return {name: _plain(value) for name, value in self.members}


def _plain(value: object) -> object:
    if isinstance(value, _Object):
        return value.plain()
    return [_plain(item) for item in value] if isinstance(value, list) else value


def _is_wrapper(value: _Object) -> bool:
    return (
        len(value.members) == 1
        and value.members[0][0].lower() == "aigc"
        and isinstance(value.members[0][1], _Object | str)
    )


def _collect(value: _Object, opened: Opened) -> None:
    """Keep the last of every repeated member, as JSON readers do, and report the repetition."""
    seen: dict[str, object] = {}
    for name, member in value.members:
        if name in seen:
            message = Message("the key {name} stands there more than once", {"name": name[:60]})
            opened.problems.append(("IMP-011", message))
        seen[name] = _plain(member)
    opened.members = list(seen.items())


def _open_text(text: str, opened: Opened) -> object:
    """Take one layer off a text: JSON, or one of the disguises in which JSON was met."""
    stripped = text.strip(_STRAY)
    prefix = _PREFIX.match(stripped)
    if prefix:
        message = Message(
            "the text {prefix} stands before the object", {"prefix": prefix.group()[:10]}
        )
        opened.problems.append(("IMP-019", message))
        stripped = stripped[prefix.end() :]
    if _ENTITY.search(stripped) and not stripped.startswith(('{"', '"')):
        import html

        opened.problems.append(("IMP-019", Message("the value is escaped once too often")))
        return html.unescape(stripped)
    decoded = _base64(stripped)
    if decoded is not None:
        opened.problems.append(
            ("IMP-019", Message("the value is Base64; the guides ask for plain JSON"))
        )
        return decoded
    return _parse(stripped, opened)


def _base64(text: str) -> str | None:
    """Return the text behind a Base64 form, standard or URL-safe, if it looks like JSON."""
    if not _BASE64.fullmatch(text):
        return None
    import base64

    try:
        raw = base64.b64decode(text.translate(str.maketrans("-_", "+/")) + "=" * (-len(text) % 4))
        decoded = raw.decode("utf-8").strip(_STRAY)
    except ValueError:
        return None
    return decoded if decoded.startswith("{") or _PREFIX.match(decoded) else None


def _parse(text: str, opened: Opened) -> object:
    import json

    def constant(name: str) -> str:
        message = Message("the value {name} is no JSON", {"name": name})
        opened.problems.append(("IMP-011", message))
        return name

    decoder = json.JSONDecoder(
        object_pairs_hook=_Object, parse_constant=constant, parse_int=_number, strict=False
    )
    try:
        value, end = decoder.raw_decode(text)
    except (ValueError, RecursionError):
        return _salvage(text, opened)
    if _is_too_deep(value):
        return _salvage(text, opened)
    if text[end:].strip(_STRAY):
        message = Message("{count} characters follow the object", {"count": len(text) - end})
        opened.problems.append(("IMP-011", message))
    if isinstance(value, str):
        message = Message("the object is encoded as a string inside a string")
        opened.problems.append(("IMP-019", message))
        return value
    return value if isinstance(value, _Object) else None


def _is_too_deep(value: object) -> bool:
    """Say whether following the members down would take more steps than a label can need."""
    level = [value]
    for _ in range(_MAX_DEPTH):
        level = [child for item in level for child in _children(item)]
        if not level:
            return False
    return True


def _children(value: object) -> list[object]:
    if isinstance(value, _Object):
        return [member for _, member in value.members]
    return value if isinstance(value, list) else []


def _number(text: str) -> int | str:
    """Read an integer; one too long for Python's own limit stays text."""
    return int(text) if len(text) < 1000 else text  # noqa: PLR2004 - far above any real value


def _salvage(text: str, opened: Opened) -> object:
    """Read what fields a damaged object still shows."""
    opened.problems.append(("IMP-002", Message("the value is damaged JSON")))
    found = [(key, _unescape(value)) for key, value in _DAMAGED_FIELD.findall(text)]
    return _Object(list(dict(found).items())) if found else None


def _unescape(text: str) -> str:
    import json

    try:
        return str(json.loads(f'"{text}"', strict=False))
    except ValueError:
        return text
