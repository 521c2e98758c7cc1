"""A JSON object with the places of its members, so that it can be edited by splicing [RFC 8259].

Places are in characters of the text; what is not touched keeps its spelling, blanks and order.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Final

from ailabel.errors import MalformedFileError
from ailabel.io.source import check_limit
from ailabel.values import frozen

if TYPE_CHECKING:
    from collections.abc import Container, Mapping

__all__ = ["JsonMember", "JsonObject", "decoded", "parse", "rewritten"]

_DECODER: Final = json.JSONDecoder(strict=False)
_BLANK: Final = re.compile(r"[ \t\r\n]*")


@frozen(kw_only=True)
class JsonMember:
    """One member of an object.

    Args:
        key: its name.
        value: its value, parsed.
        start: where its name begins.
        inner: where its value begins.
        end: where its value ends.
    """

    key: str
    value: object
    start: int
    inner: int
    end: int


@frozen
class JsonObject:
    """An object: where its content begins, and its members in their order."""

    inner: int
    members: tuple[JsonMember, ...]


def decoded(data: bytes, part: str) -> str:
    """Return the text of a JSON document; a byte order mark stays its first character.

    Raises:
        MalformedFileError: it is not UTF-8.
    """
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        raise _malformed(part) from None


def parse(text: str, part: str, limit: int, at: int = 0) -> JsonObject:
    """Find the members of the object that begins at `at`.

    Args:
        text: the document.
        part: its name, for errors.
        limit: the most members that the object may have.
        at: where the object begins; 0 where it is the whole document.

    Raises:
        MalformedFileError: there is no object, or it is damaged.
        LimitExceededError: it has too many members.
    """
    found: list[JsonMember] = []
    try:
        inner = _past(text, _skip(text, at + text.startswith("\ufeff", at)), "{")
        position = _skip(text, inner)
        while text[position] != "}":
            if found:
                position = _skip(text, _past(text, position, ","))
            found.append(_member(text, position))
            check_limit(part, len(found), limit)
            position = _skip(text, found[-1].end)
    except (ValueError, IndexError, RecursionError):
        raise _malformed(part) from None
    if at == 0 and _skip(text, position + 1) != len(text):
        raise _malformed(part)
    return JsonObject(inner, tuple(found))


def rewritten(
    text: str, found: JsonObject, gone: Container[int], changed: Mapping[int, str], added: str = ""
) -> str:
    """Return the document with members of one object taken out, replaced and added.

    Args:
        text: the document.
        found: the object.
        gone: the indices of the members that are taken out.
        changed: what stands for some of the others, by index: name, colon and value.
        added: a member to put last, or nothing.
    """
    pieces: list[str] = []
    for index, member in enumerate(found.members):
        if index in gone:
            continue
        if pieces:
            pieces.append(text[found.members[index - 1].end : member.start])
        pieces.append(changed.get(index, text[member.start : member.end]))
    if added:
        pieces += [",", added] if pieces else [added]
    start = found.members[0].start if found.members else found.inner
    end = found.members[-1].end if found.members else found.inner
    return text[:start] + "".join(pieces) + text[end:]


def _member(text: str, start: int) -> JsonMember:
    key, position = _DECODER.raw_decode(text, start)
    if not isinstance(key, str):
        raise ValueError  # noqa: TRY004 - told as damage of the document by the caller
    inner = _skip(text, _past(text, _skip(text, position), ":"))
    value, end = _DECODER.raw_decode(text, inner)
    return JsonMember(key=key, value=value, start=start, inner=inner, end=end)


def _past(text: str, position: int, mark: str) -> int:
    if text[position] != mark:
        raise ValueError
    return position + 1


def _skip(text: str, position: int) -> int:
    match = _BLANK.match(text, position)
    return match.end() if match else position


def _malformed(part: str) -> MalformedFileError:
    return MalformedFileError("{part} is not a JSON object", part=part)
