"""What is said of a key or a value that cannot be used."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ailabel.messages import Message, Reasons

if TYPE_CHECKING:
    from collections.abc import Collection

    from ailabel.errors import AilabelError

__all__ = ["WrongValueError", "no_such", "problems_of"]

_LONGEST: Final = 80  # characters of a key that nobody knows; ours


class WrongValueError(Exception):
    """A value cannot be used; never leaves the package.

    Args:
        message: what is wrong with it.
    """

    def __init__(self, message: Message) -> None:
        super().__init__(str(message))
        self.message = message


def no_such(name: str, known: Collection[str], prefix: str = "") -> Message:
    """Say that there is no such key, and which one may be meant.

    Args:
        name: the key.
        known: those that there are.
        prefix: what all of them are preceded by.
    """
    from difflib import get_close_matches

    name = name[:_LONGEST]
    names = [prefix + key for key in known]
    close = get_close_matches(name, known, 1)
    if close:
        return Message(
            "there is no key {name}; do you mean {close}",
            {"name": prefix + name, "close": prefix + close[0]},
        )
    return Message(
        "there is no key {name}; known are {known}",
        {"name": prefix + name, "known": ", ".join(names)},
    )


def problems_of(error: AilabelError) -> list[Message]:
    """Return what an error says, one sentence a problem."""
    reasons = error.params.get("reasons")
    if not isinstance(reasons, Reasons):
        return [Message(error.text, error.params)]
    return [Message(error.text, {**error.params, "reasons": Reasons([item])}) for item in reasons]
