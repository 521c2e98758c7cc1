"""OpenDocument: the label as a user-defined field of ``meta.xml`` [ODF1 meta:user-defined].

The field is spliced into its part; other fields keep their bytes. A document that has no
``meta.xml`` yet gets one, and its entry in the manifest. What is encrypted or signed is refused.

The essence is the content of all files, inflated and in the order of their names, so that packing
the document anew keeps it. It leaves out what only describes: the media type, ``meta.xml``,
``META-INF/`` and the thumbnail.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ailabel.codecs.bundle import MIMETYPE, Bundle, check_unsigned, framed, media_type, open_bundle
from ailabel.codecs.fields import Found, Hit, Query, respelt, rewritten, search
from ailabel.codecs.markup import Element, appended, bound, elements, escape
from ailabel.codecs.zip import SIGNATURE
from ailabel.errors import AilabelError, MalformedFileError, PlanError, UnsupportedFormatError
from ailabel.model.media import Format, Match, Medium, Strength
from ailabel.spi import Signature, Slot
from ailabel.standard.schema import is_label
from ailabel.standard.slots import KEY
from ailabel.values import frozen

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ailabel.io.source import View
    from ailabel.io.splice import Edit
    from ailabel.spi import Carrier, Essence

__all__ = ["CARRIER", "ODP", "ODS", "ODT"]

_MIME: Final = "application/vnd.oasis.opendocument"
ODT: Final = Format(
    id="odt",
    name="ODT",
    medium=Medium.DOCUMENT,
    suffixes=(".odt", ".ott"),
    mime=f"{_MIME}.text",
)
ODS: Final = Format(
    id="ods",
    name="ODS",
    medium=Medium.DOCUMENT,
    suffixes=(".ods", ".ots"),
    mime=f"{_MIME}.spreadsheet",
)
ODP: Final = Format(
    id="odp",
    name="ODP",
    medium=Medium.DOCUMENT,
    suffixes=(".odp", ".otp"),
    mime=f"{_MIME}.presentation",
)
_TYPES: Final = {
    **{item.mime: item for item in (ODT, ODS, ODP)},
    **{f"{item.mime}-template": item for item in (ODT, ODS, ODP)},
}

_PART: Final = "meta.xml"
_MANIFEST: Final = "META-INF/manifest.xml"
_FOLDER: Final = "META-INF/"
_OUTSIDE: Final = (MIMETYPE, _PART, _FOLDER, "Thumbnails/")  # outside the essence
_OFFICE: Final = "urn:oasis:names:tc:opendocument:xmlns:office:1.0"
_META: Final = "urn:oasis:names:tc:opendocument:xmlns:meta:1.0"
_ENTRIES: Final = "urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"
_MOST: Final = 50_000  # ours: elements of a manifest
_STRING: Final = (None, "string")  # the type of a value; the first stands for a missing one


@frozen
class _Document:
    """A package, its format, and the elements of its manifest; none where it has no manifest."""

    bundle: Bundle
    format: Format
    entries: list[Element]


class _Odf:
    formats: Sequence[Format] = (ODT, ODS, ODP)
    signatures: Sequence[Signature] = (Signature(((0, SIGNATURE),)),)

    def sniff(self, view: View) -> Match | None:
        """Claim a package that says its type first; one that does not, by its name and manifest.

        A damaged package is claimed by its name alone, so that reading it can say what is damaged.
        """
        if view.read_some(0, len(SIGNATURE)) != SIGNATURE:
            return None
        told = media_type(view)
        if told is not None:
            return Match(_TYPES[told], Strength.CONTENT) if told in _TYPES else None
        name = (view.name or "").lower()
        named = [item for item in self.formats if name.endswith(item.suffixes)]
        if not named:
            return None
        try:
            return Match(_open(view).format, Strength.CONTENT)
        except UnsupportedFormatError:
            return None
        except AilabelError:
            return Match(named[0], Strength.NAME)

    def read(self, view: View) -> Sequence[Slot]:
        """Find labels in user-defined fields and in every other field of ``meta.xml``."""
        document = _open(view)
        return [_slot(hit, document.format.id) for hit in _search(document.bundle).hits]

    def write(self, view: View, payload: str) -> Sequence[Edit]:
        """Plan the user-defined field ``AIGC``; labels in other fields are taken out."""
        document = _open(view)
        bundle, found = document.bundle, _search(document.bundle)
        if [(_is_official(hit), hit.text) for hit in found.hits] == [(True, payload)]:
            return ()
        check_unsigned(bundle)
        if not document.entries:
            raise MalformedFileError("the part {part} is missing", part=_MANIFEST)
        edits, contents = _listed(document), {}
        if _PART in bundle.members:
            edits[_PART] = _spliced(bundle, found, payload)
        else:
            contents[_PART] = _made(document, payload)
        return bundle.change(edits, contents)

    def write_at(self, view: View, slot: Slot, payload: str) -> Sequence[Edit]:
        """Edit the label in its field or element.

        Raises:
            PlanError: the document is signed, or the label stands between elements.
        """
        document = _open(view)
        bundle = document.bundle
        check_unsigned(bundle)
        hits = _search(bundle).hits
        hit = next(item for item in hits if _slot(item, document.format.id) == slot)
        return bundle.change({_PART: [respelt(bundle.read(_PART), hit, slot, payload)]}, {})

    def essence(self, view: View) -> Iterable[Essence]:
        """Yield name, length and inflated content of every file that is content."""
        return framed(_open(view).bundle, _OUTSIDE)

    def canonical(self, view: View) -> Sequence[Edit]:
        """Plan nothing: no padding is left."""
        del view
        return ()


CARRIER: Final[Carrier] = _Odf()


def _open(view: View) -> _Document:
    bundle = open_bundle(view)
    bundle.archive.check_layout()
    entries = _entries(bundle) if _MANIFEST in bundle.members else []
    if any(item.name == "encryption-data" for item in entries):  # [ODF3 3.4]
        raise PlanError("the document is encrypted; decrypt it first")
    return _Document(bundle, _format(bundle, entries), entries)


def _format(bundle: Bundle, entries: list[Element]) -> Format:
    """Return the format that the file ``mimetype`` says, or in its absence the manifest."""
    if MIMETYPE in bundle.members:
        told = bundle.read(MIMETYPE).decode("ascii", "replace").strip()
    else:
        roots = [item for item in entries if _entry(item, "full-path") == "/"]
        told = _entry(roots[0], "media-type") if roots else ""
    if told not in _TYPES:
        raise UnsupportedFormatError("the package is not a document of a known kind")
    return _TYPES[told]


def _entries(bundle: Bundle) -> list[Element]:
    """Return the elements of the manifest, its root first."""
    found = elements(bundle.read(_MANIFEST), _MANIFEST, _MOST, doctype=True)
    if found[0].name != "manifest":
        raise MalformedFileError("{part} is not what its name says", part=_MANIFEST)
    return found


def _entry(element: Element, name: str) -> str:
    return element.attributes.get(f"{{{element.uri}}}{name}", "")


def _search(bundle: Bundle) -> Found:
    parts = [_PART] if _PART in bundle.members else []
    return search(bundle, parts, Query(KEY, is_label, _field))


def _field(element: Element) -> tuple[str, str] | None:
    if (element.uri, element.name) != (_META, "user-defined"):
        return None
    return element.attributes.get(f"{{{_META}}}name", ""), element.text


def _is_official(hit: Hit) -> bool:
    parent = hit.element.parent
    return (
        hit.exact
        and hit.element.attributes.get(f"{{{_META}}}value-type") in _STRING
        and parent is not None
        and (parent.depth, parent.uri, parent.name) == (1, _OFFICE, "meta")
    )


def _slot(hit: Hit, kind: str) -> Slot:
    official = _is_official(hit)
    return Slot(
        location=f"{hit.part}[{hit.name}]",
        offset=hit.offset,
        raw=hit.raw,
        payload=hit.text,
        site=f"{kind}.{_PART}" + (f"[{KEY}]" if official else ""),
        official=official,
    )


def _spliced(bundle: Bundle, found: Found, payload: str) -> list[Edit]:
    data, tree = bundle.read(_PART), found.trees[_PART]
    root = tree[0]
    if root.uri != _OFFICE:
        raise MalformedFileError("{part} is not what its name says", part=_PART)
    for item in tree:
        if (item.depth, item.uri, item.name) == (1, _OFFICE, "meta"):
            return rewritten(data, found.hits, item, _markup(item, payload))
    name = f"{root.prefix}:meta" if root.prefix else "meta"
    return rewritten(data, found.hits, root, f"<{name}>{_markup(root, payload)}</{name}>")


def _markup(scope: Element, payload: str) -> str:
    """Return the field, in the prefixes that hold where it will stand."""
    prefix = bound(scope, _META)
    declared = "" if prefix else f' xmlns:meta="{_META}"'
    prefix = prefix or "meta"
    return (
        f'<{prefix}:user-defined{declared} {prefix}:name="{KEY}" {prefix}:value-type="string">'
        f"{escape(payload)}</{prefix}:user-defined>"
    )


def _made(document: _Document, payload: str) -> bytes:
    """Return a new ``meta.xml``, of the version that the manifest states."""
    version = _entry(document.entries[0], "version")
    stated = f' office:version="{escape(version)}"' if version else ""
    head = f'<office:document-meta xmlns:office="{_OFFICE}" xmlns:meta="{_META}"{stated}>'
    root = elements(f"{head}</office:document-meta>".encode(), _PART, 1)[0]
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n{head}<office:meta>{_markup(root, payload)}'
        "</office:meta></office:document-meta>"
    ).encode()


def _listed(document: _Document) -> dict[str, list[Edit]]:
    """Return the edit of the manifest that lists ``meta.xml``, where it does not yet."""
    root, *entries = document.entries
    if any(_entry(item, "full-path") == _PART for item in entries):
        return {}
    prefix = bound(root, _ENTRIES)
    declared = "" if prefix else f' xmlns:manifest="{_ENTRIES}"'
    prefix = prefix or "manifest"
    markup = (
        f'<{prefix}:file-entry{declared} {prefix}:full-path="{_PART}"'
        f' {prefix}:media-type="text/xml"/>'
    )
    return {_MANIFEST: [appended(root, markup, document.bundle.read(_MANIFEST))]}
