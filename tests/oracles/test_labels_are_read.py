"""The implicit label of every sample, read by each tool that knows its place."""

from __future__ import annotations

import json
import zipfile
from typing import TYPE_CHECKING, Any, Final

import mutagen
import mutagen.id3
import pikepdf
import pypdf
import pytest
import yaml
from defusedxml import ElementTree
from PIL import Image

from oracles.demo import NAMES, PLACED, PRODUCERS, names, output, pairs, record
from oracles.parsers import front_matter, page, riff_chunks

if TYPE_CHECKING:
    from oracles.demo import Demo

pytestmark = pytest.mark.oracle

_PICTURES: Final = (".png", ".jpg", ".webp")
_TAGS: Final = {  # what ExifTool 12.57 calls the places
    ".png": "XMP-TC260:Aigc",
    ".jpg": "XMP-TC260:Aigc",
    ".webp": "XMP-TC260:Aigc",
    ".mp3": "ID3v2_4:UserDefinedText",
    ".flac": "Vorbis:Aigc",
    ".mp4": "Keys:AIGC",
    ".pdf": "PDF:AIGC",
    ".docx": "XML:AIGC",
    ".html": "HTML:AIGC",
}
_BLIND: Final = (".wav", ".md")  # places that ExifTool does not read
_CUSTOM: Final = "{http://schemas.openxmlformats.org/officeDocument/2006/custom-properties}"
_VARIANT: Final = "{http://schemas.openxmlformats.org/officeDocument/2006/docPropsVTypes}"
_FMTID: Final = "{D5CDD505-2E9C-101B-9397-08002B2CF9AE}"  # [ECMA-376-1 22.3.2.1]

every_folder: Final = pytest.mark.parametrize("folder", PRODUCERS)


def _expected(folder: str, name: str) -> list[tuple[str, str]]:
    return list(record(folder, name).items())


def _plain(text: str) -> str:
    """Return a label found, once it is seen to be one line of ASCII without blanks to trim."""
    assert text.isascii()
    assert text == text.strip()
    return text


@pytest.fixture(scope="module")
def exiftool(demo: Demo) -> dict[str, dict[str, str]]:
    """Return what ExifTool finds, by path relative to the demo."""
    tags = ["-XMP-TC260:all", "-Aigc", "-AIGC", "-UserDefinedText"]
    rows = json.loads(output("exiftool", "-q", "-j", "-a", "-G1", "-r", *tags, demo.root))
    return {row.pop("SourceFile").removeprefix(f"{demo.root}/"): row for row in rows}


@every_folder
@pytest.mark.parametrize("name", names(*_TAGS))
def test_exiftool(exiftool: dict[str, dict[str, str]], folder: str, name: str) -> None:
    """ExifTool finds the label once, at the official place, and nowhere else."""
    tag = _TAGS["." + name.rpartition(".")[2]]
    row = exiftool[f"{folder}/{name}"]
    assert list(row) == [tag]
    text = row[tag].removeprefix("(AIGC) ")  # 12.57 shows TXXX with its description
    assert pairs(_plain(text)) == _expected(folder, name)


def test_no_sample_is_left_out() -> None:
    """Every sample is read by some tool here, but for plain text, which has no place."""
    assert {*_TAGS, *_BLIND} == set(PLACED)
    assert set(names(*PLACED)) | set(names(".txt")) == set(NAMES)


@every_folder
@pytest.mark.parametrize("name", names(*_PICTURES))
def test_exiv2(demo: Demo, folder: str, name: str) -> None:
    """Exiv2 finds one XMP property of the namespace TC260."""
    printed = output("exiv2", "-K", "Xmp.TC260.AIGC", "-Pv", demo.path(folder, name))
    assert pairs(_plain(printed.removesuffix("\n"))) == _expected(folder, name)


@every_folder
@pytest.mark.parametrize("name", names(*_PICTURES))
def test_pillow(demo: Demo, folder: str, name: str) -> None:
    """Pillow hands the XMP packet out, and finds the element in it."""
    with Image.open(demo.path(folder, name)) as image:
        assert b"http://www.tc260.org.cn/ns/AIGC/1.0/" in image.info["xmp"]
        found = image.getxmp()["xmpmeta"]["RDF"]["Description"]["AIGC"]
        text_chunk = image.info.get("XML:com.adobe.xmp", "")
    assert pairs(_plain(found)) == _expected(folder, name)
    assert name.endswith(".png") is ("<TC260:AIGC>" in text_chunk)


@every_folder
@pytest.mark.parametrize("name", names(".mp3", ".flac", ".mp4"))
def test_ffprobe(demo: Demo, folder: str, name: str) -> None:
    """Ffprobe lists a tag AIGC."""
    options = ("-v", "error", "-show_entries", "format_tags=AIGC", "-of", "json")
    tags = json.loads(output("ffprobe", *options, demo.path(folder, name)))["format"]["tags"]
    assert pairs(_plain(tags["AIGC"])) == _expected(folder, name)


@every_folder
@pytest.mark.parametrize("name", names(".mp3"))
def test_mutagen_mp3(demo: Demo, folder: str, name: str) -> None:
    """Mutagen finds one frame TXXX:AIGC with one text."""
    (frame,) = mutagen.id3.ID3(demo.path(folder, name)).getall("TXXX:AIGC")  # type: ignore[no-untyped-call]
    (text,) = frame.text
    assert pairs(_plain(text)) == _expected(folder, name)


@every_folder
@pytest.mark.parametrize("name", names(".flac"))
def test_mutagen_flac(demo: Demo, folder: str, name: str) -> None:
    """Mutagen finds one comment AIGC."""
    (text,) = mutagen.File(demo.path(folder, name))["aigc"]
    assert pairs(_plain(text)) == _expected(folder, name)


@every_folder
@pytest.mark.parametrize("name", names(".pdf"))
def test_pdf_libraries(demo: Demo, folder: str, name: str) -> None:
    """Pypdf, pikepdf and poppler find /AIGC in the document information dictionary."""
    path = demo.path(folder, name)
    metadata = pypdf.PdfReader(path, strict=True).metadata
    assert metadata is not None
    assert pairs(_plain(str(metadata["/AIGC"]))) == _expected(folder, name)
    with pikepdf.open(path) as pdf:
        assert pairs(_plain(str(pdf.docinfo["/AIGC"]))) == _expected(folder, name)
    lines = output("pdfinfo", "-custom", path).splitlines()
    (line,) = (line for line in lines if line.startswith("AIGC:"))
    assert pairs(_plain(line.removeprefix("AIGC:").strip())) == _expected(folder, name)


@every_folder
@pytest.mark.parametrize("name", names(".docx"))
def test_zip_and_xml(demo: Demo, folder: str, name: str) -> None:
    """Zipfile and an XML parser find the custom property, its part declared and related."""
    with zipfile.ZipFile(demo.path(folder, name)) as archive:
        properties = ElementTree.fromstring(archive.read("docProps/custom.xml"))
        types = ElementTree.fromstring(archive.read("[Content_Types].xml"))
        relations = ElementTree.fromstring(archive.read("_rels/.rels"))
    (found,) = (item for item in properties if item.get("name") == "AIGC")
    assert found.tag == f"{_CUSTOM}property"
    assert found.get("fmtid") == _FMTID
    assert int(found.get("pid", "")) >= 2
    (value,) = found
    assert value.tag == f"{_VARIANT}lpwstr"
    assert pairs(_plain(value.text or "")) == _expected(folder, name)
    assert [
        item.get("ContentType") for item in types if item.get("PartName") == "/docProps/custom.xml"
    ] == ["application/vnd.openxmlformats-officedocument.custom-properties+xml"]
    assert sum(item.get("Type", "").endswith("/custom-properties") for item in relations) == 1


@every_folder
@pytest.mark.parametrize("name", names(".wav"))
def test_riff(demo: Demo, folder: str, name: str) -> None:
    """A walk over the chunks meets one chunk AIGC at the top level."""
    chunks = riff_chunks(demo.path(folder, name).read_bytes())
    (body,) = (body for chunk, body in chunks if chunk == b"AIGC")
    text = body.decode("ascii").rstrip("\0 ")
    assert pairs(_plain(text)) == _expected(folder, name)


@every_folder
@pytest.mark.parametrize("loader", [yaml.SafeLoader, yaml.BaseLoader])
@pytest.mark.parametrize("name", names(".md"))
def test_front_matter(demo: Demo, folder: str, name: str, loader: Any) -> None:  # noqa: ANN401 - two classes
    """PyYAML finds seven strings under AIGC, whether it resolves types or not."""
    block, _ = front_matter(demo.path(folder, name).read_text("utf-8"))
    label = yaml.load(block, loader)["AIGC"]  # noqa: S506 - both loaders make plain values only
    assert list(label.items()) == _expected(folder, name)


@every_folder
@pytest.mark.parametrize("name", names(".html"))
def test_meta_element(demo: Demo, folder: str, name: str) -> None:
    """Python's own HTML parser finds one meta element AIGC in the head."""
    found = page(demo.path(folder, name).read_text("utf-8"))
    (content,) = (content for key, content in found.meta if key == "AIGC")
    assert pairs(_plain(content)) == _expected(folder, name)


@pytest.mark.parametrize("name", names(".txt"))
def test_plain_text_has_no_place(demo: Demo, name: str) -> None:
    """Nothing of the record is written into plain text."""
    data = demo.path("shown", name).read_bytes()
    assert b"ContentProducer" not in data
    assert b"oracle-" not in data
