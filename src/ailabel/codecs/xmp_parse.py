"""XMP as XML: where one property stands in a packet [XMP1 7, RDF/XML].

The names are resolved here and not by expat, so that a packet whose prefix is bound to nothing can
still be read. Only properties of the packet's own resource count: what is nested in another
property, such as the packets of placed pictures that editors keep, speaks of another file.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from ailabel.codecs.xmp_property import PAIRS
from ailabel.errors import MalformedFileError
from ailabel.io.source import check_limit
from ailabel.values import frozen

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ailabel.codecs.xmp_property import Property
    from ailabel.io.source import Limits

__all__ = ["Document", "Occurrence", "Rdf", "Value", "parse"]

_RDF_URI: Final = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_WRAPPERS: Final = ("xmpmeta", "xapmeta", "RDF", "Description")  # [XMP1 7.3, 7.4]
_ARRAYS: Final = ("Alt", "Bag", "Seq")
_TAGS: Final = 6  # times `Limits.items`; the largest packets seen have half of that
_FIELDS: Final = 64  # of a property that is spread over attributes, at most
_MAX_INDENT: Final = 1024  # white space taken out with an element, at most
_TAG: Final = re.compile(rb"""<(?:[^"'>]+|"[^"]*"|'[^']*')*>""")
_ATTRIBUTE: Final = re.compile(rb"""\s+([^\s=<>/"']+)\s*=\s*("[^"]*"|'[^']*')""")


@frozen
class Value:
    """One value: its text, where its source begins and ends, and its form."""

    text: str
    begin: int
    end: int
    form: str


@frozen(kw_only=True)
class Occurrence:
    """One element or attribute that gives the property.

    Args:
        begin: where it begins, the white space before it included.
        end: where it ends.
        values: what it says; an array may give several.
        plain: whether it is an element with nothing but text, in its proper place and spelling,
            so that a new text may take the place of the old one.
    """

    begin: int
    end: int
    values: tuple[Value, ...]
    plain: bool = False


@dataclass(slots=True)
class Rdf:
    """The rdf:RDF element: its name, where its closing tag begins, and the subject's ``about``.

    Args:
        name: qualified, as the packet spells it.
        close: where the closing tag begins; for ``<rdf:RDF/>`` where the slash stands.
        empty: whether it is ``<rdf:RDF/>``.
        about: the quoted ``rdf:about`` of the first description.
    """

    name: str
    close: int = -1
    empty: bool = False
    about: bytes = b'""'


@dataclass(slots=True)
class Document:
    """What `parse` found."""

    occurrences: list[Occurrence]
    rdf: Rdf | None = None


@dataclass(slots=True, kw_only=True)
class _Node:
    """An element of the property: its tag from `begin` to `content`, its content, its end.

    `fields` are the attributes that are neither XML's nor RDF's; `bare`: there are no attributes.
    """

    name: str
    fields: list[tuple[str, str]]
    begin: int
    content: int
    bare: bool
    empty: bool
    exact: bool = False
    content_end: int = 0
    end: int = 0
    texts: list[str] = field(default_factory=list)
    children: list[_Node] = field(default_factory=list)


def parse(data: bytes, prop: Property, limits: Limits) -> Document:
    """Find a property in the XML of a packet.

    Args:
        data: the XML, as UTF-8, from its first ``<``; anything may follow its root element.
        prop: the property.
        limits: bound the tags of the packet and the elements inside the property.

    Raises:
        MalformedFileError: it is no well-formed XML, or has a document type declaration.
        LimitExceededError: there are too many tags, or too many elements in the property.
    """
    check_limit("the number of XMP tags", data.count(b"<"), _TAGS * limits.items)
    reader = _Reader(data, prop, limits)
    reader.run()
    return reader.document


class _Reader:
    """Follows expat's events through one packet."""

    def __init__(self, data: bytes, prop: Property, limits: Limits) -> None:
        import pyexpat  # document types, and so entities, are refused below

        self.document = Document([])
        self._data, self._prop, self._limits = data, prop, limits
        self._bound: dict[str, list[str]] = {}  # prefix: the URIs of the open scopes
        self._scopes: list[list[str]] = []  # the prefixes that each open element declares
        self._wrappers: list[str] = []  # local names of the open elements above properties
        self._nodes: list[_Node] = []  # the open property and its open descendants
        self._foreign = 0  # how many elements are open from another property down
        self._count = 0
        self._complete = False
        self._described = False
        self._error = pyexpat.ExpatError
        self._parser = parser = pyexpat.ParserCreate("utf-8")
        parser.ordered_attributes = True
        parser.buffer_text = True  # or every line and entity of a text is a call of its own
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.StartDoctypeDeclHandler = self._refuse

    def run(self) -> None:
        try:
            self._parser.Parse(self._data, True)  # noqa: FBT003 - expat's signature
        except self._error as error:
            if not self._complete:  # padding and garbage after the root element do no harm
                raise MalformedFileError("XMP packet is not well-formed XML") from error

    def _refuse(self, *_: object) -> None:
        raise MalformedFileError("XMP packet has a document type declaration")

    def _start(self, name: str, flat: list[str]) -> None:
        if self._foreign:
            self._foreign += 1
            return
        attributes = list(zip(flat[::2], flat[1::2], strict=True))
        self._enter_scope(attributes)
        if self._nodes:
            self._open_node(name, attributes)
        elif match := self._match(name, is_attribute=False):
            self._open_node(name, attributes, exact=match == "exact")
            self._parser.CharacterDataHandler = self._text
        elif self._is_wrapper(local := _local(name)):
            check_limit("the depth of XMP elements", len(self._wrappers), self._limits.depth)
            self._wrappers.append(local)
            self._open_wrapper(name, attributes)
        else:
            self._leave_scope()
            self._foreign = 1

    def _end(self, name: str) -> None:
        if self._foreign:
            self._foreign -= 1
        elif self._nodes:
            self._leave_scope()
            self._close_node()
        else:
            self._leave_scope()
            if self._wrappers.pop() == "RDF":
                self._close_rdf(name)
        self._complete = not (self._foreign or self._nodes or self._wrappers)

    def _text(self, text: str) -> None:
        self._nodes[-1].texts.append(text)

    def _is_wrapper(self, local: str) -> bool:
        return local in _WRAPPERS and "Description" not in self._wrappers

    # -- names ---------------------------------------------------------------------------------

    def _enter_scope(self, attributes: list[tuple[str, str]]) -> None:
        declared = []
        for name, value in attributes:
            if name == "xmlns" or name.startswith("xmlns:"):
                prefix = name[6:]
                self._bound.setdefault(prefix, []).append(value)
                declared.append(prefix)
        self._scopes.append(declared)

    def _leave_scope(self) -> None:
        for prefix in self._scopes.pop():
            self._bound[prefix].pop()

    def _uri(self, prefix: str) -> str | None:
        uris = self._bound.get(prefix)
        return uris[-1] if uris else None

    def _match(self, name: str, *, is_attribute: bool) -> str | None:
        """Say whether a name is the property: ``exact``, ``lenient`` or not."""
        prefix, _, local = name.rpartition(":")
        if local != self._prop.local or prefix == "xmlns":
            return None
        uri = None if is_attribute and not prefix else self._uri(prefix)
        if uri == self._prop.uri:
            return "exact"
        # seen: a prefix bound to nothing, and one that lost its first letter on the way
        spelt = prefix in (self._prop.prefix, self._prop.prefix[1:])
        return "lenient" if uri is None or spelt or _alike(uri, self._prop.uri) else None

    # -- elements ------------------------------------------------------------------------------

    def _tag(self) -> tuple[int, int]:
        begin = self._parser.CurrentByteIndex
        tag = _TAG.match(self._data, begin)
        if tag is None:  # expat has accepted it, so this is only for the type checker
            raise MalformedFileError("XMP packet is not well-formed XML")
        return begin, tag.end()

    def _open_node(
        self, name: str, attributes: list[tuple[str, str]], *, exact: bool = False
    ) -> None:
        self._count += 1
        check_limit("the number of XMP elements", self._count, self._limits.items)
        check_limit("the depth of XMP elements", len(self._nodes), self._limits.depth)
        begin, end = self._tag()
        node = _Node(
            name=name,
            fields=[(_local(key), value) for key, value in attributes if self._is_field(key)],
            begin=begin,
            content=end,
            bare=not attributes,
            empty=self._data[end - 2] == ord("/"),
            exact=exact,
        )
        if self._nodes:
            self._nodes[-1].children.append(node)
        self._nodes.append(node)

    def _is_field(self, attribute: str) -> bool:
        prefix = attribute.rpartition(":")[0]
        return not attribute.startswith("xml") and self._uri(prefix) != _RDF_URI

    def _close_node(self) -> None:
        node = self._nodes.pop()
        node.content_end = node.end = node.content
        if not node.empty:
            node.content_end = self._parser.CurrentByteIndex
            node.end = self._data.index(b">", node.content_end) + 1
        if not self._nodes:
            self._parser.CharacterDataHandler = None
            self.document.occurrences.append(self._occurrence(node))

    def _occurrence(self, node: _Node) -> Occurrence:
        before = self._data[max(0, node.begin - _MAX_INDENT) : node.begin]
        return Occurrence(
            begin=node.begin - len(before) + len(before.rstrip(b" \t\r\n")),
            end=node.end,
            values=tuple(_values(node)),
            plain=node.exact
            and node.name == self._prop.name
            and node.bare
            and not (node.children or node.empty)
            and self._wrappers[-2:] == ["RDF", "Description"],
        )

    def _open_wrapper(self, name: str, attributes: list[tuple[str, str]]) -> None:
        local = self._wrappers[-1]
        begin, end = self._tag()
        if local == "RDF" and self.document.rdf is None:
            self.document.rdf = Rdf(name)
            if self._data[end - 2] == ord("/"):
                self.document.rdf.close, self.document.rdf.empty = end - 2, True
        spans = {
            match[1].decode(): match
            for match in _ATTRIBUTE.finditer(self._data, begin + 1 + len(name.encode()), end)
        }
        for key, value in attributes:
            if kind := self._match(key, is_attribute=True):
                self._attribute(spans[key], value, exact=kind == "exact")
        if self._prop.accepts is not None:
            self._doubtful(spans, attributes, self._prop.accepts)
        self._note_about(spans)

    def _doubtful(
        self,
        spans: dict[str, re.Match[bytes]],
        attributes: list[tuple[str, str]],
        accepts: Callable[[str], bool],
    ) -> None:
        """Read fields of the property that stand for themselves, and pairs of key and value."""
        pairs = [(key, value) for key, value in attributes if _local(key) == PAIRS]
        own = [
            (key, value)
            for key, value in attributes
            if key.startswith(f"{self._prop.local}:") and _local(key) != PAIRS
        ]
        text = _json({_local(key): value for key, value in own})
        if 0 < len(own) <= _FIELDS and accepts(text):
            for at, (key, _) in enumerate(own):
                self._attribute(spans[key], text, exact=False, silent=at > 0)
        for key, value in pairs:
            if accepts(value):
                self._attribute(spans[key], value, exact=False)

    def _attribute(
        self, span: re.Match[bytes], text: str, *, exact: bool, silent: bool = False
    ) -> None:
        """Note an attribute; a silent one goes with another that says it all."""
        value = Value(text, span.start(2) + 1, span.end(2) - 1, "attribute" if exact else "damaged")
        values = () if silent else (value,)
        self.document.occurrences.append(
            Occurrence(begin=span.start(), end=span.end(), values=values)
        )

    def _note_about(self, spans: dict[str, re.Match[bytes]]) -> None:
        rdf = self.document.rdf
        if rdf is None or self._described or self._wrappers[-1] != "Description":
            return
        self._described = True
        prefix = rdf.name.rpartition(":")[0]
        if span := spans.get(f"{prefix}:about", spans.get("about")):
            rdf.about = span[2]

    def _close_rdf(self, name: str) -> None:
        rdf = self.document.rdf
        if rdf and rdf.name == name and rdf.close < 0:
            rdf.close = self._parser.CurrentByteIndex


def _local(name: str) -> str:
    return name.rpartition(":")[2]


def _alike(uri: str, other: str) -> bool:
    """Say whether two namespaces differ only in scheme, case or the closing slash."""
    one, two = (item.lower().rpartition("://")[2].rstrip("/#") for item in (uri, other))
    return one == two


def _values(node: _Node) -> Iterator[Value]:
    """Yield what a property element says; each item of an array is a value."""
    if len(node.children) == 1 and _local(node.children[0].name) in _ARRAYS:
        items = node.children[0].children
    else:
        items = [node]
    for item in items:
        text, form = _render(item)
        yield Value(text, item.content, item.content_end, form if node.exact else "damaged")


def _render(node: _Node) -> tuple[str, str]:
    """Return an element's text, or its fields as a JSON object [RDF/XML 2.11, 2.12, 2.5]."""
    inner = node
    if len(node.children) == 1 and _local(node.children[0].name) == "Description":
        inner = node.children[0]
    fields = dict((*node.fields, *inner.fields))
    fields |= {_local(child.name): "".join(child.texts).strip() for child in inner.children}
    if not fields:
        return "".join(inner.texts), "element"
    if "value" in fields:  # a qualified value [RDF/XML 2.12; XMP1 7.8]
        return fields["value"], "element"
    return _json(fields), "resource"


def _json(fields: dict[str, str]) -> str:
    import json

    return json.dumps(fields, ensure_ascii=False, separators=(",", ":"))
