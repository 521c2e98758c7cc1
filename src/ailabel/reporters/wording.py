"""Sentences and their parameters as plain values that JSON can carry."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ailabel.messages import Message, Reasons, render

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["parameters", "worded"]


def worded(message: Message | None, language: str) -> str | None:
    """Return a sentence in a language; None where there is none."""
    return None if message is None else render(message.text, message.params, language)


def parameters(params: Mapping[str, object], language: str) -> dict[str, object]:
    """Return a sentence's parameters; those that are sentences themselves in a language."""
    return {key: _plain(value, language) for key, value in params.items()}


def _plain(value: object, language: str) -> object:
    if isinstance(value, Message):
        return render(value.text, value.params, language)
    if isinstance(value, Reasons):
        return [render(item.text, item.params, language) for item in value]
    return value if isinstance(value, str | int | float) or value is None else str(value)
