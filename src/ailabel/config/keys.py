"""The keys of configurations: where each may stand, and which values it takes.

``assets/schemas/config.schema.json`` says the same for editors; a test compares them.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final

from ailabel.config.patterns import translated
from ailabel.config.problems import WrongValueError
from ailabel.messages import Message
from ailabel.values import frozen

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ailabel.config.profile import Value

__all__ = ["FILE", "KEYS", "PATHS", "PROFILE", "RUN", "TOP", "Key", "keys_of", "patterns", "rules"]

TOP: Final = "top"
"""At the top of a configuration."""
PATHS: Final = "paths"
"""In a table ``[[paths]]``."""
FILE: Final = "file"
"""In what is declared of one file: front matter, or an entry of a manifest."""

_AI: Final[Mapping[object, str]] = {True: "yes", False: "no", "unknown": "unknown"}
_MOST: Final = 2000  # patterns, rules or names in a list; ours
_LONGEST: Final = 1024  # characters of a text; ours
_DAY: Final = 86_400  # seconds
_JOBS: Final = 64


@frozen
class Key:
    """A key.

    Args:
        name: as it is written.
        check: gives the value that a written one means, or raises `WrongValueError`.
        places: where it may stand, of `TOP`, `PATHS`, `FILE`.
        path: whether its value is a path, or several, that count from the configuration's folder.
    """

    name: str
    check: Callable[[str, object], Value]
    places: frozenset[str]
    path: bool = False


@lru_cache(maxsize=4)
def keys_of(place: str) -> Mapping[str, Key]:
    """Return the keys that may stand in a place."""
    return {key.name: key for key in KEYS if place in key.places}


# -- the values ------------------------------------------------------------------------------------


def _wrong(name: str, wanted: Message) -> WrongValueError:
    return WrongValueError(Message("{name} must be {wanted}", {"name": name, "wanted": wanted}))


def _one_of(choices: tuple[str, ...]) -> Message:
    return Message("one of {choices}", {"choices": ", ".join(choices)})


def _text(name: str, value: object) -> str:
    if not isinstance(value, str) or not value.strip() or "\0" in value:
        raise _wrong(name, Message("text"))
    if len(value) > _LONGEST:
        raise WrongValueError(Message("{name} is too long", {"name": name}))
    return value


def _flag(name: str, value: object) -> bool:
    if not isinstance(value, bool):
        raise _wrong(name, Message("true or false"))
    return value


def _ai(name: str, value: object) -> str:
    if not isinstance(value, bool | str) or value not in _AI:
        raise _wrong(name, Message('true, false or "unknown"'))
    return _AI[value]


def _choice(*choices: str) -> Callable[[str, object], str]:
    def check(name: str, value: object) -> str:
        if value not in choices:
            raise _wrong(name, _one_of(choices))
        return str(value)

    return check


def _texts(name: str, value: object) -> tuple[str, ...]:
    items = [value] if isinstance(value, str) else value
    if not isinstance(items, list):
        raise _wrong(name, Message("text, or a list of texts"))
    if len(items) > _MOST:
        raise WrongValueError(Message("{name} is too long", {"name": name}))
    return tuple(_text(name, item) for item in items)


def _some_of(*choices: str) -> Callable[[str, object], tuple[str, ...]]:
    def check(name: str, value: object) -> tuple[str, ...]:
        items = _texts(name, value)
        if not items or not set(items) <= set(choices):
            raise _wrong(name, _one_of(choices))
        return items

    return check


def _seconds(name: str, value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= _DAY:
        raise _wrong(name, Message("a number of seconds, above 0 and up to {most}", {"most": _DAY}))
    return float(value)


def _count(name: str, value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= _JOBS:
        raise _wrong(name, Message("a whole number from 0 to {most}", {"most": _JOBS}))
    return value


def _folder(name: str, value: object) -> str | bool:
    if value is False:
        return False
    if not isinstance(value, str):
        raise _wrong(name, Message("text, or false"))
    return _text(name, value)


def patterns(name: str, value: object) -> tuple[str, ...]:
    """Check a list of patterns of paths."""
    items = _texts(name, value)
    for item in items:
        try:
            translated(item.removeprefix("!"))
        except WrongValueError as error:
            reason = {"name": name, "pattern": item, "reason": error.message}
            raise WrongValueError(
                Message("{name}: the pattern {pattern} cannot be used: {reason}", reason)
            ) from error
    return items


def rules(name: str, value: object) -> tuple[str, ...]:
    """Check a list of ids of rules, or of their beginnings."""
    from ailabel.standard.rules import RULES

    items = tuple(item.upper() for item in _texts(name, value))
    for item in items:
        if not any(known.startswith(item) for known in RULES):
            raise WrongValueError(
                Message("{name}: there is no rule {rule}", {"name": name, "rule": item})
            )
    return items


_ALL: Final = frozenset({TOP, PATHS, FILE})
_BOTH: Final = frozenset({TOP, PATHS})
_ONCE: Final = frozenset({TOP})

KEYS: Final = (
    Key("ai", _ai, _ALL),
    Key("explicit", _choice("required", "recommended", "off"), _ALL),
    Key("producer", _text, _ALL),
    Key("role", _choice("producer", "propagator"), _ALL),
    Key("propagator", _text, _ALL),
    Key("regimes", _some_of("cn", "eu", "us-ca"), _ALL),
    Key("media", _some_of("text", "document", "image", "audio", "video"), _BOTH),
    Key("deep", _flag, _BOTH),
    Key("budget", _seconds, _BOTH),
    Key("style", _text, _BOTH, path=True),
    Key("extend", _text, _ONCE, path=True),
    Key("select", rules, _ONCE),
    Key("ignore", rules, _ONCE),
    Key("include", patterns, _ONCE),
    Key("exclude", patterns, _ONCE),
    Key("manifest", _texts, _ONCE, path=True),
    Key("baseline", _text, _ONCE, path=True),
    Key("cache", _folder, _ONCE, path=True),
    Key("jobs", _count, _ONCE),
)
PROFILE: Final = tuple(
    key.name for key in KEYS if PATHS in key.places or key.name in {"select", "ignore"}
)
"""The names of the keys whose values are a profile's."""
RUN: Final = ("baseline", "cache", "jobs")
"""The names of the keys whose values hold for a run."""
