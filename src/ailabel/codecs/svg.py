"""SVG documents: where their metadata stands [SVG2 5.10], whatever their encoding.

A document is looked at as UTF-8; positions are turned back into bytes of the file when an edit is
made. A document type is allowed, because old programs write one, but nothing outside the document
is fetched, entities may not hold others, and what they can grow to is bounded.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final
from xml.parsers import expat

from ailabel.errors import LimitExceededError, MalformedFileError
from ailabel.io.source import check_limit
from ailabel.io.splice import Edit
from ailabel.values import frozen

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ailabel.io.source import Limits

__all__ = ["Document", "Element", "Packet", "parse"]

_SEPARATOR: Final = "\x1f"  # no XML document can hold it
_RDF_URI: Final = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_LONGEST_URI: Final = 256  # ours; longer ones are none that matter here
_PACKETS: Final = 1000  # ours; a drawing has one, and now and then one for a part
_DEPTH: Final = 512  # ours; drawings that people make stay below 100
_ELEMENTS: Final = 3_000_000  # ours; about 100 MB of an ordinary drawing
_TAG: Final = re.compile(rb"""<(?:[^"'>]+|"[^"]*"|'[^']*')*>""")
_DECLARED: Final = re.compile(rb"""<\?xml[^>]*?\sencoding\s*=\s*["']([A-Za-z0-9._-]+)["']""")
_ATTRIBUTES: Final = 1024  # ours, of one element; expat would keep them all at once
_CROWDED: Final = re.compile(
    rb"""<[^\s<>"'!?/]++(?:\s++[^\s=<>"']++\s*+=\s*+(?:"[^"]*+"|'[^']*+')){%d}""" % _ATTRIBUTES
)
_ENCODINGS: Final = re.compile(  # those whose structure is ASCII's, and that have no states
    r"utf-?8|(us-)?ascii|iso-?8859-?\d{1,2}|latin-?1|(windows-|cp)\d{3,4}|gb(k|2312|18030)|"
    r"big5|shift_jis|euc-(jp|kr)|koi8-[ru]"
)
_MARKS: Final = (
    (b"\xef\xbb\xbf", 3, "utf-8"),
    (b"\xff\xfe", 2, "utf-16-le"),
    (b"\xfe\xff", 2, "utf-16-be"),
    (b"<\0", 0, "utf-16-le"),
    (b"\0<", 0, "utf-16-be"),
)


@dataclass(slots=True, kw_only=True)
class Element:
    """An element, by positions in the document as UTF-8.

    Args:
        name: qualified, as the document writes it.
        start: where its start tag begins.
        inner: where its content begins; of an empty-element tag, where it ends.
        inner_end: where its end tag begins; of an empty-element tag, where it ends.
        end: where it ends.
        depth: 0 for the root.
        text: of metadata that holds nothing else, its character data; else empty.
    """

    name: str
    start: int
    inner: int
    depth: int
    inner_end: int = -1
    end: int = -1
    text: str = field(default="", repr=False)

    @property
    def is_empty(self) -> bool:
        """Whether it is written as one empty-element tag."""
        return self.inner == self.end


@frozen(kw_only=True)
class Packet:
    """An RDF element: where it stands, the namespaces that are bound there, and its metadata.

    Args:
        element: the ``rdf:RDF`` element.
        namespaces: by prefix, with the default one under the empty prefix.
        metadata: the metadata element around it, or None where it stands somewhere else.
    """

    element: Element
    namespaces: Mapping[str, str]
    metadata: Element | None


@dataclass(slots=True, kw_only=True)
class Document:
    """A document and its metadata.

    Args:
        data: the document as UTF-8, without its byte order mark.
        mark: how long the mark is.
        encoding: of the file.
        root: its root element.
        metadata: the outermost ``metadata`` elements.
        packets: the outermost ``rdf:RDF`` elements.
        place: where new metadata would stand: first, but behind the title.
    """

    data: bytes
    mark: int
    encoding: str
    root: Element
    place: int = -1
    metadata: list[Element] = field(default_factory=list)
    packets: list[Packet] = field(default_factory=list)
    _known: tuple[int, int] = (0, 0)

    def offset(self, position: int) -> int:
        """Return where a position stands in the file; fast when asked in ascending order."""
        if self.encoding == "utf-8":
            return self.mark + position
        start, found = self._known if self._known[0] <= position else (0, 0)
        found += len(self.data[start:position].decode().encode(self.encoding))
        self._known = (position, found)
        return self.mark + found

    def encode(self, data: bytes) -> bytes:
        """Return a piece of UTF-8 as the file writes it."""
        if self.encoding == "utf-8":
            return data
        return data.decode().encode(self.encoding, "xmlcharrefreplace")

    def edit(self, begin: int, end: int, data: bytes) -> Edit:
        """Plan to put UTF-8 in the place of a range."""
        start = self.offset(begin)
        return Edit(start, self.offset(end) - start, self.encode(data))


def parse(data: bytes, limits: Limits) -> Document:
    """Find the metadata of a document.

    Args:
        data: the file.
        limits: bound what entities may grow to.

    Raises:
        MalformedFileError: it is no well-formed XML, its root is not ``svg``, or its encoding or
            entities are of a kind that is not read.
        LimitExceededError: it has too many elements, or its entities grow too large.
    """
    mark, encoding = _encoding(data)
    body = data[mark:]
    if encoding != "utf-8":
        try:
            text = body.decode(encoding)
            faithful = text.encode(encoding) == body
        except (UnicodeError, LookupError):
            faithful = False
        if not faithful:
            raise MalformedFileError("the SVG is not in the encoding {name}", name=encoding)
        body = text.encode()
    reader = _Reader(body, limits)
    return reader.run(mark, encoding)


def _encoding(data: bytes) -> tuple[int, str]:
    """Return how long the byte order mark is, and the encoding [XML F]."""
    for head, length, encoding in _MARKS:
        if data.startswith(head):
            return length, encoding
    declared = _DECLARED.match(data)
    encoding = declared[1].decode().lower() if declared else "utf-8"
    if not _ENCODINGS.fullmatch(encoding):
        raise MalformedFileError("SVG in the encoding {name} is not read", name=encoding)
    return 0, "utf-8" if encoding in ("utf8", "ascii", "us-ascii") else encoding


class _Reader:
    """Follows expat's events through a document; most elements are only counted."""

    def __init__(self, data: bytes, limits: Limits) -> None:
        self._data, self._limits = data, limits
        self._bound: dict[str, list[str]] = {}  # prefix: the namespaces of the open scopes
        self._depth = self._count = 0
        self._open: list[Element] = []  # the open elements that are kept
        self._kept: list[Element] = []  # the root, and its first child
        self._metadata: list[Element] = []
        self._packets: list[Packet] = []
        self._namespaces = 0
        self._uri = ""
        self._texts: list[str] | None = None  # of the metadata that holds nothing else so far
        self._parser = parser = expat.ParserCreate("utf-8", _SEPARATOR)
        parser.namespace_prefixes = True
        parser.buffer_text = parser.ordered_attributes = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.StartNamespaceDeclHandler = self._bind
        parser.EndNamespaceDeclHandler = self._unbind
        parser.EntityDeclHandler = self._entity

    def run(self, mark: int, encoding: str) -> Document:
        if _CROWDED.search(self._data):
            raise LimitExceededError(
                "{part} has an element with {limit} attributes or more",
                part="SVG",
                limit=_ATTRIBUTES,
            )
        try:
            self._parser.Parse(self._data, True)  # noqa: FBT003 - expat's signature
        except expat.ExpatError:
            raise MalformedFileError("{part} is not well-formed XML", part="SVG") from None
        root, *children = self._kept
        is_titled = bool(children) and children[0].name.rpartition(":")[2] == "title"
        return Document(
            data=self._data,
            mark=mark,
            encoding=encoding,
            root=root,
            place=children[0].end if is_titled else root.inner,
            metadata=self._metadata,
            packets=self._packets,
        )

    def _entity(self, _: str, is_parameter: int, value: str | None, *__: object) -> None:
        if value is None or is_parameter:  # those that stand elsewhere are never fetched
            return
        if "&" in value or "<" in value:
            raise MalformedFileError("{part} has entities that hold markup", part="SVG")
        grown = len(value) * self._data.count(b"&")
        check_limit("the text of SVG entities", grown, self._limits.metadata_bytes)

    def _bind(self, prefix: str | None, uri: str | None) -> None:
        self._bound.setdefault(prefix or "", []).append(uri or "")

    def _unbind(self, prefix: str | None) -> None:
        self._bound[prefix or ""].pop()

    def _start(self, name: str, _: list[str]) -> None:
        self._count += 1
        if self._count > _ELEMENTS:
            check_limit("SVG", self._count, _ELEMENTS)
        if self._depth >= _DEPTH:
            raise LimitExceededError(
                "{part} is nested deeper than {limit}", part="SVG", limit=_DEPTH
            )
        if self._texts is not None:  # it is not text alone that the metadata holds
            self._stop_texts()
        if len(self._kept) < 2 or "metadata" in name or "RDF" in name:  # noqa: PLR2004 - root, child
            self._note(name)
        self._depth += 1

    def _note(self, name: str) -> None:
        parts = name.split(_SEPARATOR)
        uri, local, prefix = ("", name, "") if len(parts) == 1 else (*parts, "")[:3]
        if not self._depth:
            self._uri = uri
            if local != "svg":
                raise MalformedFileError("the root element is not svg")
        inside = {item.name.rpartition(":")[2]: item for item in self._open}
        is_own = uri == self._uri
        kept = len(self._kept) < 2 and self._depth == len(self._kept)  # noqa: PLR2004 - as above
        is_metadata = local == "metadata" and is_own and not inside.keys() & {"metadata", "RDF"}
        is_packet = local == "RDF" and uri == _RDF_URI and "RDF" not in inside
        if not (kept or is_metadata or is_packet):
            return
        element = self._element(f"{prefix}:{local}" if prefix else local)
        self._open.append(element)
        if kept:
            self._kept.append(element)
        if is_metadata:
            self._metadata.append(element)
            self._texts = []
            self._parser.CharacterDataHandler = self._texts.append
        if is_packet:
            self._keep_packet(element, inside.get("metadata"))

    def _keep_packet(self, element: Element, metadata: Element | None) -> None:
        bound = {
            key: uris[-1]
            for key, uris in self._bound.items()
            if uris and len(uris[-1]) <= _LONGEST_URI
        }
        self._namespaces += len(bound)
        check_limit("the number of namespaces", self._namespaces, self._limits.items)
        check_limit("the number of XMP packets", len(self._packets), _PACKETS)
        self._packets.append(Packet(element=element, namespaces=bound, metadata=metadata))

    def _stop_texts(self) -> None:
        self._texts = None
        self._parser.CharacterDataHandler = None

    def _element(self, name: str) -> Element:
        start = self._parser.CurrentByteIndex
        tag = _TAG.match(self._data, start)
        if tag is None:  # expat has accepted it, so this is only for the type checker
            raise MalformedFileError("{part} is not well-formed XML", part="SVG")
        return Element(name=name, start=start, inner=tag.end(), depth=self._depth)

    def _end(self, _: str) -> None:
        self._depth -= 1
        if not self._open or self._open[-1].depth != self._depth:
            return
        element = self._open.pop()
        if self._texts is not None:
            element.text = "".join(self._texts)
            self._stop_texts()
        element.inner_end = element.end = element.inner
        if self._data[element.inner - 2] != ord("/"):
            element.inner_end = self._parser.CurrentByteIndex
            element.end = self._data.index(b">", element.inner_end) + 1
