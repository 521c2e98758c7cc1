"""XML elements with the bytes at which they stand, so that a part can be edited by splicing [XML].

A document type that declares anything is refused, so no entity can grow; one that only names a
DTD, which is never fetched, is refused unless it is asked for. Offsets are expat's own and hold for
every encoding that it reads; text that is put in is encoded as the document is.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Final, Generic, TypeVar
from xml.parsers import expat

from ailabel.errors import LimitExceededError, MalformedFileError
from ailabel.io.source import check_limit
from ailabel.io.splice import Edit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

__all__ = ["Element", "Inherited", "appended", "bound", "elements", "encode", "escape", "events"]

_T = TypeVar("_T")

_SEPARATOR: Final = "\x1f"  # no XML document can hold it
_DEPTH: Final = 512  # ours; documents that people make stay below 100
_EVENTS: Final = 3_000_000  # ours; about 90 MB of an ordinary document, some seconds of work
_CHUNK: Final = 1 << 16
_ENCODING: Final = re.compile(rb"""<\?xml[^>]*?\sencoding\s*=\s*["']([A-Za-z0-9._-]+)["']""")
_WIDE: Final = {  # the first two bytes of UTF-16 [XML F]
    b"\xff\xfe": "utf-16-le",
    b"\xfe\xff": "utf-16-be",
    b"<\0": "utf-16-le",
    b"\0<": "utf-16-be",
}
_ESCAPES: Final = {ord("&"): "&amp;", ord("<"): "&lt;", ord(">"): "&gt;", ord('"'): "&quot;"}


@dataclass(slots=True, kw_only=True)
class Element:
    """An element; the offsets behind its start tag are known once parsing has passed them.

    Args:
        uri: its namespace.
        name: its local name.
        prefix: its prefix, or empty.
        attributes: by local name; those in a namespace as ``{uri}name``.
        namespaces: the prefixes that it declares, with their namespaces.
        parent: the element around it.
        depth: 0 for the root.
        start: where its start tag begins, in bytes of the document.
        inner: where its content begins; of an empty-element tag, where it ends.
        inner_end: where its end tag begins; of an empty-element tag, where it ends.
        end: where the element ends.
        text: its own character data, without that of its children.
    """

    uri: str
    name: str
    prefix: str
    attributes: Mapping[str, str]
    namespaces: Mapping[str, str]
    parent: Element | None
    depth: int
    start: int
    inner: int = -1
    inner_end: int = -1
    end: int = -1
    text: str = field(default="", repr=False)

    @property
    def is_empty(self) -> bool:
        """Whether it is written as one empty-element tag."""
        return self.inner_end == self.end

    @property
    def qualified(self) -> str:
        """Its name as the document writes it."""
        return f"{self.prefix}:{self.name}" if self.prefix else self.name


def events(
    data: bytes, part: str, *, doctype: bool = False
) -> Iterator[tuple[Element, str | bool]]:
    """Walk a document: an element with True where it begins, False where it ends, or its text.

    When an end is told, `inner` and `inner_end` are known; `end` is known at the next event.

    Args:
        data: the document.
        part: its name, for errors.
        doctype: whether it may name a document type without declaring anything itself.

    Raises:
        MalformedFileError: it is not well-formed, or declares a document type.
        LimitExceededError: it is nested too deeply, or has too many tags and lines.
    """
    walker = _Walker(part, doctype=doctype)
    parser = walker.parser
    try:
        for at in range(0, len(data), _CHUNK):
            parser.Parse(data[at : at + _CHUNK], False)  # noqa: FBT003 - expat's signature
            yield from walker.take()
        parser.Parse(b"", True)  # noqa: FBT003 - expat's signature
    except (expat.ExpatError, ValueError, LookupError):  # the last two: unknown encodings
        raise MalformedFileError("{part} is not well-formed XML", part=part) from None
    walker.tick(len(data))
    yield from walker.take()


def elements(data: bytes, part: str, limit: int, *, doctype: bool = False) -> list[Element]:
    """Return the elements of a small document, in document order, root first.

    Args:
        data: the document.
        part: its name, for errors.
        limit: the most elements that it may have.
        doctype: whether it may name a document type without declaring anything itself.

    Raises:
        MalformedFileError: it is not well-formed, or declares a document type.
        LimitExceededError: it has too many elements, or is nested too deeply.
    """
    found: list[Element] = []
    texts: dict[int, list[str]] = {}
    for element, event in events(data, part, doctype=doctype):
        if event is True:
            found.append(element)
            check_limit(part, len(found), limit)
        elif event is not False:
            texts.setdefault(element.start, []).append(event)
    for element in found:
        element.text = "".join(texts.get(element.start, ()))
    return found


def escape(text: str) -> str:
    """Return text for an element's content or a double-quoted attribute value."""
    return text.translate(_ESCAPES)


def encode(text: str, data: bytes) -> bytes:
    """Encode markup as the document `data` is encoded; what that cannot hold, as references."""
    encoding = _WIDE.get(data[:2])
    if encoding is None:
        declared = _ENCODING.match(data.removeprefix(b"\xef\xbb\xbf"))
        encoding = declared[1].decode() if declared else "utf-8"
    return text.encode(encoding, "xmlcharrefreplace")


def appended(element: Element, markup: str, data: bytes) -> Edit:
    """Return the edit that adds markup as the last content of an element."""
    if not element.is_empty:
        return Edit(element.inner_end, 0, encode(markup, data))
    close = len(encode("/>", data))
    whole = encode(f">{markup}</{element.qualified}>", data)
    return Edit(element.end - close, close, whole)


def bound(element: Element, uri: str) -> str | None:
    """Return a prefix, not empty, that stands for a namespace inside an element."""
    hidden: set[str] = set()
    scope: Element | None = element
    while scope is not None:
        for prefix, namespace in scope.namespaces.items():
            if prefix and prefix not in hidden and namespace == uri:
                return prefix
        hidden.update(scope.namespaces)
        scope = scope.parent
    return None


class Inherited(Generic[_T]):
    """What elements take over from those around them, worked out once for each open element.

    Args:
        step: makes an element's value of the element and the value around it.
        outside: the value around the root.
    """

    def __init__(self, step: Callable[[Element, _T], _T], outside: _T) -> None:
        self._step = step
        self._outside = outside
        self._known: list[tuple[Element, _T]] = []  # by depth

    def of(self, element: Element) -> _T:
        """Return the value of an element; asked in document order."""
        unknown: list[Element] = []
        scope: Element | None = element
        while scope is not None and not self._knows(scope):
            unknown.append(scope)
            scope = scope.parent
        del self._known[0 if scope is None else scope.depth + 1 :]
        value = self._known[-1][1] if self._known else self._outside
        for item in reversed(unknown):
            value = self._step(item, value)
            self._known.append((item, value))
        return value

    def _knows(self, element: Element) -> bool:
        depth = element.depth
        return depth < len(self._known) and self._known[depth][0] is element


class _Walker:
    """The state of one parse."""

    def __init__(self, part: str, *, doctype: bool) -> None:
        self.parser = expat.ParserCreate(namespace_separator=_SEPARATOR)
        self.parser.namespace_prefixes = True
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text
        self.parser.StartNamespaceDeclHandler = self._namespace
        self.parser.StartDoctypeDeclHandler = self._doctype
        self.parser.DefaultHandler = self._other
        self._part = part
        self._allows_doctype = doctype
        self._count = 0
        self._queue: list[tuple[Element, str | bool]] = []
        self._stack: list[Element] = []
        self._namespaces: dict[str, str] = {}
        self._opened: Element | None = None
        self._closed: list[Element] = []
        self._texts: list[str] = []  # expat cuts a text at every line end and reference

    def take(self) -> list[tuple[Element, str | bool]]:
        """Return what happened since the last call."""
        if self._texts:
            self._flush()
        queue, self._queue = self._queue, []
        return queue

    def tick(self, offset: int) -> None:
        """Note that the next event begins at `offset`, so that the tag before it ends there."""
        self._count += 1
        if self._count > _EVENTS:
            check_limit(self._part, self._count, _EVENTS)
        if self._opened is not None:
            self._opened.inner = offset
            self._opened = None
        if self._closed:
            for element in self._closed:
                element.end = offset
            self._closed.clear()

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        offset = self.parser.CurrentByteIndex
        self.tick(offset)
        if len(self._stack) >= _DEPTH:
            raise LimitExceededError(
                "{part} is nested deeper than {limit}", part=self._part, limit=_DEPTH
            )
        if self._texts:
            self._flush()
        uri, local, prefix = _split(name)
        element = Element(
            uri=uri,
            name=local,
            prefix=prefix,
            attributes=attributes and {_attribute(key): value for key, value in attributes.items()},
            namespaces=self._namespaces,
            parent=self._stack[-1] if self._stack else None,
            depth=len(self._stack),
            start=offset,
        )
        self._namespaces = {}
        self._stack.append(element)
        self._opened = element
        self._queue.append((element, True))

    def _end(self, _: str) -> None:
        offset = self.parser.CurrentByteIndex
        if self._texts:
            self._flush()
        element = self._stack.pop()
        self.tick(offset)
        element.inner_end = offset  # expat puts the end of an empty-element tag behind it
        self._closed.append(element)
        self._queue.append((element, False))

    def _text(self, text: str) -> None:
        self.tick(self.parser.CurrentByteIndex)
        self._texts.append(text)

    def _flush(self) -> None:
        self._queue.append((self._stack[-1], "".join(self._texts)))
        self._texts.clear()

    def _other(self, _: str) -> None:
        self.tick(self.parser.CurrentByteIndex)

    def _namespace(self, prefix: str | None, uri: str | None) -> None:
        self._namespaces[prefix or ""] = uri or ""

    def _doctype(self, _name: str, _system: str | None, _public: str | None, declares: int) -> None:
        self.tick(self.parser.CurrentByteIndex)
        if declares or not self._allows_doctype:
            raise MalformedFileError("{part} declares a document type", part=self._part)


@lru_cache(maxsize=1024)  # a document has few names, and uses them often
def _split(name: str) -> tuple[str, str, str]:
    uri, _, rest = name.rpartition(_SEPARATOR)
    if _SEPARATOR not in uri:
        return uri, rest, ""
    uri, _, local = uri.rpartition(_SEPARATOR)
    return uri, local, rest


@lru_cache(maxsize=1024)
def _attribute(name: str) -> str:
    uri, local, _ = _split(name)
    return f"{{{uri}}}{local}" if uri else local
