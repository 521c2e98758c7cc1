"""The implicit label in XMind."""

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

from ailabel.carriers.xmind import CARRIER, XMIND
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
from builders import xmind as build
from builders.xmind import ESCAPED, LABEL, modern, old, xmind, zipped

if TYPE_CHECKING:
    from pathlib import Path

NEW: Final = PAYLOADS[0]
SAMPLES: Final = dict(build.samples())
every_sample: Final = pytest.mark.parametrize("name", SAMPLES)
DESCRIBING: Final = {"metadata.json", "meta.xml", "manifest.json", "META-INF/manifest.xml"}


def _read(data: bytes, limits: Limits | None = None) -> list[Slot]:
    found = CARRIER.read(BytesView(data, limits=limits))
    return [item for item in found if isinstance(item, Slot)]


def _write(data: bytes, payload: str = NEW) -> bytes:
    return apply(data, CARRIER.write(BytesView(data), payload))


def _members(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


@every_sample
def test_an_independent_reader_finds_the_label(name: str) -> None:
    """The standard library reads an object in JSON, defusedxml an element in XML."""
    members = _members(_write(SAMPLES[name]))
    if name.startswith("eight"):
        root = ET.fromstring(members["meta.xml"])
        found = [item.text for item in root if item.tag == "{urn:xmind:xmap:xmlns:meta:2.0}AIGC"]
        assert found == [NEW]
        assert b"AIGC" not in members.get("metadata.json", b"")
        listed = [item.get("full-path") for item in ET.fromstring(members["META-INF/manifest.xml"])]
        assert listed.count("meta.xml") == 1
    else:
        assert json.loads(members["metadata.json"])["AIGC"] == json.loads(NEW)
        assert b"AIGC" not in members.get("meta.xml", b"")
        entries = json.loads(members.get("manifest.json", b'{"file-entries":{"metadata.json":{}}}'))
        assert entries["file-entries"]["metadata.json"] == {}
    assert "old-0001" not in str(members)


@every_sample
def test_only_metadata_change(name: str) -> None:
    """The map, its order in the archive and the application's own words stay."""
    before, after = _members(SAMPLES[name]), _members(_write(SAMPLES[name]))
    assert list(after)[: len(before)] == list(before)
    for item in before.keys() - DESCRIBING:
        assert after[item] == before[item]
    own = b'"creator":{"name":"Vana","version":"23.05.3170"},\n "layoutEngineVersion"'
    author = "<Author><Name>Müller</Name></Author>".encode()
    for part, words in (("metadata.json", own), ("meta.xml", author)):
        assert (words in before.get(part, b"")) == (words in after.get(part, b""))


@pytest.mark.oracle
@every_sample
def test_unzip_finds_no_fault(name: str, tmp_path: Path) -> None:
    """The archive is whole."""
    path = tmp_path / name
    path.write_bytes(_write(SAMPLES[name]))
    done = subprocess.run(["unzip", "-tq", str(path)], capture_output=True, check=True)
    assert b"No errors" in done.stdout


@every_sample
def test_the_essence_is_the_map(name: str) -> None:
    """Packing the map anew keeps it; another topic does not."""
    digest = essence_digest(CARRIER, BytesView(SAMPLES[name]))
    members = _members(SAMPLES[name])
    shuffled = zipped(dict(reversed(members.items())))
    assert essence_digest(CARRIER, BytesView(shuffled)) == digest
    topic = "中心主题".encode()
    other = {item: data.replace(topic, b"x") for item, data in members.items()}
    assert essence_digest(CARRIER, BytesView(zipped(other))) != digest


def test_every_slot_is_found_and_only_one_remains() -> None:
    """Members of other names, text and objects, and the older part are told apart."""
    members = modern(
        f',"aigc":{json.dumps(LABEL)},"AIGC":{LABEL},"note":"AIGC","more":{LABEL},"AIGC":"void"'
    )
    members["meta.xml"] = old(f"<AIGC>{ESCAPED}</AIGC>")["meta.xml"]
    data = zipped(members)
    assert [(slot.location, slot.site, slot.official) for slot in _read(data)] == [
        ("metadata.json[aigc]", "xmind.metadata.json", False),
        ("metadata.json[AIGC]", "xmind.metadata.json[AIGC]", True),
        ("metadata.json[more]", "xmind.metadata.json", False),
        ("metadata.json[AIGC]", "xmind.metadata.json[AIGC]", True),
        ("meta.xml[AIGC]", "xmind.meta.xml", False),
    ]
    assert [slot.payload for slot in _read(data)] == [LABEL, LABEL, LABEL, "void", LABEL]
    after = _members(_write(data))
    assert after["metadata.json"] == (build.METADATA % f',"AIGC":{NEW},"note":"AIGC"').encode()
    assert after["meta.xml"] == old()["meta.xml"]


def test_missing_parts_are_made_and_listed() -> None:
    """Also in manifests that list nothing, or list the part already."""
    members = modern(None)
    for listing in ('{"file-entries":{}}', '{"file-entries":{"metadata.json":{}}}'):
        after = _members(_write(zipped(members | {"manifest.json": listing.encode()})))
        assert json.loads(after["manifest.json"]) == {"file-entries": {"metadata.json": {}}}
    after = _members(_write(zipped(members | {"manifest.json": b'{"a":1}'})))
    assert after["manifest.json"] == b'{"a":1}'
    bare = {"content.xml": old()["content.xml"]}
    assert list(_members(_write(zipped(bare)))) == ["content.xml", "meta.xml"]
    prefixed = old(None)
    prefixed["META-INF/manifest.xml"] = b'<m:manifest xmlns:m="urn:m"/>'
    assert b"><m:file-entry " in _members(_write(zipped(prefixed)))["META-INF/manifest.xml"]


def test_a_byte_order_mark_and_blanks_are_kept() -> None:
    """The object is edited where it stands."""
    for text in ("\ufeff { }\n", "\ufeff{\n}"):
        data = zipped(modern() | {"metadata.json": text.encode()})
        after = _members(_write(data))["metadata.json"].decode()
        assert after.replace(f'"AIGC":{NEW}', "") == text


def test_encrypted_maps_are_refused() -> None:
    """Newer files say it in JSON, older ones in XML."""
    new = modern()
    new["manifest.json"] = b'{"file-entries":{"content.json":{"encryption-data":{}}}}'
    eight = old()
    eight["META-INF/manifest.xml"] = eight["META-INF/manifest.xml"].replace(
        b'media-type="text/xml"/>', b'media-type="text/xml"><encryption-data/></file-entry>', 1
    )
    for members in (new, eight):
        for call in (_read, _write):
            with pytest.raises(PlanError, match="encrypted"):
                call(zipped(members))


@pytest.mark.parametrize("text", ["[]", "", "{", '{"a":1,}', "{} x", '{"a" 1}', "\udcff", "{1:2}"])
def test_metadata_that_are_no_object_are_refused(text: str) -> None:
    """Nothing is repaired."""
    data = zipped(modern() | {"metadata.json": text.encode(errors="surrogateescape")})
    with pytest.raises(MalformedFileError, match=r"metadata\.json is not a JSON object"):
        _write(data)


def test_other_metadata_in_xml_are_refused() -> None:
    """A part of another vocabulary is not written into."""
    with pytest.raises(MalformedFileError, match="not what its name says"):
        _write(zipped(old() | {"meta.xml": b"<metadata/>"}))


def test_the_content_decides() -> None:
    """A manifest or a map in XML says it; without them the name must say it too."""
    for members in (modern(), old()):
        assert (match := CARRIER.sniff(BytesView(zipped(members), "x.zip"))) is not None
        assert (match.format, match.strength) == (XMIND, Strength.CONTENT)
    bare = SAMPLES["no-manifest.xmind"]
    assert (match := CARRIER.sniff(BytesView(bare, "x.XMIND"))) is not None
    assert match.strength is Strength.WEAK
    assert CARRIER.sniff(BytesView(bare, "x.zip")) is None
    damaged = xmind()[:-30]
    assert (match := CARRIER.sniff(BytesView(damaged, "x.xmind"))) is not None
    assert match.strength is Strength.NAME
    with pytest.raises(AilabelError, match="end record"):
        _read(damaged)


def test_others_are_not_claimed() -> None:
    """A browser's extension, a text document and a plain ZIP file are others'."""
    extension = {"manifest.json": b'{"manifest_version":3}', "content.json": b"[]"}
    text = {"content.xml": b"<document-content/>", "meta.xml": b"<a/>"}
    for members in (extension, text, {"a.txt": b"1"}):
        assert CARRIER.sniff(BytesView(zipped(members), "a.xmind")) is None
    assert CARRIER.sniff(BytesView(b"PK\5\6" + bytes(18), "a.xmind")) is None
    with pytest.raises(UnsupportedFormatError):
        _read(zipped(text))


def test_sizes_are_bounded() -> None:
    """Many members, deep values and long labels stop at the limits."""
    many = "".join(f',"k{number}":1' for number in range(200))
    with pytest.raises(LimitExceededError):
        _read(xmind(many), Limits(items=100))
    with pytest.raises(LimitExceededError, match="the label"):
        _read(xmind(f',"AIGC":"{"x" * 500}"'), Limits(label_bytes=100))
    with pytest.raises(MalformedFileError):
        _read(xmind(',"a":' + "[" * 100_000))


@settings(max_examples=30, deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=60))
def test_any_object_is_read_back(text: str) -> None:
    """Whatever the payload, a JSON reader gives it back."""
    payload = json.dumps({"ProduceID": text})
    result = _write(SAMPLES["plain.xmind"], payload)
    assert _read(result)[0].payload == payload
    assert json.loads(_members(result)["metadata.json"])["AIGC"]["ProduceID"] == text
