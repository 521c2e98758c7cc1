"""Metadata of documents in XML: looking for one text in fields with a name, and in any element.

A field is what a vocabulary makes one, such as ``<meta name="…" content="…"/>``; which elements are
fields is the caller's to say. Any other element counts by its own text; where that stands between
other elements, it is found, but cannot be taken out.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from ailabel.codecs.markup import appended, elements, encode, escape
from ailabel.errors import PlanError
from ailabel.io.source import check_limit
from ailabel.io.splice import Edit
from ailabel.spi import unkept
from ailabel.values import frozen

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from ailabel.codecs.bundle import Bundle
    from ailabel.codecs.markup import Element
    from ailabel.spi import Slot

__all__ = ["Found", "Hit", "Query", "cut", "respelt", "rewritten", "search"]

_ATTRIBUTE: Final = re.compile(rb"""\s([^\s=<>/"']+)\s*=\s*("[^"]*"|'[^']*')""")


@frozen
class Query:
    """What is looked for.

    Args:
        key: the name of the field, whatever its case.
        accepts: says of any other text whether it is one.
        field: name and text of a field; None for other elements.
    """

    key: str
    accepts: Callable[[str], bool]
    field: Callable[[Element], tuple[str, str] | None]


@frozen(kw_only=True)
class Hit:
    """One text that was found.

    Args:
        part: the part where it stands.
        offset: of the part's member, from the start of the file.
        name: of the field, or of the element as the part writes it.
        element: the element that holds it, or is it.
        text: the text.
        raw: the bytes of the element's content; of an empty element, the whole of it.
        named: whether it is a field under the key, whose case may differ.
        exact: whether it is a field under exactly the key.
        mixed: whether it is no field and holds other elements.
    """

    part: str
    offset: int
    name: str
    element: Element
    text: str
    raw: bytes
    named: bool = False
    exact: bool = False
    mixed: bool = False


@frozen
class Found:
    """What a search found, in file order, and the elements of each part, its root first."""

    hits: list[Hit]
    trees: dict[str, list[Element]]


def search(bundle: Bundle, parts: Iterable[str], query: Query) -> Found:
    """Find every such text of some parts.

    Raises:
        MalformedFileError: a part is missing or not well-formed.
        LimitExceededError: the parts have more elements than `Limits.items` together, or a field's
            text is longer than `Limits.label_bytes`.
    """
    hits: list[Hit] = []
    trees: dict[str, list[Element]] = {}
    left = bundle.archive.view.limits.items
    for part in parts:
        data = bundle.read(part)
        tree = elements(data, part, left, doctype=True)
        left -= len(tree)
        trees[part] = tree
        offset = bundle.members[part].offset
        hits += _hits(tree, query, bundle.archive.view.limits.label_bytes, (part, offset, data))
    return Found(sorted(hits, key=lambda hit: (hit.offset, hit.element.start)), trees)


def rewritten(data: bytes, hits: Sequence[Hit], parent: Element, markup: str) -> list[Edit]:
    """Return the edits of a part that put markup in the place of its first field under the key.

    Args:
        data: the part.
        hits: what was found in it; each is taken out.
        parent: the element of the same search that holds the fields; where it has none, the markup
            comes last in it.
        markup: a field.

    Raises:
        PlanError: see `cut`.
    """
    named = [hit for hit in hits if hit.named and hit.element.parent is parent]
    old = named[0].element if named else None
    edits = [cut(hit, parent) for hit in hits if hit.element is not old]
    if old is None:
        return [*edits, appended(parent, markup, data)]
    return [*edits, Edit(old.start, old.end - old.start, encode(markup, data))]


def respelt(data: bytes, hit: Hit, slot: Slot, value: str, attribute: str = "") -> Edit:
    """Return the edit of a part that puts another text in the place of a hit's.

    Args:
        data: the part.
        hit: the text.
        slot: the same, as a slot.
        value: the new text.
        attribute: the name of the attribute that holds it; empty for the element's content.

    Raises:
        PlanError: the text stands between elements, or the part is not in UTF-8.
    """
    from ailabel.codecs.respell import in_markup

    element = hit.element
    start, end = element.inner, element.inner_end
    if attribute:
        start, end = _attribute(data, element, attribute.encode())
    if hit.mixed or start >= end:
        raise unkept(slot)
    quote = data[start - 1 : start].decode("latin-1") if attribute else ""

    def escaped(text: str) -> str:
        found = escape(text).replace("\r", "&#13;")
        if attribute:  # whose line ends and tabs would be read as blanks [XML 3.3.3]
            found = found.replace("\n", "&#10;").replace("\t", "&#9;")
        return found.replace("'", "&#39;") if quote == "'" else found

    held = replace(slot, raw=data[start:end])
    return Edit(start, end - start, in_markup(held, value, escaped))


def _attribute(data: bytes, element: Element, name: bytes) -> tuple[int, int]:
    """Return where the value of an attribute stands, between its quotation marks."""
    for match in _ATTRIBUTE.finditer(data, element.start, element.inner):
        if match[1] == name:
            return match.start(2) + 1, match.end(2) - 1
    return 0, 0


def cut(hit: Hit, kept: Element | None = None) -> Edit:
    """Return the edit of its part that takes a hit out; of a root and of `kept`, the content.

    Raises:
        PlanError: its text stands between elements.
    """
    if hit.mixed:
        raise PlanError(
            "a label stands between the elements of {name} in {part}; take it out first",
            name=hit.name,
            part=hit.part,
        )
    element = hit.element
    if element.depth == 0 or element is kept:
        return Edit(element.inner, element.inner_end - element.inner, b"")
    return Edit(element.start, element.end - element.start, b"")


def _hits(
    tree: list[Element], query: Query, limit: int, place: tuple[str, int, bytes]
) -> Iterator[Hit]:
    """Yield what is found in one part, given with its offset and bytes; nothing inside a hit."""
    holding = {id(element.parent) for element in tree}
    part, offset, data = place
    end = 0
    for element in tree:
        if element.start < end:
            continue
        field = query.field(element)
        name, text = field or (element.qualified, element.text)
        named = field is not None and name.casefold() == query.key.casefold()
        if named:
            check_limit("the label", len(text), limit)
        elif len(text) > limit or not query.accepts(text):
            continue
        mixed = field is None and id(element) in holding
        end = end if mixed else element.end
        yield Hit(
            part=part,
            offset=offset,
            name=name,
            element=element,
            text=text,
            raw=_raw(element, data),
            named=named,
            exact=named and name == query.key,
            mixed=mixed,
        )


def _raw(element: Element, data: bytes) -> bytes:
    if element.is_empty:
        return data[element.start : element.end]
    return data[element.inner : element.inner_end]
