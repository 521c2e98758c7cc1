"""The implicit label in DOCX."""

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

from ailabel.carriers.ooxml import CARRIER, DOCX, PPTX, XLSX
from ailabel.errors import (
    AilabelError,
    LimitExceededError,
    MalformedFileError,
    PlanError,
    UnsupportedFormatError,
)
from ailabel.io.source import BytesView, Limits
from ailabel.io.splice import SplicedView, apply
from ailabel.model.media import Strength
from ailabel.spi import Slot, essence_digest
from ailabel.testing import PAYLOADS, check_total
from builders import docx as build
from builders import pptx, xlsx

if TYPE_CHECKING:
    from pathlib import Path

NEW: Final = PAYLOADS[0]
SAMPLES: Final = dict(build.samples())
every_sample: Final = pytest.mark.parametrize("name", SAMPLES)
CUSTOM_URI: Final = "{http://schemas.openxmlformats.org/officeDocument/2006/custom-properties}"
ESCAPED: Final = build.LABEL.replace('"', "&quot;")


def _read(data: bytes) -> list[Slot]:
    return [item for item in CARRIER.read(BytesView(data)) if isinstance(item, Slot)]


def _write(data: bytes, payload: str = NEW) -> bytes:
    return apply(data, CARRIER.write(BytesView(data), payload))


def _members(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def _with(members: dict[str, bytes], **changes: str) -> bytes:
    """Return the document with parts given by the key's last word: ``custom``, ``types``, …."""
    names = {
        "types": "[Content_Types].xml",
        "relationships": "_rels/.rels",
        "custom": "docProps/custom.xml",
        "item": "customXml/item1.xml",
    }
    return build.zipped({**members, **{names[key]: text.encode() for key, text in changes.items()}})


@every_sample
def test_the_label_is_written_and_read(name: str) -> None:
    """Whatever the document held before, it then holds exactly this label."""
    result = _write(SAMPLES[name])
    (slot,) = _read(result)
    assert (slot.payload, slot.official) == (NEW, True)
    assert slot.site == "docx.docProps/custom.xml[AIGC]"
    assert "old-0001" not in "".join(map(str, _members(result).values()))
    assert CARRIER.write(BytesView(result), NEW) == ()


@every_sample
def test_an_independent_reader_finds_the_property(name: str) -> None:
    """The standard library and defusedxml find one property AIGC, typed as the guide says."""
    members = _members(_write(SAMPLES[name]))
    (part,) = [item for item in members if item in {"docProps/custom.xml", "props/mine.xml"}]
    found = [item for item in ET.fromstring(members[part]) if item.get("name") == "AIGC"]
    (value,) = found[0]
    assert len(found) == 1
    assert value.tag.endswith("docPropsVTypes}lpwstr")
    assert value.text == NEW
    pids = [item.get("pid") for item in ET.fromstring(members[part])]
    assert len(set(pids)) == len(pids)
    assert min(int(pid) for pid in pids if pid) >= 2
    types = ET.fromstring(members["[Content_Types].xml"])
    overrides = [item.get("PartName") for item in types if "custom-prop" in str(item.attrib)]
    assert overrides == [f"/{part}"]
    links = [item.get("Target") for item in ET.fromstring(members["_rels/.rels"])]
    assert links.count(part) == 1


@pytest.mark.oracle
@every_sample
def test_exiftool_reads_the_property(name: str, tmp_path: Path) -> None:
    """Exiftool shows the label as it was written, and finds no fault."""
    path = tmp_path / "labelled.docx"
    path.write_bytes(_write(SAMPLES[name]))
    done = subprocess.run(["exiftool", "-j", str(path)], capture_output=True, check=True)
    found = json.loads(done.stdout)[0]
    if name != "elsewhere.docx":  # exiftool looks only into docProps/
        assert {key.upper(): value for key, value in found.items()}["AIGC"] == NEW
    assert (done.stderr, "Warning" in found) == (b"", False)


@every_sample
def test_foreign_parts_and_properties_are_kept(name: str) -> None:
    """Only parts that must change do, and in the properties the others keep their bytes."""
    before, after = _members(SAMPLES[name]), _members(_write(SAMPLES[name]))
    assert list(after)[: len(before)] == list(before)
    assert after["word/document.xml"] == before["word/document.xml"]
    for item in (build.custom("Client", "Müller &amp; Co", 2), build.custom("Pages", "7", 5, "i4")):
        held = item.encode() in b"".join(before.values())
        assert held == (item.encode() in b"".join(after.values()))


@every_sample
def test_the_essence_is_the_same(name: str) -> None:
    """The label is no content; packing the document anew is no change of it."""
    digest = essence_digest(CARRIER, BytesView(SAMPLES[name]))
    assert essence_digest(CARRIER, BytesView(_write(SAMPLES[name]))) == digest
    shuffled = dict(reversed(_members(SAMPLES[name]).items()))
    assert essence_digest(CARRIER, BytesView(build.zipped(shuffled, stored=True))) == digest


def test_content_is_essence() -> None:
    """Another text is another essence."""
    one, two = build.docx(), build.docx(body=build.paragraph("other"))
    assert essence_digest(CARRIER, BytesView(one)) != essence_digest(CARRIER, BytesView(two))


@every_sample
def test_damage_never_escapes(name: str) -> None:
    """Damaged copies are read or refused with an error of ours."""
    check_total(CARRIER, name, SAMPLES[name], count=60, seed=5)
    assert CARRIER.sniff(BytesView(SAMPLES[name], name)) is not None


def test_every_slot_is_found_and_only_one_remains() -> None:
    """Labels in all the places that tools use are told apart, in file order, and displaced."""
    members = build.package(
        core=ESCAPED,
        custom=build.custom("AIGC", ESCAPED, 3)
        + build.custom("aigc_label", f"<![CDATA[{build.LABEL}]]>", 4, "bstr")
        + build.custom("Other", "AI", 5),
    )
    members["customXml/item1.xml"] = f"<a><b>{build.LABEL}</b>kept</a>".encode()
    members["customXml/item2.xml"] = build.LABEL.encode()
    members["customXml/item3.xml"] = b"<AIGC>yes</AIGC>"
    data = build.zipped(members)
    assert [(slot.location, slot.site, slot.official) for slot in _read(data)] == [
        ("docProps/core.xml[dc:description]", "docx.docProps/core.xml", False),
        ("docProps/custom.xml[AIGC]", "docx.docProps/custom.xml[AIGC]", True),
        ("docProps/custom.xml[aigc_label]", "docx.docProps/custom.xml", False),
        ("customXml/item1.xml[b]", "docx.customXml", False),
        ("customXml/item2.xml", "docx.customXml", False),
    ]
    assert {slot.payload for slot in _read(data)} == {build.LABEL}
    after = _members(_write(data))
    assert after["customXml/item1.xml"] == b"<a><b></b>kept</a>"
    assert after["customXml/item2.xml"] == b"<AIGC/>"
    assert after["customXml/item3.xml"] == members["customXml/item3.xml"]
    assert b"<dc:description></dc:description>" in after["docProps/core.xml"]
    assert build.custom("Other", "AI", 5).encode() in after["docProps/custom.xml"]
    assert b"aigc_label" not in after["docProps/custom.xml"]


def test_raw_bytes_and_offsets_are_those_of_the_file() -> None:
    """A slot gives the value as the part holds it, and where the part's entry begins."""
    data = build.docx(custom=build.custom("AIGC", ESCAPED))
    (slot,) = _read(data)
    assert slot.raw == ESCAPED.encode()
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert slot.offset == archive.getinfo("docProps/custom.xml").header_offset


def test_a_replaced_property_keeps_its_number_and_place() -> None:
    """Only the property itself changes; a number that is taken or reserved is renewed."""
    other = build.custom("Client", "x", 4)
    for pid, expected in ((9, 9), (4, 5), (1, 5)):
        data = build.docx(custom=build.custom("AIGC", "void", pid) + other)
        text = _members(_write(data))["docProps/custom.xml"].decode()
        assert text.index(f'pid="{expected}" name="AIGC"') < text.index(other)


def test_the_label_follows_an_explicit_one() -> None:
    """Writing onto a view whose main part was spliced before keeps that change."""
    data = build.docx()
    other = build.package(body=build.paragraph("本内容由AI生成"))["word/document.xml"]
    from ailabel.codecs.zip import open_archive
    from ailabel.codecs.zipedit import change

    view = BytesView(data)
    staged = SplicedView(view, change(open_archive(view), {"word/document.xml": other}))
    both = SplicedView(staged, CARRIER.write(staged, NEW))
    result = both.read(0, both.size)
    assert _members(result)["word/document.xml"] == other
    assert _read(result)[0].payload == NEW


def test_a_strict_document_gets_strict_names() -> None:
    """Namespaces and relationship types are those of the document's own conformance class."""
    members = _members(_write(SAMPLES["strict.dotx"]))
    assert f'"{build.STRICT}/customProperties"'.encode() in members["docProps/custom.xml"]
    wanted = f'"{build.STRICT}/relationships/customProperties"'.encode()
    assert wanted in members["_rels/.rels"]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig", "iso-8859-1"])
def test_parts_in_other_encodings_are_edited(encoding: str) -> None:
    """What is spliced in is encoded as the part is."""
    members = build.package(custom=build.custom("Client", "Müller"))
    text = members["docProps/custom.xml"].decode().replace("UTF-8", encoding.removesuffix("-sig"))
    members["docProps/custom.xml"] = text.encode(encoding)
    result = _write(build.zipped(members))
    assert _read(result)[0].payload == NEW
    assert "Müller" in _members(result)["docProps/custom.xml"].decode(encoding)


def test_prefixes_are_those_of_the_part() -> None:
    """Prefixed roots, values without a declared prefix, and an empty root are all served."""
    uri = CUSTOM_URI.strip("{}")
    roots = (
        f'<op:Properties xmlns:op="{uri}"></op:Properties>',
        f'<op:Properties xmlns:op="{uri}" xmlns="{uri[:-17]}docPropsVTypes"/>',
        f'<Properties xmlns="{uri}" />\n',
    )
    for root in roots:
        result = _write(_with(build.package(custom=""), custom=root))
        assert _read(result)[0].official
        assert ET.fromstring(_members(result)["docProps/custom.xml"])[0].tag.startswith(CUSTOM_URI)


def test_an_unconnected_part_is_connected() -> None:
    """A properties part that no relationship names is no official place until it is linked."""
    members = build.package()
    members["docProps/custom.xml"] = build.package(custom=build.custom("AIGC", ESCAPED))[
        "docProps/custom.xml"
    ]
    data = build.zipped(members)
    assert [slot.official for slot in _read(data)] == [False]
    assert [slot.official for slot in _read(_write(data, build.LABEL))] == [True]


def test_names_in_another_case_are_the_same() -> None:
    """A relationship and an override find a part whose name is written in another case."""
    members = build.package(custom=build.custom("AIGC", ESCAPED))
    members["DocProps/Custom.xml"] = members.pop("docProps/custom.xml")
    data = build.zipped(members)
    assert [slot.official for slot in _read(data)] == [True]
    assert list(_members(_write(data))) == list(members)
    assert [slot.payload for slot in _read(_write(data))] == [NEW]


def test_only_the_first_linked_part_is_official() -> None:
    """A label in a second properties part is displaced."""
    members = build.package(custom="", relationships="")
    second = build.CUSTOM_RELATIONSHIP.replace("rId7", "rId9").replace("docProps/", "props/")
    links = members["_rels/.rels"].replace(
        b"</Relationships>", second.encode() + b"</Relationships>"
    )
    part = (build.CUSTOM % build.custom("AIGC", ESCAPED)).encode()
    data = build.zipped(members | {"_rels/.rels": links, "props/custom.xml": part})
    assert [slot.official for slot in _read(data)] == [False]
    assert [slot.location for slot in _read(_write(data))] == ["docProps/custom.xml[AIGC]"]


def test_a_dangling_relationship_is_filled() -> None:
    """A relationship to a part that is missing gets its part."""
    members = build.package(custom="")
    del members["docProps/custom.xml"]
    result = _write(build.zipped(members))
    assert [slot.official for slot in _read(result)] == [True]
    assert _members(result)["_rels/.rels"] == members["_rels/.rels"]


def test_a_signed_document_is_refused() -> None:
    """A change would break the signature; reading, and writing what is there, does not."""
    kind = "http://schemas.openxmlformats.org/package/2006/relationships/digital-signature/origin"
    link = f'<Relationship Id="s" Type="{kind}" Target="_xmlsignatures/origin.sigs"/>'
    labelled = {"custom": build.custom("AIGC", ESCAPED), "relationships": link}
    data = build.docx(**labelled)
    with pytest.raises(PlanError, match="digitally signed"):
        CARRIER.write(BytesView(data), NEW)
    assert CARRIER.write(BytesView(data), build.LABEL) == ()
    members = build.package() | {"_xmlsignatures/sig1.xml": b"<s/>"}
    with pytest.raises(PlanError, match="digitally signed"):
        CARRIER.write(BytesView(build.zipped(members)), NEW)


def test_a_part_of_another_declared_type_is_refused() -> None:
    """A name that is taken for something else is not guessed about."""
    types = '<Override PartName="/docProps/custom.xml" ContentType="text/plain"/>'
    with pytest.raises(PlanError, match="text/plain"):
        CARRIER.write(BytesView(build.docx(types=types)), NEW)


@pytest.mark.parametrize(
    ("custom", "reason"),
    [
        ('<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "document type"),
        ("<Properties", "not well-formed"),
        ('<?xml version="1.0" encoding="no-such"?><a/>', "not well-formed"),
        ("<Properties/>", "not what its name says"),
    ],
)
def test_bad_properties_are_refused(custom: str, reason: str) -> None:
    """Entities, broken XML and other vocabularies are refused with the part's name."""
    data = _with(build.package(custom=""), custom=custom)
    with pytest.raises(MalformedFileError, match=reason):
        _read(data)


def test_parts_with_one_name_are_refused() -> None:
    """Names that differ in case alone are one name [OPC 6.2.2.3]."""
    members = build.package() | {"Word/Document.xml": b"<a/>"}
    with pytest.raises(MalformedFileError, match="one name"):
        _read(build.zipped(members))


def test_sizes_are_bounded() -> None:
    """Deep nesting, many elements, long labels and large parts stop at the limits."""
    deep = "<a>" * 600 + "</a>" * 600
    with pytest.raises(LimitExceededError, match="nested"):
        _read(_with(build.package(), item=deep))
    many = build.docx(custom=build.custom("x", "y") * 60)
    with pytest.raises(LimitExceededError):
        CARRIER.read(BytesView(many, limits=Limits(items=100)))
    long = build.docx(custom=build.custom("AIGC", "x" * 500))
    with pytest.raises(LimitExceededError, match="the label"):
        CARRIER.read(BytesView(long, limits=Limits(label_bytes=100)))
    with pytest.raises(LimitExceededError, match="the package"):
        CARRIER.read(BytesView(long, limits=Limits(document_inflate_bytes=100)))
    item = _with(build.package(), item=f"<a>{build.LABEL}</a>" + " " * 5000)
    assert len(_read(item)) == 1
    assert CARRIER.read(BytesView(item, limits=Limits(inflate_bytes=5000))) == []
    with pytest.raises(LimitExceededError, match="the metadata"):
        CARRIER.read(BytesView(item, limits=Limits(metadata_bytes=5000)))
    tags = _with(build.package(), item="<a>" + "<b/>" * 300 + "</a>")
    with pytest.raises(LimitExceededError, match="tags"):
        CARRIER.read(BytesView(tags, limits=Limits(items=100)))


def _kind(main: str) -> bytes:
    """Return a package whose main part has this content type."""
    members = build.package()
    types = members["[Content_Types].xml"].decode()
    old = f"{DOCX.mime}.main+xml"
    assert old in types
    return _with(members, types=types.replace(old, main))


def test_other_packages_are_not_claimed() -> None:
    """A drawing, an add-in, a plain ZIP file and a package without a document are others'."""
    for other in ("vnd.ms-visio.drawing", "vnd.ms-excel.addin.macroEnabled"):
        data = _kind(f"application/{other}.main+xml")
        assert CARRIER.sniff(BytesView(data, "renamed.docx")) is None
        with pytest.raises(UnsupportedFormatError):
            _read(data)
    assert CARRIER.sniff(BytesView(build.zipped({"a.txt": b"1"}), "a.zip")) is None
    assert CARRIER.sniff(BytesView(b"PK\5\6" + bytes(18), "empty.docx")) is None
    members = build.package()
    bare = build.RELATIONSHIPS.replace("word/document.xml", "http://else.where/x").replace(
        "Target=", 'TargetMode="External" Target='
    )
    members["_rels/.rels"] = (bare % "").encode()
    with pytest.raises(MalformedFileError, match="no main document"):
        _read(build.zipped(members))


@pytest.mark.parametrize(
    "main",
    [
        "application/vnd.ms-word.document.macroEnabled.main+xml",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.template.main+xml",
        "application/vnd.ms-word.template.macroEnabledTemplate.main+xml",
    ],
)
def test_the_family_is_claimed(main: str) -> None:
    """Macro documents and templates are documents; the content decides, not the name."""
    match = CARRIER.sniff(BytesView(_kind(main), "x.zip"))
    assert match is not None
    assert (match.format, match.strength) == (DOCX, Strength.CONTENT)


def test_a_damaged_document_is_claimed_by_name() -> None:
    """Reading it can then say what is damaged."""
    data = build.docx()[:-30]
    match = CARRIER.sniff(BytesView(data, "Report.DOCX"))
    assert match is not None
    assert match.strength is Strength.NAME
    with pytest.raises(AilabelError, match="end record"):
        _read(data)


@settings(max_examples=30, deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=60))
def test_any_text_is_escaped(text: str) -> None:
    """Whatever the payload, an XML reader gives it back."""
    payload = json.dumps({"ProduceID": text})
    assert _read(_write(SAMPLES["properties.docx"], payload))[0].payload == payload


OTHERS: Final = dict((*xlsx.samples(), *pptx.samples()))
every_other: Final = pytest.mark.parametrize("name", OTHERS)


@pytest.mark.parametrize("suffix", [*xlsx.TYPES, *pptx.TYPES])
def test_workbooks_and_slide_shows_are_claimed(suffix: str) -> None:
    """Macro files and templates belong to their family; the content decides, not the name."""
    data = xlsx.xlsx(suffix) if suffix in xlsx.TYPES else pptx.pptx(suffix)
    match = CARRIER.sniff(BytesView(data, "x.docx"))
    assert match is not None
    assert match.format is (XLSX if suffix in xlsx.TYPES else PPTX)
    assert suffix in match.format.suffixes
    assert match.strength is Strength.CONTENT


@every_other
def test_only_the_properties_of_a_workbook_or_slide_show_change(name: str) -> None:
    """Whatever the file held, it then holds the label once, and its sheets and slides as before."""
    before, result = _members(OTHERS[name]), _write(OTHERS[name])
    after = _members(result)
    (slot,) = _read(result)
    assert (slot.payload, slot.official) == (NEW, True)
    assert slot.site == f"{'xlsx' if '.xl' in name else 'pptx'}.docProps/custom.xml[AIGC]"
    content = [item for item in before if item.startswith(("xl/", "ppt/"))]
    assert len(content) > 2
    assert {item: after[item] for item in content} == {item: before[item] for item in content}
    assert list(after)[: len(before)] == list(before)
    assert "old-0001" not in str(after)


@pytest.mark.oracle
@every_other
def test_independent_tools_read_workbooks_and_slide_shows(name: str, tmp_path: Path) -> None:
    """Exiftool shows the label as it was written, and unzip finds no fault."""
    path = tmp_path / name
    path.write_bytes(_write(OTHERS[name]))
    done = subprocess.run(["exiftool", "-j", str(path)], capture_output=True, check=True)
    found = {key.upper(): value for key, value in json.loads(done.stdout)[0].items()}
    assert (found["AIGC"], done.stderr, "WARNING" in found) == (NEW, b"", False)
    done = subprocess.run(["unzip", "-tq", str(path)], capture_output=True, check=True)
    assert b"No errors" in done.stdout


def test_a_sheet_is_essence() -> None:
    """Another cell is another essence; packing the workbook anew is none."""
    members = xlsx.package()
    digest = essence_digest(CARRIER, BytesView(build.zipped(members)))
    shuffled = dict(reversed(members.items()))
    assert essence_digest(CARRIER, BytesView(build.zipped(shuffled, stored=True))) == digest
    members["xl/worksheets/sheet1.xml"] = xlsx.SHEET.replace("42", "43").encode()
    assert essence_digest(CARRIER, BytesView(build.zipped(members))) != digest
