"""PDF objects: numbers, names, arrays, dictionaries and references [ISO32000-2 7.2, 7.3].

A parsed dictionary remembers the bytes of every value, so that it can be written again with one
entry changed and all others byte for byte as they stood.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NoReturn, TypeAlias

from ailabel.codecs.pdf_strings import unescaped
from ailabel.errors import MalformedFileError
from ailabel.io.source import check_limit
from ailabel.values import frozen

if TYPE_CHECKING:
    from ailabel.io.source import View

__all__ = [
    "Array",
    "Dictionary",
    "Incomplete",
    "Name",
    "Parser",
    "Ref",
    "Value",
    "parse_at",
]

_DEPTH: Final = 64  # of arrays and dictionaries inside one object; real files stay below ten
_WINDOW: Final = 4096  # the first read of an object; doubled until it fits
_BLANK: Final = rb"[\0\t\n\f\r ]"
_REGULAR: Final = rb"[^\0\t\n\f\r ()<>\[\]{}/%]"
_SPACE: Final = re.compile(rb"(?:" + _BLANK + rb"++|%[^\r\n]*+)*+")
_TOKEN: Final = re.compile(
    rb"<<|>>|[\[\]({})]|<[0-9A-Fa-f\0\t\n\f\r ]*+>|/" + _REGULAR + rb"*+|" + _REGULAR + rb"++|[<>]"
)
_REFERENCE: Final = re.compile(
    rb"(\d{1,10})" + _BLANK + rb"++(\d{1,5})" + _BLANK + rb"++R(?!" + _REGULAR + rb")"
)
_INTEGER: Final = re.compile(rb"[+-]?\d{1,18}")
_REAL: Final = re.compile(rb"[+-]?(?:\d{1,32}\.?\d{0,32}|\.\d{1,32})")
_NAME_ESCAPE: Final = re.compile(rb"#([0-9A-Fa-f]{2})")
_OPEN_HEX: Final = re.compile(rb"[0-9A-Fa-f\0\t\n\f\r ]*+\Z")
_END: Final = re.compile(rb"\Z")
_STRING_PART: Final = re.compile(rb"[^()\\\r]++|\\(?:[0-7]{1,3}|\r\n|.)|\r\n?|[()]", re.DOTALL)
_WORDS: Final = {b"true": True, b"false": False, b"null": None}
_FLAT: Final = re.compile(rb"([0-9.+\-R\t\n\f\r ]*+)(\]|\Z)")  # numbers and references alone
_LONGEST: Final = 18  # digits of an integer
_NUMBER, _GENERATION = 10, 5  # digits of a reference


class Name(str):
    """A name object, without its slash, with ``#xx`` undone."""

    __slots__ = ()


@frozen
class Ref:
    """A reference to an indirect object."""

    number: int
    generation: int

    def __bytes__(self) -> bytes:
        return b"%d %d R" % (self.number, self.generation)


class Array(list[object]):
    """An array; `raw` gives an item's bytes as they stand."""

    __slots__ = ("_source", "_spans", "_start")

    def __init__(self, source: bytes) -> None:
        super().__init__()
        self._source = source
        self._spans: list[tuple[int, int]] = []
        self._start: int | None = None

    def add(self, value: object, start: int, end: int) -> None:
        """Append a value that stands between two offsets of the source."""
        self.append(value)
        self._spans.append((start, end))

    def fill(self, values: list[object], start: int) -> None:
        """Set all values of an array of numbers and references, whose content begins there."""
        self[:] = values
        self._start = start

    def raw(self, index: int) -> bytes:
        """Return an item's bytes as they stand."""
        if self._start is not None and not self._spans:
            parser = Parser(self._source, self._start)
            for _ in self:
                parser.skip_space()
                start = parser.position
                parser.value()
                self._spans.append((start, parser.position))
        start, end = self._spans[index]
        return self._source[start:end]


class Dictionary(dict[str, object]):
    """A dictionary; of a key that occurs twice the last value counts."""

    __slots__ = ("_source", "_spans")

    def __init__(self, source: bytes = b"") -> None:
        super().__init__()
        self._source = source
        self._spans: dict[str, tuple[int, int]] = {}

    def add(self, key: str, value: object, start: int, end: int) -> None:
        """Set a value that stands between two offsets of the source."""
        self[key] = value
        self._spans[key] = (start, end)

    def raw(self, key: str) -> bytes:
        """Return a value's bytes as they stand."""
        start, end = self._spans[key]
        return self._source[start:end]

    def render(self, changes: dict[str, bytes | None] | None = None) -> bytes:
        """Write the dictionary; `changes` replaces, adds or (None) leaves out entries.

        What is not changed keeps its bytes and its place; what is new stands at the end.
        """
        changes = changes or {}
        parts = {key: self.raw(key) for key in self}
        parts.update({key: raw for key, raw in changes.items() if raw is not None})
        entries = (
            _render_name(key) + b" " + raw
            for key, raw in parts.items()
            if key not in changes or changes[key] is not None
        )
        return b"<<" + b"\n".join(entries) + b">>"


Value: TypeAlias = bool | int | float | Name | bytes | Ref | Array | Dictionary | None


class Incomplete(Exception):  # noqa: N818 - it never leaves the codec
    """The value goes on past the bytes that were read."""


class Parser:
    """Reads values from a piece of a file.

    Args:
        data: the piece.
        position: where to begin.
        base: where the piece begins in the file, for errors; None when it was stored compressed.
        items: how many items an array of numbers or references may have; of others, with all that
            is in them, half as many.

    `count` tells how many values were read, those of such arrays left aside.
    """

    __slots__ = ("base", "count", "data", "items", "position")

    def __init__(
        self, data: bytes, position: int = 0, *, base: int | None = 0, items: int = 100_000
    ) -> None:
        self.data = data
        self.position = position
        self.base = base
        self.items = items
        self.count = 0

    def skip_space(self) -> None:
        """Pass over white space and comments."""
        match = _SPACE.match(self.data, self.position)
        self.position = match.end() if match else self.position

    def token(self) -> bytes:
        """Return the next token, comments skipped; of a literal string only its parenthesis."""
        self.skip_space()
        match = _TOKEN.match(self.data, self.position)
        if match is None:
            raise Incomplete
        self.position = match.end()
        return match[0]

    def take(self, word: bytes) -> bool:
        """Pass over a keyword if it comes next, and say whether it did."""
        before = self.position
        try:
            found = self.token() == word
        except Incomplete:
            found = False
        if not found:
            self.position = before
        return found

    def integer(self) -> int:
        """Read an integer."""
        value = self.value()
        if not isinstance(value, int) or isinstance(value, bool):
            self.fail()
        return value

    def value(self, depth: int = 0) -> Value:
        """Read one value.

        Raises:
            Incomplete: it goes on past the piece.
            MalformedFileError: this is no value.
        """
        self.count += 1
        if self.count > self.items // 2:
            check_limit("the number of items of a PDF object", self.count, self.items // 2)
        self.skip_space()
        match = _REFERENCE.match(self.data, self.position)
        if match:
            self.position = match.end()
            return Ref(int(match[1]), int(match[2]))
        token = self.token()
        if token == b"<<":
            return self._dictionary(depth + 1)
        if token == b"[":
            return self._array(depth + 1)
        if token == b"(":
            return self.rest_of_string()
        return self._simple(token)

    def rest_of_string(self) -> bytes:
        """Read a literal string behind its first parenthesis [ISO32000-2 7.3.4.2].

        Raises:
            Incomplete: it goes on past the piece.
        """
        parts: list[bytes] = []
        depth = 1
        while match := _STRING_PART.match(self.data, self.position):
            part = match[0]
            self.position = match.end()
            depth += (part == b"(") - (part == b")")
            if depth == 0:
                return b"".join(parts)
            parts.append(unescaped(part))
        raise Incomplete

    def fail(self) -> NoReturn:
        """Raise `MalformedFileError` for this place."""
        raise MalformedFileError(
            "the PDF object has a broken syntax",
            offset=None if self.base is None else self.base + self.position,
        )

    def _simple(self, token: bytes) -> Value:
        first = token[:1]
        if first == b"/":
            return _name(token)
        if first == b"<" and len(token) > 1:
            digits = re.sub(_BLANK, b"", token[1:-1])
            return bytes.fromhex((digits + b"0" * (len(digits) & 1)).decode("ascii"))
        if _INTEGER.fullmatch(token):
            return int(token)
        if _REAL.fullmatch(token):
            return float(token)
        if token not in _WORDS:
            cut = _OPEN_HEX if first == b"<" else _END
            if cut.match(self.data, self.position):
                raise Incomplete
            self.fail()
        return _WORDS[token]

    def _array(self, depth: int) -> Array:
        check_limit("the nesting of a PDF object", depth, _DEPTH)
        result = Array(self.data)
        if flat := _FLAT.match(self.data, self.position):
            if not flat[2]:
                raise Incomplete
            check_limit("the number of items of a PDF object", flat[1].count(b"R"), self.items)
            values = _flat(flat[1])
            if values is not None:
                check_limit("the number of items of a PDF object", len(values), self.items)
                result.fill(values, self.position)
                self.position = flat.end()
                return result
        while not self.take(b"]"):
            self.skip_space()
            start = self.position
            value = self.value(depth)
            result.add(value, start, self.position)
        return result

    def _dictionary(self, depth: int) -> Dictionary:
        check_limit("the nesting of a PDF object", depth, _DEPTH)
        result = Dictionary(self.data)
        while (token := self.token()) != b">>":
            if token[:1] != b"/":
                if self.position == len(self.data):
                    raise Incomplete
                self.fail()
            self.skip_space()
            start = self.position
            value = self.value(depth)
            result.add(str(_name(token)), value, start, self.position)
        return result


def parse_at(view: View, offset: int, *, need: int = 0) -> tuple[Parser, Value]:
    """Read the value at an offset of the file, and a window that holds it.

    Args:
        view: the file.
        offset: where the value begins.
        need: how many bytes after the value the window must hold too, if the file has them.

    Returns:
        The parser, which stands behind the value, and the value.
    """
    length = _WINDOW
    while True:
        check_limit("a PDF object", length, max(view.limits.metadata_bytes, _WINDOW))
        data = view.read_some(offset, length)
        whole = offset + len(data) >= view.size
        parser = Parser(data, base=offset, items=view.limits.items)
        try:
            value = parser.value()
        except Incomplete:
            if whole:
                raise MalformedFileError(
                    "the file ends inside {structure}", offset=offset, structure="a PDF object"
                ) from None
        else:
            if whole or parser.position + need < len(data):
                return parser, value
        length *= 2


def _flat(content: bytes) -> list[object] | None:
    """Read numbers and references without a parser; None where one must look more closely."""
    tokens = content.split()
    if max(map(len, tokens), default=0) > _LONGEST:
        return None
    values: list[object] = []
    try:
        if b"R" not in content:
            values += [float(token) if b"." in token else int(token) for token in tokens]
            return values
        for token in tokens:
            values.append(int(token) if token != b"R" else _reference(values))
    except (ValueError, IndexError):
        return None
    return values


def _reference(values: list[object]) -> Ref:
    """Make a reference of the last two numbers.

    Raises:
        ValueError: they are no numbers of an object and a generation.
    """
    generation, number = values.pop(), values.pop()
    if not (isinstance(number, int) and isinstance(generation, int)):
        raise ValueError  # noqa: TRY004 - like other tokens that are none
    if not (0 <= number < 10**_NUMBER and 0 <= generation < 10**_GENERATION):
        raise ValueError
    return Ref(number, generation)


def _name(token: bytes) -> Name:
    if b"#" in token:
        token = _NAME_ESCAPE.sub(lambda match: bytes((int(match[1], 16),)), token)
    return Name(token[1:].decode("latin-1"))


def _render_name(name: str) -> bytes:
    return b"/" + b"".join(
        b"%c" % code if re.match(_REGULAR, bytes((code,))) and 0x20 < code < 0x7F and code != 0x23  # noqa: PLR2004 - printable, and not the number sign
        else b"#%02X" % code
        for code in name.encode("latin-1")
    )  # fmt: skip
