"""Set members of a label's text; every other byte of it stays as it was written.

A platform adds its part to a label that somebody else made and may have signed. So the text is not
written anew: members are replaced or added where they stand, in the spelling of the others.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Final

from ailabel.codecs import json_object
from ailabel.errors import AilabelError, PlanError
from ailabel.standard.payload import object_start
from ailabel.standard.schema import PRODUCER_KEYS, key_of
from ailabel.standard.slots import KEY
from ailabel.values import frozen

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ailabel.codecs.json_object import JsonMember, JsonObject

__all__ = ["amended"]

_MEMBERS: Final = 1000  # ours; a label has seven
_COLON: Final = re.compile(r"\s*:\s*\Z")


def amended(payload: str, values: Mapping[str, str], *, repair: bool = False) -> str:
    """Return a label's text with other values for some keys.

    A key that is misspelt gets its proper name where its value is set; one that is missing is added
    at the end.

    Args:
        payload: the text, wrapped or not, whatever stands around the object.
        values: what to set, by the standard's keys, none of them the producer's.
        repair: whether the producer's values that are no strings become strings.

    Raises:
        PlanError: the object is encoded once more, damaged, or says something twice; or a value of
            the producer is no string and is not to be repaired.
    """
    text, found = _open(payload)
    names = [key_of(member.key) for member in found.members]
    exact = [member.key for member in found.members]
    if len(set(exact)) < len(exact):
        raise PlanError(
            "the label says something twice, so what holds is not sure; put another in its place "
            "with ailabel label --replace"
        )
    style = _Style.of(text, found)
    changed = {
        index: style.repaired(text, member, repair=repair)
        for index, member in enumerate(found.members)
        if names[index] in PRODUCER_KEYS and not isinstance(member.value, str)
    }
    gone: set[int] = set()
    added = []
    for key, value in values.items():
        places = [index for index, name in enumerate(names) if name == key]
        if not places:
            added.append(style.member(key, value))
            continue
        place = next((index for index in places if exact[index] == key), places[0])
        gone |= {*places} - {place}
        if exact[place] != key or found.members[place].value != value:
            changed[place] = style.member(key, value, text, found.members[place])
    last = style.gap.join(added)
    lead = style.gap.partition(",")[2] if found.members and added else ""
    return json_object.rewritten(text, found, gone, changed, lead + last)[1:]


@frozen
class _Style:
    """How the members of an object are set: what stands around colons, and between members."""

    colon: str
    gap: str

    @classmethod
    def of(cls, text: str, found: JsonObject) -> _Style:
        if not found.members:
            return cls(":", ",")
        first = found.members[0]
        gap = ","
        if len(found.members) > 1:
            gap = text[first.end : found.members[1].start]
        return cls(_colon(text, first), gap)

    def member(self, key: str, value: str, text: str = "", old: JsonMember | None = None) -> str:
        """Return a member, in the form of the one that it replaces."""
        colon = self.colon if old is None else _colon(text, old)
        return json.dumps(key) + colon + json.dumps(value)

    def repaired(self, text: str, member: JsonMember, *, repair: bool) -> str:
        """Return a member whose value is made a string.

        Raises:
            PlanError: that was not asked for.
        """
        if not repair:
            raise PlanError(
                "the value of {key} is no string, as the standard wants it; --repair makes it one, "
                "which changes the producer's part",
                key=member.key[:60],
            )
        value = "" if member.value is None else text[member.inner : member.end]
        return text[member.start : member.inner] + json.dumps(value)


def _colon(text: str, member: JsonMember) -> str:
    match = _COLON.search(text, member.start, member.inner)
    return match.group() if match else ":"


def _open(payload: str) -> tuple[str, JsonObject]:
    """Return the text behind one blank, and the object in it, a wrapper opened."""
    start = object_start(payload)
    if start is None:
        raise _encoded()
    text = " " + payload  # so that the object never begins the text, and what follows it may stay
    try:
        found = json_object.parse(text, "the label", _MEMBERS, start + 1)
        while (inner := _wrapped(found)) is not None:
            found = json_object.parse(text, "the label", _MEMBERS, inner)
    except PlanError:
        raise
    except AilabelError as error:
        raise PlanError(
            "the label is too damaged to be edited; put another in its place with ailabel label "
            "--replace"
        ) from error
    return text, found


def _wrapped(found: JsonObject) -> int | None:
    """Return where the object stands inside ``{"AIGC": …}``; None where it is not wrapped."""
    first = found.members[0] if len(found.members) == 1 else None
    if first is None or first.key.upper() != KEY:
        return None
    if isinstance(first.value, str):
        raise _encoded()
    return first.inner


def _encoded() -> PlanError:
    return PlanError(
        "the label is encoded once more, so that it cannot be edited as it stands; --slot official "
        "writes it plainly, in the official place"
    )
