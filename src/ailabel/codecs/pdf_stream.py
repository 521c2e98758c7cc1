"""Streams of a PDF, and the filters that its structure uses [ISO32000-2 7.3.8, 7.4]."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, Final

from ailabel.codecs.pdf_syntax import Dictionary
from ailabel.errors import MalformedFileError, UnsupportedFormatError
from ailabel.io.source import check_limit
from ailabel.values import frozen

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["Stream", "decode", "places"]

_FLATE: Final = ("FlateDecode", "Fl")
_OBJECTS: Final = 100_000  # in one object stream
_DIGITS: Final = 10  # of the longest number
_PNG: Final = 10  # predictors from here on are those of PNG [ISO32000-2 table 10]
_UP: Final = 2
_ROWS: Final = 2_000_000  # ours: the objects of one cross-reference stream
_SLOW: Final = 1 << 20  # ours: bytes under other predictors than `_UP`, which take a second
_AVERAGE: Final = 3


@frozen
class Stream:
    """A stream object: its dictionary, and where its stored bytes begin in the file."""

    dictionary: Dictionary
    offset: int
    length: int


def decode(
    data: bytes, filters: Sequence[object], parameters: Sequence[object], limit: int
) -> bytes:
    """Undo the filters of a stream.

    Args:
        data: its stored bytes.
        filters: their names, in the order of undoing.
        parameters: what belongs to them, if anything.
        limit: how much may come out.

    Raises:
        LimitExceededError: more would come out.
        MalformedFileError: the bytes do not fit the filter.
        UnsupportedFormatError: a filter is not known here.
    """
    for index, name in enumerate(filters):
        if name not in _FLATE:
            raise UnsupportedFormatError(
                "the filter {name} of a PDF stream is not supported", name=name
            )
        data = _inflate(data, limit)
        rule = parameters[index] if index < len(parameters) else None
        if isinstance(rule, Dictionary):
            data = _unpredict(data, rule)
    return data


def places(stream: Stream, data: bytes) -> dict[int, int]:
    """Return where each object of an object stream begins in its data [ISO32000-2 7.5.7].

    Raises:
        MalformedFileError: the head of the stream is broken.
    """
    count, first = stream.dictionary.get("N"), stream.dictionary.get("First")
    broken = MalformedFileError("a PDF object stream is broken", offset=stream.offset)
    if not isinstance(count, int) or not isinstance(first, int) or not 0 <= first <= len(data):
        raise broken
    if not 0 <= count <= _OBJECTS:
        raise broken
    words = data[:first].split(None, 2 * count)[: 2 * count]
    if len(words) % 2 or not all(word.isdigit() and len(word) <= _DIGITS for word in words):
        raise broken
    pairs = [int(word) for word in words]
    return {number: first + place for number, place in zip(pairs[::2], pairs[1::2], strict=True)}


def _inflate(data: bytes, limit: int) -> bytes:
    try:
        result = zlib.decompressobj().decompress(data, limit + 1)
    except zlib.error:
        raise MalformedFileError("a PDF stream cannot be inflated") from None
    check_limit("an inflated PDF stream", len(result), limit)
    return result


def _unpredict(data: bytes, rule: Dictionary) -> bytes:
    """Undo a predictor of PNG with one byte a pixel, as cross-reference streams use it."""
    predictor, columns = rule.get("Predictor", 1), rule.get("Columns", 1)
    if predictor == 1:
        return data
    if (rule.get("Colors", 1), rule.get("BitsPerComponent", 8)) != (1, 8):
        raise UnsupportedFormatError("a PDF stream uses an unusual predictor")
    if not isinstance(columns, int) or not isinstance(predictor, int) or predictor < _PNG:
        raise UnsupportedFormatError("a PDF stream uses an unusual predictor")
    if not 0 < columns <= len(data):
        raise MalformedFileError("a PDF stream cannot be inflated")
    check_limit("the number of rows of a PDF stream", len(data) // (columns + 1), _ROWS)
    above = bytes(columns)
    result, slow = bytearray(), 0
    for start in range(0, len(data) - columns, columns + 1):
        slow += columns * (data[start] not in (0, _UP))
        check_limit("the unusual rows of a PDF stream", slow, _SLOW)
        above = _unfilter(data[start], data[start + 1 : start + 1 + columns], above)
        result += above
    return bytes(result)


def _unfilter(kind: int, row: bytes, above: bytes) -> bytes:
    """Undo the filter of one row [PNG3 9.2]."""
    if kind == 0:
        return row
    if kind == _UP:  # what everybody writes
        return bytes([(a + b) & 0xFF for a, b in zip(row, above, strict=True)])
    left, corner, result = 0, 0, bytearray()
    for value, up in zip(row, above, strict=True):
        left = (value + _guess(kind, left, up, corner)) & 0xFF
        corner = up
        result.append(left)
    return bytes(result)


def _guess(kind: int, left: int, up: int, corner: int) -> int:
    if kind == 1:
        return left
    if kind == _AVERAGE:
        return (left + up) // 2
    first = left + up - corner
    return min((left, up, corner), key=lambda value: abs(first - value))
