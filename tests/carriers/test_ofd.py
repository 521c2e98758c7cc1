"""The implicit label in OFD."""

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

from ailabel.carriers.ofd import CARRIER, OFD
from ailabel.errors import AilabelError, LimitExceededError, MalformedFileError, PlanError
from ailabel.io.source import BytesView, Limits
from ailabel.io.splice import apply
from ailabel.model.media import Strength
from ailabel.spi import Slot, essence_digest
from ailabel.testing import PAYLOADS
from builders import ofd as build
from builders.ofd import ESCAPED, LABEL, body, custom, entry, ofd, package, zipped

if TYPE_CHECKING:
    from pathlib import Path

NEW: Final = PAYLOADS[0]
SAMPLES: Final = dict(build.samples())
every_sample: Final = pytest.mark.parametrize("name", SAMPLES)
URI: Final = "{http://www.ofdspec.org/2016}"


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
def test_an_independent_reader_finds_one_entry(name: str) -> None:
    """Defusedxml finds it in the information about the first document, where the schema has it."""
    members = _members(_write(SAMPLES[name]))
    info = ET.fromstring(members["OFD.xml"]).find(f"{URI}DocBody/{URI}DocInfo")
    assert info is not None
    assert info[-1].tag == f"{URI}CustomDatas"
    found = [item for item in info[-1] if item.get("Name") == "AIGC"]
    assert [item.text for item in found] == [NEW]
    assert members["OFD.xml"].count(b'"AIGC"') == 1
    assert "old-0001" not in str(members)


@every_sample
def test_only_the_entry_changes(name: str) -> None:
    """Other custom data keep their bytes, other files too, and their order."""
    before, after = _members(SAMPLES[name]), _members(_write(SAMPLES[name]))
    assert list(after) == list(before)
    assert {**after, "OFD.xml": b""} == {**before, "OFD.xml": b""}
    other = '<ofd:CustomData Name="Client">Müller &amp; Co</ofd:CustomData>'.encode()
    assert (other in before["OFD.xml"]) == (other in after["OFD.xml"])


@pytest.mark.oracle
@every_sample
def test_unzip_finds_no_fault(name: str, tmp_path: Path) -> None:
    """The archive is whole."""
    path = tmp_path / name
    path.write_bytes(_write(SAMPLES[name]))
    done = subprocess.run(["unzip", "-tq", str(path)], capture_output=True, check=True)
    assert b"No errors" in done.stdout


@every_sample
def test_the_essence_is_the_content(name: str) -> None:
    """Packing the file anew keeps it; another page or root does not."""
    digest = essence_digest(CARRIER, BytesView(SAMPLES[name]))
    members = _members(SAMPLES[name])
    shuffled = zipped(dict(reversed(members.items())))
    assert essence_digest(CARRIER, BytesView(shuffled)) == digest
    for item, old in (("Doc_0/Pages/Page_0/Content.xml", "第一页"), ("OFD.xml", "Doc_0/Doc")):
        other = members | {item: members[item].replace(old.encode(), b"x")}
        assert essence_digest(CARRIER, BytesView(zipped(other))) != digest


def test_every_slot_is_found_and_only_one_remains() -> None:
    """Labels under other names, in other elements and documents are told apart, in order."""
    info = f"<ofd:Subject>{ESCAPED}</ofd:Subject>" + custom(
        ("aigc", LABEL), ("Note", "AIGC"), ("AIGC", ESCAPED), ("Tag", ESCAPED)
    )
    stray = f'<ofd:CustomData Name="AIGC">{LABEL}</ofd:CustomData>'
    data = zipped(package(body(info), body(stray, number=1)))
    assert [(slot.location, slot.site, slot.official) for slot in _read(data)] == [
        ("OFD.xml[ofd:Subject]", "ofd.OFD.xml", False),
        ("OFD.xml[aigc]", "ofd.OFD.xml", False),
        ("OFD.xml[AIGC]", "ofd.OFD.xml[AIGC]", True),
        ("OFD.xml[Tag]", "ofd.OFD.xml", False),
        ("OFD.xml[AIGC]", "ofd.OFD.xml", False),
    ]
    result = _members(_write(data))["OFD.xml"].decode()
    assert '<ofd:CustomData Name="Note">AIGC</ofd:CustomData>' in result
    assert result.count("CustomData Name") == 2


def test_a_label_outside_the_information_is_no_essence() -> None:
    """It is taken out, and the label written where it belongs."""
    stray = f'<ofd:CustomData Name="AIGC">{LABEL}</ofd:CustomData>'
    data = zipped(package(body(behind=stray)))
    assert [slot.official for slot in _read(data)] == [False]
    digest = essence_digest(CARRIER, BytesView(data))
    assert essence_digest(CARRIER, BytesView(_write(data))) == digest


def test_signed_and_encrypted_files_are_refused() -> None:
    """Reading, and writing what is there, is possible all the same."""
    signed = ofd(
        custom(("AIGC", ESCAPED)), "<ofd:Signatures>Doc_0/Signs/Signatures.xml</ofd:Signatures>"
    )
    assert _write(signed, LABEL) == signed
    with pytest.raises(PlanError, match="digitally signed"):
        _write(signed)
    encrypted = zipped(package(body()) | {"Encryptions.xml": b"<a/>"})
    with pytest.raises(PlanError, match="encrypted"):
        _write(encrypted)


def test_a_file_without_information_is_refused() -> None:
    """The standard asks for it in each document, and nothing is guessed."""
    data = zipped({"OFD.xml": entry("<ofd:DocBody/>").encode()})
    assert _read(data) == []
    with pytest.raises(MalformedFileError, match="no information about a document"):
        _write(data)


def test_the_root_decides() -> None:
    """The name does not matter where the content says it; a damaged file is claimed by it."""
    assert (match := CARRIER.sniff(BytesView(ofd(), "x.zip"))) is not None
    assert (match.format, match.strength) == (OFD, Strength.CONTENT)
    for damaged in (ofd()[:-30], zipped({"OFD.xml": b"<"})):
        assert (match := CARRIER.sniff(BytesView(damaged, "x.ofd"))) is not None
        assert match.strength is Strength.NAME
        assert CARRIER.sniff(BytesView(damaged, "x.zip")) is None
        with pytest.raises(AilabelError):
            _read(damaged)


def test_others_are_not_claimed() -> None:
    """A part of another vocabulary, a plain ZIP file and what is no ZIP file are others'."""
    other = zipped({"OFD.xml": b'<OFD xmlns="urn:x"/>'})
    for data in (other, zipped({"a.txt": b"1"}), b"PK\5\6" + bytes(18)):
        assert CARRIER.sniff(BytesView(data, "a.ofd")) is None
    with pytest.raises(MalformedFileError, match="not what its name says"):
        list(CARRIER.essence(BytesView(other)))


def test_sizes_are_bounded() -> None:
    """Many entries and long labels stop at the limits."""
    with pytest.raises(LimitExceededError):
        _read(ofd(custom(*[("a", "b")] * 200)), Limits(items=100))
    with pytest.raises(LimitExceededError, match="the label"):
        _read(ofd(custom(("AIGC", "x" * 500))), Limits(label_bytes=100))


@settings(max_examples=30, deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=60))
def test_any_text_is_escaped(text: str) -> None:
    """Whatever the payload, an XML reader gives it back."""
    payload = json.dumps({"ProduceID": text})
    assert _read(_write(SAMPLES["custom.ofd"], payload))[0].payload == payload
