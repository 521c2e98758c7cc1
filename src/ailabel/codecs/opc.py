"""OPC: the packages of office documents: parts, content types, relationships [OPC].

Part names are compared without regard to case [OPC 6.2.2.3]; here they are member names, without
the leading slash.
"""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING, Final, NamedTuple

from ailabel.codecs.markup import Element, appended, elements, escape
from ailabel.codecs.zip import open_archive
from ailabel.codecs.zip_content import read
from ailabel.codecs.zipedit import change
from ailabel.errors import MalformedFileError, PlanError
from ailabel.io.source import check_limit
from ailabel.io.splice import apply
from ailabel.values import frozen

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ailabel.codecs.zip import Archive, Member
    from ailabel.io.source import View
    from ailabel.io.splice import Edit

__all__ = [
    "CONTENT_TYPES",
    "RELATIONSHIPS",
    "Package",
    "Relationship",
    "change_parts",
    "check_unsigned",
    "main_part",
    "open_package",
    "related",
    "with_relationship",
    "with_type",
]

CONTENT_TYPES: Final = "[Content_Types].xml"  # [OPC 7.2.3]
RELATIONSHIPS: Final = "_rels/.rels"  # [OPC 6.5.2]
_TYPES_URI: Final = "http://schemas.openxmlformats.org/package/2006/content-types"
_RELATIONSHIPS_URI: Final = "http://schemas.openxmlformats.org/package/2006/relationships"
_MAIN: Final = (  # transitional and strict [OOXML1 15.2; OOXML4 9.1]
    "http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument",
    "http://purl.oclc.org/ooxml/officeDocument/relationships/officeDocument",
)
_SIGNATURE_ORIGIN: Final = "/digital-signature/origin"  # ends that relationship's type [OPC 9.2]
_SIGNATURES: Final = "_xmlsignatures/"
_PACKAGE: Final = "opc package"


@frozen
class Relationship:
    """A link from the package, or from a part, to a part of the package.

    Args:
        id: unique among the relationships of one source.
        kind: its type, a URI.
        target: the part's name; empty where it points out of the package.
    """

    id: str
    kind: str
    target: str


@frozen(kw_only=True)
class Package:
    """An office document's package.

    Args:
        archive: the ZIP file.
        parts: its members, by name in lower case.
        defaults: content types by lower-case extension.
        overrides: content types by lower-case part name.
        relationships: those of the package itself.
    """

    archive: Archive
    parts: Mapping[str, Member]
    defaults: Mapping[str, str]
    overrides: Mapping[str, str]
    relationships: tuple[Relationship, ...]

    def type_of(self, part: str) -> str:
        """Return a part's content type; empty where none is declared [OPC 7.2.3.5]."""
        name = part.lower()
        extension = name.rpartition("/")[2].rpartition(".")[2]
        return self.overrides.get(name) or self.defaults.get(extension, "")

    def target(self, *kinds: str) -> str | None:
        """Return the target of the first relationship of the package that is of one of `kinds`."""
        for relationship in self.relationships:
            if relationship.kind in kinds and relationship.target:
                return relationship.target
        return None

    def read(self, part: str, limit: int | None = None) -> bytes:
        """Return a part's content.

        Args:
            part: its name.
            limit: the most bytes that it may have; by default `Limits.inflate_bytes`.

        Raises:
            MalformedFileError: it is missing or damaged.
            LimitExceededError: it is longer.
        """
        member = self.parts.get(part.lower())
        if member is None:
            raise MalformedFileError("the package has no part {part}", part=part)
        view = self.archive.view
        return read(self.archive, member, view.limits.inflate_bytes if limit is None else limit)


class _Known(NamedTuple):
    """A package without its archive, as the view's memo keeps it."""

    parts: dict[str, Member]
    defaults: dict[str, str]
    overrides: dict[str, str]
    relationships: tuple[Relationship, ...]


def open_package(view: View) -> Package:
    """Read the content types and the relationships of a package.

    Only these parts are read; the layout of the archive is not yet proved.

    Raises:
        MalformedFileError: it is no package, or two parts have one name.
        LimitExceededError: its parts are larger than `Limits.document_inflate_bytes` together.
    """
    archive = open_archive(view)
    known = view.memo.get(_PACKAGE)
    if isinstance(known, _Known):
        return Package(archive=archive, **known._asdict())
    parts = {member.name.lower(): member for member in archive.members}
    if len(parts) != len(archive.members):
        raise MalformedFileError("two parts of the package have one name")
    total = sum(member.size for member in archive.members)
    check_limit("the package", total, view.limits.document_inflate_bytes)
    package = Package(archive=archive, parts=parts, defaults={}, overrides={}, relationships=())
    found = _Known(parts, *_types(package), related(package, ""))
    view.memo[_PACKAGE] = found
    return Package(archive=archive, **found._asdict())


def main_part(package: Package) -> str:
    """Return the name of an office document's main part.

    Raises:
        MalformedFileError: the package has none.
    """
    part = package.target(*_MAIN)
    if part is None:
        raise MalformedFileError("the package has no main document")
    return part


def related(package: Package, source: str) -> tuple[Relationship, ...]:
    """Return the relationships of a part; of the package itself where `source` is empty.

    Raises:
        MalformedFileError: they are not well-formed.
    """
    folder, name = posixpath.split(source)
    part = posixpath.join(folder, "_rels", f"{name}.rels")
    if part.lower() not in package.parts:
        return ()
    return tuple(
        Relationship(
            element.attributes.get("Id", ""),
            element.attributes.get("Type", ""),
            _resolve(element, folder),
        )
        for element in _children(package, part, _RELATIONSHIPS_URI)
        if element.name == "Relationship"
    )


def check_unsigned(package: Package) -> None:
    """Refuse to change a signed package.

    Raises:
        PlanError: it is signed: its signatures cover the content types, the relationships or the
            content, each of which the change touches.
    """
    kinds = (relationship.kind for relationship in package.relationships)
    if any(kind.endswith(_SIGNATURE_ORIGIN) for kind in kinds) or any(
        name.startswith(_SIGNATURES) for name in package.parts
    ):
        raise PlanError(
            "the document is digitally signed and a change would break its signature;"
            " label it before it is signed"
        )


def with_type(package: Package, part: str, content_type: str) -> bytes:
    """Return the content types part with an override for a part added."""
    markup = f'PartName="/{escape(part)}" ContentType="{content_type}"'
    return _with_child(package, CONTENT_TYPES, "Override", markup)


def with_relationship(package: Package, part: str, kind: str) -> bytes:
    """Return the package's relationships with one to a part added."""
    taken = {relationship.id for relationship in package.relationships}
    number = len(taken) + 1
    while f"rId{number}" in taken:
        number += 1
    markup = f'Id="rId{number}" Type="{kind}" Target="{escape(part)}"'
    return _with_child(package, RELATIONSHIPS, "Relationship", markup)


def change_parts(
    package: Package, edits: Mapping[str, Sequence[Edit]], contents: Mapping[str, bytes]
) -> tuple[Edit, ...]:
    """Plan the edits of the file that change parts.

    Args:
        package: the package.
        edits: what is spliced into parts that exist, by name.
        contents: parts that are new or given whole, by name.

    Raises:
        PlanError: see `zipedit.change`.
    """
    spliced = {
        package.parts[part.lower()].name: apply(package.read(part, _all(package)), changes)
        for part, changes in edits.items()
        if changes
    }
    whole = {
        package.parts[part.lower()].name if part.lower() in package.parts else part: data
        for part, data in contents.items()
    }
    return change(package.archive, spliced | whole)


def _all(package: Package) -> int:
    return package.archive.view.limits.document_inflate_bytes


def _children(package: Package, part: str, uri: str) -> list[Element]:
    """Return the root's children in its own namespace, for a root of that namespace."""
    found = elements(package.read(part), part, package.archive.view.limits.items)
    if found[0].uri != uri:
        raise MalformedFileError("{part} is not what its name says", part=part)
    return [element for element in found if element.depth == 1 and element.uri == uri]


def _types(package: Package) -> tuple[dict[str, str], dict[str, str]]:
    defaults: dict[str, str] = {}
    overrides: dict[str, str] = {}
    for element in _children(package, CONTENT_TYPES, _TYPES_URI):
        content_type = element.attributes.get("ContentType", "")
        if element.name == "Default":
            defaults[element.attributes.get("Extension", "").lower()] = content_type
        elif element.name == "Override":
            name = element.attributes.get("PartName", "").removeprefix("/")
            overrides[name.lower()] = content_type
    return defaults, overrides


def _resolve(element: Element, folder: str) -> str:
    """Return the member that a relationship points at; empty where it is external."""
    target = element.attributes.get("Target", "")
    if not target or element.attributes.get("TargetMode") == "External":
        return ""
    path = posixpath.normpath(posixpath.join("/", folder, target))
    return path.lstrip("/")


def _with_child(package: Package, part: str, name: str, attributes: str) -> bytes:
    """Return a part with an empty element of its root's namespace appended to the root."""
    data = package.read(part)
    root = elements(data, part, package.archive.view.limits.items)[0]
    prefix = f"{root.prefix}:" if root.prefix else ""
    return apply(data, [appended(root, f"<{prefix}{name} {attributes}/>", data)])
