"""Office documents: the label as a custom document property [OOXML1 15.2.12.2, 22.3].

The property's XML is spliced into its part; other properties keep their bytes. A package that has
no custom properties yet gets the part, its content type and its relationship.

The essence is the content of all parts, inflated and in the order of their names, so that packing
the document anew keeps it. It leaves out what only describes or connects: the content types, the
package's own relationships, ``docProps/``, and ``customXml/``, whose data Word shows only where
``document.xml`` holds them too and where older tools put labels.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ailabel.codecs.markup import Element, appended, elements, encode, escape, events
from ailabel.codecs.opc import (
    CONTENT_TYPES,
    RELATIONSHIPS,
    Package,
    change_parts,
    check_unsigned,
    main_part,
    open_package,
    with_relationship,
    with_type,
)
from ailabel.codecs.zip import SIGNATURE
from ailabel.codecs.zip_content import content
from ailabel.errors import AilabelError, MalformedFileError, PlanError, UnsupportedFormatError
from ailabel.io.source import check_limit
from ailabel.io.splice import Edit
from ailabel.model.media import Format, Match, Medium, Strength
from ailabel.spi import Signature, Slot
from ailabel.standard.schema import is_label
from ailabel.standard.slots import KEY
from ailabel.values import frozen

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from ailabel.io.source import View
    from ailabel.spi import Carrier, Essence

__all__ = ["CARRIER", "DOCX", "PPTX", "XLSX"]

_MIME: Final = "application/vnd.openxmlformats-officedocument"

DOCX: Final = Format(
    id="docx",
    name="DOCX",
    medium=Medium.DOCUMENT,
    suffixes=(".docx", ".docm", ".dotx", ".dotm"),
    mime=f"{_MIME}.wordprocessingml.document",
)
XLSX: Final = Format(
    id="xlsx",
    name="XLSX",
    medium=Medium.DOCUMENT,
    suffixes=(".xlsx", ".xlsm", ".xltx", ".xltm"),
    mime=f"{_MIME}.spreadsheetml.sheet",
)
PPTX: Final = Format(
    id="pptx",
    name="PPTX",
    medium=Medium.DOCUMENT,
    suffixes=(".pptx", ".pptm", ".potx", ".potm", ".ppsx", ".ppsm"),
    mime=f"{_MIME}.presentationml.presentation",
)
_KINDS_OF_MAIN: Final = {  # content types of main parts; the same in strict documents
    DOCX: (
        f"{_MIME}.wordprocessingml.document",
        f"{_MIME}.wordprocessingml.template",
        "application/vnd.ms-word.document.macroEnabled",
        "application/vnd.ms-word.template.macroEnabledTemplate",
    ),
    XLSX: (
        f"{_MIME}.spreadsheetml.sheet",
        f"{_MIME}.spreadsheetml.template",
        "application/vnd.ms-excel.sheet.macroEnabled",
        "application/vnd.ms-excel.template.macroEnabled",
    ),
    PPTX: (
        f"{_MIME}.presentationml.presentation",
        f"{_MIME}.presentationml.template",
        f"{_MIME}.presentationml.slideshow",
        "application/vnd.ms-powerpoint.presentation.macroEnabled",
        "application/vnd.ms-powerpoint.template.macroEnabled",
        "application/vnd.ms-powerpoint.slideshow.macroEnabled",
    ),
}
_MAIN_TYPES: Final = {
    f"{kind}.main+xml": item for item, kinds in _KINDS_OF_MAIN.items() for kind in kinds
}

_PART: Final = "docProps/custom.xml"
_CONTENT_TYPE: Final = f"{_MIME}.custom-properties+xml"
_OFFICE: Final = "http://schemas.openxmlformats.org/officeDocument/2006"
_STRICT: Final = "http://purl.oclc.org/ooxml/officeDocument"
_KINDS: Final = (  # relationship types, transitional and strict
    f"{_OFFICE}/relationships/custom-properties",
    f"{_STRICT}/relationships/customProperties",
)
_VALUES: Final = {  # the namespace of the properties, and the one of their values beside it
    f"{_OFFICE}/custom-properties": f"{_OFFICE}/docPropsVTypes",
    f"{_STRICT}/customProperties": f"{_STRICT}/docPropsVTypes",
}
_DESCRIBING: Final = (  # how the types of relationships to metadata parts end
    "/core-properties",
    "/extended-properties",
    "/extendedProperties",
    "/custom-properties",
    "/customProperties",
)
_FMTID: Final = "{D5CDD505-2E9C-101B-9397-08002B2CF9AE}"  # [OOXML1 22.3.2.2]
_FIRST_PID: Final = 2  # 0 and 1 are reserved [MS-OLEPS 2.1]
_DECLARATION: Final = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\r\n'
_TAGS: Final = 3  # times `Limits.items`, in all metadata parts together
_OUTSIDE: Final = ("docprops/", "customxml/")  # folders outside the essence


@frozen
class _Place:
    """A slot, where its text begins in its part, what empties it, and the property if it is one."""

    slot: Slot
    part: str
    inner: int
    emptied: Edit
    property: Element | None = None


class _Ooxml:
    formats: Sequence[Format] = (DOCX, XLSX, PPTX)
    signatures: Sequence[Signature] = (Signature(((0, SIGNATURE),)),)

    def sniff(self, view: View) -> Match | None:
        """Claim a package whose main part is of a known type.

        A damaged package is claimed by its name, so that reading it can say what is damaged.
        """
        if view.read_some(0, len(SIGNATURE)) != SIGNATURE:
            return None
        try:
            return Match(_format(open_package(view)), Strength.CONTENT)
        except UnsupportedFormatError:
            return None
        except AilabelError:
            name = (view.name or "").lower()
            named = [item for item in self.formats if name.endswith(item.suffixes)]
            return Match(named[0], Strength.NAME) if named else None

    def read(self, view: View) -> Sequence[Slot]:
        """Find labels in document properties, custom, core and extended, and in custom XML."""
        return [place.slot for place in _places(_open(view))]

    def write(self, view: View, payload: str) -> Sequence[Edit]:
        """Plan the custom property ``AIGC``; labels elsewhere are emptied."""
        package = _open(view)
        places = _places(package)
        if [(place.slot.official, place.slot.payload) for place in places] == [(True, payload)]:
            return ()
        check_unsigned(package)
        part = _property_parts(package)[0]
        edits: dict[str, list[Edit]] = {}
        for place in places:
            edits.setdefault(place.part, []).append(place.emptied)
        contents: dict[str, bytes] = {}
        if part.lower() in package.parts:
            edits[part] = _spliced(package, part, places, payload)
        else:
            contents[part] = _properties(package, payload)
        return change_parts(package, edits, contents | _connected(package, part))

    def write_at(self, view: View, slot: Slot, payload: str) -> Sequence[Edit]:
        """Edit the label in its element.

        Raises:
            PlanError: the package is signed, or its part is not in UTF-8.
        """
        from ailabel.codecs.respell import in_markup

        package = _open(view)
        check_unsigned(package)
        place = next(item for item in _places(package) if item.slot == slot)
        edit = Edit(place.inner, len(slot.raw), in_markup(slot, payload, escape))
        return change_parts(package, {place.part: [edit]}, {})

    def essence(self, view: View) -> Iterable[Essence]:
        """Yield name, length and inflated content of every part that is content."""
        package = _open(view)
        described = {
            item.target.lower() for item in package.relationships if item.kind.endswith(_DESCRIBING)
        }
        for name, member in sorted(package.parts.items()):
            if name in described or name.startswith(_OUTSIDE) or name.endswith("/"):
                continue
            if name not in {CONTENT_TYPES.lower(), RELATIONSHIPS}:
                yield name.encode() + b"\0" + member.size.to_bytes(8, "big")
                yield from content(package.archive, member)

    def canonical(self, view: View) -> Sequence[Edit]:
        """Plan nothing: no padding is left."""
        del view
        return ()


CARRIER: Final[Carrier] = _Ooxml()


def _open(view: View) -> Package:
    package = open_package(view)
    package.archive.check_layout()
    _format(package)
    return package


def _format(package: Package) -> Format:
    found = _MAIN_TYPES.get(package.type_of(main_part(package)))
    if found is None:
        raise UnsupportedFormatError("the package is not a document of a known kind")
    return found


def _property_parts(package: Package) -> list[str]:
    """Return the names of the custom properties parts, the first of which is the official one.

    One that no relationship points at is none to Word, but readers that look by name find it.
    """
    parts: dict[str, str] = {}
    linked = [item.target for item in package.relationships if item.kind in _KINDS and item.target]
    for part in (*linked, _PART):
        member = package.parts.get(part.lower())
        parts.setdefault(part.lower(), member.name if member else part)
    return list(parts.values())


def _places(package: Package) -> list[_Place]:
    """Find every slot, in file order.

    A custom XML part above `Limits.inflate_bytes` is passed over: it is data, not a label.
    """
    found: list[_Place] = []
    linked = {part.lower() for part in _property_parts(package)}
    limits = package.archive.view.limits
    total = tags = 0
    for name, member in package.parts.items():
        is_text = name.startswith(_OUTSIDE) and name.endswith(".xml")
        if name not in linked and (not is_text or member.size > limits.inflate_bytes):
            continue
        total += member.size
        check_limit("the metadata of the package", total, limits.metadata_bytes)
        data = package.read(member.name)
        tags += data.count(b"<")
        check_limit("the number of tags in the metadata", tags, _TAGS * limits.items)
        look = _property_places if name in linked else _text_places
        found += look(package, member.name, data)
    return sorted(found, key=lambda place: (place.slot.offset, place.emptied.offset))


def _property_places(package: Package, part: str, data: bytes) -> Iterator[_Place]:
    """Find the property ``AIGC``, and others that hold a label."""
    found = elements(data, part, package.archive.view.limits.items)
    values = {id(item.parent): item for item in reversed(found) if item.depth == 2}  # noqa: PLR2004
    linked = (package.target(*_KINDS) or "").lower() == part.lower()
    connected = linked and package.type_of(part) == _CONTENT_TYPE
    for element in _property_elements(found, part):
        name = element.attributes.get("name", "")
        value = values.get(id(element))
        text = value.text if value else element.text
        if name.casefold() != KEY.casefold() and not is_label(text):
            continue
        check_limit("the label", len(text), package.archive.view.limits.label_bytes)
        official = (
            connected
            and name == KEY
            and value is not None
            and (value.uri, value.name) == (_VALUES[found[0].uri], "lpwstr")
        )
        holder = value or element
        slot = Slot(
            location=f"{part}[{name}]",
            offset=package.parts[part.lower()].offset,
            raw=data[holder.inner : holder.inner_end],
            payload=text,
            site=f"{_format(package).id}.{_PART}" + (f"[{KEY}]" if official else ""),
            official=official,
        )
        emptied = Edit(element.start, element.end - element.start, b"")
        yield _Place(slot, part, holder.inner, emptied, element)


def _property_elements(found: list[Element], part: str) -> list[Element]:
    uri = found[0].uri
    if uri not in _VALUES:
        raise MalformedFileError("{part} is not what its name says", part=part)
    return [item for item in found if (item.depth, item.uri, item.name) == (1, uri, "property")]


def _text_places(package: Package, part: str, data: bytes) -> Iterator[_Place]:
    """Find elements whose text is a label, in a part of any vocabulary."""
    member = package.parts[part.lower()]
    limits = package.archive.view.limits
    folder = part if part.lower().startswith("docprops/") else part.partition("/")[0]
    site = f"{_format(package).id}.{folder}"
    for where, text, begin, end in _labelled(data, part):
        if len(text) <= limits.label_bytes:
            slot = Slot(
                location=f"{part}[{where}]" if where else part,
                offset=member.offset,
                raw=data[begin:end],
                payload=text,
                site=site,
                official=False,
            )
            emptied = Edit(begin, end - begin, b"" if where else b"<AIGC/>")
            yield _Place(slot, part, begin, emptied)


def _labelled(data: bytes, part: str) -> Iterator[tuple[str, str, int, int]]:
    """Yield name, text, begin and end of the content of elements that hold a label.

    A part that is no XML may be a bare label; it has no name.
    """
    texts: list[list[str]] = []
    found = []
    try:
        for element, event in events(data, part):
            if event is True:
                texts.append([])
            elif event is not False:
                texts[-1].append(event)
            elif is_label(text := "".join(texts.pop())):
                found.append((element.qualified, text, element.inner, element.inner_end))
    except MalformedFileError:
        text = data.decode("utf-8", "replace")
        if is_label(text):
            yield "", text, 0, len(data)
        return
    yield from found


def _spliced(package: Package, part: str, places: list[_Place], payload: str) -> list[Edit]:
    """Return the edits of a properties part that leave the label as its property ``AIGC``."""
    data = package.read(part)
    found = elements(data, part, package.archive.view.limits.items)
    mine = [place for place in places if place.part == part and place.property]
    gone = {place.emptied.offset for place in mine}
    taken = {_pid(item) for item in _property_elements(found, part) if item.start not in gone}
    named = [place for place in mine if _is_named(place)]
    pid = _pid(named[0].property) if named else 0
    if pid < _FIRST_PID or pid in taken:
        pid = max(taken | {_FIRST_PID - 1}) + 1
    markup = _markup(found[0], pid, payload)
    if not named:
        return [*(place.emptied for place in mine), appended(found[0], markup, data)]
    edits = [place.emptied for place in mine if place is not named[0]]
    span = named[0].emptied
    return [*edits, Edit(span.offset, span.length, encode(markup, data))]


def _is_named(place: _Place) -> bool:
    return (
        place.property is not None
        and place.property.attributes.get("name", "").casefold() == KEY.casefold()
    )


def _pid(element: Element | None) -> int:
    text = element.attributes.get("pid", "") if element else ""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 0  # noqa: PLR2004 - an int32


def _markup(root: Element, pid: int, payload: str) -> str:
    """Return the property's element, in the prefixes of the part's root."""
    values = _VALUES[root.uri]
    bound = [prefix for prefix, uri in root.namespaces.items() if uri == values]
    declared = "" if bound else f' xmlns:vt="{values}"'
    outer = f"{root.prefix}:property" if root.prefix else "property"
    prefix = bound[0] if bound else "vt"
    inner = f"{prefix}:lpwstr" if prefix else "lpwstr"
    return (
        f'<{outer} fmtid="{_FMTID}" pid="{pid}" name="{KEY}">'
        f"<{inner}{declared}>{escape(payload)}</{inner}></{outer}>"
    )


def _properties(package: Package, payload: str) -> bytes:
    """Return a new properties part that holds only the label."""
    uri, values = list(_VALUES.items())[_is_strict(package)]
    head = f'{_DECLARATION}<Properties xmlns="{uri}" xmlns:vt="{values}"'
    root = elements(f"{head}/>".encode(), _PART, 1)[0]
    return f"{head}>{_markup(root, _FIRST_PID, payload)}</Properties>".encode()


def _is_strict(package: Package) -> bool:
    return any(
        item.kind.startswith(_STRICT) and item.target == main_part(package)
        for item in package.relationships
    )


def _connected(package: Package, part: str) -> dict[str, bytes]:
    """Return the parts that make a properties part known, where it is not yet."""
    contents = {}
    declared = package.overrides.get(part.lower())
    if declared is not None and declared != _CONTENT_TYPE:
        raise PlanError(
            "{part} is declared as {type}, not as custom properties", part=part, type=declared
        )
    if package.type_of(part) != _CONTENT_TYPE:
        contents[CONTENT_TYPES] = with_type(package, part, _CONTENT_TYPE)
    if package.target(*_KINDS) is None:
        kind = _KINDS[_is_strict(package)]
        contents[RELATIONSHIPS] = with_relationship(package, part, kind)
    return contents
