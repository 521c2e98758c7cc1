"""The implicit label in OpenDocument."""

from __future__ import annotations

import io
import json
import subprocess
import zipfile
from typing import TYPE_CHECKING, Final

import defusedxml.ElementTree as ET  # noqa: N817 - its usual name
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ailabel.carriers.odf import CARRIER, ODP, ODS, ODT
from ailabel.errors import (
    AilabelError,
    LimitExceededError,
    MalformedFileError,
    PlanError,
    UnsupportedFormatError,
)
from ailabel.io.source import BytesView, Limits
from ailabel.io.splice import apply
from ailabel.model.media import Strength
from ailabel.spi import Slot, essence_digest
from ailabel.testing import PAYLOADS
from builders import odp, ods, odt
from builders.odt import ESCAPED, LABEL, TEXT, field, package, zipped

if TYPE_CHECKING:
    from pathlib import Path

NEW: Final = PAYLOADS[0]
SAMPLES: Final = dict((*odt.samples(), *ods.samples(), *odp.samples()))
every_sample: Final = pytest.mark.parametrize("name", SAMPLES)
URN: Final = "{urn:oasis:names:tc:opendocument:xmlns:%s:1.0}"


def _read(data: bytes, limits: Limits | None = None) -> list[Slot]:
    found = CARRIER.read(BytesView(data, limits=limits))
    return [item for item in found if isinstance(item, Slot)]


def _write(data: bytes, payload: str = NEW) -> bytes:
    return apply(data, CARRIER.write(BytesView(data), payload))


def _members(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def _with(name: str, old: str, new: str, meta: str | None = "") -> bytes:
    """Return a text document with a piece of one member replaced."""
    members = package("text", TEXT, meta)
    assert old.encode() in members[name]
    return zipped(members | {name: members[name].replace(old.encode(), new.encode())})


@every_sample
def test_an_independent_reader_finds_one_field(name: str) -> None:
    """Defusedxml finds one field AIGC, a string; the manifest lists its part once."""
    members = _members(_write(SAMPLES[name]))
    fields = list(ET.fromstring(members["meta.xml"]).iter(URN % "meta" + "user-defined"))
    mine = [item for item in fields if item.get(URN % "meta" + "name") == "AIGC"]
    assert [(item.get(URN % "meta" + "value-type"), item.text) for item in mine] == [
        ("string", NEW)
    ]
    paths = [
        item.get(URN % "manifest" + "full-path")
        for item in ET.fromstring(members["META-INF/manifest.xml"])
    ]
    assert paths.count("meta.xml") == 1
    assert "old-0001" not in str(members)


@every_sample
def test_only_metadata_change(name: str) -> None:
    """Content, type and order of the members stay; the type stays first and stored."""
    before, result = _members(SAMPLES[name]), _write(SAMPLES[name])
    after = _members(result)
    assert list(after)[: len(before)] == list(before)
    assert after["content.xml"] == before["content.xml"]
    for item in (
        b'<meta:user-defined meta:name="Client">M\xc3\xbcller &amp; Co</meta:user-defined>',
        b'<meta:user-defined meta:name="Pages" meta:value-type="float">7</meta:user-defined>',
        b"<dc:title>Bericht</dc:title>",
    ):
        held = item in before.get("meta.xml", b"")
        assert held == (item in after["meta.xml"] and "meta.xml" in before)
    if name != "mimetype-last.odt":
        assert result[30:46].startswith(b"mimetypeapplicat")


@pytest.mark.oracle
@every_sample
def test_independent_tools_find_no_fault(name: str, tmp_path: Path) -> None:
    """Exiftool shows the field, and unzip tests the archive."""
    path = tmp_path / name
    path.write_bytes(_write(SAMPLES[name]))
    done = subprocess.run(["exiftool", "-a", str(path)], capture_output=True, check=True)
    assert NEW in done.stdout.decode()
    unknown = b"Unrecognized MIMEType" in done.stdout  # exiftool has no templates in its table
    assert (done.stderr, b"Warning" in done.stdout) == (b"", unknown)
    assert unknown is name.startswith("template")
    done = subprocess.run(["unzip", "-tq", str(path)], capture_output=True, check=True)
    assert b"No errors" in done.stdout


@every_sample
def test_the_essence_is_the_content(name: str) -> None:
    """Packing the document anew keeps it; another text does not."""
    digest = essence_digest(CARRIER, BytesView(SAMPLES[name]))
    shuffled = zipped(dict(reversed(_members(SAMPLES[name]).items())))
    assert essence_digest(CARRIER, BytesView(shuffled)) == digest
    members = _members(SAMPLES[name])
    members["content.xml"] += b" "
    assert essence_digest(CARRIER, BytesView(zipped(members))) != digest


@pytest.mark.parametrize(
    ("mime", "suffix", "expected"),
    [
        *(("text", ".odt", ODT), ("text-template", ".ott", ODT)),
        *(("spreadsheet", ".ods", ODS), ("spreadsheet-template", ".ots", ODS)),
        *(("presentation", ".odp", ODP), ("presentation-template", ".otp", ODP)),
    ],
)
def test_the_type_decides(mime: str, suffix: str, expected: object) -> None:
    """Documents and templates are claimed by what they say, wherever they say it."""
    members = package(mime, TEXT)
    last = {name: members[name] for name in reversed(members)}
    silent = {name: data for name, data in members.items() if name != "mimetype"}
    views = (
        BytesView(zipped(members)),
        BytesView(zipped(members), "x.zip"),
        BytesView(zipped(last), f"X{suffix.upper()}"),
        BytesView(zipped(silent), f"x{suffix}"),
    )
    for view in views:
        match = CARRIER.sniff(view)
        assert match is not None
        assert (match.format, match.strength) == (expected, Strength.CONTENT)
        assert [slot.site for slot in _read(_write(view.data))] == [
            f"{match.format.id}.meta.xml[AIGC]"
        ]


def test_others_are_not_claimed() -> None:
    """A drawing, a book, a plain ZIP file and what is no ZIP file at all are others'."""
    assert CARRIER.sniff(BytesView(zipped(package("graphics", TEXT)), "a.odt")) is None
    book = {"mimetype": b"application/epub+zip"}
    assert CARRIER.sniff(BytesView(zipped(book), "a.odt")) is None
    assert CARRIER.sniff(BytesView(zipped({"a.txt": b"mimetype"}), "a.zip")) is None
    assert CARRIER.sniff(BytesView(b"PK\5\6" + bytes(18), "a.odt")) is None
    graphics = dict(reversed(package("graphics", TEXT).items()))
    assert CARRIER.sniff(BytesView(zipped(graphics), "a.odt")) is None
    with pytest.raises(UnsupportedFormatError):
        _read(zipped(graphics))
    assert CARRIER.sniff(BytesView(zipped({"content.xml": b"<a/>"}), "a.odt")) is None


def test_a_damaged_document_says_what_is_damaged() -> None:
    """It is claimed, so that reading it can say so."""
    data = SAMPLES["mimetype-last.odt"][:-30]
    match = CARRIER.sniff(BytesView(data, "report.odt"))
    assert match is not None
    assert match.strength is Strength.NAME
    with pytest.raises(AilabelError, match="end record"):
        _read(data)


def test_every_slot_is_found_and_only_one_remains() -> None:
    """Labels in fields of other names, types and kinds are told apart, in file order."""
    meta = (
        field("AIGC", "7", "float")
        + field("aigc", LABEL)
        + field("AIGC", ESCAPED)
        + field("Note", "AIGC")
        + f"<dc:description>{ESCAPED}</dc:description><dc:subject>plain</dc:subject>"
    )
    data = odt.odt(meta)
    assert [(slot.location, slot.site, slot.official) for slot in _read(data)] == [
        ("meta.xml[AIGC]", "odt.meta.xml", False),
        ("meta.xml[aigc]", "odt.meta.xml", False),
        ("meta.xml[AIGC]", "odt.meta.xml[AIGC]", True),
        ("meta.xml[dc:description]", "odt.meta.xml", False),
    ]
    assert [slot.raw for slot in _read(data)] == [b"7", LABEL.encode(), *[ESCAPED.encode()] * 2]
    result = _members(_write(data))["meta.xml"].decode()
    assert field("Note", "AIGC") + "<dc:subject>plain</dc:subject>" in result
    assert result.count("user-defined meta:name") == 2


def test_a_field_without_a_type_is_a_string() -> None:
    """The default type is string; then nothing has to change."""
    data = odt.odt(f'<meta:user-defined meta:name="AIGC">{ESCAPED}</meta:user-defined>')
    assert [slot.official for slot in _read(data)] == [True]
    assert CARRIER.write(BytesView(data), LABEL) == ()


def test_missing_structures_are_made() -> None:
    """No meta.xml, one without its inner element, prefixes that are not bound: all are served."""
    bare = _with("meta.xml", odt.META % "", '<m xmlns="urn:x"/>')
    with pytest.raises(MalformedFileError, match="not what its name says"):
        _write(bare)
    uri = URN.strip("{}").replace("}", "") % "office"
    for root in (f'<document-meta xmlns="{uri}"/>', f'<o:document-meta xmlns:o="{uri}"/>'):
        (slot,) = _read(_write(_with("meta.xml", odt.META % "", root)))
        assert slot.official
    made = _members(_write(odt.odt()))
    assert b'office:version="1.2"' in made["meta.xml"]
    assert b"version" not in _members(_write(SAMPLES["old.odt"]))["meta.xml"].split(b"?>")[1]
    unlisted = _with("META-INF/manifest.xml", odt.META_ENTRY, "")
    assert odt.META_ENTRY.encode() in _members(_write(unlisted))["META-INF/manifest.xml"]
    entries = _with("META-INF/manifest.xml", "manifest:", "m:", None)
    entries = zipped(
        {
            name: data.replace(b"xmlns:manifest", b"xmlns:m")
            for name, data in _members(entries).items()
        }
    )
    assert b"<m:file-entry" in _members(_write(entries))["META-INF/manifest.xml"]


def test_a_document_type_may_be_named_but_not_declared() -> None:
    """OpenOffice.org 2 named one in each manifest; entities are refused."""
    assert len(_read(_write(SAMPLES["old.odt"]))) == 1
    bomb = '?>\n<!DOCTYPE a [<!ENTITY b "c">]>'
    with pytest.raises(MalformedFileError, match="document type"):
        _read(_with("meta.xml", "?>\n", bomb))


def test_encrypted_documents_are_refused() -> None:
    """Their metadata cannot be seen."""
    data = _with(
        "META-INF/manifest.xml",
        odt.META_ENTRY,
        odt.META_ENTRY.replace("/>", "><manifest:encryption-data/></manifest:file-entry>"),
    )
    for call in (_read, _write):
        with pytest.raises(PlanError, match="encrypted"):
            call(data)


@pytest.mark.parametrize("name", ["documentsignatures.xml", "macrosignatures.xml"])
def test_signed_documents_are_refused(name: str) -> None:
    """A change would break the signature; reading, and writing what is there, does not."""
    members = package("text", TEXT, field("AIGC", ESCAPED)) | {f"META-INF/{name}": b"<s/>"}
    with pytest.raises(PlanError, match="digitally signed"):
        _write(zipped(members))
    assert _write(zipped(members), LABEL) == zipped(members)


def test_a_document_without_a_manifest_is_read_and_refused() -> None:
    """Nothing says what it holds."""
    members = package("text", TEXT, field("AIGC", ESCAPED))
    del members["META-INF/manifest.xml"]
    assert len(_read(zipped(members))) == 1
    with pytest.raises(MalformedFileError, match=r"META-INF/manifest\.xml is missing"):
        _write(zipped(members))
    with pytest.raises(MalformedFileError, match="not what its name says"):
        _read(zipped(members | {"META-INF/manifest.xml": b"<a/>"}))


def test_sizes_are_bounded() -> None:
    """Many fields, long labels and large packages stop at the limits."""
    many = odt.odt(field("a", "b") * 60)
    with pytest.raises(LimitExceededError):
        _read(many, Limits(items=50))
    with pytest.raises(LimitExceededError, match="the label"):
        _read(odt.odt(field("AIGC", "x" * 500)), Limits(label_bytes=100))
    with pytest.raises(LimitExceededError, match="the package"):
        _read(many, Limits(document_inflate_bytes=100))
    with pytest.raises(LimitExceededError, match=r"meta\.xml"):
        _read(many, Limits(inflate_bytes=1000))


@settings(max_examples=30, deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=60))
def test_any_text_is_escaped(text: str) -> None:
    """Whatever the payload, an XML reader gives it back."""
    payload = json.dumps({"ProduceID": text})
    assert _read(_write(SAMPLES["fields.odt"], payload))[0].payload == payload
