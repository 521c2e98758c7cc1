"""The little DER that keys and signatures need [X.690], read strictly: one encoding a value."""

from __future__ import annotations

from typing import Final

from ailabel.errors import MalformedFileError

__all__ = [
    "BIT_STRING",
    "CONTEXT",
    "INTEGER",
    "OBJECT_ID",
    "OCTET_STRING",
    "SEQUENCE",
    "children",
    "integer",
    "natural",
    "object_id",
    "tlv",
]

INTEGER: Final = 0x02  # [X.690 8]
BIT_STRING: Final = 0x03
OCTET_STRING: Final = 0x04
OBJECT_ID: Final = 0x06
SEQUENCE: Final = 0x30
CONTEXT: Final = 0xA0  # [0], constructed

_LONG: Final = 0x80
_HIGH: Final = 0x80
_MOST: Final = 64  # elements of one sequence; keys and signatures have a handful


def tlv(tag: int, content: bytes) -> bytes:
    """Encode one element."""
    length = len(content)
    if length < _LONG:
        return bytes((tag, length)) + content
    size = (length.bit_length() + 7) // 8
    return bytes((tag, _LONG | size)) + length.to_bytes(size, "big") + content


def integer(value: int) -> bytes:
    """Encode a number that is not negative."""
    return tlv(INTEGER, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def object_id(dotted: str) -> bytes:
    """Encode an object identifier."""
    first, second, *others = map(int, dotted.split("."))
    body = b"".join(_base128(number) for number in (first * 40 + second, *others))
    return tlv(OBJECT_ID, body)


def _base128(number: int) -> bytes:
    digits = [number & 0x7F]
    while number := number >> 7:
        digits.append(number & 0x7F | _HIGH)
    return bytes(reversed(digits))


def children(data: bytes) -> list[tuple[int, bytes]]:
    """Take one or more elements apart: pairs of tag and content, without a rest.

    Raises:
        MalformedFileError: they are not DER.
    """
    found: list[tuple[int, bytes]] = []
    position = 0
    while position < len(data):
        start = position + 2
        if start > len(data) or len(found) >= _MOST:
            raise _malformed()
        length = data[position + 1]
        if length >= _LONG:
            size = length & 0x7F
            digits = data[start : start + size]
            length = int.from_bytes(digits, "big")
            start += size
            if not digits or len(digits) < size or not digits[0] or length < _LONG:
                raise _malformed()
        if start + length > len(data):
            raise _malformed()
        found.append((data[position], data[start : start + length]))
        position = start + length
    return found


def natural(content: bytes) -> int:
    """Read the content of an INTEGER that is not negative.

    Raises:
        MalformedFileError: it is negative, or longer than it has to be.
    """
    padded = len(content) > 1 and not content[0] and content[1] < _HIGH
    if not content or content[0] >= _HIGH or padded:
        raise _malformed()
    return int.from_bytes(content, "big")


def _malformed() -> MalformedFileError:
    return MalformedFileError("a key or signature is no valid DER")
