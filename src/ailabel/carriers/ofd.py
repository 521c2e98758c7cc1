"""OFD: the label as ``CustomData`` named ``AIGC`` of ``OFD.xml`` [GB33190 7.4].

No guide names a place in OFD; this is where the format keeps what it has no element for. It is
spliced into the information about the first document; everything else keeps its bytes. A file that
is signed or encrypted is refused.

The essence is the content of all files, inflated and in the order of their names, with ``OFD.xml``
but without its information about documents, so that packing the file anew keeps it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ailabel.codecs.bundle import Bundle, framed, open_bundle
from ailabel.codecs.fields import Found, Hit, Query, cut, respelt, rewritten, search
from ailabel.codecs.markup import Element, escape, events
from ailabel.codecs.zip import SIGNATURE
from ailabel.errors import AilabelError, MalformedFileError, PlanError
from ailabel.io.splice import Edit, apply
from ailabel.model.media import Format, Match, Medium, Strength
from ailabel.spi import Signature, Slot
from ailabel.standard.schema import is_label
from ailabel.standard.slots import KEY

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ailabel.io.source import View
    from ailabel.spi import Carrier, Essence

__all__ = ["CARRIER", "OFD"]

OFD: Final = Format(
    id="ofd",
    name="OFD",
    medium=Medium.DOCUMENT,
    suffixes=(".ofd",),
    mime="application/ofd",
)
_PART: Final = "OFD.xml"
_URI: Final = "http://www.ofdspec.org"  # drafts; the standard's own ends in /2016
_ENCRYPTED: Final = "encryptions.xml"  # names what is encrypted, in packages that are [GM/T 0099]
_INFO: Final = 2  # depth of DocInfo


class _Ofd:
    formats: Sequence[Format] = (OFD,)
    signatures: Sequence[Signature] = (Signature(((0, SIGNATURE),)),)

    def sniff(self, view: View) -> Match | None:
        """Claim a package whose ``OFD.xml`` is what its name says.

        A damaged file is claimed by its name alone, so that reading it can say what is damaged.
        """
        if view.read_some(0, len(SIGNATURE)) != SIGNATURE:
            return None
        try:
            bundle = open_bundle(view)
            if _PART not in bundle.members:
                return None
            root, _ = next(events(bundle.head(_PART), _PART, doctype=True))
        except AilabelError:
            named = (view.name or "").lower().endswith(OFD.suffixes)
            return Match(OFD, Strength.NAME) if named else None
        return Match(OFD, Strength.CONTENT) if _is_root(root) else None

    def read(self, view: View) -> Sequence[Slot]:
        """Find labels in the custom data, and in every other text of ``OFD.xml``."""
        return [_slot(hit) for hit in _search(_open(view)).hits]

    def write(self, view: View, payload: str) -> Sequence[Edit]:
        """Plan the custom data ``AIGC`` of the first document; labels elsewhere are taken out."""
        bundle = _open(view)
        found = _search(bundle)
        if [(_is_official(hit), hit.text) for hit in found.hits] == [(True, payload)]:
            return ()
        _check_protection(bundle, found.trees[_PART])
        return bundle.change({_PART: _spliced(bundle, found, payload)}, {})

    def write_at(self, view: View, slot: Slot, payload: str) -> Sequence[Edit]:
        """Edit the label in its custom data or element.

        Raises:
            PlanError: the document is signed or encrypted, or the label stands between elements.
        """
        bundle = _open(view)
        found = _search(bundle)
        _check_protection(bundle, found.trees[_PART])
        hit = next(item for item in found.hits if _slot(item) == slot)
        return bundle.change({_PART: [respelt(bundle.read(_PART), hit, slot, payload)]}, {})

    def essence(self, view: View) -> Iterable[Essence]:
        """Yield name, length and inflated content of every file, metadata left out."""
        bundle = _open(view)
        return framed(bundle, (), {_PART: _without_information(bundle)})

    def canonical(self, view: View) -> Sequence[Edit]:
        """Plan nothing: no padding is left."""
        del view
        return ()


CARRIER: Final[Carrier] = _Ofd()


def _open(view: View) -> Bundle:
    bundle = open_bundle(view)
    bundle.archive.check_layout()
    return bundle


def _is_root(element: Element) -> bool:
    return element.name == "OFD" and element.uri.startswith(_URI)


def _check_root(element: Element) -> None:
    if not _is_root(element):
        raise MalformedFileError("{part} is not what its name says", part=_PART)


def _check_protection(bundle: Bundle, tree: list[Element]) -> None:
    if any(item.name == "Signatures" and item.depth == _INFO for item in tree):
        raise PlanError(
            "the document is digitally signed and a change would break its signature;"
            " label it before it is signed"
        )
    if any(name.lower() == _ENCRYPTED for name in bundle.members):
        raise PlanError("the document is encrypted; decrypt it first")


def _search(bundle: Bundle) -> Found:
    found = search(bundle, [_PART], Query(KEY, is_label, _field))
    _check_root(found.trees[_PART][0])
    return found


def _field(element: Element) -> tuple[str, str] | None:
    if element.name != "CustomData":
        return None
    return element.attributes.get("Name", ""), element.text


def _is_info(element: Element) -> bool:
    """Say whether an element is the information about a document."""
    return (element.depth, element.name) == (_INFO, "DocInfo")


def _is_official(hit: Hit) -> bool:
    """Say whether custom data stand in the information about a document."""
    holder = hit.element.parent
    return (
        hit.exact
        and holder is not None
        and holder.name == "CustomDatas"
        and holder.parent is not None
        and _is_info(holder.parent)
    )


def _slot(hit: Hit) -> Slot:
    official = _is_official(hit)
    return Slot(
        location=f"{hit.part}[{hit.name}]",
        offset=hit.offset,
        raw=hit.raw,
        payload=hit.text,
        site=f"ofd.{_PART}" + (f"[{KEY}]" if official else ""),
        official=official,
    )


def _spliced(bundle: Bundle, found: Found, payload: str) -> list[Edit]:
    data, tree = bundle.read(_PART), found.trees[_PART]
    infos = [item for item in tree if _is_info(item)]
    if not infos:
        raise MalformedFileError("the file has no information about a document")
    prefix = f"{infos[0].prefix}:" if infos[0].prefix else ""
    markup = f'<{prefix}CustomData Name="{KEY}">{escape(payload)}</{prefix}CustomData>'
    for item in tree:
        if item.parent is infos[0] and item.name == "CustomDatas":
            return rewritten(data, found.hits, item, markup)
    whole = f"<{prefix}CustomDatas>{markup}</{prefix}CustomDatas>"  # comes last in the schema
    return rewritten(data, found.hits, infos[0], whole)


def _without_information(bundle: Bundle) -> bytes:
    """Return ``OFD.xml`` without what describes documents, and without labels elsewhere."""
    found = _search(bundle)
    infos = [item for item in found.trees[_PART] if _is_info(item)]
    gone = [Edit(item.start, item.end - item.start, b"") for item in infos]
    strays = [hit for hit in found.hits if not (hit.mixed or _is_within_info(hit.element))]
    gone += map(cut, strays)
    return apply(bundle.read(_PART), gone)


def _is_within_info(element: Element) -> bool:
    holder: Element | None = element
    while holder is not None and not _is_info(holder):
        holder = holder.parent
    return holder is not None
