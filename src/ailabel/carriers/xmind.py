"""XMind: the label as ``AIGC`` of ``metadata.json``, or of ``meta.xml`` in files of XMind 8.

Which place the guide means is not known. These are the two that hold what an application says
about a file: an object of JSON, and elements of XML. Only the member or element changes; a part
that is missing is made, and listed in the manifest where there is one. What is encrypted is
refused.

The essence is the content of all files, inflated and in the order of their names, so that packing
the map anew keeps it. It leaves out what only describes: the two parts, the manifests and the
thumbnail.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from ailabel.codecs import json_object
from ailabel.codecs.bundle import Bundle, framed, open_bundle
from ailabel.codecs.fields import Found, Hit, Query, cut, respelt, rewritten, search
from ailabel.codecs.markup import Element, appended, elements, escape, events
from ailabel.codecs.zip import SIGNATURE
from ailabel.errors import AilabelError, MalformedFileError, PlanError, UnsupportedFormatError
from ailabel.io.source import check_limit
from ailabel.model.media import Format, Match, Medium, Strength
from ailabel.spi import Signature, Slot
from ailabel.standard.schema import is_label
from ailabel.standard.slots import KEY
from ailabel.values import frozen

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ailabel.codecs.json_object import JsonObject
    from ailabel.io.source import View
    from ailabel.io.splice import Edit
    from ailabel.spi import Carrier, Essence

__all__ = ["CARRIER", "XMIND"]

XMIND: Final = Format(
    id="xmind",
    name="XMind",
    medium=Medium.DOCUMENT,
    suffixes=(".xmind",),
    mime="application/vnd.xmind.workbook",
)
_CONTENT: Final = "content.json"
_METADATA: Final = "metadata.json"
_LISTING: Final = "manifest.json"
_ENTRIES: Final = "file-entries"
_ENCRYPTION: Final = "encryption-data"
_OLD_CONTENT: Final = "content.xml"  # XMind 8; newer files hold one that only says to update
_OLD_METADATA: Final = "meta.xml"
_OLD_LISTING: Final = "META-INF/manifest.xml"
_OLD_HEAD: Final = (
    '<?xml version="1.0" encoding="UTF-8" standalone="no"?>'
    '<meta xmlns="urn:xmind:xmap:xmlns:meta:2.0" version="2.0">'
)
_OUTSIDE: Final = (_METADATA, _LISTING, _OLD_METADATA, "META-INF/", "Thumbnails/")


@frozen
class _Metadata:
    """``metadata.json``: its text, its object, and the slots by the index of their member."""

    text: str
    found: JsonObject
    slots: dict[int, Slot]


class _Xmind:
    formats: Sequence[Format] = (XMIND,)
    signatures: Sequence[Signature] = (Signature(((0, SIGNATURE),)),)

    def sniff(self, view: View) -> Match | None:
        """Claim a package whose manifest lists ``content.json``, or whose content is a map in XML.

        Without a manifest the name must say it. A damaged file is claimed by its name alone, so
        that reading it can say what is damaged.
        """
        if view.read_some(0, len(SIGNATURE)) != SIGNATURE:
            return None
        named = (view.name or "").lower().endswith(XMIND.suffixes)
        try:
            bundle = open_bundle(view)
            if _is_old(bundle) or (_CONTENT in bundle.members and _CONTENT in _listed(bundle)):
                return Match(XMIND, Strength.CONTENT)
            told = named and {_CONTENT, _METADATA} <= set(bundle.members)
        except AilabelError:
            return Match(XMIND, Strength.NAME) if named else None
        return Match(XMIND, Strength.WEAK) if told else None

    def read(self, view: View) -> Sequence[Slot]:
        """Find labels in ``metadata.json`` and ``meta.xml``."""
        bundle = _open(view)
        return _slots(bundle, _metadata(bundle), _search(bundle))

    def write(self, view: View, payload: str) -> Sequence[Edit]:
        """Plan the member or element ``AIGC``; labels elsewhere are taken out."""
        bundle = _open(view)
        metadata, found = _metadata(bundle), _search(bundle)
        slots = _slots(bundle, metadata, found)
        if [(slot.official, slot.payload) for slot in slots] == [(True, payload)]:
            return ()
        edits: dict[str, list[Edit]] = {}
        contents: dict[str, bytes] = {}
        if not _is_old(bundle):
            edits[_OLD_METADATA] = [cut(hit) for hit in found.hits]
            contents[_METADATA] = _labelled(metadata, payload)
            if _METADATA not in bundle.members:
                contents.update(_listing(bundle))
            return bundle.change(edits, contents)
        if metadata.slots:
            text = json_object.rewritten(metadata.text, metadata.found, metadata.slots, {})
            contents[_METADATA] = text.encode()
        if _OLD_METADATA in bundle.members:
            edits[_OLD_METADATA] = _spliced(bundle, found, payload)
        else:
            contents[_OLD_METADATA] = f"{_OLD_HEAD}{_markup('', payload)}</meta>".encode()
            edits |= _old_listing(bundle)
        return bundle.change(edits, contents)

    def write_at(self, view: View, slot: Slot, payload: str) -> Sequence[Edit]:
        """Edit the label in its member or element."""
        bundle = _open(view)
        metadata, old = _metadata(bundle), _is_old(bundle)
        for index, found in metadata.slots.items():
            if found == slot:
                contents = {_METADATA: _respelt(metadata, index, payload)}
                return bundle.change({}, contents)
        hits = _search(bundle).hits
        hit = next(item for item in hits if _slot(item, official=old) == slot)
        edit = respelt(bundle.read(_OLD_METADATA), hit, slot, payload)
        return bundle.change({_OLD_METADATA: [edit]}, {})

    def essence(self, view: View) -> Iterable[Essence]:
        """Yield name, length and inflated content of every file that is content."""
        return framed(_open(view), _OUTSIDE)

    def canonical(self, view: View) -> Sequence[Edit]:
        """Plan nothing: no padding is left."""
        del view
        return ()


CARRIER: Final[Carrier] = _Xmind()


def _open(view: View) -> Bundle:
    bundle = open_bundle(view)
    bundle.archive.check_layout()
    if _CONTENT not in bundle.members and not _is_old(bundle):
        raise UnsupportedFormatError("the package is not a document of a known kind")
    entries = _listed(bundle).values()
    if any(isinstance(entry, dict) and _ENCRYPTION in entry for entry in entries) or any(
        item.name == _ENCRYPTION for item in _old_entries(bundle)
    ):
        raise PlanError("the document is encrypted; decrypt it first")
    return bundle


def _is_old(bundle: Bundle) -> bool:
    """Say whether the map itself stands in XML."""
    if _CONTENT in bundle.members or _OLD_CONTENT not in bundle.members:
        return False
    root, _ = next(events(bundle.head(_OLD_CONTENT), _OLD_CONTENT))
    return root.name == "xmap-content"


def _text(bundle: Bundle, part: str, empty: str) -> str:
    return json_object.decoded(bundle.read(part), part) if part in bundle.members else empty


def _listed(bundle: Bundle) -> dict[str, object]:
    """Return what ``manifest.json`` says of each file; nothing where there is none."""
    text = _text(bundle, _LISTING, "{}")
    limit = bundle.archive.view.limits.items
    for member in json_object.parse(text, _LISTING, limit).members:
        if member.key == _ENTRIES and isinstance(member.value, dict):
            return member.value
    return {}


def _old_entries(bundle: Bundle) -> list[Element]:
    """Return the elements of ``META-INF/manifest.xml``; none where there is none."""
    if _OLD_LISTING not in bundle.members:
        return []
    limit = bundle.archive.view.limits.items
    return elements(bundle.read(_OLD_LISTING), _OLD_LISTING, limit)


def _slots(bundle: Bundle, metadata: _Metadata, found: Found) -> list[Slot]:
    old = _is_old(bundle)
    slots = [*metadata.slots.values(), *(_slot(hit, official=old) for hit in found.hits)]
    return sorted(slots, key=lambda slot: slot.offset)


def _metadata(bundle: Bundle) -> _Metadata:
    """Read ``metadata.json``; an empty object where there is none."""
    official = not _is_old(bundle)
    limits = bundle.archive.view.limits
    text = _text(bundle, _METADATA, "{}")
    found = json_object.parse(text, _METADATA, limits.items)
    slots = {}
    for index, member in enumerate(found.members):
        raw = text[member.inner : member.end]
        payload = member.value if isinstance(member.value, str) else raw
        named = member.key.casefold() == KEY.casefold()
        if named:
            check_limit("the label", len(payload), limits.label_bytes)
        elif len(payload) > limits.label_bytes or not is_label(payload):
            continue
        exact = official and member.key == KEY
        slots[index] = Slot(
            location=f"{_METADATA}[{member.key}]",
            offset=bundle.members[_METADATA].offset,
            raw=raw.encode(),
            payload=payload,
            site=f"xmind.{_METADATA}" + (f"[{KEY}]" if exact else ""),
            official=exact,
        )
    return _Metadata(text, found, slots)


def _labelled(metadata: _Metadata, payload: str) -> bytes:
    """Return ``metadata.json`` with the label in the place of the first one under its key."""
    keys = [member.key.casefold() for member in metadata.found.members]
    named = [index for index in metadata.slots if keys[index] == KEY.casefold()][:1]
    member = f'"{KEY}":{payload}'
    gone = metadata.slots.keys() - named
    return json_object.rewritten(
        metadata.text,
        metadata.found,
        gone,
        dict.fromkeys(named, member),
        "" if named else member,
    ).encode()


def _respelt(metadata: _Metadata, index: int, payload: str) -> bytes:
    """Return ``metadata.json`` with another value for a member: an object, or text that is one."""
    member = metadata.found.members[index]
    value = json.dumps(payload) if isinstance(member.value, str) else payload
    changed = {index: metadata.text[member.start : member.inner] + value}
    return json_object.rewritten(metadata.text, metadata.found, (), changed).encode()


def _listing(bundle: Bundle) -> dict[str, bytes]:
    """Return ``manifest.json`` with an entry for ``metadata.json``, where it has entries."""
    text = _text(bundle, _LISTING, "{}")
    limit = bundle.archive.view.limits.items
    for member in json_object.parse(text, _LISTING, limit).members:
        if member.key == _ENTRIES and isinstance(member.value, dict):
            if _METADATA in member.value:
                break
            found = json_object.parse(text, _LISTING, limit, member.inner)
            return {
                _LISTING: json_object.rewritten(text, found, (), {}, f'"{_METADATA}":{{}}').encode()
            }
    return {}


def _search(bundle: Bundle) -> Found:
    parts = [_OLD_METADATA] if _OLD_METADATA in bundle.members else []
    return search(bundle, parts, Query(KEY, is_label, _field))


def _field(element: Element) -> tuple[str, str] | None:
    """Return name and text of an element whose name is the key."""
    if element.depth == 0 or element.name.casefold() != KEY.casefold():
        return None
    return element.name, element.text


def _slot(hit: Hit, *, official: bool) -> Slot:
    element = hit.element
    exact = (
        official
        and hit.exact
        and element.parent is not None
        and (element.depth, element.uri) == (1, element.parent.uri)
    )
    return Slot(
        location=f"{hit.part}[{hit.name}]",
        offset=hit.offset,
        raw=hit.raw,
        payload=hit.text,
        site=f"xmind.{_OLD_METADATA}" + (f"[{KEY}]" if exact else ""),
        official=exact,
    )


def _spliced(bundle: Bundle, found: Found, payload: str) -> list[Edit]:
    root = found.trees[_OLD_METADATA][0]
    if root.name != "meta":
        raise MalformedFileError("{part} is not what its name says", part=_OLD_METADATA)
    markup = _markup(root.prefix, payload)
    return rewritten(bundle.read(_OLD_METADATA), found.hits, root, markup)


def _markup(prefix: str, payload: str) -> str:
    name = f"{prefix}:{KEY}" if prefix else KEY
    return f"<{name}>{escape(payload)}</{name}>"


def _old_listing(bundle: Bundle) -> dict[str, list[Edit]]:
    """Return the edit of ``META-INF/manifest.xml`` that lists ``meta.xml``, where it can be."""
    entries = _old_entries(bundle)
    if not entries or any(item.attributes.get("full-path") == _OLD_METADATA for item in entries):
        return {}
    name = f"{entries[0].prefix}:file-entry" if entries[0].prefix else "file-entry"
    markup = f'<{name} full-path="{_OLD_METADATA}" media-type="text/xml"/>'
    edit = appended(entries[0], markup, bundle.read(_OLD_LISTING))
    return {_OLD_LISTING: [edit]}
