"""OPC packages: content types, relationships, and the parts that they name."""

from __future__ import annotations

import pytest

from ailabel.codecs.opc import (
    Package,
    Relationship,
    change_parts,
    main_part,
    open_package,
    related,
    with_relationship,
)
from ailabel.errors import MalformedFileError
from ailabel.io.source import BytesView
from ailabel.io.splice import Edit, apply
from builders.docx import DOCUMENT, package, zipped


def _open(members: dict[str, bytes]) -> Package:
    return open_package(BytesView(zipped(members)))


def _links(markup: str) -> bytes:
    uri = "http://schemas.openxmlformats.org/package/2006/relationships"
    return f'<Relationships xmlns="{uri}">{markup}</Relationships>'.encode()


def test_types_come_from_overrides_and_extensions() -> None:
    """An override outranks the extension's default, and case does not matter."""
    opened = _open(package(custom=""))
    assert opened.type_of("WORD/document.xml").endswith("document.main+xml")
    assert opened.type_of("any/other.XML") == "application/xml"
    assert opened.type_of("picture.png") == ""


def test_targets_are_resolved_from_their_source() -> None:
    """Relative and absolute targets name members; external ones name none."""
    members = package() | {
        "word/_rels/document.xml.rels": _links(
            '<Relationship Id="a" Type="t" Target="header1.xml"/>'
            '<Relationship Id="b" Type="t" Target="../customXml/item1.xml"/>'
            '<Relationship Id="c" Type="t" Target="/word/styles.xml"/>'
            '<Relationship Id="d" Type="t" Target="http://a.b/c" TargetMode="External"/>'
            '<Relationship Id="e" Type="t" Target="../../../../etc/passwd"/>'
        )
    }
    opened = _open(members)
    assert main_part(opened) == "word/document.xml"
    assert related(opened, "word/document.xml") == (
        Relationship("a", "t", "word/header1.xml"),
        Relationship("b", "t", "customXml/item1.xml"),
        Relationship("c", "t", "word/styles.xml"),
        Relationship("d", "t", ""),
        Relationship("e", "t", "etc/passwd"),
    )
    assert related(opened, "word/other.xml") == ()


def test_a_new_relationship_has_an_id_of_its_own() -> None:
    """Ids that are taken are passed over."""
    opened = _open(package(relationships='<Relationship Id="rId3" Type="t" Target="x"/>'))
    assert b'<Relationship Id="rId4" Type="k" Target="new"/>' in with_relationship(
        opened, "new", "k"
    )


def test_parts_are_changed_under_the_names_that_they_have() -> None:
    """A part that is named in another case is spliced, not added."""
    data = zipped(package())
    opened = open_package(BytesView(data))
    edits = {"Word/DOCUMENT.xml": [Edit(0, 5, b"<?xml")]}
    result = open_package(BytesView(apply(data, change_parts(opened, edits, {"new.xml": b"x"}))))
    assert [member.name for member in result.archive.members] == [*package(), "new.xml"]
    assert result.read("word/document.xml").startswith(DOCUMENT[:40].encode())


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("[Content_Types].xml", b"<Types/>", "not what its name says"),
        ("_rels/.rels", b"<a/>", "not what its name says"),
        ("_rels/.rels", b"<a", "not well-formed"),
    ],
)
def test_damaged_packages_are_refused(name: str, data: bytes, reason: str) -> None:
    """A package whose own parts are unreadable cannot be understood."""
    with pytest.raises(MalformedFileError, match=reason):
        _open(package() | {name: data})


def test_what_is_missing_is_named() -> None:
    """A ZIP file without content types is no package; a part that is not there is named."""
    with pytest.raises(MalformedFileError, match=r"Content_Types"):
        _open({"a.txt": b"1"})
    with pytest.raises(MalformedFileError, match=r"no part word/none\.xml"):
        _open(package()).read("word/none.xml")
