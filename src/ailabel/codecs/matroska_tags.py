"""The Tags of Matroska: every SimpleTag, and taking some out in place [RFC 9559 5.1.8]."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ailabel.codecs import ebml, matroska
from ailabel.errors import LimitExceededError
from ailabel.io.source import BytesView, check_limit
from ailabel.values import frozen

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from ailabel.io.source import View

__all__ = ["SimpleTag", "build", "parse", "without"]

_TAG: Final = 0x7373
_TARGETS: Final = 0x63C0
_TARGET_VALUE: Final = 0x68CA
_UIDS: Final = frozenset((0x63C5, 0x63C9, 0x63C4, 0x63C6))  # track, edition, chapter, attachment
_SIMPLE: Final = 0x67C8
_NAME: Final = 0x45A3
_STRING: Final = 0x4487
_BINARY: Final = 0x4485
_WHOLE: Final = 50  # an album, a film: the default


@frozen(kw_only=True)
class SimpleTag:
    """One name and its value.

    Args:
        element: where it stands in the file.
        path: the names that lead to it, its own last.
        raw: the value's bytes.
        is_text: whether they are a TagString, not a TagBinary.
        is_global: whether it speaks of the whole segment, not of one track or chapter.
    """

    element: ebml.Element
    path: tuple[str, ...]
    raw: bytes
    is_text: bool
    is_global: bool

    @property
    def name(self) -> str:
        """Its own name."""
        return self.path[-1]

    @property
    def value(self) -> str:
        """The value as text."""
        return ebml.text(self.raw)


def parse(view: View, elements: Iterable[ebml.Element]) -> Iterator[tuple[ebml.Element, SimpleTag]]:
    """Yield every SimpleTag, nested ones after the one that holds them.

    Args:
        view: the file.
        elements: among them the Tags elements that are read; each is yielded with what it holds.

    Raises:
        MalformedFileError: an element is damaged.
        LimitExceededError: tags nest too deep, are too many, or their element is too long.
    """
    count = 0
    for element in elements:
        if element.id == matroska.TAGS and element.end <= view.size:
            for item in _known(view, element):
                yield element, item
                count += 1
                check_limit("the number of Matroska tags", count, view.limits.items // 10)


def _known(view: View, element: ebml.Element) -> Iterable[SimpleTag]:
    """Return what an element holds; a whole walk is remembered by the view."""
    key = f"matroska.tags {element.offset}"
    known = view.memo.get(key)
    return known if isinstance(known, tuple) else _remembered(view, element, key)


def _remembered(view: View, element: ebml.Element, key: str) -> Iterator[SimpleTag]:
    found = []
    for item in _tags(ebml.Loaded(view, element, "the Matroska tags"), element):
        found.append(item)
        yield item
    view.memo[key] = tuple(found)


def _tags(view: View, tags: ebml.Element) -> Iterator[SimpleTag]:
    for tag in ebml.children(view, tags.body, tags.end):
        if tag.id != _TAG:
            continue
        inside = list(ebml.children(view, tag.body, tag.end))
        is_global = not any(child.id == _TARGETS and _names(view, child) for child in inside)
        for child in inside:
            if child.id == _SIMPLE:
                yield from _simple(view, child, (), is_global=is_global)


def _names(view: View, targets: ebml.Element) -> bool:
    """Say whether targets name a track, an edition, a chapter or an attachment; 0 means all."""
    return any(
        child.id in _UIDS
        and any(view.read_metadata(child.body, child.length or 0, "a Matroska UID"))
        for child in ebml.children(view, targets.body, targets.end)
    )


def _simple(
    view: View, element: ebml.Element, above: tuple[str, ...], *, is_global: bool
) -> Iterator[SimpleTag]:
    if len(above) >= view.limits.depth:
        raise LimitExceededError("Matroska tags nest too deep")
    name, raw, is_text, nested = "", b"", False, []
    for child in ebml.children(view, element.body, element.end):
        if child.id == _SIMPLE:
            nested.append(child)
        elif child.id in (_NAME, _STRING, _BINARY):
            data = view.read_metadata(child.body, child.length or 0, "a Matroska tag")
            if child.id == _NAME:
                name = ebml.text(data)
            else:
                raw, is_text = data, child.id == _STRING
    path = (*above, name)
    yield SimpleTag(element=element, path=path, raw=raw, is_text=is_text, is_global=is_global)
    for child in nested:
        yield from _simple(view, child, path, is_global=is_global)


def build(name: str, value: str) -> bytes:
    """Return a Tags element with one tag about the whole segment.

    Its language is ``und`` by default; some readers make a written one part of the name.
    """
    simple = ebml.element(_NAME, name.encode()) + ebml.element(_STRING, value.encode())
    targets = ebml.element(_TARGETS, ebml.uint(_TARGET_VALUE, _WHOLE))
    return ebml.element(matroska.TAGS, ebml.element(_TAG, targets + ebml.element(_SIMPLE, simple)))


def without(view: View, tags: ebml.Element, removed: Collection[ebml.Element]) -> bytes | None:
    """Return a Tags element, as long as before, with Void where some of its tags were.

    Args:
        view: the file.
        tags: the Tags element.
        removed: the SimpleTag elements to take out.

    Returns:
        The element's bytes, checksums renewed; None if no tag is left in it.
    """
    length = tags.end - tags.offset
    data = bytearray(view.read_metadata(tags.offset, length, "the Matroska tags"))
    for item in removed:
        begin = item.offset - tags.offset
        data[begin : begin + item.end - item.offset] = ebml.void(item.end - item.offset)
    changed = BytesView(bytes(data), limits=view.limits)
    left = False
    for tag in list(ebml.children(changed, tags.body - tags.offset, length)):
        if tag.id != _TAG:
            continue
        if any(child.id == _SIMPLE for child in ebml.children(changed, tag.body, tag.end)):
            left = True
        else:
            data[tag.offset : tag.end] = ebml.void(tag.end - tag.offset)
    if not left:
        return None
    whole = ebml.Element(tags.id, 0, tags.body - tags.offset, tags.length)
    _renew(data, whole, view)
    return bytes(data)


def _renew(data: bytearray, parent: ebml.Element, view: View) -> None:
    """Renew the checksums of a Tags, Tag or SimpleTag element and of those inside, inner first."""
    inside = list(
        ebml.children(BytesView(bytes(data), limits=view.limits), parent.body, parent.end)
    )
    for child in inside:
        if child.id in (_TAG, _SIMPLE):
            _renew(data, child, view)
    if inside and inside[0].id == ebml.CRC32:
        new = ebml.crc_element(bytes(data[inside[0].end : parent.end]))
        data[inside[0].offset : inside[0].end] = new
