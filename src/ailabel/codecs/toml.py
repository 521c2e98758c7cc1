"""TOML text into tables [TOML], with a bound on the parts of its keys; text into TOML."""

from __future__ import annotations

import re
from typing import Any, Final

__all__ = ["quoted", "tables"]

_DOTTED: Final = re.compile(  # a key of so many parts; it is looked for where words begin
    r"(?<![\w\"'-])(?:[\w\"'-]++[ \t]*+\.[ \t]*+){32}"
)
_UNFIT: Final = re.compile(r"[\ud800-\udfff]")  # bytes of no encoding, as Python has them


def tables(text: str) -> dict[str, Any]:
    """Read a TOML document.

    Raises:
        ValueError: it is no TOML, or nested too deeply for `tomllib`, which keeps every beginning
            of a key and calls itself for every bracket.
    """
    import tomllib

    if _DOTTED.search(text):
        raise ValueError("a key has too many parts")
    try:
        return tomllib.loads(text)
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error


def quoted(text: str) -> str:
    """Return text as a basic string; what stands for bytes of no encoding becomes ``?``."""
    return '"' + "".join(map(_escaped, _UNFIT.sub("?", text))) + '"'


def _escaped(character: str) -> str:
    if character in '"\\':
        return f"\\{character}"
    return character if character.isprintable() else f"\\U{ord(character):08X}"
