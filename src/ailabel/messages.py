"""What is said to people: a sentence as a gettext id, and its parameters.

A `Message` is data; it becomes text only where somebody reads it. The id is the English sentence
itself, with named fields, so English needs no catalogue; the catalogues of other languages stand in
``assets/locale``.
"""

from __future__ import annotations

from dataclasses import field
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from ailabel.values import frozen

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["LANGUAGES", "Message", "Reasons", "render", "translate"]

LANGUAGES: Final = ("en", "zh")
_SENTENCES: Final = {"structure", "purpose"}  # parameters that are themselves gettext ids


@frozen
class Message:
    """A sentence for people.

    Args:
        text: the English sentence with named fields in braces; it is the gettext id.
        params: what the fields stand for; plain values, so that JSON can carry them.
    """

    text: str
    params: Mapping[str, object] = field(default_factory=dict)

    def __str__(self) -> str:
        return render(self.text, self.params)


class Reasons(tuple["Message", ...]):
    """Several sentences that stand in for one field of another, joined by semicolons."""

    __slots__ = ()

    def __str__(self) -> str:
        return "; ".join(str(message) for message in self)


def render(text: str, params: Mapping[str, object], language: str = "en") -> str:
    """Render a gettext id with its parameters in a language.

    Args:
        text: the gettext id, an English sentence with named fields.
        params: what the fields stand for; a parameter that is a `Message`, or `Reasons`, is
            rendered too.
        language: ``en`` or ``zh``.
    """
    values = {
        key: translate(value, language)
        if isinstance(value, str) and key in _SENTENCES
        else _rendered(value, language)
        for key, value in params.items()
    }
    return translate(text, language).format_map(values)


def _rendered(value: object, language: str) -> object:
    if isinstance(value, Message):
        return render(value.text, value.params, language)
    if isinstance(value, Reasons):
        return "; ".join(render(item.text, item.params, language) for item in value)
    return value


def translate(text: str, language: str) -> str:
    """Look a gettext id up in a language's catalogue; the id itself where there is none."""
    if language == "en" or not text:  # catalogues keep their own description under ""
        return text
    return _catalogue(language)(text)


@lru_cache(maxsize=4)
def _catalogue(language: str) -> Callable[[str], str]:
    import gettext
    from importlib import resources

    folder = resources.files("ailabel") / "assets" / "locale"
    found = {"zh": "zh_CN"}.get(language, language)
    with resources.as_file(folder) as path:
        return gettext.translation("ailabel", path, languages=[found], fallback=True).gettext
