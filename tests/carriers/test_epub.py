"""The implicit label in EPUB."""

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

from ailabel.carriers.epub import CARRIER, EPUB
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
from builders import epub as build
from builders.epub import ENCRYPTION, ESCAPED, LABEL, book, epub, meta, zipped

if TYPE_CHECKING:
    from pathlib import Path

NEW: Final = PAYLOADS[0]
SAMPLES: Final = dict(build.samples())
every_sample: Final = pytest.mark.parametrize("name", SAMPLES)
OPF: Final = "{http://www.idpf.org/2007/opf}"


def _read(data: bytes, limits: Limits | None = None) -> list[Slot]:
    found = CARRIER.read(BytesView(data, limits=limits))
    return [item for item in found if isinstance(item, Slot)]


def _write(data: bytes, payload: str = NEW) -> bytes:
    return apply(data, CARRIER.write(BytesView(data), payload))


def _members(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def _with(name: str, old: str, new: str) -> bytes:
    """Return a book with a piece of one member replaced."""
    members = book()
    assert old.encode() in members[name]
    return zipped(members | {name: members[name].replace(old.encode(), new.encode())})


@every_sample
def test_an_independent_reader_finds_one_element(name: str) -> None:
    """Defusedxml finds one element in the metadata of the first package document."""
    members = _members(_write(SAMPLES[name]))
    root = ET.fromstring(members["EPUB/package.opf"])
    found = [item for item in root.iter(f"{OPF}meta") if item.get("name") == "AIGC"]
    assert [item.get("content") for item in found] == [NEW]
    holder = root.find(f"{OPF}metadata")
    assert holder is not None
    assert found[0] in list(holder)
    assert "old-0001" not in str(members)


@every_sample
def test_only_metadata_change(name: str) -> None:
    """Content, type and order of the members stay; the type stays first and stored."""
    before, result = _members(SAMPLES[name]), _write(SAMPLES[name])
    after = _members(result)
    assert list(after) == list(before)
    for item in ("mimetype", "META-INF/container.xml", "EPUB/one.xhtml"):
        assert after[item] == before[item]
    manifest = before["EPUB/package.opf"].partition(b"metadata>\n")[2]
    assert manifest in after["EPUB/package.opf"]
    cover = b'<meta name="cover" content="nav"/>'
    assert (cover in before["EPUB/package.opf"]) == (cover in after["EPUB/package.opf"])
    if name != "mimetype-last.epub":
        assert result[30:58] == b"mimetypeapplication/epub+zip"


@pytest.mark.oracle
@every_sample
def test_independent_tools_find_no_fault(name: str, tmp_path: Path) -> None:
    """Unzip tests the archive; exiftool shows the label beside the book's title."""
    path = tmp_path / name
    path.write_bytes(_write(SAMPLES[name]))
    done = subprocess.run(["unzip", "-tq", str(path)], capture_output=True, check=True)
    assert b"No errors" in done.stdout
    done = subprocess.run(["exiftool", "-a", str(path)], capture_output=True, check=True)
    shown = done.stdout.decode()
    assert (done.stderr, "Warning" in shown) == (b"", False)
    assert NEW in shown
    assert "小书" in shown


@every_sample
def test_the_essence_is_the_content(name: str) -> None:
    """Packing the book anew keeps it; another chapter or order of reading does not."""
    digest = essence_digest(CARRIER, BytesView(SAMPLES[name]))
    members = _members(SAMPLES[name])
    shuffled = zipped(dict(reversed(members.items())))
    assert essence_digest(CARRIER, BytesView(shuffled)) == digest
    for item, old in (("EPUB/one.xhtml", "第一段"), ("EPUB/package.opf", "one.xhtml")):
        other = members | {item: members[item].replace(old.encode(), b"x")}
        assert essence_digest(CARRIER, BytesView(zipped(other))) != digest


def test_every_slot_is_found_and_only_one_remains() -> None:
    """Labels of EPUB 2 and 3, in other elements and other renditions, are told apart."""
    members = build.renditions(
        meta("aigc", ESCAPED)
        + meta("AIGC", ESCAPED)
        + f'<meta property="tc260:AIGC">{LABEL}</meta><meta name="AIGC_Label">{LABEL}</meta>'
        + f"<dc:description>{LABEL}</dc:description><dc:subject>plain</dc:subject>",
        meta("AIGC", ESCAPED),
    )
    members["META-INF/metadata.xml"] = f"<m><a>{LABEL}</a></m>".encode()
    data = zipped(members)
    one, two, extra = "EPUB/package.opf", "EPUB/b.opf", "META-INF/metadata.xml"
    assert [(slot.location, slot.site, slot.official) for slot in _read(data)] == [
        (f"{one}[aigc]", "epub.opf", False),
        (f"{one}[AIGC]", "epub.opf[AIGC]", True),
        (f"{one}[AIGC]", "epub.opf", False),
        (f"{one}[AIGC_Label]", "epub.opf", False),
        (f"{one}[dc:description]", "epub.opf", False),
        (f"{two}[AIGC]", "epub.opf", False),
        (f"{extra}[a]", "epub.opf", False),
    ]
    assert {slot.payload for slot in _read(data)} == {LABEL}
    after = _members(_write(data))
    assert after[one].count(b"AIGC") == 1
    assert b"<dc:subject>plain</dc:subject>" in after[one]
    assert (b"AIGC" in after[two], after[extra]) == (False, b"<m></m>")


def test_a_book_of_the_older_shape_keeps_it() -> None:
    """Where metadata are split as OEBPS 1.2 did, the element stands with its kin."""
    inner = f"<x-metadata>{meta('cover', 'nav')}</x-metadata>"
    result = _write(epub(inner))
    assert b'content="nav"/><meta name="AIGC"' in _members(result)["EPUB/package.opf"]
    assert [slot.official for slot in _read(result)] == [True]
    assert CARRIER.write(BytesView(result), NEW) == ()


def test_a_name_outside_the_metadata_is_no_official_place() -> None:
    """It is taken out, and the label written where it belongs."""
    data = _with("EPUB/package.opf", "<spine>", f"<spine>{meta('AIGC', ESCAPED)}")
    assert [slot.official for slot in _read(data)] == [False]
    assert [slot.official for slot in _read(_write(data))] == [True]
    digest = essence_digest(CARRIER, BytesView(data))
    assert essence_digest(CARRIER, BytesView(_write(data))) == digest


def test_documents_may_name_a_document_type() -> None:
    """Older tools put one into package documents; declared entities are refused."""
    named = '?>\n<!DOCTYPE package PUBLIC "+//ISBN 0-9673008-1-9//DTD OEB 1.2 Package//EN" "x">'
    assert len(_read(_write(_with("EPUB/package.opf", "?>", named)))) == 1
    with pytest.raises(MalformedFileError, match="document type"):
        _read(_with("EPUB/package.opf", "?>", '?><!DOCTYPE a [<!ENTITY b "c">]>'))


@pytest.mark.parametrize(
    ("metadata", "reason"),
    [
        ({"META-INF/signatures.xml": "<s/>"}, "digitally signed"),
        ({"META-INF/encryption.xml": ENCRYPTION % "urn:drm"}, "encrypted"),
        ({"META-INF/encryption.xml": "<a><EncryptedData/></a>"}, "encrypted"),
    ],
)
def test_signed_and_encrypted_books_are_refused(metadata: dict[str, str], reason: str) -> None:
    """Reading, and writing what is there, is possible all the same."""
    extra = {name: text.encode() for name, text in metadata.items()}
    data = zipped(book(meta("AIGC", ESCAPED)) | extra)
    assert len(_read(data)) == 1
    assert _write(data, LABEL) == data
    with pytest.raises(PlanError, match=reason):
        _write(data)


@pytest.mark.parametrize(
    ("name", "old", "new", "reason"),
    [
        ("META-INF/container.xml", "EPUB/package.opf", "gone.opf", "gone.opf is missing"),
        ("META-INF/container.xml", "oebps-package+xml", "pdf", "no package document"),
        ("EPUB/package.opf", "package", "paket", "not what its name says"),
        ("EPUB/package.opf", "metadata", "daten", "has no metadata"),
        ("EPUB/package.opf", "</spine>", "", "not well-formed"),
    ],
)
def test_broken_books_are_refused(name: str, old: str, new: str, reason: str) -> None:
    """The sentence names what is missing or wrong."""
    with pytest.raises(MalformedFileError, match=reason):
        _write(_with(name, old, new))


def test_the_type_decides() -> None:
    """What the first member says counts; where it stands elsewhere, the name must fit as well."""
    views = BytesView(epub(), "x.zip"), BytesView(SAMPLES["mimetype-last.epub"], "X.EPUB")
    for view in views:
        assert (match := CARRIER.sniff(view)) is not None
        assert (match.format, match.strength) == (EPUB, Strength.CONTENT)
    damaged = SAMPLES["mimetype-last.epub"][:-30]
    assert (match := CARRIER.sniff(BytesView(damaged, "x.epub"))) is not None
    assert match.strength is Strength.NAME
    with pytest.raises(AilabelError, match="end record"):
        _read(damaged)


def test_others_are_not_claimed() -> None:
    """A text document, a plain ZIP file and what is no ZIP file are others'."""
    text = {"mimetype": b"application/vnd.oasis.opendocument.text"}
    for data in (
        zipped(text),
        zipped({"a": b"1", "mimetype": b"application/epub"}),
        zipped({"a.txt": b"1"}),
        b"PK\5\6" + bytes(18),
    ):
        assert CARRIER.sniff(BytesView(data, "a.epub")) is None
    assert CARRIER.sniff(BytesView(SAMPLES["mimetype-last.epub"], "a.zip")) is None
    with pytest.raises(UnsupportedFormatError):
        _read(zipped(text))


def test_sizes_are_bounded() -> None:
    """Many elements, renditions and long labels stop at the limits."""
    many = epub(meta("a", "b") * 200)
    with pytest.raises(LimitExceededError):
        _read(many, Limits(items=100))
    with pytest.raises(LimitExceededError, match="the label"):
        _read(epub(meta("AIGC", "x" * 500)), Limits(label_bytes=100))
    rootfile = '<rootfile full-path="%d" media-type="application/oebps-package+xml"/>'
    rows = "".join(rootfile % number for number in range(70))
    with pytest.raises(LimitExceededError, match="package documents"):
        _read(_with("META-INF/container.xml", "</rootfiles>", f"{rows}</rootfiles>"))


@settings(max_examples=30, deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=60))
def test_any_text_is_escaped(text: str) -> None:
    """Whatever the payload, an XML reader gives it back."""
    payload = json.dumps({"ProduceID": text})
    assert _read(_write(SAMPLES["cover.epub"], payload))[0].payload == payload
