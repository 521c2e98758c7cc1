"""AMF0: the values of FLV's script data [AMF0 specification, Adobe 2007; FLV 10.1, annex E.4.4]."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ailabel.errors import LimitExceededError
from ailabel.io.source import check_limit
from ailabel.values import frozen

if TYPE_CHECKING:
    from ailabel.io.source import Limits

__all__ = [
    "ECMA_ARRAY",
    "END",
    "LONG_STRING",
    "NUMBER",
    "NUMBERS",
    "OBJECT",
    "STRING",
    "Entry",
    "Script",
    "name_field",
    "scan",
    "string",
]

NUMBER: Final = 0
STRING: Final = 2
OBJECT: Final = 3
ECMA_ARRAY: Final = 8
_STRICT_ARRAY: Final = 10
LONG_STRING: Final = 12
_XML: Final = 15
_TYPED_OBJECT: Final = 16
NUMBERS: Final = -1
"""The kind of a strict array that holds numbers alone; `Entry.body` is where the first begins."""
_FIXED: Final = {NUMBER: 8, 1: 1, 5: 0, 6: 0, 7: 2, 11: 10, 13: 0}  # lengths by marker
END: Final = b"\0\0\x09"  # an empty name, and the marker that ends an object
_NUMBER_SIZE: Final = 9
_SHORT: Final = 0xFFFF


@frozen(kw_only=True)
class Entry:
    """One value.

    Args:
        top: which of the values at the top level it is, or stands in.
        path: the names that lead to it from there.
        kind: its marker, or `NUMBERS`.
        start: where it begins, with its name if it has one.
        body: where its data begin, after marker and length.
        end: where it ends.
        close: where the properties of an object end, and its end marker begins if it has one.
        named: whether it is a property, not an element or a value at the top level.
        counter: where the ECMA array that it stands in keeps the number of its properties.
    """

    top: int
    path: tuple[str, ...]
    kind: int
    start: int
    body: int
    end: int
    close: int
    named: bool = False
    counter: int | None = None


@frozen
class Script:
    """The values in the order of their ends, and whether all of them could be read."""

    entries: tuple[Entry, ...]
    complete: bool


@frozen
class _Place:
    """Where a value stands among the others."""

    top: int
    path: tuple[str, ...]
    start: int
    named: bool = False
    counter: int | None = None


def scan(data: bytes, limits: Limits) -> Script:
    """Read values one after the other, up to one that AMF0 does not know or that is cut short.

    Raises:
        LimitExceededError: they nest too deep, or are too many.
    """
    scanner = _Scanner(data, limits)
    at = top = 0
    while 0 <= at < len(data):
        at = scanner.value(at, _Place(top, (), at))
        top += 1
    return Script(tuple(scanner.entries), complete=at == len(data))


def string(value: bytes, kind: int = STRING) -> bytes:
    """Return a string with its marker, as a long one where it must be or is asked for."""
    if kind == STRING and len(value) <= _SHORT:
        return b"\x02" + len(value).to_bytes(2, "big") + value
    return b"\x0c" + len(value).to_bytes(4, "big") + value


def name_field(name: bytes) -> bytes:
    """Return the name of a property."""
    return len(name).to_bytes(2, "big") + name


class _Scanner:
    """Gathers entries; its methods return where a value ends, or -1 where none can be read."""

    def __init__(self, data: bytes, limits: Limits) -> None:
        self.data = data
        self.limits = limits
        self.entries: list[Entry] = []

    def value(self, at: int, place: _Place) -> int:
        """Read a value whose marker stands at an offset."""
        if len(place.path) > self.limits.depth:
            raise LimitExceededError("the script data nest too deep")
        kind = self.data[at] if at < len(self.data) else -1
        body = at + 1
        if kind in _FIXED:
            return self._add(kind, body, body + _FIXED[kind], place)
        if kind in (STRING, LONG_STRING, _XML):
            width = 2 if kind == STRING else 4
            body += width
            return self._add(kind, body, body + self._number(at + 1, width), place)
        if kind == _STRICT_ARRAY:
            return self._elements(body, place)
        if kind in (OBJECT, ECMA_ARRAY, _TYPED_OBJECT):
            return self._object(kind, body, place)
        return -1

    def _object(self, kind: int, body: int, place: _Place) -> int:
        counter = None
        if kind == ECMA_ARRAY:
            counter, body = body, body + 4
        elif kind == _TYPED_OBJECT:
            body += 2 + self._number(body, 2)
        at = body
        while at < len(self.data) and self.data[at : at + 3] != END:
            value = at + 2 + self._number(at, 2)
            name = self.data[at + 2 : value].decode("utf-8", "replace")
            path = (*place.path, name)
            at = self.value(value, _Place(place.top, path, at, named=True, counter=counter))
            if at < 0:
                return -1
        # some writers leave the end out
        return self._add(kind, body, at + 3 if at < len(self.data) else at, place, close=at)

    def _elements(self, body: int, place: _Place) -> int:
        count = self._number(body, 4)
        at = body + 4
        first, is_plain = at, True
        for index in range(count):
            if self.data[at : at + 1] == b"\0":  # a number; of key frames there may be thousands
                at += _NUMBER_SIZE
                continue
            is_plain = False
            at = self.value(at, _Place(place.top, (*place.path, str(index)), at))
            if at < 0:
                return -1
        if is_plain:
            return self._add(NUMBERS, first, at, place)
        return self._add(_STRICT_ARRAY, body, at, place)

    def _add(self, kind: int, body: int, end: int, place: _Place, close: int | None = None) -> int:
        if end > len(self.data):
            return -1
        self.entries.append(
            Entry(
                top=place.top,
                path=place.path,
                kind=kind,
                start=place.start,
                body=body,
                end=end,
                close=end if close is None else close,
                named=place.named,
                counter=place.counter,
            )
        )
        check_limit("the number of script values", len(self.entries), self.limits.items)
        return end

    def _number(self, at: int, width: int) -> int:
        return int.from_bytes(self.data[at : at + width], "big")
