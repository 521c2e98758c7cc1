"""EPUB 2 and 3: the label as ``<meta name="AIGC" content="…"/>`` of the package document.

No guide names a place in EPUB; this is where books keep what no element stands for
[OPF2 2.2; EPUB3 5.5]. The element is spliced into the metadata of the first rendition; everything
else keeps its bytes. Fonts may be obfuscated; a book that is encrypted or signed is refused.

The essence is the content of all files, inflated and in the order of their names, with the package
documents (their manifest and their order of reading) but without their metadata, so that packing
the book anew keeps it. It leaves out the media type and ``META-INF/``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ailabel.codecs.book import FOLDER, check_protection, packages
from ailabel.codecs.bundle import MIMETYPE, Bundle, framed, media_type, open_bundle
from ailabel.codecs.fields import Found, Hit, Query, cut, respelt, rewritten, search
from ailabel.codecs.markup import Element, escape
from ailabel.codecs.zip import SIGNATURE
from ailabel.errors import AilabelError, MalformedFileError, UnsupportedFormatError
from ailabel.io.splice import Edit, apply
from ailabel.model.media import Format, Match, Medium, Strength
from ailabel.spi import Signature, Slot
from ailabel.standard.schema import is_label
from ailabel.standard.slots import KEY

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ailabel.io.source import View
    from ailabel.spi import Carrier, Essence

__all__ = ["CARRIER", "EPUB"]

EPUB: Final = Format(
    id="epub",
    name="EPUB",
    medium=Medium.DOCUMENT,
    suffixes=(".epub",),
    mime="application/epub+zip",
)
_EXTRA: Final = f"{FOLDER}metadata.xml"  # of the container; no vocabulary is defined for it


class _Epub:
    formats: Sequence[Format] = (EPUB,)
    signatures: Sequence[Signature] = (Signature(((0, SIGNATURE),)),)

    def sniff(self, view: View) -> Match | None:
        """Claim a book that says its type first; one that says it later, by its name as well.

        A damaged book is claimed by its name alone, so that reading it can say what is damaged.
        """
        if view.read_some(0, len(SIGNATURE)) != SIGNATURE:
            return None
        told = media_type(view)
        if told is not None:
            return Match(EPUB, Strength.CONTENT) if told == EPUB.mime else None
        if not (view.name or "").lower().endswith(EPUB.suffixes):
            return None
        try:
            _check_type(open_bundle(view))
        except UnsupportedFormatError:
            return None
        except AilabelError:
            return Match(EPUB, Strength.NAME)
        return Match(EPUB, Strength.CONTENT)

    def read(self, view: View) -> Sequence[Slot]:
        """Find labels in the metadata of every package document and of the container."""
        bundle = _open(view)
        parts = packages(bundle)
        return [_slot(hit, parts[0]) for hit in _search(bundle, parts).hits]

    def write(self, view: View, payload: str) -> Sequence[Edit]:
        """Plan the element ``meta`` named ``AIGC``; labels elsewhere are taken out."""
        bundle = _open(view)
        parts = packages(bundle)
        found = _search(bundle, parts)
        if [(_is_official(hit, parts[0]), hit.text) for hit in found.hits] == [(True, payload)]:
            return ()
        check_protection(bundle)
        edits: dict[str, list[Edit]] = {parts[0]: _spliced(bundle, parts[0], found, payload)}
        for hit in found.hits:
            if hit.part != parts[0]:
                edits.setdefault(hit.part, []).append(cut(hit))
        return bundle.change(edits, {})

    def write_at(self, view: View, slot: Slot, payload: str) -> Sequence[Edit]:
        """Edit the label in its attribute or element.

        Raises:
            PlanError: the book is protected, or the label stands between elements.
        """
        bundle = _open(view)
        check_protection(bundle)
        parts = packages(bundle)
        hits = _search(bundle, parts).hits
        hit = next(item for item in hits if _slot(item, parts[0]) == slot)
        held = hit.element.attributes
        attribute = "content" if "content" in held and "property" not in held else ""
        edit = respelt(bundle.read(hit.part), hit, slot, payload, attribute)
        return bundle.change({hit.part: [edit]}, {})

    def essence(self, view: View) -> Iterable[Essence]:
        """Yield name, length and inflated content of every file, metadata left out."""
        bundle = _open(view)
        parts = packages(bundle)
        found = _search(bundle, parts)
        kept = {part: _without_metadata(bundle.read(part), part, found) for part in parts}
        return framed(bundle, (MIMETYPE, FOLDER), kept)

    def canonical(self, view: View) -> Sequence[Edit]:
        """Plan nothing: no padding is left."""
        del view
        return ()


CARRIER: Final[Carrier] = _Epub()


def _open(view: View) -> Bundle:
    bundle = open_bundle(view)
    bundle.archive.check_layout()
    _check_type(bundle)
    return bundle


def _check_type(bundle: Bundle) -> None:
    told = bundle.read(MIMETYPE) if MIMETYPE in bundle.members else b""
    if told.strip() != EPUB.mime.encode():
        raise UnsupportedFormatError("the package is not a document of a known kind")


def _metadata(tree: list[Element]) -> Element | None:
    """Return the element that holds the package document's metadata."""
    for element in tree:
        if (element.depth, element.uri, element.name) == (1, tree[0].uri, "metadata"):
            return element
    return None


def _search(bundle: Bundle, parts: list[str]) -> Found:
    extra = [_EXTRA] if _EXTRA in bundle.members else []
    found = search(bundle, (*parts, *extra), Query(KEY, is_label, _field))
    for part in parts:
        if found.trees[part][0].name != "package":
            raise MalformedFileError("{part} is not what its name says", part=part)
    return found


def _field(element: Element) -> tuple[str, str] | None:
    """Return name and text of an element ``meta``, of EPUB 2 and of EPUB 3."""
    if element.name != "meta":
        return None
    held = element.attributes
    if "property" in held:
        return held["property"].rpartition(":")[2], element.text
    return held.get("name", ""), held.get("content", element.text)


def _is_official(hit: Hit, part: str) -> bool:
    holder = hit.element.parent
    while holder is not None and holder.name != "metadata":
        holder = holder.parent
    return (
        hit.exact
        and hit.part == part
        and hit.element.attributes.get("name") == KEY
        and "content" in hit.element.attributes
        and holder is not None
        and (holder.depth, holder.uri) == (1, hit.element.uri)
    )


def _slot(hit: Hit, part: str) -> Slot:
    official = _is_official(hit, part)
    return Slot(
        location=f"{hit.part}[{hit.name}]",
        offset=hit.offset,
        raw=hit.raw,
        payload=hit.text,
        site="epub.opf" + (f"[{KEY}]" if official else ""),
        official=official,
    )


def _spliced(bundle: Bundle, part: str, found: Found, payload: str) -> list[Edit]:
    tree = found.trees[part]
    holder = _metadata(tree)
    if holder is None:
        raise MalformedFileError("the package document {part} has no metadata", part=part)
    tag = f"{holder.prefix}:meta" if holder.prefix else "meta"
    markup = f'<{tag} name="{KEY}" content="{escape(payload)}"/>'
    inner = {item.name: item for item in tree if item.parent is holder and item.uri == holder.uri}
    mine = [hit for hit in found.hits if hit.part == part]
    parent = inner.get("x-metadata", holder)  # as in OEBPS 1.2, deprecated [OPF2 2.2]
    return rewritten(bundle.read(part), mine, parent, markup)


def _without_metadata(data: bytes, part: str, found: Found) -> bytes:
    """Return a package document without its metadata, and without labels that stand elsewhere."""
    holder = _metadata(found.trees[part])
    start, end = (holder.start, holder.end) if holder else (0, 0)
    gone = [Edit(start, end - start, b"")]
    strays = [cut(hit) for hit in found.hits if hit.part == part and not hit.mixed]
    gone += [edit for edit in strays if not start <= edit.offset < end]
    return apply(data, gone)
