"""CBOR: reading values [RFC 8949], within limits and without calling anything that they name."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Final

from ailabel.errors import MalformedFileError
from ailabel.io.source import check_limit
from ailabel.values import frozen

if TYPE_CHECKING:
    from ailabel.io.source import Limits

__all__ = ["Tagged", "decode"]

_DEPTH: Final = 32  # ours; manifests of people stay below 12
_INDEFINITE: Final = 31
_WIDTHS: Final = {24: 1, 25: 2, 26: 4, 27: 8}  # of the argument behind the first byte
_SIMPLE: Final = {20: False, 21: True}
_FLOATS: Final = {25: ">e", 26: ">f", 27: ">d"}


@frozen
class Tagged:
    """A value with a tag that says what it is [RFC 8949 3.4]."""

    tag: int
    value: object


def decode(data: bytes, limits: Limits) -> object:
    """Return the first value: int, float, bytes, str, list, dict, bool, None or `Tagged`.

    Of a map, entries whose key is neither text, bytes nor a number are left out.

    Args:
        data: CBOR; what follows the value is ignored.
        limits: bound the number of values.

    Raises:
        MalformedFileError: the value is not well-formed, or the data end inside it.
        LimitExceededError: it holds too many values, or they nest too deep.
    """
    return _Reader(data, limits).value(0)


class _Reader:
    """Reads one value after the other."""

    def __init__(self, data: bytes, limits: Limits) -> None:
        self._data, self._at, self._count, self._limits = data, 0, 0, limits

    def value(self, depth: int) -> object:
        """Read a value and what is in it."""
        check_limit("the depth of CBOR values", depth, _DEPTH)
        self._count += 1
        check_limit("the number of CBOR values", self._count, self._limits.items)
        first = self._take(1)[0]
        kind, low = first >> 5, first & 0x1F
        if kind == 7:  # noqa: PLR2004 - simple values and floats
            return self._simple(low)
        argument = None if low == _INDEFINITE and 2 <= kind <= 5 else self._argument(low)  # noqa: PLR2004 - strings, arrays, maps
        if kind in (2, 3):
            return self._string(kind, argument)
        if kind == 4:  # noqa: PLR2004 - an array
            return [self.value(depth + 1) for _ in self._each(argument)]
        if kind == 5:  # noqa: PLR2004 - a map
            return self._map(argument, depth)
        number = argument or 0
        if kind == 6:  # noqa: PLR2004 - a tag
            return Tagged(number, self.value(depth + 1))
        return -1 - number if kind else number

    def _map(self, count: int | None, depth: int) -> dict[object, object]:
        found: dict[object, object] = {}
        for _ in self._each(count):
            key, value = self.value(depth + 1), self.value(depth + 1)
            if isinstance(key, str | bytes | int | float):
                found[key] = value
        return found

    def _each(self, count: int | None) -> _Items:
        """Count items: as many as are told, each of at least a byte, or up to a break."""
        if count is not None and count > len(self._data) - self._at:
            raise MalformedFileError("the CBOR data end inside a value")
        return _Items(self, count)

    def ends(self) -> bool:
        """Say whether a break stands here, and pass over it."""
        if self._data[self._at : self._at + 1] != b"\xff":
            return False
        self._at += 1
        return True

    def _string(self, kind: int, length: int | None) -> str | bytes:
        if length is not None:
            raw = self._take(length)
        else:
            pieces = []
            while not self.ends():
                first = self._take(1)[0]
                if first >> 5 != kind or first & 0x1F == _INDEFINITE:
                    raise MalformedFileError("a CBOR value is not well-formed")
                pieces.append(self._take(self._argument(first & 0x1F)))
            raw = b"".join(pieces)
        return raw if kind == 2 else raw.decode("utf-8", "replace")  # noqa: PLR2004 - bytes

    def _simple(self, low: int) -> object:
        if low in _FLOATS:
            found: float = struct.unpack(_FLOATS[low], self._take(_WIDTHS[low]))[0]
            return found
        if low == 24:  # noqa: PLR2004 - a simple value in a byte of its own
            self._take(1)
        elif low > 24:  # noqa: PLR2004 - reserved, or a break where none may be
            raise MalformedFileError("a CBOR value is not well-formed")
        return _SIMPLE.get(low)

    def _argument(self, low: int) -> int:
        if low < 24:  # noqa: PLR2004 - it stands in the first byte
            return low
        width = _WIDTHS.get(low)
        if width is None:
            raise MalformedFileError("a CBOR value is not well-formed")
        return int.from_bytes(self._take(width), "big")

    def _take(self, length: int) -> bytes:
        found = self._data[self._at : self._at + length]
        if len(found) < length:
            raise MalformedFileError("the CBOR data end inside a value")
        self._at += length
        return found


class _Items:
    """Steps through the items of an array or a map."""

    def __init__(self, reader: _Reader, count: int | None) -> None:
        self._reader, self._left = reader, count

    def __iter__(self) -> _Items:
        return self

    def __next__(self) -> None:
        if self._left is None:
            if self._reader.ends():
                raise StopIteration
        elif self._left == 0:
            raise StopIteration
        else:
            self._left -= 1
