"""Patterns of paths as in ``.gitignore``, made into one regular expression [GITIGNORE].

A list of patterns is decided by the last one that matches; ``!`` before a pattern takes out again
what earlier ones matched, whatever folder it stands in. Of the comments and the trailing spaces of
``.gitignore`` nothing is known here: TOML has comments of its own.

Every star is matched by the shortest text that lets what follows it match, and never tries again
(an atomic group): a longer one never helps, and so the time is linear in path times pattern.
"""

from __future__ import annotations

import re
from itertools import groupby
from typing import TYPE_CHECKING, Final

from ailabel.config.problems import WrongValueError
from ailabel.messages import Message

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__all__ = ["compiled", "literal", "translated"]

_TOKEN: Final = re.compile(
    r"\\(?P<escaped>.)"
    r"|\[(?P<set>[!^]?+\]?+(?:\[:\w+:\]|\\.|[^\]\\])*+)\]"
    r"|(?P<star>\*+)|(?P<any>\?)|(?P<bracket>\[)|(?P<plain>[^*?\[\\]+|\\)",
    re.DOTALL,
)
_MEMBER: Final = re.compile(r"\[:(?P<class>\w+):\]|\\(?P<escaped>.)|(?P<plain>.)", re.DOTALL)
_CLASSES: Final = {  # of ASCII, as Git has them
    "alnum": "A-Za-z0-9",
    "alpha": "A-Za-z",
    "blank": r" \t",
    "cntrl": r"\x00-\x1f\x7f",
    "digit": "0-9",
    "graph": "!-~",
    "lower": "a-z",
    "print": " -~",
    "punct": r"!-/:-@\[-`{-~",
    "space": r"\t-\r ",
    "upper": "A-Z",
    "xdigit": "A-Fa-f0-9",
}
_SPECIAL: Final = re.compile(r"[\\*?\[]")
_UNFIT: Final = re.compile(r"[\ud800-\udfff]")  # bytes of no encoding, which TOML cannot hold
_WHOLE: Final = re.compile(r"\*{2,}")  # Git takes more stars for two
_NEVER: Final = "(?!)"


def compiled(patterns: Sequence[str]) -> Callable[[str], bool]:
    """Make a list of patterns into a predicate of paths.

    Args:
        patterns: each translated by `translated` without an error before.

    Returns:
        Whether a path, relative with ``/``, is matched.
    """
    parts = [
        (negated, re.compile("|".join(translated(text.removeprefix("!")) for text in group)).match)
        for negated, group in groupby(patterns, lambda text: text.startswith("!"))
    ]
    if len(parts) == 1 and not parts[0][0]:
        match = parts[0][1]
        return lambda path: match(path) is not None
    parts.reverse()

    def decide(path: str) -> bool:
        for negated, match in parts:
            if match(path) is not None:
                return not negated
        return False

    return decide


def literal(path: str) -> str:
    """Return the pattern of a path from the folder of the configuration, whatever it is called."""
    return "/" + _UNFIT.sub("?", _SPECIAL.sub(r"\\\g<0>", path))


def translated(pattern: str) -> str:
    """Translate one pattern, without its ``!``, into a regular expression for whole paths.

    Raises:
        WrongValueError: it has a bracket that is not closed, ends in a backslash, or names nothing.
    """
    inner = pattern.rstrip("/")
    folder = len(inner) < len(pattern)
    segments = ["**" if _WHOLE.fullmatch(text) else text for text in inner.split("/") if text]
    if not segments:
        raise WrongValueError(Message("it names nothing"))
    if "/" not in inner:
        segments.insert(0, "**")
    if segments[-1] != "**":
        return _way(segments) + ("/" if folder else r"(?:/|\Z)")
    return _way([*segments, "*"]) + "/" if folder else _way(segments)


def _way(segments: list[str]) -> str:
    """Join segments; each run behind a ``**`` stands as early as it can."""
    runs: list[list[str]] = [[]]
    for segment in segments:
        if segment != "**":
            runs[-1].append(_segment(segment))
        elif runs[-1] or len(runs) == 1:
            runs.append([])
    found = ["/".join(runs[0])] if runs[0] else []
    found += [
        f"(?>(?:[^/]+/)*?{'/'.join(run)}(?=/|\\Z))" if run else "(?=[^/])" for run in runs[1:]
    ]
    return "/".join(found)


def _segment(text: str) -> str:
    """Translate what stands between two slashes."""
    chunks, chunk = [], ""
    for token in _TOKEN.finditer(text):
        if token["star"]:
            chunks.append(chunk)
            chunk = ""
        else:
            chunk += _single(token)
    last = chunk
    if not chunks:
        return last
    stars = "".join(f"(?>[^/]*?{middle})" for middle in chunks[1:] if middle)
    return f"{chunks[0]}{stars}[^/]*{last}"


def _single(token: re.Match[str]) -> str:
    if token["bracket"]:
        raise WrongValueError(Message("it has a bracket that is not closed"))
    if token["plain"] == "\\":
        raise WrongValueError(Message("it ends in a backslash"))
    if token["any"]:
        return "[^/]"
    if token["set"]:
        return _set(token["set"])
    return re.escape(token["escaped"] or token["plain"])


def _set(text: str) -> str:
    """Translate what stands in brackets; it never matches a slash."""
    negated = text[0] in "!^"
    members = list(_MEMBER.finditer(text, 1 if negated else 0))
    found, index = "", 0
    while index < len(members):
        member = members[index]
        if member["class"]:
            found += _class(member["class"])
        elif _is_range(members[index + 1 : index + 3]):
            low, high = _character(member), _character(members[index + 2])
            if low <= high:
                found += f"{re.escape(low)}-{re.escape(high)}"
            index += 2
        else:
            found += re.escape(_character(member))
        index += 1
    if not found:
        return "[^/]" if negated else _NEVER
    return f"(?!/)[{'^' if negated else ''}{found}]"


def _class(name: str) -> str:
    if name not in _CLASSES:
        raise WrongValueError(Message("it names a class of characters that is not known"))
    return _CLASSES[name]


def _is_range(rest: list[re.Match[str]]) -> bool:
    return len(rest) > 1 and rest[0]["plain"] == "-" and not rest[1]["class"]


def _character(member: re.Match[str]) -> str:
    return member["escaped"] or member["plain"] or ""
